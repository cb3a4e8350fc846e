//! Lists that are complete although their pages look odd.

use std::ops::Range;

use serde_json::{Value, json};

use crate::{
    records::{GROUP, group, user_id, users},
    server::{Behavior, span},
    state::ResourceType,
    world::{DONE, World, column},
};

/// `resources` in lower case, `startIndex` from 0, the schema of a group.
struct LowerCase;

impl Behavior for LowerCase {
    fn envelope(&self, total: usize, start: usize, resources: Vec<Value>) -> Value {
        json!({
            "totalResults": total, "itemsPerPage": resources.len(), "startIndex": start - 1, "schemas": [GROUP],
            "resources": resources,
        })
    }
}

#[test]
fn resources_in_lower_case_are_read() {
    let world = World::new(LowerCase, users(7), vec![group(1, "alpha", &[1, 2])]);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), (1..=7).map(user_id).collect::<Vec<_>>());
    let rows = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), ["u0001", "u0002"]);
}

/// Each page repeats the last record of the page before; no record is missing.
struct Overlap;

impl Behavior for Overlap {
    fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        let size = count.unwrap_or(50).min(50);
        span(total, start - (start - 1) / 50, size)
    }
}

#[test]
fn of_pages_that_overlap_each_record_is_listed_once() {
    let world = World::new(Overlap, users(120), vec![group(1, "alpha", &[1, 120])]);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), (1..=120).map(user_id).collect::<Vec<_>>());
}
