//! Finds records by the names that people use: id, user name, email, display name; if no record has the name, finds the
//! nearest names.
//!
//! Nothing is guessed. Kinds of names are searched in this order, and an exact match ends the search. Case, composition
//! of accents (NFC) and blanks at the ends are ignored if that leaves one record; invisible characters and look-alike
//! letters never are: the message names them.

use std::{
    cell::{Cell, OnceCell},
    fmt,
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Directory, Id, Name, RecordKind,
    record::{Record, Role, Team, User},
    records::name_hash,
};
use crate::scim::{
    caseless, confusable,
    text::{self, clean},
};

#[cfg(test)]
mod tests;

/// At most so many near names are told.
const NEAR: usize = 3;
/// The limit of names for which near names are searched, because each search visits all names.
const NEAREST: usize = 20;

/// The names of records, in the order in which a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameLevel {
    /// The server's id, byte for byte.
    Id,
    /// `userName` of a user; the name of a team or role.
    Name,
    /// The primary address of a user.
    Email,
    /// `displayName` of a user.
    DisplayName,
}

/// A record, told apart for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRecord {
    /// `userName` of a user; the name of a team or role.
    pub name: Name,
    /// The server's id.
    pub id: Id,
}

impl NamedRecord {
    fn of(user: &User) -> Self {
        Self { name: user.user_name.clone(), id: user.id.clone() }
    }
}

impl fmt::Display for NamedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, clean(&self.id))
    }
}

/// No record has the name, or several have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingName {
    /// No record has that name. Records with names that resemble it, nearest first.
    Unknown(Vec<NamedRecord>),
    /// All records of the name: a person must choose.
    Several(Vec<NamedRecord>),
}

impl MissingName {
    /// "no user is called eva-tanak; near: eva-tanaka", with the characters that are easily overlooked.
    pub fn sentence(&self, kind: &str, wanted: &str) -> String {
        let shown = clean(wanted);
        match self {
            MissingName::Unknown(near) => {
                let resemblance = near.first().filter(|near| looks_like(near.name.raw(), wanted));
                let names = if near.is_empty() { String::new() } else { format!("; near: {}", listed(near)) };
                let typed = confusable::told(wanted, resemblance.is_some());
                let typed = typed.map(|odd| format!("; {shown} as typed {odd}"));
                let theirs = resemblance.and_then(|near| {
                    let odd = confusable::told(near.name.raw(), true)?;
                    Some(format!("; the name of {} {odd}", clean(&near.id)))
                });
                format!("no {kind} is called {shown}{names}{}{}", typed.unwrap_or_default(), theirs.unwrap_or_default())
            }
            MissingName::Several(all) => {
                let all: Vec<String> = all.iter().map(ToString::to_string).collect();
                format!("{shown} means several: {}", all.join(", "))
            }
        }
    }
}

/// Names, with ids if two of them look the same.
fn listed(near: &[NamedRecord]) -> String {
    let seen: FxHashSet<&str> = near.iter().map(|one| one.name.as_str()).collect();
    let apart = seen.len() == near.len();
    let one = |one: &NamedRecord| if apart { one.name.to_string() } else { one.to_string() };
    near.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// True for names that look the same to a reader.
fn looks_like(one: &str, other: &str) -> bool {
    seen(one) == seen(other)
}

/// The name as it looks, without regard to case.
fn seen(name: &str) -> String {
    caseless::key(&confusable::skeleton(name)).trim().to_owned()
}

/// How alike two names are, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NameLikeness {
    Exact,
    Folded,
    /// Alike but for blanks at the ends, too.
    Trimmed,
}

fn likeness(name: &str, wanted: &str) -> Option<NameLikeness> {
    if name.trim().is_empty() {
        None
    } else if name == wanted {
        Some(NameLikeness::Exact)
    } else if caseless::same(name, wanted) {
        Some(NameLikeness::Folded)
    } else {
        caseless::same(name.trim(), wanted.trim()).then_some(NameLikeness::Trimmed)
    }
}

/// The records that the name means; `levels` returns a record's names in the order of the search.
fn meant<'a, T, const N: usize>(all: &[&'a T], wanted: &str, levels: impl Fn(&T) -> [&Name; N]) -> Vec<&'a T> {
    let mut found: Vec<&'a T> = Vec::new();
    for level in 0..N {
        let like = |one: &&'a T| likeness(levels(one)[level].raw(), wanted);
        let Some(best) = all.iter().filter_map(like).min() else { continue };
        if best == NameLikeness::Exact || found.is_empty() {
            // A near match of an earlier kind is not dropped for an exact match of a later kind: the result is then
            // ambiguous.
            let new = all.iter().filter(|one| like(one) == Some(best)).copied();
            let new: Vec<&'a T> = new.filter(|one| !found.iter().any(|known| std::ptr::eq(*known, *one))).collect();
            found.extend(new);
        }
        if best == NameLikeness::Exact {
            break;
        }
    }
    found
}

