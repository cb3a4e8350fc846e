//! Who and which team is meant by a name of a file, and members that are no users.

use rustc_hash::FxHashMap;

use super::hidden::Hidden;
use crate::{
    directory::{
        Directory, Id, Kind,
        find::{Finder, Missing},
        record::{Team, User},
    },
    scim::text::clean,
};

/// Says of a member's name that it is a group's.
pub(super) const GROUP: &str = "group:";

/// A name that does not say who is meant.
#[derive(Debug)]
pub(super) enum Miss {
    /// Nobody is called so, or several are.
    Missing(Missing),
    /// Nobody is called so, and the name holds what nobody sees.
    Hidden(Hidden),
}

impl Miss {
    /// True where somebody is called nearly so.
    pub fn is_near(&self) -> bool {
        matches!(self, Miss::Missing(Missing::Unknown(near)) if !near.is_empty())
    }

    /// "no user is called eva-tanak; near: eva-tanaka".
    pub fn sentence(&self, kind: &str, wanted: &str) -> String {
        match self {
            Miss::Missing(missing) => missing.sentence(kind, wanted),
            Miss::Hidden(hidden) => {
                format!("no {kind} is called {} with {hidden}; write the name without it", clean(wanted).trim())
            }
        }
    }
}

/// Whom an entry of a file, or of a list of members, is about.
#[derive(Debug, Clone)]
pub(super) enum Subject<'a> {
    User(&'a User),
    /// A group in a group, or a member whom no list has.
    Other(Id),
}

impl Subject<'_> {
    pub fn id(&self) -> &Id {
        match self {
            Subject::User(user) => &user.id,
            Subject::Other(id) => id,
        }
    }
}

/// The names of a directory as a file may write them.
pub(super) struct Whom<'a> {
    directory: &'a Directory,
    finder: Finder<'a>,
    /// Rows of names that begin or end with blanks, which a finder takes off.
    blank_users: FxHashMap<&'a str, Vec<u32>>,
    blank_teams: FxHashMap<&'a str, Vec<u32>>,
}

impl<'a> Whom<'a> {
    /// Indexes all names. Linear in the records.
    pub fn new(directory: &'a Directory) -> Self {
        let users = (0..directory.len(Kind::User) as u32)
            .filter_map(|row| Some((directory.user_at(row)?.user_name.raw(), row)));
        let teams =
            (0..directory.len(Kind::Team) as u32).filter_map(|row| Some((directory.team_at(row)?.name.raw(), row)));
        Self { directory, finder: Finder::new(directory), blank_users: blank(users), blank_teams: blank(teams) }
    }

    /// A user by id, user name or email, exactly so or as a finder finds them.
    pub fn user(&self, wanted: &str) -> Result<&'a User, Miss> {
        if let Some(user) = self.directory.user(&wanted.into()) {
            return Ok(user);
        }
        if let Some([row]) = self.blank_users.get(wanted).map(Vec::as_slice) {
            return self.directory.user_at(*row).ok_or(Miss::Missing(Missing::Unknown(Vec::new())));
        }
        let written = |user: &User| [user.user_name.raw(), user.email.raw()].contains(&wanted);
        seen(wanted, self.finder.user(wanted), written)
    }

    /// A team by id or name, likewise.
    pub fn team(&self, wanted: &str) -> Result<&'a Team, Miss> {
        if let Some(team) = self.directory.team(&wanted.into()) {
            return Ok(team);
        }
        if let Some([row]) = self.blank_teams.get(wanted).map(Vec::as_slice) {
            return self.directory.team_at(*row).ok_or(Miss::Missing(Missing::Unknown(Vec::new())));
        }
        seen(wanted, self.finder.team(wanted), |team| team.name.raw() == wanted)
    }

    /// A user, or a member that is no user: ids go before names, and users before `group:NAME`.
    pub fn subject(&self, wanted: &str) -> Result<Subject<'a>, Miss> {
        let id = Id::from(wanted);
        if self.directory.user(&id).is_none() && !self.directory.teams_of(&id).is_empty() {
            return Ok(Subject::Other(id));
        }
        self.user(wanted).map(Subject::User).or_else(|miss| {
            let group = wanted.trim().strip_prefix(GROUP).and_then(|group| self.team(group).ok());
            group.map(|team| Subject::Other(team.id.clone())).ok_or(miss)
        })
    }
}

/// Nothing is found by a name with hidden characters, unless that is the record's own spelling. Spaces of any kind at its
/// ends are blanks.
fn seen<'a, T>(wanted: &str, found: Result<&'a T, Missing>, written: impl Fn(&T) -> bool) -> Result<&'a T, Miss> {
    let exact = found.as_ref().is_ok_and(|record| written(record)) || matches!(found, Err(Missing::Several(_)));
    match Hidden::in_name(wanted.trim()).and_then(|_| Hidden::in_name(wanted)) {
        Some(hidden) if !exact => Err(Miss::Hidden(hidden)),
        _ => found.map_err(Miss::Missing),
    }
}

fn blank<'a>(names: impl Iterator<Item = (&'a str, u32)>) -> FxHashMap<&'a str, Vec<u32>> {
    let mut rows: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    for (name, row) in names.filter(|(name, _)| name.trim().len() < name.len()) {
        rows.entry(name).or_default().push(row);
    }
    rows
}
