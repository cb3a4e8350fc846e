//! A creation that the server puts off with 503 and `Retry-After`: it may have been made all the same.

use axum::http::{Method, header};
use rstest::rstest;
use serde_json::json;

use crate::{
    records::users,
    server::{Answer, Behavior, Request},
    state::{ResourceType, State},
    world::{DONE, World},
};

/// The server's treatment of the first creation of a user, before it answers 503 with a wait.
#[derive(Debug, Clone, Copy)]
enum Before {
    Nothing,
    Makes,
    /// With an address of its own.
    MakesAnother,
}

struct Busy(Before);

impl Behavior for Busy {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let creates = request.method == Method::POST && request.path.ends_with("/Users");
        if !creates || state.made > 0 {
            return None;
        }
        state.made += 1;
        let mut record = self.create(state, ResourceType::Users, &request.body, "made-behind-a-proxy");
        match self.0 {
            Before::Nothing => return Some(Answer::error(503, "come back later").with(header::RETRY_AFTER, "0")),
            Before::Makes => {}
            Before::MakesAnother => record["emails"] = json!([{"value": "zoe@elsewhere.example"}]),
        }
        state.users.insert("made-behind-a-proxy".to_owned(), record);
        Some(Answer::error(503, "come back later").with(header::RETRY_AFTER, "0"))
    }

    fn names_are_unique(&self) -> bool {
        false
    }
}

#[rstest]
#[case::made(Before::Makes, 1, DONE)]
#[case::made_in_another_form(Before::MakesAnother, 1, 1)]
#[case::not_made(Before::Nothing, 2, DONE)]
fn a_creation_that_is_put_off_is_looked_for_before_it_is_sent_again(
    #[case] before: Before,
    #[case] posts: usize,
    #[case] code: i32,
) {
    let world = World::new(Busy(before), users(2), vec![]);
    world.run(&["create", "user", "zoe", "--email", "zoe@x.example", "--yes", "--json"]).exits(code);
    assert_eq!(world.writes().len(), posts, "{:?}", world.written());
    let zoes = world.state().users.values().filter(|user| user["userName"] == "zoe").count();
    assert_eq!(zoes, 1);
}

/// Takes a removal, then puts it off: the answer is of a proxy that lost the server's.
struct LostDeletion;

impl Behavior for LostDeletion {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let removes = request.method == Method::DELETE && state.made == 0;
        removes.then(|| {
            state.made += 1;
            let id = request.path.rsplit('/').next().unwrap();
            state.users.shift_remove(id);
            Answer::error(503, "come back later").with(header::RETRY_AFTER, "0")
        })
    }
}

#[test]
fn a_deletion_that_is_put_off_is_looked_at_and_is_nobody_elses() {
    let world = World::new(LostDeletion, users(3), vec![]);
    let said = world.run(&["delete", "user", "user0002", "--yes", "--json"]).exits(DONE);
    assert_eq!(said.json()["confirmed"], 1, "{said}");
    assert_eq!(world.writes().len(), 1, "{:?}", world.written());
}

/// Makes the user, puts the creation off, and answers each filter with the first page of all users.
struct BusyWithoutFilters;

impl Behavior for BusyWithoutFilters {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if request.parameter("filter").is_some() {
            let page: Vec<_> = state.users.values().take(10).collect();
            return Some(Answer::json(200, &json!({"totalResults": state.users.len(), "Resources": page})));
        }
        let creates = request.method == Method::POST && request.path.ends_with("/Users");
        creates.then(|| {
            state.made += 1;
            let id = format!("made-{}", state.made);
            let record = self.create(state, ResourceType::Users, &request.body, &id);
            state.users.insert(id, record);
            Answer::error(503, "come back later").with(header::RETRY_AFTER, "0")
        })
    }

    fn names_are_unique(&self) -> bool {
        false
    }
}

#[test]
fn a_creation_is_not_sent_again_where_only_a_page_of_all_users_answers_the_search() {
    let world = World::new(BusyWithoutFilters, users(30), vec![]);
    let told = world.run(&["create", "user", "zoe", "--email", "zoe@x.example", "--yes", "--json"]).exits(1).json();
    assert_eq!((&told["changes"][0]["state"], world.writes().len()), (&json!("unknown"), 1), "{told}");
}
