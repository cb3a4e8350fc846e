//! Plans: what a change will send, do and cost, known before anything is sent.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Directory, Id, Name, Target,
    aside::{Inquiry, Setting, Topic},
    change::{Change, ChangeEffect, ChangeId, Verb},
    guard::{Among, Mass, Others},
    holds::Holds,
    refusal::Refusal,
    role_source::Mapping,
    words,
    work::Moved,
};
use crate::scim::{failure::Failure, request::Request, text::clean};

mod again;
mod already;
mod compensation;
mod drafting;
mod entries;
mod parts;
#[cfg(test)]
mod tests;
mod undo;

pub use again::again;
pub use already::{ALREADY, already};
pub use compensation::Compensation;
pub use drafting::{Drafting, draft};
pub use entries::{Entering, Ids};
pub use parts::{NOT_CREATED, Part, next_part};
pub use undo::{BackStep, Expected, Inverse, UndoDraft, holds, inverse, is_undone, newest};

/// How a step's outcome is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirm {
    /// The answer shows the record, and showing the change there is enough; else these are read again.
    Echo(Vec<Target>),
    /// The answer can't be trusted: these are read again, always.
    Reread(Vec<Target>),
    /// No record shows it: these are asked.
    Ask(Vec<Inquiry>),
}

/// How a step can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    /// By these changes, in order.
    By(Vec<Change>),
    /// Not at all, because.
    Never(String),
}

/// How carefully a person must look before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// Sent at once where the profile confirms only what is risky.
    #[default]
    Plain,
    /// Shown first.
    Look,
    /// Shown first, and this text must be typed; a command's `--yes` takes its place.
    Type(String),
    /// Shown first, and this text must be typed: it hangs on what is not known, or on the key itself. A command wants it
    /// in `--confirm`.
    Insist(String),
}

/// What is typed to confirm something about a record: its name as it is shown, or its id where that shows nothing.
pub fn typed_name(name: &Name, id: &Id) -> String {
    let shown = name.as_str().trim();
    if shown.is_empty() { clean(id).trim().to_owned() } else { shown.to_owned() }
}

impl Risk {
    /// The text that must be typed.
    pub fn typed(&self) -> Option<&str> {
        match self {
            Risk::Plain | Risk::Look => None,
            Risk::Type(text) | Risk::Insist(text) => Some(text),
        }
    }
}

/// One change with everything that is known about sending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is meant.
    pub change: Change,
    /// What is sent, in order.
    pub requests: Vec<Request>,
    /// Side effects that are known, a sentence each.
    pub consequences: Vec<String>,
    /// What is sent behind them where the record that was made lacks members: it stands for as many as are missing, and
    /// has the provisional id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Request>,
    /// The way back.
    pub undo: Undo,
    /// How the outcome is known.
    pub confirm: Confirm,
    /// How carefully to look.
    pub risk: Risk,
    /// The change in words, fixed when it was planned: `eva-tanaka` and `role in vision: member → viewer`.
    pub words: words::Line,
    /// Who else must be admin when it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Others>,
    /// Of an undo: what must still be so when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// Where there is no way back: what makes again what is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Compensation>,
}

impl Step {
    /// A change that is planned only once another one of its plan has created what it is about.
    pub fn later(change: Change, words: words::Line) -> Self {
        Self {
            change,
            requests: Vec::new(),
            consequences: Vec::new(),
            undo: Undo::Never("It is not planned yet.".into()),
            confirm: Confirm::Reread(Vec::new()),
            risk: Risk::Plain,
            words,
            others: Vec::new(),
            expected: None,
            completion: None,
            compensation: None,
        }
    }
}

/// What a change altered beside what was asked for, seen by comparing its records before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideEffect {
    /// A sentence: "user0001 and user0002 are not in alpha any more."
    pub words: String,
    /// Something is gone, or somebody can do less.
    pub harm: bool,
    /// What puts it back; none where no change does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Change>,
}

