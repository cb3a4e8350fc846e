//! Turns changes that belong together into a plan.

use super::{Plan, Planner, ProviderCapabilities, Step, Undo, compensation::compensation};
use crate::directory::{
    Directory, Id,
    change::Change,
    guard::{ChangeGuard, GuardSettings},
    record_contents::RecordContents,
    refusal::Refusal,
    words,
};

/// Plans changes that belong together: guards first, then the dialect.
///
/// Each change is checked as if the ones before it had happened, so that two demotions can't remove the last two
/// admins together.
pub fn draft(planner: &dyn Planner, guards: &GuardSettings, changes: Vec<Change>, directory: &Directory) -> Plan {
    let mut drafting = PlanDrafting::new(planner.capabilities(), guards, changes, directory);
    drafting.step(planner, directory, usize::MAX);
    drafting.take_plan(directory)
}

/// A plan under construction, a few changes at a time.
#[derive(Debug)]
pub struct PlanDrafting {
    guard: ChangeGuard,
    changes: Vec<Change>,
    /// Number of planned changes.
    planned: usize,
    plan: Plan,
    /// The provider's vocabulary, as of the last step.
    holds: RecordContents,
}

impl PlanDrafting {
    /// A draft in which nothing is planned yet.
    pub fn new(
        can: &ProviderCapabilities,
        guards: &GuardSettings,
        changes: Vec<Change>,
        directory: &Directory,
    ) -> Self {
        let guard = ChangeGuard::new(can, guards, directory, changes.iter());
        Self { guard, changes, planned: 0, plan: Plan::default(), holds: RecordContents::default() }
    }

    /// Plans the next `count` changes.
    pub fn step(&mut self, planner: &dyn Planner, directory: &Directory, count: usize) {
        self.holds = planner.capabilities().holds();
        let to = self.planned.saturating_add(count).min(self.changes.len());
        for change in &self.changes[self.planned..to] {
            match planned(planner, &mut self.guard, change, directory) {
                Err(why) => {
                    self.plan.refused.push((words::line_in(change, directory, self.holds), why));
                }
                Ok(step) => {
                    self.guard.add(change, directory);
                    self.plan.steps.push(step);
                }
            }
        }
        self.planned = to;
        if self.left() == 0 {
            planner.settle(&mut self.plan.steps);
        }
    }

    /// Starts again from the first change, because the directory has changed.
    pub fn begin_anew(&mut self, can: &ProviderCapabilities, guards: &GuardSettings, directory: &Directory) {
        *self = Self::new(can, guards, std::mem::take(&mut self.changes), directory);
    }

    /// Number of changes that are not planned yet.
    pub fn left(&self) -> usize {
        self.changes.len() - self.planned
    }

    /// The plan so far; the complete plan if nothing is left. The draft keeps its changes.
    pub fn take_plan(&mut self, directory: &Directory) -> Plan {
        let mut plan = std::mem::take(&mut self.plan);
        plan.mass = self.guard.take_mass();
        plan.among = self.guard.take_among();
        let notes = plan.derived_notes();
        plan.notes.splice(0..0, notes);
        plan.title = words::title(&plan, &[], directory, self.holds);
        plan
    }
}

/// The most teams whose members are compared for one change.
const WATCHED: usize = 5;

/// The teams that a deactivation may take the person out of, or the teams besides the one that people join or leave;
/// `None` for other changes, and where they are not known.
fn watched(change: &Change, directory: &Directory) -> Option<Vec<Id>> {
    let people = match change {
        Change::SetActive { user, active: false } => std::slice::from_ref(user),
        _ => change.moving(),
    };
    if people.is_empty() || !people.iter().all(|user| directory.tells_teams_of(user)) {
        return None;
    }
    let mut teams: Vec<Id> = Vec::new();
    for user in people {
        let own = directory.teams_of(user);
        // A role for somebody who is in the team moves nobody.
        if change.leaving().is_empty() && change.team().is_some_and(|team| own.contains(team)) {
            continue;
        }
        let is_other = |team: &Id| !teams.contains(team) && change.team() != Some(team);
        let others = own.into_iter().filter(is_other).collect::<Vec<_>>();
        teams.extend(others);
        if teams.len() >= WATCHED {
            break;
        }
    }
    teams.truncate(WATCHED);
    Some(teams)
}

/// The step for a change that follows those known to the guard, or the reason why there is none.
pub(super) fn planned(
    planner: &dyn Planner,
    guard: &mut ChangeGuard,
    change: &Change,
    directory: &Directory,
) -> Result<Step, Refusal> {
    let can = planner.capabilities();
    can.can(change.verb()).map_err(Clone::clone)?;
    let guarded = guard.check(change, directory)?;
    let mut step = planner.step(change, directory)?;
    step.risk = step.risk.max(guarded.risk);
    step.others = guarded.others;
    step.watched = watched(change, directory);
    // The guard's notes go first, because the list of names after them may be long.
    step.grave = guarded.grave;
    step.consequences.splice(0..0, guarded.notes);
    step.words = words::line_in(change, directory, can.holds());
    if matches!(step.undo, Undo::Never(_)) {
        step.compensation = compensation(change, directory, can);
    }
    Ok(step)
}
