//! Plain servers on which few users have `roles`.

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    server::Behavior,
    world::{DONE, NOT_SENT, World},
};

struct Plain;

impl Behavior for Plain {}

/// Two of thirty users have `roles`, neither of them an admin. The records are whole, so the others have no role.
#[rstest]
#[case::without_a_role("user0009", "u0009")]
#[case::with_a_role("user0001", "u0001")]
fn roles_of_two_keep_nobody_from_being_deactivated(#[case] name: &str, #[case] id: &str) {
    let mut people = users(30);
    people[0]["roles"] = json!([{"value": "Role-A", "primary": true}]);
    people[1]["roles"] = json!([{"value": "Role-B"}]);
    let world = World::new(Plain, people, vec![group(1, "alpha", &[]), group(2, "beta", &[])]);
    world.run(&["deactivate", name, "--yes"]).exits(DONE);
    assert_eq!(world.written(), [format!("PATCH /scim/v2/Users/{id}")]);
    assert!(!world.is_active(id));
}

/// The admin role stands beside another one, or in another place of the entry; nobody else has it.
#[rstest]
#[case::beside_another(json!([{"value": "admin", "primary": false}, {"value": "user", "primary": true}]))]
#[case::in_one_text(json!("user,admin"))]
#[case::with_a_blank(json!([{"value": "Admin "}]))]
#[case::as_display(json!([{"display": "admin"}]))]
fn the_last_admin_stays_however_the_role_is_written(#[case] roles: Value) {
    let mut people = users(4);
    people.iter_mut().for_each(|user| user["roles"] = json!([{"value": "user"}]));
    people[0]["roles"] = roles;
    let world = World::new(Plain, people, vec![group(1, "alpha", &[])]);
    world.run(&["deactivate", "user0001", "--yes"]).exits(NOT_SENT);
    world.run(&["delete", "user", "user0001", "--yes"]).exits(NOT_SENT);
    world.run(&["set-role", "user0001", "user", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.written(), [""; 0]);
    world.run(&["deactivate", "user0002", "--yes"]).exits(DONE);
}

/// The role of one user is told in no way that is read: they may be the last admin.
#[test]
fn a_role_that_can_not_be_read_may_be_that_of_the_last_admin() {
    let mut people = users(4);
    people.iter_mut().for_each(|user| user["roles"] = json!([{"value": "user"}]));
    people[0]["roles"] = json!([{"type": "admin"}]);
    let world = World::new(Plain, people, vec![group(1, "alpha", &[])]);
    world.run(&["deactivate", "user0001", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.written(), [""; 0]);
}

/// One user is a known admin, so there is a last admin to guard.
#[test]
fn the_last_of_known_admins_stays() {
    let mut people = users(30);
    people[0]["roles"] = json!([{"value": "admin", "primary": true}]);
    people[1]["roles"] = json!([{"value": "Role-B"}]);
    let world = World::new(Plain, people, vec![group(1, "alpha", &[])]);
    world.run(&["deactivate", "user0001", "--yes"]).exits(NOT_SENT);
    assert!(world.is_active("u0001"));
    world.run(&["deactivate", "user0009", "--yes"]).exits(DONE);
    assert!(!world.is_active("u0009"));
}
