//! Several processes at the same time: what another plan of the journal has done is no side effect, and no undo takes it
//! back.

use std::process::Child;

use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, effects, json_of},
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, NOT_SENT, World},
};

struct Plain;

impl Behavior for Plain {}

#[test]
fn processes_at_the_same_time_do_not_claim_each_other_s_members() {
    let world = World::new(Plain, users(6), vec![group(1, "alpha", &[1])]);
    let names = ["user0002", "user0003", "user0004", "user0005"];
    let add = |name: &&str| world.command(&["add", "alpha", name, "--yes", "--json"]).spawn().unwrap();
    let running: Vec<Child> = names.iter().map(add).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &change(&told)["state"]), (Some(DONE), &json!("confirmed")), "{told}");
    }
    assert_eq!(world.members("g0001").len(), 5);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001").len(), 4, "the undo takes out the member of its plan alone");
}

/// While `made` is 1, until the next write, GET shows the group without `u0003` and the user `u0002` with the old address:
/// the reading before a change is older than another process's change.
struct Older;

const OLD: &str = "user0002@example.com";

impl Behavior for Older {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        state.made = 0;
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut record = record.clone();
        if state.made == 1 && shown == ShownIn::Get {
            match kind {
                ResourceType::Groups => {
                    record["members"].as_array_mut().unwrap().retain(|member| member["value"] != "u0003");
                }
                ResourceType::Users => record["emails"][0]["value"] = OLD.into(),
                ResourceType::Roles => {}
            }
        }
        record
    }
}

fn older() -> World {
    World::new(Older, users(5), vec![group(1, "alpha", &[1])])
}

#[test]
fn a_member_whom_another_plan_has_added_meanwhile_is_told_as_that_and_stays() {
    let world = older();
    world.run(&["add", "alpha", "user0003", "--yes"]).exits(DONE);
    world.server.state().made = 1;
    let told = json_of(&world, &["add", "alpha", "user0002"], DONE);
    let [told] = effects(&told)[..] else { panic!("{told}") };
    assert!(told.starts_with("user0003 is in alpha now, too, by plan "), "{told}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0003"]);
}

#[test]
fn an_attribute_that_another_plan_has_set_meanwhile_is_told_as_that_and_stays() {
    let world = older();
    world.run(&["set-email", "user0002", "new@example.com", "--yes"]).exits(DONE);
    world.server.state().made = 1;
    let told = json_of(&world, &["set-name", "user0002", "Another"], DONE);
    assert!(effects(&told)[0].contains("emails is another one now, too, by plan "), "{told}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"]["emails"][0]["value"], "new@example.com");
}

/// Somebody else, of whom the journal knows nothing, puts in `u0005` and takes out `u0001` at the moment of a write.
struct Strangers;

impl Behavior for Strangers {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        if kind == ResourceType::Groups && operation["op"] == "add" && state.made == 0 {
            state.made = 1;
            let members = state.groups[id]["members"].as_array_mut().unwrap();
            members.retain(|member| member["value"] != "u0001");
            members.push(json!({"value": "u0005"}));
        }
    }
}

#[test]
fn what_may_be_somebody_else_s_is_left_in_or_named_as_a_line_that_may_be_theirs() {
    let world = World::new(Strangers, users(5), vec![group(1, "alpha", &[1, 2])]);
    let told = json_of(&world, &["add", "alpha", "user0003"], PARTLY);
    assert_eq!(effects(&told).len(), 2, "{told}");
    let dry = world.run(&["undo", "--dry-run", "--json"]).exits(DONE).json();
    let notes = format!("{}", dry["notes"]);
    assert!(notes.contains("Left alone: user0005 is in alpha now, too."), "{dry}");
    let lines: Vec<&str> =
        dry["changes"].as_array().unwrap().iter().map(|row| row["subject"].as_str().unwrap()).collect();
    assert_eq!(lines, ["user0001", "user0003"], "{dry}");
    assert!(format!("{}", dry["changes"][0]["consequences"]).contains("somebody else may have caused it"), "{dry}");
    world.run(&["undo", "--yes"]).exits(DONE).warns(&["Left alone: user0005", "somebody else may have caused it"]);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0005"]);
}

#[test]
fn what_a_later_plan_has_done_again_is_not_taken_back_by_the_undo_of_the_first() {
    let world = World::new(Plain, users(3), vec![group(1, "alpha", &[1])]);
    let first = json_of(&world, &["add", "alpha", "user0002"], DONE)["plan"].as_i64().unwrap().to_string();
    world.server.state().groups["g0001"]["members"].as_array_mut().unwrap().pop();
    world.run(&["add", "alpha", "user0002", "--yes"]).exits(DONE);
    let said = world.run(&["undo", &first, "--yes"]).exits(NOT_SENT);
    let said = said.warns(&["has done the same, and was not taken back"]);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"], "{said}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001"]);
}
