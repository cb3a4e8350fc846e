//! A server, a home directory with a profile for it, and commands run there.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use jiff::SignedDuration;
use scimitar::{
    directory::{change::ChangeId, plan::JournalEntry},
    store::Store,
};
use serde_json::Value;
use tempfile::TempDir;

#[path = "../commands/advice.rs"]
mod advice;
use advice::assert_own_options;

pub use crate::result::CommandResult;
use crate::{
    server::{Behavior, KEY, Request, Server},
    state::State,
};

/// Exit status: done, or nothing to do.
pub const DONE: i32 = 0;
/// Exit status: arguments or a file can't be used.
pub const USAGE: i32 = 2;
/// Exit status: not confirmed, or refused before anything was sent.
pub const NOT_SENT: i32 = 4;
/// Exit status of `plan --check`: there is something to do.
pub const DIFFERS: i32 = 5;
/// Exit status: the answer rests on a list that is not complete.
pub const INCOMPLETE: i32 = 6;

pub struct World {
    pub server: Server,
    home: TempDir,
}

impl World {
    /// A server with this behavior, and a profile with `provider = "scim"`.
    pub fn new(behavior: impl Behavior, users: Vec<Value>, groups: Vec<Value>) -> Self {
        Self::with_profile(behavior, State::new(users, groups), "provider = \"scim\"\n")
    }

    /// A server with this behavior, and a profile with these lines beside `url` and `key`.
    pub fn with_profile(behavior: impl Behavior, state: State, lines: &str) -> Self {
        let server = Server::start(behavior, state);
        let url = server.url().trim_end_matches("/scim").to_owned();
        Self::around(server, &url, lines)
    }

    /// The same for a provider whose profile has the origin as its `url`.
    pub fn at_origin(behavior: impl Behavior, state: State, lines: &str) -> Self {
        let base = behavior.base();
        let server = Server::start(behavior, state);
        let url = server.url().strip_suffix(base).unwrap().to_owned();
        Self::around(server, &url, lines)
    }

    fn around(server: Server, url: &str, lines: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = format!("[profile.field]\nurl = \"{url}\"\nkey = {{ env = \"FIELD_KEY\" }}\n{lines}");
        fs::write(home.path().join("config.toml"), config).unwrap();
        Self { server, home }
    }

    /// Writes a file to the home directory, where commands run.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A command, ready to be run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(args).env_clear().current_dir(self.home.path()).env("USER", "ann").env("FIELD_KEY", KEY);
        command.env("HOME", self.home.path()).env("SCIMITAR_STATE", self.path("state"));
        command.env("SCIMITAR_CONFIG", self.path("config.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> CommandResult {
        let said = said(args, self.command(args).output().unwrap());
        assert_own_options(args, &said.err);
        said
    }

    /// Runs a command with this text on standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> CommandResult {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // A command may end before it has read all of it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        said(args, child.wait_with_output().unwrap())
    }

    /// Makes the journal one of a clock that was so far ahead.
    pub fn shift_journal(&self, by: SignedDuration) {
        let state = fs::read_dir(self.path("state")).unwrap().map(|entry| entry.unwrap().path());
        let path = state.into_iter().find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
        let (old, _) = Store::open(&path).unwrap();
        let entries = old.journal_recent(1_000).unwrap().entries;
        let later = |id: ChangeId| ChangeId(id.0 + (by.as_millis() as i64) * (1 << 20));
        let shifted = entries.into_iter().map(|entry| JournalEntry {
            id: later(entry.id),
            plan: later(entry.plan),
            at: entry.at + by,
            ..entry
        });
        drop(old);
        fs::remove_file(&path).unwrap();
        let (mut new, _) = Store::open(&path).unwrap();
        new.journal_add(&shifted.collect::<Vec<_>>()).unwrap();
    }

    /// A copy of the records that the server has now.
    pub fn state(&self) -> State {
        self.server.state().clone()
    }

    /// Logged requests that can change something.
    pub fn writes(&self) -> Vec<Request> {
        self.server.log().iter().filter(|request| request.is_write() && !is_query(request)).cloned().collect()
    }

    /// The same as `PATCH /scim/v2/Users/u0001`.
    pub fn written(&self) -> Vec<String> {
        self.writes().iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// Sorted values of the members of a group, by the group's id.
    pub fn members(&self, group: &str) -> Vec<String> {
        members_of(&self.server.state().groups[group])
    }

    pub fn is_active(&self, user: &str) -> bool {
        self.server.state().users[user]["active"] == true
    }
}

/// GraphQL queries are POSTs that change nothing.
fn is_query(request: &Request) -> bool {
    let is_mutation = request.body["query"].as_str().is_some_and(|text| text.trim_start().starts_with("mutation"));
    request.path.ends_with("/graphql") && !is_mutation
}

/// Sorted values of the members of a group's record.
pub fn members_of(group: &Value) -> Vec<String> {
    let members = group["members"].as_array().into_iter().flatten();
    let mut ids: Vec<String> = members.map(|member| member["value"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// Sorted values of a key in the rows of a JSON array.
pub fn column(rows: &Value, key: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    let mut values: Vec<String> = rows.map(|row| row[key].as_str().unwrap_or_default().to_owned()).collect();
    values.sort();
    values
}

/// The row of a JSON array with this id.
#[track_caller]
pub fn row<'a>(rows: &'a Value, id: &str) -> &'a Value {
    rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no row {id}: {rows}"))
}

fn said(args: &[&str], output: Output) -> CommandResult {
    CommandResult {
        args: args.join(" "),
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
