//! Records as the list commands print them: in JSON, and in cells of a table or of a CSV, named by the field table.
//! Values are as the server wrote them.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::table::{NONE, or_none};
use crate::directory::{
    Name, RecordKind, ResourceRef,
    field::{FieldReader, FieldValue, GrantRef, JsonRecord, RecordField, RecordRef, UserField},
    query::account_word,
    record::{Member, Team, User},
};

/// Several values in one cell.
const AND: &str = ", ";

/// The text in the place of a value that the server has not told.
const NOT_TOLD: &str = "?";

/// The records of a kind, as they are printed.
pub(super) struct RecordRows<'a> {
    reader: FieldReader<'a>,
    columns: Vec<RecordField>,
}

impl<'a> RecordRows<'a> {
    /// Rows with the usual columns of the kind, or with these.
    pub fn new(reader: FieldReader<'a>, kind: RecordKind, columns: Option<Vec<RecordField>>) -> Self {
        Self { reader, columns: columns.unwrap_or_else(|| RecordField::in_csv(kind).collect()) }
    }

    /// The heads of the columns.
    pub fn heads(&self) -> Vec<&'static str> {
        self.columns.iter().copied().map(head).collect()
    }

    /// The columns that hold names.
    pub fn names(&self) -> Vec<usize> {
        (0..).zip(&self.columns).filter(|(_, field)| is_name(**field)).map(|(at, _)| at).collect()
    }

    pub fn row(&self, record: RecordRef<'a>) -> RecordRow<'_, 'a> {
        RecordRow { columns: &self.columns, json: JsonRecord { reader: self.reader, record } }
    }
}

/// The head of a column.
fn head(field: RecordField) -> &'static str {
    field.spec().csv.unwrap_or_else(|| field.word())
}

fn is_name(field: RecordField) -> bool {
    matches!(field, RecordField::User(UserField::UserName | UserField::DisplayName | UserField::Email))
        || field == RecordField::name_of(field.kind())
}

/// A record.
pub(super) struct RecordRow<'r, 'a> {
    columns: &'r [RecordField],
    json: JsonRecord<'a>,
}

impl RecordRow<'_, '_> {
    /// The cells under the heads: as the server wrote them, or as a person reads them, with a mark on names that look
    /// like others.
    pub fn cells(&self, marked: bool) -> Vec<String> {
        let JsonRecord { reader, record } = &self.json;
        self.columns.iter().map(|field| cell(&reader.value(*record, *field), marked)).collect()
    }
}

impl Serialize for RecordRow<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(to)
    }
}

/// A value in a cell of a table (`marked`) or of a CSV, where a value that was told to be none is empty.
fn cell(value: &FieldValue<'_>, marked: bool) -> String {
    let text = text(value, marked);
    if marked { or_none(&text) } else { text }
}

/// A value as text. A value that was told to be none is empty.
fn text(value: &FieldValue<'_>, marked: bool) -> String {
    let name = |name: &Name| if marked { name.marked().into_owned() } else { name.raw().to_owned() };
    match value {
        FieldValue::Absent => String::new(),
        FieldValue::NotTold => NOT_TOLD.to_owned(),
        FieldValue::Text(text) => name(text),
        FieldValue::Id(id) => id.to_string(),
        FieldValue::Active(active) => if *active { "active" } else { "inactive" }.to_owned(),
        FieldValue::Account(account) => account_word(*account).to_owned(),
        FieldValue::Count { known, complete: true } => known.to_string(),
        FieldValue::Count { known: 0, complete: false } => NOT_TOLD.to_owned(),
        FieldValue::Count { known, complete: false } => format!("{known}+"),
        FieldValue::Names { names, complete } => several(names.iter().map(|one| name(one)), *complete),
        FieldValue::Grants { grants, complete } => several(grants.iter().map(|grant| place(grant, name)), *complete),
        FieldValue::Time(at) => at.strftime("%Y-%m-%d").to_string(),
        FieldValue::Never => "never".to_owned(),
        FieldValue::Problem(problem) => format!("{}: {}", problem.path, problem.why),
    }
}

fn place(grant: &GrantRef<'_>, name: impl Fn(&Name) -> String) -> String {
    match grant.role {
        Some(role) => format!("{} ({})", name(grant.scope), name(role)),
        None => name(grant.scope),
    }
}

/// Several values, with a note that there may be more.
fn several(values: impl Iterator<Item = String>, complete: bool) -> String {
    let more = (!complete).then(|| NOT_TOLD.to_owned());
    values.chain(more).collect::<Vec<_>>().join(AND)
}

