//! A server's known habits, beyond and beside the RFCs: told by its discovery endpoints, found out by probing, or
//! written in a profile. Everything is optional: an unknown habit is taken to be as RFC 7644 has it.
//!
//! Knows no vendor and no request.

use serde::{Deserialize, Serialize};

/// How lists are read to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagingHabit {
    /// By `startIndex` (RFC 7644 §3.4.2.4).
    Index,
    /// By `cursor` (RFC 9865).
    Cursor,
    /// The server has no paging: one answer holds everything.
    None,
}

/// How one member is taken out of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovalForm {
    /// PATCH `remove members[value eq "id"]`: the RFC's way.
    Filter,
    /// PATCH `remove members` with a `value` array. Other servers empty the group on it.
    Value,
    /// PATCH `replace members` with all who stay.
    Replace,
    /// PUT of the whole group.
    Put,
}

/// The effect of DELETE on a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletionEffect {
    /// The record is gone.
    Removes,
    /// The record stays, inactive.
    Deactivates,
    /// The request is refused.
    Refused,
}

/// The attribute that holds people's roles, where groups do not (RFC 7643 §4.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleAttribute {
    /// `roles`.
    Roles,
    /// `entitlements`.
    Entitlements,
}

impl RoleAttribute {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Entitlements => "entitlements",
        }
    }
}

/// The known habits of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct ServerQuirks {
    /// How lists are paged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paging: Option<PagingHabit>,
    /// Records a page that it gives when asked for more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// PATCH of users works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_users: Option<bool>,
    /// PATCH of groups works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_groups: Option<bool>,
    /// PATCH of users takes operations with a path; false where the value must be an object of attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_paths: Option<bool>,
    /// The form in which a member is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_member: Option<RemovalForm>,
    /// A stale `If-Match` is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<bool>,
    /// The effect of DELETE on a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_user: Option<DeletionEffect>,
    /// A filter finds the right records and no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<bool>,
    /// A filter by `meta.lastModified` finds the users that changed since a time, and no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_filter: Option<bool>,
    /// A change of a user moves the record's `meta.lastModified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_moves: Option<bool>,
    /// Operations that one bulk request may hold (RFC 7644 §3.7); 0 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk: Option<u32>,
    /// The server has groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<bool>,
    /// Groups tell their members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tells_members: Option<bool>,
    /// The attribute that holds roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_attribute: Option<RoleAttribute>,
    /// The roles that people can have there, in no order; empty where none is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

impl ServerQuirks {
    /// These habits, completed by those of `other` where these leave one open.
    pub fn or(self, other: Self) -> Self {
        Self {
            paging: self.paging.or(other.paging),
            page_size: self.page_size.or(other.page_size),
            patch_users: self.patch_users.or(other.patch_users),
            patch_groups: self.patch_groups.or(other.patch_groups),
            patch_paths: self.patch_paths.or(other.patch_paths),
            remove_member: self.remove_member.or(other.remove_member),
            versions: self.versions.or(other.versions),
            delete_user: self.delete_user.or(other.delete_user),
            filter: self.filter.or(other.filter),
            modified_filter: self.modified_filter.or(other.modified_filter),
            modified_moves: self.modified_moves.or(other.modified_moves),
            bulk: self.bulk.or(other.bulk),
            groups: self.groups.or(other.groups),
            tells_members: self.tells_members.or(other.tells_members),
            role_attribute: self.role_attribute.or(other.role_attribute),
            roles: if self.roles.is_empty() { other.roles } else { self.roles },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_better_goes_before() {
        let written = ServerQuirks { remove_member: Some(RemovalForm::Put), ..ServerQuirks::default() };
        let probed =
            ServerQuirks { remove_member: Some(RemovalForm::Value), versions: Some(false), ..ServerQuirks::default() };
        let both = written.or(probed);
        assert_eq!((both.remove_member, both.versions, both.bulk), (Some(RemovalForm::Put), Some(false), None));
        let text = serde_json::to_string(&both).unwrap();
        assert_eq!(text, r#"{"remove_member":"put","versions":false}"#);
        assert_eq!(serde_json::from_str::<ServerQuirks>(&text).unwrap(), both);
    }
}
