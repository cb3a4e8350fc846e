//! Undo: the plan to undo, its changes, and their conditions.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{ALREADY, ChangeState, JournalEntry, MadeRecord, RecordSuccessors, Undo, present::otherwise};
use crate::directory::{
    Directory, Id, ResourceRef,
    change::{Change, ChangeEffect, ChangeId},
    refusal::{Refusal, RefusalCode},
    words::PlanLine,
};

/// The effect of an earlier change that must still exist when its undo is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedEffect {
    /// The change to take back.
    pub change: Change,
    /// The value that the change left, in words.
    pub left: String,
    /// For a creation: the record as it was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Box<MadeRecord>>,
    /// The present state, in words, where the directory showed it as another one when the undo was drawn up: only a record
    /// that shows the effect outweighs it, and no record outweighs the use of a created one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contested: Option<String>,
    /// The present state, in words, because of which the undo has ended in a conflict: nothing was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

impl ExpectedEffect {
    /// The present state, in words, where the directory shows that the effect is another one by now. `back` is the change
    /// of the undo; memberships in `leaving` (team and user) end before.
    pub(super) fn broken(&self, back: &Change, directory: &Directory, leaving: &FxHashSet<(Id, Id)>) -> Option<String> {
        let Some(made) = &self.made else { return Some(self.difference(&otherwise(&self.change, directory)?)) };
        let (target, _) = back.touches().into_iter().next()?;
        let since = made.since(&target, directory, leaving);
        (!since.is_empty()).then(|| since.join(" "))
    }

    /// Both values: the one that the plan left and the current one.
    pub fn difference(&self, now: &str) -> String {
        format!("the plan left {}, and now the server shows {now}.", self.left)
    }

    /// The reason for a conflict with this present state, in words.
    pub fn conflict(&self, present: &str) -> String {
        format!("{}: {present} It is left alone.", self.lead())
    }

    /// The words for an undo in spite of a conflict with this present state: what goes with it, in words.
    pub fn in_spite_of(&self, present: &str) -> String {
        let lost = if self.made.is_some() { "This is lost with it" } else { "It is overwritten" };
        format!("{}: {present} {lost}.", self.lead())
    }

    fn lead(&self) -> &'static str {
        if self.made.is_some() { "It was changed since it was created" } else { "It was changed since" }
    }
}

/// The reason for not sending a change of an undo whose record does not show the earlier change yet.
pub const STILL_LATE: &str = "The server's answer showed what is to be taken back, and its record does not show it yet: it may be late. \
                          Nothing was sent; try again when it does.";

/// The reason for leaving a created record alone whose id is not known.
const NO_ID: &str =
    "The server has not told the id of the new record: look for it by its name, and delete it by itself.";

/// A change of an undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackStep {
    /// The id of the change to take back.
    pub of: ChangeId,
    /// The change to send.
    pub change: Change,
    /// The condition for sending; `None` where a record is created again.
    pub expected: Option<ExpectedEffect>,
    /// True if the server's answers disagree about the effect of the change.
    pub late: bool,
    /// True if the change puts back a loss that was seen beside the plan.
    pub beside: bool,
}

/// The changes that take a plan back, in reverse order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InversePlan {
    /// The changes to send.
    pub steps: Vec<BackStep>,
    /// Lines that can't be taken back, each with the reason.
    pub never: Vec<(PlanLine, Refusal)>,
    /// Changes that are not sent, because another plan has set the value, too.
    pub(super) kept: Vec<(Change, Refusal)>,
    /// Differences that remain; a sentence each.
    pub differs: Vec<String>,
    /// Losses beside the plan that no change puts back; a sentence each.
    pub lost: Vec<String>,
}

