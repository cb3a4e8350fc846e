//! The words of a file: columns of a CSV, keys of a document. Their names are the field table's.

use super::DesiredPerson;
use crate::{
    directory::{
        RecordKind,
        change::SeatKind,
        field::{RecordField, RoleField, UserField},
    },
    scim::text::{fold, nearest_first},
};

/// A column of a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum CsvColumn {
    User,
    Email,
    Name,
    FirstName,
    LastName,
    ExternalId,
    Role,
    Active,
    ModelsSeat,
    WeaveRole,
    RegistryAccess,
    Team,
    TeamRole,
    Registry,
    RegistryRole,
    CustomRole,
    Inherits,
    Description,
    Permission,
}

/// Every column, in the order of an export.
pub(super) const COLUMNS: [CsvColumn; 19] = [
    CsvColumn::User,
    CsvColumn::Email,
    CsvColumn::Name,
    CsvColumn::FirstName,
    CsvColumn::LastName,
    CsvColumn::ExternalId,
    CsvColumn::Role,
    CsvColumn::Active,
    CsvColumn::ModelsSeat,
    CsvColumn::WeaveRole,
    CsvColumn::RegistryAccess,
    CsvColumn::Team,
    CsvColumn::TeamRole,
    CsvColumn::Registry,
    CsvColumn::RegistryRole,
    CsvColumn::CustomRole,
    CsvColumn::Inherits,
    CsvColumn::Description,
    CsvColumn::Permission,
];

/// Other words for the same, as the lists of providers and identity systems have them.
const ALSO: [(&str, CsvColumn); 10] = [
    ("username", CsvColumn::User),
    ("userprincipalname", CsvColumn::User),
    ("login", CsvColumn::User),
    ("mail", CsvColumn::Email),
    ("emailaddress", CsvColumn::Email),
    ("displayname", CsvColumn::Name),
    ("orgrole", CsvColumn::Role),
    ("organisationrole", CsvColumn::Role),
    ("group", CsvColumn::Team),
    ("seat", CsvColumn::ModelsSeat),
];

impl CsvColumn {
    /// By its own name or another word for it, without regard to case, spaces, hyphens and underscores.
    pub(super) fn named(text: &str) -> Option<Self> {
        let wanted = bare(text);
        let also = || ALSO.iter().find(|(name, _)| *name == wanted).map(|(_, column)| *column);
        Self::own(text).or_else(also)
    }

    /// By its own name alone.
    pub(super) fn own(text: &str) -> Option<Self> {
        let wanted = bare(text);
        COLUMNS.into_iter().find(|column| bare(column.name()) == wanted)
    }

    /// The field that the column is of. A row without a user names a team in the column of users' teams.
    pub(super) fn field(self) -> RecordField {
        match self {
            Self::User => UserField::UserName.into(),
            Self::Email => UserField::Email.into(),
            Self::Name => UserField::DisplayName.into(),
            Self::FirstName => UserField::FirstName.into(),
            Self::LastName => UserField::LastName.into(),
            Self::ExternalId => UserField::ExternalId.into(),
            Self::Role => UserField::OrgRole.into(),
            Self::Active => UserField::Active.into(),
            Self::ModelsSeat => UserField::ModelsSeat.into(),
            Self::WeaveRole => UserField::WeaveRole.into(),
            Self::RegistryAccess => UserField::RegistryAccess.into(),
            Self::Team => UserField::Teams.into(),
            Self::TeamRole => UserField::TeamRoles.into(),
            Self::Registry => UserField::Registries.into(),
            Self::RegistryRole => UserField::RegistryRoles.into(),
            Self::CustomRole => RoleField::Name.into(),
            Self::Inherits => RoleField::Inherits.into(),
            Self::Description => RoleField::Description.into(),
            Self::Permission => RoleField::Permissions.into(),
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.field().spec().file.column.unwrap_or_default()
    }

    /// The key of the same in a document; none where it has no key of its own.
    pub(super) fn key(self) -> Option<&'static str> {
        self.field().spec().file.key
    }

    /// The column that speaks of a seat.
    pub(super) fn of_seat(seat: SeatKind) -> Self {
        match seat {
            SeatKind::Models => Self::ModelsSeat,
            SeatKind::Weave => Self::WeaveRole,
            SeatKind::Registry => Self::RegistryAccess,
        }
    }

