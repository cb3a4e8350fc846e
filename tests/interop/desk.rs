//! Commands on the server's profile, each followed by a look at the server itself.

use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{
    console,
    outside::{Directory, KEY, Outside},
    result::CommandResult,
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
    /// The present contents of the server.
    pub now: Directory,
}

impl<'a> Desk<'a> {
    /// With this in the profile's `server` table.
    pub async fn new(outside: &'a Outside, habits: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), console::profile(habits)).unwrap();
        Self { home, outside, now: outside.directory().await }
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> CommandResult {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(args).env_clear().current_dir(self.home.path()).env("HOME", self.home.path());
        command.env("SCIMITAR_STATE", self.home.path().join("state"));
        command.env("SCIMITAR_CONFIG", self.home.path().join("config.toml"));
        command.envs(std::env::var(KEY).map(|key| (KEY, key)));
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap_or(-1);
        CommandResult { args: args.join(" "), code, out: text(output.stdout), err: text(output.stderr) }
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
