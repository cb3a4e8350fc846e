//! Forms for changes outside SCIM: an API key of the key's owner, an invitation to a team.

use super::{FormField, FormPurpose, FormState, values::email_problem};
use crate::directory::{Id, change::Change, record::Team, side_query::AccountDetails};

impl FormState {
    /// A form for a new key; it will be this person's.
    pub fn new_key(me: &AccountDetails) -> Self {
        let hint = format!("such as laptop; the key will be {}'s", me.user_name);
        let fields = vec![FormField::text("description", "What for", "", &hint)];
        Self::new(FormPurpose::NewKey(me.id.clone()), &format!("New API key for {}", me.user_name), fields)
    }

    /// A form for an invitation to this team.
    pub fn invite(team: &Team) -> Self {
        let fields = vec![
            FormField::text("to", "Whom", "", "email or user name"),
            FormField::choice(
                "admin",
                "As admin",
                [("no", "no"), ("yes", "yes")],
                "no",
                "the team's admins invite and remove others",
            ),
        ];
        Self::new(FormPurpose::Invite(team.id.clone()), &format!("Invite to {}", team.name), fields)
    }

    pub(super) fn key_wanted(&mut self, key: Id, owner: Id) -> Vec<Change> {
        let description = self.value("description").to_owned();
        if description.is_empty() {
            // Without it nobody knows later which key may be deleted.
            self.fail("description", "needed: what it is for");
        }
        vec![Change::CreateKey { key, owner, description }]
    }

    pub(super) fn invitation(&mut self, key: Id, team: Id) -> Vec<Change> {
        let to = self.value("to").to_owned();
        if to.is_empty() || to.contains(char::is_whitespace) {
            self.fail("to", "one email or user name");
        } else if to.contains('@')
            && let Err(why) = email_problem(&to)
        {
            self.fail("to", why);
        }
        let admin = self.value("admin") == "yes";
        vec![Change::Invite { key, team, to, admin }]
    }
}
