//! Values that a server tells of some records and not of others: commands say for each which it is.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, named, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State},
    wandb::{self, Documented, person, team},
    world::{DONE, INCOMPLETE, World, column, row},
};

/// The groups `alpha` (with members) and `empty` (without) are told; of `silent` no answer tells members.
#[derive(Clone, Copy)]
struct Silent {
    /// Users name their groups.
    named: bool,
    /// The silent group's attribute is there, and empty.
    empty: bool,
}

impl Behavior for Silent {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        match kind {
            ResourceType::Groups if record["displayName"] == "silent" => {
                let map = shown.as_object_mut().unwrap();
                map.shift_remove("members");
                if self.empty {
                    map.insert("members".into(), json!([]));
                }
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

#[rstest]
#[case::others_are_told_to_be_empty(Silent { named: false, empty: false })]
#[case::users_name_it(Silent { named: true, empty: false })]
#[case::users_name_it_and_it_looks_empty(Silent { named: true, empty: true })]
fn a_group_that_never_tells_its_members_is_not_empty(#[case] server: Silent) {
    let groups = vec![group(1, "alpha", &[1, 2]), group(2, "silent", &[3, 4]), group(3, "empty", &[])];
    let world = World::new(server, users(5), groups);
    let rows = world.run(&["teams", "--json"]).json();
    let members = ["g0001", "g0002", "g0003"].map(|id| &row(&rows, id)["members"]);
    assert_eq!(members, [&json!(2), &Value::Null, &json!(0)]);
    let said = world.run(&["members", "silent"]);
    assert!(said.code == INCOMPLETE && said.err.contains("does not tell who is in silent"), "{said}");
    assert_eq!(column(&world.run(&["members", "empty", "--json"]).exits(DONE).json(), "id"), [""; 0]);
    let rows = world.run(&["users", "--json"]).json();
    assert!(row(&rows, "u0003")["teams"] != json!([]), "nobody is said to be in no group: {rows}");
    world.run(&["add", "silent", "user0005", "--yes"]);
    assert_eq!(world.members("g0002"), ["u0003", "u0004", "u0005"]);
    world.run(&["remove", "silent", "user0003", "--yes"]);
    assert_eq!(world.members("g0002"), ["u0004", "u0005"]);
}

/// A server that leaves out an empty attribute (RFC 7643 §2.5).
struct LeavesOut;

impl Behavior for LeavesOut {
    fn show(&self, _: &State, _: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if shown["members"] == json!([]) {
            shown.as_object_mut().unwrap().shift_remove("members");
        }
        shown
    }
}

#[test]
fn an_attribute_that_is_left_out_is_nobody_where_no_group_shows_it_empty() {
    let groups = vec![group(1, "alpha", &[1]), group(2, "empty", &[])];
    let world = World::new(LeavesOut, users(3), groups);
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "g0002")["members"], 0);
    world.run(&["remove", "alpha", "user0001", "--yes"]).exits(DONE);
}

#[test]
fn a_role_that_no_record_shows_is_unknown_for_everybody() {
    let world = World::new(LeavesOut, users(3), vec![]);
    let rows = world.run(&["users", "--json", "-f", "role:unknown"]).exits(DONE).json();
    assert_eq!(rows.as_array().unwrap().len(), 3);
    let rows = world.run(&["users", "--json", "-f", "-role:unknown"]).exits(DONE).json();
    assert_eq!(rows, json!([]));
}

/// None is a dash in a table, not told a question mark, and both are distinct in CSV and JSON, too.
#[test]
fn none_and_not_told_differ_in_every_format() {
    let world = World::new(LeavesOut, users(2), vec![group(1, "alpha", &[1])]);
    let line = |text: &str| text.lines().find(|line| line.contains("user0002")).unwrap().to_owned();
    let table = line(&world.run(&["users"]).exits(DONE).out);
    let cells: Vec<&str> = table.split_whitespace().collect();
    assert_eq!((cells[3], cells[5]), ("?", "–"), "role and teams: {table}");
    let csv = line(&world.run(&["users", "--csv"]).exits(DONE).out);
    let cells: Vec<&str> = csv.split(',').collect();
    assert_eq!((cells[3], cells[5]), ("?", ""), "role and teams: {csv}");
}

/// Two people of one name differ by their ids in a plan.
#[test]
fn namesakes_have_their_ids_in_a_plan() {
    let twins = vec![named(1, "sam"), named(2, "sam"), named(3, "eva")];
    let world = World::new(LeavesOut, twins, vec![group(1, "alpha", &[1, 2, 3])]);
    let plan = world.run(&["deactivate", "u0001", "u0002", "--dry-run", "--json"]).exits(DONE).json();
    assert_eq!(column(&plan["changes"], "subject"), ["sam (u0001)", "sam (u0002)"]);
    let said = world.run(&["deactivate", "u0001", "--dry-run"]).exits(DONE);
    assert!(said.out.contains("sam (u0001)"), "{said}");
    let said = world.run(&["deactivate", "eva", "--dry-run"]).exits(DONE);
    assert!(!said.out.contains("(u0003)"), "{said}");
    let table = world.run(&["members", "alpha"]).exits(DONE).out;
    assert!(table.contains("sam (u0001)") && table.contains("sam (u0002)"), "{table}");
}

/// Only the members of this team matter, not the rest of a list that is cut.
#[test]
fn a_team_whose_members_are_all_known_is_whole() {
    struct Cut;
    impl Behavior for Cut {
        fn page(&self, _: ResourceType, total: usize, _: usize, _: Option<usize>) -> std::ops::Range<usize> {
            0..total.min(2)
        }
    }
    let world = World::new(Cut, users(9), vec![group(1, "alpha", &[1, 9]), group(2, "beta", &[1, 2])]);
    world.run(&["users", "--json"]).exits(INCOMPLETE);
    for (team, ids) in [("alpha", ["u0001", "u0009"]), ("beta", ["u0001", "u0002"])] {
        let members = world.run(&["members", team, "--json"]).exits(DONE).json();
        assert_eq!(column(&members, "id"), ids);
    }
}

/// The list of teams knows the admins that a roster tells, as the console does.
#[test]
fn a_roster_tells_the_admins_of_a_team_in_the_list() {
    let people = vec![
        person("u1", "boss", "admin", &[]),
        person("u2", "eva", "member", &[("crew", "member")]),
        person("u3", "ivan", "member", &[("crew", "admin")]),
    ];
    let server = Documented { rosters: true, ..Documented::default() };
    let world = wandb::world(server, State::new(people, vec![team("t1", "crew", &["u2", "u3"])]), "");
    let rows = world.run(&["teams", "--full", "--json"]).exits(DONE).json();
    assert_eq!(rows[0]["admins"], json!(["ivan"]));
    let said = world.run(&["teams", "--json"]).exits(DONE).warns(&["all admins are known for 0 of 1 teams"]);
    assert_eq!(said.json()[0]["admins"], Value::Null);
}
