//! Roles that only the answers to changes have shown, filled into records that lack them.

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
    /// Takes in roles that the answers to changes have shown. Shown records get them with the next reading that lacks
    /// them.
    pub fn learn_roles(&mut self, learnt: impl IntoIterator<Item = (Id, LearntRoles)>) {
        for (id, roles) in learnt {
            self.learnt.insert(id, Learnt { roles, filled: false });
        }
        self.fill_learnt();
    }

    /// The time of the answer that showed the user's roles; `None` if a list or a single read shows them.
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

    /// Updates the learnt roles by a reading. A list that shows roles ends them, a single read that shows roles
    /// replaces them, and a reading without roles is filled from them.
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
