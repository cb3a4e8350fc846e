//! The worker: takes jobs from the console and reports back over channels; the only room that waits for the server.
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
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    client::Client,
    dialect::Dialect,
    directory::{
        Fresh, Id, Target,
        change::ChangeId,
        plan::{Entry, State},
        records::Records,
        work::{Job, Link, Report},
    },
    scim::failure::{Class, Failure},
    store::Store,
};

mod apply;
mod context;
mod queue;
mod refresh;

use apply::Versions;
use context::Context;
use queue::Queue;

/// Single reads at a time.
const READS: usize = 4;
/// Users that the first screen shows before the rest is decoded.
const FIRST_ROWS: usize = 200;
/// Changes of the journal that Activity shows.
const JOURNAL: usize = 1_000;
/// How long answers under way are waited for when the console quits; the journal knows the rest.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// What a worker needs.
pub struct Setup {
    /// Sends requests.
    pub client: Client,
    /// Speaks the provider's language.
    pub dialect: Arc<dyn Dialect>,
    /// Snapshot and journal.
    pub store: Store,
    /// Writes at a time.
    pub parallel: usize,
}

/// Something that a task brought home.
enum Done {
    Applied(Box<Entry>, apply::Ended),
    Read(Vec<Fresh>, Vec<(Id, Failure)>),
    Refreshed(refresh::Ended),
    Nothing,
}

struct Worker {
    context: Context,
    jobs: UnboundedReceiver<Job>,
    tasks: JoinSet<Done>,
    queue: Queue,
    versions: Versions,
    hydrate: VecDeque<Id>,
    reading: usize,
    refreshing: bool,
    refresh_again: bool,
    /// Something was shown from the server in this session, or from disk.
    shown: bool,
    unsettled: Vec<Entry>,
    parallel: usize,
    down: Option<Failure>,
    tries: u32,
    again_at: Option<Instant>,
    /// Read one by one while a refresh was under way: newer than what it puts on disk.
    during: Vec<Fresh>,
    /// Jobs taken.
    taken: u64,
    /// What was last reported of it.
    idle: Option<u64>,
}

/// Runs until the token is cancelled or the console is gone; then waits a little for what is under way.
pub async fn run(
    setup: Setup,
    jobs: UnboundedReceiver<Job>,
    reports: UnboundedSender<Report>,
    stop: CancellationToken,
) {
    let context = Context {
        client: setup.client,
        dialect: setup.dialect,
        store: Arc::new(Mutex::new(setup.store)),
        reports,
        cancel: CancellationToken::new(),
    };
    let mut worker = Worker {
        context,
        jobs,
        tasks: JoinSet::new(),
        queue: Queue::default(),
        versions: Versions::new(),
        hydrate: VecDeque::new(),
        reading: 0,
        refreshing: false,
        refresh_again: false,
        shown: false,
        unsettled: Vec::new(),
        parallel: setup.parallel.max(1),
        down: None,
        tries: 0,
        again_at: None,
        during: Vec::new(),
        taken: 0,
        idle: None,
    };
    worker.start().await;
    worker.serve(&stop).await;
    worker.finish().await;
}

impl Worker {
    /// Shows what the disk knows, takes up what was left open, and reads everything anew.
    async fn start(&mut self) {
        if let Some(first) = self.context.stored(|store| store.load_first(FIRST_ROWS)).await
            && !first.users.is_empty()
        {
            self.shown = true;
            let more = first.users.len() >= FIRST_ROWS;
            self.show_stored(first, more);
        }
        if let Some(journal) = self.context.stored(|store| store.journal_recent(JOURNAL)).await {
            if let Some(notice) = journal.notice() {
                self.context.report(Report::Notice(notice));
            }
            let entries = journal.entries;
            self.unsettled =
                entries.iter().filter(|e| matches!(e.state, State::Sent | State::Unknown)).cloned().collect();
            self.context.report(Report::Journal(entries));
        }
        if self.shown
            && let Some(all) = self.context.stored(|store| store.load()).await
        {
            self.show_stored(all, false);
        }
        self.settle_open();
        self.refresh();
    }

    fn show_stored(&self, snapshot: crate::store::Snapshot, partial: bool) {
        let seen = snapshot.seen;
        let records = Box::new(Records::build(snapshot.users, snapshot.teams, snapshot.roles));
        self.context.report(Report::Records { records, seen, partial, stored: true });
    }

