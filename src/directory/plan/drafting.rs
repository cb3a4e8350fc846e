//! From changes that are meant together to a plan.

use super::{Plan, Planner, Step, Unsupported};
use crate::directory::{
    Directory,
    change::Change,
    guard::{Guard, Guards},
    words,
};

/// Plans changes that are meant together: guards first, then the dialect.
///
/// Each change is checked as if the ones before it had happened, so that two demotions can't remove the last two
/// admins together.
pub fn draft(planner: &dyn Planner, guards: &Guards, changes: Vec<Change>, directory: &Directory) -> Plan {
    let mut drafting = Drafting::new(guards, changes, directory);
    drafting.step(planner, directory, usize::MAX);
    drafting.into_plan(directory)
}

/// A plan that is being drawn up, some changes at a time.
#[derive(Debug)]
pub struct Drafting {
    guard: Guard,
    changes: Vec<Change>,
    /// So many of them are planned.
    planned: usize,
    plan: Plan,
}

impl Drafting {
    /// Nothing is planned yet.
    pub fn new(guards: &Guards, changes: Vec<Change>, directory: &Directory) -> Self {
        let guard = Guard::new(directory, guards, changes.iter());
        let plan =
            Plan { title: String::new(), steps: Vec::new(), refused: Vec::new(), undoes: None, mass: Vec::new() };
        Self { guard, changes, planned: 0, plan }
    }

    /// Plans so many more.
    pub fn step(&mut self, planner: &dyn Planner, directory: &Directory, count: usize) {
        let to = self.planned.saturating_add(count).min(self.changes.len());
        for change in &self.changes[self.planned..to] {
            match planned(planner, &mut self.guard, change, directory) {
                Err(why) => {
                    let holds = planner.capabilities().holds();
                    self.plan.refused.push((words::line_in(change, directory, holds), why));
                }
                Ok(step) => {
                    self.guard.add(change, directory);
                    self.plan.steps.push(step);
                }
            }
        }
        self.planned = to;
    }

    /// From the first change on, in a directory that is another one now.
    pub fn begin_anew(&mut self, guards: &Guards, directory: &Directory) {
        *self = Self::new(guards, std::mem::take(&mut self.changes), directory);
    }

    /// How many are not planned yet.
    pub fn left(&self) -> usize {
        self.changes.len() - self.planned
    }

    /// The plan so far; all of it once nothing is left.
    pub fn into_plan(self, directory: &Directory) -> Plan {
        let mut plan = self.plan;
        plan.mass = self.guard.into_mass();
        plan.title = words::title(&plan, directory);
        plan
    }
}

/// One change after those that the guard knows of; or why not.
pub(super) fn planned(
    planner: &dyn Planner,
    guard: &mut Guard,
    change: &Change,
    directory: &Directory,
) -> Result<Step, String> {
    let can = planner.capabilities();
    can.can(change.verb()).map_err(str::to_owned)?;
    let guarded = guard.check(change, directory)?;
    let mut step = planner.step(change, directory).map_err(|Unsupported(why)| why)?;
    step.risk = step.risk.max(guarded.risk);
    step.others = guarded.others;
    // Before what may be a long list of names.
    step.consequences.splice(0..0, guarded.notes);
    step.words = words::line_in(change, directory, can.holds());
    Ok(step)
}
