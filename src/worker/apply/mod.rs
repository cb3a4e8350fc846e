//! One change on its way: journaled, sent, confirmed or reported. Nothing is sent twice.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::context::{Context, now};
use crate::{
    directory::{
        Fresh,
        plan::{Entry, State},
        work::{Moved, Report},
    },
    scim::failure::Failure,
};

mod members;
mod others;
mod outcome;
mod send;
mod story;
mod undo;

/// Versions of records as this worker's own writes left them, by path; newer than what a plan knew.
///
/// With each the time of the write: a plan that is younger knows better. `None` where the answer showed no version.
pub type Versions = HashMap<Vec<String>, (Timestamp, Option<Arc<str>>)>;

/// How an attempt ended.
pub enum Ended {
    /// It has an outcome; the journal and the console know it.
    Settled {
        /// Versions learnt.
        versions: Versions,
    },
    /// Nothing arrived: it waits as planned.
    NotSent {
        /// Why.
        failure: Failure,
    },
    /// The answer was lost and the record can't be read now: it is looked at again later, never sent again.
    Unsettled {
        /// Why.
        failure: Failure,
    },
}

/// Sends a planned change and sees it through.
pub async fn run(context: Context, mut entry: Entry, versions: Versions) -> (Entry, Ended) {
    entry.session = context.session.as_ref().map(|session| session.id);
    let mut attempt = Attempt { context: &context, versions, fresh: Vec::new(), sent: 0, taken_over: false };
    // Before it is claimed: nothing was sent, and nobody has to look for what became of it.
    if let Some(ended) = attempt.held_up(&mut entry).await {
        return (entry, ended);
    }
    if let Some(ended) = attempt.changed_since(&mut entry).await {
        return (entry, ended);
    }
    entry.state = State::Sent;
    // What the journal does not hold as sent is not sent: another console on this profile may have done it.
    if !context.journal.claim(&entry, State::Planned).await {
        let versions = attempt.left_alone(&mut entry).await;
        return (entry, Ended::Settled { versions });
    }
    moved(&context, &entry, vec![]);
    match attempt.send_all(&mut entry).await {
        Ok(()) => {
            let ended = attempt.confirm(&mut entry).await;
            (entry, ended)
        }
        Err(failure) => {
            let ended = attempt.failed(&mut entry, failure).await;
            (entry, ended)
        }
    }
}

/// Looks at the records of a change whose outcome is open: mostly its answer was lost.
pub async fn settle(context: Context, mut entry: Entry) -> (Entry, Ended) {
    let sent = entry.accepted();
    let mut attempt =
        Attempt { context: &context, versions: Versions::new(), fresh: Vec::new(), sent: 1, taken_over: true };
    let ended = if sent > 0 && sent == entry.step.requests.len() {
        attempt.confirm(&mut entry).await
    } else {
        attempt.look_after_loss(&mut entry, outcome::LOST).await
    };
    (entry, ended)
}

struct Attempt<'a> {
    context: &'a Context,
    versions: Versions,
    fresh: Vec<Fresh>,
    /// Requests that were answered.
    sent: usize,
    /// Only its outcome is looked for: another console that looks for it too may be faster.
    taken_over: bool,
}

/// Tells the console where the change stands.
fn moved(context: &Context, entry: &Entry, fresh: Vec<Fresh>) {
    context.report(Report::Moved(Moved {
        id: entry.id,
        state: entry.state,
        why: entry.why.clone(),
        failure: entry.failure.clone(),
        exchanges: entry.exchanges.clone(),
        fresh,
        at: now(),
        created: entry.created.clone(),
        partly: entry.partly,
        alarm: entry.alarm,
    }));
}
