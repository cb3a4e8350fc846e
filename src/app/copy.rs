//! What `y` copies: a value of a record, the command line of a plan. It is pasted somewhere, perhaps into a shell: no line
//! break of the server's, no control character and nothing invisible goes along.

use super::{App, CopyChoice, Effect, Overlay, palette::DEMO};
use crate::{
    directory::{Kind, Target, change::Change, words},
    scim::text,
};

impl App {
    /// Copies the command line that does what the plan does.
    pub(super) fn copy_command(&mut self, effects: &mut Vec<Effect>) {
        let Some(Overlay::Preview(preview)) = self.overlays.last() else { return };
        let profile = self.profile.as_ref().map(|profile| profile.name.as_str());
        if profile == Some(DEMO) {
            return self.say("The embedded demo directory is this console's own: no command line reaches it.");
        }
        let changes: Vec<&Change> = preview.plan.steps.iter().map(|step| &step.change).collect();
        match words::command_line(&changes, &self.directory, profile) {
            Some(lines) => {
                let what = match lines.lines().count() {
                    1 => "The command line".to_owned(),
                    many => format!("{many} command lines"),
                };
                self.say(format!("{what} sent to the terminal's clipboard"));
                effects.push(Effect::Copy(lines.into()));
            }
            None => self.say("No command does all of this; a file of what shall be does: scimitar plan FILE."),
        }
    }

    /// The values of a record worth copying, the likeliest first.
    pub fn copy_choices(&self, target: &Target) -> Vec<CopyChoice> {
        let json = |value: serde_json::Result<String>| text::escape_json(&value.unwrap_or_default()).into_owned();
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