    async fn serve(&mut self, stop: &CancellationToken) {
        loop {
            let again = self.again_at;
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
                () = tokio::time::sleep_until(again.unwrap_or_else(Instant::now)), if again.is_some() => self.try_again(),
            }
            self.pump();
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
            self.context.report(Report::Idle(self.taken));
        }
    }

    async fn job(&mut self, job: Job) {
        match job {
            Job::Refresh => self.refresh(),
            Job::Hydrate(ids) => {
                // What is on screen now goes before what was.
                for id in ids.into_iter().rev() {
                    self.hydrate.retain(|other| *other != id);
                    self.hydrate.push_front(id);
                }
            }
            Job::Reread(target) => self.read(target),
            Job::Submit(entries) => self.submit(entries).await,
            Job::Resume(ids) => self.resume(ids).await,
            Job::Drop(ids) => self.drop_waiting(ids).await,
            Job::Wake => {
                self.tries = 0;
                if self.down.is_some() {
                    self.again_at = Some(Instant::now());
                }
            }
            Job::Raw(target) => self.raw(target),
        }
    }

    /// Written down before anything is sent; what can't be written down is not sent.
    async fn submit(&mut self, entries: Vec<Entry>) {
        let kept = entries.clone();
        if self.context.stored(move |store| store.journal_add(&kept)).await.is_some() {
            entries.into_iter().for_each(|entry| self.queue.push(entry));
            return;
        }
        for mut entry in entries {
            entry.state = State::Dropped;
            entry.why = "It could not be written to the journal, so it was not sent.".into();
            self.report_moved(&entry);
        }
    }

    async fn open_entries(&self) -> Vec<Entry> {
        self.context.stored(|store| store.journal_open()).await.map(|journal| journal.entries).unwrap_or_default()
    }

    async fn resume(&mut self, ids: Vec<ChangeId>) {
        let open = self.open_entries().await;
        for entry in open {
            if ids.contains(&entry.id) && entry.state == State::Planned {
                self.queue.push(entry);
            }
        }
    }

    async fn drop_waiting(&mut self, ids: Vec<ChangeId>) {
        let open = self.open_entries().await;
        for id in ids {
            let left = || open.iter().find(|entry| entry.id == id && entry.state == State::Planned).cloned();
            let Some(mut entry) = self.queue.take(id).or_else(left) else { continue };
            entry.state = State::Dropped;
            entry.why = "Dropped before it was sent.".into();
            let kept = entry.clone();
            self.context.stored(move |store| store.journal_update(&kept)).await;
            self.report_moved(&entry);
        }
    }

    fn report_moved(&self, entry: &Entry) {
        self.context.report(Report::Moved {
            id: entry.id,
            state: entry.state,
            why: entry.why.clone(),
            failure: None,
            exchanges: Vec::new(),
            fresh: Vec::new(),
            at: context::now(),
            created: None,
        });
    }

    fn refresh(&mut self) {
        if self.refreshing {
            self.refresh_again = true;
            return;
        }
        self.refreshing = true;
        self.during.clear();
        let (context, first) = (self.context.clone(), !self.shown);
        self.tasks.spawn(async move { Done::Refreshed(refresh::run(context, first).await) });
    }

    fn read(&mut self, target: Target) {
        let context = self.context.clone();
        self.reading += 1;
        self.tasks.spawn(async move {
            match context.read(&target).await {
                Ok(fresh) => {
                    context.keep(std::slice::from_ref(&fresh)).await;
                    Done::Read(vec![fresh], vec![])
                }
                Err(failure) => Done::Read(vec![], vec![(target.id, failure)]),
            }
        });
    }

    fn raw(&mut self, target: Target) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            let live = context.send(&context.dialect.get(&target)).await;
            let live = live
                .and_then(|answer| crate::scim::list::parse_one(&answer.body).map_err(|bad| context::unreadable(&bad)));
            let text = match live {
                Ok(value) => Ok(serde_json::to_string_pretty(&value).unwrap_or_default()),
                Err(failure) => {
                    let of = target.clone();
                    let stored: Option<String> = context.stored(move |store| store.raw(&of)).await.flatten();
                    stored.map(|raw: String| format!("(as stored; {})\n{}", failure.text, pretty(&raw))).ok_or(failure)
                }
            };
            context.report(Report::Raw(target, text));
            Done::Nothing
        });
    }

    /// Starts what may be started.
    fn pump(&mut self) {
        if self.down.is_some() && self.again_at.is_some() {
            return;
        }
        while self.queue.running() < self.parallel
            && let Some(entry) = self.queue.next()
        {
            let context = self.context.clone();
            let versions = self.versions.clone();
            self.tasks.spawn(async move {
                let (entry, ended) = apply::run(context, entry, versions).await;
                Done::Applied(Box::new(entry), ended)
            });
        }
        while self.reading < READS
            && let Some(id) = self.hydrate.pop_front()
        {
            self.read(Target::user(&id));
        }
    }

    fn settle_open(&mut self) {
        for entry in std::mem::take(&mut self.unsettled) {
            let context = self.context.clone();
            self.tasks.spawn(async move {
                let (entry, ended) = apply::settle(context, entry).await;
                Done::Applied(Box::new(entry), ended)
            });
        }
    }

    fn done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Applied(entry, ended)) => self.applied(*entry, ended),
            Ok(Done::Read(fresh, failed)) => {
                self.reading = self.reading.saturating_sub(1);
                if !fresh.is_empty() {
                    self.link_up();
                    self.learnt(&fresh);
                    self.context.report(Report::Learnt(fresh));
                }
                for (id, failure) in failed {
                    // One record that can't be read says nothing about the others.
                    if failure.class != Class::Protocol {
                        self.link_after(&failure);
                    }
                    self.context.report(Report::HydrateFailed(vec![id], failure));
                }
            }
            Ok(Done::Refreshed(refresh::Ended { down })) => {
                self.refreshing = false;
                match down {
                    None => {
                        self.shown = true;
                        self.link_up();
                    }
                    Some(failure) => self.link_after(&failure),
                }
                let newer = std::mem::take(&mut self.during);
                if !newer.is_empty() {
                    let context = self.context.clone();
                    self.tasks.spawn(async move {
                        context.keep(&newer).await;
                        Done::Nothing
                    });
                }
                if std::mem::take(&mut self.refresh_again) {
                    self.refresh();
                }
            }
            Ok(Done::Nothing) => {}
            Err(error) => {
                self.context.report(Report::Notice(format!("A task of the worker ended unexpectedly: {error}")));
            }
        }
    }

    fn applied(&mut self, entry: Entry, ended: apply::Ended) {
        match ended {
            apply::Ended::Settled { versions } => {
                self.queue.finish(entry.id);
                self.versions.extend(versions);
                if entry.state == State::Confirmed {
                    self.link_up();
                }
                if entry.failure.as_ref().is_some_and(|failure| failure.status.is_some()) {
                    self.link_up();
                }
            }
            apply::Ended::NotSent { failure } => {
                self.queue.put_back(entry);
                self.link_down(failure);
            }
            apply::Ended::Unsettled { failure } => {
                self.queue.finish(entry.id);
                self.context.report(Report::Moved {
                    id: entry.id,
                    state: State::Sent,
                    why: entry.why.clone(),
                    failure: None,
                    exchanges: entry.exchanges.clone(),
                    fresh: Vec::new(),
                    at: context::now(),
                    created: entry.created.clone(),
                });
                self.unsettled.push(entry);
                self.link_down(failure);
            }
        }
    }

    fn learnt(&mut self, fresh: &[Fresh]) {
        if self.refreshing {
            self.during.extend(fresh.iter().cloned());
        }
    }

    /// Only a server that can't be reached is down; one that refuses is up.
    fn link_after(&mut self, failure: &Failure) {
        match failure.class {
            Class::Offline | Class::Timeout | Class::Tls | Class::Unauthorized | Class::Forbidden => {
                self.link_down(failure.clone());
            }
            Class::Cancelled | Class::Local => {}
            _ if failure.status.is_some() => self.link_up(),
            _ => self.link_down(failure.clone()),
        }
    }

    fn link_up(&mut self) {
        self.tries = 0;
        self.again_at = None;
        if self.down.take().is_some() {
            self.settle_open();
        }
        self.context.report(Report::Link(Link::Up));
    }

    fn link_down(&mut self, failure: Failure) {
        // A refused key does not get better by asking again; the person has to do something first.
        let hopeless = matches!(failure.class, Class::Unauthorized | Class::Forbidden | Class::Tls);
        self.again_at = (!hopeless).then(|| Instant::now() + refresh::patience(self.tries));
        self.tries += 1;
        self.down = Some(failure.clone());
        self.context.report(Report::Link(Link::Down(failure)));
    }

    /// The server may be back: the refresh finds out, and what waits goes after it.
    fn try_again(&mut self) {
        self.again_at = None;
        self.settle_open();
        self.refresh();
    }

    /// Waits for answers under way; what is still open then is in the journal and settled next time.
    async fn finish(mut self) {
        self.hydrate.clear();
        let last = Instant::now() + LAST_WAIT;
        while self.queue.running() > 0
            && let Ok(Some(done)) = tokio::time::timeout_at(last, self.tasks.join_next()).await
        {
            if let Ok(Done::Applied(entry, _)) = done {
                self.queue.finish(entry.id);
            }
        }
        self.context.cancel.cancel();
    }
}

fn pretty(raw: &str) -> String {
    serde_json::from_str::<serde_json::Value>(raw)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| raw.to_owned())
}
