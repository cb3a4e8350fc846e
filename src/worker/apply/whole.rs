//! The records that a change writes, read whole before and after it.
//!
//! The first change of a form in a session is compared with readings just before and just after it. Later ones are
//! compared with the values at hand: this session's own last reading, or the resource of the last list.

use serde_json::Value;

use super::{
    AttemptEnd, ChangeAttempt, moved,
    others::passes,
    send::{kind_of, path_of},
};
use crate::{
    dialect::ChangeShown,
    directory::{
        Observation, ResourceRef,
        change::Change,
        plan::{ChangeState, JournalEntry, STILL_LATE},
    },
    scim::{
        failure::{Failure, FailureClass},
        request::{ApiKind, Method},
        tree,
    },
    worker::context::{WholeResource, now},
};

/// A record before the change.
pub struct RecordBefore {
    pub whole: WholeResource,
    /// True if the record was read just before the change; otherwise it comes from an earlier reading.
    pub asked: bool,
    /// True if the change does not write the record, which is read to see side effects.
    pub beside: bool,
}

/// A record after the change.
pub struct RecordAfter {
    pub document: Value,
    /// True if the record was read after the change; otherwise it comes from the answer to the change, and may be
    /// partial.
    pub asked: bool,
}

impl ChangeAttempt<'_> {
    /// Reads the records that the change writes, unless they are at hand. `None` if the change is to be sent.
    pub(super) async fn read_before(&mut self, entry: &mut JournalEntry) -> Option<AttemptEnd> {
        let mut fresh = Vec::new();
        for (target, computed) in written(entry) {
            let path = path_of(&target);
            let own = self.versions.contains_key(&path);
            let at_hand = !self.trial && !computed && (own || target.kind != crate::directory::RecordKind::Team);
            if at_hand && self.recall_before(&target).await {
                continue;
            }
            match self.context.read_whole(&target).await {
                Ok((one, whole)) => {
                    fresh.push(one);
                    if let Some(whole) = whole {
                        self.before.insert(path, RecordBefore { whole, asked: true, beside: false });
                    }
                }
                Err(failure) if is_away(&failure) => return Some(self.held_back(entry, failure)),
                // The server decides whether the record may be written.
                Err(_) => {}
            }
        }
        if !self.shows_it_already(entry, &fresh).await {
            self.read_watched(entry).await;
            return None;
        }
        if self.undoes_late(entry).await {
            return Some(self.unsent(entry, ChangeState::Conflict, STILL_LATE.to_owned(), None).await);
        }
        self.fresh = fresh;
        if entry.may_have_gone_out() {
            return Some(self.found(entry).await);
        }
        Some(self.already(entry, "It was so before it was to be sent.".to_owned()).await)
    }

    /// Takes the record from the disk. False if the disk has none.
    pub(super) async fn recall_before(&mut self, target: &ResourceRef) -> bool {
        let of = target.clone();
        let raw: Option<String> = self.context.stored(move |store| store.raw(&of)).await.flatten();
        let Some(document) = raw.and_then(|raw| tree::parse(raw.as_bytes()).ok()) else { return false };
        let whole = WholeResource { document, version: None, masked: false, thin: false };
        self.before.insert(path_of(target), RecordBefore { whole, asked: false, beside: false });
        true
    }

    /// Like [`Self::recall_before`], for all records of a change that was sent.
    pub(super) async fn recall_all_before(&mut self, entry: &JournalEntry) {
        for (target, _) in written(entry) {
            self.recall_before(&target).await;
        }
    }

    /// Puts the change back: no request arrived, so the change waits.
    fn held_back(&self, entry: &mut JournalEntry, failure: Failure) -> AttemptEnd {
        entry.state = ChangeState::Planned;
        let waits_for =
            if failure.class == FailureClass::Unauthorized { "a key that the server takes" } else { "the server" };
        entry.why = format!("Waits for {waits_for}: {}", failure.text);
        moved(self.context, entry, vec![]);
        AttemptEnd::NotSent { failure }
    }

    /// True if the reading shows the change before it is sent. Only for changes that their records show without doubt.
    async fn shows_it_already(&self, entry: &JournalEntry, fresh: &[Observation]) -> bool {
        let change = &entry.step.change;
        let plain = matches!(
            change,
            Change::AddMember { .. }
                | Change::RemoveMember { .. }
                | Change::SetActive { .. }
                | Change::SetDisplayName { .. }
                | Change::SetEmail { .. }
                | Change::DeleteUser { .. }
                | Change::DeleteTeam { .. }
                | Change::DeleteRole { .. }
        );
        if !plain || fresh.is_empty() {
            return false;
        }
        let fresh = self.identified_in(change, fresh.to_vec()).await;
        self.shown_by(change, &fresh, &entry.step) == ChangeShown::Yes
    }

    /// Ends a change that was not sent, or was refused, and that the record shows: another client has made it.
    pub(super) async fn already(&mut self, entry: &mut JournalEntry, why: String) -> AttemptEnd {
        if entry.state != ChangeState::Planned {
            return self.settled(entry, ChangeState::Already, why, None).await;
        }
        (entry.state, entry.why, entry.settled) = (ChangeState::Already, why, Some(now()));
        if !self.context.journal.claim(entry).await {
            let versions = self.left_alone(entry).await;
            return AttemptEnd::settled(versions);
        }
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        moved(self.context, entry, fresh);
        AttemptEnd::settled(std::mem::take(&mut self.versions))
    }

    /// Reads the written records that were not read since the write.
    pub(super) async fn read_after(&mut self, entry: &JournalEntry) -> Result<(), Failure> {
        for (target, _) in written(entry) {
            let known = self.after.get(&path_of(&target)).is_some_and(|after| after.asked);
            if !known && !self.fresh.iter().any(|fresh| matches!(fresh, Observation::Gone(gone) if *gone == target)) {
                self.read_again(&target).await?;
            }
        }
        for target in self.beside().collect::<Vec<_>>() {
            // The outcome says what was not compared.
            let _ = self.read_again(&target).await;
        }
        Ok(())
    }

    pub(super) async fn read_again(&mut self, target: &ResourceRef) -> Result<(), Failure> {
        let (fresh, whole) = self.context.read_whole(target).await?;
        if let Some(WholeResource { document, .. }) = whole {
            self.after.insert(path_of(target), RecordAfter { document, asked: true });
        }
        self.learn_fresh(fresh);
        Ok(())
    }
}

/// The records that a change writes, and whether its request is computed from their present values.
fn written(entry: &JournalEntry) -> Vec<(ResourceRef, bool)> {
    let mut all: Vec<(ResourceRef, bool)> = Vec::new();
    for request in &entry.step.requests {
        let (Some(kind), Some(id)) = (kind_of(request), request.path.get(1)) else { continue };
        let target = ResourceRef { kind, id: id.as_str().into() };
        if request.api != ApiKind::Scim || request.method == Method::Get || target.is_provisional() {
            continue;
        }
        match all.iter_mut().find(|(known, _)| *known == target) {
            Some((_, computed)) => *computed |= request.merge,
            None => all.push((target, request.merge)),
        }
    }
    all
}

/// True for a failure after which no other request would arrive now.
fn is_away(failure: &Failure) -> bool {
    passes(failure) && matches!(failure.status, None | Some(401 | 429 | 503))
}
