//! Teams that a file makes: they begin with their members, in few requests.

use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, World, members_of},
};

struct Plain;

impl Behavior for Plain {}

/// `big` with so many members, and these beside them.
fn file(world: &World, many: usize, more: &[&str]) {
    let members = (1..=many).map(|number| format!("user{number:04}")).chain(more.iter().map(ToString::to_string));
    let people: Vec<Value> =
        more.iter().map(|name| json!({"user": name, "email": format!("{name}@example.com")})).collect();
    let team = json!({"team": "big", "members": members.collect::<Vec<_>>()});
    world.file("new.json", json!({"users": people, "teams": [team]}).to_string());
}

#[test]
fn a_new_team_begins_with_its_members_a_hundred_a_request() {
    let world = World::new(Plain, users(125), vec![group(1, "alpha", &[1])]);
    file(&world, 120, &[]);
    let told = json_of(&world, &["apply", "new.json"], DONE);
    assert_eq!(told["confirmed"], 1, "{told}");
    assert_eq!((world.members("made-1").len(), world.writes().len()), (120, 2), "{:?}", world.written());
    world.run(&["plan", "new.json", "--check"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(!world.state().groups.contains_key("made-1"));
}

/// A user who is created by the same file follows once the server has given an id.
#[test]
fn a_new_user_joins_the_new_team_afterwards() {
    let world = World::new(Plain, users(4), vec![group(1, "alpha", &[1])]);
    file(&world, 2, &["zed"]);
    json_of(&world, &["apply", "new.json"], DONE);
    let state = world.state();
    let team = state.groups.values().find(|group| group["displayName"] == "big").unwrap();
    assert_eq!(members_of(team).len(), 3, "{team}");
    assert_eq!(world.writes().len(), 3, "{:?}", world.written());
}

/// u0003 is never in a group.
struct LeavesOut;

fn without(record: &mut Value) {
    record["members"].as_array_mut().unwrap().retain(|member| member["value"] != "u0003");
}

impl Behavior for LeavesOut {
    fn create(&self, _: &State, _: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        record["meta"] = json!({"created": jiff::Timestamp::now().to_string()});
        without(&mut record);
        record
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        without(record);
    }
}

#[test]
fn whoever_the_server_leaves_out_is_named() {
    let world = World::new(LeavesOut, users(4), vec![group(1, "alpha", &[1])]);
    file(&world, 4, &[]);
    let told = json_of(&world, &["apply", "new.json"], PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains("user0003") && !why(&told).contains("user0002"), "{told}");
}

/// Shows the members of no group, and refuses additions to one.
struct Hides;

impl Behavior for Hides {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.method == "PATCH").then(|| Answer::error(400, "no additions"))
    }

    fn show(&self, _: &State, _: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        shown.as_object_mut().unwrap().shift_remove("members");
        shown
    }
}

/// The server took all members and shows none.
#[test]
fn nobody_is_named_as_left_out_where_members_are_not_told() {
    let world = World::new(Hides, users(4), vec![group(1, "alpha", &[1])]);
    file(&world, 4, &[]);
    let told = json_of(&world, &["apply", "new.json"], PARTLY);
    assert_eq!(world.members("made-1").len(), 4, "{told}");
    assert!(!why(&told).is_empty() && !why(&told).contains("Not in it"), "{told}");
}