    /// The names of all columns, for messages.
    pub(super) fn names() -> Vec<&'static str> {
        COLUMNS.map(Self::name).to_vec()
    }
}

/// The keys of a user, team or role in a document.
pub(super) fn keys_of(kind: RecordKind) -> Vec<&'static str> {
    let keys: Vec<&str> = match kind {
        RecordKind::Team => RecordField::of(kind).filter_map(|field| field.spec().file.key).collect(),
        RecordKind::User | RecordKind::Role => {
            COLUMNS.into_iter().filter(|column| column.field().kind() == kind).filter_map(CsvColumn::key).collect()
        }
    };
    [keys, vec!["comment"]].concat()
}

impl DesiredPerson {
    /// The seat that the column is about.
    pub(super) fn seat(&self, seat: SeatKind) -> Option<&str> {
        self.text(CsvColumn::of_seat(seat))
    }

    /// The columns that say one text of a user.
    pub(super) const TEXTS: [CsvColumn; 9] = [
        CsvColumn::Email,
        CsvColumn::Name,
        CsvColumn::FirstName,
        CsvColumn::LastName,
        CsvColumn::ExternalId,
        CsvColumn::Role,
        CsvColumn::ModelsSeat,
        CsvColumn::WeaveRole,
        CsvColumn::RegistryAccess,
    ];

    /// The text of one of [`Self::TEXTS`].
    pub(super) fn text(&self, column: CsvColumn) -> Option<&str> {
        let text = match column {
            CsvColumn::Email => &self.email,
            CsvColumn::Name => &self.name,
            CsvColumn::FirstName => &self.first_name,
            CsvColumn::LastName => &self.last_name,
            CsvColumn::ExternalId => &self.external_id,
            CsvColumn::Role => &self.role,
            CsvColumn::ModelsSeat => &self.models_seat,
            CsvColumn::WeaveRole => &self.weave_role,
            CsvColumn::RegistryAccess => &self.registry_access,
            CsvColumn::User
            | CsvColumn::Active
            | CsvColumn::Team
            | CsvColumn::TeamRole
            | CsvColumn::Registry
            | CsvColumn::RegistryRole
            | CsvColumn::CustomRole
            | CsvColumn::Inherits
            | CsvColumn::Description
            | CsvColumn::Permission => return None,
        };
        text.as_deref()
    }

    /// The place of the text of one of [`Self::TEXTS`].
    pub(super) fn text_mut(&mut self, column: CsvColumn) -> Option<&mut Option<String>> {
        match column {
            CsvColumn::Email => Some(&mut self.email),
            CsvColumn::Name => Some(&mut self.name),
            CsvColumn::FirstName => Some(&mut self.first_name),
            CsvColumn::LastName => Some(&mut self.last_name),
            CsvColumn::ExternalId => Some(&mut self.external_id),
            CsvColumn::Role => Some(&mut self.role),
            CsvColumn::ModelsSeat => Some(&mut self.models_seat),
            CsvColumn::WeaveRole => Some(&mut self.weave_role),
            CsvColumn::RegistryAccess => Some(&mut self.registry_access),
            CsvColumn::User
            | CsvColumn::Active
            | CsvColumn::Team
            | CsvColumn::TeamRole
            | CsvColumn::Registry
            | CsvColumn::RegistryRole
            | CsvColumn::CustomRole
            | CsvColumn::Inherits
            | CsvColumn::Description
            | CsvColumn::Permission => None,
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
            let columns: Vec<CsvColumn> = COLUMNS.into_iter().filter(|column| column.field() == field).collect();
            match field.spec().file.column {
                // Shared with the teams of users.
                Some(name) if field == TeamField::Name.into() => assert_eq!(name, CsvColumn::Team.name()),
                Some(name) => assert_eq!(columns.iter().map(|column| column.name()).collect::<Vec<_>>(), [name]),
                None => assert!(columns.is_empty(), "{field:?}"),
            }
        }
        assert!(COLUMNS.iter().enumerate().all(|(at, column)| *column as usize == at));
    }

    #[test]
    fn every_text_of_a_person_has_a_place() {
        let mut person = DesiredPerson::default();
        for column in COLUMNS {
            let is_text = DesiredPerson::TEXTS.contains(&column);
            assert_eq!(person.text_mut(column).map(|text| *text = Some(column.name().into())).is_some(), is_text);
            assert_eq!(person.text(column), is_text.then(|| column.name()));
        }
    }
}
