//! Connection, key, the server's own description, and its refusals.

use serde_json::Value;
use url::Url;

use super::{
    finding::{FindingVerdict, ReportPart},
    probe::{DoctorProbe, Seen, Stop},
};
use crate::{
    client::AuthScheme,
    scim::{
        discovery::{self, ServiceConfig},
        failure::{Failure, FailureClass},
        json, urn,
    },
};

/// Whether the server answers at all, and takes the key.
///
/// # Errors
/// If nothing else can be asked.
pub async fn reach(probe: &mut DoctorProbe, auth: &AuthScheme, base: &Url) -> Result<(), Stop> {
    let seen = probe.get(&["Users"], &[]).await?;
    let form = match auth {
        AuthScheme::Bearer(_) => " as Bearer",
        AuthScheme::Basic { user, .. } if user.is_empty() => " as Basic without a user name",
        AuthScheme::Basic { .. } => " as Basic with a user name",
        AuthScheme::None => "",
    };
    match seen.status() {
        401 => {
            let other = match auth {
                AuthScheme::Bearer(key) => Some((AuthScheme::Basic { user: String::new(), key: key.clone() }, "basic")),
                AuthScheme::Basic { key, .. } => Some((AuthScheme::Bearer(key.clone()), "bearer")),
                AuthScheme::None => None,
            };
            let taken = match other {
                Some((auth, word)) => takes(probe, auth).await?.then_some(word),
                None => None,
            };
            let words = match taken {
                Some(word) => format!("refused{form} (401), but taken otherwise: set auth = \"{word}\" in the profile"),
                None if matches!(auth, AuthScheme::None) => {
                    "the server wants one (401), and the profile has auth = \"none\"".to_owned()
                }
                None => format!("sent{form}. {}", seen.refusal(&*probe.dialect).sentences()),
            };
            let bare = seen.answer.body.is_empty();
            let words = if bare { format!("{words} The refusal has no body.") } else { words };
            probe.find(ReportPart::Server, "key", FindingVerdict::Problem, words, &[&seen]);
            Err(Stop::Refused(FailureClass::Unauthorized))
        }
        200..=299 => match seen.page() {
            Ok(_) => {
                let (verdict, words) = secrecy(base);
                probe.find(ReportPart::Server, "connection", verdict, words, &[]);
                let late = if seen.answer.attempts > 1 { "; it first asked to come back later" } else { "" };
                let taken = if matches!(auth, AuthScheme::None) { "none is asked for" } else { "accepted" };
                probe.find(ReportPart::Server, "key", FindingVerdict::Ok, format!("{taken}{form}{late}"), &[&seen]);
                Ok(())
            }
            Err(bad) => match seen.failure_in_success(&*probe.dialect) {
                Some(refusal) => Err(refused(probe, &refusal, &seen)),
                None => {
                    let words = format!("{bad} Check url and path in the profile.");
                    probe.find(ReportPart::Server, "answer", FindingVerdict::Problem, words, &[&seen]);
                    Err(Stop::Refused(FailureClass::Protocol))
                }
            },
        },
        _ => {
            let refusal = seen.refusal(&*probe.dialect);
            Err(refused(probe, &refusal, &seen))
        }
    }
}

fn refused(probe: &mut DoctorProbe, refusal: &Failure, seen: &Seen) -> Stop {
    let is_about_key = matches!(refusal.class, FailureClass::Unauthorized | FailureClass::Forbidden);
    let what = if is_about_key { "key" } else { "answer" };
    probe.find(ReportPart::Server, what, FindingVerdict::Problem, refusal.sentences(), &[seen]);
    Stop::Refused(refusal.class)
}

/// Judges whether others could read the traffic.
fn secrecy(base: &Url) -> (FindingVerdict, &'static str) {
    let here = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match (base.scheme(), here) {
        ("https", _) => (FindingVerdict::Ok, "TLS, and the certificate is trusted"),
        (_, true) => (FindingVerdict::Ok, "plain HTTP, which does not leave this machine"),
        _ => (FindingVerdict::Problem, "plain HTTP: everyone on the way can read the key"),
    }
}

async fn takes(probe: &DoctorProbe, auth: AuthScheme) -> Result<bool, Stop> {
    let Ok(client) = probe.client.with_auth(auth) else { return Ok(false) };
    let request = crate::scim::request::Request::new(crate::scim::request::Method::Get, ["Users"]);
    Ok(client.probe(&request, &probe.cancel, &|wait| probe.say(&wait)).await.is_ok_and(|answer| answer.status < 300))
}

