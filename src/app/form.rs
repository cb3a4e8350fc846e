//! Forms: create and edit users, teams and roles, and set up a profile.

use tui_input::Input;

use super::text_field;
use crate::directory::{
    Directory, Id, Name,
    change::{Change, NewUser, RoleDraft, Verb},
    permissions::BASES,
    plan::Capabilities,
};

mod aside;

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A new user.
    CreateUser,
    /// A new team.
    CreateTeam,
    /// A new custom role.
    CreateRole,
    /// Fields of a user.
    EditUser(Id),
    /// Definition of a custom role.
    EditRole(Id),
    /// A new profile.
    NewProfile,
    /// A new API key for this person, who asks.
    NewKey(Id),
    /// An invitation to this team.
    Invite(Id),
}

/// One line of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Identifies it within the form.
    pub key: &'static str,
    /// Shown before it.
    pub label: &'static str,
    /// What is typed.
    pub input: Input,
    /// Shown while it is empty, or beside it.
    pub hint: String,
    /// Why it can't stay so.
    pub error: Option<String>,
    /// Why it can't be changed here.
    pub locked: Option<String>,
    /// The text that it began with.
    was: String,
}

impl Field {
    fn new(key: &'static str, label: &'static str, value: &str, hint: &str) -> Self {
        let (input, was) = (Input::new(value.to_owned()), value.to_owned());
        Self { key, label, input, hint: hint.into(), error: None, locked: None, was }
    }

    fn locked(mut self, why: Result<(), &str>) -> Self {
        self.locked = why.err().map(str::to_owned);
        self
    }
}

/// What a new profile needs; goes to the config file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileDraft {
    /// Its name.
    pub name: String,
    /// `wandb` or `scim`.
    pub provider: String,
    /// W&B only.
    pub hosting: String,
    /// Base URL.
    pub url: String,
    /// `env NAME`, `file PATH`, `command WORDS`, `netrc` or `none`.
    pub key: String,
    /// User name or email of the key's owner.
    pub me: String,
}

/// State of a form.
#[derive(Debug)]
pub struct Form {
    /// What for.
    pub purpose: Purpose,
    /// In the box's title.
    pub title: String,
    /// The lines.
    pub fields: Vec<Field>,
    /// The line with the cursor.
    pub focus: usize,
    /// Names of users and groups may hold spaces.
    spaced_names: bool,
}

impl Form {
    /// A form for a new user.
    pub fn create_user(can: &Capabilities) -> Self {
        let mut fields = vec![
            Field::new("user", "User name", "", "unique, such as eva-tanaka"),
            Field::new("email", "Email", "", "eva@example.com"),
        ];
        // A provider that refuses to change a display name ignores one on creation too.
        if can.can(Verb::SetDisplayName).is_ok() {
            fields.push(Field::new("display", "Display name", "", "optional"));
        }
        Self { spaced_names: can.spaced_names, ..Self::new(Purpose::CreateUser, "New user", fields) }
    }

    /// A form for a new team.
    pub fn create_team(can: &Capabilities) -> Self {
        let fields = vec![
            Field::new("name", "Name", "", "unique"),
            Field::new("members", "Members", "", "optional: user names or emails, split by spaces"),
        ];
        let form = Self::new(Purpose::CreateTeam, &format!("New {}", can.team_word), fields);
        Self { spaced_names: can.spaced_names, ..form }
    }

    /// A form for a new role, or for an existing one.
    pub fn role(existing: Option<(&Id, RoleDraft)>) -> Self {
        let inherits = if existing.is_some() { "member or viewer" } else { "member or viewer; permissions come next" };
        let (purpose, title, draft) = match existing {
            Some((id, draft)) => (Purpose::EditRole(id.clone()), format!("Edit {}", draft.name), draft),
            None => {
                let draft = RoleDraft { inherits: "member".into(), ..RoleDraft::default() };
                (Purpose::CreateRole, "New role".to_owned(), draft)
            }
        };
        let fields = vec![
            Field::new("name", "Name", &draft.name, "unique"),
            Field::new("description", "Description", &draft.description, "optional"),
            Field::new("inherits", "Inherits from", &draft.inherits, inherits),
        ];
        Self::new(purpose, &title, fields)
    }

    /// A form for the fields of a user. `None` if the user is gone.
    pub fn edit_user(id: &Id, directory: &Directory, can: &Capabilities) -> Option<Self> {
        let user = directory.user(id)?;
        let fields = vec![
            Field::new("display", "Display name", user.display_name.raw(), "").locked(can.can(Verb::SetDisplayName)),
            Field::new("email", "Email", user.email.raw(), "").locked(can.can(Verb::SetEmail)),
        ];
        let mut form = Self::new(Purpose::EditUser(id.clone()), &format!("Edit {}", user.user_name), fields);
        form.focus = form.fields.iter().position(|field| field.locked.is_none()).unwrap_or(0);
        Some(form)
    }

