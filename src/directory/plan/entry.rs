//! A change in the journal: its state, the requests and answers, and its effects.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Compensation, JournalStanding, MadeRecord, SideEffect, Step, Undo};
use crate::{
    directory::{
        change::{Change, ChangeEffect, ChangeId},
        work::ChangeUpdate,
    },
    scim::failure::{self, Failure},
};

/// The reason for [`ChangeState::Unseen`] where the server's own answers differ.
pub const LATE: &str =
    "The server's answer showed it, and its record, read again several times, does not: it may be late.";

/// The beginning of the reason for [`ChangeState::Already`] where the server refused the change and shows it.
pub const UNATTRIBUTED: &str = "It is as wished now, and the server refused the request: who did it is not known.";

/// The journal's text for the answer to a request whose session ended before the answer came.
pub const UNHEARD: &str = "The session ended before an answer came. Whether the request went out is not known.";

/// The reason for dropping the rest of a plan.
pub const HARMED: &str = "Not sent: an earlier change of this plan altered what nobody asked for.";

/// The state of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeState {
    /// Written to the journal, not sent.
    Planned,
    /// Sent; no outcome yet.
    Sent,
    /// The server shows the effect.
    Confirmed,
    /// A part of the change took effect; `why` says which part, or what is missing.
    Partly,
    /// The change was sent, and the server never shows the affected value.
    Unseen,
    /// The record already had the value before the change was sent, or somebody else set the value first: an undo
    /// leaves the record alone.
    Already,
    /// The server refused the change, or accepted the change and altered nothing.
    Refused,
    /// Somebody else changed the record in between.
    Conflict,
    /// The answer was lost, and the record could not be read yet.
    Unknown,
    /// Withdrawn here before the change was sent.
    Dropped,
}

impl ChangeState {
    /// All states, in the order of their declaration.
    pub const ALL: [ChangeState; 10] = [
        ChangeState::Planned,
        ChangeState::Sent,
        ChangeState::Confirmed,
        ChangeState::Partly,
        ChangeState::Unseen,
        ChangeState::Already,
        ChangeState::Refused,
        ChangeState::Conflict,
        ChangeState::Unknown,
        ChangeState::Dropped,
    ];

    /// True if the outcome is open.
    pub fn is_open(self) -> bool {
        matches!(self, ChangeState::Planned | ChangeState::Sent | ChangeState::Unknown)
    }

    /// True if nothing is left to do: the change has taken effect, or was sent to a server that never shows the value.
    pub fn is_done(self) -> bool {
        matches!(self, ChangeState::Confirmed | ChangeState::Unseen | ChangeState::Already)
    }

    /// True if the change needs a look.
    pub fn is_failure(self) -> bool {
        self.may_be_sent_again() || self == ChangeState::Partly
    }

    /// True if the change has no known effect, so that another attempt is possible.
    pub fn may_be_sent_again(self) -> bool {
        matches!(self, ChangeState::Refused | ChangeState::Conflict | ChangeState::Unknown)
    }

    /// The word shown for the state.
    pub fn label(self) -> &'static str {
        match self {
            ChangeState::Planned => "waiting",
            ChangeState::Sent => "in flight",
            ChangeState::Confirmed => "confirmed",
            ChangeState::Partly => "in part",
            ChangeState::Unseen => "sent, not shown",
            ChangeState::Already => "so already",
            ChangeState::Refused => "refused",
            ChangeState::Conflict => "conflict",
            ChangeState::Unknown => "unknown",
            ChangeState::Dropped => "dropped",
        }
    }
}

/// A request and its answer, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestExchange {
    /// `PATCH /Users/…` with its body, for display.
    pub request: String,
    /// HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// Milliseconds until the answer.
    pub millis: u64,
    /// Bytes of the answer.
    pub bytes: u64,
    /// The beginning of the answer, or a description of the failure.
    pub answer: String,
    /// True if the answer was a refusal, whatever its status: GraphQL refuses with 200.
    #[serde(default)]
    pub refused: bool,
    /// How often the request went out: more than once where the server put it off, or no connection came about.
    #[serde(default = "failure::once")]
    pub attempts: u32,
}

impl RequestExchange {
    /// True if the session ended before an answer came.
    pub fn is_unheard(&self) -> bool {
        self.status.is_none() && self.answer == UNHEARD
    }
}

/// The way to take a change back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// The undo's changes, or the reason why there are none.
    pub undo: Undo,
    /// The way to create deleted data again.
    pub compensation: Option<Compensation>,
    /// The created record, as the creation left it.
    pub made: Option<Box<MadeRecord>>,
    /// For an undo that has ended in a conflict: the present state, in words ([`super::ExpectedEffect::found`]).
    pub found: Option<String>,
}

/// A change in the journal, with its whole history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The entry's id.
    pub id: ChangeId,
    /// The id of the plan's first change, which identifies the plan.
    pub plan: ChangeId,
    /// The plan's title.
    pub title: String,
    /// The time of planning.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// The operating system's user name of the person at the keyboard.
    pub actor: String,
    /// The reason or ticket that the person gave for the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The planned step.
    pub step: Step,
    /// The state of the change.
    pub state: ChangeState,
    /// The reason for a failure; otherwise a remark about the outcome.
    pub why: String,
    /// The failure behind `Refused`, if there was one.
    pub failure: Option<Failure>,
    /// Requests and answers so far.
    pub exchanges: Vec<RequestExchange>,
    /// The time at which the outcome became known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub settled: Option<Timestamp>,
    /// The plan that this entry's plan takes back.
    pub undoes: Option<ChangeId>,
    /// The id that the server gave to the created record.
    pub created: Option<super::Id>,
    /// The created record, as the creation left it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Box<MadeRecord>>,
    /// [`ChangeState::Partly`] as earlier versions wrote the outcome: a flag beside a refusal.
    #[serde(default)]
    pub partly: bool,
    /// Side effects of the change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<SideEffect>,
    /// The store's session that owns the entry: while the session lives, only that session sends the change and finds
    /// the outcome.
    #[serde(default)]
    pub session: Option<u64>,
    /// The change took effect and should be taken back at once; `why` gives the details.
    #[serde(default)]
    pub alarm: bool,
}

