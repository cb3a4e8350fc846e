//! Files and directories that the program uses: who may read and write them, and what can't be used.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::Path,
    process::{Command, Stdio},
};

use jiff::{Timestamp, ToSpan};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::harness::{KEY, World};

fn world() -> World {
    World::new("wandb", &["--users", "40"])
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_log_that_cannot_be_written_is_said() {
    let world = world();
    // Directories where the log of these days would be.
    for day in [Timestamp::now(), Timestamp::now() + 24.hours()] {
        fs::create_dir_all(world.path(&format!("state/log/scimitar.log.{}", &day.to_string()[..10]))).unwrap();
    }
    let said = world.run(&["--log", "debug", "users", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["error"]["code"]), (2, &"file-unwritable".into()), "{}", said.err);
    assert!(said.err.starts_with("scimitar: --log: ") && said.err.lines().count() == 1, "{}", said.err);

    fs::remove_dir_all(world.path("state/log")).unwrap();
    world.file("state/log", "a file where the directory should be");
    let said = world.run(&["--log", "debug", "users"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.starts_with("scimitar: --log: "), "{}", said.err);
}

#[test]
fn a_trace_that_cannot_be_written_is_said() {
    let said = world().run(&["--trace", "nowhere/trace.json"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.starts_with("scimitar: --trace: nowhere/trace.json can't be written: "), "{}", said.err);
}

#[test]
fn an_export_is_its_owners_alone_whatever_it_takes_the_place_of() {
    let world = world();
    let (old, link) = (world.file("old.json", "{}"), world.path("link.json"));
    set_mode(&old, 0o644);
    std::os::unix::fs::symlink(&old, &link).unwrap();
    world.ok(&["export", "--json", "--out", "link.json", "--force"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(mode(&old), 0o600);
    assert!(fs::read_to_string(&old).unwrap().contains("eva-tanaka"));
}

#[test]
fn a_config_that_others_can_write_runs_no_key_command() {
    let world = world();
    let config = world.path("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("{ env = \"DEMO_KEY\" }", "{ command = [\"touch\", \"ran\"] }")).unwrap();
    let home = world.path(".");
    for (path, loose) in [(&config, 0o666), (&home, 0o777)] {
        let before = mode(path);
        set_mode(path, loose);
        let said = world.run(&["users", "--json"]);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, &document["error"]["code"]), (2, &"config".into()), "{}", said.err);
        assert!(said.err.contains("others can write to") && said.err.contains("chmod go-w"), "{}", said.err);
        set_mode(path, before);
    }
    assert!(!world.path("ran").exists());
    assert_eq!(world.run(&["users"]).code, 2);
    assert!(world.path("ran").exists(), "where nobody else can write it is run");
}

#[test]
fn a_state_directory_that_others_can_write_takes_no_journal() {
    let world = world();
    world.ok(&["users"]);
    set_mode(&world.path("state"), 0o777);
    let said = world.run(&["set-name", "eva-tanaka", "Other", "--yes"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("others can write to") && said.err.contains("chmod go-w"), "{}", said.err);
    assert_eq!(world.run(&["activity"]).code, 2);
    set_mode(&world.path("state"), 0o755);
    world.ok(&["set-name", "eva-tanaka", "Other", "--yes"]);
}

#[test]
fn a_key_file_that_is_a_pipe_is_refused_at_once() {
    let world = world();
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(world.path("key")).status().unwrap();
    assert!(made.success());
    let config = world.path("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("{ env = \"DEMO_KEY\" }", "{ file = \"key\" }")).unwrap();
    let said = world.run(&["users"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("key is no regular file; name a file, or a command that prints the key"), "{}", said.err);
}

#[test]
fn a_file_of_authorities_that_is_a_pipe_is_refused_at_once() {
    let world = world();
    assert!(Command::new("mkfifo").arg(world.path("ca.pem")).status().unwrap().success());
    let config = world.path("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("http://", "https://");
    fs::write(&config, format!("{text}ca_file = \"ca.pem\"\n")).unwrap();
    let said = world.run(&["users"]);
    assert!(said.code != 0 && said.err.contains("ca.pem can't be read: it is no regular file"), "{}", said.err);
}

/// `plan <(…)` names a pipe.
#[test]
fn a_pipe_as_a_file_is_waited_for_with_a_word_and_read() {
    let world = world();
    let pipe = world.path("rows.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for args in [["plan", "rows.csv", "--check"], ["apply", "rows.csv", "--yes"]] {
        let mut child = world.command(&args).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert!(said.contains("rows.csv is no regular file, and has no end yet: waiting"), "{said}");
        fs::write(&pipe, "user,name\neva-tanaka,Eva Piped\n").unwrap();
        let said = World::said(child);
        assert_eq!(said.code, if args[0] == "plan" { 5 } else { 0 }, "{}", said.err);
    }
    assert!(world.ok(&["users"]).contains("Eva Piped"));
}

#[test]
fn an_export_into_a_pipe_that_nobody_reads_says_so_and_waits() {
    let world = world();
    let pipe = world.path("users.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = world.command(&["export", "--out", "users.csv", "--force"]).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("nobody reads users.csv: waiting"), "{said}");
    assert!(fs::read_to_string(&pipe).unwrap().contains("eva-tanaka"));
    assert_eq!(World::said(child).code, 0);
}

/// The key is in memory: a crash must not put it on the disk.
#[test]
fn a_crash_leaves_no_memory_behind() {
    let world = world();
    let script = "ulimit -c unlimited 2>/dev/null || ulimit -c 0; exec \"$0\" \"$@\"";
    let mut child = Command::new("sh")
        .args([
            "-c",
            script,
            env!("CARGO_BIN_EXE_scimitar"),
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--key-env",
            "DEMO_KEY",
        ])
        .env("DEMO_KEY", KEY)
        .current_dir(world.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    if let Ok(limits) = fs::read_to_string(format!("/proc/{}/limits", child.id())) {
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(line.split_whitespace().nth(4), Some("0"), "{line}");
    }
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
    let files = fs::read_dir(world.path(".")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(files.filter(|name| name.starts_with("core")).collect::<Vec<_>>(), [""; 0]);
}
