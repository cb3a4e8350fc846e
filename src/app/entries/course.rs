//! The progress of a plan: its changes by state and its failures by reason, updated as they change.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    directory::{
        change::ChangeId,
        plan::{ChangeState, JournalEntry},
        progress::PlanProgress,
    },
    scim::text::clean_line,
};

/// The most characters of a reason.
const LONGEST: usize = 300;

/// A plan's progress so far.
#[derive(Debug, Default)]
pub struct PlanCourse {
    /// Counts, rate and time left.
    pub progress: PlanProgress,
    all: BTreeSet<ChangeId>,
    by_state: [BTreeSet<ChangeId>; ChangeState::ALL.len()],
    reasons: BTreeMap<String, BTreeSet<ChangeId>>,
    /// The number of confirmed changes that can be undone.
    pub(super) back: usize,
    /// The plan is an undo.
    pub(super) is_undo: bool,
    /// The number of changes of an undo with losses that can be put back.
    pub(super) harmful: usize,
    /// Changes that undo the plan and were done, or may still be.
    pub(super) undone_by: BTreeSet<ChangeId>,
    /// Changes that should undo the plan and were not done.
    pub(super) undo_failed: BTreeSet<ChangeId>,
}

impl PlanCourse {
    /// The number of changes in the plan.
    pub fn steps(&self) -> usize {
        self.all.len()
    }

    /// The plan's changes, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &ChangeId> + use<'_> {
        self.all.iter()
    }

    /// The changes in a state, oldest first.
    pub fn of(&self, state: ChangeState) -> &BTreeSet<ChangeId> {
        &self.by_state[state as usize]
    }

    /// The changes that failed for a reason, oldest first.
    pub fn because(&self, reason: &str) -> Option<&BTreeSet<ChangeId>> {
        self.reasons.get(reason)
    }

    /// The reasons of failures with the number of failures for each, the most frequent first.
    pub fn reasons(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<(&str, usize)> = self.reasons.iter().map(|(why, ids)| (why.as_str(), ids.len())).collect();
        reasons.sort_by_key(|(_, count)| usize::MAX - count);
        reasons
    }

    pub(super) fn count(&mut self, entry: &JournalEntry, add: bool) {
        let put = |set: &mut BTreeSet<ChangeId>| {
            if add {
                set.insert(entry.id)
            } else {
                set.remove(&entry.id)
            };
        };
        put(&mut self.all);
        put(&mut self.by_state[entry.state as usize]);
        let counts = &mut self.progress.counts;
        if add {
            counts.add(entry.state);
        } else {
            counts.remove(entry.state);
        }
        if entry.state.is_failure() {
            let why = reason(entry);
            let ids = self.reasons.entry(why.clone()).or_default();
            put(ids);
            if ids.is_empty() {
                self.reasons.remove(&why);
            }
        }
    }
}

/// The reason of a failure without the change's own names and ids, so that similar failures share a reason.
fn reason(entry: &JournalEntry) -> String {
    let refused = || entry.exchanges.iter().rev().find(|exchange| exchange.refused).map(|exchange| &exchange.answer);
    let said = entry.failure.as_ref().map(|failure| &failure.text).or_else(refused).unwrap_or(&entry.why);
    let mut said = said.clone();
    let targets = entry.step.change.touches();
    let own = targets.iter().map(|(target, _)| &*target.id).chain([entry.step.words.subject.as_str()]);
    for own in own.filter(|own| own.len() > 1) {
        said = said.replace(own, "\u{2026}");
    }
    let line = clean_line(&said, LONGEST);
    line.trim().trim_end_matches('.').to_owned()
}
