//! Readings that lag behind writes, and records that can't be read back: what was accepted is not called refused, and what
//! can't be known is said to be unknown in bounded time.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, World},
};

/// GET of a group that was written shows it without its last member, so many times and until the server has made something;
/// the answer to a write shows it whole.
struct Late {
    readings: AtomicUsize,
}

impl Late {
    fn by(readings: usize) -> Self {
        Self { readings: AtomicUsize::new(readings) }
    }
}

impl Behavior for Late {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut record = record.clone();
        let added = |record: &Value| record["members"].as_array().is_some_and(|members| members.len() > 2);
        if kind == ResourceType::Groups && shown == ShownIn::Get && added(&record) {
            let left = self.readings.load(Ordering::SeqCst);
            if left > 0 && state.made == 0 {
                self.readings.store(left - 1, Ordering::SeqCst);
                record["members"].as_array_mut().unwrap().truncate(2);
            }
        }
        record
    }
}

fn world(readings: usize) -> World {
    World::new(Late::by(readings), users(4), vec![group(1, "alpha", &[1, 2])])
}

#[test]
fn a_reading_that_is_late_is_read_again_and_confirms() {
    let world = world(2);
    let told = json_of(&world, &["add", "alpha", "user0003"], DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
}

#[test]
fn what_the_answer_showed_and_no_reading_does_is_sent_and_not_shown_and_can_be_undone() {
    let world = world(usize::MAX);
    let said = world.run(&["add", "alpha", "user0003", "--yes", "--json"]).exits(PARTLY);
    let told = said.json();
    assert_eq!((&change(&told)["state"], &told["not_shown"]), (&json!("sent, not shown"), &json!(1)), "{said}");
    assert!(why(&told).contains("may be late"), "{said}");
    assert_eq!(world.members("g0001").len(), 3);
    // The record is still late, then it is not.
    world.run(&["undo", "--yes"]).exits(PARTLY).warns(&["it may be late"]);
    world.server.state().made = 1;
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
}

/// The same, and nothing is in the answer to a write.
struct Silent(Late);

impl Behavior for Silent {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        self.0.show(state, kind, record, shown)
    }

    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        if request.is_write() { Answer::nothing() } else { answer }
    }
}

#[test]
fn what_no_answer_and_no_reading_shows_is_unknown_until_a_later_look() {
    let world = World::new(Silent(Late::by(usize::MAX)), users(4), vec![group(1, "alpha", &[1, 2])]);
    let said = world.run(&["add", "alpha", "user0003", "--yes", "--json"]).exits(PARTLY);
    let told = said.json();
    assert_eq!(change(&told)["state"], "unknown", "{said}");
    assert!(why(&told).contains("the server may be late, or have done nothing"), "{said}");
    world.server.state().made = 1;
    let told = world.run(&["resume", "--yes", "--json"]).exits(DONE).json();
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.writes().len(), 1, "it was sent once");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
}

/// A GET lags as above, and the answer to a write holds only the id of the record.
struct Terse(Late);

impl Behavior for Terse {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let record = self.0.show(state, kind, record, shown);
        if shown == ShownIn::Write && kind == ResourceType::Groups {
            return json!({"id": record["id"], "displayName": record["displayName"]});
        }
        record
    }
}

#[test]
fn an_answer_that_does_not_tell_the_value_contradicts_nothing() {
    let world = World::new(Terse(Late::by(usize::MAX)), users(4), vec![group(1, "alpha", &[1, 2])]);
    let told = json_of(&world, &["add", "alpha", "user0003"], PARTLY);
    assert_eq!(change(&told)["state"], "unknown", "{told}");
    assert!(why(&told).contains("may be late"), "{told}");
    // A look that is too early, too, is no refusal.
    let told = world.run(&["resume", "--yes", "--json"]).exits(PARTLY).json();
    assert_eq!(change(&told)["state"], "unknown", "{told}");
    world.server.state().made = 1;
    let told = world.run(&["resume", "--yes", "--json"]).exits(DONE).json();
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
}

/// A user who was written can't be read while the server's clock stands still (`made` is 0).
struct Unreadable;

impl Behavior for Unreadable {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let alone = request.path == "/scim/v2/Users/u0002";
        let written = state.users["u0002"]["displayName"] == "Another";
        (alone && written && !request.is_write() && state.made == 0).then(|| Answer::error(500, "index is corrupt"))
    }
}

#[test]
fn a_record_that_can_never_be_read_back_ends_as_unknown_and_resume_looks_again() {
    let world = World::new(Unreadable, users(4), vec![group(1, "alpha", &[1, 2])]);
    let said = world.run(&["set-name", "user0002", "Another", "--yes", "--json"]).exits(PARTLY);
    let told = said.json();
    assert_eq!(change(&told)["state"], "unknown", "{said}");
    assert!(why(&told).contains("index is corrupt"), "{said}");
    let again = world.run(&["resume", "--yes", "--json"]).exits(PARTLY);
    assert_eq!(change(&again.json())["state"], "unknown", "{again}");
    world.server.state().made = 1;
    let told = world.run(&["resume", "--yes", "--json"]).exits(DONE).json();
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.writes().len(), 1, "it was sent once");
}

