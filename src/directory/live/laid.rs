//! The effect of pending changes on the counts, kept for each affected record: thousands of changes may be in flight,
//! and every frame needs the counts.

use rustc_hash::FxHashMap;

use crate::directory::{Id, census::DirectoryCensus, record::User};

/// Contributions of users with pending changes to the counts.
#[derive(Debug, Default)]
pub(super) struct PendingCounts {
    /// The user's contribution as shown and as confirmed.
    each: FxHashMap<Id, [DirectoryCensus; 2]>,
    shown: DirectoryCensus,
    confirmed: DirectoryCensus,
}

impl PendingCounts {
    /// Updates a user whose pending changes have altered; without pending changes the user has no entry.
    pub fn put(&mut self, id: &Id, shown: Option<&User>, confirmed: Option<&User>) {
        if let Some([shown, confirmed]) = self.each.remove(id) {
            self.shown = self.shown.without(shown);
            self.confirmed = self.confirmed.without(confirmed);
        }
        if let (Some(shown), Some(confirmed)) = (shown, confirmed) {
            let both = [shown, confirmed].map(DirectoryCensus::of);
            self.shown = self.shown.with(both[0]);
            self.confirmed = self.confirmed.with(both[1]);
            self.each.insert(id.clone(), both);
        }
    }

    /// The counts with pending changes, computed from the confirmed counts.
    pub fn over(&self, confirmed: DirectoryCensus) -> DirectoryCensus {
        confirmed.with(self.shown).without(self.confirmed)
    }
}
