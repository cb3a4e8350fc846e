//! Begins the jobs that the console asks for.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use tokio::time::Instant;

use super::{
    Done, HostingCheck, NoKey, Worker,
    context::{self},
    refresh, side_queries,
};
use crate::{
    directory::{
        Directory, ListCoverage, Observation, ResourceRef,
        change::ChangeId,
        owner::KeyOwner,
        plan::{ChangeState, HARMED, JournalEntry, UNWRITTEN, WriteCondition},
        record::Record,
        role_source::RoleMapping,
        side_query::{SideAnswer, SideQuery, SideQueryKind},
        work::{ChangeUpdate, RefreshScope, WorkerJob, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        tree,
    },
    store::JournalNote,
};

/// The reason why changes that wait in another session are not dropped here.
const OTHERS: &str = "Some of it waits in another console that is open: it is dropped there.";

/// The sessions that the entries belong to.
fn sessions(entries: &[JournalEntry]) -> Vec<Option<u64>> {
    entries.iter().map(|entry| entry.session).collect()
}

impl Worker {
    pub(super) async fn job(&mut self, job: WorkerJob) {
        match job {
            WorkerJob::Refresh(scope) => {
                self.reads_all |= scope == RefreshScope::All;
                self.show_unread_lists().await;
                self.look_at_others().await;
                self.settle_open();
                self.refresh();
            }
            WorkerJob::Narrow(filter) => {
                self.narrow = filter.map(Arc::new);
                self.refresh();
            }
            WorkerJob::ReadEach(targets) => {
                // Rows that are on screen now are read before rows that were.
                for target in targets.into_iter().rev() {
                    self.single_reads.retain(|other| *other != target);
                    self.single_reads.push_front(target);
                }
            }
            WorkerJob::Reread(target) => self.read(target),
            WorkerJob::LookUp(kind, names) => self.look_up(kind, names),
            WorkerJob::Identify(kind, names) => self.identify(kind, names),
            WorkerJob::CheckVacant(kind, names) => self.check_vacant(kind, names),
            WorkerJob::ReadAdmins(team, beside) => self.read_admins(team, beside),
            WorkerJob::Submit(entries) => self.submit(entries, Vec::new()).await,
            WorkerJob::SubmitFirst(first, later) => self.submit(first, later).await,
            WorkerJob::Parts(parts) => self.parts.add(parts),
            WorkerJob::Resume(entries) => self.resume(entries).await,
            WorkerJob::Drop(ids) => self.drop_waiting(ids).await,
            WorkerJob::Stage(lines) => self.put_on_stage(lines).await,
            WorkerJob::Unstage(ids) => self.take_off_stage(ids).await,
            WorkerJob::SubmitStaged(ids, entries) => self.submit_staged(ids, entries).await,
            WorkerJob::Pause(pause) => self.paused = pause,
            WorkerJob::Parallel(most) => {
                self.context.parallel = most;
                self.throttle.set_most(most);
            }
            WorkerJob::Wake => self.wake(),
            WorkerJob::Raw(target) => self.raw(target),
            WorkerJob::Ask(inquiry) => self.ask(inquiry),
            WorkerJob::AskOwner => self.ask_owner(),
            WorkerJob::AskHosting => self.ask_hosting(),
            WorkerJob::Remap(mapping, coverage) => self.remap(mapping, coverage).await,
        }
    }

    fn wake(&mut self) {
        self.tries = 0;
        match &self.down {
            Some(why) if why.class == FailureClass::Unauthorized => self.read_key(),
            Some(_) => self.again_at = Some(Instant::now()),
            None => {}
        }
    }

    /// Reads the key again from the place that the profile names, since it may have been replaced there.
    fn read_key(&mut self) {
        if std::mem::replace(&mut self.keying, true) {
            return;
        }
        let (key, client) = (Arc::clone(&self.key), self.context.client.clone());
        self.tasks.spawn(async move {
            let read = tokio::task::spawn_blocking(move || key()).await;
            let read = read.unwrap_or_else(|failed| Err(NoKey(failed.to_string())));
            // The failure keeps the class of the refusal, so that the next `R` reads the key again.
            let failed = |why: NoKey| Failure::local(FailureClass::Unauthorized, why.to_string(), "R tries again.");
            Done::Keyed(read.map_err(failed).and_then(|auth| client.with_auth(auth)))
        });
    }

    /// Writes changes to the journal before any of them is sent. A change that can't be written is not sent.
    pub(super) async fn submit(&mut self, mut entries: Vec<JournalEntry>, mut later: Vec<JournalEntry>) {
        if let Some(why) = self.context.contradiction() {
            entries.append(&mut later);
            self.unsent(entries, &why);
            return;
        }
        self.own(&mut entries);
        self.own(&mut later);
        let kept: Vec<JournalEntry> = entries.iter().chain(&later).cloned().collect();
        if self.context.stored(move |store| store.journal_add(&kept)).await.is_some() {
            entries.into_iter().for_each(|entry| self.enqueue(entry));
            return;
        }
        entries.append(&mut later);
        self.unsent(entries, UNWRITTEN);
    }

    /// Queues a change to be sent in its turn.
    pub(super) fn enqueue(&mut self, entry: JournalEntry) {
        self.versions.comes(&entry);
        self.queue.push(entry);
    }

    /// Says of changes that they were not sent.
    pub(super) fn unsent(&self, entries: Vec<JournalEntry>, why: &str) {
        for mut entry in entries {
            entry.state = ChangeState::Dropped;
            entry.why = why.into();
            self.report_moved(&entry);
        }
    }

    /// Takes up planned changes of an earlier session. Changes that were dropped meanwhile are only written down; those
    /// with an unknown outcome are looked up.
    pub(super) async fn resume(&mut self, mut entries: Vec<JournalEntry>) {
        let before = sessions(&entries);
        self.own(&mut entries);
        for (entry, written) in self.amend_waiting(entries, before).await {
            match entry.state {
                ChangeState::Planned if written => self.enqueue(entry),
                ChangeState::Unknown if written => {
                    if self.queue.hold(&entry) {
                        self.unsettled.push(entry);
                    }
                }
                _ => {
                    self.report_moved(&entry);
                    if !written {
                        self.look_again(&entry);
                    }
                }
            }
        }
        if !self.unsettled.is_empty() {
            self.settle_open();
        }
    }

    /// Reads the records of a change that another console has taken up, because that console is about to change them.
    fn look_again(&mut self, entry: &JournalEntry) {
        let touched = entry.step.change.touches().into_iter().map(|(target, _)| target);
        touched.filter(|target| !target.is_provisional()).for_each(|target| self.read(target));
    }

    /// Drops the waiting changes of plans in which a change lost a value.
    pub(super) async fn stop_harmed(&mut self) {
        for plan in std::mem::take(&mut self.harmed) {
            let ids = self.queue.waiting_of(plan);
            let mut waiting: Vec<JournalEntry> = ids.into_iter().filter_map(|id| self.queue.take(id)).collect();
            for entry in &mut waiting {
                (entry.state, entry.why) = (ChangeState::Dropped, HARMED.into());
            }
            let before = sessions(&waiting);
            for (entry, _) in self.amend_waiting(waiting, before).await {
                self.report_moved(&entry);
            }
        }
    }

    pub(super) async fn drop_waiting(&mut self, ids: Vec<ChangeId>) {
        let (queued, others): (Vec<_>, Vec<_>) =
            ids.into_iter().map(|id| (id, self.queue.take(id))).partition(|(_, entry)| entry.is_some());
        let mut dropped: Vec<JournalEntry> = queued.into_iter().filter_map(|(_, entry)| entry).collect();
        // Changes that an earlier session left over are in the journal alone.
        let mut others: FxHashSet<ChangeId> = others.into_iter().map(|(id, _)| id).collect();
        let all = others.len();
        others.retain(|id| !self.others.has(*id));
        if others.len() < all {
            self.context.report(WorkerReport::Notice(OTHERS.into()));
        }
        if !others.is_empty() {
            let open = self.context.stored(|store| store.journal_open()).await.map(|journal| journal.entries);
            let left = |entry: &JournalEntry| others.contains(&entry.id) && entry.state == ChangeState::Planned;
            dropped.extend(open.into_iter().flatten().filter(left));
        }
        for entry in &mut dropped {
            entry.state = ChangeState::Dropped;
            entry.why = "Dropped before it was sent.".into();
        }
        let before = sessions(&dropped);
        for (entry, _) in self.amend_waiting(dropped, before).await {
            self.report_moved(&entry);
        }
    }

    /// Writes the new state of waiting changes in one transaction; returns for each whether it was written. Changes
    /// that another console has sent or taken up meanwhile stay as they are.
    async fn amend_waiting(&self, entries: Vec<JournalEntry>, before: Vec<Option<u64>>) -> Vec<(JournalEntry, bool)> {
        let condition = |of| WriteCondition::taken_over(ChangeState::Planned, of);
        let note = |(entry, of): (&JournalEntry, Option<u64>)| JournalNote::only_if(entry.clone(), condition(of));
        let notes: Vec<JournalNote> = entries.iter().zip(before).map(note).collect();
        let written = self.context.stored(move |store| store.journal_note(&notes)).await;
        let why = if written.is_some() { "Another console has taken it up." } else { UNWRITTEN };
        let written = written.unwrap_or_else(|| vec![false; entries.len()]);
        let said = |(mut entry, written): (JournalEntry, bool)| {
            if !written {
                (entry.state, entry.why) = (ChangeState::Dropped, why.into());
            }
            (entry, written)
        };
        entries.into_iter().zip(written).map(said).collect()
    }

    pub(super) fn report_moved(&self, entry: &JournalEntry) {
        self.context.report(WorkerReport::Moved(ChangeUpdate {
            id: entry.id,
            state: entry.state,
            why: entry.why.clone(),
            failure: None,
            exchanges: Vec::new(),
            fresh: Vec::new(),
            at: context::now(),
            created: None,
            effects: Vec::new(),
            alarm: false,
            way_back: None,
        }));
    }

    pub(super) fn refresh(&mut self) {
        if self.refreshing || self.keying {
            self.refresh_again = true;
            return;
        }
        self.refreshing = true;
        self.during.clear();
        let (context, first, discover) = (self.context.clone(), !self.shown, !self.discovered);
        let narrow = self.narrow.clone();
        let scope = if std::mem::take(&mut self.reads_all) { RefreshScope::All } else { RefreshScope::Changed };
        let refresh = Box::pin(refresh::run(context, scope, first, discover, narrow));
        self.tasks.spawn(async move { Done::Refreshed(refresh.await) });
    }

    pub(super) fn read(&mut self, target: ResourceRef) {
        let context = self.context.clone();
        self.reading += 1;
        self.tasks.spawn(async move {
            match context.read(&target).await {
                Ok(fresh) => {
                    context.keep(std::slice::from_ref(&fresh)).await;
                    if let Observation::Record(Record::User(user)) = &fresh {
                        context.renew_learnt(std::iter::once(user)).await;
                    }
                    Done::Read(vec![fresh], vec![])
                }
                Err(failure) => Done::Read(vec![], vec![(target, failure)]),
            }
        });
    }

    /// Shows the disk's records with roles by another mapping.
    async fn remap(&mut self, mapping: Arc<RoleMapping>, shown: [ListCoverage; 3]) {
        let Some(dialect) = self.context.dialect.with_mapping(Arc::clone(&mapping)) else { return };
        self.lessons.remap(&mapping);
        self.context.dialect = Arc::clone(&dialect);
        // Also if the disk has no records: the next refresh then reports all records.
        self.context.known.forget();
        self.context.report(WorkerReport::Planner(Arc::clone(&dialect) as _));
        let built = self.context.stored(move |store| {
            let source = dialect.role_source(None);
            let mut snapshot = store.load()?;
            // The disk may hold more records of a list that is shown in part.
            for (known, shown) in snapshot.coverage.iter_mut().zip(shown).filter(|(known, _)| known.is_complete()) {
                *known = shown;
            }
            Ok(Box::new(refresh::indexed(&*dialect, snapshot, source)))
        });
        if let Some(records) = built.await {
            self.context.report(WorkerReport::Remapped(records));
        }
        // Reads under way use the old mapping, and may be newer than the records on disk.
        if self.refreshing || self.queue.running() > 0 || self.narrow.is_some() {
            self.refresh();
        }
    }

    fn ask(&mut self, inquiry: SideQuery) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            match context.ask(&inquiry).await {
                Ok(fresh) => {
                    context.keep(&fresh).await;
                    for one in &fresh {
                        if let Observation::Told(SideQueryKind::Me, SideAnswer::Person(person)) = one {
                            context.keep_owner(KeyOwner::of(person)).await;
                        }
                    }
                    context.report(WorkerReport::Learnt(fresh));
                }
                Err(failure) => {
                    context.recall(&inquiry.topic).await;
                    context.report(WorkerReport::AskFailed(inquiry.topic, failure));
                }
            }
            Done::Nothing
        });
    }

    /// Asks who owns the key in use. A server that does not tell is no failure.
    fn ask_owner(&mut self) {
        let context = self.context.clone();
        let inquiry = context.dialect.inquiry(SideQueryKind::Me, &Directory::default());
        self.tasks.spawn(async move {
            let told = match inquiry {
                Ok(inquiry) => context.ask(&inquiry).await.unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            let owner = told.iter().find_map(|fresh| match fresh {
                Observation::Told(SideQueryKind::Me, SideAnswer::Person(person)) => Some(KeyOwner::of(person)),
                _ => None,
            });
            match owner {
                Some(owner) => context.keep_owner(owner).await,
                None => context.report(WorkerReport::Owner(None)),
            }
            Done::Nothing
        });
    }

    /// Asks how the server is hosted. A server that does not tell contradicts nothing.
    pub(super) fn ask_hosting(&mut self) {
        let context = self.context.clone();
        self.hosting = HostingCheck::UnderWay;
        self.tasks.spawn(async move { Done::HostingAsked(side_queries::ask_hosting(&context).await) });
    }

    pub(super) fn raw(&mut self, target: ResourceRef) {
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
            context.report(WorkerReport::Raw(target, text));
            Done::Nothing
        });
    }
}

fn pretty(raw: &str) -> String {
    let pretty = tree::parse(raw.as_bytes()).ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| raw.to_owned())
}
