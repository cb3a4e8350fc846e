//! The way back from side effects and deletions, as the records show it that were read around the change.

use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, effects, json_of},
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, NOT_SENT, World, members_of},
};

/// A deactivation ends the memberships; the record of a user tells their groups.
struct LeavesGroups;

impl Behavior for LeavesGroups {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Users {
            let id = record["id"].as_str().unwrap().to_owned();
            let inside = state.groups.values().filter(|group| members_of(group).contains(&id));
            record["groups"] =
                inside.map(|group| json!({"value": group["id"], "display": group["displayName"]})).collect();
        }
        record
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        if operation["path"] == "active" && operation["value"] == false {
            for group in state.groups.values_mut() {
                group["members"].as_array_mut().unwrap().retain(|member| member["value"] != id);
            }
        }
    }
}

#[test]
fn memberships_that_a_deactivation_takes_are_told_and_come_back() {
    let groups = vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[2, 3])];
    let world = World::new(LeavesGroups, users(4), groups);
    let before = world.state();
    let told = json_of(&world, &["deactivate", "user0002"], PARTLY);
    assert_eq!(effects(&told), ["user0002 is not in alpha and beta any more."], "{told}");
    assert_eq!(change(&told)["side_effects"][0]["undoable"], true);
    world.run(&["undo", "--yes"]).exits(DONE);
    let now = world.state();
    assert_eq!(now.users, before.users);
    assert_eq!(
        (world.members("g0001"), world.members("g0002")),
        (vec!["u0001".into(), "u0002".into()], vec!["u0002".into(), "u0003".into()])
    );
}

/// Another name takes phone numbers and all addresses but the first away.
struct NameDrops;

impl Behavior for NameDrops {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        if operation["path"] == "displayName" {
            record.as_object_mut().unwrap().shift_remove("phoneNumbers");
            record["emails"].as_array_mut().unwrap().truncate(1);
        }
    }
}

#[test]
fn addresses_and_numbers_that_are_lost_come_back() {
    let mut all = users(3);
    all[1]["emails"].as_array_mut().unwrap().push(json!({"value": "home@example.com", "type": "home"}));
    all[1]["phoneNumbers"] = json!([{"value": "1", "type": "work"}, {"value": "2", "type": "mobile"}]);
    let before = all[1].clone();
    let world = World::new(NameDrops, all, vec![group(1, "alpha", &[1, 2])]);
    let told = json_of(&world, &["set-name", "user0002", "Another"], PARTLY);
    assert_eq!(effects(&told).len(), 2, "{told}");
    let undoable = change(&told)["side_effects"].as_array().unwrap().iter().all(|effect| effect["undoable"] == true);
    assert!(undoable, "{told}");
    world.run(&["undo", "--yes"]).exits(DONE);
    let now = world.state().users["u0002"].clone();
    for key in ["displayName", "emails", "phoneNumbers"] {
        assert_eq!(now[key], before[key], "{key}");
    }
}

/// A group without members has no `members`.
struct EmptyLeftOut;

impl Behavior for EmptyLeftOut {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Groups && members_of(&record).is_empty() {
            record.as_object_mut().unwrap().shift_remove("members");
        }
        record
    }
}

#[test]
fn the_first_member_of_a_group_that_told_none_can_be_taken_out_again() {
    let world = World::new(EmptyLeftOut, users(3), vec![group(1, "alpha", &[])]);
    json_of(&world, &["add", "alpha", "user0001"], DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), [""; 0]);
}

struct Plain;

impl Behavior for Plain {}

#[test]
fn a_user_who_is_there_and_inactive_is_not_taken_for_the_new_one() {
    let mut all = users(3);
    all[1]["active"] = false.into();
    let world = World::new(Plain, all, vec![group(1, "alpha", &[1])]);
    let args = ["create", "user", "user0002", "--email", "user0002@example.com", "--yes", "--json"];
    let said = world.run(&args).exits(NOT_SENT);
    assert_eq!(said.json()["refused"][0]["code"], "exists", "{said}");
    said.warns(&["user0002 is there already, deactivated"]);
}

/// A new user is inactive until somebody activates them.
struct CreatedInactive;

