//! A server that lists 9,999 of its 12,000 users whatever is asked for. Filters find all of them.

use crate::{
    state::State,
    wandb::{Documented, person, world},
    world::{DONE, INCOMPLETE, NOT_SENT, World, column},
};

fn name(number: usize) -> String {
    format!("u{number:06}")
}

/// A server with this many users, whose list has the first `limit` of them.
fn long(users: usize, limit: usize) -> World {
    let role = |number| if number == 0 { "admin" } else { "member" };
    let people = (0..users).map(|number| person(&format!("id{number}"), &name(number), role(number), &[])).collect();
    world(Documented { limit, ..Documented::default() }, State::new(people, vec![]), "")
}

#[test]
fn the_list_says_how_much_of_it_came() {
    let world = long(12_000, 9_999);
    let rows = world.run(&["users", "--json"]).exits(INCOMPLETE).warns(&["9,999", "12,000"]).json();
    assert_eq!(column(&rows, "user"), (0..9_999).map(name).collect::<Vec<_>>());
}

/// User names in a text, except this one.
fn others<'a>(text: &'a str, but: &str) -> Vec<&'a str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_name =
        |word: &&str| word.len() == 7 && word.starts_with('u') && word[1..].bytes().all(|b| b.is_ascii_digit());
    words.filter(is_name).filter(|word| *word != but).collect()
}

#[test]
fn one_beyond_the_list_is_found_by_the_filter_and_nobody_else_is_named() {
    let world = long(12_000, 9_999);
    // The server tells no role, and the owner of the key is not known: --yes may be refused, and then nothing is sent.
    let said = world.run(&["deactivate", "u011999", "--yes"]);
    assert_eq!(others(&said.err, "u011999"), [""; 0], "{said}");
    if said.code == NOT_SENT {
        assert_eq!(world.written(), [""; 0]);
        let said = world.run(&["deactivate", "u011999", "--confirm", "u011999"]).exits(DONE);
        assert_eq!(others(&(said.out.clone() + &said.err), "u011999"), [""; 0], "{said}");
    } else {
        said.exits(DONE);
    }
    assert_eq!(world.written(), ["PATCH /scim/Users/id11999"]);
    assert!(!world.is_active("id11999"));
    let asked = world.server.log().iter().any(|request| request.parameter("filter").is_some());
    assert!(asked, "the filter was not asked");
}

// Shorter lists with the same behavior: a debug build reads 9,999 users in seconds.

const SAID: [&str; 2] = ["999", "1,200"];

#[test]
fn every_form_of_the_list_says_how_much_of_it_came() {
    let world = long(1_200, 999);
    let csv = world.run(&["users", "--csv"]).exits(INCOMPLETE).warns(&SAID);
    assert_eq!(csv.out.lines().count(), 1_000);
    let lines = world.run(&["users", "--ndjson"]).exits(INCOMPLETE).warns(&SAID);
    assert_eq!(lines.out.lines().count(), 999);
    let table = world.run(&["users", "--filter", "u000123"]).exits(INCOMPLETE).warns(&SAID);
    assert!(table.out.contains("u000123"), "{table}");
    let rows = world.run(&["users", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert_eq!(rows.as_array().unwrap().len(), 999);
}

#[test]
fn nothing_is_exported_or_planned_by_the_part_that_came() {
    let world = long(1_200, 999);
    let said = world.run(&["export"]).exits(INCOMPLETE).warns(&SAID);
    assert_eq!(said.out, "");
    world.file("wish.csv", "user,email,name\nu001199,u001199@test.com,Another Name\n");
    world.run(&["plan", "wish.csv"]).exits(INCOMPLETE).warns(&SAID);
    world.run(&["apply", "wish.csv", "--yes"]).exits(INCOMPLETE).warns(&SAID);
    assert_eq!(world.written(), [""; 0]);
    world.run(&["apply", "wish.csv", "--yes", "--allow-incomplete"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/Users/id1199"]);
    assert_eq!(world.state().users["id1199"]["displayName"], "Another Name");
    assert_eq!(world.state().users.len(), 1_200);
}

/// Holders of roles are counted over the users.
#[test]
fn lists_that_count_over_the_part_say_so() {
    let world = long(1_200, 999);
    world.run(&["roles"]).exits(INCOMPLETE).warns(&SAID);
    world.run(&["roles", "--allow-incomplete"]).exits(DONE);
}
