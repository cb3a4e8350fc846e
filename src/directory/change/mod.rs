//! The changes that an administrator can ask for, in the directory's words, without HTTP.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Id, Name, ResourceRef, field::UserField};

mod attribute;
mod drafts;
mod ids;
mod lay;
mod nature;
mod verb;

pub use drafts::{NewService, NewUser, RoleDraft, StorageBucket};
pub use nature::{ChangeEffect, ChangeNature, ChangeSubject, SendPhase, SendRank};
pub use verb::{ChangeVerb, ChangedField};

/// Identifies a change in the journal and on the screen; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub i64);

impl ChangeId {
    /// The provisional id of a record until the server gives one.
    pub fn provisional(self) -> Id {
        format!("new:{}", self.0).into()
    }
}

/// A product that seats are sold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeatKind {
    /// W&B Models (`modelsSeat`).
    Models,
    /// W&B Weave (`weaveRole`).
    Weave,
    /// Access to W&B registries (`registryAccess`), without paid levels.
    Registry,
}

impl SeatKind {
    /// All products.
    pub const ALL: [SeatKind; 3] = [SeatKind::Models, SeatKind::Weave, SeatKind::Registry];

    /// The word on a command line.
    pub fn word(self) -> &'static str {
        match self {
            SeatKind::Models => "models",
            SeatKind::Weave => "weave",
            SeatKind::Registry => "registry",
        }
    }

    /// "Models seat", "Weave access".
    pub fn label(self) -> &'static str {
        UserField::of_seat(self).spec().label
    }
}

/// A single change of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Give a user this role in the organisation.
    SetOrgRole {
        /// The user's id.
        user: Id,
        /// The role's name.
        role: Name,
    },
    /// Give a user this role in a team; a user who is not a member joins first.
    SetTeamRole {
        /// The user's id.
        user: Id,
        /// The team's id.
        team: Id,
        /// The role's name.
        role: Name,
    },
    /// Add a user to a team.
    AddMember {
        /// The team's id.
        team: Id,
        /// The user's id.
        user: Id,
    },
    /// Take a user out of a team.
    RemoveMember {
        /// The team's id.
        team: Id,
        /// The user's id.
        user: Id,
    },
    /// Create (or invite) a user.
    CreateUser {
        /// Provisional id.
        key: Id,
        /// The fields.
        user: NewUser,
    },
    /// Create a team.
    CreateTeam {
        /// Provisional id.
        key: Id,
        /// The team's name.
        name: String,
        /// First members.
        members: Vec<Id>,
        /// The place for the team's files; the provider's own place if none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bucket: Option<StorageBucket>,
        /// The identity provider's id of the team (`externalId`); empty if there is none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        external_id: String,
    },
    /// Deactivate or reactivate.
    SetActive {
        /// The user's id.
        user: Id,
        /// `false` deactivates.
        active: bool,
    },
    /// Delete a user.
    DeleteUser {
        /// The user's id.
        user: Id,
    },
    /// Delete a team.
    DeleteTeam {
        /// The team's id.
        team: Id,
    },
    /// Change the shown name.
    SetDisplayName {
        /// The user's id.
        user: Id,
        /// The new shown name.
        to: String,
    },
    /// Change the primary email.
    SetEmail {
        /// The user's id.
        user: Id,
        /// The new email.
        to: String,
    },
    /// Create a custom role.
    CreateRole {
        /// Provisional id.
        key: Id,
        /// The role's definition.
        role: RoleDraft,
    },
    /// Change name, description, inherited role or added permissions of a custom role.
    EditRole {
        /// The role's id.
        role: Id,
        /// The whole definition as it shall be.
        to: RoleDraft,
    },
    /// Delete a custom role; its holders fall back to the role that it inherits from.
    DeleteRole {
        /// The role's id.
        role: Id,
    },
    /// Give a user another seat.
    SetSeat {
        /// The user's id.
        user: Id,
        /// The product.
        seat: SeatKind,
        /// The seat's level.
        to: Name,
    },
    /// Give a user a role in a registry, or another one.
    SetRegistryRole {
        /// The user's id.
        user: Id,
        /// The registry's name.
        registry: Name,
        /// The role's name.
        role: Name,
    },
    /// Remove a user's role in a registry, or in all registries if none is named.
    RemoveRegistryRole {
        /// The user's id.
        user: Id,
        /// The registry's name; `None` means all registries.
        registry: Option<Name>,
    },
    /// Create a service account.
    CreateService {
        /// Provisional id.
        key: Id,
        /// The kind and the owner of the service account.
        service: NewService,
    },
    /// Replace a team's members by exactly these.
    ReplaceMembers {
        /// The team's id.
        team: Id,
        /// Members who stay.
        stay: Vec<Id>,
        /// Users who become members.
        come: Vec<Id>,
        /// Members who go.
        go: Vec<Id>,
    },
    /// Invite somebody to a team.
    Invite {
        /// Provisional id of the invitation.
        key: Id,
        /// The team's id.
        team: Id,
        /// Email or user name.
        to: String,
        /// True to invite as the team's admin.
        admin: bool,
    },
    /// Take a pending invitation back.
    RevokeInvite {
        /// The team's id.
        team: Id,
        /// The invitation's id.
        invite: Id,
        /// The email or user name that was invited.
        to: String,
    },
    /// Create an API key for the owner of the key in use; no server creates keys for other people.
    CreateKey {
        /// Provisional id of the key.
        key: Id,
        /// The owner's id.
        owner: Id,
        /// The purpose of the key.
        description: String,
    },
    /// Change an attribute that has no change of its own.
    SetAttribute {
        /// The user or team.
        target: ResourceRef,
        /// The attribute's path as on the wire: `title`, `name.givenName`, `urn:…:User:department`.
        path: String,
        /// The present value; `None` if there is none.
        before: Option<Value>,
        /// The new value, of its own JSON type; `None` removes the attribute.
        to: Option<Value>,
    },
    /// Delete an API key: programs that use it lose their access.
    DeleteKey {
        /// The owner's id.
        owner: Id,
        /// The key's id.
        key: Id,
        /// The key's public name.
        name: String,
    },
}

