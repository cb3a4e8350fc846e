//! Work that takes longer than the loop may be held: plans of many changes are drawn up, and laid over the directory,
//! some changes at a time. Keys wait meanwhile.

use std::{collections::BTreeMap, fmt};

use rustc_hash::FxHashMap;

use super::{App, AppEffect, Overlay, telling::MarkedRows};
use crate::{
    directory::{
        Directory,
        change::{Change, ChangeId, SendPhase},
        guard::GuardSettings,
        plan::{JournalEntry, Plan, PlanDrafting, PlanEntering, Planner},
        stage::StageId,
        work::WorkerJob,
    },
    scim::text::number,
};

/// Changes in one step: about a millisecond (`benches/README.md`).
const STEP: usize = 128;

/// Memberships of a check list in one step.
const PAIRS: usize = 2_048;

/// The continuation for a plan that is drawn up.
type Then = Box<dyn FnOnce(&mut App, Plan, &mut Vec<AppEffect>) + Send>;

/// A plan that is drawn up, and its use.
pub struct PendingDraft {
    drafting: Box<PlanDrafting>,
    /// The plan, once all changes are planned: its notes and its title take a step of their own.
    plan: Option<Plan>,
    then: Then,
}

impl PendingDraft {
    fn begin_anew(&mut self, planner: &dyn Planner, guards: &GuardSettings, directory: &Directory) {
        self.plan = None;
        self.drafting.begin_anew(planner.capabilities(), guards, directory);
    }
}

impl fmt::Debug for PendingDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingDraft").field("drafting", &self.drafting).finish_non_exhaustive()
    }
}

/// The work under way, the words about it, and the marked rows that it concerns.
#[derive(Default)]
pub(super) struct SteppedWork {
    /// The work that takes more than one step.
    pub task: Option<Box<SteppedTask>>,
    /// The message line's words about that work.
    telling: Option<String>,
    /// Plans under way that were made of marked rows.
    pub marked_plans: FxHashMap<ChangeId, MarkedRows>,
    /// The marked rows of the plan that is being handed over.
    pub marked_now: Option<MarkedRows>,
}

/// The work under way.
pub(super) enum SteppedTask {
    /// The changes that the check list on top means.
    Collect {
        /// Memberships that were looked at, and all of them.
        looked: usize,
        pairs: usize,
        changes: Vec<Change>,
    },
    Draft(PendingDraft),
    Send {
        entering: PlanEntering,
        laid: Vec<JournalEntry>,
        parts: BTreeMap<SendPhase, Vec<ChangeId>>,
        taken: Vec<StageId>,
    },
}

impl SteppedTask {
    /// Changes that are not planned, or not laid over the directory, yet.
    fn left(&self) -> usize {
        match self {
            Self::Collect { looked, pairs, .. } => pairs.saturating_sub(*looked),
            Self::Draft(draft) => draft.drafting.left(),
            Self::Send { entering, .. } => entering.left(),
        }
    }

    /// So much is done in one step.
    fn step(&self) -> usize {
        if matches!(self, Self::Collect { .. }) { PAIRS } else { STEP }
    }

    /// How far it is, for a message.
    fn words(&self) -> String {
        let left = number(self.left() as u64);
        match self {
            Self::Collect { .. } => format!("Going through what is checked: {left} rows left. Esc gives it up."),
            Self::Draft(_) => format!("Drawing up the plan: {left} changes left. Esc gives it up."),
            Self::Send { .. } => format!("Sending: {left} changes left to note."),
        }
    }
}

impl App {
    /// Draws up a plan of these changes, and goes on with it.
    pub(super) fn draft(
        &mut self,
        changes: Vec<Change>,
        effects: &mut Vec<AppEffect>,
        then: impl FnOnce(&mut App, Plan, &mut Vec<AppEffect>) + Send + 'static,
    ) {
        let Some(planner) = self.session.planner.clone() else { return };
        let drafting =
            Box::new(PlanDrafting::new(planner.capabilities(), &self.session.guards, changes, &self.directory));
        self.undertake(SteppedTask::Draft(PendingDraft { drafting, plan: None, then: Box::new(then) }), effects);
    }

    /// Draws up a plan with the answers that have come.
    pub(super) fn draft_again(&mut self, mut draft: PendingDraft, effects: &mut Vec<AppEffect>) {
        let Some(planner) = self.session.planner.clone() else { return };
        draft.begin_anew(&*planner, &self.session.guards, &self.directory);
        self.undertake(SteppedTask::Draft(draft), effects);
    }

    /// Goes through the check list on top, and plans what its checks mean.
    pub(super) fn collect(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(Overlay::Check(list)) = self.overlays.last() else { return };
        let pairs = list.pairs();
        self.undertake(SteppedTask::Collect { looked: 0, pairs, changes: Vec::new() }, effects);
    }

    /// Lays a plan over the directory and hands it to the worker, with the lines of the stage that it comes from.
    pub(super) fn lay(&mut self, entering: PlanEntering, taken: Vec<StageId>, effects: &mut Vec<AppEffect>) {
        let laid = Vec::with_capacity(entering.left());
        self.activity.entries.expect(entering.left());
        self.undertake(SteppedTask::Send { entering, laid, parts: BTreeMap::new(), taken }, effects);
    }

