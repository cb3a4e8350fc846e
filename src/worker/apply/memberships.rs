//! Memberships that a change may end: a deactivation may end all of them; on some servers a person is in one team at a
//! time, so that joining a team ends the membership in the other one, and on others whoever leaves one team leaves all.
//!
//! The records that show memberships are read just before and just after the change: the person's own record if it has
//! groups, otherwise the person's teams. The first deactivation of a session is compared in this way, and new and ended
//! memberships until one of each kind has left the person's other teams unchanged.

use serde_json::Value;

use super::{
    ChangeAttempt,
    effects::target_of,
    send::path_of,
    whole::{RecordAfter, RecordBefore},
};
use crate::{
    directory::{
        Id, Name, RecordKind, ResourceRef,
        change::Change,
        plan::{JournalEntry, SideEffect},
    },
    scim::{json, tree},
};

/// The note for a deactivation if no record shows its effect on memberships.
const NOT_TOLD: &str =
    "Whether the teams still have this member is not known: the server's record of the user tells no teams.";

/// The note for a membership that was not compared with the others.
const NOT_LOOKED_AT: &str = "Whether their other memberships are as before was not looked at.";

/// The attributes of a user's record that show teams.
const TELLING: [&str; 2] = ["groups", "teamRoles"];

/// The limit of changes of memberships that are compared in a session.
const MOST_COMPARED: usize = 20;

