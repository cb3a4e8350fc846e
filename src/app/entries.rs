//! The journal as the console knows it, with counts for the queries of every frame, updated as entries come and change:
//! a frame must not cost more for a longer journal.

use std::{collections::BTreeSet, ops::Deref};

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use jiff::Timestamp;

use crate::directory::{
    ResourceRef,
    change::ChangeId,
    plan::{self, InversePlan, JournalEntry, RecordSuccessors, Undo},
    refusal::Refusal,
};

mod course;

pub use course::PlanCourse;

/// All entries, oldest first. Read as a map; changed by [`JournalEntries::put`], [`JournalEntries::extend`] and [`JournalEntries::amend`].
#[derive(Debug, Default)]
pub struct JournalEntries {
    all: IndexMap<ChangeId, JournalEntry>,
    tally: StateCounts,
}

#[derive(Debug, Default)]
struct StateCounts {
    failed: usize,
    plans: FxHashMap<ChangeId, PlanCourse>,
    /// Plans that have entries.
    listed: BTreeSet<ChangeId>,
    /// Plans with a change that waits or is in flight.
    running: BTreeSet<ChangeId>,
    /// Plans that are no undos, or undos with losses, and that no undo has taken back without a failure.
    standing: BTreeSet<ChangeId>,
    /// The newest change on each record.
    newest: FxHashMap<ResourceRef, ChangeId>,
}

impl Deref for JournalEntries {
    type Target = IndexMap<ChangeId, JournalEntry>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl JournalEntries {
    /// Reserves room for `more` entries: growing later delays a step.
    pub fn expect(&mut self, more: usize) {
        self.all.reserve(more);
    }

    /// Adds the newest entry, or replaces an entry by a new version.
    pub fn put(&mut self, entry: JournalEntry) {
        if let Some(old) = self.all.get(&entry.id) {
            self.tally.count(old, false);
        }
        self.tally.count(&entry, true);
        self.all.insert(entry.id, entry);
    }

    /// Adds entries of any age.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = JournalEntry>) {
        entries.into_iter().for_each(|entry| self.put(entry));
        self.all.sort_unstable_keys();
    }

    /// Changes the entry with this id, at this time; does nothing where there is none.
    pub fn amend(&mut self, id: ChangeId, at: Timestamp, with: impl FnOnce(&mut JournalEntry)) {
        if let Some(entry) = self.all.get_mut(&id) {
            let before = entry.state;
            self.tally.count(entry, false);
            with(entry);
            self.tally.count(entry, true);
            if let Some(course) = self.tally.plans.get_mut(&entry.plan) {
                course.progress.passed(before, entry.state, at);
            }
        }
    }

    /// The progress of a plan; `None` for a plan without changes.
    pub fn course(&self, plan: ChangeId) -> Option<&PlanCourse> {
        self.tally.plans.get(&plan).filter(|course| course.steps() > 0)
    }

    /// The number of plans.
    pub fn plans(&self) -> usize {
        self.tally.listed.len()
    }

    /// All plans, the newest first.
    pub fn newest_plans(&self) -> impl Iterator<Item = ChangeId> {
        self.tally.listed.iter().rev().copied()
    }

    /// The plans with a change that waits or is in flight, the newest first.
    pub fn running(&self) -> impl Iterator<Item = ChangeId> {
        self.tally.running.iter().rev().copied()
    }

    /// The changes of a plan, oldest first.
    pub fn of_plan(&self, plan: ChangeId) -> impl DoubleEndedIterator<Item = &JournalEntry> {
        let ids = self.tally.plans.get(&plan).into_iter().flat_map(PlanCourse::all);
        ids.filter_map(|id| self.all.get(id))
    }

    /// The number of failed changes.
    pub fn failed(&self) -> usize {
        self.tally.failed
    }

    /// The number of a plan's changes.
    pub fn steps(&self, plan: ChangeId) -> usize {
        self.tally.plans.get(&plan).map_or(0, PlanCourse::steps)
    }

    /// The newest undo of a plan that was not refused.
    pub fn undone_by(&self, plan: ChangeId) -> Option<&JournalEntry> {
        self.all.get(self.tally.plans.get(&plan)?.undone_by.last()?)
    }

    /// The changes that undo a plan, as far as no undo has done so.
    ///
    /// # Errors
    /// No change of the plan can be undone.
    pub fn inverse(&self, plan: ChangeId) -> Result<InversePlan, Refusal> {
        plan::inverse(self.of_plan(plan), self.undos_of(plan), &RecordSuccessors::default())
    }

