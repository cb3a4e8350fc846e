//! Servers whose answer to a PATCH shows what was asked for, and whose records are as before.

use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;
use serde_json::Value;

use crate::{
    outcomes::{PARTLY, change, json_of},
    records::{group, users},
    server::{Answer, Behavior, Request},
    state::{ResourceType, State, patch},
    world::World,
};

/// PATCH is answered with the altered record; only so many of them alter it.
struct Fake {
    honest: AtomicUsize,
}

impl Behavior for Fake {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if request.method != "PATCH" {
            return None;
        }
        if self.honest.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return None;
        }
        let (kind, id) = request.path.strip_prefix("/scim/v2/")?.split_once('/')?;
        let mut shown = state.of(ResourceType::of(kind)?)[id].clone();
        request.body["Operations"].as_array()?.iter().for_each(|operation| patch(&mut shown, operation));
        Some(Answer::json(200, &shown))
    }
}

fn world(honest: usize) -> World {
    World::new(Fake { honest: AtomicUsize::new(honest) }, users(6), vec![group(1, "alpha", &[1, 2, 3])])
}

#[rstest]
#[case::deactivate(&["deactivate", "user0003"])]
#[case::name(&["set-name", "user0003", "Zed"])]
#[case::member(&["add", "alpha", "user0005"])]
fn a_change_that_only_its_answer_shows_is_not_done(#[case] args: &[&str]) {
    let world = world(0);
    let told = json_of(&world, args, PARTLY);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert_eq!(told["error"]["code"], "partly-done", "{told}");
}

/// POST is answered with a whole record, and nothing is kept.
struct KeepsNothing;

impl Behavior for KeepsNothing {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        let mut shown = request.body.clone();
        shown["id"] = "new-1".into();
        (request.method == "POST").then(|| Answer::json(201, &shown))
    }
}

#[rstest]
#[case::user("users:\n- {user: zed, email: zed@example.com}\n")]
#[case::team("teams:\n- team: gamma\n")]
#[case::team_with_members("teams:\n- {team: gamma, members: [user0001]}\n")]
fn a_creation_that_only_its_answer_shows_is_not_done(#[case] file: &str) {
    let world = World::new(KeepsNothing, users(3), vec![group(1, "alpha", &[1])]);
    world.file("new.yaml", file);
    let told = json_of(&world, &["apply", "new.yaml"], PARTLY);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
}

/// A session without lists has seen no group, and knows nothing of the members that groups show.
#[test]
fn a_team_that_is_created_alone_is_seen_by_its_record() {
    let world = World::new(KeepsNothing, users(3), vec![group(1, "alpha", &[1])]);
    let told = json_of(&world, &["create", "team", "gamma"], PARTLY);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert!(!change(&told)["why"].as_str().unwrap().contains("who is in"), "{told}");
}

fn states(told: &Value) -> Vec<&str> {
    told["changes"].as_array().unwrap().iter().map(|change| change["state"].as_str().unwrap()).collect()
}

/// Whoever is to lose access is read, whatever was seen of the first one.
#[rstest]
#[case::none(0)]
#[case::the_first(1)]
#[case::two(2)]
fn each_of_those_who_lose_access_is_read(#[case] honest: usize) {
    let world = world(honest);
    let told = json_of(&world, &["deactivate", "user0001", "user0002", "user0003"], PARTLY);
    // After the first, several changes are on their way at a time: which of them the server does is its choice.
    let active = ["u0001", "u0002", "u0003"].map(|id| world.is_active(id));
    let wanted = active.map(|active| if active { "sent, not shown" } else { "confirmed" });
    assert_eq!(states(&told), wanted, "{told}");
    let active = active.into_iter().filter(|active| *active).count();
    assert_eq!(active, 3 - honest);
}

#[test]
fn once_an_answer_was_untrue_all_of_the_plan_is_read() {
    let world = world(0);
    world.file("names.csv", "user,name\nuser0001,One\nuser0002,Two\nuser0003,Three\n");
    let told = json_of(&world, &["apply", "names.csv"], PARTLY);
    assert_eq!(states(&told), ["sent, not shown"; 3], "{told}");
}
