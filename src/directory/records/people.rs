//! Which user a group's member is.

use std::sync::OnceLock;

use super::{Table, named::NameIndex};
use crate::{
    directory::{
        Id, Name,
        record::{Member, Team, User},
    },
    scim::caseless::same,
};

/// The users among whom members are looked for.
pub(super) struct MemberCandidates<'a> {
    pub users: &'a Table<User>,
    pub named: &'a OnceLock<NameIndex>,
}

impl<'a> MemberCandidates<'a> {
    /// Makes a member who is a known user share what that user holds. The user's row, if the member's id is known.
    pub fn share(&self, member: &mut Member) -> Option<usize> {
        let (row, _, user) = self.users.get_full(&member.id)?;
        share(member, user);
        Some(row)
    }

    /// Gives a member whom the server calls otherwise the user's id (RFC 7643 §4.2 wants the id in `value`; some servers
    /// write it in other letters, or the user name or the email).
    pub fn identify(&self, member: &mut Member) {
        if let Some(user) = self.called(&member.id) {
            share(member, user);
        }
    }

    /// The only user of this name: by id ignoring case, by user name exactly or ignoring case, else by email.
    pub fn called(&self, name: &Id) -> Option<&'a User> {
        let mut rows: Vec<u32> = self.named.get_or_init(|| NameIndex::of(self.users)).rows(name).collect();
        rows.sort_unstable();
        rows.dedup();
        let users = || rows.iter().filter_map(|row| self.users.get_index(*row as usize)).map(|(_, user)| user);
        let by = [
            &(|user: &User| user.id.eq_ignore_ascii_case(name)) as &dyn Fn(&User) -> bool,
            &|user: &User| user.user_name.raw() == &**name,
            &|user: &User| is(&user.user_name, name),
            &|user: &User| is(&user.email, name),
        ];
        for so in by {
            let mut found = users().filter(|user| so(user));
            if let Some(first) = found.next() {
                return Some(first).filter(|_| found.next().is_none());
            }
        }
        None
    }
}

fn is(theirs: &Name, name: &str) -> bool {
    !theirs.is_empty() && same(theirs.raw(), name)
}

impl Team {
    /// Gives the member who is called by this user's name or email, or by the id in other letters, the id. The ids of
    /// others stay theirs.
    pub fn identify(&mut self, user: &User, others: &[Id]) {
        if self.has(&user.id) {
            return;
        }
        let is_called = |member: &Member| {
            (member.id.eq_ignore_ascii_case(&user.id) && !others.contains(&member.id))
                || [&user.user_name, &user.email].iter().any(|name| is(name, &member.id))
        };
        let members = self.members.iter_mut().flatten();
        members.filter(|member| is_called(member)).for_each(|member| share(member, user));
    }
}

/// A member who is a known user holds nothing of their own.
pub(super) fn share(member: &mut Member, user: &User) {
    member.id = user.id.clone();
    member.display = user.user_name.clone();
}
