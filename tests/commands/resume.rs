//! Runs that are killed: all of a plan is in the journal before its first request, `resume` finishes what was in flight and
//! what was never begun, and nothing is called done that is not.

use std::{
    process::Child,
    time::{Duration, Instant},
};

use scimitar::demo::{self, DemoOptions, FailRule, RunningDemo};
use serde_json::Value;

use super::harness::{KEY, World};

fn server(runtime: &tokio::runtime::Runtime, latency: u64) -> (RunningDemo, World) {
    let latency = Duration::from_millis(latency);
    let options = DemoOptions { users: 120, latency, key: Some(KEY.into()), ..DemoOptions::default() };
    let server = runtime.block_on(demo::start(options)).unwrap();
    let world = World::at(server.url());
    (server, world)
}

/// Names of people who are nobody's admin.
fn plain(world: &World, many: usize) -> Vec<String> {
    let users = world.json(&["users", "--json", "-f", "role:member active:yes account:person"]);
    let names: Vec<String> =
        users.as_array().unwrap().iter().take(many).map(|user| user["user"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), many);
    names
}

/// Waits for what another process does; a limit ends what hangs.
fn until(mut is_so: impl FnMut() -> bool, child: &mut Child) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end && child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
}

/// Lets writes go on once the server knows that the held one's client is gone.
fn release_after_kill(server: &RunningDemo) {
    let end = Instant::now() + Duration::from_secs(60);
    while server.held_writes() > 0 {
        assert!(Instant::now() < end, "the server does not notice that its client is gone");
        std::thread::yield_now();
    }
    server.hold_writes(false);
}

/// Writes of this method that took effect.
fn taken(server: &RunningDemo, method: &str) -> usize {
    server.taken().iter().filter(|write| write.method == method).count()
}

/// Creations, other names and deactivations: three stages.
fn three_stages(world: &World) -> std::path::PathBuf {
    let mut rows = "user,email,name,active\n".to_owned();
    (0..20).for_each(|number| rows += &format!("new-{number},new-{number}@example.com,,\n"));
    let names = plain(world, 14);
    names.iter().take(10).for_each(|name| rows += &format!("{name},,Renamed {name},\n"));
    names.iter().skip(10).for_each(|name| rows += &format!("{name},,,no\n"));
    world.file("stages.csv", &rows)
}

#[test]
fn later_stages_of_a_killed_run_are_in_the_journal_and_resume_finishes_them() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 20);
    let file = three_stages(&world);
    let file = file.to_str().unwrap();
    let mut killed = world.command(&["apply", file, "--yes", "--parallel", "2"]).spawn().unwrap();
    until(|| taken(&server, "POST") >= 6, &mut killed);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(taken(&server, "PATCH"), 0, "it was killed in its first stage");
    let journal = world.json(&["activity", "--json", "-n", "100"]);
    assert_eq!(journal.as_array().unwrap().len(), 34, "all of the plan is there");

    let told: Value = serde_json::from_str(&world.ok(&["resume", "--yes", "--json"])).unwrap();
    assert_eq!((&told["confirmed"], &told["waiting"], &told["failed"]), (&34.into(), &0.into(), &0.into()), "{told}");
    let again = world.run(&["resume", "--yes"]);
    assert_eq!((again.code, again.err.trim()), (0, "Nothing waits."));
    let check = world.run(&["plan", file, "--check"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    assert_eq!((taken(&server, "POST"), taken(&server, "PATCH")), (20, 14), "each was sent once");
}

#[test]
fn an_interrupted_run_leaves_all_of_the_rest_to_resume() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 20);
    let file = three_stages(&world);
    let args = ["apply", file.to_str().unwrap(), "--yes", "--parallel", "2", "--json"];
    let mut stopped = world.command(&args).spawn().unwrap();
    until(|| taken(&server, "POST") >= 6, &mut stopped);
    let id = stopped.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let said = World::said(stopped);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(said.code, 1, "{}", said.err);
    let counted = ["confirmed", "waiting", "failed"].map(|key| told[key].as_u64().unwrap()).iter().sum::<u64>();
    assert_eq!(counted, 34, "{told}");
    assert!(told["waiting"].as_u64().unwrap() >= 14, "{told}");
    let told = world.json(&["resume", "--yes", "--json"]);
    assert_eq!(told["confirmed"], 34, "{told}");
}

