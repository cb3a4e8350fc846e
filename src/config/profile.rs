//! A profile: a directory, the connection to it and the permitted actions; and the choice of the profile.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::netrc;
use super::places::regular_text;
use super::secret::{KeyError, KeySource};
use super::wandb::{self, WANDB_KEY, WandbLogin};
use crate::directory::role_source::RoleMapping;
use crate::provider::{Hosting, Provider, WANDB_URL};
use crate::scim::quirks::ServerQuirks;
use crate::scim::text;

/// The longest list of users that is read whole, unless the profile says otherwise: tests have measured a million.
pub(super) const MAX_USERS: u64 = 1_000_000;
/// The most writes under way at a time; `--parallel` has the same limit.
pub const MOST_PARALLEL: u16 = 32;

/// The form of the key in the `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthForm {
    /// `Bearer KEY`.
    Bearer,
    /// Basic with an empty user name: a W&B organisation service account.
    Basic,
    /// Basic with this user name: a person.
    BasicUser(String),
    /// No header at all: the server leaves access control to the network, such as a server on this machine.
    None,
}

/// When a change needs a confirmation before sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConfirmPolicy {
    /// Only risky or irreversible changes.
    #[default]
    Risky,
    /// All changes.
    Always,
}

/// Whether a plan needs a reason or ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReasonPolicy {
    /// A reason can be given.
    #[default]
    Optional,
    /// Nothing is sent without a reason.
    Required,
}

/// A directory with all settings, except for its key.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The profile's name in `config.toml`, or the host's name if there is no such profile.
    pub name: String,
    /// The server's vendor.
    pub provider: Provider,
    /// The hosting; W&B only, and not told if neither the profile nor the host's name tells.
    pub hosting: Hosting,
    /// Base of every request, path prefix included; its text form has no trailing slash ([`Profile::base_text`]).
    pub base: Url,
    /// The form in which the key is sent.
    pub auth: AuthForm,
    /// The source of the key.
    pub key: KeySource,
    /// Environment variables that hold keys of any profile in the same file: a key command does not get them.
    pub key_variables: Vec<String>,
    /// The user name of the key's owner, for the guard against changing oneself.
    pub me: Option<String>,
    /// True if nothing may be changed.
    pub read_only: bool,
    /// When to ask for a confirmation.
    pub confirm: ConfirmPolicy,
    /// Whether a plan needs a reason or ticket.
    pub reason: ReasonPolicy,
    /// True if plain HTTP to another machine is wanted, key included.
    pub allow_http: bool,
    /// Path of a PEM file with certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Paths of this client's certificate and its private key, PEM.
    pub client_cert: Option<(PathBuf, PathBuf)>,
    /// Names of guards that are switched off.
    pub unguarded: Vec<String>,
    /// Largest share that may be removed at once, in percent.
    pub max_removal: Option<u8>,
    /// User names, emails or ids of people whose removal or demotion needs more care.
    pub protected: Vec<String>,
    /// User names, emails or ids of organisation admins, for a server that does not tell who is one.
    pub admins: Vec<String>,
    /// Maximum number of concurrent writes, from 1.
    pub parallel: usize,
    /// Maximum duration until an answer.
    pub timeout: Duration,
    /// Mapping from group to role, if roles follow from groups.
    pub mapping: Option<RoleMapping>,
    /// The server's known deviations from the RFCs.
    pub habits: ServerQuirks,
    /// Number of full Models seats of the organisation; W&B only, and no server tells the number.
    pub full_seats: Option<u64>,
    /// A longer list of users is not read whole.
    pub max_users: u64,
}

impl Profile {
    /// The base without a trailing slash.
    pub fn base_text(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The base URLs at which the same service is reached. The profile's store is named after the first URL, which is
    /// the same for all of them; earlier builds named the store after the URL in the profile.
    pub fn addresses(&self) -> Vec<Url> {
        if self.provider == Provider::Wandb { wandb::addresses(&self.base) } else { vec![self.base.clone()] }
    }

    /// Reads the profile's key. May block for ten seconds: call outside the event loop.
    ///
    /// # Errors
    /// Fails if there is no key, or if its source can't be used.
    pub fn read_key(&self) -> Result<SecretString, KeyError> {
        self.key.read(&self.base, &self.key_variables)
    }

    /// A profile with every switch at its default.
    pub fn new(name: impl Into<String>, provider: Provider, base: Url, key: KeySource) -> Self {
        Self {
            name: name.into(),
            provider,
            hosting: if provider.descriptor().is_hosted { wandb::hosting_of(&base) } else { Hosting::NotTold },
            base,
            auth: AuthForm::Bearer,
            key,
            key_variables: Vec::new(),
            me: None,
            read_only: false,
            confirm: ConfirmPolicy::default(),
            reason: ReasonPolicy::default(),
            allow_http: false,
            ca_file: None,
            client_cert: None,
            unguarded: Vec::new(),
            max_removal: None,
            protected: Vec::new(),
            admins: Vec::new(),
            parallel: 4,
            timeout: Duration::from_secs(30),
            mapping: None,
            habits: ServerQuirks::default(),
            full_seats: None,
            max_users: MAX_USERS,
        }
    }
}

/// The address with its scheme: a host without one is reached by https.
fn with_scheme(address: &str) -> Cow<'_, str> {
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !address.contains("://") && (host == "localhost" || host.contains(['.', ':']));
    if is_host { format!("https://{address}").into() } else { address.into() }
}

