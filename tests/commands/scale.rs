//! Hundreds of changes on a server that fails and puts off, by a command that is interrupted, then killed.

use std::{
    collections::HashMap,
    process::Child,
    time::{Duration, Instant},
};

use scimitar::demo::{self, DemoOptions, FailRule, RunningDemo};

use super::harness::{KEY, World};

const MANY: usize = 400;

/// How often a write of each user's record took effect, whatever became of its answer.
fn taken(server: &RunningDemo) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    let writes = server.taken().into_iter().filter(|write| write.method == "PATCH");
    for write in writes.filter(|write| write.path.contains("/Users/")) {
        *times.entry(write.path).or_default() += 1;
    }
    times
}

/// Waits until so many were accepted; a limit ends what hangs.
fn until(server: &RunningDemo, many: usize, child: &mut Child) {
    let end = Instant::now() + Duration::from_secs(60);
    while taken(server).len() < many {
        assert!(Instant::now() < end && child.try_wait().unwrap().is_none(), "{} were taken", taken(server).len());
        std::thread::yield_now();
    }
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

#[test]
fn four_hundred_rows_are_interrupted_killed_resumed_and_retried_and_each_is_sent_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = DemoOptions {
        users: 2_000,
        seed: 1,
        latency: Duration::from_millis(4),
        key: Some(KEY.into()),
        retry_after: 0,
        ..DemoOptions::default()
    };
    let server = runtime.block_on(demo::start(options)).unwrap();
    let world = World::at(server.url());
    let people = world.json(&["users", "--json", "-f", "role:member active:yes account:person seat:full"]);
    let mut rows = "user,models_seat\n".to_owned();
    for user in people.as_array().unwrap().iter().take(MANY) {
        rows += &format!("{},none\n", user["user"].as_str().unwrap());
    }
    world.file("rows.csv", &rows);
    server.set_fail_writes(vec![FailRule { status: 500, rate: 0.05 }, FailRule { status: 429, rate: 0.1 }]);

    let mut first = world.command(&["apply", "rows.csv", "--yes"]).spawn().unwrap();
    until(&server, 60, &mut first);
    signal(&first, "INT");
    let said = World::said(first);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("wait in the journal: `scimitar resume` sends them"), "{}", said.err);
    let before = taken(&server).len();
    assert!(before < MANY, "it was interrupted");

    let mut second = world.command(&["resume", "--yes", "--parallel", "6"]).spawn().unwrap();
    until(&server, before + 80, &mut second);
    signal(&second, "KILL");
    second.wait().unwrap();
    assert!(taken(&server).len() < MANY, "it was killed");

    let third = world.run(&["resume", "--yes"]);
    let open = world.json(&["activity", "--json", "-n", "5000"]);
    let waiting = |row: &&serde_json::Value| row["state"] == "waiting" || row["state"] == "in flight";
    assert_eq!(open.as_array().unwrap().iter().filter(waiting).count(), 0, "{}", third.err);
    // Failures are listed by reason, and retried.
    assert!(third.code == 0 || third.err.contains(" × "), "{}", third.err);
    server.set_fail_writes(Vec::new());
    let retried = world.run(&["retry", "--yes"]);
    assert_eq!(retried.code, 0, "{}{}", retried.out, retried.err);

    let times = taken(&server);
    assert_eq!(times.len(), MANY);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert!(world.ok(&["plan", "rows.csv", "--check"]).contains("Nothing to do"));
    let journal = world.json(&["activity", "--json", "-n", "5000"]);
    let confirmed = journal.as_array().unwrap().iter().filter(|row| row["state"] == "confirmed");
    let confirmed: std::collections::HashSet<&str> = confirmed.map(|row| row["subject"].as_str().unwrap()).collect();
    let others: Vec<String> = journal
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !confirmed.contains(row["subject"].as_str().unwrap()))
        .map(ToString::to_string)
        .collect();
    assert_eq!(confirmed.len(), MANY, "{}", others.join("\n"));
}
