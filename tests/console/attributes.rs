//! All attributes of a record by their schemas: shown, changed, refused with words, taken back.

use scimitar::{app::action::Action, config::Profile, demo, directory::plan::ChangeState, provider::Provider};
use serde_json::{Value, json};

use crate::{
    harness::{Console, KEY, Room, Server, options, profile},
    odd::{Habits, Odd},
};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:1.0:User";

async fn plain() -> (Console, Server) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider: Provider::Scim, ..options() }).await;
    open_on(&mut console, "eva-tanaka").await;
    (console, server)
}

async fn open_on(console: &mut Console, name: &str) {
    console.find(name);
    console.press(Action::Attributes);
    console.settle().await;
}

/// Moves the cursor to the attribute of this name.
fn go_to(console: &mut Console, name: &str) {
    console.press(Action::Top);
    for _ in 0..80 {
        if console.screen().lines().any(|line| line.contains(&format!("▌ {name} "))) {
            return;
        }
        console.press(Action::Down);
    }
    panic!("no attribute {name}\n{}", console.screen());
}

/// The line with the cursor of the box; the list beneath has one of its own.
fn row(console: &Console) -> String {
    console.screen().lines().find(|line| line.contains("│ ▌ ")).unwrap_or_default().to_owned()
}

/// Opens the form of an attribute, and empties its field.
fn begin(console: &mut Console, name: &str) {
    go_to(console, name);
    console.press(Action::SetAttribute);
    (0..60).for_each(|_| console.backspace());
}

async fn set(console: &mut Console, name: &str, value: &str) {
    begin(console, name);
    console.type_text(value);
    console.press(Action::Submit);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
}

async fn confirmed(console: &mut Console, name: &str, value: &str) {
    set(console, name, value).await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}\n{}", console.last().why, console.screen());
}

async fn undone(console: &mut Console) {
    console.press(Action::Undo);
    console.send();
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
}

#[tokio::test]
async fn every_schema_is_shown_with_what_it_says_of_its_attributes() {
    let (mut console, _server) = plain().await;
    console.expect("Attributes of eva-tanaka");
    go_to(&mut console, "userName");
    assert!(row(&console).contains("string required"), "{}", console.screen());
    go_to(&mut console, "emails");
    console.expect("eva.tanaka@example.com (work, primary)");
    console.expect("It may have several values: they are shown here, and not edited.");
    go_to(&mut console, "userType");
    console.expect("One of: Contractor, Employee, Intern, Temp, External, Unknown.");
    go_to(&mut console, "employeeNumber");
    assert!(row(&console).contains("70001"), "{}", console.screen());
    console.expect("Once it is set nobody can change it (immutable).");
    console.expect("Enterprise User");
    go_to(&mut console, "badge");
    console.expect("Workplace");
    console.press(Action::SetAttribute);
    console.expect("badge: Only the server sets it (readOnly).");
    console.expect_no("▌ pin");
    console.press(Action::Bottom);
    console.expect_no(" pin ");
}

#[tokio::test]
async fn an_extension_is_set_emptied_and_put_back() {
    let (mut console, server) = plain().await;
    let department = async || server.user("eva-tanaka").await[ENTERPRISE]["department"].clone();
    confirmed(&mut console, "department", "Sales").await;
    assert_eq!(department().await, "Sales");
    assert!(row(&console).contains("Sales"), "{}", console.screen());
    assert_eq!(server.writes().pop().unwrap().method, "PATCH");
    undone(&mut console).await;
    assert_eq!(department().await, "Data platform");
    confirmed(&mut console, "department", "").await;
    assert_eq!(department().await, Value::Null);
    undone(&mut console).await;
    assert_eq!(department().await, "Data platform");
    assert_eq!(console.screen().lines().filter(|line| line.contains("▌ department")).count(), 1);
}

#[tokio::test]
async fn each_type_is_checked_and_sent_as_itself() {
    let (mut console, server) = plain().await;
    for (name, bad, why, good, value) in [
        ("desk", "four", "not a whole number, such as 42", "4", json!(4)),
        ("hours", "38,5", "not a number, such as 1.5", "38.5", json!(38.5)),
        (
            "since",
            "May",
            "not a moment, such as 2026-05-14T09:00:00Z",
            "2026-02-01T08:00:00Z",
            json!("2026-02-01T08:00:00Z"),
        ),
    ] {
        begin(&mut console, name);
        console.type_text(bad);
        console.press(Action::Submit);
        console.expect(why);
        (0..20).for_each(|_| console.backspace());
        console.type_text(good);
        console.press(Action::Submit);
        console.settle().await;
        assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
        assert_eq!(server.user("eva-tanaka").await[WORKPLACE][name], value);
    }
    confirmed(&mut console, "remote", "t").await;
    confirmed(&mut console, "building", "s").await;
    let place = server.user("eva-tanaka").await[WORKPLACE].clone();
    assert_eq!((&place["remote"], &place["building"]), (&json!(true), &json!("South")));
}

#[tokio::test]
async fn what_was_not_there_is_added_and_removed_again() {
    let (mut console, server) = plain().await;
    for (name, value) in [("externalId", "okta|7"), ("nickName", "Evie"), ("name.givenName", "Ewa")] {
        let before = server.user("eva-tanaka").await;
        confirmed(&mut console, name, value).await;
        undone(&mut console).await;
        let after = server.user("eva-tanaka").await;
        let pointer = format!("/{}", name.replace('.', "/"));
        assert_eq!(before.pointer(&pointer), after.pointer(&pointer), "{name}");
    }
    confirmed(&mut console, "externalId", "okta|7").await;
    assert_eq!(server.user("eva-tanaka").await["externalId"], "okta|7");
}

