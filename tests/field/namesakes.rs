//! Filters that give one of several records: what they give is no proof that it is the only one.

use serde_json::{Value, json};

use crate::{
    records::{group, named, user},
    server::{Answer, Behavior, Request},
    state::{ResourceType, State},
    world::{DONE, USAGE, World},
};

/// A filter gives the first record that it finds, and counts no other.
struct FirstFound;

impl Behavior for FirstFound {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let (name, text) = request.parameter("filter")?.split_once(" eq ")?;
        let text: String = serde_json::from_str(text).ok()?;
        let kind = ResourceType::of(request.path.rsplit('/').next()?)?;
        let found: Vec<&Value> =
            state.of(kind).values().filter(|record| self.matches(record, name, &text)).take(1).collect();
        Some(Answer::json(200, &json!({"totalResults": found.len(), "Resources": found})))
    }
}

fn world() -> World {
    let people = vec![named(1, "ann"), named(2, "ANN"), user(3)];
    World::new(FirstFound, people, vec![group(1, "alpha", &[1]), group(2, "beta", &[]), group(3, "alpha", &[2])])
}

#[test]
fn a_name_in_another_case_means_each_of_those_who_have_it() {
    let world = world();
    world.run(&["deactivate", "Ann", "--yes"]).exits(USAGE).warns(&["u0001", "u0002"]);
    assert_eq!(world.written(), [""; 0]);
    world.run(&["deactivate", "ANN", "--yes"]).exits(DONE);
    assert!(world.is_active("u0001") && !world.is_active("u0002"));
}

#[test]
fn two_teams_of_one_name_in_the_list_are_both_named() {
    let world = world();
    world.run(&["teams"]).exits(DONE);
    for args in
        [&["add", "alpha", "user0003", "--yes"][..], &["remove", "alpha", "u0001", "--yes"], &["members", "alpha"]]
    {
        world.run(args).exits(USAGE).warns(&["g0001", "g0003"]);
    }
    assert_eq!(world.written(), [""; 0]);
    world.run(&["add", "g0003", "user0003", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0003"), ["u0002", "u0003"]);
}
