//! Plans changes left over from an earlier session again, because the directory may have moved on since.

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use super::{ALREADY, ChangeState, JournalEntry, Planner, already, drafting::planned};
use crate::directory::{
    Directory, ResourceRef,
    change::ChangedField,
    guard::{ChangeGuard, GuardSettings},
    refusal::{Refusal, RefusalCode},
};

/// Plans changes that were never sent once more: guards, versions and the way back are the current ones.
///
/// A change whose effect the directory already shows, or that is no longer possible, comes back as dropped, with the
/// reason: the journal records it and nothing is sent. If an ended session may have sent the shown change, its outcome is
/// unknown and is to be looked up. A change is not judged before an earlier change of the same value has happened.
pub fn again(
    planner: &dyn Planner,
    guards: &GuardSettings,
    left: Vec<JournalEntry>,
    directory: &Directory,
    now: Timestamp,
) -> Vec<JournalEntry> {
    let mut guard =
        ChangeGuard::new(planner.capabilities(), guards, directory, left.iter().map(|entry| &entry.step.change));
    let mut altered: FxHashSet<(ResourceRef, ChangedField)> = FxHashSet::default();
    let anew = |mut entry: JournalEntry| {
        let change = &entry.step.change;
        let mut touches = change.touches();
        // The membership of a particular user is listed beside the team's whole list.
        if touches.len() > 1 {
            touches.retain(|(_, field)| *field != ChangedField::Members);
        }
        let first = !touches.iter().any(|touch| altered.contains(touch));
        if first && entry.may_have_gone_out() && already(change, directory) {
            entry.state = ChangeState::Unknown;
            return entry;
        }
        let step = match planned(planner, &mut guard, change, directory) {
            _ if first && already(change, directory) => Err(Refusal::new(RefusalCode::NoChange, ALREADY)),
            other => other,
        };
        match step {
            Ok(mut step) => {
                guard.add(change, directory);
                step.expected = entry.step.expected.take();
                altered.extend(touches);
                (entry.step, entry.at) = (step, now);
                (entry.state, entry.why) = (ChangeState::Planned, String::new());
            }
            Err(why) => {
                (entry.state, entry.why) = (ChangeState::Dropped, why.text);
                entry.settled = Some(now);
            }
        }
        entry
    };
    left.into_iter().map(anew).collect()
}
