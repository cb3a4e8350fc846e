//! The state that a file asks for: users, teams and custom roles, in CSV, JSON or YAML, and the difference
//! to the directory as it is.
//!
//! Pure: text in, changes out. Knows neither server nor screen. What a file leaves out stays as it is; what it says of
//! somebody's teams or a team's members is the whole of it, and only pruning removes what is more.

mod calls;
mod columns;
mod csv_read;
mod csv_write;
mod current;
mod difference;
mod hidden;
mod input;
mod joins;
mod json;
mod keys;
mod node;
mod people;
mod prune;
pub mod saved;
mod table;
mod together;
mod tree_read;
mod tree_write;
mod values;
mod whom;
mod yaml;
mod yaml_write;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

pub use crate::scim::cell;
pub use columns::ColumnOptions;
pub use current::{CurrentPart, current, untold};
pub use difference::{DesiredChange, DesiredDifference, LeftoverRecord, MissingTeams, difference};
pub use input::{UndecodableText, decode};

use crate::{
    directory::{
        Directory, Id,
        change::SeatKind,
        field::UserField,
        find::{MissingName, NameFinder},
        refusal::RefusalCode,
    },
    scim::text,
};

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// A row for each membership.
    Csv,
    /// A single document.
    Json,
    /// The same with fewer brackets.
    Yaml,
}

impl FileFormat {
    /// By the end of a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match end.as_str() {
            "csv" | "tsv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// By how it begins, where the name does not tell.
    pub fn of_text(text: &str) -> Self {
        let start = text.trim_start();
        if start.starts_with('{') {
            return Self::Json;
        }
        let line = start.split(['\n', '\r']).find(|line| !line.starts_with('#')).unwrap_or_default();
        let head = line.split(&[',', ';', '\t'][..]).next().unwrap_or_default();
        if line.contains(&[',', ';', '\t'][..]) || keys::CsvColumn::named(head).is_some() && !line.ends_with(':') {
            Self::Csv
        } else {
            Self::Yaml
        }
    }
}

/// Something in the file that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileProblem {
    /// Where: the row of a CSV, the line of a document; 0 where it is about the whole.
    pub line: usize,
    /// `row 12`, or `line 40, users[3]`; empty where it is about the whole.
    pub place: String,
    /// The column or key; empty where it is about the whole place.
    pub field: String,
    /// The fault, and the right form.
    pub why: String,
    /// Of which kind it is.
    pub kind: ProblemKind,
    /// Candidates: the ids of several of one name, or near names.
    pub candidates: Vec<String>,
}

/// The codes by which a program tells problems of a file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ProblemKind {
    /// The file says what can't be said.
    #[default]
    Invalid,
    /// No record has the name.
    NameUnknown,
    /// Several records have the name.
    NameAmbiguous,
    /// No such role, seat or permission.
    ValueUnknown,
    /// The change that it asks for is refused.
    Refused(RefusalCode),
}

impl FileProblem {
    /// The same, of another kind.
    pub fn of(self, kind: ProblemKind) -> Self {
        Self { kind, ..self }
    }

    /// `row 12, email`; empty where it is about the whole.
    pub fn at(&self) -> String {
        let place = [self.place.as_str(), self.field.as_str()].into_iter().filter(|part| !part.is_empty());
        place.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at();
        if !at.is_empty() {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.why)
    }
}

/// Where in a file something is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePlace {
    /// The row of a CSV, the line of a document.
    pub line: usize,
    /// `row 12`, or `line 40, users[3]`.
    pub words: String,
}

impl FilePlace {
    /// A problem here.
    pub fn problem(&self, field: &str, why: impl Into<String>) -> FileProblem {
        let (kind, candidates) = Default::default();
        FileProblem {
            line: self.line,
            place: self.words.clone(),
            field: field.into(),
            why: why.into(),
            kind,
            candidates,
        }
    }
}

/// A file as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesiredState {
    /// Users, in the order of the file.
    pub people: Vec<DesiredPerson>,
    /// Teams that it names for themselves.
    pub teams: Vec<TeamWish>,
    /// Custom roles.
    pub roles: Vec<RoleWish>,
    /// Blanks at the ends of its values may be the typist's: so it is in a CSV. They count where the directory's value has
    /// the same, and not otherwise.
    pub stray_blanks: bool,
}

