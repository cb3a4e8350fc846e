//! The form for a new profile: the only one that makes no change.

use super::{Field, Form, Purpose};

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

impl Form {
    /// A form for a new profile.
    pub fn new_profile() -> Self {
        let providers = [("wandb", "wandb"), ("scim", "scim")];
        let hostings = ["multi-tenant", "dedicated", "self-managed"].map(|name| (name, name));
        let fields = vec![
            Field::text("name", "Name", "", "for --profile and :profile, such as acme"),
            Field::choice("provider", "Provider", providers, "wandb", "scim: any other SCIM 2.0 server"),
            Field::choice("hosting", "Hosting", hostings, "dedicated", "where W&B runs").only("provider", &["wandb"]),
            Field::text("url", "URL", "", "https://acme.wandb.io; empty: W&B's multi-tenant cloud"),
            Field::text("key", "Key from", "env WANDB_API_KEY", "env NAME, file PATH, command WORDS, netrc or none"),
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
            url: self.value("url").into(),
            key: self.value("key").into(),
            me: self.value("me").into(),
        };
        if draft.name.is_empty() || !draft.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            self.fail("name", "letters, digits, - and _");
        }
        if draft.url.is_empty() && draft.provider == "scim" {
            self.fail("url", "a SCIM provider needs its base URL, such as https://id.example.com/scim/v2");
        }
        (!self.has_errors()).then_some(draft)
    }
}
