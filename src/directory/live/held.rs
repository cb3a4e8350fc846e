//! Memberships and roles, pending changes included.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::directory::{
    Directory, Id, Name, RecordKind, ResourceRef,
    change::Change,
    record::{ADMIN, Team, User, is_full_page},
    role_source::RoleSource,
};

/// The admins of a team.
#[derive(Debug)]
pub struct TeamAdminSet<'a> {
    /// Active members who are known to be admins.
    pub known: Vec<&'a User>,
    /// The number of active members who may be admins: the server does not tell their role, or the list of users lacks
    /// them.
    pub silent: usize,
}

impl Directory {
    /// The teams of a user, pending joins and leaves included.
    pub fn teams_of(&self, user: &Id) -> Vec<Id> {
        let mut teams: Vec<Id> = self.records.teams_of(user).cloned().collect();
        let Some(changes) = self.touched.get(&ResourceRef::user(user)) else { return teams };
        for change in changes.keys().filter_map(|id| self.pending.get(id)) {
            match change {
                Change::AddMember { team, .. }
                | Change::SetTeamRole { team, .. }
                | Change::CreateTeam { key: team, .. }
                    if !teams.contains(team) =>
                {
                    teams.push(team.clone());
                }
                Change::RemoveMember { team, .. } => teams.retain(|known| known != team),
                Change::ReplaceMembers { team, come, .. } => {
                    teams.retain(|known| known != team);
                    teams.extend(come.contains(user).then(|| team.clone()));
                }
                _ => {}
            }
        }
        teams
    }

    /// True if the server may show only some members of the team: the confirmed number is that of a full page, and no
    /// team shows more.
    pub fn is_perhaps_cut(&self, team: &Team) -> bool {
        let size = |team: &Team| team.size().unwrap_or_default();
        let teams = self.records.teams();
        let shown = teams.get(&team.id).map_or(0, size);
        is_full_page(shown) && !teams.values().any(|other| size(other) > shown)
    }

    /// Number of teams of a user.
    pub fn team_count(&self, user: &Id) -> usize {
        if !self.touched.is_empty() && self.touched.contains_key(&ResourceRef::user(user)) {
            return self.teams_of(user).len();
        }
        self.records.teams_of(user).count()
    }

    /// For each user's row, whether the user is a member of any of these teams, pending joins and leaves included.
    pub fn members_of(&self, teams: &[Id]) -> Vec<bool> {
        let wanted: Vec<u32> = teams.iter().filter_map(|team| self.records.row(&ResourceRef::team(team))).collect();
        let is_in = |row| self.records.team_rows(row).iter().any(|team| wanted.contains(team));
        let mut inside: Vec<bool> = (0..self.len(RecordKind::User) as u32).map(is_in).collect();
        for row in self.touched_rows(RecordKind::User) {
            let now = self.id_at(RecordKind::User, row).map(|id| self.teams_of(id)).unwrap_or_default();
            inside[row as usize] = now.iter().any(|team| teams.contains(team));
        }
        inside
    }

    /// Rows of a kind with pending changes; all other rows are as in the confirmed records.
    pub fn touched_rows(&self, kind: RecordKind) -> FxHashSet<u32> {
        let touched = self.touched.keys().filter(|target| target.kind == kind);
        touched.filter_map(|target| self.records.row(target)).collect()
    }

    /// The number of holders of each role, as [`Directory::holders`] counts them.
    pub fn holder_counts(&self) -> FxHashMap<&Name, u32> {
        let mut counts: FxHashMap<&Name, u32> = FxHashMap::default();
        if self.records.role_source().is_derived() {
            let roles = self.records.roles().values();
            counts.extend(roles.map(|role| (&role.name, self.holders(&role.name).len() as u32)));
            return counts;
        }
        for user in (0..self.len(RecordKind::User) as u32).filter_map(|row| self.user_at(row)) {
            let grants = user.team_roles.as_deref().unwrap_or_default();
            for (at, grant) in grants.iter().enumerate() {
                let again = grants.iter().take(at).any(|before| before.role == grant.role);
                *counts.entry(&grant.role).or_default() += u32::from(!again);
            }
        }
        counts
    }

