//! Servers that leave members out of lists of groups, or call members by user name.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, patch},
    world::{CommandResult, DONE, INCOMPLETE, World, column, members_of, row},
};

/// The attribute `members` in lists of groups. A GET of one group has all members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListedMembers {
    LeftOut,
    Empty,
}

impl Behavior for ListedMembers {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups && shown_in == ShownIn::List {
            match self {
                Self::LeftOut => drop(shown.as_object_mut().unwrap().remove("members")),
                Self::Empty => shown["members"] = json!([]),
            }
        }
        shown
    }
}

/// `alpha` has users 1 to 3, `beta` has 4.
fn groups() -> Vec<Value> {
    vec![group(1, "alpha", &[1, 2, 3]), group(2, "beta", &[4])]
}

fn hidden(listed: ListedMembers) -> World {
    World::new(listed, users(6), groups())
}

/// The memberships of an exported document, each as `team user`, sorted.
fn memberships(document: &Value) -> Vec<String> {
    let names = |list: &Value| -> Vec<String> {
        let by_role = list.as_object().into_iter().flatten().map(|(name, _)| name.clone());
        let plain = list.as_array().into_iter().flatten().map(|name| name.as_str().unwrap_or_default().to_owned());
        plain.chain(by_role).collect()
    };
    let mut all = Vec::new();
    for user in document["users"].as_array().into_iter().flatten() {
        let user_name = user["user"].as_str().unwrap();
        all.extend(names(&user["teams"]).into_iter().map(|team| format!("{team} {user_name}")));
    }
    for team in document["teams"].as_array().into_iter().flatten() {
        let team_name = team["team"].as_str().unwrap_or_default();
        all.extend(names(&team["members"]).into_iter().map(|user| format!("{team_name} {user}")));
    }
    all.sort();
    all.dedup();
    all
}

const ALL: [&str; 4] = ["alpha user0001", "alpha user0002", "alpha user0003", "beta user0004"];

#[rstest]
fn members_that_the_list_hides_are_listed(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let rows = hidden(listed).run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), ["u0001", "u0002", "u0003"]);
}

#[rstest]
fn members_that_the_list_hides_are_not_none(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    for (id, count) in [("g0001", 3), ("g0002", 1)] {
        let members = &row(&rows, id)["members"];
        assert!(members.is_null() || *members == count, "{rows}");
    }
    let table = world.run(&["teams"]).exits(DONE).out;
    let cells: Vec<&str> = table.split_whitespace().collect();
    assert!(!cells.contains(&"0"), "{table}");
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    let teams = &row(&rows, "u0001")["teams"];
    assert!(teams.is_null() || teams[0]["name"] == "alpha", "{rows}");
}

