//! Names that differ by case only, and names that two records share.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, named, user, users},
    server::{Answer, Behavior, Request},
    state::{ResourceType, State},
    world::{DONE, USAGE, World, column},
};

struct Plain;

impl Behavior for Plain {}

const OTHER_CASE: &str = "User,Email,Team\n\
                          Dana.Whitlock,Dana.Whitlock@Example.com,Tool-Smiths\n\
                          BRUNO,bruno@example.com,tool-smiths\n";
const OTHER_CASE_TWICE: &str =
    "teams:\n  - {team: Tool-Smiths, members: [Dana.Whitlock@Example.COM, Bruno, BRUNO@EXAMPLE.COM]}\n";

#[rstest]
#[case::rows("wish.csv", OTHER_CASE)]
#[case::a_document("wish.yaml", OTHER_CASE_TWICE)]
fn a_file_in_another_case_is_no_difference(#[case] name: &str, #[case] text: &str) {
    let people = vec![named(1, "dana.whitlock"), named(2, "bruno"), named(3, "carol")];
    let world = World::new(Plain, people, vec![group(1, "tool-smiths", &[1, 2])]);
    world.file(name, text);
    world.run(&["plan", name, "--check", "--prune"]).exits(DONE);
    world.run(&["apply", name, "--prune", "--yes"]).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
}

/// A server that compares names exactly.
struct Exact;

impl Behavior for Exact {
    fn matches(&self, record: &Value, attribute: &str, value: &str) -> bool {
        match attribute {
            "emails.value" => record["emails"].as_array().unwrap().iter().any(|email| email["value"] == value),
            _ => record[attribute] == value,
        }
    }
}

/// Two users and two groups whose names differ by case.
fn twins() -> World {
    let twin = |number, address: &str| {
        let mut user = named(number, address);
        user["emails"] = json!([{"value": address, "primary": true}]);
        user
    };
    let people = vec![twin(1, "nilo3@example.com"), twin(2, "Nilo3@example.com"), user(3)];
    World::new(Exact, people, vec![group(1, "engineering", &[1]), group(2, "Engineering", &[2])])
}

#[test]
fn of_twins_the_exact_spelling_is_taken() {
    let world = twins();
    world.run(&["deactivate", "nilo3@example.com", "--yes"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/v2/Users/u0001"]);
    assert!(!world.is_active("u0001") && world.is_active("u0002"));
    for (team, member) in [("engineering", "u0001"), ("Engineering", "u0002")] {
        let members = world.run(&["members", team, "--json"]).exits(DONE).json();
        assert_eq!(column(&members, "id"), [member], "{team}");
    }
}

#[rstest]
#[case::a_person(&["deactivate", "NILO3@example.com", "--yes"], ["u0001", "u0002"])]
#[case::a_person_for_a_team(&["add", "engineering", "NILO3@EXAMPLE.COM", "--yes"], ["u0001", "u0002"])]
#[case::a_group(&["members", "ENGINEERING"], ["g0001", "g0002"])]
#[case::a_group_to_delete(&["delete", "team", "ENGINEERING", "--yes"], ["g0001", "g0002"])]
fn of_twins_no_other_spelling_is_guessed(#[case] args: &[&str], #[case] ids: [&str; 2]) {
    let world = twins();
    world.run(args).exits(USAGE).warns(&ids);
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
#[case("all.csv")]
#[case("all.json")]
#[case("all.yaml")]
fn an_export_of_twins_is_no_difference(#[case] name: &str) {
    let world = twins();
    world.run(&["export", "--out", name]).exits(DONE);
    world.run(&["plan", name, "--check", "--prune=listed,users,teams"]).exits(DONE);
    world.run(&["apply", name, "--prune=listed,users,teams", "--yes"]).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn rows_of_twins_are_two_people() {
    let world = twins();
    let rows = "user,email,team\n\
                Nilo3@example.com,Nilo3@example.com,Engineering\n\
                nilo3@example.com,nilo3@example.com,engineering\n";
    world.file("wish.csv", rows);
    world.run(&["plan", "wish.csv", "--check", "--prune"]).exits(DONE);
}

/// A server on which names are not unique.
struct NotUnique;

impl Behavior for NotUnique {
    fn names_are_unique(&self) -> bool {
        false
    }
}

fn doubles() -> World {
    let mut people = users(4);
    people.extend([named(11, "dup@example.com"), named(12, "dup@example.com")]);
    World::new(NotUnique, people, vec![group(1, "Twins", &[1]), group(2, "Twins", &[2])])
}

#[rstest]
#[case::a_person(&["deactivate", "dup@example.com", "--yes"], ["u0011", "u0012"])]
#[case::a_person_for_a_team(&["add", "g0001", "dup@example.com", "--yes"], ["u0011", "u0012"])]
#[case::a_person_to_delete(&["delete", "user", "dup@example.com", "--yes"], ["u0011", "u0012"])]
#[case::members(&["members", "Twins"], ["g0001", "g0002"])]
#[case::a_group(&["add", "Twins", "user0003", "--yes"], ["g0001", "g0002"])]
#[case::a_group_to_delete(&["delete", "team", "Twins", "--yes"], ["g0001", "g0002"])]
fn a_name_that_two_have_is_answered_with_both(#[case] args: &[&str], #[case] ids: [&str; 2]) {
    let world = doubles();
    world.run(args).exits(USAGE).warns(&ids);
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
#[case::a_person("user,team\ndup@example.com,g0001\n", ["u0011", "u0012"])]
#[case::a_group("user,team\nuser0003,Twins\n", ["g0001", "g0002"])]
fn a_row_with_a_name_that_two_have_is_answered_with_both(#[case] rows: &str, #[case] ids: [&str; 2]) {
    let world = doubles();
    world.file("rows.csv", rows);
    world.run(&["apply", "rows.csv", "--yes", "--prune"]).exits(USAGE).warns(&ids);
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn an_id_names_one_of_two() {
    let world = doubles();
    world.run(&["deactivate", "u0011", "--yes"]).exits(DONE);
    world.run(&["add", "g0002", "user0003", "--yes"]).exits(DONE);
    assert!(!world.is_active("u0011") && world.is_active("u0012"));
    assert_eq!(
        (world.members("g0001"), world.members("g0002")),
        (vec!["u0001".into()], vec!["u0002".into(), "u0003".into()])
    );
}

/// A list of users that has the first record only; filters find all records.
struct LateTwin;

impl Behavior for LateTwin {
    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        if request.path.ends_with("/Users") && request.parameter("filter").is_none() {
            // The list has the first of them only.
            let first: Vec<Value> = state.of(ResourceType::Users).values().take(1).cloned().collect();
            return Some(Answer::json(200, &self.envelope(2, 1, first)));
        }
        None
    }
}

/// A partial list may lack a second user of the same name, so one match in it is not enough.
#[test]
fn a_double_that_only_the_filter_shows_is_answered_with_both() {
    let people = vec![named(11, "dup@example.com"), named(12, "dup@example.com")];
    let world = World::new(LateTwin, people, vec![]);
    world.run(&["deactivate", "dup@example.com", "--yes"]).exits(USAGE).warns(&["u0011", "u0012"]);
    assert_eq!(world.written(), [""; 0]);
}
