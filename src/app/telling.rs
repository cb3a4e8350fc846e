//! The message line: that a plan is being sent, its outcome, and which marks stay.

use rustc_hash::FxHashSet;

use super::{ActivityState, App, action::Action, journal::LONG};
use crate::directory::{
    Id, Name, RecordKind,
    change::ChangeId,
    plan::{ChangeState, JournalEntry, Plan, Undo},
};
use crate::scim::{failure::sentence, text::number};

/// Something for the message line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusMessage {
    /// The text of the line.
    pub text: String,
    /// True for a failure: the message stays until Esc.
    pub error: bool,
    /// The state of the changes that the message is about, for its sign.
    pub state: Option<ChangeState>,
    /// The subject of a message that disappears when it is no longer true.
    pub about: Option<MessageSubject>,
}

/// The subject of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageSubject {
    /// A plan that is being sent, or was confirmed: shown until it is undone.
    Plan(ChangeId),
    /// A change that failed: shown until it is retried with success, or dismissed.
    Failure(ChangeId),
    /// Changes of earlier sessions: shown until somebody sends or drops them.
    LeftOver,
}

/// The marked rows of a list that a plan was made of.
#[derive(Debug)]
pub(super) struct MarkedRows {
    kind: RecordKind,
    /// Ids that were marked, too, and need nothing.
    needless: Vec<Id>,
}

impl App {
    /// Shows a message.
    pub fn say(&mut self, text: impl Into<String>) {
        self.screen.message = Some(StatusMessage { text: text.into(), ..StatusMessage::default() });
    }

    /// Shows a message about a failure.
    pub fn fail(&mut self, text: impl Into<String>) {
        self.screen.message = Some(StatusMessage { text: text.into(), error: true, ..StatusMessage::default() });
    }

    /// Says that changes of earlier sessions wait.
    pub(super) fn fail_left_over(&mut self, text: String) {
        let about = Some(MessageSubject::LeftOver);
        self.screen.message = Some(StatusMessage { text, error: true, about, ..StatusMessage::default() });
    }

    /// Says that a change failed.
    pub(super) fn fail_change(&mut self, id: ChangeId, state: ChangeState, text: String) {
        let about = Some(MessageSubject::Failure(id));
        self.screen.message = Some(StatusMessage { text, error: true, state: Some(state), about });
    }

    fn say_plan(&mut self, plan: ChangeId, state: ChangeState, text: String) {
        let about = Some(MessageSubject::Plan(plan));
        self.screen.message = Some(StatusMessage { text, error: false, state: Some(state), about });
    }

    /// Says that a plan is on its way.
    pub(super) fn say_sending(&mut self, entries: &[JournalEntry]) {
        match entries {
            [] => {}
            [one] => {
                let words = &one.step.words;
                self.say_plan(one.plan, ChangeState::Sent, format!("{}: {}; sending", words.subject, words.text("→")));
            }
            [first, ..] => self.say_plan(first.plan, ChangeState::Sent, format!("{}: sending", first.title)),
        }
    }

    /// Shows the outcome of a plan's only change, if it succeeded and no other message is shown.
    pub(super) fn say_done(&mut self, id: ChangeId) {
        let Some(entry) = self.activity.entries.get(&id).filter(|entry| self.activity.entries.steps(entry.plan) == 1)
        else {
            return;
        };
        if !self.may_tell(entry.plan) || self.activity.earlier.elsewhere.contains(&id) {
            return;
        }
        let (plan, state, words) = (entry.plan, entry.state, &entry.step.words);
        let line = format!("{}: {}", words.subject, words.text("→"));
        match state {
            ChangeState::Confirmed => {
                let text = format!("{}{}", sentence(&line), self.way_back(plan));
                self.say_plan(plan, state, text);
            }
            ChangeState::Already => self.say_plan(plan, state, format!("{line}: so already, nothing was sent.")),
            ChangeState::Unseen => {
                let text = format!("{} {}", sentence(&line), entry.why);
                self.say_plan(plan, state, text);
            }
            ChangeState::Planned
            | ChangeState::Sent
            | ChangeState::Partly
            | ChangeState::Refused
            | ChangeState::Conflict
            | ChangeState::Unknown
            | ChangeState::Dropped => {}
        }
    }

    /// True if the message line shows only the progress of this plan.
    fn may_tell(&self, plan: ChangeId) -> bool {
        let about = |message: &StatusMessage| message.about == Some(MessageSubject::Plan(plan)) && !message.error;
        self.screen.message.as_ref().is_none_or(about)
    }

    /// ` u undoes`, if the key undoes this plan.
    fn way_back(&self, plan: ChangeId) -> String {
        let back = |entry: &JournalEntry| matches!(entry.step.undo, Undo::By(_));
        let by = self.activity.entries.of_plan(plan).any(back)
            && self.activity.undo_candidate().is_ok_and(|newest| newest == plan);
        let key = self.keymap.label(Action::Undo).filter(|_| by);
        key.map_or_else(String::new, |key| format!(" {key} undoes"))
    }

