//! Changes that the server did not look at wait as planned.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    outcomes::{PARTLY, change, json_of, why},
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::State,
    world::{DONE, World},
};

/// A server that takes the key for readings alone while this is true.
impl Behavior for Arc<AtomicBool> {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.is_write() && self.load(Ordering::SeqCst)).then(|| Answer::error(401, "not with this key"))
    }
}

#[test]
fn a_change_whose_key_is_refused_waits_for_another_key() {
    let refuses = Arc::new(AtomicBool::new(true));
    let world = World::new(Arc::clone(&refuses), users(3), vec![group(1, "alpha", &[1])]);
    let told = json_of(&world, &["set-name", "user0002", "Other"], PARTLY);
    assert_eq!(change(&told)["state"], "waiting", "{told}");
    assert!(why(&told).starts_with("Waits for a key that the server takes: "), "{told}");
    refuses.store(false, Ordering::SeqCst);
    world.run(&["resume", "--yes"]).exits(DONE);
    assert_eq!(world.state().users["u0002"]["displayName"], "Other");
}
