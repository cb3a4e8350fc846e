//! A server that refuses the list of custom roles, as W&B does without the licence for them.

use serde_json::{Value, json};

use crate::{
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, by_id},
    wandb::{Documented, custom_role, person, team, world},
    world::{DONE, INCOMPLETE, USAGE, World},
};

/// The documented server; the list of roles is refused while there are any users.
struct NoRoles;

impl Behavior for NoRoles {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let refused = request.path.ends_with("/Roles") && state.roles.is_empty();
        refused.then(|| Answer::error(403, "custom roles need a licence"))
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        crate::wandb::show(state, kind, record, true)
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        Documented::default().change(state, kind, id, operation);
    }
}

fn refused() -> World {
    let users = vec![person("abc", "ann", "admin", &[("devs", "admin")]), person("bcd", "ben", "member", &[])];
    world(NoRoles, State::new(users, vec![team("ghi", "devs", &["abc"])]), "")
}

#[test]
fn an_export_is_without_roles_where_that_is_allowed() {
    let world = refused();
    let said = world.run(&["export", "--out", "all.yaml"]).exits(INCOMPLETE).warns(&["roles", "licence"]);
    assert!(said.err.contains("--allow-incomplete") && !world.path("all.yaml").exists(), "{said}");
    for file in ["all.json", "all.yaml", "all.csv"] {
        world.run(&["export", "--allow-incomplete", "--out", file]).exits(DONE).warns(&["roles", "licence"]);
        world.run(&["plan", file, "--check", "--prune"]).exits(DONE);
    }
    let document: Value = serde_json::from_str(&std::fs::read_to_string(world.path("all.json")).unwrap()).unwrap();
    assert_eq!(document["users"].as_array().unwrap().len(), 2);
    assert!(document.get("roles").is_none_or(|roles| *roles != json!([])), "{document}");
    world.run(&["export", "users", "teams", "--out", "some.yaml"]).exits(DONE);
}

/// Readings of an earlier run are out of date.
#[test]
fn roles_of_an_earlier_time_are_not_exported() {
    let world = refused();
    world.server.state().roles = by_id(vec![custom_role("r1", "tagger", "member", "run:stop")]);
    world.run(&["export", "roles", "--json"]).exits(DONE);
    world.server.state().roles.clear();
    world.run(&["export", "--json"]).exits(INCOMPLETE).warns(&["roles"]);
    let part = world.run(&["export", "--json", "--allow-incomplete"]).exits(DONE);
    assert!(!part.out.contains("tagger"), "{part}");
}

#[test]
fn a_role_that_no_list_has_is_not_said_to_be_none() {
    let said = refused().run(&["set-role", "ben", "tagger", "--team", "devs", "--yes"]);
    assert_eq!(said.code, USAGE, "{said}");
    assert!(said.err.contains("not all are known") && said.err.contains("licence"), "{said}");
}