    /// Sums up the outcomes of a plan of several changes once all of them have one.
    pub(super) fn sum_up(&mut self, id: ChangeId) {
        let Some(entry) = self.activity.entries.get(&id) else { return };
        let Some(course) = self.activity.entries.course(entry.plan) else { return };
        let counts = course.progress.counts;
        let (all, done) = (counts.total(), counts.done());
        if counts.settled() < all {
            return;
        }
        let (plan, title) = (entry.plan, entry.title.clone());
        self.release_marks(plan);
        self.activity.release_undone();
        if all < 2 {
            return;
        }
        let part = |state: ChangeState| {
            let count = counts.of(state);
            (count > 0).then(|| format!("{} {}", number(count as u64), state.label()))
        };
        let well = [ChangeState::Confirmed, ChangeState::Unseen, ChangeState::Already];
        let parts: Vec<String> = well.into_iter().filter_map(part).collect();
        if done < all {
            let told = if parts.is_empty() { "0 confirmed".to_owned() } else { parts.join(", ") };
            let rest = number((all - done) as u64);
            self.fail(format!("{title}: {told}, {rest} not; 4 Activity says why."));
        } else {
            let whole = well.into_iter().find(|state| counts.of(*state) == all);
            let said = match whole {
                Some(state) => format!("all {} {}.", number(all as u64), state.label()),
                None => format!("{}.", parts.join(", ")),
            };
            let back = self.way_back(plan);
            let state = whole.unwrap_or(if counts.of(ChangeState::Unseen) > 0 {
                ChangeState::Unseen
            } else {
                ChangeState::Confirmed
            });
            self.say_plan(plan, state, format!("{title}: {said}{back}"));
        }
    }

    /// Removes the message when its subject has changed, whoever changed it.
    pub(super) fn renew_message(&mut self) {
        let stands = match self.screen.message.as_ref().and_then(|message| message.about) {
            None => true,
            Some(MessageSubject::LeftOver) => !self.activity.earlier.left_over.is_empty(),
            Some(MessageSubject::Failure(id)) => {
                self.activity.failures.contains(id)
                    || self.activity.entries.get(&id).is_none_or(|entry| entry.state.is_failure())
            }
            Some(MessageSubject::Plan(plan)) => !self.activity.entries.is_undone(plan),
        };
        if !stands {
            self.screen.message = None;
        }
    }

    /// Shows each failure as it comes, in plans of few changes.
    pub(super) fn tell_failure(&mut self, id: ChangeId, state: ChangeState) {
        if !state.is_failure() {
            return;
        }
        let Some(entry) =
            self.activity.entries.get(&id).filter(|entry| self.activity.entries.steps(entry.plan) <= LONG)
        else {
            return;
        };
        let next = match state {
            ChangeState::Conflict => self.way_to_choices(entry),
            _ => entry.failure.as_ref().map(|failure| failure.next.clone()).unwrap_or_default(),
        };
        let (subject, label) = (&entry.step.words.subject, state.label());
        // `refused` follows the subject; the other words stand alone.
        let lead =
            if state == ChangeState::Refused { format!("{subject} {label}:") } else { format!("{subject}: {label}.") };
        let text = format!("{lead} {} {next}", entry.why).trim_end().to_owned();
        self.fail_change(id, state, text);
    }

    /// The marked rows that a plan is about, as of its sending.
    pub(super) fn marked_rows(&self, plan: &Plan, needless: &[Name]) -> Option<MarkedRows> {
        let pane = self.lists.pane().filter(|pane| !pane.marks.is_empty())?;
        let first = plan.steps.first()?.change.touches();
        if !first.iter().any(|(target, _)| target.kind == pane.kind && pane.marks.contains(&target.id)) {
            return None;
        }
        let names: FxHashSet<&Name> = needless.iter().collect();
        let named = |id: &&Id| self.directory.user(id).is_some_and(|user| names.contains(&user.user_name));
        let needless = if names.is_empty() || pane.kind != RecordKind::User {
            Vec::new()
        } else {
            pane.marks.iter().filter(named).cloned().collect()
        };
        Some(MarkedRows { kind: pane.kind, needless })
    }

    /// Removes the marks of a plan's rows once all of its changes have an outcome. Rows that the plan did not change
    /// keep their marks.
    fn release_marks(&mut self, plan: ChangeId) {
        let Some(MarkedRows { kind, needless }) = self.stepped.marked_plans.remove(&plan) else { return };
        let done = self.activity.entries.of_plan(plan).filter(|entry| entry.state.is_done());
        let touched = done.flat_map(|entry| entry.step.change.touches()).map(|(target, _)| target);
        let mut ids: FxHashSet<Id> = touched.filter(|target| target.kind == kind).map(|target| target.id).collect();
        let failed = self.activity.entries.of_plan(plan).filter(|entry| !entry.state.is_done());
        for (target, _) in failed.flat_map(|entry| entry.step.change.touches()) {
            ids.remove(&target.id);
        }
        ids.extend(needless);
        self.lists.panes[kind as usize].release(ids, &self.directory);
    }
}

impl ActivityState {
    /// Removes the marks of undone plans.
    fn release_undone(&mut self) {
        let mut marks = std::mem::take(&mut self.changes.marks);
        marks.retain(|plan| !self.entries.is_undone(*plan));
        self.changes.marks = marks;
    }
}
