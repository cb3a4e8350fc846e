//! Custom roles in the shapes of W&B's SCIM reference: an answer tells inherited and added permissions apart, PATCH adds and
//! removes permissions, and PUT leaves the added ones alone.

use scimitar::app::action::Action;
use serde_json::{Value, json};

use crate::{
    screen::{done, open},
    server::{Behavior, ShownIn},
    state::{ResourceType, State, by_id},
    wandb::{Documented, custom_role, person, show, team, world},
    world::{DONE, World},
};

struct Roles;

impl Behavior for Roles {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, _: ShownIn) -> Value {
        show(state, kind, record, true)
    }

    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        assert_eq!(kind, ResourceType::Roles, "{body}");
        let mut role = custom_role(id, body["name"].as_str().unwrap(), body["inheritedFrom"].as_str().unwrap(), "");
        role["description"] = body["description"].clone();
        let added = body["permissions"].as_array().unwrap().iter().map(|one| permission(one, false));
        role["permissions"] = inherited().into_iter().chain(added).collect();
        role
    }

    fn put(&self, _: &State, _: ResourceType, old: &Value, body: &Value) -> Value {
        let mut role = old.clone();
        for key in ["name", "description", "inheritedFrom"] {
            role[key] = body[key].clone();
        }
        role
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        if kind != ResourceType::Roles {
            return Documented::default().change(state, kind, id, operation);
        }
        let all = state.roles[id]["permissions"].as_array_mut().unwrap();
        let named = operation["value"].as_array().unwrap();
        match operation["op"].as_str().unwrap() {
            "add" => all.extend(named.iter().map(|one| permission(one, false))),
            _ => all.retain(|one| one["isInherited"] == true || !named.iter().any(|gone| gone["name"] == one["name"])),
        }
    }
}

fn permission(one: &Value, inherited: bool) -> Value {
    json!({"name": one["name"], "isInherited": inherited})
}

fn inherited() -> Vec<Value> {
    vec![permission(&json!({"name": "artifact:read"}), true)]
}

fn roles() -> World {
    let mut state = State::new(
        vec![
            person("abc", "dev-user1", "member", &[("wandb-devs", "Sample custom role")]),
            person("def", "dev-user2", "admin", &[]),
        ],
        vec![team("ghi", "wandb-devs", &["abc"])],
    );
    state.roles = by_id(vec![custom_role("Um9sZTo3", "Sample custom role", "member", "project:update")]);
    world(Roles, state, "")
}

/// The permissions that the role adds, as the server has them.
fn added(world: &World, name: &str) -> Vec<String> {
    let state = world.state();
    let role = state.roles.values().find(|role| role["name"] == name).unwrap_or_else(|| panic!("no role {name}"));
    let own = role["permissions"].as_array().unwrap().iter().filter(|one| one["isInherited"] == false);
    own.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_custom_role_is_created_edited_and_deleted_by_commands() {
    let world = roles();
    world.run(&["create", "role", "auditor", "--inherits", "viewer", "--permission", "run:read", "--yes"]).exits(DONE);
    assert_eq!(added(&world, "auditor"), ["run:read"]);
    let edit = ["edit-role", "Sample custom role", "--add", "run:stop", "--remove", "project:update", "--yes"];
    world.run(&edit).exits(DONE);
    assert_eq!(added(&world, "Sample custom role"), ["run:stop"]);
    world.run(&["edit-role", "auditor", "--name", "reader", "--description", "reads", "--yes"]).exits(DONE);
    assert_eq!(added(&world, "reader"), ["run:read"]);
    world.run(&["delete", "role", "reader", "--yes"]).exits(DONE);
    assert!(!world.state().roles.values().any(|role| role["name"] == "reader"));
    world.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(added(&world, "reader"), ["run:read"]);
}

#[tokio::test]
async fn a_custom_role_is_created_edited_and_deleted_in_the_console() {
    let world = roles();
    let mut console = open(&world).await;
    console.press(Action::GoRoles);
    console.press(Action::Create);
    console.type_text("auditor");
    console.press(Action::Submit);
    console.type_text("run:read");
    console.turn_round();
    console.press(Action::Look);
    done(&mut console).await;
    assert_eq!(added(&world, "auditor"), ["run:read"]);

    console.find("sample");
    console.press(Action::RolePermissions);
    console.type_text("project:update");
    console.turn_round();
    console.type_text("run:stop");
    console.turn_round();
    console.press(Action::Look);
    done(&mut console).await;
    assert_eq!(added(&world, "Sample custom role"), ["run:stop"]);

    console.find_all();
    console.find("auditor");
    console.press(Action::Delete);
    done(&mut console).await;
    assert!(!world.state().roles.values().any(|role| role["name"] == "auditor"));
}
