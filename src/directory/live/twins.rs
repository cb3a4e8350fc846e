//! Records that share a name: only the id tells them apart.

use crate::{
    directory::{Directory, Id, RecordKind, ResourceRef},
    scim::text::clean,
};

impl Directory {
    /// True if another record of the kind has the same shown name.
    pub fn has_twin(&self, target: &ResourceRef) -> bool {
        // The unknown rest of a partial list may have the same name.
        if self.by_id.contains(target) && !self.is_complete(target.kind) {
            return true;
        }
        match target.kind {
            RecordKind::User => self.user(&target.id).is_some_and(|user| {
                let shown = user.user_name.as_str();
                let mut others = self.users_named(user.user_name.raw()).filter(|other| other.id != user.id);
                !shown.is_empty() && others.any(|other| other.user_name.as_str() == shown)
            }),
            RecordKind::Team => {
                self.team(&target.id).is_some_and(|team| self.teams_named(&team.name).any(|other| other.id != team.id))
            }
            RecordKind::Role => false,
        }
    }

    /// Records that a person named this record by its id, because another record may have the same name.
    pub fn meant_by_id(&mut self, target: ResourceRef) {
        self.by_id.insert(target);
    }

    /// The name, followed by the id if another record has the same shown name.
    pub(in crate::directory) fn told_apart(&self, target: &ResourceRef, name: String) -> String {
        if self.has_twin(target) { format!("{name} ({})", clean(&target.id)) } else { name }
    }

    /// True where two of these records are shown by the same name.
    pub fn has_twins<'a>(&self, kind: RecordKind, mut ids: impl Iterator<Item = &'a Id>) -> bool {
        ids.any(|id| self.has_twin(&ResourceRef { kind, id: id.clone() }))
    }
}
