//! A record as JSON: members named by the field table, values as the server wrote them.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{FieldReader, FieldValue, GrantRef, RecordField, RecordRef};
use crate::directory::{Name, record::AccountKind};

/// A record with all fields that JSON has.
pub struct JsonRecord<'a> {
    /// Reads the values.
    pub reader: FieldReader<'a>,
    /// The record.
    pub record: RecordRef<'a>,
}

impl Serialize for JsonRecord<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for field in RecordField::of(self.record.kind()) {
            let Some(names) = field.spec().json else { continue };
            let value = self.reader.value(self.record, field);
            if value == FieldValue::Absent {
                continue;
            }
            map.serialize_entry(names.value, &value)?;
            if let Some(complete) = names.complete.filter(|_| value.is_in_part()) {
                map.serialize_entry(complete, &false)?;
            }
        }
        map.end()
    }
}

/// `null` is not told, an empty text is none.
impl Serialize for FieldValue<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::NotTold => to.serialize_none(),
            Self::Text(text) => to.serialize_str(text.raw()),
            Self::Id(id) => to.serialize_str(id),
            Self::Active(active) => to.serialize_bool(*active),
            Self::Account(account) => kind_of(*account).serialize(to),
            Self::Count { known, .. } => known.serialize(to),
            Self::Names { names, complete: false } if names.is_empty() => to.serialize_none(),
            Self::Names { names, .. } => to.collect_seq(names.iter().map(|name| name.raw())),
            Self::Grants { grants, complete: false } if grants.is_empty() => to.serialize_none(),
            Self::Grants { grants, .. } => to.collect_seq(grants.iter().map(Place::of)),
            Self::Time(at) => at.serialize(to),
            Self::Never => to.serialize_str("never"),
            Self::Problem(problem) => to.collect_str(&format_args!("{}: {}", problem.path, problem.why)),
        }
    }
}

/// A role in one place.
#[derive(Serialize)]
struct Place<'a> {
    name: &'a str,
    /// `null` if the role is not known, or if there are no roles.
    role: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(grant: &GrantRef<'a>) -> Self {
        Self { name: grant.scope.raw(), role: grant.role.map(Name::raw) }
    }
}

fn kind_of(account: AccountKind) -> Option<&'static str> {
    match account {
        AccountKind::Unsaid => None,
        AccountKind::Person => Some("person"),
        AccountKind::TeamService | AccountKind::OrgService => Some("service account"),
    }
}
