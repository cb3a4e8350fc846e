//! The words that console and worker speak: jobs one way, reports the other.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use secrecy::SecretString;

use super::{
    Coverage, Fresh, Id, Kind, Target,
    aside::{Inquiry, Topic},
    change::ChangeId,
    find::NameLevel,
    learnt::LearntRoles,
    owner::KeyOwner,
    plan::{Entry, Exchange, Planner, SideEffect, State, WayBack},
    record::Record,
    records::Records,
    role_source::Mapping,
    stage::{StageId, Staged},
};
use crate::scim::{failure::Failure, filter::Filter, wait::Wait};

/// What the console asks for.
#[derive(Debug)]
pub enum Job {
    /// Read everything anew; a newer one replaces a waiting one.
    Refresh,
    /// Read only the users that the server finds by this filter from now on, or all again.
    Narrow(Option<Filter>),
    /// Read these records one by one: their list has left out what is asked for, such as roles or members.
    ReadEach(Vec<Target>),
    /// Read one record anew.
    Reread(Target),
    /// Look these names up on the server, since a list may lack them; [`Report::LookUpEnded`] follows whatever comes of it.
    LookUp(Kind, Vec<String>),
    /// Find the one record that each name means without reading a list; [`Report::Identified`] follows.
    Identify(Kind, Vec<String>),
    /// Say whether these names are nobody's without reading a list; [`Report::Vacant`] follows.
    CheckVacant(Kind, Vec<(NameLevel, String)>),
    /// Read some people alone who are admins by what the disk knows, of a team or of the organisation, beside these people;
    /// [`Report::AdminsRead`] follows.
    ReadAdmins(Option<Id>, Vec<Id>),
    /// Write these down and send them.
    Submit(Vec<Entry>),
    /// Write all of these down and send the first ones; the others follow by [`Job::Resume`], each part when the one before
    /// has its outcome.
    SubmitFirst(Vec<Entry>, Vec<Entry>),
    /// Of a plan that is about to be submitted, the parts that go one after another: none of a part before each change of the
    /// parts before it has an outcome.
    Parts(Vec<Vec<ChangeId>>),
    /// Send what the journal holds from an earlier session, planned anew ([`super::plan::again`]); what was dropped with
    /// that is only written down.
    Resume(Vec<Entry>),
    /// Take these back, where they were not sent yet.
    Drop(Vec<ChangeId>),
    /// Put these on the stage; with none, only say what is there.
    Stage(Vec<Staged>),
    /// Take these off the stage.
    Unstage(Vec<StageId>),
    /// Take these off the stage, write down what was planned of them, and send that: all or nothing.
    SubmitStaged(Vec<StageId>, Vec<Entry>),
    /// Send nothing more until told otherwise; what is on its way arrives.
    Pause(bool),
    /// Send so many changes at a time, at most.
    Parallel(usize),
    /// Don't wait any longer before trying the server again.
    Wake,
    /// The resource as the server gave it.
    Raw(Target),
    /// Ask what no list tells.
    Ask(Inquiry),
    /// Ask whose key is in use.
    AskOwner,
    /// Ask for a sign of how the server is hosted; [`Report::Hosting`] follows whatever comes of it.
    AskHosting,
    /// Roles follow from groups by this from now on; so much of each list is known.
    Remap(Arc<Mapping>, [Coverage; 3]),
}

/// How the last contact with the server went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It answers.
    Up,
    /// It can't be reached.
    Down(Failure),
}

/// A list that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Which list.
    pub kind: Kind,
    /// How many records came.
    pub seen: u64,
    /// `1,296 of 1,296`, or why it can't be known whether that is all.
    pub words: String,
    /// How much of the list that is.
    pub coverage: Coverage,
}

/// A name that looking it up brought no record of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedName {
    /// As it was asked for.
    pub name: String,
    /// Why the server could not be asked; `None` where it has no such record.
    pub failure: Option<Failure>,
}

/// One step of a change's life.
#[derive(Debug)]
pub struct Moved {
    /// Which.
    pub id: ChangeId,
    /// Where to.
    pub state: State,
    /// Why, or what is special.
    pub why: String,
    /// The failure behind it.
    pub failure: Option<Failure>,
    /// All its requests and answers so far; none where they stay as they are.
    pub exchanges: Vec<Exchange>,
    /// What the server showed.
    pub fresh: Vec<Fresh>,
    /// When.
    pub at: Timestamp,
    /// The id that the server gave to what was created.
    pub created: Option<Id>,
    /// What else it changed.
    pub effects: Vec<SideEffect>,
    /// It took effect and should be taken back at once.
    pub alarm: bool,
    /// The way back, where what was read for the change has made another one of it.
    pub way_back: Option<Box<WayBack>>,
}

impl Moved {
    /// True where it is over and nothing of it went out here: what is known of its records stays as recent as it was.
    pub fn is_unsent(&self) -> bool {
        let unsent = matches!(self.state, State::Refused | State::Already) && self.exchanges.is_empty();
        self.state == State::Dropped || unsent
    }
}

