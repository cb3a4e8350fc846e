//! Errors for programs: with `--json` standard output is one JSON document whatever happens, each status but 0 has its
//! reason on standard error, and both carry the same sentence.

use std::process::Stdio;

use scimitar::demo::{self, DemoOptions, FailRule, RunningDemo};
use serde_json::Value;

use super::harness::{KEY, Said, World};

/// The document on standard output; the reason on standard error begins with its message.
fn document(said: &Said) -> Value {
    let document: Result<Value, _> = serde_json::from_str(&said.out);
    assert!(document.is_ok(), "{}{}", said.out, said.err);
    let document = document.unwrap();
    let message = document["error"]["message"].as_str().unwrap_or_default();
    // Messages of clap are wrapped over several lines.
    let reason = said.err.split_whitespace().collect::<Vec<_>>().join(" ").contains(message);
    assert!(reason && !message.is_empty(), "{document} {}", said.err);
    document
}

/// Runs what must fail, and checks status and code.
fn fails(world: &World, args: &[&str], status: i32, code: &str) -> Value {
    let said = world.run(args);
    let document = document(&said);
    assert_eq!((said.code, document["error"]["code"].as_str()), (status, Some(code)), "{args:?} {}", said.err);
    document
}

fn somebody(world: &World) -> String {
    let users = world.json(&["users", "--json", "-f", "active:yes account:person role:member"]);
    users[0]["user"].as_str().unwrap().to_owned()
}

#[test]
fn what_can_t_be_used_has_a_code() {
    let world = World::new("wandb", &["--users", "40"]);
    fails(&world, &["users", "--json", "-f", "rolle:admin"], 2, "filter-invalid");
    fails(&world, &["users", "--json", "--bogus"], 2, "usage");
    fails(&world, &["users", "--json", "-p", "nobody"], 2, "no-profile");
    let near = fails(&world, &["set-role", "demo-admin", "amdin", "--json"], 2, "value-unknown");
    assert!(near["error"]["hint"].as_str().unwrap().starts_with("nearest first: admin"), "{near}");
    fails(&world, &["members", "nowhere", "--json"], 2, "name-unknown");
    let wrong = fails(&world, &["deactivate", "nobody-x", "demo-admim", "--yes", "--json"], 2, "name-unknown");
    let details = wrong["error"]["details"].as_array().unwrap();
    assert_eq!((&details[0]["subject"], &details[0]["candidates"][0]), (&"nobody-x".into(), &Value::Null));
    assert_eq!((&details[1]["code"], &details[1]["candidates"][0]), (&"name-unknown".into(), &"demo-admin".into()));
    fails(&world, &["plan", "missing.csv", "--json"], 2, "file-unreadable");
    world.file("bad.csv", "user,role\nnobody,\nno one,\n");
    let bad = fails(&world, &["apply", "bad.csv", "--yes", "--json"], 2, "file-invalid");
    assert_eq!(bad["error"]["details"][1]["subject"], "row 3, user");
    let wrong = "user,email,role\nnobody,,\ndemo-admin,,amdin\nnoone,demo-admin@example.com,\n";
    world.file("wrong.csv", wrong);
    let wrong = fails(&world, &["apply", "wrong.csv", "--yes", "--json"], 2, "file-invalid");
    let of = |row: usize| {
        let detail = &wrong["error"]["details"][row];
        ["code", "subject"].map(|key| detail[key].as_str().unwrap().to_owned())
    };
    assert_eq!(of(0), ["name-unknown", "row 2, user"]);
    assert_eq!(of(1), ["value-unknown", "row 3, role"]);
    assert_eq!(wrong["error"]["details"][1]["candidates"][0], "admin");
    world.file("there.json", "");
    fails(&world, &["export", "--json", "--out", "there.json"], 2, "file-exists");
    fails(&world, &["undo", "4711", "--json"], 2, "plan-unknown");
    world.file("bad.toml", "[profile.demo\n");
    fails(&world, &["--config", "bad.toml", "users", "--json"], 2, "config");
    fails(&world, &["doctor", "--json", "demo", "--key-env", "NOT_SET"], 2, "usage");
    let line = world.run(&["users", "--ndjson", "-f", "rolle:admin"]);
    assert_eq!((line.code, line.out.lines().count()), (2, 1), "{}", line.out);
    assert_eq!(document(&line)["error"]["code"], "filter-invalid");
    let plain = world.run(&["users", "-f", "rolle:admin"]);
    assert_eq!((plain.code, plain.out.as_str()), (2, ""), "people get the reason on standard error alone");
}

