//! Nothing is sent that can't be written down first: a store that can't be opened, is locked, or has no room.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Command,
};

use serde_json::Value;

use super::harness::{Said, World};

fn world() -> World {
    World::new("wandb", &["--users", "40"])
}

fn name_of(world: &World) -> Value {
    world.user("eva-tanaka")["name"].clone()
}

/// The profile's file, which an earlier command has made.
fn store(world: &World) -> PathBuf {
    let files = fs::read_dir(world.path("state")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "db")).last().unwrap()
}

/// A plan for everybody but the key's owner.
fn names(world: &World, name: &str) -> PathBuf {
    let users = world.json(&["users", "--json", "-f", "account:person active:yes"]);
    let users = users.as_array().unwrap().iter().filter_map(|user| user["user"].as_str());
    let rows: Vec<String> = users.filter(|user| *user != "demo-admin").map(|user| format!("{user},{name}\n")).collect();
    world.file("names.csv", &format!("user,name\n{}", rows.concat()))
}

fn renamed(world: &World, name: &str) -> usize {
    let users = world.json(&["users", "--json"]);
    users.as_array().unwrap().iter().filter(|user| user["name"] == name).count()
}

/// Runs it with files limited to so many blocks of 512 bytes, and with the usual answer to that.
fn limited(world: &World, blocks: u32, args: &[&str]) -> Said {
    let inner = world.command(args);
    let mut outer = Command::new("sh");
    outer.args(["-c", &format!("ulimit -f {blocks}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_scimitar")]).args(args);
    outer.env_clear().current_dir(world.path("."));
    for (name, value) in inner.get_envs() {
        outer.env(name, value.unwrap_or_default());
    }
    let output = outer.output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn without_a_place_for_its_journal_a_command_sends_nothing() {
    let world = world();
    world.file("state", "a file where the directory should be");
    let before = name_of(&world);
    let said = world.run(&["set-name", "eva-tanaka", "Other", "--yes"]);
    assert_eq!((said.code, said.out.as_str()), (4, ""), "{}", said.err);
    assert!(said.err.contains("nothing was sent, for it can't be written down first: can't create"), "{}", said.err);
    assert!(said.err.contains("--no-journal sends it all the same"), "{}", said.err);
    let said = world.run(&["set-name", "eva-tanaka", "Other", "--yes", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["error"]["code"], &document["sent"]), (4, &"no-journal".into(), &false.into()));
    assert_eq!(name_of(&world), before);
    // Reading goes on, and so does looking at a plan.
    assert!(world.ok(&["set-name", "eva-tanaka", "Other", "--dry-run"]).contains("Other"));
    let doctor = world.run(&["doctor", "--write", "--yes", "--json"]);
    let document: Value = serde_json::from_str(&doctor.out).unwrap();
    assert_eq!((doctor.code, &document["error"]["code"]), (4, &"no-journal".into()), "{}", doctor.err);
    // What waits is not known, so that it is not "nothing".
    let resume = world.run(&["resume", "--yes", "--json"]);
    let document: Value = serde_json::from_str(&resume.out).unwrap();
    assert_eq!((resume.code, &document["error"]["code"]), (2, &"store".into()), "{}", resume.err);
}

#[test]
fn no_journal_sends_all_the_same_and_says_so() {
    let world = world();
    world.file("state", "a file where the directory should be");
    let said = world.ok(&["set-name", "eva-tanaka", "Other", "--yes", "--no-journal"]);
    assert!(said.ends_with("Not in the journal: undo, retry and resume know nothing of it.\n"), "{said}");
    let told: Value = world.json(&["set-name", "eva-tanaka", "Another", "--yes", "--no-journal", "--json"]);
    assert_eq!((&told["confirmed"], &told["journal"], &told["plan"]), (&1.into(), &false.into(), &Value::Null));
    assert_eq!(name_of(&world), "Another");
    // Where the journal could be written it is not, either.
    fs::remove_file(world.path("state")).unwrap();
    world.ok(&["set-name", "eva-tanaka", "Third", "--yes", "--no-journal"]);
    assert_eq!(world.json(&["activity", "--json"]), serde_json::json!([]));
    let kept: Value = world.json(&["set-name", "eva-tanaka", "Fourth", "--yes", "--json"]);
    assert_eq!((&kept["journal"], kept["plan"].is_i64()), (&true.into(), true));
    let undo = world.run(&["undo", "--yes", "--no-journal"]);
    assert_eq!(undo.code, 2, "{}", undo.err);
}

#[test]
fn a_store_that_another_process_keeps_locked_sends_nothing() {
    let world = world();
    let file = names(&world, "Locked");
    let other = rusqlite::Connection::open(store(&world)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = world.run(&["apply", file.to_str().unwrap(), "--yes", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["error"]["code"], &document["sent"]), (4, &"no-journal".into(), &false.into()));
    drop(other);
    assert_eq!(renamed(&world, "Locked"), 0);
}

#[test]
fn a_file_that_may_not_grow_is_a_full_disk() {
    let world = world();
    let file = names(&world, "Full");
    let said = limited(&world, 1, &["apply", file.to_str().unwrap(), "--yes", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &document["error"]["code"]), (4, &"no-journal".into()), "{}", said.err);
    assert_eq!(renamed(&world, "Full"), 0);
}

/// There is room for the plan, and then for a part of the outcomes.
#[test]
fn what_was_sent_before_the_disk_was_full_is_in_the_journal() {
    let world = world();
    let file = names(&world, "Full");
    let said = limited(&world, 400, &["apply", file.to_str().unwrap(), "--yes", "--json"]);
    assert!(matches!(said.code, 1 | 4), "{} {}", said.out, said.err);
    assert_eq!(said.err.matches("The local store: ").count(), 1, "{}", said.err);
    let journal = world.json(&["activity", "--json", "--last", "1000"]);
    let begun = journal.as_array().unwrap().iter().filter(|change| change["state"] != "waiting").count();
    // What is told is what the journal has: nothing is called dropped that waits.
    let told: Value = serde_json::from_str(&said.out).unwrap();
    let waits = |told: &Value| {
        let row = journal.as_array().unwrap().iter().find(|row| row["subject"] == told["subject"]);
        row.is_some_and(|row| row["state"] == "waiting")
    };
    let mut dropped = told["changes"].as_array().unwrap().iter().filter(|change| change["state"] == "dropped");
    assert!(!dropped.any(waits), "{}", said.out);
    let sent = renamed(&world, "Full");
    assert!(sent <= begun, "{sent} were sent, and the journal has {begun}");
    let resumed = world.run(&["resume", "--yes"]);
    assert!(matches!(resumed.code, 0 | 1), "{} {}", resumed.out, resumed.err);
    world.ok(&["apply", file.to_str().unwrap(), "--yes"]);
}

#[test]
fn a_held_lock_is_said_and_waited_for() {
    let world = world();
    world.ok(&["users"]);
    let lock = PathBuf::from(format!("{}.lock", store(&world).display()));
    let held = fs::File::open(&lock).unwrap();
    held.lock().unwrap();
    let mut child = world.command(&["users"]).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("is locked by another process; waiting for it"), "{said}");
    drop(held);
    let said = World::said(child);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.contains("eva-tanaka"), "{}", said.out);
}
