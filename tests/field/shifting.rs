//! Other clients create and delete records between the pages of a list, which moves the later records: a record that
//! exists is never missing from a list that is called complete.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, user, user_id, user_name, users},
    server::{Answer, Behavior, Request, span},
    state::{ResourceType, State},
    world::{DONE, World, column},
};

const PAGE: usize = 20;
const USERS: usize = 50;

/// The change that another client makes while the list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    /// Users of the first page are deleted before the second.
    DeletesRead(usize),
    /// A user of the third page is deleted before the second.
    DeletesUnread,
    /// Users of the first two pages are deleted before the last, which is empty then.
    EmptiesLast,
    /// A user comes at the end before the second page.
    Appends,
    /// A user comes at the beginning before the second page.
    Prepends,
    /// A user of the first page moves to the end before the second page is read, as after an update in some databases.
    Moves,
}

impl Meanwhile {
    /// Changes the users before the page that begins at `start`.
    fn happen(self, state: &mut State, start: usize, time: usize) {
        let users = &mut state.users;
        match (self, start) {
            (Self::DeletesRead(many), 21) if time == 1 => {
                (1..=many).for_each(|at| drop(users.shift_remove(&user_id(at))));
            }
            (Self::DeletesUnread, 21) if time == 1 => drop(users.shift_remove(&user_id(45))),
            (Self::EmptiesLast, 41) if time == 1 => {
                (1..=10).for_each(|at| drop(users.shift_remove(&user_id(at))));
            }
            (Self::Appends, 21) if time == 1 => drop(users.insert(user_id(99), user(99))),
            (Self::Prepends, 21) if time == 1 => drop(users.shift_insert(0, user_id(99), user(99))),
            (Self::Moves, 21) if time == 1 => users.move_index(4, USERS - 1),
            _ => {}
        }
    }
}

/// A server with pages of 20 users; another client changes the list while it is read.
struct Shifting {
    change: Meanwhile,
    times: AtomicUsize,
}

impl Behavior for Shifting {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if request.method == "GET" && request.path.ends_with("/Users") && request.parameter("filter").is_none() {
            let time = if request.start() > 1 { self.times.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
            let time = if self.change == Meanwhile::EmptiesLast { time.saturating_sub(1) } else { time };
            self.change.happen(state, request.start(), time);
        }
        None
    }

    fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        span(total, start, count.unwrap_or(PAGE).min(PAGE))
    }
}

fn world(change: Meanwhile) -> World {
    let behavior = Shifting { change, times: AtomicUsize::default() };
    World::with_profile(
        behavior,
        State::new(users(USERS), vec![group(1, "alpha", &[21, 22])]),
        "provider = \"scim\"\nparallel = 1\n",
    )
}

/// The requests for pages of users.
fn pages(world: &World) -> usize {
    let log = world.server.log();
    log.iter().filter(|request| request.path.ends_with("/Users") && request.parameter("filter").is_none()).count()
}

#[rstest]
#[case::one(Meanwhile::DeletesRead(1), 4)]
#[case::five(Meanwhile::DeletesRead(5), 4)]
#[case::a_page(Meanwhile::DeletesRead(20), 4)]
#[case::unread(Meanwhile::DeletesUnread, 4)]
#[case::last(Meanwhile::EmptiesLast, 5)]
#[case::appended(Meanwhile::Appends, 3)]
#[case::prepended(Meanwhile::Prepends, 5)]
#[case::moved(Meanwhile::Moves, 5)]
fn whoever_is_there_is_listed(#[case] change: Meanwhile, #[case] requests: usize) {
    let world = world(change);
    let listed = column(&world.run(&["users", "--json"]).exits(DONE).json(), "id");
    let missing: Vec<String> = world.state().users.into_keys().filter(|id| !listed.contains(id)).collect();
    assert_eq!(missing, [""; 0]);
    assert!(pages(&world) <= requests, "{}", pages(&world));
}

/// Nobody is created or deleted since a list lacks somebody who is there.
#[rstest]
fn a_file_of_all_users_changes_nothing(
    #[values(Meanwhile::DeletesRead(1), Meanwhile::DeletesUnread, Meanwhile::EmptiesLast, Meanwhile::Moves)]
    change: Meanwhile,
) {
    let world = world(change);
    let gone: Range<usize> = match change {
        Meanwhile::DeletesRead(many) => 1..many + 1,
        Meanwhile::DeletesUnread => 45..46,
        Meanwhile::EmptiesLast => 1..11,
        _ => 0..0,
    };
    let rest: Vec<Value> =
        (1..=USERS).filter(|at| !gone.contains(at)).map(|at| json!({"user": user_name(at)})).collect();
    world.file("all.json", json!({"users": rest}).to_string());
    world.run(&["apply", "all.json", "--prune=users", "--yes"]);
    let log = world.written();
    assert_eq!(log, [""; 0]);
}
