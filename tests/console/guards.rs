//! Changes that are refused, or need a second confirmation, before anything is sent.

use scimitar::{app::action::Action, demo, directory::plan::ChangeState};
use serde_json::json;

use crate::harness::{Console, Room, Server, options, profile_of};

#[tokio::test]
async fn the_last_admin_stays_admin() {
    let server = Server::start(options()).await;
    let users = server.get("Users").await;
    for user in users["Resources"].as_array().unwrap() {
        if user["organizationRole"] == "admin" && user["userName"] != "demo-admin" {
            server.patch_user(user["id"].as_str().unwrap(), "organizationRole", json!("member")).await;
        }
    }
    let before = server.writes().len();
    let mut console = Console::open(&Room::new(), profile_of(&server, &options())).await;
    console.find("demo-admin");
    for attempt in [Action::ToggleActive, Action::Delete] {
        console.press(attempt);
        console.expect("demo-admin is the last organisation admin");
        console.esc();
    }
    console.pick_role("org member");
    console.expect("demo-admin is the last organisation admin");
    console.settle().await;
    assert!(console.entries().is_empty());
    assert_eq!(server.writes().len(), before);
}

#[tokio::test]
async fn who_weakens_themselves_types_their_name() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("demo-admin");
    console.pick_role("org member");
    console.expect("This is you");
    console.enter();
    assert!(console.is_preview());
    console.expect("Type demo-admin to send this.");
    console.settle().await;
    assert!(server.writes().is_empty());
    console.type_text("demo-admin");
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed]);
    assert_eq!(server.user("demo-admin").await["organizationRole"], "member");
}

#[tokio::test]
async fn a_read_only_profile_sends_nothing() {
    let server = Server::start(options()).await;
    let mut profile = profile_of(&server, &options());
    profile.read_only = true;
    let mut console = Console::open(&Room::new(), profile).await;
    console.expect("read-only");
    let edits = [Action::SetRole, Action::Teams, Action::Edit, Action::Create, Action::ToggleActive, Action::Delete];
    for edit in edits {
        console.press(edit);
        console.expect("This profile is read-only: nothing is sent.");
        assert!(console.app().overlays.is_empty(), "{}", console.screen());
    }
    console.settle().await;
    assert!(console.entries().is_empty() && server.writes().is_empty());
}

#[tokio::test]
async fn multi_tenant_deactivation_removes_and_is_typed() {
    let options = demo::DemoOptions { hosting: demo::Hosting::MultiTenant, ..options() };
    let (mut console, server) = Console::on_demo(options).await;
    console.find("eva-tanaka");
    console.press(Action::ToggleActive);
    console.expect("status: active → removed from the organisation");
    console.expect("This removes eva-tanaka from the organisation");
    console.expect("Type eva-tanaka to send");
    console.enter();
    assert!(console.is_preview() && server.writes().is_empty());
    console.type_text("eva-tanaka");
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed], "{}", console.last().why);
    assert!(server.user("eva-tanaka").await.is_null());
    assert!(console.app().directory.users_named("eva-tanaka").next().is_none());

    // There is no way back: they can be created again, and the plan says what differs.
    console.press(Action::Undo);
    console.settle().await;
    assert!(console.is_preview(), "{}", console.screen());
    console.expect("eva-tanaka is created again with another id");
}

#[tokio::test]
async fn multi_tenant_refuses_in_words_what_it_can_not_do() {
    let options = demo::DemoOptions { hosting: demo::Hosting::MultiTenant, users: 250, ..options() };
    let (mut console, server) = Console::on_demo(options).await;
    console.find("eva-tanaka");
    console.press(Action::Edit);
    console.expect("a person's display name and email are their own");
    console.find_all();
    console.find("active:no");
    console.press(Action::ToggleActive);
    console.expect("Multi-tenant Cloud can't reactivate");
    // The palette shows the same reason beside the name, and does not do it either.
    console.press(Action::Palette);
    console.type_text("toggle-active");
    console.expect("can't reactivate");
    console.press(Action::Choose);
    console.settle().await;
    assert!(console.app().overlays.is_empty() && console.entries().is_empty());
    assert!(server.writes().is_empty());
}

/// Marks all that a filter for members shows, and asks for their deactivation.
async fn deactivating_members(max_removal: Option<u8>) -> (Console, Server, usize) {
    let server = Server::start(options()).await;
    let profile = scimitar::config::Profile { max_removal, ..profile_of(&server, &options()) };
    let mut console = Console::open(&Room::new(), profile).await;
    console.find("role:member active:yes");
    console.press(Action::MarkAll);
    let marked = console.app().lists.panes[0].marks.len();
    assert!(marked > 15, "{marked}");
    console.press(Action::ToggleActive);
    (console, server, marked)
}

#[tokio::test]
async fn many_at_once_are_typed_as_a_count() {
    let (mut console, server, marked) = deactivating_members(None).await;
    console.expect(&format!("{marked} of the 60 users go at once."));
    console.expect(&format!("Type {marked} to send:"));
    console.enter();
    console.settle().await;
    assert!(console.is_preview() && server.writes().is_empty(), "nothing was typed");
    console.type_text(&marked.to_string());
    console.send();
    console.settle().await;
    assert_eq!(server.writes().len(), marked);
    // The way back takes nobody away.
    console.press(Action::Undo);
    console.expect_no("go at once");
}

#[tokio::test]
async fn more_than_the_profile_allows_is_refused_whole() {
    let (mut console, server, _) = deactivating_members(Some(10)).await;
    console.expect("of the 60 users would go at once, more than the 10% of max_removal");
    console.enter();
    console.settle().await;
    assert!(server.writes().is_empty() && console.entries().is_empty());
}
