//! The language of the `/` filter: fuzzy words and `field:value` terms, evaluated here and never trusted to a server.
//!
//! `tan role:admin -team:vision active:no last>90d members<3`: terms are joined by *and*; a comma in a value is *or*;
//! a leading `-` or `!` turns a term round.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Directory, Kind, holds::Holds, listing::Listing, record::Account, search::Words};
use crate::scim::text::fold;

mod ask;

pub use ask::{Asked, Known};

/// A field that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Role,
    Team,
    TeamRole,
    Seat,
    Weave,
    Registry,
    Active,
    Email,
    Name,
    Id,
    Last,
    Teams,
    Members,
    Admins,
    Inherits,
    Permission,
    Holders,
    Account,
}

/// The fields of each pane with the word that is typed, in the order of the help.
const FIELDS: &[(Kind, &str, Key)] = &[
    (Kind::User, "role", Key::Role),
    (Kind::User, "team", Key::Team),
    (Kind::User, "as", Key::TeamRole),
    (Kind::User, "seat", Key::Seat),
    (Kind::User, "weave", Key::Weave),
    (Kind::User, "registry", Key::Registry),
    (Kind::User, "active", Key::Active),
    (Kind::User, "last", Key::Last),
    (Kind::User, "teams", Key::Teams),
    (Kind::User, "email", Key::Email),
    (Kind::User, "name", Key::Name),
    (Kind::User, "id", Key::Id),
    (Kind::User, "account", Key::Account),
    (Kind::Team, "name", Key::Name),
    (Kind::Team, "members", Key::Members),
    (Kind::Team, "admins", Key::Admins),
    (Kind::Team, "member", Key::Team),
    (Kind::Team, "id", Key::Id),
    (Kind::Role, "name", Key::Name),
    (Kind::Role, "inherits", Key::Inherits),
    (Kind::Role, "permission", Key::Permission),
    (Kind::Role, "holders", Key::Holders),
    (Kind::Role, "id", Key::Id),
];

/// The words that can stand before a `:` in a pane, for help and completion.
pub fn fields(kind: Kind, holds: Holds) -> impl Iterator<Item = Cow<'static, str>> {
    FIELDS.iter().filter(move |(of, _, key)| *of == kind && key.is_held(holds)).map(move |(_, word, _)| holds.say(word))
}

impl Key {
    /// True where the provider's records hold it.
    fn is_held(self, holds: Holds) -> bool {
        match self {
            Key::Role => holds.org_roles,
            Key::TeamRole | Key::Admins => holds.team_roles,
            Key::Seat | Key::Weave | Key::Registry => holds.seats,
            Key::Last => holds.activity,
            Key::Account => holds.service_accounts,
            _ => true,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Is,
    Above,
    Below,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// Folded texts, any of which may be contained.
    Text(Vec<String>),
    Number(i64),
    Bool(bool),
    /// Seconds.
    Age(i64),
    Never,
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    key: Key,
    relation: Relation,
    value: Value,
    negative: bool,
}

/// A parsed filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    words: Words,
    terms: Vec<Term>,
    unfinished: bool,
}

/// A filter that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("filter: `{term}`: {why}")]
pub struct BadQuery {
    /// The term as typed.
    pub term: String,
    /// What is wrong and what would be right.
    pub why: String,
}

impl Query {
    /// Parses what was typed in the pane of `kind`, for records that hold everything.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, BadQuery> {
        Self::parse_in(text, kind, Holds::default())
    }

    /// Parses what was typed in the pane of `kind`.
    pub fn parse_in(text: &str, kind: Kind, holds: Holds) -> Result<Self, BadQuery> {
        let mut words = Vec::new();
        let mut terms = Vec::new();
        for token in tokens(text) {
            match split(&token) {
                Some((negative, key, relation, value)) => {
                    terms.push(term(&token, (kind, holds), negative, key, relation, value)?);
                }
                None => words.push(token),
            }
        }
        Ok(Self {
            words: Words::new(words.iter().map(String::as_str)),
            unfinished: terms.iter().any(Option::is_none),
            terms: terms.into_iter().flatten().collect(),
        })
    }

