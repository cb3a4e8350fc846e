//! A request as it may be recorded: complete, except for values that look like secrets.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scim::{
    graph,
    request::{ApiKind, Request},
};

/// The text that replaces a secret.
pub const MASK: &str = "***";

/// A request fit for the journal and the screen: without credentials, and with the secrets in its body masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactedText {
    /// The HTTP method.
    pub method: String,
    /// The path and query after the base URL; for GraphQL the operation's name.
    pub target: String,
    /// The `If-Match` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<String>,
    /// The body, with masked secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl fmt::Display for RedactedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)?;
        if let Some(version) = &self.if_match {
            write!(f, " (If-Match: {version})")?;
        }
        self.body.as_ref().map_or(Ok(()), |body| write!(f, " {body}"))
    }
}

/// The request without secrets.
pub fn shown(request: &Request) -> RedactedText {
    let mut body = request.body.clone();
    if let Some(body) = &mut body {
        mask(body);
    }
    let (method, target) = match request.api {
        ApiKind::Scim | ApiKind::Api => (request.method.as_str(), request.target()),
        ApiKind::Graph => ("GraphQL", body.as_ref().map(graph::name).unwrap_or_default().to_owned()),
    };
    // The document is the same for every call of an operation; only the variables tell calls apart.
    if request.api == ApiKind::Graph {
        body = body.and_then(|mut body| body.get_mut("variables").map(Value::take));
    }
    RedactedText { method: method.to_owned(), target, if_match: request.if_match.clone(), body }
}

/// Masks, at any depth, values with a secret's name: as a key, or as the `path` of a PATCH operation (RFC 7644 §3.5.2).
pub fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            let aimed = fields
                .iter()
                .any(|(name, path)| name.eq_ignore_ascii_case("path") && path.as_str().is_some_and(looks_secret));
            for (name, field) in fields.iter_mut() {
                if looks_secret(name) || (aimed && name.eq_ignore_ascii_case("value")) {
                    cover(field);
                } else {
                    mask(field);
                }
            }
        }
        _ => {}
    }
}

/// Booleans and `null` are no secrets, and are useful to see.
fn cover(value: &mut Value) {
    if !matches!(value, Value::Null | Value::Bool(_)) {
        *value = Value::String(MASK.to_owned());
    }
}

fn looks_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with("key") || ["password", "secret", "token", "credential"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::request::Method;

    #[test]
    fn of_graphql_the_operation_and_its_variables_are_shown() {
        let document = "mutation DeleteInvite($id: String) { deleteInvite(input: {id: $id}) { success } }";
        let request = graph::request("DeleteInvite", document, json!({"apiKey": "canary"}));
        assert_eq!(shown(&request).to_string(), r#"GraphQL DeleteInvite {"apiKey":"***"}"#);
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let request = Request::new(Method::Post, ["Users"]).if_match(Some("W/\"1\"")).body(json!({
            "userName": "ann", "Password": "canary", "changePassword": true,
            "urn:x:User": {"apiKey": ["canary"], "tokens": {"a": "canary"}},
            "Operations": [
                {"op": "replace", "path": "password", "value": "canary"},
                {"op": "replace", "path": "displayName", "value": "Ann"},
                {"op": "replace", "value": {"clientSecret": "canary"}}
            ]
        }));
        let shown = shown(&request);
        let text = serde_json::to_string(&shown).unwrap();
        assert!(!text.contains("canary"), "{text}");
        let body = shown.body.unwrap();
        assert_eq!(body["userName"], "ann");
        assert_eq!(body["changePassword"], true);
        assert_eq!(body["Operations"][1]["value"], "Ann");
        assert_eq!(shown.if_match.as_deref(), Some("W/\"1\""));
    }
}
