//! `users` for programs prints each page when it comes.

use std::{
    io::{BufRead, BufReader},
    ops::Range,
    process::Stdio,
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    records::{group, user_id, users},
    server::{Answer, Behavior, Request, span},
    state::{ResourceType, State},
    world::{DONE, World, column, row},
};

const PAGE: usize = 50;
const PATIENCE: Duration = Duration::from_secs(60);

/// The second page of users comes once the first one is printed.
struct Gate {
    opened: Mutex<Receiver<()>>,
    in_vain: Sender<()>,
}

impl Behavior for Gate {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        if request.path.ends_with("/Users")
            && request.start() > PAGE
            && self.opened.lock().unwrap().recv_timeout(PATIENCE).is_err()
        {
            self.in_vain.send(()).unwrap();
        }
        None
    }

    fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        span(total, start, count.unwrap_or(PAGE).min(PAGE))
    }
}

#[rstest::rstest]
#[case("--json", 2)]
#[case("--ndjson", 1)]
#[case("--csv", 2)]
fn the_first_page_is_printed_before_the_next_one_comes(#[case] format: &str, #[case] lines: usize) {
    let (open, opened) = channel();
    let (in_vain, waited) = channel();
    let world = World::new(Gate { opened: Mutex::new(opened), in_vain }, users(120), vec![group(1, "alpha", &[1, 60])]);
    let mut child = world.command(&["users", format]).stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first: Vec<String> = printed.by_ref().take(lines).collect();
    assert!(first[lines - 1].contains(&user_id(1)) && first[lines - 1].contains("alpha"), "{first:?}");
    // The gate is there no more once two further pages have passed.
    (0..2).for_each(|_| open.send(()).unwrap_or_default());
    let rest: Vec<String> = printed.collect();
    assert_eq!(rest.iter().filter(|line| line.contains("user0")).count(), 119);
    assert_eq!(child.wait().unwrap().code(), Some(DONE));
    assert!(waited.try_recv().is_err(), "the program waited for the second page");
}

/// A server that shows addresses of some has told of the others that they have none, also of those on later pages.
#[test]
fn pages_are_read_by_what_earlier_ones_have_shown() {
    struct Pages;
    impl Behavior for Pages {
        fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
            span(total, start, count.unwrap_or(PAGE).min(PAGE))
        }
    }
    let mut all = users(120);
    for user in &mut all[1..] {
        user.as_object_mut().unwrap().remove("emails");
    }
    let world = World::new(Pages, all, vec![group(1, "alpha", &[1, 110])]);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), (1..=120).map(user_id).collect::<Vec<_>>(), "in the server's order");
    assert_eq!(row(&rows, &user_id(110))["email"], "");
    assert_eq!(row(&rows, &user_id(110))["teams"], json!([{"name": "alpha", "role": null}]));
    let found = world.run(&["users", "--json", "--filter", "team:alpha"]).exits(DONE).json();
    assert_eq!(column(&found, "id"), [user_id(1), user_id(110)]);
    let none = world.run(&["users", "--json", "--filter", "email:unknown"]).exits(DONE).json();
    assert_eq!(none, Value::Array(vec![]));
}
