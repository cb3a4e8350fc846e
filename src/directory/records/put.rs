//! Adds, changes and removes records, and updates the indexes.

use std::mem;

use rustc_hash::FxHashSet;

use super::{
    Records,
    order::{RemovedRows, SelectedRows, SortKey},
    people::{self, MemberCandidates},
};
use crate::directory::{
    Id, Name, RecordKind, ResourceRef,
    record::{Member, Record, Team, User},
};

impl Records {
    /// Replaces the old record with a freshly read one, or adds the record. True if rows were added, or if a row's
    /// place in the order of names changed.
    pub fn put(&mut self, record: Record) -> bool {
        self.put_all([record])
    }

    /// Does the same as `put` for several records, in order.
    pub fn put_all(&mut self, records: impl IntoIterator<Item = Record>) -> bool {
        let (mut names, mut labels) = (<[SelectedRows; 3]>::default(), SelectedRows::default());
        for record in records {
            let kind = record.kind();
            let (row, old) = match record {
                Record::User(user) => {
                    let (row, old) = self.put_user(user);
                    if old.as_ref().map(User::label) != self.user_at(row).map(User::label) {
                        labels.add(row);
                    }
                    (row, old.map(|old| old.user_name))
                }
                Record::Team(team) => self.put_team(team),
                Record::Role(role) => {
                    let (row, old) = self.roles.insert_full(role.id.clone(), role);
                    (row as u32, old.map(|old| old.name))
                }
            };
            if self.index_text(kind, row, old.as_ref()) {
                names[kind as usize].add(row);
            }
        }
        self.index_names_of(&names, &labels);
        names.iter().chain([&labels]).any(|rows| !rows.is_empty())
    }

    /// Returns the row and the user that the row held before.
    fn put_user(&mut self, user: User) -> (u32, Option<User>) {
        let names = |user: &User| [&user.user_name, &user.email, &user.display_name].map(Clone::clone);
        let named = self.users.get(&user.id).is_some_and(|old| names(old) == names(&user));
        let (id, service) = (user.id.clone(), user.account.is_service());
        let (row, old) = self.users.insert_full(id.clone(), user);
        if let Some(old) = &old {
            // The old record is subtracted before the new one is added, so that an admin who stays an admin is kept.
            self.counted.count(old, false);
            self.services[row] = service;
        } else {
            self.memberships.user_added(&id);
            self.services.push(service);
        }
        if let Some((_, user)) = self.users.get_index(row) {
            self.counted.count(user, true);
            self.named.get_mut().filter(|_| !named).into_iter().for_each(|all| all.add(user, row as u32));
        }
        if !named {
            self.claim_memberships(row);
        }
        self.derive(&id);
        (row as u32, old)
    }

    /// Returns the row and the name that the team had before.
    fn put_team(&mut self, team: Team) -> (u32, Option<Name>) {
        self.silent_teams += usize::from(team.members.is_none());
        let (row, mut old) = self.teams.insert_full(team.id.clone(), team);
        if let Some(old) = &old {
            self.silent_teams -= usize::from(old.members.is_none());
            self.unname(old);
        }
        if let Some((id, team)) = self.teams.get_index_mut(row) {
            self.teams_by_name.entry(team.name.clone()).or_default().push(id.clone());
            let mut members = team.members.take();
            let before = old.as_mut().and_then(|old| old.members.as_deref_mut()).unwrap_or_default();
            let (lost, gained) = apart(before, members.as_deref_mut().unwrap_or_default());
            let people = MemberCandidates { users: &self.users, named: &self.named };
            for member in gained.iter_mut() {
                if people.share(member).is_none() && !self.teams.contains_key(&member.id) {
                    people.identify(member);
                }
            }
            self.memberships.changed(row as u32, lost, gained, &self.users);
            if let Some((_, team)) = self.teams.get_index_mut(row) {
                team.members = members;
            }
        }
        let ids = self.derived_from([old.as_ref(), self.teams.get_index(row).map(|(_, team)| team)]);
        ids.iter().for_each(|id| self.derive(id));
        (row as u32, old.map(|old| old.name))
    }

    /// Removes a record that the server no longer has: the last row takes its place. True if the record was known.
    pub fn remove(&mut self, target: &ResourceRef) -> bool {
        self.remove_all([target.clone()])
    }

    /// Does the same as `remove` for several records, in order.
    pub fn remove_all(&mut self, targets: impl IntoIterator<Item = ResourceRef>) -> bool {
        let mut gone = <[RemovedRows; 3]>::default();
        for target in targets {
            let Some(row) = self.row(&target) else { continue };
            match target.kind {
                RecordKind::User => self.remove_user(&target.id, row),
                RecordKind::Team => self.remove_team(&target.id, row),
                RecordKind::Role => drop(self.roles.swap_remove(&target.id)),
            }
            self.text[target.kind as usize].swap_remove(row);
            gone[target.kind as usize].swap_remove(row, self.len(target.kind) as u32);
        }
        for (order, gone) in self.by_name.iter_mut().zip(&gone) {
            order.remove(gone);
        }
        self.by_label.remove(&gone[RecordKind::User as usize]);
        gone.iter().any(|gone| !gone.is_empty())
    }

    fn remove_user(&mut self, id: &Id, row: u32) {
        let old = self.users.swap_remove(id);
        old.iter().for_each(|old| self.counted.count(old, false));
        if let (Some(named), Some((_, moved))) = (self.named.get_mut(), self.users.get_index(row as usize)) {
            named.add(moved, row);
        }
        self.memberships.user_removed(id, row as usize);
        self.services.swap_remove(row as usize);
    }

