//! An answer outside 2xx as a failure in words.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::scim::{
    error,
    failure::{Failure, FailureClass, RequestArrival},
    request::{ApiKind, Request},
    text::clean_line,
};

/// The longest part of a server's words that is repeated, in characters.
const MOST_WORDS: usize = 300;

/// The failure for a status outside 2xx; `put_off` where the answer named a time to come back.
pub(super) fn refused(status: u16, headers: &HeaderMap, body: &[u8], request: &Request, put_off: bool) -> Failure {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let mut failure = error::failure(status, &error::parse(body, kind), what(request));
    if status == 503 && put_off {
        failure.class = FailureClass::RateLimited;
    }
    if request.is_read() && failure.next == error::SEE_FIRST {
        failure.next = "Try again in a few minutes.".into();
    }
    failure.arrived = arrived(status, failure.class, request);
    failure.bytes = body.len() as u64;
    failure
}

/// The failure of a request that the server has put off for longer than it waits: no request goes out before. The
/// request did nothing, unless that is not certain.
pub(super) fn left_alone(failure: Failure, wait: Duration, by: Option<&str>) -> Failure {
    let by = by.map(|header| format!(" ({header}: {} s)", wait.as_secs())).unwrap_or_default();
    let until = clock(Timestamp::now(), wait, &TimeZone::system());
    Failure {
        text: format!("{}. It wants to be left alone until {until}{by}", failure.text.trim_end_matches('.')),
        next: "Try again then.".into(),
        class: FailureClass::RateLimited,
        arrived: if failure.arrived == RequestArrival::Unknown { RequestArrival::Unknown } else { RequestArrival::No },
        ..failure
    }
}

/// The local time after this wait: `14:05:10`, with the date where it is another day.
fn clock(now: Timestamp, wait: Duration, zone: &TimeZone) -> String {
    let until = now.saturating_add(wait).unwrap_or(Timestamp::MAX).to_zoned(zone.clone());
    let same_day = until.date() == now.to_zoned(zone.clone()).date();
    until.strftime(if same_day { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
}

/// The request in words, as the beginning of a sentence. Nothing for a change: whoever tells of its failure names it.
fn what(request: &Request) -> &'static str {
    match (request.is_read(), request.path.len()) {
        (true, _) if request.api == ApiKind::Api => "Asking the server",
        (true, 0) => "Asking the server",
        (true, 1) => "Reading the list",
        (true, _) => "Reading the record",
        (false, _) => "",
    }
}

/// A server error to a write does not say whether the write was made before it.
fn arrived(status: u16, class: FailureClass, request: &Request) -> RequestArrival {
    let put_off = class == FailureClass::RateLimited && (status == 429 || request.is_repeatable());
    let in_doubt = matches!(status, 408 | 500 | 502..=504) && !put_off;
    if !request.is_read() && in_doubt { RequestArrival::Unknown } else { RequestArrival::Yes }
}

/// A line without control and direction signs, of bounded length.
pub(super) fn clean(text: &str) -> String {
    clean_line(text, MOST_WORDS).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn write() -> Request {
        let operation = json!({"op": "replace", "path": "active", "value": false});
        Request::new(Method::Patch, ["Users", "1"]).body(json!({"Operations": [operation]}))
    }
    use crate::scim::request::Method;

    #[test]
    fn the_servers_words_are_repeated_clean() {
        let body = br#"{"detail":"no\u001b[31m\nseat\u202e left","scimType":"tooMany","status":"400"}"#;
        let failure = refused(400, &HeaderMap::new(), body, &Request::new(Method::Post, ["Users"]), false);
        assert!(failure.text.ends_with("(400). It says: “no[31m seat left”"), "{}", failure.text);
        assert_eq!((failure.scim_type.as_deref(), failure.arrived), (Some("tooMany"), RequestArrival::Yes));
        assert!(clean(&"x".repeat(10_000)).chars().count() <= MOST_WORDS + 1);
    }

    #[test]
    fn a_question_that_fails_has_altered_nothing() {
        let query = json!({"query": "query GetViewer { viewer { id } }"});
        let question = Request { api: ApiKind::Graph, ..Request::new(Method::Post, [""; 0]).body(query) };
        for (request, in_doubt) in [(question, false), (Request::new(Method::Get, ["Users"]), false), (write(), true)] {
            for status in [408, 500, 502, 504] {
                let failure = refused(status, &HeaderMap::new(), b"", &request, false);
                assert_eq!(failure.next == error::SEE_FIRST, in_doubt, "{status} {}", failure.next);
            }
        }
    }

    #[test]
    fn who_wants_to_be_left_alone_is_with_the_time() {
        let now: Timestamp = "2026-11-30T23:58:20Z".parse().unwrap();
        assert_eq!(clock(now, Duration::from_secs(90), &TimeZone::UTC), "23:59:50");
        assert_eq!(clock(now, Duration::from_secs(300), &TimeZone::UTC), "2026-12-01 00:03:20");
        let refused = refused(503, &HeaderMap::new(), b"", &write(), true);
        let alone = left_alone(refused, Duration::from_secs(300), Some("Retry-After"));
        assert_eq!(
            (alone.class, alone.arrived, alone.status),
            (FailureClass::RateLimited, RequestArrival::No, Some(503))
        );
        assert!(
            alone.text.contains(". It wants to be left alone until ") && alone.text.ends_with(" (Retry-After: 300 s)")
        );
    }

    #[test]
    fn a_failed_server_leaves_a_write_in_doubt() {
        let write = write();
        assert_eq!(refused(504, &HeaderMap::new(), b"<html>", &write, false).arrived, RequestArrival::Unknown);
        assert_eq!(refused(503, &HeaderMap::new(), b"", &write, true).arrived, RequestArrival::Yes);
        let deletion = refused(503, &HeaderMap::new(), b"", &Request::new(Method::Delete, ["Users", "1"]), true);
        assert_eq!(deletion.arrived, RequestArrival::Unknown);
        let creation = refused(503, &HeaderMap::new(), b"", &Request::new(Method::Post, ["Users"]), true);
        assert_eq!(creation.arrived, RequestArrival::Unknown);
        assert_eq!(left_alone(creation, Duration::from_secs(300), None).arrived, RequestArrival::Unknown);
        assert_eq!(refused(501, &HeaderMap::new(), b"", &write, false).arrived, RequestArrival::Yes);
        assert_eq!(
            refused(500, &HeaderMap::new(), b"", &Request::new(Method::Get, ["Users"]), false).arrived,
            RequestArrival::Yes
        );
    }
}