#[test]
fn what_keeps_the_server_from_being_asked_has_a_code() {
    let world = World::new("wandb", &["--users", "10"]);
    let mut command = world.command(&["users", "--json"]);
    let said = World::said(command.env("DEMO_KEY", "another").spawn().unwrap());
    assert_eq!((said.code, &document(&said)["error"]["code"]), (3, &"server-unauthorized".into()), "{}", said.err);
    let mut command = world.command(&["users", "--json"]);
    let said = World::said(command.env_remove("DEMO_KEY").spawn().unwrap());
    assert_eq!((said.code, &document(&said)["error"]["code"]), (2, &"key-unreadable".into()), "{}", said.err);
    let config = "[profile.demo]\nprovider = \"scim\"\nurl = \"http://127.0.0.1:9\"\nauth = \"none\"\n";
    world.file("config.toml", config);
    fails(&world, &["users", "--json"], 3, "server-unreachable");
    let report = fails(&world, &["doctor", "--json"], 3, "not-examined");
    assert_eq!(report["outcome"], "failed");
    fails(&world, &["doctor", "--json", "--write"], 4, "not-confirmed");
    let refused = fails(&world, &["--read-only", "doctor", "--json", "--write", "--yes"], 4, "refused");
    assert_eq!(refused["error"]["details"][0]["code"], "read-only");
}

#[test]
fn a_plan_that_is_not_sent_is_printed_with_its_error() {
    let world = World::new("wandb", &["--users", "40"]);
    let who = somebody(&world);
    let plan = fails(&world, &["delete", "user", &who, "--json"], 4, "not-confirmed");
    assert_eq!((&plan["sent"], &plan["changes"][0]["subject"]), (&false.into(), &who.as_str().into()));
    let plan = fails(&world, &["--read-only", "delete", "user", &who, "--yes", "--json"], 4, "refused");
    let refused = &plan["refused"][0];
    assert_eq!((&refused["subject"], &refused["code"]), (&who.as_str().into(), &"read-only".into()));
    assert_eq!(world.run(&["delete", "user", &who]).out, "");
    world.file("wanted.yaml", "teams: [zebras]\n");
    let plan = fails(&world, &["plan", "wanted.yaml", "--check", "--json"], 5, "differs");
    assert_eq!(plan["changes"][0]["subject"], "zebras");
    let checked = world.run(&["plan", "wanted.yaml", "--check"]);
    assert!(checked.err.contains("scimitar: the directory is not as the file says: 1 change"), "{}", checked.err);
    let dry = world.json(&["delete", "user", &who, "--json", "--dry-run"]);
    assert_eq!((&dry["sent"], &dry["error"]), (&false.into(), &Value::Null));
}

/// The text for `--confirm` is in the plan's JSON, not only in a sentence.
#[test]
fn a_plan_that_insists_tells_the_text_to_confirm_it_with() {
    let world = World::new("wandb", &["--users", "40"]);
    let users = world.json(&["users", "--json", "-f", "role:member active:yes account:person"]);
    let names: Vec<&str> =
        users.as_array().unwrap().iter().take(12).map(|user| user["user"].as_str().unwrap()).collect();
    let deactivate = [&["deactivate", "--json", "--yes"][..], &names].concat();
    let plan = fails(&world, &deactivate, 4, "not-confirmed");
    let text = plan["confirm"].as_str().unwrap();
    let told = world.json(&[&deactivate[..], &["--confirm", text]].concat());
    assert_eq!((&told["sent"], &told["confirmed"]), (&true.into(), &12.into()));
    assert_eq!(world.json(&["activate", names[0], "--json", "--dry-run"])["confirm"], Value::Null);
}

