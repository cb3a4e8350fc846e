//! Requests shared by all dialects: paths, filters and PATCH bodies with one operation. Independent of vendors.

use serde_json::{Value, json};

use crate::{
    directory::{Id, RecordKind, ResourceRef, find::NameLevel, refusal::Refusal},
    scim::{
        filter::{AttrPath, ScimFilter},
        patch::{self, PatchOperation},
        request::{Method, Request},
    },
};

/// The endpoint of a kind of record (RFC 7644 §3.2; `/Roles` is W&B's).
pub(super) fn endpoint(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::User => "Users",
        RecordKind::Team => "Groups",
        RecordKind::Role => "Roles",
    }
}

/// The path of a record.
pub(super) fn path(target: &ResourceRef) -> [String; 2] {
    [endpoint(target.kind).to_owned(), target.id.to_string()]
}

/// A PATCH with a single operation: W&B accepts no more, and a failure affects only that operation.
pub(super) fn patch(target: &ResourceRef, op: PatchOperation) -> Request {
    Request::new(Method::Patch, path(target)).body(patch::patch(vec![op]))
}

/// A PUT of the whole record, for servers without PATCH: the record is read first, so that nothing else is lost.
pub(super) fn put_merged(target: &ResourceRef, op: PatchOperation) -> Request {
    Request { merge: true, ..Request::new(Method::Put, path(target)).body(patch::patch(vec![op])) }
}

/// A PATCH that replaces whole attributes. The values are computed from the record at the time of sending, so that
/// changes made since the plan are kept. `as_of_now` is the version for display.
pub(super) fn patch_computed(target: &ResourceRef, op: PatchOperation, as_of_now: PatchOperation) -> Request {
    Request { merge: true, operations: Some(patch::patch(vec![op])), ..patch(target, as_of_now) }
}

/// A POST that creates a record.
pub(super) fn create(kind: RecordKind, body: Value) -> Request {
    Request::new(Method::Post, [endpoint(kind)]).body(body)
}

/// A DELETE of a record.
pub(super) fn delete(target: &ResourceRef) -> Request {
    Request::new(Method::Delete, path(target))
}

/// A query for records with exactly this text in the attribute.
pub(super) fn find(kind: RecordKind, attribute: &str, text: &str) -> Request {
    let filter = ScimFilter::equal(AttrPath::new(attribute), text).to_string();
    Request::new(Method::Get, [endpoint(kind)]).query("filter", filter)
}

/// A query for records by name; RFC 7643 defines these attributes, and nearly every server supports `eq` for the first
/// of them.
pub(super) fn look_up(kind: RecordKind, level: NameLevel, text: &str) -> Option<Request> {
    Some(match (kind, level) {
        // A path of dots would lead elsewhere.
        (_, NameLevel::Id) if text.trim_matches('.').is_empty() => return None,
        (_, NameLevel::Id) => Request::new(Method::Get, path(&ResourceRef { kind, id: text.into() })),
        (RecordKind::User, NameLevel::Name) => find(kind, "userName", text),
        (RecordKind::User, NameLevel::Email) => find(kind, "emails.value", text),
        (RecordKind::Team, NameLevel::Name) => find(kind, "displayName", text),
        _ => return None,
    })
}

/// Adds a member, by id or, where the provider accepts one, by email.
pub(super) fn add_member(team: &ResourceRef, member: &str) -> Request {
    patch(team, PatchOperation::add("members", json!([{"value": member}])))
}

/// Removes a member by a filter path. The form with a `value` empties the team on some servers.
pub(super) fn remove_member(team: &ResourceRef, member: &Id) -> Result<Request, Refusal> {
    let op = PatchOperation::remove(patch::member_filter(member))
        .map_err(|error| Refusal::unsupported(error.to_string()))?;
    Ok(patch(team, op))
}
