//! The server's discovery documents: its configuration, resource types and schemas (RFC 7643 sections 5 to 7).

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::json::List;
use super::super::reply::{Answer, Refusal, RequestReply};
use super::super::request::AuthorisedRequest;
use super::{PAGE_LIMIT, more};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Answers the discovery paths; `None` for any other path.
pub(super) fn route(ask: &AuthorisedRequest, method: &Method, segments: &[&str]) -> Option<Answer> {
    let (name, id) = match *segments {
        [name @ ("ServiceProviderConfig" | "ResourceTypes" | "Schemas")] => (name, None),
        [name @ ("ResourceTypes" | "Schemas"), id] => (name, Some(id)),
        _ => return None,
    };
    if method != Method::GET {
        return Some(Err(Refusal::method(format!("{method} is not supported here"))));
    }
    if ask.parameter("filter").is_some() {
        return Some(Err(Refusal::new(403, "discovery takes no filter")));
    }
    Some(match (name, id) {
        ("ServiceProviderConfig", _) => RequestReply::json(StatusCode::OK, &provider_config(ask)),
        ("ResourceTypes", id) => listed(resource_types(ask), id),
        (_, id) => listed(schemas(ask), id),
    })
}

/// All documents as a list, or the requested document.
fn listed(all: Vec<Value>, id: Option<&str>) -> Answer {
    let Some(id) = id else {
        let count = all.len();
        return RequestReply::json(StatusCode::OK, &List::new(all, count, 1, count));
    };
    let found = all.into_iter().find(|document| document["id"] == id);
    RequestReply::json(StatusCode::OK, &found.ok_or_else(|| Refusal::new(404, format!("{id:?} not found")))?)
}

fn provider_config(ask: &AuthorisedRequest) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": PAGE_LIMIT},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": ask.options.etags},
        "authenticationSchemes": [
            {"type": "oauthbearertoken", "name": "Bearer token", "description": "The API key as a bearer token", "primary": true},
            {"type": "httpbasic", "name": "HTTP Basic", "description": "The API key as the password"},
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{}/ServiceProviderConfig", ask.base)},
    })
}

fn resource_types(ask: &AuthorisedRequest) -> Vec<Value> {
    [("User", "/Users", USER), ("Group", "/Groups", GROUP)]
        .into_iter()
        .map(|(name, endpoint, schema)| {
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
                "id": name,
                "name": name,
                "endpoint": endpoint,
                "schema": schema,
                "schemaExtensions": extensions(name),
                "meta": {"resourceType": "ResourceType", "location": format!("{}/ResourceTypes/{name}", ask.base)},
            })
        })
        .collect()
}

fn extensions(of: &str) -> Vec<Value> {
    let all = if of == "User" { more::EXTENSIONS.as_slice() } else { &[] };
    all.iter().map(|(urn, ..)| json!({"schema": urn, "required": false})).collect()
}

fn schemas(ask: &AuthorisedRequest) -> Vec<Value> {
    let name = ["formatted", "familyName", "givenName"].map(|part| simple(part, "string"));
    let emails = [simple("value", "string"), simple("type", "string"), simple("primary", "boolean")];
    let references = |of: &str| {
        let mut reference = simple("$ref", "reference");
        reference["referenceTypes"] = json!([of]);
        // The name is the other record's own.
        let mut display = simple("display", "string");
        display["mutability"] = "readOnly".into();
        vec![simple("value", "string"), display, reference]
    };
    let mut user_name = simple("userName", "string");
    user_name["required"] = true.into();
    user_name["uniqueness"] = "server".into();
    let mut group_name = simple("displayName", "string");
    group_name["required"] = true.into();
    let mut groups = complex("groups", true, references("Group"));
    groups["mutability"] = "readOnly".into();
    let mut user = vec![
        user_name,
        complex("name", false, name.to_vec()),
        simple("displayName", "string"),
        simple("active", "boolean"),
        complex("emails", true, emails.to_vec()),
        groups,
    ];
    user.extend(more::core_documents());
    let group = vec![group_name, complex("members", true, references("User"))];
    let extensions = more::EXTENSIONS.map(|(urn, name, table)| (urn, name, more::extension_documents(table)));
    [(USER, "User", user), (GROUP, "Group", group)]
        .into_iter()
        .chain(extensions)
        .map(|(id, name, attributes)| {
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
                "id": id,
                "name": name,
                "attributes": attributes,
                "meta": {"resourceType": "Schema", "location": format!("{}/Schemas/{id}", ask.base)},
            })
        })
        .collect()
}

fn simple(name: &str, kind: &str) -> Value {
    json!({
        "name": name, "type": kind, "multiValued": false, "required": false, "caseExact": false,
        "mutability": "readWrite", "returned": "default", "uniqueness": "none",
    })
}

fn complex(name: &str, multi_valued: bool, parts: Vec<Value>) -> Value {
    let mut attribute = simple(name, "complex");
    attribute["multiValued"] = multi_valued.into();
    attribute["subAttributes"] = parts.into();
    attribute
}
