//! The source of a profile's key, and reading the key: environment, command, file, keyring, `netrc`.
//!
//! No error, `Debug` or `Display` here contains a key. A command's arguments and its error output are never shown.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use url::Url;

use super::netrc;
use super::places::StandardPaths;
use super::wandb::{self, WANDB_KEY, WandbLogin};
use crate::{named_file, provider::WANDB_URL};

/// The service under which keys are kept in the system's keyring.
#[cfg(feature = "keyring")]
const KEYRING_SERVICE: &str = "scimitar";

/// Maximum run time of a key command.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);
/// A key is a short line; longer input is not read.
const MOST_BYTES: u64 = 64 * 1024;

/// The source of a key.
#[derive(Clone)]
pub enum KeySource {
    /// An environment variable.
    Env(String),
    /// `WANDB_API_KEY`, if `WANDB_BASE_URL` (or W&B's settings file, or its default) names the server for which the
    /// key is requested (host and port), or another host of the same service.
    Wandb,
    /// The first line that a program prints; the program runs without a shell.
    Command(Vec<String>),
    /// The first line of a file that nobody else can read.
    File(PathBuf),
    /// The password of this name in the system's keyring, under the service `scimitar`. Needs the feature `keyring`.
    Keyring(String),
    /// The password of the host's entry in `netrc`.
    Netrc,
    /// The first of these sources that has a key.
    FirstOf(Vec<KeySource>),
    /// A key created by this process for its own demo directory; never read from a file.
    Value(SecretString),
}

/// The reason why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No source had a key.
    #[error("no key for {host}: {}", places.join("; "))]
    Missing {
        /// The host for which the key was requested, with its port where the address names one.
        host: String,
        /// Each source that was tried, with the result.
        places: Vec<String>,
    },
    /// A source could not be used.
    #[error("{why}; {hint}")]
    Unusable {
        /// The reason.
        why: String,
        /// The suggested correction.
        hint: String,
    },
}

/// The environment from which keys are read, apart from files; a parameter so that tests need not alter the process.
struct SecretEnvironment<'a> {
    login: WandbLogin<'a>,
    command_limit: Duration,
    /// Variables that hold keys, which a key command must not see.
    withheld: &'a [String],
}

impl KeySource {
    /// Reads the key for the server at `base`. Commands do not get the variables in `withheld`. May block for ten
    /// seconds: call outside the event loop.
    pub fn read(&self, base: &Url, withheld: &[String]) -> Result<SecretString, KeyError> {
        let env = |name: &str| std::env::var(name).ok();
        let (netrc, settings) =
            StandardPaths::find(&env).map_or((None, None), |places| (places.netrc, places.wandb_settings));
        let login = WandbLogin { env: &env, netrc, settings };
        self.read_in(base, &SecretEnvironment { login, command_limit: COMMAND_LIMIT, withheld })
    }

    /// The environment variables that the source reads.
    pub(super) fn variables(&self) -> Vec<String> {
        match self {
            Self::Env(name) => vec![name.clone()],
            Self::Wandb => vec![WANDB_KEY.to_owned()],
            Self::FirstOf(sources) => sources.iter().flat_map(Self::variables).collect(),
            Self::Command(_) | Self::File(_) | Self::Keyring(_) | Self::Netrc | Self::Value(_) => Vec::new(),
        }
    }

    fn read_in(&self, base: &Url, around: &SecretEnvironment<'_>) -> Result<SecretString, KeyError> {
        let host = &host_and_port(base);
        match self {
            Self::Env(name) => from_env(name, host, around.login.env),
            Self::Wandb => from_wandb(base, &around.login),
            Self::Command(words) => from_command(words, host, around),
            Self::File(path) => from_file(path, host),
            Self::Keyring(name) => from_keyring(name, host),
            Self::Netrc => from_netrc(base, around.login.netrc.as_deref()),
            Self::FirstOf(sources) => first_of(sources, base, around),
            Self::Value(secret) => Ok(secret.clone()),
        }
    }

