//! The second provider: plain SCIM after RFC 7643 and RFC 7644, with index paging, filters and PATCH paths. Paths,
//! methods and locks are here; resources are in the files beside.

mod discovery;
mod filter;
mod groups;
pub(super) mod more;
mod patch;
mod users;
mod view;

use std::sync::{PoisonError, RwLock};

use axum::http::Method;

use super::reply::{Answer, Refusal};
use super::request::AuthorisedRequest;
use super::state::State;

/// Resources in a page when `count` is not sent.
const PAGE_DEFAULT: usize = 100;
/// The most resources in a page, whatever `count` says.
const PAGE_LIMIT: usize = 200;

/// Answers a request below the SCIM root; none when nothing is at the path.
pub(super) fn route(
    ask: &AuthorisedRequest,
    state: &RwLock<State>,
    method: &Method,
    segments: &[&str],
) -> Option<Answer> {
    match segments {
        ["Users" | "Groups"] | ["Users" | "Groups", _] => {}
        ["Bulk" | "Me" | ".search"] => {
            return Some(Err(Refusal::new(501, format!("/{} is not supported", segments[0]))));
        }
        _ => return discovery::route(ask, method, segments),
    }
    if method == Method::GET {
        let state = state.read().unwrap_or_else(PoisonError::into_inner);
        return match *segments {
            ["Users"] => Some(users::list(ask, &state)),
            ["Users", id] => Some(users::get(ask, &state, id)),
            ["Groups"] => Some(groups::list(ask, &state)),
            ["Groups", id] => Some(groups::get(ask, &state, id)),
            _ => None,
        };
    }
    let state = &mut *state.write().unwrap_or_else(PoisonError::into_inner);
    Some(match (method.as_str(), segments) {
        ("POST", ["Users"]) => users::create(ask, state),
        ("PUT", ["Users", id]) => users::put(ask, state, id),
        ("PATCH", ["Users", id]) => users::patch(ask, state, id),
        ("DELETE", ["Users", id]) => users::delete(ask, state, id),
        ("POST", ["Groups"]) => groups::create(ask, state),
        ("PUT", ["Groups", id]) => groups::put(ask, state, id),
        ("PATCH", ["Groups", id]) => groups::patch(ask, state, id),
        ("DELETE", ["Groups", id]) => groups::delete(ask, state, id),
        _ => Err(Refusal::method(format!("{method} is not supported here"))),
    })
}
