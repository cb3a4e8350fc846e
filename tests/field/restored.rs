//! Losses beside a change, put back by its undo: each value under a path that requests can name. What no request puts back
//! is said before and after, and is no reason to take nothing back; what an undo loses itself can be put back, too.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, effects, json_of, why},
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, World},
};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The first write of a user loses these attributes. Paths reach into extensions and sub-attributes.
struct Loses {
    attributes: &'static [&'static str],
    patches: bool,
}

/// The place of a path in a record.
fn place<'a>(record: &'a mut Value, path: &str) -> &'a mut Value {
    let (mut at, name) = match path.strip_prefix(ENTERPRISE) {
        Some(rest) => (&mut record[ENTERPRISE], rest.trim_start_matches(':')),
        None => (record, path),
    };
    for part in name.split('.').filter(|part| !part.is_empty()) {
        at = &mut at[part];
    }
    at
}

impl Loses {
    fn lose(&self, state: &State, record: &mut Value) {
        if state.made == 0 {
            self.attributes.iter().for_each(|path| *place(record, path) = Value::Null);
        }
    }
}

impl Behavior for Loses {
    fn config(&self) -> Option<Value> {
        Some(json!({"patch": {"supported": self.patches}, "filter": {"supported": true, "maxResults": 100}}))
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let mut record = state.of(kind)[id].clone();
        match operation["path"].as_str().filter(|path| path.contains(['.', ':'])) {
            Some(path) => *place(&mut record, path) = operation["value"].clone(),
            None => patch(&mut record, operation),
        }
        self.lose(state, &mut record);
        state.of_mut(kind)[id] = record;
        state.made = 1;
    }

    fn put(&self, state: &State, _: ResourceType, old: &Value, body: &Value) -> Value {
        let mut record = body.clone();
        record["meta"] = old["meta"].clone();
        self.lose(state, &mut record);
        record
    }
}

fn world(attributes: &'static [&'static str], patches: bool) -> World {
    let mut all = users(3);
    let second = &mut all[1];
    second["schemas"].as_array_mut().unwrap().push(ENTERPRISE.into());
    second[ENTERPRISE] = json!({"department": "X", "manager": {"value": "u0001"}});
    second["roles"] = json!([{"value": "r1"}, {"value": "r2"}]);
    second["custom"] = json!({"a": {"b": ["one", "two"], "c": "three"}});
    second["title"] = "Boss".into();
    World::new(Loses { attributes, patches }, all, vec![group(1, "alpha", &[1, 2])])
}

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

#[test]
fn a_lost_manager_and_a_lost_nested_list_come_back() {
    let world = world(&[MANAGER, "custom.a.b", "custom.a.c", "title"], true);
    let before = world.state().users["u0002"].clone();
    let told = json_of(&world, &["deactivate", "user0002"], PARTLY);
    assert_eq!(effects(&told).len(), 4, "{told}");
    let undo = world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"], before, "{undo}");
}

#[test]
fn a_lost_manager_comes_back_by_put() {
    struct Once(Loses);
    impl Behavior for Once {
        fn config(&self) -> Option<Value> {
            self.0.config()
        }
        fn put(&self, state: &State, kind: ResourceType, old: &Value, body: &Value) -> Value {
            // The first PUT sets active to false, the undo sets it to true.
            if body["active"] == false { self.0.put(state, kind, old, body) } else { body.clone() }
        }
    }
    let plain = world(&[], false).state();
    let behavior = Once(Loses { attributes: &[MANAGER], patches: false });
    let world = World::new(behavior, plain.users.values().cloned().collect(), plain.groups.values().cloned().collect());
    json_of(&world, &["deactivate", "user0002"], PARTLY);
    // The manager is put back while the user is inactive: then the server drops it again.
    world.run(&["undo", "--yes"]);
    let now = world.state().users["u0002"].clone();
    assert_eq!(now["schemas"], plain.users["u0002"]["schemas"], "{now:#}");
    assert!(
        now[ENTERPRISE].as_object().unwrap().keys().all(|key| ["department", "manager"].contains(&key.as_str())),
        "{now:#}"
    );
}

