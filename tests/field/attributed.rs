//! Requests that a server refuses and carries out all the same: the outcome says that it is as wished, and that nobody
//! knows who did it. An undo takes that back where a person asks for it.

use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;

use crate::{
    outcomes::{change, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::{ResourceType, State, patch},
    world::{DONE, NOT_SENT, World},
};

/// Acts, then refuses: a PATCH as a bad request, a DELETE as one of an unknown record, a POST as a name that is taken.
struct ActsAndRefuses;

impl Behavior for ActsAndRefuses {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let mut parts = request.path.trim_start_matches("/scim/v2/").split('/');
        let kind = ResourceType::of(parts.next()?)?;
        match request.method.as_str() {
            "PATCH" => {
                let record = state.of_mut(kind).get_mut(parts.next()?)?;
                request.body["Operations"].as_array()?.iter().for_each(|operation| patch(record, operation));
                Some(Answer::error(400, "bad request"))
            }
            "DELETE" => {
                state.of_mut(kind).shift_remove(parts.next()?)?;
                Some(Answer::error(404, "not found"))
            }
            "POST" => {
                let mut record = request.body.clone();
                record["id"] = "made-1".into();
                record["meta"] = json!({"created": Timestamp::now().to_string()});
                state.of_mut(kind).insert("made-1".into(), record);
                Some(Answer::error(409, "this name is taken"))
            }
            _ => None,
        }
    }
}

#[rstest]
#[case::member(&["add", "alpha", "user0005"])]
#[case::deactivation(&["deactivate", "user0003"])]
#[case::name(&["set-name", "user0003", "Another"])]
#[case::creation(&["create", "user", "zed", "--email", "zed@example.com"])]
#[case::new_team(&["create", "team", "gamma"])]
fn what_was_refused_and_is_there_is_taken_back_where_that_is_asked_for(#[case] args: &[&str]) {
    let world = World::new(ActsAndRefuses, users(5), vec![group(1, "alpha", &[1, 2])]);
    let before = world.state();
    let told = json_of(&world, args, DONE);
    assert_eq!(change(&told)["state"], "so already", "{told}");
    assert!(why(&told).contains("who did it is not known"), "{told}");
    assert_ne!(world.state(), before);
    let plan = told["plan"].as_i64().unwrap().to_string();
    assert!(why(&told).contains(&format!("scimitar undo {plan}")), "{told}");
    let done = world.state();
    world
        .run(&["undo", "--yes"])
        .exits(NOT_SENT)
        .warns(&["who did it is not known", &format!("`scimitar undo {plan}`")]);
    assert_eq!(world.state(), done);
    let undo = world.run(&["undo", &plan, "--yes"]).exits(DONE);
    assert_eq!((world.state().users, world.state().groups), (before.users, before.groups), "{undo}");
}

#[test]
fn a_deletion_that_was_refused_and_done_is_made_up_for_where_that_is_asked_for() {
    let world = World::new(ActsAndRefuses, users(5), vec![group(1, "alpha", &[1, 2])]);
    let told = json_of(&world, &["delete", "team", "alpha"], DONE);
    assert!(why(&told).contains("who did it is not known"), "{told}");
    let plan = told["plan"].as_i64().unwrap().to_string();
    world.run(&["undo", &plan, "--yes"]).exits(DONE);
    assert_eq!(world.members("made-1"), ["u0001", "u0002"]);
}
