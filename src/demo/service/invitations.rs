//! Invitations to teams that nobody has accepted yet. SCIM does not show them.

use super::records::RecordNumber;
use super::state::fold;

/// An open invitation.
pub(super) struct OpenInvitation {
    pub team: RecordNumber,
    pub email: Box<str>,
    pub admin: bool,
}

/// All open invitations; an invitation's number is its position, never reused.
#[derive(Default)]
pub(super) struct OpenInvitations(Vec<Option<OpenInvitation>>);

impl OpenInvitations {
    pub(super) fn insert(&mut self, invitation: OpenInvitation) -> RecordNumber {
        self.0.push(Some(invitation));
        self.0.len() as RecordNumber - 1
    }

    pub(super) fn get(&self, number: RecordNumber) -> Option<&OpenInvitation> {
        self.0.get(number as usize)?.as_ref()
    }

    /// A team's invitations in the order of creation.
    pub(super) fn to(&self, team: RecordNumber) -> impl Iterator<Item = (RecordNumber, &OpenInvitation)> {
        (0..)
            .zip(&self.0)
            .filter_map(|(number, invitation)| Some((number, invitation.as_ref()?)))
            .filter(move |(_, invitation)| invitation.team == team)
    }

    pub(super) fn remove(&mut self, number: RecordNumber) -> Option<OpenInvitation> {
        self.0.get_mut(number as usize)?.take()
    }

    /// Whether somebody with this address is invited already.
    pub(super) fn invites(&self, team: RecordNumber, email: &str) -> bool {
        self.to(team).any(|(_, invitation)| fold(&invitation.email) == fold(email))
    }

    /// Removes the invitation of somebody who is in the team now.
    pub(super) fn settle(&mut self, team: RecordNumber, email: &str) {
        if !email.is_empty() {
            self.drop_where(|invitation| invitation.team == team && fold(&invitation.email) == fold(email));
        }
    }

    /// Removes all invitations of an address that no user has any more.
    pub(super) fn forget(&mut self, email: &str) {
        if !email.is_empty() {
            self.drop_where(|invitation| fold(&invitation.email) == fold(email));
        }
    }

    fn drop_where(&mut self, gone: impl Fn(&OpenInvitation) -> bool) {
        for place in &mut self.0 {
            if place.as_ref().is_some_and(&gone) {
                *place = None;
            }
        }
    }
}
