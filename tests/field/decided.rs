//! Deciding facts are read from the server before a change is sent or called done; facts that it does not tell are
//! named.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, named, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, INCOMPLETE, NOT_SENT, USAGE, World, row},
};

struct Plain;

impl Behavior for Plain {}

/// Lists show the first member of each group. A GET of the group shows all.
struct FirstMember;

impl Behavior for FirstMember {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups && shown_in == ShownIn::List {
            shown["members"].as_array_mut().unwrap().truncate(1);
        }
        shown
    }
}

#[test]
fn who_is_out_by_a_list_is_looked_for_in_the_group_itself() {
    let world = World::new(FirstMember, users(5), vec![group(1, "alpha", &[1, 2, 3])]);
    world.run(&["remove", "alpha", "user0003", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
    world.run(&["add", "alpha", "user0005", "--yes"]).exits(DONE);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0002"]);
}

/// Members have only these attributes.
struct Without(&'static [&'static str]);

impl Behavior for Without {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            for member in shown["members"].as_array_mut().unwrap() {
                let id = member["value"].as_str().unwrap().to_owned();
                let all = json!({"display": format!("name of {id}"), "$ref": format!("../Users/{id}"), "value": ""});
                let kept = all.as_object().unwrap().iter().filter(|(name, _)| self.0.contains(&name.as_str()));
                *member = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
            }
        }
        shown
    }
}

#[rstest]
#[case::only_a_display_name(&["display"])]
#[case::an_empty_value(&["value", "display"])]
fn members_without_an_id_are_no_empty_group(#[case] attributes: &'static [&'static str]) {
    let world = World::new(Without(attributes), users(4), vec![group(1, "alpha", &[1, 2])]);
    let said = world.run(&["remove", "alpha", "user0002", "--yes"]);
    assert!(said.code != DONE && !said.err.is_empty(), "{said}");
    let said = world.run(&["members", "alpha"]);
    assert!(said.code != DONE && !said.err.is_empty(), "{said}");
    let teams = world.run(&["teams", "--json"]).json();
    assert_eq!(row(&teams, "g0001")["members"], Value::Null);
    assert_eq!(world.run(&["users", "--json", "--filter", "-team:alpha"]).json(), json!([]));
    assert_eq!(world.written(), [""; 0]);
}

#[test]
fn a_reference_tells_the_id_of_a_member() {
    let world = World::new(Without(&["$ref"]), users(4), vec![group(1, "alpha", &[1, 2])]);
    let members = world.run(&["members", "alpha", "--json"]).exits(DONE).json();
    assert_eq!(row(&members, "u0002")["user"], "user0002");
}

/// The roles of users are in no list.
struct UnlistedRoles;

impl Behavior for UnlistedRoles {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Users && shown_in == ShownIn::List {
            shown.as_object_mut().unwrap().shift_remove("roles");
        }
        shown
    }
}

#[test]
fn a_role_that_only_the_record_shows_is_guarded() {
    let mut people = users(3);
    for (at, user) in people.iter_mut().enumerate() {
        user["roles"] = json!([{"value": if at == 0 { "admin" } else { "member" }, "primary": true}]);
    }
    let world = World::new(UnlistedRoles, people, vec![]);
    for change in [&["deactivate", "user0001"][..], &["delete", "user", "user0001"]] {
        world.run(&[change, &["--yes"]].concat()).exits(NOT_SENT).warns(&["user0001"]);
    }
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
#[case::a_file(&["apply", "one.csv", "--yes"])]
#[case::a_plan(&["plan", "one.csv"])]
fn an_address_that_is_another_one_s_user_name_is_not_guessed(#[case] command: &[&str]) {
    let mut carl = named(1, "carl");
    carl["emails"] = json!([{"value": "bob@x.com", "primary": true}]);
    let mut bob = named(2, "bob@x.com");
    bob["emails"] = json!([{"value": "other@x.com", "primary": true}]);
    let world = World::new(Plain, vec![carl, bob], vec![]);
    world.file("one.csv", "email,active\nbob@x.com,no\n");
    world.run(command).exits(USAGE).warns(&["u0001", "u0002"]);
    assert_eq!(world.written(), [""; 0]);
    world.file("other.csv", "email,active\nother@x.com,no\n");
    world.run(&["apply", "other.csv", "--yes"]).exits(DONE);
    assert!(world.is_active("u0001") && !world.is_active("u0002"));
}

/// Shows the first two users, takes no filter, and lets two users have one name.
struct Short;

impl Behavior for Short {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        request.parameter("filter").map(|_| Answer::error(400, "no filters here"))
    }

    fn page(&self, _: ResourceType, total: usize, start: usize, _: Option<usize>) -> std::ops::Range<usize> {
        if start > 1 { 0..0 } else { 0..total.min(2) }
    }

    fn names_are_unique(&self) -> bool {
        false
    }
}

