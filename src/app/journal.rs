//! The Activity pane: the changes, their outcomes, and their undo.

use super::{
    ActivityState, App, AppEffect, Overlay, Tab, action::Action, availability::UnavailableReason, plan_view::PlanRow,
};
use crate::directory::{
    ResourceRef,
    change::{ChangeId, ChangeVerb, ChangedField},
    plan::{self, ChangeState, JournalEntry, RecordSuccessors, Undo},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Plans of more changes than this show a progress; in smaller plans each failure is shown as it comes.
pub(crate) const LONG: usize = 10;

impl App {
    /// The plan under the cursor, or the one whose box is open. The newest has cursor 0.
    pub fn selected_plan(&self) -> Option<ChangeId> {
        match self.overlays.last() {
            Some(Overlay::Story(story)) => self.activity.entries.get(&story.id).map(|entry| entry.plan),
            Some(Overlay::Plan(view)) => Some(view.plan),
            _ => self.activity.plan_at(self.activity.changes.cursor),
        }
    }

    /// The change under the cursor, or the one whose story is open; none where a plan of several is selected.
    pub fn selected_entry(&self) -> Option<&JournalEntry> {
        match self.overlays.last() {
            Some(Overlay::Story(story)) => self.activity.entries.get(&story.id),
            Some(Overlay::Plan(view)) => match self.activity.plan_row(view, view.cursor)? {
                PlanRow::Change(entry) => Some(entry),
                PlanRow::Reason(..) => None,
            },
            _ => {
                let plan = self.selected_plan()?;
                let mut entries = self.activity.entries.of_plan(plan);
                entries.next().filter(|_| entries.next().is_none())
            }
        }
    }

    /// The selected changes: the one under the cursor, those that failed for the reason under it, or the whole plan.
    pub(super) fn selected_entries(&self) -> Vec<&JournalEntry> {
        if let Some(Overlay::Plan(view)) = self.overlays.last() {
            return self.plan_selection(view);
        }
        if self.lists.tab == Tab::Activity && self.overlays.is_empty() && !self.activity.changes.marks.is_empty() {
            return self.activity.changes.marks.iter().flat_map(|plan| self.activity.entries.of_plan(*plan)).collect();
        }
        match (self.selected_entry(), self.selected_plan()) {
            (Some(entry), _) => vec![entry],
            (None, Some(plan)) => self.activity.entries.of_plan(plan).collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Plans have come: the cursor stays on its plan, which a person may be about to undo.
    pub(super) fn keep_activity_cursor(&mut self, selected: Option<ChangeId>) {
        self.arrange_activity();
        let is_chosen = self.lists.tab == Tab::Activity || self.activity.changes.cursor > 0;
        let Some(selected) = selected.filter(|_| is_chosen) else { return };
        let Some(at) = self.activity.plans_from(0).position(|plan| plan == selected) else { return };
        if self.activity.changes.top > 0 {
            self.activity.changes.top += at.saturating_sub(self.activity.changes.cursor);
        }
        self.activity.changes.cursor = at;
    }

    /// The number of failed changes of this session that are neither retried with success nor dismissed, and the number
    /// of open ones.
    pub fn counts(&self) -> (usize, usize) {
        (self.activity.failures.len(), self.directory.pending().len())
    }

    /// The way to the choices after a conflict.
    pub fn way_to_choices(&self, entry: &JournalEntry) -> String {
        let key = |action| self.keymap.label(action).unwrap_or_default();
        let [activity, story] = [Action::GoActivity, Action::Story].map(key);
        let choices = match entry.used_since() {
            Some(_) => "keep it, or undo it all the same",
            None => "keep theirs, or send yours on top",
        };
        format!("{activity} Activity, then {story}: {choices}.")
    }

    /// Shows an alarm about a change that should be undone, and prepares its undo.
    pub(super) fn sound(&mut self, id: ChangeId) {
        let Some(entry) = self.activity.entries.get(&id) else { return };
        let key = self.keymap.label(Action::Undo).unwrap_or_default();
        let way = match &entry.step.undo {
            Undo::By(_) => format!("{key} takes this back."),
            Undo::Never(_) => "This can't be taken back: make somebody else admin.".to_owned(),
        };
        let (words, undoable) = (&entry.step.words, matches!(entry.step.undo, Undo::By(_)));
        let text = format!("{}: {}. {} {way}", words.subject, words.text("→"), entry.why);
        self.activity.alarm = undoable.then_some(id).or(self.activity.alarm);
        self.fail(text);
    }

    /// Undoes the change with the alarm, and nothing else of its plan.
    fn undo_alarm(&mut self, id: ChangeId, effects: &mut Vec<AppEffect>) {
        let Some(entry) = self.activity.entries.get(&id) else { return };
        let alone = self.activity.entries.of_plan(entry.plan).nth(1).is_none();
        let (plan_of, title) =
            (entry.plan, format!("Undo: {}: {}", entry.step.words.subject, entry.step.words.text("→")));
        match plan::inverse(std::iter::once(entry), std::iter::empty(), &RecordSuccessors::default()) {
            Err(why) => self.fail(why.text),
            Ok(inverse) => {
                let changes = inverse.steps.into_iter().map(|step| step.change).collect();
                self.draft(changes, effects, move |app, mut plan, effects| {
                    plan.title = title;
                    plan.undoes = alone.then_some(plan_of);
                    app.propose_plan(plan, effects);
                });
            }
        }
    }

    pub(super) fn undo(&mut self, effects: &mut Vec<AppEffect>) {
        if let Some(id) = self.activity.alarm.take() {
            return self.undo_alarm(id, effects);
        }
        match self.activity.undo_candidate() {
            Ok(plan) => self.plan_undo(plan, false, effects),
            Err(why) => self.say(why),
        }
    }

    pub(super) fn undo_selected(&mut self, effects: &mut Vec<AppEffect>) {
        if self.overlays.is_empty() && self.activity.changes.marks.len() > 1 {
            let marked = self.activity.changes.marks.iter().copied().collect();
            return self.plan_undo_all(marked, effects);
        }
        let Some(plan) = self.selected_plan() else { return };
        if self.activity.entries.is_undone(plan) {
            self.say("This was undone already.");
        } else {
            self.plan_undo(plan, true, effects);
        }
    }
}

impl ActivityState {
    /// The undo of a plan, where there is one that was not refused.
    pub fn undone_by(&self, plan: ChangeId) -> Option<&JournalEntry> {
        self.entries.undone_by(plan)
    }

    /// Updates the number of failures: a failure that was retried with success is settled.
    pub(super) fn count_failure(&mut self, id: ChangeId) {
        let Some(entry) = self.entries.get(&id) else { return };
        if entry.state.is_failure() {
            self.failures.insert(id, SettledMatter::of(entry));
        } else if entry.state.is_done() {
            self.failures.settle(&SettledMatter::of(entry));
        }
    }

    /// True for a conflict of this session that nobody has decided yet.
    pub fn awaits_choice(&self, id: ChangeId) -> bool {
        self.failures.contains(id) && self.entries.get(&id).is_some_and(|entry| entry.state == ChangeState::Conflict)
    }

    /// The plan that `u` takes back: the newest one, or the reason why not.
    pub(super) fn undo_candidate(&self) -> Result<ChangeId, UnavailableReason> {
        let Some(plan) = self.entries.newest_standing() else {
            return Err("There is nothing to undo.".into());
        };
        match self.entries.lasts_because(plan) {
            None => Ok(plan),
            Some(why) if self.entries.plans() == 1 => Err(format!("The last plan can't be undone. {why}").into()),
            Some(why) => {
                Err(format!("The last plan can't be undone. {why} 4 Activity takes an older one back.").into())
            }
        }
    }
}

/// The value or name that two changes share if the second one settles the failure of the first: both set the same
/// value, or create a record of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SettledMatter(ChangeVerb, Option<(ResourceRef, ChangedField)>, String);

impl SettledMatter {
    fn of(entry: &JournalEntry) -> Self {
        let change = &entry.step.change;
        if change.creates().is_some() {
            return Self(change.verb(), None, entry.step.words.subject.clone());
        }
        Self(change.verb(), change.touches().into_iter().next(), String::new())
    }
}

/// Failures of this session that were neither retried with success nor dismissed.
#[derive(Debug, Default)]
pub(super) struct OpenFailures {
    all: FxHashMap<ChangeId, SettledMatter>,
    by_matter: FxHashMap<SettledMatter, FxHashSet<ChangeId>>,
}

impl OpenFailures {
    fn insert(&mut self, id: ChangeId, matter: SettledMatter) {
        self.by_matter.entry(matter.clone()).or_default().insert(id);
        self.all.insert(id, matter);
    }

    fn settle(&mut self, matter: &SettledMatter) {
        for id in self.by_matter.remove(matter).into_iter().flatten() {
            self.all.remove(&id);
        }
    }

    /// Removes a failure. True if the set had it.
    pub(super) fn remove(&mut self, id: ChangeId) -> bool {
        let Some(matter) = self.all.remove(&id) else { return false };
        if let Some(same) = self.by_matter.get_mut(&matter) {
            same.remove(&id);
        }
        true
    }

    pub(super) fn contains(&self, id: ChangeId) -> bool {
        self.all.contains_key(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}