/// The request never arrived, or was not carried out: the record shows the old value, and the change waits again.
#[test]
fn what_was_in_flight_and_is_not_shown_waits_again_and_is_finished() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 0);
    let who = &plain(&world, 1)[0];
    let before = world.user(who)["name"].as_str().unwrap().to_owned();
    server.hold_writes(true);
    let mut killed = world.command(&["set-name", who, "Another", "--yes"]).spawn().unwrap();
    let sent = || world.json(&["activity", "--json"]).as_array().unwrap().iter().any(|row| row["state"] == "in flight");
    until(|| sent() && server.held_writes() > 0, &mut killed);
    killed.kill().unwrap();
    killed.wait().unwrap();
    release_after_kill(&server);
    assert_ne!(world.user(who)["name"], "Another");

    // Nothing is sent without a yes, and a kill in between changes nothing.
    let asked = world.run(&["resume"]);
    assert_eq!(asked.code, 4, "{}", asked.err);
    assert!(asked.err.contains("these wait"), "{}", asked.err);
    let waiting = &world.json(&["activity", "--json"])[0];
    assert_eq!(
        waiting["why"],
        format!("Its session ended before an answer came; the directory shows display name {before}.")
    );
    world.ok(&["resume", "--yes"]);
    assert_eq!(world.user(who)["name"], "Another");
    assert_eq!(taken(&server, "PATCH"), 1);
    // The first request stays in the journal: nobody knows whether it was carried out and taken back.
    let told = world.json(&["activity", "--json"]);
    let statuses: Vec<&Value> = told[0]["requests"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [&Value::Null, &200.into()], "{told}");
}

/// The directory showed the old value first and the wished one later: the request of the ended session may have done it.
#[test]
fn what_was_in_flight_and_is_shown_late_is_confirmed_and_can_be_taken_back() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 0);
    let who = &plain(&world, 1)[0];
    let before = world.user(who)["name"].as_str().unwrap().to_owned();
    server.hold_writes(true);
    let mut killed = world.command(&["set-name", who, "Another", "--yes"]).spawn().unwrap();
    let sent = || world.json(&["activity", "--json"]).as_array().unwrap().iter().any(|row| row["state"] == "in flight");
    until(|| sent() && server.held_writes() > 0, &mut killed);
    killed.kill().unwrap();
    killed.wait().unwrap();
    release_after_kill(&server);
    assert_eq!(world.run(&["resume"]).code, 4);
    // The late effect, as another client's.
    World::at(server.url()).ok(&["set-name", who, "Another", "--yes"]);
    world.ok(&["resume", "--yes"]);
    let told = world.json(&["activity", "--json"]);
    assert_eq!(told[0]["state"], "confirmed", "{told}");
    assert_eq!(told[0]["why"], "The answer was lost; the directory shows the change.", "{told}");
    assert_eq!(taken(&server, "PATCH"), 1);
    world.ok(&["undo", "--yes"]);
    assert_eq!(world.user(who)["name"], before.as_str());
}

#[test]
fn resume_ends_with_1_while_anything_of_the_plan_is_not_done() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 20);
    let names = plain(&world, 12);
    let rows: Vec<String> = names.iter().map(|name| format!("{name},Renamed {name}\n")).collect();
    let file = world.file("names.csv", &format!("user,name\n{}", rows.concat()));
    let mut killed = world.command(&["apply", file.to_str().unwrap(), "--yes", "--parallel", "2"]).spawn().unwrap();
    until(|| taken(&server, "PATCH") >= 4, &mut killed);
    killed.kill().unwrap();
    killed.wait().unwrap();
    server.set_fail_writes(vec![FailRule { status: 400, rate: 1.0 }]);
    let said = world.run(&["resume", "--yes"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.err.contains("of 12 changes were done"), "{}", said.err);
    let again = world.run(&["resume", "--yes"]);
    assert_eq!(again.code, 1, "{}{}", again.out, again.err);
    assert!(again.err.contains("changes of the newest plan were not done; `scimitar retry"), "{}", again.err);
    server.set_fail_writes(Vec::new());
    world.ok(&["retry", "--yes"]);
    assert_eq!(world.run(&["resume", "--yes"]).code, 0);
    assert_eq!(taken(&server, "PATCH"), 12);
}

