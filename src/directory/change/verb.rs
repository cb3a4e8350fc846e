//! Changes without their values, and the values that pending changes mark on the screen.

use serde::{Deserialize, Serialize};

use super::SeatKind;
use crate::directory::{Id, Name};

/// A change without its values: what a provider can or can't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeVerb {
    /// [`super::Change::SetOrgRole`]
    SetOrgRole,
    /// [`super::Change::SetTeamRole`]
    SetTeamRole,
    /// [`super::Change::AddMember`]
    AddMember,
    /// [`super::Change::RemoveMember`]
    RemoveMember,
    /// [`super::Change::CreateUser`]
    CreateUser,
    /// [`super::Change::CreateTeam`]
    CreateTeam,
    /// [`super::Change::SetActive`] with `false`
    Deactivate,
    /// [`super::Change::SetActive`] with `true`
    Reactivate,
    /// [`super::Change::DeleteUser`]
    DeleteUser,
    /// [`super::Change::DeleteTeam`]
    DeleteTeam,
    /// [`super::Change::SetDisplayName`]
    SetDisplayName,
    /// [`super::Change::SetEmail`]
    SetEmail,
    /// [`super::Change::CreateRole`]
    CreateRole,
    /// [`super::Change::EditRole`]
    EditRole,
    /// [`super::Change::DeleteRole`]
    DeleteRole,
    /// [`super::Change::SetSeat`]
    SetSeat,
    /// [`super::Change::SetRegistryRole`], [`super::Change::RemoveRegistryRole`]
    SetRegistryRole,
    /// [`super::Change::CreateService`]
    CreateService,
    /// [`super::Change::ReplaceMembers`]
    ReplaceMembers,
    /// [`super::Change::Invite`], [`super::Change::RevokeInvite`]
    Invite,
    /// [`super::Change::CreateKey`]
    CreateKey,
    /// [`super::Change::DeleteKey`]
    DeleteKey,
    /// [`super::Change::SetAttribute`]
    SetAttribute,
}

/// The value that a pending change marks on screen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChangedField {
    /// The whole record: created or deleted.
    Whole,
    /// Organisation role.
    OrgRole,
    /// Membership or role in this team.
    Team(Id),
    /// Active or not.
    Status,
    /// Display name.
    Display,
    /// Email.
    Email,
    /// Members of the team.
    Members,
    /// Definition of the role.
    Definition,
    /// The seat for this product.
    Seat(SeatKind),
    /// Role in this registry, or in all of them.
    Registry(Option<Name>),
    /// Invitations to the team, which are not part of its record.
    Invitations,
    /// API keys of the user: no part of the record.
    Keys,
    /// The attribute at this path.
    Attribute(String),
}

impl ChangedField {
    /// True for values that the record does not show, and that do not change its version.
    pub fn is_beside(&self) -> bool {
        matches!(self, ChangedField::Invitations | ChangedField::Keys)
    }
}
