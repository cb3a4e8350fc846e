//! Forms of requests: how a kind of change is sent for a kind of record. The first change of a form in a session is
//! sent alone, and its record is read before and after. Other changes of the form wait until that change has done
//! exactly what was asked.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use serde_json::Value;

use crate::{
    directory::{change::ChangeId, plan::JournalEntry},
    scim::request::{ApiKind, Request},
};

/// A form, as a hash of the parts that its requests have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form(u64);

impl Form {
    /// The form of a change's first request; `None` for a request outside SCIM.
    fn of(entry: &JournalEntry) -> Option<Self> {
        let request: &Request = entry.step.requests.first().filter(|request| request.api == ApiKind::Scim)?;
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

/// The state of each form in this session.
#[derive(Debug, Default)]
pub struct RequestForms(FxHashMap<Form, Standing>);

/// The state of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The first change of the form is under way.
    OnTrial(ChangeId),
    /// True once a change of the form did exactly what was asked.
    Tried,
}

impl RequestForms {
    /// True if the change may be sent now: a change of its form succeeded, or none is on its way.
    pub fn may_go(&self, entry: &JournalEntry) -> bool {
        let standing = Form::of(entry).and_then(|form| self.0.get(&form));
        !matches!(standing, Some(Standing::OnTrial(id)) if *id != entry.id)
    }

    /// Records that the change is sent. True if it is the first of its form.
    pub fn begin(&mut self, entry: &JournalEntry) -> bool {
        let Some(form) = Form::of(entry) else { return false };
        *self.0.entry(form).or_insert(Standing::OnTrial(entry.id)) != Standing::Tried
    }

    /// Records the end of the change; `seen` is true if it did exactly what was asked.
    pub fn end(&mut self, entry: &JournalEntry, seen: bool) {
        let Some(form) = Form::of(entry) else { return };
        if self.0.get(&form) == Some(&Standing::OnTrial(entry.id)) {
            if seen {
                self.0.insert(form, Standing::Tried);
            } else {
                self.0.remove(&form);
            }
        }
    }

    /// Forgets that the form is tried.
    pub fn forget(&mut self, entry: &JournalEntry) {
        if let Some(form) = Form::of(entry) {
            self.0.remove(&form);
        }
    }
}
