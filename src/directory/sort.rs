//! Orders of rows by a field of the table, and the keys of their rows.

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::{
    Directory, Name, RecordKind,
    field::{FieldSort, RecordField, RoleField, TeamField, UserField},
    record::{LastActive, User},
};

/// A field and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SortOrder {
    /// The field.
    pub by: RecordField,
    /// True for the largest first.
    pub descending: bool,
}

impl SortOrder {
    /// The order of a kind's list until another one is chosen.
    pub fn by_name(kind: RecordKind) -> Self {
        Self::at_first(RecordField::name_of(kind))
    }

    /// The order by a field, in the direction in which people look at it first.
    pub fn at_first(by: RecordField) -> Self {
        Self { by, descending: by.spec().sort == FieldSort::Descending }
    }

    /// True for the order of the names, in either direction.
    pub fn is_by_name(self) -> bool {
        self.by == RecordField::name_of(self.by.kind())
    }
}

/// The key by which a row is sorted.
pub enum SortKey<'a> {
    /// The smallest first.
    Number(u32),
    /// A word that many rows share; rows without a word come first.
    Word(Option<&'a Name>),
}

/// The keys of rows by one field.
pub struct SortKeys<'a> {
    directory: &'a Directory,
    by: RecordField,
    /// The number of holders of each role, where that is asked for.
    holders: FxHashMap<&'a Name, u32>,
}

impl<'a> SortKeys<'a> {
    /// Looks up the facts that all rows need.
    pub fn new(directory: &'a Directory, by: RecordField) -> Self {
        let asked = by == RoleField::Holders.into();
        let holders = if asked { directory.holder_counts() } else { FxHashMap::default() };
        Self { directory, by, holders }
    }

    /// The key of a row; the same for all rows where the field has no order.
    pub fn of(&self, row: u32) -> SortKey<'a> {
        match self.by {
            RecordField::User(by) => self.of_user(row, by),
            RecordField::Team(by) => self.of_team(row, by),
            RecordField::Role(by) => self.of_role(row, by),
        }
    }

    fn of_user(&self, row: u32, by: UserField) -> SortKey<'a> {
        let user = || self.directory.user_at(row);
        match by {
            UserField::Teams => SortKey::Number(user().map_or(0, |user| self.directory.team_count(&user.id) as u32)),
            UserField::LastActive => SortKey::Number(user().map_or(0, last_active)),
            UserField::Active => SortKey::Number(user().map_or(0, |user| u32::from(user.is_inactive()))),
            UserField::DisplayName => SortKey::Number(self.directory.records().label_rank(row)),
            UserField::Account => SortKey::Number(user().map_or(0, |user| user.account as u32)),
            UserField::Created => SortKey::Number(user().map_or(0, |user| seconds(user.created))),
            UserField::Modified => SortKey::Number(user().map_or(0, |user| seconds(user.modified))),
            UserField::DaysActive => SortKey::Number(user().and_then(|user| user.days_active).map_or(0, days)),
            text => match &text.spec().text {
                Some(text) => SortKey::Word(user().and_then(|user| (text.of)(user).value())),
                // Rows are in the order of the names before they are sorted.
                None => SortKey::Number(0),
            },
        }
    }

    fn of_team(&self, row: u32, by: TeamField) -> SortKey<'a> {
        let team = || self.directory.team_at(row);
        SortKey::Number(match by {
            TeamField::Members => team().map_or(0, |team| team.size().unwrap_or_default() as u32),
            TeamField::Created => team().map_or(0, |team| seconds(team.created)),
            TeamField::Modified => team().map_or(0, |team| seconds(team.modified)),
            TeamField::Name => 0,
            TeamField::Id
            | TeamField::MemberNames
            | TeamField::Others
            | TeamField::ExternalId
            | TeamField::Gives
            | TeamField::Admins
            | TeamField::Problem => 0,
        })
    }

    fn of_role(&self, row: u32, by: RoleField) -> SortKey<'a> {
        let role = self.directory.role_at(row);
        match by {
            RoleField::Permissions => SortKey::Number(role.map_or(0, |role| role.added().count() as u32)),
            RoleField::Holders => {
                SortKey::Number(role.and_then(|role| self.holders.get(&role.name)).copied().unwrap_or(0))
            }
            RoleField::Inherits => SortKey::Word(role.map(|role| &role.inherits)),
            RoleField::Created => SortKey::Number(role.map_or(0, |role| seconds(role.created))),
            RoleField::Modified => SortKey::Number(role.map_or(0, |role| seconds(role.modified))),
            RoleField::Name | RoleField::Id | RoleField::Description | RoleField::Problem => SortKey::Number(0),
        }
    }
}