#[test]
fn nothing_to_do_is_a_document_too() {
    let world = World::new("wandb", &["--users", "40"]);
    let who = somebody(&world);
    for args in [&["activate", &who, "--json"][..], &["resume", "--json"], &["resume", "--drop", "--json"]] {
        let said = world.json(args);
        assert_eq!((&said["sent"], &said["confirmed"]), (&false.into(), &0.into()), "{args:?}: {said}");
    }
    assert_eq!(world.json(&["activity", "--json"]), serde_json::json!([]));
    fails(&world, &["undo", "--json"], 4, "nothing-to-undo");
    fails(&world, &["retry", "--json"], 4, "nothing-failed");
    world.ok(&["export", "--out", "all.yaml"]);
    assert_eq!(world.json(&["plan", "all.yaml", "--check", "--json"])["changes"], serde_json::json!([]));
    assert_eq!(world.json(&["apply", "all.yaml", "--yes", "--json"])["sent"], false);
    let written = world.json(&["export", "--json", "--out", "all.json"]);
    assert_eq!((&written["file"], &written["users"]), (&"all.json".into(), &40.into()));
}

/// A server that takes no writes, and somebody there.
fn refusing(runtime: &tokio::runtime::Runtime) -> (RunningDemo, World, String) {
    let options = DemoOptions { users: 40, key: Some(KEY.into()), ..DemoOptions::default() };
    let server = runtime.block_on(demo::start(options)).unwrap();
    let world = World::at(server.url());
    let who = somebody(&world);
    server.set_fail_writes(vec![FailRule { status: 403, rate: 1.0 }]);
    (server, world, who)
}

#[test]
fn what_was_done_in_part_says_how_much_on_both_streams() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_server, world, who) = refusing(&runtime);
    let told = fails(&world, &["deactivate", &who, "--yes", "--json"], 1, "partly-done");
    assert_eq!((&told["sent"], &told["failed"]), (&true.into(), &1.into()));
    assert_eq!(told["error"]["message"], "0 of 1 changes were done");
    let plain = world.run(&["deactivate", &who, "--yes"]);
    assert_eq!(plain.code, 1);
    assert!(plain.err.contains("403") && plain.err.contains("scimitar: 0 of 1 changes were done"), "{}", plain.err);
}

/// Lists end well once their reader has enough; what writes keeps its status, whoever reads.
#[test]
fn a_reader_who_leaves_does_not_change_how_a_write_ended() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_server, world, who) = refusing(&runtime);
    let deaf = |args: &[&str]| {
        let mut child = world.command(args).stdin(Stdio::null()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        child.wait().unwrap().code()
    };
    assert_eq!(deaf(&["users", "--json"]), Some(0));
    for json in [&[][..], &["--json"]] {
        assert_eq!(deaf(&[&["deactivate", &who, "--yes"][..], json].concat()), Some(1), "{json:?}");
        assert_eq!(deaf(&[&["delete", "user", &who][..], json].concat()), Some(4), "{json:?}");
    }
    assert_eq!(deaf(&["users", "--bogus"]), Some(2));
}

/// Every field that the lists print is on the page for scripts.
#[test]
fn the_page_has_the_fields_of_all_records() {
    let page = include_str!("../../docs/src/codes.md");
    let world = World::new("wandb", &["--users", "60", "--sparse"]);
    let whole = World::new("wandb", &["--users", "60"]);
    for args in [&["users"][..], &["teams"], &["roles"], &["members", "vision"]] {
        let starts = [format!("| `{}` | `id`", args[0]), format!("- A member (`{}`) has `id`", args[0])];
        let row = page.lines().find(|line| starts.iter().any(|start| line.starts_with(start))).unwrap();
        for world in [&world, &whole] {
            let records = world.json(&[args, &["--json"]].concat());
            let records = records.as_array().unwrap();
            assert!(!records.is_empty(), "{args:?}");
            for key in records.iter().flat_map(|record| record.as_object().unwrap().keys()) {
                assert!(row.contains(&format!("`{key}`")), "docs/src/codes.md does not name {key} of {args:?}");
            }
        }
    }
}
