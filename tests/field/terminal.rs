//! Nothing that a command prints acts on a terminal or forges a line, whatever the source of the text: records of a
//! server, files, arguments, saved plans.

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, named, users},
    server::Behavior,
    world::{CommandResult, DONE, NOT_SENT, USAGE, World},
};

/// Moves the cursor, titles the window, hides, turns text round, and begins a line of its own.
const NASTY: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}8m\u{202e}\u{2066}\u{200b}\u{2028}\n  + FORGED  joins\r";

struct Plain;

impl Behavior for Plain {}

fn nasty(name: &str) -> String {
    format!("{name}{NASTY}")
}

/// User 1 and group 1 have nasty names, user 2 has a nasty id; user 4 has a name of which nothing is seen.
fn world() -> World {
    let mut all = users(6);
    all[0] = named(1, &nasty("eva"));
    all[1]["id"] = nasty("u2").replace(['\n', '\r'], "").into();
    all[3] = named(4, "\u{200b}");
    World::new(Plain, all, vec![group(1, &nasty("alpha"), &[1, 3]), group(2, "beta", &[3])])
}

fn acts(c: char) -> bool {
    let hides = matches!(c, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    (c.is_control() && c != '\n') || hides
}

#[track_caller]
fn is_safe(said: &CommandResult) {
    for text in [&said.out, &said.err] {
        assert!(!text.contains(acts), "{:?}: {said}", text.matches(acts).collect::<Vec<_>>());
        let forged = text.lines().find(|line| line.trim_start().starts_with("+ FORGED"));
        assert_eq!(forged, None, "{said}");
    }
}

#[rstest]
#[case(&["users"])]
#[case(&["users", "--json"])]
#[case(&["users", "--ndjson"])]
#[case(&["teams"])]
#[case(&["members", "g0001"])]
#[case(&["members", "nobody\u{1b}[2J\n  + FORGED"])]
#[case(&["users", "--filter", "x\u{1b}[2J\n  + FORGED:y"])]
#[case(&["export", "--json"])]
#[case(&["export"])]
#[case(&["doctor"])]
#[case(&["doctor", "--json"])]
#[case(&["set-name", "u0001", "New", "--dry-run"])]
#[case(&["set-name", "u0001", "New", "--dry-run", "--json"])]
#[case(&["set-name", "u0003", "New\u{1b}[2J\n  + FORGED", "--dry-run"])]
#[case(&["add", "g0001", "user0005", "--dry-run"])]
#[case(&["delete", "team", "g0001"])]
#[case(&["delete", "user", "u0001", "--confirm", "\u{1b}[2J\n  + FORGED"])]
#[case(&["create", "user", "z\u{1b}[2J\n  + FORGED", "--email", "z@example.com", "--dry-run"])]
#[case(&["create", "team", "z\u{1b}[2J\n  + FORGED", "--dry-run"])]
#[case(&["create", "team", "z\u{1b}[2J\n  + FORGED", "--dry-run", "--json"])]
#[case(&["deactivate", "\u{1b}[2J\n  + FORGED"])]
#[case(&["undo", "99\u{1b}[2J\n  + FORGED"])]
#[case(&["users", "--nothing\u{1b}[2J\n  + FORGED"])]
#[case(&["add", "g0001", "--nothing\u{1b}[2J\n  + FORGED"])]
#[case(&["users\u{1b}[2J\n  + FORGED"])]
#[case(&["-p", "x\u{1b}[2J\n  + FORGED", "users"])]
#[case(&["plan", "no\u{1b}[2J\n  + FORGED.csv"])]
fn a_command_prints_nothing_that_acts(#[case] args: &[&str]) {
    is_safe(&world().run(args));
}

#[test]
fn outcomes_and_the_journal_are_safe() {
    let world = world();
    let runs: [&[&str]; 7] = [
        &["set-name", "u0001", "New", "--yes"],
        &["add", "g0001", "user0005", "--yes"],
        &["activity"],
        &["activity", "--json"],
        &["undo", "--dry-run"],
        &["undo", "--yes"],
        &["activity", "--failed"],
    ];
    for args in runs {
        let said = world.run(args);
        is_safe(&said);
        said.exits(DONE);
    }
}

#[test]
fn csv_is_exact_in_a_pipe() {
    let said = world().run(&["users", "--csv"]).exits(DONE);
    let mut rows = csv::Reader::from_reader(said.out.as_bytes());
    let names: Vec<String> = rows.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert!(names.contains(&nasty("eva")), "{said}");
}

#[rstest]
#[case("plan")]
#[case("apply")]
fn a_file_forges_no_line_of_a_plan(#[case] command: &str) {
    let world = world();
    world.file("forged.csv", format!("user,name\nuser0003,\"Uno{NASTY}\"\nuser0005,Five\n"));
    let said = world.run(&[command, "forged.csv"]).exits(USAGE).warns(&["row 2", "U+001B"]);
    is_safe(&said);
    world.file("forged.csv", "user,name\nuser0003,\"Uno\r\n  + FORGED  joins\"\nuser0005,Five\n");
    let said = world.run(&[command, "forged.csv"]);
    is_safe(&said);
    assert!(said.out.contains("Five") || said.err.contains("Five"), "the plan is shown: {said}");
    world.file("forged.yaml", "users:\n - {user: zoe, email: z@example.com, teams: [\"x\\a\\e]0;t\\n  + FORGED\"]}\n");
    is_safe(&world.run(&[command, "forged.yaml", "--create-teams"]));
}

/// A saved plan of one change of user 3.
fn saved(world: &World) -> Value {
    world.file("name.csv", "user,name\nuser0003,Three\n");
    world.run(&["plan", "name.csv", "--out", "plan.json"]).exits(DONE);
    serde_json::from_str(&std::fs::read_to_string(world.path("plan.json")).unwrap()).unwrap()
}

#[rstest]
#[case::title("/title", DONE)]
#[case::value("/changes/0/was/0/value", NOT_SENT)]
#[case::user("/changes/0/change/user", NOT_SENT)]
#[case::server("/server", NOT_SENT)]
fn a_saved_plan_prints_nothing_that_acts(#[case] at: &str, #[case] code: i32) {
    let world = world();
    let mut plan = saved(&world);
    plan["changes"][0]["words"]["subject"] = nasty("sub").into();
    let value = plan.pointer_mut(at).unwrap_or_else(|| panic!("no {at}"));
    *value = json!(NASTY);
    world.file("forged.json", plan.to_string());
    let said = world.run(&["apply", "forged.json", "--yes"]);
    is_safe(&said);
    said.exits(code);
    is_safe(&world.run(&["activity"]));
}

#[test]
fn a_saved_plan_is_a_safe_file() {
    let world = world();
    world.file("name.csv", "user,name\nuser0002,Two\n");
    world.run(&["plan", "name.csv", "--out", "plan.json"]).exits(DONE);
    let text = std::fs::read_to_string(world.path("plan.json")).unwrap();
    assert!(text.contains("u2\\u001b"), "the id of user 2 is in it: {text}");
    assert!(!text.contains(acts), "{text:?}");
}

/// A name of which nothing is seen is no text to type: an empty line would confirm.
/// A Cyrillic letter in a Latin name, and a name of which nothing is seen.
#[rstest]
#[case("u0003", "≈us\u{435}r0003")]
#[case("u0004", "(blank)")]
fn names_that_pass_for_others_are_marked_in_plans(#[case] id: &str, #[case] shown: &str) {
    let mut all = users(6);
    all[2] = named(3, "us\u{435}r0003");
    all[3] = named(4, "\u{3164}");
    let said = World::new(Plain, all, vec![]).run(&["set-name", id, "New", "--dry-run"]);
    assert!(said.out.lines().any(|line| line.contains(shown) && line.contains("display name")), "{said}");
    let said = World::new(Plain, users(6), vec![]).run(&[
        "create",
        "user",
        "us\u{435}r0003",
        "--email",
        "x@example.com",
        "--dry-run",
    ]);
    assert!(said.out.contains("≈us\u{435}r0003"), "{said}");
}

#[test]
fn a_name_that_shows_nothing_is_confirmed_by_id() {
    let world = world();
    let said = world.run(&["delete", "user", "u0004", "--confirm", ""]).exits(NOT_SENT);
    is_safe(&said);
    said.warns(&["this plan wants u0004"]);
    assert!(world.written().is_empty());
    world.run(&["delete", "user", "u0004", "--confirm", "u0004"]).exits(DONE);
}

#[test]
fn a_log_quotes_nothing_that_acts() {
    let world = world();
    world.run(&["--log", "trace", "set-name", "u0001", "New", "--yes"]).exits(DONE);
    let log = std::fs::read_dir(world.path("state").join("log")).unwrap().next().unwrap().unwrap();
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.lines().count() > 0 && !text.contains(acts), "{text:?}");
}

/// Runs a list of which a reader takes one line and goes away.
fn cut_short(world: &World, args: &[&str]) -> (Option<i32>, String) {
    let mut child = world.command(args).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code(), err)
}

#[rstest]
fn a_list_ends_quietly_when_its_reader_has_enough(#[values("--json", "--ndjson", "--csv", "--full")] format: &str) {
    // More than a pipe holds.
    let world = World::new(Plain, users(3_000), vec![group(1, "alpha", &(1..=3_000).collect::<Vec<_>>())]);
    for args in [&["users", format][..], &["members", "alpha", format]] {
        assert_eq!(cut_short(&world, args), (Some(DONE), String::new()), "{args:?}");
    }
}

#[test]
fn a_write_whose_reader_has_gone_keeps_its_status() {
    let world = World::new(Plain, users(3), vec![group(1, "alpha", &[])]);
    let mut child = world.command(&["add", "alpha", "user0001", "--yes"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(DONE));
    assert_eq!(world.members("g0001"), ["u0001"]);
    let mut child = world.command(&["add", "nobody", "user0003", "--yes"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(USAGE), "a refusal stays one");
}
