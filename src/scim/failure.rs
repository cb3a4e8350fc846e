//! Why a request did not succeed, in words that a person can act on.

use serde::{Deserialize, Serialize};

/// The kind of a failure; decides colour, retry and the next step that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// 401: the key was not accepted.
    Unauthorized,
    /// 403: the key is known but may not do this.
    Forbidden,
    /// 404 or 410.
    NotFound,
    /// 412: the record has another version; 409: it clashes with another record.
    Conflict,
    /// 429, or 503 with `Retry-After`, after every retry was used up.
    RateLimited,
    /// No connection: name, route, refused, reset before anything was sent.
    Offline,
    /// 407: the proxy before the server wants a user and a password (RFC 9110 §15.5.8).
    Proxy,
    /// The server did not answer in time.
    Timeout,
    /// TLS: certificate unknown, expired or for another host.
    Tls,
    /// An answer that is not SCIM: HTML, cut off, not JSON, not a list.
    Protocol,
    /// Any other 4xx: the server refused what was asked.
    Refused,
    /// Any other 5xx.
    Server,
    /// The person or a profile switch cancelled the request.
    Cancelled,
    /// The client refused to send the request (plain HTTP to another host, no key, …).
    Local,
}

/// Whether the server may have acted on the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestArrival {
    /// The server certainly did not act; the request may be sent again.
    No,
    /// Not known: read the record before doing anything else.
    Unknown,
    /// The server answered.
    Yes,
}

/// A failed request. Holds no secret and no body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// The kind of failure.
    pub class: FailureClass,
    /// A single line, cleaned for display: the problem, with the server's own words where it gave any.
    pub text: String,
    /// A single line: the next step for the person. Empty where there is no advice.
    pub next: String,
    /// The HTTP status, where the server answered.
    pub status: Option<u16>,
    /// `scimType` of the error body (RFC 7644 §3.12).
    pub scim_type: Option<String>,
    /// Whether the server may have acted on the request.
    pub arrived: RequestArrival,
    /// Length of the answer in bytes, after decompression, as far as the answer arrived.
    #[serde(default)]
    pub bytes: u64,
    /// How often the request went out, or was to go out.
    #[serde(default = "once")]
    pub attempts: u32,
}

/// The number of attempts where an earlier version wrote none down.
pub const fn once() -> u32 {
    1
}

impl Failure {
    /// True where the server does not let this key ask: asking again brings the same.
    pub fn is_refusal(&self) -> bool {
        matches!(self.class, FailureClass::Forbidden | FailureClass::Unauthorized | FailureClass::Refused)
    }

    /// True where the server, or something before it, fails whatever is asked.
    pub fn is_outage(&self) -> bool {
        matches!(
            self.class,
            FailureClass::Server | FailureClass::Timeout | FailureClass::RateLimited | FailureClass::Protocol
        )
    }

    /// The problem and the advice, as sentences.
    pub fn sentences(&self) -> String {
        format!("{} {}", self.problem(), self.advice()).trim().to_owned()
    }

    /// The problem, as a sentence.
    pub fn problem(&self) -> String {
        sentence(&self.text)
    }

    /// The advice, as a sentence; empty where there is none.
    pub fn advice(&self) -> String {
        sentence(&self.next)
    }

    /// A failure without a status, of a request that did not reach the server.
    pub fn local(class: FailureClass, text: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            class,
            text: text.into(),
            next: next.into(),
            status: None,
            scim_type: None,
            arrived: RequestArrival::No,
            bytes: 0,
            attempts: 1,
        }
    }
}

/// Adds a full stop where the text has no final punctuation.
pub fn sentence(text: &str) -> String {
    match text.trim_end() {
        "" => String::new(),
        text if text.ends_with(['.', '!', '?', '”', '…']) => text.to_owned(),
        text => format!("{text}."),
    }
}
