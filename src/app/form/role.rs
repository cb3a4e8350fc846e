//! The form for name, description and inherited role of a custom role; its permissions have an editor of their own.

use super::{FormField, FormPurpose, FormState};
use crate::directory::{Directory, Id, change::RoleDraft, field::RoleField, permissions::BASES};

impl FormState {
    /// A form for a new role, or for an existing one.
    pub fn role(existing: Option<(&Id, RoleDraft)>) -> Self {
        let hint = if existing.is_some() { "what it adds to" } else { "what it adds to; permissions come next" };
        let (purpose, title, draft) = match existing {
            Some((id, draft)) => (FormPurpose::EditRole(id.clone()), format!("Edit {}", draft.name), draft),
            None => {
                let draft = RoleDraft { inherits: "member".into(), ..RoleDraft::default() };
                (FormPurpose::CreateRole, "New role".to_owned(), draft)
            }
        };
        let inherits = draft.inherits.to_lowercase();
        let fields = vec![
            FormField::text("name", label(RoleField::Name), &draft.name, "unique"),
            FormField::text("description", label(RoleField::Description), &draft.description, "optional"),
            FormField::choice("inherits", label(RoleField::Inherits), BASES.map(|name| (name, name)), &inherits, hint),
        ];
        Self::new(purpose, &title, fields)
    }

    pub(super) fn role_draft(&mut self, directory: &Directory, own: Option<&Id>) -> RoleDraft {
        let draft = RoleDraft {
            name: self.value("name").into(),
            description: self.value("description").into(),
            inherits: self.value("inherits").into(),
            added: own.and_then(|id| directory.role(id)).map(|role| RoleDraft::of(role).added).unwrap_or_default(),
        };
        let taken =
            directory.records().roles().values().any(|role| role.name.raw() == draft.name && Some(&role.id) != own);
        if draft.name.is_empty() {
            self.fail("name", "a role needs a name");
        } else if taken || ["admin", "member", "viewer"].contains(&draft.name.to_lowercase().as_str()) {
            self.fail("name", format!("{} is taken", draft.name));
        }
        draft
    }
}

fn label(field: RoleField) -> &'static str {
    field.spec().label
}
