//! The nature of each change, in one table. Risk, guards, mass rules, stages, order and titles derive from it, so a new
//! change does not compile before it is classified here.

use super::{Change, ChangedField};
use crate::directory::{Directory, Id, Name, census::FULL};

/// The role that administers: in the organisation, in a team, in a registry.
const ADMIN: &str = "admin";
/// The level of somebody who has no seat.
const NO_SEAT: &str = "none";

/// The effect of a change on its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeEffect {
    /// Creates a record, a key or an invitation.
    Creates,
    /// Can only add to somebody's permissions.
    Gives,
    /// Removes a record, or a person's role, seat or membership.
    Takes,
    /// Replaces a value by another. A new role may take rights away: [`Change::takes_from`] decides that.
    Alters,
}

/// The subject of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeSubject {
    /// A user or a service account: its existence, and whether it is active.
    Person,
    /// A person's role in the organisation.
    OrgRole,
    /// A person's membership of a team.
    Membership,
    /// The whole list of a team's members.
    Members,
    /// A member's role in a team.
    TeamRole,
    /// A person's role in a registry.
    RegistryRole,
    /// A person's seat.
    Seat,
    /// A team.
    Team,
    /// The definition of a custom role.
    Role,
    /// An API key.
    Key,
    /// An invitation to a team.
    Invitation,
    /// Any other attribute of a record.
    Attribute,
}

/// The place of a change in the order of a run, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the changes")]
pub enum SendRank {
    CreateRole,
    EditRole,
    CreateTeam,
    CreatePerson,
    SetDisplayName,
    SetEmail,
    SetAttribute,
    Reactivate,
    SetSeat,
    /// A new admin comes before the old one goes.
    MakeOrgAdmin,
    SetOrgRole,
    MakeTeamAdmin,
    Join,
    SetRegistryRole,
    Invite,
    CreateKey,
    ReplaceMembers,
    RevokeInvite,
    DeleteKey,
    RemoveRegistryRole,
    Leave,
    Deactivate,
    DeletePerson,
    DeleteTeam,
    DeleteRole,
}

/// The phase of a run in which a change is sent. Each phase is planned on the outcome of the phase before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SendPhase {
    /// New records: later changes need their ids.
    Creates,
    /// Changes that give something, or alter a value without taking anything.
    Gives,
    /// Changes that take away.
    Takes,
}

/// The class of a change, by its own values alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChangeNature {
    /// The effect on the subject.
    pub effect: ChangeEffect,
    /// The subject.
    pub of: ChangeSubject,
    /// The place among others in a run.
    pub rank: SendRank,
}

impl ChangeNature {
    const fn new(effect: ChangeEffect, of: ChangeSubject, rank: SendRank) -> Self {
        Self { effect, of, rank }
    }

    /// True if the change removes a record, role, seat or membership, whatever the directory shows.
    pub fn takes(self) -> bool {
        self.effect == ChangeEffect::Takes
    }

    /// True for a change of one person that can only lower their rights in the organisation or in a team.
    pub fn lowers_person(self) -> bool {
        matches!(
            (self.effect, self.of),
            (ChangeEffect::Takes, ChangeSubject::Person | ChangeSubject::Membership)
                | (ChangeEffect::Alters, ChangeSubject::OrgRole | ChangeSubject::TeamRole)
        )
    }

    /// True if a present organisation admin stops being one, by their own record.
    pub fn ends_org_admin(self) -> bool {
        matches!(
            (self.effect, self.of),
            (ChangeEffect::Takes, ChangeSubject::Person) | (ChangeEffect::Alters, ChangeSubject::OrgRole)
        )
    }
}

