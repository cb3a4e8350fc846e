//! The words W&B's JSON uses for roles, seats and accounts.

use super::names::{MEMBER_PERMISSIONS, VIEWER_PERMISSIONS};
use super::options::Hosting;
use super::records::{Account, CustomRole, OrganisationRole, RegistryRole, Seat, TeamRole, User};
use super::state::State;

/// The permissions of the predefined role beneath a custom one.
pub(super) fn inherited_permissions(role: &CustomRole) -> &'static [&'static str] {
    if role.inherits_member { MEMBER_PERMISSIONS } else { VIEWER_PERMISSIONS }
}

pub(super) fn organisation_role_word(user: &User, hosting: Hosting) -> &'static str {
    match (user.account, user.organisation_role, hosting) {
        (Account::TeamService, _, Hosting::SelfManaged) => "service",
        (Account::OrganisationService, _, Hosting::SelfManaged) => "org_service",
        (_, OrganisationRole::Admin, _) => "admin",
        (_, OrganisationRole::Member, _) => "member",
    }
}

pub(super) fn seat_word(seat: Seat) -> &'static str {
    match seat {
        Seat::Full => "full",
        Seat::Viewer => "viewer",
        Seat::None => "none",
    }
}

pub(super) fn account_word(account: Account) -> &'static str {
    match account {
        Account::Person => "USER",
        Account::TeamService => "SERVICE",
        Account::OrganisationService => "ORG_SERVICE",
    }
}

pub(super) fn team_role_word(state: &State, role: TeamRole) -> &str {
    match role {
        TeamRole::Admin => "admin",
        TeamRole::Member => "member",
        TeamRole::Viewer => "viewer",
        TeamRole::Custom(number) => state.role(number).map_or("member", |role| &*role.name),
    }
}

pub(super) fn registry_role_word(role: RegistryRole) -> &'static str {
    match role {
        RegistryRole::Admin => "admin",
        RegistryRole::Member => "member",
        RegistryRole::Viewer => "viewer",
        RegistryRole::RestrictedViewer => "restricted_viewer",
    }
}

/// W&B documents `none` alone; the other word is this server's own.
pub(super) fn registry_access_word(access: bool) -> &'static str {
    if access { "full" } else { "none" }
}
