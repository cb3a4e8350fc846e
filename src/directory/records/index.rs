//! The indexes of whole tables, made on as many cores as that is worth.

use std::thread;

use rustc_hash::FxHashSet;

use super::{Order, Table, people::MemberCandidates};
use crate::{
    directory::{
        Id, Name,
        field::UserField,
        record::{Role, Team, User},
        search::SearchText,
    },
    scim::text::fold,
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
    pub fn of<'a>(rows: usize, texts: impl Fn(u32) -> RecordTexts<'a>) -> Self {
        let mut text = SearchText::default();
        let mut keys: Vec<(String, u32)> = Vec::with_capacity(rows);
        for row in 0..rows as u32 {
            let RecordTexts(texts) = texts(row);
            keys.push((fold(texts[0]), row));
            text.push(texts);
        }
        Self { text, by_name: Order::of(keys) }
    }
}

/// Does both, at the same time where so many users are worth it.
pub(super) fn at_once<A: Send, B>(users: usize, one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    if users < WORTH_A_THREAD {
        return (one(), other());
    }
    thread::scope(|scope| {
        let under_way = scope.spawn(&one);
        let other = other();
        // A thread that failed leaves its share to this one.
        (under_way.join().unwrap_or_else(|_| one()), other)
    })
}

/// Keeps a single copy of each name that many users share.
pub(super) fn intern_names(users: &mut Table<User>) {
    let mut names: FxHashSet<Name> = FxHashSet::default();
    let mut share = |name: &mut Name| match names.get(name) {
        Some(known) => *name = known.clone(),
        None => drop(names.insert(name.clone())),
    };
    for user in users.values_mut() {
        for (_, text) in UserField::texts() {
            (text.of_mut)(user).name_mut().into_iter().for_each(&mut share);
        }
        for grant in user.team_roles.iter_mut().flatten().chain(&mut user.registry_roles) {
            share(&mut grant.scope);
            share(&mut grant.role);
        }
    }
}

/// Keeps the user's own id in every membership.
pub(super) fn intern_members(teams: &mut Table<Team>, people: MemberCandidates<'_>) {
    let mut strangers = false;
    for member in teams.values_mut().flat_map(|team| team.members.iter_mut().flatten()) {
        strangers |= !people.share(member);
    }
    if strangers {
        let groups: FxHashSet<Id> = teams.keys().cloned().collect();
        let members = teams.values_mut().flat_map(|team| team.members.iter_mut().flatten());
        let unknown = members.filter(|member| !people.users.contains_key(&member.id) && !groups.contains(&member.id));
        unknown.for_each(|member| people.identify(member));
    }
}
