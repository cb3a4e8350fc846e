//! The same console on a plain SCIM server: the second dialect, not a special case of the first.

use scimitar::{app::action::Action, demo, directory::plan::ChangeState};
use serde_json::Value;

use crate::harness::{Console, Server, options};

async fn has_member(server: &Server, group: &str, user: &Value) -> bool {
    let group = server.team(group).await;
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members.iter().any(|member| member["value"] == user["id"])
}

#[tokio::test]
async fn users_and_groups_of_a_plain_scim_server() {
    let (mut console, server) =
        Console::on_demo(demo::DemoOptions { provider: demo::Provider::Scim, ..options() }).await;
    console.press(Action::Create);
    console.type_text("new-person");
    console.press(Action::NextField);
    console.type_text("new.person@example.com");
    console.press(Action::Submit);
    console.send();
    console.settle().await;
    let user = server.user("new-person").await;
    assert_eq!(user["active"], true);

    console.find_all();
    console.find("new-person");
    for expected in [true, false] {
        console.press(Action::Teams);
        console.type_text("evals");
        console.turn_round();
        console.press(Action::Look);
        if console.is_preview() {
            console.send();
        }
        console.settle().await;
        assert_eq!(has_member(&server, "evals", &user).await, expected, "{}", console.screen());
    }

    console.press(Action::ToggleActive);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(server.user("new-person").await["active"], false);
    assert_eq!(console.states(), [ChangeState::Confirmed; 4], "{}", console.last().why);

    console.press(Action::SetRole);
    console.expect("This provider keeps no roles");
    console.press(Action::GoRoles);
    console.expect("This provider keeps no roles");
}
