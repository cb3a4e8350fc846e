//! Forms: fields that become changes once they are filled in. The fields of each form are defined in a file of its own.

use crossterm::event::Event;

use super::{
    App,
    action::{Action, Scope},
    check::RowKept,
    overlay::OverlayBehavior,
};
use crate::directory::{
    Directory, Id, RecordKind,
    attributes::AttributeSlot,
    change::{Change, RoleDraft},
    find::{MissingName, NameFinder},
};

mod attribute;
mod field;
mod profile;
mod role;
mod server_filter;
mod service;
mod side_query;
mod team;
mod user;
mod values;

pub use field::{Choice, Entry, FormField};
pub use profile::ProfileDraft;
pub use values::words;

/// The purpose of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormPurpose {
    /// Creates a user.
    CreateUser,
    /// Creates a service account.
    CreateService,
    /// Creates a team.
    CreateTeam,
    /// Creates a custom role.
    CreateRole,
    /// Edits the fields of a user.
    EditUser(Id),
    /// Edits the definition of a custom role.
    EditRole(Id),
    /// Takes a list of members for a team.
    MemberList(Id),
    /// Creates a profile.
    NewProfile,
    /// Edits a profile that can't be opened, as its file has it.
    EditProfile(Box<ProfileDraft>),
    /// Takes a filter for the server.
    ServerFilter,
    /// Creates an API key for this person.
    NewKey(Id),
    /// Invites somebody to this team.
    Invite(Id),
    /// Edits an attribute.
    Attribute(AttributeSlot),
}

/// State of a form.
#[derive(Debug)]
pub struct FormState {
    /// The form's purpose.
    pub purpose: FormPurpose,
    /// The title of the box.
    pub title: String,
    /// All fields; some only count while another has a certain value ([`FormState::is_shown`]).
    pub fields: Vec<FormField>,
    /// The index of the field with the cursor.
    pub focus: usize,
    /// Names of users and groups may hold spaces.
    spaced_names: bool,
    /// Names that the server was asked for.
    asked: Asked,
}

/// The questions to the server while a form is open.
#[derive(Debug, Default)]
struct Asked {
    names: Vec<(RecordKind, String)>,
    /// The number of answers that are still to come.
    open: usize,
}

impl FormState {
    fn new(purpose: FormPurpose, title: &str, fields: Vec<FormField>) -> Self {
        let mut form =
            Self { purpose, title: title.to_owned(), fields, focus: 0, spaced_names: false, asked: Asked::default() };
        form.focus = (0..form.fields.len()).find(|at| form.is_open(*at)).unwrap_or(0);
        form
    }

    /// True if the field is in use, given the values of the others.
    pub fn is_shown(&self, at: usize) -> bool {
        let only = self.fields.get(at).map(|field| field.only);
        only.is_some_and(|only| only.is_none_or(|(key, values)| values.contains(&self.value(key))))
    }

    /// The fields in use, for each value of the choice that decides about others.
    pub fn variants(&self) -> Vec<Vec<usize>> {
        let decides = self.fields.iter().find_map(|field| field.only).map(|(key, _)| key);
        let values: Vec<&str> =
            match self.fields.iter().find(|field| Some(field.key) == decides).map(|field| &field.entry) {
                Some(Entry::Choice { all, .. }) => all.iter().map(|choice| choice.value.as_str()).collect(),
                _ => vec![""],
            };
        let asked = |at: &usize, value: &str| match self.fields.get(*at).and_then(|field| field.only) {
            Some((key, values)) if Some(key) == decides => values.contains(&value),
            _ => self.is_shown(*at),
        };
        values.iter().map(|value| (0..self.fields.len()).filter(|at| asked(at, value)).collect()).collect()
    }

    /// True if the cursor can go to the field.
    fn is_open(&self, at: usize) -> bool {
        self.is_shown(at) && self.fields.get(at).is_some_and(|field| field.locked.is_none())
    }

    /// True where there is no other field to move to.
    pub(super) fn has_one_field(&self) -> bool {
        (0..self.fields.len()).filter(|at| self.is_open(*at)).count() <= 1
    }

    /// Moves to the next field that can be changed, or to the previous one.
    pub fn step(&mut self, forward: bool) {
        let count = self.fields.len();
        let place = |step| if forward { (self.focus + step) % count } else { (self.focus + count - step) % count };
        self.focus = (1..=count).map(place).find(|at| self.is_open(*at)).unwrap_or(self.focus);
    }

    /// Takes a key or a paste for the field with the cursor. True if its value changed.
    pub fn put(&mut self, event: &Event) -> bool {
        let Some(field) = self.fields.get_mut(self.focus).filter(|field| field.locked.is_none()) else { return false };
        let changed = field.edit(event);
        if changed {
            field.error = None;
            // The names in the form may have changed since the question.
            self.asked.open = 0;
        }
        changed
    }

    /// The trimmed text or the choice of a field; empty where the field is not in use.
    pub fn value(&self, key: &str) -> &str {
        self.at(key).and_then(|at| self.fields.get(at)).map_or("", FormField::value)
    }

    /// The index of the field in use with this name: only one of several may be in use.
    fn at(&self, key: &str) -> Option<usize> {
        (0..self.fields.len()).find(|at| self.fields[*at].key == key && self.is_shown(*at))
    }

    fn fail(&mut self, key: &str, why: impl Into<String>) {
        if let Some(at) = self.at(key) {
            self.fields[at].error = Some(why.into());
            if !self.fields.iter().take(at).any(|field| field.error.is_some()) {
                self.focus = at;
            }
        }
    }

