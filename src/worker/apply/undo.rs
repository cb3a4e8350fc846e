//! What is particular to taking something back: the value must still be the one that was left, and a server that only
//! deactivates on DELETE has taken a creation back as far as it can.

use super::{Attempt, Ended, moved, others::passes};
use crate::{
    dialect::Shown,
    directory::{
        Fresh,
        change::Change,
        plan::{ALREADY, Entry, State, without_effect},
        record::Record,
    },
    scim::failure::Failure,
    worker::context::now,
};

/// What is said of an undo after which the server still has the user.
pub(super) const KEPT: &str = "The server keeps the user, deactivated: it does not delete.";

impl Attempt<'_> {
    /// Why an undo is not sent: the value is another one by now, or taken back already. `None` where nothing is in its way.
    pub(super) async fn changed_since(&mut self, entry: &mut Entry) -> Option<Ended> {
        let expected = entry.step.expected.clone()?;
        let versions = self.versions.clone();
        if let Err(failure) = self.look(entry).await {
            return Some(self.unread(entry, failure, "whether the value is still the same").await);
        }
        if self.shows(entry).await == Shown::Yes {
            return Some(self.unsent(entry, State::Dropped, ALREADY.into(), None).await);
        }
        let fresh = self.identified(&expected.change).await;
        if let Shown::No(now) = self.context.dialect.shows(&expected.change, &fresh, &entry.step) {
            return Some(self.unsent(entry, State::Conflict, expected.conflict(&now), None).await);
        }
        // What was read now is older than what the answer will show, and the plan's own versions hold.
        self.fresh.clear();
        self.after.clear();
        self.versions = versions;
        None
    }

    /// True where it takes back what the record may show only later: that it shows nothing to take back says nothing.
    pub(super) async fn undoes_late(&self, entry: &Entry) -> bool {
        let Some(plan) = entry.undoes else { return false };
        let undone = self.context.stored(move |store| store.journal_plan(plan)).await.unwrap_or_default().entries;
        let about = entry.step.change.touches();
        undone.iter().any(|undone| undone.is_late() && undone.step.change.touches().iter().any(|of| about.contains(of)))
    }

    /// A read that decides whether it may be sent has failed: it waits, or is refused.
    pub(super) async fn unread(&mut self, entry: &mut Entry, failure: Failure, what: &str) -> Ended {
        if passes(&failure) {
            entry.state = State::Planned;
            entry.why = format!("Waits for the server: {}", failure.text);
            moved(self.context, entry, vec![]);
            return Ended::NotSent { failure };
        }
        let why = format!("Not sent: {what} can't be read: {}", failure.text);
        self.unsent(entry, State::Refused, why, Some(failure)).await
    }

    /// It ends here, without a request that changes anything.
    pub(super) async fn unsent(
        &mut self,
        entry: &mut Entry,
        state: State,
        why: String,
        failure: Option<Failure>,
    ) -> Ended {
        (entry.state, entry.why, entry.failure, entry.settled) = (state, why, failure, Some(now()));
        if !self.context.journal.claim(entry).await {
            let versions = self.left_alone(entry).await;
            return Ended::settled(versions);
        }
        // What was read shows why.
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        moved(self.context, entry, fresh);
        Ended::settled(std::mem::take(&mut self.versions))
    }

    /// A session that has ended sent this, and the server shows that it was not done: it waits again, for a person to say
    /// whether it is sent. False where a part of it took effect, or this session has sent it.
    pub(super) fn waits_again(&self, entry: &Entry) -> bool {
        let own = self.context.session.as_ref().map(|session| session.id);
        let is_untouched = !entry.partly && entry.accepted() == 0;
        self.taken_over && is_untouched && without_effect(entry.session, own) == State::Planned
    }

    /// True where a creation was taken back on a server that keeps every user.
    pub(super) fn is_kept(&self, entry: &Entry) -> bool {
        let Change::DeleteUser { user: id } = &entry.step.change else { return false };
        let newest = self.fresh.iter().rev().find_map(|fresh| match fresh {
            Fresh::Record(Record::User(user)) if user.id == *id => Some(user),
            _ => None,
        });
        self.tried && entry.undoes.is_some() && newest.is_some_and(|user| user.active == Some(false))
    }
}
