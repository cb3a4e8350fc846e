//! Holders of a deleted role: every holder falls back to another role, known or not.

use super::GuardedChange;
use crate::directory::{Directory, Id, RecordKind, permissions::RoleHolders, plan::typed_name};

impl GuardedChange {
    /// If the roles of some people are unknown, any of them may hold the role, so its name must be typed.
    pub(super) fn holders_told(&mut self, role: &Id, directory: &Directory) {
        let Some(role) = directory.role(role) else { return };
        let all_listed = directory.is_complete(RecordKind::User);
        let held = directory.held(&role.name);
        if held.is_certain() && all_listed {
            return;
        }
        let RoleHolders { known, users, .. } = held;
        let more = if all_listed { "" } else { ", and not all people are known" };
        self.insist_on(typed_name(&role.name, &role.id));
        self.say_grave(format!("Holders are known for {known} of {users} people{more}."));
    }
}