/// Seconds since the epoch; 0 where the time is not told.
fn seconds(at: Option<Timestamp>) -> u32 {
    at.map_or(0, |at| u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX).saturating_add(1))
}

/// Days of use, after *not told*.
fn days(days: impl TryInto<u32>) -> u32 {
    days.try_into().unwrap_or(u32::MAX).saturating_add(1)
}

/// Seconds since the epoch, with *never* before everything and *unknown* before that.
fn last_active(user: &User) -> u32 {
    match user.last_active {
        LastActive::Unknown => 0,
        LastActive::Never => 1,
        LastActive::At(at) => seconds(Some(at)).saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        listing::{AccountFilter, ListOrder},
        record::{AccountKind, Member, Permission, Role, RoleGrant, Team},
        records::Records,
    };

    fn sorted(by: UserField, descending: bool) -> Vec<String> {
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
        let mut listing = ListOrder::default();
        listing.sort(&directory, RecordKind::User, &[SortOrder { by: by.into(), descending }], AccountFilter::All);
        listing.finish(&directory, RecordKind::User);
        listing
            .take_shown()
            .unwrap()
            .into_iter()
            .filter_map(|row| directory.user_at(row))
            .map(|user| user.user_name.to_string())
            .collect()
    }

    /// Rows of one key stay in name order in both directions, so a field that is not wired shows.
    #[test]
    fn each_field_with_an_order_parts_records_that_differ_in_it() {
        let directory = differing();
        for by in RecordKind::ALL.into_iter().flat_map(RecordField::of).filter(|by| by.spec().sort != FieldSort::No) {
            let rows = |descending| {
                let mut listing = ListOrder::default();
                listing.sort(&directory, by.kind(), &[SortOrder { by, descending }], AccountFilter::All);
                listing.finish(&directory, by.kind());
                listing.take_shown().unwrap()
            };
            let mut upward = rows(false);
            upward.reverse();
            assert_eq!(upward.len(), 2, "{by:?}");
            assert_eq!(rows(true), upward, "{by:?}");
        }
    }

    /// Two records of each kind that differ in every field.
    fn differing() -> Directory {
        let created = Some(jiff::Timestamp::UNIX_EPOCH);
        let plain = User { id: "a".into(), user_name: "a".into(), display_name: "a".into(), ..User::default() };
        let mut other = User {
            id: "b".into(),
            user_name: "b".into(),
            display_name: "b".into(),
            active: Some(false),
            account: AccountKind::OrgService,
            team_roles: Some(vec![RoleGrant { scope: "t".into(), role: "r".into() }]),
            last_active: LastActive::Never,
            days_active: Some(3),
            created,
            modified: created,
            ..User::default()
        };
        UserField::texts().for_each(|(_, text)| *(text.of_mut)(&mut other) = "a word".into());
        let member = Member { id: "b".into(), display: Name::default() };
        let teams = vec![
            Team { id: "s".into(), name: "s".into(), ..Team::default() },
            Team {
                id: "t".into(),
                name: "t".into(),
                members: Some(vec![member]),
                created,
                modified: created,
                ..Team::default()
            },
        ];
        let added = Permission { name: "run:read".into(), inherited: false };
        let roles = vec![
            Role { id: "q".into(), name: "q".into(), inherits: "member".into(), ..Role::default() },
            Role {
                id: "r".into(),
                name: "r".into(),
                inherits: "viewer".into(),
                permissions: vec![added],
                created,
                modified: created,
                ..Role::default()
            },
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(vec![plain, other], teams, roles), true);
        directory
    }

    #[test]
    fn case_does_not_count_and_equal_rows_go_by_name_in_both_directions() {
        assert_eq!(sorted(UserField::UserName, true), ["d", "c", "b", "a"]);
        assert_eq!(sorted(UserField::DisplayName, false), ["a", "c", "d", "b"]);
        assert_eq!(sorted(UserField::DisplayName, true), ["b", "d", "c", "a"]);
        assert_eq!(sorted(UserField::OrgRole, false), ["b", "c", "a", "d"]);
        assert_eq!(sorted(UserField::OrgRole, true), ["a", "d", "c", "b"]);
        assert_eq!(sorted(UserField::LastActive, true), ["b", "a", "d", "c"]);
    }
}
