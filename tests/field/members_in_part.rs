//! Servers that show only some of a group's members, and nothing that says so.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, user_id, user_name, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State},
    world::{DONE, INCOMPLETE, World, column, row},
};

/// No more members of a group than this.
struct Cut {
    most: usize,
    /// A GET of the group is cut, too.
    everywhere: bool,
    /// Users name their groups.
    named: bool,
}

impl Behavior for Cut {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        match kind {
            ResourceType::Groups if self.everywhere || shown_in == ShownIn::List => {
                shown["members"].as_array_mut().unwrap().truncate(self.most);
            }
            ResourceType::Users if self.named => {
                let is_in = |group: &&Value| {
                    group["members"].as_array().unwrap().iter().any(|member| member["value"] == record["id"])
                };
                let groups = state.groups.values().filter(is_in);
                shown["groups"] = groups.map(|group| json!({"value": group["id"], "type": "direct"})).collect();
            }
            _ => {}
        }
        shown
    }
}

const LISTS: Cut = Cut { most: 100, everywhere: false, named: false };
const ONE: Cut = Cut { most: 1, ..LISTS };
const NAMED: Cut = Cut { most: 100, everywhere: true, named: true };

/// `alpha` has 120 members, `beta` 3, `gamma` none.
fn world(cut: Cut) -> World {
    let all: Vec<usize> = (1..=120).collect();
    World::new(cut, users(125), vec![group(1, "alpha", &all), group(2, "beta", &[1, 2, 3]), group(3, "gamma", &[])])
}

#[rstest]
#[case::the_first_hundred(LISTS)]
#[case::the_first(ONE)]
fn who_is_in_it_is_asked_of_the_group_itself(#[case] cut: Cut) {
    let world = world(cut);
    let teams = world.run(&["teams", "--json"]).exits(DONE).json();
    for (id, count) in [("g0001", 120), ("g0002", 3), ("g0003", 0)] {
        assert_eq!(row(&teams, id)["members"], count);
    }
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&members, "id"), (1..=120).map(user_id).collect::<Vec<_>>());
    let users = world.run(&["users", "--json", "--full"]).exits(DONE).json();
    assert_eq!(row(&users, "u0120")["teams"][0]["name"], "alpha");
    assert_eq!(row(&users, "u0121")["teams"], json!([]));
    let users = world.run(&["users", "--json"]).json();
    assert!(row(&users, "u0120")["teams"] != json!([]), "nobody is said to be in no team");
}

#[rstest]
#[case::the_first_hundred(LISTS)]
#[case::the_first(ONE)]
fn an_export_of_it_is_whole_and_is_no_difference(#[case] cut: Cut) {
    let world = world(cut);
    world.run(&["export", "--out", "all.yaml"]).exits(DONE);
    world.run(&["export", "--out", "all.csv"]).exits(DONE);
    for file in ["all.yaml", "all.csv"] {
        let text = std::fs::read_to_string(world.path(file)).unwrap();
        // Of each member, and of the team itself.
        assert_eq!(text.matches("alpha").count(), 121, "{file}");
        world.run(&["apply", file, "--prune", "--yes"]).exits(DONE);
    }
    assert_eq!(world.written(), [""; 0]);
    let rest: Vec<String> = (2..=120).map(user_name).collect();
    world.file("less.yaml", format!("teams:\n  - {{team: alpha, members: [{}]}}\n", rest.join(", ")));
    world.run(&["apply", "less.yaml", "--prune", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), (2..=120).map(user_id).collect::<Vec<_>>());
}

#[rstest]
#[case::the_first_hundred(LISTS)]
#[case::the_first(ONE)]
fn a_filter_over_members_that_no_list_shows_is_incomplete(#[case] cut: Cut) {
    let world = world(cut);
    world.run(&["users", "--json", "--filter", "-team:alpha"]).exits(INCOMPLETE).warns(&["--full"]);
    let found = world.run(&["users", "--json", "--full", "--filter", "-team:alpha"]).exits(DONE).json();
    assert_eq!(column(&found, "id"), (121..=125).map(user_id).collect::<Vec<_>>());
}

#[test]
fn members_that_only_users_name_are_not_told() {
    let world = world(NAMED);
    let teams = world.run(&["teams", "--json"]).json();
    assert_eq!(row(&teams, "g0001")["members"], Value::Null);
    assert_eq!(row(&teams, "g0002")["members"], 3);
    world.run(&["members", "alpha"]).exits(INCOMPLETE).warns(&["alpha"]);
    let users = world.run(&["users", "--json"]).exits(INCOMPLETE).warns(&["leaves out members"]).json();
    assert!(row(&users, "u0120")["teams"] != json!([]), "nobody is said to be in no team");
    world.file("less.yaml", "teams:\n  - {team: alpha, members: []}\n");
    world.run(&["plan", "less.yaml", "--prune", "--check"]).exits(INCOMPLETE).warns(&["alpha"]);
    let said = world.run(&["remove", "alpha", "user0120", "--yes"]);
    assert!(!world.members("g0001").contains(&user_id(120)), "{said}");
    assert_eq!(world.members("g0001").len(), 119);
}

/// What users name is believed only where their groups can't be those of a group in it.
#[test]
fn a_group_in_a_group_is_no_gap() {
    struct Nested;
    impl Behavior for Nested {
        fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
            let mut shown = record.clone();
            if kind == ResourceType::Users {
                shown["groups"] = json!([{"value": "g0001"}, {"value": "g0002"}]);
            }
            shown
        }
    }
    let mut parent = group(1, "alpha", &[]);
    parent["members"] = json!([{"value": "g0002", "type": "Group"}]);
    let world = World::new(Nested, users(3), vec![parent, group(2, "beta", &[1, 2, 3])]);
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(row(&members, "g0002")["kind"], "group");
}
