//! Names by which a file calls records: the name where it means this record and no other one, else the id.

use rustc_hash::FxHashMap;

use super::whom::Whom;
use crate::{
    directory::{
        Directory, Id, RecordKind,
        record::{Team, User},
    },
    scim::text::fold,
};

/// How often each name is there, without regard to case and to blanks at the ends.
type Counts = FxHashMap<String, u32>;

pub(super) struct NameCalls<'a> {
    whom: Whom<'a>,
    users: Counts,
    teams: Counts,
}

impl<'a> NameCalls<'a> {
    pub fn new(directory: &'a Directory) -> Self {
        let users = (0..directory.len(RecordKind::User) as u32).filter_map(|row| directory.user_at(row));
        let teams = (0..directory.len(RecordKind::Team) as u32).filter_map(|row| directory.team_at(row));
        Self {
            whom: Whom::new(directory),
            users: counts(users.map(|user| user.user_name.raw())),
            teams: counts(teams.map(|team| team.name.raw())),
        }
    }

    pub fn user(&self, user: &User) -> String {
        let name = user.user_name.raw();
        let own = is_one(&self.users, name) && self.means(name, &user.id);
        if own { name.to_owned() } else { user.id.to_string() }
    }

    pub fn team(&self, team: &Team) -> String {
        let name = team.name.raw();
        let own = is_one(&self.teams, name) && self.whom.team(name).is_ok_and(|found| found.id == team.id);
        if own { name.to_owned() } else { team.id.to_string() }
    }

    fn means(&self, name: &str, id: &Id) -> bool {
        self.whom.subject(name).is_ok_and(|subject| subject.id() == id)
    }
}

fn counts<'a>(names: impl Iterator<Item = &'a str>) -> Counts {
    let mut counts = Counts::default();
    for name in names {
        *counts.entry(key(name)).or_default() += 1;
    }
    counts
}

fn is_one(counts: &Counts, name: &str) -> bool {
    let key = key(name);
    !key.is_empty() && counts.get(&key) == Some(&1)
}

fn key(name: &str) -> String {
    fold(name.trim())
}
