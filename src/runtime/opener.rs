//! Opening a profile: from its lines in the config to a session.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    draft::{draft_of_profile, new_profile},
    session::{ProfileSession, SessionStorage, WorkerRecipe},
};
use crate::{
    app::{ListedProfiles, NotSaved, OpenedProfile, ProfileView, form::ProfileDraft},
    client::{AuthScheme, Client, ClientCert, Endpoint, GraphqlEndpoint},
    config::{
        AuthForm, ConfigError, ConfigFile, ConfirmPolicy, DraftedConfig, KeyError, KeySource, Profile, ReasonPolicy,
        StandardPaths, draft_edited, draft_new, keep_key, remove_profile, resolve, save_mapping, wandb::WandbLogin,
    },
    demo,
    dialect::{self, Dialect},
    directory::{Name, guard::GuardSettings, role_source::RoleMapping, work::SessionStart},
    provider::ProviderDescriptor,
    scim::{
        error,
        failure::{Failure, FailureClass},
        list,
        request::{Method, Request},
    },
    store::{StoreError, file_of_today},
    worker,
};

/// Why a profile could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The config can't be used, or has no such profile.
    #[error("{0}")]
    Config(Box<ConfigError>),
    /// The profile's key could not be read.
    #[error("profile {profile}: {error}")]
    Key {
        /// The profile's name.
        profile: String,
        /// The failure to read the key.
        error: KeyError,
    },
    /// The profile's store can't be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// No client can be made of the profile.
    #[error("{}", .0.sentences())]
    Client(Failure),
    /// A field of the form for a new profile: its name, and why it can't be used.
    #[error("{0}: {1}")]
    Field(String, String),
    /// This machine failed, in words.
    #[error("{0}")]
    Local(String),
}

impl From<ConfigError> for OpenError {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

/// Opens profiles; knows the config and the places, and nothing of the screen.
#[derive(Clone)]
pub struct Opener {
    /// The standard places of files.
    pub places: StandardPaths,
    /// The config file as it was last read.
    pub config: Option<ConfigFile>,
    /// Refuse every edit, whatever the profile says.
    pub read_only: bool,
    /// Write no change down, as the person wants.
    pub no_journal: bool,
    /// The demo directory to open.
    pub demo: demo::DemoOptions,
    /// Environment, apart for tests.
    pub env: fn(&str) -> Option<String>,
}

impl Opener {
    /// The profile meant at the start; `None` is the first run.
    pub fn at_start(&self, requested: Option<&str>) -> Result<Option<Profile>, ConfigError> {
        let (netrc, settings) = (self.places.netrc.clone(), self.places.wandb_settings.clone());
        resolve(self.config.as_ref(), requested, &WandbLogin { env: &self.env, netrc, settings })
    }

    /// Opens a profile by name; without one the embedded demo directory.
    pub async fn open(&self, name: Option<&str>) -> Result<(OpenedProfile, ProfileSession), OpenError> {
        match name {
            None => self.open_demo().await,
            // The console itself may have written to the file since it was read.
            Some(name) => self.open_profile(self.known(name)?).await,
        }
    }

    /// Reads the profile's key and prepares its session. Asks the server nothing yet.
    pub async fn open_profile(&self, profile: Profile) -> Result<(OpenedProfile, ProfileSession), OpenError> {
        let key = match profile.auth {
            AuthForm::None => SecretString::default(),
            _ => read_key(&profile).await?,
        };
        let file = store_file(&self.places.state, &profile);
        let keeping = if self.no_journal { SessionStorage::NoJournal(file) } else { SessionStorage::File(file) };
        Ok(self.session(&profile, key, keeping, None))
    }

    async fn open_demo(&self) -> Result<(OpenedProfile, ProfileSession), OpenError> {
        let (profile, key, running) = self.start_demo().await?;
        Ok(self.session(&profile, key, SessionStorage::Memory, Some(running)))
    }

    pub(super) async fn start_demo(&self) -> Result<(Profile, SecretString, demo::RunningDemo), OpenError> {
        let failed = |error| OpenError::Local(format!("The demo directory could not be started: {error}"));
        let running = demo::start(self.demo.clone()).await.map_err(failed)?;
        let base = url::Url::parse(running.url()).map_err(|error| OpenError::Local(error.to_string()))?;
        let key = SecretString::from(running.key().to_owned());
        let mut profile = Profile::new("demo", self.demo.provider, base, KeySource::Value(key.clone()));
        profile.mapping = demo_mapping(self.demo.provider.descriptor());
        profile.me = Some("demo-admin".into());
        if self.demo.provider.descriptor().is_hosted {
            profile.hosting = self.demo.hosting;
        }
        if running.takes_basic_only() {
            profile.auth = AuthForm::BasicUser("demo-admin".into());
        }
        Ok((profile, key, running))
    }

