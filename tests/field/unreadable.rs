//! Records that can't be read, in lists and in answers to filters: nobody is said not to exist, or created, because of them.

use serde_json::Value;

use crate::{
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State},
    world::{DONE, INCOMPLETE, USAGE, World, column},
};

/// Two users are shown without their ids.
struct WithoutIds;

impl Behavior for WithoutIds {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Users && ["u0004", "u0005"].contains(&record["id"].as_str().unwrap()) {
            record.as_object_mut().unwrap().shift_remove("id");
        }
        record
    }

    fn names_are_unique(&self) -> bool {
        false
    }
}

fn world() -> World {
    World::new(WithoutIds, users(9), vec![group(1, "alpha", &[1, 2])])
}

#[test]
fn a_list_with_records_that_cannot_be_read_is_not_complete() {
    let world = world();
    let rows = world.run(&["users", "--json"]).exits(INCOMPLETE).warns(&["7 of 9", "2 records can't be read"]).json();
    assert_eq!(rows.as_array().unwrap().len(), 9);
    world.run(&["export"]).exits(INCOMPLETE);
    let part = world.run(&["export", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert_eq!(column(&part["users"], "user").len(), 7);
}

/// The status of one user is no status.
struct WithoutStatus;

impl Behavior for WithoutStatus {
    fn show(&self, _: &State, _: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        if record["id"] == "u0004" {
            record["active"] = "perhaps".into();
        }
        record
    }
}

#[test]
fn an_export_without_a_user_who_can_be_read_in_part_is_not_complete() {
    let world = World::new(WithoutStatus, users(9), vec![group(1, "alpha", &[1, 2])]);
    let said = world.run(&["export", "--json"]).exits(INCOMPLETE).warns(&["users: 1 could not be read"]);
    assert_eq!(said.json()["error"]["code"], "incomplete", "{said}");
    world.run(&["export", "teams"]).exits(DONE);
    let part = world.run(&["export", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert_eq!(column(&part["users"], "user").len(), 8);
}

#[test]
fn nobody_is_created_who_may_be_a_record_that_cannot_be_read() {
    let world = world();
    world.file("one.json", r#"{"users": [{"user": "user0004", "email": "user0004@example.com"}]}"#);
    world.run(&["apply", "one.json", "--yes"]).exits(INCOMPLETE);
    world.run(&["apply", "one.json", "--yes", "--allow-incomplete"]).exits(USAGE);
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn a_name_whose_record_cannot_be_read_is_not_said_to_be_nobody_s() {
    let world = world();
    for args in [&["users", "user0004"][..], &["deactivate", "user0004", "--yes"]] {
        let said = world.run(args).exits(USAGE).warns(&["can't be read"]);
        assert!(!said.err.contains("the server was asked for it"), "{said}");
    }
    world.run(&["deactivate", "user0003", "--yes"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/v2/Users/u0003"]);
}
