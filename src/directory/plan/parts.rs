//! The parts in which a plan of the journal is sent: creations, then changes that give, then changes that take away.
//! Each is planned on the outcome of the one before.

use rustc_hash::FxHashMap;

use super::{ChangeState, JournalEntry};
use crate::directory::{Directory, Id};

/// The reason why a change was not sent that is about a record that was not created.
pub const NOT_CREATED: &str = "Not sent: what it is about was not created.";

/// The reason why a change that could not be noted as sent waits on in the journal.
pub const UNCLAIMED: &str = "Not sent: the journal, which has it as waiting, could not be written. `scimitar resume` sends it once that goes again.";

/// The reason why a change waits behind one whose outcome can't be read.
pub const BLOCKED: &str = "Waits: the outcome of an earlier change of the same record can't be read. `scimitar resume`, or R in the console, looks for it again.";

/// The reason why a change that could not be written down first was not sent.
pub const UNWRITTEN: &str = "It could not be written to the journal, so it was not sent.";

/// The waiting changes of a plan.
#[derive(Debug, Default)]
pub struct PlanPart {
    /// The changes to be sent next, with the ids that the server has given.
    pub next: Vec<JournalEntry>,
    /// The changes that can never be sent: the record that they are about was not created.
    pub lost: Vec<JournalEntry>,
}

/// The next part of a plan's waiting changes: of `waiting`, which are some of the plan's entries.
///
/// Changes about a record that another console or an unanswered request may still create are in neither part.
pub fn next_part<'a>(
    plan: impl Iterator<Item = &'a JournalEntry>,
    waiting: impl Iterator<Item = &'a JournalEntry>,
    directory: &Directory,
) -> PlanPart {
    let made: FxHashMap<Id, (ChangeState, Option<Id>)> = plan
        .filter_map(|entry| Some((entry.step.change.creates()?.clone(), (entry.state, entry.created.clone()))))
        .collect();
    let mut part = PlanPart::default();
    let mut first = None;
    for entry in waiting {
        let change = entry.step.change.clone().with_ids(|id| made.get(id)?.1.clone());
        let missing = change.waits_for();
        let settled = |id: &Id| made.get(id).is_none_or(|(state, _)| !state.is_open());
        let entry = || {
            let mut entry = entry.clone();
            entry.step.change.clone_from(&change);
            entry
        };
        if missing.iter().any(settled) {
            part.lost.push(entry());
            continue;
        }
        if !missing.is_empty() {
            continue;
        }
        let phase = change.phase(directory);
        if first.is_none_or(|first| phase < first) {
            first = Some(phase);
            part.next.clear();
        }
        if first == Some(phase) {
            part.next.push(entry());
        }
    }
    part
}