    /// Opens the profile of a form, asks its server, writes it down where that answers, and gives it. So no profile is
    /// kept that never worked.
    pub async fn save(
        &self,
        draft: ProfileDraft,
        secret: Option<SecretString>,
    ) -> Result<(OpenedProfile, ProfileSession), OpenError> {
        let fields = new_profile(&draft)?;
        let path = &self.places.config_file;
        let made = || match &draft.was {
            None => draft_new(path, &draft.name, &fields),
            Some(was) => draft_edited(path, &was.name, &fields, &draft.changes(was)),
        };
        let refused = |error: ConfigError| {
            OpenError::Field(error.key.clone().unwrap_or_default(), format!("{}; {}", error.why, error.hint))
        };
        let lacking = || ConfigError::about(path, "the profile is not in it", "look at the file").no_profile();
        let config = made().map_err(refused)?.config;
        let profile = config.profiles.get(&draft.name).cloned().ok_or_else(lacking)?;
        self.takes_key(&profile, secret.clone()).await?;
        if let Some(secret) = &secret {
            let kept = keep_key(&profile.key, secret);
            kept.map_err(|error| OpenError::Field("key".into(), error.to_string()))?;
        }
        // Made anew: somebody may have written to the file while the server was asked.
        let config = made().and_then(DraftedConfig::save).map_err(refused)?;
        let opener = Self { config: Some(config), ..self.clone() };
        opener.open(Some(&draft.name)).await
    }

    /// Whether the profile's server takes the key that is given, or the one that the profile names.
    async fn takes_key(&self, profile: &Profile, given: Option<SecretString>) -> Result<(), OpenError> {
        let key_field = if given.is_some() { "secret" } else { "key" };
        let key = match (&profile.auth, given) {
            (AuthForm::None, _) => SecretString::default(),
            (_, Some(given)) => given,
            _ => read_key(profile).await.map_err(|error| match error {
                OpenError::Key { error, .. } => OpenError::Field("key".into(), error.to_string()),
                other => other,
            })?,
        };
        let dialect = dialect_of(profile);
        answers(endpoint_of(profile, &*dialect, key), &*dialect).await.map_err(|failure| {
            let field = match failure.class {
                FailureClass::Unauthorized | FailureClass::Forbidden => key_field,
                _ => "url",
            };
            OpenError::Field(field.into(), failure.sentences())
        })
    }

    /// Asks the server of a profile of the config file whether it takes the key; the outcome in words.
    pub async fn test(&self, draft: &ProfileDraft) -> Result<String, OpenError> {
        let profile = self.known(&draft.name)?;
        self.takes_key(&profile, None).await?;
        Ok(format!("{} takes the key and lists users.", profile.base_text()))
    }

    /// The profile of this name in the config file as it is now.
    fn known(&self, name: &str) -> Result<Profile, ConfigError> {
        let file = ConfigFile::load(&self.places.config_file)?.or_else(|| self.config.clone());
        let none = || ConfigError::new(format!("there is no profile \"{name}\""), "").no_profile();
        Self { config: file, ..self.clone() }.at_start(Some(name))?.ok_or_else(none)
    }

    /// The profiles of the config file as their forms begin, with these words.
    pub fn drafts(&self, words: String) -> Result<ListedProfiles, ConfigError> {
        let file = ConfigFile::load(&self.places.config_file)?.or_else(|| self.config.clone());
        let profiles = file.iter().flat_map(|file| file.profiles.values());
        Ok(ListedProfiles { drafts: profiles.map(|profile| self.draft(profile)).collect(), words })
    }

    /// Deletes a profile from the config file; gives those that are left.
    pub fn delete(&self, name: &str) -> Result<ListedProfiles, ConfigError> {
        remove_profile(&self.places.config_file, name)?;
        self.drafts(format!("{name} is deleted from the config file. Its journal and its key stay where they are."))
    }

    /// The profile of this name as its form begins, where the config has it.
    pub fn draft_of(&self, name: &str) -> Option<ProfileDraft> {
        let file = ConfigFile::load(&self.places.config_file).ok().flatten().or_else(|| self.config.clone());
        let profile = Self { config: file, ..self.clone() }.at_start(Some(name)).ok().flatten()?;
        Some(self.draft(&profile))
    }

