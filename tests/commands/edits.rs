use serde_json::Value;

use super::harness::World;

/// Somebody who is in a team, the team, and somebody who is not in it.
fn cast(world: &World) -> (String, String, String) {
    let teams = world.json(&["teams", "--json"]);
    let team = teams.as_array().unwrap().iter().find(|team| team["members"].as_u64() > Some(2)).unwrap();
    let team = team["team"].as_str().unwrap().to_owned();
    let members = world.json(&["members", &team, "--json"]);
    let inside = members.as_array().unwrap().iter().find(|user| user["role"] == "member").unwrap();
    let users = world.json(&["users", "--json", "-f", &format!("-team:{team} active:yes account:person role:member")]);
    (inside["user"].as_str().unwrap().into(), team, users[0]["user"].as_str().unwrap().into())
}

#[test]
fn single_changes_are_made_confirmed_and_taken_back() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, outside) = cast(&world);
    assert!(world.ok(&["add", &team, &outside]).contains("confirmed"));
    assert_eq!(world.role_in(&outside, &team), "member");
    world.ok(&["set-role", &outside, "viewer", "--team", &team, "--yes"]);
    assert_eq!(world.role_in(&outside, &team), "viewer");
    world.ok(&["undo", "--yes"]);
    assert_eq!(world.role_in(&outside, &team), "member");
    world.ok(&["remove", &team, &inside, "--yes"]);
    assert!(world.role_in(&inside, &team).is_null());
    world.ok(&["deactivate", &outside, "--yes"]);
    assert_eq!(world.user(&outside)["active"], false);
    world.ok(&["activate", &outside, "--yes"]);
    assert_eq!(world.user(&outside)["active"], true);
    world.ok(&["set-seat", &outside, "models", "none", "--yes"]);
    assert_eq!(world.user(&outside)["models_seat"], "none");
    let journal = world.json(&["activity", "--json"]);
    let states: Vec<&str> = journal.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, vec!["confirmed"; 7]);
    assert_eq!(journal[0]["by"], "ann");
}

/// The organisation role `viewer` overwrites every role in teams and both seats.
#[test]
fn what_the_role_viewer_overwrites_is_set_again_by_the_undo() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    world.ok(&["set-role", &inside, "admin", "--team", &team, "--yes"]);
    let before = world.user(&inside);
    world.ok(&["set-role", &inside, "viewer", "--yes"]);
    assert_eq!(world.role_in(&inside, &team), "viewer");
    let dry = world.json(&["undo", "--dry-run", "--json"]);
    assert!(dry["notes"].to_string().contains("roles in projects"), "{dry}");
    world.ok(&["undo", "--yes"]);
    let after = world.user(&inside);
    for key in ["role", "models_seat", "weave_role", "teams"] {
        assert_eq!(after[key], before[key], "{key}");
    }
}

#[test]
fn users_come_from_standard_input_and_once_each() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, outside) = cast(&world);
    let said = world.run_with(&["add", &team, "-", "--yes"], &format!("{inside}\n\n{outside}\n{outside}\n"));
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("1 of 2 are so already"), "{}", said.err);
    assert_eq!(world.role_in(&outside, &team), "member");
    let again = world.run_with(&["add", &team, "-", "--yes"], &outside);
    assert_eq!(again.code, 0);
    assert!(again.err.contains("Nothing to do"), "{}", again.err);
}

#[test]
fn names_that_nobody_has_are_all_told_and_nothing_is_sent() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    let said = world.run(&["remove", &team, "nobody-x", &inside, "demo-admim", "--yes"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("no user is called nobody-x"), "{}", said.err);
    assert!(said.err.contains("no user is called demo-admim; near: demo-admin"), "{}", said.err);
    assert_eq!(world.role_in(&inside, &team), "member");
    let said = world.run(&["set-role", &inside, "amdin"]);
    assert!(said.err.contains("nearest first: admin"), "{}", said.err);
}

#[test]
fn without_a_terminal_what_is_risky_needs_a_yes() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    let said = world.run(&["delete", "user", &inside]);
    assert_eq!((said.code, said.out.as_str()), (4, ""), "{}", said.err);
    assert!(said.err.contains("--yes") && said.err.contains("--dry-run"), "{}", said.err);
    let dry = world.ok(&["remove", &team, &inside, "--dry-run"]);
    assert!(dry.contains(&format!("- {inside}  leaves {team}")), "{dry}");
    let said = world.run(&["--read-only", "remove", &team, &inside, "--yes"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("read-only"), "{}", said.err);
    assert_eq!(world.role_in(&inside, &team), "member");
}

