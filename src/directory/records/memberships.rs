//! The teams of each user, by row numbers: a filter visits every user, and must not look up ids.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::{Table, name_hash, people::MemberCandidates};
use crate::directory::{
    Id,
    record::{Member, Team, User},
};

/// Rows of teams; few people are in more than four.
type Rows = SmallVec<[u32; 4]>;

/// The teams of everybody who is a member of any.
#[derive(Debug, Default)]
pub(super) struct TeamMemberships {
    /// By the user's row.
    of_users: Vec<Rows>,
    strangers: UnmatchedMembers,
}

/// Members who are no known user, by the hashes of their ids.
#[derive(Debug, Default)]
struct UnmatchedMembers(FxHashMap<u64, SmallVec<[(Id, Rows); 1]>>);

impl TeamMemberships {
    /// All of them; each member who is a known user gets that user's id.
    pub fn of(teams: &mut Table<Team>, people: MemberCandidates<'_>) -> Self {
        let users = people.users;
        let mut all = Self { of_users: vec![Rows::new(); users.len()], strangers: UnmatchedMembers::default() };
        let mut unknown = Vec::new();
        for (team, row) in teams.values_mut().zip(0..) {
            for (member, at) in team.members.iter_mut().flatten().zip(0..) {
                match people.share(member) {
                    Some(user) => all.of_users[user].push(row),
                    None => unknown.push((row, at)),
                }
            }
        }
        all.identify(&unknown, teams, people);
        all
    }

    /// Adds members, by the places of the team and of the member, whose ids are no user's.
    fn identify(&mut self, unknown: &[(u32, usize)], teams: &mut Table<Team>, people: MemberCandidates<'_>) {
        let groups: FxHashSet<Id> =
            if unknown.is_empty() { FxHashSet::default() } else { teams.keys().cloned().collect() };
        for (row, at) in unknown {
            let team = teams.get_index_mut(*row as usize).map(|(_, team)| team);
            let Some(member) = team.and_then(|team| team.members.as_mut()?.get_mut(*at)) else { continue };
            if !groups.contains(&member.id) {
                people.identify(member);
            }
            let rows = self.rows_mut(&member.id, people.users);
            rows.push(*row);
            rows.sort_unstable();
        }
    }

    /// The teams of the user of this row.
    pub fn of_row(&self, row: u32) -> &[u32] {
        self.of_users.get(row as usize).map_or(&[], SmallVec::as_slice)
    }

    /// The teams of a member, known or not.
    pub fn of_id(&self, id: &Id, users: &Table<User>) -> &[u32] {
        match users.get_index_of(id) {
            Some(row) => self.of_row(row as u32),
            None => self.strangers.get(id).map_or(&[], SmallVec::as_slice),
        }
    }

    /// A user has come: the last row is theirs.
    pub fn user_added(&mut self, id: &Id) {
        self.of_users.push(self.strangers.take(id).unwrap_or_default());
    }

    /// A user has gone; the user of the last row takes the free row.
    pub fn user_removed(&mut self, id: &Id, row: usize) {
        let teams = self.of_users.swap_remove(row);
        if !teams.is_empty() {
            *self.strangers.rows_mut(id) = teams;
        }
    }

    /// Members who are no known user, and may be called so.
    pub fn strangers_called(&self, name: &str) -> impl Iterator<Item = &Id> {
        self.strangers.0.get(&name_hash(name)).into_iter().flatten().map(|(id, _)| id)
    }

    /// A member who was unknown is the user of this row. Returns the rows of the teams that list the user.
    pub fn introduce(&mut self, stranger: &Id, row: usize) -> SmallVec<[u32; 4]> {
        let teams = self.strangers.take(stranger).unwrap_or_default();
        if let Some(known) = self.of_users.get_mut(row) {
            let new: Rows = teams.iter().copied().filter(|team| !known.contains(team)).collect();
            known.extend(new);
        }
        teams
    }

    /// The team of this row has gained and lost members; members in both lists stay.
    pub fn changed(&mut self, row: u32, lost: &[Member], gained: &[Member], users: &Table<User>) {
        for member in lost {
            self.rows_mut(&member.id, users).retain(|team| *team != row);
        }
        for member in gained {
            let teams = self.rows_mut(&member.id, users);
            if !teams.contains(&row) {
                teams.push(row);
            }
        }
    }

    /// The team that had one row has another one now.
    pub fn moved(&mut self, from: u32, to: u32, members: &[Member], users: &Table<User>) {
        for member in members {
            let teams = self.rows_mut(&member.id, users);
            teams.iter_mut().filter(|team| **team == from).for_each(|team| *team = to);
        }
    }

    fn rows_mut(&mut self, id: &Id, users: &Table<User>) -> &mut Rows {
        let known = users.get_index_of(id).filter(|row| *row < self.of_users.len());
        match known {
            Some(row) => &mut self.of_users[row],
            None => self.strangers.rows_mut(id),
        }
    }
}

impl UnmatchedMembers {
    fn get(&self, id: &Id) -> Option<&Rows> {
        self.0.get(&name_hash(id))?.iter().find(|(other, _)| other == id).map(|(_, rows)| rows)
    }

    fn rows_mut(&mut self, id: &Id) -> &mut Rows {
        let all = self.0.entry(name_hash(id)).or_default();
        let at = all.iter().position(|(other, _)| other == id).unwrap_or(all.len());
        if at == all.len() {
            all.push((id.clone(), Rows::new()));
        }
        &mut all[at].1
    }

    fn take(&mut self, id: &Id) -> Option<Rows> {
        let hash = name_hash(id);
        let all = self.0.get_mut(&hash)?;
        let at = all.iter().position(|(other, _)| other == id)?;
        let (_, rows) = all.swap_remove(at);
        if all.is_empty() {
            self.0.remove(&hash);
        }
        Some(rows)
    }
}
