//! Puts the worker's reports into the state.

use std::sync::Arc;

use super::{App, AppEffect, Overlay, side_query_box};
use crate::directory::{
    Id, Observation, RecordKind, ResourceRef,
    change::ChangeId,
    plan::{ChangeState, JournalEntry, Planner},
    record::Record,
    side_query::SideQueryKind,
    work::{ChangeUpdate, LinkState, WorkerJob, WorkerReport},
};
use crate::scim::{
    failure::Failure,
    wait::{RequestWait, WaitCause},
};

impl App {
    pub(super) fn on_report(&mut self, report: WorkerReport, effects: &mut Vec<AppEffect>) {
        self.lists.panes.iter_mut().for_each(|pane| pane.settle_marks(&self.directory));
        self.session.waiting.take_if(|wait| wait.until <= self.now);
        match report {
            WorkerReport::Records { records, seen, partial, stored } => {
                // Lists from disk never take the place of lists that this session has read already.
                if stored && self.session.sync.seen.is_some() && !self.session.sync.stored {
                    effects.push(AppEffect::Discard(records));
                    return;
                }
                let old = self.directory.replace(*records, !partial && !stored);
                effects.push(AppEffect::Discard(Box::new(old)));
                self.session.sync.differing = None;
                self.session.sync.stored = stored;
                if seen.is_some() {
                    self.session.sync.seen = seen;
                }
                self.rows_changed();
                self.begin_draft_anew();
                self.session.sync.partial = partial;
                if partial {
                    self.lists.panes.iter_mut().for_each(super::pane::ListPane::loosen);
                }
            }
            WorkerReport::Renewed(fresh) => self.on_renewed(fresh),
            WorkerReport::Remapped(records) => {
                let old = self.directory.replace(*records, false);
                effects.push(AppEffect::Discard(Box::new(old)));
                self.rows_changed();
                self.begin_draft_anew();
            }
            WorkerReport::RefreshBegan => self.refresh_began(),
            WorkerReport::Progress { kind, seen, said } => {
                self.session.sync.progress.retain(|(other, _, _)| *other != kind);
                self.session.sync.progress.push((kind, seen, said));
            }
            WorkerReport::RefreshEnded { at, proofs, failed } => {
                self.refresh_ended(at, proofs, failed);
                self.ask_owner(effects);
                self.widen_if_refused(effects);
            }
            WorkerReport::Learnt(fresh) | WorkerReport::Recalled(fresh) => {
                self.judge_single_reads(&fresh);
                self.answers_told(&fresh);
                let topics = side_query_box::topics(&fresh);
                if self.directory.learn(fresh) {
                    self.rows_changed();
                }
                self.renew_difference();
                self.rosters_told(&topics, effects);
                self.audit_told(&topics, effects);
                self.answered(&topics);
                if topics.contains(&SideQueryKind::Organisations) {
                    self.directory.organisation_in_words().into_iter().for_each(|words| self.say(words));
                }
                self.keep_aside_cursors();
            }
            WorkerReport::RolesLearnt(learnt) => {
                self.directory.learn_roles(learnt);
                self.rows_changed();
            }
            WorkerReport::Owner(owner) => {
                owner.into_iter().for_each(|owner| self.on_owner(owner));
                self.owner_answered();
            }
            WorkerReport::ReadEachFailed(targets, failure) => {
                self.session.waiting = None;
                let given_up = self.answers_unread(&targets).map(|words| format!(" {words}")).unwrap_or_default();
                // A request at the next key press would burden a server that refuses.
                self.session.unbidden.read_alone.extend(targets);
                let words = format!("Some records could not be read: {}", failure.text);
                self.note_read_failure(words.clone());
                self.fail(words + &given_up);
            }
            WorkerReport::LookUpEnded(_, missed) => self.on_look_up_ended(&missed, effects),
            WorkerReport::Elsewhere(ids) => {
                // Another process has taken it up.
                self.activity.earlier.left_over.retain(|id| !ids.contains(id));
                self.activity.earlier.elsewhere = ids;
            }
            WorkerReport::Journal(entries) => self.on_journal(entries),
            WorkerReport::Staged(lines) => self.on_staged(lines),
            WorkerReport::Moved(moved) => self.on_moved(moved, effects),
            WorkerReport::Waiting(wait) => self.on_waiting(wait),
            WorkerReport::Link(link) => self.on_link(link),
            WorkerReport::Raw(of, result) => self.on_raw(&of, result),
            WorkerReport::Planner(planner) => self.on_planner(planner),
            WorkerReport::AskFailed(topic, failure) => self.on_ask_failed(&topic, &failure, effects),
            WorkerReport::Secret(id, secret) => self.on_secret(id, secret),
            WorkerReport::NoJournal(why) => {
                self.session.guards.no_journal = Some(why);
                self.session.guards.closed().into_iter().for_each(|refusal| self.fail(refusal.text));
            }
            WorkerReport::Hosting(why) => self.on_hosting(why),
            WorkerReport::OtherOrganisation(words) => self.on_other_organisation(words, effects),
            WorkerReport::Notice(words) => self.fail(words),
            // Only a command asks for these reports.
            WorkerReport::ListsUnread(_) | WorkerReport::ListsNeeded | WorkerReport::UserPage(_) => {}
            WorkerReport::Identified(_) | WorkerReport::Vacant(_) | WorkerReport::AdminsRead => {}
            WorkerReport::Idle(_) => {}
        }
    }

