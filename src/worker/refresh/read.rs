//! Reads a list to its end.

use std::sync::{Arc, Mutex, atomic::Ordering};

use jiff::Timestamp;
use tokio::time::{Duration, Instant};

use super::{
    super::{
        context::{WorkerContext, unreadable},
        shown_records::{self, RecordComparison, RecordDifference, ShownPrint},
    },
    ahead::{EarlyAnswer, ListQuery, PageRequest, may_be_haste},
    extent,
    glimpse::PageGlimpse,
    hints::RecordHints,
    keep::ListKeeper,
    lists::RecordLists,
    mark::UsersMark,
    members::Tally,
    page::{ReadPage, Reader},
    pass::PagePasser,
    renew, show_partly,
};
use crate::{
    directory::{
        Observation, RecordKind, ResourceRef,
        record::{ReadDepth, Record},
        shared::Shared,
        work::{RefreshProof, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass, RequestArrival},
        filter::ScimFilter,
        pager::{Pager, thousands},
    },
    store::PackedRecord,
};

/// The largest list that is accepted, in bytes of its answers.
const MOST_BYTES: usize = 1 << 30;
/// The limit of records shown during a first load: they are shown as soon as there are any, then each time their number
/// has quadrupled and some time has passed; more than this wait for the whole list.
const MOST_SHOWN: usize = 50_000;
/// The time between two such lists. Each is indexed as a whole, which delays the next page.
const SHOW_PAUSE: Duration = Duration::from_secs(1);

/// The most records for which room is reserved at once; beyond that, memory grows as records come.
const EXPECTED: usize = 1 << 20;

/// A list that was read to its end, or as far as possible.
pub struct FinishedList {
    /// Records that have not been reported yet.
    pub lists: RecordLists,
    pub difference: RecordDifference,
    pub proof: RefreshProof,
    pub hints: RecordHints,
    pub tally: Tally,
    pub keeper: ListKeeper,
    /// The latest date of change among the records; `None` where one has none.
    pub newest: Option<Timestamp>,
    /// The mark since which users that changed were read, where not all were.
    pub since: Option<Arc<UsersMark>>,
    /// Records that differ from the screen although their date of change says that they should not.
    pub overlooked: usize,
    /// The reason why reading ended in the middle.
    pub failure: Option<Failure>,
}

/// The way in which a list is read.
#[derive(Clone, Copy)]
pub struct ReadOptions<'a> {
    pub kind: RecordKind,
    /// Records are shown while they come.
    pub first: bool,
    /// Only records that match this filter are read; the disk keeps the whole list.
    pub narrow: Option<&'a Arc<ScimFilter>>,
    /// Only users that changed since this mark are read, by the server's filter.
    pub since: Option<&'a Arc<UsersMark>>,
    /// The records on screen.
    pub shown: &'a ShownPrint,
    /// The disk is to have the list.
    pub keeps: bool,
    /// Passes each page of users on; the list keeps none.
    pub pages: Option<&'a PagePasser>,
}

impl ReadOptions<'_> {
    /// The filter that the server is asked to apply.
    fn filter(&self) -> Option<Arc<ScimFilter>> {
        self.narrow.cloned().or_else(|| Some(Arc::new(self.since?.filter())))
    }
}

/// Reads a list to its end. `None` where the provider has no such list.
pub async fn read_list(context: &WorkerContext, wanted: ReadOptions<'_>) -> Option<Result<FinishedList, Failure>> {
    let list = context.dialect.list(wanted.kind)?;
    let mut request = list.request;
    let filter = wanted.filter();
    request.query.extend(filter.iter().map(|filter| ("filter".to_owned(), filter.to_string())));
    let keeper = if wanted.keeps && wanted.narrow.is_none() {
        ListKeeper::begin(context, wanted.kind).await
    } else {
        ListKeeper::without_disk(context)
    };
    let reading = Reading {
        asked: PageRequest::new(context, request),
        pager: Pager::new(list.paging).limited(list.limit),
        reader: Some(Reader {
            dialect: Arc::clone(&context.dialect),
            kind: wanted.kind,
            depth: list.depth,
            filter,
            shared: Shared::default(),
            users: wanted.shown.list(RecordKind::User),
            members_told: false,
            members_empty: context.members_empty.load(Ordering::Relaxed),
            packs: keeper.is_kept(),
            heavy: Mutex::default(),
            withheld: context.withhold(|withheld| withheld.clone()),
        }),
        // Without the disk the rest of the list is not kept anywhere, so the list is not compared.
        compared: if keeper.is_kept() {
            wanted.shown.reading(wanted.kind)
        } else {
            shown_records::ListReading::default()
        },
        keeper,
        depth: list.depth,
        received: 0,
        kept: 0,
        unreadable: 0,
        lists: RecordLists::default(),
        hints: RecordHints::default(),
        tally: Tally::default(),
        strangers: 0,
        newest: None,
        undated: false,
        overlooked: 0,
        bytes: 0,
        next: 1,
        pause_end: None,
        context,
        wanted,
    };
    Some(reading.run().await)
}

