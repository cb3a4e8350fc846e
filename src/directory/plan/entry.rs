//! A change in the journal: where it stands, what was sent and answered, and what it altered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Compensation, SideEffect, Standing, Step, Undo};
use crate::{
    directory::{
        change::{Change, ChangeEffect, ChangeId},
        work::Moved,
    },
    scim::failure::Failure,
};

/// Why a change is [`State::Unseen`] of which the server's own answers differ.
pub const LATE: &str =
    "The server's answer showed it, and its record, read again several times, does not: it may be late.";

/// Why the rest of a plan is dropped.
pub const HARMED: &str = "Not sent: an earlier change of this plan altered what nobody asked for.";

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Written down, not sent.
    Planned,
    /// Sent; no outcome yet.
    Sent,
    /// The server shows it.
    Confirmed,
    /// A part of it took effect: why says which, or what is missing.
    Partly,
    /// The server accepted it, and never shows what it is about.
    Unseen,
    /// The record was so when it was to be sent, or somebody else did it first: an undo leaves it alone.
    Already,
    /// The server said no, or accepted it and did not change anything.
    Refused,
    /// The record was changed by somebody else in between.
    Conflict,
    /// The answer was lost, and the record could not be looked at yet.
    Unknown,
    /// Taken back here before it was sent.
    Dropped,
}

impl State {
    /// All of them, in the order of their declaration.
    pub const ALL: [State; 10] = [
        State::Planned,
        State::Sent,
        State::Confirmed,
        State::Partly,
        State::Unseen,
        State::Already,
        State::Refused,
        State::Conflict,
        State::Unknown,
        State::Dropped,
    ];

    /// True while the outcome is open.
    pub fn is_open(self) -> bool {
        matches!(self, State::Planned | State::Sent | State::Unknown)
    }

    /// True where nothing is left to do: it is so, or it was sent to a server that never shows it.
    pub fn is_done(self) -> bool {
        matches!(self, State::Confirmed | State::Unseen | State::Already)
    }

    /// True where something needs a look.
    pub fn is_failure(self) -> bool {
        self.may_be_sent_again() || self == State::Partly
    }

    /// True where it had no effect that is known, so that it can be tried again.
    pub fn may_be_sent_again(self) -> bool {
        matches!(self, State::Refused | State::Conflict | State::Unknown)
    }

    /// The word shown.
    pub fn label(self) -> &'static str {
        match self {
            State::Planned => "waiting",
            State::Sent => "in flight",
            State::Confirmed => "confirmed",
            State::Partly => "in part",
            State::Unseen => "sent, not shown",
            State::Already => "so already",
            State::Refused => "refused",
            State::Conflict => "conflict",
            State::Unknown => "unknown",
            State::Dropped => "dropped",
        }
    }
}

/// One request and its answer, secrets out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// `PATCH /Users/…` with its body, for display.
    pub request: String,
    /// HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// Milliseconds until the answer.
    pub millis: u64,
    /// Bytes of the answer.
    pub bytes: u64,
    /// The beginning of the answer, or what went wrong.
    pub answer: String,
    /// The answer was a refusal, whatever its status: GraphQL refuses with 200.
    #[serde(default)]
    pub refused: bool,
}

/// What takes a change back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// The changes, or why there are none.
    pub undo: Undo,
    /// What makes again what it took away.
    pub compensation: Option<Compensation>,
}

/// A change in the journal: the whole story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: ChangeId,
    /// The first change of the plan that it belongs to.
    pub plan: ChangeId,
    /// The plan's title.
    pub title: String,
    /// When it was planned.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// Who sat at the keyboard: the operating system's user name.
    pub actor: String,
    /// What was planned.
    pub step: Step,
    /// Where it stands.
    pub state: State,
    /// Why, for failures; what is special about the outcome otherwise.
    pub why: String,
    /// The failure behind `Refused`, where there was one.
    pub failure: Option<Failure>,
    /// Requests and answers so far.
    pub exchanges: Vec<Exchange>,
    /// When the outcome was known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub settled: Option<Timestamp>,
    /// The plan that this one takes back.
    pub undoes: Option<ChangeId>,
    /// The id that the server gave to what was created.
    pub created: Option<super::Id>,
    /// [`State::Partly`] as earlier versions wrote it: beside a refusal.
    #[serde(default)]
    pub partly: bool,
    /// What else it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<SideEffect>,
    /// The session of the store whose it is: while that lives, it is for that session to send it and to find its outcome.
    #[serde(default)]
    pub session: Option<u64>,
    /// It took effect and should be taken back at once; why says the rest.
    #[serde(default)]
    pub alarm: bool,
}

impl Entry {
    /// Its state and its session.
    pub fn standing(&self) -> Standing {
        Standing { state: self.state, session: self.session }
    }

    /// How many of its requests the server accepted.
    pub fn accepted(&self) -> usize {
        let taken = |exchange: &&Exchange| !exchange.refused && exchange.status.is_some_and(|status| status < 300);
        self.exchanges.iter().filter(taken).count()
    }

    /// Takes over where it stands now.
    pub fn follow(&mut self, moved: &Moved) {
        let Moved { id: _, state, why, failure, exchanges, fresh: _, at, created, effects, alarm, way_back } = moved;
        (self.state, self.alarm) = (*state, *alarm);
        self.effects.clone_from(effects);
        if let Some(WayBack { undo, compensation }) = way_back.as_deref() {
            self.step.undo.clone_from(undo);
            self.step.compensation.clone_from(compensation);
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

    /// The same, not to be sent any more.
    #[must_use]
    pub fn dropped(self, why: &str, now: Timestamp) -> Self {
        Self { state: State::Dropped, why: why.to_owned(), settled: Some(now), ..self }
    }

    /// True if there is something to take back: all of it, or a part.
    pub fn took_effect(&self) -> bool {
        matches!(self.state, State::Confirmed | State::Partly | State::Unseen) || self.partly
    }

    /// True where it can be sent once more: it had no effect, or it sets in whole what it has set in part.
    pub fn may_be_sent_again(&self) -> bool {
        let sets = matches!(self.step.change.nature().effect, ChangeEffect::Gives | ChangeEffect::Alters);
        self.state.may_be_sent_again() || (self.state == State::Partly && sets)
    }

    /// True where nothing is left to do, and no answer of the server's says otherwise.
    pub fn is_done(&self) -> bool {
        self.state.is_done() && !self.is_late()
    }

    /// True where the server's answer showed it, and its record does not.
    pub fn is_late(&self) -> bool {
        self.state == State::Unseen && self.why.ends_with(LATE)
    }

    /// True where something was lost that nobody asked for.
    pub fn did_harm(&self) -> bool {
        self.effects.iter().any(|effect| effect.harm)
    }

    /// What puts back all that it changed beside what was asked for.
    pub fn puts_back(&self) -> impl Iterator<Item = &Change> {
        self.effects.iter().flat_map(|effect| &effect.back)
    }
}
