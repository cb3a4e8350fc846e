//! A change whose record can't be read afterwards, and the changes after it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};

use crate::{
    outcomes::{change, json_of},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, World},
};

/// Since the first write to user 5, the readings of that record have no `id`, until the server is mended.
#[derive(Default, Clone)]
struct NoIdAfterWrite {
    written: Arc<AtomicBool>,
    mended: Arc<AtomicBool>,
}

impl Behavior for NoIdAfterWrite {
    fn after(&self, _: &State, request: &Request, answer: Answer) -> Answer {
        if request.path.ends_with("/Users/u0005") && request.is_write() {
            self.written.store(true, Ordering::Relaxed);
            return Answer::nothing();
        }
        answer
    }

    fn show(&self, _: &State, _: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        let is_broken = self.written.load(Ordering::Relaxed) && !self.mended.load(Ordering::Relaxed);
        if is_broken && shown_in == ShownIn::Get && record["id"] == "u0005" {
            shown.as_object_mut().unwrap().remove("id");
        }
        shown
    }
}

#[test]
fn an_outcome_that_cannot_be_read_keeps_no_change_of_another_record_from_the_server() {
    let server = NoIdAfterWrite::default();
    let world = World::new(server.clone(), users(6), vec![group(1, "alpha", &[1])]);
    let told = json_of(&world, &["set-name", "user0005", "Five"], 1);
    assert_eq!(change(&told)["state"], "unknown", "{told}");

    let told = json_of(&world, &["deactivate", "user0006"], DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");

    let sent = world.server.log().iter().filter(|request| request.is_write()).count();
    let told = json_of(&world, &["set-name", "user0005", "Number five"], 1);
    assert_eq!(change(&told)["state"], "waiting", "{told}");
    assert!(told.to_string().contains("scimitar resume"), "{told}");
    assert_eq!(world.server.log().iter().filter(|request| request.is_write()).count(), sent);

    server.mended.store(true, Ordering::Relaxed);
    json_of(&world, &["resume"], DONE);
    assert_eq!(world.server.state().users["u0005"]["displayName"], json!("Number five"));
}
