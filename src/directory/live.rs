//! Confirmed records with the pending changes applied.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Id, ListCoverage, Name, Observation, RecordKind, ResourceRef,
    census::DirectoryCensus,
    change::{Change, ChangeId, ChangedField},
    owner::KeyOwner,
    record::{Role, Team, User},
    records::Records,
    search::SearchText,
    side_query::{SideAnswer, SideQueryKind},
};

mod held;
mod invited;
mod laid;
mod learnt;
mod members;
mod predefined;
mod renewal;
mod told;
mod twins;

pub use held::TeamAdminSet;

/// The records that the screen shows: confirmed ⊕ pending.
///
/// Life of a change here: [`Directory::begin`] applies it to its records. [`Directory::settle`] removes it again and
/// puts in the records that the server showed, or nothing if the server refused the change; all other pending changes
/// stay.
#[derive(Debug, Default)]
pub struct Directory {
    records: Records,
    pending: BTreeMap<ChangeId, Change>,
    /// The pending changes on each record, oldest first, each with the changed value.
    touched: FxHashMap<ResourceRef, BTreeMap<ChangeId, ChangedField>>,
    users: FxHashMap<Id, User>,
    teams: FxHashMap<Id, OnceLock<Team>>,
    roles: FxHashMap<Id, Role>,
    /// Records that were read alone while a refresh was under way: newer than the results of the refresh.
    during_refresh: Option<Vec<Observation>>,
    told: FxHashMap<SideQueryKind, SideAnswer>,
    laid: Box<laid::PendingCounts>,
    /// Roles that only the answers to changes have shown.
    learnt: FxHashMap<Id, learnt::Learnt>,
    owner: Option<KeyOwner>,
    /// People whose teams are all known although the list of teams was not read.
    teams_told: FxHashSet<Id>,
    /// Records that a person means by their id.
    by_id: FxHashSet<ResourceRef>,
    predefined: Vec<Role>,
    invited: Vec<User>,
}

impl Directory {
    /// The confirmed records.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The confirmed records alone, for a caller who drops them on another thread, because that takes longer than a
    /// frame.
    pub fn into_records(self) -> Records {
        self.records
    }

    /// Changes without an outcome yet, oldest first.
    pub fn pending(&self) -> impl ExactSizeIterator<Item = (ChangeId, &Change)> {
        self.pending.iter().map(|(id, change)| (*id, change))
    }

    /// Number of records of a kind, provisional ones included.
    pub fn len(&self, kind: RecordKind) -> usize {
        self.records.len(kind)
    }

    /// The coverage of a list.
    pub fn coverage(&self, kind: RecordKind) -> &ListCoverage {
        self.records.coverage(kind)
    }

    /// Sets the coverage of a list.
    pub fn cover(&mut self, kind: RecordKind, coverage: ListCoverage) {
        self.records.cover(kind, coverage);
    }

    /// True if the whole list is known: a record that is not in it does not exist.
    pub fn is_complete(&self, kind: RecordKind) -> bool {
        self.coverage(kind).is_complete()
    }

    /// True where some of a list is known.
    pub fn is_read(&self, kind: RecordKind) -> bool {
        self.coverage(kind).is_read()
    }

    /// True where all memberships are known: a user without a team in the lists is in none.
    pub fn tells_memberships(&self) -> bool {
        self.records.tells_memberships()
    }

    /// True where all teams of this person are known.
    pub fn tells_teams_of(&self, person: &Id) -> bool {
        self.tells_memberships() || self.teams_told.contains(person)
    }

    /// Records that all teams of this person are known, because each of them was read alone.
    pub fn tell_teams_of(&mut self, person: Id) {
        self.teams_told.insert(person);
    }

    /// True if nothing is known at all.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// A user as shown.
    pub fn user(&self, id: &Id) -> Option<&User> {
        self.users.get(id).or_else(|| self.records.users().get(id)).or_else(|| self.invited_user(id))
    }

    /// A team as shown.
    pub fn team(&self, id: &Id) -> Option<&Team> {
        let confirmed = self.records.teams().get(id)?;
        Some(self.laid_team(id, confirmed))
    }

