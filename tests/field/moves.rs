//! Servers on which a person is in one team at a time: joining another one ends the first membership, which is seen, said,
//! stops the rest of a plan, and comes back by the undo.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{PARTLY, change, effects, json_of, why},
    records::{group, users},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, patch},
    world::{DONE, World, members_of},
};

/// Whoever joins a group leaves the others; records of users tell their groups, or don't.
struct OneTeam {
    tells: bool,
}

impl Behavior for OneTeam {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
        if kind == ResourceType::Groups && operation["op"] == "add" {
            leave_others(state, id, &operation["value"]);
        }
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        let mut record = record.clone();
        if kind == ResourceType::Users && self.tells {
            let id = record["id"].as_str().unwrap().to_owned();
            let inside = state.groups.values().filter(|group| members_of(group).contains(&id));
            record["groups"] = inside.map(|group| json!({"value": group["id"]})).collect();
        }
        record
    }
}

fn leave_others(state: &mut State, joined: &str, who: &Value) {
    for (id, group) in &mut state.groups {
        if id != joined {
            let leaves = |member: &Value| who.as_array().unwrap().iter().any(|one| one["value"] == member["value"]);
            group["members"].as_array_mut().unwrap().retain(|member| !leaves(member));
        }
    }
}

fn world(tells: bool) -> World {
    let groups = vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[3]), group(3, "gamma", &[4])];
    World::new(OneTeam { tells }, users(6), groups)
}

#[track_caller]
fn is_as_before(world: &World) {
    let members = ["g0001", "g0002", "g0003"].map(|id| world.members(id).join(" "));
    assert_eq!(members, ["u0001 u0002", "u0003", "u0004"]);
}

#[test]
fn a_team_that_a_new_member_leaves_is_told_by_their_record_and_comes_back() {
    let world = world(true);
    let said = world.run(&["add", "beta", "user0002", "--yes", "--json"]).exits(PARTLY);
    let told = said.json();
    assert_eq!(effects(&told), ["user0002 is not in alpha any more."], "{said}");
    assert_eq!(change(&told)["side_effects"][0]["undoable"], true, "{said}");
    said.warns(&["scimitar add alpha user0002"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    is_as_before(&world);
}

#[test]
fn where_no_record_of_a_user_tells_teams_the_known_teams_are_compared_and_the_rest_of_the_plan_stops() {
    let world = world(false);
    world.file("joins.csv", "user,team\nuser0002,beta\nuser0005,beta\n");
    let said = world.run(&["apply", "joins.csv", "--yes", "--json"]).exits(PARTLY);
    assert!(said.out.contains("user0002 is not in alpha any more."), "{said}");
    assert_eq!(world.members("g0002"), ["u0002", "u0003"], "the second one was sent: {said}");
    world.run(&["undo", "--yes"]).exits(DONE);
    is_as_before(&world);
}

/// The change of somebody who is in no team shows nothing of others' memberships.
#[test]
fn the_first_one_who_is_in_another_team_is_compared_wherever_they_stand_in_the_plan() {
    let world = world(false);
    world.file("joins.csv", "user,team\nuser0005,alpha\nuser0002,beta\n");
    let said = world.run(&["apply", "joins.csv", "--yes", "--json"]).exits(PARTLY);
    assert!(said.out.contains("user0002 is not in alpha any more."), "{said}");
    world.run(&["undo", "--yes"]).exits(DONE);
    is_as_before(&world);
}

#[test]
fn memberships_that_were_not_looked_at_are_named_as_that() {
    let world = world(false);
    let told = json_of(&world, &["add", "beta", "user0002"], DONE);
    assert!(why(&told).contains("other memberships are as before was not looked at"), "{told}");
}

/// Whoever is taken out of a group is out of all.
struct LeavesAll {
    tells: bool,
}

impl Behavior for LeavesAll {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let before = members_of_all(state, id);
        patch(&mut state.of_mut(kind)[id], operation);
        let after = members_of_all(state, id);
        let gone: Vec<Value> =
            before.iter().filter(|one| !after.contains(one)).map(|one| json!({"value": one})).collect();
        if kind == ResourceType::Groups {
            leave_others(state, id, &gone.into());
        }
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        OneTeam { tells: self.tells }.show(state, kind, record, shown)
    }
}

fn members_of_all(state: &State, id: &str) -> Vec<String> {
    state.groups.get(id).map(members_of).unwrap_or_default()
}

/// A removal that takes the person out of other teams, too, is told as that, and the others come back.
#[rstest]
#[case::told_by_their_record(true)]
#[case::told_by_the_teams(false)]
fn teams_that_somebody_leaves_beside_the_one_are_told_and_come_back(#[case] tells: bool) {
    let groups = || vec![group(1, "alpha", &[1, 2]), group(2, "beta", &[1, 3])];
    let world = World::new(LeavesAll { tells }, users(6), groups());
    world.file("alpha.yaml", "teams:\n- {team: alpha, members: [user0002]}\n");
    let said = world.run(&["apply", "alpha.yaml", "--prune", "--yes", "--json"]).exits(PARTLY);
    assert_eq!(effects(&said.json()), ["user0001 is not in beta any more."], "{said}");
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(
        [world.members("g0001"), world.members("g0002")].map(|all| all.join(" ")),
        ["u0001 u0002", "u0001 u0003"]
    );
}

/// Shows what a reading after the removal from `alpha` shows if the deletion of `gamma` is faster.
struct DeletesFirst;

impl Behavior for DeletesFirst {
    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown: ShownIn) -> Value {
        let mut state = state.clone();
        if !members_of(&state.groups["g0001"]).contains(&"u0003".to_owned()) {
            state.groups.retain(|_, group| group["displayName"] != "gamma");
        }
        OneTeam { tells: true }.show(&state, kind, record, shown)
    }
}