/// The changes that take back all effects of a plan that none of these undos has taken back. Records that were made again
/// since stand in the place of the deleted ones.
///
/// # Errors
/// Fails if no part of the plan can be taken back.
pub fn inverse<'a>(
    entries: impl DoubleEndedIterator<Item = &'a JournalEntry>,
    undos: impl Iterator<Item = &'a JournalEntry>,
    successors: &RecordSuccessors,
) -> Result<InversePlan, Refusal> {
    let undos: Vec<&JournalEntry> = undos.filter(|undo| holds(undo)).collect();
    let mut done: VecDeque<Change> = undos.iter().map(|undo| keyless(&undo.step.change)).collect();
    let made = |change: &Change| {
        let twin = undos.iter().find(|undo| keyless(&undo.step.change) == keyless(change));
        twin.and_then(|undo| undo.created.clone())
    };
    // A record that the plan deleted gets a new id when created again; all lines use that id.
    let mut again: FxHashMap<ResourceRef, Id> = FxHashMap::default();
    let undone = !done.is_empty();
    let mut inverse = InversePlan::default();
    let mut outcomes = Vec::new();
    let entries: Vec<&JournalEntry> = entries.collect();
    let about = PlanTargets::of(&entries);
    // Of an undo that did harm only the losses are taken back.
    let restores = entries.iter().any(|entry| entry.is_harmful_undo());
    for entry in entries.iter().rev().copied() {
        if entry.state.is_open() {
            let why =
                "Part of this is open: `scimitar resume`, or R in the console, looks it up or sends it. Undo it then.";
            return Err(Refusal::new(RefusalCode::Pending, why));
        }
        if !entry.took_effect() {
            outcomes.push((entry.state, entry.exchanges.is_empty(), entry.is_unattributed()));
            continue;
        }
        let late = entry.is_late();
        let mut back: Vec<Change> = entry.puts_back().map(|change| successors.stand_in(change)).collect();
        back.retain(|change| !take(&mut done, &keyless(change)));
        // Several lost values of one attribute come back together.
        back.dedup();
        let mut back: Vec<BackStep> = back
            .into_iter()
            .map(|change| BackStep { of: entry.id, expected: still_lost(&change), change, late, beside: true })
            .collect();
        inverse.lost.extend(lost(entry));
        inverse.differs.extend(joined(entry));
        // Lost members come back before anybody leaves, so that no list is empty in between.
        if matches!(&entry.step.undo, Undo::By(changes) if changes.iter().any(takes)) {
            inverse.steps.append(&mut back);
        }
        match &entry.step.undo {
            _ if restores => {}
            Undo::By(_) if entry.step.change.creation().is_some() && entry.created.is_none() => {
                inverse.never.push((entry.step.words.clone(), Refusal::new(RefusalCode::Irreversible, NO_ID)));
            }
            Undo::By(changes) => {
                let all = changes.len();
                inverse.differs.extend(stays(entry, changes));
                let mut open: Vec<Change> =
                    changes.iter().map(|change| successors.stand_in(&change.about(entry.created.as_ref()))).collect();
                open.retain(|change| !take(&mut done, &keyless(change)));
                // Only the first of several changes has the condition: the others follow once the first has changed the
                // value.
                let mut expected = expected(entry, &about, successors).filter(|_| open.len() == all);
                let step = |change| BackStep { of: entry.id, change, expected: expected.take(), late, beside: false };
                inverse.steps.extend(open.into_iter().map(step));
            }
            Undo::Never(_) if let Some(compensation) = &entry.step.compensation => {
                for change in &compensation.changes {
                    if let Some(key) = change.creation() {
                        let id = made(change).unwrap_or_else(|| key.id.clone());
                        again
                            .extend(entry.step.change.touches().into_iter().next().map(|(gone, _)| (gone, id.clone())));
                        again.insert(key, id);
                    }
                }
                let mut open: Vec<Change> =
                    compensation.changes.iter().map(|change| successors.stand_in(change)).collect();
                open.retain(|change| {
                    !take(&mut done, &keyless(&change.clone().with_records(|record| again.get(record).cloned())))
                });
                if !open.is_empty() {
                    inverse.differs.extend(compensation.differs.iter().cloned());
                }
                let step = |change| BackStep { of: entry.id, change, expected: None, late, beside: false };
                inverse.steps.extend(open.into_iter().map(step));
            }
            Undo::Never(why) => {
                let why = Refusal::new(RefusalCode::Irreversible, why);
                inverse.never.push((entry.step.words.clone(), why));
            }
        }
        inverse.steps.append(&mut back);
    }
    for step in &mut inverse.steps {
        step.change = step.change.clone().with_records(|record| again.get(record).cloned());
    }
    match (inverse.steps.is_empty(), inverse.never.last()) {
        (false, _) => Ok(inverse),
        (true, _) if undone => Err(Refusal::new(RefusalCode::NoChange, "This was undone already.")),
        (true, Some((line, why))) => {
            let why = format!("This can't be undone. {}: {}", line.subject, why.text);
            Err(Refusal::new(RefusalCode::Irreversible, why))
        }
        (true, None) => Err(Refusal::new(RefusalCode::NotDone, nothing_done(&outcomes))),
    }
}

