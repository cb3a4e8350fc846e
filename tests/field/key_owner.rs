//! The owner of the key decides whether an admin is left, where the server tells no role.

use rstest::rstest;

use crate::{
    state::State,
    wandb::{Documented, person, team, world},
    world::{DONE, NOT_SENT, World},
};

/// Three people; the first is the only admin, and no GET tells a role.
fn documented(lines: &str) -> World {
    server(Documented::default(), lines)
}

fn server(behavior: Documented, lines: &str) -> World {
    let people = vec![
        person("u1", "boss", "admin", &[]),
        person("u2", "eva", "member", &[("crew", "member")]),
        person("u3", "ivan", "member", &[("crew", "admin")]),
    ];
    world(behavior, State::new(people, vec![team("t1", "crew", &["u2", "u3"])]), lines)
}

#[rstest]
#[case::the_key_is_an_admins("me = \"boss\"\n")]
#[case::the_profile_names_admins("admins = [\"boss\"]\n")]
fn an_ordinary_member_needs_no_more_than_a_yes(#[case] lines: &str) {
    let world = server(Documented { rosters: true, ..Documented::default() }, lines);
    world.run(&["deactivate", "eva", "--yes"]).exits(DONE);
    assert_eq!(world.written(), ["PATCH /scim/Users/u2"]);
    assert!(!world.is_active("u2"));
}

/// Neither the owner of the key nor an admin of the organisation is an admin of the team.
#[rstest]
#[case::deactivated(&["deactivate", "ivan"], "PATCH /scim/Users/u3")]
#[case::deleted(&["delete", "user", "ivan"], "DELETE /scim/Users/u3")]
#[case::removed(&["remove", "crew", "ivan"], "PATCH /scim/Groups/t1")]
#[case::lowered(&["set-role", "ivan", "member", "--team", "crew"], "PATCH /scim/Users/u3")]
fn who_may_be_the_last_admin_of_a_team_is_not_taken_away_by_a_yes(#[case] args: &[&str], #[case] sent: &str) {
    let world = documented("me = \"boss\"\nadmins = [\"boss\"]\n");
    let said = "Not told: whether an admin is left in crew.";
    world.run(&[args, &["--yes"]].concat()).exits(NOT_SENT).warns(&[said, "--confirm \"ivan\""]);
    assert_eq!(world.written(), [""; 0]);
    world.run(&[args, &["--confirm", "ivan"]].concat()).exits(DONE).warns(&[said]);
    assert_eq!(world.written(), [sent]);
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