    fn laid_team<'a>(&'a self, id: &Id, confirmed: &'a Team) -> &'a Team {
        let Some(laid) = self.teams.get(id) else { return confirmed };
        laid.get_or_init(|| {
            let changes: Vec<&Change> = self.changes_on(&ResourceRef::team(id)).collect();
            let mut team = confirmed.clone();
            members::lay(&changes, &mut team);
            team
        })
    }

    /// A role as shown.
    pub fn role(&self, id: &Id) -> Option<&Role> {
        self.roles.get(id).or_else(|| self.records.roles().get(id)).or_else(|| self.predefined_role(id))
    }

    /// The user of a row.
    pub fn user_at(&self, row: u32) -> Option<&User> {
        let Some((id, confirmed)) = self.records.users().get_index(row as usize) else { return self.invited_at(row) };
        Some(if self.users.is_empty() { confirmed } else { self.users.get(id).unwrap_or(confirmed) })
    }

    /// The team of a row.
    pub fn team_at(&self, row: u32) -> Option<&Team> {
        let (id, confirmed) = self.records.teams().get_index(row as usize)?;
        Some(self.laid_team(id, confirmed))
    }

    /// The role of a row.
    pub fn role_at(&self, row: u32) -> Option<&Role> {
        let Some((id, confirmed)) = self.records.roles().get_index(row as usize) else {
            return self.predefined_at(row);
        };
        Some(self.roles.get(id).unwrap_or(confirmed))
    }

    /// The id at a row.
    pub fn id_at(&self, kind: RecordKind, row: u32) -> Option<&Id> {
        match kind {
            RecordKind::User => {
                let known = self.records.users().get_index(row as usize).map(|(id, _)| id);
                known.or_else(|| self.invited_at(row).map(|user| &user.id))
            }
            RecordKind::Team => self.records.teams().get_index(row as usize).map(|(id, _)| id),
            RecordKind::Role => {
                let custom = self.records.roles().get_index(row as usize).map(|(id, _)| id);
                custom.or_else(|| self.predefined_at(row).map(|role| &role.id))
            }
        }
    }

    /// Rows in name order.
    pub fn rows_by_name(&self, kind: RecordKind) -> &[u32] {
        self.records.by_name(kind)
    }

    /// Searchable text.
    pub fn text(&self, kind: RecordKind) -> &SearchText {
        self.records.text(kind)
    }

    /// All users who have this user name or email, without regard to case and to blanks at the ends.
    pub fn users_named(&self, name: &str) -> impl Iterator<Item = &User> {
        self.records.users_named(name)
    }

    /// All teams of exactly this name.
    pub fn teams_named(&self, name: &Name) -> impl Iterator<Item = &Team> {
        self.records.teams_named(name)
    }

