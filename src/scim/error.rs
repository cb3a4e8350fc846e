//! Failed answers: the words in their bodies, and the meaning for a person.
//!
//! Knows the RFC's errors and HTTP's; vendors' own hints are added by the dialects.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    document::JsonTree,
    failure::{Failure, FailureClass, RequestArrival},
    json::{self, JsonFields},
    text::clean_line,
    tree, urn,
};

/// The most characters of the server's words that are kept.
const LONGEST: usize = 300;

/// The most bytes that are searched for a title or a first line.
const SEARCHED: usize = 64 * 1024;

/// The parts of a failed answer's body; cleaned for display.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// `status`, which servers write as a number or as text.
    pub status: Option<u16>,
    /// `scimType` (RFC 7644 §3.12, RFC 9865 §4).
    pub scim_type: Option<String>,
    /// The server's own words.
    pub detail: Option<String>,
}

/// Reads the body of a failed answer: SCIM's errors, other JSON, the title of a web page, or the first line of text.
pub fn parse(body: &[u8], content_type: Option<&str>) -> ErrorBody {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
    if let Ok(value) = tree::parse(body) {
        return from_json(&value);
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(SEARCHED)]);
    let html = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    let words = if html || text.starts_with('<') { title(&text) } else { text.lines().next().map(Cow::Borrowed) };
    ErrorBody { detail: words.and_then(|words| shown(&words)), ..ErrorBody::default() }
}

fn from_json(value: &Value) -> ErrorBody {
    let tree = JsonTree::from(value);
    let Ok(fields) = JsonFields::of(&tree, "$") else {
        return ErrorBody { detail: words_of(value), ..ErrorBody::default() };
    };
    let status = fields.integer("status").ok().flatten().and_then(|n| u16::try_from(n).ok());
    ErrorBody {
        status: status.filter(|n| (100..600).contains(n)),
        scim_type: fields.string("scimType").ok().flatten().and_then(|kind| shown(&kind)),
        detail: words_of(value),
    }
}

