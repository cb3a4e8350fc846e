//! The console on a Grafana: users and teams over SCIM, roles from beside it.

use scimitar::{app::action::Action, demo, directory::plan::ChangeState};

use crate::harness::{Console, Server, options};

async fn grafana() -> (Console, Server) {
    Console::on_demo(demo::DemoOptions { provider: demo::Provider::Grafana, ..options() }).await
}

/// The settings, which have no key.
async fn look_at_settings(console: &mut Console) {
    console.press(Action::Palette);
    console.type_text("settings");
    console.press(Action::Choose);
    console.settle().await;
}

#[tokio::test]
async fn roles_are_shown_listed_filtered_and_said_to_be_role_syncs() {
    let (mut console, _server) = grafana().await;
    assert!(console.row("demo-admin").contains("Admin"), "{}", console.screen());
    console.find("role:editor");
    assert!(!console.screen().contains("demo-admin") && console.row("eva-tanaka").contains("Editor"));
    console.press(Action::Open);
    console.settle().await;
    console.expect("as of the last read; set anew at the next sign-in");
    console.press(Action::Permissions);
    console.expect("The server tells of no role what it allows.");
    console.esc();
    console.press(Action::SetRole);
    console.expect("Role Sync sets the role");
    console.esc();

    console.press(Action::GoRoles);
    for role in ["Admin", "Editor", "Viewer"] {
        console.row(role);
    }
    console.find("editor");
    console.press(Action::Holders);
    console.expect("Holders of Editor");
    console.expect("eva-tanaka");
    console.esc();
    console.press(Action::Create);
    console.expect("Roles are not made here.");
    console.press(Action::GoTeams);
    console.press(Action::Edit);
    console.expect("A team's name is one of its attributes. A shows them.");
    console.press(Action::GroupRole);
    console.expect("Roles don't follow from groups here");
}

#[tokio::test]
async fn users_need_an_external_id_and_are_disabled_not_deleted() {
    let (mut console, server) = grafana().await;
    console.press(Action::Create);
    console.type_text("new-person");
    console.press(Action::NextField);
    console.type_text("new.person@example.com");
    for (external, why) in [("", "Grafana needs an external id"), ("4711", "digits alone is refused")] {
        console.press(Action::NextField);
        console.type_text(external);
        console.press(Action::Submit);
        console.expect(why);
        console.esc();
        for _ in 0..2 {
            console.press(Action::PreviousField);
        }
        console.press(Action::NextField);
    }
    console.press(Action::NextField);
    console.type_text("-idp");
    console.press(Action::Submit);
    if console.is_preview() {
        console.expect("taken over and managed by SCIM");
        console.send();
    }
    console.settle().await;
    let made = server.user("new-person").await;
    assert_eq!((&made["externalId"], &made["active"]), (&"4711-idp".into(), &true.into()));

    console.find_all();
    console.find("new-person");
    assert!(console.row("new-person").contains('?'), "{}", console.screen());
    console.press(Action::Delete);
    console.expect("Grafana never deletes a provisioned user");
    console.press(Action::ToggleActive);
    console.expect("disabled in Grafana and can't sign in");
    assert!(console.words().contains("The identity provider may undo it"), "{}", console.screen());
    console.send();
    console.settle().await;
    assert_eq!(server.user("new-person").await["active"], false);
    assert_eq!(console.states(), [ChangeState::Confirmed; 2], "{}", console.last().why);
}

#[tokio::test]
async fn a_new_team_has_the_id_that_the_identity_provider_knows_it_by() {
    let (mut console, server) = grafana().await;
    console.press(Action::GoTeams);
    console.press(Action::Create);
    console.type_text("atlas");
    console.press(Action::NextField);
    console.type_text("idp-atlas");
    console.press(Action::Submit);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(server.team("atlas").await["externalId"], "idp-atlas");
}

#[tokio::test]
async fn settings_are_read_with_what_follows_from_them() {
    let (mut console, server) = grafana().await;
    look_at_settings(&mut console).await;
    assert!(console.line("User sync").contains("on"), "{}", console.screen());
    assert!(console.line("Only provisioned users").contains("off"));
    assert!(console.line("mapping_mode").contains("not known"));
    console.press(Action::Down);
    console.expect("SCIM or Team Sync, not both");
    console.esc();

    let rule = |text: &str| text.parse::<demo::FailRule>().unwrap();
    server.running.set_fail(vec![rule("403=1")]);
    look_at_settings(&mut console).await;
    console.expect("The settings could not be read");
    console.expect("(403)");
    console.expect("What follows was told before");
}

#[tokio::test]
async fn a_plain_server_tells_no_settings() {
    let (mut console, _server) =
        Console::on_demo(demo::DemoOptions { provider: demo::Provider::Scim, ..options() }).await;
    look_at_settings(&mut console).await;
    console.expect("This provider tells nothing of its settings.");
}