/// A membership that ends because the same plan deletes the team is no side effect of a removal.
#[test]
fn a_team_that_the_same_undo_deletes_is_not_told_as_left() {
    let world = World::new(DeletesFirst, users(6), vec![group(1, "alpha", &[1, 2])]);
    world.file("more.yaml", "teams:\n- {team: gamma, members: [user0003]}\n- {team: alpha, members: [user0003]}\n");
    world.run(&["apply", "more.yaml", "--yes"]).exits(DONE);
    let said = world.run(&["undo", "--yes", "--json"]).exits(DONE);
    assert_eq!(said.json()["changes"].as_array().map(Vec::len), Some(2), "{said}");
    assert_eq!(
        (world.members("g0001"), world.state().groups.len()),
        (vec!["u0001".into(), "u0002".into()], 1),
        "{said}"
    );
}

#[test]
fn a_removal_that_is_not_compared_with_other_memberships_says_so() {
    let world = World::new(LeavesAll { tells: false }, users(6), vec![group(1, "alpha", &[1, 2])]);
    let told = json_of(&world, &["remove", "alpha", "user0002"], DONE);
    assert!(why(&told).contains("other memberships are as before was not looked at"), "{told}");
}

struct Plain;

impl Behavior for Plain {}

/// A single comparison in a session is enough if other memberships stay.
#[test]
fn a_server_that_leaves_other_memberships_alone_is_asked_about_them_once() {
    let groups = vec![group(1, "alpha", &[1, 2, 3, 4, 5]), group(2, "beta", &[6])];
    let world = World::new(Plain, users(6), groups);
    world.file("joins.csv", "user,team\nuser0001,beta\nuser0002,beta\nuser0003,beta\nuser0004,beta\n");
    world.run(&["apply", "joins.csv", "--yes"]).exits(DONE);
    let log = world.server.log();
    let sent = log.iter().skip_while(|request| !request.is_write());
    let reads = sent.filter(|request| !request.is_write() && request.path.ends_with("/Groups/g0001")).count();
    assert_eq!(reads, 1, "{log:#?}");
}
