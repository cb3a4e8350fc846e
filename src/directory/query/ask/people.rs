//! The terms of a filter about a user.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{
    BoundedCount, NameLookup, QueryTruth, Value, account_word, age_is, any, contains, created_is, known_text_is,
    lookup::{NamedTeams, TeamNaming},
    one_of_texts_is, text_is, text_is_with,
};
use crate::directory::{
    Directory, MaybeTold, Name, ResourceRef,
    field::{
        RecordField, UserField,
        knowledge::{self, FieldKnowledge},
    },
    query::{Part, QueryTerm, ValueRelation},
    record::{RoleGrant, User},
};

/// A user who is asked.
pub(super) struct OneUser<'a> {
    directory: &'a Directory,
    known: &'a NameLookup,
    user: &'a User,
    row: u32,
    /// Changes are pending on the user.
    touched: bool,
    now: Timestamp,
}

impl<'a> OneUser<'a> {
    /// The user at a row; `None` if there is no such row.
    pub fn new(row: u32, directory: &'a Directory, known: &'a NameLookup, now: Timestamp) -> Option<Self> {
        let touched = known.touched.contains(&row);
        let user = if touched { directory.user_at(row) } else { directory.records().user_at(row) }?;
        Some(Self { directory, known, user, row, touched, now })
    }

    /// Whether the seat is of this level. Seats belong to people: one of a service account that is not told decides nothing.
    fn seat_is(&self, value: &Value, level: &MaybeTold) -> QueryTruth {
        let is_none = |level: &str| level.is_empty() || level.eq_ignore_ascii_case("none");
        let is = text_is_with(value, knowledge::attribute(level).map(shown), is_none);
        if self.user.account.is_service() { is.or(Some(false)) } else { is }
    }

    /// Whether the term at this place of the filter is true, leaving its sign aside.
    pub fn asks(&self, at: usize, term: &QueryTerm) -> QueryTruth {
        let (user, value) = (self.user, &term.value);
        let RecordField::User(field) = term.field else { return Some(false) };
        match field {
            UserField::OrgRole if self.known.roles_untold => text_is(value, FieldKnowledge::NotTold),
            UserField::ModelsSeat => self.seat_is(value, &user.models_seat),
            UserField::WeaveRole => self.seat_is(value, &user.weave_role),
            UserField::RegistryAccess => self.seat_is(value, &user.registry_access),
            UserField::Email => text_is(value, knowledge::email(user, self.directory).map(shown)),
            UserField::UserName => known_text_is(value, user.user_name.as_str()),
            UserField::DisplayName => {
                let names = [user.user_name.as_str(), user.display_name.as_str()];
                any(names.map(|name| known_text_is(value, name)))
            }
            UserField::Id => known_text_is(value, &user.id),
            UserField::Account => text_is(value, knowledge::account(user).map(|account| Some(account_word(account)))),
            UserField::Active => active_is(value, knowledge::active(user)),
            UserField::LastActive => self.last_is(term),
            UserField::Created => created_is(term, user.created, self.now),
            UserField::TeamCount => self.team_count().is(term),
            UserField::Teams => self.team_is(at, value),
            UserField::Registries => registry_is(value, knowledge::registry_roles(user)),
            UserField::TeamRoles => {
                let roles =
                    |grants: &'a [RoleGrant]| grants.iter().map(|grant| FieldKnowledge::Told(grant.role.as_str()));
                one_of_texts_is(value, knowledge::team_roles(user).map(roles))
            }
            text => match &text.spec().text {
                Some(text) => text_is(value, knowledge::attribute((text.of)(user)).map(shown)),
                None => Some(false),
            },
        }
    }

    /// The rows of the user's teams.
    fn teams(&self) -> Cow<'a, [u32]> {
        let records = self.directory.records();
        if !self.touched {
            return records.team_rows(self.row).into();
        }
        let teams = self.directory.teams_of(&self.user.id);
        teams.iter().filter_map(|team| records.row(&ResourceRef::team(team))).collect()
    }

    fn team_count(&self) -> BoundedCount {
        BoundedCount::of(self.teams().len(), self.known.closed_teams)
    }

    fn team_is(&self, at: usize, value: &Value) -> QueryTruth {
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

    /// Whether the user is in any of the teams, with the role where one is asked for.
    fn is_in(&self, teams: &[u32], named: &NamedTeams) -> QueryTruth {
        let one = |team: &u32| match (named.naming(*team), &named.role) {
            (TeamNaming::No, _) => Some(false),
            (TeamNaming::WithRole, Some(role)) => self.role_is(*team, role),
            (TeamNaming::Members | TeamNaming::WithRole, _) => Some(true),
        };
        any(teams.iter().map(one).chain([if named.has_closed { None } else { Some(false) }]))
    }

    fn role_is(&self, team: u32, wanted: &Part) -> QueryTruth {
        let team = self.directory.team_at(team)?;
        match (wanted, knowledge::role_in(self.user, &team.name)) {
            (Part::Unknown, role) => Some(!role.is_told()),
            (_, FieldKnowledge::NotTold) => None,
            (Part::None, FieldKnowledge::Told(role)) => Some(role.is_empty()),
            (Part::Text(wanted), FieldKnowledge::Told(role)) => Some(contains(role.as_str(), wanted)),
        }
    }

    /// An account younger than the age can't have been inactive for that long.
    fn last_is(&self, term: &QueryTerm) -> QueryTruth {
        let last = match (&term.value, knowledge::last_active(self.user)) {
            (Value::Unknown, last) => return Some(!last.is_told()),
            (_, FieldKnowledge::NotTold) => return None,
            (_, FieldKnowledge::Told(last)) => last,
        };
        let Value::Age(age) = term.value else { return Some(term.value == Value::Never && last.is_none()) };
        let is_ago = |at: Timestamp| age_is(term.relation, age, at, self.now);
        Some(match term.relation {
            ValueRelation::Below => last.is_some_and(is_ago),
            ValueRelation::Is | ValueRelation::Above => last.is_none_or(is_ago) && self.user.created.is_none_or(is_ago),
        })
    }
}

fn shown(name: Option<&Name>) -> Option<&str> {
    name.map(Name::as_str)
}

/// The level "none" is no seat.
fn active_is(value: &Value, active: FieldKnowledge<bool>) -> QueryTruth {
    match (value, active) {
        (Value::Unknown, active) => Some(!active.is_told()),
        (Value::Bool(want), FieldKnowledge::Told(active)) => Some(active == *want),
        (Value::Bool(_), FieldKnowledge::NotTold) => None,
        _ => Some(false),
    }
}

/// `models`, or with the role in it: `models/admin`.
fn registry_is(value: &Value, grants: FieldKnowledge<&[RoleGrant]>) -> QueryTruth {
    let Value::Any(parts) = value else { return Some(false) };
    any(parts.iter().map(|part| match (part, grants) {
        (Part::Unknown, grants) => Some(!grants.is_told()),
        (_, FieldKnowledge::NotTold) => None,
        (Part::None, FieldKnowledge::Told(grants)) => Some(grants.is_empty()),
        (Part::Text(part), FieldKnowledge::Told(grants)) => {
            let (registry, role) = part.split_once('/').unwrap_or((part, ""));
            let holds = |text: &str, name: &Name| contains(name.as_str(), text);
            Some(grants.iter().any(|grant| holds(registry, &grant.scope) && holds(role, &grant.role)))
        }
    }))
}
