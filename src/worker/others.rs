//! What the journal holds open, and whose it is: a session that lives sees its own through, to the last change that
//! waits; what is left of one that has ended is taken over.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{JOURNAL, Worker};
use crate::{
    directory::{
        change::ChangeId,
        plan::{Entry, State},
        work::Report,
    },
    store::Store,
};

impl Worker {
    /// Shows the journal, and takes over what is left open in it: however old it is, and however much came after it.
    pub(super) async fn take_up_journal(&mut self) {
        // What it finds is mended before anything is read.
        self.context.stored(|store| store.journal_check()).await;
        let own = self.own_session();
        let read = self.context.stored(move |store| {
            let journal = store.journal_recent(JOURNAL)?;
            let kept = kept(store, &journal.entries, own);
            Ok((journal, kept))
        });
        let Some((journal, kept)) = read.await else { return };
        self.say(journal.notice());
        self.take_over(journal.entries, kept);
    }

    /// Says what became of other sessions' changes since, and takes over what they have left.
    pub(super) async fn look_at_others(&mut self) {
        let (own, known) = (self.own_session(), self.elsewhere.clone());
        let read = self.context.stored(move |store| {
            let mut entries = store.journal_open()?.entries;
            entries.retain(|entry| entry.session != own);
            let open: FxHashSet<ChangeId> = entries.iter().map(|entry| entry.id).collect();
            for id in known.iter().filter(|id| !open.contains(id)) {
                entries.extend(store.journal_get(*id)?);
            }
            let kept = kept(store, &entries, own);
            Ok((entries, kept))
        });
        let Some((mut entries, kept)) = read.await else { return };
        let news = |entry: &Entry| {
            let (was, is) = (self.elsewhere.contains(&entry.id), kept.contains(&entry.id));
            !is && (was || !self.taken_over.contains(&entry.id))
        };
        entries.retain(news);
        if entries.is_empty() {
            self.elsewhere = kept;
        } else {
            self.take_over(entries, kept);
        }
    }

    /// Nothing else is sent to the records of what was sent before it is settled.
    fn take_over(&mut self, entries: Vec<Entry>, elsewhere: FxHashSet<ChangeId>) {
        self.context.report(Report::Elsewhere(elsewhere.clone()));
        self.context.report(Report::Journal(entries.clone()));
        for entry in entries.into_iter().filter(|entry| entry.state.is_open() && !elsewhere.contains(&entry.id)) {
            self.taken_over.insert(entry.id);
            if entry.state != State::Planned && self.queue.hold(&entry) {
                self.unsettled.push(entry);
            }
        }
        self.elsewhere = elsewhere;
    }

    /// These are this session's from now on: no other one sends them while it lives.
    pub(super) fn own(&self, entries: &mut [Entry]) {
        let own = self.own_session();
        entries.iter_mut().for_each(|entry| entry.session = own);
    }

    fn own_session(&self) -> Option<u64> {
        self.context.session.as_ref().map(|session| session.id)
    }
}

/// What of these a living session keeps to itself.
fn kept(store: &Store, entries: &[Entry], own: Option<u64>) -> FxHashSet<ChangeId> {
    let mut live: FxHashMap<u64, bool> = FxHashMap::default();
    let mut is_kept = |entry: &&Entry| {
        entry
            .session
            .filter(|session| Some(*session) != own && entry.state.is_open())
            .is_some_and(|session| *live.entry(session).or_insert_with(|| store.is_live(session)))
    };
    entries.iter().filter(&mut is_kept).map(|entry| entry.id).collect()
}
