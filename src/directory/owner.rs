//! Whose key is in use.

use serde::{Deserialize, Serialize};

use super::{
    Id, Name,
    record::{AccountKind, User},
    side_query::AccountDetails,
};

/// The account that the key in use belongs to, as the server told it (W&B's `viewer`, SCIM's `/Me`, RFC 7644 §3.11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOwner {
    /// The same id as in the lists, or empty.
    pub id: Id,
    /// `userName`.
    pub user_name: Name,
    /// Address; empty where the server tells none.
    pub email: Name,
}

impl KeyOwner {
    /// The owner that the server told.
    pub fn of(person: &AccountDetails) -> Self {
        Self { id: person.id.clone(), user_name: person.user_name.clone(), email: person.email.clone() }
    }

    /// True for the owner's own record.
    pub fn is(&self, user: &User) -> bool {
        let same = |one: &Name, other: &Name| !one.is_empty() && one.is(other.raw());
        if !self.id.is_empty() && self.id == user.id {
            return true;
        }
        same(&self.user_name, &user.user_name)
            || (user.account != AccountKind::OrgService && same(&self.email, &user.email))
    }

    /// True for the owner's name as a person writes it: id, user name or address.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.trim();
        (!self.id.is_empty() && *self.id == *name)
            || self.user_name.is(name)
            || (!self.email.is_empty() && self.email.is(name))
    }
}