    /// The source in words, without any secret.
    pub fn describe(&self) -> String {
        match self {
            Self::Env(name) => format!("environment variable {name}"),
            Self::Wandb => format!("environment variable {WANDB_KEY}"),
            Self::Command(words) => format!("command {}", words.first().map_or("", String::as_str)),
            Self::File(path) => format!("file {}", path.display()),
            Self::Keyring(name) => format!("keyring entry {name}"),
            Self::Netrc => "netrc".into(),
            Self::FirstOf(sources) => sources.iter().map(Self::describe).collect::<Vec<_>>().join(", then "),
            Self::Value(_) => "made for this run".into(),
        }
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySource({})", self.describe())
    }
}

/// The host, with its port where the address names one.
fn host_and_port(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn missing(host: &str, place: impl Into<String>) -> KeyError {
    KeyError::Missing { host: host.into(), places: vec![place.into()] }
}

fn unusable(why: impl Into<String>, hint: impl Into<String>) -> KeyError {
    KeyError::Unusable { why: why.into(), hint: hint.into() }
}

/// The first line, trimmed; `None` if that line is empty.
fn first_line(text: &str) -> Option<SecretString> {
    text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(SecretString::from)
}

fn from_env(name: &str, host: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<SecretString, KeyError> {
    env(name).as_deref().and_then(first_line).ok_or_else(|| missing(host, format!("{name} is not set")))
}

fn from_wandb(base: &Url, login: &WandbLogin<'_>) -> Result<SecretString, KeyError> {
    let host = host_and_port(base);
    let key = from_env(WANDB_KEY, &host, login.env)?;
    let (server, place) = login.server().unwrap_or_else(|| (WANDB_URL.to_owned(), "W&B's default server".to_owned()));
    let elsewhere = |whose: &str| missing(&host, format!("{WANDB_KEY} is set, but belongs to {whose} ({place})"));
    // A web site's address belongs to no service. The origin alone is shown: an address may hold a password.
    let origin = |url: &Url| url.origin().ascii_serialization();
    let site = || Url::parse(&server).map_or_else(|_| "no usable address".to_owned(), |url| origin(&url));
    let owner = wandb::base(&server, None).map_err(|_| elsewhere(&site()))?;
    if wandb::is_one_service(&owner, base) { Ok(key) } else { Err(elsewhere(&origin(&owner))) }
}

fn first_of(sources: &[KeySource], base: &Url, around: &SecretEnvironment<'_>) -> Result<SecretString, KeyError> {
    let mut looked = Vec::new();
    for source in sources {
        match source.read_in(base, around) {
            Err(KeyError::Missing { places, .. }) => looked.extend(places),
            done => return done,
        }
    }
    Err(KeyError::Missing { host: host_and_port(base), places: looked })
}

fn from_file(path: &Path, host: &str) -> Result<SecretString, KeyError> {
    let text = read_private(path, host)?;
    first_line(&text).ok_or_else(|| missing(host, format!("{} is empty", path.display())))
}

#[cfg(feature = "keyring")]
fn from_keyring(name: &str, host: &str) -> Result<SecretString, KeyError> {
    use keyring::v1::{Entry, Error};
    match Entry::new(KEYRING_SERVICE, name).and_then(|entry| entry.get_password()) {
        Ok(secret) => {
            let secret = SecretString::from(secret);
            let line = first_line(secrecy::ExposeSecret::expose_secret(&secret));
            line.ok_or_else(|| missing(host, format!("the keyring's entry {name} is empty")))
        }
        Err(Error::NoEntry) => {
            Err(missing(host, format!("the keyring has no {name} of the service {KEYRING_SERVICE}")))
        }
        Err(error) => {
            // Some errors contain the data that could not be decoded, so only the kind of error is shown.
            let kind = match error {
                Error::NoDefaultStore => "there is none, or it does not answer",
                Error::NoStorageAccess(_) => "it is locked",
                _ => "it does not give the entry",
            };
            Err(unusable(format!("the system's keyring can't be read: {kind}"), "unlock it, or name another place"))
        }
    }
}

#[cfg(not(feature = "keyring"))]
fn from_keyring(name: &str, _: &str) -> Result<SecretString, KeyError> {
    let why = format!("this scimitar was built without the system's keyring, where {name} should be");
    Err(unusable(why, "name another place for the key"))
}

/// Keeps a key in the system's keyring.
#[cfg(feature = "keyring")]
pub(super) fn write_keyring(name: &str, key: &SecretString) -> Result<(), KeyError> {
    use secrecy::ExposeSecret;
    let kept = keyring::v1::Entry::new(KEYRING_SERVICE, name).and_then(|entry| entry.set_password(key.expose_secret()));
    // Some errors contain the data, so none is shown.
    kept.map_err(|_| unusable("the system's keyring does not take the key", "unlock it, or name a file"))
}

#[cfg(not(feature = "keyring"))]
pub(super) fn write_keyring(_: &str, _: &SecretString) -> Result<(), KeyError> {
    Err(unusable("this scimitar was built without the system's keyring", "name a file: file PATH"))
}

fn from_netrc(base: &Url, path: Option<&Path>) -> Result<SecretString, KeyError> {
    let host = &host_and_port(base);
    let path = path.ok_or_else(|| missing(host, "no home directory to hold a netrc"))?;
    let text = read_private(path, host)?;
    netrc::find(&text, &netrc::names(base))
        .and_then(|entry| entry.password)
        .ok_or_else(|| missing(host, format!("{} has no password for {host}", path.display())))
}

/// A file's text. Fails if other users can read the file; the check uses the opened file.
fn read_private(path: &Path, host: &str) -> Result<String, KeyError> {
    let shown = path.display();
    let broken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(host, format!("{shown} does not exist")),
        std::io::ErrorKind::InvalidInput => {
            unusable(format!("{shown} is no regular file"), "name a file, or a command that prints the key")
        }
        _ => unusable(format!("{shown} can't be read: {error}"), "name another place for the key"),
    };
    let file = named_file::open_regular(path).map_err(broken)?;
    let found = file.metadata().map_err(broken)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0 {
        return Err(unusable(format!("{shown} can be read by others"), format!("chmod 600 {shown}")));
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(broken)?;
    Ok(text)
}

fn from_command(words: &[String], host: &str, around: &SecretEnvironment<'_>) -> Result<SecretString, KeyError> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(missing(host, "the key command is empty"));
    };
    let (limit, deadline) = (around.command_limit, Instant::now() + around.command_limit);
    let by_hand = "run it by hand to see why";
    let mut command = Command::new(program);
    for name in around.withheld.iter().map(String::as_str).chain([WANDB_KEY]) {
        command.env_remove(name);
    }
    let mut child = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| unusable(format!("the key command {program} can't be started: {error}"), by_hand))?;
    // The error output is never shown: a key may be in it, at an unknown position (`sh -x` prints every command). The
    // output is read nevertheless; an endless writer ends when the pipe closes.
    let (out, _said) = (child.stdout.take().map(heard), child.stderr.take().map(heard));
    let printed = out.and_then(|out| out.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok());
    let ended = wait_until(&mut child, deadline);
    let (Some(printed), Some(status)) = (printed, ended) else {
        let why = format!("the key command {program} took longer than {} s", limit.as_secs());
        return Err(unusable(why, "unlock the password store first, or name another place for the key"));
    };
    if !status.success() {
        let why = format!("the key command {program} failed ({status})");
        return Err(unusable(why, format!("{by_hand}: its words are not shown here, for the key may be in them")));
    }
    first_line(&printed).ok_or_else(|| missing(host, format!("the key command {program} printed nothing")))
}

/// The output from a pipe of the child. The reading thread ends with the pipe.
fn heard(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if pipe.take(MOST_BYTES).read_to_end(&mut text).is_ok() {
            // After the deadline the receiver is gone.
            let _ = send.send(String::from_utf8_lossy(&text).into_owned());
        }
    });
    receive
}

/// The child's exit status; at the deadline the child is killed and the result is `None`.
fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            // The child may have ended just now; in both cases it must be reaped.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests;
