//! Commands that read single records mean whom they would mean with the whole list, whatever a server's filter does.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, named, user_id},
    server::{Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::World,
};

/// The records that a filter finds.
#[derive(Debug, Clone, Copy)]
enum Filter {
    /// Names that differ by case at most.
    Folds,
    Exact,
    /// Names that begin with the text.
    Begins,
    /// Everybody.
    Ignored,
    /// Nobody.
    Blind,
}

impl Behavior for Filter {
    fn matches(&self, record: &Value, attribute: &str, value: &str) -> bool {
        let all = match attribute {
            "emails.value" => record["emails"].as_array().unwrap().iter().map(|email| &email["value"]).collect(),
            _ => vec![&record[attribute]],
        };
        all.into_iter().filter_map(Value::as_str).any(|own| match self {
            Self::Folds => own.to_lowercase() == value.to_lowercase(),
            Self::Exact => own == value,
            Self::Begins => own.to_lowercase().starts_with(&value.to_lowercase()),
            Self::Ignored => true,
            Self::Blind => false,
        })
    }

    fn show(&self, _: &State, _: ResourceType, record: &Value, _: ShownIn) -> Value {
        record.clone()
    }
}

fn people() -> Vec<Value> {
    let names = ["eva", "Eva", "ivan@example.com", "noor", "u0001", "zo\u{eb}", "zoe\u{308}", "tail ", "max", "maxine"];
    let mut people: Vec<Value> = (1..).zip(names).map(|(number, name)| named(number, name)).collect();
    people[3]["emails"] = json!([{"value": "Ivan@Example.com", "primary": true}]);
    people[8]["displayName"] = "noor".into();
    people[9]["emails"] = json!([{"value": "only@example.com", "primary": true}]);
    people
}

const NAMES: [&str; 17] = [
    "eva",
    "EVA",
    "Eva",
    "noor",
    "NOOR",
    "ivan@example.com",
    "Ivan@Example.com",
    "IVAN@EXAMPLE.COM",
    "u0001",
    "u0004",
    "zo\u{eb}",
    "zoe\u{308}",
    "tail",
    "max",
    "MAX",
    "only@example.com",
    "nobody",
];

fn world(filter: Filter, lines: &str) -> World {
    let state = State::new(people(), vec![group(1, "alpha", &[1, 4])]);
    World::with_profile(filter, state, &format!("provider = \"scim\"\n{lines}"))
}

/// The requests of the plan, or the code of the error.
fn meant(world: &World, args: &[&str]) -> Value {
    let said = world.run(&[args, &["--dry-run", "--json"]].concat());
    let told = said.json();
    json!([
        told["error"]["code"],
        told["changes"].as_array().map(|all| all.iter().map(|one| one["requests"].clone()).collect::<Vec<_>>())
    ])
}

fn reads_list(request: &Request) -> bool {
    let is_list = request.path.ends_with("/Users") || request.path.ends_with("/Groups");
    is_list && request.parameter("filter").is_none()
}

#[rstest]
#[case(Filter::Folds)]
#[case(Filter::Exact)]
#[case(Filter::Begins)]
#[case(Filter::Ignored)]
#[case(Filter::Blind)]
fn a_name_means_whom_it_means_in_the_whole_list(#[case] filter: Filter) {
    let by_name = world(filter, "");
    let by_list = world(filter, "server = { filter = false }\n");
    for name in NAMES {
        for args in [&["deactivate", name][..], &["add", "alpha", name], &["remove", "alpha", name]] {
            assert_eq!(meant(&by_name, args), meant(&by_list, args), "{filter:?}: {args:?}");
        }
    }
}

#[rstest]
#[case(Filter::Folds)]
#[case(Filter::Exact)]
#[case(Filter::Begins)]
#[case(Filter::Ignored)]
#[case(Filter::Blind)]
fn a_list_of_named_records_is_the_same_with_all_lists(#[case] filter: Filter) {
    let by_name = world(filter, "");
    let by_list = world(filter, "server = { filter = false }\n");
    let commands = NAMES.map(|name| vec!["users", name, "--json"]).into_iter();
    let teams = ["alpha", "ALPHA", "g0001", "nothing"].map(|name| vec!["members", name, "--json"]);
    for args in commands.chain(teams) {
        let [alone, listed] = [&by_name, &by_list].map(|world| world.run(&args).json());
        let code = |told: &Value| told["error"]["code"].clone();
        assert_eq!(code(&alone), code(&listed), "{filter:?}: {args:?}");
        assert!(alone.is_object() || alone == listed, "{filter:?}: {args:?}: {alone} {listed}");
    }
}

/// Where a filter works no list is read for a name that is somebody's.
#[rstest]
#[case("noor", false)]
#[case("Eva", false)]
#[case("only@example.com", false)]
#[case("tail", true)]
#[case("nobody", true)]
fn lists_are_read_only_where_they_decide(#[case] name: &str, #[case] lists: bool) {
    let world = world(Filter::Folds, "");
    world.run(&["set-name", name, "Another", "--dry-run"]);
    let log: Vec<Request> = world.server.log().clone();
    assert_eq!(log.iter().any(reads_list), lists, "{log:#?}");
}

/// Single records that were read are no list: the next session does not take them for one.
#[test]
fn what_was_read_alone_makes_no_list() {
    let world = world(Filter::Folds, "");
    world.run(&["set-name", "noor", "Another", "--yes"]).exits(0);
    let rows = world.run(&["users", "--json"]).exits(0).json();
    assert_eq!(rows.as_array().unwrap().len(), people().len());
    let noor = rows.as_array().unwrap().iter().find(|row| row["id"] == user_id(4)).unwrap();
    assert_eq!(noor["name"], "Another");
}
