//! `config.toml` exactly as it is written, before it is given meaning. Values that can be wrong keep their place.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

use crate::scim::quirks::ServerQuirks;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub default_profile: Option<Spanned<String>>,
    #[serde(default)]
    pub ui: RawUi,
    #[serde(default)]
    pub keys: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub profile: BTreeMap<Spanned<String>, RawProfile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUi {
    pub theme: Option<Spanned<String>>,
    pub glyphs: Option<Spanned<String>>,
    pub link: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    pub provider: Option<Spanned<String>>,
    pub hosting: Option<Spanned<String>>,
    pub url: Option<Spanned<String>>,
    pub path: Option<Spanned<String>>,
    pub auth: Option<Spanned<String>>,
    pub user: Option<Spanned<String>>,
    pub key: Option<Spanned<RawKey>>,
    pub me: Option<String>,
    #[serde(default)]
    pub read_only: bool,
    pub confirm: Option<Spanned<String>>,
    pub reason: Option<Spanned<String>>,
    #[serde(default)]
    pub allow_http: bool,
    pub ca_file: Option<String>,
    pub client_cert: Option<String>,
    pub client_key: Option<Spanned<String>>,
    #[serde(default)]
    pub unguarded: Vec<Spanned<String>>,
    pub max_removal: Option<Spanned<String>>,
    #[serde(default)]
    pub protected: Vec<Spanned<String>>,
    #[serde(default)]
    pub admins: Vec<Spanned<String>>,
    pub parallel: Option<Spanned<i64>>,
    pub timeout_seconds: Option<Spanned<i64>>,
    pub stack: Option<Spanned<String>>,
    pub workspace: Option<Spanned<String>>,
    pub mapping: Option<Spanned<RawMapping>>,
    #[serde(default)]
    pub server: ServerQuirks,
    pub full_seats: Option<Spanned<i64>>,
    pub max_users: Option<Spanned<i64>>,
}

impl RawProfile {
    /// The number that is part of an address, in the setting of this name.
    pub fn address_number(&self, setting: &str) -> Option<&Spanned<String>> {
        match setting {
            "stack" => self.stack.as_ref(),
            "workspace" => self.workspace.as_ref(),
            _ => None,
        }
    }
}

/// `[profile.NAME.mapping]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMapping {
    #[serde(default)]
    pub order: Vec<Spanned<String>>,
    pub default: Option<Spanned<String>>,
    #[serde(default)]
    pub groups: IndexMap<String, Spanned<String>>,
}

/// Exactly one of these is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the place of the key, as { env = \"NAME\" }, never the key itself")]
pub(super) struct RawKey {
    pub env: Option<String>,
    pub command: Option<Vec<String>>,
    pub file: Option<String>,
    pub netrc: Option<bool>,
    pub keyring: Option<String>,
}
