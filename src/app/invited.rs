//! Invited people in the list of users. Invitations are read when somebody asks for them, a few teams at a time.

use super::{App, AppEffect, action::Action};
use crate::{
    directory::{RecordKind, ResourceRef, side_query::SideQueryKind, work::WorkerJob},
    scim::text::number,
};

/// The limit of teams whose invitations are read at the same time.
const AT_ONCE: usize = 4;

impl App {
    /// Begins to read the invitations of all teams.
    pub(super) fn read_invitations(&mut self, effects: &mut Vec<AppEffect>) {
        let teams = (0..self.directory.len(RecordKind::Team) as u32).filter_map(|row| self.directory.team_at(row));
        let ids = teams.map(|team| team.id.clone()).filter(|id| !ResourceRef::team(id).is_provisional());
        self.session.unbidden.roster_queue = ids.collect();
        let count = self.session.unbidden.roster_queue.len();
        let words = self.word(if count == 1 { "team" } else { "teams" });
        self.say(format!("Reading the invitations of {} {words}, one request each…", number(count as u64)));
        self.session.unbidden.rosters_asked = 0;
        (0..AT_ONCE).for_each(|_| self.ask_next_roster(effects));
    }

    /// Says of how many teams the invitations are known, if that is not all of them.
    pub(super) fn say_whose_invitations_are_known(&mut self) {
        let (known, all) = (self.directory.rosters_known(), self.directory.len(RecordKind::Team));
        if let Some(why) = self.never(Action::ReadInvitations) {
            let why = why.into_owned();
            self.say(why);
        } else if known < all {
            let key = self.keymap.label(Action::ReadInvitations).unwrap_or_default();
            let (known, all, teams) = (number(known as u64), number(all as u64), self.word("teams"));
            self.say(format!(
                "Invitations are known of {known} of {all} {teams}; {key} (outside the filter) reads all."
            ));
        }
    }

    fn ask_next_roster(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(planner) = self.session.planner.clone() else { return };
        while let Some(team) = self.session.unbidden.roster_queue.pop_front() {
            if let Ok(inquiry) = planner.inquiry(SideQueryKind::Roster(team), &self.directory) {
                self.session.unbidden.rosters_asked += 1;
                effects.push(AppEffect::Work(WorkerJob::Ask(inquiry)));
                return;
            }
        }
    }

    /// Takes in the invitations of teams, or the failure to read them.
    pub(super) fn rosters_told(&mut self, topics: &[SideQueryKind], effects: &mut Vec<AppEffect>) {
        let rosters = topics.iter().filter(|topic| matches!(topic, SideQueryKind::Roster(_))).count();
        if rosters == 0 {
            return;
        }
        if self.directory.gather_invited() {
            self.rows_changed();
        }
        for _ in 0..rosters.min(self.session.unbidden.rosters_asked) {
            self.session.unbidden.rosters_asked -= 1;
            self.ask_next_roster(effects);
            if self.session.unbidden.rosters_asked == 0 {
                let (known, all) = (self.directory.rosters_known(), self.directory.len(RecordKind::Team));
                let people = self.directory.invited().len();
                let are = if people == 1 { "person is" } else { "people are" };
                let words = self.word("teams");
                let text = format!(
                    "{} {are} invited and {} no account yet, as {} of {} {words} tell.",
                    number(people as u64),
                    if people == 1 { "has" } else { "have" },
                    number(known as u64),
                    number(all as u64),
                );
                let key = self.keymap.label(Action::Filter).filter(|_| people > 0);
                self.say(key.map_or(text.clone(), |key| format!("{text} {key}invited lists them.")));
            }
        }
    }
}
