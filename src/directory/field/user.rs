//! The fields of a user.

use super::{
    CHOSEN, FieldSort, FieldSpec, FilterValues, FilterWord, UserText, fields, file, file_names, filter, json,
    json_in_part, number_column, text_column,
};
use crate::directory::change::{ChangeVerb, SeatKind};

fields! {
    /// A field of a user.
    UserField {
        /// The server's `id`.
        Id {
            label: "Id",
            headings: &["Id"],
            width: Some(text_column(10, 36, CHOSEN)),
            filter: Some(filter("id", FilterValues::Texts)),
            json: Some(json("id")),
            csv: Some("id"),
            ..FieldSpec::NOTHING
        }
        /// `userName`.
        UserName {
            label: "User name",
            headings: &["User"],
            width: Some(text_column(9, 28, 0)),
            sort: FieldSort::Ascending,
            filter: Some(filter("user", FilterValues::Texts)),
            json: Some(json("user")),
            csv: Some("user"),
            file: file("user"),
            ..FieldSpec::NOTHING
        }
        /// `displayName`. A filter's `name` looks at the user name, too.
        DisplayName {
            label: "Display name",
            headings: &["Name"],
            width: Some(text_column(10, 28, 1)),
            sort: FieldSort::Ascending,
            filter: Some(filter("name", FilterValues::Texts)),
            json: Some(json("name")),
            csv: Some("name"),
            file: file("name"),
            set_by: &[ChangeVerb::SetDisplayName],
            ..FieldSpec::NOTHING
        }
        /// The primary address.
        Email {
            label: "Email",
            headings: &["Email"],
            width: Some(text_column(14, 40, CHOSEN)),
            filter: Some(filter("email", FilterValues::Texts)),
            json: Some(json("email")),
            csv: Some("email"),
            file: file("email"),
            set_by: &[ChangeVerb::SetEmail],
            ..FieldSpec::NOTHING
        }
        /// `name.givenName` (RFC 7643 §4.1.1).
        FirstName {
            label: "First name",
            headings: &["First", "First name"],
            width: Some(text_column(6, 20, CHOSEN)),
            sort: FieldSort::Ascending,
            filter: Some(filter("first_name", FilterValues::Texts)),
            json: Some(json("first_name")),
            file: file("first_name"),
            set_by: &[ChangeVerb::SetAttribute],
            held: |holds| holds.person_names,
            text: Some(UserText {
                wire: Some("name.givenName"),
                of: |user| &user.first_name,
                of_mut: |user| &mut user.first_name,
            }),
            ..FieldSpec::NOTHING
        }
        /// `name.familyName` (RFC 7643 §4.1.1).
        LastName {
            label: "Last name",
            headings: &["Last", "Last name"],
            width: Some(text_column(6, 20, CHOSEN)),
            sort: FieldSort::Ascending,
            filter: Some(filter("last_name", FilterValues::Texts)),
            json: Some(json("last_name")),
            file: file("last_name"),
            set_by: &[ChangeVerb::SetAttribute],
            held: |holds| holds.person_names,
            text: Some(UserText {
                wire: Some("name.familyName"),
                of: |user| &user.last_name,
                of_mut: |user| &mut user.last_name,
            }),
            ..FieldSpec::NOTHING
        }
        /// The identity provider's id: sent to a server, never read back.
        ExternalId {
            label: "External id",
            file: file("external_id"),
            ..FieldSpec::NOTHING
        }
        /// Active or deactivated.
        Active {
            label: "Status",
            headings: &["Status"],
            width: Some(text_column(10, 10, 2)),
            sort: FieldSort::Ascending,
            filter: Some(FilterWord { also: Some("status"), ..filter("active", FilterValues::Status) }),
            json: Some(json("active")),
            csv: Some("status"),
            file: file("active"),
            set_by: &[ChangeVerb::Deactivate, ChangeVerb::Reactivate],
            ..FieldSpec::NOTHING
        }
        /// A person's, a team's or the organisation's account.
        Account {
            label: "Account",
            headings: &["Of", "Account of"],
            width: Some(text_column(12, 12, 3)),
            sort: FieldSort::Ascending,
            filter: Some(filter("account", FilterValues::Texts)),
            json: Some(json("account")),
            held: |holds| holds.service_accounts,
            ..FieldSpec::NOTHING
        }
        /// The role in the organisation.
        OrgRole {
            label: "Organisation role",
            headings: &["Role", "Org role"],
            width: Some(text_column(8, 16, 3)),
            sort: FieldSort::Ascending,
            filter: Some(filter("role", FilterValues::Texts)),
            json: Some(json("role")),
            csv: Some("role"),
            file: file("role"),
            set_by: &[ChangeVerb::SetOrgRole],
            held: |holds| holds.org_roles,
            text: Some(UserText {
                wire: None,
                of: |user| &user.org_role,
                of_mut: |user| &mut user.org_role,
            }),
        }
        /// The time at which the answer to a change showed the organisation role, if no list shows it.
        OrgRoleAsOf {
            json: Some(json("role_as_of")),
            held: |holds| holds.org_roles,
            ..FieldSpec::NOTHING
        }
        /// The teams, with the role in each. The column has their number; documents have their names.
        Teams {
            label: "Teams",
            headings: &["Teams"],
            width: Some(number_column(5, 5, 5)),
            sort: FieldSort::Descending,
            filter: Some(filter("team", FilterValues::Texts)),
            json: Some(json_in_part("teams", "teams_complete")),
            csv: Some("teams"),
            file: file_names(Some("team"), Some("teams")),
            set_by: &[ChangeVerb::AddMember, ChangeVerb::RemoveMember],
            ..FieldSpec::NOTHING
        }
        /// The number of teams.
        TeamCount {
            label: "Teams",
            filter: Some(filter("teams", FilterValues::Number)),
            ..FieldSpec::NOTHING
        }
        /// The roles in teams, in whichever.
        TeamRoles {
            label: "Team roles",
            filter: Some(filter("as", FilterValues::Texts)),
            file: file_names(Some("team_role"), None),
            set_by: &[ChangeVerb::SetTeamRole],
            held: |holds| holds.team_roles,
            ..FieldSpec::NOTHING
        }
        /// The registries, with the role in each.
        Registries {
            label: "Registries",
            headings: &["Registries"],
            width: Some(text_column(10, 32, CHOSEN)),
            filter: Some(filter("registry", FilterValues::Texts)),
            json: Some(json("registries")),
            file: file_names(Some("registry"), Some("registries")),
            set_by: &[ChangeVerb::SetRegistryRole],
            held: |holds| holds.seats,
            ..FieldSpec::NOTHING
        }
        /// The role in a registry.
        RegistryRoles {
            label: "Registry roles",
            file: file_names(Some("registry_role"), None),
            set_by: &[ChangeVerb::SetRegistryRole],
            held: |holds| holds.seats,
            ..FieldSpec::NOTHING
        }
        /// The W&B Models seat.
        ModelsSeat {
            label: "Models seat",
            headings: &["Seat"],
            width: Some(text_column(6, 10, 6)),
            sort: FieldSort::Ascending,
            filter: Some(filter("seat", FilterValues::Texts)),
            json: Some(json("models_seat")),
            csv: Some("models_seat"),
            file: file("models_seat"),
            set_by: &[ChangeVerb::SetSeat],
            held: |holds| holds.seats,
            text: Some(UserText {
                wire: Some("modelsSeat"),
                of: |user| &user.models_seat,
                of_mut: |user| &mut user.models_seat,
            }),
        }
        /// The access to W&B Weave.
        WeaveRole {
            label: "Weave access",
            headings: &["Weave"],
            width: Some(text_column(6, 10, CHOSEN)),
            sort: FieldSort::Ascending,
            filter: Some(filter("weave", FilterValues::Texts)),
            json: Some(json("weave_role")),
            file: file("weave_role"),
            set_by: &[ChangeVerb::SetSeat],
            held: |holds| holds.seats,
            text: Some(UserText {
                wire: Some("weaveRole"),
                of: |user| &user.weave_role,
                of_mut: |user| &mut user.weave_role,
            }),
            ..FieldSpec::NOTHING
        }
        /// The access to W&B's registries, which older servers do not have.
        RegistryAccess {
            label: "Registry access",
            headings: &["Registry"],
            width: Some(text_column(8, 10, CHOSEN)),
            sort: FieldSort::Ascending,
            filter: Some(filter("access", FilterValues::Texts)),
            json: Some(json("registry_access")),
            file: file("registry_access"),
            set_by: &[ChangeVerb::SetSeat],
            held: |holds| holds.seats,
            text: Some(UserText {
                wire: Some("registryAccess"),
                of: |user| &user.registry_access,
                of_mut: |user| &mut user.registry_access,
            }),
            ..FieldSpec::NOTHING
        }
        /// The last contact with the server.
        LastActive {
            label: "Last active",
            headings: &["Seen", "Last active"],
            width: Some(number_column(5, 11, 7)),
            sort: FieldSort::Descending,
            filter: Some(filter("last", FilterValues::AgeOrNever)),
            json: Some(json("last_active")),
            csv: Some("last_active"),
            held: |holds| holds.activity,
            ..FieldSpec::NOTHING
        }
        /// The number of days with any activity.
        DaysActive {
            label: "Days active",
            headings: &["Days", "Days active"],
            width: Some(number_column(4, 11, CHOSEN)),
            sort: FieldSort::Descending,
            held: |holds| holds.activity,
            ..FieldSpec::NOTHING
        }
        /// `meta.created`.
        Created {
            label: "Created",
            headings: &["Created"],
            width: Some(text_column(10, 10, CHOSEN)),
            sort: FieldSort::Descending,
            filter: Some(filter("created", FilterValues::Age)),
            json: Some(json("created")),
            ..FieldSpec::NOTHING
        }
        /// `meta.lastModified`.
        Modified {
            label: "Changed",
            headings: &["Changed"],
            width: Some(text_column(10, 10, CHOSEN)),
            sort: FieldSort::Descending,
            ..FieldSpec::NOTHING
        }
        /// Why the record could not be read.
        Problem {
            json: Some(json("problem")),
            ..FieldSpec::NOTHING
        }
    }
}