    /// A form for a new profile.
    pub fn new_profile() -> Self {
        let fields = vec![
            Field::new("name", "Name", "", "for --profile and :profile, such as acme"),
            Field::new("provider", "Provider", "wandb", "wandb or scim"),
            Field::new("hosting", "Hosting", "dedicated", "wandb: multi-tenant, dedicated or self-managed"),
            Field::new("url", "URL", "", "https://acme.wandb.io; empty: W&B's multi-tenant cloud"),
            Field::new("key", "Key from", "env WANDB_API_KEY", "env NAME, file PATH, command WORDS, netrc or none"),
            Field::new("me", "Your user name", "", "optional: guards you against demoting yourself"),
        ];
        Self::new(Purpose::NewProfile, "New profile", fields)
    }

    fn new(purpose: Purpose, title: &str, fields: Vec<Field>) -> Self {
        Self { purpose, title: title.to_owned(), fields, focus: 0, spaced_names: false }
    }

    /// Goes to the next field that can be changed, or to the one before.
    pub fn step(&mut self, forward: bool) {
        for _ in 0..self.fields.len() {
            let count = self.fields.len();
            self.focus = if forward { (self.focus + 1) % count } else { (self.focus + count - 1) % count };
            if self.fields.get(self.focus).is_some_and(|field| field.locked.is_none()) {
                return;
            }
        }
    }

    /// True while something is entered that leaving would lose.
    pub fn has_work(&self) -> bool {
        self.fields.iter().any(|field| field.input.value() != field.was)
    }

    /// A key or a paste for the field with the cursor.
    pub fn edit(&mut self, event: &crossterm::event::Event) -> bool {
        let Some(field) = self.fields.get_mut(self.focus).filter(|field| field.locked.is_none()) else { return false };
        let changed = text_field(&mut field.input, event);
        if changed {
            field.error = None;
        }
        changed
    }

    /// The trimmed text of a field; empty where there is no such field.
    pub fn value(&self, key: &str) -> &str {
        self.fields.iter().find(|field| field.key == key).map_or("", |field| field.input.value().trim())
    }

    fn fail(&mut self, key: &str, why: impl Into<String>) {
        if let Some(at) = self.fields.iter().position(|field| field.key == key) {
            self.fields[at].error = Some(why.into());
            if !self.fields.iter().take(at).any(|field| field.error.is_some()) {
                self.focus = at;
            }
        }
    }

    fn has_errors(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }

    /// The changes that the form means, or `None` with the errors set. `key` is the provisional id of what is created.
    pub fn changes(&mut self, key: Id, directory: &Directory) -> Option<Vec<Change>> {
        self.fields.iter_mut().for_each(|field| field.error = None);
        let changes = match self.purpose.clone() {
            Purpose::CreateUser => self.new_user(key, directory),
            Purpose::CreateTeam => self.new_team(key, directory),
            Purpose::CreateRole => vec![Change::CreateRole { key, role: self.role_draft(directory, None) }],
            Purpose::EditUser(id) => self.user_fields(&id, directory),
            Purpose::EditRole(id) => {
                let now = directory.role(&id).map(RoleDraft::of);
                let to = self.role_draft(directory, Some(&id));
                if Some(&to) == now.as_ref() { Vec::new() } else { vec![Change::EditRole { role: id, to }] }
            }
            Purpose::NewProfile => Vec::new(),
            Purpose::NewKey(owner) => self.key_wanted(key, owner),
            Purpose::Invite(team) => self.invitation(key, team),
        };
        (!self.has_errors()).then_some(changes)
    }

    fn new_user(&mut self, key: Id, directory: &Directory) -> Vec<Change> {
        let user = NewUser {
            user_name: self.value("user").into(),
            email: self.value("email").into(),
            display_name: self.value("display").into(),
            ..NewUser::default()
        };
        if let Err(why) = name_problem(&user.user_name, self.spaced_names) {
            self.fail("user", why);
        } else if directory.user_named(&user.user_name).is_some() {
            self.fail("user", format!("{} is taken", user.user_name));
        }
        if let Err(why) = email_problem(&user.email) {
            self.fail("email", why);
        } else if let Some(other) = directory.user_named(&user.email) {
            self.fail("email", format!("{} has this address", other.user_name));
        }
        vec![Change::CreateUser { key, user }]
    }

    fn new_team(&mut self, key: Id, directory: &Directory) -> Vec<Change> {
        let name = self.value("name").to_owned();
        if let Err(why) = name_problem(&name, self.spaced_names) {
            self.fail("name", why);
        } else if directory.team_named(&Name::from(name.as_str())).is_some() {
            self.fail("name", format!("{name} is taken"));
        }
        let mut members = Vec::new();
        let mut unknown = Vec::new();
        for word in self.value("members").split([' ', ',', ';']).filter(|word| !word.is_empty()) {
            match directory.user_named(word) {
                Some(user) => members.push(user.id.clone()),
                None => unknown.push(word.to_owned()),
            }
        }
        if !unknown.is_empty() {
            self.fail("members", format!("not known here: {}", unknown.join(", ")));
        }
        vec![Change::CreateTeam { key, name, members, bucket: None }]
    }

