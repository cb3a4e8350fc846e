//! What an administrator means to do, in the directory's words: no HTTP in it.

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
    /// The id under which a record lives on screen until the server gives it one.
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
    /// W&B registries (`registryAccess`): access without levels that are paid for.
    Registry,
}

impl SeatKind {
    /// All of them.
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

/// One thing to alter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Give a user this role in the organisation.
    SetOrgRole {
        /// Who.
        user: Id,
        /// Which role.
        role: Name,
    },
    /// Give a user this role in a team; joins them first where they are not a member.
    SetTeamRole {
        /// Who.
        user: Id,
        /// Where.
        team: Id,
        /// Which role.
        role: Name,
    },
    /// Add a user to a team.
    AddMember {
        /// Where.
        team: Id,
        /// Who.
        user: Id,
    },
    /// Take a user out of a team.
    RemoveMember {
        /// Where.
        team: Id,
        /// Who.
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
        /// Its name.
        name: String,
        /// First members.
        members: Vec<Id>,
        /// Where its files go; the provider's own place where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bucket: Option<StorageBucket>,
        /// The identity provider's own id of it (`externalId`); empty where there is none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        external_id: String,
    },
    /// Deactivate or reactivate.
    SetActive {
        /// Who.
        user: Id,
        /// `false` deactivates.
        active: bool,
    },
    /// Delete a user.
    DeleteUser {
        /// Who.
        user: Id,
    },
    /// Delete a team.
    DeleteTeam {
        /// Which.
        team: Id,
    },
    /// Change the shown name.
    SetDisplayName {
        /// Who.
        user: Id,
        /// The new one.
        to: String,
    },
    /// Change the primary email.
    SetEmail {
        /// Who.
        user: Id,
        /// The new one.
        to: String,
    },
    /// Create a custom role.
    CreateRole {
        /// Provisional id.
        key: Id,
        /// Its definition.
        role: RoleDraft,
    },
    /// Change name, description, inherited role or added permissions of a custom role.
    EditRole {
        /// Which.
        role: Id,
        /// The whole definition as it shall be.
        to: RoleDraft,
    },
    /// Delete a custom role; its holders fall back to what it inherits from.
    DeleteRole {
        /// Which.
        role: Id,
    },
    /// Give a user another seat.
    SetSeat {
        /// Who.
        user: Id,
        /// For which product.
        seat: SeatKind,
        /// Which seat.
        to: Name,
    },
    /// Give a user a role in a registry, or another one.
    SetRegistryRole {
        /// Who.
        user: Id,
        /// Where.
        registry: Name,
        /// Which role.
        role: Name,
    },
    /// Take a user's role in a registry away; in all of them where none is named.
    RemoveRegistryRole {
        /// Who.
        user: Id,
        /// Where.
        registry: Option<Name>,
    },
    /// Create a service account.
    CreateService {
        /// Provisional id.
        key: Id,
        /// What kind, for whom.
        service: NewService,
    },
    /// Make a team's members exactly these: who stays, who comes, who goes.
    ReplaceMembers {
        /// Where.
        team: Id,
        /// Members who stay.
        stay: Vec<Id>,
        /// Who becomes a member.
        come: Vec<Id>,
        /// Members who go.
        go: Vec<Id>,
    },
    /// Invite somebody to a team.
    Invite {
        /// Provisional id of the invitation.
        key: Id,
        /// Where.
        team: Id,
        /// Email or user name.
        to: String,
        /// As the team's admin.
        admin: bool,
    },
    /// Take a pending invitation back.
    RevokeInvite {
        /// Where.
        team: Id,
        /// Which.
        invite: Id,
        /// Whom it was for.
        to: String,
    },
    /// Make an API key for the owner of the key in use; no server makes one for anybody else.
    CreateKey {
        /// Provisional id of the key.
        key: Id,
        /// Whose it will be.
        owner: Id,
        /// What it is for.
        description: String,
    },
    /// Change an attribute that no other change is about.
    SetAttribute {
        /// Of which user or team.
        target: ResourceRef,
        /// Where it is, as on the wire: `title`, `name.givenName`, `urn:…:User:department`.
        path: String,
        /// What it was; `None` where there was nothing.
        before: Option<Value>,
        /// What it shall be, of its own JSON type; `None` removes it.
        to: Option<Value>,
    },
    /// Delete an API key: whatever uses it is locked out.
    DeleteKey {
        /// Whose.
        owner: Id,
        /// Which.
        key: Id,
        /// Its public name.
        name: String,
    },
}

impl Change {
    /// Its kind.
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

    /// The same change; what it creates has this provisional id.
    #[must_use]
    pub fn renewed(self, fresh: Id) -> Self {
        match self.creates().cloned() {
            Some(old) => self.with_ids(|id| (*id == old).then(|| fresh.clone())),
            None => self,
        }
    }

    /// The same change about what the server has created, in the place of the provisional id.
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

    /// The records that it alters, the one that is written to first, each with the value that changes.
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