/// The words of an error in any common shape: `detail`, `message`, `error.message`, `errors[0].message`, …
fn words_of(value: &Value) -> Option<String> {
    const KEYS: [&str; 8] =
        ["detail", "message", "error_description", "error", "errors", "title", "reason", "description"];
    match value {
        Value::String(text) => shown(text),
        Value::Array(list) => list.iter().find_map(words_of),
        Value::Object(map) => KEYS.iter().find_map(|key| json::get(map, key).and_then(words_of)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn shown(words: &str) -> Option<String> {
    let words = clean_line(words.trim(), LONGEST);
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}

/// The title of a web page, else its first heading.
fn title(html: &str) -> Option<Cow<'_, str>> {
    let lower = html.to_ascii_lowercase();
    ["title", "h1"].iter().find_map(|tag| {
        let opening = lower.find(&format!("<{tag}"))?;
        let start = opening + lower[opening..].find('>')? + 1;
        let end = start + lower[start..].find(&format!("</{tag}"))?;
        let words = html[start..end].trim();
        (!words.is_empty()).then(|| decoded(words))
    })
}

/// Decodes the few entities that occur in titles.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    Cow::Owned(pairs.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant)))
}

/// The failure for an HTTP status and its body. `what` names the attempt and begins the sentence, as in
/// `Deactivate ann`; empty where the caller's text names the attempt.
pub fn failure(status: u16, body: &ErrorBody, what: &str) -> Failure {
    let (class, sentence, next) = meaning(status, body.scim_type.as_deref());
    let words = body.detail.as_ref().map(|words| format!(" It says: “{words}”")).unwrap_or_default();
    let lead = if what.is_empty() { String::new() } else { format!("{}: ", clean_line(what, LONGEST)) };
    Failure {
        class,
        text: format!("{lead}{sentence} ({status}).{words}"),
        next: next.into(),
        status: Some(status),
        scim_type: body.scim_type.clone(),
        arrived: arrived(status),
        bytes: 0,
        attempts: 1,
    }
}

/// The failure in a body with a status of success: some servers answer 200 to everything.
pub fn in_success(body: &[u8]) -> Option<Failure> {
    // An error is short; a page of a list is not searched.
    if body.len() > SEARCHED || !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    let tree = JsonTree::from(&value);
    let fields = JsonFields::of(&tree, "$").ok()?;
    let is_error = |urn: &JsonTree<'_>| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(urn::ERROR));
    let scim = fields.get("schemas").and_then(JsonTree::as_array).is_some_and(|urns| urns.iter().any(is_error));
    let no = matches!(fields.boolean("ok"), Ok(Some(false))) && fields.get("error").is_some();
    let told = from_json(&value);
    (scim || no).then(|| failure(told.status.filter(|status| *status >= 400).unwrap_or(400), &told, ""))
}

/// A gateway that got no answer can't know what the server behind it did.
fn arrived(status: u16) -> RequestArrival {
    if matches!(status, 408 | 502 | 504) { RequestArrival::Unknown } else { RequestArrival::Yes }
}

type ErrorMeaning = (FailureClass, &'static str, &'static str);

fn meaning(status: u16, scim_type: Option<&str>) -> ErrorMeaning {
    match status {
        400 => scim_type.map_or(BAD_REQUEST, bad_request),
        401 => (
            FailureClass::Unauthorized,
            "the server did not accept the key",
            "Check that the key belongs to this host, is complete and has not expired or been revoked.",
        ),
        403 => (
            FailureClass::Forbidden,
            "the key may not do this",
            "Use the key of an administrator of the whole organisation, or ask one to do it.",
        ),
        404 => (
            FailureClass::NotFound,
            "the server has nothing there",
            "Refresh the list: the record may be gone. If nothing is found at all, check the base URL of the profile.",
        ),
        410 => (FailureClass::NotFound, "the record is gone", "Refresh the list."),
        409 => (
            FailureClass::Conflict,
            "it clashes with a record that exists",
            "Search for the name or the e-mail address: it may be there already, perhaps deactivated.",
        ),
        412 => (
            FailureClass::Conflict,
            "the record was changed by someone else in the meantime",
            "Look at the record as it is now, and decide anew.",
        ),
        429 => (FailureClass::RateLimited, "the server asks for fewer requests", "Wait a minute, then try again."),
        300..=399 => (
            FailureClass::Protocol,
            "the server points to another address",
            "Put the address that it moved to into the profile, if you trust it.",
        ),
        _ if status < 500 => refused(status),
        _ => server(status),
    }
}

fn refused(status: u16) -> ErrorMeaning {
    match status {
        405 => (
            FailureClass::Refused,
            "the server does not offer this for such records",
            "Do it in the server's own web pages, if it can be done there.",
        ),
        408 => (FailureClass::Timeout, "the server gave up waiting for the request", SEE_FIRST),
        413 => (FailureClass::Refused, "the request is too large for the server", "Do it in several smaller steps."),
        _ => (FailureClass::Refused, "the server refused it", "Read what it says; the journal shows the request."),
    }
}

/// Advice after a failure that leaves open whether a change was done.
pub const SEE_FIRST: &str = "Read the record again before repeating it: it may have been done.";

fn server(status: u16) -> ErrorMeaning {
    match status {
        501 => {
            (FailureClass::Server, "the server does not know how to do this", "Do it in the server's own web pages.")
        }
        502 => (FailureClass::Server, "the gateway got no sound answer from the server", SEE_FIRST),
        503 => {
            (FailureClass::Server, "the server is not available at the moment", "Wait a few minutes, then try again.")
        }
        504 => (FailureClass::Timeout, "the gateway waited in vain for the server", SEE_FIRST),
        500..=599 => (FailureClass::Server, "the server failed", SEE_FIRST),
        _ => (FailureClass::Protocol, "the server answered with a status that means nothing here", SEE_FIRST),
    }
}

const BAD_REQUEST: ErrorMeaning = (
    FailureClass::Refused,
    "the server could not accept the request",
    "Check the values; the journal shows what was sent.",
);

/// The `scimType`s of 400 (RFC 7644 table 9, RFC 9865 §4).
fn bad_request(scim_type: &str) -> ErrorMeaning {
    const TYPES: [(&str, &str, &str); 12] = [
        ("invalidFilter", "the server does not know this filter", "Use a simpler one, such as userName eq \"ann\"."),
        ("tooMany", "there are more matches than the server is willing to give", "Search for something narrower."),
        ("mutability", "this attribute can't be changed", "Leave it as it is; it may come from an identity provider."),
        (
            "invalidSyntax",
            "the server could not read the request",
            "This server may want another form of it; report it.",
        ),
        ("invalidPath", "the server does not know this attribute", "The server may not support it."),
        ("noTarget", "what should be changed is not there", "Read the record again: it may have been changed already."),
        ("invalidValue", "the server does not accept a value", "Check the spelling and which values it allows."),
        (
            "invalidVers",
            "the server speaks another version of SCIM",
            "Check the base URL of the profile: /v2 is wanted.",
        ),
        ("sensitive", "the request may not carry personal data in its address", "Search without a filter."),
        ("invalidCursor", "the server no longer knows the place in the list", "Refresh the list."),
        ("expiredCursor", "reading the list took too long for the server", "Refresh the list."),
        ("invalidCount", "the server does not give pages of this size", "Set a smaller page size in the profile."),
    ];
    if scim_type.eq_ignore_ascii_case("uniqueness") {
        return meaning(409, None);
    }
    TYPES
        .iter()
        .find(|(name, ..)| scim_type.eq_ignore_ascii_case(name))
        .map_or(BAD_REQUEST, |(_, sentence, next)| (FailureClass::Refused, sentence, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(body: &str, content_type: Option<&str>) -> Option<String> {
        parse(body.as_bytes(), content_type).detail
    }

    #[test]
    fn scim_errors_are_read() {
        let read = |status: &str| {
            parse(
                format!("{{\"Status\":{status},\"scimtype\":\"noTarget\",\"Detail\":\"a\\u202Eb\"}}").as_bytes(),
                None,
            )
        };
        let expected = ErrorBody { status: Some(400), scim_type: Some("noTarget".into()), detail: Some("ab".into()) };
        assert_eq!(read("\"400\""), expected);
        assert_eq!(read("400"), expected);
        assert_eq!(read("\"Bad\"").status, None);
        assert_eq!(read("70000").status, None);
    }

    #[test]
    fn grafana_speaks_in_three_shapes() {
        let scim = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"400\",\
            \"scimType\":\"invalidValue\",\"detail\":\"externalId is required\"}";
        let own = "{\"accessErrorId\":\"ACE1\",\"message\":\"Permissions needed: org.users:read\",\"title\":\"Access denied\"}";
        let kubernetes = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\
            \"message\":\"invalid namespace\",\"reason\":\"Forbidden\",\"code\":403}";
        for (body, status, expected) in [
            (scim, 400, "Read users: the server does not accept a value (400). It says: “externalId is required”"),
            (own, 403, "Read users: the key may not do this (403). It says: “Permissions needed: org.users:read”"),
            (kubernetes, 403, "Read users: the key may not do this (403). It says: “invalid namespace”"),
        ] {
            assert_eq!(failure(status, &parse(body.as_bytes(), None), "Read users").text, expected);
        }
    }

    #[test]
    fn other_bodies_give_what_they_have() {
        for (body, words) in [
            ("", None),
            ("{}", None),
            ("{\"message\":\"no\"}", Some("no")),
            ("{\"error\":\"invalid_token\",\"error_description\":\"expired\"}", Some("expired")),
            ("{\"error\":{\"code\":5,\"message\":\"deep\"}}", Some("deep")),
            ("{\"errors\":[{\"message\":\"first\"},{\"message\":\"second\"}]}", Some("first")),
            ("{\"errors\":[\"plain\"],\"detail\":null}", Some("plain")),
            ("\"quoted\"", Some("quoted")),
            ("upstream timed out\nrequest id 7", Some("upstream timed out")),
            ("<html><head><TITLE lang=en>502 Bad &amp; Gateway\n</title>", Some("502 Bad & Gateway")),
            ("<html><title></title><h1>Sign in</h1>", Some("Sign in")),
            ("<?xml version='1.0'?><a/>", None),
            ("{\"detail\": \"cut of", Some("{\"detail\": \"cut of")),
        ] {
            assert_eq!(detail(body, None).as_deref(), words, "{body}");
        }
        assert_eq!(detail("x <title>İ t</title>", Some("Text/HTML; charset=utf-8")).as_deref(), Some("İ t"));
        assert_eq!(detail(&"å".repeat(70_000), None).unwrap().chars().count(), LONGEST);
        assert_eq!(parse(b"\xFF\x1b[0m", None).detail.as_deref(), Some("\u{FFFD}[0m"));
    }

    #[test]
    fn every_status_has_a_class_and_a_next_step() {
        for (status, class) in [
            (302, FailureClass::Protocol),
            (400, FailureClass::Refused),
            (401, FailureClass::Unauthorized),
            (403, FailureClass::Forbidden),
            (404, FailureClass::NotFound),
            (405, FailureClass::Refused),
            (409, FailureClass::Conflict),
            (412, FailureClass::Conflict),
            (413, FailureClass::Refused),
            (418, FailureClass::Refused),
            (429, FailureClass::RateLimited),
            (500, FailureClass::Server),
            (501, FailureClass::Server),
            (502, FailureClass::Server),
            (503, FailureClass::Server),
            (504, FailureClass::Timeout),
            (999, FailureClass::Protocol),
        ] {
            let failure = failure(status, &ErrorBody::default(), "Rename ann");
            assert_eq!((failure.class, failure.status), (class, Some(status)));
            assert!(failure.next.ends_with('.') && failure.text.contains(&format!("({status})")), "{failure:?}");
            let unknown = [502, 504].contains(&status);
            assert_eq!(
                failure.arrived,
                if unknown { RequestArrival::Unknown } else { RequestArrival::Yes },
                "{status}"
            );
        }
    }

    #[test]
    fn an_error_with_a_status_of_success_is_one() {
        let scim =
            br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"403","detail":"no writes"}"#;
        let failure = in_success(scim).unwrap();
        assert_eq!(
            (failure.status, failure.class, failure.arrived),
            (Some(403), FailureClass::Forbidden, RequestArrival::Yes)
        );
        assert!(failure.text.contains("no writes"), "{}", failure.text);
        assert!(
            in_success(br#"{"ok":false,"error":"user_is_restricted"}"#).unwrap().text.contains("user_is_restricted")
        );
        for sound in ["", "[]", r#"{"ok":true}"#, r#"{"id":"1","error":"x"}"#, r#"{"deleted":"1"}"#] {
            assert_eq!(in_success(sound.as_bytes()), None, "{sound}");
        }
    }

    #[test]
    fn sentences_carry_the_servers_words() {
        let body = parse(b"{\"status\":\"400\",\"scimType\":\"UNIQUENESS\",\"detail\":\"ann exists\"}", None);
        let made = failure(400, &body, "Create ann");
        assert_eq!(made.text, "Create ann: it clashes with a record that exists (400). It says: “ann exists”");
        assert_eq!((made.class, made.scim_type.as_deref()), (FailureClass::Conflict, Some("UNIQUENESS")));
        let filter = ErrorBody { scim_type: Some("invalidFilter".into()), ..ErrorBody::default() };
        assert_eq!(failure(400, &filter, "Search").text, "Search: the server does not know this filter (400).");
    }
}