impl JournalEntry {
    /// The entry's state and session.
    pub fn standing(&self) -> JournalStanding {
        JournalStanding { state: self.state, session: self.session }
    }

    /// Number of requests that the server accepted.
    pub fn accepted(&self) -> usize {
        let taken =
            |exchange: &&RequestExchange| !exchange.refused && exchange.status.is_some_and(|status| status < 300);
        self.exchanges.iter().filter(taken).count()
    }

    /// True if an ended session may have sent a request whose answer nobody heard: where the directory shows the change,
    /// that request may have made it.
    pub fn may_have_gone_out(&self) -> bool {
        self.exchanges.iter().any(RequestExchange::is_unheard)
    }

    /// Takes over the state after a move.
    pub fn follow(&mut self, moved: &ChangeUpdate) {
        let ChangeUpdate { id: _, state, why, failure, exchanges, fresh: _, at, created, effects, alarm, way_back } =
            moved;
        (self.state, self.alarm) = (*state, *alarm);
        self.effects.clone_from(effects);
        if let Some(WayBack { undo, compensation, made, found }) = way_back.as_deref() {
            self.step.undo.clone_from(undo);
            self.step.compensation.clone_from(compensation);
            self.made.clone_from(made);
            if let Some(expected) = &mut self.step.expected {
                expected.found.clone_from(found);
            }
        }
        self.why.clone_from(why);
        self.failure.clone_from(failure);
        self.created = created.clone().or(self.created.take());
        if !exchanges.is_empty() {
            self.exchanges.clone_from(exchanges);
        }
        if !state.is_open() {
            self.settled = Some(*at);
        }
    }

    /// The entry in the state [`ChangeState::Dropped`], so that nothing is sent any more.
    #[must_use]
    pub fn dropped(self, why: &str, now: Timestamp) -> Self {
        Self { state: ChangeState::Dropped, why: why.to_owned(), settled: Some(now), ..self }
    }

    /// True if the whole change, or a part, can be taken back.
    pub fn took_effect(&self) -> bool {
        matches!(self.state, ChangeState::Confirmed | ChangeState::Partly | ChangeState::Unseen) || self.partly
    }

    /// True if the change can be sent once more: nothing took effect, or a second attempt completes a value that was
    /// set in part.
    pub fn may_be_sent_again(&self) -> bool {
        let sets = matches!(self.step.change.nature().effect, ChangeEffect::Gives | ChangeEffect::Alters);
        self.state.may_be_sent_again() || (self.state == ChangeState::Partly && sets)
    }

    /// The words about sending an undo that ended in conflict all the same: what goes with it.
    pub fn in_spite_of_conflict(&self) -> Option<String> {
        let expected = self.step.expected.as_ref().filter(|_| self.state == ChangeState::Conflict)?;
        Some(expected.in_spite_of(expected.found.as_deref()?))
    }

    /// The use of a created record, in words, because of which an undo has left it alone.
    pub fn used_since(&self) -> Option<&str> {
        let expected = self.step.expected.as_ref().filter(|_| self.state == ChangeState::Conflict)?;
        expected.made.as_ref().and(expected.found.as_deref())
    }

    /// True if nothing is left to do and the server's answers agree.
    pub fn is_done(&self) -> bool {
        self.state.is_done() && !self.is_late()
    }

    /// True if the server's answer showed the effect and the record does not.
    pub fn is_late(&self) -> bool {
        self.state == ChangeState::Unseen && self.why.ends_with(LATE)
    }

    /// True if the server refused the change and shows it: the server, or somebody else, has done it.
    pub fn is_unattributed(&self) -> bool {
        self.state == ChangeState::Already && self.why.starts_with(UNATTRIBUTED)
    }

    /// The entry as one that took effect, where nobody knows who has done it: a person asks for its undo.
    #[must_use]
    pub fn claimed(self) -> Self {
        if self.is_unattributed() { Self { state: ChangeState::Confirmed, ..self } } else { self }
    }

    /// True if the change caused a loss that nobody asked for.
    pub fn did_harm(&self) -> bool {
        self.effects.iter().any(|effect| effect.harm)
    }

    /// True for a change of an undo with losses that can be put back.
    pub fn is_harmful_undo(&self) -> bool {
        self.undoes.is_some() && self.took_effect() && self.puts_back().next().is_some()
    }

    /// Losses beside the change that no change puts back.
    pub fn lost(&self) -> impl Iterator<Item = &SideEffect> {
        self.effects.iter().filter(|effect| effect.harm && effect.back.is_empty())
    }

    /// Changes that put all losses beside the change back.
    pub fn puts_back(&self) -> impl Iterator<Item = &Change> {
        self.effects.iter().flat_map(SideEffect::restores)
    }

    /// Changes that take out whoever joined beside the change; an undo leaves them to a person.
    pub fn takes_out(&self) -> impl Iterator<Item = &Change> {
        self.effects.iter().filter(|effect| effect.is_gain()).flat_map(|effect| &effect.back)
    }
}
