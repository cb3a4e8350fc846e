//! What `y` offers to copy of a record.

use super::{App, CopyChoice};
use crate::directory::{Kind, Target};

impl App {
    /// The values of a record worth copying, the likeliest first.
    pub fn copy_choices(&self, target: &Target) -> Vec<CopyChoice> {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let mut choices: Vec<CopyChoice> = match target.kind {
            Kind::User => self.directory.user(&target.id).map_or_else(Vec::new, |user| {
                vec![
                    ("user name", user.user_name.raw().into()),
                    ("display name", user.display_name.raw().into()),
                    ("email", user.email.raw().into()),
                    ("id", user.id.to_string()),
                    ("row as JSON", json(serde_json::to_string_pretty(user))),
                ]
            }),
            Kind::Team => self.directory.team(&target.id).map_or_else(Vec::new, |team| {
                vec![
                    ("name", team.name.raw().into()),
                    ("id", team.id.to_string()),
                    ("row as JSON", json(serde_json::to_string_pretty(team))),
                ]
            }),
            Kind::Role => self.directory.role(&target.id).map_or_else(Vec::new, |role| {
                vec![
                    ("name", role.name.raw().into()),
                    ("id", role.id.to_string()),
                    ("row as JSON", json(serde_json::to_string_pretty(role))),
                ]
            }),
        };
        choices.retain(|(_, value)| !value.is_empty());
        choices
    }
}