    /// The profile as its form begins.
    pub fn draft(&self, profile: &Profile) -> ProfileDraft {
        let draft = draft_of_profile(profile);
        let file = ConfigFile::load(&self.places.config_file).ok().flatten();
        if file.is_some_and(|file| file.profiles.contains_key(&profile.name)) {
            ProfileDraft { was: Some(Box::new(draft.clone())), ..draft }
        } else {
            // The settings taken from the surroundings name the profile after its host, and a profile can't have such a
            // name.
            ProfileDraft { name: String::new(), ..draft }
        }
    }

    /// Writes the role that a group gives to the config file; without a profile the role counts for this session only.
    pub fn map_group(
        &self,
        profile: Option<&str>,
        mapping: Arc<RoleMapping>,
        group: &Name,
    ) -> Result<(Arc<RoleMapping>, String), NotSaved> {
        let role = mapping.of(group);
        let gives = role.map_or_else(|| "no role".to_owned(), ToString::to_string);
        let Some(profile) = profile else {
            return Ok((mapping, format!("{group} gives {gives} in this session: a demo has no config file.")));
        };
        match save_mapping(&self.places.config_file, profile, group.raw(), role.map(Name::raw)) {
            Ok(()) => Ok((Arc::clone(&mapping), format!("{group} gives {gives} now; the profile keeps it."))),
            Err(error) => Err(NotSaved(error.to_string())),
        }
    }

