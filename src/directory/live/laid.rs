//! How pending changes shift the counts: kept with each record that they lie over, for thousands may be in flight, and the
//! counts are on every frame.

use rustc_hash::FxHashMap;

use crate::directory::{Id, census::Census, record::User};

/// What users with pending changes count for.
#[derive(Debug, Default)]
pub(super) struct Laid {
    /// As shown, and as confirmed.
    each: FxHashMap<Id, [Census; 2]>,
    shown: Census,
    confirmed: Census,
}

impl Laid {
    /// A user has other pending changes now; without any there is nobody to be shown otherwise.
    pub fn put(&mut self, id: &Id, shown: Option<&User>, confirmed: Option<&User>) {
        if let Some([shown, confirmed]) = self.each.remove(id) {
            self.shown = self.shown.without(shown);
            self.confirmed = self.confirmed.without(confirmed);
        }
        if let (Some(shown), Some(confirmed)) = (shown, confirmed) {
            let both = [shown, confirmed].map(Census::of);
            self.shown = self.shown.with(both[0]);
            self.confirmed = self.confirmed.with(both[1]);
            self.each.insert(id.clone(), both);
        }
    }

    /// The counts with the pending changes, of those without.
    pub fn over(&self, confirmed: Census) -> Census {
        confirmed.with(self.shown).without(self.confirmed)
    }
}