    fn check(&mut self, key: &str, value: Result<(), impl Into<String>>) {
        if let Err(why) = value {
            self.fail(key, why);
        }
    }

    fn has_errors(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }

    fn forget_errors(&mut self) {
        self.fields.iter_mut().for_each(|field| field.error = None);
    }

    /// Names that no record here has, in lists that are not complete, and that the server was not asked for yet. They
    /// count as asked from now on.
    pub(super) fn ask(&mut self, directory: &Directory) -> Vec<(RecordKind, Vec<String>)> {
        let finder = NameFinder::new(directory);
        let mut jobs = Vec::new();
        for (kind, names) in self.names() {
            let lacks = |name: &String| match kind {
                RecordKind::User => matches!(finder.user(name), Err(MissingName::Unknown(_))),
                RecordKind::Team => matches!(finder.team(name), Err(MissingName::Unknown(_))),
                RecordKind::Role => false,
            };
            let mut open: Vec<String> = names.into_iter().filter(|name| !name.is_empty() && lacks(name)).collect();
            open.retain(|name| !directory.is_complete(kind) && !self.asked.names.contains(&(kind, name.clone())));
            if !open.is_empty() {
                self.asked.names.extend(open.iter().map(|name| (kind, name.clone())));
                jobs.push((kind, open));
            }
        }
        self.asked.open = jobs.len();
        jobs
    }

    /// True while names of the input are looked up.
    pub(super) fn is_asking(&self) -> bool {
        self.asked.open > 0
    }

    /// Names of a kind were looked up. True if no more answers are to come.
    pub(super) fn answered(&mut self) -> bool {
        self.asked.open = self.asked.open.saturating_sub(1);
        self.asked.open == 0
    }

    /// The names in the fields: users, teams, and the name of a new record, which may be taken.
    fn names(&self) -> [(RecordKind, Vec<String>); 2] {
        let one = |key: &str| self.value(key).to_owned();
        let split = |key: &str| words(self.value(key)).map(str::to_owned).collect::<Vec<_>>();
        let (users, teams) = match &self.purpose {
            FormPurpose::CreateUser => {
                let listed = user::newcomers(self.value("email"));
                let listed = listed.iter().flat_map(|(name, email)| [(*name).to_owned(), (*email).to_owned()]);
                let users = if listed.clone().count() > 2 { listed.collect() } else { vec![one("user"), one("email")] };
                (users, values::names(&one("teams"), self.spaced_names))
            }
            FormPurpose::CreateService => (vec![one("name")], vec![one("team")]),
            FormPurpose::CreateTeam => (split("members"), vec![one("name")]),
            FormPurpose::EditUser(_) => (vec![one("email")], Vec::new()),
            FormPurpose::CreateRole
            | FormPurpose::EditRole(_)
            | FormPurpose::MemberList(_)
            | FormPurpose::NewProfile
            | FormPurpose::EditProfile(_)
            | FormPurpose::ServerFilter
            | FormPurpose::NewKey(_)
            | FormPurpose::Invite(_)
            | FormPurpose::Attribute(_) => (Vec::new(), Vec::new()),
        };
        [(RecordKind::User, users), (RecordKind::Team, teams)]
    }

    /// The changes that the form means, or `None` with the errors set. `key` is the provisional id of the created
    /// record, and of each of several.
    pub fn changes(&mut self, key: Id, directory: &Directory) -> Option<Vec<Change>> {
        self.forget_errors();
        let changes = match self.purpose.clone() {
            FormPurpose::CreateUser => self.new_users(&key, directory),
            FormPurpose::CreateService => self.new_service(key, directory),
            FormPurpose::CreateTeam => self.new_team(key, directory),
            FormPurpose::CreateRole => vec![Change::CreateRole { key, role: self.role_draft(directory, None) }],
            FormPurpose::EditUser(id) => self.user_fields(&id, directory),
            FormPurpose::EditRole(id) => {
                let now = directory.role(&id).map(RoleDraft::of);
                let to = self.role_draft(directory, Some(&id));
                if Some(&to) == now.as_ref() { Vec::new() } else { vec![Change::EditRole { role: id, to }] }
            }
            FormPurpose::NewProfile
            | FormPurpose::EditProfile(_)
            | FormPurpose::ServerFilter
            | FormPurpose::MemberList(_) => Vec::new(),
            FormPurpose::NewKey(owner) => self.key_wanted(key, owner),
            FormPurpose::Invite(team) => self.invitation(key, team),
            FormPurpose::Attribute(slot) => self.attribute_set(slot),
        };
        (!self.has_errors()).then_some(changes)
    }

    /// Sets an error that was found outside the form.
    pub fn refuse(&mut self, key: &str, why: String) {
        let key = self.fields.iter().find(|field| key.contains(field.key)).map_or("name", |field| field.key);
        self.fail(key, why);
    }
}

impl OverlayBehavior for FormState {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Form, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, _: &App) {
        self.put(event);
    }

    fn adjust(&mut self, action: Action, _: &App) -> Result<(), RowKept> {
        if matches!(action, Action::NextField | Action::PreviousField) {
            self.step(action == Action::NextField);
        }
        Ok(())
    }

    fn has_work(&self) -> bool {
        self.fields.iter().any(FormField::is_changed)
    }
}

#[cfg(test)]
mod tests;
