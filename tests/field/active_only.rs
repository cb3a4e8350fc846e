//! Servers that show people in no answer while they are inactive.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{change, json_of, why},
    records::users,
    server::{Answer, Behavior, Request},
    state::State,
    world::{DONE, World},
};

/// People are in no answer while they are inactive, but that to a PATCH.
struct ActiveOnly;

impl Behavior for ActiveOnly {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if request.method != "GET" {
            return None;
        }
        let hidden = |id: &str| state.users.get(id).is_some_and(|user| user["active"] == false);
        if request.path.strip_prefix("/scim/v2/Users/").is_some_and(hidden) {
            return Some(Answer::error(404, "not found"));
        }
        let shown: Vec<&Value> = state.users.values().filter(|user| user["active"] == true).collect();
        let is_list = request.path.ends_with("/Users") && request.parameter("filter").is_none();
        is_list.then(|| Answer::json(200, &json!({"totalResults": shown.len(), "Resources": shown})))
    }
}

#[rstest]
#[case::by_id(&["activate", "u0003"])]
#[case::by_name(&["activate", "user0003"])]
#[case::undo(&["undo"])]
fn whoever_is_hidden_once_inactive_can_be_activated(#[case] back: &[&str]) {
    let world = World::new(ActiveOnly, users(4), vec![]);
    let told = json_of(&world, &["deactivate", "user0003"], 1);
    assert!(why(&told).contains("`scimitar activate u0003`"), "{told}");
    assert!(!world.is_active("u0003"));
    let told = json_of(&world, back, DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert!(world.is_active("u0003"));
}
