//! Records that come, change and go, and the indexes with them.

use std::mem;

use rustc_hash::FxHashSet;

use super::{
    Records,
    order::{Few, Gone},
    people::{self, People},
};
use crate::{
    directory::{
        Id, Kind, Name, Target,
        record::{Member, Record, Team, User},
    },
    scim::text::compare_folded,
};

impl Records {
    /// Puts one freshly read record in the place of the old one, or adds it. True if rows were added, or stand elsewhere by
    /// their names.
    pub fn put(&mut self, record: Record) -> bool {
        self.put_all([record])
    }

    /// The same for several, one after another.
    pub fn put_all(&mut self, records: impl IntoIterator<Item = Record>) -> bool {
        let (mut names, mut labels) = (<[Few; 3]>::default(), Few::default());
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

    /// The row, and who was there before.
    fn put_user(&mut self, user: User) -> (u32, Option<User>) {
        let names = |user: &User| [&user.user_name, &user.email, &user.display_name].map(Clone::clone);
        let named = self.users.get(&user.id).is_some_and(|old| names(old) == names(&user));
        let (id, service) = (user.id.clone(), user.account.is_service());
        let (row, old) = self.users.insert_full(id.clone(), user);
        if let Some(old) = &old {
            // Out before in: who was an admin and is one stays one.
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

    /// The row, and the name of what was there before.
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
            let people = People { users: &self.users, named: &self.named };
            for member in gained.iter_mut() {
                if !people.share(member) && !self.teams.contains_key(&member.id) {
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

    /// Forgets a record that is gone from the server: the last row takes its place. True if it was there.
    pub fn remove(&mut self, target: &Target) -> bool {
        self.remove_all([target.clone()])
    }

    /// The same for several, one after another.
    pub fn remove_all(&mut self, targets: impl IntoIterator<Item = Target>) -> bool {
        let mut gone = <[Gone; 3]>::default();
        for target in targets {
            let Some(row) = self.row(&target) else { continue };
            match target.kind {
                Kind::User => self.remove_user(&target.id, row),
                Kind::Team => self.remove_team(&target.id, row),
                Kind::Role => drop(self.roles.swap_remove(&target.id)),
            }
            self.text[target.kind as usize].swap_remove(row);
            gone[target.kind as usize].swap_remove(row, self.len(target.kind) as u32);
        }
        for (order, gone) in self.by_name.iter_mut().zip(&gone) {
            order.remove(gone);
        }
        self.by_label.remove(&gone[Kind::User as usize]);
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

    /// Another team may have its name by now.
    fn unname(&mut self, old: &Team) {
        let Some(ids) = self.teams_by_name.get_mut(&old.name) else { return };
        ids.retain(|id| *id != old.id);
        if ids.is_empty() {
            self.teams_by_name.remove(&old.name);
        }
    }

    /// Groups may call somebody by name who is known only now, or is called so only now.
    fn claim_memberships(&mut self, row: usize) {
        let Some((id, user)) = self.users.get_index(row) else { return };
        let names = [&**id, user.user_name.raw(), user.email.raw()].into_iter().filter(|name| !name.is_empty());
        let mut meant: Vec<Id> = names.flat_map(|name| self.memberships.strangers_called(name)).cloned().collect();
        let people = People { users: &self.users, named: &self.named };
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

    /// What is known of a record is no longer known to be its latest version.
    pub fn forget_version(&mut self, target: &Target) {
        let version = match target.kind {
            Kind::User => self.users.get_mut(&target.id).map(|user| &mut user.version),
            Kind::Team => self.teams.get_mut(&target.id).map(|team| &mut team.version),
            Kind::Role => self.roles.get_mut(&target.id).map(|role| &mut role.version),
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

    /// Whose role may follow from a team: its members, as they were and as they are.
    fn derived_from(&self, teams: [Option<&Team>; 2]) -> FxHashSet<Id> {
        let teams = teams.into_iter().flatten().filter(|_| self.source.is_mapping());
        teams.flat_map(|team| team.members.iter().flatten()).map(|member| member.id.clone()).collect()
    }

    /// What a record is found by; `before` is the name that it had, if it is not new. True if it has another one now.
    fn index_text(&mut self, kind: Kind, row: u32, before: Option<&Name>) -> bool {
        let texts = self.texts(kind, row).map(str::to_owned);
        let text = &mut self.text[kind as usize];
        match before {
            Some(_) => text.replace(row, texts.iter().map(String::as_str)),
            None => text.push(texts.iter().map(String::as_str)),
        }
        before.is_none_or(|before| before.as_str() != texts[0])
    }

    /// Where these rows stand by their names and labels.
    fn index_names_of(&mut self, names: &[Few; 3], labels: &Few) {
        for kind in Kind::ALL.into_iter().filter(|kind| !names[*kind as usize].is_empty()) {
            let mut order = mem::take(&mut self.by_name[kind as usize]);
            order.place(&names[kind as usize], |one, other| {
                compare_folded(self.texts(kind, one)[0], self.texts(kind, other)[0])
            });
            self.by_name[kind as usize] = order;
        }
        if !labels.is_empty() {
            let mut order = mem::take(&mut self.by_label);
            let label = |row| self.user_at(row).map(User::label).unwrap_or_default();
            order.place(labels, |one, other| compare_folded(label(one), label(other)));
            self.by_label = order;
        }
    }
}

/// Where two lists of members differ: what is the same at their starts and at their ends is left out, and keeps the ids that
/// it had. A team of thousands comes back with one member more.
fn apart<'a>(old: &'a mut [Member], new: &'a mut [Member]) -> (&'a mut [Member], &'a mut [Member]) {
    let same = |(old, new): &(&mut Member, &mut Member)| old.id == new.id;
    let keep = |(old, new): (&mut Member, &mut Member)| mem::swap(&mut old.id, &mut new.id);
    let start = old.iter_mut().zip(new.iter_mut()).take_while(same).map(keep).count();
    let (old, new) = (&mut old[start..], &mut new[start..]);
    let end = old.iter_mut().rev().zip(new.iter_mut().rev()).take_while(same).map(keep).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    (&mut old[..old_end], &mut new[..new_end])
}
