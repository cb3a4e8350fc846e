//! What only W&B's GraphQL does, beside keys and invitations: admins of the instance, and service accounts on servers that
//! list none.

use scimitar::{
    app::action::Action,
    demo,
    directory::plan::{ChangeState, ConfirmBy},
};

use crate::harness::{Console, options};

#[tokio::test]
async fn an_instance_admin_is_created_by_email_alone() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.press(Action::Create);
    console.type_text("kim-lee");
    console.press(Action::NextField);
    console.type_text("kim.lee@example.com");
    console.press(Action::NextField);
    console.type_text("y");
    console.press(Action::Submit);
    console.expect("W&B chooses the user name");
    console.type_text("kim-lee");
    console.send();
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
    assert_eq!(
        console.last().exchanges[0].request.split(' ').take(2).collect::<Vec<_>>(),
        ["GraphQL", "CreateUserFromAdmin"]
    );
    let all = server.get("Users").await;
    let made =
        all["Resources"].as_array().unwrap().iter().find(|user| user["emails"][0]["value"] == "kim.lee@example.com");
    let made = made.expect("the new admin").clone();
    // On screen under the name that the server chose.
    console.find(made["userName"].as_str().unwrap());
    assert!(console.line("▌").contains("admin"), "{}", console.screen());

    console.press(Action::Undo);
    let named = made["userName"].as_str().unwrap();
    console.type_text(named);
    console.send();
    console.settle().await;
    assert!(server.user(named).await.is_null());
}

#[tokio::test]
async fn on_multi_tenant_there_is_no_instance_to_be_admin_of() {
    let (mut console, _server) =
        Console::on_demo(demo::DemoOptions { hosting: demo::Hosting::MultiTenant, ..options() }).await;
    console.press(Action::Create);
    console.expect("New user");
    console.expect_no("Instance admin");
}

/// Such a server neither lists nor finds what was made: its team's members tell.
#[tokio::test]
async fn an_old_servers_service_account_is_seen_among_the_teams_members() {
    let old = demo::DemoOptions { server_version: "0.80.1".parse().unwrap(), ..options() };
    let (mut console, server) = Console::on_demo(old).await;
    console.press(Action::Palette);
    console.type_text("create-service");
    console.enter();
    console.expect("New service account");
    console.type_text("night-build");
    console.press(Action::NextField);
    console.press(Action::NextField);
    console.type_text("audio");
    console.press(Action::Submit);
    console.send();
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
    assert!(matches!(console.last().step.confirm, ConfirmBy::Ask(_)));
    assert!(server.user("night-build").await.is_null());

    console.press(Action::GoTeams);
    console.find("audio");
    console.press(Action::Invitations);
    console.settle().await;
    console.expect("night-build");
}
