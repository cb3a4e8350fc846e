//! The form for a profile, new or failing to open: the only form that makes no change to the directory.

use super::{FormField, FormPurpose, FormState};

/// The fields of a profile for the config file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileDraft {
    /// The profile's name.
    pub name: String,
    /// `wandb`, `grafana`, `datasaur` or `scim`.
    pub provider: String,
    /// The hosting of W&B; other providers ignore it.
    pub hosting: String,
    /// The stack of Grafana Cloud; other providers ignore it.
    pub stack: String,
    /// The workspace of Datasaur; other providers ignore it.
    pub workspace: String,
    /// The base URL.
    pub url: String,
    /// `env NAME`, `file PATH`, `command WORDS`, `netrc` or `none`.
    pub key: String,
    /// The user name or email of the key's owner.
    pub me: String,
    /// The profile as the file has it, where that is edited.
    pub was: Option<Box<ProfileDraft>>,
}

impl ProfileDraft {
    /// The keys of the config that must be rewritten to replace the profile `was` by this one.
    pub fn changes(&self, was: &Self) -> Vec<&'static str> {
        let unlike = |is: &str, was: &str, keys: &[&'static str]| if is == was { Vec::new() } else { keys.to_vec() };
        let is_open = |draft: &Self| draft.key == "none";
        let auth: &[&str] = if is_open(self) == is_open(was) { &["key"] } else { &["key", "auth", "user"] };
        [
            unlike(&self.provider, &was.provider, &["provider"]),
            unlike(&self.hosting, &was.hosting, &["hosting"]),
            // The path in the config belongs to its URL.
            unlike(&self.url, &was.url, &["url", "path"]),
            unlike(&self.stack, &was.stack, &["stack"]),
            unlike(&self.workspace, &was.workspace, &["workspace"]),
            unlike(&self.key, &was.key, auth),
            unlike(&self.me, &was.me, &["me"]),
        ]
        .concat()
    }
}

impl FormState {
    /// A form for a new profile.
    pub fn new_profile() -> Self {
        let draft = ProfileDraft {
            provider: "wandb".into(),
            hosting: "dedicated".into(),
            key: "env WANDB_API_KEY".into(),
            ..ProfileDraft::default()
        };
        Self::of_profile(FormPurpose::NewProfile, "New profile", &draft)
    }

    /// A form for a profile that can't be opened as it is. A profile that is in no file becomes a new one.
    pub fn edit_profile(draft: &ProfileDraft) -> Self {
        let Some(was) = &draft.was else {
            return Self::of_profile(FormPurpose::NewProfile, "New profile", draft);
        };
        let title = format!("Profile {}", was.name);
        let mut form = Self::of_profile(FormPurpose::EditProfile(was.clone()), &title, draft);
        for field in form.fields.iter_mut().filter(|field| field.key == "name") {
            field.locked = Some("a profile keeps its name".into());
        }
        form.focus = form.fields.iter().position(|field| field.key == "key").unwrap_or(form.focus);
        form.focus = (form.focus..form.fields.len()).find(|at| form.is_open(*at)).unwrap_or(form.focus);
        form
    }

    fn of_profile(purpose: FormPurpose, title: &str, draft: &ProfileDraft) -> Self {
        let providers = ["wandb", "grafana", "datasaur", "scim"].map(|name| (name, name));
        let places = "env NAME, file PATH, command WORDS, netrc or none";
        let hostings = ["multi-tenant", "dedicated", "self-managed"].map(|name| (name, name));
        let wandb = draft.provider == "wandb";
        let key_of = |of_wandb: bool| if wandb == of_wandb { draft.key.as_str() } else { "" };
        let fields = vec![
            FormField::text("name", "Name", &draft.name, "for --profile and :profile, such as acme"),
            FormField::choice("provider", "Provider", providers, &draft.provider, "scim: any other SCIM 2.0 server"),
            FormField::choice("hosting", "Hosting", hostings, &draft.hosting, "where W&B runs")
                .only("provider", &["wandb"]),
            FormField::text("workspace", "Workspace", &draft.workspace, "the number in the address: /teams/NUMBER/…")
                .only("provider", &["datasaur"]),
            FormField::text("url", "URL", &draft.url, "https://acme.wandb.io; empty: W&B's multi-tenant cloud")
                .only("provider", &["wandb"]),
            FormField::text("url", "URL", &draft.url, "https://acme.grafana.net").only("provider", &["grafana"]),
            FormField::text("url", "URL", &draft.url, "your own installation; empty: Datasaur's cloud")
                .only("provider", &["datasaur"]),
            FormField::text("url", "URL", &draft.url, "the whole base, such as https://id.example.com/scim/v2")
                .only("provider", &["scim"]),
            FormField::text(
                "stack",
                "Stack",
                &draft.stack,
                "number of the stack in Grafana Cloud; empty: a Grafana of your own",
            )
            .only("provider", &["grafana"]),
            FormField::text("key", "Key from", key_of(true), places).only("provider", &["wandb"]),
            // Separate fields per provider, so that W&B's key is not sent to another provider's server by mistake.
            FormField::text("key", "Key from", key_of(false), places)
                .only("provider", &["grafana", "datasaur", "scim"]),
            FormField::text("me", "Your user name", &draft.me, "optional: guards you against demoting yourself"),
        ];
        Self::new(purpose, title, fields)
    }

    /// The profile that the form describes.
    pub fn profile(&mut self) -> Option<ProfileDraft> {
        self.forget_errors();
        let draft = ProfileDraft {
            name: self.value("name").into(),
            provider: self.value("provider").into(),
            hosting: self.value("hosting").into(),
            stack: self.value("stack").into(),
            workspace: self.value("workspace").into(),
            url: self.value("url").into(),
            key: self.value("key").into(),
            me: self.value("me").into(),
            was: match &self.purpose {
                FormPurpose::EditProfile(was) => Some(was.clone()),
                _ => None,
            },
        };
        if draft.name.is_empty() || !draft.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            self.fail("name", "letters, digits, - and _");
        }
        match draft.provider.as_str() {
            "scim" if draft.url.is_empty() => {
                self.fail("url", "a SCIM provider needs its base URL, such as https://id.example.com/scim/v2");
            }
            "grafana" if draft.url.is_empty() => {
                self.fail("url", "the address of your Grafana, such as https://acme.grafana.net");
            }
            "datasaur" if draft.workspace.is_empty() => self.fail("workspace", "needed"),
            _ => {}
        }
        (!self.has_errors()).then_some(draft)
    }
}
