//! Servers that show only some of a group's members, and nothing that says so.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{change, effects, json_of},
    records::{group, user_id, user_name, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, INCOMPLETE, NOT_SENT, World, column, row},
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

/// No answer shows more than a hundred members, and nothing else tells more.
const UNNAMED: Cut = Cut { most: 100, everywhere: true, named: false };

/// The members of `alpha` as the server has them, but for these.
fn but(gone: &[usize]) -> Vec<String> {
    (1..=120).filter(|number| !gone.contains(number)).map(user_id).collect()
}

#[test]
fn whoever_comes_into_sight_was_in_it_all_along() {
    let world = world(UNNAMED);
    let told = json_of(&world, &["remove", "alpha", "user0002"], DONE);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert_eq!(effects(&told), [""; 0], "{told}");
    assert_eq!(world.members("g0001"), but(&[2]));
    let told = json_of(&world, &["undo"], DONE);
    assert_eq!((&change(&told)["state"], effects(&told).len()), (&json!("sent, not shown"), 0), "{told}");
    assert_eq!(world.members("g0001"), but(&[]));
}

#[test]
fn a_member_beyond_the_cut_is_neither_refused_nor_out_already() {
    let world = world(UNNAMED);
    let told = json_of(&world, &["add", "alpha", "user0125"], DONE);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert!(world.members("g0001").contains(&user_id(125)));
    world.run(&["undo", "--yes"]);
    assert!((1..=120).all(|number| world.members("g0001").contains(&user_id(number))));
    let told = json_of(&world, &["remove", "alpha", "user0110"], DONE);
    assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
    assert!(!world.members("g0001").contains(&user_id(110)));
}

/// The same without PATCH.
struct CutWithoutPatch;

impl Behavior for CutWithoutPatch {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        (request.method == "PATCH").then(|| Answer::error(501, "no PATCH"))
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        UNNAMED.show(state, kind, record, shown_in)
    }
}

#[rstest]
#[case::untried("")]
#[case::known("[profile.field.server]\npatch_groups = false\n")]
fn a_list_that_may_be_cut_is_not_put(#[case] known: &str) {
    let all: Vec<usize> = (1..=120).collect();
    let state = State::new(users(125), vec![group(1, "alpha", &all)]);
    let world = World::with_profile(CutWithoutPatch, state, &format!("provider = \"scim\"\n{known}"));
    for args in [["add", "alpha", "user0125", "--yes"], ["remove", "alpha", "user0002", "--yes"]] {
        let said = world.run(&args);
        assert!(said.code != DONE && said.err.contains("100 members"), "{said}");
        assert_eq!(world.members("g0001"), but(&[]));
    }
    if !known.is_empty() {
        assert_eq!(world.written(), [""; 0]);
        world.run(&["add", "alpha", "user0125", "--yes"]).exits(NOT_SENT).warns(&["--confirm"]);
    }
}

/// A hundred members who are all: nothing of that is doubtful once the server shows more, or fewer.
#[test]
fn a_team_of_a_hundred_is_changed_as_any_other() {
    let all: Vec<usize> = (1..=100).collect();
    let world = World::new(Cut { most: 1_000, ..UNNAMED }, users(103), vec![group(1, "alpha", &all)]);
    for args in [["add", "alpha", "user0101"], ["remove", "alpha", "user0101"], ["remove", "alpha", "user0001"]] {
        let told = json_of(&world, &args, DONE);
        assert_eq!(change(&told)["state"], "confirmed", "{told}");
    }
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001").len(), 100);
}

/// Whoever is not shown is not removed: the plan and the outcome say so.
#[test]
fn pruning_a_full_page_says_that_others_may_be_hidden() {
    let world = world(UNNAMED);
    let wanted: Vec<String> = (1..=99).map(|number| format!("user{number:04}")).collect();
    world.file("less.yaml", format!("teams:\n  - {{team: alpha, members: [{}]}}\n", wanted.join(", ")));
    let words = "alpha: the server shows exactly 100 members, perhaps not all of them";
    let planned = world.run(&["plan", "less.yaml", "--prune", "--json"]).exits(DONE);
    assert!(planned.json()["notes"].to_string().contains(words), "{planned}");
    let said = world.run(&["apply", "less.yaml", "--prune", "--yes", "--json", "--confirm", "alpha"]);
    assert!(said.json()["notes"].to_string().contains(words), "{said}");
    assert_eq!(world.members("g0001"), but(&[100]));
}
