//! Arguments of the demo directory.

use std::{net::SocketAddr, str::FromStr, time::Duration};

use clap::Args;

use crate::demo::{DemoOptions, EmailShape, FailRule, FaultSpec, Hosting, Provider, RolePut, ServerVersion};

/// The organisation that the demo directory shows, wherever it is opened from.
pub const DEMO_SEED: u64 = 1;

/// The embedded directory: a stand-in made from the providers' documents, real HTTP on this machine.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Serve the directory at this address without a console, until stopped; port 0 takes any free port.
    #[arg(long, value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Take the key from this environment variable instead of a new key, so that clients can come back after a restart.
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
    #[arg(long, value_name = "P", default_value = "wandb", help = provider_help())]
    #[expect(missing_docs, reason = "its help lists the providers")]
    pub provider: Provider,
    /// W&B's hosting: multi-tenant, dedicated or self-managed.
    #[arg(long, value_name = "H", default_value = "dedicated")]
    pub hosting: Hosting,
    /// The number of users.
    #[arg(long, value_name = "N", default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: u32,
    /// Seed of the generated organisation.
    #[arg(long, value_name = "N", default_value_t = DEMO_SEED)]
    pub seed: u64,
    /// Shape of `emails`: new (an array) or old (an object, W&B before 0.80.1).
    #[arg(long, value_name = "SHAPE", default_value = "new")]
    pub emails: EmailShape,
    /// Release of a Dedicated or Self-Managed server, such as 0.80.1; older releases lack features.
    #[arg(long, value_name = "V", default_value_t)]
    pub server_version: ServerVersion,
    /// The number of full Models seats; unlimited by default.
    #[arg(long, value_name = "N")]
    pub seats: Option<usize>,
    /// Effect of PUT on a custom role's permissions: keeps (W&B's documents of 2024) or replaces (2026).
    #[arg(long, value_name = "WORD", default_value = "keeps")]
    pub role_put: RolePut,
    /// Leave roles out of lists; reading one user shows them.
    #[arg(long)]
    pub sparse: bool,
    /// Show no role and no seat in any GET, of a list or of a user, as W&B documents it; answers to changes show them.
    #[arg(long)]
    pub documented_get: bool,
    /// Send no ETags.
    #[arg(long)]
    pub no_etags: bool,
    /// The most records in one answer.
    #[arg(long, value_name = "N", default_value_t = 9_999)]
    pub page_limit: usize,
    /// Ignore startIndex and count.
    #[arg(long)]
    pub ignore_paging: bool,
    /// Wait before every answer, such as 300ms or 3s.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub latency: LatencyArg,
    /// Answer a share of requests with this status, such as 429=0.1; can be given several times.
    #[arg(long, value_name = "STATUS=RATE")]
    pub fail: Vec<FailRule>,
    /// Let a share of requests meet faults, such as seed=7,rate=0.15,wait=300ms,kinds=cut,429. Kinds are latency,
    /// cut-before, cut-after, 429-seconds, 429-date, 429-bare, 5xx-before, 5xx-after, 412, truncated, torn, wrong,
    /// repeated, slow, redirect, html, type, skew; huge and endless must be named.
    #[arg(long, value_name = "SPEC")]
    pub faults: Option<FaultSpec>,
}

fn provider_help() -> String {
    format!(
        "The provider whose API the server speaks: {}. Undocumented parts of Grafana and Datasaur (paging, PATCH, \
         versions, errors, DELETE) follow the RFCs",
        Provider::names()
    )
}

impl DemoArgs {
    /// As the demo directory takes them; `env` looks up the variable of `--key-env`.
    pub fn options(&self, env: impl Fn(&str) -> Option<String>) -> Result<DemoOptions, KeyUnset> {
        let key = match &self.key_env {
            None => None,
            Some(name) => match env(name).filter(|key| !key.is_empty()) {
                None => return Err(KeyUnset { name: name.clone() }),
                key => key,
            },
        };
        let default = DemoOptions::default();
        Ok(DemoOptions {
            key,
            listen: self.listen.unwrap_or(default.listen),
            provider: self.provider,
            hosting: self.hosting,
            users: self.users as usize,
            seed: self.seed,
            emails: self.emails,
            server_version: self.server_version,
            seats: self.seats,
            role_put: self.role_put,
            sparse_lists: self.sparse,
            silent_gets: self.documented_get,
            etags: !self.no_etags,
            page_limit: self.page_limit,
            ignore_paging: self.ignore_paging,
            latency: self.latency.0,
            fail: self.fail.clone(),
            faults: self.faults.clone(),
            ..default
        })
    }
}

/// The variable of `--key-env` is not set, or empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--key-env {name}: ${name} is not set")]
pub struct KeyUnset {
    /// The variable.
    pub name: String,
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLatency {
    /// No number, or an unknown unit.
    #[error("`{0}` is no time; write 300ms or 3s")]
    NoTime(String),
    /// Negative, or longer than anybody waits.
    #[error("between 0 and an hour")]
    OutOfRange,
}

/// A duration with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyArg(pub Duration);

impl FromStr for LatencyArg {
    type Err = BadLatency;

    fn from_str(text: &str) -> Result<Self, BadLatency> {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (text.strip_suffix('s').unwrap_or(text), 1.0),
        };
        let value: f64 = number.trim().parse().map_err(|_| BadLatency::NoTime(text.to_owned()))?;
        if !(0.0..=3_600.0).contains(&value) {
            return Err(BadLatency::OutOfRange);
        }
        Ok(Self(Duration::from_secs_f64(value * unit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!("300ms".parse(), Ok(LatencyArg(Duration::from_millis(300))));
        assert_eq!("3s".parse(), Ok(LatencyArg(Duration::from_secs(3))));
        assert!("soon".parse::<LatencyArg>().unwrap_err().to_string().contains("300ms"));
        assert!("-1s".parse::<LatencyArg>().is_err());
    }
}
