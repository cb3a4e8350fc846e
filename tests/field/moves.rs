//! Servers on which a person is in one team at a time: joining another one ends the first membership, which is seen, said,
//! stops the rest of a plan, and comes back by the undo.

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