    /// The users who hold a role in some team, each with the names of those teams.
    pub fn holders(&self, role: &Name) -> Vec<(&User, Vec<&Name>)> {
        let users = (0..self.len(RecordKind::User) as u32).filter_map(|row| self.user_at(row));
        if self.records.role_source().is_derived() {
            let source = self.records.role_source();
            let holds = |held: &Name| source.roles_in(held).any(|one| one == role.raw());
            let held = users.filter(|user| user.org_role.value().is_some_and(holds));
            return held.map(|user| (user, self.givers(user))).collect();
        }
        users
            .filter_map(|user| {
                let grants = user.team_roles.as_deref()?;
                let teams: Vec<&Name> = grants.iter().filter(|g| g.role == *role).map(|g| &g.scope).collect();
                (!teams.is_empty()).then_some((user, teams))
            })
            .collect()
    }

    /// True if the user is known to be an active admin of the team, false if known not to be, `None` if the server does
    /// not tell.
    pub fn is_team_admin(&self, user: &User, team: &Team) -> Option<bool> {
        if user.is_inactive() {
            return Some(false);
        }
        if let Some(role) = user.role_in(&team.name) {
            return Some(role.is(ADMIN));
        }
        if user.account.is_service() {
            return Some(false);
        }
        let mut roster = self.roster(&team.id)?.iter().filter(|one| !one.pending);
        roster.find(|one| one.user_name == user.user_name)?.admin
    }

    /// Members of these teams who may be admins of one of them, because the server does not tell their role there;
    /// without duplicates.
    pub fn silent_members<'a>(&'a self, teams: &'a [Id]) -> impl Iterator<Item = &'a User> {
        let mut seen = FxHashSet::default();
        let teams = teams.iter().filter_map(|team| self.team(team));
        let members = teams.flat_map(move |team| team.members.iter().flatten().map(move |member| (team, &member.id)));
        let users = members.filter_map(move |(team, id)| Some((team, self.user(id)?)));
        users
            .filter(|(team, user)| self.is_team_admin(user, team).is_none())
            .filter_map(move |(_, user)| seen.insert(&user.id).then_some(user))
    }

    /// The active admins of a team among its members.
    pub fn admins_of(&self, team: &Team) -> TeamAdminSet<'_> {
        let mut admins = TeamAdminSet { known: Vec::new(), silent: 0 };
        let roster = self.roster(&team.id).unwrap_or_default().iter().filter(|one| !one.pending);
        let roster: FxHashMap<&Name, bool> = roster.filter_map(|one| Some((&one.user_name, one.admin?))).collect();
        for member in team.members.iter().flatten() {
            let Some(user) = self.user(&member.id) else {
                let may_be_user = !self.is_complete(RecordKind::User) && self.team(&member.id).is_none();
                admins.silent += usize::from(may_be_user);
                continue;
            };
            let told = user.role_in(&team.name).map(|role| role.is(ADMIN));
            match told.or_else(|| roster.get(&user.user_name).copied()) {
                None if user.account.is_service() => {}
                _ if user.is_inactive() => {}
                Some(true) => admins.known.push(user),
                Some(false) => {}
                None => admins.silent += 1,
            }
        }
        admins
    }

    /// The teams that give a user their role, if roles follow from teams.
    pub fn givers(&self, user: &User) -> Vec<&Name> {
        let (RoleSource::Mapping(mapping), Some(role)) = (self.records.role_source(), user.org_role.value()) else {
            return Vec::new();
        };
        let teams = self.teams_of(&user.id);
        // Names from the records, because the list of ids may be made for this call.
        let names = teams.iter().filter_map(|id| self.team(id)).map(|team| &team.name);
        mapping.givers(role, names)
    }

    /// Users whose organisation role is known to be `admin`, and are not deactivated.
    pub fn org_admins(&self) -> impl Iterator<Item = &User> {
        let confirmed = self.records.org_admins().filter(|id| !self.users.contains_key(*id));
        let confirmed = confirmed.filter_map(|id| self.records.users().get(id));
        confirmed.chain(self.users.values().filter(|user| user.is_org_admin()))
    }
}
