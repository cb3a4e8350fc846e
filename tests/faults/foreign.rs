//! Another client of the same server: plain HTTP, with its own users and those of all. It looks at no answer.

use std::{thread, time::Duration};

use scimitar::scim::request::Method;
use serde_json::{Value, json};

use crate::{
    actors::Tally,
    dice::Dice,
    world::{USERS, World},
};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// Its name, which each of its bodies has.
pub const CLIENT: &str = "other";

/// Changes a record, again and again.
pub fn client(world: &World, mut dice: Dice, tally: &Tally) {
    let mut round = 0;
    while tally.goes_on() {
        round += 1;
        let owner = dice.one(&[CLIENT, "all"]);
        let name = format!("{owner}-{:02}", dice.below(USERS as u64));
        let operation = match dice.below(4) {
            0..=1 => json!({"op": "replace", "path": "displayName", "value": format!("Theirs {round}")}),
            2 => json!({"op": "replace", "path": "active", "value": dice.once_in(2)}),
            _ => {
                let Some(user) = world.id(&name) else { continue };
                let group = format!("soak-{owner}");
                let operation = if dice.once_in(2) {
                    json!({"op": "add", "path": "members", "value": [{"value": user}]})
                } else {
                    json!({"op": "remove", "path": format!("members[value eq \"{user}\"]")})
                };
                send(world, "Groups", &group, &operation);
                continue;
            }
        };
        send(world, "Users", &name, &operation);
        thread::sleep(Duration::from_millis(dice.below(400)));
    }
}

fn send(world: &World, endpoint: &str, name: &str, operation: &Value) {
    let Some(id) = world.id(name) else { return };
    let body = json!({"schemas": [PATCH], "client": CLIENT, "Operations": [operation]});
    world.send(Method::Patch.as_str(), &format!("{endpoint}/{id}"), &body);
}
