//! Servers whose readings lag behind their writes. The record of an accepted change is read several times before it
//! counts as unchanged, and a change that the server's own answer has shown never counts as refused.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{ChangeAttempt, send::path_of};
use crate::{
    dialect::ChangeShown,
    directory::{ResourceRef, change::Change, plan::JournalEntry, work::WorkerReport},
    scim::{
        difference::{ValueDifference, differences},
        failure::Failure,
        json,
        wait::{RequestWait, WaitCause},
    },
    worker::context::now,
};

/// The waits before the further readings, four seconds in all.
const WAITS: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_200), Duration::from_secs(2)];

/// For this time after a change was planned, an unchanged record may be late.
const LATEST: SignedDuration = SignedDuration::from_mins(10);

/// The records that are read again for the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LookReason {
    /// The records that the plan names.
    Planned,
    /// All records of the change, because the answer was lost.
    AfterLoss,
}

impl ChangeAttempt<'_> {
    /// Whether the records show the change. They are read again while they are as before it.
    ///
    /// The wait is limited to the first change of a form, to accepted changes (even if the answer could not be read),
    /// and to servers that were late before.
    pub(super) async fn shows_in_time(
        &mut self,
        entry: &mut JournalEntry,
        looking: LookReason,
    ) -> Result<ChangeShown, Failure> {
        let mut shown = self.shows(entry).await;
        let was_accepted = self.echoed || is_accepted(entry);
        let is_worth = self.trial || was_accepted || self.context.is_late() || self.shows_the_past();
        if !is_worth || (self.context.is_untrue() && !self.trial) {
            return Ok(shown);
        }
        for wait in WAITS {
            // Other attributes may differ, because another client changed them or because this reading is older than
            // the first one.
            let is_as_before = !self.is_altered_otherwise(entry);
            if !matches!(shown, ChangeShown::No(_)) || !is_as_before || !self.waited(wait).await {
                break;
            }
            self.after.retain(|_, after| !after.asked);
            match looking {
                LookReason::Planned => self.look(entry).await?,
                LookReason::AfterLoss => self.look_after(entry).await?,
            }
            shown = self.shows(entry).await;
            if shown == ChangeShown::Yes {
                self.context.was_late();
            }
        }
        Ok(shown)
    }

    /// True where each record that was read again is as it was before.
    pub(super) fn is_unaltered(&self) -> bool {
        self.before.iter().filter(|(_, before)| !before.beside).all(|(path, before)| {
            let after = self.after.get(path).map(|after| &after.document);
            after.is_none_or(|after| {
                let was = &before.whole.document;
                if is_older(after, was) {
                    return true;
                }
                // The earlier reading may have had only a part of the record.
                if before.asked { after == was } else { differences(was, after).is_empty() }
            })
        })
    }

    /// True if a record that was read again is older than the earlier reading: the server shows an old state.
    pub(super) fn shows_the_past(&self) -> bool {
        self.before.iter().any(|(path, before)| {
            self.after.get(path).is_some_and(|after| is_older(&after.document, &before.whole.document))
        })
    }

    /// True if the server accepted the change, no answer contradicts it, and the records are as before. A server that
    /// ignores the change and a slow server look the same. Long after the change an unchanged record no longer counts
    /// as late.
    pub(super) fn may_be_late(&self, entry: &JournalEntry) -> bool {
        let recent = now().duration_since(entry.at) < LATEST;
        (self.sent > 0 || is_accepted(entry))
            && !self.contradicted
            && (!self.taken_over || recent)
            && self.is_unaltered()
    }

    /// True if an answer to the change shows the value that the change sets, or is the whole record without the value.
    pub(super) fn is_told_by_answer(&self, entry: &JournalEntry) -> bool {
        let change = &entry.step.change;
        if change.creates().is_some() {
            return true;
        }
        let about = |name: &String| {
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            let members = change.team().is_some() && is("members");
            let address = matches!(change, Change::SetEmail { .. }) && is("emails");
            members || address || self.context.dialect.follows(change, name)
        };
        self.answers().any(|(path, answer)| answer.keys().any(about) || self.is_whole(path, answer))
    }

    /// True where the answer to the change is the whole record as it was before.
    pub(super) fn is_answered_by_old_record(&self) -> bool {
        let is_old = |path: &Vec<String>, answer: &Map<String, Value>| {
            let before = self.before.get(path).map(|before| &before.whole.document);
            before.is_some_and(|before| differences(before, &answer.clone().into()).is_empty())
        };
        self.answers().any(|(path, answer)| self.is_whole(path, answer) && is_old(path, answer))
    }

    /// The records in the answers to the change.
    fn answers(&self) -> impl Iterator<Item = (&Vec<String>, &Map<String, Value>)> {
        let answers = self.after.iter().filter(|(_, after)| !after.asked);
        answers.filter_map(|(path, after)| Some((path, after.document.as_object()?)))
    }

    /// True where the answer has every attribute that the record had before.
    fn is_whole(&self, path: &Vec<String>, answer: &Map<String, Value>) -> bool {
        let before = self.before.get(path).and_then(|before| before.whole.document.as_object());
        before.is_some_and(|before| before.keys().all(|name| json::get(answer, name).is_some()))
    }

    /// True if the server altered an attribute that the change sets to another value than the wanted one, or created
    /// the user with another value.
    pub(super) fn is_altered_otherwise(&self, entry: &JournalEntry) -> bool {
        let change = &entry.step.change;
        if let (Change::CreateUser { user, .. }, Some(created)) = (change, &entry.created) {
            let after = self.after.get(&path_of(&ResourceRef::user(created)));
            let name = after.and_then(|after| after.document.as_object()).and_then(|map| json::get(map, "userName"));
            return name.and_then(Value::as_str).is_some_and(|name| name.trim().eq_ignore_ascii_case(&user.user_name));
        }
        self.before.iter().any(|(path, before)| {
            let Some(after) = self.after.get(path).filter(|after| !is_older(&after.document, &before.whole.document))
            else {
                return false;
            };
            let own = |difference: &ValueDifference| {
                self.context.dialect.follows(change, difference.attribute()) || has_new_address(change, difference)
            };
            differences(&before.whole.document, &after.document).iter().any(own)
        })
    }

    /// Waits; false where the worker ends meanwhile.
    async fn waited(&self, length: Duration) -> bool {
        self.context.report(WorkerReport::Waiting(RequestWait::new(WaitCause::Late, length, None, now())));
        tokio::select! {
            () = tokio::time::sleep(length) => true,
            () = self.context.cancel.cancelled() => false,
        }
    }
}

/// True if the server answered the last request with 2xx, readable or not.
fn is_accepted(entry: &JournalEntry) -> bool {
    let status = entry.exchanges.last().and_then(|exchange| exchange.status);
    status.is_some_and(|status| (200..300).contains(&status))
}

/// True if the record's `meta.lastModified` is before that of the other reading.
fn is_older(reading: &Value, other: &Value) -> bool {
    let modified = |document: &Value| {
        let meta = json::get(document.as_object()?, "meta")?;
        json::get(meta.as_object()?, "lastModified")?.as_str()?.parse::<Timestamp>().ok()
    };
    modified(reading).zip(modified(other)).is_some_and(|(reading, other)| reading < other)
}

/// True if the address that the change sets is new in the list, beside other addresses.
pub(super) fn has_new_address(change: &Change, difference: &ValueDifference) -> bool {
    match (change, difference) {
        (Change::SetEmail { to, .. }, ValueDifference::Entries { name, come, .. }) => {
            name.eq_ignore_ascii_case("emails") && come.iter().any(|one| one.eq_ignore_ascii_case(to.trim()))
        }
        _ => false,
    }
}
