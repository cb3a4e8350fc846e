//! The requests that all dialects share: paths, filters and PATCH bodies of one operation. Knows no vendor.

use serde_json::{Value, json};

use crate::{
    directory::{Id, Kind, Target, find::NameLevel, refusal::Refusal},
    scim::{
        filter::{AttrPath, Filter},
        patch::{self, Op},
        request::{Method, Request},
    },
};

/// The endpoint of a kind (RFC 7644 §3.2; `/Roles` is W&B's).
pub(super) fn endpoint(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "Users",
        Kind::Team => "Groups",
        Kind::Role => "Roles",
    }
}

/// The path of one record.
pub(super) fn path(target: &Target) -> [String; 2] {
    [endpoint(target.kind).to_owned(), target.id.to_string()]
}

/// A PATCH of one operation: W&B takes no more, and one that fails then fails alone.
pub(super) fn patch(target: &Target, op: Op) -> Request {
    Request::new(Method::Patch, path(target)).body(patch::patch(vec![op]))
}

/// The same by PUT of the whole record, for servers without PATCH: it is read first, so that nothing else is lost.
pub(super) fn put_merged(target: &Target, op: Op) -> Request {
    Request { merge: true, ..Request::new(Method::Put, path(target)).body(patch::patch(vec![op])) }
}

/// A PATCH that replaces whole attributes: they are made of the record as it is when it goes out, so that nothing is put
/// back, or taken away, that came or went since the plan. `as_of_now` is what is shown.
pub(super) fn patch_computed(target: &Target, op: Op, as_of_now: Op) -> Request {
    Request { merge: true, operations: Some(patch::patch(vec![op])), ..patch(target, as_of_now) }
}

/// A POST that creates a record.
pub(super) fn create(kind: Kind, body: Value) -> Request {
    Request::new(Method::Post, [endpoint(kind)]).body(body)
}

/// A DELETE of one record.
pub(super) fn delete(target: &Target) -> Request {
    Request::new(Method::Delete, path(target))
}

/// A list of what has exactly this text in the attribute.
pub(super) fn find(kind: Kind, attribute: &str, text: &str) -> Request {
    let filter = Filter::equal(AttrPath::new(attribute), text).to_string();
    Request::new(Method::Get, [endpoint(kind)]).query("filter", filter)
}

/// What looks for records of a name; RFC 7643 has these attributes, and nearly every server an `eq` of the first of them.
pub(super) fn look_up(kind: Kind, level: NameLevel, text: &str) -> Option<Request> {
    Some(match (kind, level) {
        // A path of dots would lead elsewhere.
        (_, NameLevel::Id) if text.trim_matches('.').is_empty() => return None,
        (_, NameLevel::Id) => Request::new(Method::Get, path(&Target { kind, id: text.into() })),
        (Kind::User, NameLevel::Name) => find(kind, "userName", text),
        (Kind::User, NameLevel::Email) => find(kind, "emails.value", text),
        (Kind::Team, NameLevel::Name) => find(kind, "displayName", text),
        _ => return None,
    })
}

/// Adds one member, by id or, where the provider takes it, by email.
pub(super) fn add_member(team: &Target, member: &str) -> Request {
    patch(team, Op::add("members", json!([{"value": member}])))
}

/// Removes one member by the filter path. The form with a `value` empties the team on some servers.
pub(super) fn remove_member(team: &Target, member: &Id) -> Result<Request, Refusal> {
    let op = Op::remove(patch::member_filter(member)).map_err(|error| Refusal::unsupported(error.to_string()))?;
    Ok(patch(team, op))
}
