//! An undo compared with the directory: changes to send, changes that are undone already, and values that have changed
//! since.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{BackStep, ExpectedEffect, InversePlan, Plan, Risk, STILL_LATE, already, compensation::replaced};
use crate::directory::{
    Directory, Id, RecordKind, ResourceRef,
    change::{Change, ChangeId, ChangedField},
    record_contents::RecordContents,
    refusal::{Refusal, RefusalCode},
    words::{self, PlanLine},
};

/// An [`InversePlan`] compared with the directory.
#[derive(Debug, Default)]
pub struct UndoDraft {
    /// The changes to plan.
    pub changes: Vec<Change>,
    /// Lines that are not sent, because the value has changed since.
    pub conflicts: Vec<(PlanLine, Refusal)>,
    /// The lines among them that a person can decide about, each with its change.
    contested: Vec<(PlanLine, BackStep)>,
    /// True if changes in conflict are sent all the same.
    is_on_top: bool,
    /// For each change the change of the journal that it takes back.
    of: Vec<(Change, ChangeId)>,
    /// The conditions under which the changes are sent.
    expected: Vec<(Change, ExpectedEffect)>,
    /// The changes that put back losses beside the plan, each with its line.
    beside: Vec<(Change, PlanLine)>,
    differs: Vec<String>,
    lost: Vec<String>,
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

    /// Puts lines in conflict among the changes: each ends as a conflict of the journal, unless its record shows that the
    /// effect is still there. A person can then choose whose value holds.
    pub fn contest(&mut self) {
        for (line, step) in std::mem::take(&mut self.contested) {
            self.conflicts.retain(|(of, _)| *of != line);
            self.expected.extend(step.expected.map(|expected| (step.change.clone(), expected)));
            self.of.push((step.change.clone(), step.of));
            self.changes.push(step.change);
        }
    }

    /// Puts lines in conflict among the changes that are sent: a person has chosen that.
    pub fn put_on_top(&mut self) {
        self.is_on_top = true;
        self.contest();
    }

    /// True where lines in conflict can be sent all the same.
    pub fn is_contested(&self) -> bool {
        !self.contested.is_empty()
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

    /// Losses that stay: no change puts them back, or the plan refuses it. Complete once the draft is bound.
    pub fn lost(&self) -> &[String] {
        &self.lost
    }

    /// A loss beside the plan that can't be put back is no reason to take nothing back.
    fn give_up(&mut self, plan: &mut Plan) {
        let is_beside = |line: &PlanLine| self.beside.iter().any(|(_, beside)| beside == line);
        let (beside, refused) = std::mem::take(&mut plan.refused).into_iter().partition(|(line, _)| is_beside(line));
        plan.refused = refused;
        let told = |(line, why): (PlanLine, Refusal)| {
            format!("Not put back: {}: {}: {}", line.subject, line.text("→"), why.text)
        };
        self.lost.extend(Vec::into_iter(beside).map(told));
    }

    /// Binds the conditions to the steps of the plan drafted from the changes, and adds notes on differences.
    pub fn bind(&mut self, plan: &mut Plan) {
        plan.notes.append(&mut self.differs);
        self.give_up(plan);
        plan.notes.extend(self.lost.iter().cloned());
        let value = |change: &Change| change.touches().into_iter().next();
        let mut open: FxHashMap<_, Vec<(Change, ExpectedEffect)>> = FxHashMap::default();
        for (change, expected) in self.expected.drain(..) {
            open.entry(value(&change)).or_default().push((change, expected));
        }
        for step in &mut plan.steps {
            if self.beside.iter().any(|(change, _)| *change == step.change) {
                step.say_first(BESIDE.to_owned());
            }
            let Some(same) = open.get_mut(&value(&step.change)) else { continue };
            if let Some(at) = same.iter().position(|(change, _)| *change == step.change) {
                let expected = same.remove(at).1;
                let words = expected.contested.as_ref().map(|present| {
                    if self.is_on_top { expected.in_spite_of(present) } else { expected.conflict(present) }
                });
                let is_decided = self.is_on_top && words.is_some();
                if words.is_some() && !is_decided && expected.made.is_some() {
                    // The line ends as a conflict: nothing is sent before a person has chosen.
                    step.risk = Risk::Look;
                }
                words.into_iter().for_each(|words| step.say_first(words));
                step.expected = Some(expected).filter(|_| !is_decided);
            }
        }
    }
}

impl InversePlan {
    /// The records that the directory lacks, or of which it shows that a change was taken back already, or that its effect
    /// is another one by now. A list may be older than the plan, and may leave out a deleted user whom the server keeps:
    /// only a reading of the record decides.
    pub fn unsure(&self, directory: &Directory) -> FxHashSet<ResourceRef> {
        let leaving = self.leaving();
        let target = |step: &BackStep| {
            let target = step.change.touches().into_iter().next()?.0;
            let former = replaced(&target.id).filter(|_| target.kind == RecordKind::User);
            Some(former.map_or(target, |id| ResourceRef::user(&id)))
        };
        let cascades = self.cascades();
        let is_unsure = |(step, is_last): (&BackStep, bool)| {
            let is_broken = |expected: &ExpectedEffect| {
                !cascades.contains(&step.of) && expected.broken(&step.change, directory, &leaving).is_some()
            };
            let lacks = target(step).is_some_and(|target| match target.kind {
                RecordKind::User => directory.user(&target.id).is_none(),
                RecordKind::Team => directory.team(&target.id).is_none(),
                RecordKind::Role => false,
            });
            let is_other = || already(&step.change, directory) || step.expected.as_ref().is_some_and(is_broken);
            (lacks || (is_last && is_other())).then(|| target(step)).flatten()
        };
        let mut values = JudgedValues::default();
        let steps = self.steps.iter().map(|step| (step, values.is_last(step)));
        steps.filter_map(is_unsure).filter(|target| !target.is_provisional()).collect()
    }

