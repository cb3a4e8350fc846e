//! Roles that only answers to changes have shown, filled into records that lack them.

use jiff::Timestamp;

use crate::directory::{
    Directory, Id, Observation,
    learnt::LearntRoles,
    record::{Record, User},
};

/// Learnt roles, and whether the record shown has them from here.
#[derive(Debug)]
pub(super) struct Learnt {
    roles: LearntRoles,
    filled: bool,
}

impl Directory {
    /// Takes roles that answers to changes have shown. The records shown get them with the next reading that lacks them.
    pub fn learn_roles(&mut self, learnt: impl IntoIterator<Item = (Id, LearntRoles)>) {
        for (id, roles) in learnt {
            self.learnt.insert(id, Learnt { roles, filled: false });
        }
        self.fill_learnt();
    }

    /// When the answer came that the user's roles are known from; `None` where a list or a single read tells them.
    pub fn role_learnt(&self, user: &Id) -> Option<Timestamp> {
        self.learnt.get(user).filter(|learnt| learnt.filled).map(|learnt| learnt.roles.at)
    }

    /// True where a list left the roles out and reading the user alone may bring them.
    pub fn lacks_roles(&self, user: &User) -> bool {
        user.lacks_roles() || (user.is_summary() && self.role_learnt(&user.id).is_some())
    }

    /// Fills all records that lack roles which were learnt.
    pub(super) fn fill_learnt(&mut self) {
        let users = self.records.users();
        let lacking: Vec<User> = self
            .learnt
            .iter_mut()
            .filter_map(|(id, learnt)| {
                let mut user = users.get(id)?.clone();
                learnt.roles.fill(&mut user).then(|| {
                    learnt.filled = true;
                    user
                })
            })
            .collect();
        self.records.put_all(lacking.into_iter().map(Record::User));
    }

    /// A list that tells the roles ends what was learnt of them; a single read that tells some renews those. A reading
    /// that does not tell them is filled.
    pub(super) fn fill_fresh(&mut self, fresh: &mut Observation) {
        match fresh {
            Observation::Record(Record::User(user)) => {
                let Some(learnt) = self.learnt.get_mut(&user.id) else { return };
                if let Some(told) = LearntRoles::of(user, learnt.roles.at).filter(|_| !user.is_summary()) {
                    learnt.roles = told.or(&learnt.roles);
                }
                learnt.filled = learnt.roles.fill(user);
                if !learnt.filled && user.is_summary() {
                    self.learnt.remove(&user.id);
                }
            }
            Observation::Gone(target) => drop(self.learnt.remove(&target.id)),
            Observation::Record(_) | Observation::Told(..) => {}
        }
    }
}
