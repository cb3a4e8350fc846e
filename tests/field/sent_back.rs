//! Records that are read and sent back whole, by PUT.

use serde_json::{Value, json};

use crate::{
    outcomes::PARTLY,
    records::{group, users},
    server::{Behavior, KEY},
    world::World,
};

/// Takes no PATCH.
struct PutOnly;

impl Behavior for PutOnly {
    fn config(&self) -> Option<Value> {
        Some(json!({"patch": {"supported": false}, "filter": {"supported": true}}))
    }
}

/// A reading of the record has `***` in place of the key.
#[test]
fn a_record_that_holds_the_key_is_not_sent_back_without_it() {
    let mut people = users(3);
    people[1]["nickName"] = format!("key {KEY}").into();
    let world = World::new(PutOnly, people, vec![group(1, "alpha", &[1])]);
    let said = world.run(&["set-name", "user0002", "Another", "--yes"]).exits(PARTLY);
    assert!(said.err.contains("holds the text of the API key"), "{said}");
    assert!(world.writes().is_empty());
    let record = world.state().users["u0002"].clone();
    assert_eq!((&record["nickName"], &record["displayName"]), (&json!(format!("key {KEY}")), &json!("USER0002")));
}
