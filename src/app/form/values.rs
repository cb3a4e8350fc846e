//! Rules that several forms share: invalid names and addresses, and the users that a list of names means.

use crate::{
    directory::{
        Directory, Id, Name,
        find::{MissingName, NameFinder},
        record::Team,
    },
    scim::text::clean_line,
};

/// The most unknown names that are listed; the rest are counted.
const TOLD: usize = 4;

/// Why the text can't be the name of a user or a group.
pub(super) fn name_problem(name: &str, spaced: bool) -> Result<(), &'static str> {
    match name {
        "" => Err("needed"),
        name if name.chars().any(|c| c.is_control() || c.is_whitespace() && (c != ' ' || !spaced)) => Err("no spaces"),
        name if name.chars().count() > 128 => Err("at most 128 characters"),
        _ => Ok(()),
    }
}

/// Catches texts that can't be an address; only the server can tell whether an address works.
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

/// Unknown and ambiguous names: `not known here: a, b, c, d and 3 more`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnclearNames(String);

impl UnclearNames {
    fn of(unknown: &[&str], several: Vec<String>) -> Self {
        let told: Vec<_> = unknown.iter().take(TOLD).map(|name| clean_line(name, 64)).collect();
        let more = match unknown.len().saturating_sub(TOLD) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let unknown = (!told.is_empty()).then(|| format!("not known here: {}{more}", told.join(", ")));
        Self(several.into_iter().chain(unknown).collect::<Vec<_>>().join("; "))
    }
}

/// The users of these names, each once; or the names that are unknown or ambiguous.
pub(super) fn people(text: &str, directory: &Directory) -> Result<Vec<Id>, UnclearNames> {
    let finder = NameFinder::new(directory);
    let found = each(words(text), "user", |word| finder.user(word).map(|user| user.id.clone()))?;
    Ok(found.into_iter().collect())
}

/// The records of these names, each once.
fn each<'a, T: std::hash::Hash + Eq>(
    names: impl Iterator<Item = &'a str>,
    kind: &str,
    find: impl Fn(&str) -> Result<T, MissingName>,
) -> Result<indexmap::IndexSet<T>, UnclearNames> {
    let (mut found, mut unknown, mut several) = (indexmap::IndexSet::new(), Vec::new(), Vec::new());
    for name in names {
        match find(name) {
            Ok(one) => drop(found.insert(one)),
            Err(MissingName::Unknown(_)) => unknown.push(name),
            Err(missing) => several.push(missing.sentence(kind, name)),
        }
    }
    if unknown.is_empty() && several.is_empty() { Ok(found) } else { Err(UnclearNames::of(&unknown, several)) }
}

/// The names in a field.
pub(super) fn names(text: &str, spaced: bool) -> Vec<String> {
    if spaced {
        text.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    } else {
        words(text).map(str::to_owned).collect()
    }
}

/// The teams of these names, or the unknown ones. Names that may hold spaces are split only at commas and semicolons.
pub(super) fn teams(text: &str, spaced: bool, directory: &Directory) -> Result<Vec<(Id, Name)>, UnclearNames> {
    let (names, finder) = (names(text, spaced), NameFinder::new(directory));
    let found = each(names.iter().map(String::as_str), "team", |name| {
        finder.team(name).map(|team| (team.id.clone(), team.name.clone()))
    })?;
    Ok(found.into_iter().collect())
}

/// The team with this name.
pub(super) fn team<'a>(name: &str, directory: &'a Directory) -> Result<&'a Team, MissingName> {
    NameFinder::new(directory).team(name)
}

/// A few names of teams, for hints: `such as audio, climate, …`.
pub(super) fn some_teams(directory: &Directory) -> String {
    let rows = directory.rows_by_name(crate::directory::RecordKind::Team).iter();
    let names: Vec<&str> =
        rows.filter_map(|row| directory.team_at(*row)).map(|team| team.name.as_str()).take(3).collect();
    if names.is_empty() { String::new() } else { format!("such as {}", names.join(", ")) }
}
