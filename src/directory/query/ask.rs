//! Checks whether a record matches a filter's terms.

use jiff::Timestamp;

use super::{FilterQuery, Part, QueryTerm, Value, ValueRelation, account_word};
use crate::directory::{
    Directory, Name, RecordKind,
    field::{
        RecordField, RoleField, TeamField,
        knowledge::{self, FieldKnowledge},
    },
    record::{Role, Team},
    search::{MatchMode, MatcherMemory, SearchText, folded},
};

mod invited;
mod lookup;
mod people;

pub use lookup::NameLookup;
use people::OneUser;

/// True, false, or `None` if the server does not tell.
type QueryTruth = Option<bool>;

/// A filter and the rows to which it applies.
pub struct QuerySubject<'a> {
    query: &'a FilterQuery,
    known: &'a NameLookup,
    directory: &'a Directory,
    kind: RecordKind,
    now: Timestamp,
    mode: MatchMode,
}

impl<'a> QuerySubject<'a> {
    /// `known` must belong to this filter.
    pub fn new(
        query: &'a FilterQuery,
        known: &'a NameLookup,
        directory: &'a Directory,
        kind: RecordKind,
        now: Timestamp,
    ) -> Self {
        Self { query, known, directory, kind, now, mode: MatchMode::Exact }
    }

    /// Sets the mode for matching bare words.
    pub fn with_mode(self, mode: MatchMode) -> Self {
        Self { mode, ..self }
    }

    /// The score of a matching row; `None` if the row does not match.
    pub fn score(&self, row: u32, text: &SearchText, scratch: &mut MatcherMemory) -> Option<u32> {
        let words = &self.query.words;
        let score = if words.is_empty() { 0 } else { text.score(row, words, self.mode, scratch)? };
        // The record is not read for words alone, because waiting for it takes longer than matching the words.
        (self.query.terms.is_empty() || self.holds(row)).then_some(score)
    }

    /// True if the match depends on data that the server does not tell.
    pub fn is_open(&self, row: u32, text: &SearchText, scratch: &mut MatcherMemory) -> bool {
        let words = &self.query.words;
        self.truth(row).is_none() && (words.is_empty() || text.score(row, words, self.mode, scratch).is_some())
    }

    /// True if the row's record matches all terms.
    fn holds(&self, row: u32) -> bool {
        self.truth(row) == Some(true)
    }

    /// Whether the row's record matches all terms; `None` if the server does not tell.
    fn truth(&self, row: u32) -> QueryTruth {
        let (directory, known, now) = (self.directory, self.known, self.now);
        let terms = self.query.terms.iter();
        let is = |term: &QueryTerm, truth: QueryTruth| truth.map(|truth| truth != term.negative);
        match self.kind {
            RecordKind::User => OneUser::new(row, directory, known, now)
                .map_or(Some(false), |user| all(terms.enumerate().map(|(at, term)| is(term, user.asks(at, term))))),
            RecordKind::Team => directory.team_at(row).map_or(Some(false), |team| {
                let team = OneTeam { team, directory, now };
                all(terms.map(|term| is(term, team.asks(term))))
            }),
            RecordKind::Role => directory.role_at(row).map_or(Some(false), |role| {
                let role = OneRole { role, holders: known.holders_of(row), now };
                all(terms.map(|term| is(term, role.asks(term))))
            }),
        }
    }
}

/// A number of which only the bounds may be known.
#[derive(Debug, Clone, Copy, Default)]
struct BoundedCount {
    least: usize,
    most: usize,
}

impl BoundedCount {
    /// At least `least`, and up to `more` above; `None` means any number above.
    fn of(least: usize, more: Option<usize>) -> Self {
        Self { least, most: more.map_or(usize::MAX, |more| least.saturating_add(more)) }
    }

    fn is(self, term: &QueryTerm) -> QueryTruth {
        let want = match &term.value {
            Value::Unknown => return Some(self.least != self.most),
            Value::Number(want) => *want,
            _ => return Some(false),
        };
        let bound = |bound: usize| i64::try_from(bound).unwrap_or(i64::MAX);
        let (least, most) = (bound(self.least), bound(self.most));
        let (some, all) = match term.relation {
            ValueRelation::Is => (least <= want && want <= most, least == want && most == want),
            ValueRelation::Above => (most > want, least > want),
            ValueRelation::Below => (least < want, most < want),
        };
        (some == all).then_some(some)
    }
}

/// Conjunction: false if any value is false, unknown if any value is unknown.
fn all(all: impl IntoIterator<Item = QueryTruth>) -> QueryTruth {
    any(all.into_iter().map(|truth| truth.map(|truth| !truth))).map(|some| !some)
}

/// Disjunction: true if any value is true, unknown if any value is unknown.
fn any(all: impl IntoIterator<Item = QueryTruth>) -> QueryTruth {
    let mut told = true;
    for truth in all {
        match truth {
            Some(true) => return Some(true),
            Some(false) => {}
            None => told = false,
        }
    }
    told.then_some(false)
}

/// True if the text contains an alternative; `is_none` tells which texts count as no value.
fn text_is_with(value: &Value, have: FieldKnowledge<Option<&str>>, is_none: fn(&str) -> bool) -> QueryTruth {
    let Value::Any(parts) = value else { return Some(false) };
    any(parts.iter().map(|part| match (part, have) {
        (Part::Unknown, have) => Some(!have.is_told()),
        (_, FieldKnowledge::NotTold) => None,
        (Part::None, FieldKnowledge::Told(have)) => Some(have.is_none_or(is_none)),
        (Part::Text(part), FieldKnowledge::Told(have)) => Some(have.is_some_and(|have| contains(have, part))),
    }))
}

