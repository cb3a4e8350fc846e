//! What became of a change: the difference between the server's records before and after it, or what can't be seen of that.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::State,
    world::{DONE, World},
};

struct Plain;

impl Behavior for Plain {}

/// A server that takes out members by a whole list only.
struct WholeLists;

impl Behavior for WholeLists {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let operations = request.body["Operations"].as_array().into_iter().flatten();
        let mut removals = operations.filter(|operation| operation["op"] == "remove");
        removals.next().map(|_| Answer::error(501, "removal is not implemented"))
    }
}

/// `alpha` has five members.
fn alpha() -> Vec<Value> {
    vec![group(1, "alpha", &[1, 2, 3, 4, 5])]
}

fn removing_by(way: &str, behavior: impl Behavior) -> World {
    let lines = format!("provider = \"scim\"\n[profile.field.server]\nremove_member = \"{way}\"\n");
    World::with_profile(behavior, State::new(users(9), alpha()), &lines)
}

#[rstest]
#[case::replace("replace")]
#[case::put("put")]
fn several_removals_by_whole_lists_are_all_done(#[case] way: &str) {
    let world = removing_by(way, WholeLists);
    let told =
        world.run(&["remove", "alpha", "user0001", "user0002", "user0003", "--yes", "--json"]).exits(DONE).json();
    assert_eq!(told["confirmed"], 3, "{told}");
    assert_eq!(world.members("g0001"), ["u0004", "u0005"]);
}

/// Somebody else takes `u0005` out and puts `u0009` in between the plan and the request.
struct Moving;

impl Behavior for Moving {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let reads_alone = !request.is_write() && request.path.ends_with("/Groups/g0001");
        if reads_alone && state.made == 0 {
            state.made = 1;
            let members: Vec<Value> = [1, 2, 3, 4, 9].iter().map(|n| json!({"value": format!("u{n:04}")})).collect();
            state.groups["g0001"]["members"] = members.into();
        }
        None
    }
}

#[rstest]
#[case::replace("replace")]
#[case::put("put")]
fn a_whole_list_is_made_of_the_record_as_it_is_when_it_is_sent(#[case] way: &str) {
    let world = removing_by(way, Moving);
    world.run(&["remove", "alpha", "user0001", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0002", "u0003", "u0004", "u0009"]);
}

#[test]
fn another_address_and_its_undo_leave_the_rest_alone() {
    let emails = json!([{"value": "work@example.com", "type": "work", "primary": true},
        {"value": "home@example.com", "type": "home"}]);
    let mut all = users(4);
    all[0]["emails"] = emails.clone();
    all[0]["phoneNumbers"] = json!([{"value": "1", "type": "work"}, {"value": "2", "type": "mobile"}]);
    let before = all[0].clone();
    let world = World::new(Plain, all, alpha());
    world.run(&["set-email", "user0001", "new@example.com", "--yes"]).exits(DONE);
    let now = world.state().users["u0001"].clone();
    let mut wanted = emails;
    wanted[0]["value"] = "new@example.com".into();
    assert_eq!(now["emails"], wanted);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0001"], before);
}
