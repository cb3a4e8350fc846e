//! What decides whether a change may be sent: read before the plan is drawn up, as far as the server tells it.

use rustc_hash::FxHashSet;

use super::{desk::Desk, end::Stop};
use crate::directory::{Id, aside::Topic, change::Change};

/// So many teams are asked for their admins; a larger plan says which of them it does not know.
const MOST_TEAMS: usize = 20;

impl Desk {
    /// Reads what guards need to know about these changes: the owner of the key, the roles of the people concerned, the
    /// members of their teams, and who is admin there. What the server does not tell stays unknown, and the guards say so.
    pub async fn decide(&mut self, changes: &[Change]) -> Result<(), Stop> {
        let people: FxHashSet<Id> = changes.iter().flat_map(Change::concerned).cloned().collect();
        if people.is_empty() {
            return Ok(());
        }
        let teams: FxHashSet<Id> = changes.iter().flat_map(|change| self.teams_at_stake(change)).collect();
        self.fill_teams(teams.iter().cloned()).await?;
        self.fill(people.iter().cloned()).await?;
        let silent = teams.iter().filter(|team| self.is_undecided(team, &people)).take(MOST_TEAMS);
        self.ask(silent.map(|team| Topic::Roster(team.clone())).collect()).await
    }

    /// The teams in which a change may take an admin away.
    fn teams_at_stake(&self, change: &Change) -> Vec<Id> {
        let mut teams = change.teams_lowered(self.can().cascading_role.as_ref(), &self.directory);
        teams.extend(change.takes_members().map(|(team, _)| team.clone()));
        if change.takes_person().is_some() && !self.directory.tells_memberships() {
            // They may be in any team whose members the list left out.
            let silent = self.directory.records().teams().values().filter(|team| team.members.is_none());
            teams.extend(silent.take(MOST_TEAMS).map(|team| team.id.clone()));
        }
        teams
    }

    /// True where nobody but these people is known to be admin of the team, and somebody may be.
    fn is_undecided(&self, team: &Id, people: &FxHashSet<Id>) -> bool {
        let Some(team) = self.directory.team(team).filter(|_| self.can().holds().team_roles) else { return false };
        let admins = self.directory.admins_of(team);
        admins.silent > 0 && admins.known.iter().all(|user| people.contains(&user.id))
    }
}
