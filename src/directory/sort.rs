//! Orders of rows: which columns can be sorted by, and the sorted index arrays.

use std::cmp::Ordering;

use super::{
    Directory, Kind,
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
        Column::OrgRole => by_text(by_name, order, |row| Some(fold(user(row)?.org_role.as_ref()?.as_str()))),
        Column::Seat => by_text(by_name, order, |row| Some(fold(user(row)?.models_seat.as_ref()?.as_str()))),
        _ => by_text(by_name, order, |row| Some(fold(user(row)?.label()))),
    }
}

fn role_rows(directory: &Directory, by_name: &[u32], order: Order) -> Vec<u32> {
    let role = |row: u32| directory.role_at(row);
    match order.column {
        Column::Added => by_key(by_name, order, |row| role(row).map_or(0, |r| r.added().count() as u64)),
        Column::Count => by_key(by_name, order, |row| role(row).map_or(0, |r| directory.holders(&r.name).len() as u64)),
        _ => by_text(by_name, order, |row| Some(fold(role(row)?.inherits.as_str()))),
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

fn by_key(by_name: &[u32], order: Order, key: impl Fn(u32) -> u64) -> Vec<u32> {
    // The position in the name order breaks ties and goes the same way in both directions.
    let mut keyed: Vec<(u64, u32, u32)> =
        by_name.iter().enumerate().map(|(at, row)| (key(*row), at as u32, *row)).collect();
    keyed.sort_unstable_by(|a, b| directed(a.0.cmp(&b.0), order).then(a.1.cmp(&b.1)));
    keyed.into_iter().map(|(_, _, row)| row).collect()
}

fn by_text(by_name: &[u32], order: Order, key: impl Fn(u32) -> Option<String>) -> Vec<u32> {
    let mut keyed: Vec<(Option<String>, u32, u32)> =
        by_name.iter().enumerate().map(|(at, row)| (key(*row), at as u32, *row)).collect();
    keyed.sort_unstable_by(|a, b| directed(a.0.cmp(&b.0), order).then(a.1.cmp(&b.1)));
    keyed.into_iter().map(|(_, _, row)| row).collect()
}

fn directed(ordering: Ordering, order: Order) -> Ordering {
    if order.descending { ordering.reverse() } else { ordering }
}
