//! W&B's addresses. Multi-tenant Cloud is one service under several of them: since 30 September 2026 the service is
//! part of Forge, and the older address still works (`docs.coreweave.com/forge-whats-moved`; the package wandb 0.31.0
//! knows the same hosts). A profile of that service keeps its key and its store at any of these addresses.

use std::path::{Path, PathBuf};

use configparser::ini::Ini;
use url::Url;

use super::error::ConfigError;
use super::places::regular_text;
use super::profile::parse_base;
use crate::provider::{Hosting, WANDB_URL};

/// The path under which W&B's servers speak SCIM.
const PATH: &str = "/scim";
/// The address of Multi-tenant Cloud before Forge; stores are named after it.
const OLDER_HOST: &str = "api.wandb.ai";
/// Multi-tenant Cloud's hosts, the current one first.
const HOSTS: [&str; 2] = ["api.forge.coreweave.com", OLDER_HOST];
/// Forge's web site, which forwards paths below [`PASSED_ON`] to the service.
const FORGE: &str = "forge.coreweave.com";
const PASSED_ON: &str = "/api/wandb";
/// Web sites, which answer with pages for people.
const SITES: [&str; 4] = ["wandb.ai", "www.wandb.ai", "app.wandb.ai", "id.coreweave.com"];

/// The variable from which W&B's own tools take the key.
pub const WANDB_KEY: &str = "WANDB_API_KEY";
/// The variable that names the server of [`WANDB_KEY`].
pub const WANDB_BASE_URL: &str = "WANDB_BASE_URL";
/// The variable that names the directory of W&B's settings file.
pub(super) const WANDB_CONFIG_DIR: &str = "WANDB_CONFIG_DIR";

/// Settings of W&B's own tools on this machine: variables, and the files written by `wandb login`.
pub struct WandbLogin<'a> {
    /// A lookup of environment variables.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The `netrc` file with keys; need not exist.
    pub netrc: Option<PathBuf>,
    /// The settings file, which names the server of `wandb login --host`; need not exist.
    pub settings: Option<PathBuf>,
}

impl WandbLogin<'_> {
    /// A variable whose value is not blank.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.trim().is_empty())
    }

    /// The configured server, and the place that names it: the variable takes precedence over the settings file, as in
    /// the package wandb 0.31.0.
    pub(super) fn server(&self) -> Option<(String, String)> {
        let variable = self.variable(WANDB_BASE_URL).map(|url| (url, format!("${WANDB_BASE_URL}")));
        variable.or_else(|| {
            let path = self.settings.as_deref()?;
            Some((base_url(path)?, path.display().to_string()))
        })
    }
}

/// `base_url` in the section `default` of W&B's settings file.
fn base_url(path: &Path) -> Option<String> {
    let text = regular_text(path)?;
    // By default the crate reads a semicolon inside a value as a comment, unlike Python's reader.
    let mut settings = Ini::new();
    settings.set_inline_comment_symbols(Some(&[]));
    settings.read(text).ok()?;
    settings.get("default", "base_url").filter(|url| !url.trim().is_empty())
}

/// Whether the host belongs to Multi-tenant Cloud. Case and a trailing dot make no difference.
pub(super) fn is_multi_tenant(host: &str) -> bool {
    HOSTS.iter().any(|known| same(host, known))
}

/// Whether W&B runs the host for a single customer: `https://acme.wandb.io`.
pub(super) fn is_dedicated(host: &str) -> bool {
    host.rsplit_once(".wandb.io").is_some_and(|(_, rest)| ["", "."].contains(&rest))
}

/// The hosting of a W&B server by its name.
pub(super) fn hosting_of(base: &Url) -> Hosting {
    match base.host_str() {
        Some(host) if is_multi_tenant(host) => Hosting::MultiTenant,
        Some(host) if is_dedicated(host) => Hosting::Dedicated,
        _ => Hosting::NotTold,
    }
}

fn same(host: &str, known: &str) -> bool {
    host.strip_suffix('.').unwrap_or(host).eq_ignore_ascii_case(known)
}

/// The names under which a key for `host` may be stored, its own name first: hosts of Multi-tenant Cloud share their
/// keys.
pub(super) fn names_of(host: &str) -> Vec<&str> {
    let others = HOSTS.into_iter().filter(|known| is_multi_tenant(host) && !same(host, known));
    std::iter::once(host).chain(others).collect()
}

/// Whether two addresses are of one service: the same host and port, or hosts of Multi-tenant Cloud. Paths make no
/// difference.
pub(super) fn is_one_service(one: &Url, other: &Url) -> bool {
    let (Some(host), Some(known)) = (one.host_str(), other.host_str()) else { return false };
    let is_same_host = names_of(host).iter().any(|name| same(known, name));
    is_same_host && one.port_or_known_default() == other.port_or_known_default()
}

/// The base URL of a W&B server. Adds `/scim` unless the address ends with it or `path` names another path.
///
/// # Errors
/// Fails if the address can't be used, is a web site of W&B's, or has a path that Multi-tenant Cloud lacks.
pub(super) fn base(url: &str, path: Option<&str>) -> Result<Url, ConfigError> {
    let mut base = parse_base(url, "")?;
    let host = base.host_str().unwrap_or_default().to_owned();
    let instead = || format!("write {WANDB_URL}, or the address of your own server");
    if SITES.iter().any(|site| same(&host, site)) {
        return Err(ConfigError::new(format!("{host} is a web site, not W&B's API"), instead()));
    }
    if same(&host, FORGE) {
        let rest = base.path().strip_prefix(PASSED_ON).map(str::to_owned);
        let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            return Err(ConfigError::new(format!("{host} is Forge's web site, not W&B's API"), instead()));
        };
        base.set_path(&rest);
        base.set_host(Some(HOSTS[0])).map_err(|error| ConfigError::new(error.to_string(), instead()))?;
    }
    let own = base.path().trim_end_matches('/').to_owned();
    let host = base.host_str().unwrap_or_default();
    if is_multi_tenant(host) && !["", PATH].contains(&own.as_str()) {
        let why = format!("{host} has no SCIM at {own}");
        return Err(ConfigError::new(why, format!("write {WANDB_URL} without a path")));
    }
    let added = path.unwrap_or(if own.ends_with(PATH) { "" } else { PATH });
    parse_base(base.as_str(), added)
}

