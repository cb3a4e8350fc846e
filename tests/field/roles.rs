//! Plain servers on which few users have `roles`.

use rstest::rstest;
use serde_json::json;

use crate::{
    records::{group, users},
    server::Behavior,
    world::{DONE, World},
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

/// One user is a known admin, so there is a last admin to guard.
#[test]
fn the_last_of_known_admins_stays() {
    let mut people = users(30);
    people[0]["roles"] = json!([{"value": "admin", "primary": true}]);
    people[1]["roles"] = json!([{"value": "Role-B"}]);
    let world = World::new(Plain, people, vec![group(1, "alpha", &[])]);
    world.run(&["deactivate", "user0001", "--yes"]).exits(crate::world::NOT_SENT);
    assert!(world.is_active("u0001"));
    world.run(&["deactivate", "user0009", "--yes"]).exits(DONE);
    assert!(!world.is_active("u0009"));
}