/// Steps that were meant together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What it is, in words.
    pub title: String,
    /// Sentences about the whole of it, the gravest first; shown before its lines.
    pub notes: Vec<String>,
    /// What will be sent.
    pub steps: Vec<Step>,
    /// What won't, and why.
    pub refused: Vec<(words::Line, Refusal)>,
    /// Set on an undo: the plan that is taken back.
    pub undoes: Option<ChangeId>,
    /// From where more goes than a usual share.
    pub mass: Vec<Mass>,
    /// Who is among the people concerned, and what is not known of them.
    pub among: Among,
}

impl Plan {
    /// What must be typed because so many go at once: `--yes` alone does not do. Less as lines are dropped.
    pub fn mass(&self) -> Option<String> {
        self.mass.iter().find_map(|mass| mass.typed(self.steps.iter().map(|step| &step.change)))
    }

    /// The greatest care that any step asks for; more than one step and what can't be undone are always shown. Of several
    /// removals of any kind, or several steps that ask for a text each, their number is typed.
    pub fn risk(&self) -> Risk {
        let insists = self.steps.iter().any(|step| matches!(step.risk, Risk::Insist(_)));
        let typed = |text: String, insists: bool| {
            let text = if self.steps.len() > 1 && self.among.is_about_me() { format!("{text} me") } else { text };
            if insists { Risk::Insist(text) } else { Risk::Type(text) }
        };
        if let Some(numbers) = self.mass() {
            return typed(numbers, insists || self.undoes.is_none());
        }
        let grave = |step: &Step| step.change.removed().max(usize::from(step.risk.typed().is_some()));
        let count: usize = self.steps.iter().map(grave).sum();
        if count > 1 {
            return typed(count.to_string(), insists);
        }
        let most = self.steps.iter().map(|step| &step.risk).max().cloned().unwrap_or_default();
        let never = self.steps.iter().any(|step| matches!(step.undo, Undo::Never(_)));
        if never || self.steps.len() > 1 { most.max(Risk::Look) } else { most }
    }

    /// Takes a step out. What is said of the whole plan is said of the steps that are left.
    pub fn drop_step(&mut self, at: usize) {
        let before = self.derived_notes();
        let step = self.steps.remove(at);
        for person in step.change.concerned() {
            if !self.steps.iter().flat_map(|left| left.change.concerned()).any(|left| left == person) {
                self.among.forget(person);
            }
        }
        let after = self.derived_notes();
        self.notes.retain(|note| !before.contains(note));
        self.notes.splice(0..0, after);
    }

    /// What follows from its steps as a whole.
    fn derived_notes(&self) -> Vec<String> {
        let mut people = self.steps.iter().flat_map(|step| step.change.concerned());
        let first = people.next();
        let many = people.any(|id| Some(id) != first);
        [self.mass_notes(), self.among.notes(many)].concat()
    }

    /// A sentence for each place from which its steps take more than a usual share.
    fn mass_notes(&self) -> Vec<String> {
        let changes = || self.steps.iter().map(|step| &step.change);
        self.mass.iter().filter(|mass| mass.typed(changes()).is_some()).map(|mass| mass.note(changes())).collect()
    }

    /// Number of requests, reads for confirmation left out.
    pub fn requests(&self) -> usize {
        self.steps.iter().map(|step| step.requests.len()).sum()
    }
}

/// A predefined role that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChoice {
    /// Its name on the wire.
    pub name: Name,
    /// A warning shown beside it.
    pub note: Option<String>,
}

