//! What an administrator means to do, in the directory's words: no HTTP in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Id, Name, Target, field::UserField};

mod attribute;
mod drafts;
mod ids;
mod lay;
mod nature;
mod verb;

pub use drafts::{Bucket, NewService, NewUser, RoleDraft};
pub use nature::{ChangeEffect, ChangeSubject, Nature, SendPhase, SendRank};
pub use verb::{Field, Verb};

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
pub enum Seat {
    /// W&B Models (`modelsSeat`).
    Models,
    /// W&B Weave (`weaveRole`).
    Weave,
    /// W&B registries (`registryAccess`): access without levels that are paid for.
    Registry,
}

impl Seat {
    /// All of them.
    pub const ALL: [Seat; 3] = [Seat::Models, Seat::Weave, Seat::Registry];

    /// The word on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Seat::Models => "models",
            Seat::Weave => "weave",
            Seat::Registry => "registry",
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
        bucket: Option<Bucket>,
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
        seat: Seat,
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
        target: Target,
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
    pub fn verb(&self) -> Verb {
        match self {
            Change::SetOrgRole { .. } => Verb::SetOrgRole,
            Change::SetTeamRole { .. } => Verb::SetTeamRole,
            Change::AddMember { .. } => Verb::AddMember,
            Change::RemoveMember { .. } => Verb::RemoveMember,
            Change::CreateUser { .. } => Verb::CreateUser,
            Change::CreateTeam { .. } => Verb::CreateTeam,
            Change::SetActive { active: false, .. } => Verb::Deactivate,
            Change::SetActive { active: true, .. } => Verb::Reactivate,
            Change::DeleteUser { .. } => Verb::DeleteUser,
            Change::DeleteTeam { .. } => Verb::DeleteTeam,
            Change::SetDisplayName { .. } => Verb::SetDisplayName,
            Change::SetEmail { .. } => Verb::SetEmail,
            Change::CreateRole { .. } => Verb::CreateRole,
            Change::EditRole { .. } => Verb::EditRole,
            Change::DeleteRole { .. } => Verb::DeleteRole,
            Change::SetSeat { .. } => Verb::SetSeat,
            Change::SetRegistryRole { .. } | Change::RemoveRegistryRole { .. } => Verb::SetRegistryRole,
            Change::CreateService { .. } => Verb::CreateService,
            Change::ReplaceMembers { .. } => Verb::ReplaceMembers,
            Change::Invite { .. } | Change::RevokeInvite { .. } => Verb::Invite,
            Change::CreateKey { .. } => Verb::CreateKey,
            Change::DeleteKey { .. } => Verb::DeleteKey,
            Change::SetAttribute { .. } => Verb::SetAttribute,
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
    pub fn touches(&self) -> Vec<(Target, Field)> {
        let both = |team: &Id, user: &Id| {
            vec![(Target::team(team), Field::Members), (Target::user(user), Field::Team(team.clone()))]
        };
        match self {
            Change::SetOrgRole { user, .. } => vec![(Target::user(user), Field::OrgRole)],
            Change::SetTeamRole { user, team, .. } => {
                vec![(Target::user(user), Field::Team(team.clone())), (Target::team(team), Field::Members)]
            }
            Change::AddMember { team, user } | Change::RemoveMember { team, user } => both(team, user),
            Change::CreateUser { key, .. } => vec![(Target::user(key), Field::Whole)],
            Change::CreateTeam { key, members, .. } => std::iter::once((Target::team(key), Field::Whole))
                .chain(members.iter().map(|user| (Target::user(user), Field::Team(key.clone()))))
                .collect(),
            Change::SetActive { user, .. } => vec![(Target::user(user), Field::Status)],
            Change::DeleteUser { user } => vec![(Target::user(user), Field::Whole)],
            Change::DeleteTeam { team } => vec![(Target::team(team), Field::Whole)],
            Change::SetDisplayName { user, .. } => vec![(Target::user(user), Field::Display)],
            Change::SetEmail { user, .. } => vec![(Target::user(user), Field::Email)],
            Change::CreateRole { key, .. } => vec![(Target::role(key), Field::Whole)],
            Change::EditRole { role, .. } => vec![(Target::role(role), Field::Definition)],
            Change::DeleteRole { role } => vec![(Target::role(role), Field::Whole)],
            Change::SetSeat { user, seat, .. } => vec![(Target::user(user), Field::Seat(*seat))],
            Change::SetRegistryRole { user, registry, .. } => {
                vec![(Target::user(user), Field::Registry(Some(registry.clone())))]
            }
            Change::RemoveRegistryRole { user, registry } => {
                vec![(Target::user(user), Field::Registry(registry.clone()))]
            }
            Change::CreateService { key, .. } => vec![(Target::user(key), Field::Whole)],
            Change::ReplaceMembers { team, come, go, .. } => std::iter::once((Target::team(team), Field::Members))
                .chain(come.iter().chain(go).map(|user| (Target::user(user), Field::Team(team.clone()))))
                .collect(),
            Change::Invite { team, .. } | Change::RevokeInvite { team, .. } => {
                vec![(Target::team(team), Field::Invitations)]
            }
            Change::CreateKey { owner, .. } | Change::DeleteKey { owner, .. } => {
                vec![(Target::user(owner), Field::Keys)]
            }
            Change::SetAttribute { target, path, .. } => vec![(target.clone(), Field::Attribute(path.clone()))],
        }
    }
}
