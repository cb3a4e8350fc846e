//! Servers that show the teams of a person only in the person's own record: memberships are judged by that record.

use serde_json::Value;

use super::{ChangeAttempt, send::path_of, whole::RecordBefore};
use crate::{
    dialect::ChangeShown,
    directory::{Id, ResourceRef, change::Change, plan::JournalEntry},
    scim::json,
};

impl ChangeAttempt<'_> {
    /// Reads the person's record before a change of a membership that no team shows. True for such a change.
    pub(super) async fn read_person(&mut self, entry: &JournalEntry) -> bool {
        let Some((_, user)) = membership(&entry.step.change) else { return false };
        if !self.is_blind(entry) {
            return false;
        }
        if self.trial || self.is_known_to_tell(user).await {
            let target = ResourceRef::user(user);
            if let Ok((_, Some(whole))) = self.context.read_whole(&target).await {
                self.before.insert(path_of(&target), RecordBefore { whole, asked: true, beside: true });
            }
        }
        true
    }

    /// Whether the person's own record has the team, if the change has altered the record's teams: a record with the
    /// same teams as before may show only some of them. A record without groups means no groups if the other reading
    /// has some.
    pub(super) fn moved_by_person(&self, change: &Change) -> Option<bool> {
        let (team, user) = membership(change)?;
        let path = path_of(&ResourceRef::user(user));
        let before = &self.before.get(&path).filter(|before| before.beside)?.whole.document;
        let after = &self.after.get(&path)?.document;
        let names = |document| groups(document).iter().any(|group| group.as_str() == Some(&**team));
        let [was, now] = [before, after].map(names);
        (was != now).then_some(now)
    }

    /// Whether the person's record shows the change; `None` if the record decides nothing.
    pub(super) fn shown_by_person(&self, change: &Change) -> Option<ChangeShown> {
        let is_in = self.moved_by_person(change)?;
        Some(match (change, is_in) {
            (Change::AddMember { .. }, true) | (Change::RemoveMember { .. }, false) => ChangeShown::Yes,
            (_, true) => ChangeShown::No("that the person's record names the team".to_owned()),
            (_, false) => ChangeShown::No("that the person's record does not name the team".to_owned()),
        })
    }
}

fn membership(change: &Change) -> Option<(&Id, &Id)> {
    match change {
        Change::AddMember { team, user } | Change::RemoveMember { team, user } => Some((team, user)),
        _ => None,
    }
}

/// The ids of the groups in a user's resource (RFC 7643 §4.1.2).
fn groups(user: &Value) -> Vec<&Value> {
    let groups = user.as_object().and_then(|map| json::get(map, "groups")).and_then(Value::as_array);
    groups.into_iter().flatten().filter_map(|group| json::get(group.as_object()?, "value")).collect()
}