/// A GET of user0002 shows a state from before the list's while the server's clock stands still (`made` is 0); the answer to
/// a write shows the name that somebody else has given meanwhile.
struct Older;

impl Behavior for Older {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Users && record["id"] == "u0002" && state.made == 0 {
            match shown {
                ShownIn::List => {}
                ShownIn::Write => record["displayName"] = "Theirs".into(),
                ShownIn::Get => (record["displayName"], record["active"]) = ("Ancient".into(), true.into()),
            }
        }
        record
    }
}

#[test]
fn a_reading_that_is_older_than_the_list_takes_nothing_back_that_the_answer_showed() {
    let world = World::new(Older, users(4), vec![group(1, "alpha", &[1, 2])]);
    world.file("off.csv", "user,active\nuser0001,false\nuser0002,false\n");
    let said = world.run(&["apply", "off.csv", "--yes", "--json"]);
    let told = said.json();
    let rows = told["changes"].as_array().unwrap();
    let row = rows.iter().find(|row| row["subject"] == "user0002").unwrap();
    assert_eq!(row["state"], "sent, not shown", "{said}");
}

/// The answer to a write of user0002 is no record, and the next two readings show the user as before it.
struct Mumbles {
    late: Late,
}

impl Behavior for Mumbles {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut record = record.clone();
        let left = self.late.readings.load(Ordering::SeqCst);
        let written = kind == ResourceType::Users && record["id"] == "u0002" && record["active"] == false;
        if written && shown == ShownIn::Get && left > 0 {
            self.late.readings.store(left - 1, Ordering::SeqCst);
            record["active"] = true.into();
        }
        record
    }

    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        let mumbles = request.is_write() && request.path.ends_with("u0002");
        if mumbles { Answer::json(200, &json!({"message": "ok"})) } else { answer }
    }
}

#[test]
fn what_was_accepted_is_read_again_for_a_while_whatever_the_answer_said() {
    let world = World::new(Mumbles { late: Late::by(2) }, users(4), vec![group(1, "alpha", &[1, 2])]);
    world.file("off.csv", "user,active\nuser0001,false\nuser0002,false\n");
    let told = json_of(&world, &["apply", "off.csv"], DONE);
    assert_eq!(told["confirmed"], 2, "{told}");
    assert_eq!(world.writes().len(), 2);
}

/// The answer to a write of a user can't be read, or says nothing; a GET of the user who was written shows a reading until
/// the server has made something.
struct Past {
    answer: &'static str,
    shown: Value,
}

impl Behavior for Past {
    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        if request.is_write() { Answer::text(self.answer.to_owned()) } else { answer }
    }

    fn show(&self, state: &State, _: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut record = record.clone();
        if shown == ShownIn::Get && record["displayName"] == "Another" && state.made == 0 {
            record.as_object_mut().unwrap().extend(self.shown.as_object().unwrap().clone());
        }
        record
    }
}

const CUT: &str = "{\"displayName\": \"Ano";

#[rstest::rstest]
#[case::cut(CUT)]
#[case::without_a_word("{\"message\": \"ok\"}")]
fn a_reading_from_before_the_change_refuses_nothing(#[case] answer: &'static str) {
    let shown = json!({"displayName": "First", "meta": {"lastModified": "2025-01-02T03:04:05Z"}});
    let world = World::new(Past { answer, shown }, users(4), vec![]);
    let told = json_of(&world, &["set-name", "user0002", "Another"], PARTLY);
    assert_eq!(change(&told)["state"], "unknown", "{told}");
    world.server.state().made = 1;
    let told = world.run(&["resume", "--yes", "--json"]).exits(DONE).json();
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.writes().len(), 1);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"]["displayName"], "USER0002");
}

#[test]
fn a_third_value_after_a_lost_answer_tells_nothing_of_the_change() {
    let shown = json!({"displayName": "Theirs", "meta": {"lastModified": "2026-01-02T03:04:05Z"}});
    let world = World::new(Past { answer: CUT, shown }, users(4), vec![]);
    let told = json_of(&world, &["set-name", "user0002", "Another"], PARTLY);
    assert_eq!(change(&told)["state"], "conflict", "{told}");
    assert!(why(&told).contains("Whether this change took effect before that is not known"), "{told}");
    assert_eq!(world.writes().len(), 1);
}

#[test]
fn a_third_value_after_an_answer_that_showed_the_change_may_be_anybodys() {
    const ECHO: &str = r#"{"id": "u0002", "userName": "user0002", "displayName": "Another", "active": true}"#;
    let shown = json!({"displayName": "Theirs", "meta": {"lastModified": "2026-01-02T03:04:05Z"}});
    let world = World::new(Past { answer: ECHO, shown }, users(4), vec![]);
    let told = json_of(&world, &["set-name", "user0002", "Another"], PARTLY);
    assert_eq!(change(&told)["state"], "in part", "{told}");
    assert!(why(&told).contains("the server or somebody else changed it since"), "{told}");
}
