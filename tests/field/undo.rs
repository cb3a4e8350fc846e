//! Undo: the newest plan or the reason why not, only where the value is still the one that was left, and on servers that
//! never delete.

use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, NOT_SENT, World, members_of},
};

struct Plain;
impl Behavior for Plain {}

/// Case 45: DELETE answers 204, keeps the user and deactivates them.
struct Keeps;
impl Behavior for Keeps {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let id = request.path.strip_prefix("/scim/v2/Users/").filter(|_| request.method == "DELETE")?;
        let user = state.users.get_mut(id)?;
        user["active"] = json!(false);
        Some(Answer::nothing())
    }
}

/// Refuses other names of users.
struct Refuses;
impl Behavior for Refuses {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.method == "PATCH").then(|| Answer::error(400, "not this one"))
    }
}

#[test]
fn a_creation_is_taken_back_where_delete_only_deactivates() {
    let world = World::new(Keeps, users(4), vec![group(1, "team01", &[1])]);
    world.run(&["create", "user", "noor", "--email", "noor@example.com", "--yes"]).exits(DONE);
    let told = world.run(&["undo", "--yes", "--json"]).exits(DONE).json();
    assert_eq!((&told["confirmed"], &told["failed"]), (&json!(1), &json!(0)), "{told}");
    let why = told["changes"][0]["why"].as_str().unwrap();
    assert!(why.contains("keeps the user, deactivated"), "{why}");
    assert!(!world.is_active("made-1"));
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["there is nothing to undo"]);
}

#[test]
fn a_refused_plan_is_named_and_no_older_one_is_taken_back() {
    let world = World::new(Refuses, users(4), vec![group(1, "team01", &[1])]);
    world.run(&["create", "user", "noor", "--email", "noor@example.com", "--yes"]).exits(DONE);
    world.run(&["set-name", "user0002", "Another", "--yes"]).exits(1);
    let before = world.state();
    let said = world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["was refused", "`scimitar undo "]);
    assert_eq!(world.state(), before, "{said}");
    let older = said.err.split("`scimitar undo ").nth(1).unwrap().split('`').next().unwrap();
    world.run(&["undo", older, "--yes"]).exits(DONE);
    assert!(!world.state().users.contains_key("made-1"));
}

#[test]
fn an_undo_without_anything_left_to_do_names_its_plan_and_an_older_one() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1])]);
    let second = world.state().users["u0002"]["displayName"].clone();
    world.run(&["set-name", "user0002", "Second", "--yes"]).exits(DONE);
    world.run(&["create", "user", "noor", "--email", "noor@example.com", "--yes"]).exits(DONE);
    world.server.state().users.shift_remove("made-1");
    let said = world.run(&["undo", "--yes"]).exits(DONE).warns(&["noor", "has nothing left to take back"]);
    let older = said.err.split("`scimitar undo ").nth(1).unwrap().split('`').next().unwrap();
    world.run(&["undo", older, "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"]["displayName"], second);
}

#[test]
fn a_value_that_somebody_else_has_changed_since_stays_and_both_values_are_named() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1])]);
    for (user, name) in [("user0002", "Second"), ("user0003", "Third")] {
        world.run(&["set-name", user, name, "--yes"]).exits(DONE);
    }
    world.server.state().users["u0003"]["displayName"] = json!("Theirs");
    let said = world.run(&["undo", "--yes", "--json"]).exits(NOT_SENT);
    let refused = &said.json()["refused"][0];
    assert_eq!(refused["code"], "changed", "{said}");
    let why = refused["why"].as_str().unwrap();
    assert!(why.contains("the plan left Third") && why.contains("shows Theirs"), "{why}");
    assert_eq!(world.state().users["u0003"]["displayName"], "Theirs");
    assert_eq!(world.state().users["u0002"]["displayName"], "Second", "no older plan is taken back");
    let dry = world.run(&["undo", "--on-top", "--dry-run", "--json"]).exits(DONE).json();
    let loss = dry["changes"][0]["consequences"][0].as_str().unwrap();
    assert!(loss.contains("now the server shows Theirs. It is overwritten."), "{dry}");
    world.run(&["undo", "--on-top", "--yes"]).exits(DONE);
    assert_ne!(world.state().users["u0003"]["displayName"], "Theirs");
}

/// The list shows the old value, the record another one: what was read last decides.
#[test]
fn a_value_is_compared_again_just_before_it_is_sent() {
    struct LateList;
    impl Behavior for LateList {
        fn show(&self, _: &State, _: ResourceType, record: &Value, shown: ShownIn) -> Value {
            let mut record = record.clone();
            if shown == ShownIn::List && record["displayName"] == "Theirs" {
                record["displayName"] = json!("Third");
            }
            record
        }
    }
    let world = World::new(LateList, users(4), vec![group(1, "team01", &[1])]);
    world.run(&["set-name", "user0003", "Third", "--yes"]).exits(DONE);
    world.server.state().users["u0003"]["displayName"] = json!("Theirs");
    let writes = world.writes().len();
    let told = world.run(&["undo", "--yes", "--json"]).exits(1).json();
    assert_eq!((&told["confirmed"], &told["failed"]), (&json!(0), &json!(1)), "{told}");
    let row = &told["changes"][0];
    let why = row["why"].as_str().unwrap();
    assert_eq!(row["state"], "conflict");
    assert!(why.contains("the plan left Third") && why.contains("display name Theirs"), "{why}");
    assert_eq!(world.writes().len(), writes, "nothing was sent");
}

