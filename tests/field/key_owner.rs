//! The owner of the key decides whether an admin is left, where the server tells no role.

use rstest::rstest;

use crate::{
    state::State,
    wandb::{Documented, person, team, world},
    world::{DONE, NOT_SENT, World},
};

/// Three people; the first is the only admin, and no GET tells a role.
fn documented(lines: &str) -> World {
    let people = vec![
        person("u1", "boss", "admin", &[]),
        person("u2", "eva", "member", &[("crew", "member")]),
        person("u3", "ivan", "member", &[("crew", "admin")]),
    ];
    world(Documented::default(), State::new(people, vec![team("t1", "crew", &["u2", "u3"])]), lines)
}

#[rstest]
#[case::the_key_is_an_admins("me = \"boss\"\n")]
#[case::the_profile_names_admins("admins = [\"boss\"]\n")]
fn an_ordinary_member_needs_no_more_than_a_yes(#[case] lines: &str) {
    let world = documented(lines);
    world.run(&["deactivate", "eva", "--yes"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/Users/u2"]);
    assert!(!world.is_active("u2"));
}

#[rstest]
#[case::the_owner_of_the_key("me = \"boss\"\n")]
#[case::a_named_admin("admins = [\"boss\"]\n")]
#[case::nobody_knows("")]
fn the_one_who_decides_is_not_taken_away_by_a_yes(#[case] lines: &str) {
    let world = documented(lines);
    world.run(&["deactivate", "boss", "--yes"]).exits(NOT_SENT).warns(&["boss"]);
    world.run(&["delete", "user", "boss", "--yes"]).exits(NOT_SENT).warns(&["boss"]);
    assert_eq!(world.written(), [""; 0]);
}

/// An owner who is in the same plan does not stay.
#[test]
fn the_owner_of_the_key_settles_nothing_where_they_go_too() {
    let world = documented("me = \"boss\"\n");
    world.run(&["deactivate", "eva", "boss", "--yes"]).exits(NOT_SENT).warns(&["boss"]);
    assert_eq!(world.written(), [""; 0]);
}

/// An inactive owner is no admin.
#[test]
fn an_inactive_owner_settles_nothing() {
    let world = documented("me = \"boss\"\n");
    world.server.state().users["u1"]["active"] = false.into();
    world.run(&["deactivate", "eva", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.written(), [""; 0]);
}
