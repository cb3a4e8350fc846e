//! The records of lists, kind by kind. A large directory is in memory once, so it is moved and never copied.

use crate::directory::{
    RecordKind,
    record::{Record, Role, Team, User},
};

/// The records of the three lists.
#[derive(Debug, Clone, Default)]
pub struct RecordLists {
    pub users: Vec<User>,
    pub teams: Vec<Team>,
    pub roles: Vec<Role>,
}

impl RecordLists {
    pub fn len(&self) -> usize {
        self.users.len() + self.teams.len() + self.roles.len()
    }

    /// Reserves room for `total` records of a kind: growth by doubling would hold a large list twice.
    pub fn expect(&mut self, kind: RecordKind, total: usize) {
        match kind {
            RecordKind::User => self.users.reserve_exact(total.saturating_sub(self.users.len())),
            RecordKind::Team => self.teams.reserve_exact(total.saturating_sub(self.teams.len())),
            RecordKind::Role => self.roles.reserve_exact(total.saturating_sub(self.roles.len())),
        }
    }

    /// Takes the records of another list.
    pub fn join(&mut self, other: Self) {
        join(&mut self.users, other.users);
        join(&mut self.teams, other.teams);
        join(&mut self.roles, other.roles);
    }
}

impl Extend<Record> for RecordLists {
    fn extend<I: IntoIterator<Item = Record>>(&mut self, records: I) {
        for record in records {
            match record {
                Record::User(user) => self.users.push(user),
                Record::Team(team) => self.teams.push(team),
                Record::Role(role) => self.roles.push(role),
            }
        }
    }
}

fn join<T>(all: &mut Vec<T>, more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.extend(more);
    }
}
