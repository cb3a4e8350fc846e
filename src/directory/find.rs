//! Users, teams and roles by what a person calls them: a user name, an email, an id; and where nobody is called so, who
//! comes nearest.

use std::cell::Cell;

use rustc_hash::FxHashMap;

use super::{
    Directory, Kind,
    record::{Role, Team, User},
};
use crate::scim::text::{self, fold};

/// How many near names are told.
const NEAR: usize = 3;
/// For how many questions: each goes through all names.
const NEAREST: usize = 20;

/// Nobody, or nothing, is called so; or several are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// No record has that name. Names that resemble it, nearest first.
    Unknown(Vec<String>),
    /// Several have it, shown by their unique names.
    Several(Vec<String>),
}

impl Missing {
    /// "no user is called eva-tanak; eva-tanaka is near".
    pub fn sentence(&self, kind: &str, wanted: &str) -> String {
        let wanted = text::clean(wanted);
        match self {
            Missing::Unknown(near) if near.is_empty() => format!("no {kind} is called {wanted}"),
            Missing::Unknown(near) => format!("no {kind} is called {wanted}; near: {}", near.join(", ")),
            Missing::Several(names) => format!("{wanted} means several: {}", names.join(", ")),
        }
    }
}

/// The names of a directory, indexed once for many questions.
pub struct Finder<'a> {
    directory: &'a Directory,
    users: Names,
    teams: Names,
    roles: Names,
    near_left: Cell<usize>,
}

/// Rows by folded name.
type Names = FxHashMap<String, Rows>;

#[derive(Debug)]
enum Rows {
    One(u32),
    Many(Vec<u32>),
}

impl<'a> Finder<'a> {
    /// Indexes all names. Linear in the records.
    pub fn new(directory: &'a Directory) -> Self {
        let mut users = Names::default();
        for row in 0..directory.len(Kind::User) as u32 {
            let Some(user) = directory.user_at(row) else { continue };
            let (name, email) = (fold(user.user_name.raw()), fold(user.email.raw()));
            if email != name {
                index(&mut users, email, row);
            }
            index(&mut users, name, row);
        }
        let mut teams = Names::default();
        for row in 0..directory.len(Kind::Team) as u32 {
            index(&mut teams, directory.team_at(row).map(|team| fold(team.name.raw())).unwrap_or_default(), row);
        }
        let mut roles = Names::default();
        for row in 0..directory.len(Kind::Role) as u32 {
            index(&mut roles, directory.role_at(row).map(|role| fold(role.name.raw())).unwrap_or_default(), row);
        }
        Self { directory, users, teams, roles, near_left: Cell::new(NEAREST) }
    }

    /// A user by user name, email or id; near names are looked for a few times only. A user name goes before an email, the same case before another.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn user(&self, wanted: &str) -> Result<&'a User, Missing> {
        let wanted = wanted.trim();
        if let Some(user) = self.directory.user(&wanted.into()) {
            return Ok(user);
        }
        let found = found(&self.users, wanted, |row| self.directory.user_at(row));
        let exact = |user: &&&User| user.user_name.raw() == wanted;
        let named = |user: &&&User| user.user_name.is(wanted);
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                Err(Missing::Unknown(self.near(&self.users, wanted, |row| {
                    self.directory.user_at(row).map(|user| user.user_name.to_string())
                })))
            }
            several => match several.iter().find(exact).or_else(|| several.iter().find(named)) {
                Some(one) => Ok(one),
                None => Err(Missing::Several(several.iter().map(|user| user.user_name.to_string()).collect())),
            },
        }
    }

    /// True if at least one user is called so.
    pub fn knows_user(&self, wanted: &str) -> bool {
        let wanted = wanted.trim();
        !wanted.is_empty() && (self.directory.user(&wanted.into()).is_some() || self.users.contains_key(&fold(wanted)))
    }

    /// A team by name or id.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn team(&self, wanted: &str) -> Result<&'a Team, Missing> {
        let wanted = wanted.trim();
        if let Some(team) = self.directory.team(&wanted.into()) {
            return Ok(team);
        }
        let found = found(&self.teams, wanted, |row| self.directory.team_at(row));
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Missing::Unknown(
                self.near(&self.teams, wanted, |row| self.directory.team_at(row).map(|team| team.name.to_string())),
            )),
            several => several.iter().find(|team| team.name.raw() == wanted).copied().ok_or_else(|| {
                Missing::Several(
                    several.iter().map(|team| format!("{} ({})", team.name, text::clean(&team.id))).collect(),
                )
            }),
        }
    }

    /// A custom role by name or id.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn role(&self, wanted: &str) -> Result<&'a Role, Missing> {
        let wanted = wanted.trim();
        if let Some(role) = self.directory.role(&wanted.into()) {
            return Ok(role);
        }
        let found = found(&self.roles, wanted, |row| self.directory.role_at(row));
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Missing::Unknown(
                self.near(&self.roles, wanted, |row| self.directory.role_at(row).map(|role| role.name.to_string())),
            )),
            several => several.iter().find(|role| role.name.raw() == wanted).copied().ok_or_else(|| {
                Missing::Several(
                    several.iter().map(|role| format!("{} ({})", role.name, text::clean(&role.id))).collect(),
                )
            }),
        }
    }

    fn near(&self, names: &Names, wanted: &str, shown: impl Fn(u32) -> Option<String>) -> Vec<String> {
        let left = self.near_left.get();
        self.near_left.set(left.saturating_sub(1));
        if left == 0 { Vec::new() } else { near(names, wanted, shown) }
    }
}

