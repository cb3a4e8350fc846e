//! Values that several plans of the journal have set: the undo of one plan leaves such a value to the other plans.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{BackStep, InversePlan, JournalEntry, RecordSuccessors, holds, undo_draft::values};
use crate::directory::{
    change::ChangeId,
    refusal::{Refusal, RefusalCode},
};

impl InversePlan {
    /// Removes changes whose value another plan of the journal has set after or during this one, unless that plan was
    /// undone.
    #[must_use]
    pub fn without_shared<'a>(
        mut self,
        journal: impl Iterator<Item = &'a JournalEntry> + Clone,
        successors: &RecordSuccessors,
    ) -> Self {
        let own: FxHashMap<ChangeId, &JournalEntry> = {
            let ids: FxHashSet<ChangeId> = self.steps.iter().map(|step| step.of).collect();
            journal.clone().filter(|entry| ids.contains(&entry.id)).map(|entry| (entry.id, entry)).collect()
        };
        let taken_back = |other: &JournalEntry| {
            let mut undos = journal.clone().filter(|undo| undo.undoes == Some(other.plan) && holds(undo));
            let about = values(&other.step.change);
            undos.any(|undo| values(&undo.step.change).iter().any(|value| about.contains(value)))
        };
        let shared = |step: &BackStep| {
            let of = own.get(&step.of).filter(|_| !step.beside && step.expected.is_some())?;
            let also = |other: &&JournalEntry| {
                other.plan != of.plan
                    && other.undoes.is_none()
                    && successors.stand_in(&other.step.change) == successors.stand_in(&of.step.change)
                    && other.took_effect()
                    && other.settled > Some(of.at)
            };
            journal.clone().filter(also).find(|other| !taken_back(other))
        };
        let mut open = Vec::new();
        for step in std::mem::take(&mut self.steps) {
            match shared(&step) {
                Some(other) => {
                    let why = format!(
                        "Plan {} ({}) has done the same, and was not taken back. It is left alone.",
                        other.plan.0, other.title
                    );
                    self.kept.push((step.change, Refusal::new(RefusalCode::Changed, why)));
                }
                None => open.push(step),
            }
        }
        self.steps = open;
        self
    }
}
