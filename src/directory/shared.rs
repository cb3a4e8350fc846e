//! Shares single copies of values that many records hold: roles, seats, names of teams, versions. Knows records, not
//! where they come from.

use std::{hash::Hash, sync::Arc};

use rustc_hash::FxHashSet;

use super::{
    Name,
    field::UserField,
    record::{Record, RoleGrant, Team, User},
};

/// More different values than this are not shared ones.
const MOST: usize = 10_000;

/// The values seen so far in the records of one list.
#[derive(Debug, Default)]
pub struct Shared {
    names: FxHashSet<Name>,
    versions: FxHashSet<Arc<str>>,
}

impl Shared {
    /// Lets a record share values that others hold already, in no more memory than it needs.
    pub fn record(&mut self, record: &mut Record) {
        match record {
            Record::User(user) => self.user(user),
            Record::Team(team) => self.team(team),
            Record::Role(_) => {}
        }
    }

    /// Like [`Self::record`], for a user.
    pub fn user(&mut self, user: &mut User) {
        for (_, text) in UserField::texts() {
            (text.of_mut)(user).name_mut().into_iter().for_each(|name| share(&mut self.names, name));
        }
        user.team_roles.iter_mut().for_each(|grants| self.grants(grants));
        self.grants(&mut user.registry_roles);
        user.version.iter_mut().for_each(|version| share(&mut self.versions, version));
        if user.email == user.user_name {
            user.email = user.user_name.clone();
        }
    }

    /// Like [`Self::record`], for a team.
    pub fn team(&mut self, team: &mut Team) {
        team.members.iter_mut().for_each(Vec::shrink_to_fit);
        team.version.iter_mut().for_each(|version| share(&mut self.versions, version));
    }

    fn grants(&mut self, grants: &mut Vec<RoleGrant>) {
        grants.shrink_to_fit();
        for RoleGrant { scope, role } in grants {
            share(&mut self.names, scope);
            share(&mut self.names, role);
        }
    }
}

fn share<T: Clone + Eq + Hash>(known: &mut FxHashSet<T>, one: &mut T) {
    match known.get(one) {
        Some(same) => one.clone_from(same),
        None if known.len() < MOST => drop(known.insert(one.clone())),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: &str) -> User {
        let mut grants = Vec::with_capacity(8);
        grants.push(RoleGrant { scope: "vision".into(), role: role.into() });
        User { org_role: role.into(), team_roles: Some(grants), version: Some("7".into()), ..User::default() }
    }

    #[test]
    fn what_is_equal_is_held_once() {
        let mut shared = Shared::default();
        let (mut eva, mut ivan) = (user("admin"), user("admin"));
        shared.user(&mut eva);
        shared.user(&mut ivan);
        assert_eq!(eva, user("admin"));
        let place = |name: Option<&Name>| name.unwrap().raw().as_ptr();
        let role = place(eva.org_role.value());
        let grants = ivan.team_roles.unwrap();
        assert_eq!((place(ivan.org_role.value()), place(Some(&grants[0].role))), (role, role));
        assert_eq!(grants.capacity(), 1);
        assert!(Arc::ptr_eq(&eva.version.unwrap(), &ivan.version.unwrap()));
    }
}