/// The server's own description (RFC 7644 §4).
pub async fn discovery(probe: &mut DoctorProbe) -> Result<Option<ServiceConfig>, Stop> {
    let mut answers = Vec::new();
    for endpoint in discovery::ENDPOINTS {
        answers.push(probe.get(&[endpoint], &[]).await?);
    }
    let seen: Vec<&Seen> = answers.iter().collect();
    let absent: Vec<&str> = discovery::ENDPOINTS
        .into_iter()
        .zip(&answers)
        .filter(|(_, seen)| !seen.is_ok())
        .map(|(name, _)| name)
        .collect();
    let statuses: std::collections::BTreeSet<u16> =
        answers.iter().filter(|seen| !seen.is_ok()).map(Seen::status).collect();
    let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
    let config = answers[0].is_ok().then(|| answers[0].json()).flatten().map(|value| discovery::service_config(&value));
    let words = match (absent.len(), &config) {
        (3, _) => format!("none ({}), which is common", statuses.join(", ")),
        (_, Some(config)) => {
            let without = match absent.as_slice() {
                [] => String::new(),
                some => format!("; no {} ({})", some.join(", "), statuses.join(", ")),
            };
            format!("claims {}{without}", claims(config))
        }
        _ => format!("no {} ({})", absent.join(", "), statuses.join(", ")),
    };
    let verdict = if absent.is_empty() || absent.len() == 3 { FindingVerdict::Ok } else { FindingVerdict::Note };
    probe.find(ReportPart::Server, "discovery", verdict, words, &seen);
    if let Some(config) = &config {
        // The claim about bulk is believed, since nothing rests on it; every other claim is tested.
        probe.habits.bulk = config.habits().bulk;
        if let Some(words) = bulk(config) {
            probe.find(ReportPart::Server, "bulk", FindingVerdict::Ok, words, &[]);
        }
    }
    Ok(config)
}

/// Whether many changes could go in one request, and why they don't.
fn bulk(config: &ServiceConfig) -> Option<String> {
    const WHY: &str = "every change is claimed, sent, held to its version and settled by itself, several at a time";
    config.bulk.map(|(offered, most)| match (offered, most) {
        (false, _) => "not offered, and not missed here".to_owned(),
        (true, Some(most)) => format!("offered, up to {most} operations a request; not used: {WHY}"),
        (true, None) => format!("offered; not used: {WHY}"),
    })
}

fn claims(config: &ServiceConfig) -> String {
    let flag = |name: &str, claim: Option<bool>| claim.map(|yes| format!("{}{name}", if yes { "" } else { "no " }));
    let cursor = config.paging.as_ref().and_then(|paging| paging.cursor);
    let all = [
        flag("PATCH", config.patch),
        flag("filters", config.filter.map(|(yes, _)| yes)),
        flag("versions", config.etag),
        flag("cursors", cursor),
    ];
    let said: Vec<String> = all.into_iter().flatten().collect();
    if said.is_empty() { "nothing".into() } else { said.join(", ") }
}

/// Examines how the server refuses requests.
pub async fn errors(probe: &mut DoctorProbe) -> Result<(), Stop> {
    let id = format!("no-such-id-{}", probe.tag);
    let seen = probe.get(&["Users", &id], &[]).await?;
    let body = shape(&seen);
    let (verdict, words) = match seen.status() {
        404 if body == AnswerShape::Scim => {
            (FindingVerdict::Ok, "an unknown id is 404 with SCIM's error body".to_owned())
        }
        404 => (FindingVerdict::Note, format!("an unknown id is 404 with {}", body.words())),
        200..=299 => (
            FindingVerdict::Problem,
            format!("an unknown id is answered with {}: nothing can be seen to be gone", seen.status()),
        ),
        status => (FindingVerdict::Note, format!("an unknown id is {status}, not 404, with {}", body.words())),
    };
    probe.find(ReportPart::Server, "errors", verdict, words, &[&seen]);
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum AnswerShape {
    Scim,
    Kubernetes,
    Message,
    Json,
    Html,
    Text,
    Empty,
}

impl AnswerShape {
    fn words(&self) -> &'static str {
        match self {
            AnswerShape::Scim => "SCIM's error body",
            AnswerShape::Kubernetes => "a Kubernetes Status",
            AnswerShape::Message => "JSON and a message",
            AnswerShape::Json => "JSON that is no SCIM error",
            AnswerShape::Html => "a web page",
            AnswerShape::Text => "plain text",
            AnswerShape::Empty => "no body",
        }
    }
}

