//! The row under the cursor of details as the subject of an action: a person in a team, or the holder of a role. The
//! details stay beneath the opened box, so that Esc goes back to them.

use super::{
    App, AppEffect, Overlay,
    action::Action,
    availability::{IN_NO_TEAM, UnavailableReason, refused_service},
    picker::RolePicker,
    roles::HoldersBox,
    walk::DetailsBox,
};
use crate::directory::{
    Id, RecordKind, ResourceRef,
    change::{Change, ChangeVerb},
};

/// A person in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMembership {
    /// The person.
    pub user: Id,
    /// The team.
    pub team: Id,
}

impl App {
    /// The record that the line under the cursor leads to, in the details or the holders on top.
    pub(super) fn link_in_hand(&self) -> Option<ResourceRef> {
        match self.overlays.last() {
            Some(Overlay::Details(DetailsBox { target, cursor, .. })) => self.links(target).into_iter().nth((*cursor)?),
            Some(Overlay::Holders(HoldersBox { role, cursor, .. })) => {
                self.holdings(role).get(*cursor).map(|(user, _)| ResourceRef::user(&user.id))
            }
            _ => None,
        }
    }

    /// The membership that the line under the cursor shows: of a member in a team's details, of a team in a person's.
    pub fn membership(&self) -> Option<TeamMembership> {
        let Some(Overlay::Details(DetailsBox { target, .. })) = self.overlays.last() else { return None };
        let link = self.link_in_hand()?;
        match (target.kind, link.kind) {
            (RecordKind::Team, RecordKind::User) => Some(TeamMembership { user: link.id, team: target.id.clone() }),
            (RecordKind::User, RecordKind::Team) => Some(TeamMembership { user: target.id.clone(), team: link.id }),
            _ => None,
        }
    }

    /// True in the details of a team that gives its members a role: only the team's role can be chosen there.
    fn gives_role(&self) -> bool {
        let mapped = self.capabilities().is_some_and(|can| can.mapping.is_some());
        mapped && self.subject().is_some_and(|target| target.kind == RecordKind::Team)
    }

    /// The person who holds the role whose details are on top, where the cursor is on one.
    fn holder_in_hand(&self) -> Option<Id> {
        let of_role = self.subject().is_some_and(|target| target.kind == RecordKind::Role);
        self.link_in_hand().filter(|link| of_role && link.kind == RecordKind::User).map(|link| link.id)
    }

    /// Whether a role can be given to the row under the cursor.
    ///
    /// # Errors
    /// The sentence for the person.
    pub(super) fn row_role_available(&self) -> Result<(), UnavailableReason> {
        if self.gives_role() {
            return self.availability(Action::GroupRole);
        }
        if let Some(membership) = self.membership() {
            self.can_be_changed(&membership.user)?;
            return self.can(ChangeVerb::SetTeamRole);
        }
        if let Some(holder) = self.holder_in_hand() {
            self.can_be_changed(&holder)?;
            return self.can(ChangeVerb::SetOrgRole).or_else(|_| self.can(ChangeVerb::SetTeamRole));
        }
        match self.subject().map(|target| target.kind) {
            Some(RecordKind::User) => self.availability(Action::SetRole),
            _ => Err(self.no_person_in_hand()),
        }
    }

    /// Whether the person of the row under the cursor can be removed from the team.
    ///
    /// # Errors
    /// The sentence for the person.
    pub(super) fn removal_available(&self) -> Result<(), UnavailableReason> {
        match (self.membership(), self.subject().map(|target| target.kind)) {
            (Some(membership), _) => {
                self.can_be_changed(&membership.user)?;
                self.can(ChangeVerb::RemoveMember)
            }
            (None, Some(RecordKind::User)) => {
                Err(self.word("The cursor is on no team from which this person could be removed.").into())
            }
            (None, Some(RecordKind::Role)) => Err(self.word(IN_NO_TEAM).into()),
            (None, _) => Err(self.no_person_in_hand()),
        }
    }

    fn can_be_changed(&self, user: &Id) -> Result<(), UnavailableReason> {
        let Some(why) = self.capabilities().and_then(|can| can.fixed_services) else { return Ok(()) };
        refused_service(self.directory.user(user).filter(|user| user.account.is_service()), why)
    }

    fn no_person_in_hand(&self) -> UnavailableReason {
        match self.link_in_hand() {
            Some(group) if group.kind == RecordKind::Team => {
                self.word("This member is a team: roles and removals here are for people.").into()
            }
            _ => {
                let key = self.keymap.label(Action::Down).unwrap_or_default();
                format!("The cursor is on no person; {key} goes to the first.").into()
            }
        }
    }

    /// Opens the choice of a role for the row under the cursor.
    pub(super) fn open_row_role(&mut self, effects: &mut Vec<AppEffect>) {
        if self.gives_role() {
            return self.open_mapping();
        }
        let Some(can) = self.capabilities().cloned() else { return };
        let picker = match (self.membership(), self.holder_in_hand()) {
            (Some(TeamMembership { user, team }), _) => RolePicker::in_team(user, team, &self.directory, &can),
            (None, Some(holder)) => RolePicker::new(vec![holder], &self.directory, &can),
            (None, None) => return self.begin_edit(Action::SetRole, effects),
        };
        self.overlays.push(Overlay::Role(picker));
    }

    /// Plans the removal of the row under the cursor.
    pub(super) fn remove_row(&mut self, effects: &mut Vec<AppEffect>) {
        if let Some(TeamMembership { user, team }) = self.membership() {
            self.review(Change::RemoveMember { team, user }, effects);
        }
    }
}
