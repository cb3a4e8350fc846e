//! RFC resources as JSON, the attributes that filters see, and the selection by `attributes` and `excludedAttributes`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::ids::{Kind, Uuid};
use super::super::records::{RecordNumber, Team, User};
use super::super::reply::{Answer, RequestReply, etag};
use super::super::request::{AuthorisedRequest, matches_tag};
use super::super::state::State;
use super::more;

/// Absolute address of a resource.
pub(super) fn location(ask: &AuthorisedRequest, kind: Kind, number: RecordNumber) -> String {
    let place = if kind == Kind::User { "Users" } else { "Groups" };
    format!("{}/{place}/{}", ask.base, Uuid(kind, number))
}

fn with_version(ask: &AuthorisedRequest, mut resource: Value, version: u32) -> Value {
    if let Some(version) = ask.shown(version) {
        resource["meta"]["version"] = etag(version).into();
    }
    resource
}

/// A user as JSON, RFC 7643 section 4.1.
pub(super) fn user(ask: &AuthorisedRequest, state: &State, number: RecordNumber, user: &User) -> Value {
    let groups: Vec<Value> = user
        .teams
        .iter()
        .filter_map(|&(team, _)| {
            Some(json!({
                "value": Uuid(Kind::Team, team),
                "display": state.team(team)?.name,
                "$ref": location(ask, Kind::Team, team),
            }))
        })
        .collect();
    let mut resource = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": Uuid(Kind::User, number),
        "userName": user.user_name,
        "name": {"formatted": user.display_name, "givenName": user.given, "familyName": user.family},
        "displayName": user.display_name,
        "active": user.active,
        "groups": groups,
        "meta": {
            "resourceType": "User",
            "created": user.created,
            "lastModified": user.modified.unwrap_or(user.created),
            "location": location(ask, Kind::User, number),
        },
    });
    if !user.email.is_empty() {
        resource["emails"] = json!([{"value": user.email, "type": "work", "primary": true}]);
    }
    if let Some(id) = &user.external_id {
        resource["externalId"] = json!(id);
    }
    if let Some(held) = &user.more {
        more::show(state, number, held, &mut resource);
    }
    with_version(ask, resource, user.version)
}

/// A group as JSON, RFC 7643 section 4.2.
pub(super) fn group(ask: &AuthorisedRequest, state: &State, number: RecordNumber, team: &Team) -> Value {
    let members: Vec<Value> = team
        .members
        .iter()
        .filter_map(|&member| {
            Some(json!({
                "value": Uuid(Kind::User, member),
                "display": state.user(member)?.display_name,
                "$ref": location(ask, Kind::User, member),
            }))
        })
        .collect();
    let mut resource = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "id": Uuid(Kind::Team, number),
        "displayName": team.name,
        "members": members,
        "meta": {
            "resourceType": "Group",
            "created": team.created,
            "lastModified": team.modified,
            "location": location(ask, Kind::Team, number),
        },
    });
    if let Some(id) = &team.external_id {
        resource["externalId"] = json!(id);
    }
    with_version(ask, resource, team.version)
}

/// The values of a user's attribute for filters; the name is in lower case.
pub(super) fn user_attribute(number: RecordNumber, user: &User, attribute: &str) -> Vec<Value> {
    let email = || if user.email.is_empty() { Vec::new() } else { vec![json!(user.email)] };
    match attribute {
        "id" => vec![json!(Uuid(Kind::User, number))],
        "externalid" => user.external_id.iter().map(|id| json!(id)).collect(),
        "username" => vec![json!(user.user_name)],
        "displayname" | "name.formatted" => vec![json!(user.display_name)],
        "name.givenname" => vec![json!(user.given)],
        "name.familyname" => vec![json!(user.family)],
        "emails" | "emails.value" => email(),
        "emails.type" => email().iter().map(|_| json!("work")).collect(),
        "active" => vec![json!(user.active)],
        "groups" | "groups.value" => user.teams.iter().map(|&(team, _)| json!(Uuid(Kind::Team, team))).collect(),
        "meta.created" => vec![json!(user.created)],
        "meta.lastmodified" => vec![json!(user.modified.unwrap_or(user.created))],
        other => user.more.as_deref().map(|held| more::attribute(held, other)).unwrap_or_default(),
    }
}

/// The values of a group's attribute for filters; the name is in lower case.
pub(super) fn group_attribute(number: RecordNumber, team: &Team, attribute: &str) -> Vec<Value> {
    match attribute {
        "id" => vec![json!(Uuid(Kind::Team, number))],
        "externalid" => team.external_id.iter().map(|id| json!(id)).collect(),
        "displayname" => vec![json!(team.name)],
        "members" | "members.value" => team.members.iter().map(|&user| json!(Uuid(Kind::User, user))).collect(),
        "meta.created" => vec![json!(team.created)],
        "meta.lastmodified" => vec![json!(team.modified)],
        _ => Vec::new(),
    }
}

/// Keeps the top-level attributes that `attributes` or `excludedAttributes` select (RFC 7644 section 3.9).
pub(super) fn project(ask: &AuthorisedRequest, resource: Value) -> Value {
    let Value::Object(map) = resource else { return resource };
    let names = |list: &str| -> Vec<String> {
        list.split(',').map(|name| name.trim().split('.').next().unwrap_or_default().to_lowercase()).collect()
    };
    let always = ["id", "schemas"];
    let kept: Map<String, Value> = if let Some(wanted) = ask.parameter("attributes").map(names) {
        let keep = |key: &str| always.contains(&key) || wanted.contains(&key.to_lowercase());
        map.into_iter().filter(|(key, _)| keep(key)).collect()
    } else if let Some(unwanted) = ask.parameter("excludedAttributes").map(names) {
        let keep = |key: &str| always.contains(&key) || !unwanted.contains(&key.to_lowercase());
        map.into_iter().filter(|(key, _)| keep(key)).collect()
    } else {
        map
    };
    Value::Object(kept)
}

/// The answer to a GET: the resource, or 304 if `If-None-Match` names its version.
pub(super) fn shown(ask: &AuthorisedRequest, resource: Value, version: u32) -> Answer {
    if ask.options.etags && ask.if_none_match.is_some_and(|header| matches_tag(header, version)) {
        let unchanged = RequestReply { status: StatusCode::NOT_MODIFIED, ..RequestReply::nothing() };
        return Ok(unchanged.version(Some(version)));
    }
    Ok(RequestReply::json(StatusCode::OK, &project(ask, resource))?.version(ask.shown(version)))
}
