//! Checks of searches and versions: filters (RFC 7644 §3.4.2.2), ETags (§3.14), single reads.

use serde_json::Value;

use super::{
    finding::{FindingVerdict, ReportPart},
    lists::{ProbedList, id, place},
    probe::{DoctorProbe, Seen, Stop, counted},
};
use crate::{
    directory::RecordKind,
    scim::{
        discovery::ServiceConfig,
        filter::{AttrPath, ScimFilter},
        json,
        request::{Method, Request},
        tree,
    },
};

/// A text attribute of a record; the attribute's name is compared without regard to case.
pub fn text(record: &Value, name: &str) -> Option<String> {
    json::get(record.as_object()?, name)?.as_str().map(str::to_owned)
}

/// Checks whether a filter finds exactly the expected record.
pub async fn filter(probe: &mut DoctorProbe, listing: &ProbedList) -> Result<(), Stop> {
    let Some(name) = listing.records.iter().find_map(|record| text(record, "userName")) else {
        probe.find(ReportPart::Users, "filter", FindingVerdict::Unknown, "nobody is there to be looked for", &[]);
        return Ok(());
    };
    let by = |name: &str| ScimFilter::equal(AttrPath::new("userName"), name).to_string();
    let known = probe.get(&["Users"], &[("filter", &by(&name))]).await?;
    let nobody = format!("no-such-user-{}", probe.tag);
    let unknown = probe.get(&["Users"], &[("filter", &by(&nobody))]).await?;
    let (right, others) = matches(&known, &name);
    let (_, strangers) = matches(&unknown, &nobody);
    let works = known.is_ok() && right == 1 && others == 0 && strangers == 0 && matches!(unknown.status(), 200 | 404);
    let (verdict, words) = match () {
        () if works && unknown.is_ok() => {
            (FindingVerdict::Ok, "userName eq finds the one, and nobody for an unknown name".into())
        }
        () if works => {
            (FindingVerdict::Note, format!("userName eq works; a name that nobody has is {}", unknown.status()))
        }
        () if !known.is_ok() => {
            (FindingVerdict::Note, format!("refused ({}); the console filters by itself", known.status()))
        }
        () if others > 0 || strangers > 0 => (
            FindingVerdict::Problem,
            format!(
                "ignored: userName eq “no-such-user…” gives {}. The console checks every match; a client that trusts the \
                 answer takes the wrong person",
                counted(strangers.max(others), "user")
            ),
        ),
        () => (FindingVerdict::Problem, "userName eq does not find a user who is there".to_owned()),
    };
    probe.habits.filter = Some(works);
    probe.find(ReportPart::Users, "filter", verdict, words, &[&known, &unknown]);
    Ok(())
}

/// Number of records with this user name, and number of other records.
fn matches(seen: &Seen, name: &str) -> (usize, usize) {
    let page = seen.page().ok().filter(|_| seen.is_ok());
    let values = page.into_iter().flat_map(|page| page.resources);
    let names = values.filter_map(|raw| tree::parse(raw.get().as_bytes()).ok()).map(|value| text(&value, "userName"));
    let (right, others): (Vec<_>, Vec<_>) =
        names.partition(|found| found.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(name)));
    (right.len(), others.len())
}

/// Reads a single record, for its version and for attributes that the list left out.
pub async fn single(probe: &mut DoctorProbe, kind: RecordKind, listing: &ProbedList) -> Result<Option<bool>, Stop> {
    let (part, endpoint, word) = place(kind);
    let Some((record, id)) = listing.records.iter().find_map(|record| Some((record, id(record)?))) else {
        return Ok(None);
    };
    let seen = probe.get(&[endpoint, &id], &[]).await?;
    let Some(Value::Object(full)) = seen.json().filter(|_| seen.is_ok()) else {
        let words = format!("a {word} of the list can't be read alone ({})", seen.status());
        probe.find(part, "single", FindingVerdict::Problem, words, &[&seen]);
        return Ok(None);
    };
    let told = super::lists::members(&Value::Object(full.clone()));
    probe.shows_members |= kind == RecordKind::Team && told.is_some_and(|members| !members.is_empty());
    let more: Vec<&str> = full
        .iter()
        .filter(|(name, value)| !empty(value) && record.as_object().is_some_and(|map| json::get(map, name).is_none()))
        .map(|(name, _)| name.as_str())
        .collect();
    if !more.is_empty() {
        let words = format!("the list leaves out {}", crate::scim::text::clean_line(&more.join(", "), 200));
        probe.find(part, "single", FindingVerdict::Note, words, &[&seen]);
    }
    let header = seen.answer.etag.clone();
    let within = full.get("meta").and_then(|meta| json::get(meta.as_object()?, "version")?.as_str().map(str::to_owned));
    let (verdict, words) = match (&header, &within) {
        (None, None) => (FindingVerdict::Note, "none: the console can't tell that somebody else was faster".to_owned()),
        (Some(tag), Some(version)) if tag == version => {
            let conditional = Request::new(Method::Get, [endpoint, &id]);
            let headers = vec![("If-None-Match".to_owned(), tag.clone())];
            let fresh = probe.ask(&Request { headers, ..conditional }).await?;
            let words = if fresh.status() == 304 { "; unchanged ones are 304" } else { "" };
            (FindingVerdict::Ok, format!("ETag and meta.version agree{words}"))
        }
        (Some(_), Some(_)) => (FindingVerdict::Note, "ETag and meta.version differ; the ETag is used".to_owned()),
        (Some(_), None) => (FindingVerdict::Ok, "ETag, without meta.version".to_owned()),
        (None, Some(_)) => (FindingVerdict::Ok, "meta.version, without ETag".to_owned()),
    };
    probe.find(part, "versions", verdict, words, &[&seen]);
    Ok(Some(header.is_some() || within.is_some()))
}

/// True for values that count as unassigned after RFC 7643 §2.5.
pub fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Reports contradictions between observations and claims.
pub fn contradictions(probe: &mut DoctorProbe, claims: &ServiceConfig, versioned: Option<bool>) {
    let mut words = Vec::new();
    match (claims.etag, versioned) {
        (Some(true), Some(false)) => words.push("it claims versions, and sends none"),
        (Some(false), Some(true)) => words.push("it sends versions that it does not claim"),
        _ => {}
    }
    match (claims.filter, probe.habits.filter) {
        (Some((true, _)), Some(false)) => words.push("it claims filters, and they don't work"),
        (Some((false, _)), Some(true)) => words.push("filters work that it does not claim"),
        _ => {}
    }
    if !words.is_empty() {
        probe.find(ReportPart::Server, "claims", FindingVerdict::Note, words.join("; "), &[]);
    }
}
