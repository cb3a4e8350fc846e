//! What the changes planned so far take away, kept as they are added: checking the next one costs the same whether it is
//! the second or the ten thousandth.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    leaves_admin_group,
    others::{Admin, MOST, Others},
    weakens,
};
use crate::directory::{
    Directory, Id,
    change::Change,
    record::{Team, User},
    role_source::{Mapping, RoleSource},
};

/// Changes as if they had happened.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Who can do less afterwards: everywhere, or in one team.
    weakened: FxHashSet<(Id, Option<Id>)>,
    /// Who is no organisation admin any more.
    demoted: FxHashSet<Id>,
    org: Option<Admins>,
    teams: FxHashMap<Id, TeamAdmins>,
}

/// Organisation admins, as known.
#[derive(Debug)]
struct Admins {
    /// How many users' roles are known.
    known: usize,
    left: FxHashSet<Id>,
}

/// Admins of a team that are left: looked for among its members no further than it takes to know enough of them.
#[derive(Debug, Default)]
struct TeamAdmins {
    left: Vec<Id>,
    /// Members that were looked at.
    seen: usize,
}

impl Ledger {
    /// This one will be sent.
    pub(super) fn add(&mut self, change: &Change, directory: &Directory) {
        let Some(id) = change.person().filter(|_| weakens(change)) else { return };
        let team = match change {
            Change::SetTeamRole { team, .. } | Change::RemoveMember { team, .. } => Some(team),
            _ => None,
        };
        self.weakened.insert((id.clone(), team.cloned()));
        let everywhere = if team.is_none() { directory.teams_of(id) } else { Vec::new() };
        for team in team.into_iter().chain(everywhere.iter()) {
            if let Some(left) = self.teams.get_mut(team) {
                left.left.retain(|admin| admin != id);
            }
        }
        let by_group = || directory.user(id).is_some_and(|user| leaves_admin_group(change, user, directory));
        if team.is_none() || by_group() {
            self.demoted.insert(id.clone());
            if let Some(admins) = &mut self.org {
                admins.left.remove(id);
            }
        }
    }

    /// How many users' organisation roles are known, and how many admins are left beside this user.
    pub(super) fn org_admins_beside(&mut self, user: &User, directory: &Directory) -> (usize, usize) {
        let admins = self.org.get_or_insert_with(|| Admins {
            known: directory.org_roles_known(),
            left: directory
                .org_admins()
                .map(|admin| admin.id.clone())
                .filter(|id| !self.demoted.contains(id))
                .collect(),
        });
        (admins.known, admins.left.len() - usize::from(admins.left.contains(&user.id)))
    }

    /// Who else is organisation admin; `None` where nobody is known to be, or their records don't tell.
    pub(super) fn other_org_admins(&mut self, user: &User, directory: &Directory) -> Option<Others> {
        let source = directory.records().role_source();
        if matches!(source, RoleSource::Told(_)) {
            return None;
        }
        self.org_admins_beside(user, directory);
        others(None, user, self.org.iter().flat_map(|admins| &admins.left), directory)
    }

    /// Who else is admin of the team; `None` where this user is not, or nobody else is known to be.
    pub(super) fn other_team_admins(&mut self, user: &User, team: &Team, directory: &Directory) -> Option<Others> {
        if !is_admin(user, team) {
            return None;
        }
        others(Some(team), user, self.teams.get(&team.id).into_iter().flat_map(|admins| &admins.left), directory)
    }

    /// True if this admin of the team is the last one known.
    pub(super) fn is_last_admin(&mut self, user: &User, team: &Team, directory: &Directory) -> bool {
        if !is_admin(user, team) {
            return false;
        }
        let admins = self.teams.entry(team.id.clone()).or_default();
        let members = team.members.as_deref().unwrap_or_default();
        // One more than are told, since this user may be one of them.
        while admins.left.len() <= MOST
            && let Some(member) = members.get(admins.seen)
        {
            admins.seen += 1;
            let id = &member.id;
            let weakened = |of: Option<&Id>| self.weakened.contains(&(id.clone(), of.cloned()));
            if directory.user(id).is_some_and(|user| is_admin(user, team))
                && !weakened(None)
                && !weakened(Some(&team.id))
            {
                admins.left.push(id.clone());
            }
        }
        admins.left.iter().all(|id| *id == user.id)
    }
}

fn is_admin(user: &User, team: &Team) -> bool {
    user.role_in(&team.name).is_some_and(|role| role.is("admin")) && !user.is_inactive()
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
        Some(Admin { id: id.clone(), name: known.user_name.clone(), through })
    };
    let mut admins: Vec<Admin> = left.filter(|id| **id != user.id).filter_map(admin).take(MOST).collect();
    admins.sort_by(|one, other| one.name.raw().cmp(other.name.raw()));
    (!admins.is_empty()).then(|| Others { team: team.map(|team| team.name.clone()), admins })
}

/// The group that makes somebody admin.
fn admin_group(user: &User, mapping: &Mapping, directory: &Directory) -> Option<Id> {
    let gives = |team: &Team| mapping.of(&team.name).is_some_and(|role| role.is("admin"));
    let teams = directory.teams_of(&user.id);
    teams.iter().find(|id| directory.team(id).is_some_and(gives)).cloned()
}
