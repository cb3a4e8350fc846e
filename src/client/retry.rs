//! When a request may be sent again, and after what wait. No IO, no clock of its own.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::scim::failure::{Failure, FailureClass, RequestArrival};
use crate::scim::request::Request;

/// Tries in all.
pub(super) const MOST_TRIES: u32 = 4;
/// The longest wait before a try. A server that asks for a longer one is left alone: the request fails.
pub(super) const MOST_WAIT: Duration = Duration::from_secs(60);
/// The longest time that a server can ask for: a day. Beyond that it is no time that anybody waits for.
const MOST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);
/// The first wait where the server asks for none; doubles with every try.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A try that failed.
#[derive(Debug)]
pub(super) struct FailedTry {
    /// Why.
    pub failure: Failure,
    /// The wait that the server asked for.
    pub asked: Option<RetryQuestion>,
}

/// A wait that an answer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryQuestion {
    /// How long.
    pub wait: Duration,
    /// The header that says so.
    pub by: &'static str,
}

impl RetryQuestion {
    /// True where it is longer than a request waits.
    pub(super) fn is_distant(self) -> bool {
        self.wait > MOST_WAIT
    }
}

impl From<Failure> for FailedTry {
    fn from(failure: Failure) -> Self {
        Self { failure, asked: None }
    }
}

/// The wait before the next try; `None` where there must be none. `attempt` counts from 1; `random` is any number.
pub(super) fn wait_before_next(request: &Request, setback: &FailedTry, attempt: u32, random: u32) -> Option<Duration> {
    let again = if request.is_read() { read_again(&setback.failure) } else { write_again(request, setback) };
    let may = attempt < MOST_TRIES && again;
    match setback.asked {
        _ if !may => None,
        Some(asked) => (!asked.is_distant()).then_some(asked.wait),
        None => Some(backoff(attempt, random).min(MOST_WAIT)),
    }
}

fn read_again(failure: &Failure) -> bool {
    match failure.status {
        Some(200..=299) => failure.class == FailureClass::Offline,
        Some(status) => matches!(status, 429 | 500 | 502 | 503 | 504),
        None => matches!(failure.class, FailureClass::Offline | FailureClass::Timeout),
    }
}

/// A write goes out again only if it certainly did nothing, or a second one does no more than the first: no connection came
/// about, or the server put it off. A 503 may come from a proxy when the server behind it has done the change already, so
/// what is not repeatable waits: whoever sent it looks at the record first.
fn write_again(request: &Request, setback: &FailedTry) -> bool {
    match setback.failure.status {
        Some(429) => true,
        Some(503) => setback.asked.is_some() && request.is_repeatable(),
        Some(_) => false,
        None => {
            setback.failure.arrived == RequestArrival::No
                && matches!(setback.failure.class, FailureClass::Offline | FailureClass::Timeout)
        }
    }
}

/// 0.5 s, 1 s, 2 s, …, each a quarter shorter or longer so that many clients don't come back at once.
fn backoff(attempt: u32, random: u32) -> Duration {
    let quarter = 0.75 + 0.5 * f64::from(random) / f64::from(u32::MAX);
    FIRST_WAIT.saturating_mul(1 << (attempt - 1).min(16)).mul_f64(quarter)
}

/// The wait that an answer asks for: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), `X-Retry-After`, or the
/// seconds of `RateLimit-Reset`. A date is compared with the server's own `Date`, so that clocks may differ.
pub(super) fn asked_wait(headers: &HeaderMap, now: Timestamp) -> Option<RetryQuestion> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let now = text(DATE.as_str()).and_then(date).unwrap_or(now);
    let told = |name: &str| {
        let value = text(name)?;
        seconds(value).or_else(|| date(value).map(|when| between(now, when))).map(|wait| wait.min(MOST_ASKED))
    };
    // When the whole quota is back says no more than that: one request may pass long before.
    let reset = || text("ratelimit-reset").and_then(seconds).map(|wait| wait.min(MOST_WAIT));
    let asked = |wait: Option<Duration>, by: &'static str| wait.map(|wait| RetryQuestion { wait, by });
    asked(told(RETRY_AFTER.as_str()), "Retry-After")
        .or_else(|| asked(told("x-retry-after"), "X-Retry-After"))
        .or_else(|| asked(reset(), "RateLimit-Reset"))
}

