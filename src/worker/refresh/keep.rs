//! The way of a list to the disk, page by page, while the next page is on its way.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::{super::context::WorkerContext, page::ReadPage};
use crate::{
    directory::{Id, ListCoverage, RecordKind, record::Record},
    store::SyncBatch,
};

/// Records in one transaction: while it is written nothing else is.
const STRETCH: usize = 5_000;

/// A list that is put on disk while it is read.
pub struct ListKeeper {
    context: WorkerContext,
    /// None where the disk does not take it, which has been said, or is not to have it.
    round: Option<SyncBatch>,
    /// The page that is being written, and what comes back of the round.
    writing: Option<(Arc<ReadPage>, JoinHandle<Option<SyncBatch>>)>,
    /// Where only changed records came: the records that are gone, and the number of those that remain.
    changes: Option<(Vec<Id>, u64)>,
}

impl ListKeeper {
    pub async fn begin(context: &WorkerContext, kind: RecordKind) -> Self {
        let round = context.stored(move |store| store.begin_round(kind)).await;
        Self { round, ..Self::without_disk(context) }
    }

    /// For what the disk is not to have.
    pub fn without_disk(context: &WorkerContext) -> Self {
        Self { context: context.clone(), round: None, writing: None, changes: None }
    }

    /// Takes a page, and gives the records of the one before it that are not shown yet.
    pub async fn keep(&mut self, page: ReadPage) -> impl Iterator<Item = Record> + use<> {
        let before = self.finish().await;
        let (page, context) = (Arc::new(page), self.context.clone());
        let round = self.round.take();
        let own = Arc::clone(&page);
        let writing = tokio::spawn(async move { write(&context, round?, &own).await });
        self.writing = Some((page, writing));
        before
    }

    /// Only changed records came: of the others the disk loses those that are gone, and then has so many.
    pub fn only_changes(&mut self, gone: Vec<Id>, remaining: u64) {
        self.changes = Some((gone, remaining));
    }

    /// True where the disk has a sound list to which changes can be added.
    pub fn can_add_changes(&self) -> bool {
        self.round.as_ref().is_some_and(|round| !round.is_damaged())
    }

    /// True where the disk is to have what is read, and took what it was given; not to be asked while it is given something.
    pub fn is_kept(&self) -> bool {
        self.round.is_some()
    }

    /// Waits for the last page, and gives its records that are not shown yet.
    pub async fn finish(&mut self) -> impl Iterator<Item = Record> + use<> {
        let mut rows = Vec::new();
        if let Some((page, writing)) = self.writing.take() {
            self.round = writing.await.ok().flatten();
            // Whoever wrote it is done with it.
            rows = Arc::into_inner(page).map(|page| page.rows).unwrap_or_default();
        }
        rows.into_iter().filter(|row| !row.shown).map(|row| row.record)
    }

    /// The list was read: what it no longer has goes, unless only a part of it came. False where the disk does not have
    /// the list as it was read.
    pub async fn end(self, seen: Timestamp, coverage: ListCoverage) -> bool {
        let Some(round) = self.round else { return false };
        let ended = match self.changes {
            None => self.context.stored(move |store| store.end_round(round, seen, &coverage).map(|()| true)).await,
            Some((gone, left)) => self.context.stored(move |store| store.end_changes(&round, seen, &gone, left)).await,
        };
        ended == Some(true)
    }
}

async fn write(context: &WorkerContext, mut round: SyncBatch, page: &Arc<ReadPage>) -> Option<SyncBatch> {
    for from in (0..page.rows.len()).step_by(STRETCH) {
        let page = Arc::clone(page);
        let work = move |store: &mut crate::store::Store| {
            store.keep(&mut round, page.stretch(from, STRETCH))?;
            drop(page);
            Ok(round)
        };
        round = context.stored(work).await?;
    }
    Some(round)
}