#[tokio::test]
async fn first_and_last_name_are_in_the_details_and_the_form_of_a_user() {
    let (mut console, server) = plain().await;
    console.esc();
    console.press(Action::Open);
    console.settle().await;
    console.expect("First name");
    console.press(Action::Edit);
    console.expect("First name");
    console.press(Action::NextField);
    console.press(Action::NextField);
    (0.."Eva".len()).for_each(|_| console.backspace());
    console.type_text("Ewa Maria");
    console.press(Action::Submit);
    assert!(!console.is_preview(), "{}", console.screen());
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
    console.expect("Ewa Maria");
    let now = server.user("eva-tanaka").await;
    assert_eq!(now["name"]["givenName"], "Ewa Maria");
    assert_eq!((&now["name"]["familyName"], &now["displayName"]), (&json!("Tanaka"), &json!("Eva Tanaka")));
    undone(&mut console).await;
    assert_eq!(server.user("eva-tanaka").await["name"]["givenName"], "Eva");
    assert_eq!(console.user("eva-tanaka").first_name, "Eva".into());
}

#[tokio::test]
async fn what_the_server_refuses_is_said_and_not_shown() {
    let (mut console, server) = plain().await;
    set(&mut console, "manager.value", "nobody").await;
    assert_eq!(console.last().state, ChangeState::Refused);
    console.expect("no user has the id \"nobody\"");
    assert!(!console.screen().contains("↻"), "{}", console.screen());
    console.esc();
    set(&mut console, "userName", "").await;
    console.expect("required: it can't be left empty");
    console.type_text("eva-t");
    console.press(Action::Submit);
    console.expect("The user name is what people sign in by");
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-t").await["displayName"], "Eva Tanaka");
}

/// Where an attribute has a change of its own, that one is made, with its guards.
#[tokio::test]
async fn what_has_a_change_of_its_own_is_that_change() {
    let (mut console, server) = plain().await;
    confirmed(&mut console, "displayName", "Eva T").await;
    assert!(matches!(console.last().step.change, scimitar::directory::change::Change::SetDisplayName { .. }));
    assert!(row(&console).contains("Eva T"), "{}", console.screen());
    begin(&mut console, "active");
    console.type_text("f");
    console.press(Action::Submit);
    assert!(console.is_preview(), "{}", console.screen());
    console.send();
    console.settle().await;
    assert_eq!(server.user("eva-tanaka").await["active"], false);
}

#[tokio::test]
async fn a_group_is_renamed_among_its_attributes() {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider: Provider::Scim, ..options() }).await;
    console.press(Action::GoTeams);
    console.find("evals");
    console.press(Action::Edit);
    console.expect("A group's name is one of its attributes");
    open_on(&mut console, "evals").await;
    confirmed(&mut console, "displayName", "evaluations").await;
    assert_ne!(server.team("evaluations").await, Value::Null);
    console.esc();
    console.find_all();
    console.row("evaluations");
}

async fn odd(habits: Habits) -> (Console, Odd) {
    let server = Odd::start(habits).await;
    let profile: Profile = profile(Provider::Scim, &server.url, KEY);
    (Console::open(&Room::new(), profile).await, server)
}

/// No schemas, no PATCH: what is there is shown as it came, and the whole record is put.
#[tokio::test]
async fn without_schemas_and_patch_it_works_as_well() {
    let habits = Habits {
        no_patch_of_users: true,
        no_patch_of_groups: true,
        config: Some(json!({"patch": {"supported": false}})),
        ..Habits::default()
    };
    let (mut console, server) = odd(habits).await;
    open_on(&mut console, "user-2").await;
    console.expect("untyped: its schema was not told");
    go_to(&mut console, "x:custom.cost");
    console.expect("Its name can't stand in a path");
    confirmed(&mut console, "externalId", "hr-2").await;
    let bo = server.record("u2").unwrap();
    assert_eq!((&bo["externalId"], &bo["x:custom"]["cost"], &bo["active"]), (&json!("hr-2"), &json!(2), &json!(true)));
    undone(&mut console).await;
    assert_eq!(server.record("u2").unwrap().get("externalId"), None);

    console.esc();
    console.press(Action::GoTeams);
    open_on(&mut console, "crew").await;
    begin(&mut console, "note");
    console.type_text("changed");
    console.press(Action::Submit);
    console.expect("No schema of this server speaks of it");
    console.send();
    console.settle().await;
    assert_eq!(server.record("g1").unwrap()["note"], "changed");
    assert!(server.writes().iter().all(|(method, ..)| method == "PUT"), "{:?}", server.writes());
}

#[tokio::test]
async fn accepted_and_not_done_is_a_refusal_here_too() {
    let (mut console, server) = odd(Habits { patch_changes_nothing: true, ..Habits::default() }).await;
    open_on(&mut console, "user-2").await;
    set(&mut console, "externalId", "hr-2").await;
    assert_eq!(console.last().state, ChangeState::Refused);
    console.expect("The server accepted it and did not change it: it shows no externalId.");
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn wandb_shows_them_and_says_that_they_can_not_be_set() {
    let (mut console, server) = Console::on_demo(options()).await;
    open_on(&mut console, "eva-tanaka").await;
    console.expect("untyped: its schema was not told");
    go_to(&mut console, "userName");
    console.press(Action::SetAttribute);
    console.expect("W&B documents no way to set this over SCIM.");
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn where_the_server_does_not_answer_the_disk_does() {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider: Provider::Scim, ..options() }).await;
    server.running.set_fail(vec!["403=1".parse::<demo::FailRule>().unwrap()]);
    open_on(&mut console, "eva-tanaka").await;
    console.expect("The attributes could not be read");
    console.expect("What follows was told before.");
    go_to(&mut console, "department");
    assert!(row(&console).contains("Data platform"), "{}", console.screen());
}