    fn role_draft(&mut self, directory: &Directory, own: Option<&Id>) -> RoleDraft {
        let draft = RoleDraft {
            name: self.value("name").into(),
            description: self.value("description").into(),
            inherits: self.value("inherits").to_lowercase(),
            added: own.and_then(|id| directory.role(id)).map(|role| RoleDraft::of(role).added).unwrap_or_default(),
        };
        let taken =
            directory.records().roles().values().any(|role| role.name.raw() == draft.name && Some(&role.id) != own);
        if draft.name.is_empty() {
            self.fail("name", "a role needs a name");
        } else if taken || ["admin", "member", "viewer"].contains(&draft.name.to_lowercase().as_str()) {
            self.fail("name", format!("{} is taken", draft.name));
        }
        if !BASES.contains(&draft.inherits.as_str()) {
            self.fail("inherits", "member or viewer");
        }
        draft
    }

    fn user_fields(&mut self, id: &Id, directory: &Directory) -> Vec<Change> {
        let Some(user) = directory.user(id) else { return Vec::new() };
        let mut changes = Vec::new();
        let (display, email) = (self.value("display").to_owned(), self.value("email").to_owned());
        if display != user.display_name.raw() {
            if display.is_empty() {
                self.fail("display", "a display name can't be emptied");
            }
            changes.push(Change::SetDisplayName { user: id.clone(), to: display });
        }
        if email != user.email.raw() {
            if let Err(why) = email_problem(&email) {
                self.fail("email", why);
            } else if let Some(other) = directory.user_named(&email).filter(|other| other.id != *id) {
                self.fail("email", format!("{} has this address", other.user_name));
            }
            changes.push(Change::SetEmail { user: id.clone(), to: email });
        }
        changes
    }

    /// The profile that the form describes.
    pub fn profile(&mut self) -> Option<ProfileDraft> {
        self.fields.iter_mut().for_each(|field| field.error = None);
        let draft = ProfileDraft {
            name: self.value("name").into(),
            provider: self.value("provider").into(),
            hosting: self.value("hosting").into(),
            url: self.value("url").into(),
            key: self.value("key").into(),
            me: self.value("me").into(),
        };
        if draft.name.is_empty() || !draft.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            self.fail("name", "letters, digits, - and _");
        }
        if !["wandb", "scim"].contains(&draft.provider.as_str()) {
            self.fail("provider", "wandb or scim");
        }
        if draft.url.is_empty() && draft.provider == "scim" {
            self.fail("url", "a SCIM provider needs its base URL, such as https://id.example.com/scim/v2");
        }
        (!self.has_errors()).then_some(draft)
    }

    /// Sets an error that was found elsewhere.
    pub fn refuse(&mut self, key: &str, why: String) {
        let key = self.fields.iter().find(|field| key.contains(field.key)).map_or("name", |field| field.key);
        self.fail(key, why);
    }
}

fn name_problem(name: &str, spaced: bool) -> Result<(), &'static str> {
    match name {
        "" => Err("needed"),
        name if name.chars().any(|c| c.is_control() || c.is_whitespace() && (c != ' ' || !spaced)) => Err("no spaces"),
        name if name.chars().count() > 128 => Err("at most 128 characters"),
        _ => Ok(()),
    }
}

/// Catches what can't be an address; whether it is one, only the server and the postman know.
fn email_problem(email: &str) -> Result<(), &'static str> {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return Err("an address has an @, such as eva@example.com");
    };
    let domain_ok = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if local.is_empty() || local.contains('@') {
        Err("something must stand before the @")
    } else if email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err("no spaces")
    } else if !domain_ok && domain != "localhost" {
        Err("the part after the @ is no host name")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("eva", false)]
    #[case("@example.com", false)]
    #[case("eva@", false)]
    #[case("eva@example", false)]
    #[case("eva tanaka@example.com", false)]
    #[case("a@b@example.com", false)]
    #[case("eva+x@mail.example.com", true)]
    #[case("ева@пример.рф", true)]
    fn impossible_addresses_are_refused(#[case] email: &str, #[case] fine: bool) {
        assert_eq!(email_problem(email).is_ok(), fine);
    }

    #[test]
    fn names_hold_spaces_where_the_provider_takes_them() {
        for spaced_names in [false, true] {
            let can = Capabilities { spaced_names, ..Capabilities::default() };
            let mut form = Form::create_team(&can);
            form.fields[0].input = "Tour Guides".into();
            assert_eq!(form.changes("new:1".into(), &Directory::default()).is_some(), spaced_names);
        }
    }

    #[test]
    fn a_form_with_errors_makes_no_change() {
        let mut form = Form::create_user(&Capabilities::default());
        assert!(form.changes("new:1".into(), &Directory::default()).is_none());
        assert_eq!(form.fields[0].error.as_deref(), Some("needed"));
        assert!(form.fields[1].error.is_some());
        assert_eq!(form.focus, 0);
    }
}