impl Change {
    /// The change's kind.
    pub fn verb(&self) -> ChangeVerb {
        match self {
            Change::SetOrgRole { .. } => ChangeVerb::SetOrgRole,
            Change::SetTeamRole { .. } => ChangeVerb::SetTeamRole,
            Change::AddMember { .. } => ChangeVerb::AddMember,
            Change::RemoveMember { .. } => ChangeVerb::RemoveMember,
            Change::CreateUser { .. } => ChangeVerb::CreateUser,
            Change::CreateTeam { .. } => ChangeVerb::CreateTeam,
            Change::SetActive { active: false, .. } => ChangeVerb::Deactivate,
            Change::SetActive { active: true, .. } => ChangeVerb::Reactivate,
            Change::DeleteUser { .. } => ChangeVerb::DeleteUser,
            Change::DeleteTeam { .. } => ChangeVerb::DeleteTeam,
            Change::SetDisplayName { .. } => ChangeVerb::SetDisplayName,
            Change::SetEmail { .. } => ChangeVerb::SetEmail,
            Change::CreateRole { .. } => ChangeVerb::CreateRole,
            Change::EditRole { .. } => ChangeVerb::EditRole,
            Change::DeleteRole { .. } => ChangeVerb::DeleteRole,
            Change::SetSeat { .. } => ChangeVerb::SetSeat,
            Change::SetRegistryRole { .. } | Change::RemoveRegistryRole { .. } => ChangeVerb::SetRegistryRole,
            Change::CreateService { .. } => ChangeVerb::CreateService,
            Change::ReplaceMembers { .. } => ChangeVerb::ReplaceMembers,
            Change::Invite { .. } | Change::RevokeInvite { .. } => ChangeVerb::Invite,
            Change::CreateKey { .. } => ChangeVerb::CreateKey,
            Change::DeleteKey { .. } => ChangeVerb::DeleteKey,
            Change::SetAttribute { .. } => ChangeVerb::SetAttribute,
        }
    }

    /// The change with this provisional id for the record that it creates.
    #[must_use]
    pub fn renewed(self, fresh: Id) -> Self {
        match self.creates().cloned() {
            Some(old) => self.with_ids(|id| (*id == old).then(|| fresh.clone())),
            None => self,
        }
    }

