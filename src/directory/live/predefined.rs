//! Roles that the provider predefines. No list of the server has them, so they are no records. They have rows of their
//! own after the custom roles.

use super::Directory;
use crate::directory::{Id, Name, RecordKind, ResourceRef, record::Role};

/// The first row that is no record's: predefined roles, and invited people.
pub(super) const FIRST_ROW: u32 = 1 << 31;

/// Prefix of the ids of predefined roles, which are never sent to a server.
const ID: &str = "predefined:";

impl Role {
    /// True for a role that the provider predefines.
    pub fn is_predefined(&self) -> bool {
        self.id.starts_with(ID)
    }
}

impl ResourceRef {
    /// True for a role that the provider predefines.
    pub fn is_predefined(&self) -> bool {
        self.kind == RecordKind::Role && self.id.starts_with(ID)
    }
}

impl Directory {
    /// Sets the provider's predefined roles, the highest first.
    pub fn predefine<'a>(&mut self, names: impl IntoIterator<Item = &'a Name>) {
        let mut roles: Vec<Role> = Vec::new();
        for name in names {
            if !roles.iter().any(|role| role.name == *name) {
                let id: Id = format!("{ID}{}", name.raw()).as_str().into();
                roles.push(Role { id, name: name.clone(), ..Role::default() });
            }
        }
        self.predefined = roles;
    }

    /// The predefined roles.
    pub fn predefined(&self) -> &[Role] {
        &self.predefined
    }

    /// The rows of the predefined roles.
    pub fn predefined_rows(&self) -> impl Iterator<Item = u32> + use<> {
        let count = self.predefined.len() as u32;
        (0..count).map(|at| FIRST_ROW + at)
    }

    /// The predefined role of a name, ignoring case: servers write `Admin` and `admin`.
    pub fn predefined_named(&self, name: &Name) -> Option<&Role> {
        self.predefined.iter().find(|role| name.is(role.name.raw()))
    }

    /// The row of a record, of a predefined role or of an invited person.
    pub fn row_of(&self, target: &ResourceRef) -> Option<u32> {
        if target.is_invited() {
            return self.invited_row(&target.id);
        }
        if !target.is_predefined() {
            return self.records.row(target);
        }
        let at = self.predefined.iter().position(|role| role.id == target.id)?;
        Some(FIRST_ROW + at as u32)
    }

    pub(super) fn predefined_at(&self, row: u32) -> Option<&Role> {
        self.predefined.get(row.checked_sub(FIRST_ROW)? as usize)
    }

    pub(super) fn predefined_role(&self, id: &Id) -> Option<&Role> {
        self.predefined.iter().find(|role| role.id == *id)
    }

    /// The number of users who are known to hold a predefined role in the organisation; `None` if no user's role is
    /// known.
    pub fn holders_in_organisation(&self, role: &Name) -> Option<usize> {
        let users = || (0..self.len(RecordKind::User) as u32).filter_map(|row| self.user_at(row));
        let held = users().filter(|user| user.org_role.value().is_some_and(|held| held.is(role.raw()))).count();
        (held > 0 || self.org_roles_known() > 0).then_some(held)
    }
}
