//! Whether a record holds what a filter's terms ask.

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use super::{Key, Relation, Term, Value, account_word};
use crate::{
    directory::{
        Directory, Id, Kind, Name, Target,
        record::{Grant, LastActive, Role, Team, User},
    },
    scim::text::fold,
};

/// The terms of a query with what they are asked of.
pub(super) struct Asked<'a> {
    directory: &'a Directory,
    kind: Kind,
    now: Timestamp,
    terms: Vec<(&'a Term, Members<'a>)>,
}

/// The members of the teams that a term names, where it names any.
type Members<'a> = Option<FxHashSet<&'a Id>>;

impl<'a> Asked<'a> {
    /// Prepares what can be looked up once for all rows.
    pub fn new(terms: &'a [Term], directory: &'a Directory, kind: Kind, now: Timestamp) -> Self {
        let terms = terms.iter().map(|term| (term, members(term, kind, directory))).collect();
        Self { directory, kind, now, terms }
    }

    /// True if the row's record holds all of them.
    pub fn hold(&self, row: u32) -> bool {
        self.terms.iter().all(|(term, members)| {
            let directory = self.directory;
            let holds = match self.kind {
                Kind::User => {
                    directory.user_at(row).is_some_and(|user| user_holds(directory, user, term, members, self.now))
                }
                Kind::Team => directory.team_at(row).is_some_and(|team| team_holds(directory, team, term)),
                Kind::Role => directory.role_at(row).is_some_and(|role| role_holds(directory, role, term)),
            };
            holds != term.negative
        })
    }
}

/// Looked up once for all users: to ask each user's teams for their names takes far longer.
fn members<'a>(term: &Term, kind: Kind, directory: &'a Directory) -> Members<'a> {
    if kind != Kind::User || term.key != Key::Team || term.value == Value::None {
        return None;
    }
    let teams = (0..directory.len(Kind::Team) as u32).filter_map(|row| directory.team_at(row));
    let named = teams.filter(|team| text_holds(&term.value, Some(&team.name)));
    Some(named.flat_map(|team| team.members.iter().flatten()).map(|member| &member.id).collect())
}

fn compare(relation: Relation, have: i64, want: i64) -> bool {
    match relation {
        Relation::Is => have == want,
        Relation::Above => have > want,
        Relation::Below => have < want,
    }
}

fn text_holds(value: &Value, have: Option<&Name>) -> bool {
    match (value, have) {
        (Value::None, have) => have.is_none_or(Name::is_empty),
        (Value::Text(parts), Some(have)) if have.as_str().is_ascii() => {
            let have = have.as_str().as_bytes();
            let is_in = |part: &[u8]| have.windows(part.len().max(1)).any(|there| there.eq_ignore_ascii_case(part));
            parts.iter().any(|part| is_in(part.as_bytes()))
        }
        (Value::Text(parts), Some(have)) => {
            let have = fold(have.as_str());
            parts.iter().any(|part| have.contains(part.as_str()))
        }
        _ => false,
    }
}

fn number_holds(term: &Term, have: usize) -> bool {
    matches!(term.value, Value::Number(want) if compare(term.relation, have as i64, want))
}

fn user_holds(directory: &Directory, user: &User, term: &Term, members: &Members<'_>, now: Timestamp) -> bool {
    match term.key {
        Key::Role => text_holds(&term.value, user.org_role.as_ref()),
        Key::Seat => text_holds(&term.value, user.models_seat.as_ref()),
        Key::Weave => text_holds(&term.value, user.weave_role.as_ref()),
        Key::Email => text_holds(&term.value, Some(&user.email)),
        Key::Name => {
            text_holds(&term.value, Some(&user.user_name)) || text_holds(&term.value, Some(&user.display_name))
        }
        Key::Id => text_holds(&term.value, Some(&Name::new(user.id.clone()))),
        Key::Account => text_holds(&term.value, Some(&account_word(user.account).into())),
        Key::Active => term.value == Value::Bool(!user.is_inactive()),
        Key::Last => last_holds(term, user.last_active, now),
        Key::Teams => number_holds(term, directory.team_count(&user.id)),
        Key::Team => {
            if let (Some(members), false) = (members, directory.is_touched(&Target::user(&user.id))) {
                return members.contains(&user.id);
            }
            let teams = directory.teams_of(&user.id);
            match &term.value {
                Value::None => teams.is_empty(),
                value => teams.iter().any(|team| text_holds(value, directory.team(team).map(|team| &team.name))),
            }
        }
        Key::Registry => registry_holds(&term.value, &user.registry_roles),
        Key::TeamRole => user.team_roles.iter().flatten().any(|grant| text_holds(&term.value, Some(&grant.role))),
        _ => false,
    }
}

/// `models`, or with the role in it: `models/admin`.
fn registry_holds(value: &Value, grants: &[Grant]) -> bool {
    let holds = |part: &str, name: &Name| fold(name.as_str()).contains(part);
    match value {
        Value::None => grants.is_empty(),
        Value::Text(parts) => parts.iter().any(|part| {
            let (registry, role) = part.split_once('/').unwrap_or((part, ""));
            grants.iter().any(|grant| holds(registry, &grant.scope) && holds(role, &grant.role))
        }),
        _ => false,
    }
}

fn last_holds(term: &Term, last: LastActive, now: Timestamp) -> bool {
    match (&term.value, last) {
        (Value::Never, LastActive::Never) => true,
        (Value::Age(age), LastActive::At(at)) => {
            let have = now.as_second() - at.as_second();
            match term.relation {
                Relation::Below => have < *age,
                _ => have > *age,
            }
        }
        // Never seen is longer ago than any age.
        (Value::Age(_), LastActive::Never) => term.relation != Relation::Below,
        _ => false,
    }
}

fn team_holds(directory: &Directory, team: &Team, term: &Term) -> bool {
    match term.key {
        Key::Name => text_holds(&term.value, Some(&team.name)),
        Key::Id => text_holds(&term.value, Some(&Name::new(team.id.clone()))),
        Key::Members => number_holds(term, team.size()),
        Key::Admins => {
            let admin =
                |id| directory.user(id).and_then(|user| user.role_in(&team.name)).is_some_and(|role| role.is("admin"));
            number_holds(term, team.members.iter().flatten().filter(|member| admin(&member.id)).count())
        }
        Key::Team => team.members.iter().flatten().any(|member| {
            let user = directory.user(&member.id);
            text_holds(&term.value, Some(user.map_or(&member.display, |user| &user.user_name)))
        }),
        _ => false,
    }
}

fn role_holds(directory: &Directory, role: &Role, term: &Term) -> bool {
    match term.key {
        Key::Name => text_holds(&term.value, Some(&role.name)),
        Key::Id => text_holds(&term.value, Some(&Name::new(role.id.clone()))),
        Key::Inherits => text_holds(&term.value, Some(&role.inherits)),
        Key::Permission => role.permissions.iter().any(|permission| text_holds(&term.value, Some(&permission.name))),
        Key::Holders => number_holds(term, directory.holders(&role.name).len()),
        _ => false,
    }
}
