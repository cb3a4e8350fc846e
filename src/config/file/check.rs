//! One `[profile.NAME]`: from what is written to what is meant.

use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use url::Url;

use super::choose;
use crate::config::error::ConfigError;
use crate::config::places::beside;
use crate::config::profile::{AuthForm, Confirm, Hosting, Profile, Provider, WANDB_HOST, parse_base, wandb_base};
use crate::config::raw::{RawKey, RawProfile};
use crate::config::secret::{KeySource, WANDB_DEFAULT_URL};

/// The guards that a profile may switch off.
const GUARDS: [&str; 2] = ["last-admin", "yourself"];

/// Reads the values of one profile.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub path: &'a Path,
    pub name: &'a str,
}

#[derive(Clone, Copy, PartialEq)]
enum Written {
    Wandb,
    Scim,
    Later(&'static str),
}

#[derive(Clone, Copy)]
enum Form {
    Bearer,
    Basic,
    BasicUser,
    None,
}

impl Reader<'_> {
    pub(super) fn profile(&self, raw: RawProfile) -> Result<Profile, ConfigError> {
        let provider = self.provider(raw.provider.as_ref())?;
        let base = self.base(provider, &raw)?;
        let hosting = self.hosting(provider, &raw, &base)?;
        let key = self.key_source(provider, raw.key.as_ref())?;
        let confirms = [("risky", Confirm::Risky), ("always", Confirm::Always)];
        Ok(Profile {
            hosting,
            auth: self.auth(&raw)?,
            confirm: self.choose("confirm", raw.confirm.as_ref(), &confirms)?.unwrap_or_default(),
            unguarded: self.unguarded(&raw.unguarded)?,
            parallel: self.number("parallel", raw.parallel.as_ref(), 4, 32)? as usize,
            timeout: Duration::from_secs(self.number("timeout_seconds", raw.timeout_seconds.as_ref(), 30, 600)?),
            full_seats: self.full_seats(provider, raw.full_seats.as_ref())?,
            ca_file: raw.ca_file.map(|written| beside(self.path, &written)),
            me: raw.me,
            read_only: raw.read_only,
            allow_http: raw.allow_http,
            ..Profile::new(self.name, provider, base, key)
        })
    }

    /// An error at the key `name`, on the line of `value`.
    fn wrong<T>(
        &self,
        name: &str,
        value: Option<&Spanned<T>>,
        why: impl Into<String>,
        hint: impl Into<String>,
    ) -> ConfigError {
        self.place(ConfigError::new(why, hint), name, value)
    }

    fn place<T>(&self, error: ConfigError, name: &str, value: Option<&Spanned<T>>) -> ConfigError {
        let span = value.map(Spanned::span).or_else(|| self.header());
        error.key(self.key(name)).at(self.text, span)
    }

    fn key(&self, name: &str) -> String {
        format!("profile.{}.{name}", self.name)
    }

    /// Where the table begins, for what is missing in it.
    fn header(&self) -> Option<std::ops::Range<usize>> {
        let start = [format!("[profile.{}]", self.name), format!("[profile.\"{}\"]", self.name)]
            .iter()
            .find_map(|header| self.text.find(header))?;
        Some(start..start)
    }

