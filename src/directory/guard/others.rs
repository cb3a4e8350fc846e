//! Other people who must still be admin when a change takes that role away from somebody. The plan knows them from the
//! last read; the worker queries the server for them just before sending the change, and again after its confirmation.

use serde::{Deserialize, Serialize};

use crate::directory::{
    Id, Name,
    record::{ADMIN, Team, User},
};

/// Maximum number of admins to query: a single remaining admin is enough.
pub(super) const MOST: usize = 5;

/// The other admins of the organisation, or of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAdmins {
    /// The team; `None` for the organisation.
    pub team: Option<Name>,
    /// Some of the other admins, as far as known; never empty.
    pub admins: Vec<OtherAdmin>,
}

/// An admin whose record can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAdmin {
    /// The user's id.
    pub id: Id,
    /// The user name.
    pub name: Name,
    /// The group that makes the user an admin, if roles follow from groups.
    pub through: Option<Id>,
}

impl OtherAdmin {
    /// An admin by the user's own role.
    pub(super) fn direct(user: &User) -> Self {
        Self { id: user.id.clone(), name: user.user_name.clone(), through: None }
    }
}

impl OtherAdmins {
    /// True if the user's record still shows the admin role.
    pub fn is_still(&self, user: &User, through: Option<&Team>) -> bool {
        let is_admin = match (through, &self.team) {
            (Some(group), _) => group.has(&user.id),
            // A read that does not tell roles revokes no earlier knowledge.
            (None, Some(team)) => match user.role_in(team) {
                Some(role) => role.is(ADMIN),
                None => user.team_roles.is_none(),
            },
            (None, None) => user.org_role.may_hold(ADMIN),
        };
        is_admin && user.problem.is_none() && !user.is_inactive()
    }

    /// The sentence for the preview, if only one admin is left.
    pub(super) fn promise(&self) -> Option<String> {
        let [last] = self.admins.as_slice() else { return None };
        let (name, post) = (&last.name, self.post());
        Some(format!("Before it is sent and after, the server is asked whether {name} still is {post}."))
    }

    /// The reason for not sending the change.
    pub fn refusal(&self) -> String {
        format!(
            "Not sent: {} {} no {} any more, so nobody else would be left. Make somebody admin first.",
            self.names(),
            if self.admins.len() == 1 { "is" } else { "are" },
            self.post()
        )
    }

    /// The warning for a sent change after which no other admin is left.
    pub fn loss(&self) -> String {
        let (post, names) = (self.post(), self.names());
        let have = if self.admins.len() == 1 { "has" } else { "have" };
        format!("No other {post} is left: {names} {have} lost that at the same time.")
    }

    fn post(&self) -> String {
        match &self.team {
            Some(team) => format!("admin of {team}"),
            None => "organisation admin".into(),
        }
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.admins.iter().map(|admin| admin.name.to_string()).collect();
        match names.as_slice() {
            [] => "nobody".into(),
            [one] => one.clone(),
            [first @ .., end] => format!("{} and {end}", first.join(", ")),
        }
    }
}