/// True if the record has the name at any level: exactly, or but for case, composition and blanks.
pub fn is_called(record: &Record, name: &str) -> bool {
    **record.id() == *name || names(record).iter().any(|(_, theirs)| likeness(theirs.raw(), name).is_some())
}

/// True if the record has exactly this name at this level.
pub fn is_exactly(record: &Record, level: NameLevel, name: &str) -> bool {
    match level {
        NameLevel::Id => **record.id() == *name,
        level => names(record).iter().any(|(at, theirs)| *at == level && theirs.raw() == name),
    }
}

/// The record's name at this level, where it is not empty.
pub fn called_at(record: &Record, level: NameLevel) -> Option<&str> {
    let name = names(record).into_iter().find(|(at, _)| *at == level).map(|(_, name)| name.raw());
    name.filter(|name| !name.is_empty())
}

fn names(record: &Record) -> Vec<(NameLevel, &Name)> {
    match record {
        Record::User(user) => vec![
            (NameLevel::Name, &user.user_name),
            (NameLevel::Email, &user.email),
            (NameLevel::DisplayName, &user.display_name),
        ],
        Record::Team(team) => vec![(NameLevel::Name, &team.name)],
        Record::Role(role) => vec![(NameLevel::Name, &role.name)],
    }
}

/// The names of a directory, for many questions.
pub struct NameFinder<'a> {
    directory: &'a Directory,
    /// Users under pending changes, whose names may differ from those in the records.
    pending: FxHashMap<u64, Vec<u32>>,
    teams: OnceCell<FxHashMap<u64, Vec<u32>>>,
    roles: OnceCell<FxHashMap<u64, Vec<u32>>>,
    near_left: Cell<usize>,
}

impl<'a> NameFinder<'a> {
    /// Linear in the pending changes; teams and roles are indexed at their first lookup.
    pub fn new(directory: &'a Directory) -> Self {
        let mut pending: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for user in directory.users_pending() {
            let Some(row) = directory.records().row(&super::ResourceRef::user(&user.id)) else { continue };
            for name in [&user.user_name, &user.email, &user.display_name] {
                pending.entry(name_hash(name.raw())).or_default().push(row);
            }
        }
        let (teams, roles) = (OnceCell::new(), OnceCell::new());
        Self { directory, pending, teams, roles, near_left: Cell::new(NEAREST) }
    }