/// Killed at another moment each time, and resumed, and killed in that, too: a resume that ends with 0 has done all of it.
#[test]
fn no_kill_makes_a_plan_complete_that_is_not() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 4);
    let names = plain(&world, 24);
    for round in 0..8_usize {
        let name = |user: &str| format!("N{round} {user}");
        let rows: Vec<String> = names.iter().map(|user| format!("{user},{}\n", name(user))).collect();
        let file = world.file("names.csv", &format!("user,name\n{}", rows.concat()));
        let before = taken(&server, "PATCH");
        let mut run = world.command(&["apply", file.to_str().unwrap(), "--yes"]).spawn().unwrap();
        until(|| taken(&server, "PATCH") > before + round, &mut run);
        run.kill().unwrap();
        run.wait().unwrap();
        let mut run = world.command(&["resume", "--yes"]).spawn().unwrap();
        let end = taken(&server, "PATCH") + 2 * round;
        while run.try_wait().unwrap().is_none() && taken(&server, "PATCH") < end {
            std::thread::yield_now();
        }
        let _ = run.kill();
        run.wait().unwrap();
        let said = world.run(&["resume", "--yes"]);
        assert_eq!(said.code, 0, "{round}: {}{}", said.out, said.err);
        let users = world.json(&["users", "--json"]);
        let is_named = |user: &Value| names.iter().any(|known| user["user"] == **known && user["name"] == name(known));
        assert_eq!(users.as_array().unwrap().iter().filter(|user| is_named(user)).count(), names.len(), "{round}");
        assert_eq!(taken(&server, "PATCH") - before, names.len(), "{round}: each was sent once");
    }
}

/// A change about a record that was not created is dropped with the reason, and retried together with the creation.
#[test]
fn a_refused_creation_takes_what_is_about_it_along_and_retry_brings_both() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 0);
    let file = world.file("joins.csv", "user,email,team\nnoor,noor@example.com,vision\n");
    server.fail_next(400, 1);
    let said = world.run(&["apply", file.to_str().unwrap(), "--yes", "--json"]);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &told["failed"], &told["waiting"]), (1, &1.into(), &0.into()), "{told}");
    assert!(told["dropped"].as_u64().unwrap() >= 1, "{told}");
    let dropped = |row: &&Value| row["state"] == "dropped";
    let rows = told["changes"].as_array().unwrap();
    assert!(rows.iter().filter(dropped).all(|row| row["why"].as_str().unwrap().contains("was not created")), "{told}");
    assert_eq!(taken(&server, "POST"), 0);
    world.ok(&["retry", "--yes"]);
    assert_eq!(world.role_in("noor", "vision"), "member");
}

/// The answers to several changes never come, and the run is killed: none is lost, and none is called done that is not.
#[test]
fn a_plan_that_is_killed_while_its_answers_are_awaited_is_accounted_for_and_finished() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, world) = server(&runtime, 0);
    let names = plain(&world, 10);
    let rows: Vec<String> = names.iter().map(|name| format!("{name},New {name}\n")).collect();
    let file = world.file("names.csv", &format!("user,name\n{}", rows.concat()));
    server.hold_writes(true);
    let args = ["apply", file.to_str().unwrap(), "--yes", "--parallel", "4"];
    let mut killed = world.command(&args).spawn().unwrap();
    let sent = || world.json(&["activity", "--json"]).as_array().unwrap().iter().any(|row| row["state"] == "in flight");
    until(sent, &mut killed);
    killed.kill().unwrap();
    killed.wait().unwrap();
    server.hold_writes(false);

    let told = world.json(&["resume", "--yes", "--json"]);
    let counted = ["confirmed", "so_already", "waiting", "failed"].map(|key| told[key].as_u64().unwrap());
    assert_eq!((counted.iter().sum::<u64>(), counted[2], counted[3]), (10, 0, 0), "{told}");
    assert!(names.iter().all(|name| world.user(name)["name"] == format!("New {name}")), "{told}");
    assert_eq!(world.run(&["resume", "--yes"]).err.trim(), "Nothing waits.");
    let left = world.json(&["activity", "--failed", "--json"]);
    let open = left.as_array().unwrap().iter().filter(|row| row["state"] != "so already").count();
    assert_eq!(open, 0, "{left}");
}
