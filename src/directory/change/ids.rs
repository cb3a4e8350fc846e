//! The ids that a change speaks of: provisional ones are exchanged once the server has given its own.

use super::Change;
use crate::directory::{Id, Kind};

impl Change {
    /// All of them, in no order that means anything.
    pub fn ids_mut(&mut self) -> Vec<&mut Id> {
        match self {
            Change::SetOrgRole { user, .. }
            | Change::SetActive { user, .. }
            | Change::DeleteUser { user }
            | Change::SetDisplayName { user, .. }
            | Change::SetEmail { user, .. }
            | Change::SetSeat { user, .. }
            | Change::SetRegistryRole { user, .. }
            | Change::RemoveRegistryRole { user, .. } => vec![user],
            Change::SetTeamRole { user, team, .. }
            | Change::AddMember { team, user }
            | Change::RemoveMember { team, user } => vec![team, user],
            Change::CreateUser { key, .. } | Change::CreateRole { key, .. } => vec![key],
            Change::CreateTeam { key, members, .. } => std::iter::once(key).chain(members).collect(),
            Change::DeleteTeam { team } => vec![team],
            Change::EditRole { role, .. } | Change::DeleteRole { role } => vec![role],
            Change::CreateService { key, service } => vec![key, &mut service.team],
            Change::ReplaceMembers { team, stay, come, go } => {
                std::iter::once(team).chain(stay).chain(come).chain(go).collect()
            }
            Change::Invite { key, team, .. } => vec![key, team],
            Change::RevokeInvite { team, invite, .. } => vec![team, invite],
            Change::CreateKey { key, owner, .. } | Change::DeleteKey { owner, key, .. } => vec![owner, key],
            Change::SetAttribute { target, .. } => vec![&mut target.id],
        }
    }

    /// In which team it is, where that is one.
    pub fn team(&self) -> Option<&Id> {
        match self {
            Change::SetTeamRole { team, .. }
            | Change::AddMember { team, .. }
            | Change::RemoveMember { team, .. }
            | Change::DeleteTeam { team }
            | Change::ReplaceMembers { team, .. }
            | Change::Invite { team, .. }
            | Change::RevokeInvite { team, .. } => Some(team),
            Change::CreateTeam { key, .. } => Some(key),
            Change::CreateService { service, .. } => Some(&service.team),
            Change::SetOrgRole { .. }
            | Change::CreateUser { .. }
            | Change::SetActive { .. }
            | Change::DeleteUser { .. }
            | Change::SetDisplayName { .. }
            | Change::SetEmail { .. }
            | Change::CreateRole { .. }
            | Change::EditRole { .. }
            | Change::DeleteRole { .. }
            | Change::SetSeat { .. }
            | Change::SetRegistryRole { .. }
            | Change::RemoveRegistryRole { .. }
            | Change::CreateKey { .. }
            | Change::SetAttribute { .. }
            | Change::DeleteKey { .. } => None,
        }
    }

    /// Whom it is about, where that is one user who is there.
    pub fn person(&self) -> Option<&Id> {
        match self {
            Change::SetOrgRole { user, .. }
            | Change::SetTeamRole { user, .. }
            | Change::AddMember { user, .. }
            | Change::RemoveMember { user, .. }
            | Change::SetActive { user, .. }
            | Change::DeleteUser { user }
            | Change::SetDisplayName { user, .. }
            | Change::SetEmail { user, .. }
            | Change::SetSeat { user, .. }
            | Change::SetRegistryRole { user, .. }
            | Change::RemoveRegistryRole { user, .. } => Some(user),
            Change::SetAttribute { target, .. } => (target.kind == Kind::User).then_some(&target.id),
            Change::CreateUser { .. }
            | Change::CreateTeam { .. }
            | Change::DeleteTeam { .. }
            | Change::CreateRole { .. }
            | Change::EditRole { .. }
            | Change::DeleteRole { .. }
            | Change::CreateService { .. }
            | Change::ReplaceMembers { .. }
            | Change::Invite { .. }
            | Change::RevokeInvite { .. }
            | Change::CreateKey { .. }
            | Change::DeleteKey { .. } => None,
        }
    }

    /// The provisional id of what it creates.
    pub fn creates(&self) -> Option<&Id> {
        match self {
            Change::CreateUser { key, .. }
            | Change::CreateRole { key, .. }
            | Change::CreateTeam { key, .. }
            | Change::CreateService { key, .. }
            | Change::Invite { key, .. }
            | Change::CreateKey { key, .. } => Some(key),
            Change::SetOrgRole { .. }
            | Change::SetTeamRole { .. }
            | Change::AddMember { .. }
            | Change::RemoveMember { .. }
            | Change::SetActive { .. }
            | Change::DeleteUser { .. }
            | Change::DeleteTeam { .. }
            | Change::SetDisplayName { .. }
            | Change::SetEmail { .. }
            | Change::EditRole { .. }
            | Change::DeleteRole { .. }
            | Change::SetSeat { .. }
            | Change::SetRegistryRole { .. }
            | Change::RemoveRegistryRole { .. }
            | Change::ReplaceMembers { .. }
            | Change::RevokeInvite { .. }
            | Change::SetAttribute { .. }
            | Change::DeleteKey { .. } => None,
        }
    }

    /// The same change with other ids where the map has one.
    pub fn with_ids(mut self, map: impl Fn(&Id) -> Option<Id>) -> Self {
        for id in self.ids_mut() {
            if let Some(other) = map(id) {
                *id = other;
            }
        }
        self
    }

    /// The provisional ids of others that it speaks of: it can only be sent once the server has created them.
    pub fn waits_for(&self) -> Vec<Id> {
        let own = self.creates().cloned();
        let mut copy = self.clone();
        let ids = copy.ids_mut();
        ids.into_iter()
            .filter(|id| id.starts_with("new:") && Some(&**id) != own.as_ref())
            .map(|id| id.clone())
            .collect()
    }
}