/// The base URLs at which the service at `base` is reached: only `base`, or all of Multi-tenant Cloud's. The first URL
/// is the same for all of them.
pub(super) fn addresses(base: &Url) -> Vec<Url> {
    if !base.host_str().is_some_and(is_multi_tenant) {
        return vec![base.clone()];
    }
    let at = |host: &str| {
        let mut address = base.clone();
        address.set_host(Some(host)).is_ok().then_some(address)
    };
    HOSTS.iter().rev().filter_map(|host| at(host)).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://api.forge.coreweave.com", None, "https://api.forge.coreweave.com/scim")]
    #[case("https://API.Forge.CoreWeave.com/", None, "https://api.forge.coreweave.com/scim")]
    #[case("https://api.wandb.ai/scim/", None, "https://api.wandb.ai/scim")]
    #[case("https://forge.coreweave.com/api/wandb", None, "https://api.forge.coreweave.com/scim")]
    #[case("https://forge.coreweave.com/api/wandb/scim", None, "https://api.forge.coreweave.com/scim")]
    #[case("https://api.wandb.ai", Some("/scim/v2"), "https://api.wandb.ai/scim/v2")]
    #[case("https://w.example/wandb", None, "https://w.example/wandb/scim")]
    #[case("https://w.example/scim", None, "https://w.example/scim")]
    #[case("https://w.example:8443/scim/", None, "https://w.example:8443/scim")]
    #[case("https://w.example", Some("/other"), "https://w.example/other")]
    fn addresses_become_a_base(#[case] url: &str, #[case] path: Option<&str>, #[case] expected: &str) {
        assert_eq!(base(url, path).unwrap().as_str(), expected);
    }

    #[rstest]
    #[case("https://wandb.ai", "wandb.ai is a web site")]
    #[case("https://WWW.wandb.ai./acme", "www.wandb.ai. is a web site")]
    #[case("https://app.wandb.ai/", "app.wandb.ai is a web site")]
    #[case("https://forge.coreweave.com", "Forge's web site")]
    #[case("https://forge.coreweave.com/api/wandbox", "Forge's web site")]
    #[case("https://api.forge.coreweave.com/api/wandb", "has no SCIM at /api/wandb")]
    #[case("https://api.wandb.ai/graphql", "has no SCIM at /graphql")]
    fn other_addresses_are_refused_with_the_right_one(#[case] url: &str, #[case] why: &str) {
        let error = base(url, None).unwrap_err();
        assert!(error.why.contains(why), "{error}");
        assert!(error.hint.contains(WANDB_URL), "{error}");
    }

    #[rstest]
    #[case("https://api.forge.coreweave.com/scim", "https://api.wandb.ai/scim")]
    #[case("https://api.wandb.ai/scim", "https://api.wandb.ai/scim")]
    #[case("https://acme.wandb.io/scim", "https://acme.wandb.io/scim")]
    fn the_first_address_of_a_service_is_the_same_for_all(#[case] url: &str, #[case] expected: &str) {
        let addresses = addresses(&Url::parse(url).unwrap());
        assert_eq!(addresses[0].as_str(), expected);
        assert!(addresses.iter().any(|address| address.as_str() == url));
    }

    #[rstest]
    #[case("acme.wandb.io", true)]
    #[case("acme.wandb.io.", true)]
    #[case("acme.wandb.io.example", false)]
    #[case("acmewandb.io", false)]
    #[case("wandb.acme.example", false)]
    fn hosts_of_dedicated_clouds_have_one_ending(#[case] host: &str, #[case] expected: bool) {
        assert_eq!(is_dedicated(host), expected);
    }

    #[rstest]
    #[case("[default]\nbase_url = https://w.example:8443\n", Some("https://w.example:8443"))]
    #[case("[default]\nentity=acme\nbase_url=https://w.example/a;b#c\n", Some("https://w.example/a;b#c"))]
    #[case("[default]\nbase_url =\n", None)]
    #[case("[other]\nbase_url = https://w.example\n", None)]
    #[case("\u{0}[", None)]
    fn the_settings_file_names_a_server(#[case] text: &str, #[case] expected: Option<&str>) {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("settings");
        std::fs::write(&path, text).unwrap();
        let named = |env: &dyn Fn(&str) -> Option<String>| {
            WandbLogin { env, netrc: None, settings: Some(path.clone()) }.server().map(|(url, _)| url)
        };
        assert_eq!(named(&|_| None).as_deref(), expected);
        let variable = |name: &str| (name == WANDB_BASE_URL).then(|| "https://v.example".to_owned());
        assert_eq!(named(&variable).as_deref(), Some("https://v.example"));
    }

    #[rstest]
    #[case("api.wandb.ai", &["api.wandb.ai", "api.forge.coreweave.com"])]
    #[case("api.forge.coreweave.com", &["api.forge.coreweave.com", "api.wandb.ai"])]
    #[case("acme.wandb.io", &["acme.wandb.io"])]
    #[case("evil-api.wandb.ai", &["evil-api.wandb.ai"])]
    fn only_the_hosts_of_one_service_share_a_key(#[case] host: &str, #[case] expected: &[&str]) {
        assert_eq!(names_of(host), expected);
    }
}
