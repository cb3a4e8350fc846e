//! The console on the far side of an SSH connection, with OpenSSH on both ends. `.ci/ssh` starts the server and names the
//! client's configuration in `SCIMITAR_SSH_CONFIG`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rstest::rstest;
use rustix::process::Signal;
use scimitar::demo::{self, DemoOptions, RunningDemo};
use tempfile::TempDir;

use crate::{
    killed::taken,
    leaving::ticks,
    tty::{Setup, Tty},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_scimitar");
const KEY: &str = "ssh-tests";

/// Changes in the plan during which the connection is lost.
const MANY: usize = 40;

/// The other side: its home, and the file in which the program's process is named.
struct Remote {
    home: TempDir,
}

impl Remote {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn pid_file(&self) -> PathBuf {
        self.home.path().join("pid")
    }

    /// The client with this shell command on the other side, in an environment without a locale.
    fn connect(&self, command: &str) -> Tty {
        let home = self.home.path().display();
        let script = format!(
            "cd {home} && unset LANG LC_ALL LC_CTYPE && export HOME={home} SCIMITAR_STATE={home}/state \
             XDG_CONFIG_HOME={home}/xdg NO_PROXY=127.0.0.1 TMUX_TMPDIR={home} SCREENDIR={home}/screens && {command}"
        );
        let config = std::env::var("SCIMITAR_SSH_CONFIG").expect(".ci/ssh names the client's configuration");
        let client = Setup::program("/usr/bin/env", &["ssh", "-F", &config, "-tt", "loopback", &script]);
        client.env("PATH", "/usr/local/bin:/usr/bin:/bin").start()
    }

    /// The program there, with its process named.
    fn run(&self, arguments: &str) -> Tty {
        self.connect(&format!("echo $$ > {} && exec {PROGRAM} {arguments}", self.pid_file().display()))
    }

    fn pid(&self) -> u32 {
        fs::read_to_string(self.pid_file()).unwrap().trim().parse().unwrap()
    }
}

/// Waits for the end of a process that is not a child of this one; gives its ticks of CPU when it was seen last.
fn last_ticks(pid: u32) -> u64 {
    let mut last = 0;
    while let Some(now) = ticks(pid) {
        last = now;
        std::thread::yield_now();
    }
    last
}

fn server() -> RunningDemo {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = DemoOptions {
        users: 200,
        seed: 1,
        latency: Duration::from_millis(20),
        key: Some(KEY.into()),
        ..DemoOptions::default()
    };
    let server = runtime.block_on(demo::start(options)).unwrap();
    // The server lives on it.
    std::mem::forget(runtime);
    server
}

#[test]
#[ignore = "needs an SSH server: .ci/ssh"]
fn without_a_locale_the_list_is_ascii_and_the_terminal_is_given_back() {
    let remote = Remote::new();
    let mut tty = remote.run("demo");
    tty.wait_for_list();
    let screen = tty.screen().contents();
    assert!(screen.is_ascii(), "{screen}");
    tty.press("/tan\r");
    tty.wait_for("eva-tanaka");
    tty.resize(100, 30);
    tty.wait_until("the new size is used", |tty| tty.rows().iter().any(|row| row.trim_end().len() > 90));
    tty.press("\x1b");
    tty.settle();
    tty.press("q");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[test]
#[ignore = "needs an SSH server: .ci/ssh"]
fn a_lost_connection_ends_the_program_and_the_next_one_finishes_its_plan() {
    let (server, remote) = (server(), Remote::new());
    let root = server.url().trim_end_matches("/scim").to_owned();
    let run = format!("WANDB_BASE_URL={root} WANDB_API_KEY={KEY} exec {PROGRAM}");
    let named = format!("echo $$ > {} && {run}", remote.pid_file().display());
    let mut first = remote.connect(&named);
    first.wait_for_list();
    first.press("/role:member seat:full\r");
    first.settle();
    first.press(&" ".repeat(MANY));
    first.settle();
    first.press("r");
    first.wait_for("This row or the marked ones?");
    first.press("m\r");
    first.wait_for("type to find");
    first.press("orgview\r");
    first.wait_for(&format!("{MANY} requests"));
    first.send();
    first.wait_until("a part is sent", |_| taken(&server).len() > MANY / 4);
    let (pid, before) = (remote.pid(), ticks(remote.pid()).unwrap_or_default());
    first.kill();
    let spent = last_ticks(pid).saturating_sub(before);
    assert!(spent < 200, "{spent} ticks of CPU after the connection was lost");
    let sent = taken(&server).len();
    assert!(sent < MANY, "{sent} were sent before the connection was lost");

    let resumed = Command::new(PROGRAM)
        .args(["resume", "--yes"])
        .env_clear()
        .env("HOME", remote.home.path())
        .env("SCIMITAR_STATE", remote.home.path().join("state"))
        .env("XDG_CONFIG_HOME", remote.home.path().join("xdg"))
        .env("NO_PROXY", "127.0.0.1")
        .env("WANDB_BASE_URL", &root)
        .env("WANDB_API_KEY", KEY)
        .output()
        .unwrap();
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    let times = taken(&server);
    assert_eq!(times.len(), MANY);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}

#[test]
#[ignore = "needs an SSH server: .ci/ssh"]
fn while_the_client_is_suspended_nothing_spins_and_afterwards_all_keys_count() {
    let remote = Remote::new();
    let mut tty = remote.run("demo");
    tty.wait_for_list();
    tty.signal(Signal::STOP);
    // More than the buffers on the way take.
    tty.press(&"j".repeat(400));
    let before = ticks(remote.pid()).unwrap();
    let still = tty.listen(Duration::from_secs(3));
    assert!(still.is_empty(), "a client that is stopped shows nothing: {}", still.len());
    let spent = ticks(remote.pid()).unwrap() - before;
    assert!(spent < 50, "{spent} ticks of CPU for a client that is stopped");
    tty.signal(Signal::CONT);
    tty.press("/eva-tan\r");
    tty.wait_for("eva-tanaka");
    tty.settle();
    tty.press("\x1c");
    assert_eq!(tty.end(), 0);
    tty.assert_restored();
}

#[rstest]
#[case::tmux("exec tmux -f /dev/null new-session")]
#[case::screen("mkdir -m 700 screens && exec screen -c /dev/null")]
#[ignore = "needs an SSH server: .ci/ssh"]
fn within_a_multiplexer_the_list_is_shown_and_keys_act(#[case] multiplexer: &str) {
    let remote = Remote::new();
    let script: &Path = &remote.home.path().join("run");
    let pid_file = remote.pid_file();
    fs::write(script, format!("echo $$ > {}\nexec {PROGRAM} demo\n", pid_file.display())).unwrap();
    let mut tty = remote.connect(&format!("{multiplexer} sh {}", script.display()));
    tty.wait_for_list();
    tty.press("/eva-tan\r");
    tty.wait_for("eva-tanaka");
    tty.press("\x1b");
    tty.settle();
    tty.resize(110, 35);
    tty.wait_until("the new size is used", |tty| tty.rows().iter().any(|row| row.trim_end().len() > 100));
    tty.press("q");
    assert_eq!(tty.end(), 0);
    assert!(tty.modes_unchanged(), "echo and lines are on again");
    assert_eq!(ticks(remote.pid()), None, "the program has ended");
}
