//! The words of a file: columns of a CSV, keys of a document.

use crate::scim::text::{fold, nearest_first};

/// A column of a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    User,
    Email,
    Name,
    ExternalId,
    Role,
    Active,
    ModelsSeat,
    WeaveRole,
    Team,
    TeamRole,
    Registry,
    RegistryRole,
    CustomRole,
    Inherits,
    Description,
    Permission,
}

/// Every column with its name, in the order of an export.
pub(super) const COLUMNS: [(Column, &str); 16] = [
    (Column::User, "user"),
    (Column::Email, "email"),
    (Column::Name, "name"),
    (Column::ExternalId, "external_id"),
    (Column::Role, "role"),
    (Column::Active, "active"),
    (Column::ModelsSeat, "models_seat"),
    (Column::WeaveRole, "weave_role"),
    (Column::Team, "team"),
    (Column::TeamRole, "team_role"),
    (Column::Registry, "registry"),
    (Column::RegistryRole, "registry_role"),
    (Column::CustomRole, "custom_role"),
    (Column::Inherits, "inherits"),
    (Column::Description, "description"),
    (Column::Permission, "permission"),
];

/// Other words for the same, as the lists of providers and identity systems have them.
const ALSO: [(&str, Column); 11] = [
    ("username", Column::User),
    ("userprincipalname", Column::User),
    ("memberobjectidoruserprincipalname", Column::User),
    ("login", Column::User),
    ("mail", Column::Email),
    ("emailaddress", Column::Email),
    ("displayname", Column::Name),
    ("orgrole", Column::Role),
    ("organisationrole", Column::Role),
    ("group", Column::Team),
    ("seat", Column::ModelsSeat),
];

impl Column {
    /// By its own name or another word for it, without regard to case, spaces, hyphens and underscores.
    pub(super) fn named(text: &str) -> Option<Self> {
        let wanted = bare(text);
        let also = || ALSO.iter().find(|(name, _)| *name == wanted).map(|(_, column)| *column);
        Self::own(text).or_else(also)
    }

    /// By its own name alone.
    pub(super) fn own(text: &str) -> Option<Self> {
        let wanted = bare(text);
        COLUMNS.iter().find(|(_, name)| bare(name) == wanted).map(|(column, _)| *column)
    }

    pub(super) fn name(self) -> &'static str {
        COLUMNS.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| name)
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
