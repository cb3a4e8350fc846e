//! The outcome of a change, from the answer, from the records, or from other evidence.

use serde_json::{Value, json};

use super::{AttemptEnd, ChangeAttempt, effects::target_of, late::LookReason, moved, send::about_made};
use crate::{
    dialect::ChangeShown,
    directory::{
        MaybeTold, Observation, ResourceRef,
        change::Change,
        plan::{ChangeState, ConfirmBy, JournalEntry, UNATTRIBUTED, UNCLAIMED, UNWRITTEN, WriteCondition},
        record::Record,
    },
    scim::{
        failure::{Failure, FailureClass, RequestArrival, sentence},
        patch::{self, PatchOperation},
        quirks::ServerQuirks,
        request::Request,
    },
    store::Store,
    worker::{
        context::now,
        versions::{RecordVersion, RecordVersions},
    },
};

/// The words for a new member of a team that shows no members, if the role was refused.
const ADDED_UNSEEN: &str =
    "The request that adds them was accepted; the server does not show whether they are a member of the team.";

/// The words for an answer that never came.
pub(super) const LOST: &str = "The answer was lost";

impl ChangeAttempt<'_> {
    /// Looks whether the directory shows the change, after the server has accepted all requests.
    pub(super) async fn confirm(&mut self, entry: &mut JournalEntry) -> AttemptEnd {
        // An answer may repeat the request instead of showing the record: a change that takes access away is read
        // again.
        let nature = entry.step.change.nature();
        let is_doubted = self.trial || nature.takes() || nature.lowers_person() || self.context.is_untrue();
        let alone = !is_doubted && entry.step.completion.is_none() && self.beside().next().is_none();
        let echoes = matches!(entry.step.confirm, ConfirmBy::Echo(_)) && alone;
        // The answer is enough if it shows the whole change and nothing else.
        if echoes
            && self.shows(entry).await == ChangeShown::Yes
            && self.not_kept(entry).is_empty()
            && self.effects(entry).await.is_empty()
        {
            return self.judge(entry, ChangeShown::Yes, "").await;
        }
        let answered = self.shows(entry).await;
        self.echoed = answered == ChangeShown::Yes;
        self.contradicted = match answered {
            ChangeShown::No(_) => self.is_told_by_answer(entry),
            ChangeShown::CantTell => self.is_answered_by_old_record(),
            ChangeShown::Yes | ChangeShown::Part(_) => false,
        };
        // A reading that leaves the field out does not contradict an answer that showed the change.
        let echoed = matches!(entry.step.confirm, ConfirmBy::Echo(_)) && self.echoed;
        if let Err(failure) = self.look(entry).await {
            return self.unsettled(entry, failure).await;
        }
        let failed = match self.complete(entry).await {
            Ok(()) => String::new(),
            Err(failure) if failure.arrived == RequestArrival::Yes => failure.text,
            Err(failure) => return self.unsettled(entry, failure).await,
        };
        let shown = match self.shows_in_time(entry, LookReason::Planned).await {
            Ok(ChangeShown::CantTell) if echoed => ChangeShown::Yes,
            Ok(_) if !failed.is_empty() && self.is_blind(entry) => ChangeShown::Part("the new record alone".to_owned()),
            Ok(shown) => shown,
            Err(failure) => return self.unsettled(entry, failure).await,
        };
        self.judge(entry, shown, &failed).await
    }

    /// Adds the members that a new team lacks, some at a time.
    async fn complete(&mut self, entry: &mut JournalEntry) -> Result<(), Failure> {
        let Some(template) = entry.step.completion.clone() else { return Ok(()) };
        if self.other_name(entry).is_some() {
            return Ok(());
        }
        let missing = self.missing(entry).await;
        let Some(created) = entry.created.clone().filter(|_| !missing.is_empty()) else { return Ok(()) };
        for some in missing.chunks(AT_ONCE) {
            let values: Vec<Value> = some.iter().map(|id| json!({"value": &**id})).collect();
            let body = Some(patch::patch(vec![PatchOperation::add("members", values)]));
            let request = about_made(Request { body, ..template.clone() }, entry)?;
            self.send_one(request, entry).await?;
        }
        self.read_again(&ResourceRef::team(&created)).await
    }

    pub(super) async fn failed(&mut self, entry: &mut JournalEntry, failure: Failure) -> AttemptEnd {
        // A server that refuses the key has not looked at the change.
        if self.sent == 0 && failure.class == FailureClass::Unauthorized {
            return self.not_sent(entry, failure).await;
        }
        if failure.arrived == RequestArrival::No && self.sent == 0 {
            return if failure.class == FailureClass::Local {
                self.settled(entry, ChangeState::Refused, failure.text.clone(), Some(failure)).await
            } else {
                self.not_sent(entry, failure).await
            };
        }
        if failure.arrived == RequestArrival::Unknown || (failure.arrived == RequestArrival::No && self.sent > 0) {
            return self.look_after_loss(entry, &loss(&failure)).await;
        }
        // After a refusal the screen shows the server's present values, which may differ from the former ones.
        let is_read = self.look_at_all(entry).await.is_ok();
        if self.sent == 0 && self.was_faster(entry, &failure).await {
            let why = match self.done_by(entry, &failure).await {
                Some(who) => format!("{who} {}", failure.text),
                None => {
                    entry.effects = self.effects(entry).await;
                    self.learn_way_back(entry, ChangeState::Confirmed).await;
                    let key = entry.plan.0;
                    let way = format!("`scimitar undo {key}`, or an undo of this plan in Activity, takes it back.");
                    format!("{UNATTRIBUTED} {way} {}", failure.text)
                }
            };
            return self.already(entry, why).await;
        }
        let stale = failure.status == Some(412);
        let state = if stale { ChangeState::Conflict } else { ChangeState::Refused };
        let why = if stale {
            // A server may count versions without a change.
            "It has another version than when it was read here, so somebody else may have changed it; the list now shows \
what is so."
                .to_owned()
        } else {
            failure.text.clone()
        };
        let (state, why) = self.with_part(entry, state, why, is_read).await;
        self.settled(entry, state, why, Some(failure)).await
    }

    /// True for a change that the server answered with 503 and a wait, if the worker looked for its effect and found
    /// none.
    pub(super) async fn was_put_off(&mut self, entry: &mut JournalEntry, failure: &Failure) -> bool {
        let is_put_off = (failure.class, failure.arrived) == (FailureClass::RateLimited, RequestArrival::Unknown);
        // A record that can't be found by its name may exist all the same.
        let is_findable = entry.step.change.creates().is_none() || self.looks_for(entry).is_some();
        if !is_put_off || self.sent > 0 || !is_findable {
            return false;
        }
        let known = self.fresh.len();
        let looked = self.look_after(entry).await;
        // A record in another form than the wanted one exists all the same.
        let is_absent =
            looked.is_ok() && entry.created.is_none() && matches!(self.shows(entry).await, ChangeShown::No(_));
        if is_absent {
            // The record is read again when it is there.
            self.fresh.truncate(known);
            self.put_off = true;
        }
        is_absent
    }

    /// True where the record shows a change that the server refused.
    async fn was_faster(&mut self, entry: &mut JournalEntry, failure: &Failure) -> bool {
        if failure.class == FailureClass::Conflict
            && let Some(request) = self.looks_for(entry)
        {
            // If the search fails, the refusal stands.
            let _ = self.find(entry, &request).await;
        }
        let active =
            !self.fresh.iter().any(|one| matches!(one, Observation::Record(Record::User(user)) if user.is_inactive()));
        let as_wished = active || !matches!(entry.step.change, Change::CreateUser { .. });
        let so = self.shows(entry).await == ChangeShown::Yes && self.not_kept(entry).is_empty() && as_wished;
        if !so {
            entry.created = None;
        }
        so && !self.is_blind(entry)
    }

    /// A sentence about who made the change that the server refused and the record shows; `None` if that is not known.
    async fn done_by(&self, entry: &JournalEntry, failure: &Failure) -> Option<String> {
        if failure.status == Some(412) {
            return Some("Somebody else did it first.".to_owned());
        }
        if let Some(made) = entry.step.change.creation().zip(entry.created.clone()) {
            let target = ResourceRef { kind: made.0.kind, id: made.1 };
            return self.is_older(&target).then(|| "It was there before.".to_owned());
        }
        let (target, _) = entry.step.change.touches().into_iter().next()?;
        let others = self.meanwhile(entry, &target).await;
        let other = others.of_change(&entry.step.change)?;
        Some(format!("Plan {} ({}) did it first.", other.plan.0, other.title))
    }

    pub(super) async fn look_after_loss(&mut self, entry: &mut JournalEntry, loss: &str) -> AttemptEnd {
        if let Err(failure) = self.look_after(entry).await {
            return self.unsettled(entry, failure).await;
        }
        let shown = match self.shows_in_time(entry, LookReason::AfterLoss).await {
            Ok(shown) => shown,
            Err(failure) => return self.unsettled(entry, failure).await,
        };
        match shown {
            shown @ (ChangeShown::Yes | ChangeShown::Part(_)) => {
                // The outcome says what was not compared.
                let _ = self.read_after(entry).await;
                self.judge(entry, shown, loss).await
            }
            // This reading is older than the change; a later reading may show the change.
            ChangeShown::No(instead) if self.shows_the_past() => {
                let why = format!("{loss}; the directory shows {instead}: it may be late. The next look decides.");
                self.left_open(entry, why).await
            }
            // The value is neither the former one nor the wished one, so one of the two was overwritten.
            ChangeShown::No(instead) if self.is_altered_otherwise(entry) => {
                let why = format!(
                    "{loss}; the directory shows {instead}, so somebody else changed it. Whether this change took effect \
                     before that is not known. It was not sent again."
                );
                let (state, why) = self.with_part(entry, ChangeState::Conflict, why, true).await;
                self.settled(entry, state, why, None).await
            }
            ChangeShown::No(instead) => {
                let why = format!("{loss}; the directory shows {instead}. It was not sent again.");
                let (state, told) = self.with_part(entry, ChangeState::Refused, why, true).await;
                if state == ChangeState::Refused && self.waits_again(entry) {
                    let why = format!("Its session ended before an answer came; the directory shows {instead}.");
                    return self.settled(entry, ChangeState::Planned, why, None).await;
                }
                self.settled(entry, state, told, None).await
            }
            ChangeShown::CantTell => {
                let why = format!("{loss}; the directory does not show whether it took effect.");
                let (state, why) = self.with_part(entry, ChangeState::Unseen, why, true).await;
                if state == ChangeState::Unseen && !self.taken_over {
                    return self.left_open(entry, why).await;
                }
                self.settled(entry, state, why, None).await
            }
        }
    }

    /// The outcome of a change of several requests of which only some took effect, and its words. Without readings
    /// after the requests (`is_read`) only answers are known, which may leave members out.
    pub(super) async fn with_part(
        &self,
        entry: &JournalEntry,
        state: ChangeState,
        why: String,
        is_read: bool,
    ) -> (ChangeState, String) {
        let (accepted, all) = (entry.accepted(), entry.step.requests.len());
        let refused = matches!(state, ChangeState::Refused | ChangeState::Conflict);
        let now = match &entry.step.change {
            Change::SetTeamRole { user, team, .. } if all > 1 => {
                let join = Change::AddMember { team: team.clone(), user: user.clone() };
                let fresh = self.identified(&join).await;
                let shown = self.context.dialect.shows(&join, &fresh, &entry.step);
                let unseen = match shown {
                    ChangeShown::CantTell => true,
                    ChangeShown::No(_) => !is_read,
                    ChangeShown::Yes | ChangeShown::Part(_) => false,
                };
                match shown {
                    ChangeShown::Yes => "they are a member of the team now",
                    _ if unseen && refused && accepted > 0 => {
                        return (ChangeState::Partly, format!("{} {ADDED_UNSEEN}", sentence(&why)));
                    }
                    _ => return (state, why),
                }
            }
            _ if accepted == 0 || all < 2 => return (state, why),
            Change::CreateUser { .. } => "the user exists now",
            Change::CreateTeam { .. } => "the team exists now",
            _ => "the list shows what is so now",
        };
        (ChangeState::Partly, format!("{} A part of it took effect: {now}.", sentence(&why)))
    }

    /// Forgets versions: a membership changes the versions of both records, and the version of a record that was not
    /// read since is unknown.
    fn forget_versions(&mut self, entry: &JournalEntry) {
        for (target, field) in entry.step.change.touches() {
            if !field.is_beside() && !self.fresh.iter().any(|fresh| fresh.is_of(&target)) {
                self.versions.insert(self.context.dialect.get(&target).path, RecordVersion::own(None));
            }
        }
    }

    pub(super) async fn settled(
        &mut self,
        entry: &mut JournalEntry,
        state: ChangeState,
        why: String,
        failure: Option<Failure>,
    ) -> AttemptEnd {
        self.forget_versions(entry);
        self.keep_made(entry, state);
        let mut fresh = std::mem::take(&mut self.fresh);
        if state == ChangeState::Unseen {
            unsay_roles(&entry.step.change, &mut fresh);
        }
        let asked = self.after.drain().filter(|(_, after)| after.asked);
        let whole = asked.filter_map(|(path, after)| Some((target_of(&path)?, after.document))).collect();
        self.context.keep_whole(&fresh, whole).await;
        (entry.state, entry.why, entry.failure) = (state, why, failure);
        entry.settled = (!state.is_open()).then(now);
        if !self.write(entry).await {
            self.recall(entry).await;
        }
        self.keep_taught().await;
        moved(self.context, entry, fresh.clone());
        self.context.keep_learnt(entry, &fresh).await;
        let (versions, taught) = (std::mem::take(&mut self.versions), std::mem::take(&mut self.taught));
        AttemptEnd::Settled { versions, taught, conclusive: self.is_conclusive(entry) }
    }

    /// Keeps the quirks of the server that the outcome has shown, for the next session.
    async fn keep_taught(&self) {
        let taught = self.taught.clone();
        if taught != ServerQuirks::default() {
            let keep = move |store: &mut Store| store.keep_habits(&taught.or(store.habits()?.unwrap_or_default()));
            self.context.stored(keep).await;
        }
    }

    /// Ends a change that is not sent, because another console has sent it or the journal could not be written. Reports
    /// the present records.
    pub(super) async fn left_alone(&mut self, entry: &mut JournalEntry) -> RecordVersions {
        // A record that can't be read stays as it is on screen until the next list.
        let _ = self.look_at_all(entry).await;
        let fresh = std::mem::take(&mut self.fresh);
        self.context.keep(&fresh).await;
        let id = entry.id;
        let kept = self.context.stored(move |store| store.journal_get(id)).await;
        (entry.state, entry.why) = match kept {
            // No other console has the change: only the claim could not be written.
            Some(Some(JournalEntry { state: ChangeState::Planned, .. })) => (ChangeState::Planned, UNCLAIMED.into()),
            Some(Some(_)) => (ChangeState::Dropped, "Another console has sent it.".into()),
            Some(None) => (ChangeState::Dropped, UNWRITTEN.into()),
            None => (ChangeState::Dropped, "Not sent: the journal can be neither written nor read.".into()),
        };
        moved(self.context, entry, fresh);
        std::mem::take(&mut self.versions)
    }

    async fn not_sent(&self, entry: &mut JournalEntry, failure: Failure) -> AttemptEnd {
        entry.state = ChangeState::Planned;
        let waits_for =
            if failure.class == FailureClass::Unauthorized { "a key that the server takes" } else { "the server" };
        entry.why = format!("Waits for {waits_for}: {}", failure.text);
        self.context.journal.write(entry).await;
        moved(self.context, entry, vec![]);
        AttemptEnd::NotSent { failure }
    }

    pub(super) async fn unsettled(&self, entry: &mut JournalEntry, failure: Failure) -> AttemptEnd {
        entry.state = ChangeState::Unknown;
        let looks = self.looks + 1;
        entry.why = if super::gives_up(&failure, looks) {
            format!("The outcome can't be read ({looks} × tried): {}", failure.text)
        } else {
            format!("The outcome is not known yet, it is looked up when the server answers: {}", failure.text)
        };
        self.write(entry).await;
        AttemptEnd::Unsettled { failure }
    }

    /// Ends a change that was accepted without a value in the answer while its records are unchanged: a server that
    /// ignores the change and a slow server look the same.
    pub(super) async fn unseen_yet(&self, entry: &mut JournalEntry, instead: &str) -> AttemptEnd {
        let why = format!(
            "The server accepted it, and it shows {instead}: the server may be late, or have done nothing. The next look \
             decides."
        );
        self.left_open(entry, why).await
    }

    /// Leaves the outcome open: `resume`, or a look that a person asks for, decides.
    async fn left_open(&self, entry: &mut JournalEntry, why: String) -> AttemptEnd {
        (entry.state, entry.why) = (ChangeState::Unknown, why);
        self.write(entry).await;
        let text = entry.why.clone();
        AttemptEnd::Unsettled {
            failure: Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Refused, text, "") },
        }
    }

    /// Writes the change's state to the journal. If only the outcome is looked for, writes it unless another console
    /// has found the outcome first.
    async fn write(&self, entry: &JournalEntry) -> bool {
        let journal = &self.context.journal;
        if !self.taken_over {
            return journal.write(entry).await;
        }
        for from in [ChangeState::Sent, ChangeState::Unknown] {
            if journal.write_if(entry, WriteCondition::taken_over(from, entry.session)).await {
                return true;
            }
        }
        false
    }

    /// Takes over the journal's state of the change if another console was faster.
    async fn recall(&self, entry: &mut JournalEntry) {
        let id = entry.id;
        let known = self.context.stored(move |store| store.journal_get(id)).await.flatten();
        if let Some(known) = known.filter(|known| self.taken_over && !known.state.is_open()) {
            *entry = known;
        }
    }
}

/// Members in one request of a completion.
const AT_ONCE: usize = 100;

/// The words for a failure in place of an answer.
fn loss(failure: &Failure) -> String {
    match failure.status {
        Some(_) => failure.text.trim_end_matches('.').to_owned(),
        None => LOST.to_owned(),
    }
}

/// Removes roles from readings that do not show the change: such readings may be older than the change, and their roles
/// out of date.
fn unsay_roles(change: &Change, fresh: &mut [Observation]) {
    let (Change::SetOrgRole { user: id, .. } | Change::SetTeamRole { user: id, .. }) = change else { return };
    for one in fresh {
        if let Observation::Record(Record::User(user)) = one
            && user.id == *id
        {
            (user.org_role, user.team_roles) = (MaybeTold::NOT_TOLD, None);
        }
    }
}
