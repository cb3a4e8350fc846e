//! Roles that only the answer to a change has shown.
//!
//! No documented GET of W&B shows a role (docs/src/providers/wandb.md#fields-in-a-get), but its answers to PATCH do.
//! Such a role is remembered, with the time, until a list tells it again. A single read that tells it renews it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    MaybeTold,
    record::{RoleGrant, User},
};

/// The roles of one user as an answer to a change showed them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearntRoles {
    /// In the organisation.
    pub org_role: MaybeTold,
    /// The roles in all teams; `None` if the answer did not show them.
    pub team_roles: Option<Vec<RoleGrant>>,
    /// When the answer came.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub at: Timestamp,
}

impl LearntRoles {
    /// The roles that a record shows; `None` where it shows none.
    pub fn of(user: &User, at: Timestamp) -> Option<Self> {
        let told = user.org_role.is_told() || user.team_roles.is_some();
        told.then(|| Self { org_role: user.org_role.clone(), team_roles: user.team_roles.clone(), at })
    }

    /// These roles; earlier learnt roles where these tell none.
    pub fn or(self, before: &Self) -> Self {
        Self {
            org_role: self.org_role.or(before.org_role.clone()),
            team_roles: self.team_roles.or_else(|| before.team_roles.clone()),
            at: self.at,
        }
    }

    /// Gives a record the roles that its reading did not show. True if it lacked one of them.
    pub fn fill(&self, user: &mut User) -> bool {
        let lacks_org = !user.org_role.is_told() && self.org_role.is_told();
        if lacks_org {
            user.org_role = self.org_role.clone();
        }
        let lacks_teams = user.team_roles.is_none() && self.team_roles.is_some();
        if lacks_teams {
            user.team_roles.clone_from(&self.team_roles);
        }
        lacks_org || lacks_teams
    }
}
