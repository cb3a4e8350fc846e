//! The words that console and worker speak: jobs one way, reports the other.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use secrecy::SecretString;

use super::{
    Id, ListCoverage, Observation, RecordKind, ResourceRef,
    change::ChangeId,
    find::NameLevel,
    learnt::LearntRoles,
    owner::KeyOwner,
    plan::{ChangeState, JournalEntry, Planner, RequestExchange, SideEffect, WayBack},
    record::Record,
    records::Records,
    role_source::RoleMapping,
    side_query::{SideQuery, SideQueryKind},
    stage::{StageId, StagedChange},
};
use crate::scim::{failure::Failure, filter::ScimFilter, wait::RequestWait};

/// What the console asks for.
#[derive(Debug)]
pub enum WorkerJob {
    /// Read everything anew; a newer one replaces a waiting one.
    Refresh,
    /// Read only the users that the server finds by this filter from now on, or all again.
    Narrow(Option<ScimFilter>),
    /// Read these records one by one: their list has left out what is asked for, such as roles or members.
    ReadEach(Vec<ResourceRef>),
    /// Read one record anew.
    Reread(ResourceRef),
    /// Look these names up on the server, since a list may lack them; [`WorkerReport::LookUpEnded`] follows whatever comes of it.
    LookUp(RecordKind, Vec<String>),
    /// Find the one record that each name means without reading a list; [`WorkerReport::Identified`] follows.
    Identify(RecordKind, Vec<String>),
    /// Say whether these names are nobody's without reading a list; [`WorkerReport::Vacant`] follows.
    CheckVacant(RecordKind, Vec<(NameLevel, String)>),
    /// Read some people alone who are admins by what the disk knows, of a team or of the organisation, beside these people;
    /// [`WorkerReport::AdminsRead`] follows.
    ReadAdmins(Option<Id>, Vec<Id>),
    /// Write these down and send them.
    Submit(Vec<JournalEntry>),
    /// Write all of these down and send the first ones; the others follow by [`WorkerJob::Resume`], each part when the one before
    /// has its outcome.
    SubmitFirst(Vec<JournalEntry>, Vec<JournalEntry>),
    /// Of a plan that is about to be submitted, the parts that go one after another: none of a part before each change of the
    /// parts before it has an outcome.
    Parts(Vec<Vec<ChangeId>>),
    /// Send what the journal holds from an earlier session, planned anew ([`super::plan::again`]); what was dropped with
    /// that is only written down.
    Resume(Vec<JournalEntry>),
    /// Take these back, where they were not sent yet.
    Drop(Vec<ChangeId>),
    /// Put these on the stage; with none, only say what is there.
    Stage(Vec<StagedChange>),
    /// Take these off the stage.
    Unstage(Vec<StageId>),
    /// Take these off the stage, write down what was planned of them, and send that: all or nothing.
    SubmitStaged(Vec<StageId>, Vec<JournalEntry>),
    /// Send nothing more until told otherwise; what is on its way arrives.
    Pause(bool),
    /// Send so many changes at a time, at most.
    Parallel(usize),
    /// Don't wait any longer before trying the server again.
    Wake,
    /// The resource as the server gave it.
    Raw(ResourceRef),
    /// Ask what no list tells.
    Ask(SideQuery),
    /// Ask whose key is in use.
    AskOwner,
    /// Ask for a sign of how the server is hosted; [`WorkerReport::Hosting`] follows whatever comes of it.
    AskHosting,
    /// Roles follow from groups by this from now on; so much of each list is known.
    Remap(Arc<RoleMapping>, [ListCoverage; 3]),
}

/// How the last contact with the server went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// It answers.
    Up,
    /// It can't be reached.
    Down(Failure),
}