/// The progress of reading a list.
struct Reading<'a> {
    context: &'a WorkerContext,
    wanted: ReadOptions<'a>,
    asked: PageRequest,
    pager: Pager,
    /// `None` while the reader runs on another thread.
    reader: Option<Reader>,
    keeper: ListKeeper,
    depth: ReadDepth,
    /// Records of all pages so far, and those of them that are kept and written.
    received: usize,
    kept: usize,
    /// Records that can't be read as far as their id.
    unreadable: u64,
    compared: shown_records::ListReading,
    lists: RecordLists,
    hints: RecordHints,
    tally: Tally,
    /// Records that came although the filter does not match them.
    strangers: usize,
    /// The latest date of change so far.
    newest: Option<Timestamp>,
    /// True if a record has no such date.
    undated: bool,
    /// Records that differ from the screen although their date of change says that they should not.
    overlooked: usize,
    bytes: usize,
    /// The number of records at which the list is shown next, and the time before which it is not.
    next: usize,
    pause_end: Option<Instant>,
}

impl Reading<'_> {
    async fn run(mut self) -> Result<FinishedList, Failure> {
        let read = self.pages().await;
        // Also after a failure, because no write may continue when this returns.
        let last = self.keeper.finish().await;
        self.put(last);
        match read {
            Ok(()) => Ok(self.listed(None)),
            // A partial list is useful where it is known to be partial.
            Err(failure) if self.kept > 0 && failure.class != FailureClass::Local => {
                self.pager.failed();
                Ok(self.listed(Some(failure)))
            }
            Err(failure) => {
                // Some of the changed records may have been reported already.
                let kind = self.wanted.kind;
                self.context.known.touch(self.compared.end().other.into_keys().map(|id| ResourceRef { kind, id }));
                Err(failure)
            }
        }
    }

    /// Users that differ from the screen are reported at once, because all of them may have changed.
    fn put(&mut self, records: impl Iterator<Item = Record>) {
        if self.wanted.kind != RecordKind::User || !self.compared.is_compared() {
            self.lists.extend(records);
        } else if renew::is_few(self.compared.count_new()) {
            renew::tell(self.context, records.map(Observation::Record));
        }
    }

    async fn pages(&mut self) -> Result<(), Failure> {
        while let Some(query) = self.pager.next() {
            let EarlyAnswer { answer, guessed } = self.answer(&query).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(failure) if guessed && may_be_haste(&failure) => {
                    self.asked.one_by_one();
                    continue;
                }
                // The records that the server counts have all come.
                Err(failure) if self.pager.is_doubting() && failure.class != FailureClass::Cancelled => {
                    self.pager.refused();
                    continue;
                }
                Err(failure)
                    if matches!(failure.class, FailureClass::Refused | FailureClass::Server)
                        && self.pager.refused() =>
                {
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            self.bytes += answer.bytes;
            if self.bytes > MOST_BYTES {
                return Err(too_long());
            }
            let page = self.read(answer.body).await?;
            if guessed && !self.pager.fits(page.total, page.next_cursor.as_deref(), &page.ids()) {
                self.asked.one_by_one();
                continue;
            }
            self.take(page).await?;
        }
        Ok(())
    }

    /// The next answer; on a first load, the first one is previewed while it arrives.
    async fn answer(&mut self, query: &ListQuery) -> EarlyAnswer {
        if !self.wanted.first || self.received > 0 {
            return self.asked.answer(query, &|_| ()).await;
        }
        let glimpse = PageGlimpse::begin(self.context, self.wanted.kind, self.depth);
        let heard = self.asked.answer(query, &|part| glimpse.observe(part)).await;
        glimpse.end().await;
        heard
    }

    /// Parses off the event loop.
    async fn read(&mut self, body: Vec<u8>) -> Result<ReadPage, Failure> {
        let broken = || Failure::local(FailureClass::Protocol, "Reading the answer failed.", "Please report this.");
        // Parsing uses all cores, so lists take turns: a page that is being read takes several times its size in
        // memory.
        let turn = self.context.reading.acquire().await;
        let (mut reader, received) = (self.reader.take().ok_or_else(broken)?, self.received);
        let read = tokio::task::spawn_blocking(move || {
            let page = reader.read(body, received);
            (reader, page)
        });
        let (reader, page) = read.await.map_err(|_| broken())?;
        drop(turn);
        if reader.members_told {
            self.context.members_told.store(true, Ordering::Relaxed);
        }
        if reader.members_empty {
            self.context.members_empty.store(true, Ordering::Relaxed);
        }
        self.reader = Some(reader);
        page.map_err(|bad| unreadable(&bad))
    }

    async fn take(&mut self, mut page: ReadPage) -> Result<(), Failure> {
        let (kind, total) = (self.wanted.kind, page.total);
        self.received += page.rows.len();
        let fresh = self.pager.accept(total, page.next_cursor.take(), &page.ids()).new;
        self.asked.ahead(page.bytes(), |most| self.pager.ahead(most));
        self.strangers += page.rows.iter().filter(|row| !row.meant).count();
        if self.strangers > 0 && self.wanted.since.is_some() {
            return Err(not_filtered());
        }
        let many = total.unwrap_or_default().max(self.received as u64);
        if kind == RecordKind::User && many > self.context.max_users {
            return Err(too_many(many, self.context.max_users, total.is_some()));
        }
        if !self.compared.is_compared() && self.wanted.pages.is_none() {
            self.lists.expect(kind, usize::try_from(many).unwrap_or_default().min(EXPECTED));
        }
        self.hints = std::mem::take(&mut self.hints).then(std::mem::take(&mut page.hints));
        page.keep_only(&fresh);
        for row in &page.rows {
            self.tally.note(&row.record, row.members, &row.groups);
        }
        self.kept += page.rows.len();
        self.unreadable += page.rows.iter().filter(|row| row.is_unreadable()).count() as u64;
        for row in &mut page.rows {
            let compared = self.compared.note(row.record.id(), row.packed.as_ref().map(PackedRecord::fingerprint));
            row.shown = compared == RecordComparison::Same;
            let modified = if let Record::User(user) = &row.record { user.modified } else { None };
            self.newest = self.newest.max(modified);
            self.undated |= modified.is_none();
            let mark = self.wanted.shown.mark();
            let is_overlooked =
                compared == RecordComparison::Changed && mark.is_some_and(|mark| mark.overlooks(modified));
            self.overlooked += usize::from(is_overlooked);
        }
        self.context.report(WorkerReport::Progress { kind, seen: self.kept as u64, said: total });
        let users =
            page.rows.iter().filter_map(|row| if let Record::User(user) = &row.record { Some(user) } else { None });
        self.context.renew_learnt(users).await;
        if let Some(pages) = self.wanted.pages {
            pages.pass(self.context, &mut page, &self.hints).await;
        }
        self.show(&page).await;
        let before = self.keeper.keep(page).await;
        self.put(before);
        Ok(())
    }

    /// Shows the records so far, on a first load.
    async fn show(&mut self, page: &ReadPage) {
        let (seen, last) = (self.kept, self.pager.next().is_none());
        let is_early = self.pause_end.is_some_and(|end| Instant::now() < end);
        if !self.wanted.first || seen < self.next || seen > MOST_SHOWN || last || is_early {
            return;
        }
        (self.next, self.pause_end) = (seen * 4, Some(Instant::now() + SHOW_PAUSE));
        let written = self.keeper.finish().await;
        self.lists.extend(written);
        let mut lists = self.lists.clone();
        lists.extend(page.rows.iter().map(|row| row.record.clone()));
        show_partly(self.context, lists).await;
    }

    fn listed(self, failure: Option<Failure>) -> FinishedList {
        let proof = self.pager.proof();
        let seen = self.kept as u64;
        let words = match (self.wanted.narrow, self.strangers) {
            (None, _) => proof.to_string(),
            (Some(_), 0) => format!("{} found by the server", thousands(seen)),
            (Some(_), _) => format!("{} found; others came too", thousands(seen)),
        };
        let coverage = extent::coverage(&proof, self.wanted.narrow.map(|_| seen), failure.as_ref(), self.unreadable);
        let mut difference = self.compared.end();
        if !coverage.is_to_the_end() {
            difference.keep_absent();
        }
        let proof = RefreshProof { kind: self.wanted.kind, seen, words, coverage };
        FinishedList {
            lists: self.lists,
            difference,
            proof,
            hints: self.hints,
            tally: self.tally,
            keeper: self.keeper,
            newest: self.newest.filter(|_| !self.undated),
            since: self.wanted.since.cloned(),
            overlooked: self.overlooked,
            failure,
        }
    }
}

fn not_filtered() -> Failure {
    let text = "The server's filter for changed users gives others, too.";
    Failure {
        arrived: RequestArrival::Yes,
        ..Failure::local(FailureClass::Refused, text, "All users are read instead.")
    }
}

fn too_long() -> Failure {
    let text = format!("The list is longer than {} MiB", MOST_BYTES >> 20);
    Failure {
        arrived: RequestArrival::Yes,
        ..Failure::local(FailureClass::Protocol, text, "Check the profile's url, or narrow it with :server-filter")
    }
}

/// The failure for a list that is too long: no part is shown as if it were all, and a filter can select one.
fn too_many(many: u64, most: u64, said: bool) -> Failure {
    let (at_least, many) = (if said { "" } else { "at least " }, thousands(many));
    let text = format!("The server has {at_least}{many} users, and lists of up to {} are read whole.", thousands(most));
    let next = "The action server-filter reads those that a filter finds; max_users in the profile is the limit.";
    Failure { arrived: RequestArrival::Yes, ..Failure::local(FailureClass::Local, text, next) }
}
