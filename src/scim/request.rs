//! Requests as values: built and tested without a network.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::graph;

/// The HTTP methods that SCIM uses (RFC 7644 §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    Get,
    /// Create, or `.search`.
    Post,
    /// Replace the whole resource.
    Put,
    /// Change parts of a resource.
    Patch,
    /// Remove a resource.
    Delete,
}

impl Method {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// True for methods that change nothing on the server and may always be repeated (RFC 9110 §9.2.1).
    pub fn is_read(self) -> bool {
        matches!(self, Self::Get)
    }
}

/// The interface of a server that a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiKind {
    /// SCIM.
    #[default]
    Scim,
    /// GraphQL beside it, as W&B has it.
    Graph,
    /// The provider's own HTTP API, as Grafana has it.
    Api,
}

impl ApiKind {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_scim(&self) -> bool {
        matches!(self, ApiKind::Scim)
    }
}

/// A request, relative to the base URL of a profile: no host, no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The API that the request is for. Journals have it under its first name.
    #[serde(rename = "door", default, skip_serializing_if = "ApiKind::is_scim")]
    pub api: ApiKind,
    /// The method.
    pub method: Method,
    /// Path segments after the base URL, **not** percent-encoded (`["Users", "VXNlcjox=="]`).
    pub path: Vec<String>,
    /// Query parameters in order, not encoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// The version that the record must still have (`If-Match`, RFC 7644 §3.14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<String>,
    /// The JSON body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Headers that the interface asks for, beside those of every request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// True if the body is made from the record's state when the request goes out: by PUT the whole record, by PATCH
    /// the whole attributes that the operations name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merge: bool,
    /// The PATCH body that is applied to the record then; where there is none, `body` is. With it, `body` is the result
    /// as of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Value>,
    /// Other forms of the same request, tried in this order where the server does not know the one before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Request>,
    /// True if the answer holds a new secret: nothing of it may be kept or shown but to the person, once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

impl Request {
    /// A request without query, version or body.
    pub fn new<S: Into<String>>(method: Method, path: impl IntoIterator<Item = S>) -> Self {
        Self {
            api: ApiKind::Scim,
            method,
            path: path.into_iter().map(Into::into).collect(),
            query: Vec::new(),
            if_match: None,
            body: None,
            headers: Vec::new(),
            merge: false,
            operations: None,
            otherwise: Vec::new(),
            secret: false,
        }
    }

    /// True if the request alters nothing and may be repeated.
    pub fn is_read(&self) -> bool {
        match self.api {
            ApiKind::Scim | ApiKind::Api => self.method.is_read(),
            ApiKind::Graph => self.body.as_ref().is_some_and(graph::is_query),
        }
    }

    /// True if a second request makes a second record, or may: creations, and each GraphQL request that alters
    /// something.
    pub fn may_double(&self) -> bool {
        self.method == Method::Post && !self.is_read()
    }

    /// True if the request may be sent again although it may have taken effect: a PATCH that adds, or sets single
    /// values. A second removal finds nothing to remove, a second DELETE nothing to delete, a version has moved, and
    /// others may have altered whole lists meanwhile.
    pub fn is_repeatable(&self) -> bool {
        let operations = self.body.as_ref().and_then(|body| body.get("Operations")).and_then(Value::as_array);
        let is_plain = |operation: &Value| match operation.get("op").and_then(Value::as_str) {
            Some(op) if op.eq_ignore_ascii_case("add") => true,
            Some(op) if op.eq_ignore_ascii_case("replace") => !operation.get("value").is_some_and(holds_list),
            _ => false,
        };
        let patches = self.method == Method::Patch && self.if_match.is_none();
        self.is_read() || (patches && operations.is_some_and(|all| all.iter().all(is_plain)))
    }

    /// Adds one query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the JSON body.
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Asks for the given version, where one is known.
    pub fn if_match(mut self, version: Option<&str>) -> Self {
        self.if_match = version.map(Into::into);
        self
    }

    /// Sets the forms that the request may take where the server does not know this one.
    pub fn or_else(mut self, otherwise: Vec<Request>) -> Self {
        self.otherwise = otherwise;
        self
    }

    /// Path and query as sent: every byte outside RFC 3986 *unreserved* percent-encoded, so that ids ending in `=` or
    /// holding `/` stay one segment.
    pub fn target(&self) -> String {
        let mut out = String::new();
        for segment in &self.path {
            out.push('/');
            encode(segment, &mut out);
        }
        for (i, (name, value)) in self.query.iter().enumerate() {
            out.push(if i == 0 { '?' } else { '&' });
            encode(name, &mut out);
            out.push('=');
            encode(value, &mut out);
        }
        out
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.api {
            ApiKind::Scim => write!(f, "{} {}", self.method.as_str(), self.target()),
            ApiKind::Api => write!(f, "{} API {}", self.method.as_str(), self.target()),
            ApiKind::Graph => write!(f, "GraphQL {}", self.body.as_ref().map_or("", graph::name)),
        }
    }
}

fn encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(HEX[usize::from(byte >> 4)] as char);
            out.push(HEX[usize::from(byte & 15)] as char);
        }
    }
}

/// True for a list, or an object that holds one.
fn holds_list(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(fields) => fields.values().any(holds_list),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_filters_are_encoded() {
        let one = Request::new(Method::Get, ["Users", "VXNlcjox==/.."]);
        assert_eq!(one.target(), "/Users/VXNlcjox%3D%3D%2F..");
        let many = Request::new(Method::Get, ["Users"]).query("filter", "userName eq \"å b\"");
        assert_eq!(many.to_string(), "GET /Users?filter=userName%20eq%20%22%C3%A5%20b%22");
    }
}