    /// A user by id, user name, email or display name. Near names are looked for a few times only.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn user(&self, wanted: &str) -> Result<&'a User, MissingName> {
        self.person(wanted, |user| [&user.user_name, &user.email, &user.display_name])
    }

    /// Like [`Self::user`], without display names: finds an account by its names in programs and files.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn account(&self, wanted: &str) -> Result<&'a User, MissingName> {
        self.person(wanted, |user| [&user.user_name, &user.email])
    }

    /// The user with this address, for a text with an `@`. User names are often addresses: a user name counts as much
    /// as an email.
    ///
    /// # Errors
    ///
    /// Nobody has the address, or several users have it.
    pub fn address(&self, wanted: &str) -> Result<&'a User, MissingName> {
        let like = |user: &User| {
            let names = [&user.user_name, &user.email];
            names.into_iter().filter_map(|name| likeness(name.raw(), wanted)).min()
        };
        let called = self.users_called(wanted);
        let best = called.iter().filter_map(|user| like(user)).min();
        let all: Vec<&User> = called.into_iter().filter(|user| best.is_some() && like(user) == best).collect();
        match all.as_slice() {
            [] => self.account(wanted),
            [one] => Ok(one),
            several => Err(MissingName::Several(several.iter().map(|user| NamedRecord::of(user)).collect())),
        }
    }

    fn person<const N: usize>(
        &self,
        wanted: &str,
        levels: impl Fn(&User) -> [&Name; N],
    ) -> Result<&'a User, MissingName> {
        if let Some(user) = self.directory.user(&wanted.into()) {
            return Ok(user);
        }
        let named = NamedRecord::of;
        only(meant(&self.users_called(wanted), wanted, levels), named, || {
            let users = (0..self.directory.len(RecordKind::User) as u32).filter_map(|row| self.directory.user_at(row));
            let names = |user: &'a User| [&user.user_name, &user.email, &user.display_name].map(|name| (name, user));
            self.near(wanted, users.flat_map(names), named)
        })
    }

    /// True if at least one user is called so.
    pub fn knows_user(&self, wanted: &str) -> bool {
        let levels = |user: &User| [&user.user_name, &user.email, &user.display_name].map(Clone::clone);
        self.directory.user(&wanted.into()).is_some()
            || self
                .users_called(wanted)
                .into_iter()
                .any(|user| levels(user).iter().any(|name| likeness(name.raw(), wanted).is_some()))
    }

    /// Users who may have this name; each is to be looked at.
    fn users_called(&self, wanted: &str) -> Vec<&'a User> {
        if wanted.trim().is_empty() {
            return Vec::new();
        }
        let mut rows = self.directory.records().rows_called(wanted);
        for row in self.pending.get(&name_hash(wanted)).into_iter().flatten() {
            if !rows.contains(row) {
                rows.push(*row);
            }
        }
        rows.into_iter().filter_map(|row| self.directory.user_at(row)).collect()
    }

    /// A team by id or name.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn team(&self, wanted: &str) -> Result<&'a Team, MissingName> {
        if let Some(team) = self.directory.team(&wanted.into()) {
            return Ok(team);
        }
        let at = |row| self.directory.team_at(row);
        let all = || (0..self.directory.len(RecordKind::Team) as u32).filter_map(at);
        let index = self.teams.get_or_init(|| indexed(all().map(|team| &team.name)));
        let called: Vec<&'a Team> = called(index, wanted).filter_map(at).collect();
        let named = |team: &Team| NamedRecord { name: team.name.clone(), id: team.id.clone() };
        only(meant(&called, wanted, |team| [&team.name]), named, || {
            self.near(wanted, all().map(|team| (&team.name, team)), named)
        })
    }

    /// A custom role by id or name.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub fn role(&self, wanted: &str) -> Result<&'a Role, MissingName> {
        if let Some(role) = self.directory.role(&wanted.into()) {
            return Ok(role);
        }
        let at = |row| self.directory.role_at(row);
        let all = || (0..self.directory.len(RecordKind::Role) as u32).filter_map(at);
        let index = self.roles.get_or_init(|| indexed(all().map(|role| &role.name)));
        let called: Vec<&'a Role> = called(index, wanted).filter_map(at).collect();
        let named = |role: &Role| NamedRecord { name: role.name.clone(), id: role.id.clone() };
        only(meant(&called, wanted, |role| [&role.name]), named, || {
            self.near(wanted, all().map(|role| (&role.name, role)), named)
        })
    }

    /// Records with names at most a third of their letters away, nearest first. Goes through all of them, and does so
    /// for a few questions only.
    fn near<T>(
        &self,
        wanted: &str,
        names: impl Iterator<Item = (&'a Name, &'a T)>,
        named: impl Fn(&T) -> NamedRecord,
    ) -> Vec<NamedRecord>
    where
        T: 'a,
    {
        let left = self.near_left.get();
        self.near_left.set(left.saturating_sub(1));
        let wanted = seen(wanted);
        if left == 0 || wanted.is_empty() {
            return Vec::new();
        }
        let length = wanted.chars().count();
        let most = (length / 3).max(1);
        let distance = |name: &Name| {
            let name = seen(name.raw());
            let may_be = !name.is_empty() && name.chars().count().abs_diff(length) <= most;
            may_be.then(|| strsim::osa_distance(&wanted, &name)).filter(|distance| *distance <= most)
        };
        let near = names.filter_map(|(name, record)| Some((distance(name)?, text::fold(name.raw()), named(record))));
        let mut near: Vec<(usize, String, NamedRecord)> = near.collect();
        near.sort_unstable_by(|one, other| (one.0, &one.1, &one.2.id).cmp(&(other.0, &other.1, &other.2.id)));
        let mut told: Vec<NamedRecord> = Vec::new();
        for (.., record) in near {
            if told.len() < NEAR && !told.contains(&record) {
                told.push(record);
            }
        }
        told
    }
}

/// The only one of those found.
fn only<T>(
    found: Vec<&T>,
    named: impl Fn(&T) -> NamedRecord,
    near: impl FnOnce() -> Vec<NamedRecord>,
) -> Result<&T, MissingName> {
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(MissingName::Unknown(near())),
        several => {
            let mut all: Vec<NamedRecord> = several.iter().map(|one| named(one)).collect();
            all.sort_by_cached_key(|one| (text::fold(one.name.raw()), one.id.clone()));
            Err(MissingName::Several(all))
        }
    }
}

/// Rows by the hashes of their names.
fn indexed<'a>(names: impl Iterator<Item = &'a Name>) -> FxHashMap<u64, Vec<u32>> {
    let mut index: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (name, row) in names.zip(0..) {
        index.entry(name_hash(name.raw())).or_default().push(row);
    }
    index
}

fn called<'i>(index: &'i FxHashMap<u64, Vec<u32>>, wanted: &str) -> impl Iterator<Item = u32> + use<'i> {
    let hash = (!wanted.trim().is_empty()).then(|| name_hash(wanted));
    hash.and_then(|hash| index.get(&hash)).into_iter().flatten().copied()
}