impl ChangeAttempt<'_> {
    /// Reads the person's record or teams before the change. What can't be read is not compared.
    pub(super) async fn read_watched(&mut self, entry: &JournalEntry) {
        let change = &entry.step.change;
        if self.read_person(entry).await {
            return;
        }
        if is_deactivation(change) {
            if self.trial && !self.tells_teams(entry) {
                self.read_watched_teams(entry).await;
            }
            return;
        }
        let none_known = entry.step.watched.as_ref().is_some_and(Vec::is_empty);
        let people = change.moving();
        if people.is_empty() || none_known || self.context.keeps_memberships(change) {
            return;
        }
        if self.context.compares_memberships() >= MOST_COMPARED {
            self.unlooked = true;
            return;
        }
        if let [user] = people
            && (entry.step.watched.is_none() || self.is_known_to_tell(user).await)
        {
            let target = ResourceRef::user(user);
            if let Ok((_, Some(whole))) = self.context.read_whole(&target).await
                && tells(&whole.document)
            {
                self.before.insert(path_of(&target), RecordBefore { whole, asked: true, beside: true });
                return;
            }
        }
        self.read_watched_teams(entry).await;
        let looks = self.beside().next().is_some();
        self.unlooked = !looks;
    }

    async fn read_watched_teams(&mut self, entry: &JournalEntry) {
        for team in entry.step.watched.iter().flatten().map(ResourceRef::team) {
            if let Ok((_, Some(whole))) = self.context.read_whole(&team).await {
                self.before.insert(path_of(&team), RecordBefore { whole, asked: true, beside: true });
            }
        }
    }

    /// True if the last list had the user's record with its teams.
    pub(super) async fn is_known_to_tell(&self, user: &Id) -> bool {
        let target = ResourceRef::user(user);
        let raw: Option<String> = self.context.stored(move |store| store.raw(&target)).await.flatten();
        raw.and_then(|raw| tree::parse(raw.as_bytes()).ok()).is_some_and(|document| tells(&document))
    }

    /// The readings before the change, other than those of the written records.
    pub(super) fn beside(&self) -> impl Iterator<Item = ResourceRef> {
        self.before.iter().filter(|(_, before)| before.beside).filter_map(|(path, _)| target_of(path))
    }

    /// The note that no record shows whether the change ended memberships; `None` if one does.
    pub(super) fn unseen_memberships(&self, entry: &JournalEntry) -> Option<&'static str> {
        if is_deactivation(&entry.step.change) {
            return (entry.step.watched.is_none() && !self.tells_teams(entry)).then_some(NOT_TOLD);
        }
        let unread = self.beside().any(|target| !self.after.contains_key(&path_of(&target)));
        ((self.unlooked || unread) && !self.is_blind(entry)).then_some(NOT_LOOKED_AT)
    }

    fn tells_teams(&self, entry: &JournalEntry) -> bool {
        let Change::SetActive { user, .. } = &entry.step.change else { return true };
        let path = path_of(&ResourceRef::user(user));
        let before = self.before.get(&path).map(|RecordBefore { whole, .. }| &whole.document);
        let after = self.after.get(&path).map(|RecordAfter { document, .. }| document);
        [before, after].into_iter().flatten().any(tells)
    }

    /// The id and the name of the team that the change is about.
    fn own_team(&self, entry: &JournalEntry) -> Vec<String> {
        let Some(id) = entry.step.change.team() else { return Vec::new() };
        let written = self.before.get(&path_of(&ResourceRef::team(id)));
        let name = written.and_then(|before| json::get(before.whole.document.as_object()?, "displayName"));
        std::iter::once(id.to_string()).chain(name.and_then(Value::as_str).map(str::to_owned)).collect()
    }

    /// Learns from a change of a membership that left other memberships alone.
    pub(super) fn learn_memberships(&self, entry: &JournalEntry) {
        let (moving, own) = (entry.step.change.moving(), self.own_team(entry));
        let stays = |(path, before): (&Vec<String>, &RecordBefore)| {
            let Some(after) = self.after.get(path).filter(|_| before.beside && !moving.is_empty()) else {
                return false;
            };
            let [was, now] = [&before.whole.document, &after.document].map(|document| match path.first() {
                Some(kind) if kind == "Groups" => entries(document, "members", "value"),
                _ => teams_of(document),
            });
            match target_of(path) {
                Some(target) if target.kind == RecordKind::Team => {
                    let has = |members: &[String]| moving.iter().any(|user| members.iter().any(|one| **one == **user));
                    has(&was) && has(&now)
                }
                Some(_) => {
                    let others: Vec<&String> = was.iter().filter(|team| !own.contains(team)).collect();
                    !others.is_empty() && others.into_iter().all(|team| now.contains(team))
                }
                None => false,
            }
        };
        if self.before.iter().any(stays) {
            self.context.found_memberships_kept(&entry.step.change);
        }
    }

    /// The other teams in the user's record before the change and not after it, if the record names them by role.
    pub(super) fn left_teams(&self, entry: &JournalEntry) -> Option<SideEffect> {
        let [user] = entry.step.change.moving() else { return None };
        let path = path_of(&ResourceRef::user(user));
        let before = self.before.get(&path).filter(|before| before.beside)?;
        let after = self.after.get(&path)?;
        let [was, now] = [&before.whole.document, &after.document].map(|one| entries(one, "teamRoles", "teamName"));
        let own = self.own_team(entry);
        let gone: Vec<String> = was.into_iter().filter(|team| !now.contains(team) && !own.contains(team)).collect();
        let name = before.whole.document.as_object().and_then(|map| json::get(map, "userName"));
        let name = Name::from(name.and_then(Value::as_str).unwrap_or(user));
        (!gone.is_empty()).then(|| SideEffect {
            words: format!("{name} is not in {} any more.", gone.join(" and ")),
            harm: true,
            back: Vec::new(),
        })
    }
}

fn is_deactivation(change: &Change) -> bool {
    matches!(change, Change::SetActive { active: false, .. })
}

fn tells(document: &Value) -> bool {
    TELLING.iter().any(|name| document.as_object().is_some_and(|map| json::get(map, name).is_some()))
}

/// The teams in a user's record, by id or by name.
fn teams_of(document: &Value) -> Vec<String> {
    [entries(document, "groups", "value"), entries(document, "teamRoles", "teamName")].concat()
}

/// The texts of one key in a list of objects.
fn entries(document: &Value, list: &str, key: &str) -> Vec<String> {
    let all = document.as_object().and_then(|map| json::get(map, list)).and_then(Value::as_array);
    let text = |one: &Value| json::get(one.as_object()?, key)?.as_str().map(str::to_owned);
    all.into_iter().flatten().filter_map(text).collect()
}
