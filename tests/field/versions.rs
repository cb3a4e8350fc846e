//! Servers whose versions of a record (RFC 7644 §3.14) say less than they should.

use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{change, json_of},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, World},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    /// Each reading of a record has a new one, and only the last one is taken back.
    NewByReading,
    /// All records have the same one, and none is ever taken back.
    NeverTaken,
    /// Like `NewByReading`; another client renames the user just before the first write.
    NewByWrite,
}

struct Versioned {
    versions: Versions,
    readings: AtomicUsize,
    writes: AtomicUsize,
}

impl Versioned {
    fn version(&self) -> String {
        format!("W/\"{}\"", self.readings.load(Ordering::Relaxed))
    }
}

struct Plain;

impl Behavior for Plain {}

impl Behavior for Versioned {
    fn config(&self) -> Option<Value> {
        let mut config = Plain.config()?;
        config["etag"]["supported"] = true.into();
        Some(config)
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if !request.is_write() {
            return None;
        }
        let first = self.writes.fetch_add(1, Ordering::Relaxed) == 0;
        if self.versions == Versions::NewByWrite && first {
            state.users["u0005"]["displayName"] = json!("Renamed elsewhere");
            self.readings.fetch_add(1, Ordering::Relaxed);
        }
        let given = request.if_match.as_ref()?;
        (self.versions == Versions::NeverTaken || *given != self.version()).then(|| Answer::error(412, "stale"))
    }

    fn show(&self, _: &State, _: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        if shown_in == ShownIn::Get && self.versions != Versions::NeverTaken {
            self.readings.fetch_add(1, Ordering::Relaxed);
        }
        let mut shown = record.clone();
        shown["meta"]["version"] = self.version().into();
        shown
    }
}

fn world(versions: Versions) -> World {
    let behavior = Versioned { versions, readings: AtomicUsize::new(0), writes: AtomicUsize::new(0) };
    World::new(behavior, users(8), vec![group(1, "alpha", &[1])])
}

#[rstest]
fn a_record_that_only_its_version_tells_from_the_planned_one_is_changed(
    #[values(Versions::NewByReading, Versions::NeverTaken)] versions: Versions,
) {
    let world = world(versions);
    for args in [
        &["set-name", "user0005", "Five"][..],
        &["undo"],
        &["deactivate", "user0006"],
        &["add", "alpha", "user0007"],
        &["delete", "user", "user0008"],
    ] {
        let told = json_of(&world, args, DONE);
        assert_eq!(change(&told)["state"], "confirmed", "{told}");
    }
    assert_eq!(world.server.state().users["u0005"]["displayName"], "USER0005");
    assert_eq!(world.members("g0001"), ["u0001", "u0007"]);
}

#[test]
fn a_record_that_somebody_else_changed_is_left_as_it_is() {
    let world = world(Versions::NewByWrite);
    let told = json_of(&world, &["set-name", "user0005", "Five"], 1);
    assert_eq!(change(&told)["state"], "conflict", "{told}");
    assert_eq!(world.server.state().users["u0005"]["displayName"], "Renamed elsewhere");
    assert_eq!(world.server.log().iter().filter(|request| request.is_write()).count(), 1);
}
