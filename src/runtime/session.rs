//! A session: a profile's running worker, and the demo directory that it talks to, if any.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    client::{Client, Endpoint},
    config::is_open_to_others,
    demo,
    dialect::Dialect,
    directory::{
        plan::Planner,
        work::{LinkState, SessionStart, WorkerJob, WorkerReport},
    },
    scim::failure::Failure,
    store::{Store, StoreError},
    worker,
};

/// How long a session may take to let answers under way arrive.
const LAST_WAIT: Duration = Duration::from_secs(6);

/// The parts that a worker is made from, off the event loop.
pub(super) struct WorkerRecipe {
    pub endpoint: Endpoint,
    pub dialect: Arc<dyn Dialect>,
    pub store: SessionStorage,
    pub parallel: usize,
    pub max_users: u64,
    pub key: worker::KeyReader,
    pub watch: bool,
    pub start: SessionStart,
}

/// The place where a session keeps snapshot and journal.
#[derive(Debug, Clone)]
pub(super) enum SessionStorage {
    /// Both are in this file.
    File(PathBuf),
    /// Both are in memory, with the habits learnt of the server in this file: the person wants no journal.
    NoJournal(PathBuf),
    /// Both are in memory: a demo directory is gone with the session.
    Memory,
}

/// A profile's worker, and the demo directory that it talks to, if any.
pub struct ProfileSession {
    jobs: UnboundedSender<WorkerJob>,
    stop: CancellationToken,
    waiting: Option<(WorkerRecipe, UnboundedReceiver<WorkerJob>)>,
    worker: Option<JoinHandle<()>>,
    /// Hands the worker's reports on; ends after the last of them.
    forwarder: Option<JoinHandle<()>>,
    demo: Option<demo::RunningDemo>,
}

impl ProfileSession {
    /// A session whose worker is not started yet: jobs wait.
    pub(super) fn new(recipe: WorkerRecipe, demo: Option<demo::RunningDemo>) -> Self {
        let (jobs, taken) = unbounded_channel();
        Self {
            jobs,
            stop: CancellationToken::new(),
            waiting: Some((recipe, taken)),
            worker: None,
            forwarder: None,
            demo,
        }
    }

    /// Shows changes that other processes make with the profile as they happen; to be called before the start.
    pub fn watch(&mut self) {
        if let Some((recipe, _)) = &mut self.waiting {
            recipe.watch = true;
        }
    }

    /// Sets the lists that are read at the start; to be called before it.
    pub fn start_with(&mut self, lists: SessionStart) {
        if let Some((recipe, _)) = &mut self.waiting {
            recipe.start = lists;
        }
    }

    /// Starts the worker; its reports carry the epoch.
    pub fn start(&mut self, epoch: u64, reports: UnboundedSender<(u64, WorkerReport)>) {
        let Some((recipe, jobs)) = self.waiting.take() else { return };
        let (own, mut out) = unbounded_channel();
        self.forwarder = Some(tokio::spawn(async move {
            while let Some(report) = out.recv().await {
                if reports.send((epoch, report)).is_err() {
                    return;
                }
            }
        }));
        let stop = self.stop.clone();
        self.worker = Some(tokio::spawn(async move {
            match prepare(recipe, own.clone()).await {
                Ok(setup) => worker::run(setup, jobs, own, stop).await,
                Err(failure) => {
                    let _ = own.send(WorkerReport::Link(LinkState::Down(failure)));
                    stop.cancelled().await;
                }
            }
        }));
    }

    /// A job for the worker.
    pub fn give(&self, job: WorkerJob) {
        // A worker that could not be made has said so.
        let _ = self.jobs.send(job);
    }

    /// The demo directory of this session.
    pub fn demo(&self) -> Option<&demo::RunningDemo> {
        self.demo.as_ref()
    }

    /// Lets answers under way arrive, then ends. Every report about them is handed on by then.
    pub async fn end(self) {
        self.stop.cancel();
        let tasks = self.worker.into_iter().chain(self.forwarder);
        let all = async {
            for task in tasks {
                let _ = task.await;
            }
        };
        let _ = tokio::time::timeout(LAST_WAIT, all).await;
        if let Some(demo) = self.demo {
            demo.stop().await;
        }
    }
}

/// Reads certificates and opens the store: slow enough to stay off the event loop.
async fn prepare(recipe: WorkerRecipe, reports: UnboundedSender<WorkerReport>) -> Result<worker::WorkerSetup, Failure> {
    let made = tokio::task::spawn_blocking(move || {
        let WorkerRecipe { endpoint, dialect: plain, store, parallel, max_users, key, watch, start } = recipe;
        let client = Client::new(endpoint)?;
        let store = open_store(&store, &mut |words| drop(reports.send(WorkerReport::Notice(words))));
        Ok(store.map(|store| {
            store.refusing().into_iter().for_each(|why| drop(reports.send(WorkerReport::NoJournal(why.into()))));
            let dialect = probed(&store, Arc::clone(&plain), &reports);
            worker::WorkerSetup { client, plain, dialect, store, parallel, max_users, key, watch, start }
        }))
    })
    .await;
    let broken = || {
        let class = crate::scim::failure::FailureClass::Local;
        Failure::local(class, "The session could not be prepared.", "Please report this.")
    };
    made.map_err(|_| broken())?.and_then(|setup| setup.ok_or_else(broken))
}

/// Applies the profile's settings first, then the habits found by probing; the server's own description comes last,
/// while the lists are read.
fn probed(store: &Store, dialect: Arc<dyn Dialect>, reports: &UnboundedSender<WorkerReport>) -> Arc<dyn Dialect> {
    let better = store.habits().ok().flatten().and_then(|habits| dialect.with_habits(&habits));
    let Some(better) = better else { return dialect };
    // The console began with the profile's settings.
    let _ = reports.send(WorkerReport::Planner(Arc::clone(&better) as Arc<dyn Planner>));
    better
}

/// The session's store; none where not even memory has room for one. A file that can't be used is replaced by a store
/// that refuses to write changes down.
pub(super) fn open_store(keeping: &SessionStorage, say: &mut dyn FnMut(String)) -> Option<Store> {
    match keeping {
        SessionStorage::Memory => Store::in_memory().ok(),
        SessionStorage::File(file) => match open_file(file, say) {
            Ok(store) => Some(store),
            Err(error) => Store::stand_in(error.to_string()).ok(),
        },
        SessionStorage::NoJournal(file) => {
            let mut memory = Store::in_memory().ok()?;
            let learnt = open_file(file, say).and_then(|file| memory.adopt(&file));
            learnt
                .err()
                .into_iter()
                .for_each(|error| say(format!("What was learnt of the server can't be read: {error}.")));
            Some(memory)
        }
    }
}

/// Opens a profile's file. A directory that others can write to is refused: who can replace the file can put another
/// journal in its place.
pub(super) fn open_file(file: &Path, say: &mut dyn FnMut(String)) -> Result<Store, StoreError> {
    if let Some(directory) = file.parent().filter(|directory| is_open_to_others(directory)) {
        return Err(StoreError::Loose { path: directory.to_owned() });
    }
    let (store, notice) = Store::open_telling(file, say)?;
    notice.into_iter().for_each(say);
    Ok(store)
}