/// What a provider (in its hosting) can do.
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    /// What can't be done, and why.
    pub refused: Vec<(Verb, Refusal)>,
    /// Predefined roles in the organisation.
    pub org_roles: Vec<RoleChoice>,
    /// Predefined roles in a team.
    pub team_roles: Vec<RoleChoice>,
    /// The role that a new member has, where it is known.
    pub joins_as: Option<Name>,
    /// `None` where there is a Roles tab; else why there is none.
    pub no_roles: Option<String>,
    /// Lists may leave roles out; single reads show them.
    pub sparse_lists: bool,
    /// Users have seats.
    pub seats: bool,
    /// When a user was last active is told.
    pub activity: bool,
    /// Some accounts are no person's.
    pub service_accounts: bool,
    /// The API takes only the key of an organisation admin: whoever owns the key in use is one.
    pub admin_keys: bool,
    /// What a group is called: "team" or "group".
    pub team_word: &'static str,
    /// What somebody is after a deactivation, where that is more than inactive; empty otherwise.
    pub inactive_word: &'static str,
    /// Names of users and groups may hold spaces, as RFC 7643 allows.
    pub spaced_names: bool,
    /// Seats that a user can have; none where there are no seats.
    pub seat_levels: &'static [&'static str],
    /// How many full Models seats the organisation has, where the profile says so: no server does.
    pub full_seats: Option<u64>,
    /// Why nobody edits service accounts, where nobody can; continues "… is a service account:".
    pub fixed_services: Option<&'static str>,
    /// Roles in a registry; none where there are no registries.
    pub registry_roles: Vec<RoleChoice>,
    /// Where a new team's files can go.
    pub buckets: &'static [&'static str],
    /// Accounts can be made admin of the whole instance.
    pub instance_admins: bool,
    /// Roles in the organisation are shown, and follow from groups or another interface.
    pub derived_roles: bool,
    /// Group → role, where that is kept in the profile and can be changed here.
    pub mapping: Option<Arc<Mapping>>,
    /// What else is to be done about that mapping.
    pub mapping_note: Option<&'static str>,
    /// Settings of the provider that can be asked for, as they are before any was told; none where none can.
    pub settings: Vec<Setting>,
    /// A new user needs the identity provider's own id.
    pub external_ids: bool,
    /// Why nothing is told beside the lists (API keys, invitations); `None` where it is.
    pub tells_nothing: Option<String>,
    /// The organisation role that takes the place of the person's role in every team.
    pub cascading_role: Option<Name>,
}

impl Capabilities {
    /// Yes, or the reason why not.
    pub fn can(&self, verb: Verb) -> Result<(), &Refusal> {
        match self.refused.iter().find(|(refused, _)| *refused == verb) {
            Some((_, why)) => Err(why),
            None => Ok(()),
        }
    }

    /// The server has no groups.
    pub fn without_groups(&mut self) {
        let why = Refusal::unsupported("This server has no groups.");
        let verbs = [Verb::AddMember, Verb::RemoveMember, Verb::CreateTeam, Verb::DeleteTeam];
        self.refused.extend(verbs.map(|verb| (verb, why.clone())));
    }

    /// What its records hold.
    pub fn holds(&self) -> Holds {
        Holds {
            org_roles: self.derived_roles || !self.org_roles.is_empty(),
            team_roles: !self.team_roles.is_empty(),
            seats: self.seats,
            activity: self.activity,
            service_accounts: self.service_accounts,
            custom_roles: !self.derived_roles,
            mapped: self.mapping.is_some(),
            inactive_word: if self.inactive_word.is_empty() {
                Holds::default().inactive_word
            } else {
                self.inactive_word
            },
            team_word: if self.team_word.is_empty() { Holds::default().team_word } else { self.team_word },
        }
    }
}

/// A dialect as the console sees it: plans, but no wire.
pub trait Planner: Send + Sync {
    /// What can be done.
    fn capabilities(&self) -> &Capabilities;
    /// Plans one change. Pure.
    fn step(&self, change: &Change, directory: &Directory) -> Result<Step, Refusal>;
    /// How to ask about a topic. Pure.
    fn inquiry(&self, topic: Topic, directory: &Directory) -> Result<Inquiry, Refusal>;
}

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
    /// How many of its requests the server accepted.
    pub fn accepted(&self) -> usize {
        let taken = |exchange: &&Exchange| !exchange.refused && exchange.status.is_some_and(|status| status < 300);
        self.exchanges.iter().filter(taken).count()
    }

    /// Takes over where it stands now.
    pub fn follow(&mut self, moved: &Moved) {
        let Moved { id: _, state, why, failure, exchanges, fresh: _, at, created, effects, alarm } = moved;
        (self.state, self.alarm) = (*state, *alarm);
        self.effects.clone_from(effects);
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

    /// True where something was lost that nobody asked for.
    pub fn did_harm(&self) -> bool {
        self.effects.iter().any(|effect| effect.harm)
    }

    /// What puts back all that it changed beside what was asked for.
    pub fn puts_back(&self) -> impl Iterator<Item = &Change> {
        self.effects.iter().flat_map(|effect| &effect.back)
    }
}
