//! What a filter asks of a user.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{
    Count, Known, Truth, Value, account_word, age_is, any, contains, created_is, known_text_is,
    lookup::{NamedTeams, Naming},
    one_of_texts_is, text_is, text_is_with,
};
use crate::directory::{
    Directory, MaybeTold, Name, Target,
    field::{
        RecordField, UserField,
        told::{self, Knowledge},
    },
    query::{Part, Relation, Term},
    record::{Grant, User},
};

/// A user who is asked.
pub(super) struct OneUser<'a> {
    directory: &'a Directory,
    known: &'a Known,
    user: &'a User,
    row: u32,
    /// Changes are pending on the user.
    touched: bool,
    now: Timestamp,
}

impl<'a> OneUser<'a> {
    /// Nothing where there is no such row.
    pub fn new(row: u32, directory: &'a Directory, known: &'a Known, now: Timestamp) -> Option<Self> {
        let touched = known.touched.contains(&row);
        let user = if touched { directory.user_at(row) } else { directory.records().user_at(row) }?;
        Some(Self { directory, known, user, row, touched, now })
    }

    /// Whether the term at this place of the filter is true, leaving its sign aside.
    pub fn asks(&self, at: usize, term: &Term) -> Truth {
        let (user, value) = (self.user, &term.value);
        let RecordField::User(field) = term.field else { return Some(false) };
        match field {
            UserField::OrgRole => text_is(value, told::attribute(&user.org_role).map(shown)),
            UserField::ModelsSeat => seat_is(value, &user.models_seat),
            UserField::WeaveRole => seat_is(value, &user.weave_role),
            UserField::RegistryAccess => seat_is(value, &user.registry_access),
            UserField::Email => text_is(value, told::email(user, self.directory).map(shown)),
            UserField::UserName => known_text_is(value, user.user_name.as_str()),
            UserField::DisplayName => {
                let names = [user.user_name.as_str(), user.display_name.as_str()];
                any(names.map(|name| known_text_is(value, name)))
            }
            UserField::Id => known_text_is(value, &user.id),
            UserField::Account => text_is(value, told::account(user).map(|account| Some(account_word(account)))),
            UserField::Active => active_is(value, told::active(user)),
            UserField::LastActive => self.last_is(term),
            UserField::Created => created_is(term, user.created, self.now),
            UserField::TeamCount => self.team_count().is(term),
            UserField::Teams => self.team_is(at, value),
            UserField::Registries => registry_is(value, told::registry_roles(user)),
            UserField::TeamRoles => {
                let roles = |grants: &'a [Grant]| grants.iter().map(|grant| Knowledge::Told(grant.role.as_str()));
                one_of_texts_is(value, told::team_roles(user).map(roles))
            }
            UserField::ExternalId
            | UserField::OrgRoleAsOf
            | UserField::RegistryRoles
            | UserField::DaysActive
            | UserField::Modified
            | UserField::Problem => Some(false),
        }
    }

    /// The rows of the user's teams.
    fn teams(&self) -> Cow<'a, [u32]> {
        let records = self.directory.records();
        if !self.touched {
            return records.team_rows(self.row).into();
        }
        let teams = self.directory.teams_of(&self.user.id);
        teams.iter().filter_map(|team| records.row(&Target::team(team))).collect()
    }

    fn team_count(&self) -> Count {
        Count::of(self.teams().len(), self.known.closed_teams)
    }

    fn team_is(&self, at: usize, value: &Value) -> Truth {
        let Value::Any(parts) = value else { return Some(false) };
        let named = self.known.named.get(at).map(Vec::as_slice).unwrap_or_default();
        let (teams, count) = (self.teams(), self.team_count());
        any(parts.iter().zip(named).map(|(part, named)| match part {
            Part::Unknown => Some(count.least != count.most),
            Part::None if count.least > 0 => Some(false),
            Part::None => (count.most == 0).then_some(true),
            Part::Text(_) => self.is_in(&teams, named),
        }))
    }

    /// In any of the teams, with the role where one is asked for.
    fn is_in(&self, teams: &[u32], named: &NamedTeams) -> Truth {
        let one = |team: &u32| match (named.naming(*team), &named.role) {
            (Naming::No, _) => Some(false),
            (Naming::WithRole, Some(role)) => self.role_is(*team, role),
            (Naming::Members | Naming::WithRole, _) => Some(true),
        };
        any(teams.iter().map(one).chain([if named.has_closed { None } else { Some(false) }]))
    }

    fn role_is(&self, team: u32, wanted: &Part) -> Truth {
        let team = self.directory.team_at(team)?;
        match (wanted, told::role_in(self.user, &team.name)) {
            (Part::Unknown, role) => Some(!role.is_told()),
            (_, Knowledge::NotTold) => None,
            (Part::None, Knowledge::Told(role)) => Some(role.is_empty()),
            (Part::Text(wanted), Knowledge::Told(role)) => Some(contains(role.as_str(), wanted)),
        }
    }

    /// Who has an account for less time than the age was not away for that long.
    fn last_is(&self, term: &Term) -> Truth {
        let last = match (&term.value, told::last_active(self.user)) {
            (Value::Unknown, last) => return Some(!last.is_told()),
            (_, Knowledge::NotTold) => return None,
            (_, Knowledge::Told(last)) => last,
        };
        let Value::Age(age) = term.value else { return Some(term.value == Value::Never && last.is_none()) };
        let is_ago = |at: Timestamp| age_is(term.relation, age, at, self.now);
        Some(match term.relation {
            Relation::Below => last.is_some_and(is_ago),
            Relation::Is | Relation::Above => last.is_none_or(is_ago) && self.user.created.is_none_or(is_ago),
        })
    }
}

fn shown(name: Option<&Name>) -> Option<&str> {
    name.map(Name::as_str)
}

/// The level "none" is no seat.
fn seat_is(value: &Value, level: &MaybeTold) -> Truth {
    let is_none = |level: &str| level.is_empty() || level.eq_ignore_ascii_case("none");
    text_is_with(value, told::attribute(level).map(shown), is_none)
}

fn active_is(value: &Value, active: Knowledge<bool>) -> Truth {
    match (value, active) {
        (Value::Unknown, active) => Some(!active.is_told()),
        (Value::Bool(want), Knowledge::Told(active)) => Some(active == *want),
        (Value::Bool(_), Knowledge::NotTold) => None,
        _ => Some(false),
    }
}

/// `models`, or with the role in it: `models/admin`.
fn registry_is(value: &Value, grants: Knowledge<&[Grant]>) -> Truth {
    let Value::Any(parts) = value else { return Some(false) };
    any(parts.iter().map(|part| match (part, grants) {
        (Part::Unknown, grants) => Some(!grants.is_told()),
        (_, Knowledge::NotTold) => None,
        (Part::None, Knowledge::Told(grants)) => Some(grants.is_empty()),
        (Part::Text(part), Knowledge::Told(grants)) => {
            let (registry, role) = part.split_once('/').unwrap_or((part, ""));
            let holds = |text: &str, name: &Name| contains(name.as_str(), text);
            Some(grants.iter().any(|grant| holds(registry, &grant.scope) && holds(role, &grant.role)))
        }
    }))
}
