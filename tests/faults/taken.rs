//! The writes that took effect on the server, and the journal's requests that they are.

use std::collections::{BTreeSet, HashMap};

use scimitar::{
    demo::TakenWrite,
    directory::{change::ChangedField, plan::JournalEntry},
    scim::request::Request,
};
use serde_json::Value;

use crate::{foreign::CLIENT, world::Course};

/// A write that took effect.
pub struct Taken {
    /// Method, path and body, as [`SentRequests::key`] writes them.
    pub key: String,
    /// Method and path, as [`SentRequests::key`] writes those of a computed body.
    pub computed: String,
    /// Path and body, with ids as they are in records.
    names: String,
    pub body: Value,
}

impl Taken {
    pub fn of(course: Course, write: &TakenWrite) -> Self {
        let computed = computed(&write.method, &write.path);
        let body = serde_json::from_str(&write.body).unwrap_or_default();
        let body = course.habit.taken(&write.method, &write.path, body);
        let names = format!("{} {body}", write.path.replace("%3D", "=").replace("%3d", "="));
        Self { key: format!("{} {} {body}", write.method, write.path), names, body, computed }
    }

    /// The key under which the journal has the request.
    pub fn key<'a>(&'a self, by_key: &ByKey) -> &'a str {
        if by_key.contains_key(&self.key) || !by_key.contains_key(&self.computed) { &self.key } else { &self.computed }
    }

    pub fn is_foreign(&self) -> bool {
        self.body["client"] == CLIENT
    }

    pub fn is_about(&self, id: &str) -> bool {
        self.names.contains(id)
    }

    /// The value of a user that the other client set, with the user's id.
    pub fn foreign_value(&self) -> Option<(String, ChangedField, &Value)> {
        let operation = self.body.pointer("/Operations/0").filter(|_| self.is_foreign())?;
        let (id, _) = self.names.split_once("/Users/")?.1.split_once(' ')?;
        let field = match operation["path"].as_str()? {
            "displayName" => ChangedField::Display,
            _ => ChangedField::Status,
        };
        Some((id.to_owned(), field, &operation["value"]))
    }
}

/// The journal's requests, as the server's log has them.
pub struct SentRequests<'a> {
    pub course: Course,
    /// The path of the server's root.
    pub root: String,
    pub journal: &'a [JournalEntry],
}

/// Changes by the key of their requests.
pub type ByKey<'a> = HashMap<String, Vec<&'a JournalEntry>>;

impl<'a> SentRequests<'a> {
    pub fn by_key(&self) -> ByKey<'a> {
        let mut by_key = ByKey::new();
        for entry in self.journal {
            let keys: BTreeSet<String> = entry.step.requests.iter().map(|request| self.key(request)).collect();
            keys.into_iter().for_each(|key| by_key.entry(key).or_default().push(entry));
        }
        by_key
    }

    /// The request as it is taken; of one whose body is computed just before it is sent, method and path.
    fn key(&self, request: &Request) -> String {
        let (method, path) = (request.method.as_str(), format!("{}{}", self.root, request.target()));
        if request.merge {
            return computed(method, &path);
        }
        let body = request.body.as_ref().map(|body| self.course.habit.taken(method, &path, body.clone()));
        format!("{method} {path} {}", body.unwrap_or_default())
    }
}

fn computed(method: &str, path: &str) -> String {
    format!("{method} {path} (computed)")
}

/// The path of a URL.
pub fn root(url: &str) -> String {
    url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default()
}
