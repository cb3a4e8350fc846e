//! The worker: takes jobs from the console and reports back over channels; the only module that waits for the server.
//!
//! Reads: few at a time, a newer refresh replaces a waiting one, what is on screen goes first. Writes: first in, first
//! out per record, several records at a time. Late reports of another profile are dropped by the runtime, which gives
//! every profile a worker of its own.
//!
//! ```text
//! planned ─claim→ sent ─┬→ confirmed            the server shows it
//!    ↑                  ├→ refused | conflict   the server said no
//!    └─ nothing arrived ┴→ unknown ─look→ confirmed | refused   the answer was lost; never sent again
//! ```

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use rustc_hash::{FxHashMap, FxHashSet};
use tokio::{
    sync::{
        Notify, Semaphore,
        mpsc::{UnboundedReceiver, UnboundedSender},
    },
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    client::{AuthScheme, Client},
    dialect::Dialect,
    directory::{
        Observation, ResourceRef,
        change::ChangeId,
        plan::JournalEntry,
        work::{SessionStart, WorkerJob, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        filter::ScimFilter,
        quirks::ServerQuirks,
    },
    store::{StageMark, Store, StoreWatch},
};

mod apply;
mod by_name;
mod context;
mod disk;
mod forms;
mod jobs;
mod journal_writer;
mod learnt;
mod listed;
mod look_up;
mod organisation;
mod others;
mod outcomes;
mod parts;
mod queue;
mod refresh;
mod shown_records;
mod side_queries;
mod stage;
mod start;
mod throttle;
mod unlearn;
mod versions;
mod watch;

use context::WorkerContext;
use forms::RequestForms;
use journal_writer::JournalWriter;
use others::OtherSessions;
use parts::Parts;
use queue::ChangeQueue;
use shown_records::ShownRecords;
use throttle::Throttle;
use unlearn::DialectLessons;
use versions::KnownVersions;

/// At most so many single reads at a time.
const READS: usize = 4;
/// The number of newest changes that Activity shows; the rest of their plans comes with them.
const JOURNAL: usize = 1_000;
/// The wait for answers under way when the console quits. Later answers are lost, and the journal has the changes.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// The parts that a worker needs.
pub struct WorkerSetup {
    /// Sends requests.
    pub client: Client,
    /// The dialect by the profile's settings alone.
    pub plain: Arc<dyn Dialect>,
    /// The dialect with the findings about the server that the store keeps.
    pub dialect: Arc<dyn Dialect>,
    /// Snapshot and journal.
    pub store: Store,
    /// The limit of writes at a time, and of pages of a list.
    pub parallel: usize,
    /// A longer list of users is not read whole.
    pub max_users: u64,
    /// Reads the key anew, when the server has refused the one in use; may block for seconds.
    pub key: KeyReader,
    /// True if changes that other processes make with the profile are shown as they happen.
    pub watch: bool,
    /// The lists that are read at the start.
    pub start: SessionStart,
}

/// Reads the key of a profile from where it is kept.
pub type KeyReader = Arc<dyn Fn() -> Result<AuthScheme, NoKey> + Send + Sync>;

/// A key that could not be read again, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The key could not be read again: {0}.")]
pub struct NoKey(pub String);

/// The result of a task.
enum Done {
    Applied(Box<JournalEntry>, apply::AttemptEnd),
    /// Like `Applied`; the stored quirks about the form of the request proved wrong.
    Unlearnt(Box<JournalEntry>, apply::AttemptEnd),
    Read(Vec<Observation>, Vec<(ResourceRef, Failure)>),
    Refreshed(refresh::RefreshEnd),
    LookedUp(look_up::LookUpAnswers),
    /// The server's own description, where it was asked for without lists.
    Opened(Result<Option<ServerQuirks>, Failure>),
    /// The server could not be asked for names.
    Away(Failure),
    /// The server was asked how it is hosted; true where it could be asked.
    HostingAsked(bool),
    /// The key was read again.
    Keyed(Result<Client, Failure>),
    Nothing,
}

/// Whether the server is hosted as the profile says, which decides what a change does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HostingCheck {
    /// The server was not asked, or did not answer.
    Open,
    UnderWay,
    /// The server has answered, or does not tell.
    Done,
}

