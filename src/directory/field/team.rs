//! The fields of a team.

use super::{
    CHOSEN, FieldSort, FieldSpec, FilterValues, fields, file, file_names, filter, json, json_in_part, number_column,
    text_column,
};
use crate::directory::change::ChangeVerb;

fields! {
    /// A field of a team.
    TeamField {
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
        /// `displayName`. In a CSV a row without a user names a team in the column of users' teams.
        Name {
            label: "Name",
            headings: &["Team"],
            width: Some(text_column(14, 48, 0)),
            sort: FieldSort::Ascending,
            filter: Some(filter("name", FilterValues::Texts)),
            json: Some(json("team")),
            csv: Some("team"),
            file: file("team"),
            ..FieldSpec::NOTHING
        }
        /// The members: listed in a document, a number elsewhere.
        Members {
            label: "Members",
            headings: &["Members"],
            width: Some(number_column(9, 9, 1)),
            sort: FieldSort::Descending,
            filter: Some(filter("members", FilterValues::Number)),
            json: Some(json("members")),
            csv: Some("members"),
            file: file_names(None, Some("members")),
            set_by: &[ChangeVerb::AddMember, ChangeVerb::RemoveMember, ChangeVerb::ReplaceMembers],
            ..FieldSpec::NOTHING
        }
        /// The names of the members.
        MemberNames {
            label: "Members",
            filter: Some(filter("member", FilterValues::Texts)),
            ..FieldSpec::NOTHING
        }
        /// Members that are no users.
        Others {
            label: "Others",
            file: file_names(None, Some("others")),
            set_by: &[ChangeVerb::AddMember, ChangeVerb::RemoveMember],
            ..FieldSpec::NOTHING
        }
        /// The identity provider's id: sent to a server, never read back.
        ExternalId {
            label: "External id",
            file: file_names(None, Some("external_id")),
            ..FieldSpec::NOTHING
        }
        /// The role that a team gives, if roles are mapped; the profile holds the mapping.
        Gives {
            label: "Gives the role",
            headings: &["Gives", "Gives role"],
            width: Some(text_column(8, 16, 2)),
            held: |holds| holds.mapped,
            ..FieldSpec::NOTHING
        }
        /// The active admins. Not sorted: the count visits every member of every team.
        Admins {
            label: "Admins",
            headings: &["Admins"],
            width: Some(number_column(6, 6, 2)),
            filter: Some(filter("admins", FilterValues::Number)),
            json: Some(json_in_part("admins", "admins_complete")),
            csv: Some("admins"),
            set_by: &[ChangeVerb::SetTeamRole],
            held: |holds| holds.team_roles,
            ..FieldSpec::NOTHING
        }
        /// `meta.created`.
        Created {
            label: "Created",
            headings: &["Created"],
            width: Some(text_column(10, 10, 3)),
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

impl TeamField {
    /// The columns of `scimitar teams`.
    pub const IN_CSV: &[Self] = &[Self::Name, Self::Members, Self::Admins, Self::Id];

    /// The fields of a filter, in the order of the help.
    pub const IN_FILTERS: &[Self] =
        &[Self::Name, Self::Members, Self::Admins, Self::MemberNames, Self::Created, Self::Id];
}