fn shape(seen: &Seen) -> AnswerShape {
    let body = seen.answer.body.trim_ascii();
    match seen.json() {
        Some(Value::Object(map)) => {
            let schemas = json::get(&map, "schemas").and_then(Value::as_array);
            let is_scim = |list: &Vec<Value>| {
                list.iter().any(|schema| schema.as_str().is_some_and(|text| text.eq_ignore_ascii_case(urn::ERROR)))
            };
            if schemas.is_some_and(is_scim) {
                AnswerShape::Scim
            } else if map.get("kind").is_some_and(|kind| kind == "Status") {
                AnswerShape::Kubernetes
            } else if map.get("message").is_some_and(Value::is_string) {
                AnswerShape::Message
            } else {
                AnswerShape::Json
            }
        }
        Some(_) => AnswerShape::Json,
        None if body.is_empty() => AnswerShape::Empty,
        None if body.starts_with(b"<") => AnswerShape::Html,
        None => AnswerShape::Text,
    }
}

/// Whether the server is hosted as the profile says.
pub async fn hosting(probe: &mut DoctorProbe) -> Result<(), Stop> {
    let Some(request) = probe.dialect.asks_for_hosting() else { return Ok(()) };
    let cancel = probe.cancel.clone();
    let answer = probe.client.send(&request, &cancel, &|wait| probe.say(&wait)).await;
    if let Ok(answer) = &answer
        && let Some(why) = probe.dialect.hosting_contradicted(&answer.body)
    {
        probe.contradiction.get_or_insert(why);
    }
    let body = answer.as_ref().ok().map(|answer| answer.body.as_slice());
    let missing = probe.dialect.hosting_missing(body);
    let (verdict, words) = match answer {
        Err(failure) if failure.class == FailureClass::Cancelled => return Err(Stop::Cancelled),
        _ if probe.contradiction.is_some() => {
            (FindingVerdict::Problem, probe.contradiction.clone().unwrap_or_default())
        }
        _ if missing.is_some() => (FindingVerdict::Note, missing.unwrap_or_default()),
        Ok(_) => (FindingVerdict::Ok, format!("nothing contradicts {}", probe.dialect.name())),
        Err(failure) => {
            let words = format!(
                "{} is what the profile says; the server does not tell: {}",
                probe.dialect.name(),
                failure.sentences()
            );
            (FindingVerdict::Note, words)
        }
    };
    probe.find(ReportPart::Beside, "hosting", verdict, words, &[]);
    Ok(())
}

/// The interfaces that the provider offers beside SCIM.
pub async fn beside(probe: &mut DoctorProbe) -> Result<(), Stop> {
    hosting(probe).await?;
    for question in probe.dialect.questions() {
        let about = question.about;
        let cancel = probe.cancel.clone();
        match probe.client.send(&question.request, &cancel, &|wait| probe.say(&wait)).await {
            Ok(answer) => {
                let evidence = super::finding::RequestEvidence {
                    request: question.request.to_string(),
                    status: answer.status,
                    millis: answer.elapsed.as_millis() as u64,
                };
                let (verdict, words) = match (question.words)(&answer.body) {
                    Ok(words) => (FindingVerdict::Ok, words),
                    Err(note) => (FindingVerdict::Note, note.to_string()),
                };
                probe.find(ReportPart::Beside, about, verdict, words, &[]);
                if let Some(finding) = probe.findings.last_mut() {
                    finding.evidence.push(evidence);
                }
            }
            Err(failure) if failure.class == FailureClass::Cancelled => return Err(Stop::Cancelled),
            Err(failure) => {
                let needs = if failure.class == FailureClass::Forbidden { question.needs } else { "" };
                let said = if needs.is_empty() { failure.sentences() } else { format!("{} {needs}", failure.text) };
                let words = format!("not told: {said} Without it: {}.", question.loss);
                probe.find(ReportPart::Beside, about, FindingVerdict::Note, words, &[]);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_is_said_to_be_offered_and_why_it_is_not_used() {
        let said = |claim| bulk(&ServiceConfig { bulk: claim, ..ServiceConfig::default() });
        assert_eq!(said(None), None);
        assert_eq!(said(Some((false, Some(0)))).as_deref(), Some("not offered, and not missed here"));
        let offered = said(Some((true, Some(50)))).unwrap();
        assert!(offered.starts_with("offered, up to 50 operations a request; not used: every change"), "{offered}");
        assert!(said(Some((true, None))).unwrap().starts_with("offered; not used"));
    }
}