struct Worker {
    context: WorkerContext,
    jobs: UnboundedReceiver<WorkerJob>,
    tasks: JoinSet<Done>,
    queue: ChangeQueue,
    hosting: HostingCheck,
    versions: KnownVersions,
    single_reads: VecDeque<ResourceRef>,
    reading: usize,
    refreshing: bool,
    refresh_again: bool,
    /// True if the next refresh reads all users, also where the server tells those that changed.
    reads_all: bool,
    /// The server's filter, where only the users that it finds are read.
    narrow: Option<Arc<ScimFilter>>,
    /// True if the server was asked for its capabilities.
    discovered: bool,
    /// True if records were shown from the server in this session, or from disk.
    shown: bool,
    /// True if the session began without lists, and none was asked for yet.
    unread: bool,
    unsettled: Vec<JournalEntry>,
    /// How often the outcome of a change was looked for in vain.
    looks: FxHashMap<ChangeId, u32>,
    /// When the worker looks again for outcomes that it could not read, on a server that answers.
    look_at: Option<Instant>,
    /// Changes whose outcome can't be read: the worker looks again only when a person asks, or the connection is back.
    given_up: FxHashSet<ChangeId>,
    /// Changes that wait for one of `given_up`, and whose entries say so.
    blocked: FxHashSet<ChangeId>,
    others: OtherSessions,
    /// Notified when another process may have written to the store.
    bell: Arc<Notify>,
    watch: Option<StoreWatch>,
    /// True if the last look did not take all news.
    more_news: bool,
    lessons: DialectLessons,
    /// The stage as it was told last.
    stage: StageMark,
    throttle: Throttle,
    forms: RequestForms,
    parts: Parts,
    /// Plans of which no further change is sent, because one of their changes lost a value.
    harmed: Vec<ChangeId>,
    /// True if the person wants nothing more to be sent for now.
    paused: bool,
    key: KeyReader,
    /// True while the key is being read: nothing is asked of the server meanwhile.
    keying: bool,
    down: Option<Failure>,
    tries: u32,
    again_at: Option<Instant>,
    /// Records read alone while a refresh was under way: newer than those that it puts on disk.
    during: Vec<Observation>,
    /// The number of jobs taken.
    taken: u64,
    /// The number of jobs taken when idleness was last reported.
    idle: Option<u64>,
}

/// Runs until the token is cancelled or the console is gone; then waits a little for requests under way.
pub async fn run(
    setup: WorkerSetup,
    jobs: UnboundedReceiver<WorkerJob>,
    reports: UnboundedSender<WorkerReport>,
    stop: CancellationToken,
) {
    let session = setup.store.begin_session().unwrap_or_else(|error| {
        // Without a session the journal still works; two open consoles then can't tell their changes apart.
        let _ = reports.send(WorkerReport::Notice(format!("The local store: {error}")));
        None
    });
    let store = Arc::new(Mutex::new(setup.store));
    let context = WorkerContext {
        client: setup.client,
        dialect: setup.dialect,
        journal: JournalWriter::start(Arc::clone(&store), reports.clone()),
        store,
        session: session.map(Arc::new),
        put_off: Arc::default(),
        max_users: setup.max_users,
        parallel: setup.parallel,
        reports,
        reading: Arc::new(Semaphore::new(1)),
        members_told: Arc::default(),
        members_empty: Arc::default(),
        withheld: Arc::default(),
        examined: Arc::default(),
        roles_refused: Arc::default(),
        late: Arc::default(),
        untrue: Arc::default(),
        memberships_kept: Arc::default(),
        memberships_compared: Arc::default(),
        known: ShownRecords::default(),
        learnt: learnt::LearntRoleCache::default(),
        contradicted: Arc::default(),
        watches: setup.watch,
        cancel: CancellationToken::new(),
    };
    let asks = context.dialect.names_hosting();
    let hosting = if asks { HostingCheck::Open } else { HostingCheck::Done };
    let mut worker = Worker {
        context,
        jobs,
        tasks: JoinSet::new(),
        queue: ChangeQueue::default(),
        hosting,
        versions: KnownVersions::default(),
        single_reads: VecDeque::new(),
        reading: 0,
        refreshing: false,
        refresh_again: false,
        reads_all: false,
        narrow: None,
        discovered: false,
        shown: false,
        unread: false,
        unsettled: Vec::new(),
        looks: FxHashMap::default(),
        look_at: None,
        given_up: FxHashSet::default(),
        blocked: FxHashSet::default(),
        others: OtherSessions::default(),
        bell: Arc::default(),
        watch: None,
        more_news: false,
        lessons: DialectLessons::new(setup.plain),
        stage: StageMark::default(),
        throttle: Throttle::new(setup.parallel),
        forms: RequestForms::default(),
        parts: Parts::default(),
        harmed: Vec::new(),
        paused: false,
        key: setup.key,
        keying: false,
        down: None,
        tries: 0,
        again_at: None,
        during: Vec::new(),
        taken: 0,
        idle: None,
    };
    if setup.watch {
        worker.watch().await;
    }
    match setup.start {
        SessionStart::Lists => worker.start().await,
        SessionStart::WithoutLists => worker.start_without_lists().await,
        SessionStart::PassedUsers => worker.start_passing_users().await,
    }
    worker.serve(&stop).await;
    worker.finish().await;
}

