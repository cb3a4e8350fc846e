//! The fields of a custom role.

use super::{
    CHOSEN, FieldSort, FieldSpec, FilterValues, fields, file, file_names, filter, json, json_in_part, number_column,
    text_column,
};
use crate::directory::change::ChangeVerb;

fields! {
    /// A field of a custom role.
    RoleField {
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
        /// The name.
        Name {
            label: "Name",
            headings: &["Role"],
            width: Some(text_column(14, 32, 0)),
            sort: FieldSort::Ascending,
            filter: Some(filter("name", FilterValues::Texts)),
            json: Some(json("role")),
            csv: Some("role"),
            file: file_names(Some("custom_role"), Some("role")),
            set_by: &[ChangeVerb::EditRole],
            ..FieldSpec::NOTHING
        }
        /// The predefined role that it builds on.
        Inherits {
            label: "Inherits from",
            headings: &["Inherits"],
            width: Some(text_column(10, 12, 2)),
            sort: FieldSort::Ascending,
            filter: Some(filter("inherits", FilterValues::Texts)),
            json: Some(json("inherits")),
            csv: Some("inherits"),
            file: file("inherits"),
            set_by: &[ChangeVerb::EditRole],
            held: |holds| holds.custom_roles,
            ..FieldSpec::NOTHING
        }
        /// Free text.
        Description {
            label: "Description",
            headings: &["Description"],
            width: Some(text_column(12, 60, 4)),
            filter: Some(filter("description", FilterValues::Texts)),
            json: Some(json("description")),
            csv: Some("description"),
            file: file("description"),
            set_by: &[ChangeVerb::EditRole],
            ..FieldSpec::NOTHING
        }
        /// The added permissions; a column has their number. A filter searches the inherited ones, too.
        Permissions {
            label: "Adds",
            headings: &["Added"],
            width: Some(number_column(5, 5, 1)),
            sort: FieldSort::Descending,
            filter: Some(filter("permission", FilterValues::Texts)),
            json: Some(json("permissions")),
            csv: Some("permissions"),
            file: file_names(Some("permission"), Some("permissions")),
            set_by: &[ChangeVerb::EditRole],
            held: |holds| holds.custom_roles,
            ..FieldSpec::NOTHING
        }
        /// The number of users who hold it.
        Holders {
            label: "Held by",
            headings: &["Holders"],
            width: Some(number_column(7, 7, 3)),
            sort: FieldSort::Descending,
            filter: Some(filter("holders", FilterValues::Number)),
            json: Some(json_in_part("holders", "holders_complete")),
            csv: Some("holders"),
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

impl RoleField {
    /// The columns of `scimitar roles`.
    pub const IN_CSV: &[Self] =
        &[Self::Name, Self::Inherits, Self::Holders, Self::Permissions, Self::Description, Self::Id];

    /// The fields of a filter, in the order of the help.
    pub const IN_FILTERS: &[Self] =
        &[Self::Name, Self::Inherits, Self::Permissions, Self::Description, Self::Holders, Self::Created, Self::Id];
}
