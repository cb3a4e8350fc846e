//! The caller of a request, identified by headers, and the state of the server.

use std::sync::{Arc, PoisonError, RwLock};

use async_graphql::Context;

use super::super::clock::UnixSeconds;
use super::super::options::{DemoOptions, Hosting};
use super::super::records::{OrganisationRole, RecordNumber, TeamRole, User};
use super::super::reply::Refusal;
use super::super::state::State;

/// A field that may be refused: then the field is `null`, with an error beside the rest of the answer.
pub(super) type FallibleField<T> = Option<Result<T, Refusal>>;

/// The caller of a request, identified by the key.
pub(in super::super) struct Session {
    pub state: Arc<RwLock<State>>,
    pub options: Arc<DemoOptions>,
    pub caller: RecordNumber,
    pub now: UnixSeconds,
    /// `User-Agent: W&B Public Client …`.
    pub first_party: bool,
    /// `Use-Admin-Privileges: true`.
    pub privileges: bool,
}

impl Session {
    pub(super) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self, Refusal> {
        ctx.data().map_err(|_| Refusal::new(500, "the request has no session"))
    }

    pub(super) fn read<T>(&self, with: impl FnOnce(&State) -> T) -> T {
        with(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn write<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the caller administers the instance, which nobody does on the shared service.
    pub(super) fn is_instance_admin(&self, state: &State) -> bool {
        self.options.hosting != Hosting::MultiTenant && is_admin(state, self.caller)
    }

    /// Whether the headers are those of W&B's own client with its admin switch; some fields are only for that client.
    pub(super) fn require_client(&self) -> Result<(), Refusal> {
        if self.first_party && self.privileges { Ok(()) } else { Err(Refusal::new(403, "relogin required")) }
    }

    /// Refuses callers who are no instance admins, and those whose client has not switched the privileges on.
    pub(super) fn require_instance_admin(&self, state: &State, field: &str) -> Result<(), Refusal> {
        if !self.first_party {
            return Err(Refusal::new(403, "relogin required"));
        }
        if self.privileges && self.is_instance_admin(state) {
            return Ok(());
        }
        Err(Refusal::new(403, format!("only admins can use {field}()")))
    }

    /// Refuses callers who administer neither the organisation nor the team.
    pub(super) fn require_team_admin(&self, state: &State, team: RecordNumber) -> Result<(), Refusal> {
        let of_team = state.user(self.caller).is_some_and(|user| user.teams.contains(&(team, TeamRole::Admin)));
        if of_team || is_admin(state, self.caller) {
            return Ok(());
        }
        let name = state.team(team).map_or("", |team| &*team.name);
        Err(Refusal::new(403, format!("permission denied: only admins of team {name:?} can do this")))
    }

    pub(super) fn require_organisation_admin(&self, state: &State, what: &str) -> Result<(), Refusal> {
        if is_admin(state, self.caller) {
            return Ok(());
        }
        Err(Refusal::new(403, format!("permission denied: only admins can {what}")))
    }
}

fn is_admin(state: &State, number: RecordNumber) -> bool {
    state.user(number).is_some_and(|user| user.organisation_role == OrganisationRole::Admin)
}

/// A user who was found a moment ago, or a refusal.
pub(super) fn still_there(state: &State, number: RecordNumber) -> Result<&User, Refusal> {
    state.user(number).ok_or_else(|| Refusal::new(404, "the user is gone"))
}