impl Change {
    /// The change's row in the table.
    pub fn nature(&self) -> ChangeNature {
        use ChangeEffect::{Alters, Creates, Gives, Takes};
        use ChangeSubject as Of;
        let nature = ChangeNature::new;
        let role_of = |role: &Name, of, admin, other| {
            if role.is(ADMIN) { nature(Gives, of, admin) } else { nature(Alters, of, other) }
        };
        match self {
            Change::SetOrgRole { role, .. } => role_of(role, Of::OrgRole, SendRank::MakeOrgAdmin, SendRank::SetOrgRole),
            Change::SetTeamRole { role, .. } => role_of(role, Of::TeamRole, SendRank::MakeTeamAdmin, SendRank::Join),
            Change::AddMember { .. } => nature(Gives, Of::Membership, SendRank::Join),
            Change::RemoveMember { .. } => nature(Takes, Of::Membership, SendRank::Leave),
            Change::CreateUser { .. } | Change::CreateService { .. } => {
                nature(Creates, Of::Person, SendRank::CreatePerson)
            }
            Change::CreateTeam { .. } => nature(Creates, Of::Team, SendRank::CreateTeam),
            Change::SetActive { active: true, .. } => nature(Gives, Of::Person, SendRank::Reactivate),
            Change::SetActive { active: false, .. } => nature(Takes, Of::Person, SendRank::Deactivate),
            Change::DeleteUser { .. } => nature(Takes, Of::Person, SendRank::DeletePerson),
            Change::DeleteTeam { .. } => nature(Takes, Of::Team, SendRank::DeleteTeam),
            Change::SetDisplayName { .. } => nature(Alters, Of::Attribute, SendRank::SetDisplayName),
            Change::SetEmail { .. } => nature(Alters, Of::Attribute, SendRank::SetEmail),
            Change::SetAttribute { .. } => nature(Alters, Of::Attribute, SendRank::SetAttribute),
            Change::CreateRole { .. } => nature(Creates, Of::Role, SendRank::CreateRole),
            Change::EditRole { .. } => nature(Alters, Of::Role, SendRank::EditRole),
            Change::DeleteRole { .. } => nature(Takes, Of::Role, SendRank::DeleteRole),
            Change::SetSeat { to, .. } if to.is(NO_SEAT) => nature(Takes, Of::Seat, SendRank::SetSeat),
            Change::SetSeat { to, .. } if to.is(FULL) => nature(Gives, Of::Seat, SendRank::SetSeat),
            Change::SetSeat { .. } => nature(Alters, Of::Seat, SendRank::SetSeat),
            Change::SetRegistryRole { role, .. } => {
                role_of(role, Of::RegistryRole, SendRank::SetRegistryRole, SendRank::SetRegistryRole)
            }
            Change::RemoveRegistryRole { .. } => nature(Takes, Of::RegistryRole, SendRank::RemoveRegistryRole),
            Change::ReplaceMembers { go, .. } if go.is_empty() => nature(Gives, Of::Members, SendRank::ReplaceMembers),
            Change::ReplaceMembers { .. } => nature(Takes, Of::Members, SendRank::ReplaceMembers),
            Change::Invite { .. } => nature(Creates, Of::Invitation, SendRank::Invite),
            Change::RevokeInvite { .. } => nature(Takes, Of::Invitation, SendRank::RevokeInvite),
            Change::CreateKey { .. } => nature(Creates, Of::Key, SendRank::CreateKey),
            Change::DeleteKey { .. } => nature(Takes, Of::Key, SendRank::DeleteKey),
        }
    }

    /// The number of records, memberships, registry roles, keys or invitations that the change removes. A seat that is
    /// given up does not count: it is a level like the others.
    pub fn removed(&self) -> usize {
        let nature = self.nature();
        match self {
            Change::ReplaceMembers { go, .. } => go.len(),
            _ => usize::from(nature.takes() && nature.of != ChangeSubject::Seat),
        }
    }

    /// True if the change removes something or makes an admin less, by what the directory shows.
    pub fn takes_from(&self, directory: &Directory) -> bool {
        let nature = self.nature();
        nature.takes() || (nature.effect == ChangeEffect::Alters && self.was_admin(directory))
    }