    /// A server whose single reads tell no more than its lists is not asked again and again.
    fn judge_single_reads(&mut self, fresh: &[Observation]) {
        for one in fresh {
            let Observation::Record(Record::User(user)) = one else { continue };
            if user.org_role.is_told() || user.team_roles.is_some() {
                self.session.unbidden.silent_reads = 0;
            } else if self.session.unbidden.read_alone.contains(&ResourceRef::user(&user.id)) {
                self.session.unbidden.silent_reads += 1;
            }
        }
    }

    /// The wait of a held request shows no more than the wait of the request that was refused.
    fn on_waiting(&mut self, wait: RequestWait) {
        if wait.cause != WaitCause::Held || self.session.waiting.is_none() {
            self.session.waiting = Some(wait);
        }
    }

    /// Gives up a filter that the server refuses: the rows shown do not match it.
    fn widen_if_refused(&mut self, effects: &mut Vec<AppEffect>) {
        let refused = |(kind, failure): &(RecordKind, Failure)| *kind == RecordKind::User && failure.status.is_some();
        if let Some(filter) = self.session.sync.narrow.take_if(|_| self.session.sync.failed.iter().any(refused)) {
            let why =
                self.session.sync.failed.iter().find(|failed| refused(failed)).map(|(_, failure)| failure.text.clone());
            self.fail(format!(
                "The server does not take the filter {filter}: {} All users are read.",
                why.unwrap_or_default()
            ));
            effects.push(AppEffect::Work(WorkerJob::Narrow(None)));
        }
    }

    fn on_journal(&mut self, entries: Vec<JournalEntry>) {
        let left = || entries.iter().filter(|entry| !self.activity.earlier.elsewhere.contains(&entry.id));
        let waiting: Vec<_> =
            left().filter(|entry| entry.state == ChangeState::Planned).map(|entry| entry.id).collect();
        // The worker looks these changes up and reports; until then they are shown as pending. Nobody would report of
        // others.
        let open = left().filter(|entry| matches!(entry.state, ChangeState::Sent | ChangeState::Unknown));
        let open: Vec<_> = open.map(|entry| (entry.id, entry.step.change.clone())).collect();
        self.activity.earlier.looked_up.extend(open.iter().map(|(id, _)| *id));
        self.directory.begin_all(open);
        entries.last().into_iter().for_each(|newest| self.sending.ids.after(newest.id));
        for entry in entries.iter().filter(|entry| !entry.state.is_open()) {
            self.activity.earlier.left_over.remove(&entry.id);
        }
        let selected = self.activity.plan_at(self.activity.changes.cursor);
        self.activity.entries.extend(entries);
        self.keep_activity_cursor(selected);
        let new = !waiting.is_empty();
        self.activity.earlier.left_over.extend(waiting);
        if let Some(words) = self.activity.left_over_in_words().filter(|_| new) {
            self.fail_left_over(words);
        }
    }

    fn on_moved(&mut self, moved: ChangeUpdate, effects: &mut Vec<AppEffect>) {
        let unsent = moved.is_unsent();
        self.activity.entries.amend(moved.id, moved.at, |entry| entry.follow(&moved));
        let ChangeUpdate { id, state, fresh, created, alarm, .. } = moved;
        self.session.waiting = None;
        let provisional =
            self.activity.entries.get(&id).and_then(|entry| entry.step.change.created()).map(|record| record.target());
        let was_on = provisional
            .as_ref()
            .is_some_and(|target| self.lists.panes[target.kind as usize].selected(&self.directory) == Some(&target.id));
        let unsent = unsent || self.waits_again(id, state);
        let topics = side_query_box::topics(&fresh);
        let reshaped = match state {
            ChangeState::Planned | ChangeState::Sent if !unsent => self.directory.learn(fresh),
            _ if unsent => self.directory.take_off(id) | self.directory.learn(fresh),
            _ => self.directory.settle(id, fresh),
        };
        if reshaped {
            self.rows_changed();
        }
        if let (Some(provisional), Some(created)) = (provisional, created) {
            self.follow(&provisional, &created, was_on);
            self.begin_like(&provisional.id, &created, effects);
        }
        self.tell_failure(id, state);
        self.say_done(id);
        self.activity.count_failure(id);
        self.answered(&topics);
        self.moved_aside(id, state, effects);
        if !state.is_open() {
            self.activity.earlier.left_over.remove(&id);
            self.sum_up(id);
        }
        // This message replaces the summary, because it must be read.
        self.tell_effects(id);
        if alarm {
            self.sound(id);
        }
        self.keep_plan_cursor();
    }

