//! Servers whose lists tell a group's members, and whose readings of the group alone leave them out.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    outcomes::{change, json_of},
    records::{group, users},
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State},
    world::{DONE, NOT_SENT, World, column},
};

/// The attribute `members` of a group that is read alone, or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MembersAlone {
    LeftOut,
    Empty,
}

struct ListsOnly {
    alone: MembersAlone,
    filters: bool,
    patches: bool,
}

impl Behavior for ListsOnly {
    fn before(&self, _: &mut State, request: &Request) -> Option<Answer> {
        if !self.filters && request.parameter("filter").is_some() {
            return Some(Answer::error(400, "no filters"));
        }
        (!self.patches && request.method == "PATCH").then(|| Answer::error(501, "no PATCH"))
    }

    fn show(&self, _: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let mut shown = record.clone();
        if kind == ResourceType::Groups && shown_in != ShownIn::List {
            match self.alone {
                MembersAlone::LeftOut => drop(shown.as_object_mut().unwrap().remove("members")),
                MembersAlone::Empty => shown["members"] = json!([]),
            }
        }
        shown
    }
}

/// `alpha` has users 1 to 3, `beta` has 4.
fn world(behavior: ListsOnly) -> World {
    World::new(behavior, users(6), vec![group(1, "alpha", &[1, 2, 3]), group(2, "beta", &[4])])
}

#[rstest]
fn a_change_of_members_is_judged_by_what_the_list_tells(
    #[values(MembersAlone::LeftOut, MembersAlone::Empty)] alone: MembersAlone,
    #[values("alpha", "g0001")] team: &str,
) {
    let world = world(ListsOnly { alone, filters: true, patches: true });
    let told = json_of(&world, &["remove", team, "user0002"], DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.members("g0001"), ["u0001", "u0003"]);
    let rows = world.run(&["members", team, "--json"]).exits(DONE).json();
    assert_eq!(column(&rows, "id"), ["u0001", "u0003"]);
    let told = json_of(&world, &["add", team, "user0005"], DONE);
    assert_eq!(change(&told)["state"], "confirmed", "{told}");
    assert_eq!(world.members("g0001"), ["u0001", "u0003", "u0005"]);
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(world.members("g0001"), ["u0001", "u0003"]);
}

#[rstest]
fn what_nothing_tells_is_sent_and_called_neither_done_nor_refused(
    #[values(MembersAlone::LeftOut, MembersAlone::Empty)] alone: MembersAlone,
) {
    let world = world(ListsOnly { alone, filters: false, patches: true });
    for (args, left) in [
        (["remove", "alpha", "user0002"], &["u0001", "u0003"][..]),
        (["add", "alpha", "user0005"], &["u0001", "u0003", "u0005"]),
    ] {
        let told = json_of(&world, &args, DONE);
        assert_eq!(change(&told)["state"], "sent, not shown", "{told}");
        assert_eq!(world.members("g0001"), left);
    }
}

#[rstest]
fn no_whole_list_is_sent(#[values(MembersAlone::LeftOut, MembersAlone::Empty)] alone: MembersAlone) {
    let world = world(ListsOnly { alone, filters: true, patches: false });
    world.run(&["add", "alpha", "user0005", "--yes"]).exits(1).warns(&["Nothing was sent"]);
    world.run(&["remove", "alpha", "user0002", "--yes"]).exits(1).warns(&["Nothing was sent"]);
    assert_eq!(world.members("g0001"), ["u0001", "u0002", "u0003"]);
    assert!(world.written().iter().all(|written| !written.starts_with("PUT")), "{:?}", world.written());
    let said = world.run(&["undo", "--yes"]);
    assert_eq!(said.code, NOT_SENT, "{said}");
}
