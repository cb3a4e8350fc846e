//! The losses caused by the changes planned so far, updated with each change, so that the check of a change costs the
//! same for the second and the ten-thousandth.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    TeamAfter, ends_org_admin, leaves_admin_group,
    others::{MOST, OtherAdmin, OtherAdmins},
};
use crate::directory::{
    Directory, Id,
    change::Change,
    record::{ADMIN, Team, User},
    role_source::{RoleMapping, RoleSource},
};

/// The effects of planned changes, as if they had happened.
#[derive(Debug, Default)]
pub(super) struct ChangeLedger {
    /// Users who are no organisation admins after all changes of the plan, including those not added yet.
    leaving: FxHashSet<Id>,
    /// Users who have fewer rights afterwards: everywhere, or in a team.
    weakened: FxHashSet<(Id, Option<Id>)>,
    /// Users who are no organisation admins any more.
    demoted: FxHashSet<Id>,
    /// Number of demoted users whose organisation role the server does not tell.
    demoted_silent: usize,
    org: Option<FxHashSet<Id>>,
    /// Number of active people whose organisation role the server does not tell.
    silent: Option<usize>,
    teams: FxHashMap<Id, TeamAdmins>,
    /// Users who become admin of a team, by team.
    raised: FxHashMap<Id, Vec<Id>>,
}

/// Remaining admins of a team: members are scanned only until enough admins are known.
#[derive(Debug, Default)]
struct TeamAdmins {
    left: Vec<Id>,
    /// Members whose role the server does not tell.
    silent: Vec<Id>,
    /// Number of scanned members.
    seen: usize,
}

impl ChangeLedger {
    /// A ledger for these changes, none of which is added yet.
    pub(super) fn of<'a>(changes: impl Iterator<Item = &'a Change>, directory: &Directory) -> Self {
        let leaves = |change: &Change| {
            let user = directory.user(change.person()?)?;
            ends_org_admin(change, user, directory).then(|| user.id.clone())
        };
        Self { leaving: changes.filter_map(leaves).collect(), ..Self::default() }
    }

    /// Adds the effects of a change that will be sent.
    pub(super) fn add(&mut self, change: &Change, directory: &Directory) {
        if let Change::SetTeamRole { user, team, role, .. } = change
            && role.is(ADMIN)
        {
            self.raised.entry(team.clone()).or_default().push(user.clone());
            if let Some(admins) = self.teams.get_mut(team) {
                admins.left.push(user.clone());
            }
        }
        let Some(id) = change.person().filter(|_| change.nature().lowers_person()) else { return };
        let team = change.team();
        self.weakened.insert((id.clone(), team.cloned()));
        let everywhere = if team.is_none() { directory.teams_of(id) } else { Vec::new() };
        for team in team.into_iter().chain(everywhere.iter()) {
            if let Some(admins) = self.teams.get_mut(team) {
                admins.left.retain(|admin| admin != id);
                admins.silent.retain(|member| member != id);
            }
            if let Some(raised) = self.raised.get_mut(team) {
                raised.retain(|admin| admin != id);
            }
        }
        let user = directory.user(id);
        if team.is_none() || user.is_some_and(|user| leaves_admin_group(change, user, directory)) {
            if self.demoted.insert(id.clone()) {
                self.demoted_silent += usize::from(user.is_some_and(is_silent));
            }
            if let Some(admins) = &mut self.org {
                admins.remove(id);
            }
        }
    }

    /// True if the user is no organisation admin once the whole plan is sent, whatever the user's role is now.
    pub(super) fn is_leaving(&self, user: &Id) -> bool {
        self.leaving.contains(user) || self.demoted.contains(user)
    }

    /// True if another known organisation admin stays once the whole plan is sent.
    pub(super) fn is_other_staying(&mut self, user: &User, directory: &Directory) -> bool {
        self.org_admins_beside(user, directory);
        self.org.iter().flatten().any(|id| *id != user.id && !self.leaving.contains(id))
    }

    /// Number of known organisation admins left beside this user.
    pub(super) fn org_admins_beside(&mut self, user: &User, directory: &Directory) -> usize {
        let demoted = &self.demoted;
        let left = self.org.get_or_insert_with(|| {
            let certain = directory.org_admins().filter(|admin| !is_doubtful(admin));
            certain.map(|admin| admin.id.clone()).filter(|id| !demoted.contains(id)).collect()
        });
        left.len() - usize::from(left.contains(&user.id))
    }

    /// Number of active people beside this user who may be organisation admins, because the server does not tell their
    /// role.
    pub(super) fn silent_beside(&mut self, user: &User, directory: &Directory) -> usize {
        let users = || directory.records().users().keys().filter_map(|id| directory.user(id));
        let all = *self.silent.get_or_insert_with(|| users().filter(|user| is_silent(user)).count());
        let own = is_silent(user) && !self.demoted.contains(&user.id);
        all.saturating_sub(self.demoted_silent + usize::from(own))
    }

    /// The other organisation admins; `None` if no other is known, or if records don't tell them.
    pub(super) fn other_org_admins(&mut self, user: &User, directory: &Directory) -> Option<OtherAdmins> {
        let source = directory.records().role_source();
        if matches!(source, RoleSource::Told(_)) {
            return None;
        }
        self.org_admins_beside(user, directory);
        let stay = self.org.iter().flatten().filter(|id| !self.leaving.contains(*id));
        others(None, user, stay, directory)
    }

    /// The other admins of the team; `None` if this user is no admin, or if no other is known.
    pub(super) fn other_team_admins(&mut self, user: &User, team: &Team, directory: &Directory) -> Option<OtherAdmins> {
        if directory.is_team_admin(user, team) != Some(true) {
            return None;
        }
        others(Some(team), user, self.teams.get(&team.id).into_iter().flat_map(|admins| &admins.left), directory)
    }

    /// Whether the team keeps an admin once this user is no admin any more.
    pub(super) fn team_after(&mut self, user: &User, team: &Team, directory: &Directory) -> TeamAfter {
        let was_admin = directory.is_team_admin(user, team);
        if was_admin == Some(false) {
            return TeamAfter::Admins;
        }
        let raised =
            || TeamAdmins { left: self.raised.get(&team.id).cloned().unwrap_or_default(), ..Default::default() };
        let admins = self.teams.entry(team.id.clone()).or_insert_with(raised);
        let members = team.members.as_deref().unwrap_or_default();
        // The scan looks for one more than is told, because this user may be among the admins.
        while admins.left.len() <= MOST
            && let Some(member) = members.get(admins.seen)
        {
            admins.seen += 1;
            let id = &member.id;
            let weakened = |of: Option<&Id>| self.weakened.contains(&(id.clone(), of.cloned()));
            let Some(known) = directory.user(id).filter(|_| !weakened(None) && !weakened(Some(&team.id))) else {
                continue;
            };
            match directory.is_team_admin(known, team) {
                Some(true) => admins.left.push(id.clone()),
                Some(false) => {}
                None => admins.silent.push(id.clone()),
            }
        }
        let others = |all: &[Id]| all.iter().any(|id| *id != user.id);
        if others(&admins.left) {
            TeamAfter::Admins
        } else if was_admin.is_none() || others(&admins.silent) || team.members.is_none() {
            TeamAfter::NotTold
        } else {
            TeamAfter::NoAdmin
        }
    }
}