fn found<'a, T>(names: &Names, wanted: &str, record: impl Fn(u32) -> Option<&'a T>) -> Vec<&'a T> {
    match names.get(&fold(wanted)) {
        _ if wanted.is_empty() => Vec::new(),
        None => Vec::new(),
        Some(Rows::One(row)) => record(*row).into_iter().collect(),
        Some(Rows::Many(rows)) => rows.iter().filter_map(|row| record(*row)).collect(),
    }
}

/// Names at most a third of their letters away, nearest first. Goes through all of them: ask for few.
fn near(names: &Names, wanted: &str, shown: impl Fn(u32) -> Option<String>) -> Vec<String> {
    let wanted = fold(wanted);
    let length = wanted.chars().count();
    let most = (length / 3).max(1);
    let mut near: Vec<(usize, &String, u32)> = names
        .iter()
        .filter(|(name, _)| name.chars().count().abs_diff(length) <= most)
        .map(|(name, rows)| (strsim::osa_distance(&wanted, name), name, rows.first()))
        .filter(|(distance, ..)| *distance <= most)
        .collect();
    near.sort_unstable();
    let mut told = Vec::new();
    for name in near.into_iter().filter_map(|(.., row)| shown(row)) {
        if !told.contains(&name) {
            told.push(name);
        }
        if told.len() == NEAR {
            break;
        }
    }
    told
}

impl Rows {
    fn first(&self) -> u32 {
        match self {
            Rows::One(row) => *row,
            Rows::Many(rows) => rows[0],
        }
    }
}

fn index(names: &mut Names, name: String, row: u32) {
    if name.is_empty() {
        return;
    }
    match names.entry(name) {
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert(Rows::One(row));
        }
        std::collections::hash_map::Entry::Occupied(mut taken) => match taken.get_mut() {
            Rows::One(first) => *taken.get_mut() = Rows::Many(vec![*first, row]),
            Rows::Many(rows) => rows.push(row),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::records::Records;

    fn directory() -> Directory {
        let user = |id: &str, name: &str, email: &str| User {
            id: id.into(),
            user_name: name.into(),
            email: email.into(),
            ..User::default()
        };
        let users = vec![
            user("u1", "eva-tanaka", "eva@example.com"),
            user("u2", "ivan-rossi", "shared@example.com"),
            user("u3", "noor-haddad", "shared@example.com"),
            user("u4", "NOOR-HADDAD", "other@example.com"),
        ];
        let team = |id: &str, name: &str| Team { id: id.into(), name: name.into(), ..Team::default() };
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![team("t1", "vision"), team("t2", "nlp")], vec![]), true);
        directory
    }

    #[rstest::rstest]
    #[case::by_name("eva-tanaka", "u1")]
    #[case::by_another_case("  Eva-Tanaka ", "u1")]
    #[case::by_email("EVA@example.com", "u1")]
    #[case::by_id("u2", "u2")]
    #[case::the_same_case_goes_first("NOOR-HADDAD", "u4")]
    fn a_user_is_found(#[case] wanted: &str, #[case] id: &str) {
        let directory = directory();
        assert_eq!(&*Finder::new(&directory).user(wanted).unwrap().id, id);
    }

    #[test]
    fn who_is_not_found_is_said_with_who_is_near() {
        let directory = directory();
        let finder = Finder::new(&directory);
        let missing = finder.user("eva-tanak").unwrap_err();
        assert_eq!(missing.sentence("user", "eva-tanak"), "no user is called eva-tanak; near: eva-tanaka");
        assert_eq!(finder.user("zebra").unwrap_err(), Missing::Unknown(vec![]));
        assert_eq!(finder.user("").unwrap_err(), Missing::Unknown(vec![]));
        assert_eq!(finder.team("vsion").unwrap_err(), Missing::Unknown(vec!["vision".into()]));
        assert_eq!(
            finder.user("shared@example.com").unwrap_err().sentence("user", "shared@example.com"),
            "shared@example.com means several: ivan-rossi, noor-haddad"
        );
    }
}
