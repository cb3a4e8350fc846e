//! Changes that wait to be sent: they are held back and released, dropped, or sent after a restart, and failures are
//! retried.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{ActivityState, App, AppEffect, Overlay, availability::UnavailableReason};
use crate::{
    directory::{
        RecordKind,
        change::{Change, ChangeId},
        plan::{self, ChangeState, JournalEntry, NOT_CREATED, PlanPart, already},
        work::WorkerJob,
    },
    scim::text::number,
};

/// The message while waiting changes can't be compared with the directory yet.
const UNREAD: &str = "What waits is compared with the directory first, which is not read yet.";

impl App {
    /// True if a change of the plan waits since an earlier session.
    pub fn is_left_over(&self, plan: ChangeId) -> bool {
        !self.activity.left_over_of(plan).is_empty()
    }

    /// The plan whose progress is shown around the other tabs: the newest long plan that is being sent.
    pub fn long_plan(&self) -> Option<ChangeId> {
        let sent = |plan: &ChangeId| {
            let course = self.activity.entries.course(*plan);
            let left = course.map_or(0, |course| course.progress.counts.left());
            let elsewhere = || {
                self.activity
                    .earlier
                    .elsewhere
                    .iter()
                    .any(|id| self.activity.entries.get(id).is_some_and(|one| one.plan == *plan))
            };
            course.is_some_and(|course| course.steps() > super::journal::LONG)
                && left > self.activity.left_over_of(*plan).len()
                && !elsewhere()
        };
        self.activity.entries.running().find(sent)
    }

    pub(super) fn pause(&mut self, pause: bool, effects: &mut Vec<AppEffect>) {
        self.sending.paused = pause;
        let waiting = number(self.activity.waiting_count() as u64);
        if pause {
            self.say(format!("Paused: what is on its way arrives, {waiting} wait."));
        } else {
            self.say("Sending goes on.");
        }
        effects.push(AppEffect::Work(WorkerJob::Pause(pause)));
    }

    /// Sets the most changes that are sent at a time.
    pub(super) fn set_parallel(&mut self, parallel: usize, effects: &mut Vec<AppEffect>) {
        self.say(format!("At most {parallel} at a time."));
        effects.push(AppEffect::Work(WorkerJob::Parallel(parallel)));
    }

    /// The plan that `cancel` is about: the selected one in Activity, else the newest with a waiting change.
    pub(super) fn cancelled_plan(&self) -> Option<ChangeId> {
        let waits = |plan: &ChangeId| {
            self.activity
                .entries
                .course(*plan)
                .is_some_and(|course| course.progress.counts.of(ChangeState::Planned) > 0)
        };
        if self.lists.tab == super::Tab::Activity {
            return self.selected_plan().filter(waits);
        }
        self.activity.entries.running().find(waits)
    }

    /// Drops the plan's changes that were not sent yet.
    pub(super) fn cancel(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(plan) = self.cancelled_plan() else { return };
        let waiting =
            self.activity.entries.course(plan).map(|course| course.of(ChangeState::Planned).iter().copied().collect());
        self.drop_all(waiting.unwrap_or_default(), effects);
    }

    fn drop_all(&mut self, ids: Vec<ChangeId>, effects: &mut Vec<AppEffect>) {
        let (count, s) = (number(ids.len() as u64), if ids.len() == 1 { "" } else { "s" });
        self.say(format!("{count} change{s} that waited: dropped, not sent."));
        self.activity.earlier.left_over.retain(|id| ids.binary_search(id).is_err());
        effects.push(AppEffect::Work(WorkerJob::Drop(ids)));
    }

    /// Sends the changes that an earlier session left of the selected plan; else its failed changes again; else the
    /// changes left of another plan; else its dropped changes. Contacts the server at once in any case.
    pub(super) fn retry_selected(&mut self, effects: &mut Vec<AppEffect>) {
        effects.push(AppEffect::Work(WorkerJob::Wake));
        if let Some(plan) = self.selected_plan().filter(|plan| self.is_left_over(*plan)) {
            self.resume(plan, effects);
            return;
        }
        let selected = self.selected_entries();
        // Dropped changes stay dropped, unless there are no others.
        let dropped = selected.iter().all(|entry| entry.state == ChangeState::Dropped);
        let again = selected.iter().filter(|entry| dropped || entry.may_be_sent_again());
        let again: Vec<(ChangeId, Change)> = again.map(|entry| (entry.id, entry.step.change.clone())).collect();
        let oldest = self
            .activity
            .earlier
            .left_over
            .iter()
            .min()
            .and_then(|id| self.activity.entries.get(id))
            .map(|entry| entry.plan);
        match oldest {
            Some(plan) if dropped || again.is_empty() => self.resume(plan, effects),
            _ if !again.is_empty() => self.try_again(again, effects),
            _ => self.say("Only what was refused, dropped or is unknown can be tried again."),
        }
    }

