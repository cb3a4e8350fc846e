//! Checks that only W&B's records allow: team roles, and the organisation role that is shown as another one.

use super::words::{MEMBER, VIEWER, is_predefined};
use crate::{
    dialect::ChangeShown,
    directory::{Name, plan::Step, record::User},
};

/// Checks the role in the team that the step's request names.
pub(super) fn team_role(user: &User, role: &Name, step: &Step) -> ChangeShown {
    let (Some(team), Some(_)) = (team_name(step), &user.team_roles) else { return ChangeShown::CantTell };
    match user.role_in(&team) {
        Some(now) if now == role || (is_predefined(role) && now.is(role.raw())) => ChangeShown::Yes,
        Some(now) => ChangeShown::No(format!("role in {team}: {now}")),
        None => ChangeShown::No(format!("no role in {team}")),
    }
}

/// The team's name, taken from the request: users name their teams, but changes hold ids.
fn team_name(step: &Step) -> Option<Name> {
    let sent = step.requests.last()?.body.as_ref()?.pointer("/Operations/0/value/0/teamName")?;
    sent.as_str().map(Name::from)
}

/// `viewer` is shown as `member` with viewer seats, or by team roles that became viewer.
pub(super) fn org_viewer(user: &User) -> ChangeShown {
    if !user.org_role.is_told() {
        return ChangeShown::CantTell;
    }
    let role = user.org_role.text();
    if user.org_role.is(VIEWER) {
        return ChangeShown::Yes;
    }
    if !user.org_role.is(MEMBER) {
        return ChangeShown::No(format!("organisation role {role}"));
    }
    let teams = user.team_roles.as_deref().unwrap_or_default();
    if let Some(other) = teams.iter().find(|grant| !grant.role.is(VIEWER)) {
        return ChangeShown::No(format!("role in {}: {}", other.scope, other.role));
    }
    let seat = &user.models_seat;
    if seat.is(VIEWER) {
        ChangeShown::Yes
    } else if seat.is_told() {
        ChangeShown::No(format!("organisation role {role}, Models seat {}", seat.text()))
    } else if teams.is_empty() {
        ChangeShown::CantTell
    } else {
        ChangeShown::Yes
    }
}
