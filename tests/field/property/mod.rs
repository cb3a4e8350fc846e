//! Property: partial knowledge is never taken for full knowledge.
//!
//! A seed decides the records, the fields that the server withholds (from lists or from all responses), and how its lists
//! end. A command ends with 0 only if it printed everything that the server tells. A withheld field is `null`, never an
//! empty value. A cut list is named on standard error and by the exit status. Nothing is sent that full knowledge would
//! forbid.

mod account;
mod console;
mod generated;
mod habits;
mod outcomes;
mod truth;

use rstest::rstest;
use serde_json::Value;

use crate::{
    state::State,
    world::{CommandResult, DONE, INCOMPLETE, NOT_SENT, World, members_of},
};
use generated::{Case, Visibility};
use truth::Agreement;

/// Asserts that the exit status fits the agreement between output and server.
#[track_caller]
fn agrees(case: &Case, said: &CommandResult, agreement: Agreement, rests_on_a_cut_list: bool) {
    match said.code {
        DONE => assert!(agreement == Agreement::Equal, "it ended with 0: {agreement:?}\n{case:?}\n{said}"),
        INCOMPLETE => assert!(rests_on_a_cut_list && !said.err.is_empty(), "nothing was cut:\n{case:?}\n{said}"),
        _ => panic!("{case:?}\n{said}"),
    }
}

#[rstest]
fn lists_are_whole_or_say_that_they_are_not(
    #[values(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
        30, 31, 32, 33, 34, 35, 36, 37, 38, 39
    )]
    seed: u64,
) {
    let case = Case::new(seed);
    let world = case.world();
    let (users_cut, groups_cut) = (case.users_are_cut(), case.groups_are_cut());

    let said = world.run(&["users", "--json"]);
    agrees(&case, &said, truth::users(&case, &said.json()), users_cut || groups_cut);
    assert!(!users_cut || said.code == INCOMPLETE, "{case:?}\n{said}");
    let anyway = world.run(&["users", "--json", "--allow-incomplete"]).exits(DONE);
    assert!(truth::users(&case, &anyway.json()) != Agreement::Wrong, "{case:?}\n{anyway}");

    let said = world.run(&["teams", "--json"]);
    agrees(&case, &said, truth::teams(&case, &said.json()), users_cut || groups_cut);
    assert!(!groups_cut || said.code == INCOMPLETE, "{case:?}\n{said}");
    let anyway = world.run(&["teams", "--json", "--allow-incomplete"]).exits(DONE);
    assert!(truth::teams(&case, &anyway.json()) != Agreement::Wrong, "{case:?}\n{anyway}");

    for group in case.state.groups.values() {
        let said = world.run(&["members", group["displayName"].as_str().unwrap(), "--json"]);
        if case.withheld.members == Visibility::Never {
            assert!(said.code != DONE && !said.err.is_empty(), "{case:?}\n{said}");
        } else {
            agrees(&case, &said, truth::members(&case, group, &said.json()), users_cut || groups_cut);
        }
    }

    if case.has_custom_roles() {
        let said = world.run(&["roles", "--json"]);
        assert!(!users_cut || said.code == INCOMPLETE, "{case:?}\n{said}");
        assert!(users_cut || said.code == DONE, "{case:?}\n{said}");
        let right = truth::holders(&case, &said.json());
        assert!(
            right || !said.err.is_empty(),
            "holders are counted over a part, and nothing says so: {case:?}\n{said}"
        );
    }
    assert_eq!(world.written(), [""; 0]);
}

