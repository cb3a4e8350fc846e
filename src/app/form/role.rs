//! The form for a custom role.

use super::{Field, Form, Purpose, values::words};
use crate::directory::{Directory, Id, change::RoleDraft};

impl Form {
    /// A form for a new role, or for an existing one.
    pub fn role(existing: Option<(&Id, RoleDraft)>) -> Self {
        let (purpose, title, draft) = match existing {
            Some((id, draft)) => (Purpose::EditRole(id.clone()), format!("Edit {}", draft.name), draft),
            None => {
                let draft = RoleDraft { inherits: "member".into(), ..RoleDraft::default() };
                (Purpose::CreateRole, "New role".to_owned(), draft)
            }
        };
        let predefined = ["member", "viewer"].map(|name| (name, name));
        let inherits = draft.inherits.to_lowercase();
        let fields = vec![
            Field::text("name", "Name", &draft.name, "unique"),
            Field::text("description", "Description", &draft.description, "optional"),
            Field::choice("inherits", "Inherits from", predefined, &inherits, "what it adds to"),
            Field::text("added", "Adds", &draft.added.join(" "), "permissions such as run:delete, split by spaces"),
        ];
        Self::new(purpose, &title, fields)
    }

    pub(super) fn role_draft(&mut self, directory: &Directory, own: Option<&Id>) -> RoleDraft {
        let draft = RoleDraft {
            name: self.value("name").into(),
            description: self.value("description").into(),
            inherits: self.value("inherits").into(),
            added: words(self.value("added")).map(str::to_owned).collect(),
        };
        let taken =
            directory.records().roles().values().any(|role| role.name.raw() == draft.name && Some(&role.id) != own);
        if draft.name.is_empty() {
            self.fail("name", "a role needs a name");
        } else if taken || ["admin", "member", "viewer"].contains(&draft.name.to_lowercase().as_str()) {
            self.fail("name", format!("{} is taken", draft.name));
        }
        let odd = draft.added.iter().find(|name| name.split(':').filter(|part| !part.is_empty()).count() != 2).cloned();
        if let Some(odd) = odd {
            self.fail("added", format!("`{odd}` is no permission; write object:operation, such as run:delete"));
        }
        draft
    }
}
