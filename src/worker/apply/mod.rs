//! Sends one change: claims it in the journal, sends its requests, and confirms or reports the outcome. Nothing is sent
//! twice, except by the rules of `docs/src/safety.md`.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    context::{WorkerContext, now},
    versions::RecordVersions,
};
use crate::{
    directory::{
        Id, Observation,
        plan::{ChangeState, JournalEntry, WayBack},
        work::{ChangeUpdate, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        quirks::ServerQuirks,
        request::Request,
    },
};

mod back;
mod creation;
mod cut;
mod effects;
mod judge;
mod late;
mod look;
mod meanwhile;
mod members;
mod memberships;
mod others;
mod outcome;
mod person;
mod revived;
mod send;
mod since;
mod story;
mod thin;
mod undo;
mod version;
mod whole;

use whole::{RecordAfter, RecordBefore};

/// The limit of looks for an outcome that can't be read on a server that answers. After that a person has to ask.
const LOOKS: u32 = 5;

/// True if the outcome is not looked for again by itself: the server answers, and the record can't be read.
pub fn gives_up(failure: &Failure, looks: u32) -> bool {
    match failure.class {
        FailureClass::Refused | FailureClass::Forbidden | FailureClass::NotFound => true,
        FailureClass::Server | FailureClass::Protocol | FailureClass::Timeout | FailureClass::Conflict => {
            looks >= LOOKS
        }
        FailureClass::Unauthorized
        | FailureClass::Offline
        | FailureClass::Tls
        | FailureClass::Proxy
        | FailureClass::RateLimited
        | FailureClass::Cancelled
        | FailureClass::Local => false,
    }
}

/// The limit of tries for a change that the server answers with 503 and a wait, and that the record does not show.
const MOST_TRIES: u32 = 4;

/// How an attempt ended.
pub enum AttemptEnd {
    /// The change has an outcome, which is in the journal and was reported.
    Settled {
        /// Versions learnt.
        versions: RecordVersions,
        /// The quirks of the server that the change has shown.
        taught: ServerQuirks,
        /// True if side effects of a change of this form would have been seen.
        conclusive: bool,
    },
    /// Nothing arrived: the change waits as planned.
    NotSent {
        /// The failure that kept the change back.
        failure: Failure,
    },
    /// The answer was lost and the record can't be read now. The record is read again later; the change is not sent
    /// again.
    Unsettled {
        /// The failure to read the record.
        failure: Failure,
    },
}

impl AttemptEnd {
    fn settled(versions: RecordVersions) -> Self {
        Self::Settled { versions, taught: ServerQuirks::default(), conclusive: false }
    }
}

/// Sends a planned change and determines its outcome. On `trial` its records are read just before and just after it.
pub async fn run(
    context: WorkerContext,
    mut entry: JournalEntry,
    versions: RecordVersions,
    trial: bool,
) -> (JournalEntry, AttemptEnd) {
    entry.session = context.session.as_ref().map(|session| session.id);
    let mut attempt = ChangeAttempt { trial, ..ChangeAttempt::new(&context, versions) };
    // This question comes before the claim: no request went out, so no outcome has to be looked for.
    if let Some(ended) = attempt.held_up(&mut entry).await {
        return (entry, ended);
    }
    if let Some(ended) = attempt.changed_since(&mut entry).await {
        return (entry, ended);
    }
    if let Some(ended) = attempt.read_before(&mut entry).await {
        return (entry, ended);
    }
    entry.state = ChangeState::Sent;
    // The claim failed, so the change is not sent: another console on this profile may have sent it.
    if !context.journal.claim(&entry).await {
        let versions = attempt.left_alone(&mut entry).await;
        return (entry, AttemptEnd::settled(versions));
    }
    moved(&context, &entry, vec![]);
    let mut sent = attempt.send_all(&mut entry).await;
    for _ in 1..MOST_TRIES {
        match &sent {
            Err(failure) if attempt.was_put_off(&mut entry, failure).await => sent = attempt.send_all(&mut entry).await,
            _ => break,
        }
    }
    if let Err(failure) = &sent
        && attempt.takes_new_version(&entry, failure).await
    {
        sent = attempt.send_all(&mut entry).await;
    }
    let ended = match sent {
        Ok(()) => attempt.confirm(&mut entry).await,
        Err(failure) => attempt.failed(&mut entry, failure).await,
    };
    (entry, ended)
}

/// Looks for the outcome of a change whose answer was lost, or which an ended session has sent.
///
/// `looks` is the number of earlier looks.
pub async fn settle(context: WorkerContext, mut entry: JournalEntry, looks: u32) -> (JournalEntry, AttemptEnd) {
    let sent = entry.accepted();
    story::note_unheard(&mut entry);
    let attempt = ChangeAttempt::new(&context, RecordVersions::new());
    let mut attempt = ChangeAttempt { sent: 1, tried: true, taken_over: true, looks, ..attempt };
    attempt.recall_all_before(&entry).await;
    let ended = if sent > 0 && sent >= entry.step.requests.len() {
        attempt.confirm(&mut entry).await
    } else {
        attempt.look_after_loss(&mut entry, outcome::LOST).await
    };
    (entry, ended)
}

struct ChangeAttempt<'a> {
    context: &'a WorkerContext,
    versions: RecordVersions,
    fresh: Vec<Observation>,
    /// The number of requests that were answered.
    sent: usize,
    /// True if a request went out, answered or not.
    tried: bool,
    /// True if only the outcome is looked for; another console may look for it at the same time.
    taken_over: bool,
    /// True if the change is the first of its form in this session.
    trial: bool,
    /// True if the answer has shown the change.
    echoed: bool,
    /// True if the answer has shown another value than the wanted one.
    contradicted: bool,
    /// True if memberships that the change may end were not compared.
    unlooked: bool,
    /// True if the server has answered with 503 and a wait, and the record did not show the change: earlier readings
    /// are out of date.
    put_off: bool,
    /// How often the outcome was looked for before.
    looks: u32,
    /// The records that are written, by path.
    before: HashMap<Vec<String>, RecordBefore>,
    /// Records as they were told since.
    after: HashMap<Vec<String>, RecordAfter>,
    /// The form that the server accepted after it refused the first one.
    took: Option<Request>,
    taught: ServerQuirks,
    /// Teams that a created user was in already.
    found_in: Vec<Id>,
    /// When the attempt began.
    began: Timestamp,
}