#[test]
fn the_last_admin_stays_whoever_asks() {
    let world = World::new("wandb", &["--users", "40"]);
    let admins = world.json(&["users", "--json", "-f", "role:admin active:yes"]);
    let names: Vec<&str> = admins.as_array().unwrap().iter().map(|user| user["user"].as_str().unwrap()).collect();
    let said = world.run(&[&["set-role"][..], &names, &["member", "--yes"]].concat());
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("last organisation admin"), "{}", said.err);
    assert_eq!(world.json(&["users", "--json", "-f", "role:admin active:yes"]), admins, "nothing was sent");
}

/// Names of people who are nobody's admin.
fn plain(world: &World, many: usize) -> Vec<String> {
    let users = world.json(&["users", "--json", "-f", "role:member active:yes"]);
    users.as_array().unwrap().iter().take(many).map(|user| user["user"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_mass_removal_is_not_sent_by_a_yes_alone() {
    let world = World::new("wandb", &["--users", "40"]);
    let names = plain(&world, 12);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let deactivate = [&["deactivate"][..], &names, &["--yes"]].concat();
    let before = world.ok(&["users", "--json"]);
    let said = world.run(&deactivate);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("--yes is not enough for this; --confirm \"12\" sends it"), "{}", said.err);

    let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
    world.file("config.toml", &format!("{config}max_removal = \"10%\"\n"));
    let said = world.run(&[&deactivate[..], &["--partial"]].concat());
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("12 of the 40 users would go at once, more than the 10% of max_removal"), "{}", said.err);
    assert_eq!(world.ok(&["users", "--json"]), before, "nothing was sent");

    world.file("config.toml", &format!("{config}max_removal = \"30%\"\n"));
    world.ok(&deactivate);
    assert_eq!(world.user(names[0])["active"], false);
}

#[test]
fn outcomes_are_told_as_json() {
    let world = World::new("wandb", &["--users", "40"]);
    let (_, team, outside) = cast(&world);
    let told = world.json(&["add", &team, &outside, "--role", "admin", "--yes", "--json"]);
    assert_eq!((&told["confirmed"], &told["failed"]), (&1.into(), &0.into()));
    assert_eq!(told["changes"][0]["subject"], outside.as_str());
    assert_eq!(world.role_in(&outside, &team), "admin");
}

/// Gives the profile of the world another line.
fn configure(world: &World, line: &str) {
    let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
    world.file("config.toml", &config.replacen("[profile.demo]\n", &format!("[profile.demo]\n{line}\n"), 1));
}

#[test]
fn a_reason_is_kept_and_can_be_demanded() {
    let world = World::new("wandb", &["--users", "40"]);
    let (inside, team, _) = cast(&world);
    world.ok(&["set-role", &inside, "viewer", "--team", &team, "--yes", "--reason", " OPS-4711\n"]);
    let told = world.json(&["activity", "--json"]);
    assert_eq!(told[0]["reason"], "OPS-4711", "{told}");
    assert!(world.ok(&["activity"]).contains("OPS-4711"));
    configure(&world, "reason = \"required\"");
    for reason in [&[][..], &["--reason", "  "]] {
        let words = [&["set-role", &inside, "member", "--team", &team, "--yes", "--json"][..], reason].concat();
        let said = world.run(&words);
        let told: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, &told["error"]["code"]), (4, &Value::from("no-reason")), "{}", said.err);
    }
    assert_eq!(world.role_in(&inside, &team), "viewer");
    world.ok(&["set-role", &inside, "member", "--team", &team, "--yes", "--reason", "OPS-4712"]);
    let undone = world.run(&["undo", "--yes"]);
    assert_eq!(undone.code, 4, "an undo is a plan, too: {}", undone.err);
    world.ok(&["undo", "--yes", "--reason", "OPS-4713"]);
    let told = world.json(&["activity", "--json"]);
    assert!(told.as_array().unwrap().iter().any(|row| row["reason"] == "OPS-4713"), "{told}");
}

#[test]
fn no_plan_of_several_and_no_undo_of_several_touches_protected_people() {
    let world = World::new("wandb", &["--users", "40"]);
    let names = plain(&world, 3);
    world.ok(&["deactivate", &names[0], &names[1], &names[2], "--yes", "--confirm", "3"]);
    configure(&world, &format!("protected = [\"{}\"]", names[1]));
    let said = world.run(&["undo", "--yes"]);
    assert_eq!(said.code, 4, "{}", said.err);
    let named = format!("{} is protected in the profile", names[1]);
    assert!(said.err.contains(&named), "{}", said.err);
    world.ok(&["activate", &names[1], "--yes"]);
    world.ok(&["activate", &names[0], "--yes"]);
    let said = world.run(&["deactivate", &names[0], &names[1], "--yes", "--confirm", "2"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains(&named), "{}", said.err);
}