impl Worker {
    async fn serve(&mut self, stop: &CancellationToken) {
        loop {
            let (again, look) = (self.again_at, self.look_at);
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(done) = self.tasks.join_next(), if !self.tasks.is_empty() => self.done(done),
                job = self.jobs.recv() => match job {
                    Some(job) => {
                        self.taken += 1;
                        self.job(job).await;
                    }
                    None => return,
                },
                () = self.bell.notified() => self.hear().await,
                () = tokio::time::sleep_until(again.unwrap_or_else(Instant::now)), if again.is_some() => self.try_again(),
                () = tokio::time::sleep_until(look.unwrap_or_else(Instant::now)), if look.is_some() => self.settle_open(),
            }
            self.stop_harmed().await;
            if self.lessons.take_doubt() {
                self.learn_anew().await;
            }
            self.pump();
            self.tell_blocked();
            self.tell_idle();
        }
    }

    /// Says once that nothing is under way.
    fn tell_idle(&mut self) {
        let due = self.again_at.is_some_and(|at| at <= Instant::now());
        if due || !self.tasks.is_empty() {
            self.idle = None;
        } else if self.idle != Some(self.taken) {
            self.idle = Some(self.taken);
            self.context.report(WorkerReport::Idle(self.taken));
        }
    }

    /// Starts the reads and writes that may be started.
    fn pump(&mut self) {
        if self.is_held() {
            return;
        }
        if self.context.put_off.swap(0, Ordering::Relaxed) > 0 {
            self.throttle.put_off(self.queue.running());
        }
        self.parts.follow(&self.queue);
        while !self.paused
            && self.queue.running() < self.throttle.allowed()
            && let Some(entry) = self.queue.next(|entry| self.forms.may_go(entry) && self.parts.may_go(entry.id))
        {
            if !self.is_hosting_right() {
                self.queue.put_back(entry);
                break;
            }
            let context = self.context.clone();
            let (versions, trial) = (self.versions.of(&entry), self.forms.begin(&entry));
            self.tasks.spawn(async move {
                let (entry, ended) = apply::run(context.clone(), entry, versions, trial).await;
                let unlearnt = unlearn::unlearn(&context, &entry).await;
                let done = if unlearnt { Done::Unlearnt } else { Done::Applied };
                done(Box::new(entry), ended)
            });
        }
        while self.reading < READS
            && let Some(target) = self.single_reads.pop_front()
        {
            self.read(target);
        }
    }

    /// True once the server is known to be hosted as the profile says. Asks the server before the first change. If the
    /// answer contradicts the profile, changes wait until the profile is corrected.
    fn is_hosting_right(&mut self) -> bool {
        if self.hosting == HostingCheck::Open {
            self.ask_hosting();
        }
        self.hosting == HostingCheck::Done && self.context.contradiction().is_none()
    }

    /// True while no request would be answered: the server is unreachable, or refuses the key.
    fn is_held(&self) -> bool {
        self.down.as_ref().is_some_and(|why| {
            let hopeless = matches!(why.class, FailureClass::Unauthorized | FailureClass::Tls | FailureClass::Proxy);
            hopeless || self.again_at.is_some()
        })
    }

    fn settle_open(&mut self) {
        self.look_at = None;
        for entry in std::mem::take(&mut self.unsettled) {
            let (context, looks) = (self.context.clone(), self.looks.get(&entry.id).copied().unwrap_or_default());
            self.tasks.spawn(async move {
                let (entry, ended) = apply::settle(context, entry, looks).await;
                Done::Applied(Box::new(entry), ended)
            });
        }
    }

    /// Waits for answers under way; changes that are still open then are in the journal and settled next time.
    async fn finish(mut self) {
        self.single_reads.clear();
        let last = Instant::now() + LAST_WAIT;
        while self.queue.running() > 0
            && let Ok(Some(done)) = tokio::time::timeout_at(last, self.tasks.join_next()).await
        {
            if let Ok(Done::Applied(entry, _) | Done::Unlearnt(entry, _)) = done {
                self.queue.finish(entry.id);
            }
        }
        self.context.cancel.cancel();
    }
}
