//! Effects that a record does not show by itself: memberships that a deactivation takes along, users who are created
//! inactive, and changes whose answer is lost on a server that shows no members.

use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, effects, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, World},
};

/// PATCH of `active` takes the user out of all groups; no record of a user tells groups.
struct Leaves;

impl Behavior for Leaves {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        if kind == ResourceType::Users && state.users[id]["active"] == false {
            for group in state.groups.values_mut() {
                group["members"].as_array_mut().unwrap().retain(|member| member["value"] != id);
            }
        }
    }
}

#[test]
fn memberships_that_a_deactivation_takes_along_are_told_and_brought_back() {
    let world = World::new(Leaves, users(5), vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[2, 3])]);
    // Two at once: both plans rest on the lists, so the teams are known.
    world.file("off.csv", "user,active\nuser0002,false\nuser0003,false\n");
    let said = world.run(&["apply", "off.csv", "--yes", "--json"]).exits(PARTLY);
    let told = said.json();
    let first = &told["changes"][0];
    assert_eq!(first["side_effects"].as_array().map(Vec::len), Some(2), "{said}");
    for team in ["alpha", "beta"] {
        assert!(said.out.contains(&format!("user0002 is not in {team} any more.")), "{said}");
    }
    assert_eq!(
        world.members("g0002"),
        ["u0003"],
        "the second one was sent although the first took memberships: {said}"
    );
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(
        (world.members("g0001"), world.members("g0002").len()),
        (vec!["u0001".to_owned(), "u0002".to_owned()], 2)
    );
}

/// The same, and the answers to all writes are lost.
struct LeavesUnheard;

impl Behavior for LeavesUnheard {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        Leaves.change(state, kind, id, operation);
    }

    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        if request.is_write() { Answer::error(502, "bad gateway") } else { answer }
    }
}

#[test]
fn memberships_that_go_with_a_lost_answer_are_told_and_brought_back() {
    let world = World::new(LeavesUnheard, users(5), vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[2, 3])]);
    world.file("off.csv", "user,active\nuser0002,false\nuser0003,false\n");
    let said = world.run(&["apply", "off.csv", "--yes", "--json"]).exits(PARTLY);
    assert_eq!(said.json()["changes"][0]["side_effects"].as_array().map(Vec::len), Some(2), "{said}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!((world.members("g0001").len(), world.members("g0002").len()), (2, 2));
}

#[test]
fn a_deactivation_whose_teams_nothing_tells_says_so() {
    let world = World::new(Leaves, users(5), vec![group(1, "alpha", &[1, 2])]);
    let told = json_of(&world, &["deactivate", "user0002"], DONE);
    assert!(why(&told).contains("tells no teams"), "{told}");
    assert!(effects(&told).is_empty(), "{told}");
}

/// The answers to all writes are lost, and no group shows its members.
struct Blind;

impl Behavior for Blind {
    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        if request.is_write() { Answer::error(502, "bad gateway") } else { answer }
    }

    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Groups {
            record.as_object_mut().unwrap().shift_remove("members");
        }
        record
    }
}

#[test]
fn a_lost_answer_about_members_that_nothing_shows_is_not_a_refusal() {
    let world = World::new(Blind, users(3), vec![group(1, "alpha", &[1])]);
    let told = json_of(&world, &["add", "alpha", "user0002"], PARTLY);
    assert_eq!(change(&told)["state"], "unknown", "{told}");
    let looked = world.run(&["resume", "--yes", "--json"]);
    let states = world.run(&["activity", "--json"]).exits(DONE).json();
    assert_eq!(states[0]["state"], json!("sent, not shown"), "{looked}\n{states}");
}

/// POST answers 201 with an id, and creates nothing.
struct Pretends;

impl Behavior for Pretends {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let made = json!({"id": "zzz", "userName": "zoe", "displayName": "zoe", "active": true});
        (request.method == "POST").then(|| Answer::json(201, &made))
    }
}

#[test]
fn a_creation_whose_record_is_not_there_is_not_confirmed() {
    let world = World::new(Pretends, users(2), vec![]);
    let told = json_of(&world, &["create", "user", "zoe", "--email", "zoe@example.com"], PARTLY);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert!(why(&told).contains("does not"), "{told}");
}

/// Display names are cut to ten characters.
struct Cuts;

impl Behavior for Cuts {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        let name: String = record["displayName"].as_str().unwrap_or_default().chars().take(10).collect();
        record["displayName"] = name.into();
    }
}

#[test]
fn a_value_that_the_server_alters_is_done_in_part_and_can_be_taken_back() {
    let world = World::new(Cuts, users(2), vec![]);
    let before = world.state().users["u0001"]["displayName"].clone();
    let told = json_of(&world, &["set-name", "user0001", "A name that is long"], PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains("did it otherwise"), "{told}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0001"]["displayName"], before);
}

/// Whoever is added to a group brings the fifth user along.
struct Brings;

impl Behavior for Brings {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        if kind == ResourceType::Groups && operation["op"] == "add" {
            let members = state.groups[id]["members"].as_array_mut().unwrap();
            if members.iter().all(|member| member["value"] != "u0005") {
                members.push(json!({"value": "u0005"}));
            }
        }
    }
}

#[test]
fn somebody_who_joins_unasked_stops_the_rest() {
    let world = World::new(Brings, users(5), vec![group(1, "alpha", &[1]), group(2, "beta", &[1])]);
    world.file("joins.csv", "user,team\nuser0002,alpha\nuser0003,beta\n");
    let said = world.run(&["apply", "joins.csv", "--yes", "--json"]).exits(PARTLY);
    assert!(said.out.contains("user0005 is in alpha now, too."), "{said}");
    assert_eq!(world.members("g0002"), ["u0001"], "{said}");
    world.run(&["undo", "--yes"]).exits(DONE).warns(&["Left alone: user0005 is in alpha now, too."]);
    assert_eq!(world.members("g0001"), ["u0001", "u0005"], "somebody else may have put them in");
}