impl DesiredState {
    /// Gives people who are no known users what a template says and the file doesn't.
    pub fn begin_with(&mut self, template: &DesiredPerson, known: &NameFinder<'_>) {
        let is_new = |person: &&mut DesiredPerson| {
            let unknown = |name: &str| matches!(known.account(name), Err(MissingName::Unknown(_)));
            unknown(&person.user) && person.text(UserField::Email).is_none_or(unknown)
        };
        for person in self.people.iter_mut().filter(is_new) {
            let seats = SeatKind::ALL.map(UserField::of_seat);
            for field in [UserField::OrgRole].into_iter().chain(seats) {
                let given = template.text(field).map(str::to_owned);
                let own = person.text(field).map(str::to_owned);
                person.put(field, own.or(given));
            }
            for (own, given) in [(&mut person.teams, &template.teams), (&mut person.registries, &template.registries)] {
                *own = own.take().or_else(|| given.clone());
            }
        }
    }

    /// The names of users that it speaks of, as they are written.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        let members = self.teams.iter().flat_map(|team| team.members.iter().flatten());
        let people = self.people.iter().map(|person| person.user.as_str());
        people.chain(members.map(|member| member.of.as_str()))
    }

    /// The names of teams likewise.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        let theirs = self.people.iter().flat_map(|person| person.teams.iter().flatten());
        self.teams.iter().map(|team| team.team.as_str()).chain(theirs.map(|one| one.of.as_str()))
    }
}

/// The values of a file for a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesiredPerson {
    /// Where.
    pub place: FilePlace,
    /// User name, or an email or id of somebody who is there; in a CSV also a member of teams that is no user, as in
    /// [`TeamWish::others`].
    pub user: String,
    /// `user` is an address, given in the place of a user name.
    pub is_address: bool,
    /// The texts of fields, such as the email, as far as the file has them.
    pub texts: BTreeMap<UserField, String>,
    /// Whether they are active.
    pub active: Option<bool>,
    /// All teams, each with the role where it is said.
    pub teams: Option<Vec<Membership>>,
    /// `teams` are some of them: in others they stay as they are.
    pub teams_in_part: bool,
    /// All registries, each with the role.
    pub registries: Option<Vec<Membership>>,
}

/// A line of somebody's teams, or of a team's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub place: FilePlace,
    /// The other side: a team, a registry, or a user.
    pub of: String,
    /// The role there; as it is, where none is said.
    pub role: Option<String>,
}

/// The values of a file for a team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamWish {
    /// Where.
    pub place: FilePlace,
    /// Its name.
    pub team: String,
    /// All members who are users; as they are, where none are said.
    pub members: Option<Vec<Membership>>,
    /// All members that are no users, by id; `group:NAME` is a group, too. As they are, where none are said.
    pub others: Option<Vec<Membership>>,
    /// The identity provider's own id, for a team that is created.
    pub external_id: Option<String>,
}

/// The values of a file for a custom role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleWish {
    /// Where.
    pub place: FilePlace,
    /// Its name.
    pub role: String,
    /// The predefined role that it builds on.
    pub inherits: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// All permissions that it adds.
    pub permissions: Option<Vec<String>>,
}

/// Reads a file, as [`decode`] gives it. The columns are about a CSV alone.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn read(text: &str, format: FileFormat, columns: &ColumnOptions) -> Result<DesiredState, Vec<FileProblem>> {
    let mut problems = Vec::new();
    if format != FileFormat::Csv && !columns.is_empty() {
        problems.push(FilePlace::default().problem("", "--map and --ignore-columns are about the columns of a CSV"));
    }
    let desired = match format {
        FileFormat::Csv => csv_read::read(text, columns, &mut problems),
        FileFormat::Json => tree_read::json(text, &mut problems),
        FileFormat::Yaml => tree_read::yaml(text, &mut problems),
    };
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(desired) } else { Err(problems) }
}

/// Writes a file that [`read`] takes.
pub fn write(desired: &DesiredState, format: FileFormat) -> String {
    match format {
        FileFormat::Csv => csv_write::write(desired),
        FileFormat::Json => tree_write::json(desired),
        FileFormat::Yaml => tree_write::yaml(desired),
    }
}

/// The users whom a file speaks of and who are there.
pub fn meant(desired: &DesiredState, directory: &Directory) -> Vec<Id> {
    let whom = whom::Whom::new(directory);
    desired.users().filter_map(|name| Some(whom.subject(name).ok()?.id().clone())).collect()
}

/// A boolean as people and identity systems write it.
fn boolean(text: &str) -> Option<bool> {
    match text::fold(text.trim()).as_str() {
        "active" => Some(true),
        "inactive" | "suspended" | "deprovisioned" => Some(false),
        _ => yes_or_no(text),
    }
}

/// The same without words for somebody's state.
fn yes_or_no(text: &str) -> Option<bool> {
    match text::fold(text.trim()).as_str() {
        "true" | "yes" | "y" | "1" | "on" => Some(true),
        "false" | "no" | "n" | "0" | "off" => Some(false),
        _ => None,
    }
}