    fn remove_team(&mut self, id: &Id, row: u32) {
        let Some(old) = self.teams.swap_remove(id) else { return };
        self.silent_teams -= usize::from(old.members.is_none());
        self.unname(&old);
        self.memberships.changed(row, old.members.as_deref().unwrap_or_default(), &[], &self.users);
        let last = self.teams.len() as u32;
        if let Some((_, moved)) = self.teams.get_index(row as usize) {
            self.memberships.moved(last, row, moved.members.as_deref().unwrap_or_default(), &self.users);
        }
        self.derived_from([Some(&old), None]).iter().for_each(|id| self.derive(id));
    }

    /// Another team may have taken the name in the meantime.
    fn unname(&mut self, old: &Team) {
        let Some(ids) = self.teams_by_name.get_mut(&old.name) else { return };
        ids.retain(|id| *id != old.id);
        if ids.is_empty() {
            self.teams_by_name.remove(&old.name);
        }
    }

    /// Groups may list a member by a name that belongs to this user only since this change.
    fn claim_memberships(&mut self, row: usize) {
        let Some((id, user)) = self.users.get_index(row) else { return };
        let names = [&**id, user.user_name.raw(), user.email.raw()].into_iter().filter(|name| !name.is_empty());
        let mut meant: Vec<Id> = names.flat_map(|name| self.memberships.strangers_called(name)).cloned().collect();
        let people = MemberCandidates { users: &self.users, named: &self.named };
        meant.retain(|stranger| {
            !self.teams.contains_key(stranger) && people.called(stranger).is_some_and(|user| user.id == *id)
        });
        for stranger in meant {
            for team in self.memberships.introduce(&stranger, row) {
                let team = self.teams.get_index_mut(team as usize).map(|(_, team)| team);
                let members = team.into_iter().flat_map(|team| team.members.iter_mut().flatten());
                members.filter(|member| member.id == stranger).for_each(|member| people::share(member, user));
            }
        }
    }

    /// Drops the record's version, because the known state may no longer be the latest one.
    pub fn forget_version(&mut self, target: &ResourceRef) {
        let version = match target.kind {
            RecordKind::User => self.users.get_mut(&target.id).map(|user| &mut user.version),
            RecordKind::Team => self.teams.get_mut(&target.id).map(|team| &mut team.version),
            RecordKind::Role => self.roles.get_mut(&target.id).map(|role| &mut role.version),
        };
        if let Some(version) = version {
            *version = None;
        }
    }

    pub(super) fn derive(&mut self, id: &Id) {
        let Some(user) = self.users.get(id) else { return };
        let teams: Vec<Id> = self.teams_of(id).cloned().collect();
        if let Some(role) = self.derived_role(user, &teams)
            && let Some(user) = self.users.get_mut(id)
        {
            self.counted.count(user, false);
            user.org_role = role;
            self.counted.count(user, true);
        }
    }

    /// Users whose role may follow from a team: the members before and after the change.
    fn derived_from(&self, teams: [Option<&Team>; 2]) -> FxHashSet<Id> {
        let teams = teams.into_iter().flatten().filter(|_| self.source.is_mapping());
        teams.flat_map(|team| team.members.iter().flatten()).map(|member| member.id.clone()).collect()
    }

    /// Indexes the texts by which a record is found; `before` is the old name, `None` for a new record. True if the
    /// name changed.
    fn index_text(&mut self, kind: RecordKind, row: u32, before: Option<&Name>) -> bool {
        let texts = self.texts(kind, row).0.map(str::to_owned);
        let text = &mut self.text[kind as usize];
        match before {
            Some(_) => text.replace(row, texts.iter().map(String::as_str)),
            None => text.push(texts.iter().map(String::as_str)),
        }
        before.is_none_or(|before| before.as_str() != texts[0])
    }

    /// Updates the order of these rows by name and by label.
    fn index_names_of(&mut self, names: &[SelectedRows; 3], labels: &SelectedRows) {
        for kind in RecordKind::ALL.into_iter().filter(|kind| !names[*kind as usize].is_empty()) {
            let mut order = mem::take(&mut self.by_name[kind as usize]);
            order.place(&names[kind as usize], |row| SortKey::of(self.texts(kind, row).0[0]));
            self.by_name[kind as usize] = order;
        }
        if !labels.is_empty() {
            let mut order = mem::take(&mut self.by_label);
            order.place(labels, |row| SortKey::of(self.user_at(row).map(User::label).unwrap_or_default()));
            self.by_label = order;
        }
    }
}

/// The part in which two lists of members differ. Members shared at the start and at the end are left out, and keep the
/// old ids: a team of thousands often comes back with a single new member.
fn apart<'a>(old: &'a mut [Member], new: &'a mut [Member]) -> (&'a mut [Member], &'a mut [Member]) {
    let same = |(old, new): &(&mut Member, &mut Member)| old.id == new.id;
    let keep = |(old, new): (&mut Member, &mut Member)| mem::swap(&mut old.id, &mut new.id);
    let start = old.iter_mut().zip(new.iter_mut()).take_while(same).map(keep).count();
    let (old, new) = (&mut old[start..], &mut new[start..]);
    let end = old.iter_mut().rev().zip(new.iter_mut().rev()).take_while(same).map(keep).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    (&mut old[..old_end], &mut new[..new_end])
}