/// A list that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshProof {
    /// Which list.
    pub kind: RecordKind,
    /// How many records came.
    pub seen: u64,
    /// `1,296 of 1,296`, or why it can't be known whether that is all.
    pub words: String,
    /// How much of the list that is.
    pub coverage: ListCoverage,
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
pub struct ChangeUpdate {
    /// Which.
    pub id: ChangeId,
    /// Where to.
    pub state: ChangeState,
    /// Why, or what is special.
    pub why: String,
    /// The failure behind it.
    pub failure: Option<Failure>,
    /// All its requests and answers so far; none where they stay as they are.
    pub exchanges: Vec<RequestExchange>,
    /// What the server showed.
    pub fresh: Vec<Observation>,
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

impl ChangeUpdate {
    /// True where it is over and nothing of it went out here: what is known of its records stays as recent as it was.
    pub fn is_unsent(&self) -> bool {
        let unsent = matches!(self.state, ChangeState::Refused | ChangeState::Already) && self.exchanges.is_empty();
        self.state == ChangeState::Dropped || unsent
    }
}

/// What the worker reports.
pub enum WorkerReport {
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
    Renewed(Vec<Observation>),
    /// The records shown, with roles by another mapping.
    Remapped(Box<Records>),
    /// A refresh has begun.
    RefreshBegan,
    /// A list grows.
    Progress {
        /// Which list.
        kind: RecordKind,
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
        proofs: Vec<RefreshProof>,
        /// What went wrong.
        failed: Vec<(RecordKind, Failure)>,
    },
    /// Records read one by one, outside any change.
    Learnt(Vec<Observation>),
    /// Names of a kind were looked up: the records of those found were reported as learnt, these were not found.
    LookUpEnded(RecordKind, Vec<MissedName>),
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
    ReadEachFailed(Vec<ResourceRef>, Failure),
    /// These of the journal to come belong to consoles that are open: they are shown, and theirs to see through.
    Elsewhere(FxHashSet<ChangeId>),
    /// The journal, or what is new in it, oldest first.
    Journal(Vec<JournalEntry>),
    /// What is on the stage, oldest first.
    Staged(Vec<StagedChange>),
    /// A change moved on.
    Moved(ChangeUpdate),
    /// A request waits before it goes out.
    Waiting(RequestWait),
    /// The server answers, or does not.
    Link(LinkState),
    /// The resource as the server gave it, pretty-printed; or why not.
    Raw(ResourceRef, Result<String, Failure>),
    /// What was asked could not be told.
    AskFailed(SideQueryKind, Failure),
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

impl WorkerReport {
    /// Its kind, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            WorkerReport::Planner(..) => "planner",
            WorkerReport::Records { .. } => "records",
            WorkerReport::Renewed(..) => "renewed",
            WorkerReport::Remapped(..) => "remapped",
            WorkerReport::RefreshBegan => "refresh-began",
            WorkerReport::Progress { .. } => "progress",
            WorkerReport::RefreshEnded { .. } => "refresh-ended",
            WorkerReport::Learnt(..) => "learnt",
            WorkerReport::LookUpEnded(..) => "look-up-ended",
            WorkerReport::ListsUnread(..) => "lists-unread",
            WorkerReport::ListsNeeded => "lists-needed",
            WorkerReport::Identified(..) => "identified",
            WorkerReport::Vacant(..) => "vacant",
            WorkerReport::AdminsRead => "admins-read",
            WorkerReport::RolesLearnt(..) => "roles-learnt",
            WorkerReport::Owner(..) => "owner",
            WorkerReport::ReadEachFailed(..) => "read-each-failed",
            WorkerReport::Elsewhere(..) => "elsewhere",
            WorkerReport::Journal(..) => "journal",
            WorkerReport::Staged(..) => "staged",
            WorkerReport::Moved(..) => "moved",
            WorkerReport::Waiting(..) => "waiting",
            WorkerReport::Link(..) => "link",
            WorkerReport::Raw(..) => "raw",
            WorkerReport::AskFailed(..) => "ask-failed",
            WorkerReport::Secret(..) => "secret",
            WorkerReport::Idle(..) => "idle",
            WorkerReport::NoJournal(..) => "no-journal",
            WorkerReport::Hosting(..) => "hosting",
            WorkerReport::OtherOrganisation(..) => "other-organisation",
            WorkerReport::Notice(..) => "notice",
        }
    }
}
