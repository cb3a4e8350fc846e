//! The provider's audit log.

use serde_json::Value;

use super::harness::World;

fn actions(log: &Value) -> Vec<&str> {
    log.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[test]
fn what_was_done_here_and_elsewhere_is_read_in_every_hosting() {
    for hosting in ["dedicated", "self-managed", "multi-tenant"] {
        let world = World::new("wandb", &["--users", "60", "--hosting", hosting]);
        world.ok(&["set-role", "eva-tanaka", "admin", "--yes"]);
        let log = world.json(&["audit", "--json"]);
        let newest = &log[0];
        assert_eq!(newest["action"], "organization:update_member", "{hosting}: {newest}");
        assert_eq!(newest["user_email"], "eva.tanaka@example.com");
        assert!(!actions(&log).contains(&"user:login"), "{log}");
        // Only what somebody else did.
        let others = world.json(&["audit", "--elsewhere", "--json"]);
        let own = &newest["actor_email"];
        assert!(others.as_array().unwrap().iter().all(|entry| entry["actor_email"] != *own), "{others}");
        let evas = world.json(&["audit", "eva-tanaka", "--json"]);
        assert!(evas.as_array().unwrap().iter().all(|entry| entry.to_string().contains("eva.tanaka@")), "{evas}");
        assert_eq!(evas[0], *newest);
    }
}

#[test]
fn more_days_and_everything_are_asked_for_in_parts() {
    let world = World::new("wandb", &["--users", "60", "--hosting", "multi-tenant"]);
    let week = world.json(&["audit", "--all", "--json"]);
    let month = world.json(&["audit", "--all", "--days", "31", "--json"]);
    let (week, month) = (week.as_array().unwrap(), month.as_array().unwrap());
    assert_eq!(month.len(), 60);
    assert!(week.len() < month.len() && month.starts_with(week));
    assert!(actions(&month.clone().into()).contains(&"user:login"));
    let table = world.run(&["audit", "--days", "31"]);
    assert!(table.out.contains("role or seat changed"), "{}", table.out);
}

#[test]
fn a_key_that_may_not_read_it_and_a_provider_without_one_are_told_why() {
    let world = World::new("wandb", &["--users", "20", "--fail", "403=1"]);
    let refused = world.run(&["audit", "--json"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    let told: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!(told["error"]["code"], "server-forbidden", "{told}");
    assert_eq!(refused.err.matches("403").count(), 1, "{}", refused.err);
    assert!(refused.err.contains("belongs to the Enterprise plan"), "{}", refused.err);
    let other = World::new("scim", &["--users", "20"]).run(&["audit", "--json"]);
    assert_eq!(other.code, 4, "{}", other.err);
    assert!(other.out.contains("No audit log of this server is read here"), "{}", other.out);
}
