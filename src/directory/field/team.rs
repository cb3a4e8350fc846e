//! The fields of a team.

use super::{
    FieldSort, FieldSpec, FilterValues, NO_FILE, always, fields, file, file_names, filter, json, json_in_part,
};
use crate::directory::change::ChangeVerb;

fields! {
    /// A field of a team.
    TeamField {
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
        /// `displayName`. In a CSV a row without a user names a team in the column of users' teams.
        Name {
            label: "Name",
            headings: &["Team"],
            sort: FieldSort::Ascending,
            filter: Some(filter("name", FilterValues::Texts)),
            json: Some(json("team")),
            csv: Some("team"),
            file: file("team"),
            set_by: &[],
            held: always,
        }
        /// The members: a document lists them, elsewhere they are a number.
        Members {
            label: "Members",
            headings: &["Members"],
            sort: FieldSort::Descending,
            filter: Some(filter("members", FilterValues::Number)),
            json: Some(json("members")),
            csv: Some("members"),
            file: file_names(None, Some("members")),
            set_by: &[ChangeVerb::AddMember, ChangeVerb::RemoveMember, ChangeVerb::ReplaceMembers],
            held: always,
        }
        /// The names of the members.
        MemberNames {
            label: "Members",
            headings: &[],
            sort: FieldSort::No,
            filter: Some(filter("member", FilterValues::Texts)),
            json: None,
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: always,
        }
        /// Members that are no users.
        Others {
            label: "Others",
            headings: &[],
            sort: FieldSort::No,
            filter: None,
            json: None,
            csv: None,
            file: file_names(None, Some("others")),
            set_by: &[ChangeVerb::AddMember, ChangeVerb::RemoveMember],
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
            file: file_names(None, Some("external_id")),
            set_by: &[],
            held: always,
        }
        /// The role that a team gives where roles are mapped: the profile's, not the record's.
        Gives {
            label: "Gives the role",
            headings: &["Gives", "Gives role"],
            sort: FieldSort::No,
            filter: None,
            json: None,
            csv: None,
            file: NO_FILE,
            set_by: &[],
            held: |holds| holds.mapped,
        }
        /// The active admins. No order: counting them takes a look at every member of every team.
        Admins {
            label: "Admins",
            headings: &["Admins"],
            sort: FieldSort::No,
            filter: Some(filter("admins", FilterValues::Number)),
            json: Some(json_in_part("admins", "admins_complete")),
            csv: Some("admins"),
            file: NO_FILE,
            set_by: &[ChangeVerb::SetTeamRole],
            held: |holds| holds.team_roles,
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

impl TeamField {
    /// The columns of `scimitar teams`.
    pub const IN_CSV: &[Self] = &[Self::Name, Self::Members, Self::Admins, Self::Id];

    /// The fields of a filter, in the order of the help.
    pub const IN_FILTERS: &[Self] =
        &[Self::Name, Self::Members, Self::Admins, Self::MemberNames, Self::Created, Self::Id];
}
