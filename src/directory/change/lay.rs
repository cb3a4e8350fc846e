//! The effect of a change on the records that it alters: the state on the screen before the server has answered.

use super::{Change, NewUser, RoleDraft};
use crate::directory::{
    Id, MaybeTold, Name,
    field::UserField,
    record::{AccountKind, LastActive, Member, Permission, ReadDepth, Record, Role, RoleGrant, Team, User},
};

impl Change {
    /// The record as it will be on screen before the server has one, for changes that create.
    pub fn created(&self) -> Option<Record> {
        match self {
            Change::CreateUser { key, user } => Some(Record::User(new_user(key, user))),
            Change::CreateTeam { key, name, members, .. } => Some(Record::Team(Team {
                id: key.clone(),
                name: Name::from(name.as_str()),
                members: Some(members.iter().map(|id| Member { id: id.clone(), display: Name::default() }).collect()),
                ..Team::default()
            })),
            Change::CreateRole { key, role } => {
                let mut record = Role { id: key.clone(), ..Role::default() };
                define(&mut record, role);
                Some(Record::Role(record))
            }
            Change::CreateService { key, service } => Some(Record::User(User {
                id: key.clone(),
                user_name: Name::from(service.name.as_str()),
                active: Some(true),
                account: if service.organisation { AccountKind::OrgService } else { AccountKind::TeamService },
                depth: ReadDepth::Full,
                ..User::default()
            })),
            _ => None,
        }
    }

    /// Applies the change to a user. `team_name` resolves a team's id.
    pub fn apply_to_user(&self, record: &mut User, team_name: impl Fn(&Id) -> Option<Name>) {
        match self {
            Change::SetOrgRole { role, .. } => record.org_role = role.clone().into(),
            Change::SetTeamRole { team, role, .. } => {
                if let Some(scope) = team_name(team) {
                    let grants = record.team_roles.get_or_insert_default();
                    match grants.iter_mut().find(|grant| grant.scope == scope) {
                        Some(grant) => grant.role = role.clone(),
                        None => grants.push(RoleGrant { scope, role: role.clone() }),
                    }
                }
            }
            Change::SetSeat { seat, to, .. } => {
                if let Some(text) = &UserField::of_seat(*seat).spec().text {
                    *(text.of_mut)(record) = to.clone().into();
                }
            }
            Change::SetRegistryRole { registry, role, .. } => {
                let grants = &mut record.registry_roles;
                match grants.iter_mut().find(|grant| grant.scope == *registry) {
                    Some(grant) => grant.role = role.clone(),
                    None => grants.push(RoleGrant { scope: registry.clone(), role: role.clone() }),
                }
            }
            Change::RemoveRegistryRole { registry, .. } => {
                record.registry_roles.retain(|grant| registry.as_ref().is_some_and(|gone| grant.scope != *gone));
            }
            Change::ReplaceMembers { team, go, .. } if go.contains(&record.id) => {
                if let (Some(grants), Some(scope)) = (record.team_roles.as_mut(), team_name(team)) {
                    grants.retain(|grant| grant.scope != scope);
                }
            }
            Change::RemoveMember { team, .. } => {
                if let (Some(grants), Some(scope)) = (record.team_roles.as_mut(), team_name(team)) {
                    grants.retain(|grant| grant.scope != scope);
                }
            }
            Change::SetActive { active, .. } => record.active = Some(*active),
            Change::SetDisplayName { to, .. } => record.display_name = Name::from(to.as_str()),
            Change::SetEmail { to, .. } => record.email = Name::from(to.as_str()),
            Change::SetAttribute { path, to, .. } => {
                if let Some(name) = self.renames("userName") {
                    record.user_name = Name::from(name);
                }
                if let Some(text) = UserField::of_attribute(path) {
                    let to = to.as_ref().and_then(|to| to.as_str());
                    *(text.of_mut)(record) = to.map_or_else(MaybeTold::none, |to| Name::from(to).into());
                }
            }
            _ => {}
        }
    }

