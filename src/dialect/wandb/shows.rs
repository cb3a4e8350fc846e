//! Checks that only W&B's records allow: team roles, and the organisation role that is shown as another one.

use super::words::{MEMBER, VIEWER, is_predefined};
use crate::{
    dialect::Shown,
    directory::{Name, plan::Step, record::User},
};

/// Checks the role in the team that the step's request names.
pub(super) fn team_role(user: &User, role: &Name, step: &Step) -> Shown {
    let (Some(team), Some(_)) = (team_name(step), &user.team_roles) else { return Shown::CantTell };
    match user.role_in(&team) {
        Some(now) if now == role || (is_predefined(role) && now.is(role.raw())) => Shown::Yes,
        Some(now) => Shown::No(format!("role in {team}: {now}")),
        None => Shown::No(format!("no role in {team}")),
    }
}

/// The team's name, taken from the request: users name their teams, but changes hold ids.
fn team_name(step: &Step) -> Option<Name> {
    let sent = step.requests.last()?.body.as_ref()?.pointer("/Operations/0/value/0/teamName")?;
    sent.as_str().map(Name::from)
}

/// `viewer` is shown as `member` with viewer seats, or by team roles that became viewer.
pub(super) fn org_viewer(user: &User) -> Shown {
    if !user.org_role.is_told() {
        return Shown::CantTell;
    }
    let role = user.org_role.text();
    if user.org_role.is(VIEWER) {
        return Shown::Yes;
    }
    if !user.org_role.is(MEMBER) {
        return Shown::No(format!("organisation role {role}"));
    }
    let teams = user.team_roles.as_deref().unwrap_or_default();
    if let Some(other) = teams.iter().find(|grant| !grant.role.is(VIEWER)) {
        return Shown::No(format!("role in {}: {}", other.scope, other.role));
    }
    let seat = &user.models_seat;
    if seat.is(VIEWER) {
        Shown::Yes
    } else if seat.is_told() {
        Shown::No(format!("organisation role {role}, Models seat {}", seat.text()))
    } else if teams.is_empty() {
        Shown::CantTell
    } else {
        Shown::Yes
    }
}