#[rstest]
fn files_are_whole_or_are_not_written(
    #[values(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
        30, 31, 32, 33, 34, 35, 36, 37, 38, 39
    )]
    seed: u64,
) {
    let case = Case::new(seed);
    let world = case.world();
    let cut = case.users_are_cut() || case.groups_are_cut();

    let said = world.run(&["export", "--json"]);
    if cut {
        // The error may be printed as JSON, but no records.
        let nothing = said.out.is_empty() || said.json().get("users").is_none();
        assert!(said.code == INCOMPLETE && nothing && !said.err.is_empty(), "{case:?}\n{said}");
    } else {
        agrees(&case, &said, truth::export(&case, &said.json()), false);
    }
    let part = world.run(&["export", "--json", "--allow-incomplete"]).exits(DONE).json();
    assert!(truth::export(&case, &part) != Agreement::Wrong, "{case:?}\n{part:#}");

    // An unchanged export is no difference.
    world.file("all.json", part.to_string());
    // Only where there are custom roles can they be pruned.
    let prune = if case.has_custom_roles() { "--prune=listed,users,teams,roles" } else { "--prune=listed,users,teams" };
    let plan = ["plan", "all.json", "--check", prune];
    if cut {
        let said = world.run(&plan);
        assert!(said.code == INCOMPLETE && !said.err.is_empty(), "{case:?}\n{said}");
    }
    let said = world.run(&[&plan[..], &["--allow-incomplete"]].concat());
    assert!(said.code == DONE, "{case:?}\n{said}");
    assert_eq!(world.written(), [""; 0]);
}

/// Asserts that the server has this change and no other, or none at all. True if it has the change.
#[track_caller]
fn only(case: &Case, before: &State, world: &World, said: &CommandResult, change: impl FnOnce(&mut State)) -> bool {
    let (now, mut changed) = (world.state(), before.clone());
    change(&mut changed);
    if now == *before {
        assert!(said.code != DONE, "nothing was done:\n{case:?}\n{said}");
        return false;
    }
    assert!(same(&now, &changed), "something else was done: {:?}\n{case:?}\n{said}", world.written());
    true
}

/// Compares without regard to the order of members.
fn same(one: &State, other: &State) -> bool {
    let groups = |state: &State| state.groups.values().map(members_of).collect::<Vec<_>>();
    one.users == other.users && one.roles == other.roles && groups(one) == groups(other)
}

#[rstest]
fn nothing_is_sent_that_full_knowledge_would_forbid(
    #[values(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
        30, 31, 32, 33, 34, 35, 36, 37, 38, 39
    )]
    seed: u64,
) {
    let case = Case::new(seed);
    let world = case.world();
    let before = world.state();

    if case.guards_admins() {
        let admin = case.name_of(&case.admin);
        for command in [&["deactivate", admin][..], &["delete", "user", admin]] {
            let said = world.run(&[command, &["--yes"]].concat());
            assert!(said.code == NOT_SENT && said.err.contains(admin), "{case:?}\n{said}");
        }
        assert_eq!(world.written(), [""; 0], "{case:?}");
        assert!(world.state() == before, "{case:?}");
    }

    deactivate_ordinary(&case, &world);
    remove_member(&case, &world);
}

/// Deactivates an ordinary user: with `--yes` where knowledge suffices, otherwise with `--confirm`.
#[track_caller]
fn deactivate_ordinary(case: &Case, world: &World) {
    let before = world.state();
    let name = case.name_of(&case.ordinary);
    let deactivate = |state: &mut State| state.users[&case.ordinary]["active"] = Value::Bool(false);
    let said = world.run(&["deactivate", name, "--yes"]);
    if only(case, &before, world, &said, deactivate) {
        assert!(said.code == DONE || case.withheld.active == Visibility::Never, "{case:?}\n{said}");
        return;
    }
    assert!(said.code == NOT_SENT && !case.knows_admins(), "{case:?}\n{said}");
    let said = world.run(&["deactivate", name, "--confirm", name]);
    assert!(only(case, &before, world, &said, deactivate), "{case:?}\n{said}");
}

/// Removes a member; the others stay.
#[track_caller]
fn remove_member(case: &Case, world: &World) {
    let before = world.state();
    let (group, user) = case.membership();
    let team = before.groups[&group]["displayName"].as_str().unwrap();
    let name = case.name_of(&user);
    let mut said = world.run(&["remove", team, name, "--yes"]);
    if said.code == NOT_SENT && !case.knows_team_admins() {
        assert!(said.err.contains(&format!("whether an admin is left in {team}")), "{case:?}\n{said}");
        assert!(world.state() == before, "{case:?}");
        said = world.run(&["remove", team, name, "--confirm", name]);
    }
    let removed = only(case, &before, world, &said, |state| {
        state.groups[&group]["members"].as_array_mut().unwrap().retain(|member| member["value"] != user.as_str());
    });
    let shown = case.withheld.members != Visibility::Never;
    assert!(!shown || removed && said.code == DONE, "{case:?}\n{said}");
}