    fn undertake(&mut self, mut undertaking: SteppedTask, effects: &mut Vec<AppEffect>) {
        if undertaking.left() > undertaking.step() {
            self.stepped.task = Some(Box::new(undertaking));
        } else {
            self.advance(&mut undertaking);
            self.finish(undertaking, effects);
        }
    }

    /// Does one step; work that is done once for all changes has a step of its own.
    pub(super) fn go_on(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(mut undertaking) = self.stepped.task.take() else { return };
        match &mut *undertaking {
            SteppedTask::Draft(draft) if draft.drafting.left() == 0 && draft.plan.is_none() => {
                draft.plan = Some(draft.drafting.take_plan(&self.directory));
            }
            undertaking if undertaking.left() > 0 => self.advance(undertaking),
            _ => return self.finish(*undertaking, effects),
        }
        self.stepped.task = Some(undertaking);
    }

    fn advance(&mut self, undertaking: &mut SteppedTask) {
        match undertaking {
            SteppedTask::Collect { looked, pairs, changes } => {
                let to = (*looked + PAIRS).min(*pairs);
                if let Some(Overlay::Check(list)) = self.overlays.last() {
                    changes.extend(list.changes(*looked..to, &self.directory));
                }
                *looked = to;
            }
            SteppedTask::Draft(draft) => {
                if let Some(planner) = self.session.planner.as_deref() {
                    draft.drafting.step(planner, &self.directory, STEP);
                }
            }
            SteppedTask::Send { entering, laid, parts, .. } => {
                let from = laid.len();
                laid.extend(std::iter::from_fn(|| entering.next(&mut self.sending.ids)).take(STEP));
                let step = &laid[from..];
                for entry in step {
                    parts.entry(entry.step.change.phase(&self.directory)).or_default().push(entry.id);
                }
                self.directory.begin_all(step.iter().map(|entry| (entry.id, entry.step.change.clone())));
                let selected = self.activity.plan_at(self.activity.changes.cursor);
                for entry in step {
                    self.aside_follow(&entry.step.change, None);
                    self.activity.entries.put(entry.clone());
                }
                self.keep_activity_cursor(selected);
            }
        }
    }

    fn finish(&mut self, undertaking: SteppedTask, effects: &mut Vec<AppEffect>) {
        self.stop_telling();
        match undertaking {
            SteppedTask::Collect { changes, .. } => self.propose_any(changes, effects),
            SteppedTask::Draft(mut draft) => {
                let plan = draft.plan.take().unwrap_or_else(|| draft.drafting.take_plan(&self.directory));
                if let Some(draft) = self.wait_for_admins(&plan, draft, effects) {
                    (draft.then)(self, plan, effects);
                }
            }
            SteppedTask::Send { laid, parts, taken, .. } => {
                // Changes of one record go in the order of the plan: where that is another one, it is kept.
                let mut ids = parts.values().flatten();
                if parts.len() > 1 && laid.iter().all(|entry| ids.next() == Some(&entry.id)) {
                    effects.push(AppEffect::Work(WorkerJob::Parts(parts.into_values().collect())));
                }
                self.hand_over(laid, taken, effects);
            }
        }
    }

    /// True if the work can be given up: nothing of it is anywhere yet.
    pub(super) fn is_drafting(&self) -> bool {
        matches!(self.stepped.task.as_deref(), Some(SteppedTask::Draft(_) | SteppedTask::Collect { .. }))
    }

    /// Gives up a plan that is being drawn up. False where there is none.
    pub(super) fn give_up_draft(&mut self, effects: &mut Vec<AppEffect>) -> bool {
        let drafting = self.is_drafting();
        if drafting {
            effects.extend(self.stepped.task.take().map(|task| AppEffect::Discard(task)));
            self.stop_telling();
            self.say("The plan was given up: nothing is sent.");
        }
        drafting
    }

    /// True while a plan that the person has sent is laid over the directory: the worker has it when that is done.
    pub fn is_sending(&self) -> bool {
        matches!(self.stepped.task.as_deref(), Some(SteppedTask::Send { .. }))
    }

    /// Begins the draft anew after all records were replaced.
    pub(super) fn begin_draft_anew(&mut self) {
        if let (Some(SteppedTask::Draft(draft)), Some(planner)) =
            (self.stepped.task.as_deref_mut(), self.session.planner.as_deref())
        {
            draft.begin_anew(planner, &self.session.guards, &self.directory);
        }
    }

    /// Says how far the work is, since it takes long enough to be seen. A message about a failure stands over it.
    pub(super) fn tell_undertaking(&mut self) {
        let Some(words) = self.stepped.task.as_deref().map(SteppedTask::words) else { return };
        if !self.screen.message.as_ref().is_some_and(|message| message.error) {
            self.say(words.clone());
            self.stepped.telling = Some(words);
        }
    }

    fn stop_telling(&mut self) {
        let told = self.stepped.telling.take();
        if told.is_some() && self.screen.message.as_ref().map(|message| &message.text) == told.as_ref() {
            self.screen.message = None;
        }
    }
}