/// What the worker reports.
pub enum Report {
    /// More is known of the server: changes are planned by this from now on.
    Planner(Arc<dyn Planner>),
    /// Records are ready to be shown.
    Records {
        /// Indexed.
        records: Box<Records>,
        /// When they were read from the server.
        seen: Option<Timestamp>,
        /// More will follow.
        partial: bool,
        /// From the store on disk, not from the server.
        stored: bool,
    },
    /// What a refresh found that is not shown yet, a part at a time.
    Renewed(Vec<Fresh>),
    /// The records shown, with roles by another mapping.
    Remapped(Box<Records>),
    /// A refresh has begun.
    RefreshBegan,
    /// A list grows.
    Progress {
        /// Which list.
        kind: Kind,
        /// Records so far.
        seen: u64,
        /// The server's total.
        said: Option<u64>,
    },
    /// A refresh has ended; lists that failed are in `failed`.
    RefreshEnded {
        /// When.
        at: Timestamp,
        /// What each list brought, also of those that failed in the middle.
        proofs: Vec<Proof>,
        /// What went wrong.
        failed: Vec<(Kind, Failure)>,
    },
    /// Records read one by one, outside any change.
    Learnt(Vec<Fresh>),
    /// Names of a kind were looked up: the records of those found were reported as learnt, these were not found.
    LookUpEnded(Kind, Vec<MissedName>),
    /// The session reads no lists until it is asked for a refresh: these records are there, without users and teams.
    ListsUnread(Box<Records>),
    /// The session can't do without lists.
    ListsNeeded,
    /// For each name the only record that it means, as it was read alone; none where only the lists decide.
    Identified(Vec<Option<Record>>),
    /// True where the names are nobody's; false where they may be somebody's, and only the lists decide.
    Vacant(bool),
    /// Admins were read alone, as far as the disk knows any: they were reported as learnt before.
    AdminsRead,
    /// Roles that the answers to changes have shown, now or in an earlier session.
    RolesLearnt(Vec<(Id, LearntRoles)>),
    /// Whose key is in use, as told now or in an earlier session; `None` where the server does not tell.
    Owner(Option<KeyOwner>),
    /// These could not be read one by one.
    ReadEachFailed(Vec<Target>, Failure),
    /// These of the journal to come belong to consoles that are open: they are shown, and theirs to see through.
    Elsewhere(FxHashSet<ChangeId>),
    /// The journal, or what is new in it, oldest first.
    Journal(Vec<Entry>),
    /// What is on the stage, oldest first.
    Staged(Vec<Staged>),
    /// A change moved on.
    Moved(Moved),
    /// A request waits before it goes out.
    Waiting(Wait),
    /// The server answers, or does not.
    Link(Link),
    /// The resource as the server gave it, pretty-printed; or why not.
    Raw(Target, Result<String, Failure>),
    /// What was asked could not be told.
    AskFailed(Topic, Failure),
    /// A secret that the server shows once, made by this change. It is nowhere but here.
    Secret(ChangeId, SecretString),
    /// Nothing is under way and nothing waits but the clock; so many jobs were taken.
    Idle(u64),
    /// The store can't be used, and why: changes can't be written down, so none is sent in this session.
    NoJournal(String),
    /// How the server contradicts what the profile says of it, where it is known to: nothing is sent in this session.
    Hosting(Option<String>),
    /// The key opens another organisation than before, in words: the profile is to be opened anew, with a store of that
    /// organisation's own. Nothing is sent in this session.
    OtherOrganisation(String),
    /// Something beside what was asked went wrong: the store was rebuilt, roles could not be read, …
    Notice(String),
}

impl Report {
    /// Its kind, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Report::Planner(..) => "planner",
            Report::Records { .. } => "records",
            Report::Renewed(..) => "renewed",
            Report::Remapped(..) => "remapped",
            Report::RefreshBegan => "refresh-began",
            Report::Progress { .. } => "progress",
            Report::RefreshEnded { .. } => "refresh-ended",
            Report::Learnt(..) => "learnt",
            Report::LookUpEnded(..) => "look-up-ended",
            Report::ListsUnread(..) => "lists-unread",
            Report::ListsNeeded => "lists-needed",
            Report::Identified(..) => "identified",
            Report::Vacant(..) => "vacant",
            Report::AdminsRead => "admins-read",
            Report::RolesLearnt(..) => "roles-learnt",
            Report::Owner(..) => "owner",
            Report::ReadEachFailed(..) => "read-each-failed",
            Report::Elsewhere(..) => "elsewhere",
            Report::Journal(..) => "journal",
            Report::Staged(..) => "staged",
            Report::Moved(..) => "moved",
            Report::Waiting(..) => "waiting",
            Report::Link(..) => "link",
            Report::Raw(..) => "raw",
            Report::AskFailed(..) => "ask-failed",
            Report::Secret(..) => "secret",
            Report::Idle(..) => "idle",
            Report::NoJournal(..) => "no-journal",
            Report::Hosting(..) => "hosting",
            Report::OtherOrganisation(..) => "other-organisation",
            Report::Notice(..) => "notice",
        }
    }
}