    /// Users over whom pending changes are laid.
    pub(super) fn users_pending(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// The counts of people, service accounts and seats, pending changes included.
    pub fn census(&self) -> DirectoryCensus {
        let confirmed = self.records.census();
        if !self.records.role_source().is_mapping() {
            return self.laid.over(confirmed);
        }
        // A membership may also give a role, to records that pending changes alter.
        self.users.iter().filter_map(|(id, shown)| Some((shown, self.records.users().get(id)?))).fold(
            confirmed,
            |census, (shown, confirmed)| {
                census.with(DirectoryCensus::of(shown)).without(DirectoryCensus::of(confirmed))
            },
        )
    }

    /// The number of users whose organisation roles are known.
    pub fn org_roles_known(&self) -> usize {
        self.records.census().roles_known
    }

    /// True if a pending change alters this value of this record.
    pub fn is_pending(&self, target: &ResourceRef, field: &ChangedField) -> bool {
        !self.touched.is_empty() && self.touched.get(target).is_some_and(|all| all.values().any(|one| one == field))
    }

    /// True if any pending change alters this record.
    pub fn is_touched(&self, target: &ResourceRef) -> bool {
        !self.touched.is_empty() && self.touched.contains_key(target)
    }

    /// The pending changes on a record, oldest first.
    pub fn changes_on(&self, target: &ResourceRef) -> impl Iterator<Item = &Change> {
        self.touched.get(target).into_iter().flat_map(BTreeMap::keys).filter_map(|id| self.pending.get(id))
    }

    /// Applies a change to the records that it alters. True if rows were added.
    pub fn begin(&mut self, id: ChangeId, change: Change) -> bool {
        self.begin_all([(id, change)])
    }

    /// Like [`Self::begin`], for many changes at once: a record that several of them alter is computed once.
    pub fn begin_all(&mut self, changes: impl IntoIterator<Item = (ChangeId, Change)>) -> bool {
        let (mut added, mut altered) = (false, BTreeSet::new());
        for (id, change) in changes {
            added |= change.created().is_some_and(|record| self.records.put(record));
            for (target, field) in change.touches() {
                self.touched.entry(target.clone()).or_default().insert(id, field);
                altered.insert(target);
            }
            self.pending.insert(id, change);
        }
        altered.iter().for_each(|target| self.overlay(target));
        added
    }

    /// Removes a pending change and puts in the records that the server showed. True if rows were added, removed or
    /// moved.
    pub fn settle(&mut self, id: ChangeId, fresh: Vec<Observation>) -> bool {
        self.lift(id, &fresh, true) | self.learn(fresh)
    }

    /// Removes a pending change that was never sent: its records keep their readings' age. True if a row was removed.
    pub fn take_off(&mut self, id: ChangeId) -> bool {
        self.lift(id, &[], false)
    }

    /// Removes a pending change. True if a row was removed.
    fn lift(&mut self, id: ChangeId, fresh: &[Observation], sent: bool) -> bool {
        let mut reshaped = false;
        if let Some(change) = self.pending.remove(&id) {
            let targets = change.touches();
            for (target, _) in &targets {
                if let Some(changes) = self.touched.get_mut(target) {
                    changes.remove(&id);
                    if changes.is_empty() {
                        self.touched.remove(target);
                    }
                }
            }
            if let Some(record) = change.created() {
                reshaped |= self.records.remove(&record.target());
            }
            for (target, field) in targets {
                if fresh.iter().any(|one| one.is_of(&target)) {
                    // This record is made anew with the reading.
                    continue;
                }
                if sent && !field.is_beside() {
                    // A membership changes the versions of both records. With the old version in `If-Match` our own
                    // change would look like somebody else's.
                    self.records.forget_version(&target);
                }
                self.overlay(&target);
            }
        }
        reshaped
    }

    /// Computes the shown record again: the confirmed one with its pending changes in order.
    fn overlay(&mut self, target: &ResourceRef) {
        let changes = || self.changes_on(target).collect::<Vec<&Change>>();
        let id = &target.id;
        match target.kind {
            RecordKind::User => {
                let changes = changes();
                let laid =
                    (!changes.is_empty()).then(|| self.records.users().get(id).cloned()).flatten().map(|mut user| {
                        for change in changes {
                            change.apply_to_user(&mut user, |team| Some(self.records.teams().get(team)?.name.clone()));
                        }
                        user
                    });
                put(&mut self.users, id, laid);
                self.derive_pending(id);
                self.laid.put(id, self.users.get(id), self.records.users().get(id));
            }
            // Changes are applied to a team when it is read: once for many changes to a large team, not after each.
            RecordKind::Team => {
                let laid = self.is_touched(target) && self.records.teams().contains_key(id);
                put(&mut self.teams, id, laid.then(OnceLock::new));
            }
            RecordKind::Role => {
                let changes = changes();
                let laid =
                    (!changes.is_empty()).then(|| self.records.roles().get(id).cloned()).flatten().map(|mut role| {
                        changes.iter().for_each(|change| change.apply_to_role(&mut role));
                        role
                    });
                put(&mut self.roles, id, laid);
            }
        }
    }
}

impl Directory {
    /// A role that follows from groups is shown by the pending memberships.
    fn derive_pending(&mut self, id: &Id) {
        if !self.records.role_source().is_mapping() {
            return;
        }
        let teams = self.teams_of(id);
        let role = self.users.get(id).and_then(|user| self.records.derived_role(user, &teams));
        if let (Some(user), Some(role)) = (self.users.get_mut(id), role) {
            user.org_role = role;
        }
    }
}

fn put<T>(map: &mut FxHashMap<Id, T>, id: &Id, value: Option<T>) {
    match value {
        Some(value) => drop(map.insert(id.clone(), value)),
        None => drop(map.remove(id)),
    }
}

#[cfg(test)]
mod tests;