#[test]
fn a_name_that_can_not_be_looked_up_is_created_only_by_name() {
    let world = World::new(Short, users(5), vec![group(1, "alpha", &[1])]);
    let create = ["create", "user", "user0004", "--email", "user0004@example.com", "--yes"];
    world.run(&create).exits(NOT_SENT).warns(&["--confirm"]);
    assert_eq!(world.written(), [""; 0]);
    world.run(&[&create[..], &["--confirm", "user0004"]].concat()).exits(DONE);
    assert_eq!(world.written(), ["POST /scim/v2/Users"]);
}

/// Members are shown nowhere.
struct NoMembers;

impl Behavior for NoMembers {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups {
            shown.as_object_mut().unwrap().shift_remove("members");
        }
        shown
    }
}

#[test]
fn a_check_of_what_is_not_told_is_incomplete() {
    let world = World::new(NoMembers, users(3), vec![group(1, "alpha", &[1])]);
    world.file("none.yaml", "teams:\n  - {team: alpha, members: []}\n");
    let plan = ["plan", "none.yaml", "--prune", "--check"];
    world.run(&plan).exits(INCOMPLETE).warns(&["alpha"]);
    let said = world.run(&[&plan[..], &["--json"]].concat()).exits(INCOMPLETE);
    assert_eq!(said.json()["error"]["code"], "incomplete");
    world.run(&[&plan[..], &["--allow-incomplete"]].concat()).exits(DONE);
}

/// Nobody may list groups.
struct NoGroups;

impl Behavior for NoGroups {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        request.path.ends_with("/Groups").then(|| Answer::error(403, "not for this key"))
    }
}

#[test]
fn a_list_that_can_not_be_read_hides_no_other_list() {
    let world = World::new(NoGroups, users(3), vec![]);
    let said = world.run(&["users", "--json"]).exits(INCOMPLETE).warns(&["groups"]);
    assert_eq!(said.json().as_array().unwrap().len(), 3);
    assert_eq!(row(&said.json(), "u0001")["teams"], Value::Null);
    world.run(&["deactivate", "user0002", "--yes"]).exits(DONE);
    assert!(!world.is_active("u0002"));
}

#[test]
fn a_name_of_the_profile_that_is_nobodys_is_said() {
    let lines = "provider = \"scim\"\nme = \"user0001@example.com\"\n";
    let world = World::with_profile(Plain, State::new(users(3), vec![]), lines);
    world.run(&["deactivate", "user0001", "--yes"]).exits(NOT_SENT);
    let said = world.run(&["set-email", "user0001", "new@example.com", "--yes"]);
    assert!(said.err.contains("change it there, too") || said.code == NOT_SENT, "{said}");
    world.run(&["set-email", "user0001", "new@example.com", "--confirm", "user0001"]);
    world.run(&["deactivate", "user0002", "--yes"]).exits(DONE).warns(&["me in the profile", "guards nobody"]);
}

/// Lists have no addresses.
struct UnlistedAddresses;

impl Behavior for UnlistedAddresses {
    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Users && shown_in == ShownIn::List {
            shown.as_object_mut().unwrap().shift_remove("emails");
        }
        shown
    }
}

#[test]
fn an_address_that_no_list_shows_is_looked_up() {
    let world = World::new(UnlistedAddresses, users(4), vec![]);
    world.run(&["deactivate", "user0003@example.com", "--yes"]);
    let filters = || world.server.log().iter().filter(|request| request.parameter("filter").is_some()).count();
    assert!(filters() > 0, "nobody was asked");
}

