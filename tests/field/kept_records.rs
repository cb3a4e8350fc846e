//! Servers that keep the record of a deleted user, inactive, and leave it out of lists.

use serde_json::{Value, json};

use crate::{
    outcomes::{change, json_of},
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::State,
    world::{DONE, World},
};

struct KeepsDeleted;

impl Behavior for KeepsDeleted {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let id = request.path.rsplit_once("/Users/").map(|(_, id)| id);
        if request.method == "DELETE" {
            state.users[id?]["active"] = json!(false);
            return Some(Answer::nothing());
        }
        if request.method == "GET" && request.path.ends_with("/Users") {
            let found = request.parameter("filter").map(|filter| filter.split('"').nth(1).unwrap_or_default());
            let is_listed = |user: &&Value| user["active"] == true && found.is_none_or(|name| user["userName"] == name);
            let shown: Vec<&Value> = state.users.values().filter(is_listed).skip(request.start() - 1).collect();
            let total = shown.len() + request.start() - 1;
            return Some(Answer::json(200, &json!({"totalResults": total, "Resources": shown})));
        }
        let name = &request.body["userName"];
        let is_taken = request.method == "POST" && state.users.values().any(|user| user["userName"] == *name);
        is_taken.then(|| Answer::error(409, "userName is taken"))
    }
}

#[test]
fn the_undo_of_a_deletion_activates_a_user_whom_the_server_has_kept() {
    let world = World::new(KeepsDeleted, users(6), vec![group(1, "alpha", &[1])]);
    let told = json_of(&world, &["delete", "user", "user0005"], 1);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert_eq!(world.server.state().users["u0005"]["active"], false);
    let told = json_of(&world, &["undo"], DONE);
    assert_eq!((&change(&told)["what"], &change(&told)["state"]), (&json!("status"), &json!("confirmed")), "{told}");
    assert_eq!(world.server.state().users["u0005"]["active"], true);
    assert_eq!(world.server.state().users.len(), 6);
}
