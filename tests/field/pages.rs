//! Servers that count the records of each page as if they were all, or give the first page whatever is asked for.

use std::ops::Range;

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, user_id, users},
    server::{Answer, Behavior, Request, ShownIn, span},
    state::{ResourceType, State},
    world::{DONE, World, column, row},
};

/// Pages of so many records, and `totalResults` is their number.
struct OwnTotal {
    page: usize,
}

impl Behavior for OwnTotal {
    fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        span(total, start, count.unwrap_or(self.page).min(self.page))
    }

    fn envelope(&self, _: usize, start: usize, resources: Vec<Value>) -> Value {
        json!({"totalResults": resources.len(), "startIndex": start, "Resources": resources})
    }
}

#[rstest]
fn a_page_that_counts_itself_is_not_the_whole_list(#[values(1, 3, 7, 25, 64)] page: usize) {
    let many = 3 * page + 1;
    let world = World::new(OwnTotal { page }, users(many), vec![group(1, "alpha", &[1])]);
    let all: Vec<String> = (1..=many).map(user_id).collect();
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), all);
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "g0001")["members"], 1);
}

/// A page past the end is refused.
struct RefusesEnd;

impl Behavior for RefusesEnd {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.start() > 4).then(|| Answer::error(404, "no such page"))
    }
}

#[test]
fn a_refused_page_past_the_end_is_the_end() {
    let world = World::new(RefusesEnd, users(4), vec![group(1, "alpha", &[1])]);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id").len(), 4);
    world.run(&["export", "--json"]).exits(DONE);
}

/// Every page is the first one, and users name their groups.
struct FirstPage;

impl Behavior for FirstPage {
    fn page(&self, _: ResourceType, total: usize, _: usize, _: Option<usize>) -> Range<usize> {
        span(total, 1, total)
    }

    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Users {
            shown["groups"] = json!([{"value": "g0001", "type": "direct"}]);
        }
        shown
    }
}

/// A user who comes twice names the group once.
#[rstest]
fn records_that_come_again_are_neither_more_nor_doubtful(#[values(1, 2, 4, 10)] many: usize) {
    let members: Vec<usize> = (1..=many).collect();
    let world = World::new(FirstPage, users(many), vec![group(1, "alpha", &members)]);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), (1..=many).map(user_id).collect::<Vec<_>>());
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "g0001")["members"], many);
    world.run(&["export", "--json"]).exits(DONE);
}
