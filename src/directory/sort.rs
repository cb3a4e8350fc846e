//! Orders of rows: which columns can be sorted by, and the keys of their rows.

use rustc_hash::FxHashMap;

use super::{
    Directory, Kind, Name,
    holds::Holds,
    record::{LastActive, User},
};
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

/// What a row is sorted by.
pub enum Key<'a> {
    /// The smallest first.
    Number(u32),
    /// By a word that many rows share; no word comes first.
    Word(Option<&'a Name>),
}

/// The keys of the rows of a kind by one column.
pub struct Keys<'a> {
    directory: &'a Directory,
    kind: Kind,
    column: Column,
    /// How many hold each role, where that is asked for.
    holders: FxHashMap<&'a Name, u32>,
}

impl<'a> Keys<'a> {
    /// Looks up what is needed for all rows.
    pub fn new(directory: &'a Directory, kind: Kind, column: Column) -> Self {
        let asked = kind == Kind::Role && column == Column::Count;
        let holders = if asked { directory.holder_counts() } else { FxHashMap::default() };
        Self { directory, kind, column, holders }
    }

    /// The key of a row.
    pub fn of(&self, row: u32) -> Key<'a> {
        match self.kind {
            Kind::User => self.of_user(row),
            Kind::Team => {
                Key::Number(self.directory.team_at(row).map_or(0, |team| team.size().unwrap_or_default() as u32))
            }
            Kind::Role => self.of_role(row),
        }
    }

    fn of_user(&self, row: u32) -> Key<'a> {
        let user = || self.directory.user_at(row);
        match self.column {
            Column::Count => Key::Number(user().map_or(0, |user| self.directory.team_count(&user.id) as u32)),
            Column::LastActive => Key::Number(user().map_or(0, last_active)),
            Column::Status => Key::Number(user().map_or(0, |user| u32::from(user.is_inactive()))),
            Column::OrgRole => Key::Word(user().and_then(|user| user.org_role.value())),
            Column::Seat => Key::Word(user().and_then(|user| user.models_seat.value())),
            _ => Key::Number(self.directory.records().label_rank(row)),
        }
    }

    fn of_role(&self, row: u32) -> Key<'a> {
        let role = self.directory.role_at(row);
        match self.column {
            Column::Added => Key::Number(role.map_or(0, |role| role.added().count() as u32)),
            Column::Count => Key::Number(role.and_then(|role| self.holders.get(&role.name)).copied().unwrap_or(0)),
            _ => Key::Word(role.map(|role| &role.inherits)),
        }
    }
}

/// Seconds since the epoch, with *never* before everything and *unknown* before that.
fn last_active(user: &User) -> u32 {
    match user.last_active {
        LastActive::Unknown => 0,
        LastActive::Never => 1,
        LastActive::At(at) => u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX).saturating_add(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        listing::{Accounts, Listing},
        records::Records,
    };

    fn sorted(column: Column, descending: bool) -> Vec<String> {
        let user = |name: &str, display: &str, role: Option<&str>, last| User {
            id: name.into(),
            user_name: name.into(),
            display_name: display.into(),
            org_role: role.map(Name::from).into(),
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
        let mut listing = Listing::default();
        listing.sort(&directory, Kind::User, Order { column, descending }, Accounts::All);
        listing.finish(&directory, Kind::User);
        listing
            .take_shown()
            .unwrap()
            .into_iter()
            .filter_map(|row| directory.user_at(row))
            .map(|user| user.user_name.to_string())
            .collect()
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
