//! Whether a record holds what a filter's terms ask.

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use super::{Key, Query, Relation, Term, Value, account_word};
use crate::{
    directory::{
        Directory, Kind, Name, Target,
        record::{Grant, LastActive, Role, Team, User},
        search::{Scratch, SearchText},
    },
    scim::text::fold,
};

/// What is looked up once for all rows, and holds no longer than the rows stay as they are.
#[derive(Debug, Default)]
pub struct Known {
    /// For each term the teams that it names, by row; nothing where it names none.
    named: Vec<Option<Vec<bool>>>,
    /// Rows on which changes are pending.
    touched: FxHashSet<u32>,
}

impl Known {
    /// For a filter of a kind's rows.
    pub fn of(query: &Query, directory: &Directory, kind: Kind) -> Self {
        let named = query.terms.iter().map(|term| named(term, kind, directory)).collect();
        Self { named, touched: directory.touched_rows(kind) }
    }
}

/// To ask each user's teams for their names takes far longer.
fn named(term: &Term, kind: Kind, directory: &Directory) -> Option<Vec<bool>> {
    let asks = kind == Kind::User && term.key == Key::Team && term.value != Value::None;
    let holds = |row| directory.team_at(row).is_some_and(|team| text_holds(&term.value, Some(&team.name)));
    asks.then(|| (0..directory.len(Kind::Team) as u32).map(holds).collect())
}

/// A filter with what it is asked of.
pub struct Asked<'a> {
    query: &'a Query,
    known: &'a Known,
    directory: &'a Directory,
    kind: Kind,
    now: Timestamp,
}

impl<'a> Asked<'a> {
    /// `known` is of this filter.
    pub fn new(query: &'a Query, known: &'a Known, directory: &'a Directory, kind: Kind, now: Timestamp) -> Self {
        Self { query, known, directory, kind, now }
    }

    /// How well a row matches, or nothing where it does not.
    pub fn score(&self, row: u32, text: &SearchText, scratch: &mut Scratch) -> Option<u32> {
        let score = if self.query.ranks() { text.score(row, &self.query.words, scratch)? } else { 0 };
        // The record is not looked at for words alone: waiting for it takes longer than matching them.
        (self.query.terms.is_empty() || self.holds(row)).then_some(score)
    }

    /// True if the row's record holds all terms.
    fn holds(&self, row: u32) -> bool {
        let directory = self.directory;
        let mut terms = self.query.terms.iter().zip(&self.known.named);
        match self.kind {
            Kind::User => {
                let touched = self.known.touched.contains(&row);
                let user = if touched { directory.user_at(row) } else { directory.records().user_at(row) };
                user.is_some_and(|user| {
                    let one = OneUser { directory, user, row, touched, now: self.now };
                    terms.all(|(term, named)| one.holds(term, named.as_deref()) != term.negative)
                })
            }
            Kind::Team => directory
                .team_at(row)
                .is_some_and(|team| terms.all(|(term, _)| team_holds(directory, team, term) != term.negative)),
            Kind::Role => directory
                .role_at(row)
                .is_some_and(|role| terms.all(|(term, _)| role_holds(directory, role, term) != term.negative)),
        }
    }
}

/// A user who is asked.
struct OneUser<'a> {
    directory: &'a Directory,
    user: &'a User,
    row: u32,
    /// Changes are pending on it.
    touched: bool,
    now: Timestamp,
}

impl OneUser<'_> {
    fn holds(&self, term: &Term, named: Option<&[bool]>) -> bool {
        let user = self.user;
        match term.key {
            Key::Role => text_holds(&term.value, user.org_role.value()),
            Key::Seat => text_holds(&term.value, user.models_seat.value()),
            Key::Weave => text_holds(&term.value, user.weave_role.value()),
            Key::Email => text_holds(&term.value, Some(&user.email)),
            Key::Name => {
                text_holds(&term.value, Some(&user.user_name)) || text_holds(&term.value, Some(&user.display_name))
            }
            Key::Id => str_holds(&term.value, &user.id),
            Key::Account => str_holds(&term.value, account_word(user.account)),
            Key::Active => term.value == Value::Bool(!user.is_inactive()),
            Key::Last => last_holds(term, user.last_active, self.now),
            Key::Teams => number_holds(term, self.team_count()),
            Key::Team => named.map_or_else(|| self.team_count() == 0, |named| self.is_in(named)),
            Key::Registry => registry_holds(&term.value, &user.registry_roles),
            Key::TeamRole => user.team_roles.iter().flatten().any(|grant| text_holds(&term.value, Some(&grant.role))),
            _ => false,
        }
    }

    fn team_count(&self) -> usize {
        if self.touched {
            self.directory.team_count(&self.user.id)
        } else {
            self.directory.records().team_rows(self.row).len()
        }
    }

    /// In any of the teams.
    fn is_in(&self, named: &[bool]) -> bool {
        let is_named = |team: u32| named.get(team as usize).copied().unwrap_or_default();
        if !self.touched {
            return self.directory.records().team_rows(self.row).iter().any(|team| is_named(*team));
        }
        let teams = self.directory.teams_of(&self.user.id);
        teams.iter().filter_map(|team| self.directory.records().row(&Target::team(team))).any(is_named)
    }
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
        (value, Some(have)) => str_holds(value, have.as_str()),
        _ => false,
    }
}

fn str_holds(value: &Value, have: &str) -> bool {
    let Value::Text(parts) = value else { return *value == Value::None && have.is_empty() };
    if have.is_ascii() {
        let have = have.as_bytes();
        let is_in = |part: &[u8]| have.windows(part.len().max(1)).any(|there| there.eq_ignore_ascii_case(part));
        return parts.iter().any(|part| is_in(part.as_bytes()));
    }
    let have = fold(have);
    parts.iter().any(|part| have.contains(part.as_str()))
}

fn number_holds(term: &Term, have: usize) -> bool {
    matches!(term.value, Value::Number(want) if compare(term.relation, have as i64, want))
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
        Key::Id => str_holds(&term.value, &team.id),
        Key::Members => team.size().is_some_and(|size| number_holds(term, size)),
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
        Key::Id => str_holds(&term.value, &role.id),
        Key::Inherits => text_holds(&term.value, Some(&role.inherits)),
        Key::Permission => role.permissions.iter().any(|permission| text_holds(&term.value, Some(&permission.name))),
        Key::Holders => number_holds(term, directory.holders(&role.name).len()),
        _ => false,
    }
}