    /// The words alone, as a box that finds records by typing has them.
    pub fn words(typed: &str) -> Self {
        Self { words: Words::new(typed.split_whitespace()), ..Self::default() }
    }

    /// True if everything matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.terms.is_empty()
    }

    /// True if the best match should come first: there are words to score by.
    pub fn ranks(&self) -> bool {
        !self.words.is_empty()
    }

    /// True if the answer depends on the lists of teams: without them it would look true and not be.
    pub fn asks_teams(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.key, Key::Team | Key::Teams | Key::Members | Key::Admins))
    }

    /// True if the answer depends on users' roles, which a list may leave out.
    pub fn asks_roles(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.key, Key::Role | Key::TeamRole | Key::Admins | Key::Holders))
    }

    /// True if the answer depends on Models seats.
    pub fn asks_seats(&self) -> bool {
        self.terms.iter().any(|term| term.key == Key::Seat)
    }

    /// True if a term is still being typed, and matches everything until it is done.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// True if whatever matches `self` also matches `earlier`.
    pub fn narrows(&self, earlier: &Self) -> bool {
        self.terms == earlier.terms && self.words.narrows(&earlier.words)
    }

    /// The rows that match: best first where there are words to rank by, else in the order given. All at once: for who
    /// has the time.
    pub fn run(&self, directory: &Directory, kind: Kind, rows: &[u32], now: Timestamp) -> Vec<u32> {
        let mut listing = Listing::default();
        listing.among(rows.to_vec(), directory, kind);
        listing.filter(self.clone(), directory, kind, now);
        listing.finish(directory, kind);
        listing.take_shown().unwrap_or_default()
    }
}

/// Splits on spaces outside double quotes; the quotes go.
fn tokens(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => out.push(String::new()),
            c => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    out.retain(|token| !token.is_empty());
    out
}

fn split(token: &str) -> Option<(bool, &str, Relation, &str)> {
    let (negative, rest) = match token.strip_prefix(['-', '!']) {
        Some(rest) => (true, rest),
        None => (false, token),
    };
    let at = rest.find([':', '>', '<', '='])?;
    let (key, tail) = rest.split_at(at);
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let relation = match tail.chars().next()? {
        '>' => Relation::Above,
        '<' => Relation::Below,
        _ => Relation::Is,
    };
    Some((negative, key, relation, tail.get(1..)?))
}

/// A term still being typed (`role:`) matches everything, so that the list does not jump.
fn term(
    token: &str,
    (kind, holds): (Kind, Holds),
    negative: bool,
    key: &str,
    relation: Relation,
    value: &str,
) -> Result<Option<Term>, BadQuery> {
    let bad = |why: String| BadQuery { term: crate::scim::text::clean(token).into_owned(), why };
    let is = |word: &'static str| word.eq_ignore_ascii_case(key) || holds.say(word).eq_ignore_ascii_case(key);
    let known = FIELDS.iter().find(|(of, word, known)| *of == kind && is(word) && known.is_held(holds));
    let Some((_, _, key)) = known else {
        let known: Vec<_> = fields(kind, holds).collect();
        return Err(bad(format!("no field `{key}` here; there are {}", known.join(", "))));
    };
    if value.is_empty() {
        return Ok(None);
    }
    let value = parse_value(*key, relation, value).map_err(bad)?;
    Ok(Some(Term { key: *key, relation, value, negative }))
}

fn parse_value(key: Key, relation: Relation, value: &str) -> Result<Value, String> {
    let lower = fold(value);
    match key {
        Key::Active => match lower.as_str() {
            "y" | "ye" | "yes" | "true" | "t" | "1" => Ok(Value::Bool(true)),
            "n" | "no" | "false" | "f" | "0" => Ok(Value::Bool(false)),
            _ => Err("yes or no".into()),
        },
        Key::Last if "never".starts_with(&lower) => Ok(Value::Never),
        Key::Last => age(&lower).map(Value::Age).ok_or_else(|| "never, or an age such as >90d, <12h, >6w, >1y".into()),
        Key::Members | Key::Teams | Key::Holders | Key::Admins => {
            lower.parse().map(Value::Number).map_err(|_| "a number, such as >10".into())
        }
        _ if relation != Relation::Is => Err("`:` only; < and > go with last, teams, members, admins, holders".into()),
        _ if lower == "none" => Ok(Value::None),
        _ => Ok(Value::Text(lower.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect())),
    }
}