#[test]
fn lost_roles_are_not_promised_and_an_undo_without_them_is_no_success() {
    let world = world(&["roles", "title"], true);
    let said = world.run(&["deactivate", "user0002", "--yes"]).exits(PARTLY);
    let said = said.warns(&["Nothing here puts this back: user0002: roles lost r1 and r2."]);
    assert!(!said.err.contains("`scimitar undo` puts it back"), "{said}");
    let undo = world.run(&["undo", "--yes"]).exits(PARTLY).warns(&["Not put back: user0002: roles lost r1 and r2."]);
    let now = world.state().users["u0002"].clone();
    assert_eq!((&now["title"], &now["active"]), (&json!("Boss"), &json!(true)), "{undo}");
    world.run(&["undo", "--yes"]).warns(&["there is nothing to undo"]);
}

/// Removal by a path with a filter takes out all members.
struct RemovesAll;

impl Behavior for RemovesAll {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let by_filter = operation["path"].as_str().is_some_and(|path| path.starts_with("members["));
        if operation["op"] == "remove" && by_filter {
            state.of_mut(kind)[id]["members"] = json!([]);
        } else {
            patch(&mut state.of_mut(kind)[id], operation);
        }
    }
}

#[test]
fn what_an_undo_loses_beside_its_change_is_put_back_by_the_next_undo() {
    let world = World::new(RemovesAll, users(5), vec![group(1, "alpha", &[1, 2, 3])]);
    world.run(&["set-name", "user0004", "Another", "--yes"]).exits(DONE);
    json_of(&world, &["add", "alpha", "user0005"], DONE);
    world.run(&["undo", "--yes"]).exits(PARTLY);
    assert_eq!(world.members("g0001"), [""; 0]);
    let undo = world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003"], "{undo}");
    // Both are taken back now: the next one is the plan before.
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0004"]["displayName"], "USER0004");
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003"]);
}

/// PATCH `replace` of the addresses puts the new ones beside the others.
struct Appends;

impl Behavior for Appends {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        let path = operation["path"].as_str().unwrap_or_default();
        if path == "emails" {
            let new = operation["value"].as_array().unwrap().clone();
            record["emails"].as_array_mut().unwrap().extend(new);
        } else if let Some(address) = path.strip_prefix("emails[value eq ") {
            let address: String = serde_json::from_str(address.trim_end_matches(']')).unwrap();
            record["emails"].as_array_mut().unwrap().retain(|one| one["value"] != address.as_str());
        } else {
            patch(record, operation);
        }
    }
}

#[test]
fn an_address_that_is_put_beside_the_old_one_is_told_and_taken_out_by_the_undo() {
    let world = World::new(Appends, users(3), vec![group(1, "alpha", &[1])]);
    let before = world.state().users["u0002"].clone();
    let told = json_of(&world, &["set-email", "user0002", "new@x.com"], PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains("did it otherwise"), "{told}");
    assert_eq!(
        effects(&told),
        ["user0002: emails has new@x.com, too; user0002@example.com is still the main one."],
        "{told}"
    );
    let undo = world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"], before, "{undo}");
}

/// The list of users lags behind: it shows the first state of each. Single readings are right.
struct LateList {
    first: State,
}

impl Behavior for LateList {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let old = self.first.of(kind).get(record["id"].as_str().unwrap());
        let is_late = kind == ResourceType::Users && shown == ShownIn::List;
        old.filter(|_| is_late).unwrap_or(record).clone()
    }

    fn page(&self, kind: ResourceType, total: usize, start: usize, count: Option<usize>) -> std::ops::Range<usize> {
        let shown = if kind == ResourceType::Users { total.min(self.first.users.len()) } else { total };
        crate::server::span(shown, start, count.unwrap_or(shown))
    }

    fn envelope(&self, _: usize, start: usize, resources: Vec<Value>) -> Value {
        json!({"totalResults": resources.len(), "startIndex": start, "Resources": resources})
    }
}

#[rstest]
#[case::status(&["deactivate", "user0002"])]
#[case::name(&["set-name", "user0002", "Another"])]
#[case::address(&["set-email", "user0002", "new@x.com"])]
#[case::creation(&["create", "user", "zed", "--email", "zed@example.com"])]
fn a_list_that_is_late_does_not_show_that_a_plan_was_taken_back(#[case] args: &[&str]) {
    let first = State::new(users(4), vec![group(1, "alpha", &[1])]);
    let world = World::with_profile(LateList { first: first.clone() }, first.clone(), "provider = \"scim\"\n");
    json_of(&world, args, DONE);
    let undo = world.run(&["undo", "--yes"]).exits(DONE);
    let now = world.state();
    assert_eq!((now.users, now.groups), (first.users, first.groups), "{undo}");
}