fn text_is(value: &Value, have: FieldKnowledge<Option<&str>>) -> QueryTruth {
    text_is_with(value, have, str::is_empty)
}

/// Matches a text that is always told; an empty text is no value.
fn known_text_is(value: &Value, have: &str) -> QueryTruth {
    text_is(value, FieldKnowledge::Told(Some(have)))
}

/// True if any of the texts contains an alternative. A text that is not told may match any.
fn one_of_texts_is<'a, I>(value: &Value, have: FieldKnowledge<I>) -> QueryTruth
where
    I: Iterator<Item = FieldKnowledge<&'a str>> + Clone,
{
    let Value::Any(parts) = value else { return Some(false) };
    any(parts.iter().map(|part| match (part, &have) {
        (Part::Unknown, have) => Some(!have.is_told()),
        (_, FieldKnowledge::NotTold) => None,
        (Part::None, FieldKnowledge::Told(have)) => Some(have.clone().next().is_none()),
        (Part::Text(part), FieldKnowledge::Told(have)) => any(have.clone().map(|have| match have {
            FieldKnowledge::Told(have) => Some(contains(have, part)),
            FieldKnowledge::NotTold => None,
        })),
    }))
}

/// Case-insensitive search; `part` must be folded.
fn contains(have: &str, part: &str) -> bool {
    if have.is_ascii() {
        let (have, part) = (have.as_bytes(), part.as_bytes());
        return part.is_empty() || have.windows(part.len()).any(|there| there.eq_ignore_ascii_case(part));
    }
    folded(have).contains(part)
}

/// Compares the age of a time with the wanted age.
fn age_is(relation: ValueRelation, age: i64, at: Timestamp, now: Timestamp) -> bool {
    let have = now.as_second() - at.as_second();
    match relation {
        ValueRelation::Below => have < age,
        _ => have > age,
    }
}

fn created_is(term: &QueryTerm, created: Option<Timestamp>, now: Timestamp) -> QueryTruth {
    match (&term.value, created) {
        (Value::Unknown, created) => Some(created.is_none()),
        (Value::Age(age), Some(at)) => Some(age_is(term.relation, *age, at, now)),
        (Value::Age(_), None) => None,
        _ => Some(false),
    }
}

/// A team and the context for matching its fields.
struct OneTeam<'a> {
    team: &'a Team,
    directory: &'a Directory,
    now: Timestamp,
}

impl OneTeam<'_> {
    fn asks(&self, term: &QueryTerm) -> QueryTruth {
        let RecordField::Team(field) = term.field else { return Some(false) };
        match field {
            TeamField::Name => known_text_is(&term.value, self.team.name.as_str()),
            TeamField::Id => known_text_is(&term.value, &self.team.id),
            TeamField::Created => created_is(term, self.team.created, self.now),
            TeamField::Members => self.members().is(term),
            TeamField::Admins => self.admins().is(term),
            TeamField::MemberNames => {
                let names = knowledge::member_names(self.team, self.directory);
                one_of_texts_is(&term.value, names.map(|names| names.map(|name| name.map(Name::as_str))))
            }
            TeamField::Others | TeamField::ExternalId | TeamField::Gives | TeamField::Modified | TeamField::Problem => {
                Some(false)
            }
        }
    }

    fn members(&self) -> BoundedCount {
        match knowledge::members(self.team) {
            FieldKnowledge::Told(members) => BoundedCount::of(members.len(), Some(0)),
            FieldKnowledge::NotTold => BoundedCount::of(0, None),
        }
    }

    /// Deactivated admins don't count; members whose role is not told may be admins.
    fn admins(&self) -> BoundedCount {
        let FieldKnowledge::Told(members) = knowledge::members(self.team) else { return BoundedCount::of(0, None) };
        let (mut sure, mut possible) = (0, 0);
        for member in members {
            let user = self.directory.user(&member.id);
            match user.and_then(|user| self.directory.is_team_admin(user, self.team)) {
                Some(true) => sure += 1,
                Some(false) => {}
                None => possible += 1,
            }
        }
        BoundedCount::of(sure, Some(possible))
    }
}

/// A role and the context for matching its fields.
struct OneRole<'a> {
    role: &'a Role,
    holders: BoundedCount,
    now: Timestamp,
}

impl OneRole<'_> {
    fn asks(&self, term: &QueryTerm) -> QueryTruth {
        let RecordField::Role(field) = term.field else { return Some(false) };
        match field {
            RoleField::Name => known_text_is(&term.value, self.role.name.as_str()),
            RoleField::Id => known_text_is(&term.value, &self.role.id),
            RoleField::Description => known_text_is(&term.value, self.role.description.as_str()),
            RoleField::Created => created_is(term, self.role.created, self.now),
            RoleField::Inherits => known_text_is(&term.value, self.role.inherits.as_str()),
            RoleField::Permissions => {
                let names = self.role.permissions.iter().map(|one| FieldKnowledge::Told(one.name.as_str()));
                one_of_texts_is(&term.value, FieldKnowledge::Told(names))
            }
            RoleField::Holders => self.holders.is(term),
            RoleField::Modified | RoleField::Problem => Some(false),
        }
    }
}
