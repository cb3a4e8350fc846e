//! Open changes of other sessions. A living session finishes its own changes; the changes of an ended session are taken
//! over.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{JOURNAL, Worker};
use crate::{
    directory::{
        change::ChangeId,
        plan::{ChangeState, JournalEntry, SessionDuty, duty},
        work::WorkerReport,
    },
    store::Store,
};

/// The limit of changes that one reading takes over, so that the worker's own jobs go on.
const PART: usize = 256;

/// The known changes of other sessions, and the living sessions.
#[derive(Default)]
pub(super) struct OtherSessions {
    /// The states of the newest and the open changes at the last reading; `None` for this session's own.
    told: FxHashMap<ChangeId, Option<ChangeState>>,
    /// Open changes of living sessions, with the session.
    elsewhere: FxHashMap<ChangeId, u64>,
}

impl OtherSessions {
    /// True if another living session finishes the change.
    pub(super) fn has(&self, id: ChangeId) -> bool {
        self.elsewhere.contains_key(&id)
    }

    /// The sessions of these changes.
    pub(super) fn sessions(&self) -> FxHashSet<u64> {
        self.elsewhere.values().copied().collect()
    }

    fn open(&self) -> Vec<ChangeId> {
        let open = |state: &Option<ChangeState>| state.is_some_and(ChangeState::is_open);
        self.told.iter().filter(|(_, state)| open(state)).map(|(id, _)| *id).collect()
    }

    fn is_news(&self, id: ChangeId, state: ChangeState) -> bool {
        self.told.get(&id).is_none_or(|told| told.is_some_and(|told| told != state))
    }
}

impl Worker {
    /// Reports the journal, and takes over all open changes of ended sessions, old ones included.
    pub(super) async fn take_up_journal(&mut self) {
        // Damage that the check finds is mended before the journal is read.
        self.context.stored(|store| store.journal_check()).await;
        let own = self.own_session();
        let read = self.context.stored(move |store| {
            let journal = store.journal_recent(JOURNAL)?;
            let kept = kept(store, &journal.entries, own);
            Ok((journal, kept))
        });
        let Some((journal, kept)) = read.await else { return };
        self.say(journal.notice());
        let newest = journal.entries.len().saturating_sub(JOURNAL);
        let near = journal.entries.iter().enumerate().filter(|(at, entry)| *at >= newest || entry.state.is_open());
        self.others.told.extend(near.map(|(_, entry)| (entry.id, Some(entry.state))));
        self.take_over(journal.entries, kept);
    }

    /// Reads the changes that other sessions have planned, and their progress, since the last look; takes over those of
    /// ended sessions. Gives the news, a part at a time, and whether there is more.
    pub(super) async fn look_at_others(&mut self) -> (Vec<JournalEntry>, bool) {
        let open = self.others.open();
        let heads = self.context.stored(move |store| store.journal_heads(JOURNAL, &open)).await.unwrap_or_default();
        let news = |(id, state): &&(ChangeId, ChangeState)| !self.queue.has(*id) && self.others.is_news(*id, *state);
        let mut wanted: Vec<ChangeId> = heads.iter().filter(news).map(|(id, _)| *id).collect();
        let more = wanted.len() > PART;
        wanted.truncate(PART);
        let (own, elsewhere) = (self.own_session(), self.others.elsewhere.clone());
        let read = self.context.stored(move |store| {
            let sessions: FxHashSet<u64> = elsewhere.values().copied().collect();
            let ended: FxHashSet<u64> = sessions.into_iter().filter(|session| !store.is_live(*session)).collect();
            let left = elsewhere.into_iter().filter(|(_, session)| ended.contains(session)).map(|(id, _)| id);
            let wanted: FxHashSet<ChangeId> = wanted.into_iter().chain(left).collect();
            let mut entries = Vec::new();
            for id in wanted {
                entries.extend(store.journal_get(id)?);
            }
            entries.sort_unstable_by_key(|entry| entry.id);
            let kept = kept(store, &entries, own);
            Ok((entries, kept))
        });
        let Some((mut entries, kept)) = read.await else { return (Vec::new(), false) };
        // Only the newest and the open changes of a long journal are remembered.
        let near: FxHashSet<ChangeId> = heads.into_iter().map(|(id, _)| id).collect();
        self.others.told.retain(|id, _| near.contains(id));
        for entry in &entries {
            let state = (entry.session.is_none() || entry.session != own).then_some(entry.state);
            self.others.told.insert(entry.id, state);
        }
        entries.retain(|entry| entry.session.is_none() || entry.session != own);
        if !entries.is_empty() {
            self.take_over(entries.clone(), kept);
        }
        (entries, more)
    }

    /// Takes changes over. Records of sent changes get no other change before these are settled.
    fn take_over(&mut self, entries: Vec<JournalEntry>, kept: FxHashMap<ChangeId, u64>) {
        for entry in &entries {
            self.others.elsewhere.remove(&entry.id);
        }
        self.others.elsewhere.extend(kept);
        self.context.report(WorkerReport::Elsewhere(self.others.elsewhere.keys().copied().collect()));
        self.context.report(WorkerReport::Journal(entries.clone()));
        let (own, others) = (self.own_session(), &self.others);
        let is_mine =
            |entry: &JournalEntry| duty(entry.standing(), own, |_| others.has(entry.id)) == SessionDuty::LookUp;
        for entry in entries.into_iter().filter(is_mine) {
            if self.queue.hold(&entry) {
                self.unsettled.push(entry);
            }
        }
    }

    /// Marks changes as this session's: no other session sends them while this one lives.
    pub(super) fn own(&self, entries: &mut [JournalEntry]) {
        let own = self.own_session();
        entries.iter_mut().for_each(|entry| entry.session = own);
    }

    fn own_session(&self) -> Option<u64> {
        self.context.session.as_ref().map(|session| session.id)
    }
}

/// The changes that a living session keeps, with that session.
fn kept(store: &Store, entries: &[JournalEntry], own: Option<u64>) -> FxHashMap<ChangeId, u64> {
    let mut live: FxHashMap<u64, bool> = FxHashMap::default();
    let mut is_live = |session: u64| *live.entry(session).or_insert_with(|| store.is_live(session));
    let owner = |entry: &JournalEntry| match duty(entry.standing(), own, &mut is_live) {
        SessionDuty::LeaveTo(session) => Some((entry.id, session)),
        SessionDuty::Closed | SessionDuty::Offer | SessionDuty::LookUp => None,
    };
    entries.iter().filter_map(owner).collect()
}
