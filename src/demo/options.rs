//! The options of a demo server: provider, hosting, size, habits and faults. Plain values; knows no server.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::fault_kind::FaultSpec;
use super::version::ServerVersion;
pub use crate::provider::{Hosting, Provider};

/// A word or rule that an option does not take; the text says which words it takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OptionError(String);

impl OptionError {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }
}

macro_rules! words {
    ($type:ty, $what:literal, $($variant:path => $word:literal),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $($variant => $word),+ })
            }
        }

        impl FromStr for $type {
            type Err = OptionError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok($variant),)+
                    _ => Err(OptionError(format!(
                        "unknown {} {text:?}: use one of {}", $what, [$($word),+].join(", ")
                    ))),
                }
            }
        }
    };
}

/// How W&B answers a user's `emails`, which changed with server 0.80.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmailShape {
    /// `[{"primary":true,"value":"…"}]`; such a server also knows service accounts.
    #[default]
    New,
    /// A single object with capitalised keys; such a server hides service accounts.
    Old,
}
words!(EmailShape, "email shape", EmailShape::New => "new", EmailShape::Old => "old");

/// The effect of a `PUT` of a custom role on its own permissions, about which the editions of W&B's reference disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RolePut {
    /// The role keeps them, whatever the body says (2024).
    #[default]
    Keeps,
    /// The body's are all it has afterwards: none, if the body names none (2026).
    Replaces,
}
words!(RolePut, "role put", RolePut::Keeps => "keeps", RolePut::Replaces => "replaces");

/// A share of all requests that fails with one status, chosen from the seed and the request's number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailRule {
    /// HTTP status of the failure, 400 to 599.
    pub status: u16,
    /// Share of the requests that fail, 0 to 1.
    pub rate: f64,
}

impl fmt::Display for FailRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.status, self.rate)
    }
}

impl FromStr for FailRule {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || {
            OptionError(format!(
                "unknown failure rule {text:?}: write a status from 400 to 599, \"=\" and a share from 0 to 1, as in 429=0.1"
            ))
        };
        let (status, rate) = text.split_once('=').ok_or_else(refuse)?;
        let status = status.trim().parse().ok().filter(|status| (400..600).contains(status)).ok_or_else(refuse)?;
        let rate = rate.trim().parse().ok().filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(refuse)?;
        Ok(Self { status, rate })
    }
}

/// Everything about a demo server that can be chosen before it starts.
#[derive(Clone)]
pub struct DemoOptions {
    /// Address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Whose SCIM to speak.
    pub provider: Provider,
    /// W&B only: the kind of hosting.
    pub hosting: Hosting,
    /// Number of seeded users, service accounts included; at least the four administrators and Eva Tanaka exist.
    pub users: usize,
    /// Decides the seeded organisation and which requests fail.
    pub seed: u64,
    /// W&B only: how `emails` is answered.
    pub emails: EmailShape,
    /// W&B on a single tenant only: the release, which decides what the server knows.
    pub server_version: ServerVersion,
    /// W&B only: how many active people may have a full Models seat; none is no limit.
    pub seats: Option<usize>,
    /// W&B only: what `PUT` does with a role's permissions.
    pub role_put: RolePut,
    /// W&B only: lists leave out `organizationRole`, `teamRoles` and `registryRoles`, as in the documented samples.
    pub sparse_lists: bool,
    /// W&B only: no GET shows a role or a seat, as in every documented sample (docs/src/providers/wandb.md#fields-in-a-get);
    /// answers to changes do.
    pub silent_gets: bool,
    /// Versions in `ETag` and `meta.version`, and `If-Match` checked; without it `If-Match` is ignored.
    pub etags: bool,
    /// W&B only: the most resources in one list answer.
    pub page_limit: usize,
    /// W&B only: `startIndex` and `count` are ignored and every list answers its first page.
    pub ignore_paging: bool,
    /// Wait before each answer.
    pub latency: Duration,
    /// Shares of requests that fail.
    pub fail: Vec<FailRule>,
    /// A share of requests that meets faults of all kinds.
    pub faults: Option<FaultSpec>,
    /// Seconds that `Retry-After` asks a client to wait that was put off (429, 503).
    pub retry_after: u32,
    /// The API key to accept; none makes a random one.
    pub key: Option<String>,
    /// The moment the organisation is seeded for; none takes the clock. The server's time goes on from here.
    pub now: Option<Timestamp>,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            provider: Provider::default(),
            hosting: Hosting::default(),
            users: 250,
            seed: 7,
            emails: EmailShape::default(),
            server_version: ServerVersion::default(),
            seats: None,
            role_put: RolePut::default(),
            sparse_lists: false,
            silent_gets: false,
            etags: true,
            page_limit: 9999,
            ignore_paging: false,
            latency: Duration::ZERO,
            fail: Vec::new(),
            faults: None,
            retry_after: 1,
            key: None,
            now: None,
        }
    }
}

impl fmt::Debug for DemoOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("provider", &self.provider)
            .field("hosting", &self.hosting)
            .field("users", &self.users)
            .field("seed", &self.seed)
            .field("emails", &self.emails)
            .field("server_version", &self.server_version)
            .field("seats", &self.seats)
            .field("role_put", &self.role_put)
            .field("sparse_lists", &self.sparse_lists)
            .field("silent_gets", &self.silent_gets)
            .field("etags", &self.etags)
            .field("page_limit", &self.page_limit)
            .field("ignore_paging", &self.ignore_paging)
            .field("latency", &self.latency)
            .field("fail", &self.fail)
            .field("faults", &self.faults)
            .field("retry_after", &self.retry_after)
            .field("key", &self.key.as_ref().map(|_| "(hidden)"))
            .field("now", &self.now)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("429=0.1", 429, 0.1)]
    #[case("503 = 1", 503, 1.0)]
    fn a_failure_rule_is_read(#[case] text: &str, #[case] status: u16, #[case] rate: f64) {
        assert_eq!(text.parse(), Ok(FailRule { status, rate }));
    }

    #[rstest]
    #[case("429")]
    #[case("200=0.1")]
    #[case("429=1.1")]
    #[case("429=NaN")]
    #[case("=")]
    fn a_bad_failure_rule_says_how_to_write_one(#[case] text: &str) {
        let error = text.parse::<FailRule>().unwrap_err().to_string();
        assert!(error.contains(&format!("{text:?}")) && error.contains("429=0.1"), "{error}");
    }

    #[test]
    fn the_key_is_not_in_debug() {
        let options = DemoOptions { key: Some("very-private".to_owned()), ..DemoOptions::default() };
        assert!(!format!("{options:?}").contains("very-private"));
    }
}