#[rstest]
fn one_of_hidden_members_is_removed_and_the_others_stay(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    world.run(&["remove", "alpha", "user0002", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0003"]);
    assert_eq!(world.members("g0002"), ["u0004"]);
}

#[rstest]
fn an_addition_that_is_taken_back_loses_nobody(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    world.run(&["add", "alpha", "user0005", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003", "u0005"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003"]);
}

/// A deleted group is made anew with everybody who was in it.
#[rstest]
fn a_deleted_group_comes_back_with_hidden_members(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    world.run(&["delete", "team", "alpha", "--confirm", "alpha", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("made-1"), ["u0001", "u0002", "u0003"]);
}

/// The addition changes nothing, so the undo must not remove anybody.
#[rstest]
fn who_was_in_it_already_stays_after_an_undo(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    world.run(&["add", "alpha", "user0002", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003"]);
}

#[rstest]
fn an_export_has_the_members_that_the_list_hides(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    let whole = world.run(&["export", "--json"]).exits(DONE).json();
    assert_eq!(memberships(&whole), ALL);
    let teams = world.run(&["export", "teams", "--json"]).exits(DONE).json();
    assert_eq!(memberships(&teams), ALL);
    for (name, document) in [("all.json", whole), ("teams.json", teams)] {
        world.file(name, document.to_string());
        world.run(&["apply", name, "--prune", "--yes"]).exits(DONE);
    }
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
fn who_is_in_it_unseen_is_neither_added_nor_pruned(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    world.file("team.yaml", "teams:\n  - {team: alpha, members: [user0001, user0003]}\n");
    world.run(&["apply", "team.yaml", "--prune", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0003"], "the file is the whole of it");
    assert_eq!(world.members("g0002"), ["u0004"]);
    world.file("same.csv", "user,team\nuser0001,alpha\nuser0003,alpha\nuser0004,beta\n");
    world.run(&["plan", "same.csv", "--check", "--prune"]).exits(DONE);
}

#[rstest]
fn one_is_made_like_another_by_what_the_groups_themselves_tell(
    #[values(ListedMembers::LeftOut, ListedMembers::Empty)] listed: ListedMembers,
) {
    let world = hidden(listed);
    let rows = world.run(&["compare", "--users", "user0004", "user0003", "--json"]).exits(DONE).json();
    assert_eq!(rows.as_array().map(Vec::len), Some(2), "{rows}");
    world.run(&["make-like", "user0003", "user0004", "--exact", "--yes"]).exits(DONE);
    assert_eq!((world.members("g0001").len(), world.members("g0002").len()), (4, 0));
}

/// No answer tells members.
struct Silent;

impl Behavior for Silent {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            shown.as_object_mut().unwrap().remove("members");
        }
        shown
    }
}

#[test]
fn nobody_is_called_alike_where_no_answer_tells_members() {
    let world = World::new(Silent, users(6), groups());
    world.run(&["compare", "--users", "user0004", "user0003"]).exits(INCOMPLETE).warns(&["2 of 2"]);
    world.run(&["make-like", "user0003", "user0004", "--yes"]).exits(INCOMPLETE).warns(&["--allow-incomplete"]);
    world.run(&["make-like", "user0003", "user0004", "--yes", "--allow-incomplete"]).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
}

/// `members[].value` is the `userName` in requests and responses; the state keeps ids.
struct ByName;

impl ByName {
    fn ids(state: &State, members: &Value) -> Value {
        let id = |name: &str| {
            let known = state.users.values().find(|user| user["userName"] == name);
            known.map_or(json!(name), |user| user["id"].clone())
        };
        let members = members.as_array().into_iter().flatten();
        members.map(|member| json!({"value": id(member["value"].as_str().unwrap())})).collect()
    }
}

impl Behavior for ByName {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            let names = members_of(record).into_iter();
            shown["members"] = names.map(|id| json!({"value": state.users[&id]["userName"]})).collect();
        }
        shown
    }

    fn put(&self, state: &State, kind: ResourceType, old: &Value, body: &Value) -> Value {
        let mut new = body.clone();
        new["meta"] = old["meta"].clone();
        if kind == ResourceType::Groups {
            new["members"] = Self::ids(state, &body["members"]);
        }
        new
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let mut operation = operation.clone();
        if kind == ResourceType::Groups && operation["value"].is_array() {
            operation["value"] = Self::ids(state, &operation["value"]);
        }
        let filter = operation["path"].as_str().and_then(|path| path.strip_prefix("members[value eq "));
        if let Some(name) = filter.and_then(|rest| rest.strip_suffix(']')) {
            let name: String = serde_json::from_str(name).unwrap();
            let ids = Self::ids(state, &json!([{"value": name}]));
            operation["path"] = format!("members[value eq {}]", ids[0]["value"]).into();
        }
        patch(&mut state.of_mut(kind)[id], &operation);
    }
}

fn by_name() -> World {
    World::new(ByName, users(6), groups())
}

#[test]
fn members_by_name_are_the_users_of_that_name() {
    let world = by_name();
    let rows = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), ["u0001", "u0002", "u0003"]);
    assert_eq!(column(&rows, "email"), ["user0001@example.com", "user0002@example.com", "user0003@example.com"]);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(row(&rows, "u0004")["teams"][0]["name"], "beta");
    assert_eq!(row(&rows, "u0005")["teams"], json!([]), "in none");
    let found = world.run(&["users", "--json", "--filter", "team:alpha"]).exits(DONE).json();
    assert_eq!(column(&found, "id"), ["u0001", "u0002", "u0003"]);
}

#[test]
fn members_by_name_are_added_and_removed() {
    let world = by_name();
    let confirmed = |said: CommandResult| {
        let told = said.exits(DONE).json();
        assert_eq!((&told["confirmed"], &told["failed"]), (&json!(1), &json!(0)), "{told}");
    };
    confirmed(world.run(&["add", "alpha", "user0005", "--yes", "--json"]));
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003", "u0005"]);
    confirmed(world.run(&["remove", "alpha", "user0002", "--yes", "--json"]));
    assert_eq!(world.members("g0001"), ["u0001", "u0003", "u0005"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003", "u0005"]);
}

#[test]
fn an_export_of_members_by_name_is_no_difference() {
    let world = by_name();
    let whole = world.run(&["export", "--json"]).exits(DONE).json();
    assert_eq!(memberships(&whole), ALL);
    world.file("all.json", whole.to_string());
    world.run(&["apply", "all.json", "--prune=listed,users,teams", "--yes"]).exits(DONE);
    assert_eq!(world.written(), [""; 0]);
}
