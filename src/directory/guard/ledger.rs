//! What the changes planned so far take away, kept as they are added: checking the next one costs the same whether it is
//! the second or the ten thousandth.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    TeamAfter, ends_org_admin, leaves_admin_group,
    others::{Admin, MOST, Others},
};
use crate::directory::{
    Directory, Id,
    change::Change,
    record::{ADMIN, Team, User},
    role_source::{Mapping, RoleSource},
};

/// Changes as if they had happened.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Who is no organisation admin any more once all changes of the plan are sent, this far or later.
    leaving: FxHashSet<Id>,
    /// Who can do less afterwards: everywhere, or in one team.
    weakened: FxHashSet<(Id, Option<Id>)>,
    /// Who is no organisation admin any more.
    demoted: FxHashSet<Id>,
    /// Of those, people whose organisation role the server does not tell.
    demoted_silent: usize,
    org: Option<FxHashSet<Id>>,
    /// Active people whose organisation role the server does not tell.
    silent: Option<usize>,
    teams: FxHashMap<Id, TeamAdmins>,
    /// Who becomes admin of a team.
    raised: FxHashMap<Id, Vec<Id>>,
}

/// Admins of a team that are left: looked for among its members no further than it takes to know enough of them.
#[derive(Debug, Default)]
struct TeamAdmins {
    left: Vec<Id>,
    /// Members of whom the server does not tell whether they are.
    silent: Vec<Id>,
    /// Members that were looked at.
    seen: usize,
}

impl Ledger {
    /// For these changes, with none of them added yet.
    pub(super) fn of<'a>(changes: impl Iterator<Item = &'a Change>, directory: &Directory) -> Self {
        let leaves = |change: &Change| {
            let user = directory.user(change.person()?)?;
            ends_org_admin(change, user, directory).then(|| user.id.clone())
        };
        Self { leaving: changes.filter_map(leaves).collect(), ..Self::default() }
    }

    /// This one will be sent.
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

    /// True for who is an organisation admin no more once all of the plan is sent, whatever they are.
    pub(super) fn is_leaving(&self, user: &Id) -> bool {
        self.leaving.contains(user) || self.demoted.contains(user)
    }

    /// True if a known organisation admin stays beside this user once all of the plan is sent.
    pub(super) fn is_other_staying(&mut self, user: &User, directory: &Directory) -> bool {
        self.org_admins_beside(user, directory);
        self.org.iter().flatten().any(|id| *id != user.id && !self.leaving.contains(id))
    }

    /// How many known organisation admins are left beside this user.
    pub(super) fn org_admins_beside(&mut self, user: &User, directory: &Directory) -> usize {
        let demoted = &self.demoted;
        let left = self.org.get_or_insert_with(|| {
            let certain = directory.org_admins().filter(|admin| !is_doubtful(admin));
            certain.map(|admin| admin.id.clone()).filter(|id| !demoted.contains(id)).collect()
        });
        left.len() - usize::from(left.contains(&user.id))
    }

    /// How many active people beside this one may be organisation admin, since the server does not tell their role.
    pub(super) fn silent_beside(&mut self, user: &User, directory: &Directory) -> usize {
        let users = || directory.records().users().keys().filter_map(|id| directory.user(id));
        let all = *self.silent.get_or_insert_with(|| users().filter(|user| is_silent(user)).count());
        let own = is_silent(user) && !self.demoted.contains(&user.id);
        all.saturating_sub(self.demoted_silent + usize::from(own))
    }

    /// Who else is organisation admin; `None` where nobody is known to be, or their records don't tell.
    pub(super) fn other_org_admins(&mut self, user: &User, directory: &Directory) -> Option<Others> {
        let source = directory.records().role_source();
        if matches!(source, RoleSource::Told(_)) {
            return None;
        }
        self.org_admins_beside(user, directory);
        let stay = self.org.iter().flatten().filter(|id| !self.leaving.contains(*id));
        others(None, user, stay, directory)
    }

    /// Who else is admin of the team; `None` where this user is not, or nobody else is known to be.
    pub(super) fn other_team_admins(&mut self, user: &User, team: &Team, directory: &Directory) -> Option<Others> {
        if directory.is_team_admin(user, team) != Some(true) {
            return None;
        }
        others(Some(team), user, self.teams.get(&team.id).into_iter().flat_map(|admins| &admins.left), directory)
    }

    /// Whether the team keeps an admin when this user is none any more.
    pub(super) fn team_after(&mut self, user: &User, team: &Team, directory: &Directory) -> TeamAfter {
        let was_admin = directory.is_team_admin(user, team);
        if was_admin == Some(false) {
            return TeamAfter::Admins;
        }
        let raised =
            || TeamAdmins { left: self.raised.get(&team.id).cloned().unwrap_or_default(), ..Default::default() };
        let admins = self.teams.entry(team.id.clone()).or_insert_with(raised);
        let members = team.members.as_deref().unwrap_or_default();
        // One more than are told, since this user may be one of them.
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

/// A person who may be an active organisation admin: the server does not tell.
fn is_silent(user: &User) -> bool {
    let may_be = !user.org_role.is_told() || is_doubtful(user);
    may_be && !user.is_inactive() && !user.account.is_service()
}

/// An admin who may be inactive: the server does not tell.
fn is_doubtful(user: &User) -> bool {
    user.org_role.is(ADMIN) && user.active.is_none()
}

fn others<'a>(
    team: Option<&Team>,
    user: &User,
    left: impl Iterator<Item = &'a Id>,
    directory: &Directory,
) -> Option<Others> {
    let admin = |id: &Id| {
        let known = directory.user(id)?;
        let through = match (team, directory.records().role_source()) {
            (None, RoleSource::Mapping(mapping)) => Some(admin_group(known, mapping, directory)?),
            _ => None,
        };
        Some(Admin { through, ..Admin::direct(known) })
    };
    let mut admins: Vec<Admin> = left.filter(|id| **id != user.id).filter_map(admin).take(MOST).collect();
    admins.sort_by(|one, other| one.name.raw().cmp(other.name.raw()));
    (!admins.is_empty()).then(|| Others { team: team.map(|team| team.name.clone()), admins })
}

/// The group that makes somebody admin.
fn admin_group(user: &User, mapping: &Mapping, directory: &Directory) -> Option<Id> {
    let gives = |team: &Team| mapping.of(&team.name).is_some_and(|role| role.is(ADMIN));
    let teams = directory.teams_of(&user.id);
    teams.iter().find(|id| directory.team(id).is_some_and(gives)).cloned()
}
