//! What the records of a list tell of their server beside themselves.

use serde_json::{Value, value::RawValue};

use crate::{
    directory::{
        record::{Record, User},
        role_source::SEVERAL,
    },
    scim::{
        habits::{Habits, RoleAttribute},
        json::Fields,
    },
};

/// More different roles than this are no roles that a person picks from.
const MOST_ROLES: usize = 100;

/// What was seen in the records so far.
#[derive(Debug, Default)]
pub struct Hints {
    /// The roles that people's own records hold, and in which attribute.
    roles: Vec<String>,
    attribute: Option<RoleAttribute>,
    /// Somebody is said to be in a group.
    in_groups: bool,
    /// There are groups, and whether one of them says who is in it.
    groups: bool,
    members: bool,
}

impl Hints {
    /// Looks at a record and its resource.
    pub fn note(&mut self, record: &Record, raw: &RawValue) {
        match record {
            Record::User(user) => {
                self.note_role(user, raw);
                self.in_groups = self.in_groups || (mentions(raw, "\"groups\"") && is_in_groups(raw));
            }
            Record::Team(_) => {
                self.groups = true;
                self.members = self.members || mentions(raw, "\"members\"");
            }
            Record::Role(_) => {}
        }
    }

    /// These, and what a later page tells.
    pub fn then(mut self, later: Self) -> Self {
        let new = later.roles.into_iter().filter(|role| !self.roles.contains(role)).collect::<Vec<_>>();
        self.roles.extend(new);
        self.roles.truncate(MOST_ROLES);
        Self {
            roles: self.roles,
            attribute: self.attribute.or(later.attribute),
            in_groups: self.in_groups || later.in_groups,
            groups: self.groups || later.groups,
            members: self.members || later.members,
        }
    }

    /// What the list of users tells of roles.
    pub fn habits(&self) -> Habits {
        let mut roles = self.roles.clone();
        roles.sort();
        Habits { role_attribute: self.attribute, roles, ..Habits::default() }
    }

    /// True where people are said to be in groups, and no group says who is in it: then that is not known of any. No
    /// members alone are nobody (RFC 7643 §2.5).
    pub fn members_hidden(users: &Self, groups: &Self) -> bool {
        users.in_groups && groups.groups && !groups.members
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

fn is_in_groups(raw: &RawValue) -> bool {
    let user: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    Fields::of(&user, "$").is_ok_and(|fields| !fields.objects("groups").is_empty())
}
