//! W&B's `/Roles`, its own addition to SCIM: the custom roles of the organisation.

use axum::http::StatusCode;
use serde_json::Value;

use super::ids::{GlobalId, Kind};
use super::json::{List, RoleView, location};
use super::names::{FURTHER_PERMISSIONS, MEMBER_PERMISSIONS, VIEWER_PERMISSIONS};
use super::options::RolePut;
use super::records::{CustomRole, RecordNumber, TeamRole};
use super::reply::{Answer, Refusal, RequestReply};
use super::request::{AuthorisedRequest, operations, require_schema, slice, text};
use super::state::State;
use super::user_patch::single;
use super::words::inherited_permissions;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Role";
const PREDEFINED: [&str; 3] = ["admin", "member", "viewer"];

fn find<'a>(state: &'a State, id: &str) -> Result<(RecordNumber, &'a CustomRole), Refusal> {
    GlobalId::parse(Kind::Role, id)
        .and_then(|number| Some((number, state.role(number)?)))
        .ok_or_else(|| Refusal::unknown("Role", id))
}

fn show(ask: &AuthorisedRequest, state: &State, number: RecordNumber, status: StatusCode) -> Answer {
    let role = state.role(number).ok_or_else(|| Refusal::new(404, "the role is gone"))?;
    let view = RoleView { number, role, etags: ask.options.etags };
    Ok(RequestReply::json(status, &view)?.version(ask.shown(role.version)))
}

pub(super) fn get(ask: &AuthorisedRequest, state: &State, id: &str) -> Answer {
    let (number, _) = find(state, id)?;
    show(ask, state, number, StatusCode::OK)
}

pub(super) fn list(ask: &AuthorisedRequest, state: &State) -> Answer {
    if let Some(filter) = ask.parameter("filter") {
        return Err(Refusal::filter(format!("filter {filter:?} is not supported: roles have none")));
    }
    let (limit, etags) = (ask.options.page_limit, ask.options.etags);
    let page = if ask.options.ignore_paging { (1, limit) } else { ask.page(limit, limit)? };
    let roles: Vec<_> = state.living_roles().collect();
    let views = slice(&roles, page).iter().map(|&(number, role)| RoleView { number, role, etags }).collect();
    RequestReply::json(StatusCode::OK, &List::new(views, roles.len(), page.0, limit))
}

pub(super) fn create(ask: &AuthorisedRequest, state: &mut State) -> Answer {
    let body = ask.json()?;
    let mut role = definition(ask, state, &body, None)?;
    role.permissions = permissions(&body, "permissions")?.unwrap_or_default();
    drop_inherited(&mut role);
    state.roles.push(Some(role));
    let number = state.roles.len() as RecordNumber - 1;
    Ok(show(ask, state, number, StatusCode::CREATED)?.at(location(Kind::Role, number)))
}

/// Name, description and inherited role of a body; `own` is the role that may keep its name.
fn definition(
    ask: &AuthorisedRequest,
    state: &State,
    body: &Value,
    own: Option<RecordNumber>,
) -> Result<CustomRole, Refusal> {
    // W&B's reference does not list `schemas` among what a role needs.
    if body.get("schemas").is_some() {
        require_schema(body, SCHEMA)?;
    }
    let name = text(body, "name")?;
    if PREDEFINED.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(Refusal::taken(format!("{name:?} is a predefined role")));
    }
    if state.role_named(name).is_some_and(|holder| Some(holder) != own) {
        return Err(Refusal::taken(format!("role {name:?} exists already")));
    }
    let inherits_member = match text(body, "inheritedFrom")? {
        "member" => true,
        "viewer" => false,
        other => return Err(Refusal::value(format!("inheritedFrom must be member or viewer, not {other:?}"))),
    };
    let description = body.get("description").and_then(Value::as_str).unwrap_or_default();
    Ok(CustomRole {
        name: name.into(),
        description: description.into(),
        inherits_member,
        permissions: Vec::new(),
        created: ask.now,
        modified: None,
        version: 1,
    })
}