impl Behavior for CreatedInactive {
    fn create(&self, _: &State, _: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        (record["id"], record["active"]) = (id.into(), false.into());
        record
    }
}

#[test]
fn a_user_who_is_created_inactive_is_told_as_that() {
    let world = World::new(CreatedInactive, users(3), vec![group(1, "alpha", &[1])]);
    let told = json_of(&world, &["create", "user", "zoe", "--email", "zoe@example.com"], DONE);
    assert_eq!(effects(&told), ["zoe is inactive: the server has created them so."]);
}

#[test]
fn a_deleted_user_is_made_again_with_what_the_record_had() {
    let mut all = users(3);
    let more = json!({"externalId": "ext-2", "title": "Dr", "nickName": "Second", "roles": [{"value": "editor"}],
        "name": {"givenName": "Bea", "familyName": "Second"}, "x-desk": 7,
        "phoneNumbers": [{"value": "1", "type": "work"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Ops"}});
    for (key, value) in more.as_object().unwrap() {
        all[1][key.as_str()] = value.clone();
    }
    all[1]["emails"].as_array_mut().unwrap().push(json!({"value": "home@example.com", "type": "home"}));
    let before = all[1].clone();
    let world = World::new(Plain, all, vec![group(1, "alpha", &[1])]);
    let dry = world.run(&["delete", "user", "user0002", "--dry-run", "--json"]).exits(DONE).json();
    assert_eq!(dry["changes"][0]["made_anew"], true, "{dry}");
    world.run(&["delete", "user", "user0002", "--yes"]).exits(DONE);
    let dry = world.run(&["undo", "--dry-run", "--json"]).exits(DONE).json();
    assert!(format!("{}", dry["notes"]).contains("Not put back: x-desk."), "{dry}");
    world.run(&["undo", "--yes"]).exits(DONE);
    let now = world.state().users["made-1"].clone();
    for key in more.as_object().unwrap().keys().map(String::as_str).chain(["emails", "displayName"]) {
        assert!(key == "x-desk" || now[key] == before[key], "{key}: {now:#}");
    }
}

/// The old record has no `name`, and an address without a type.
#[test]
fn nothing_is_invented_for_a_user_who_is_made_again() {
    let mut all = users(3);
    all[1].as_object_mut().unwrap().shift_remove("name");
    all[1]["emails"] = json!([{"value": "user0002@example.com"}]);
    let before = all[1].clone();
    let world = World::new(Plain, all, vec![group(1, "alpha", &[1])]);
    world.run(&["delete", "user", "user0002", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    let mut now = world.state().users["made-1"].clone();
    for key in ["id", "meta", "schemas"] {
        now[key] = before[key].clone();
    }
    let left = |value: &Value| value.as_object().unwrap().iter().filter(|(_, one)| !one.is_null()).count();
    assert_eq!((left(&now), &now["emails"]), (left(&before), &before["emails"]), "{now:#}\n{before:#}");
    assert!(now.get("name").is_none_or(Value::is_null), "{now:#}");
}

/// PATCH `add` of members puts them in the place of all.
struct AddReplaces;

impl Behavior for AddReplaces {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let mut operation = operation.clone();
        if kind == ResourceType::Groups && operation["op"] == "add" {
            operation["op"] = "replace".into();
        }
        patch(&mut state.of_mut(kind)[id], &operation);
    }
}

#[test]
fn the_rest_of_a_plan_that_harm_stopped_can_be_sent() {
    let world = World::new(AddReplaces, users(9), vec![group(1, "alpha", &[1, 2])]);
    let said = world.run(&["add", "alpha", "user0006", "user0007", "user0008", "--yes"]).exits(PARTLY);
    let line = said.err.lines().find(|line| line.contains("sends the rest")).unwrap_or_else(|| panic!("{said}"));
    let plan = line.split("scimitar retry ").nth(1).unwrap().split('`').next().unwrap();
    let told = json_of(&world, &["retry", plan], DONE);
    assert_eq!(told["confirmed"], 2, "{told}");
    assert_eq!(world.members("g0001"), ["u0006", "u0007", "u0008"]);
}