/// True if the user may be an active organisation admin and the server does not tell.
fn is_silent(user: &User) -> bool {
    let may_be = !user.org_role.is_told() || is_doubtful(user);
    may_be && !user.is_inactive() && !user.account.is_service()
}

/// True for an admin who may be inactive, because the server does not tell.
fn is_doubtful(user: &User) -> bool {
    user.org_role.holds(ADMIN) && user.active.is_none()
}

fn others<'a>(
    team: Option<&Team>,
    user: &User,
    left: impl Iterator<Item = &'a Id>,
    directory: &Directory,
) -> Option<OtherAdmins> {
    let admin = |id: &Id| {
        let known = directory.user(id)?;
        let through = match (team, directory.records().role_source()) {
            (None, RoleSource::Mapping(mapping)) => Some(admin_group(known, mapping, directory)?),
            _ => None,
        };
        Some(OtherAdmin { through, ..OtherAdmin::direct(known) })
    };
    let mut admins: Vec<OtherAdmin> = left.filter(|id| **id != user.id).filter_map(admin).take(MOST).collect();
    admins.sort_by(|one, other| one.name.raw().cmp(other.name.raw()));
    (!admins.is_empty()).then(|| OtherAdmins { team: team.map(|team| team.name.clone()), admins })
}

/// The group that makes the user an admin.
fn admin_group(user: &User, mapping: &RoleMapping, directory: &Directory) -> Option<Id> {
    let gives = |team: &Team| mapping.of(&team.name).is_some_and(|role| role.is(ADMIN));
    let teams = directory.teams_of(&user.id);
    teams.iter().find(|id| directory.team(id).is_some_and(gives)).cloned()
}
