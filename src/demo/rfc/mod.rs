//! Plain SCIM after RFC 7643 and RFC 7644.
use std::sync::RwLock;

use axum::http::Method;

use super::reply::Answer;
use super::request::Ask;
use super::state::State;

pub(super) fn route(_ask: &Ask, _state: &RwLock<State>, _method: &Method, _segments: &[&str]) -> Option<Answer> {
    None
}
