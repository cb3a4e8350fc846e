//! The words of a file: columns of a CSV, keys of a document. Their names are the field table's.

use std::sync::LazyLock;

use super::DesiredPerson;
use crate::{
    directory::{
        RecordKind,
        change::SeatKind,
        field::{RecordField, RoleField, UserField},
    },
    scim::text::{fold, nearest_first},
};

/// A column of a CSV, by the field that it is of. A row without a user names a team in the column of users' teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CsvColumn(RecordField);

/// Every column, in the order of an export.
pub(super) static COLUMNS: LazyLock<Vec<CsvColumn>> =
    LazyLock::new(|| RecordField::in_files().map(CsvColumn).collect());

/// Columns of users that are no text of a user: names, a switch, and memberships.
const NO_TEXTS: [CsvColumn; 6] = [
    CsvColumn::USER,
    CsvColumn::ACTIVE,
    CsvColumn::TEAM,
    CsvColumn::TEAM_ROLE,
    CsvColumn::REGISTRY,
    CsvColumn::REGISTRY_ROLE,
];

/// Other words for the same, as the lists of providers and identity systems have them.
const ALSO: [(&str, CsvColumn); 10] = [
    ("username", CsvColumn::USER),
    ("userprincipalname", CsvColumn::USER),
    ("login", CsvColumn::USER),
    ("mail", CsvColumn::EMAIL),
    ("emailaddress", CsvColumn::EMAIL),
    ("displayname", CsvColumn::NAME),
    ("orgrole", CsvColumn::ROLE),
    ("organisationrole", CsvColumn::ROLE),
    ("group", CsvColumn::TEAM),
    ("seat", CsvColumn::MODELS_SEAT),
];

impl CsvColumn {
    pub(super) const USER: Self = Self(RecordField::User(UserField::UserName));
    pub(super) const EMAIL: Self = Self(RecordField::User(UserField::Email));
    pub(super) const NAME: Self = Self(RecordField::User(UserField::DisplayName));
    pub(super) const EXTERNAL_ID: Self = Self(RecordField::User(UserField::ExternalId));
    pub(super) const ROLE: Self = Self(RecordField::User(UserField::OrgRole));
    pub(super) const ACTIVE: Self = Self(RecordField::User(UserField::Active));
    pub(super) const MODELS_SEAT: Self = Self(RecordField::User(UserField::ModelsSeat));
    pub(super) const TEAM: Self = Self(RecordField::User(UserField::Teams));
    pub(super) const TEAM_ROLE: Self = Self(RecordField::User(UserField::TeamRoles));
    pub(super) const REGISTRY: Self = Self(RecordField::User(UserField::Registries));
    pub(super) const REGISTRY_ROLE: Self = Self(RecordField::User(UserField::RegistryRoles));
    pub(super) const CUSTOM_ROLE: Self = Self(RecordField::Role(RoleField::Name));
    pub(super) const INHERITS: Self = Self(RecordField::Role(RoleField::Inherits));
    pub(super) const DESCRIPTION: Self = Self(RecordField::Role(RoleField::Description));
    pub(super) const PERMISSION: Self = Self(RecordField::Role(RoleField::Permissions));

    /// By its own name or another word for it, without regard to case, spaces, hyphens and underscores.
    pub(super) fn named(text: &str) -> Option<Self> {
        let wanted = bare(text);
        let also = || ALSO.iter().find(|(name, _)| *name == wanted).map(|(_, column)| *column);
        Self::own(text).or_else(also)
    }

    /// By its own name alone.
    pub(super) fn own(text: &str) -> Option<Self> {
        let wanted = bare(text);
        COLUMNS.iter().copied().find(|column| bare(column.name()) == wanted)
    }

    /// The field that the column is of.
    pub(super) fn field(self) -> RecordField {
        self.0
    }

    /// The field of a user that the column gives a text.
    pub(super) fn text(self) -> Option<UserField> {
        match self.0 {
            RecordField::User(field) if !NO_TEXTS.contains(&self) => Some(field),
            RecordField::User(_) | RecordField::Team(_) | RecordField::Role(_) => None,
        }
    }

    /// The columns of texts of users.
    pub(super) fn texts() -> impl Iterator<Item = (Self, UserField)> {
        COLUMNS.iter().filter_map(|column| Some((*column, column.text()?)))
    }

    pub(super) fn name(self) -> &'static str {
        self.field().spec().file.column.unwrap_or_default()
    }

    /// The key of the same in a document; none where it has no key of its own.
    pub(super) fn key(self) -> Option<&'static str> {
        self.field().spec().file.key
    }

    /// The column of a product's seat.
    pub(super) fn of_seat(seat: SeatKind) -> Self {
        Self(UserField::of_seat(seat).into())
    }

    /// The names of all columns, for messages.
    pub(super) fn names() -> Vec<&'static str> {
        COLUMNS.iter().map(|column| column.name()).collect()
    }
}

/// The keys of a user, team or role in a document.
pub(super) fn keys_of(kind: RecordKind) -> Vec<&'static str> {
    let keys: Vec<&str> = match kind {
        RecordKind::Team => RecordField::of(kind).filter_map(|field| field.spec().file.key).collect(),
        RecordKind::User | RecordKind::Role => {
            COLUMNS.iter().filter(|column| column.field().kind() == kind).filter_map(|column| column.key()).collect()
        }
    };
    [keys, vec!["comment"]].concat()
}

impl DesiredPerson {
    /// The text that the file gives a field.
    pub fn text(&self, field: UserField) -> Option<&str> {
        self.texts.get(&field).map(String::as_str)
    }

    /// Gives the field this text, or none.
    pub fn put(&mut self, field: UserField, text: Option<String>) {
        match text {
            Some(text) => drop(self.texts.insert(field, text)),
            None => drop(self.texts.remove(&field)),
        }
    }
}

/// "no column is called X; known: …".
pub(super) fn unknown(what: &str, found: &str, known: &[&str]) -> String {
    let near = nearest_first(found, known.iter().copied());
    let near = near.first().copied().unwrap_or_default();
    format!("no {what} is called so; the nearest is {near}; known: {}", known.join(", "))
}

fn bare(text: &str) -> String {
    fold(text).chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::field::TeamField;

    #[test]
    fn every_field_with_a_column_is_the_field_of_one_column() {
        for field in RecordKind::ALL.into_iter().flat_map(RecordField::of) {
            let columns: Vec<CsvColumn> = COLUMNS.iter().copied().filter(|column| column.field() == field).collect();
            match field.spec().file.column {
                // Shared with the teams of users.
                Some(name) if field == TeamField::Name.into() => assert_eq!(name, CsvColumn::TEAM.name()),
                Some(name) => assert_eq!(columns.iter().map(|column| column.name()).collect::<Vec<_>>(), [name]),
                None => assert!(columns.is_empty(), "{field:?}"),
            }
        }
    }
}
