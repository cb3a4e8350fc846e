//! A server that normalises names as it keeps them: what it made of them is no difference.

use serde_json::Value;

use crate::{
    records::{group, users},
    server::Behavior,
    state::{ResourceType, State, patch},
    world::{DONE, World},
};

/// Accents composed, one blank between words and none at the ends; addresses and user names in lower case.
struct Normalises;

/// `é` in two characters, two blanks, a blank at the end.
const WRITTEN: &str = "Jose\u{301}  Two ";
const KEPT: &str = "Jos\u{e9} Two";

fn kept(record: &mut Value) {
    let words = |text: &str| text.replace("e\u{301}", "\u{e9}").split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, lower) in [("displayName", false), ("userName", true)] {
        if let Some(text) = record[name].as_str().map(words) {
            record[name] = if lower { text.to_lowercase() } else { text }.into();
        }
    }
    for email in record["emails"].as_array_mut().into_iter().flatten() {
        email["value"] = email["value"].as_str().unwrap().to_lowercase().into();
    }
}

impl Behavior for Normalises {
    fn create(&self, _: &State, _: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        kept(&mut record);
        record
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        kept(record);
    }
}

#[test]
fn what_a_server_normalises_is_no_difference() {
    let world = World::new(Normalises, users(4), vec![group(1, "alpha", &[1])]);
    world.run(&["set-name", "user0001", WRITTEN, "--yes"]).exits(DONE);
    world.run(&["set-email", "user0001", "Big@Example.COM", "--yes"]).exits(DONE);
    world.run(&["create", "user", "Zoe.X", "--email", "Z@X.example", "--yes"]).exits(DONE);
    world.run(&["create", "team", WRITTEN, "--yes"]).exits(DONE);
    let state = world.state();
    assert_eq!(state.users["u0001"]["displayName"], KEPT);
    assert!(state.groups.values().any(|group| group["displayName"] == KEPT));
    world.file("same.csv", format!("user,name,email\nuser0001,\"{WRITTEN}\",Big@Example.COM\nZoe.X,,Z@X.example\n"));
    world.run(&["plan", "same.csv", "--check"]).exits(DONE);
    world.file("other.csv", "user,name\nuser0001,JOSE Two\n");
    let said = world.run(&["plan", "other.csv"]).exits(DONE);
    assert!(said.out.contains("1 request"), "another name is one: {said}");
}