/// The permissions that a list of `{"name":…}` names, each once; none when the key is absent.
fn permissions(body: &Value, key: &str) -> Result<Option<Vec<Box<str>>>, Refusal> {
    let list = match body.get(key) {
        None => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refusal::value(format!("{key} must be an array of {{\"name\":\"object:operation\"}}"))),
    };
    let mut names: Vec<Box<str>> = Vec::with_capacity(list.len());
    for entry in list {
        let name = text(entry, "name")?;
        let known = [VIEWER_PERMISSIONS, MEMBER_PERMISSIONS, FURTHER_PERMISSIONS].iter().any(|set| set.contains(&name));
        if !known {
            return Err(Refusal::value(format!("permission {name:?} does not exist")));
        }
        if names.iter().all(|held| **held != *name) {
            names.push(name.into());
        }
    }
    Ok(Some(names))
}

fn drop_inherited(role: &mut CustomRole) {
    let inherited = inherited_permissions(role);
    role.permissions.retain(|name| !inherited.contains(&&**name));
}

/// `PATCH`: one `add` or `remove` of own permissions.
pub(super) fn patch(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, role) = find(state, id)?;
    ask.check_version(role.version)?;
    let operation = single(operations(&ask.json()?)?)?;
    if operation.path.as_deref() != Some("permissions") {
        return Err(Refusal::path("path must be permissions"));
    }
    let body = serde_json::json!({ "value": operation.value });
    let names = permissions(&body, "value")?.unwrap_or_default();
    let inherited = inherited_permissions(role);
    let Some(role) = state.role_mut(number) else { return Err(Refusal::unknown("Role", id)) };
    match operation.op.as_str() {
        "add" => {
            role.permissions.retain(|name| !names.contains(name));
            role.permissions.extend(names);
            drop_inherited(role);
        }
        "remove" => {
            if let Some(name) = names.iter().find(|name| inherited.contains(&&***name)) {
                return Err(Refusal::value(format!("permission {name:?} is inherited and cannot be removed")));
            }
            role.permissions.retain(|name| !names.contains(name));
        }
        other => return Err(Refusal::syntax(format!("op must be add or remove, not {other:?}"))),
    }
    role.version += 1;
    role.modified = Some(ask.now);
    show(ask, state, number, StatusCode::OK)
}

/// `PUT`: name, description and inherited role, and the own permissions as [`RolePut`] says.
pub(super) fn put(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, role) = find(state, id)?;
    ask.check_version(role.version)?;
    let body = ask.json()?;
    let wanted = definition(ask, state, &body, Some(number))?;
    let permissions = permissions(&body, "permissions")?.unwrap_or_default();
    let Some(role) = state.role_mut(number) else { return Err(Refusal::unknown("Role", id)) };
    let renamed = role.name != wanted.name;
    role.name = wanted.name;
    role.description = wanted.description;
    role.inherits_member = wanted.inherits_member;
    if ask.options.role_put == RolePut::Replaces {
        role.permissions = permissions;
    }
    drop_inherited(role);
    role.version += 1;
    role.modified = Some(ask.now);
    if renamed {
        state.touch_holders(number, None, ask.now);
    }
    show(ask, state, number, StatusCode::OK)
}

/// `DELETE`: who held the role falls back to what it inherited from.
pub(super) fn delete(ask: &AuthorisedRequest, state: &mut State, id: &str) -> Answer {
    let (number, role) = find(state, id)?;
    ask.check_version(role.version)?;
    let fallback = if role.inherits_member { TeamRole::Member } else { TeamRole::Viewer };
    state.touch_holders(number, Some(fallback), ask.now);
    if let Some(place) = state.roles.get_mut(number as usize) {
        *place = None;
    }
    Ok(RequestReply::nothing())
}