/// The columns of a list of members: fields of users, where the role is the one in the team.
pub(super) struct MemberColumns(Vec<UserField>);

impl MemberColumns {
    /// The usual columns, or these.
    pub fn new(columns: Option<Vec<RecordField>>) -> Self {
        let [user, name, email, active] = MEMBER;
        let usual = || vec![user, name, email, UserField::OrgRole, active];
        let of_user = |field| if let RecordField::User(field) = field { Some(field) } else { None };
        Self(columns.map_or_else(usual, |columns| columns.into_iter().filter_map(of_user).collect()))
    }

    /// The heads of the columns.
    pub fn heads(&self) -> Vec<&'static str> {
        self.0.iter().map(|field| RecordField::from(*field)).map(head).collect()
    }

    /// The columns that hold names.
    pub fn names(&self) -> Vec<usize> {
        (0..).zip(&self.0).filter(|(_, field)| is_name(RecordField::from(**field))).map(|(at, _)| at).collect()
    }
}

/// A member of a team.
pub(super) struct MemberRow<'a> {
    reader: FieldReader<'a>,
    columns: &'a MemberColumns,
    id: &'a str,
    /// The user; none for a member who is no known user.
    user: Option<&'a User>,
    /// The name of a member who is no known user.
    name: &'a Name,
    /// The empty name of such a member.
    empty: &'a Name,
    /// The role in the team.
    role: FieldValue<'a>,
    /// Another user is shown by the same name.
    twin: bool,
    /// `group` or `unknown` for a member who is no known user.
    kind: Option<&'static str>,
}

/// The fields of a user that a list of members has beside the id and the role in the team.
const MEMBER: [UserField; 4] = [UserField::UserName, UserField::DisplayName, UserField::Email, UserField::Active];

impl<'a> MemberRow<'a> {
    pub fn of(user: &'a User, team: &Team, reader: FieldReader<'a>, columns: &'a MemberColumns) -> Self {
        let role = user.role_in(&team.name).map_or_else(|| no_role(reader), FieldValue::Text);
        let name = &user.display_name;
        let twin = reader.directory.has_twin(&ResourceRef::user(&user.id));
        Self { reader, columns, id: &user.id, user: Some(user), name, empty: name, role, twin, kind: None }
    }

    /// A member who is no known user, and has the empty name of one.
    pub fn other(member: &'a Member, reader: FieldReader<'a>, empty: &'a Name, columns: &'a MemberColumns) -> Self {
        let group = reader.directory.team(&member.id);
        let (name, kind) = group.map_or((&member.display, "unknown"), |group| (&group.name, "group"));
        let role = no_role(reader);
        Self { reader, columns, id: &member.id, user: None, name, empty, role, twin: false, kind: Some(kind) }
    }

    fn value(&self, field: UserField) -> FieldValue<'a> {
        match (self.user, field) {
            (Some(user), field) => self.reader.user(user, field),
            (None, UserField::UserName) => FieldValue::Text(self.empty),
            (None, UserField::DisplayName) => FieldValue::Text(self.name),
            (None, _) => FieldValue::NotTold,
        }
    }

    pub fn cells(&self, marked: bool) -> Vec<String> {
        let text = |field: &UserField| match field {
            UserField::OrgRole => cell(&self.role, marked),
            UserField::Id => self.id.to_owned(),
            field => cell(&self.value(*field), marked),
        };
        let named = |field: &UserField| match (field, text(field)) {
            (UserField::UserName, name) if name.is_empty() || name == NONE => format!("({})", self.id),
            (UserField::UserName, name) if marked && self.twin => format!("{name} ({})", self.id),
            (_, text) => text,
        };
        self.columns.0.iter().map(named).collect()
    }
}

fn no_role(reader: FieldReader<'_>) -> FieldValue<'static> {
    if reader.holds.team_roles { FieldValue::NotTold } else { FieldValue::Absent }
}

impl Serialize for MemberRow<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let name = |field: UserField| field.spec().json.map_or("", |names| names.value);
        let mut map = to.serialize_map(None)?;
        map.serialize_entry(name(UserField::Id), self.id)?;
        for field in MEMBER {
            map.serialize_entry(name(field), &self.value(field))?;
        }
        map.serialize_entry(name(UserField::OrgRole), &self.role)?;
        if let Some(kind) = self.kind {
            map.serialize_entry("kind", kind)?;
        }
        map.end()
    }
}
