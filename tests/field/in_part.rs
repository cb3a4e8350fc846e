//! Changes that a server does in part or otherwise, in the console: the outcome on the screen, and the way back.

use scimitar::{app::action::Action, directory::plan::ChangeState};
use serde_json::{Value, json};

use crate::{
    records::{group, users},
    screen::open,
    server::Behavior,
    state::{ResourceType, State, patch},
    world::World,
};

/// Display names are cut to ten characters; a new group leaves out its last member.
struct Less;

impl Behavior for Less {
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        let record = &mut state.of_mut(kind)[id];
        patch(record, operation);
        if kind == ResourceType::Users {
            let name: String = record["displayName"].as_str().unwrap_or_default().chars().take(10).collect();
            record["displayName"] = name.into();
        }
    }

    fn create(&self, _: &State, kind: ResourceType, body: &Value, id: &str) -> Value {
        let mut record = body.clone();
        record["id"] = id.into();
        record["meta"] = json!({"created": jiff::Timestamp::now().to_string()});
        if kind == ResourceType::Users {
            record.as_object_mut().unwrap().shift_remove("displayName");
        }
        record
    }
}

fn world() -> World {
    World::new(Less, users(4), vec![group(1, "alpha", &[1, 2])])
}

#[tokio::test]
async fn a_value_that_the_server_alters_is_in_part_on_the_screen_and_goes_back() {
    let world = world();
    let before = world.state().users["u0002"].clone();
    let mut console = open(&world).await;
    console.find("user0002");
    console.rename(" of a long name");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Partly], "{}", console.screen());
    assert!(console.words().contains("The server did it otherwise"), "{}", console.screen());
    console.press(Action::GoActivity);
    console.expect("in part");
    console.press(Action::Undo);
    console.expect("Undo: ");
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Partly, ChangeState::Confirmed], "{}", console.screen());
    assert_eq!(world.state().users["u0002"], before);
}