/// The id of the plan that an undo without a number takes back: the newest plan that was not taken back as a whole, and
/// is no undo, or an undo with losses beside it. Use [`inverse`] to check whether that is possible.
pub fn newest(journal: &[JournalEntry]) -> Option<ChangeId> {
    let mut plans: Vec<ChangeId> = journal
        .iter()
        .filter(|entry| entry.undoes.is_none() || entry.is_harmful_undo())
        .map(|entry| entry.plan)
        .collect();
    plans.sort_unstable();
    plans.dedup();
    plans.into_iter().rev().find(|plan| !is_undone(journal, *plan))
}

/// True if undos have taken back every part of the plan that can be taken back.
pub fn is_undone(journal: &[JournalEntry], plan: ChangeId) -> bool {
    let undos = || journal.iter().filter(|entry| entry.undoes == Some(plan));
    let own = journal.iter().filter(|entry| entry.plan == plan);
    let rest = || inverse(own, undos(), &RecordSuccessors::of(journal.iter()));
    undos().any(holds) && (undos().all(holds) || rest().is_err())
}

/// True if a change of an undo took effect, or may still do so.
pub fn holds(undo: &JournalEntry) -> bool {
    match undo.state {
        ChangeState::Planned
        | ChangeState::Sent
        | ChangeState::Confirmed
        | ChangeState::Partly
        | ChangeState::Unseen
        | ChangeState::Already
        | ChangeState::Unknown => true,
        ChangeState::Dropped => undo.why == ALREADY,
        ChangeState::Refused | ChangeState::Conflict => false,
    }
}

/// The changes of a plan by the records that they are about; empty for a plan that creates nothing.
struct PlanTargets<'a>(FxHashMap<ResourceRef, Vec<&'a Change>>);