    /// True if the role that this change replaces is known to be admin.
    fn was_admin(&self, directory: &Directory) -> bool {
        let user = |id: &Id| directory.user(id);
        let before = match self {
            Change::SetOrgRole { user: id, .. } => user(id).and_then(|user| user.org_role.value()),
            Change::SetTeamRole { user: id, team, .. } => {
                user(id).zip(directory.team(team)).and_then(|(user, team)| user.role_in(&team.name))
            }
            Change::SetRegistryRole { user: id, registry, .. } => user(id).and_then(|user| {
                user.registry_roles.iter().find(|grant| grant.scope == *registry).map(|grant| &grant.role)
            }),
            _ => None,
        };
        before.is_some_and(|role| role.holds(ADMIN))
    }

    /// The phase in which the change is sent. A seat is given up in the phase in which seats are given, because another
    /// person may get this seat.
    pub fn phase(&self, directory: &Directory) -> SendPhase {
        let of_seat = self.nature().of == ChangeSubject::Seat;
        if self.nature().effect == ChangeEffect::Creates && self.waits_for().is_empty() {
            SendPhase::Creates
        } else if self.takes_from(directory) && !of_seat {
            SendPhase::Takes
        } else {
            SendPhase::Gives
        }
    }

    /// True for an organisation role that becomes the person's role in every team. `cascading` is the role that does so
    /// at this provider ([`crate::directory::plan::ProviderCapabilities::cascading_role`]).
    pub fn lowers_team_roles(&self, cascading: Option<&Name>) -> bool {
        matches!(self, Change::SetOrgRole { role, .. } if cascading.is_some_and(|name| role.is(name.raw())))
    }

    /// True if the change may take rights from one person in any of their teams.
    pub fn lowers_in_teams(&self, cascading: Option<&Name>) -> bool {
        self.takes_person().is_some() || self.lowers_team_roles(cascading)
    }

    /// The teams in which this change of one person may take an admin away; none for a replaced list of members, which
    /// is about many people.
    pub fn teams_lowered(&self, cascading: Option<&Name>, directory: &Directory) -> Vec<Id> {
        let everywhere = || self.person().map(|user| directory.teams_of(user)).unwrap_or_default();
        match (self.nature().effect, self.nature().of) {
            (ChangeEffect::Takes, ChangeSubject::Membership) | (ChangeEffect::Alters, ChangeSubject::TeamRole) => {
                self.team().cloned().into_iter().collect()
            }
            (ChangeEffect::Takes, ChangeSubject::Person) => everywhere(),
            (_, ChangeSubject::OrgRole) if self.lowers_team_roles(cascading) => everywhere(),
            _ => Vec::new(),
        }
    }

    /// The members that the change takes out of a team, and the team.
    pub fn takes_members(&self) -> Option<(&Id, &[Id])> {
        match self {
            Change::RemoveMember { team, user } => Some((team, std::slice::from_ref(user))),
            Change::ReplaceMembers { team, go, .. } => Some((team, go)),
            _ => None,
        }
    }

    /// The people from whom the change takes something, or whose records it alters.
    pub fn concerned(&self) -> impl Iterator<Item = &Id> {
        let gone = self.takes_members().filter(|_| self.person().is_none()).map_or(&[][..], |(_, members)| members);
        let alters = matches!(self.nature().effect, ChangeEffect::Takes | ChangeEffect::Alters);
        gone.iter().chain(self.person().filter(|_| alters))
    }

    /// The people whom the change deletes or deactivates.
    pub fn takes_person(&self) -> Option<&Id> {
        self.person().filter(|_| self.nature().takes() && self.nature().of == ChangeSubject::Person)
    }

    /// The value by which a later change replaces an earlier one of the same value; `None` for changes that all count.
    pub fn place(&self) -> Option<(crate::directory::ResourceRef, ChangedField)> {
        let nature = self.nature();
        match nature.of {
            _ if nature.effect == ChangeEffect::Creates => None,
            ChangeSubject::Key | ChangeSubject::Invitation => None,
            // The first value of these changes is the team's list, which many changes share.
            ChangeSubject::Membership => self.touches().into_iter().last(),
            _ => self.touches().into_iter().next(),
        }
    }
}

#[cfg(test)]
mod tests;
