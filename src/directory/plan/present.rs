//! The present value of what a change has set, for the conditions of an undo.

use super::already;
use crate::directory::{
    Directory, Id,
    change::Change,
    record::{ReadDepth, RoleGrant},
};

/// The value that the directory shows if the change's own value is known to be gone; otherwise `None`.
pub(super) fn otherwise(change: &Change, directory: &Directory) -> Option<String> {
    if already(change, directory) {
        return None;
    }
    let user = |id: &Id| directory.user(id);
    let role_of = |grants: &[RoleGrant], scope| {
        grants
            .iter()
            .find(|grant| grant.scope == scope)
            .map_or_else(|| "none".to_owned(), |grant| grant.role.to_string())
    };
    let value = |told: &crate::directory::MaybeTold| {
        told.is_told().then(|| {
            if told.is_none() { "none".to_owned() } else { told.value().map_or_else(String::new, ToString::to_string) }
        })
    };
    match change {
        Change::SetOrgRole { user: id, .. } => value(&user(id)?.org_role),
        Change::SetTeamRole { user: id, team, .. } if directory.teams_of(id).contains(team) => {
            let name = &directory.team(team)?.name;
            user(id)?.role_in(name).map(ToString::to_string)
        }
        Change::RemoveMember { user: id, team } => {
            let name = &directory.team(team)?.name;
            let role = user(id).and_then(|user| user.role_in(name));
            let member = || role.map_or_else(|| "a member".to_owned(), |role| format!("a member, {role}"));
            directory.teams_of(id).contains(team).then(member)
        }
        Change::SetTeamRole { team, .. } | Change::AddMember { team, .. } => {
            let team = directory.team(team).filter(|team| !directory.is_perhaps_cut(team))?;
            team.members.as_ref().map(|_| "no member".to_owned())
        }
        Change::SetActive { user: id, .. } => {
            user(id)?.active.map(|active| if active { "active" } else { "inactive" }.to_owned())
        }
        Change::SetDisplayName { user: id, .. } => {
            let user = user(id).filter(|user| user.depth == ReadDepth::Full || !user.display_name.is_empty())?;
            Some(if user.display_name.is_empty() { "none".to_owned() } else { user.display_name.to_string() })
        }
        Change::SetEmail { user: id, .. } => {
            let user = user(id).filter(|user| user.depth == ReadDepth::Full || !user.email.is_empty())?;
            Some(if user.email.is_empty() { "none".to_owned() } else { user.email.to_string() })
        }
        Change::SetSeat { user: id, seat, .. } => value(user(id)?.seat(*seat)),
        Change::SetRegistryRole { user: id, registry, .. } => {
            let user = user(id).filter(|user| user.depth == ReadDepth::Full)?;
            Some(role_of(&user.registry_roles, registry.clone()))
        }
        // A list that shows no role there is no sign of another value.
        Change::RemoveRegistryRole { user: id, registry: Some(registry) } => {
            let grants = &user(id)?.registry_roles;
            grants.iter().find(|grant| grant.scope == *registry).map(|grant| grant.role.to_string())
        }
        Change::EditRole { role, .. } => directory.role(role).map(|_| "another definition".to_owned()),
        Change::SetAttribute { target, path, .. } => {
            let now = crate::scim::schema::at(directory.resource(target)?, path);
            Some(now.map_or_else(|| "nothing".to_owned(), crate::directory::attributes::shown))
        }
        // For created or deleted records the content is irrelevant: the undo deletes or creates the record, and the
        // server refuses an undo if the name is missing or taken.
        Change::CreateUser { .. }
        | Change::CreateTeam { .. }
        | Change::CreateRole { .. }
        | Change::CreateService { .. }
        | Change::CreateKey { .. }
        | Change::Invite { .. }
        | Change::RevokeInvite { .. }
        | Change::DeleteUser { .. }
        | Change::DeleteTeam { .. }
        | Change::DeleteRole { .. }
        | Change::DeleteKey { .. }
        | Change::RemoveRegistryRole { registry: None, .. } => None,
        // Other members may have come and gone; the undo names the members that are put back.
        Change::ReplaceMembers { .. } => None,
    }
}
