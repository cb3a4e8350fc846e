//! The indexes of whole tables, made on as many cores as that is worth.

use std::thread::{Scope, ScopedJoinHandle};

use super::{
    Table,
    order::{Order, SortKey},
};
use crate::{
    directory::{
        record::{Role, Team, User},
        search::SearchText,
    },
    scim::text::compare_folded,
};

/// Below so many users a second thread costs more than it saves.
const WORTH_A_THREAD: usize = 4_000;

/// The texts by which a record is found; the first is its name.
pub(super) struct RecordTexts<'a>(pub [&'a str; 3]);

impl<'a> RecordTexts<'a> {
    pub fn user(users: &'a Table<User>, row: u32) -> Self {
        let user = users.get_index(row as usize).map(|(_, user)| user);
        Self(user.map_or_else(Default::default, |user| {
            [user.user_name.as_str(), user.display_name.as_str(), user.email.as_str()]
        }))
    }

    pub fn team(teams: &'a Table<Team>, row: u32) -> Self {
        let team = teams.get_index(row as usize).map(|(_, team)| team);
        Self(team.map_or_else(Default::default, |team| [team.name.as_str(), "", ""]))
    }

    pub fn role(roles: &'a Table<Role>, row: u32) -> Self {
        let role = roles.get_index(row as usize).map(|(_, role)| role);
        Self(role.map_or_else(Default::default, |role| [role.name.as_str(), role.description.as_str(), ""]))
    }
}

/// The searchable text and the order by name of a table.
pub(super) struct IndexedRows {
    pub text: SearchText,
    pub by_name: Order,
}

impl IndexedRows {
    /// Of a table that was put in name order.
    pub fn of<'a>(rows: usize, texts: impl Fn(u32) -> RecordTexts<'a>) -> Self {
        let mut text = SearchText::default();
        let (mut is_sorted, mut before) = (true, "");
        for row in 0..rows as u32 {
            let RecordTexts(texts) = texts(row);
            is_sorted &= compare_folded(before, texts[0]).is_le();
            before = texts[0];
            text.push(texts);
        }
        // A record that came twice has the place of the first and may have another name.
        let by_name = if is_sorted {
            Order::ascending(rows)
        } else {
            Order::of((0..rows as u32).map(|row| (SortKey::of(texts(row).0[0]), row)).collect())
        };
        Self { text, by_name }
    }
}

/// Starts work on a thread of its own where so many users are worth it.
pub(super) struct SideWork<'scope, T>(Option<ScopedJoinHandle<'scope, T>>);

impl<'scope, T: Send + 'scope> SideWork<'scope, T> {
    pub fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        users: usize,
        work: impl FnOnce() -> T + Send + 'scope,
    ) -> Self {
        Self((users >= WORTH_A_THREAD).then(|| scope.spawn(work)))
    }

    /// The result; a thread that was not started or that failed leaves the work to this one.
    pub fn end(self, work: impl FnOnce() -> T) -> T {
        self.0.and_then(|thread| thread.join().ok()).unwrap_or_else(work)
    }
}
