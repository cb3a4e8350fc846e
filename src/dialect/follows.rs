//! Which attributes of a record a change is about: what else becomes different in it was not asked for. Knows no vendor.

use crate::{directory::change::Change, scim::schema};

/// True if the change alters the attribute, or the attribute follows from what it alters.
pub(super) fn follows(change: &Change, attribute: &str) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(attribute));
    match change {
        Change::SetOrgRole { .. } => is(&["roles", "entitlements"]),
        Change::SetActive { .. } => is(&["active"]),
        Change::SetDisplayName { .. } => is(&["displayName", "name", "nickName"]),
        Change::SetAttribute { path, .. } => {
            let whole = if schema::is_urn(path) { path } else { path.split('.').next().unwrap_or(path) };
            let names = is(&["displayName", "name", "nickName"]);
            let of_name = ["name", "displayName"].iter().any(|name| name.eq_ignore_ascii_case(whole));
            whole.eq_ignore_ascii_case(attribute) || path.starts_with(attribute) || (of_name && names)
        }
        // All of it is theirs.
        Change::CreateRole { .. } | Change::EditRole { .. } | Change::DeleteRole { .. } => true,
        // A deletion that only deactivates is told as that.
        Change::DeleteUser { .. } => is(&["active"]),
        // Members and addresses are compared one by one.
        Change::SetEmail { .. }
        | Change::AddMember { .. }
        | Change::RemoveMember { .. }
        | Change::ReplaceMembers { .. }
        | Change::SetTeamRole { .. }
        | Change::CreateUser { .. }
        | Change::CreateTeam { .. }
        | Change::DeleteTeam { .. }
        | Change::SetSeat { .. }
        | Change::SetRegistryRole { .. }
        | Change::RemoveRegistryRole { .. }
        | Change::CreateService { .. }
        | Change::Invite { .. }
        | Change::RevokeInvite { .. }
        | Change::CreateKey { .. }
        | Change::DeleteKey { .. } => false,
    }
}