    /// Lays the change over a team.
    pub fn apply_to_team(&self, record: &mut Team) {
        let inside = self.joins().is_some_and(|user| record.has(user));
        self.apply_to_members(record, inside);
    }

    /// Like [`Self::apply_to_team`], for a caller who knows whether the joining user is a member already.
    pub fn apply_to_members(&self, record: &mut Team, inside: bool) {
        if let Some(name) = self.names_team() {
            record.name = Name::from(name);
        }
        let Some(members) = record.members.as_mut() else { return };
        if let Some(user) = self.joins().filter(|_| !inside) {
            members.push(Member { id: user.clone(), display: Name::default() });
        } else if let Change::RemoveMember { user, .. } = self {
            members.retain(|member| member.id != *user);
        } else if let Change::ReplaceMembers { come, go, .. } = self {
            members.retain(|member| !go.contains(&member.id) && !come.contains(&member.id));
            members.extend(come.iter().map(|user| Member { id: user.clone(), display: Name::default() }));
        }
    }

    /// The team's new name, if the change renames the team.
    pub fn names_team(&self) -> Option<&str> {
        self.renames("displayName")
    }

    /// The user whom the change adds to the team, if it adds one.
    pub fn joins(&self) -> Option<&Id> {
        match self {
            Change::AddMember { user, .. } | Change::SetTeamRole { user, .. } => Some(user),
            _ => None,
        }
    }

    /// The users whom the change adds to a team; some may be members already.
    pub fn joining(&self) -> &[Id] {
        match self {
            Change::AddMember { user, .. } | Change::SetTeamRole { user, .. } => std::slice::from_ref(user),
            Change::ReplaceMembers { come, .. } => come,
            Change::CreateTeam { members, .. } => members,
            _ => &[],
        }
    }

    /// The users who are taken out of a team.
    pub fn leaving(&self) -> &[Id] {
        match self {
            Change::RemoveMember { user, .. } => std::slice::from_ref(user),
            Change::ReplaceMembers { go, .. } => go,
            _ => &[],
        }
    }

    /// The users whose other memberships the change may end: those who join, or else those who leave.
    pub fn moving(&self) -> &[Id] {
        if self.joining().is_empty() { self.leaving() } else { self.joining() }
    }

    /// Lays the change over a role.
    pub fn apply_to_role(&self, record: &mut Role) {
        if let Change::EditRole { to, .. } = self {
            define(record, to);
        }
    }
}

fn new_user(key: &Id, user: &NewUser) -> User {
    let mut record = User {
        id: key.clone(),
        user_name: Name::from(user.user_name.as_str()),
        display_name: Name::from(user.display_name.as_str()),
        email: Name::from(user.email.as_str()),
        active: Some(true),
        models_seat: user.models_seat.clone().into(),
        weave_role: user.weave_role.clone().into(),
        last_active: LastActive::Unknown,
        depth: ReadDepth::Full,
        ..User::default()
    };
    for (path, text) in UserField::ALL.iter().filter_map(|field| field.attribute()) {
        let mut parts = path.split('.');
        let whole = parts.next().and_then(|name| user.attributes.get(name));
        let value = parts.try_fold(whole, |inside, part| inside.map(|value| value.get(part))).flatten();
        if let Some(value) = value.and_then(|value| value.as_str()) {
            *(text.of_mut)(&mut record) = Name::from(value).into();
        }
    }
    record
}

fn define(record: &mut Role, draft: &RoleDraft) {
    record.name = Name::from(draft.name.as_str());
    record.description = Name::from(draft.description.as_str());
    record.inherits = Name::from(draft.inherits.as_str());
    record.permissions.retain(|permission| permission.inherited);
    record
        .permissions
        .extend(draft.added.iter().map(|name| Permission { name: Name::from(name.as_str()), inherited: false }));
}

#[cfg(test)]
mod tests;
