//! Reads the facts that decide whether a change may be sent, before the plan is drawn up.

use rustc_hash::FxHashSet;

use super::{error::CommandError, headless_session::HeadlessSession};
use crate::directory::{
    Id, MaybeTold, Observation,
    change::Change,
    guard::{MOST_PEOPLE_READ, MOST_TEAMS_ASKED},
    plan::{self, InversePlan},
    record::{Record, User},
    side_query::SideQueryKind,
};

impl HeadlessSession {
    /// Reads the facts that guards need about these changes: the owner of the key, the roles of the people concerned,
    /// the members of their teams, and the admins of these. A fact that the server does not tell stays unknown, and the
    /// guards say so.
    pub async fn decide(&mut self, changes: &[Change]) -> Result<(), CommandError> {
        if changes.iter().any(|change| matches!(change, Change::DeleteRole { .. })) {
            self.fill_holders().await?;
        }
        // A list may show only some members, and the undo creates the team again with the known ones.
        let deleted = changes.iter().filter(|change| matches!(change, Change::DeleteTeam { .. }));
        self.read_teams(deleted.filter_map(Change::team).cloned()).await?;
        let people: FxHashSet<Id> = changes.iter().flat_map(Change::concerned).cloned().collect();
        if people.is_empty() {
            return Ok(());
        }
        let teams: FxHashSet<Id> = changes.iter().flat_map(|change| self.teams_at_stake(change)).collect();
        self.fill_teams(teams.iter().cloned()).await?;
        self.fill(people.iter().cloned()).await?;
        self.fill_unlisted(changes).await?;
        self.fill_others(changes, &people).await?;
        let undecided: Vec<Id> = teams.into_iter().filter(|team| self.is_undecided(team, &people)).collect();
        let rosters = undecided.iter().take(MOST_TEAMS_ASKED).map(|team| SideQueryKind::Roster(team.clone()));
        self.ask(rosters.collect()).await?;
        self.fill_colleagues(undecided, &people).await
    }

    /// Reads the other members of teams whose rosters did not show whether an admin stays, if they are few.
    async fn fill_colleagues(&mut self, mut teams: Vec<Id>, people: &FxHashSet<Id>) -> Result<(), CommandError> {
        teams.retain(|team| self.is_undecided(team, people));
        let silent = self.directory.silent_members(&teams).take(MOST_PEOPLE_READ + 1);
        let silent: Vec<Id> = silent.map(|user| user.id.clone()).collect();
        if silent.len() > MOST_PEOPLE_READ {
            return Ok(());
        }
        self.fill(silent.into_iter()).await
    }

    /// Reads everybody whose role the list left out, if they are few: any of them may hold a deleted role.
    async fn fill_holders(&mut self) -> Result<(), CommandError> {
        let users = self.directory.records().users().values().filter(|user| !self.directory.knows_roles(user));
        let silent: Vec<Id> = users.take(MOST_PEOPLE_READ + 1).map(|user| user.id.clone()).collect();
        if silent.len() > MOST_PEOPLE_READ {
            return Ok(());
        }
        self.fill(silent.into_iter()).await
    }

    /// Reads the people who may lose an organisation role, on a server whose list shows no role. If one of their
    /// records shows a role, the list has left out all roles.
    async fn fill_unlisted(&mut self, changes: &[Change]) -> Result<(), CommandError> {
        if self.can().holds().org_roles || self.directory.records().role_source().is_derived() {
            return Ok(());
        }
        let lowered = changes.iter().filter(|change| change.nature().ends_org_admin()).filter_map(Change::person);
        let lowered: FxHashSet<Id> = lowered.take(MOST_PEOPLE_READ).cloned().collect();
        self.read_users(lowered.iter().cloned()).await?;
        let has_role = |id: &Id| self.directory.user(id).is_some_and(|user| user.org_role.value().is_some());
        if !lowered.iter().any(has_role) {
            return Ok(());
        }
        let others = self.directory.records().users().values().filter(|user| !lowered.contains(&user.id));
        let untold = others.map(|user| User { org_role: MaybeTold::NOT_TOLD, ..user.clone() });
        let untold = untold.map(|user| Observation::Record(Record::User(user))).collect();
        self.directory.learn(untold);
        Ok(())
    }

