//! The work of other processes on the profile while this one is open: their plans and outcomes, the records that they
//! changed, the stage, and the facts that they learnt about the server. A watch on the store's files wakes the worker.
//!
//! These updates come from the store and send no request to the server, so that two consoles never answer each other's
//! reads for ever.

use std::{sync::Arc, time::Duration};

use rustc_hash::FxHashSet;

use super::{Done, Worker, apply};
use crate::{
    directory::{
        Observation, ResourceRef,
        change::{ChangeEffect, ChangedField},
        plan::JournalEntry,
        record::Record,
        work::WorkerReport,
    },
    store::Store,
};

/// The delay after a session's end before its changes in flight are looked up: the server may still be working on a
/// request.
const GRACE: Duration = Duration::from_secs(2);

impl Worker {
    /// Begins to watch the store. Without a watch, `R` shows the work of others.
    pub(super) async fn watch(&mut self) {
        let bell = Arc::clone(&self.bell);
        let ring = move || bell.notify_one();
        self.watch = self.context.stored(move |store| store.watch(ring)).await.flatten();
        // News from before is about to be read anyway.
        self.context.stored(Store::has_news).await;
    }

    /// Handles a write to the store's files, by any process, or the end of a session.
    pub(super) async fn hear(&mut self) {
        let sessions = self.others.sessions();
        let news = self.context.stored(move |store| {
            let ended = |session: &u64| !store.is_live(*session);
            let ended = sessions.iter().any(ended);
            Ok(store.has_news()? || ended)
        });
        if news.await == Some(true) || std::mem::take(&mut self.more_news) {
            let (entries, more) = self.look_at_others().await;
            self.settle_later();
            self.show_what_they_wrote(entries).await;
            self.show_stage_anew().await;
            self.learn_anew().await;
            if more {
                self.more_news = true;
                self.bell.notify_one();
            }
        }
        if let Some(watch) = &self.watch {
            watch.heard();
        }
    }

    /// Shows the records of finished changes as the other session has written them to disk.
    async fn show_what_they_wrote(&mut self, entries: Vec<JournalEntry>) {
        let over = entries.iter().filter(|entry| !entry.state.is_open() && !entry.exchanges.is_empty());
        let records = over.flat_map(|entry| self.records_of(entry));
        let mut seen = FxHashSet::default();
        let records: Vec<TouchedRecord> = records.filter(|one| seen.insert(one.target.clone())).collect();
        if records.is_empty() {
            return;
        }
        let read = self.context.stored(move |store| {
            let found = records.into_iter().map(|one| Ok((store.record(&one.target)?, one)));
            found.collect::<Result<Vec<_>, _>>()
        });
        let mut fresh = Vec::new();
        for (record, of) in read.await.into_iter().flatten() {
            match record {
                Some(record) => fresh.push(Observation::Record(of.with_version(record))),
                None if of.removed => fresh.push(Observation::Gone(of.target)),
                None => self.single_reads.push_back(of.target),
            }
        }
        if !fresh.is_empty() {
            self.learnt(&fresh);
            self.context.report(WorkerReport::Learnt(fresh));
        }
        self.context.recall_roles().await;
    }

    /// The records of a change, with the ids that the server gave them.
    fn records_of(&self, entry: &JournalEntry) -> Vec<TouchedRecord> {
        let takes = entry.step.change.nature().effect == ChangeEffect::Takes && entry.took_effect();
        let touches = entry.step.change.touches().into_iter().filter(|(_, field)| !field.is_beside());
        let touched = touches.filter_map(|(mut target, field)| {
            if target.is_provisional() {
                target.id = entry.created.clone()?;
            }
            let path = self.context.dialect.get(&target).path;
            let written =
                field == ChangedField::Whole || entry.step.requests.iter().any(|request| request.path == path);
            Some(TouchedRecord { written, removed: takes && field == ChangedField::Whole, target })
        });
        touched.collect()
    }

    /// Looks up changes in flight of ended sessions, after a delay.
    fn settle_later(&mut self) {
        for entry in std::mem::take(&mut self.unsettled) {
            let (context, looks) = (self.context.clone(), self.looks.get(&entry.id).copied().unwrap_or_default());
            self.tasks.spawn(async move {
                tokio::time::sleep(GRACE).await;
                let (entry, ended) = apply::settle(context, entry, looks).await;
                Done::Applied(Box::new(entry), ended)
            });
        }
    }
}

/// A record of another session's change.
struct TouchedRecord {
    target: ResourceRef,
    /// A request was sent to the record: the disk has its version.
    written: bool,
    /// The record may have been deleted.
    removed: bool,
}

impl TouchedRecord {
    /// A membership changes the version of the user's record, too, and no session has read that version.
    fn with_version(&self, mut record: Record) -> Record {
        if !self.written {
            match &mut record {
                Record::User(user) => user.version = None,
                Record::Team(team) => team.version = None,
                Record::Role(role) => role.version = None,
            }
        }
        record
    }
}
