//! Undo: which plan is taken back, by which changes, and under which conditions.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{
    ALREADY, ChangeState, JournalEntry, Plan, RecordSuccessors, Undo, already, compensation::replaced,
    present::otherwise,
};
use crate::directory::{
    Directory, Id, RecordKind, ResourceRef,
    change::{Change, ChangeEffect, ChangeId, ChangedField},
    record_contents::RecordContents,
    refusal::{Refusal, RefusalCode},
    words::{self, PlanLine},
};

/// The effect of an earlier change that must still exist when its undo is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedEffect {
    /// The change to take back.
    pub change: Change,
    /// The value that the change left, in words.
    pub left: String,
}

impl ExpectedEffect {
    /// The reason for a conflict, with both values: the one that the plan left and the current one.
    pub fn conflict(&self, now: &str) -> String {
        format!("It was changed since: the plan left {}, and now the server shows {now}. It is left alone.", self.left)
    }
}

/// The reason for not sending a change of an undo whose record does not show the earlier change yet.
pub const STILL_LATE: &str = "The server's answer showed what is to be taken back, and its record does not show it yet: it may be late. \
                          Nothing was sent; try again when it does.";

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
}

/// An [`InversePlan`] compared with the directory.
#[derive(Debug, Default)]
pub struct UndoDraft {
    /// The changes to plan.
    pub changes: Vec<Change>,
    /// Lines that are not sent, because the value has changed since.
    pub conflicts: Vec<(PlanLine, Refusal)>,
    /// For each change the change of the journal that it takes back.
    of: Vec<(Change, ChangeId)>,
    /// The conditions under which the changes are sent.
    expected: Vec<(Change, ExpectedEffect)>,
    /// The changes that put back losses beside the plan.
    beside: Vec<Change>,
    differs: Vec<String>,
}

/// The words about a line that puts back a loss beside the plan.
const BESIDE: &str = "The plan did not ask for this loss, which was seen beside its change: somebody else may have caused it \
                      at that time.";

impl UndoDraft {
    /// Gives new provisional ids to records that are created again.
    pub fn renew(&mut self, mut fresh: impl FnMut() -> Id) {
        let created = self.changes.iter().filter_map(Change::creation);
        let keys: FxHashMap<ResourceRef, Id> = created.map(|made| (made, fresh())).collect();
        let renewed = |change: Change| change.with_records(|record| keys.get(record).cloned());
        self.changes = std::mem::take(&mut self.changes).into_iter().map(renewed).collect();
        self.of = std::mem::take(&mut self.of).into_iter().map(|(change, of)| (renewed(change), of)).collect();
    }

    /// Removes and returns the changes that wait for another record to be created.
    pub fn take_later(&mut self) -> Vec<Change> {
        let (ready, later) =
            std::mem::take(&mut self.changes).into_iter().partition(|change| change.waits_for().is_empty());
        self.changes = ready;
        later
    }

    /// Removes and returns, for each change, the change of the journal that it takes back.
    pub fn take_origins(&mut self) -> Vec<(Change, ChangeId)> {
        std::mem::take(&mut self.of)
    }