impl<'a> PlanTargets<'a> {
    fn of(plan: &[&'a JournalEntry]) -> Self {
        let mut all: FxHashMap<ResourceRef, Vec<&'a Change>> = FxHashMap::default();
        if plan.iter().any(|entry| entry.made.is_some()) {
            for entry in plan {
                for (target, _) in entry.step.change.touches() {
                    all.entry(target).or_default().push(&entry.step.change);
                }
            }
        }
        Self(all)
    }

    /// The creation, and the other changes about the created record.
    fn about(&self, creation: &JournalEntry) -> Vec<Change> {
        let kind = creation.step.change.creation().map(|made| made.kind);
        let target = kind.zip(creation.created.clone()).map(|(kind, id)| ResourceRef { kind, id });
        let others = target.and_then(|target| self.0.get(&target)).into_iter().flatten().copied();
        std::iter::once(&creation.step.change).chain(others).cloned().collect()
    }
}

/// The condition for taking the change back; `plan` has the changes of its plan.
fn expected(entry: &JournalEntry, plan: &PlanTargets<'_>, successors: &RecordSuccessors) -> Option<ExpectedEffect> {
    let words = &entry.step.words;
    let left = match &entry.step.change {
        Change::AddMember { .. } => "a member".to_owned(),
        Change::RemoveMember { .. } => "no member".to_owned(),
        Change::RemoveRegistryRole { .. } => "no role".to_owned(),
        Change::SetTeamRole { role, .. } => role.to_string(),
        change if change.creates().is_some() => words.subject.clone(),
        _ if words.after.is_empty() => words.what.clone(),
        _ => words.after.clone(),
    };
    let change = successors.stand_in(&entry.step.change.about(entry.created.as_ref()));
    let made = entry.made.clone().map(|made| Box::new(MadeRecord { own: plan.about(entry), ..*made }));
    let is_known = made.is_some() || !matches!(entry.state, ChangeState::Partly | ChangeState::Unseen);
    Some(ExpectedEffect { change, left, made, contested: None, found: None })
        // If the server did not show the effect, the resulting value is unknown.
        .filter(|_| !entry.partly && is_known)
}

/// Losses that no change puts back, a sentence each.
fn lost(entry: &JournalEntry) -> impl Iterator<Item = String> {
    entry.lost().map(|effect| format!("Not put back: {}", effect.words))
}

/// The members whom nobody asked for, and who stay in.
fn joined(entry: &JournalEntry) -> impl Iterator<Item = String> {
    let joined = entry.effects.iter().filter(|effect| effect.is_gain());
    joined
        .map(|effect| format!("Left alone: {} Whether the plan or somebody else did that is not known.", effect.words))
}

/// The condition for putting a single value back: the value is still the one that was seen beside the change.
fn still_lost(back: &Change) -> Option<ExpectedEffect> {
    let Change::SetAttribute { target, path, before: now, to: old } = back else { return None };
    if [now, old].into_iter().flatten().any(|value| value.is_array() || value.is_object()) {
        return None;
    }
    let left = now.as_ref().map_or_else(|| "nothing".to_owned(), crate::directory::attributes::shown);
    let change = Change::attribute(target.clone(), path.clone(), old.clone(), now.clone());
    Some(ExpectedEffect { change, left, made: None, contested: None, found: None })
}

/// A note about what the undo does not put back: a created user who is only deactivated, roles that no list shows.
fn stays(entry: &JournalEntry, back: &[Change]) -> Option<String> {
    let subject = &entry.step.words.subject;
    match (&entry.step.change, back) {
        (Change::CreateUser { .. }, [Change::SetActive { .. }]) => {
            Some(format!("{subject} stays in the directory, inactive."))
        }
        (Change::SetOrgRole { .. }, [_, _, ..]) => Some(format!(
            "{subject} gets the roles and seats again that were known; others, such as roles in projects, stay."
        )),
        _ => None,
    }
}

fn takes(change: &Change) -> bool {
    change.nature().effect == ChangeEffect::Takes
}

/// The change without the provisional id of the created record, which differs each time.
fn keyless(change: &Change) -> Change {
    change.clone().renewed("new:".into())
}

/// Removes the change from the list, usually from the front; false if the list lacks the change.
fn take(done: &mut VecDeque<Change>, change: &Change) -> bool {
    let found = done.iter().position(|one| one == change);
    found.and_then(|at| done.remove(at)).is_some()
}

/// The reason why nothing can be undone: of each change its state, whether nothing was sent, and whether nobody knows
/// who has done it.
fn nothing_done(outcomes: &[(ChangeState, bool, bool)]) -> &'static str {
    let any = |state| outcomes.iter().any(|(of, ..)| *of == state);
    if any(ChangeState::Refused) {
        "It was refused, so there is nothing of it to undo."
    } else if any(ChangeState::Conflict) {
        "It ended in a conflict and changed nothing, so there is nothing of it to undo."
    } else if outcomes.iter().any(|(.., is_unattributed)| *is_unattributed) {
        "It was sent and refused, and it is as wished: who did it is not known, so it is taken back only where that is \
         asked for."
    } else if outcomes.contains(&(ChangeState::Already, false, false)) {
        "It was sent, and somebody else had done it first, so there is nothing of it to undo."
    } else if any(ChangeState::Already) {
        "It was so already and was not sent, so there is nothing of it to undo."
    } else {
        "It was dropped before it was sent, so there is nothing of it to undo."
    }
}