impl<'a> ChangeAttempt<'a> {
    fn new(context: &'a WorkerContext, versions: RecordVersions) -> Self {
        Self {
            context,
            versions,
            fresh: Vec::new(),
            sent: 0,
            tried: false,
            taken_over: false,
            trial: false,
            echoed: false,
            contradicted: false,
            unlooked: false,
            put_off: false,
            looks: 0,
            before: HashMap::new(),
            after: HashMap::new(),
            took: None,
            taught: ServerQuirks::default(),
            found_in: Vec::new(),
            began: now(),
        }
    }
}

/// Tells the console where the change stands.
fn moved(context: &WorkerContext, entry: &JournalEntry, fresh: Vec<Observation>) {
    context.report(WorkerReport::Moved(ChangeUpdate {
        id: entry.id,
        state: entry.state,
        why: entry.why.clone(),
        failure: entry.failure.clone(),
        exchanges: entry.exchanges.clone(),
        fresh,
        at: now(),
        created: entry.created.clone(),
        effects: entry.effects.clone(),
        alarm: entry.alarm,
        way_back: Some(Box::new(WayBack {
            undo: entry.step.undo.clone(),
            compensation: entry.step.compensation.clone(),
            made: entry.made.clone(),
            found: entry.step.expected.as_ref().and_then(|expected| expected.found.clone()),
        })),
    }));
}