#[test]
fn a_value_that_was_put_back_already_is_not_sent_again() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1])]);
    let before = world.state().users["u0003"]["displayName"].clone();
    world.run(&["set-name", "user0003", "Third", "--yes"]).exits(DONE);
    world.server.state().users["u0003"]["displayName"] = before;
    let writes = world.writes().len();
    world.run(&["undo", "--yes"]).exits(DONE).warns(&["Nothing to do"]);
    assert_eq!(world.writes().len(), writes);
}

#[test]
fn a_deleted_team_is_created_again_with_its_members_and_no_older_plan_is_taken_back() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1, 2])]);
    world.run(&["create", "user", "noor", "--email", "noor@example.com", "--yes"]).exits(DONE);
    world.run(&["delete", "team", "team01", "--yes"]).exits(DONE);
    let dry = world.run(&["undo", "--dry-run", "--json"]).exits(DONE).json();
    assert!(dry["notes"][0].as_str().unwrap().contains("team01 gets another id"), "{dry}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(world.state().users.contains_key("made-1"), "the user who was created before stays");
    let again = world.state().groups.values().next().unwrap().clone();
    assert_eq!((&again["displayName"], members_of(&again)), (&json!("team01"), vec!["u0001".into(), "u0002".into()]));
    // The newest plan is taken back; the next is the one before.
    world.run(&["undo", "--yes"]).exits(DONE);
    assert!(!world.state().users.contains_key("made-1"));
}

#[test]
fn older_plans_are_taken_back_on_the_team_that_was_made_again() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1, 2])]);
    world.run(&["remove", "team01", "user0002", "--yes"]).exits(DONE);
    world.run(&["add", "team01", "user0003", "--yes"]).exits(DONE);
    world.run(&["delete", "team", "team01", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("made-1"), ["u0001", "u0003"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("made-1"), ["u0001"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("made-1"), ["u0001", "u0002"]);
}

/// Somebody else was faster: a creation is refused, and an older record is there as wanted.
struct Faster;
impl Behavior for Faster {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let posts = request.method == "POST";
        posts.then(|| {
            let mut record = request.body.clone();
            (record["id"], record["meta"]) = (json!("theirs"), json!({"created": "2026-01-02T03:04:05Z"}));
            state.users.insert("theirs".into(), record);
            Answer::error(409, "this name is taken")
        })
    }
}

#[test]
fn a_change_that_was_sent_and_that_somebody_else_did_first_is_not_called_unsent() {
    let world = World::new(Faster, users(2), vec![]);
    world.run(&["create", "user", "noor", "--email", "noor@example.com", "--yes"]).exits(DONE);
    let said =
        world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["It was sent, and somebody else had done it first"]);
    assert!(world.state().users.contains_key("theirs"), "{said}");
}

#[test]
fn a_deleted_user_is_created_again_and_joins_their_teams() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1, 2]), group(2, "team02", &[2])]);
    world.run(&["delete", "user", "user0002", "--yes"]).exits(DONE);
    world.server.state().groups.values_mut().for_each(|group| {
        group["members"].as_array_mut().unwrap().retain(|member| member["value"] != "u0002");
    });
    let told = world.run(&["undo", "--yes", "--json"]).exits(DONE).json();
    assert_eq!((&told["confirmed"], &told["waiting"]), (&json!(3), &json!(0)), "{told}");
    let state = world.state();
    assert_eq!((&state.users["made-1"]["userName"], world.is_active("made-1")), (&json!("user0002"), true));
    assert_eq!(world.members("g0001"), ["made-1", "u0001"]);
    assert_eq!(world.members("g0002"), ["made-1"]);
    world.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["there is nothing to undo"]);
}

#[test]
fn a_plan_that_was_made_while_the_clock_was_ahead_is_no_newer_one() {
    let world = World::new(Plain, users(4), vec![group(1, "team01", &[1])]);
    world.run(&["set-name", "user0002", "First", "--yes"]).exits(DONE);
    world.shift_journal(jiff::SignedDuration::from_hours(24 * 365 * 3));
    world.run(&["set-name", "user0003", "Second", "--yes"]).exits(DONE);
    world.run(&["set-name", "user0002", "Third", "--yes"]).exits(DONE);
    let rows = world.run(&["activity", "--json"]).exits(DONE).json();
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["after"].as_str().unwrap()).collect();
    assert_eq!(names, ["First", "Second", "Third"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"]["displayName"], "First");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0003"]["displayName"], "USER0003");
}
