//! Orders of rows: which columns can be sorted by, and the sorted index arrays.

use std::{cmp::Ordering, collections::BTreeSet};

use rustc_hash::FxHashMap;

use super::{
    Directory, Kind, Name,
    holds::Holds,
    record::{LastActive, User},
};
use crate::scim::text::fold;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// User name, team name or role name.
    Name,
    /// Display name.
    Display,
    /// Organisation role.
    OrgRole,
    /// Models seat.
    Seat,
    /// Number of teams (users), of members (teams), of holders (roles).
    Count,
    /// Last active.
    LastActive,
    /// Active or not.
    Status,
    /// The role that a custom role inherits from.
    Inherits,
    /// Number of added permissions.
    Added,
}

impl Column {
    /// The columns of a pane, in the order in which `s` goes through them.
    pub fn of(kind: Kind) -> &'static [Column] {
        match kind {
            Kind::User => &[
                Column::Name,
                Column::Display,
                Column::OrgRole,
                Column::Seat,
                Column::Count,
                Column::LastActive,
                Column::Status,
            ],
            Kind::Team => &[Column::Name, Column::Count],
            Kind::Role => &[Column::Name, Column::Inherits, Column::Added, Column::Count],
        }
    }

    /// True where the provider's records hold what it sorts by.
    pub fn is_held(self, holds: Holds) -> bool {
        match self {
            Column::OrgRole => holds.org_roles,
            Column::Seat => holds.seats,
            Column::LastActive => holds.activity,
            Column::Inherits | Column::Added => holds.custom_roles,
            _ => true,
        }
    }

    /// In words, for the pane's title.
    pub fn label(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Column::Name, Kind::User) => "user",
            (Column::Name, Kind::Team) => "team",
            (Column::Name, Kind::Role) => "role",
            (Column::Display, _) => "name",
            (Column::OrgRole, _) => "org role",
            (Column::Seat, _) => "seat",
            (Column::Count, Kind::User) => "teams",
            (Column::Count, Kind::Team) => "members",
            (Column::Count, Kind::Role) => "holders",
            (Column::LastActive, _) => "last active",
            (Column::Status, _) => "status",
            (Column::Inherits, _) => "inherits",
            (Column::Added, _) => "added",
        }
    }
}

/// A column and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    /// By which column.
    pub column: Column,
    /// Largest first.
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { column: Column::Name, descending: false }
    }
}

/// All rows of a kind in the given order; equal rows by name.
pub fn rows(directory: &Directory, kind: Kind, order: Order) -> Vec<u32> {
    let by_name = directory.rows_by_name(kind);
    if order.column == Column::Name {
        let mut rows = by_name.to_vec();
        if order.descending {
            rows.reverse();
        }
        return rows;
    }
    match kind {
        Kind::User => user_rows(directory, by_name, order),
        Kind::Team => by_key(by_name, order, |row| directory.team_at(row).map_or(0, |team| team.size() as u64)),
        Kind::Role => role_rows(directory, by_name, order),
    }
}

fn user_rows(directory: &Directory, by_name: &[u32], order: Order) -> Vec<u32> {
    let user = |row: u32| directory.user_at(row);
    match order.column {
        Column::Count => by_key(by_name, order, |row| user(row).map_or(0, |u| directory.team_count(&u.id) as u64)),
        Column::LastActive => by_key(by_name, order, |row| user(row).map_or(0, last_active_key)),
        Column::Status => by_key(by_name, order, |row| user(row).map_or(0, |u| u64::from(u.is_inactive()))),
        Column::OrgRole => by_word(by_name, order, |row| user(row)?.org_role.as_ref()),
        Column::Seat => by_word(by_name, order, |row| user(row)?.models_seat.as_ref()),
        _ => by_key(by_name, order, |row| u64::from(directory.records().label_rank(row))),
    }
}

