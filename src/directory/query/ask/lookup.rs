//! Data that a filter looks up once for all rows.

use rustc_hash::FxHashSet;

use super::{BoundedCount, contains};
use crate::directory::{
    Directory, RecordKind,
    field::{
        RecordField, RoleField, UserField,
        knowledge::{self, FieldKnowledge},
    },
    query::{FilterQuery, Part, QueryTerm, Value},
    role_source::RoleSource,
};

/// Data that is looked up once for all rows, and is valid only while the rows stay unchanged.
#[derive(Debug, Default)]
pub struct NameLookup {
    /// For each term, the teams named by its alternatives.
    pub(super) named: Vec<Vec<NamedTeams>>,
    /// Rows on which changes are pending.
    pub(super) touched: FxHashSet<u32>,
    /// Number of teams whose members are not told; `None` if the list of teams is incomplete.
    pub(super) closed_teams: Option<usize>,
    /// True where no record shows a role in the organisation: nobody is known to have none then.
    pub(super) roles_untold: bool,
    /// Number of users who hold a role, by the role's row.
    holders: Vec<BoundedCount>,
}

impl NameLookup {
    /// The data for a filter of rows of this kind.
    pub fn of(query: &FilterQuery, directory: &Directory, kind: RecordKind) -> Self {
        let asks = |field| query.terms.iter().any(|term| term.field == field);
        let of_users = asks(UserField::Teams.into()) || asks(UserField::TeamCount.into());
        Self {
            named: query.terms.iter().map(|term| named(term, directory)).collect(),
            touched: directory.touched_rows(kind),
            closed_teams: if of_users { closed_teams(directory) } else { None },
            roles_untold: directory.records().census().roles_held == 0
                && matches!(directory.records().role_source(), RoleSource::Record),
            holders: if asks(RoleField::Holders.into()) { holders(directory) } else { Vec::new() },
        }
    }

    pub(super) fn holders_of(&self, role: u32) -> BoundedCount {
        self.holders.get(role as usize).copied().unwrap_or_default()
    }
}

fn closed_teams(directory: &Directory) -> Option<usize> {
    let teams = (0..directory.len(RecordKind::Team) as u32).filter_map(|row| directory.team_at(row));
    let closed = teams.filter(|team| !knowledge::members(team).is_told()).count();
    knowledge::is_listed(RecordKind::Team, directory).then_some(closed)
}

fn holders(directory: &Directory) -> Vec<BoundedCount> {
    let users = (0..directory.len(RecordKind::User) as u32).filter_map(|row| directory.user_at(row));
    let hidden = users.filter(|user| !directory.knows_roles(user)).count();
    let hidden = knowledge::is_listed(RecordKind::User, directory).then_some(hidden);
    let counts = directory.holder_counts();
    let roles = (0..directory.len(RecordKind::Role) as u32).map(|row| directory.role_at(row));
    let count = |name| BoundedCount::of(counts.get(name).copied().unwrap_or_default() as usize, hidden);
    roles.map(|role| role.map_or_else(BoundedCount::default, |role| count(&role.name))).collect()
}

/// The way in which an alternative of a `team:` term names a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TeamNaming {
    /// The alternative does not name the team.
    No,
    /// The alternative means all members of the team.
    Members,
    /// The alternative means the members who have the role.
    WithRole,
}

/// The teams named by an alternative of a `team:` term: `NAME`, or `NAME/ROLE`.
#[derive(Debug)]
pub(super) struct NamedTeams {
    /// The naming of each team, by row.
    pub naming: Vec<TeamNaming>,
    /// The wanted role, if the alternative has one.
    pub role: Option<Part>,
    /// True if the members of a named team are not told, or if the list of teams is incomplete.
    pub has_closed: bool,
}

/// Names are matched once per team, because matching them per user takes far longer.
fn named(term: &QueryTerm, directory: &Directory) -> Vec<NamedTeams> {
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
        let mut has_closed = !knowledge::is_listed(RecordKind::Team, directory);
        let naming = (0..directory.len(RecordKind::Team) as u32).map(|row| {
            let Some(team) = directory.team_at(row) else { return TeamNaming::No };
            let have = team.name.as_str();
            let naming = match role {
                // A team's name may contain a slash.
                _ if contains(have, text) => TeamNaming::Members,
                None if contains(have, name) => TeamNaming::Members,
                Some(_) if contains(have, name) => TeamNaming::WithRole,
                _ => TeamNaming::No,
            };
            has_closed |= naming != TeamNaming::No && matches!(knowledge::members(team), FieldKnowledge::NotTold);
            naming
        });
        let naming = naming.collect();
        Self { naming, role: role.map(crate::directory::query::parse::part), has_closed }
    }

    pub fn naming(&self, team: u32) -> TeamNaming {
        self.naming.get(team as usize).copied().unwrap_or(TeamNaming::No)
    }
}
