//! What fields of several forms share: what can't be a name or an address, and who is meant by many names.

use rustc_hash::FxHashMap;

use crate::{
    directory::{Directory, Id, Name},
    scim::text::{clean_line, fold},
};

/// Unknown names that are told one by one; the rest are counted.
const TOLD: usize = 4;

/// Why it can't be the name of a user or a group.
pub(super) fn name_problem(name: &str, spaced: bool) -> Result<(), &'static str> {
    match name {
        "" => Err("needed"),
        name if name.chars().any(|c| c.is_control() || c.is_whitespace() && (c != ' ' || !spaced)) => Err("no spaces"),
        name if name.chars().count() > 128 => Err("at most 128 characters"),
        _ => Ok(()),
    }
}

/// Catches what can't be an address; whether it is one, only the server and the postman know.
pub(super) fn email_problem(email: &str) -> Result<(), &'static str> {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return Err("an address has an @, such as eva@example.com");
    };
    let domain_ok = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if local.is_empty() || local.contains('@') {
        Err("something must stand before the @")
    } else if email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err("no spaces")
    } else if !domain_ok && domain != "localhost" {
        Err("the part after the @ is no host name")
    } else {
        Ok(())
    }
}

/// The words between spaces, commas, semicolons and line breaks.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|word| !word.is_empty())
}

/// Names that no record has: `a, b, c, d and 3 more`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not known here: {0}")]
pub struct NotKnown(String);

impl NotKnown {
    fn of(names: &[&str]) -> Self {
        let told: Vec<_> = names.iter().take(TOLD).map(|name| clean_line(name, 64)).collect();
        let more = match names.len().saturating_sub(TOLD) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Self(format!("{}{more}", told.join(", ")))
    }
}

/// The users of these user names or emails, each once; or which names are not known.
pub(super) fn people(text: &str, directory: &Directory) -> Result<Vec<Id>, NotKnown> {
    let users = directory.records().users().values();
    // One pass for all names: each name alone would go through all users.
    let mut known: FxHashMap<String, &Id> = FxHashMap::default();
    for user in users {
        for name in [&user.email, &user.user_name].into_iter().filter(|name| !name.is_empty()) {
            known.insert(fold(name.as_str()), &user.id);
        }
    }
    let mut found: Vec<Id> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    let mut unknown: Vec<&str> = Vec::new();
    for word in words(text) {
        match known.get(&fold(word)) {
            Some(id) if seen.insert((*id).clone()) => found.push((*id).clone()),
            Some(_) => {}
            None => unknown.push(word),
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(NotKnown::of(&unknown)) }
}

/// The teams of these names, or which are not known. Names that may hold spaces are split by commas only.
pub(super) fn teams(text: &str, spaced: bool, directory: &Directory) -> Result<Vec<(Id, Name)>, NotKnown> {
    let names: Vec<&str> = if spaced {
        text.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).collect()
    } else {
        words(text).collect()
    };
    let mut found: Vec<(Id, Name)> = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        match team(name, directory) {
            Some(team) if found.iter().any(|(id, _)| *id == team.0) => {}
            Some(team) => found.push(team),
            None => unknown.push(name),
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(NotKnown::of(&unknown)) }
}

/// The team of exactly this name, or else of this name without regard to case.
pub(super) fn team(name: &str, directory: &Directory) -> Option<(Id, Name)> {
    let all = directory.records().teams();
    let found = directory.team_named(&name.into()).or_else(|| all.values().find(|team| team.name.is(name)))?;
    Some((found.id.clone(), found.name.clone()))
}

/// A few names of teams, for hints: `such as audio, climate, …`.
pub(super) fn some_teams(directory: &Directory) -> String {
    let rows = directory.rows_by_name(crate::directory::Kind::Team).iter();
    let names: Vec<&str> =
        rows.filter_map(|row| directory.team_at(*row)).map(|team| team.name.as_str()).take(3).collect();
    if names.is_empty() { String::new() } else { format!("such as {}", names.join(", ")) }
}
