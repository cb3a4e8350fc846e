//! The journal as the console knows it, with what every frame asks of it counted as entries come and move: a frame must
//! not cost more for a longer journal.

use std::{collections::BTreeSet, ops::Deref};

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use jiff::Timestamp;

use crate::directory::{
    Target,
    change::ChangeId,
    plan::{Entry, State, Undo},
};

mod course;

pub use course::Course;

/// All entries, oldest first. Read as a map; changed by [`Entries::put`], [`Entries::extend`] and [`Entries::amend`].
#[derive(Debug, Default)]
pub struct Entries {
    all: IndexMap<ChangeId, Entry>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    failed: usize,
    /// Not undos, and without an answer yet.
    in_flight: usize,
    plans: FxHashMap<ChangeId, Course>,
    /// Plans of which there are entries.
    listed: BTreeSet<ChangeId>,
    /// Plans of which something waits or is in flight.
    running: BTreeSet<ChangeId>,
    /// Plans of which something was confirmed that can be taken back, and was not.
    undoable: BTreeSet<ChangeId>,
    /// Plans of which nothing that was confirmed can be taken back.
    lasting: BTreeSet<ChangeId>,
    /// The newest change on each record.
    newest: FxHashMap<Target, ChangeId>,
}

impl Deref for Entries {
    type Target = IndexMap<ChangeId, Entry>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl Entries {
    /// Makes room for so many more: to grow in between would hold a step of them up.
    pub fn expect(&mut self, more: usize) {
        self.all.reserve(more);
    }

    /// Puts in one that is newer than all others, or another version of one.
    pub fn put(&mut self, entry: Entry) {
        if let Some(old) = self.all.get(&entry.id) {
            self.tally.count(old, false);
        }
        self.tally.count(&entry, true);
        self.all.insert(entry.id, entry);
    }

    /// Puts in several of any age.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = Entry>) {
        entries.into_iter().for_each(|entry| self.put(entry));
        self.all.sort_unstable_keys();
    }

    /// Changes one, at this time; nothing where there is none.
    pub fn amend(&mut self, id: ChangeId, at: Timestamp, with: impl FnOnce(&mut Entry)) {
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

    /// What became of a plan so far.
    pub fn course(&self, plan: ChangeId) -> Option<&Course> {
        self.tally.plans.get(&plan).filter(|course| course.steps() > 0)
    }

    /// Number of plans.
    pub fn plans(&self) -> usize {
        self.tally.listed.len()
    }

    /// All plans, the newest first.
    pub fn newest_plans(&self) -> impl Iterator<Item = ChangeId> {
        self.tally.listed.iter().rev().copied()
    }

    /// The plans of which something waits or is in flight, the newest first.
    pub fn running(&self) -> impl Iterator<Item = ChangeId> {
        self.tally.running.iter().rev().copied()
    }

    /// The changes of a plan, oldest first.
    pub fn of_plan(&self, plan: ChangeId) -> impl DoubleEndedIterator<Item = &Entry> {
        let ids = self.tally.plans.get(&plan).into_iter().flat_map(Course::all);
        ids.filter_map(|id| self.all.get(id))
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        self.tally.failed
    }

    /// True while something that could be undone later has no answer yet.
    pub fn is_in_flight(&self) -> bool {
        self.tally.in_flight > 0
    }

    /// How many changes a plan has.
    pub fn steps(&self, plan: ChangeId) -> usize {
        self.tally.plans.get(&plan).map_or(0, Course::steps)
    }

    /// The newest undo of a plan that was not refused.
    pub fn undone_by(&self, plan: ChangeId) -> Option<&Entry> {
        self.all.get(self.tally.plans.get(&plan)?.undone_by.last()?)
    }

    /// The newest plan that can be taken back, and was not.
    pub fn newest_undoable(&self) -> Option<ChangeId> {
        self.tally.undoable.last().copied()
    }

    /// The newest confirmed plan of which nothing can be taken back.
    pub fn newest_lasting(&self) -> Option<ChangeId> {
        self.tally.lasting.last().copied()
    }

    /// The newest change on a record.
    pub fn newest_on(&self, target: &Target) -> Option<&Entry> {
        self.all.get(self.tally.newest.get(target)?)
    }
}

impl Tally {
    fn count(&mut self, entry: &Entry, add: bool) {
        let shift = |number: &mut usize, by: bool| {
            if by {
                *number = if add { *number + 1 } else { number.saturating_sub(1) };
            }
        };
        let there = entry.took_effect();
        let can_go_back = matches!(entry.step.undo, Undo::By(_));
        shift(&mut self.failed, entry.state.is_failure());
        shift(&mut self.in_flight, entry.undoes.is_none() && matches!(entry.state, State::Planned | State::Sent));
        let course = self.plans.entry(entry.plan).or_default();
        course.count(entry, add);
        shift(&mut course.back, there && can_go_back);
        shift(&mut course.lasting, there && !can_go_back);
        course.is_undo = entry.undoes.is_some();
        self.place(entry.plan);
        if let Some(undone) = entry.undoes {
            let holds = !matches!(entry.state, State::Refused | State::Dropped | State::Conflict | State::Already);
            let undone_by = &mut self.plans.entry(undone).or_default().undone_by;
            if add && holds {
                undone_by.insert(entry.id);
            } else {
                undone_by.remove(&entry.id);
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
        let open = !course.is_undo && course.undone_by.is_empty();
        let put = |set: &mut BTreeSet<ChangeId>, belongs| {
            if belongs {
                set.insert(plan)
            } else {
                set.remove(&plan)
            };
        };
        put(&mut self.undoable, open && course.back > 0);
        put(&mut self.lasting, open && course.back == 0 && course.lasting > 0);
        put(&mut self.listed, course.steps() > 0);
        put(&mut self.running, course.progress.counts.left() > 0);
    }
}