    /// True for a change that an earlier session had in flight, and that no record shows: it waits for the person.
    fn waits_again(&mut self, id: ChangeId, state: ChangeState) -> bool {
        if state == ChangeState::Sent || !self.activity.earlier.looked_up.remove(&id) || state != ChangeState::Planned {
            return false;
        }
        self.activity.earlier.left_over.insert(id);
        if let Some(words) = self.activity.left_over_in_words() {
            self.fail_left_over(words);
        }
        true
    }

    /// Shows at once which other values a change has altered.
    fn tell_effects(&mut self, id: ChangeId) {
        let Some(entry) = self.activity.entries.get(&id).filter(|entry| !entry.effects.is_empty()) else { return };
        let words: Vec<&str> = entry.effects.iter().map(|effect| effect.words.as_str()).collect();
        let (subject, words) = (&entry.step.words.subject, words.join(" "));
        // A sentence about the same record has named it.
        let words = if words.starts_with(subject.as_str()) { words } else { format!("{subject}: {words}") };
        if !entry.did_harm() {
            return self.say(words);
        }
        let key = self.keymap.label(super::action::Action::Undo).unwrap_or_default();
        let rest = if self.activity.entries.steps(entry.plan) > 1 { "The rest of the plan was not sent. " } else { "" };
        let back = if entry.puts_back().next().is_some() {
            format!("{key} puts it back.")
        } else if entry.takes_out().next().is_some() {
            "Who joined stays in until a person takes them out.".to_owned()
        } else {
            "Nothing here puts it back.".to_owned()
        };
        self.fail(format!("{words} {rest}{back}"));
    }

    /// Moves the cursor and the open details to the real id of a created record.
    fn follow(&mut self, provisional: &ResourceRef, created: &Id, was_on: bool) {
        for overlay in &mut self.overlays {
            if let Overlay::Details(details) = overlay
                && details.target == *provisional
            {
                details.target.id = created.clone();
            }
        }
        if was_on {
            let rows = self.screen.size.list_rows();
            self.lists.panes[provisional.kind as usize].go_to(created, rows, &self.directory);
        }
    }

    fn on_ask_failed(&mut self, topic: &SideQueryKind, failure: &Failure, effects: &mut Vec<AppEffect>) {
        if self.session.unbidden.rosters_asked > 0 && matches!(topic, SideQueryKind::Roster(_)) {
            self.note_read_failure(format!("The invitations of a team could not be read: {}", failure.text));
            return self.rosters_told(std::slice::from_ref(topic), effects);
        }
        if let Some(purpose) = self.answer_failed(topic, failure) {
            return self.note_read_failure(format!("Asked for {purpose}: {}", failure.text));
        }
        // An untold list of organisations is no failure: most servers have one organisation.
        if *topic == SideQueryKind::Organisations {
            return;
        }
        if self.session.unbidden.asked.contains(topic) {
            self.note_read_failure(format!("Asked for a list: {}", failure.text));
            return;
        }
        if matches!(topic, SideQueryKind::Schemas | SideQueryKind::Types) {
            // Only types depend on the schemas, and the box says that those are not known.
            return self.say(format!("The schemas could not be read: {}", failure.text));
        }
        let what = match topic {
            SideQueryKind::Me => "Your own account",
            SideQueryKind::Person(_) => "The account",
            SideQueryKind::Roster(_) => "The invitations",
            SideQueryKind::Organisations => "The organisations",
            SideQueryKind::Settings => "The settings",
            SideQueryKind::AuditLog(_) => "The audit log",
            SideQueryKind::Resource(_) | SideQueryKind::Schemas | SideQueryKind::Types => "The attributes",
        };
        let why = format!("{what} could not be read: {}", failure.sentences());
        self.note_read_failure(why.clone());
        if !self.ask_failed(topic, why.clone()) {
            self.fail(why);
        }
    }

    fn on_planner(&mut self, planner: Arc<dyn Planner>) {
        let holds = planner.capabilities().holds();
        self.lists.panes.iter_mut().for_each(|pane| pane.holds = holds);
        self.session.planner = Some(planner);
    }

    fn on_link(&mut self, link: LinkState) {
        if link == LinkState::Up && matches!(self.session.link, Some(LinkState::Down(_))) {
            self.say("The server answers again.");
        }
        self.session.waiting = None;
        self.session.link = Some(link);
    }
}
