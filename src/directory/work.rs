//! The messages between console and worker: jobs one way, reports the other.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use secrecy::SecretString;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Id, ListCoverage, Observation, RecordKind, ResourceRef,
    change::ChangeId,
    find::NameLevel,
    learnt::LearntRoles,
    owner::KeyOwner,
    plan::{ChangeState, JournalEntry, Planner, RequestExchange, SideEffect, WayBack},
    record::{Record, User},
    records::Records,
    role_source::RoleMapping,
    side_query::{SideQuery, SideQueryKind},
    stage::{StageId, StagedChange},
};
use crate::scim::{failure::Failure, filter::ScimFilter, wait::RequestWait};

/// The lists that a session reads at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionStart {
    /// The disk's records are shown, then all lists are read.
    #[default]
    Lists,
    /// No list is read, from the server or the disk, until a refresh is requested.
    WithoutLists,
    /// All lists are read; users are passed on page by page ([`WorkerReport::UserPage`]) after the others.
    PassedUsers,
}

/// The users that a refresh reads; teams and roles are read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshScope {
    /// The changed users, if the server is known to tell them; else all.
    Changed,
    /// All.
    All,
}

/// A page of a list of users, for whoever prints it.
pub struct PassedPage {
    /// In the server's order, each with the groups that the user's own resource names.
    pub users: Vec<(User, Vec<Id>)>,
    /// The planner by what the list has shown so far.
    pub planner: Arc<dyn Planner>,
    /// Held until the page is done with: few pages wait at a time.
    pub turn: Option<OwnedSemaphorePermit>,
}

/// A job that the console asks for.
#[derive(Debug)]
pub enum WorkerJob {
    /// Read the lists anew; a newer refresh replaces a waiting one.
    Refresh(RefreshScope),
    /// Read only the users that the server finds by this filter from now on, or all again.
    Narrow(Option<ScimFilter>),
    /// Read these records alone, because their list has left out attributes, such as roles or members.
    ReadEach(Vec<ResourceRef>),
    /// Read one record anew.
    Reread(ResourceRef),
    /// Look these names up on the server, because a list may lack them; [`WorkerReport::LookUpEnded`] always follows.
    LookUp(RecordKind, Vec<String>),
    /// Find the one record that each name means without reading a list; [`WorkerReport::Identified`] follows.
    Identify(RecordKind, Vec<String>),
    /// Check without a list whether nobody has these names; [`WorkerReport::Vacant`] follows.
    CheckVacant(RecordKind, Vec<(NameLevel, String)>),
    /// Read alone some people who are admins by the disk's records, of a team or of the organisation, besides these
    /// people; [`WorkerReport::AdminsRead`] follows.
    ReadAdmins(Option<Id>, Vec<Id>),
    /// Write these changes down and send them.
    Submit(Vec<JournalEntry>),
    /// Write all changes to the journal and send the first part; [`WorkerJob::Resume`] sends each further part once the
    /// part before has its outcomes.
    SubmitFirst(Vec<JournalEntry>, Vec<JournalEntry>),
    /// The phases of a plan that is about to be submitted: a change waits until all changes of earlier phases have an
    /// outcome.
    Parts(Vec<Vec<ChangeId>>),
    /// Send changes that the journal holds from an earlier session, planned anew ([`super::plan::again`]); those
    /// dropped meanwhile are only written down.
    Resume(Vec<JournalEntry>),
    /// Drop these changes, unless they were sent.
    Drop(Vec<ChangeId>),
    /// Add these changes to the stage; without changes, only report the stage.
    Stage(Vec<StagedChange>),
    /// Take these changes off the stage.
    Unstage(Vec<StageId>),
    /// Move these changes from the stage to the journal, as the planned steps, and send the steps: all or nothing.
    SubmitStaged(Vec<StageId>, Vec<JournalEntry>),
    /// Send nothing more until told otherwise; requests under way continue.
    Pause(bool),
    /// Send so many changes at a time, at most.
    Parallel(usize),
    /// Try the server again at once.
    Wake,
    /// The resource as the server gave it.
    Raw(ResourceRef),
    /// Ask a question that no list answers.
    Ask(SideQuery),
    /// Ask who owns the key in use.
    AskOwner,
    /// Ask for a sign of how the server is hosted; [`WorkerReport::Hosting`] follows whatever comes of it.
    AskHosting,
    /// Make roles follow from groups by this mapping from now on; so much of each list is known.
    Remap(Arc<RoleMapping>, [ListCoverage; 3]),
}

/// How the last contact with the server went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The server answers.
    Up,
    /// The server can't be reached.
    Down(Failure),
}

/// A list that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshProof {
    /// The list's kind of record.
    pub kind: RecordKind,
    /// How many records came.
    pub seen: u64,
    /// `1,296 of 1,296`, or the reason why completeness is not known.
    pub words: String,
    /// The coverage of the list.
    pub coverage: ListCoverage,
}

/// A name for which the server gave no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedName {
    /// The name as it was asked for.
    pub name: String,
    /// The reason why the server could not be asked; `None` where it has no such record.
    pub failure: Option<Failure>,
}