impl UserField {
    /// The columns of `scimitar users`.
    pub const IN_CSV: &[Self] = &[
        Self::UserName,
        Self::DisplayName,
        Self::Email,
        Self::OrgRole,
        Self::Active,
        Self::Teams,
        Self::ModelsSeat,
        Self::LastActive,
        Self::Id,
    ];

    /// The fields of a filter, the most used ones first.
    pub const IN_FILTERS: &[Self] = &[
        Self::OrgRole,
        Self::Teams,
        Self::TeamRoles,
        Self::ModelsSeat,
        Self::WeaveRole,
        Self::RegistryAccess,
        Self::Registries,
        Self::Active,
        Self::LastActive,
        Self::Created,
        Self::TeamCount,
        Self::Email,
        Self::DisplayName,
        Self::FirstName,
        Self::LastName,
        Self::UserName,
        Self::Id,
        Self::Account,
    ];

    /// The fields with a column in files, in the order of an export.
    pub const IN_FILES: &[Self] = &[
        Self::UserName,
        Self::Email,
        Self::DisplayName,
        Self::FirstName,
        Self::LastName,
        Self::ExternalId,
        Self::OrgRole,
        Self::Active,
        Self::ModelsSeat,
        Self::WeaveRole,
        Self::RegistryAccess,
        Self::Teams,
        Self::TeamRoles,
        Self::Registries,
        Self::RegistryRoles,
    ];

    /// The field of a product's seat.
    pub fn of_seat(seat: SeatKind) -> Self {
        match seat {
            SeatKind::Models => Self::ModelsSeat,
            SeatKind::Weave => Self::WeaveRole,
            SeatKind::Registry => Self::RegistryAccess,
        }
    }
}
