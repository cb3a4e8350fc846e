//! The end of people's access, by keys.

use scimitar::{
    app::{Overlay, action::Action},
    demo,
    directory::{change::ChangeVerb, plan::ChangeState},
};

use crate::{
    command_line::copied,
    harness::{Console, options},
};

/// Active people who are admins of no team.
fn plain_members(console: &Console) -> Vec<String> {
    let no_admin = |name: &String| {
        let roles = console.user(name).team_roles.as_ref();
        roles.is_some_and(|roles| !roles.is_empty() && roles.iter().all(|grant| !grant.role.is("admin")))
    };
    let mut names = console.plain_people();
    names.retain(no_admin);
    names
}

/// Types what the plan asks for, and leaves the field.
fn confirm(console: &mut Console) {
    if let Some(Overlay::Preview(preview)) = console.app().overlays.last()
        && let Some(text) = preview.risk.typed().map(str::to_owned)
    {
        console.type_text(&text);
        console.enter();
    }
}

fn verbs(console: &Console) -> Vec<ChangeVerb> {
    console.entries().iter().map(|entry| entry.step.change.verb()).collect()
}

#[tokio::test]
async fn one_person_goes_with_all_access_in_twelve_keys() {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { users: 250, ..options() }).await;
    let directory = &console.app().directory;
    let begins = |name: &&String| {
        let names = directory.records().users().values().filter(|user| user.user_name.as_str().starts_with(&name[..8]));
        name.len() > 8 && names.count() == 1
    };
    let name = plain_members(&console).iter().find(begins).unwrap().clone();
    console.pressed = 0;
    console.find(&name[..8]);
    console.press(Action::Offboard);
    assert!(matches!(console.app().overlays.last(), Some(Overlay::Answers(_))), "{}", console.screen());
    console.expect("answered. Nothing is sent yet.");
    console.settle().await;
    console.expect(&format!("Offboard {name}"));
    assert_eq!(copied(&mut console).unwrap(), format!("scimitar offboard {name} -p acme"));
    console.send();
    assert!(console.pressed <= 12, "{} keys", console.pressed);
    console.settle().await;
    assert!(console.states().iter().all(|state| *state == ChangeState::Confirmed), "{}", console.screen());
    for verb in [ChangeVerb::SetSeat, ChangeVerb::Deactivate] {
        assert!(verbs(&console).contains(&verb), "{verb:?} {:?}", verbs(&console));
    }
    let user = server.user(&name).await;
    assert_eq!((&user["active"], &user["modelsSeat"]), (&false.into(), &"none".into()));
}

#[tokio::test]
async fn marked_people_are_one_plan_with_another_admin_for_a_team_that_would_have_none() {
    let (mut console, server) = Console::on_demo(options()).await;
    let (first, others) = ("eva-tanaka".to_owned(), plain_members(&console));
    let (second, next) = (&others[0], &others[1]);
    for name in [&first, second] {
        console.find(&format!("user:{name}"));
        console.press(Action::Mark);
    }
    console.find_all();
    console.press(Action::Offboard);
    console.the_marked();
    console.settle().await;
    console.expect("Who becomes admin of ");
    // Who goes cannot take over.
    console.type_text(second);
    console.enter();
    console.expect("goes, too");
    second.chars().for_each(|_| console.backspace());
    console.type_text(next);
    console.enter();
    console.expect("Offboard 2 people");
    confirm(&mut console);
    let line = copied(&mut console).unwrap();
    assert!(line.starts_with("scimitar offboard ") && line.contains(&format!("--successor {next}")), "{line}");
    console.send();
    console.settle().await;
    assert!(console.states().iter().all(|state| *state == ChangeState::Confirmed), "{}", console.screen());
    let verbs = verbs(&console);
    assert!(verbs.contains(&ChangeVerb::DeleteKey), "{verbs:?}");
    let raised = console.entries().iter().filter(|entry| entry.step.change.verb() == ChangeVerb::SetTeamRole).count();
    let roles = console.user(next).team_roles.clone().unwrap();
    assert!(raised > 0 && roles.iter().filter(|grant| grant.role.is("admin")).count() == raised);
    for name in [&first, second] {
        assert_eq!(server.user(name).await["active"], false);
    }
}

/// A plan with a line taken out is not what the command does.
#[tokio::test]
async fn a_plan_that_lost_a_line_is_copied_line_by_line() {
    let (mut console, _server) = Console::on_demo(options()).await;
    let name = plain_members(&console).remove(0);
    console.find(&format!("user:{name}"));
    console.press(Action::Offboard);
    console.settle().await;
    console.press(Action::DropLine);
    assert!(!copied(&mut console).unwrap().contains("offboard"));
}

#[tokio::test]
async fn in_multi_tenant_cloud_the_refusal_of_keys_is_said_once_and_people_are_removed() {
    let hosting = demo::Hosting::MultiTenant;
    let (mut console, server) = Console::on_demo(demo::DemoOptions { hosting, ..options() }).await;
    let names = plain_members(&console);
    for name in &names[..2] {
        console.find(&format!("user:{name}"));
        console.press(Action::Mark);
    }
    console.find_all();
    console.press(Action::Offboard);
    console.the_marked();
    console.settle().await;
    console.expect("API keys of other people are not told");
    let asked = server.running.requests().iter().filter(|request| request.path.ends_with("SearchUsers")).count();
    assert!(asked <= 2, "{asked}");
    confirm(&mut console);
    console.send();
    console.settle().await;
    assert!(server.user(&names[0]).await.is_null() && server.user(&names[1]).await.is_null());
}

/// The question is given up like any box; answers that come later open nothing.
#[tokio::test]
async fn esc_gives_up_while_the_server_is_asked() {
    let (mut console, server) = Console::on_demo(options()).await;
    let name = plain_members(&console).remove(0);
    console.find(&format!("user:{name}"));
    console.press(Action::Offboard);
    console.esc();
    console.settle().await;
    assert!(console.app().overlays.is_empty(), "{}", console.screen());
    assert!(server.writes().is_empty());
    assert!(console.entries().is_empty());
}

#[tokio::test]
async fn a_server_without_keys_and_invitations_is_asked_nothing() {
    let options = demo::DemoOptions { provider: demo::Provider::Scim, ..options() };
    let (mut console, server) = Console::on_demo(options).await;
    console.find("eva-tanaka");
    console.press(Action::Offboard);
    console.settle().await;
    console.expect("active → inactive");
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-tanaka").await["active"], false);
}
