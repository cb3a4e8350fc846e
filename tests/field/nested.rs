//! Members that are groups, and members that are in no list of users.

use rstest::rstest;
use serde_json::json;

use crate::{
    records::{group, users},
    server::Behavior,
    world::{DONE, World, column, row},
};

struct Plain;

impl Behavior for Plain {}

/// `engineering` has three members: a user, the group `frontend`, and a user who is in no list.
fn world() -> World {
    let mut engineering = group(1, "engineering", &[1]);
    engineering["members"].as_array_mut().unwrap().extend([
        json!({"value": "g0002", "type": "Group", "display": "frontend"}),
        json!({"value": "u0777", "type": "User", "display": "gone person"}),
    ]);
    World::new(Plain, users(4), vec![engineering, group(2, "frontend", &[2])])
}

#[test]
fn all_kinds_of_members_are_listed_and_counted() {
    let world = world();
    let rows = world.run(&["members", "engineering", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), ["g0002", "u0001", "u0777"]);
    let table = world.run(&["members", "engineering"]).exits(DONE).out;
    for name in ["user0001", "frontend", "gone person"] {
        assert!(table.contains(name), "{name}: {table}");
    }
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "g0001")["members"], 3);
}

#[rstest]
#[case::csv("all.csv", &["export"])]
#[case::json("all.json", &["export"])]
#[case::yaml("all.yaml", &["export"])]
#[case::teams_alone_csv("teams.csv", &["export", "teams"])]
#[case::teams_alone_yaml("teams.yaml", &["export", "teams"])]
fn an_export_keeps_all_kinds_of_members(#[case] name: &str, #[case] export: &[&str]) {
    let world = world();
    let before = world.state();
    world.run(&[export, &["--out", name]].concat()).exits(DONE);
    let text = std::fs::read_to_string(world.path(name)).unwrap();
    assert!(text.contains("g0002") && text.contains("u0777"), "{text}");
    world.run(&["plan", name, "--prune", "--check"]).exits(DONE);
    world.run(&["apply", name, "--prune", "--yes"]).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
    assert!(world.state() == before);
}

#[rstest]
#[case("g0002", ["u0001", "u0777"])]
#[case("u0777", ["g0002", "u0001"])]
fn any_member_is_removed_by_id(#[case] member: &str, #[case] left: [&str; 2]) {
    let world = world();
    world.run(&["remove", "engineering", member, "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), left);
    assert_eq!(world.members("g0002"), ["u0002"]);
}

#[test]
fn a_user_comes_and_goes_and_the_others_stay() {
    let world = world();
    world.run(&["add", "engineering", "user0003", "--yes"]).exits(DONE);
    world.run(&["remove", "engineering", "user0001", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["g0002", "u0003", "u0777"]);
}
