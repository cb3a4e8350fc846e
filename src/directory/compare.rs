//! Compares two roles: the permissions in which they differ.

use std::collections::BTreeSet;

use super::{
    Directory, Id, RecordKind,
    permissions::{BASES, PermissionStance, Permissions, stance},
};

/// A role in the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// A custom role.
    Role(Id),
    /// A predefined role, with the permissions that custom roles show of it.
    Base(&'static str),
}

impl Side {
    /// The roles that can be compared: all custom ones, and the predefined ones with known permissions.
    pub fn all(directory: &Directory) -> Vec<Self> {
        let roles =
            directory.rows_by_name(RecordKind::Role).iter().filter_map(|row| directory.id_at(RecordKind::Role, *row));
        let bases = BASES.into_iter().filter(|base| directory.base_permissions(base).is_some());
        roles.cloned().map(Side::Role).chain(bases.map(Side::Base)).collect()
    }

    /// The role's name.
    pub fn name<'a>(&self, directory: &'a Directory) -> &'a str {
        match self {
            Side::Role(id) => directory.role(id).map_or("?", |role| role.name.as_str()),
            Side::Base(base) => base,
        }
    }

    fn permissions(&self, directory: &Directory) -> Permissions {
        match self {
            Side::Role(id) => {
                let role = directory.role(id).into_iter().flat_map(|role| &role.permissions);
                role.map(|one| one.name.raw().to_owned()).collect()
            }
            Side::Base(base) => directory.base_permissions(base).unwrap_or_default(),
        }
    }
}

/// A permission in both roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `object:operation`.
    pub name: String,
    /// The stance of each role to the permission.
    pub stances: [PermissionStance; 2],
}

impl Row {
    /// True if only one of the roles allows the permission.
    pub fn differs(&self) -> bool {
        let [one, other] = self.stances.map(|stance| stance == PermissionStance::Absent);
        one != other
    }
}

/// Every permission of either role; permissions of only one role come first.
pub fn rows(sides: &[Side; 2], directory: &Directory) -> Vec<Row> {
    let [one, other] = [&sides[0], &sides[1]].map(|side| side.permissions(directory));
    let all: BTreeSet<&String> = one.union(&other).collect();
    let of = |side: &Side, has: &Permissions, name: &str| match side {
        Side::Role(id) => directory.role(id).map_or(PermissionStance::Absent, |role| stance(role, name)),
        Side::Base(_) if has.contains(name) => PermissionStance::Inherited,
        Side::Base(_) => PermissionStance::Absent,
    };
    let row =
        |name: &String| Row { name: name.clone(), stances: [of(&sides[0], &one, name), of(&sides[1], &other, name)] };
    let mut rows: Vec<Row> = all.into_iter().map(row).collect();
    rows.sort_by_key(|row| !row.differs());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        record::{Permission, Role},
        records::Records,
    };

    #[test]
    fn differences_come_first_and_predefined_roles_can_be_compared() {
        let permission = |(name, inherited): (&str, bool)| Permission { name: name.into(), inherited };
        let role = |name: &str, base: &str, all: &[(&str, bool)]| Role {
            id: name.into(),
            name: name.into(),
            inherits: base.into(),
            permissions: all.iter().copied().map(permission).collect(),
            ..Role::default()
        };
        let roles = vec![
            role("janitor", "member", &[("artifact:read", true), ("run:create", true), ("run:delete", false)]),
            role("writer", "viewer", &[("artifact:read", true), ("run:create", false)]),
        ];
        let mut directory = Directory::default();
        directory.replace(Records::build(vec![], vec![], roles), true);
        let names: Vec<&str> = Side::all(&directory).iter().map(|side| side.name(&directory)).collect();
        assert_eq!(names, ["janitor", "writer", "member", "viewer"]);
        let told = |sides: [Side; 2]| {
            let row = |row: Row| format!("{}{} {:?}", if row.differs() { "!" } else { "" }, row.name, row.stances);
            rows(&sides, &directory).into_iter().map(row).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(
            told([Side::Role("janitor".into()), Side::Role("writer".into())]),
            "!run:delete [Added, Absent]; artifact:read [Inherited, Inherited]; run:create [Inherited, Added]"
        );
        assert_eq!(
            told([Side::Base("viewer"), Side::Role("writer".into())]),
            "!run:create [Absent, Added]; artifact:read [Inherited, Inherited]"
        );
    }
}
