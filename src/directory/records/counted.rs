//! Counts and the set of admins, updated as users come and go, so that no query scans all users.

use rustc_hash::FxHashSet;

use crate::directory::{Id, census::DirectoryCensus, record::User};

/// The counts, and the ids of the organisation admins.
#[derive(Debug, Default)]
pub(super) struct CountedPeople {
    pub census: DirectoryCensus,
    pub admins: FxHashSet<Id>,
}

impl CountedPeople {
    /// Adds a user to the counts if `there`, and takes the user out otherwise.
    pub fn count(&mut self, user: &User, there: bool) {
        self.census.count(user, there);
        if !user.is_org_admin() {
            return;
        }
        if there {
            self.admins.insert(user.id.clone());
        } else {
            self.admins.remove(&user.id);
        }
    }
}