    /// The changes that set a role which overwrites other roles: it may be shown as one of them, and the worker asks the
    /// server before it sends the undo.
    fn cascades(&self) -> FxHashSet<ChangeId> {
        let cascade = |pair: &[BackStep]| {
            let roles = pair.iter().all(|step| {
                matches!(step.change, Change::SetOrgRole { .. } | Change::SetTeamRole { .. } | Change::SetSeat { .. })
            });
            (roles && pair[0].of == pair[1].of).then_some(pair[0].of)
        };
        self.steps.windows(2).filter_map(cascade).collect()
    }

    /// The memberships that end, by team and user.
    fn leaving(&self) -> FxHashSet<(Id, Id)> {
        let leaves = |step: &BackStep| match &step.change {
            Change::RemoveMember { team, user } => Some((team.clone(), user.clone())),
            _ => None,
        };
        self.steps.iter().filter_map(leaves).collect()
    }

    /// Adds what takes back a plan that is older than those in here.
    pub fn then(&mut self, older: Self) {
        self.steps.extend(older.steps);
        self.never.extend(older.never);
        self.kept.extend(older.kept);
        self.differs.extend(older.differs);
        self.lost.extend(older.lost);
    }

    /// Compares the conditions with the directory. If several changes set the same value, only the last is judged here:
    /// the value of an earlier change appears only after the later ones are taken back.
    pub fn compare(self, directory: &Directory, holds: RecordContents) -> UndoDraft {
        let (leaving, cascades) = (self.leaving(), self.cascades());
        let mut draft = UndoDraft { differs: self.differs, lost: self.lost, ..UndoDraft::default() };
        let kept_line = |(change, why)| (words::line_in(&change, directory, holds), why);
        draft.conflicts.extend(self.kept.into_iter().map(kept_line));
        let mut values = JudgedValues::default();
        let kept = kept(&self.steps, directory);
        // A user who still exists is not created again, so nothing about the user differs.
        let mut creates = self.steps.iter().filter_map(|step| step.change.creation());
        if !kept.is_empty() && creates.all(|made| kept.contains_key(&made)) {
            draft.differs.clear();
        }
        for step in self.steps {
            let is_last = values.is_last(&step);
            let BackStep { of, change, expected, late, beside } = step;
            let change = match change.creation().and_then(|made| kept.get(&made)) {
                Some(user) => Change::SetActive { user: user.clone(), active: true },
                None => change.with_records(|record| kept.get(record).cloned()),
            };
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
                && let Some(present) = expected.broken(&change, directory, &leaving)
            {
                let line = words::line_in(&change, directory, holds);
                let why = expected.conflict(&present);
                draft.conflicts.push((line.clone(), Refusal::new(RefusalCode::Changed, why)));
                let expected = Some(ExpectedEffect { contested: Some(present), ..expected.clone() });
                draft.contested.push((line, BackStep { of, change, expected, late, beside }));
                continue;
            }
            draft.expected.extend(expected.map(|expected| (change.clone(), expected)));
            draft.of.push((change.clone(), of));
            draft.beside.extend(beside.then(|| (change.clone(), words::line_in(&change, directory, holds))));
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

/// The values that the steps of an undo have been about so far: of several changes of one value only the last is judged by
/// the directory, and its undo comes first.
#[derive(Default)]
struct JudgedValues {
    seen: FxHashSet<(ResourceRef, ChangedField)>,
    /// The change that is taken back last, and whether it is the last one of its values.
    of: Option<(ChangeId, bool)>,
}

impl JudgedValues {
    /// True if no later change of the plan, whose undo came before, was about the same value.
    fn is_last(&mut self, step: &BackStep) -> bool {
        match self.of {
            Some((of, is_last)) if of == step.of => is_last,
            _ => {
                let expected = step.expected.iter().flat_map(|expected| values(&expected.change));
                let seen = expected.filter(|value| !self.seen.insert(value.clone())).count();
                self.of = Some((step.of, seen == 0));
                seen == 0
            }
        }
    }
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
