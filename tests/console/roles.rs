//! Custom roles by keys alone: the permission editor, who holds a role, two roles side by side, and what a deletion costs.
//! Each outcome is read from the server by the test's own client.

use rstest::rstest;
use scimitar::{
    app::{Overlay, Tab, action::Action},
    demo::{self, RolePut},
    directory::plan::ChangeState,
};
use serde_json::Value;

use crate::harness::{Console, Server, options};

async fn on_roles(name: &str) -> (Console, Server) {
    on_roles_of(name, options()).await
}

async fn on_roles_of(name: &str, options: demo::DemoOptions) -> (Console, Server) {
    let (mut console, server) = Console::on_demo(options).await;
    console.press(Action::GoRoles);
    console.find(name);
    (console, server)
}

async fn role(server: &Server, name: &str) -> Value {
    let all = server.get("Roles").await;
    let found = all["Resources"].as_array().unwrap().iter().find(|role| role["name"] == name);
    found.cloned().unwrap_or(Value::Null)
}

fn added(role: &Value) -> Vec<&str> {
    let own = role["permissions"].as_array().unwrap().iter().filter(|one| one["isInherited"] == false);
    let mut names: Vec<&str> = own.map(|one| one["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

/// Users and teams that hold the role, as the server tells.
async fn holders(server: &Server, role: &str) -> Vec<(String, String)> {
    let all = server.get("Users?count=1000").await;
    let mut found = Vec::new();
    for user in all["Resources"].as_array().unwrap() {
        for grant in user["teamRoles"].as_array().into_iter().flatten().filter(|grant| grant["roleName"] == role) {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            found.push((text(&user["userName"]), text(&grant["teamName"])));
        }
    }
    found.sort();
    found
}

async fn confirmed(console: &mut Console) {
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}\n{}", console.last().why, console.screen());
}

fn toggle(console: &mut Console, permission: &str) {
    console.type_text(permission);
    console.turn_round();
}

#[tokio::test]
async fn permissions_are_added_removed_and_put_back() {
    let (mut console, server) = on_roles("janitor").await;
    console.press(Action::RolePermissions);
    console.settle().await;
    console.expect("Inherited from member (17)");
    toggle(&mut console, "run:delete");
    toggle(&mut console, "sweep:delete");
    console.esc();
    console.expect("again drops what you entered");
    console.press(Action::Look);
    console.expect(" sweep:delete and lose");
    console.send();
    confirmed(&mut console).await;
    assert_eq!(added(&role(&server, "Run janitor").await), ["project:delete", "run:stop", "sweep:delete"]);

    console.press(Action::Undo);
    console.send();
    confirmed(&mut console).await;
    assert_eq!(added(&role(&server, "Run janitor").await), ["project:delete", "run:delete", "run:stop"]);
    console.quit().await;
}

/// One permission of the old base is kept as an added one, one added is among what the new base allows, and back; on
/// servers of either reading of PUT.
#[rstest]
#[case::put_replaces(RolePut::Replaces)]
#[case::put_keeps(RolePut::Keeps)]
#[tokio::test]
async fn a_role_on_another_base_keeps_what_was_chosen(#[case] role_put: RolePut) {
    let (mut console, server) = on_roles_of("janitor", demo::DemoOptions { role_put, ..options() }).await;
    console.press(Action::RolePermissions);
    console.press(Action::NextBase);
    console.expect("inherits member → viewer");
    console.expect("goes with member");
    toggle(&mut console, "run:create");
    toggle(&mut console, "run:stop");
    console.press(Action::Look);
    console.expect(" run:stop, artifact:create, artifact:update");
    console.expect("3 requests");
    console.send();
    confirmed(&mut console).await;
    let rebased = role(&server, "Run janitor").await;
    assert_eq!(
        (&rebased["inheritedFrom"], added(&rebased)),
        (&"viewer".into(), vec!["project:delete", "run:create", "run:delete"])
    );

    console.press(Action::Undo);
    console.expect(" run:stop, artifact:create");
    console.send();
    confirmed(&mut console).await;
    let back = role(&server, "Run janitor").await;
    assert_eq!(
        (&back["inheritedFrom"], added(&back)),
        (&"member".into(), vec!["project:delete", "run:delete", "run:stop"])
    );
    console.quit().await;
}

#[tokio::test]
async fn a_new_role_is_named_and_then_given_its_permissions() {
    let (mut console, server) = on_roles("").await;
    console.press(Action::Create);
    console.type_text("Reaper");
    console.press(Action::Submit);
    console.expect("New role Reaper");
    toggle(&mut console, "run:delete");
    console.press(Action::Look);
    console.send();
    confirmed(&mut console).await;
    let made = role(&server, "Reaper").await;
    assert_eq!((&made["inheritedFrom"], added(&made)), (&"member".into(), vec!["run:delete"]));
    // A permission that the server does not know is refused with its own words; the rest stays as it is.
    console.press(Action::RolePermissions);
    toggle(&mut console, "run:fly");
    console.press(Action::Look);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Refused, "{}", console.screen());
    assert_eq!(added(&role(&server, "Reaper").await), ["run:delete"]);
    console.quit().await;
}

#[tokio::test]
async fn holders_are_listed_with_their_teams_and_lead_to_the_user() {
    let (mut console, server) = on_roles("sweep").await;
    let expected = holders(&server, "Sweep operator").await;
    let (first, team) = expected.first().expect("the demo has holders").clone();
    console.press(Action::Holders);
    for (user, team) in &expected {
        let line = console.line(user);
        assert!(
            expected.iter().any(|(other, at)| other == user && line.contains(at.as_str())),
            "{user} {team}: {line}"
        );
    }
    assert!(console.line(&format!("▌ {first}")).contains(&team), "{}", console.screen());
    console.enter();
    assert_eq!(console.app().lists.tab, Tab::Users);
    assert!(console.app().overlays.is_empty());
    assert!(console.line("▌").contains(&first), "{}", console.screen());
    console.quit().await;
}

#[tokio::test]
async fn two_roles_are_compared() {
    let (mut console, _server) = on_roles("janitor").await;
    console.press(Action::Compare);
    console.type_text("member");
    console.enter();
    console.expect("Only one of them allows (3)");
    assert!(console.line("run:delete").contains("+ added"), "{}", console.screen());
    console.esc();
    console.find_all();
    console.press(Action::Top);
    for _ in 0..2 {
        console.press(Action::Mark);
    }
    console.press(Action::Compare);
    assert!(matches!(console.app().overlays.last(), Some(Overlay::Compare(_))), "{}", console.screen());
    console.expect("Annotator and Artifact curator");
    console.quit().await;
}

#[tokio::test]
async fn a_deleted_role_says_what_its_holders_lose() {
    let (mut console, server) = on_roles("sweep").await;
    let before = holders(&server, "Sweep operator").await;
    let mut people: Vec<&String> = before.iter().map(|(user, _)| user).collect();
    people.dedup();
    console.press(Action::Delete);
    let who = if people.len() == 1 { "1 person".into() } else { format!("{} people", people.len()) };
    console.expect(&who);
    console.expect("back to member");
    console.expect("run:stop, sweep:delete");
    console.type_text("Sweep operator");
    console.send();
    confirmed(&mut console).await;
    assert!(role(&server, "Sweep operator").await.is_null());
    for (user, team) in &before {
        assert_eq!(server.role_in(user, team).await.as_deref(), Some("member"), "{user} in {team}");
    }
    console.quit().await;
}

/// The bottom row of a box has keys that act now: a predefined role is neither edited nor read alone.
#[tokio::test]
async fn the_details_of_a_predefined_role_offer_no_key_that_is_refused() {
    let (mut console, _server) = on_roles("janitor").await;
    let bottom = |console: &Console| console.screen().lines().last().unwrap_or_default().to_owned();
    console.press(Action::Open);
    assert!(bottom(&console).contains("p permissions"), "{}", console.screen());
    console.esc();
    console.find_all();
    console.press(Action::Bottom);
    console.press(Action::Open);
    console.expect("Predefined: the provider defines it");
    for key in ["p permissions", "e edit", "J raw"] {
        assert!(!bottom(&console).contains(key), "{}", console.screen());
    }
}
