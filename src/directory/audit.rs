//! A provider's audit log: the actions of all clients. Read-only, and never on disk.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Id, Name, owner::KeyOwner};

/// The most days in one request: W&B's Multi-tenant Cloud allows no more.
pub const DAYS: i8 = 8;

/// A part of the log that one request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuditSpan {
    /// The first day (UTC).
    pub from: Date,
    /// The number of days, [`DAYS`] at most.
    pub days: i8,
    /// The end of the previous answer; `None` for the first page.
    pub cursor: Option<String>,
}

impl AuditSpan {
    /// The last [`DAYS`] days, today included.
    pub fn newest(now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        Self { from: back(today, DAYS - 1), days: DAYS, cursor: None }
    }

    /// The days before these, as many.
    pub fn earlier(&self) -> Self {
        Self { from: back(self.from, self.days), days: self.days, cursor: None }
    }

    /// The next page of the same days.
    pub fn after(&self, cursor: String) -> Self {
        Self { cursor: Some(cursor), ..self.clone() }
    }
}

fn back(from: Date, days: i8) -> Date {
    from.checked_sub(jiff::Span::new().days(days)).unwrap_or(Date::MIN)
}

/// An answer: a page of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditPage {
    /// The entries, in the server's order.
    pub entries: Vec<Arc<AuditEntry>>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// An entry of the log. An entry has only the values that apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// A hash of the entry's values, because the server gives no id.
    pub id: Id,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// The server's word for the action, such as `team:uninvite`.
    pub action: Name,
    /// Who did it: the address, or else the id.
    pub actor: Name,
    /// The affected user: the address, or else the id.
    pub user: Name,
    /// The affected team: the name, or else the id.
    pub team: Name,
    /// The HTTP status of the deed's request.
    pub code: Option<u16>,
    /// The entry as the server gave it.
    pub raw: Value,
}

/// Actions on users that change nobody's access.
const PLAIN: [&str; 4] = ["user:read", "user:login", "user:logout", "user:initiate_login"];

/// The documented deeds about access, in words.
const WORDS: [(&str, &str); 14] = [
    ("organization:update_member", "role or seat changed"),
    ("team:create", "team created"),
    ("team:delete", "team deleted"),
    ("team:invite_user", "added or invited"),
    ("team:uninvite", "taken out"),
    ("team:create_service_account", "service account created"),
    ("user:create", "user created"),
    ("user:update", "user changed"),
    ("user:deactivate", "deactivated"),
    ("user:reactivate", "reactivated"),
    ("user:permanently_delete", "deleted"),
    ("user:create_api_key", "API key made"),
    ("user:delete_api_key", "API key deleted"),
    ("user:login", "signed in"),
];

impl AuditEntry {
    /// True if the action changes somebody's access; false for reading and signing in.
    pub fn is_about_access(&self) -> bool {
        let action = self.action.raw();
        ["organization:", "team:", "user:"].iter().any(|kind| action.starts_with(kind)) && !PLAIN.contains(&action)
    }

    /// The action in words; the server's own word if it is not documented.
    pub fn words(&self) -> &str {
        let known = WORDS.iter().find(|(action, _)| *action == self.action.raw());
        known.map_or(self.action.as_str(), |(_, words)| words)
    }

    /// True if the owner of the key in use did it, here or with another client.
    pub fn is_by(&self, owner: &KeyOwner) -> bool {
        let names = [&owner.email, &owner.user_name].into_iter().filter(|name| !name.is_empty());
        !self.actor.is_empty()
            && (self.actor.raw() == &*owner.id || names.into_iter().any(|name| self.actor.is(name.raw())))
    }

    /// True where the deed was refused.
    pub fn is_refused(&self) -> bool {
        self.code.is_some_and(|code| code >= 400)
    }
}

/// The entries of several pages without duplicates, newest first.
pub fn merged<'a>(pages: impl Iterator<Item = &'a AuditPage>) -> Vec<Arc<AuditEntry>> {
    let mut entries: Vec<Arc<AuditEntry>> = pages.flat_map(|page| page.entries.iter().cloned()).collect();
    entries.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.id.cmp(&other.id)));
    entries.dedup_by(|one, other| one.id == other.id);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_each_other_without_a_gap() {
        let newest = AuditSpan::newest("2026-03-12T14:00:00Z".parse().unwrap());
        assert_eq!((newest.from.to_string(), newest.days), ("2026-03-05".into(), 8));
        assert_eq!(newest.earlier().from.to_string(), "2026-02-25");
        assert_eq!(newest.after("x".into()).cursor.as_deref(), Some("x"));
    }
}
