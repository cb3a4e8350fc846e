//! A demo server of its own for each test, and commands against it.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::advice::assert_own_options;

/// The key of all of them: it opens nothing but the demo.
pub const KEY: &str = "demo-key-of-the-tests";

/// A running demo server and a home directory with a profile for it.
pub struct World {
    home: TempDir,
    /// Where it is a process of its own.
    server: Option<Child>,
}

/// The result of a command.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl World {
    /// A server with these arguments; the profile speaks to it as that provider.
    pub fn new(provider: &str, args: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_scimitar"))
            .args(["demo", "--listen", "127.0.0.1:0", "--key-env", "DEMO_KEY", "--provider", provider])
            .args(args)
            .env("DEMO_KEY", KEY)
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("url: ").unwrap();
        let place = match (provider, url.split_once("/api/teams/")) {
            ("datasaur", Some((root, rest))) => {
                format!("url = \"{root}\"\nworkspace = \"{}\"", rest.split('/').next().unwrap())
            }
            _ => format!("url = \"{url}\""),
        };
        let mut config = format!(
            "[profile.demo]\nprovider = \"{provider}\"\n{place}\nkey = {{ env = \"DEMO_KEY\" }}\nme = \"demo-admin\"\n"
        );
        if provider == "wandb" {
            let hosting = args.iter().skip_while(|arg| **arg != "--hosting").nth(1).unwrap_or(&"dedicated");
            config += &format!("hosting = \"{hosting}\"\n");
        }
        if provider == "datasaur" {
            config += "[profile.demo.mapping]\norder = [\"admin\", \"reviewer\", \"labeler\"]\ndefault = \"labeler\"\n\
                       [profile.demo.mapping.groups]\ngrowth = \"admin\"\n";
        }
        fs::write(home.path().join("config.toml"), config).unwrap();
        Self { home, server: Some(server) }
    }

    /// The same for a W&B server that runs already.
    pub fn at(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "[profile.demo]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{url}\"\n\
             key = {{ env = \"DEMO_KEY\" }}\nme = \"demo-admin\"\n"
        );
        fs::write(home.path().join("config.toml"), config).unwrap();
        Self { home, server: None }
    }

    /// The same for a server whose filters are not used, so that every command reads lists.
    pub fn at_without_filter(url: &str) -> Self {
        let world = Self::at(url);
        let config = fs::read_to_string(world.path("config.toml")).unwrap();
        world.file("config.toml", &(config + "server = { filter = false }\n"));
        world
    }

    /// The same for any other SCIM server.
    pub fn at_scim(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = format!("[profile.demo]\nprovider = \"scim\"\nurl = \"{url}\"\nkey = {{ env = \"DEMO_KEY\" }}\n");
        fs::write(home.path().join("config.toml"), config).unwrap();
        Self { home, server: None }
    }

    /// The result of a command that was started, at its end.
    pub fn said(child: Child) -> Said {
        said(child.wait_with_output().unwrap())
    }

    /// A file in the home directory.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Where a file of the home directory is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The command, ready to be run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(args).env_clear().current_dir(self.home.path());
        command.env("HOME", self.home.path()).env("SCIMITAR_STATE", self.home.path().join("state"));
        command.env("SCIMITAR_CONFIG", self.home.path().join("config.toml")).env("DEMO_KEY", KEY).env("USER", "ann");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Said {
        let said = said(self.command(args).output().unwrap());
        assert_own_options(args, &said.err);
        said
    }

    /// Runs it with something on standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Said {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        said(child.wait_with_output().unwrap())
    }

    /// Runs a command that must succeed; what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {} {}", said.out, said.err);
        said.out
    }

    /// The same as JSON.
    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    /// A user as the server has them.
    pub fn user(&self, name: &str) -> Value {
        let all = self.json(&["users", "--json", "--full"]);
        all.as_array().unwrap().iter().find(|user| user["user"] == name).cloned().unwrap_or_default()
    }

    /// A user's role in a team; null where they are not in it.
    pub fn role_in(&self, user: &str, team: &str) -> Value {
        let user = self.user(user);
        let teams = user["teams"].as_array().cloned().unwrap_or_default();
        teams.iter().find(|one| one["name"] == team).map(|one| one["role"].clone()).unwrap_or_default()
    }
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}
