//! What a filter looks up once for all rows.

use rustc_hash::FxHashSet;

use super::{Count, contains};
use crate::directory::{
    Directory, Kind,
    field::{
        RecordField, RoleField, UserField,
        told::{self, Knowledge},
    },
    query::{Part, Query, Term, Value},
};

/// What is looked up once for all rows, and holds no longer than the rows stay as they are.
#[derive(Debug, Default)]
pub struct Known {
    /// For each term the teams that its alternatives name.
    pub(super) named: Vec<Vec<NamedTeams>>,
    /// Rows on which changes are pending.
    pub(super) touched: FxHashSet<u32>,
    /// Teams whose members are not told; nothing where any number of teams may be missing.
    pub(super) closed_teams: Option<usize>,
    /// For each role, by row, how many users hold it.
    holders: Vec<Count>,
}

impl Known {
    /// For a filter of a kind's rows.
    pub fn of(query: &Query, directory: &Directory, kind: Kind) -> Self {
        let asks = |field| query.terms.iter().any(|term| term.field == field);
        let of_users = asks(UserField::Teams.into()) || asks(UserField::TeamCount.into());
        Self {
            named: query.terms.iter().map(|term| named(term, directory)).collect(),
            touched: directory.touched_rows(kind),
            closed_teams: if of_users { closed_teams(directory) } else { None },
            holders: if asks(RoleField::Holders.into()) { holders(directory) } else { Vec::new() },
        }
    }

    pub(super) fn holders_of(&self, role: u32) -> Count {
        self.holders.get(role as usize).copied().unwrap_or_default()
    }
}

fn closed_teams(directory: &Directory) -> Option<usize> {
    let teams = (0..directory.len(Kind::Team) as u32).filter_map(|row| directory.team_at(row));
    let closed = teams.filter(|team| !told::members(team).is_told()).count();
    told::is_listed(Kind::Team, directory).then_some(closed)
}

fn holders(directory: &Directory) -> Vec<Count> {
    let users = (0..directory.len(Kind::User) as u32).filter_map(|row| directory.user_at(row));
    let hidden = users.filter(|user| !directory.knows_roles(user)).count();
    let hidden = told::is_listed(Kind::User, directory).then_some(hidden);
    let counts = directory.holder_counts();
    let roles = (0..directory.len(Kind::Role) as u32).map(|row| directory.role_at(row));
    let count = |name| Count::of(counts.get(name).copied().unwrap_or_default() as usize, hidden);
    roles.map(|role| role.map_or_else(Count::default, |role| count(&role.name))).collect()
}

/// How a team's name stands to an alternative of a `team:` term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// It is not named.
    No,
    /// All of its members are meant.
    Members,
    /// Its members with the role are meant.
    WithRole,
}

/// The teams that one alternative of a `team:` term names: `NAME`, or `NAME/ROLE`.
#[derive(Debug)]
pub(super) struct NamedTeams {
    /// By row.
    pub naming: Vec<Naming>,
    /// The role that is asked for, where one is.
    pub role: Option<Part>,
    /// The members of a named team are not told, or not all teams are listed.
    pub has_closed: bool,
}

/// Asking each user's teams for their names takes far longer.
fn named(term: &Term, directory: &Directory) -> Vec<NamedTeams> {
    let Value::Any(parts) = &term.value else { return Vec::new() };
    if term.field != RecordField::User(UserField::Teams) {
        return Vec::new();
    }
    let none = || NamedTeams { naming: Vec::new(), role: None, has_closed: false };
    let one = |part: &Part| match part {
        Part::Text(text) => NamedTeams::of(text, directory),
        Part::None | Part::Unknown => none(),
    };
    parts.iter().map(one).collect()
}

impl NamedTeams {
    fn of(text: &str, directory: &Directory) -> Self {
        let (name, role) = match text.rsplit_once('/') {
            Some((name, role)) => (name, Some(role).filter(|role| !role.is_empty())),
            None => (text, None),
        };
        let mut has_closed = !told::is_listed(Kind::Team, directory);
        let naming = (0..directory.len(Kind::Team) as u32).map(|row| {
            let Some(team) = directory.team_at(row) else { return Naming::No };
            let have = team.name.as_str();
            let naming = match role {
                // A name may have a slash itself.
                _ if contains(have, text) => Naming::Members,
                None if contains(have, name) => Naming::Members,
                Some(_) if contains(have, name) => Naming::WithRole,
                _ => Naming::No,
            };
            has_closed |= naming != Naming::No && matches!(told::members(team), Knowledge::NotTold);
            naming
        });
        let naming = naming.collect();
        Self { naming, role: role.map(crate::directory::query::parse::part), has_closed }
    }

    pub fn naming(&self, team: u32) -> Naming {
        self.naming.get(team as usize).copied().unwrap_or(Naming::No)
    }
}