#[test]
fn a_group_that_left_a_group_is_no_unknown_name() {
    let mut parent = group(1, "alpha", &[1]);
    parent["members"].as_array_mut().unwrap().push(json!({"value": "g0002", "type": "Group"}));
    let world = World::new(Plain, users(2), vec![parent, group(2, "beta", &[2])]);
    world.run(&["export", "--out", "all.yaml"]).exits(DONE);
    world.run(&["remove", "alpha", "g0002", "--yes"]).exits(DONE);
    world.run(&["remove", "alpha", "g0002", "--yes"]).exits(DONE);
    let said = world.run(&["plan", "all.yaml"]);
    assert!(!said.err.contains("is called"), "{said}");
}

#[test]
fn a_column_that_says_the_opposite_is_not_read_as_active() {
    let world = World::new(Plain, users(2), vec![]);
    world.file("gam.csv", "primaryEmail,suspended\nuser0001@example.com,False\n");
    let plan = ["plan", "gam.csv", "--map", "primaryEmail=email", "--map", "suspended=active"];
    world.run(&plan).exits(USAGE).warns(&["opposite"]);
}

#[test]
fn a_column_that_says_the_opposite_is_read_so_where_a_word_says_it() {
    let world = World::new(Plain, users(3), vec![]);
    let turned = ["--map", "primaryEmail=email", "--map", "suspended=!active", "--yes"];
    world.file("gam.csv", "primaryEmail,suspended\nuser0001@example.com,True\nuser0002@example.com,False\n");
    world.run(&[&["apply", "gam.csv"][..], &turned].concat()).exits(DONE);
    assert_eq!([1, 2, 3].map(|number| world.is_active(&format!("u000{number}"))), [false, true, true]);
    world.file("gam.csv", "primaryEmail,suspended\nuser0003@example.com,suspended\n");
    world.run(&[&["apply", "gam.csv"][..], &turned].concat()).exits(USAGE).warns(&["row 2", "neither yes nor no"]);
    world.file("own.csv", "user,!active\nuser0001,no\n");
    world.run(&["apply", "own.csv", "--yes"]).exits(DONE);
    assert!(world.is_active("u0001"));
}

#[test]
fn the_undo_of_a_removal_that_nobody_could_see_is_not_offered() {
    let world = World::new(NoMembers, users(3), vec![group(1, "alpha", &[1])]);
    world.run(&["remove", "alpha", "user0003", "--yes"]);
    let said = world.run(&["undo", "--yes"]);
    assert!(said.code != DONE && said.err.contains("not known"), "{said}");
    assert_eq!(world.members("g0001"), ["u0001"], "nobody joins who was not in it");
}

#[test]
fn applying_what_is_not_told_is_not_done() {
    let world = World::new(NoMembers, users(3), vec![group(1, "alpha", &[1])]);
    world.file("none.yaml", "teams:\n  - {team: alpha, members: []}\n");
    let apply = ["apply", "none.yaml", "--prune", "--yes"];
    world.run(&apply).exits(INCOMPLETE).warns(&["alpha"]);
    world.run(&[&apply[..], &["--allow-incomplete"]].concat()).exits(DONE);
}

/// A member by reference alone is the one who is removed, no side effect.
#[test]
fn members_by_reference_are_compared_by_id() {
    let world = World::new(Without(&["$ref"]), users(4), vec![group(1, "alpha", &[1, 2, 3])]);
    let said = world.run(&["remove", "alpha", "user0001", "user0003", "--yes"]).exits(DONE);
    assert!(!said.err.contains("ATTENTION"), "{said}");
    assert_eq!(world.members("g0001"), ["u0002"]);
}

/// Creates users who are not active.
struct CreatesInactive;

impl Behavior for CreatesInactive {
    fn create(&self, _: &State, _: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        record["active"] = false.into();
        record
    }
}

#[test]
fn the_undo_of_a_creation_deletes_also_who_was_created_inactive() {
    let world = World::new(CreatesInactive, users(2), vec![]);
    world.run(&["create", "user", "nn", "--email", "nn@example.com", "--yes"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.state().users.len(), 2);
}
