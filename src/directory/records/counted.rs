//! What is counted and found of users as they come and go, so that nothing looks through all of them for it.

use rustc_hash::FxHashSet;

use crate::directory::{Id, census::Census, record::User};

/// The counts, and who is an organisation admin.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub census: Census,
    pub admins: FxHashSet<Id>,
}

impl Counted {
    /// Counts a user in, or out again.
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