fn age(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: i64 = digits.parse().ok()?;
    let unit = match text.get(digits.len()..)? {
        "h" => 3_600,
        "" | "d" => 86_400,
        "w" => 7 * 86_400,
        "m" => 30 * 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// The word for an account that is no person's.
pub fn account_word(account: Account) -> &'static str {
    match account {
        Account::Unsaid | Account::Person => "person",
        Account::TeamService => "service",
        Account::OrgService => "org service",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        Name,
        record::{Grant, LastActive, Member, Team, User},
        records::Records,
    };

    fn directory() -> Directory {
        let now = 1_000_000_000;
        let user = |id: &str, name: &str, role: &str, active, days: i64| User {
            id: id.into(),
            user_name: name.into(),
            org_role: role.into(),
            active: Some(active),
            last_active: if days < 0 {
                LastActive::Never
            } else {
                LastActive::At(Timestamp::from_second(now - days * 86_400).unwrap())
            },
            team_roles: Some(vec![Grant { scope: "vision".into(), role: "Admin".into() }]),
            registry_roles: vec![Grant { scope: "Models".into(), role: role.into() }],
            models_seat: if days < 0 { "viewer" } else { "full" }.into(),
            account: if days < 0 { Account::TeamService } else { Account::Person },
            ..User::default()
        };
        let member = |id: &str| Member { id: id.into(), display: Name::default() };
        let team = Team { id: "t".into(), name: "vision".into(), members: Some(vec![member("1")]), ..Team::default() };
        let users = vec![
            user("1", "eva-tanaka", "admin", true, 2),
            user("2", "ivan", "member", false, 100),
            user("3", "noor", "member", true, -1),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![team], vec![]), true);
        directory
    }

    #[rstest::rstest]
    #[case("tnk", &["eva-tanaka"])]
    #[case("role:admin", &["eva-tanaka"])]
    #[case("-role:admin", &["ivan", "noor"])]
    #[case("role:admin,member active:no", &["ivan"])]
    #[case("last>90d", &["ivan", "noor"])]
    #[case("last<1w", &["eva-tanaka"])]
    #[case("last:never", &["noor"])]
    #[case("team:vis", &["eva-tanaka"])]
    #[case("team:none", &["ivan", "noor"])]
    #[case("as:admin va", &["eva-tanaka", "ivan"])]
    #[case("teams:0", &["ivan", "noor"])]
    #[case("registry:models", &["eva-tanaka", "ivan", "noor"])]
    #[case("registry:models/adm", &["eva-tanaka"])]
    #[case("-registry:mod/member", &["eva-tanaka"])]
    #[case("registry:none", &[])]
    #[case("seat:full last>90d", &["ivan"])]
    #[case("account:service", &["noor"])]
    #[case("role:", &["eva-tanaka", "ivan", "noor"])]
    fn users_are_found(#[case] text: &str, #[case] want: &[&str]) {
        let directory = directory();
        let query = Query::parse(text, Kind::User).unwrap();
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let rows = query.run(&directory, Kind::User, directory.rows_by_name(Kind::User), now);
        let mut names: Vec<&str> = rows.iter().map(|row| directory.user_at(*row).unwrap().user_name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, want);
    }

    #[rstest::rstest]
    #[case("colour:red", "filter: `colour:red`: no field `colour` here")]
    #[case("last>soon", "filter: `last>soon`: never, or an age")]
    #[case("active:perhaps", "filter: `active:perhaps`: yes or no")]
    #[case("role>admin", "filter: `role>admin`: `:` only")]
    fn bad_filters_say_what_would_be_right(#[case] text: &str, #[case] want: &str) {
        let error = Query::parse(text, Kind::User).unwrap_err().to_string();
        assert!(error.starts_with(want), "{error}");
    }
}
