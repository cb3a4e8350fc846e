//! Arguments: what is asked for, in clap's terms.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser, Subcommand};

use crate::demo::{EmailShape, FailRule, FaultSpec, Hosting, Options, Provider, RolePut, ServerVersion};

/// Where the config file is looked for: as the `directories` crate places it on each platform.
const CONFIG_PLACES: &str = "\
The config file is config.toml in ~/.config/scimitar ($XDG_CONFIG_HOME) on Linux, in ~/Library/Application \
Support/scimitar on macOS, in %APPDATA%\\scimitar\\config on Windows; --config or SCIMITAR_CONFIG name another.";

/// A terminal console for the users, teams and roles behind a SCIM API.
///
/// Without a command it opens the console on a profile of the config file, or on what WANDB_API_KEY, WANDB_BASE_URL and
/// ~/.netrc say.
#[derive(Debug, Parser)]
#[command(name = "scimitar", version, max_term_width = 100, after_long_help = CONFIG_PLACES, after_help = CONFIG_PLACES)]
pub struct Cli {
    /// The profile to open.
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The config file, in the place of the platform's.
    #[arg(long, value_name = "FILE", env = "SCIMITAR_CONFIG")]
    pub config: Option<PathBuf>,
    /// Refuse every change before it leaves this machine.
    #[arg(long)]
    pub read_only: bool,
    /// Write a log of this level to the state directory: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", env = "SCIMITAR_LOG")]
    pub log: Option<tracing_subscriber::filter::LevelFilter>,
    /// What to do; the console, if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Commands beside the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the console on an embedded demo directory, or serve that directory to other clients.
    Demo(DemoArgs),
    /// Find out how a server behaves and what will work there, without changing anything.
    Doctor(DoctorArgs),
    /// Print the man page.
    #[command(hide = true)]
    Man,
    /// Print completions for a shell.
    #[command(hide = true)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the keys as a table, as the README has it.
    #[command(hide = true)]
    Keys,
}

/// What the exit codes of `scimitar doctor` mean.
const DOCTOR_CODES: &str = "\
Exit status: 0 all is well, 1 something will not work, 2 the server could not be asked.
What it learns is kept for the console, which then does otherwise what the server does otherwise.";

/// A look at one server.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_CODES)]
pub struct DoctorArgs {
    /// The profile to look at.
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Also make two users and a group, named scimitar-doctor-…, to see what writing does; they are removed again.
    #[arg(long)]
    pub write: bool,
    /// Don't ask before --write.
    #[arg(long)]
    pub yes: bool,
    /// Something else than a profile.
    #[command(subcommand)]
    pub subject: Option<DoctorSubject>,
}

/// What `scimitar doctor` looks at beside profiles.
#[derive(Debug, Subcommand)]
pub enum DoctorSubject {
    /// The embedded demo directory.
    Demo(DemoArgs),
}

/// The organisation that the demo directory shows, wherever it is opened from.
pub const DEMO_SEED: u64 = 1;

/// The embedded directory: a stand-in made from the providers' documents, real HTTP on this machine.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Serve it at this address without a console, until stopped; port 0 takes any free one.
    #[arg(long, value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Take the key from this environment variable in place of a fresh one, so that clients can come back after a
    /// restart.
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
    /// Whose API it speaks: wandb, scim, grafana or datasaur. What Grafana and Datasaur leave undocumented (paging, PATCH,
    /// versions, errors, what DELETE does) is as the RFCs have it.
    #[arg(long, value_name = "P", default_value = "wandb")]
    pub provider: Provider,
    /// W&B's hosting: multi-tenant, dedicated or self-managed.
    #[arg(long, value_name = "H", default_value = "dedicated")]
    pub hosting: Hosting,
    /// How many users it has.
    #[arg(long, value_name = "N", default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: u32,
    /// Another number, another organisation.
    #[arg(long, value_name = "N", default_value_t = DEMO_SEED)]
    pub seed: u64,
    /// Shape of `emails`: new (an array) or old (an object, W&B before 0.80.1).
    #[arg(long, value_name = "SHAPE", default_value = "new")]
    pub emails: EmailShape,
    /// Release of a single tenant's server, such as 0.80.1: older ones know less.
    #[arg(long, value_name = "V", default_value_t)]
    pub server_version: ServerVersion,
    /// How many people may have a full Models seat; no limit, if nothing is said.
    #[arg(long, value_name = "N")]
    pub seats: Option<usize>,
    /// What PUT does with a custom role's permissions: replaces or keeps.
    #[arg(long, value_name = "WORD", default_value = "replaces")]
    pub role_put: RolePut,
    /// Lists leave roles out, as W&B's documented samples do.
    #[arg(long)]
    pub sparse: bool,
    /// Send no ETags.
    #[arg(long)]
    pub no_etags: bool,
    /// Records a request at most.
    #[arg(long, value_name = "N", default_value_t = 9_999)]
    pub page_limit: usize,
    /// Ignore startIndex and count.
    #[arg(long)]
    pub ignore_paging: bool,
    /// Wait before every answer, such as 300ms or 3s.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub latency: Latency,
    /// Answer a share of requests with this status, such as 429=0.1; can be given several times.
    #[arg(long, value_name = "STATUS=RATE")]
    pub fail: Vec<FailRule>,
    /// Let a share of requests meet faults, such as seed=7,rate=0.15,wait=300ms,kinds=cut,429. Kinds are latency,
    /// cut-before, cut-after, 429-seconds, 429-date, 429-bare, 5xx-before, 5xx-after, 412, truncated, torn, wrong,
    /// repeated, slow, redirect, html, type, skew; huge and endless must be named.
    #[arg(long, value_name = "SPEC")]
    pub faults: Option<FaultSpec>,
}

impl DemoArgs {
    /// As the demo directory takes them; `env` looks up the variable of `--key-env`.
    ///
    /// # Errors
    /// If that variable is not set.
    pub fn options(&self, env: impl Fn(&str) -> Option<String>) -> Result<Options, String> {
        let key = match &self.key_env {
            None => None,
            Some(name) => match env(name).filter(|key| !key.is_empty()) {
                None => return Err(format!("--key-env {name}: ${name} is not set")),
                key => key,
            },
        };
        let default = Options::default();
        Ok(Options {
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

/// A duration with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency(pub Duration);

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (text.strip_suffix('s').unwrap_or(text), 1.0),
        };
        let value: f64 = number.trim().parse().map_err(|_| format!("`{text}` is no time; write 300ms or 3s"))?;
        if !(0.0..=3_600.0).contains(&value) {
            return Err("between 0 and an hour".into());
        }
        Ok(Self(Duration::from_secs_f64(value * unit)))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!("300ms".parse(), Ok(Latency(Duration::from_millis(300))));
        assert_eq!("3s".parse(), Ok(Latency(Duration::from_secs(3))));
        assert!("soon".parse::<Latency>().unwrap_err().contains("300ms"));
        assert!("-1s".parse::<Latency>().is_err());
    }
}
