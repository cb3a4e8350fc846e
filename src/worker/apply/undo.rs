//! The rules for sending an undo: the value must still be as the change left it. On a server whose DELETE only
//! deactivates, the undo of a creation counts as done after it.

use super::{AttemptEnd, ChangeAttempt, moved, others::passes, outcome::LOST};
use crate::{
    dialect::ChangeShown,
    directory::{
        Observation, ResourceRef,
        change::Change,
        plan::{ALREADY, ChangeState, JournalEntry, without_effect},
        record::Record,
    },
    scim::failure::Failure,
    worker::context::now,
};

/// The note for an undo after which the server still has the user.
pub(super) const KEPT: &str = "The server keeps the user, deactivated: it does not delete.";

impl ChangeAttempt<'_> {
    /// The reason why an undo is not sent: the value has changed meanwhile, or is undone already. `None` if the undo
    /// may be sent.
    pub(super) async fn changed_since(&mut self, entry: &mut JournalEntry) -> Option<AttemptEnd> {
        let expected = {
            let expected = entry.step.expected.as_mut()?;
            expected.found = None;
            expected.clone()
        };
        let versions = self.versions.clone();
        if let Err(failure) = self.look(entry).await {
            return Some(self.unread(entry, failure, "whether the value is still the same").await);
        }
        if self.shows(entry).await == ChangeShown::Yes {
            if entry.may_have_gone_out() {
                return Some(self.found(entry).await);
            }
            return Some(self.unsent(entry, ChangeState::Dropped, ALREADY.into(), None).await);
        }
        if let Some(made) = &expected.made {
            let since = self.since_made(entry, made).await;
            // The readings of this record alone do not show every use of it.
            let known = expected.contested.clone().unwrap_or_default();
            let more = since.into_iter().filter(|words| !known.contains(words.as_str()));
            let present = [known.clone()].into_iter().chain(more).filter(|words| !words.is_empty());
            let present = present.collect::<Vec<_>>().join(" ");
            if !present.is_empty() {
                return Some(self.left_as_found(entry, present).await);
            }
        }
        let fresh = self.identified(&expected.change).await;
        if let Some(present) = &expected.contested
            && self.context.dialect.shows(&expected.change, &fresh, &entry.step) != ChangeShown::Yes
        {
            return Some(self.left_as_found(entry, present.clone()).await);
        }
        if expected.made.is_none()
            && !self.is_out_of_sight(&expected.change)
            && let ChangeShown::No(now) = self.shown_by(&expected.change, &fresh, &entry.step)
        {
            return Some(self.left_as_found(entry, expected.difference(&now)).await);
        }
        // The readings are older than the coming answer, and the versions in the plan are still valid.
        self.fresh.clear();
        self.after.clear();
        self.versions = versions;
        None
    }

    /// Ends a change that an ended session may have sent, and that the directory shows before it is sent: its outcome
    /// is determined as after a lost answer.
    pub(super) async fn found(&mut self, entry: &mut JournalEntry) -> AttemptEnd {
        entry.state = ChangeState::Sent;
        if !self.context.journal.claim(entry).await {
            let versions = self.left_alone(entry).await;
            return AttemptEnd::settled(versions);
        }
        (self.tried, self.sent) = (true, 1);
        self.look_after_loss(entry, LOST).await
    }

    /// Ends an undo in a conflict with the present state, given in words.
    async fn left_as_found(&mut self, entry: &mut JournalEntry, present: String) -> AttemptEnd {
        let why = entry.step.expected.as_mut().map_or_else(String::new, |expected| {
            let why = expected.conflict(&present);
            expected.found = Some(present);
            why
        });
        self.unsent(entry, ChangeState::Conflict, why, None).await
    }

    /// True if no answer shows a user who was deactivated: some servers show only active users.
    pub(super) fn is_out_of_sight(&self, change: &Change) -> bool {
        let Change::SetActive { user, active: false } = change else { return false };
        let target = ResourceRef::user(user);
        matches!(self.fresh.iter().rev().find(|one| one.is_of(&target)), Some(Observation::Gone(_)))
    }

    /// True if the undone change may appear late in the record: an unchanged record then proves nothing.
    pub(super) async fn undoes_late(&self, entry: &JournalEntry) -> bool {
        let Some(plan) = entry.undoes else { return false };
        let undone = self.context.stored(move |store| store.journal_plan(plan)).await.unwrap_or_default().entries;
        let about = entry.step.change.touches();
        undone.iter().any(|undone| undone.is_late() && undone.step.change.touches().iter().any(|of| about.contains(of)))
    }

    /// Handles a failed read before sending: the change waits, or is refused.
    pub(super) async fn unread(&mut self, entry: &mut JournalEntry, failure: Failure, what: &str) -> AttemptEnd {
        if passes(&failure) {
            entry.state = ChangeState::Planned;
            entry.why = format!("Waits for the server: {}", failure.text);
            moved(self.context, entry, vec![]);
            return AttemptEnd::NotSent { failure };
        }
        let why = format!("Not sent: {what} can't be read: {}", failure.text);
        self.unsent(entry, ChangeState::Refused, why, Some(failure)).await
    }

    /// Ends the change without a write.
    pub(super) async fn unsent(
        &mut self,
        entry: &mut JournalEntry,
        state: ChangeState,
        why: String,
        failure: Option<Failure>,
    ) -> AttemptEnd {
        (entry.state, entry.why, entry.failure, entry.settled) = (state, why, failure, Some(now()));
        if !self.context.journal.claim(entry).await {
            let versions = self.left_alone(entry).await;
            return AttemptEnd::settled(versions);
        }
        // The readings show the reason.
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        moved(self.context, entry, fresh);
        AttemptEnd::settled(std::mem::take(&mut self.versions))
    }

    /// True if the change waits for a person again: its session has ended with a request in flight, and the server does
    /// not show the change. False if a part of it took effect, or if this session has sent it.
    pub(super) fn waits_again(&self, entry: &JournalEntry) -> bool {
        let own = self.context.session.as_ref().map(|session| session.id);
        let is_untouched = !entry.partly && entry.accepted() == 0;
        self.taken_over && is_untouched && without_effect(entry.session, own) == ChangeState::Planned
    }

    /// True if a creation was undone on a server that never deletes users.
    pub(super) fn is_kept(&self, entry: &JournalEntry) -> bool {
        let Change::DeleteUser { user: id } = &entry.step.change else { return false };
        let newest = self.fresh.iter().rev().find_map(|fresh| match fresh {
            Observation::Record(Record::User(user)) if user.id == *id => Some(user),
            _ => None,
        });
        self.tried && entry.undoes.is_some() && newest.is_some_and(|user| user.active == Some(false))
    }
}