    /// The change with the server's id in place of the provisional id of the created record.
    pub fn about(&self, created: Option<&Id>) -> Self {
        let mut change = self.clone();
        let id = match &mut change {
            Change::DeleteUser { user } | Change::SetActive { user, .. } => user,
            Change::DeleteTeam { team } => team,
            Change::DeleteRole { role } => role,
            Change::RevokeInvite { invite, .. } => invite,
            Change::CreateKey { key, .. } | Change::DeleteKey { key, .. } => key,
            _ => return change,
        };
        if let Some(created) = created.filter(|_| id.starts_with("new:")) {
            id.clone_from(created);
        }
        change
    }

    /// The records that the change alters, each with the altered value; the record of the request comes first.
    ///
    /// Changes that share a record are sent in order.
    pub fn touches(&self) -> Vec<(ResourceRef, ChangedField)> {
        let both = |team: &Id, user: &Id| {
            vec![
                (ResourceRef::team(team), ChangedField::Members),
                (ResourceRef::user(user), ChangedField::Team(team.clone())),
            ]
        };
        match self {
            Change::SetOrgRole { user, .. } => vec![(ResourceRef::user(user), ChangedField::OrgRole)],
            Change::SetTeamRole { user, team, .. } => {
                vec![
                    (ResourceRef::user(user), ChangedField::Team(team.clone())),
                    (ResourceRef::team(team), ChangedField::Members),
                ]
            }
            Change::AddMember { team, user } | Change::RemoveMember { team, user } => both(team, user),
            Change::CreateUser { key, .. } => vec![(ResourceRef::user(key), ChangedField::Whole)],
            Change::CreateTeam { key, members, .. } => std::iter::once((ResourceRef::team(key), ChangedField::Whole))
                .chain(members.iter().map(|user| (ResourceRef::user(user), ChangedField::Team(key.clone()))))
                .collect(),
            Change::SetActive { user, .. } => vec![(ResourceRef::user(user), ChangedField::Status)],
            Change::DeleteUser { user } => vec![(ResourceRef::user(user), ChangedField::Whole)],
            Change::DeleteTeam { team } => vec![(ResourceRef::team(team), ChangedField::Whole)],
            Change::SetDisplayName { user, .. } => vec![(ResourceRef::user(user), ChangedField::Display)],
            Change::SetEmail { user, .. } => vec![(ResourceRef::user(user), ChangedField::Email)],
            Change::CreateRole { key, .. } => vec![(ResourceRef::role(key), ChangedField::Whole)],
            Change::EditRole { role, .. } => vec![(ResourceRef::role(role), ChangedField::Definition)],
            Change::DeleteRole { role } => vec![(ResourceRef::role(role), ChangedField::Whole)],
            Change::SetSeat { user, seat, .. } => vec![(ResourceRef::user(user), ChangedField::Seat(*seat))],
            Change::SetRegistryRole { user, registry, .. } => {
                vec![(ResourceRef::user(user), ChangedField::Registry(Some(registry.clone())))]
            }
            Change::RemoveRegistryRole { user, registry } => {
                vec![(ResourceRef::user(user), ChangedField::Registry(registry.clone()))]
            }
            Change::CreateService { key, .. } => vec![(ResourceRef::user(key), ChangedField::Whole)],
            Change::ReplaceMembers { team, come, go, .. } => {
                std::iter::once((ResourceRef::team(team), ChangedField::Members))
                    .chain(
                        come.iter().chain(go).map(|user| (ResourceRef::user(user), ChangedField::Team(team.clone()))),
                    )
                    .collect()
            }
            Change::Invite { team, .. } | Change::RevokeInvite { team, .. } => {
                vec![(ResourceRef::team(team), ChangedField::Invitations)]
            }
            Change::CreateKey { owner, .. } | Change::DeleteKey { owner, .. } => {
                vec![(ResourceRef::user(owner), ChangedField::Keys)]
            }
            Change::SetAttribute { target, path, .. } => vec![(target.clone(), ChangedField::Attribute(path.clone()))],
        }
    }
}
