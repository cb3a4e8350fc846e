//! Commands on the server's profile, each followed by a look at the server itself.

use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    console,
    outside::{Directory, KEY, Outside},
};

/// Exit status: done.
pub const DONE: i32 = 0;
/// Exit status: some of it was not done.
pub const PARTLY: i32 = 1;
/// Exit status: nothing was sent.
pub const NOT_SENT: i32 = 4;
/// Exit status of `plan --check`: there is something to do.
pub const DIFFERS: i32 = 5;
/// Exit status: a list could not be read whole.
pub const INCOMPLETE: i32 = 6;

/// A home directory with the profile, and the server as it shall be.
pub struct Desk<'a> {
    pub home: TempDir,
    outside: &'a Outside,
    /// What the server holds by now.
    pub now: Directory,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    args: String,
    code: i32,
    pub out: String,
    pub err: String,
}

impl<'a> Desk<'a> {
    /// With this in the profile's `server` table.
    pub async fn new(outside: &'a Outside, habits: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), console::profile(habits)).unwrap();
        Self { home, outside, now: outside.directory().await }
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(args).env_clear().current_dir(self.home.path()).env("HOME", self.home.path());
        command.env("SCIMITAR_STATE", self.home.path().join("state"));
        command.env("SCIMITAR_CONFIG", self.home.path().join("config.toml"));
        command.envs(std::env::var(KEY).map(|key| (KEY, key)));
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap_or(-1);
        Ended { args: args.join(" "), code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a change, and takes it back: the server then holds what was meant, and after that what it held before.
    pub async fn there_and_back(&mut self, args: &[&str], meant: impl FnOnce(&mut Directory)) {
        let before = self.now.clone();
        self.done(args, meant).await;
        self.done(&["undo", "--yes"], |now| *now = before).await;
    }

    /// Runs a change: the server then holds what was meant, and nothing else has changed.
    pub async fn done(&mut self, args: &[&str], meant: impl FnOnce(&mut Directory)) {
        meant(&mut self.now);
        let ended = self.run(args).exits(DONE);
        assert_eq!(self.outside.directory().await, self.now, "{ended}");
    }

    /// Runs a change that this server does not make: it is told so, nothing has changed, and there is nothing to undo.
    pub async fn without_effect(&self, args: &[&str], told: &[&str]) {
        let ended = self.run(args).exits(PARTLY).warns(told);
        assert_eq!(self.outside.directory().await, self.now, "{ended}");
        let undo = self.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["nothing of it to undo"]);
        assert_eq!(self.outside.directory().await, self.now, "{undo}");
    }
}

impl Ended {
    /// Asserts the exit status.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Asserts that standard error contains each text.
    #[track_caller]
    pub fn warns(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not on standard error: {self}");
        }
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ended with {}\n--- out\n{}\n--- err\n{}", self.args, self.code, self.out, self.err)
    }
}