    /// Binds the conditions to the steps of the plan drafted from the changes, and adds notes on differences.
    pub fn bind(&mut self, plan: &mut Plan) {
        plan.notes.append(&mut self.differs);
        let value = |change: &Change| change.touches().into_iter().next();
        let mut open: FxHashMap<_, Vec<(Change, ExpectedEffect)>> = FxHashMap::default();
        for (change, expected) in self.expected.drain(..) {
            open.entry(value(&change)).or_default().push((change, expected));
        }
        for step in &mut plan.steps {
            if self.beside.contains(&step.change) {
                step.consequences.insert(0, BESIDE.to_owned());
                step.grave += 1;
            }
            let Some(same) = open.get_mut(&value(&step.change)) else { continue };
            if let Some(at) = same.iter().position(|(change, _)| *change == step.change) {
                step.expected = Some(same.remove(at).1);
            }
        }
    }
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
    for entry in entries.rev() {
        if entry.state.is_open() {
            let why =
                "Part of this is open: `scimitar resume`, or R in the console, looks it up or sends it. Undo it then.";
            return Err(Refusal::new(RefusalCode::Pending, why));
        }
        if !entry.took_effect() {
            outcomes.push((entry.state, entry.exchanges.is_empty()));
            continue;
        }
        let late = entry.is_late();
        let mut back: Vec<Change> = entry.puts_back().map(|change| successors.stand_in(change)).collect();
        back.retain(|change| !take(&mut done, &keyless(change)));
        let mut back: Vec<BackStep> = back
            .into_iter()
            .map(|change| BackStep { of: entry.id, expected: still_lost(&change), change, late, beside: true })
            .collect();
        inverse.differs.extend(lost(entry));
        inverse.differs.extend(joined(entry));
        // Lost members come back before anybody leaves, so that no list is empty in between.
        if matches!(&entry.step.undo, Undo::By(changes) if changes.iter().any(takes)) {
            inverse.steps.append(&mut back);
        }
        match &entry.step.undo {
            Undo::By(changes) => {
                let all = changes.len();
                inverse.differs.extend(stays(entry, changes));
                let mut open: Vec<Change> =
                    changes.iter().map(|change| successors.stand_in(&change.about(entry.created.as_ref()))).collect();
                open.retain(|change| !take(&mut done, &keyless(change)));
                // Only the first of several changes has the condition: the others follow once the first has changed the
                // value.
                let mut expected = expected(entry, successors).filter(|_| open.len() == all);
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

/// The id of the plan that an undo without a number takes back: the newest plan that is not an undo and was not taken
/// back as a whole. Use [`inverse`] to check whether that is possible.
pub fn newest(journal: &[JournalEntry]) -> Option<ChangeId> {
    let mut plans: Vec<ChangeId> =
        journal.iter().filter(|entry| entry.undoes.is_none()).map(|entry| entry.plan).collect();
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

impl InversePlan {
    /// Adds what takes back a plan that is older than those in here.
    pub fn then(&mut self, older: Self) {
        self.steps.extend(older.steps);
        self.never.extend(older.never);
        self.kept.extend(older.kept);
        self.differs.extend(older.differs);
    }

    /// Compares the conditions with the directory. If several changes set the same value, only the last is judged here:
    /// the value of an earlier change appears only after the later ones are taken back.
    pub fn compare(self, directory: &Directory, holds: RecordContents) -> UndoDraft {
        let mut draft = UndoDraft { differs: self.differs, ..UndoDraft::default() };
        let kept_line = |(change, why)| (words::line_in(&change, directory, holds), why);
        draft.conflicts.extend(self.kept.into_iter().map(kept_line));
        let mut judged: FxHashSet<(ResourceRef, ChangedField)> = FxHashSet::default();
        // A role that overwrites other roles may be shown as one of them: the worker asks the server before it sends the undo.
        let cascade = |pair: &[BackStep]| {
            let roles = pair.iter().all(|step| {
                matches!(step.change, Change::SetOrgRole { .. } | Change::SetTeamRole { .. } | Change::SetSeat { .. })
            });
            (roles && pair[0].of == pair[1].of).then_some(pair[0].of)
        };
        let cascades: FxHashSet<ChangeId> = self.steps.windows(2).filter_map(cascade).collect();
        let mut last = (ChangeId(0), true);
        let kept = kept(&self.steps, directory);
        // A user who still exists is not created again, so nothing about the user differs.
        let mut creates = self.steps.iter().filter_map(|step| step.change.creation());
        if !kept.is_empty() && creates.all(|made| kept.contains_key(&made)) {
            draft.differs.clear();
        }
        for BackStep { of, change, expected, late, beside } in self.steps {
            let change = match change.creation().and_then(|made| kept.get(&made)) {
                Some(user) => Change::SetActive { user: user.clone(), active: true },
                None => change.with_records(|record| kept.get(record).cloned()),
            };
            if last.0 != of {
                last = (of, expected.iter().all(|expected| is_first(&expected.change, &mut judged)));
            }
            let is_last = last.1;
            if is_last && already(&change, directory) {
                if late {
                    let line = words::line_in(&change, directory, holds);
                    draft.conflicts.push((line, Refusal::new(RefusalCode::Changed, STILL_LATE)));
                }
                continue;
            }
            if is_last
                && !cascades.contains(&of)
                && let Some(expected) = &expected
                && let Some(now) = otherwise(&expected.change, directory)
            {
                let line = words::line_in(&change, directory, holds);
                draft.conflicts.push((line, Refusal::new(RefusalCode::Changed, expected.conflict(&now))));
                continue;
            }
            draft.expected.extend(expected.map(|expected| (change.clone(), expected)));
            draft.of.push((change.clone(), of));
            draft.beside.extend(beside.then(|| change.clone()));
            draft.changes.push(change);
        }
        draft
    }
}

/// Users to be created again who still exist, by the provisional record: the server has only deactivated them.
fn kept(steps: &[BackStep], directory: &Directory) -> FxHashMap<ResourceRef, Id> {
    let made = steps.iter().filter_map(|step| step.change.creation()).filter(|made| made.kind == RecordKind::User);
    let users = made.filter_map(|made| replaced(&made.id).map(|id| (made, id)));
    users.filter(|(_, id)| directory.user(id).is_some()).collect()
}

/// True if no earlier change was about the same value.
fn is_first(change: &Change, judged: &mut FxHashSet<(ResourceRef, ChangedField)>) -> bool {
    let seen = values(change).into_iter().filter(|touch| !judged.insert(touch.clone())).count();
    seen == 0
}

/// The values that a change is about.
pub(super) fn values(change: &Change) -> Vec<(ResourceRef, ChangedField)> {
    let mut touches = change.touches();
    // The changes of all members share the team's list.
    if touches.len() > 1 {
        touches.retain(|(_, field)| *field != ChangedField::Members);
    }
    touches
}

/// The condition for taking the change back.
fn expected(entry: &JournalEntry, successors: &RecordSuccessors) -> Option<ExpectedEffect> {
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
    Some(ExpectedEffect { change, left })
        // If the server did not show the effect, the resulting value is unknown.
        .filter(|_| !entry.partly && !matches!(entry.state, ChangeState::Partly | ChangeState::Unseen))
}

/// Losses that no change puts back, a sentence each.
fn lost(entry: &JournalEntry) -> impl Iterator<Item = String> {
    let lost = entry.effects.iter().filter(|effect| effect.harm && effect.back.is_empty());
    lost.map(|effect| format!("Not put back: {}", effect.words))
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
    Some(ExpectedEffect { change: Change::attribute(target.clone(), path.clone(), old.clone(), now.clone()), left })
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

/// The reason why nothing can be undone: of each change its state, and whether nothing was sent.
fn nothing_done(outcomes: &[(ChangeState, bool)]) -> &'static str {
    let any = |state| outcomes.iter().any(|(of, _)| *of == state);
    if any(ChangeState::Refused) {
        "It was refused, so there is nothing of it to undo."
    } else if any(ChangeState::Conflict) {
        "It ended in a conflict and changed nothing, so there is nothing of it to undo."
    } else if outcomes.contains(&(ChangeState::Already, false)) {
        "It was sent, and somebody else had done it first, so there is nothing of it to undo."
    } else if any(ChangeState::Already) {
        "It was so already and was not sent, so there is nothing of it to undo."
    } else {
        "It was dropped before it was sent, so there is nothing of it to undo."
    }
}