    fn try_again(&mut self, again: Vec<(ChangeId, Change)>, effects: &mut Vec<AppEffect>) {
        let all = again.len();
        let undo = self.activity.undone_by_all(&again);
        let (so, again): (Vec<_>, Vec<_>) = again.into_iter().partition(|(_, change)| already(change, &self.directory));
        for (id, _) in &so {
            self.activity.failures.remove(*id);
        }
        let fresh = |(id, change): (ChangeId, Change)| (change.renewed(self.next_id().provisional()), id);
        let again: Vec<(Change, ChangeId)> = again.into_iter().map(fresh).collect();
        let words = match so.len() {
            0 => None,
            count if count == all => Some("Already so: nothing is left to send.".to_owned()),
            some => Some(format!("{} of {} are so already: left out.", number(some as u64), number(all as u64))),
        };
        let changes = again.iter().map(|(change, _)| change.clone()).collect();
        let in_spite = |(change, id): &(Change, ChangeId)| {
            Some((change.clone(), self.activity.entries.get(id)?.in_spite_of_conflict()?))
        };
        let conflicts: Vec<(Change, String)> = again.iter().filter_map(in_spite).collect();
        self.draft(changes, effects, move |app, mut plan, effects| {
            plan.tell_conflicts(conflicts);
            if let Some((title, undone)) = undo {
                let origin = |(change, id): (Change, ChangeId)| Some((change, *undone.get(&id)?));
                let origins: Vec<_> = again.into_iter().filter_map(origin).collect();
                (plan.title, plan.undoes) = (title, origins.first().map(|(_, undone)| *undone));
                plan.bind_undone(origins);
            }
            app.propose_plan(plan, effects);
            words.into_iter().for_each(|words| app.say(words));
        });
    }

    /// Sends the next part of the changes that an earlier session left of a plan, without those that have no effect any
    /// more.
    fn resume(&mut self, plan: ChangeId, effects: &mut Vec<AppEffect>) {
        let Some(planner) = self.session.planner.clone() else { return };
        let ids = self.activity.left_over_of(plan);
        let left: Vec<JournalEntry> = ids.iter().filter_map(|id| self.activity.entries.get(id).cloned()).collect();
        if let Err(why) = self.can_resume(&left) {
            self.say(why);
            return;
        }
        let title = left.first().map(|entry| entry.title.clone()).unwrap_or_default();
        let PlanPart { next, lost } =
            plan::next_part(self.activity.entries.of_plan(plan), left.iter(), &self.directory);
        if next.is_empty() && lost.is_empty() {
            return self.say("What this is about is not created yet.");
        }
        let later = left.len() - next.len() - lost.len();
        let mut again = plan::again(&*planner, &self.session.guards, next, &self.directory, self.now);
        again.extend(lost.into_iter().map(|entry| entry.dropped(NOT_CREATED, self.now)));
        let sent = again.iter().filter(|entry| entry.state == ChangeState::Planned);
        let begun: Vec<_> = sent.map(|entry| (entry.id, entry.step.change.clone())).collect();
        let count = begun.len();
        let left_out = again.iter().filter(|entry| entry.state == ChangeState::Dropped).count();
        self.directory.begin_all(begun);
        for entry in &again {
            self.activity.earlier.left_over.remove(&entry.id);
            // The worker reports dropped changes once they are in the journal.
            let (step, at) = (entry.step.clone(), entry.at);
            self.activity.entries.amend(entry.id, self.now, |known| (known.step, known.at) = (step, at));
        }
        self.rows_changed();
        let so = match left_out {
            0 => String::new(),
            some => format!(", {some} not needed or not possible any more"),
        };
        let rest = match later {
            0 => String::new(),
            later => format!(" {} more follow when these are done: R again.", number(later as u64)),
        };
        self.say(format!("Sent now, from an earlier session: {} of {title}{so}.{rest}", number(count as u64)));
        effects.push(AppEffect::Work(WorkerJob::Resume(again)));
    }

