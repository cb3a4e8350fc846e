//! Checks one `[profile.NAME]`: turns the written values into the meant ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use url::Url;

use super::{choose, repeated};
use crate::config::error::ConfigError;
use crate::config::places::beside;
use crate::config::profile::{AuthForm, ConfirmPolicy, MAX_USERS, MOST_PARALLEL, Profile, ReasonPolicy, parse_base};
use crate::config::raw::{RawKey, RawMapping, RawProfile};
use crate::config::secret::KeySource;
use crate::config::wandb;
use crate::directory::{Name, role_source::RoleMapping};
use crate::provider::{Hosting, Provider};

/// A mapping of these roles without any group yet; a user without a role from a group gets the lowest.
fn mapping_of(order: &[&str]) -> RoleMapping {
    let order: Vec<Name> = order.iter().map(|role| Name::from(*role)).collect();
    RoleMapping { default: order.last().cloned(), order, ..RoleMapping::default() }
}

/// The guards that a profile may switch off.
const GUARDS: [&str; 2] = ["last-admin", "yourself"];

/// Reads the values of one profile.
pub(super) struct ProfileReader<'a> {
    pub text: &'a str,
    pub path: &'a Path,
    pub name: &'a str,
}

#[derive(Clone, Copy)]
enum ValueForm {
    Bearer,
    Basic,
    BasicUser,
    None,
}