    /// Like [`Self::inverse`], about records that were created again since, and without effects of other plans; plans
    /// that are undone in the same plan do not count as others. If a person has `chosen` the plan, changes with an
    /// unknown author are included.
    ///
    /// # Errors
    ///
    /// No change of the plan can be undone.
    pub fn own_inverse(&self, plan: ChangeId, together: &[ChangeId], chosen: bool) -> Result<InversePlan, Refusal> {
        let successors = RecordSuccessors::of(self.all.values());
        let others = self.all.values().filter(|entry| entry.plan == plan || !together.contains(&entry.plan));
        let own: Vec<JournalEntry> =
            self.of_plan(plan).cloned().map(|entry| if chosen { entry.claimed() } else { entry }).collect();
        plan::inverse(own.iter(), self.undos_of(plan), &successors)
            .map(|inverse| inverse.without_shared(others, &successors))
    }

    /// True where undos have taken back every change of the plan that can be undone.
    pub fn is_undone(&self, plan: ChangeId) -> bool {
        let Some(course) = self.tally.plans.get(&plan) else { return false };
        !course.undone_by.is_empty() && (course.undo_failed.is_empty() || self.inverse(plan).is_err())
    }

    /// The plan that an undo without a choice takes back: the newest that is no undo itself and was not taken back.
    pub fn newest_standing(&self) -> Option<ChangeId> {
        self.tally.standing.iter().rev().copied().find(|plan| !self.is_undone(*plan))
    }

    /// The reason why no change of a plan can be undone; `None` where some can.
    pub fn lasts_because(&self, plan: ChangeId) -> Option<String> {
        let course = self.tally.plans.get(&plan)?;
        // Every frame asks for this, so a long plan is searched only where its counts do not decide.
        let in_flight = course.progress.counts.left() > 0;
        (in_flight || course.back == 0).then(|| self.inverse(plan).err()).flatten().map(|why| why.text)
    }

    fn undos_of(&self, plan: ChangeId) -> impl Iterator<Item = &JournalEntry> {
        let course = self.tally.plans.get(&plan);
        let ids = course.into_iter().flat_map(|course| course.undone_by.iter().chain(&course.undo_failed));
        ids.filter_map(|id| self.all.get(id))
    }

    /// The newest change on a record.
    pub fn newest_on(&self, target: &ResourceRef) -> Option<&JournalEntry> {
        self.all.get(self.tally.newest.get(target)?)
    }
}

impl StateCounts {
    fn count(&mut self, entry: &JournalEntry, add: bool) {
        let shift = |number: &mut usize, by: bool| {
            if by {
                *number = if add { *number + 1 } else { number.saturating_sub(1) };
            }
        };
        let there = entry.took_effect();
        let can_go_back = matches!(entry.step.undo, Undo::By(_)) || entry.step.compensation.is_some();
        shift(&mut self.failed, entry.state.is_failure());
        let course = self.plans.entry(entry.plan).or_default();
        course.count(entry, add);
        shift(&mut course.back, there && can_go_back);
        course.is_undo = entry.undoes.is_some();
        shift(&mut course.harmful, entry.is_harmful_undo());
        self.place(entry.plan);
        if let Some(undone) = entry.undoes {
            let course = self.plans.entry(undone).or_default();
            course.undone_by.remove(&entry.id);
            course.undo_failed.remove(&entry.id);
            if add {
                let set = if plan::holds(entry) { &mut course.undone_by } else { &mut course.undo_failed };
                set.insert(entry.id);
            }
            self.place(undone);
        }
        for (target, _) in entry.step.change.touches() {
            let newest = self.newest.entry(target).or_insert(entry.id);
            *newest = entry.id.max(*newest);
        }
    }

    fn place(&mut self, plan: ChangeId) {
        let Some(course) = self.plans.get(&plan) else { return };
        let open =
            (!course.is_undo || course.harmful > 0) && (course.undone_by.is_empty() || !course.undo_failed.is_empty());
        let put = |set: &mut BTreeSet<ChangeId>, belongs| {
            if belongs {
                set.insert(plan)
            } else {
                set.remove(&plan)
            };
        };
        put(&mut self.standing, open && course.steps() > 0);
        put(&mut self.listed, course.steps() > 0);
        put(&mut self.running, course.progress.counts.left() > 0);
    }
}