    /// Reads the other people whose roles the list left out, if they are few and decide whether an admin stays.
    async fn fill_others(&mut self, changes: &[Change], people: &FxHashSet<Id>) -> Result<(), CommandError> {
        let users = self.directory.records().users().keys().filter(|id| !people.contains(*id));
        let silent = |id: &&Id| {
            let user = self.directory.user(id);
            user.is_some_and(|user| !user.org_role.is_told() && !user.is_inactive() && !user.account.is_service())
        };
        let silent: Vec<Id> = users.filter(silent).take(MOST_PEOPLE_READ + 1).cloned().collect();
        if silent.is_empty() || silent.len() > MOST_PEOPLE_READ {
            return Ok(());
        }
        let plan = plan::draft(&*self.planner, &self.guards, changes.to_vec(), &self.directory);
        match plan.among.hangs_on_admins() {
            true if self.can().sparse_lists => self.fill(silent.into_iter()).await,
            true => self.read_users(silent.into_iter()).await,
            false => Ok(()),
        }
    }

    /// The changes among these whose effect the directory does not show already.
    ///
    /// A list may show only some of a team's members, so a team is read alone before a person counts as out of it, or
    /// in it.
    ///
    /// # Errors
    ///
    /// The server could not be asked.
    pub async fn still_open(&mut self, changes: Vec<Change>) -> Result<Vec<Change>, CommandError> {
        self.look_again(&changes).await?;
        Ok(changes.into_iter().filter(|change| !plan::already(change, &self.directory)).collect())
    }

    /// Reads alone the teams in which the lists show some of these changes as made.
    pub async fn look_again(&mut self, changes: &[Change]) -> Result<(), CommandError> {
        let so = changes.iter().filter(|change| plan::already(change, &self.directory));
        let teams: FxHashSet<Id> = so.filter_map(Change::team).cloned().collect();
        self.read_teams(teams.into_iter().take(MOST_TEAMS_ASKED)).await
    }

    /// Reads alone the records of an undo that the lists show as undone, or changed since, because a list may be late.
    /// For a record that can't be read the list counts.
    pub async fn read_unsure(&mut self, inverse: &InversePlan) -> Result<(), CommandError> {
        let unsure = inverse.unsure(&self.directory);
        self.read_alone(unsure.into_iter().collect()).await.map(drop)
    }

    /// The teams in which a change may take an admin away.
    fn teams_at_stake(&self, change: &Change) -> Vec<Id> {
        let mut teams = change.teams_lowered(self.can().cascading_role.as_ref(), &self.directory);
        teams.extend(change.takes_members().map(|(team, _)| team.clone()));
        if change.takes_person().is_some() && !self.directory.tells_memberships() {
            // The people may be in any team whose members the list left out.
            let silent = self.directory.records().teams().values().filter(|team| team.members.is_none());
            teams.extend(silent.take(MOST_TEAMS_ASKED).map(|team| team.id.clone()));
        }
        teams
    }

    /// True if only these people are known to be admins of the team, or may be.
    fn is_undecided(&self, team: &Id, people: &FxHashSet<Id>) -> bool {
        let Some(team) = self.directory.team(team).filter(|_| self.can().holds().team_roles) else { return false };
        // A person who is told to be no admin takes no admin away.
        let may_be_admin = |id: &Id| {
            let may_be_in = team.members.is_none() || team.has(id);
            may_be_in
                && self.directory.user(id).is_none_or(|user| self.directory.is_team_admin(user, team) != Some(false))
        };
        if !people.iter().any(may_be_admin) {
            return false;
        }
        let admins = self.directory.admins_of(team);
        admins.silent > 0 && admins.known.iter().all(|user| people.contains(&user.id))
    }
}