impl ProfileReader<'_> {
    pub(super) fn profile(&self, raw: RawProfile) -> Result<Profile, ConfigError> {
        let provider = self.provider(raw.provider.as_ref())?;
        let base = self.base(provider, &raw)?;
        let hosting = self.hosting(provider, &raw, &base)?;
        let key = self.key_source(provider, raw.key.as_ref())?;
        let mapping = self.mapping(provider, raw.mapping.as_ref())?;
        let confirms = [("risky", ConfirmPolicy::Risky), ("always", ConfirmPolicy::Always)];
        let reasons = [("optional", ReasonPolicy::Optional), ("required", ReasonPolicy::Required)];
        Ok(Profile {
            hosting,
            auth: self.auth(&raw)?,
            confirm: self.choose("confirm", raw.confirm.as_ref(), &confirms)?.unwrap_or_default(),
            reason: self.choose("reason", raw.reason.as_ref(), &reasons)?.unwrap_or_default(),
            unguarded: self.unguarded(&raw.unguarded)?,
            max_removal: raw.max_removal.as_ref().map(|written| self.percent("max_removal", written)).transpose()?,
            protected: self.people("protected", raw.protected)?,
            admins: self.people("admins", raw.admins)?,
            parallel: self.number("parallel", raw.parallel.as_ref(), 4, MOST_PARALLEL.into())? as usize,
            timeout: Duration::from_secs(self.number("timeout_seconds", raw.timeout_seconds.as_ref(), 30, 600)?),
            full_seats: self.full_seats(provider, raw.full_seats.as_ref())?,
            client_cert: self.client_cert(raw.client_cert.as_deref(), raw.client_key.as_ref())?,
            max_users: self.number("max_users", raw.max_users.as_ref(), MAX_USERS, 100_000_000)?,
            ca_file: raw.ca_file.map(|written| beside(self.path, &written)),
            me: raw.me,
            read_only: raw.read_only,
            allow_http: raw.allow_http,
            mapping,
            habits: raw.server,
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

    /// The header of the table, as the place of errors about missing keys.
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
        let known = Provider::ALL.map(|provider| (provider.as_str(), provider));
        self.choose("provider", value, &known)?
            .ok_or_else(|| self.wrong("provider", value, "is missing", format!("use {}", Provider::names())))
    }

    fn base(&self, provider: Provider, raw: &RawProfile) -> Result<Url, ConfigError> {
        let (url, descriptor) = (raw.url.as_ref(), provider.descriptor());
        let number = self.address_number(provider, raw)?;
        let Some(written) = url.map(|url| url.get_ref().as_str()).or(descriptor.url) else {
            let hint = format!("write its address, like {}", descriptor.example);
            return Err(self.wrong("url", url, "is missing", hint));
        };
        let path = raw.path.as_ref().map(|path| path.get_ref().as_str());
        let base = match (path, &descriptor.number) {
            (path, _) if provider == Provider::Wandb => wandb::base(written, path),
            (Some(path), _) => parse_base(written, path),
            (None, Some(part)) if !(part.is_in)(written) => {
                if let (Some(hint), None) = (part.needed, number) {
                    return Err(self.wrong::<String>(part.setting, None, "is missing", hint));
                }
                parse_base(written, &(part.path)(number))
            }
            (None, _) => parse_base(written, ""),
        };
        base.map_err(|error| self.place(error, "url", url))
    }

    /// The number that is part of the provider's address; another provider's is an error.
    fn address_number<'v>(&self, provider: Provider, raw: &'v RawProfile) -> Result<Option<&'v str>, ConfigError> {
        let mut own = None;
        for part in Provider::ALL.into_iter().filter_map(|one| Some((one, one.descriptor().number.as_ref()?))) {
            let (whose, part) = part;
            let Some(written) = raw.address_number(part.setting) else { continue };
            if whose != provider {
                let why = format!("only {}", part.only);
                return Err(self.wrong(part.setting, Some(written), why, "remove this line"));
            }
            own = self.number_of(part.setting, Some(written))?;
        }
        Ok(own)
    }

    /// A number that is part of an address.
    fn number_of<'v>(&self, name: &str, value: Option<&'v Spanned<String>>) -> Result<Option<&'v str>, ConfigError> {
        let Some(written) = value else { return Ok(None) };
        let text = written.get_ref().trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.wrong(
                name,
                value,
                format!("{} is no number", repeated(text)),
                "write it like \"123456\"",
            ));
        }
        Ok(Some(text))
    }

    /// Group → role. Some providers have an order of their own; roles of others come from groups only if the profile says so.
    fn mapping(
        &self,
        provider: Provider,
        raw: Option<&Spanned<RawMapping>>,
    ) -> Result<Option<RoleMapping>, ConfigError> {
        let preset = provider.descriptor().group_roles;
        let Some(raw) = raw else { return Ok((!preset.is_empty()).then(|| mapping_of(preset))) };
        if let Some(why) = provider.descriptor().no_mapping {
            return Err(self.wrong("mapping", Some(raw), why, "remove this table"));
        }
        let mut mapping = mapping_of(preset);
        if !raw.get_ref().order.is_empty() {
            mapping.order = raw.get_ref().order.iter().map(|role| Name::from(role.get_ref().as_str())).collect();
            mapping.default = None;
        }
        if mapping.order.is_empty() {
            let hint = "add order = [\"admin\", \"member\"], the highest role first";
            return Err(self.wrong("mapping.order", Some(raw), "is missing", hint));
        }
        let role = |name: &str, value: &Spanned<String>| {
            let role = Name::from(value.get_ref().as_str());
            let known = mapping.order.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            mapping.order.contains(&role).then_some(role).ok_or_else(|| {
                let why = format!("{} is not in the order of roles", repeated(value.get_ref()));
                self.wrong(name, Some(value), why, format!("use one of {known}"))
            })
        };
        let default = raw.get_ref().default.as_ref().map(|value| role("mapping.default", value)).transpose()?;
        let groups = raw.get_ref().groups.iter();
        let groups = groups
            .map(|(group, value)| Ok((Name::from(group.as_str()), role(&format!("mapping.groups.{group}"), value)?)))
            .collect::<Result<_, ConfigError>>()?;
        Ok(Some(RoleMapping { default: default.or(mapping.default), groups, order: mapping.order }))
    }

    fn hosting(&self, provider: Provider, raw: &RawProfile, base: &Url) -> Result<Hosting, ConfigError> {
        let value = raw.hosting.as_ref();
        let written = self.choose("hosting", value, &Hosting::NAMED.map(|one| (one.as_str(), one)))?;
        match written {
            Some(_) if !provider.descriptor().is_hosted => {
                Err(self.wrong("hosting", value, "only W&B's servers have a hosting", "remove this line"))
            }
            Some(Hosting::Dedicated | Hosting::SelfManaged) if base.host_str().is_some_and(wandb::is_multi_tenant) => {
                let host = base.host_str().unwrap_or_default();
                let hint = "set `url` to your own server, or use multi-tenant";
                Err(self.wrong("hosting", value, format!("{host} is W&B's Multi-tenant Cloud"), hint))
            }
            Some(written) => Ok(written),
            None if provider.descriptor().is_hosted => Ok(wandb::hosting_of(base)),
            None => Ok(Hosting::NotTold),
        }
    }

    fn auth(&self, raw: &RawProfile) -> Result<AuthForm, ConfigError> {
        let forms = [
            ("bearer", ValueForm::Bearer),
            ("basic", ValueForm::Basic),
            ("basic-user", ValueForm::BasicUser),
            ("none", ValueForm::None),
        ];
        let form = self.choose("auth", raw.auth.as_ref(), &forms)?.unwrap_or(ValueForm::Bearer);
        match (form, raw.user.as_ref()) {
            (ValueForm::Bearer, None) => Ok(AuthForm::Bearer),
            (ValueForm::Basic, None) => Ok(AuthForm::Basic),
            (ValueForm::None, None) => match raw.key.as_ref() {
                None => Ok(AuthForm::None),
                Some(key) => {
                    let hint = "remove this line, or name another auth";
                    Err(self.wrong("key", Some(key), "auth = \"none\" sends no key", hint))
                }
            },
            (ValueForm::BasicUser, Some(user)) if user.get_ref().contains(':') || user.get_ref().is_empty() => {
                Err(self.wrong("user", Some(user), "a user name is not empty and has no colon", "write it as in W&B"))
            }
            (ValueForm::BasicUser, Some(user)) => Ok(AuthForm::BasicUser(user.get_ref().clone())),
            (ValueForm::BasicUser, None) => {
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
            let wandb = || KeySource::FirstOf(vec![KeySource::Wandb, KeySource::Netrc]);
            return Ok(if provider == Provider::Wandb { wandb() } else { KeySource::Netrc });
        };
        let key = raw.get_ref();
        let hint = "use one of { env = \"NAME\" }, { command = [\"pass\", \"show\", \"x\"] }, { file = \"PATH\" }, \
            { keyring = \"NAME\" } or { netrc = true }";
        match (&key.env, &key.command, &key.file, &key.keyring, key.netrc) {
            (Some(name), None, None, None, None) if !name.is_empty() => Ok(KeySource::Env(name.clone())),
            (None, Some(words), None, None, None) if words.first().is_some_and(|word| !word.is_empty()) => {
                Ok(KeySource::Command(words.clone()))
            }
            (None, None, Some(file), None, None) if !file.is_empty() => Ok(KeySource::File(beside(self.path, file))),
            (None, None, None, Some(name), None) if !name.is_empty() && cfg!(feature = "keyring") => {
                Ok(KeySource::Keyring(name.clone()))
            }
            (None, None, None, Some(_), None) if cfg!(not(feature = "keyring")) => {
                let hint = "build it with `cargo install --path . --features keyring`, or name another place";
                Err(self.wrong("key", Some(raw), "this scimitar was built without the system's keyring", hint))
            }
            (None, None, None, None, Some(true)) => Ok(KeySource::Netrc),
            _ => Err(self.wrong("key", Some(raw), "this does not name one place", hint)),
        }
    }

    /// A certificate without a key has it in the same file.
    fn client_cert(
        &self,
        certificate: Option<&str>,
        key: Option<&Spanned<String>>,
    ) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
        match (certificate, key) {
            (None, None) => Ok(None),
            (None, Some(_)) => {
                let hint = "add client_cert = \"FILE\", the certificate that the key belongs to";
                Err(self.wrong("client_key", key, "a key without its certificate", hint))
            }
            (Some(certificate), key) => {
                let place = |written: &str| beside(self.path, written);
                let key = key.map_or(certificate, |key| key.get_ref());
                Ok(Some((place(certificate), place(key))))
            }
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

    /// User names, emails or ids; the directory tells later which users they are.
    fn people(&self, name: &str, written: Vec<Spanned<String>>) -> Result<Vec<String>, ConfigError> {
        if let Some(empty) = written.iter().find(|person| person.get_ref().trim().is_empty()) {
            return Err(self.wrong(
                name,
                Some(empty),
                "an empty name is nobody's",
                "write a user name, an email or an id",
            ));
        }
        Ok(written.into_iter().map(|person| person.into_inner().trim().to_owned()).collect())
    }

    fn percent(&self, name: &str, written: &Spanned<String>) -> Result<u8, ConfigError> {
        let number = written.get_ref().strip_suffix('%').and_then(|number| number.trim().parse().ok());
        number.filter(|percent| *percent <= 100).ok_or_else(|| {
            let why = format!("{} is no percentage", repeated(written.get_ref()));
            self.wrong(name, Some(written), why, "write it like \"20%\", from 0% to 100%")
        })
    }

    fn full_seats(&self, provider: Provider, value: Option<&Spanned<i64>>) -> Result<Option<u64>, ConfigError> {
        match (provider, value) {
            (_, None) => Ok(None),
            (Provider::Wandb, Some(_)) => self.number("full_seats", value, 0, 10_000_000).map(Some),
            (_, Some(_)) => Err(self.wrong("full_seats", value, "only W&B has seats", "remove this line")),
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
