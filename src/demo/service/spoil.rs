//! Applies a fault to an answer, between the handler and the wire.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::fault_kind::FaultKind;
use super::faults::RequestFault;

/// Length of an endless answer, in bytes.
const HUGE: usize = 1 << 30;
const CHUNK: usize = 1 << 20;
/// Number of pieces of a slow answer.
const DROPS: u32 = 8;
/// Number of records on a page of an endless list, if the request names none.
const PAGE: u64 = 100;

/// Target of redirects: a name that never resolves (RFC 6761).
const ELSEWHERE: &str = "http://elsewhere.invalid";

/// JSON documents that answer no request of SCIM or GraphQL.
const WRONG: [&str; 5] = ["[]", "null", "\"ok\"", "{\"message\":\"ok\"}", "{\"Resources\":{\"a\":1}}"];

const SIGN_IN: &str = "<!doctype html><title>Sign in</title><h1>Your session has ended</h1>";

/// The answer after the fault; `path` and `query` are the request's.
pub(super) async fn spoil(response: Response<Body>, fault: RequestFault, path: &str, query: &str) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = match fault.kind {
        FaultKind::Truncated => Body::from(half(&body)),
        FaultKind::Torn => {
            let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
            Body::from_stream(stream::iter([Ok(half(&body)), broken]))
        }
        FaultKind::Wrong => Body::from(fault.one(&WRONG)),
        FaultKind::Huge => endless_text(),
        FaultKind::Endless => Body::from(page_without_end(path, query)),
        FaultKind::Slow => dripping(body, fault.wait / DROPS),
        FaultKind::Html => {
            parts.status = StatusCode::OK;
            parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            Body::from(SIGN_IN)
        }
        FaultKind::Latency
        | FaultKind::CutBefore
        | FaultKind::CutAfter
        | FaultKind::BusySeconds
        | FaultKind::BusyDate
        | FaultKind::BusyBare
        | FaultKind::DownBefore
        | FaultKind::DownAfter
        | FaultKind::Stale
        | FaultKind::Repeated
        | FaultKind::Redirect
        | FaultKind::Type
        | FaultKind::Skew => Body::from(body),
    };
    match fault.kind {
        FaultKind::Latency => tokio::time::sleep(fault.wait.mul_f64((fault.roll % 100) as f64 / 100.0)).await,
        FaultKind::BusyDate => come_back_at(&mut parts.headers, fault),
        FaultKind::BusyBare => {
            parts.headers.remove(header::RETRY_AFTER);
            parts.headers.remove("RateLimit-Reset");
        }
        FaultKind::Redirect => {
            parts.status = fault.one(&[StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT]);
            put(&mut parts.headers, header::LOCATION, &format!("{ELSEWHERE}{path}"));
        }
        FaultKind::Type => match fault.one(&["text/plain", "application/octet-stream", ""]) {
            "" => drop(parts.headers.remove(header::CONTENT_TYPE)),
            other => put(&mut parts.headers, header::CONTENT_TYPE, other),
        },
        FaultKind::Skew => {
            let hours = (fault.roll % 49) as i64 - 24;
            put(&mut parts.headers, header::DATE, &date(SignedDuration::from_hours(hours)));
        }
        FaultKind::CutBefore
        | FaultKind::CutAfter
        | FaultKind::BusySeconds
        | FaultKind::DownBefore
        | FaultKind::DownAfter
        | FaultKind::Stale
        | FaultKind::Truncated
        | FaultKind::Torn
        | FaultKind::Wrong
        | FaultKind::Huge
        | FaultKind::Endless
        | FaultKind::Repeated
        | FaultKind::Slow
        | FaultKind::Html => {}
    }
    Response::from_parts(parts, body)
}

/// Adds a `Retry-After` of one second from now, by a clock that is right or an hour off.
fn come_back_at(headers: &mut HeaderMap, fault: RequestFault) {
    let off = SignedDuration::from_hours(fault.one(&[0, 1, -1]));
    put(headers, header::DATE, &date(off));
    put(headers, header::RETRY_AFTER, &date(off + SignedDuration::from_secs(1)));
    headers.remove("RateLimit-Reset");
}

fn date(off: SignedDuration) -> String {
    let when = Timestamp::now().checked_add(off).unwrap_or(Timestamp::UNIX_EPOCH);
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&when).unwrap_or_default()
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

fn half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// A JSON string that does not end before a gibibyte.
fn endless_text() -> Body {
    let begin = Bytes::from_static(b"{\"schemas\":[],\"Resources\":[{\"id\":\"");
    let more = Bytes::from(vec![b'x'; CHUNK]);
    let chunks = (0..HUGE / CHUNK).map(move |n| if n == 0 { begin.clone() } else { more.clone() });
    Body::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)))
}

fn dripping(body: Bytes, pause: Duration) -> Body {
    let size = body.len().div_ceil(DROPS as usize).max(1);
    Body::from_stream(stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let drop = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(drop), rest))
    }))
}

/// A page of invented records, with as many again to come.
fn page_without_end(path: &str, query: &str) -> Vec<u8> {
    let number = |name: &str| {
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.and_then(|(_, value)| value.parse::<u64>().ok())
    };
    let (start, count) = (number("startIndex").unwrap_or(1).max(1), number("count").unwrap_or(PAGE).clamp(1, 10_000));
    let kind = path.rsplit('/').next().unwrap_or_default();
    let records: Vec<_> = (start..start.saturating_add(count))
        .map(|n| json!({"id": format!("{kind}-{n}"), "userName": format!("endless-{n}"), "displayName": format!("endless-{n}"), "name": format!("endless-{n}")}))
        .collect();
    let list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": start.saturating_add(count).saturating_mul(2),
        "startIndex": start,
        "itemsPerPage": count,
        "Resources": records,
    });
    list.to_string().into_bytes()
}
