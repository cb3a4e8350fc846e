//! Compares a record that a plan has created with the record as the creation left it: an undo deletes nothing that
//! somebody has changed or uses since.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{
    ChangeAttempt,
    creation::created,
    effects::{listed, subject, value},
    send::path_of,
};
use crate::{
    directory::{
        Id, RecordKind, ResourceRef,
        change::Change,
        plan::{ChangeState, JournalEntry, MadeRecord, name_attribute},
    },
    scim::{
        difference::{ValueDifference, differences},
        json,
    },
};

/// The attributes of records that show memberships.
const MEMBERSHIPS: [&str; 3] = ["members", "groups", "teamRoles"];

impl ChangeAttempt<'_> {
    /// Keeps the created record as the creation left it.
    pub(super) fn keep_made(&self, entry: &mut JournalEntry, state: ChangeState) {
        let is_there =
            matches!(state, ChangeState::Confirmed | ChangeState::Partly | ChangeState::Unseen | ChangeState::Already);
        let target = entry.step.change.creation().zip(entry.created.clone());
        let Some((key, id)) = target.filter(|_| is_there) else { return };
        let after = self.after.get(&path_of(&ResourceRef { kind: key.kind, id }));
        entry.made = after.map(|after| {
            Box::new(MadeRecord {
                document: after.document.clone(),
                read: after.asked,
                teams: self.found_in.clone(),
                own: Vec::new(),
            })
        });
    }

    /// The differences between the present record, which was just read, and the one that the creation left; a sentence
    /// each.
    pub(super) async fn since_made(&self, undo: &JournalEntry, made: &MadeRecord) -> Vec<String> {
        let Some((target, _)) = undo.step.change.touches().into_iter().next() else { return Vec::new() };
        let Some(now) = self.after.get(&path_of(&target)).filter(|now| now.asked) else { return Vec::new() };
        let told = |name: &str| made.document.as_object().is_some_and(|map| json::get(map, name).is_some());
        let mut since = Vec::new();
        for difference in differences(&made.document, &now.document) {
            let name = difference.attribute();
            let is_membership = MEMBERSHIPS.iter().any(|one| one.eq_ignore_ascii_case(name));
            let set = |change: &Change| {
                let address = matches!(change, Change::SetEmail { .. }) && name.eq_ignore_ascii_case("emails");
                change.creates().is_none() && (address || self.context.dialect.follows(change, name))
            };
            // An answer may leave attributes out, so the values that the creation gave them are not known.
            let is_unknown = !made.read && !told(name) && !is_membership;
            if is_unknown || made.own.iter().any(set) {
                continue;
            }
            let is_name = name_attribute(target.kind).is_some_and(|attribute| attribute.eq_ignore_ascii_case(name));
            match now_called(&now.document, name).filter(|_| is_name) {
                Some(called) => since.extend(made.renamed(target.kind, called, created(&now.document))),
                None => since.extend(self.since(&target, made, &now.document, difference).await),
            }
        }
        since
    }

    async fn since(
        &self,
        target: &ResourceRef,
        made: &MadeRecord,
        now: &Value,
        difference: ValueDifference,
    ) -> Vec<String> {
        let name = subject(target, now);
        let (attribute, mut gone, mut come) = match difference {
            ValueDifference::Value { path, before, after } => {
                return vec![value(target, &name, path, before, after).words];
            }
            ValueDifference::Entries { name, gone, come } => (name, gone, come),
        };
        let is = |other: &str| attribute.eq_ignore_ascii_case(other);
        let own = match target.kind {
            RecordKind::Team if is("members") => made.own_members(&target.id),
            RecordKind::User if is("groups") => made.own_teams(&target.id),
            _ => Vec::new(),
        };
        let ids: Vec<Id> = gone.iter().chain(&come).map(|id| id.as_str().into()).collect();
        let users = if is("members") { self.users(&[ids, own.clone()].concat()).await } else { FxHashMap::default() };
        let called = |id: &Id, text: &str| {
            let user = users.get(id);
            id.eq_ignore_ascii_case(text) || user.is_some_and(|user| user.user_name.is(text) || user.email.is(text))
        };
        let words = |values: &[String]| {
            let shown = |text: &String| {
                let user = users.values().find(|user| called(&user.id, text));
                user.map_or_else(|| text.clone(), |user| user.user_name.to_string())
            };
            listed(&values.iter().map(shown).collect::<Vec<_>>())
        };
        for values in [&mut gone, &mut come] {
            values.retain(|text| !own.iter().any(|id| called(id, text)));
        }
        let (left, joined) = match target.kind {
            RecordKind::Team if is("members") => (format!("left {name}."), format!("joined {name}.")),
            _ => (format!("is gone from {attribute} of {name}."), format!("came to {attribute} of {name}.")),
        };
        let told = |values: &[String], words_after: &str| {
            (!values.is_empty()).then(|| format!("{} {words_after}", words(values)))
        };
        told(&gone, &left).into_iter().chain(told(&come, &joined)).collect()
    }
}

fn now_called<'a>(document: &'a Value, attribute: &str) -> Option<&'a str> {
    json::get(document.as_object()?, attribute)?.as_str()
}
