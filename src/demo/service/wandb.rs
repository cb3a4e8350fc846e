//! W&B's paths and methods, and which lock each needs.

use std::sync::{PoisonError, RwLock};

use axum::http::Method;

use super::reply::{Answer, Refusal};
use super::request::AuthorisedRequest;
use super::state::State;
use super::{groups, roles, user_patch, users};

/// Answers a request below the SCIM root; none when nothing is at the path.
pub(super) fn route(
    ask: &AuthorisedRequest,
    state: &RwLock<State>,
    method: &Method,
    segments: &[&str],
) -> Option<Answer> {
    if !matches!(segments, ["Users" | "Groups" | "Roles"] | ["Users" | "Groups" | "Roles", _]) {
        return None;
    }
    if method == Method::GET {
        return read(ask, &state.read().unwrap_or_else(PoisonError::into_inner), segments);
    }
    Some(write(ask, &mut state.write().unwrap_or_else(PoisonError::into_inner), method, segments))
}

fn read(ask: &AuthorisedRequest, state: &State, segments: &[&str]) -> Option<Answer> {
    Some(match *segments {
        ["Users"] => users::list(ask, state),
        ["Users", id] => users::get(ask, state, id),
        ["Groups"] => groups::list(ask, state),
        ["Groups", id] => groups::get(ask, state, id),
        ["Roles"] => roles::list(ask, state),
        ["Roles", id] => roles::get(ask, state, id),
        _ => return None,
    })
}

fn write(ask: &AuthorisedRequest, state: &mut State, method: &Method, segments: &[&str]) -> Answer {
    match (method.as_str(), segments) {
        ("POST", ["Users"]) => users::create(ask, state),
        ("DELETE", ["Users", id]) => users::delete(ask, state, id),
        ("PATCH", ["Users", id]) => user_patch::patch(ask, state, id),
        ("POST", ["Groups"]) => groups::create(ask, state),
        ("PATCH", ["Groups", id]) => groups::patch(ask, state, id),
        ("PUT", ["Groups", id]) => groups::put(ask, state, id),
        ("DELETE", ["Groups", id]) => groups::delete(state, id),
        ("POST", ["Roles"]) => roles::create(ask, state),
        ("PATCH", ["Roles", id]) => roles::patch(ask, state, id),
        ("PUT", ["Roles", id]) => roles::put(ask, state, id),
        ("DELETE", ["Roles", id]) => roles::delete(ask, state, id),
        _ => Err(Refusal::method(format!("{method} is not supported here"))),
    }
}