/// Reads a base URL: `http` or `https`, a host, no user, query or fragment. The error never repeats the URL, which may
/// contain a key.
pub(super) fn parse_base(url: &str, path: &str) -> Result<Url, ConfigError> {
    let wrong = |why: &str| ConfigError::new(why, "write it like https://wandb.example.com");
    let mut base =
        Url::parse(&with_scheme(url.trim())).map_err(|error| wrong(&format!("this is not a URL ({error})")))?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err(wrong("only https (and http) addresses can be used"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(ConfigError::new("a URL must not hold a user or a key", "use `auth`, `user` and `key` instead"));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(wrong("a base URL has no ? and no #"));
    }
    let own = base.path().trim_end_matches('/').to_owned();
    let prefix = path.trim_matches('/');
    let whole = if prefix.is_empty() { own } else { format!("{own}/{prefix}") };
    base.set_path(&whole);
    Ok(base)
}

/// Chooses the profile: the requested one, else `default_profile`, else the only one, else a profile from W&B's own
/// variables and `netrc`. `Ok(None)` if there is nothing at all: the first run.
pub fn resolve(
    config: Option<&ConfigFile>,
    requested: Option<&str>,
    login: &WandbLogin<'_>,
) -> Result<Option<Profile>, ConfigError> {
    if let Some(name) = requested {
        if let Some(profile) = config.and_then(|file| file.profiles.get(name)) {
            return Ok(Some(profile.clone()));
        }
        return match from_surroundings(login)? {
            Some(profile) if wandb::names_of(&profile.name).contains(&name) => Ok(Some(profile)),
            _ => Err(unknown(config, name)),
        };
    }
    let Some(file) = config.filter(|file| !file.profiles.is_empty()) else {
        return from_surroundings(login);
    };
    let chosen = match &file.default_profile {
        Some(name) => file.profiles.get(name),
        None if file.profiles.len() == 1 => file.profiles.values().next(),
        None => None,
    };
    chosen.cloned().map(Some).ok_or_else(|| {
        let names: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
        let why = format!("several profiles ({}) and no default_profile", names.join(", "));
        ConfigError::about(&file.path, why, "name one with --profile, or set default_profile")
    })
}

fn unknown(config: Option<&ConfigFile>, name: &str) -> ConfigError {
    let why = format!("there is no profile \"{name}\"");
    let Some(file) = config else {
        let hint = "there is no config.toml yet: start without --profile to make one";
        return ConfigError::new(why, hint).no_profile();
    };
    let names = text::nearest_first(name, file.profiles.keys().map(String::as_str));
    let hint = if names.is_empty() { "the file has none".into() } else { format!("there are: {}", names.join(", ")) };
    ConfigError::about(&file.path, why, hint).no_profile()
}

/// The profile that W&B's own tools would use: `WANDB_BASE_URL` or their settings file, `WANDB_API_KEY`, `netrc`.
///
/// The profile is named after the host. Multi-tenant Cloud has the same name under all its addresses, so that its
/// journal is found again.
fn from_surroundings(login: &WandbLogin<'_>) -> Result<Option<Profile>, ConfigError> {
    let server = login.server();
    let base = match &server {
        Some((url, place)) => wandb::base(url, None).map_err(|error| error.key(place.clone()))?,
        None => wandb::base(WANDB_URL, None)?,
    };
    let listed = || {
        // The warning about a file that others can read is given when the key itself is read.
        let text = login.netrc.as_deref().and_then(regular_text).unwrap_or_default();
        netrc::find(&text, &netrc::names(&base)).is_some_and(|entry| !entry.is_default)
    };
    if server.is_none() && login.variable(WANDB_KEY).is_none() && !listed() {
        return Ok(None);
    }
    let key = KeySource::FirstOf(vec![KeySource::Wandb, KeySource::Netrc]);
    let named_after = wandb::addresses(&base).swap_remove(0);
    let name = named_after.host_str().unwrap_or_default().to_owned();
    Ok(Some(Profile::new(name, Provider::Wandb, base, key)))
}

#[cfg(test)]
mod tests;
