//! Records as the list commands print them: in JSON, and in cells of a table or of a CSV, named by the field table.
//! Values are as the server wrote them.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::directory::{
    Name, RecordKind,
    field::{FieldReader, FieldValue, GrantRef, JsonRecord, RecordField, RecordRef, UserField},
    query::account_word,
    record::{Member, Team, User},
};

/// Several values in one cell.
const AND: &str = ", ";

/// The text in the place of a value that the server has not told; no value is empty.
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
        self.columns.iter().map(|field| field.spec().csv.unwrap_or_else(|| field.word())).collect()
    }

    /// The columns that hold names.
    pub fn names(&self) -> Vec<usize> {
        let is_name = |field: &RecordField| {
            matches!(field, RecordField::User(UserField::UserName | UserField::DisplayName | UserField::Email))
                || *field == RecordField::name_of(field.kind())
        };
        (0..).zip(&self.columns).filter(|(_, field)| is_name(field)).map(|(at, _)| at).collect()
    }

    pub fn row(&self, record: RecordRef<'a>) -> RecordRow<'_, 'a> {
        RecordRow { columns: &self.columns, json: JsonRecord { reader: self.reader, record } }
    }
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

/// A value as text. A value that was told to be none is empty.
fn cell(value: &FieldValue<'_>, marked: bool) -> String {
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

/// A member of a team.
pub(super) struct MemberRow<'a> {
    id: &'a str,
    /// The values of [`MEMBER`].
    values: [FieldValue<'a>; MEMBER.len()],
    /// The role in the team.
    role: FieldValue<'a>,
    /// `group` or `unknown` for a member who is no known user.
    kind: Option<&'static str>,
}

/// The fields of a user that a list of members has beside the id and the role in the team.
const MEMBER: [UserField; 4] = [UserField::UserName, UserField::DisplayName, UserField::Email, UserField::Active];

/// The column of the role in the team.
const ROLE_AT: usize = 3;

impl<'a> MemberRow<'a> {
    pub fn of(user: &'a User, team: &Team, reader: FieldReader<'a>) -> Self {
        let role = user.role_in(&team.name).map_or_else(|| no_role(reader), FieldValue::Text);
        Self { id: &user.id, values: MEMBER.map(|field| reader.user(user, field)), role, kind: None }
    }

    /// A member who is no known user, and has the empty name of one.
    pub fn other(member: &'a Member, reader: FieldReader<'a>, empty: &'a Name) -> Self {
        let group = reader.directory.team(&member.id);
        let (name, kind) = group.map_or((&member.display, "unknown"), |group| (&group.name, "group"));
        let value = |field| match field {
            UserField::UserName => FieldValue::Text(empty),
            UserField::DisplayName => FieldValue::Text(name),
            _ => FieldValue::NotTold,
        };
        Self { id: &member.id, values: MEMBER.map(value), role: no_role(reader), kind: Some(kind) }
    }

    pub fn heads() -> Vec<&'static str> {
        let csv = |field: UserField| field.spec().csv.unwrap_or_default();
        let mut heads = MEMBER.map(csv).to_vec();
        heads.insert(ROLE_AT, csv(UserField::OrgRole));
        heads
    }

    pub fn cells(&self, marked: bool) -> Vec<String> {
        let mut cells: Vec<String> = self.values.iter().map(|value| cell(value, marked)).collect();
        if let Some(name) = cells.first_mut().filter(|name| name.is_empty()) {
            *name = format!("({})", self.id);
        }
        cells.insert(ROLE_AT, cell(&self.role, marked));
        cells
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
        for (field, value) in MEMBER.into_iter().zip(&self.values) {
            map.serialize_entry(name(field), value)?;
        }
        map.serialize_entry(name(UserField::OrgRole), &self.role)?;
        if let Some(kind) = self.kind {
            map.serialize_entry("kind", kind)?;
        }
        map.end()
    }
}
