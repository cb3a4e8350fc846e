//! The ids in a change. Provisional ids are replaced once the server has given its own.

use super::Change;
use crate::directory::{Id, RecordKind, ResourceRef};

impl Change {
    /// All ids, in no particular order, each with the kind of its record: a user and a team can have the same id.
    /// Invitations and API keys are no records.
    fn ids_mut(&mut self) -> Vec<(Option<RecordKind>, &mut Id)> {
        match self {
            Change::SetOrgRole { user, .. }
            | Change::SetActive { user, .. }
            | Change::DeleteUser { user }
            | Change::SetDisplayName { user, .. }
            | Change::SetEmail { user, .. }
            | Change::SetSeat { user, .. }
            | Change::SetRegistryRole { user, .. }
            | Change::RemoveRegistryRole { user, .. } => vec![of_user(user)],
            Change::SetTeamRole { user, team, .. }
            | Change::AddMember { team, user }
            | Change::RemoveMember { team, user } => vec![of_team(team), of_user(user)],
            Change::CreateUser { key, .. } => vec![of_user(key)],
            Change::CreateRole { key, .. } => vec![of_role(key)],
            Change::CreateTeam { key, members, .. } => {
                std::iter::once(of_team(key)).chain(members.iter_mut().map(of_user)).collect()
            }
            Change::DeleteTeam { team } => vec![of_team(team)],
            Change::EditRole { role, .. } | Change::DeleteRole { role } => vec![of_role(role)],
            Change::CreateService { key, service } => vec![of_user(key), of_team(&mut service.team)],
            Change::ReplaceMembers { team, stay, come, go } => {
                let people = stay.iter_mut().chain(come).chain(go).map(of_user);
                std::iter::once(of_team(team)).chain(people).collect()
            }
            Change::Invite { key, team, .. } => vec![(None, key), of_team(team)],
            Change::RevokeInvite { team, invite, .. } => vec![of_team(team), (None, invite)],
            Change::CreateKey { key, owner, .. } | Change::DeleteKey { owner, key, .. } => {
                vec![of_user(owner), (None, key)]
            }
            Change::SetAttribute { target, .. } => vec![(Some(target.kind), &mut target.id)],
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

    /// The user that the change is about, if it is a single existing user.
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
            Change::SetAttribute { target, .. } => (target.kind == RecordKind::User).then_some(&target.id),
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

    /// The provisional id of the record that the change creates; `None` also if it creates an invitation or an API key.
    pub fn creation(&self) -> Option<ResourceRef> {
        let key = self.creates()?;
        self.clone().ids_mut().into_iter().find_map(|(kind, id)| {
            let kind = kind.filter(|_| id == key)?;
            Some(ResourceRef { kind, id: key.clone() })
        })
    }

    /// The change with its records replaced as the map says.
    pub fn with_records(mut self, map: impl Fn(&ResourceRef) -> Option<Id>) -> Self {
        for (kind, id) in self.ids_mut() {
            let other = kind.and_then(|kind| map(&ResourceRef { kind, id: id.clone() }));
            if let Some(other) = other {
                *id = other;
            }
        }
        self
    }

    /// The change with its provisional ids replaced as the map says. Provisional ids are unique across kinds.
    pub fn with_ids(mut self, map: impl Fn(&Id) -> Option<Id>) -> Self {
        for (_, id) in self.ids_mut() {
            if let Some(other) = map(id) {
                *id = other;
            }
        }
        self
    }

    /// The provisional ids of other records in the change: it can be sent only after the server has created them.
    pub fn waits_for(&self) -> Vec<Id> {
        let own = self.creates().cloned();
        let mut copy = self.clone();
        let ids = copy.ids_mut();
        ids.into_iter()
            .map(|(_, id)| id.clone())
            .filter(|id| id.starts_with("new:") && Some(id) != own.as_ref())
            .collect()
    }
}

fn of_user(id: &mut Id) -> (Option<RecordKind>, &mut Id) {
    (Some(RecordKind::User), id)
}

fn of_team(id: &mut Id) -> (Option<RecordKind>, &mut Id) {
    (Some(RecordKind::Team), id)
}

fn of_role(id: &mut Id) -> (Option<RecordKind>, &mut Id) {
    (Some(RecordKind::Role), id)
}
