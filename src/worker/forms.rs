//! Forms of requests: how a kind of change is put to a kind of record. The first of a form in a session goes alone, and is
//! looked at before and after; others of its form wait until that is seen to do what was asked and nothing else.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use serde_json::Value;

use crate::{
    directory::{change::ChangeId, plan::Entry},
    scim::request::{Door, Request},
};

/// A form, as a print of what requests of it have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form(u64);

impl Form {
    /// That of the first request of a change; none for what is no record's.
    fn of(entry: &Entry) -> Option<Self> {
        let request: &Request = entry.step.requests.first().filter(|request| request.door == Door::Scim)?;
        let mut print = FxHasher::default();
        (request.method, request.merge, request.path.first(), request.path.len()).hash(&mut print);
        let body = request.operations.as_ref().or(request.body.as_ref());
        let operations = body.and_then(|body| body.get("Operations")).and_then(Value::as_array);
        for operation in operations.into_iter().flatten() {
            let text = |key: &str| operation.get(key).and_then(Value::as_str);
            let path = text("path").map(|path| (path.split('[').next(), path.contains('[')));
            (text("op"), path, operation.get("value").is_some_and(Value::is_array)).hash(&mut print);
        }
        Some(Self(print.finish()))
    }
}

/// What is known of the forms of this session.
#[derive(Debug, Default)]
pub struct Forms(FxHashMap<Form, Standing>);

/// How far a form is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// This change is the first of it, and under way.
    OnTrial(ChangeId),
    /// One of it did what was asked and nothing else.
    Tried,
}

impl Forms {
    /// True if the change may go now: its form is tried, or not on trial.
    pub fn may_go(&self, entry: &Entry) -> bool {
        let standing = Form::of(entry).and_then(|form| self.0.get(&form));
        !matches!(standing, Some(Standing::OnTrial(id)) if *id != entry.id)
    }

    /// The change goes. True if it is the first of its form.
    pub fn begin(&mut self, entry: &Entry) -> bool {
        let Some(form) = Form::of(entry) else { return false };
        *self.0.entry(form).or_insert(Standing::OnTrial(entry.id)) != Standing::Tried
    }

    /// The change is back; its form was `seen` to do what was asked and nothing else, or not.
    pub fn end(&mut self, entry: &Entry, seen: bool) {
        let Some(form) = Form::of(entry) else { return };
        if self.0.get(&form) == Some(&Standing::OnTrial(entry.id)) {
            if seen {
                self.0.insert(form, Standing::Tried);
            } else {
                self.0.remove(&form);
            }
        }
    }

    /// What other changes do by this form is not known any more.
    pub fn forget(&mut self, entry: &Entry) {
        if let Some(form) = Form::of(entry) {
            self.0.remove(&form);
        }
    }
}