    fn choose<T: Copy>(
        &self,
        name: &str,
        value: Option<&Spanned<String>>,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, ConfigError> {
        choose(self.text, &self.key(name), name, value, choices)
    }

    fn provider(&self, value: Option<&Spanned<String>>) -> Result<Provider, ConfigError> {
        let known = [
            ("wandb", Written::Wandb),
            ("scim", Written::Scim),
            ("grafana", Written::Later("Grafana")),
            ("datasaur", Written::Later("Datasaur")),
        ];
        let Some(written) = value.filter(|value| known.iter().any(|(word, _)| word == value.get_ref())) else {
            // The providers that can't be used yet are not offered.
            let usable = [("wandb", Provider::Wandb), ("scim", Provider::Scim)];
            return self
                .choose("provider", value, &usable)?
                .ok_or_else(|| self.wrong("provider", value, "is missing", "use wandb or scim"));
        };
        match self.choose("provider", Some(written), &known)? {
            Some(Written::Scim) => Ok(Provider::Scim),
            Some(Written::Later(name)) => {
                let why = format!("{name} is not supported yet");
                Err(self.wrong("provider", value, why, "use wandb, or scim for plain RFC 7644"))
            }
            Some(Written::Wandb) | None => Ok(Provider::Wandb),
        }
    }

    fn base(&self, provider: Provider, raw: &RawProfile) -> Result<Url, ConfigError> {
        let url = raw.url.as_ref();
        let written = match (provider, url) {
            (_, Some(url)) => url.get_ref().as_str(),
            (Provider::Scim, None) => {
                return Err(self.wrong(
                    "url",
                    url,
                    "is missing",
                    "write the base URL, like https://idp.example/scim/v2",
                ));
            }
            (Provider::Wandb, None) => WANDB_DEFAULT_URL,
        };
        match (&raw.path, provider) {
            (Some(path), _) => parse_base(written, path.get_ref()),
            (None, Provider::Wandb) => wandb_base(written),
            (None, Provider::Scim) => parse_base(written, ""),
        }
        .map_err(|error| self.place(error, "url", url))
    }

    fn hosting(&self, provider: Provider, raw: &RawProfile, base: &Url) -> Result<Option<Hosting>, ConfigError> {
        let value = raw.hosting.as_ref();
        let known = [Hosting::MultiTenant, Hosting::Dedicated, Hosting::SelfManaged].map(|one| (one.as_str(), one));
        let written = self.choose("hosting", value, &known)?;
        match (provider, written) {
            (Provider::Scim, None) => Ok(None),
            (Provider::Scim, Some(_)) => {
                Err(self.wrong("hosting", value, "only W&B's servers have a hosting", "remove this line"))
            }
            (Provider::Wandb, Some(Hosting::Dedicated | Hosting::SelfManaged))
                if base.host_str() == Some(WANDB_HOST) =>
            {
                let hint = "set `url` to your own server, or use multi-tenant";
                Err(self.wrong("hosting", value, format!("{WANDB_HOST} is W&B's Multi-tenant Cloud"), hint))
            }
            (Provider::Wandb, written) => Ok(Some(written.unwrap_or_else(|| Hosting::of(base.host_str())))),
        }
    }

    fn auth(&self, raw: &RawProfile) -> Result<AuthForm, ConfigError> {
        let forms =
            [("bearer", Form::Bearer), ("basic", Form::Basic), ("basic-user", Form::BasicUser), ("none", Form::None)];
        let form = self.choose("auth", raw.auth.as_ref(), &forms)?.unwrap_or(Form::Bearer);
        match (form, raw.user.as_ref()) {
            (Form::Bearer, None) => Ok(AuthForm::Bearer),
            (Form::Basic, None) => Ok(AuthForm::Basic),
            (Form::None, None) => match raw.key.as_ref() {
                None => Ok(AuthForm::None),
                Some(key) => {
                    let hint = "remove this line, or name another auth";
                    Err(self.wrong("key", Some(key), "auth = \"none\" sends no key", hint))
                }
            },
            (Form::BasicUser, Some(user)) if user.get_ref().contains(':') || user.get_ref().is_empty() => {
                Err(self.wrong("user", Some(user), "a user name is not empty and has no colon", "write it as in W&B"))
            }
            (Form::BasicUser, Some(user)) => Ok(AuthForm::BasicUser(user.get_ref().clone())),
            (Form::BasicUser, None) => {
                let hint = "add `user = \"NAME\"`, or use auth = \"basic\" for a service account";
                Err(self.wrong("user", raw.auth.as_ref(), "is missing for auth = \"basic-user\"", hint))
            }
            (_, Some(user)) => {
                let hint = "set auth = \"basic-user\", or remove this line";
                Err(self.wrong("user", Some(user), "only auth = \"basic-user\" sends a user name", hint))
            }
        }
    }

    fn key_source(&self, provider: Provider, raw: Option<&Spanned<RawKey>>) -> Result<KeySource, ConfigError> {
        let Some(raw) = raw else {
            return Ok(match provider {
                Provider::Wandb => KeySource::FirstOf(vec![KeySource::Wandb, KeySource::Netrc]),
                Provider::Scim => KeySource::Netrc,
            });
        };
        let key = raw.get_ref();
        let hint = "use one of { env = \"NAME\" }, { command = [\"pass\", \"show\", \"x\"] }, { file = \"PATH\" } \
            or { netrc = true }";
        match (&key.env, &key.command, &key.file, key.netrc) {
            (Some(name), None, None, None) if !name.is_empty() => Ok(KeySource::Env(name.clone())),
            (None, Some(words), None, None) if words.first().is_some_and(|word| !word.is_empty()) => {
                Ok(KeySource::Command(words.clone()))
            }
            (None, None, Some(file), None) if !file.is_empty() => Ok(KeySource::File(beside(self.path, file))),
            (None, None, None, Some(true)) => Ok(KeySource::Netrc),
            _ => Err(self.wrong("key", Some(raw), "this does not name one place", hint)),
        }
    }

    fn unguarded(&self, written: &[Spanned<String>]) -> Result<Vec<String>, ConfigError> {
        let choices = GUARDS.map(|guard| (guard, guard));
        let meant = written.iter().map(|guard| {
            let known = choose(self.text, &self.key("unguarded"), "guard", Some(guard), &choices)?;
            Ok(known.unwrap_or_default().to_owned())
        });
        meant.collect()
    }

    fn full_seats(&self, provider: Provider, value: Option<&Spanned<i64>>) -> Result<Option<u64>, ConfigError> {
        match (provider, value) {
            (_, None) => Ok(None),
            (Provider::Scim, Some(_)) => Err(self.wrong("full_seats", value, "only W&B has seats", "remove this line")),
            (Provider::Wandb, Some(_)) => self.number("full_seats", value, 0, 10_000_000).map(Some),
        }
    }

    fn number(&self, name: &str, value: Option<&Spanned<i64>>, default: u64, most: u64) -> Result<u64, ConfigError> {
        let Some(written) = value else { return Ok(default) };
        u64::try_from(*written.get_ref()).ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| {
            let hint = format!("use a number from 1 to {most}");
            self.wrong(name, value, format!("{} is out of range", written.get_ref()), hint)
        })
    }
}