/// Whole or broken seconds.
fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then(|| Duration::from_secs_f64(number.clamp(0.0, MOST_ASKED.as_secs_f64())))
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn between(now: Timestamp, when: Timestamp) -> Duration {
    Duration::try_from(when.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::scim::request::Method;

    #[rstest]
    #[case(&[("retry-after", "7")], Some(7))]
    #[case(&[("retry-after", "300")], Some(300))]
    #[case(&[("retry-after", "9999999")], Some(86_400))]
    #[case(&[("retry-after", "Sat, 06 Nov 2094 08:49:37 GMT")], Some(86_400))]
    #[case(&[("ratelimit-reset", "3600")], Some(60))]
    #[case(&[("retry-after", "-4")], Some(0))]
    #[case(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), ("date", "Sun, 06 Nov 1994 08:49:07 GMT")], Some(30))]
    #[case(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(0))]
    #[case(&[("retry-after", "soon"), ("x-retry-after", "3")], Some(3))]
    #[case(&[("ratelimit-reset", "11"), ("x-ratelimit-reset", "1")], Some(11))]
    #[case(&[("retry-after", "NaN")], None)]
    #[case(&[], None)]
    fn waits_are_read(#[case] headers: &[(&str, &str)], #[case] expected: Option<u64>) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(asked_wait(&headers, now).map(|asked| asked.wait.as_secs()), expected);
    }

    #[test]
    fn waits_double_within_a_quarter() {
        assert_eq!(backoff(1, 0), Duration::from_millis(375));
        assert_eq!(backoff(1, u32::MAX), Duration::from_millis(625));
        assert_eq!(backoff(3, u32::MAX), Duration::from_millis(2500));
    }

    fn patch(operations: Value) -> Request {
        Request::new(Method::Patch, ["Users", "1"]).body(json!({"Operations": operations}))
    }

    fn read() -> Request {
        Request::new(Method::Get, ["Users"])
    }

    fn setback(class: FailureClass, status: Option<u16>, arrived: RequestArrival, asked: bool) -> FailedTry {
        let failure = Failure { status, arrived, ..Failure::local(class, "", "") };
        FailedTry { failure, asked: asked.then_some(RetryQuestion { wait: Duration::from_secs(5), by: "Retry-After" }) }
    }

    #[test]
    fn who_asks_for_longer_than_is_waited_is_left_alone() {
        let after = |seconds: u64| {
            let asked = RetryQuestion { wait: Duration::from_secs(seconds), by: "Retry-After" };
            let setback = setback(FailureClass::RateLimited, Some(429), RequestArrival::Yes, false);
            wait_before_next(&read(), &FailedTry { asked: Some(asked), ..setback }, 1, 0)
        };
        assert_eq!(after(60), Some(MOST_WAIT));
        assert_eq!(after(61), None);
    }

    #[rstest]
    #[case::refused(setback(FailureClass::Offline, None, RequestArrival::No, false), true, true)]
    #[case::slow_connection(setback(FailureClass::Timeout, None, RequestArrival::No, false), true, true)]
    #[case::broke(setback(FailureClass::Offline, None, RequestArrival::Unknown, false), true, false)]
    #[case::slow(setback(FailureClass::Timeout, None, RequestArrival::Unknown, false), true, false)]
    #[case::cut_body(setback(FailureClass::Offline, Some(200), RequestArrival::Unknown, false), true, false)]
    #[case::too_long(setback(FailureClass::Protocol, Some(200), RequestArrival::Unknown, false), false, false)]
    #[case::proxy_password(setback(FailureClass::Proxy, None, RequestArrival::No, false), false, false)]
    #[case::certificate(setback(FailureClass::Tls, None, RequestArrival::No, false), false, false)]
    #[case::busy(setback(FailureClass::RateLimited, Some(429), RequestArrival::Yes, false), true, true)]
    #[case::put_off(setback(FailureClass::RateLimited, Some(503), RequestArrival::Yes, true), true, true)]
    #[case::down(setback(FailureClass::Server, Some(503), RequestArrival::Unknown, false), true, false)]
    #[case::broken(setback(FailureClass::Server, Some(500), RequestArrival::Unknown, true), true, false)]
    #[case::gateway(setback(FailureClass::Server, Some(504), RequestArrival::Unknown, true), true, false)]
    #[case::forbidden(setback(FailureClass::Forbidden, Some(403), RequestArrival::Yes, true), false, false)]
    #[case::ours(setback(FailureClass::Local, None, RequestArrival::No, false), false, false)]
    fn only_what_is_safe_is_repeated(#[case] setback: FailedTry, #[case] read: bool, #[case] write: bool) {
        let is_sent = |request: &Request| wait_before_next(request, &setback, 1, 0).is_some();
        let creation = Request::new(Method::Post, ["Users"]);
        let put_off = setback.failure.status == Some(503);
        assert_eq!(is_sent(&self::read()), read);
        assert_eq!(is_sent(&patch(json!([{"op": "replace", "path": "active", "value": false}]))), write);
        let once = [
            creation,
            Request::new(Method::Delete, ["Users", "1"]),
            Request::new(Method::Put, ["Users", "1"]).body(json!({})),
            patch(json!([{"op": "remove", "path": "members[value eq \"1\"]"}])),
            patch(json!([{"op": "replace", "path": "members", "value": [{"value": "1"}]}])),
            patch(json!([{"op": "add", "path": "members", "value": [{"value": "1"}]}])).if_match(Some("v1")),
        ];
        once.iter().for_each(|request| assert_eq!(is_sent(request), write && !put_off, "{request:?}"));
        assert_eq!(wait_before_next(&self::read(), &setback, MOST_TRIES, 0), None);
    }
}