fn role_rows(directory: &Directory, by_name: &[u32], order: Order) -> Vec<u32> {
    let role = |row: u32| directory.role_at(row);
    match order.column {
        Column::Added => by_key(by_name, order, |row| role(row).map_or(0, |r| r.added().count() as u64)),
        Column::Count => by_key(by_name, order, |row| role(row).map_or(0, |r| directory.holders(&r.name).len() as u64)),
        _ => by_word(by_name, order, |row| role(row).map(|role| &role.inherits)),
    }
}

/// Seconds since the epoch, with *never* before everything and *unknown* before that.
fn last_active_key(user: &User) -> u64 {
    match user.last_active {
        LastActive::Unknown => 0,
        LastActive::Never => 1,
        LastActive::At(at) => (at.as_second().max(0) as u64).saturating_add(2),
    }
}

/// Keys are taken in the order in which the rows lie in memory: in name order every row would be waited for.
fn keys<K>(by_name: &[u32], key: impl Fn(u32) -> K) -> Vec<K> {
    (0..by_name.len() as u32).map(key).collect()
}

fn by_key(by_name: &[u32], order: Order, key: impl Fn(u32) -> u64) -> Vec<u32> {
    let keys = keys(by_name, key);
    let key = |row: u32| keys.get(row as usize).copied().unwrap_or_default();
    let mut keyed: Vec<(u64, u32)> = by_name.iter().map(|row| (key(*row), *row)).collect();
    // Stable: rows of one key stay in name order, in both directions.
    keyed.sort_by(|a, b| directed(a.0.cmp(&b.0), order));
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// By a word of which there are few: each is folded and compared once. No word comes first.
fn by_word<'a>(by_name: &[u32], order: Order, word: impl Fn(u32) -> Option<&'a Name>) -> Vec<u32> {
    let words = keys(by_name, word);
    let mut folded: FxHashMap<&str, String> = FxHashMap::default();
    for word in words.iter().flatten() {
        folded.entry(word.as_str()).or_insert_with(|| fold(word.as_str()));
    }
    let distinct: BTreeSet<&String> = folded.values().collect();
    let places: FxHashMap<&String, u64> = distinct.into_iter().zip(1..).collect();
    let ranks: FxHashMap<&str, u64> =
        folded.iter().filter_map(|(word, folded)| Some((*word, *places.get(folded)?))).collect();
    let rank = |row: u32| ranks.get(words.get(row as usize).copied()??.as_str()).copied();
    by_key(by_name, order, |row| rank(row).unwrap_or(0))
}

fn directed(ordering: Ordering, order: Order) -> Ordering {
    if order.descending { ordering.reverse() } else { ordering }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::records::Records;

    fn sorted(column: Column, descending: bool) -> Vec<String> {
        let user = |name: &str, display: &str, role: Option<&str>, last| User {
            id: name.into(),
            user_name: name.into(),
            display_name: display.into(),
            org_role: role.map(Into::into),
            last_active: last,
            ..User::default()
        };
        let users = vec![
            user("d", "Eva Tanaka the second", Some("Viewer"), LastActive::Never),
            user("c", "eva tanaka the first", Some("admin"), LastActive::Unknown),
            user("b", "Zoe", None, LastActive::At(jiff::Timestamp::UNIX_EPOCH)),
            user("a", "", Some("viewer"), LastActive::Never),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(users, vec![], vec![]), true);
        let rows = rows(&directory, Kind::User, Order { column, descending });
        rows.into_iter().filter_map(|row| directory.user_at(row)).map(|user| user.user_name.to_string()).collect()
    }

    #[test]
    fn case_does_not_count_and_equal_rows_go_by_name_in_both_directions() {
        assert_eq!(sorted(Column::Name, true), ["d", "c", "b", "a"]);
        assert_eq!(sorted(Column::Display, false), ["a", "c", "d", "b"]);
        assert_eq!(sorted(Column::Display, true), ["b", "d", "c", "a"]);
        assert_eq!(sorted(Column::OrgRole, false), ["b", "c", "a", "d"]);
        assert_eq!(sorted(Column::OrgRole, true), ["a", "d", "c", "b"]);
        assert_eq!(sorted(Column::LastActive, true), ["b", "a", "d", "c"]);
    }
}
