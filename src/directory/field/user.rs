//! The fields of a user.

use super::{
    FieldSort, FieldSpec, FilterValues, NO_FILE, always, fields, file, file_names, filter, json, json_in_part,
};
use crate::directory::change::{ChangeVerb, SeatKind};

fields! {
    /// A field of a user.
    UserField {
        /// The server's `id`.
        Id {
            label: "Id",
            headings: &["Id"],
            sort: FieldSort::No,
            filter: Some(filter("id", FilterValues::Texts)),
            json: Some(json("id")),
            csv: Some("id"),
            file: NO_FILE,
            set_by: &[],
            held: always,
        }
        /// `userName`.
        UserName {
            label: "User name",
            headings: &["User"],
            sort: FieldSort::Ascending,
            filter: Some(filter("user", FilterValues::Texts)),
            json: Some(json("user")),
            csv: Some("user"),
            file: file("user"),
            set_by: &[],
            held: always,
        }
        /// `displayName`. A filter's `name` looks at the user name, too.
        DisplayName {
            label: "Display name",
            headings: &["Name"],
            sort: FieldSort::Ascending,
            filter: Some(filter("name", FilterValues::Texts)),
            json: Some(json("name")),
            csv: Some("name"),
            file: file("name"),
            set_by: &[ChangeVerb::SetDisplayName],
            held: always,
        }
        /// The primary address.
        Email {
            label: "Email",
            headings: &["Email"],
            sort: FieldSort::No,
            filter: Some(filter("email", FilterValues::Texts)),
            json: Some(json("email")),
            csv: Some("email"),
            file: file("email"),
            set_by: &[ChangeVerb::SetEmail],
            held: always,
        }
        /// `name.givenName` (RFC 7643 §4.1.1), for new users: no list tells it.
        FirstName {
            label: "First name",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: None,
            csv: None,
            file: file("first_name"),
            set_by: &[],
            held: always,
        }
        /// `name.familyName` (RFC 7643 §4.1.1), for new users: no list tells it.
        LastName {
            label: "Last name",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: None,
            csv: None,
            file: file("last_name"),
            set_by: &[],
            held: always,
        }
        /// The identity provider's own id: told to a server, never read back.
        ExternalId {
            label: "External id",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: None,
            csv: None,
            file: file("external_id"),
            set_by: &[],
            held: always,
        }
        /// Active or deactivated.
        Active {
            label: "Status",
            headings: &["Status"],
            sort: FieldSort::Ascending,
            filter: Some(filter("active", FilterValues::YesNo)),
            json: Some(json("active")),
            csv: Some("status"),
            file: file("active"),
            set_by: &[ChangeVerb::Deactivate, ChangeVerb::Reactivate],
            held: always,
        }
        /// A person's, a team's or the organisation's account.
        Account {
            label: "Account",
            headings: &["Of", "Account of"],
            sort: FieldSort::Ascending,
            filter: Some(filter("account", FilterValues::Texts)),
            json: Some(json("account")),
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: |holds| holds.service_accounts,
        }
        /// The role in the organisation.
        OrgRole {
            label: "Organisation role",
            headings: &["Role", "Org role"],
            sort: FieldSort::Ascending,
            filter: Some(filter("role", FilterValues::Texts)),
            json: Some(json("role")),
            csv: Some("role"),
            file: file("role"),
            set_by: &[ChangeVerb::SetOrgRole],
            held: |holds| holds.org_roles,
        }
        /// When the answer to a change showed the organisation role, where no list shows it.
        OrgRoleAsOf {
            label: "",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: Some(json("role_as_of")),
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: |holds| holds.org_roles,
        }
        /// The teams, with the role in each. A column has their number or their names.
        Teams {
            label: "Teams",
            headings: &["Teams"],
            sort: FieldSort::Descending,
            filter: Some(filter("team", FilterValues::Texts)),
            json: Some(json_in_part("teams", "teams_complete")),
            csv: Some("teams"),
            file: file_names(Some("team"), Some("teams")),
            set_by: &[ChangeVerb::AddMember, ChangeVerb::RemoveMember],
            held: always,
        }
        /// The number of teams.
        TeamCount {
            label: "Teams",
            headings: &[],
            sort: FieldSort::No,
            filter: Some(filter("teams", FilterValues::Number)),
            json: None,
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: always,
        }
        /// The roles in teams, in whichever.
        TeamRoles {
            label: "Team roles",
            headings: &[],
            sort: FieldSort::No,
            filter: Some(filter("as", FilterValues::Texts)),
            json: None,
            csv: None,
            file: file_names(Some("team_role"), None),
            set_by: &[ChangeVerb::SetTeamRole],
            held: |holds| holds.team_roles,
        }
        /// The registries, with the role in each.
        Registries {
            label: "Registries",
            headings: &["Registries"],
            sort: FieldSort::No,
            filter: Some(filter("registry", FilterValues::Texts)),
            json: Some(json("registries")),
            csv: None,
            file: file_names(Some("registry"), Some("registries")),
            set_by: &[ChangeVerb::SetRegistryRole],
            held: |holds| holds.seats,
        }
        /// The role in a registry.
        RegistryRoles {
            label: "Registry roles",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: None,
            csv: None,
            file: file_names(Some("registry_role"), None),
            set_by: &[ChangeVerb::SetRegistryRole],
            held: |holds| holds.seats,
        }
        /// The W&B Models seat.
        ModelsSeat {
            label: "Models seat",
            headings: &["Seat"],
            sort: FieldSort::Ascending,
            filter: Some(filter("seat", FilterValues::Texts)),
            json: Some(json("models_seat")),
            csv: Some("models_seat"),
            file: file("models_seat"),
            set_by: &[ChangeVerb::SetSeat],
            held: |holds| holds.seats,
        }
        /// The access to W&B Weave.
        WeaveRole {
            label: "Weave access",
            headings: &["Weave"],
            sort: FieldSort::Ascending,
            filter: Some(filter("weave", FilterValues::Texts)),
            json: Some(json("weave_role")),
            csv: None,
            file: file("weave_role"),
            set_by: &[ChangeVerb::SetSeat],
            held: |holds| holds.seats,
        }
        /// The access to W&B's registries, which older servers do not have.
        RegistryAccess {
            label: "Registry access",
            headings: &["Registry"],
            sort: FieldSort::Ascending,
            filter: Some(filter("access", FilterValues::Texts)),
            json: Some(json("registry_access")),
            csv: None,
            file: file("registry_access"),
            set_by: &[ChangeVerb::SetSeat],
            held: |holds| holds.seats,
        }
        /// The last contact with the server.
        LastActive {
            label: "Last active",
            headings: &["Seen", "Last active"],
            sort: FieldSort::Descending,
            filter: Some(filter("last", FilterValues::AgeOrNever)),
            json: Some(json("last_active")),
            csv: Some("last_active"),
            file: NO_FILE,
            set_by: &[],
            held: |holds| holds.activity,
        }
        /// The number of days with any activity.
        DaysActive {
            label: "Days active",
            headings: &["Days", "Days active"],
            sort: FieldSort::Descending,
            filter: None,
            json: None,
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: |holds| holds.activity,
        }
        /// `meta.created`.
        Created {
            label: "Created",
            headings: &["Created"],
            sort: FieldSort::Descending,
            filter: Some(filter("created", FilterValues::Age)),
            json: Some(json("created")),
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: always,
        }
        /// `meta.lastModified`.
        Modified {
            label: "Changed",
            headings: &["Changed"],
            sort: FieldSort::Descending,
            filter: None,
            json: None,
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: always,
        }
        /// Why the record could not be read.
        Problem {
            label: "",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: Some(json("problem")),
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: always,
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

    /// The fields of a filter: first those that people ask for most.
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
        Self::UserName,
        Self::Id,
        Self::Account,
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
