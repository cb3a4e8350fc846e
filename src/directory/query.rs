//! The language of the `/` filter: words and `field:value` terms, evaluated here and never trusted to a server.
//!
//! `tan "eva t" /^a.*z$/ ~tnk role:admin -team:vision/admin last>90d members<3`: terms are joined by *and*; a comma in
//! a value is *or*; a leading `-` or `!` turns a term round. A word matches what contains it, a phrase in quotes too,
//! `^word` and `word$` what begins and ends with it, `~word` what has its letters in their order.
//!
//! A term about a field that is not told is neither true nor false: neither it nor its opposite matches, only
//! `field:unknown` does.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{
    Directory, RecordKind,
    field::{FilterWord, RecordField, RoleField, TeamField, UserField},
    listing::ListOrder,
    record::AccountKind,
    record_contents::RecordContents,
    search::{MatcherMemory, SearchWord, Words},
};

mod ask;
mod complete;
mod parse;
#[cfg(test)]
mod tests;
mod text;

pub use ask::{NameLookup, QuerySubject};
pub use complete::Completion;
pub use text::{TextQuery, TextTerm};

/// The words that can stand before a `:` in a pane, for help and completion.
pub fn fields(kind: RecordKind, holds: RecordContents) -> impl Iterator<Item = Cow<'static, str>> {
    filter_words(kind, holds).map(move |(_, filter)| holds.say(filter.word))
}

/// The fields that can be asked for, each with its word.
fn filter_words(kind: RecordKind, holds: RecordContents) -> impl Iterator<Item = (RecordField, FilterWord)> {
    let held = RecordField::in_filters(kind).filter(move |field| (field.spec().held)(holds));
    held.filter_map(|field| Some((field, field.spec().filter?)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueRelation {
    Is,
    Above,
    Below,
}

/// An alternative between commas.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A folded text that is contained.
    Text(String),
    /// The value is known to be none.
    None,
    /// The value is not told.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Any(Vec<Part>),
    Number(i64),
    Bool(bool),
    /// Invited, and without an account.
    Invited,
    /// Seconds.
    Age(i64),
    Never,
    /// The value of a field that is no text is not told.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct QueryTerm {
    field: RecordField,
    relation: ValueRelation,
    value: Value,
    negative: bool,
}

/// A parsed filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilterQuery {
    words: Words,
    terms: Vec<QueryTerm>,
    unfinished: bool,
}

/// A filter that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("filter: `{term}`: {why}")]
pub struct BadQuery {
    /// The term as typed.
    pub term: String,
    /// The error, and a correct form.
    pub why: String,
}

impl FilterQuery {
    /// Parses the text typed in the pane of `kind`, for records that hold everything.
    pub fn parse(text: &str, kind: RecordKind) -> Result<Self, BadQuery> {
        Self::parse_in(text, kind, RecordContents::default())
    }

    /// Parses the text typed in the pane of `kind`.
    pub fn parse_in(text: &str, kind: RecordKind, holds: RecordContents) -> Result<Self, BadQuery> {
        let (mut words, mut terms, mut unfinished): (Vec<SearchWord>, Vec<QueryTerm>, bool) = Default::default();
        for token in parse::tokens(text)? {
            match token.read(kind, holds)? {
                parse::Read::Word(word) => words.push(word),
                parse::Read::Term(term) => terms.push(term),
                parse::Read::Unfinished => unfinished = true,
            }
        }
        Ok(Self { words: Words::new(words), terms, unfinished })
    }

    /// The words of a box that finds records by typing: only spaces have a meaning.
    pub fn words(typed: &str) -> Self {
        Self { words: Words::typed(parse::shortened(typed)), ..Self::default() }
    }

    /// True if everything matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.terms.is_empty()
    }

    /// True if the best match should come first: there are words to score by.
    pub fn ranks(&self) -> bool {
        self.words.ranks()
    }

    /// True if there are bare words, so that similar rows can be offered where no row contains them.
    pub fn is_loosened(&self) -> bool {
        self.words.is_loosened()
    }

    /// True if a `~word` asks for similar rows.
    pub fn is_fuzzy(&self) -> bool {
        self.words.is_fuzzy()
    }

    /// True if the answer depends on the lists of teams: without them it would look true and not be.
    pub fn asks_teams(&self) -> bool {
        self.terms.iter().any(|term| {
            matches!(
                term.field,
                RecordField::User(UserField::Teams | UserField::TeamCount)
                    | RecordField::Team(TeamField::Members | TeamField::MemberNames | TeamField::Admins)
            )
        })
    }

    /// True if the answer depends on users' roles, which a list may leave out.
    pub fn asks_roles(&self) -> bool {
        self.terms.iter().any(|term| match term.field {
            RecordField::User(field) => match field {
                UserField::OrgRole | UserField::TeamRoles => true,
                UserField::Teams => term.asks_role_in_team(),
                _ => false,
            },
            RecordField::Team(field) => field == TeamField::Admins,
            RecordField::Role(field) => field == RoleField::Holders,
        })
    }

    /// True if the answer depends on Models seats.
    pub fn asks_seats(&self) -> bool {
        self.terms.iter().any(|term| term.field == RecordField::User(UserField::ModelsSeat))
    }

    /// True if the answer depends on the invitations to teams, which no list of users has.
    pub fn asks_invited(&self) -> bool {
        self.terms.iter().any(|term| term.value == Value::Invited && !term.negative)
    }

    /// True if a term is still being typed, and matches everything until it is done.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// True if every match of `self` is also a match of `earlier`.
    pub fn narrows(&self, earlier: &Self) -> bool {
        earlier.terms.iter().all(|term| self.terms.contains(term)) && self.words.narrows(&earlier.words)
    }

    /// The rows that match: best first where there are words to rank by, else in the order given. Similar rows are
    /// found only where a `~word` asks for them. Runs to the end at once, for callers who have the time.
    pub fn run(&self, directory: &Directory, kind: RecordKind, rows: &[u32], now: Timestamp) -> Vec<u32> {
        let mut listing = ListOrder::default();
        listing.among(rows.to_vec(), directory, kind);
        listing.filter(self.clone(), directory, kind, now);
        listing.finish(directory, kind);
        listing.take_shown().unwrap_or_default()
    }
}

impl FilterQuery {
    /// True if the words are found in a text that is no record, and no term asks for a field that only a record has.
    pub fn finds(&self, text: &str) -> bool {
        self.terms.is_empty() && (self.words.is_empty() || self.words.finds(text))
    }

    /// The number of these rows that may match and may not: the deciding value is not told.
    pub fn count_open(&self, directory: &Directory, kind: RecordKind, rows: &[u32], now: Timestamp) -> usize {
        let known = ask::NameLookup::of(self, directory, kind);
        let asked = ask::QuerySubject::new(self, &known, directory, kind, now);
        let mut scratch = MatcherMemory::default();
        rows.iter().filter(|row| asked.is_open(**row, directory.text(kind), &mut scratch)).count()
    }
}

impl QueryTerm {
    /// True for `team:NAME/ROLE`.
    fn asks_role_in_team(&self) -> bool {
        matches!(&self.value, Value::Any(parts) if parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains('/'))))
    }
}

/// The word for an account that belongs to no person.
pub fn account_word(account: AccountKind) -> &'static str {
    match account {
        AccountKind::Unsaid | AccountKind::Person => "person",
        AccountKind::TeamService => "service",
        AccountKind::OrgService => "org service",
    }
}
