//! The remaining organisation admins when somebody may lose that role.

use super::{ChangeLedger, GuardSettings, is_called};
use crate::directory::{Directory, Name, RecordKind, plan::ProviderCapabilities, record::User};

/// Properties of a provider that the guards use.
#[derive(Debug, Clone, Default)]
pub(super) struct Provider {
    /// Users have a role in the organisation.
    org_roles: bool,
    /// Members have a role in each team.
    pub team_roles: bool,
    /// The API accepts only keys of organisation admins.
    admin_keys: bool,
    /// The organisation role that overrides the person's role in every team.
    pub cascading_role: Option<Name>,
}

impl Provider {
    pub(super) fn of(can: &ProviderCapabilities, directory: &Directory) -> Self {
        Self {
            // A record read on its own may show a role even if no list has roles.
            org_roles: can.holds().org_roles || directory.org_roles_known() > 0,
            team_roles: can.holds().team_roles,
            admin_keys: can.admin_keys,
            cascading_role: can.cascading_role.clone(),
        }
    }
}

/// The organisation admins beside a user, after the earlier changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RemainingAdmins {
    /// More than one other admin is known.
    Several,
    /// Exactly one other admin is known.
    One,
    /// The key's owner, because the API accepts only keys of organisation admins.
    Owner(Name),
    /// A user whom the profile names as an admin.
    Named(Name),
    /// The provider has no organisation roles.
    NotHeld,
    /// The server does not tell; the reason is a sentence.
    NotTold(String),
    /// Nobody is left: every role is told.
    Nobody,
}

/// The remaining organisation admins. Learnt roles count as told.
pub(super) fn org_admins(
    ledger: &mut ChangeLedger,
    provider: &Provider,
    guards: &GuardSettings,
    user: &User,
    directory: &Directory,
) -> RemainingAdmins {
    let known = match ledger.org_admins_beside(user, directory) {
        0 => None,
        1 => Some(RemainingAdmins::One),
        _ => Some(RemainingAdmins::Several),
    };
    // Admins who lose the role later in the plan don't count, unless a later line is refused for that reason.
    if let Some(known) = known {
        let rest = if ledger.is_other_staying(user, directory) {
            RemainingAdmins::Nobody
        } else {
            beyond_records(ledger, provider, guards, user, directory)
        };
        return if rest == RemainingAdmins::Nobody { known } else { rest };
    }
    beyond_records(ledger, provider, guards, user, directory)
}

/// The remaining admins if no record tells them.
fn beyond_records(
    ledger: &mut ChangeLedger,
    provider: &Provider,
    guards: &GuardSettings,
    user: &User,
    directory: &Directory,
) -> RemainingAdmins {
    if !provider.org_roles {
        return RemainingAdmins::NotHeld;
    }
    let stays = |other: &User| other.id != user.id && !other.is_inactive() && !ledger.is_leaving(&other.id);
    if provider.admin_keys
        && let Some(owner) = owner(guards, directory).filter(|owner| stays(owner) && !owner.account.is_service())
    {
        return RemainingAdmins::Owner(owner.user_name.clone());
    }
    let mut named = guards.admins.iter().filter_map(|name| find(name, directory));
    if let Some(admin) = named.find(|admin| stays(admin)) {
        return RemainingAdmins::Named(admin.user_name.clone());
    }
    let silent = ledger.silent_beside(user, directory);
    let coverage = directory.coverage(RecordKind::User);
    if !coverage.is_complete() {
        return RemainingAdmins::NotTold(format!("Only a part of the users is known ({coverage})"));
    }
    match silent {
        // If all others are known not to be admins, this user is one.
        0 if user.org_role.is_told() || directory.org_roles_known() > 0 => RemainingAdmins::Nobody,
        0 => RemainingAdmins::NotTold("The server tells nobody's organisation role".into()),
        1 => RemainingAdmins::NotTold("The server does not tell the organisation role of one other person".into()),
        many => {
            RemainingAdmins::NotTold(format!("The server does not tell the organisation roles of {many} other people"))
        }
    }
}

/// The record of the key's owner: the server's answer takes precedence over the config.
fn owner<'a>(guards: &GuardSettings, directory: &'a Directory) -> Option<&'a User> {
    match directory.owner() {
        Some(owner) => {
            let by_id = directory.user(&owner.id).filter(|user| owner.is(user));
            by_id.or_else(|| only(directory.users_named(owner.user_name.raw()).filter(|user| owner.is(user))))
        }
        None => find(guards.me.as_deref()?, directory),
    }
}

fn find<'a>(name: &str, directory: &'a Directory) -> Option<&'a User> {
    let by_id = directory.user(&name.trim().into());
    by_id.or_else(|| only(directory.users_named(name).filter(|user| is_called(user, name))))
}

/// True if a name in the profile belongs to a user, or to several.
pub(super) fn is_somebody(name: &str, directory: &Directory) -> bool {
    directory.user(&name.trim().into()).is_some() || directory.users_named(name).any(|user| is_called(user, name))
}

/// The only item; `None` if several users share the name.
fn only<'a>(mut users: impl Iterator<Item = &'a User>) -> Option<&'a User> {
    users.next().filter(|_| users.next().is_none())
}
