//! The fields of a custom role.

use super::{
    FieldSort, FieldSpec, FilterValues, NO_FILE, always, fields, file, file_names, filter, json, json_in_part,
};
use crate::directory::change::ChangeVerb;

fields! {
    /// A field of a custom role.
    RoleField {
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
        /// The name.
        Name {
            label: "Name",
            headings: &["Role"],
            sort: FieldSort::Ascending,
            filter: Some(filter("name", FilterValues::Texts)),
            json: Some(json("role")),
            csv: Some("role"),
            file: file_names(Some("custom_role"), Some("role")),
            set_by: &[ChangeVerb::EditRole],
            held: always,
        }
        /// The predefined role that it builds on.
        Inherits {
            label: "Inherits from",
            headings: &["Inherits"],
            sort: FieldSort::Ascending,
            filter: Some(filter("inherits", FilterValues::Texts)),
            json: Some(json("inherits")),
            csv: Some("inherits"),
            file: file("inherits"),
            set_by: &[ChangeVerb::EditRole],
            held: |holds| holds.custom_roles,
        }
        /// Free text.
        Description {
            label: "Description",
            headings: &["Description"],
            sort: FieldSort::No,
            filter: Some(filter("description", FilterValues::Texts)),
            json: Some(json("description")),
            csv: Some("description"),
            file: file("description"),
            set_by: &[ChangeVerb::EditRole],
            held: always,
        }
        /// The permissions that it adds; a column has their number. A filter looks at the inherited ones, too.
        Permissions {
            label: "Adds",
            headings: &["Added"],
            sort: FieldSort::Descending,
            filter: Some(filter("permission", FilterValues::Texts)),
            json: Some(json("permissions")),
            csv: Some("permissions"),
            file: file_names(Some("permission"), Some("permissions")),
            set_by: &[ChangeVerb::EditRole],
            held: |holds| holds.custom_roles,
        }
        /// The number of users who hold it.
        Holders {
            label: "Held by",
            headings: &["Holders"],
            sort: FieldSort::Descending,
            filter: Some(filter("holders", FilterValues::Number)),
            json: Some(json_in_part("holders", "holders_complete")),
            csv: Some("holders"),
            file: NO_FILE,
            set_by: &[],
            held: always,
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

impl RoleField {
    /// The columns of `scimitar roles`.
    pub const IN_CSV: &[Self] =
        &[Self::Name, Self::Inherits, Self::Holders, Self::Permissions, Self::Description, Self::Id];

    /// The fields of a filter, in the order of the help.
    pub const IN_FILTERS: &[Self] =
        &[Self::Name, Self::Inherits, Self::Permissions, Self::Description, Self::Holders, Self::Created, Self::Id];
}
