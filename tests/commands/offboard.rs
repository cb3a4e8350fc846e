//! The end of people's access as one plan.

use serde_json::Value;

use super::harness::World;

/// Somebody who is the last admin of a team, that team, and somebody else who is active.
fn cast(world: &World) -> (String, String, String) {
    let users = world.json(&["users", "--json"]);
    let name = |user: &Value| user["user"].as_str().unwrap().to_owned();
    let people = || users.as_array().unwrap().iter().filter(|user| user["role"] == "member" && user["active"] == true);
    let leaving = people().find(|user| user["user"] == "eva-tanaka").unwrap();
    let is_admin = |team: &&Value| team["role"] == "admin";
    let others = |team: &str| {
        people().any(|user| {
            user["user"] != "eva-tanaka"
                && user["teams"].as_array().unwrap().iter().any(|held| held["name"] == team && held["role"] == "admin")
        })
    };
    let mut teams =
        leaving["teams"].as_array().unwrap().iter().filter(is_admin).map(|team| team["name"].as_str().unwrap());
    let team = teams.find(|team| !others(team)).unwrap();
    let next = people().find(|user| name(user) != "eva-tanaka").unwrap();
    ("eva-tanaka".to_owned(), team.to_owned(), name(next))
}

#[test]
fn a_team_without_another_admin_stops_it_until_a_successor_is_named() {
    let world = World::new("wandb", &["--users", "60"]);
    let (leaving, team, next) = cast(&world);
    let stopped = world.run(&["offboard", &leaving, "--yes", "--json"]);
    assert_eq!(stopped.code, 4, "{}", stopped.err);
    let told: Value = serde_json::from_str(&stopped.out).unwrap_or_default();
    assert!(format!("{told}{}", stopped.err).contains(&team), "{} {}", stopped.out, stopped.err);
    assert_eq!(world.user(&leaving)["active"], true);
    for wrong in [&leaving, "nobody-at-all"] {
        assert_ne!(world.run(&["offboard", &leaving, "--successor", wrong, "--yes"]).code, 0);
    }

    world.ok(&["invite", "nlp", "eva.tanaka@example.com", "--yes"]);
    let plan = world.run(&["offboard", &leaving, "--successor", &next, "--dry-run"]);
    for line in ["invitation to nlp taken back", "API key deleted", "Models seat: full → none", "active → inactive"]
    {
        assert!(plan.out.contains(line), "{line}: {}", plan.out);
    }
    world.ok(&["offboard", &leaving, "--successor", &next, "--yes"]);
    let user = world.user(&leaving);
    assert_eq!((&user["active"], &user["models_seat"]), (&false.into(), &"none".into()), "{user}");
    assert_eq!(world.role_in(&next, &team), "admin");
    assert!(!world.json(&["invitations", "nlp", "--json"]).to_string().contains("eva.tanaka"));
    let keys = world.json(&["api-keys", "--json"]);
    assert!(!keys.to_string().contains(&leaving), "{keys}");
    let again = world.run(&["offboard", &leaving, "--yes"]);
    assert_eq!((again.code, again.err.contains("is inactive already")), (0, true), "{}", again.err);
}

#[test]
fn in_multi_tenant_cloud_people_are_removed_and_keys_are_said_to_be_untold() {
    let world = World::new("wandb", &["--users", "60", "--hosting", "multi-tenant"]);
    let users = world.json(&["users", "--json"]);
    let no_admin = |user: &&Value| {
        let teams = user["teams"].as_array().unwrap();
        user["role"] == "member" && user["account"] == "person" && teams.iter().all(|team| team["role"] != "admin")
    };
    let people = users.as_array().unwrap().iter().filter(no_admin);
    let names: Vec<&str> = people.filter_map(|user| user["user"].as_str()).collect();
    let said = world.run_with(&["offboard", "-", "--yes"], &format!("{}\n{}\n", names[0], names[1]));
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    assert!(said.err.contains("API keys of other people are not told"), "{}", said.err);
    assert!(world.user(names[0]).is_null() && world.user(names[1]).is_null());
}

#[test]
fn a_server_without_keys_and_invitations_says_so_and_deactivates() {
    let world = World::new("scim", &["--users", "20"]);
    let plan = world.run(&["offboard", "eva-tanaka", "--dry-run"]);
    assert_eq!(plan.code, 0, "{}", plan.err);
    assert!(plan.err.contains("tells nothing of API keys and invitations"), "{}", plan.err);
    world.ok(&["offboard", "eva-tanaka", "--yes"]);
    assert_eq!(world.user("eva-tanaka")["active"], false);
}
