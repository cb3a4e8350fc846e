//! Servers that write booleans in their own way: `"True"`, 1 and 0, in all answers or only in lists.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{change, effects, json_of},
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State},
    world::{DONE, World, row},
};

/// Shows `active` and `primary` as other values; the answer to a write as JSON booleans if `only_read`.
struct Flags {
    yes: Value,
    no: Value,
    only_read: bool,
}

impl Behavior for Flags {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Users && !(self.only_read && shown_in == ShownIn::Write) {
            let flag = |value: &Value| if value == &json!(true) { self.yes.clone() } else { self.no.clone() };
            record["active"] = flag(&record["active"]);
            for email in record["emails"].as_array_mut().unwrap() {
                email["primary"] = flag(&email["primary"]);
            }
        }
        record
    }
}

fn world(yes: Value, no: Value, only_read: bool) -> World {
    let mut people = users(3);
    people[1]["active"] = json!(false);
    people[2]["emails"] = json!([{"value": "old@x.io", "primary": false}, {"value": "new@x.io", "primary": true}]);
    World::new(Flags { yes, no, only_read }, people, vec![group(1, "alpha", &[1])])
}

#[rstest]
#[case::numbers(json!(1), json!(0), false)]
#[case::digits(json!("1"), json!("0"), false)]
#[case::words(json!("True"), json!("False"), false)]
#[case::numbers_in_readings_alone(json!(1), json!(0), true)]
fn a_boolean_is_read_however_it_is_written(#[case] yes: Value, #[case] no: Value, #[case] only_read: bool) {
    let world = world(yes, no, only_read);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!((&row(&rows, "u0001")["active"], &row(&rows, "u0002")["active"]), (&json!(true), &json!(false)));
    assert_eq!(row(&rows, "u0003")["email"], "new@x.io");
    world.run(&["export", "--out", "all.json"]).exits(DONE);
    world.run(&["plan", "all.json", "--check", "--prune=listed,users,teams"]).exits(DONE);

    // An email alone changes, and no other value is said to differ.
    let told = json_of(&world, &["set-email", "user0001", "ann@x.io"], DONE);
    assert_eq!((&change(&told)["state"], effects(&told).len()), (&json!("confirmed"), 0), "{told}");
    for (verb, active) in [("deactivate", false), ("activate", true)] {
        let told = json_of(&world, &[verb, "user0001"], DONE);
        assert_eq!((&change(&told)["state"], effects(&told).len()), (&json!("confirmed"), 0), "{told}");
        assert_eq!(world.is_active("u0001"), active);
    }
    let said = world.run(&["deactivate", "user0002", "--yes"]).exits(DONE);
    assert_eq!(world.writes().len(), 3, "{said}");
}

/// Any other word is not told, and nothing is guessed from it.
#[rstest]
fn another_word_is_no_boolean(#[values(json!("yes"), json!("enabled"), json!(2), json!([true]))] word: Value) {
    let world = world(word, json!("no"), false);
    let rows = world.run(&["users", "--json"]).json();
    assert_eq!(row(&rows, "u0001")["active"], Value::Null);
}
