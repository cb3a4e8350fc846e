//! The Activity pane: what was changed, what became of it, undo and retry.

use super::{App, Effect, Overlay};
use crate::directory::{
    change::{Change, ChangeId},
    plan::{Entry, State, Undo},
    work::Job,
};

impl App {
    /// The change under the cursor, or the one whose story is open. The newest has cursor 0.
    pub fn selected_entry(&self) -> Option<&Entry> {
        if let Some(Overlay::Story { id, .. }) = self.overlays.last() {
            return self.entries.get(id);
        }
        let at = self.entries.len().checked_sub(self.activity_cursor + 1)?;
        self.entries.get_index(at).map(|(_, entry)| entry)
    }

    /// The undo of a plan, where there is one that was not refused.
    pub fn undone_by(&self, plan: ChangeId) -> Option<&Entry> {
        self.entries.undone_by(plan)
    }

    /// How many changes of this session failed and still want a look, and how many are open.
    pub fn counts(&self) -> (usize, usize) {
        (self.failures.len(), self.directory.pending().len())
    }

    /// Keeps count of failures: one that was tried again with success is settled.
    pub(super) fn count_failure(&mut self, id: ChangeId) {
        let Some(entry) = self.entries.get(&id) else { return };
        if entry.state.is_failure() {
            self.failures.insert(id);
        } else if entry.state == State::Confirmed {
            let same = |other: &Entry| {
                let (mine, others) = (entry.step.change.touches(), other.step.change.touches());
                other.step.change.verb() == entry.step.change.verb() && mine.first() == others.first()
            };
            let names = |other: &Entry| other.step.words.subject == entry.step.words.subject;
            let created = entry.created.is_some();
            let settled = |other: &Entry| same(other) || (created && names(other));
            let kept = self.failures.iter().filter(|failed| !self.entries.get(*failed).is_some_and(&settled));
            self.failures = kept.copied().collect();
        }
    }

    /// What became of a plan of several changes, once all of them have an outcome.
    pub(super) fn sum_up(&mut self, id: ChangeId) {
        let Some(plan) = self.entries.get(&id).map(|entry| entry.plan) else { return };
        if self.entries.steps(plan) < 2 {
            return;
        }
        let first = self.entries.partition_point(|id, _| *id < plan);
        let steps = || self.entries.values().skip(first).take_while(|entry| entry.plan == plan);
        if steps().any(|entry| entry.state.is_open()) {
            return;
        }
        let (all, done) = (steps().count(), steps().filter(|entry| entry.state == State::Confirmed).count());
        let title = steps().next().map(|entry| entry.title.clone()).unwrap_or_default();
        if done == all {
            self.say(format!("{title}: all {all} confirmed"));
        } else {
            self.fail(format!("{title}: {done} confirmed, {} not; 4 Activity says why.", all - done));
        }
    }

    /// The plan that `u` would take back; and where newer plans can't be taken back, why the newest of them can't.
    pub(super) fn undo_candidate(&self) -> Result<(ChangeId, Option<String>), String> {
        let lasting = self.entries.newest_lasting();
        if let Some(plan) = self.entries.newest_undoable() {
            return Ok((plan, lasting.filter(|newer| *newer > plan).and_then(|newer| self.lasts_because(newer))));
        }
        if let Some(why) = lasting.and_then(|plan| self.lasts_because(plan)) {
            return Err(format!("This can't be undone. {why}"));
        }
        Err(if self.entries.is_in_flight() {
            "The last change is still in flight; undo it when it has arrived."
        } else {
            "There is nothing to undo."
        }
        .into())
    }

    /// Why what was confirmed of a plan can't be taken back.
    fn lasts_because(&self, plan: ChangeId) -> Option<String> {
        let first = self.entries.partition_point(|id, _| *id < plan);
        let mut steps = self.entries.values().skip(first).take_while(|entry| entry.plan == plan);
        steps.find_map(|entry| match &entry.step.undo {
            Undo::Never(reason) if entry.state == State::Confirmed => {
                Some(format!("{}: {reason}", entry.step.words.subject))
            }
            _ => None,
        })
    }

    /// The changes that take back what was confirmed of a plan, last first.
    pub(super) fn inverse(&self, plan: ChangeId) -> Result<Vec<Change>, String> {
        let mut changes = Vec::new();
        let steps: Vec<&Entry> = self.entries.values().filter(|entry| entry.plan == plan).collect();
        if steps.iter().any(|entry| entry.state.is_open()) {
            return Err("Part of this is still in flight; undo it when it has arrived.".into());
        }
        let mut never = None;
        for entry in steps.iter().rev().filter(|entry| entry.took_effect()) {
            match &entry.step.undo {
                Undo::By(inverse) => changes.extend(inverse.iter().map(|change| change.about(entry.created.as_ref()))),
                Undo::Never(why) => never = Some(format!("{}: {why}", entry.step.words.subject)),
            }
        }
        match (changes.is_empty(), never) {
            (true, Some(why)) => Err(format!("This can't be undone. {why}")),
            (true, None) => Err("Nothing of this was confirmed, so there is nothing to undo.".into()),
            _ => Ok(changes),
        }
    }

    pub(super) fn undo(&mut self, effects: &mut Vec<Effect>) {
        match self.undo_candidate() {
            Ok((plan, passed)) => {
                self.plan_undo(plan, effects);
                if let Some(why) = passed {
                    self.say(format!("An earlier change: the last one can't be undone. {why}"));
                }
            }
            Err(why) => self.say(why),
        }
    }

    pub(super) fn undo_selected(&mut self, effects: &mut Vec<Effect>) {
        let Some(plan) = self.selected_entry().map(|entry| entry.plan) else { return };
        match self.undone_by(plan) {
            Some(_) => self.say("This was undone already."),
            None => self.plan_undo(plan, effects),
        }
    }

    /// A failed change again, or what is left of an earlier session; anything else reads the lists anew.
    pub(super) fn retry_selected(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Work(Job::Wake));
        if !self.left_over.is_empty() {
            let ids: Vec<ChangeId> = self.left_over.drain().collect();
            let mut ordered = ids;
            ordered.sort_unstable();
            for id in &ordered {
                if let Some(entry) = self.entries.get(id) {
                    self.directory.begin(*id, entry.step.change.clone());
                }
            }
            self.rows_changed();
            self.say(format!("Sent now, from an earlier session: {}.", ordered.len()));
            effects.push(Effect::Work(Job::Resume(ordered)));
            return;
        }
        let Some((state, change)) = self.selected_entry().map(|entry| (entry.state, entry.step.change.clone())) else {
            return;
        };
        match state {
            State::Refused | State::Conflict | State::Dropped | State::Unknown => {
                let change = change.renewed(self.next_id().provisional());
                self.propose(vec![change], effects);
            }
            _ => self.say("Only what was refused, dropped or is unknown can be tried again."),
        }
    }

    pub(super) fn drop_selected(&mut self, effects: &mut Vec<Effect>) {
        let Some((id, state)) = self.selected_entry().map(|entry| (entry.id, entry.state)) else { return };
        if self.failures.remove(&id) {
            self.say("Put aside; its story stays here.");
            return;
        }
        if state != State::Planned {
            self.say("Only what was not sent yet can be dropped.");
            return;
        }
        self.left_over.remove(&id);
        effects.push(Effect::Work(Job::Drop(vec![id])));
    }
}
