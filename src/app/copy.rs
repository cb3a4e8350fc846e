//! What `y` offers to copy of a record. It is pasted somewhere, perhaps into a shell: no line break of the server's, no
//! control character and nothing invisible goes along.

use super::{App, CopyChoice};
use crate::{
    directory::{Kind, Target},
    scim::text,
};

impl App {
    /// The values of a record worth copying, the likeliest first.
    pub fn copy_choices(&self, target: &Target) -> Vec<CopyChoice> {
        let json = |value: serde_json::Result<String>| text::written_out(&value.unwrap_or_default());
        let line = |value: &str| text::clean_line(value, usize::MAX).into_owned();
        let mut choices: Vec<CopyChoice> = match target.kind {
            Kind::User => self.directory.user(&target.id).map_or_else(Vec::new, |user| {
                vec![
                    ("user name", line(user.user_name.raw())),
                    ("display name", line(user.display_name.raw())),
                    ("email", line(user.email.raw())),
                    ("id", line(&user.id)),
                    ("row as JSON", json(serde_json::to_string_pretty(user))),
                ]
            }),
            Kind::Team => self.directory.team(&target.id).map_or_else(Vec::new, |team| {
                vec![
                    ("name", line(team.name.raw())),
                    ("id", line(&team.id)),
                    ("row as JSON", json(serde_json::to_string_pretty(team))),
                ]
            }),
            Kind::Role => self.directory.role(&target.id).map_or_else(Vec::new, |role| {
                vec![
                    ("name", line(role.name.raw())),
                    ("id", line(&role.id)),
                    ("row as JSON", json(serde_json::to_string_pretty(role))),
                ]
            }),
        };
        choices.retain(|(_, value)| !value.is_empty());
        choices
    }
}
