//! Memberships that a deactivation takes, on servers whose records of users do not tell groups.
//!
//! The first deactivation of a session is compared in the person's teams, which are read just before and just after it.

use super::{
    ChangeAttempt,
    send::path_of,
    whole::{RecordAfter, RecordBefore},
};
use crate::{
    directory::{ResourceRef, change::Change, plan::JournalEntry},
    scim::json,
};

/// The note for a deactivation whose effect on memberships nothing shows.
const NOT_TOLD: &str =
    "Whether the teams still have this member is not known: the server's record of the user tells no teams.";

/// The attributes by which a record of a user tells its teams.
const TELLING: [&str; 2] = ["groups", "teamRoles"];

impl ChangeAttempt<'_> {
    /// Reads the person's teams before the change. A team that can't be read is not compared.
    pub(super) async fn read_watched(&mut self, entry: &JournalEntry) {
        if !self.trial || self.tells_teams(entry) {
            return;
        }
        for team in entry.step.watched.iter().flatten().map(ResourceRef::team) {
            if let Ok((_, Some(whole))) = self.context.read_whole(&team).await {
                self.before.insert(path_of(&team), RecordBefore { whole, asked: true });
            }
        }
    }

    /// The teams that were read before the change.
    pub(super) fn watched(&self, entry: &JournalEntry) -> Vec<ResourceRef> {
        let teams = entry.step.watched.iter().flatten().map(ResourceRef::team);
        teams.filter(|team| self.before.contains_key(&path_of(team))).collect()
    }

    /// The note that nothing shows whether a deactivation took memberships; `None` where something does.
    pub(super) fn unseen_memberships(&self, entry: &JournalEntry) -> Option<&'static str> {
        let deactivates = matches!(entry.step.change, Change::SetActive { active: false, .. });
        (deactivates && entry.step.watched.is_none() && !self.tells_teams(entry)).then_some(NOT_TOLD)
    }

    fn tells_teams(&self, entry: &JournalEntry) -> bool {
        let Change::SetActive { user, .. } = &entry.step.change else { return true };
        let path = path_of(&ResourceRef::user(user));
        let before = self.before.get(&path).map(|RecordBefore { whole, .. }| &whole.document);
        let after = self.after.get(&path).map(|RecordAfter { document, .. }| document);
        let records = [before, after].into_iter().flatten();
        let tells =
            |name: &str| records.clone().any(|one| one.as_object().is_some_and(|map| json::get(map, name).is_some()));
        TELLING.iter().any(|name| tells(name))
    }
}
