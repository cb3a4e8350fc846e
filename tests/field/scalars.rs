//! Scalars that YAML or JSON readers turn into other values: the program takes the text as written, or asks for quotes.

use rstest::rstest;
use serde_json::Value;

use crate::{
    records::{group, named},
    server::Behavior,
    world::{CommandResult, DONE, USAGE, World},
};

struct Plain;

impl Behavior for Plain {}

fn empty() -> World {
    World::new(Plain, vec![named(1, "ada")], vec![group(1, "team01", &[])])
}

/// An attribute of each user that the command created.
fn created(world: &World, attribute: &str) -> Vec<Value> {
    let made = world.writes().into_iter().filter(|request| request.method == "POST");
    made.map(|request| request.body[attribute].clone()).collect()
}

/// The user was created with the text as written, or the file was refused with a word about quotes.
#[track_caller]
fn is_text(world: &World, said: &CommandResult, attribute: &str, written: &str) {
    let made = created(world, attribute);
    let refused = said.code == USAGE && said.err.contains("quote") && made.is_empty();
    assert!(said.code == DONE && made == [written] || refused, "{written} became {made:?}: {said}");
}

const NUMBERS: [&str; 11] = [
    "007",
    "0123",
    "00123",
    "1e3",
    "1.10",
    "1_000",
    "0x1F",
    "0o17",
    "112233445566778899001",
    "001234567890123456789012",
    "12:30:45",
];

/// Words that YAML 1.1 readers take for booleans, null, dates and infinity.
const WORDS: [&str; 9] = ["no", "yes", "on", "y", "true", "null", "~", "2026-01-02", ".inf"];

#[test]
fn a_user_name_is_the_text_that_is_written() {
    for written in NUMBERS.iter().chain(&WORDS) {
        let world = empty();
        world.file("users.yaml", format!("users:\n  - {{user: {written}, email: new@example.com}}\n"));
        let said = world.run(&["apply", "users.yaml", "--yes"]);
        is_text(&world, &said, "userName", written);
    }
}

#[test]
fn an_external_id_is_the_text_that_is_written() {
    for written in NUMBERS {
        let world = empty();
        world
            .file("users.yaml", format!("users:\n  - {{user: eva, email: new@example.com, external_id: {written}}}\n"));
        let said = world.run(&["apply", "users.yaml", "--yes"]);
        is_text(&world, &said, "externalId", written);
    }
}

#[rstest]
#[case("112233445566778899001")]
#[case("1.10")]
#[case("1e3")]
fn a_number_of_json_is_the_text_that_is_written(#[case] written: &str) {
    for (attribute, entry) in [
        ("userName", format!(r#"{{"user": {written}, "email": "new@example.com"}}"#)),
        ("externalId", format!(r#"{{"user": "eva", "email": "new@example.com", "external_id": {written}}}"#)),
        ("displayName", format!(r#"{{"user": "eva", "email": "new@example.com", "name": {written}}}"#)),
    ] {
        let world = empty();
        world.file("users.json", format!(r#"{{"users": [{entry}]}}"#));
        let said = world.run(&["apply", "users.json", "--yes"]);
        is_text(&world, &said, attribute, written);
    }
}

#[test]
fn a_cell_is_the_text_that_is_written() {
    let world = empty();
    world.file("users.csv", "user,email,external_id\n009,new@example.com,00123\n");
    world.run(&["apply", "users.csv", "--yes"]).exits(DONE);
    assert_eq!(
        (created(&world, "userName"), created(&world, "externalId")),
        (vec!["009".into()], vec!["00123".into()])
    );
}

/// Users and groups with names that YAML readers turn into other values.
fn odd_names() -> World {
    let names = [
        "no",
        "007",
        "1e3",
        "112233445566778899001",
        "null",
        "0x1F",
        "2026-01-02",
        "1.10",
        "y",
        "~",
        "true",
        "12:30:45",
        "- dash",
        "a: b",
        "it's",
        "#x",
    ];
    let people = names.iter().enumerate().map(|(at, name)| named(at + 1, name)).collect();
    let groups = vec![group(1, "on", &[1]), group(2, "yes", &[2]), group(3, "0123", &[3]), group(4, "1.10", &[])];
    World::new(Plain, people, groups)
}

/// A scalar that is accepted means the record of exactly that name.
#[rstest]
#[case::a_number_for_a_user("users:\n  - {user: 007, teams: [team]}\n".replace("team]", "'on']"), "g0001", "u0002")]
#[case::a_float_for_a_user("users:\n  - {user: 1.10, teams: ['on']}\n".to_owned(), "g0001", "u0008")]
#[case::a_long_number_for_a_member("teams:\n  - {team: 'on', members: [112233445566778899001]}\n".to_owned(), "g0001", "u0004")]
#[case::a_number_for_a_team("users:\n  - {user: 'y', teams: [0123]}\n".to_owned(), "g0003", "u0009")]
#[case::a_word_for_a_team("users:\n  - {user: 'y', teams: [yes]}\n".to_owned(), "g0002", "u0009")]
#[case::a_key("users:\n  - {user: 'y', teams: {1.10: }}\n".to_owned(), "g0004", "u0009")]
fn a_name_is_never_another_one(#[case] text: String, #[case] team: &str, #[case] user: &str) {
    let world = odd_names();
    let before = world.state();
    world.file("wish.yaml", &text);
    let said = world.run(&["apply", "wish.yaml", "--yes", "--create-teams"]);
    let state = world.state();
    let joined = world.members(team).contains(&user.to_owned());
    let only = world.written() == [format!("PATCH /scim/v2/Groups/{team}")];
    let refused = said.code == USAGE && said.err.contains("quote") && state == before;
    assert!(said.code == DONE && joined && only || refused, "{text}: {said}");
}

#[rstest]
#[case("all.csv")]
#[case("all.json")]
#[case("all.yaml")]
fn an_export_of_odd_names_is_no_difference(#[case] name: &str) {
    let world = odd_names();
    world.run(&["export", "--out", name]).exits(DONE);
    world.run(&["plan", name, "--check", "--prune=listed,users,teams"]).exits(DONE);
}

#[rstest]
#[case::json("twice.json", r#"{"users": [{"user": "no"}], "users": [{"user": "007"}]}"#)]
#[case::json_of_a_user("twice.json", r#"{"users": [{"user": "no", "teams": ["on"], "teams": ["yes"]}]}"#)]
#[case::json_of_a_membership("twice.json", r#"{"users": [{"user": "no", "teams": {"on": null, "on": null}}]}"#)]
#[case::yaml("twice.yaml", "users: [{user: 'no'}]\nusers: [{user: '007'}]\n")]
#[case::yaml_of_a_user("twice.yaml", "users:\n  - {user: 'no', teams: ['on'], teams: ['yes']}\n")]
fn a_key_that_is_given_twice_is_an_error(#[case] name: &str, #[case] text: &str) {
    let world = odd_names();
    world.file(name, text);
    world.run(&["apply", name, "--yes"]).exits(USAGE);
    assert_eq!(world.written(), [""; 0]);
}

/// A file with two documents is never read in part.
#[test]
fn a_second_document_is_an_error() {
    let world = odd_names();
    world.file(
        "two.yaml",
        "---\nusers:\n  - {user: 'no', teams: ['yes']}\n---\nusers:\n  - {user: '007', teams: ['on']}\n",
    );
    world.run(&["apply", "two.yaml", "--yes"]).exits(USAGE);
    assert_eq!(world.written(), [""; 0]);
}
