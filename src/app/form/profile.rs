//! The form for a new profile: the only one that makes no change.

use super::{Field, Form, Purpose};

/// What a new profile needs; goes to the config file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileDraft {
    /// Its name.
    pub name: String,
    /// `wandb`, `grafana`, `datasaur` or `scim`.
    pub provider: String,
    /// W&B only.
    pub hosting: String,
    /// Grafana Cloud only.
    pub stack: String,
    /// Datasaur only.
    pub workspace: String,
    /// Base URL.
    pub url: String,
    /// `env NAME`, `file PATH`, `command WORDS`, `netrc` or `none`.
    pub key: String,
    /// User name or email of the key's owner.
    pub me: String,
}

impl Form {
    /// A form for a new profile.
    pub fn new_profile() -> Self {
        let providers = ["wandb", "grafana", "datasaur", "scim"].map(|name| (name, name));
        let places = "env NAME, file PATH, command WORDS, netrc or none";
        let hostings = ["multi-tenant", "dedicated", "self-managed"].map(|name| (name, name));
        let fields = vec![
            Field::text("name", "Name", "", "for --profile and :profile, such as acme"),
            Field::choice("provider", "Provider", providers, "wandb", "scim: any other SCIM 2.0 server"),
            Field::choice("hosting", "Hosting", hostings, "dedicated", "where W&B runs").only("provider", &["wandb"]),
            Field::text("workspace", "Workspace", "", "the number in the address: /teams/NUMBER/…")
                .only("provider", &["datasaur"]),
            Field::text("url", "URL", "", "https://acme.wandb.io; empty: W&B's multi-tenant cloud")
                .only("provider", &["wandb"]),
            Field::text("url", "URL", "", "https://acme.grafana.net").only("provider", &["grafana"]),
            Field::text("url", "URL", "", "your own installation; empty: Datasaur's cloud")
                .only("provider", &["datasaur"]),
            Field::text("url", "URL", "", "the whole base, such as https://id.example.com/scim/v2")
                .only("provider", &["scim"]),
            Field::text("stack", "Stack", "", "number of the stack in Grafana Cloud; empty: a Grafana of your own")
                .only("provider", &["grafana"]),
            Field::text("key", "Key from", "env WANDB_API_KEY", places).only("provider", &["wandb"]),
            // Nobody else's server gets W&B's key by an oversight.
            Field::text("key", "Key from", "", places).only("provider", &["grafana", "datasaur", "scim"]),
            Field::text("me", "Your user name", "", "optional: guards you against demoting yourself"),
        ];
        Self::new(Purpose::NewProfile, "New profile", fields)
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
