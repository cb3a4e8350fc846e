//! Servers that tell who is in which group only in the records of the people.

use serde_json::{Value, json};

use crate::{
    outcomes::{change, json_of},
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State},
    world::{DONE, World},
};

/// No group shows members, and each user names their groups.
struct PeopleOnly;

impl Behavior for PeopleOnly {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            shown.as_object_mut().unwrap().remove("members");
            return shown;
        }
        let has = |group: &&Value| {
            group["members"].as_array().into_iter().flatten().any(|member| member["value"] == record["id"])
        };
        let groups = state.groups.values().filter(has);
        shown["groups"] = groups.map(|group| json!({"value": group["id"]})).collect();
        shown
    }
}

#[test]
fn a_membership_that_only_the_person_tells_is_judged_by_their_record() {
    let world = World::new(PeopleOnly, users(6), vec![group(1, "alpha", &[1, 2, 3]), group(2, "beta", &[4])]);
    for (args, done, back) in [
        (["add", "alpha", "user0004"], &["u0001", "u0002", "u0003", "u0004"][..], &["u0001", "u0002", "u0003"][..]),
        (["remove", "alpha", "user0002"], &["u0001", "u0003"], &["u0001", "u0002", "u0003"]),
    ] {
        let told = json_of(&world, &args, DONE);
        assert_eq!(change(&told)["state"], "confirmed", "{told}");
        assert_eq!(world.members("g0001"), done);
        let told = json_of(&world, &["undo"], DONE);
        assert_eq!(change(&told)["state"], "confirmed", "{told}");
        assert_eq!(world.members("g0001"), back);
    }
    assert_eq!(world.members("g0002"), ["u0004"]);
}
