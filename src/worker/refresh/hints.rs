//! Facts about the server that the records of a list show.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    dialect::Dialect,
    directory::{
        Name,
        record::{Record, User},
        role_source::SEVERAL,
    },
    scim::quirks::{RoleAttribute, ServerQuirks},
};

/// More different roles than this are no roles that a person picks from.
const MOST_ROLES: usize = 100;

/// Facts seen in the records so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordHints {
    /// The roles that people's own records hold, and the attribute that holds them.
    roles: Vec<String>,
    attribute: Option<RoleAttribute>,
    /// How a record's shape contradicts the profile's settings for the server.
    #[serde(skip)]
    pub contradiction: Option<&'static str>,
    /// The organisation of the records, where they tell it.
    pub organisation: Option<Name>,
}

impl RecordHints {
    /// Looks at a record and its resource.
    pub fn note(&mut self, record: &Record, raw: &RawValue) {
        if let Record::User(user) = record {
            self.note_role(user, raw);
        }
    }

    /// Looks for signs of the server's hosting and organisation in a record.
    pub fn note_server(&mut self, record: &Record, raw: &RawValue, dialect: &dyn Dialect, is_early: bool) {
        match record {
            Record::User(user) if is_early || user.account.is_service() => {
                self.contradiction = self.contradiction.or_else(|| dialect.shape_contradicted(raw));
            }
            Record::Role(role) if self.organisation.is_none() && !role.organisation.is_empty() => {
                self.organisation = Some(role.organisation.clone());
            }
            Record::User(_) | Record::Team(_) | Record::Role(_) => {}
        }
    }

    /// These facts together with those of a later page.
    pub fn then(mut self, later: Self) -> Self {
        let new = later.roles.into_iter().filter(|role| !self.roles.contains(role)).collect::<Vec<_>>();
        self.roles.extend(new);
        self.roles.truncate(MOST_ROLES);
        Self {
            roles: self.roles,
            attribute: self.attribute.or(later.attribute),
            contradiction: self.contradiction.or(later.contradiction),
            organisation: self.organisation.or(later.organisation),
        }
    }

    /// The facts about roles that the list of users shows.
    pub fn habits(&self) -> ServerQuirks {
        let mut roles = self.roles.clone();
        roles.sort();
        ServerQuirks { role_attribute: self.attribute, roles, ..ServerQuirks::default() }
    }

    fn note_role(&mut self, user: &User, raw: &RawValue) {
        let Some(held) = user.org_role.value() else { return };
        if self.attribute.is_none() {
            let named = mentions(raw, "\"roles\"");
            self.attribute = Some(if named { RoleAttribute::Roles } else { RoleAttribute::Entitlements });
        }
        for role in held.raw().split(SEVERAL).map(str::trim) {
            if self.roles.len() < MOST_ROLES && !self.roles.iter().any(|known| known == role) {
                self.roles.push(role.to_owned());
            }
        }
    }
}

fn mentions(raw: &RawValue, what: &str) -> bool {
    raw.get().to_ascii_lowercase().contains(what)
}