/// A step of a change's life.
#[derive(Debug)]
pub struct ChangeUpdate {
    /// The change's id.
    pub id: ChangeId,
    /// The change's new state.
    pub state: ChangeState,
    /// The reason for the state, or a remark.
    pub why: String,
    /// The failure behind the state.
    pub failure: Option<Failure>,
    /// All requests and answers of the change so far; none where they stay as they are.
    pub exchanges: Vec<RequestExchange>,
    /// The records that the server showed.
    pub fresh: Vec<Observation>,
    /// When the change got this state.
    pub at: Timestamp,
    /// The server's id of the created record.
    pub created: Option<Id>,
    /// The side effects of the change.
    pub effects: Vec<SideEffect>,
    /// True if the change took effect and should be undone at once.
    pub alarm: bool,
    /// The undo, if the readings for the change have altered it.
    pub way_back: Option<Box<WayBack>>,
}

impl ChangeUpdate {
    /// True if the change is over and no request was sent here: the age of its records' readings stays.
    pub fn is_unsent(&self) -> bool {
        let unsent = matches!(self.state, ChangeState::Refused | ChangeState::Already) && self.exchanges.is_empty();
        self.state == ChangeState::Dropped || unsent
    }
}

/// A report of the worker.
pub enum WorkerReport {
    /// The worker has learnt about the server: this planner plans changes from now on.
    Planner(Arc<dyn Planner>),
    /// Records are ready to be shown.
    Records {
        /// The indexed records.
        records: Box<Records>,
        /// When they were read from the server.
        seen: Option<Timestamp>,
        /// True if more will follow.
        partial: bool,
        /// True if the records come from the store on disk, not from the server.
        stored: bool,
    },
    /// Records that a refresh found and that are not shown yet, a part at a time.
    Renewed(Vec<Observation>),
    /// The records shown, with roles by another mapping.
    Remapped(Box<Records>),
    /// A refresh has begun.
    RefreshBegan,
    /// Users who are in no other report. The other lists came before, and nothing keeps the page.
    UserPage(PassedPage),
    /// A list grows.
    Progress {
        /// The list's kind of record.
        kind: RecordKind,
        /// Records so far.
        seen: u64,
        /// The server's total.
        said: Option<u64>,
    },
    /// A refresh has ended; lists that failed are in `failed`.
    RefreshEnded {
        /// When the refresh ended.
        at: Timestamp,
        /// The proof of each list, also of those that failed in the middle.
        proofs: Vec<RefreshProof>,
        /// The failures of lists.
        failed: Vec<(RecordKind, Failure)>,
    },
    /// Records read one by one, outside any change.
    Learnt(Vec<Observation>),
    /// The disk's answer to a side query that the server has refused; the refusal follows.
    Recalled(Vec<Observation>),
    /// Names of a kind were looked up: the records of those found were reported as learnt, these were not found.
    LookUpEnded(RecordKind, Vec<MissedName>),
    /// The session reads no lists until it is asked for a refresh: these records are there, without users and teams.
    ListsUnread(Box<Records>),
    /// The session can't do without lists.
    ListsNeeded,
    /// For each name the only record that it means, as it was read alone; none where only the lists decide.
    Identified(Vec<Option<Record>>),
    /// True where the names belong to nobody; false where they may belong to somebody, and only the lists decide.
    Vacant(bool),
    /// Admins were read alone, as far as the disk knows any: they were reported as learnt before.
    AdminsRead,
    /// Roles that the answers to changes have shown, now or in an earlier session.
    RolesLearnt(Vec<(Id, LearntRoles)>),
    /// The owner of the key in use, as told now or in an earlier session; `None` where the server does not tell.
    Owner(Option<KeyOwner>),
    /// These records could not be read one by one.
    ReadEachFailed(Vec<ResourceRef>, Failure),
    /// These changes of the journal to come belong to consoles that are open: they are shown, and those consoles see
    /// them through.
    Elsewhere(FxHashSet<ChangeId>),
    /// The changes of the journal, or its new ones, oldest first.
    Journal(Vec<JournalEntry>),
    /// The changes on the stage, oldest first.
    Staged(Vec<StagedChange>),
    /// A change moved on.
    Moved(ChangeUpdate),
    /// A request waits before it goes out.
    Waiting(RequestWait),
    /// The server answers, or does not.
    Link(LinkState),
    /// The resource as the server gave it, pretty-printed; or the failure.
    Raw(ResourceRef, Result<String, Failure>),
    /// A question could not be answered.
    AskFailed(SideQueryKind, Failure),
    /// A secret that the server shows once, made by this change. Nothing else holds it.
    Secret(ChangeId, SecretString),
    /// No job is under way, and the worker waits for a timer at most; with the number of jobs taken so far.
    Idle(u64),
    /// The store can't be used, with the reason: changes can't be written to the journal, so none is sent in this
    /// session.
    NoJournal(String),
    /// The contradiction between the server and the profile's settings: no change is sent in this session.
    Hosting(Option<String>),
    /// The key opens another organisation than before, in words: the profile is to be opened anew, with a store of that
    /// organisation's own. Nothing is sent in this session.
    OtherOrganisation(String),
    /// A failure outside the jobs: the store was rebuilt, roles could not be read, …
    Notice(String),
}

impl WorkerReport {
    /// The report's kind, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            WorkerReport::Planner(..) => "planner",
            WorkerReport::Records { .. } => "records",
            WorkerReport::Renewed(..) => "renewed",
            WorkerReport::Remapped(..) => "remapped",
            WorkerReport::RefreshBegan => "refresh-began",
            WorkerReport::UserPage(..) => "user-page",
            WorkerReport::Progress { .. } => "progress",
            WorkerReport::RefreshEnded { .. } => "refresh-ended",
            WorkerReport::Learnt(..) => "learnt",
            WorkerReport::Recalled(..) => "recalled",
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
