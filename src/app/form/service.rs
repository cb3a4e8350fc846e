//! The form for a new service account.

use super::{
    FormField, FormPurpose, FormState,
    values::{name_problem, some_teams, team},
};
use crate::directory::{
    Directory, Id,
    change::{Change, NewService},
};

impl FormState {
    /// A form for a new service account.
    pub fn create_service(directory: &Directory) -> Self {
        let kinds = [("team", "one team's"), ("organisation", "the organisation's")];
        let kind_hint = "the organisation's works in every team, and has one to begin with";
        let fields = vec![
            FormField::text("name", "Name", "", "unique, such as ci-bot; it can't be changed afterwards"),
            FormField::choice("kind", "Account of", kinds, "team", kind_hint),
            FormField::text("team", "Team", "", &some_teams(directory)),
        ];
        Self::new(FormPurpose::CreateService, "New service account", fields)
    }

    pub(super) fn new_service(&mut self, key: Id, directory: &Directory) -> Vec<Change> {
        let name = self.value("name").to_owned();
        if let Err(why) = name_problem(&name, false) {
            self.fail("name", why);
        } else if directory.users_named(&name).next().is_some() {
            self.fail("name", format!("{name} is taken"));
        }
        let organisation = self.value("kind") == "organisation";
        match team(self.value("team"), directory) {
            Ok(team) => {
                let service = NewService { name, organisation, team: team.id.clone() };
                return vec![Change::CreateService { key, service }];
            }
            Err(_) if self.value("team").is_empty() => self.fail("team", "needed"),
            Err(missing) => self.fail("team", missing.sentence("team", self.value("team"))),
        }
        Vec::new()
    }
}
