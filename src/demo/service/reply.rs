//! Answers and refusals, and their conversion to HTTP. Knows the error shapes of SCIM (RFC 7644 section 3.12) and
//! GraphQL, and no resource.

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerProtocol {
    Scim,
    GraphQl,
    /// Grafana's HTTP API: `{"message":…}`.
    Grafana,
    /// Kubernetes' `Status`, from the program that serves `/apis/` at Grafana.
    Kubernetes,
}

impl AnswerProtocol {
    /// The media type of every body; for SCIM, RFC 7644 section 8.1.
    fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Scim => "application/scim+json",
            Self::GraphQl | Self::Grafana | Self::Kubernetes => "application/json",
        })
    }
}

/// The result of a handler.
pub(super) type Answer = Result<RequestReply, Refusal>;

/// The answer to a request that was carried out.
#[derive(Debug)]
pub(super) struct RequestReply {
    pub status: StatusCode,
    pub body: Vec<u8>,
    pub location: Option<String>,
    pub version: Option<u32>,
}

impl RequestReply {
    /// An answer with a body.
    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).map_err(|error| Refusal::new(500, error.to_string()))?;
        Ok(Self { status, body, location: None, version: None })
    }

    /// An answer with status 204 and no body.
    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Vec::new(), location: None, version: None }
    }

    pub(super) fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds an `ETag`, if the server has versions.
    pub(super) fn version(mut self, version: Option<u32>) -> Self {
        self.version = version;
        self
    }

    pub(super) fn into_response(self, protocol: AnswerProtocol) -> Response<Body> {
        let empty = self.body.is_empty();
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if !empty {
            headers.insert(header::CONTENT_TYPE, protocol.media_type());
        }
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(tag) = self.version.and_then(|version| HeaderValue::try_from(etag(version)).ok()) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

/// A version in the form used in `ETag` and `meta.version`.
pub(super) fn etag(version: u32) -> String {
    format!("W/\"{version}\"")
}

/// The reason why a request was not carried out.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub status: u16,
    pub scim_type: Option<&'static str>,
    pub detail: String,
    /// The format, if it differs from that of the other answers.
    pub speaker: Option<AnswerProtocol>,
}

/// The detail, as GraphQL's errors show it.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Refusal {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), speaker: None }
    }

    pub(super) fn value(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("invalidValue"), ..Self::new(400, detail) }
    }

    pub(super) fn syntax(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("invalidSyntax"), ..Self::new(400, detail) }
    }

    pub(super) fn path(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("invalidPath"), ..Self::new(400, detail) }
    }

    pub(super) fn filter(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("invalidFilter"), ..Self::new(400, detail) }
    }

    pub(super) fn target(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("noTarget"), ..Self::new(400, detail) }
    }

    pub(super) fn mutability(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("mutability"), ..Self::new(400, detail) }
    }

    pub(super) fn taken(detail: impl Into<String>) -> Self {
        Self { scim_type: Some("uniqueness"), ..Self::new(409, detail) }
    }

    pub(super) fn unknown(what: &str, id: &str) -> Self {
        Self::new(404, format!("{what} {id:?} not found"))
    }

    pub(super) fn method(detail: impl Into<String>) -> Self {
        Self::new(405, detail)
    }

    /// Sets the format, whatever the request was.
    pub(super) fn written(self, speaker: AnswerProtocol) -> Self {
        Self { speaker: Some(speaker), ..self }
    }

    fn body(&self, protocol: AnswerProtocol) -> Value {
        match protocol {
            AnswerProtocol::GraphQl => return json!({ "errors": [{ "message": self.detail }] }),
            AnswerProtocol::Grafana if self.status == 403 => {
                return json!({"accessErrorId": "ACE0000000001", "message": self.detail, "title": "Access denied"});
            }
            AnswerProtocol::Grafana => return json!({ "message": self.detail }),
            AnswerProtocol::Kubernetes => {
                let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
                return json!({
                    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.detail,
                    "reason": reason.unwrap_or_default().replace(' ', ""), "code": self.status,
                });
            }
            AnswerProtocol::Scim => {}
        }
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "detail": self.detail,
            "status": self.status.to_string(),
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.into();
        }
        body
    }

    pub(super) fn into_response(self, protocol: AnswerProtocol) -> Response<Body> {
        let protocol = self.speaker.unwrap_or(protocol);
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = self.body(protocol);
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, protocol.media_type());
        match self.status {
            401 => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"scim\""));
            }
            405 => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
            }
            // W&B's general limits, which the SCIM chapter does not mention: a reset in seconds beside Retry-After.
            429 => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                headers.insert("RateLimit-Remaining", HeaderValue::from_static("0"));
                headers.insert("RateLimit-Reset", HeaderValue::from_static("1"));
            }
            503 => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}
