//! GraphQL as values, for what a provider tells and does beside SCIM: a request, its name, its answer, its refusal.
//!
//! Follows the GraphQL over HTTP draft: `POST {query, variables, operationName}`, answered by `{data, errors}`, where a
//! refusal may come with status 200.

use serde_json::{Value, json};

use super::{
    failure::{Failure, FailureClass, RequestArrival},
    request::{ApiKind, Method, Request},
    text::clean_line,
    tree,
};

/// The most characters of the server's words that are kept.
const LONGEST: usize = 300;

/// A request for one operation; `name` is the one in the document.
pub fn request(name: &str, document: &str, variables: Value) -> Request {
    let body = json!({"query": document, "variables": variables, "operationName": name});
    Request { api: ApiKind::Graph, ..Request::new(Method::Post, [] as [&str; 0]).body(body) }
}

/// True for a body that only asks.
pub fn is_query(body: &Value) -> bool {
    body.get("query").and_then(Value::as_str).is_some_and(|text| text.trim_start().starts_with("query"))
}

/// The name of the body's operation.
pub fn name(body: &Value) -> &str {
    body.get("operationName").and_then(Value::as_str).unwrap_or_default()
}

/// The `data` of an answer; nothing where it holds none.
pub fn data(body: &[u8]) -> Option<Value> {
    let mut answer = tree::parse(body).ok()?;
    answer.get_mut("data").map(Value::take).filter(|data| !data.is_null())
}

/// The refusal that an answer in 2xx holds. The words of several errors stand one after another. What only `asks` may be
/// answered in part, with errors about the rest: that is an answer.
pub fn refusal(status: u16, body: &[u8], asks: bool) -> Option<Failure> {
    let failed = |class, text: String, next: &str| {
        let bytes = body.len() as u64;
        Some(Failure { status: Some(status), arrived: RequestArrival::Yes, bytes, ..Failure::local(class, text, next) })
    };
    let Ok(answer) = tree::parse(body) else {
        let next = "Check the profile's url: this may be another service, a proxy or a sign-in page.";
        let failure = failed(FailureClass::Protocol, "The GraphQL answer is no JSON".into(), next);
        let arrived = if asks { RequestArrival::Yes } else { RequestArrival::Unknown };
        return failure.map(|failure| Failure { arrived, ..failure });
    };
    let errors = answer.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty())?;
    let told = |data: &Value| data.as_object().is_some_and(|data| data.values().any(|value| !value.is_null()));
    if asks && answer.get("data").is_some_and(told) {
        return None;
    }
    let words: Vec<&str> = errors.iter().filter_map(|error| error.get("message")?.as_str()).collect();
    let words = clean_line(&words.join("; "), LONGEST).into_owned();
    failed(class(&words), format!("The server refused it. It says: “{words}”"), "")
}

/// Whether the words are about who asks, or about what is asked.
fn class(words: &str) -> FailureClass {
    let words = words.to_ascii_lowercase();
    let about_who = ["permission", "only admins", "relogin", "not authorized", "unauthorized", "forbidden"];
    if about_who.iter().any(|sign| words.contains(sign)) { FailureClass::Forbidden } else { FailureClass::Refused }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_knows_its_name_and_whether_it_only_asks() {
        let asks = request("GetViewer", "query GetViewer { viewer { id } }", json!({}));
        assert_eq!((asks.to_string().as_str(), asks.is_read()), ("GraphQL GetViewer", true));
        let acts = request("DeleteApiKey", "mutation DeleteApiKey($id: String!) { x }", json!({"id": "1"}));
        assert_eq!((acts.to_string().as_str(), acts.is_read()), ("GraphQL DeleteApiKey", false));
    }

    #[test]
    fn a_refusal_comes_with_any_status() {
        let body = br#"{"data":{"createUser":null},"errors":[{"message":"only admins can use createUser()"},{"message":"b"}]}"#;
        let failure = refusal(200, body, false).unwrap();
        assert_eq!(
            (failure.class, failure.arrived, failure.status),
            (FailureClass::Forbidden, RequestArrival::Yes, Some(200))
        );
        assert!(failure.text.ends_with("“only admins can use createUser(); b”"), "{}", failure.text);
        assert_eq!(refusal(200, br#"{"data":{"viewer":null}}"#, true), None);
        let page = |asks| refusal(200, b"<html>", asks).map(|failure| (failure.class, failure.arrived));
        assert_eq!(page(true), Some((FailureClass::Protocol, RequestArrival::Yes)));
        assert_eq!(page(false), Some((FailureClass::Protocol, RequestArrival::Unknown)), "it may have done it");
        let partly = br#"{"data":{"viewer":{"apiKeys":null}},"errors":[{"message":"relogin required"}]}"#;
        assert_eq!(refusal(200, partly, true), None);
        assert!(refusal(200, partly, false).is_some());
        assert_eq!(data(br#"{"data":{"viewer":null}}"#), Some(json!({"viewer": null})));
        assert_eq!(data(br#"{"data":null}"#), None);
    }
}
