//! Creations that a server answers with a record of another name: its own form of the name, or somebody else's record. An
//! undo deletes only what the change has demonstrably made.

use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::{ResourceType, State},
    world::{DONE, NOT_SENT, World},
};

/// A new name gets a domain; the server tells when it has created a record, or does not.
struct Renames {
    dated: bool,
}

impl Behavior for Renames {
    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        let name = format!("{}@corp.example", body[kind.name()].as_str().unwrap());
        record[kind.name()] = name.into();
        if self.dated {
            record["meta"] = json!({"created": Timestamp::now().to_string()});
        }
        record
    }
}

fn world(behavior: impl Behavior) -> World {
    World::new(behavior, users(3), vec![group(1, "alpha", &[1, 2])])
}

const USER: &[&str] = &["create", "user", "zoe", "--email", "zoe@example.com"];
const TEAM: &[&str] = &["create", "team", "delta", "user0001"];

#[rstest]
#[case::user(USER, "userName zoe@corp.example in place of zoe")]
#[case::team(TEAM, "displayName delta@corp.example in place of delta")]
fn a_record_that_is_made_under_another_name_is_done_in_part_and_goes_by_the_undo(
    #[case] args: &[&str],
    #[case] said: &str,
) {
    let world = world(Renames { dated: true });
    let told = json_of(&world, args, PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains(said), "{told}");
    let undo = world.run(&["undo", "--yes"]).exits(DONE);
    assert!(!world.state().users.contains_key("made-1") && !world.state().groups.contains_key("made-1"), "{undo}");
}

#[rstest]
#[case::user(USER)]
#[case::team(TEAM)]
fn a_record_of_which_nothing_shows_that_it_is_new_is_left_alone_by_the_undo(#[case] args: &[&str]) {
    let world = world(Renames { dated: false });
    let told = json_of(&world, args, PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains("made-1") && why(&told).contains("is not known"), "{told}");
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["it is left alone"]);
    let state = world.state();
    assert!(state.users.contains_key("made-1") || state.groups.contains_key("made-1"));
}

/// POST answers 201 with a record that was there before, and creates nothing.
struct AnswersWithAnother;

impl Behavior for AnswersWithAnother {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if request.method != "POST" {
            return None;
        }
        let is_user = request.path.ends_with("/Users");
        let mut record = if is_user { state.users["u0002"].clone() } else { state.groups["g0001"].clone() };
        record["meta"] = json!({"created": "2020-01-01T00:00:00Z"});
        Some(Answer::json(201, &record))
    }
}

#[rstest]
#[case::user(USER)]
#[case::team(&["create", "team", "delta", "user0003"])]
fn somebody_else_s_record_is_no_creation_and_nothing_more_is_done_to_it(#[case] args: &[&str]) {
    let world = world(AnswersWithAnother);
    let before = world.state();
    // A reading before has shown the record.
    world.run(&["users"]).exits(DONE);
    let told = json_of(&world, args, PARTLY);
    assert_eq!(change(&told)["state"], "refused", "{told}");
    assert!(why(&told).contains("was there before"), "{told}");
    world.run(&["undo", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.state(), before);
    assert_eq!(world.writes().len(), 1, "{:?}", world.written());
}

/// A server may give all records one time of creation: an old one alone does not show that the record is somebody else's.
#[rstest]
#[case::user(USER)]
#[case::team(&["create", "team", "delta", "user0003"])]
fn a_record_that_no_reading_has_shown_may_be_new(#[case] args: &[&str]) {
    let world = world(AnswersWithAnother);
    let before = world.state();
    let told = json_of(&world, args, PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains("is not known"), "{told}");
    world.run(&["undo", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.state(), before);
}

/// Members of a new user's plan are not sent where the record is not the new user's.
#[test]
fn changes_that_follow_a_creation_are_not_sent_about_somebody_else() {
    let world = world(AnswersWithAnother);
    let before = world.state();
    world.file(
        "new.json",
        json!({"users": [{"user": "zoe", "email": "zoe@example.com"}],
        "teams": [{"team": "alpha", "members": ["zoe"]}]})
        .to_string(),
    );
    world.run(&["apply", "new.json", "--yes"]).exits(PARTLY);
    assert_eq!(world.state(), before);
}