    /// Whether the changes left by an earlier session can be compared with the present directory.
    fn can_resume(&self, left: &[JournalEntry]) -> Result<(), UnavailableReason> {
        self.session.guards.closed().map_or(Ok(()), |refusal| Err(UnavailableReason::from(&refusal)))?;
        let about = |kind: RecordKind| {
            left.iter().any(|entry| entry.step.change.touches().iter().any(|(target, _)| target.kind == kind))
        };
        let unread = |kind: &RecordKind| {
            !self.directory.is_read(*kind) || self.session.sync.failed.iter().any(|(of, _)| of == kind)
        };
        let fresh = self.session.sync.seen.is_some() && !self.session.sync.stored;
        if !fresh || RecordKind::ALL.iter().any(|kind| unread(kind) && about(*kind)) {
            let key = self.keymap.label(super::action::Action::Refresh).unwrap_or_default();
            return Err(format!("{UNREAD} {key} on another tab reads it.").into());
        }
        Ok(())
    }

    /// Drops a change that was not sent; dismisses a failure.
    pub(super) fn drop_selected(&mut self, effects: &mut Vec<AppEffect>) {
        let selected = self.selected_entry().map_or_else(|| self.selected_entries(), |entry| vec![entry]);
        let selected: Vec<(ChangeId, ChangeState)> =
            selected.into_iter().map(|entry| (entry.id, entry.state)).collect();
        let waiting = selected.iter().filter(|(_, state)| *state == ChangeState::Planned).map(|(id, _)| *id);
        let waiting: Vec<ChangeId> = waiting.collect();
        if !waiting.is_empty() {
            self.drop_all(waiting, effects);
            return;
        }
        let conflicts = selected.iter().filter(|(id, _)| self.activity.awaits_choice(*id)).count();
        let aside = selected.iter().filter(|(id, _)| self.activity.failures.remove(*id)).count();
        self.overlays.pop_if(|top| conflicts == 1 && aside == 1 && matches!(top, Overlay::Story(_)));
        self.say(match aside {
            1 if conflicts == 1 => "It stays as it is; the story stays here.".to_owned(),
            0 => "Only what was not sent yet can be dropped.".to_owned(),
            1 => "Put aside; its story stays here.".to_owned(),
            many => format!("{} put aside; their stories stay here.", number(many as u64)),
        });
    }
}

impl ActivityState {
    /// The number of changes of this session that wait to be sent.
    pub fn waiting_count(&self) -> usize {
        let waiting =
            |plan| self.entries.course(plan).map_or(0, |course| course.progress.counts.of(ChangeState::Planned));
        let elsewhere = self.earlier.elsewhere.iter().filter_map(|id| self.entries.get(id));
        let elsewhere = elsewhere.filter(|entry| entry.state == ChangeState::Planned).count();
        self.entries.running().map(waiting).sum::<usize>().saturating_sub(self.earlier.left_over.len() + elsewhere)
    }

    /// Changes of a plan that an earlier session left over, oldest first.
    pub(super) fn left_over_of(&self, plan: ChangeId) -> Vec<ChangeId> {
        if self.earlier.left_over.is_empty() {
            return Vec::new();
        }
        let waiting = self.entries.course(plan).map(|course| course.of(ChangeState::Planned));
        waiting.into_iter().flatten().filter(|id| self.earlier.left_over.contains(id)).copied().collect()
    }

    /// The title of the undo that all of these changes are of, and the plan that each was to take back; `None` where
    /// one of them is no part of an undo.
    fn undone_by_all(&self, changes: &[(ChangeId, Change)]) -> Option<(String, FxHashMap<ChangeId, ChangeId>)> {
        let undone = changes.iter().map(|(id, _)| Some((*id, self.entries.get(id)?.undoes?)));
        let undone = undone.collect::<Option<FxHashMap<_, _>>>()?;
        let (first, _) = changes.first()?;
        Some((self.entries.get(first)?.title.clone(), undone))
    }

    /// The changes that wait since earlier sessions, in the words of the notice at the start.
    pub(super) fn left_over_in_words(&self) -> Option<String> {
        let plans: FxHashSet<ChangeId> =
            self.earlier.left_over.iter().filter_map(|id| self.entries.get(id)).map(|entry| entry.plan).collect();
        let plan = plans.iter().max()?;
        let (count, title) = (self.earlier.left_over.len(), &self.entries.of_plan(*plan).next()?.title);
        let [wait, them] = if count == 1 { ["waits", "it"] } else { ["wait", "them"] };
        let (changes, count) = (if count == 1 { "change" } else { "changes" }, number(count as u64));
        let of = match plans.len() {
            1 => format!("of an earlier session {wait}, not sent: {title}"),
            many => format!("of {many} plans of an earlier session {wait}, not sent"),
        };
        Some(format!("{count} {changes} {of}. R in 4 Activity goes on, x drops {them}."))
    }
}
