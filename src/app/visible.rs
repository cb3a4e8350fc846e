//! Reads values that the lists left out, for the rows on screen.

use super::{App, AppEffect, FEW_MEMBERS};
use crate::directory::{
    RecordKind, ResourceRef,
    record::Team,
    side_query::SideQueryKind,
    work::{LinkState, WorkerJob},
};

/// The number of single reads without a role after which no more users are read: this server does not tell roles.
pub(super) const SILENT_READS: usize = 40;

impl App {
    /// Reads the values that the lists left out for the rows on screen: the roles of users, the members of teams.
    pub(super) fn read_visible(&mut self, effects: &mut Vec<AppEffect>) {
        // A row at the top of a partial list may be elsewhere in the whole list.
        if self.session.sync.partial || matches!(self.session.link, Some(LinkState::Down(_))) {
            return;
        }
        let Some(pane) = self.lists.pane() else { return };
        let kind = pane.kind;
        let visible = pane.rows.iter().skip(pane.top).take(self.screen.size.list_rows()).copied();
        let lacking = visible.filter_map(|row| self.lacking(kind, row));
        let targets: Vec<ResourceRef> =
            lacking.filter(|target| !self.session.unbidden.read_alone.contains(target)).collect();
        if !targets.is_empty() {
            self.session.unbidden.read_alone.extend(targets.iter().cloned());
            effects.push(AppEffect::Work(WorkerJob::ReadEach(targets)));
        }
        if kind == RecordKind::Team {
            self.ask_rosters(effects);
        }
    }

    /// Asks for the admins of the teams on screen, if the records of their members do not show them.
    fn ask_rosters(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(planner) = self.session.planner.clone() else { return };
        let pane = &self.lists.panes[RecordKind::Team as usize];
        let visible = pane.rows.iter().skip(pane.top).take(self.screen.size.list_rows());
        let silent = visible.filter_map(|row| self.directory.team_at(*row)).filter(|team| {
            let told = team.size().is_some_and(|size| size <= FEW_MEMBERS) && self.directory.roster(&team.id).is_none();
            told && self.directory.admins_of(team).silent > 0
        });
        let topics: Vec<SideQueryKind> = silent.map(|team| SideQueryKind::Roster(team.id.clone())).collect();
        for topic in topics {
            if self.session.unbidden.asked.insert(topic.clone())
                && let Ok(inquiry) = planner.inquiry(topic, &self.directory)
            {
                effects.push(AppEffect::Work(WorkerJob::Ask(inquiry)));
            }
        }
    }

    /// The record of a row, if a single read may tell more than its list.
    fn lacking(&self, kind: RecordKind, row: u32) -> Option<ResourceRef> {
        match kind {
            RecordKind::User => {
                let sparse = self.capabilities().is_some_and(|can| can.sparse_lists)
                    && self.session.unbidden.silent_reads < SILENT_READS;
                let user = self
                    .directory
                    .user_at(row)
                    .filter(|user| sparse && !user.is_invited() && self.directory.lacks_roles(user))?;
                Some(ResourceRef::user(&user.id))
            }
            RecordKind::Team => {
                let silent = |team: &&Team| team.members.is_none() && team.problem.is_none();
                let team = self.directory.team_at(row).filter(silent)?;
                Some(ResourceRef::team(&team.id)).filter(|target| !target.is_provisional())
            }
            RecordKind::Role => None,
        }
    }
}