    fn session(
        &self,
        profile: &Profile,
        key: SecretString,
        store: SessionStorage,
        demo: Option<demo::RunningDemo>,
    ) -> (OpenedProfile, ProfileSession) {
        let dialect = dialect_of(profile);
        let endpoint = endpoint_of(profile, &*dialect, key);
        let view = ProfileView {
            name: profile.name.clone(),
            provider: dialect.name().into(),
            host: profile.base_text().trim_start_matches("https://").trim_start_matches("http://").into(),
            confirm_always: profile.confirm == ConfirmPolicy::Always,
            reason_required: profile.reason == ReasonPolicy::Required,
            actor: (self.env)("USER").or_else(|| (self.env)("LOGNAME")).unwrap_or_else(|| "unknown".into()),
        };
        let unguarded = |name: &str| profile.unguarded.iter().any(|guard| guard == name);
        let guards = GuardSettings {
            read_only: profile.read_only || self.read_only,
            no_journal: None,
            contradiction: None,
            me: profile.me.clone(),
            allow_last_admin: unguarded("last-admin"),
            allow_yourself: unguarded("yourself"),
            max_removal: profile.max_removal,
            protected: profile.protected.clone(),
            admins: profile.admins.clone(),
        };
        let planner: Arc<dyn Dialect> = Arc::clone(&dialect);
        let opened = OpenedProfile { profile: view, planner, guards };
        let (parallel, max_users) = (profile.parallel, profile.max_users);
        let recipe = WorkerRecipe {
            endpoint,
            dialect,
            store,
            parallel,
            max_users,
            key: key_reader(profile),
            watch: false,
            start: SessionStart::default(),
        };
        (opened, ProfileSession::new(recipe, demo))
    }
}

pub(super) fn endpoint_of(profile: &Profile, dialect: &dyn Dialect, key: SecretString) -> Endpoint {
    Endpoint {
        base: profile.base.clone(),
        auth: auth_of(&profile.auth, key),
        api: dialect.api(&profile.base),
        graph: dialect.graph(&profile.base).map(|graph| GraphqlEndpoint { url: graph.url, user: graph.user }),
        ca_file: profile.ca_file.clone(),
        client_cert: profile.client_cert.clone().map(|(certificate, key)| ClientCert { certificate, key }),
        allow_http: profile.allow_http,
        timeout: profile.timeout,
        user_agent: concat!("scimitar/", env!("CARGO_PKG_VERSION")).into(),
    }
}

/// The roles that groups of the demo directory give, in the place of a workspace's own table.
fn demo_mapping(provider: &ProviderDescriptor) -> Option<RoleMapping> {
    let name = |text: &&str| Name::from(*text);
    (!provider.demo_groups.is_empty()).then(|| RoleMapping {
        order: provider.group_roles.iter().map(name).collect(),
        default: provider.group_roles.last().map(name),
        groups: provider.demo_groups.iter().map(|(group, role)| (name(group), name(role))).collect(),
    })
}

fn auth_of(form: &AuthForm, key: SecretString) -> AuthScheme {
    match form {
        AuthForm::Bearer => AuthScheme::Bearer(key),
        AuthForm::Basic => AuthScheme::Basic { user: String::new(), key },
        AuthForm::BasicUser(user) => AuthScheme::Basic { user: user.clone(), key },
        AuthForm::None => AuthScheme::None,
    }
}

/// Reads the key again from where the profile has it.
fn key_reader(profile: &Profile) -> worker::KeyReader {
    let profile = profile.clone();
    Arc::new(move || match profile.auth {
        AuthForm::None => Ok(AuthScheme::None),
        _ => match profile.read_key() {
            Ok(key) => Ok(auth_of(&profile.auth, key)),
            Err(error) => Err(worker::NoKey(error.to_string())),
        },
    })
}

pub(super) async fn read_key(profile: &Profile) -> Result<SecretString, OpenError> {
    let asked = profile.clone();
    // Key commands may take seconds.
    let key = tokio::task::spawn_blocking(move || asked.read_key()).await;
    let key = key.map_err(|_| OpenError::Local("Reading the key failed.".into()))?;
    key.map_err(|error| OpenError::Key { profile: profile.name.clone(), error })
}

/// Each profile and service has its own file: another URL under the same name is another directory, unless the URL is
/// another address of the same service.
pub(super) fn store_file(state: &Path, profile: &Profile) -> PathBuf {
    let mut files = profile.addresses().into_iter().map(|address| state.join(store_name(&profile.name, &address)));
    let named = files.next();
    let kept = named.iter().cloned().chain(files).find(|file| file.exists());
    file_of_today(&kept.or(named).unwrap_or_default())
}

fn store_name(profile: &str, address: &Url) -> String {
    // The name holds a checksum because it stays the same in every release: under another name the journal would seem
    // gone.
    let server = crc32fast::hash(address.as_str().trim_end_matches('/').as_bytes());
    let safe: String =
        profile.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    format!("{safe}-{server:08x}.db")
}

pub(super) fn dialect_of(profile: &Profile) -> Arc<dyn Dialect> {
    let mapping = profile.mapping.clone().map(Arc::new);
    let server = dialect::KnownServer { habits: profile.habits.clone(), mapping, full_seats: profile.full_seats };
    dialect::of(profile.provider, profile.hosting, server)
}

/// Whether the server takes the key and answers with a list: one short page of users.
async fn answers(endpoint: Endpoint, dialect: &dyn Dialect) -> Result<(), Failure> {
    let made = tokio::task::spawn_blocking(move || Client::new(endpoint)).await;
    let broken = || Failure::local(FailureClass::Local, "The client could not be prepared.", "Please report this.");
    let client = made.map_err(|_| broken())??;
    let page = Request::new(Method::Get, ["Users"]).query("startIndex", "1").query("count", "1");
    let answer = client.probe(&page, &CancellationToken::new(), &|_| ()).await?;
    if !(200..300).contains(&answer.status) {
        let body = error::parse(&answer.body, answer.content_type.as_deref());
        let mut failure = error::failure(answer.status, &body, "Reading the users");
        dialect.hint(&mut failure);
        return Err(failure);
    }
    let next = "Check the URL and its path prefix: this may be another service, a proxy or a sign-in page.";
    list::parse(&answer.body).map(drop).map_err(|bad| Failure::local(FailureClass::Protocol, bad.to_string(), next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Provider;

    fn file(state: &Path, url: &str) -> String {
        let base = Url::parse(url).unwrap();
        let profile = Profile::new("acme", Provider::Wandb, base, KeySource::Netrc);
        store_file(state, &profile).file_name().unwrap().to_string_lossy().into_owned()
    }

    #[test]
    fn a_store_is_found_again_under_every_address_of_its_service() {
        let state = tempfile::tempdir().unwrap();
        let [older, forge, own] =
            ["https://api.wandb.ai/scim", "https://api.forge.coreweave.com/scim", "https://acme.wandb.io/scim"];
        assert_eq!(file(state.path(), forge), file(state.path(), older));
        assert_ne!(file(state.path(), own), file(state.path(), older));

        // A version that took Forge for a Dedicated Cloud has named its store after that address.
        let kept = store_name("acme", &Url::parse(forge).unwrap());
        std::fs::write(state.path().join(&kept), "").unwrap();
        assert_eq!([older, forge].map(|url| file(state.path(), url)), [kept.clone(), kept]);
    }

    #[test]
    fn the_names_of_stores_stay_what_they_were() {
        let address = Url::parse("https://api.wandb.ai/scim").unwrap();
        assert_eq!(store_name("acme eu", &address), "acme_eu-01f4e769.db");
    }
}
