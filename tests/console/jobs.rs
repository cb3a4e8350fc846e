//! Jobs of an administrator by keys, and how many keys the common ones take.

use rstest::rstest;
use scimitar::{
    app::{Overlay, action::Action},
    demo,
    directory::{RecordKind, plan::ChangeState},
};

use crate::harness::{Console, Server, options};

async fn company() -> (Console, Server) {
    company_of(250).await
}

async fn company_of(users: usize) -> (Console, Server) {
    Console::on_demo(demo::DemoOptions { users, ..options() }).await
}

/// The users that the list shows.
fn shown(console: &Console) -> Vec<String> {
    let app = console.app();
    app.lists.panes[0]
        .rows
        .iter()
        .filter_map(|row| app.directory.user_at(*row))
        .map(|user| user.user_name.to_string())
        .collect()
}

/// A small change is sent by its picker; any other one is looked at.
async fn sent(console: &mut Console) {
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
}

#[tokio::test]
async fn who_is_admin_of_what() {
    let (mut console, server) = company().await;
    console.find("role:admin");
    let admins = shown(&console);
    assert!(!admins.is_empty());
    for name in &admins {
        assert_eq!(server.user(name).await["organizationRole"], "admin");
    }
    console.find("team:vision/admin");
    let admins = shown(&console);
    assert!(!admins.is_empty(), "{}", console.screen());
    for name in &admins {
        assert_eq!(server.role_in(name, "vision").await.as_deref(), Some("admin"), "{name}");
    }
    console.press(Action::GoTeams);
    console.find("admins:0");
    for row in console.app().lists.panes[1].rows.clone() {
        let team = console.app().directory.team_at(row).unwrap();
        assert!(console.app().directory.admins_of(team).known.is_empty());
    }
}

#[tokio::test]
async fn a_contractor_becomes_viewer_in_two_teams() {
    let (mut console, server) = company().await;
    console.find("eva-tanaka");
    for team in ["vision", "nlp"] {
        console.pick_role(&format!("{team} viewer"));
        sent(&mut console).await;
    }
    for team in ["vision", "nlp"] {
        assert_eq!(server.role_in("eva-tanaka", team).await.as_deref(), Some("viewer"), "{}", console.screen());
    }
}

#[tokio::test]
async fn stale_full_seats_become_viewers() {
    let (mut console, server) = company().await;
    console.find("seat:full last>90d role:member");
    let stale = shown(&console);
    assert!(stale.len() > 1, "{}", console.screen());
    console.press(Action::MarkAll);
    console.settle().await;
    console.pick_role("seat viewer");
    console.settle().await;
    assert!(console.is_preview(), "{}", console.screen());
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("no plan") };
    let steps = preview.plan.steps.len();
    assert_eq!(steps, stale.len(), "{}", console.screen());
    if let Some(typed) = preview.risk.typed().map(str::to_owned) {
        console.type_text(&typed);
        console.enter();
    }
    console.send();
    console.settle().await;
    assert!(console.states().iter().all(|state| *state == ChangeState::Confirmed), "{}", console.screen());
    console.find_all();
    console.find("seat:full last>90d role:member");
    assert!(shown(&console).is_empty(), "{}", console.screen());
    drop(server);
}

#[tokio::test]
async fn who_never_signed_in() {
    let (mut console, _server) = company().await;
    console.find("last:never");
    let never = shown(&console);
    assert!(!never.is_empty());
    console.press(Action::Sort);
    console.type_text("n");
    console.settle().await;
    let labels: Vec<String> = shown(&console).iter().map(|name| console.user(name).label().to_lowercase()).collect();
    assert!(labels.is_sorted(), "{labels:?}");
}

#[tokio::test]
async fn who_changed_this() {
    let (mut console, _server) = company().await;
    console.find("eva-tanaka");
    console.pick_role("org viewer");
    sent(&mut console).await;
    console.press(Action::GoActivity);
    console.press(Action::Filter);
    console.type_text("eva age<2d");
    console.enter();
    console.enter();
    console.expect("Before member");
    console.expect("After viewer");
}

/// A task with the keys that it took and the most that it may take.
struct Task {
    name: &'static str,
    most: usize,
    took: usize,
}

/// The table of keystrokes: measured from the list of users, typed names included, `y` left out where a plan is sent.
#[rstest]
#[case(250)]
#[case(5_000)]
#[tokio::test]
async fn common_tasks_take_few_keys(#[case] users: usize) {
    let mut tasks = Vec::new();
    let mut measured = |name, most, took| tasks.push(Task { name, most, took });

    let (mut console, server) = company_of(users).await;
    let from = console.pressed;
    console.find("eva-t");
    console.press(Action::SetRole);
    console.type_text("orga");
    console.enter();
    measured("organisation admin", 13, console.pressed - from);
    sent(&mut console).await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "admin", "{}", console.screen());

    let from = console.pressed;
    console.press(Action::Undo);
    measured("undo", 1, console.pressed - from);
    sent(&mut console).await;
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "member", "{}", console.screen());

    let from = console.pressed;
    console.press(Action::SetRole);
    console.type_text("visvi");
    console.enter();
    measured("viewer of a team, after the name", 8, console.pressed - from);
    sent(&mut console).await;
    assert_eq!(server.role_in("eva-tanaka", "vision").await.as_deref(), Some("viewer"), "{}", console.screen());

    let from = console.pressed;
    console.press(Action::Permissions);
    console.type_text("ru");
    console.settle().await;
    measured("what she may do in vision, and why", 3, console.pressed - from);
    let line = console.line("vision        viewer");
    assert!(line.contains("as custom roles show that inherit from it"), "{line}");
    console.esc();
    console.esc();

    let from = console.pressed;
    console.press(Action::Teams);
    for team in ["nlp", "ops"] {
        console.type_text(team);
        console.press(Action::Toggle);
    }
    console.press(Action::Look);
    measured("two teams", 10, console.pressed - from);
    assert!(console.is_preview(), "{}", console.screen());
    console.esc();
    console.esc();
    console.esc();
    console.esc();

    let (mut console, _server) = company_of(users).await;
    let from = console.pressed;
    console.find("role:admin");
    measured("all admins", "/role:admin".len() + 1, console.pressed - from);
    let from = console.pressed;
    console.find("team:vision/admin");
    measured("admins of vision", "/team:vision/admin".len() + 1, console.pressed - from);

    console.find_all();
    (0..5).for_each(|_| console.press(Action::Mark));
    let from = console.pressed;
    console.press(Action::Copy);
    console.type_text("e");
    console.enter();
    measured("emails of five marked people", 3, console.pressed - from);
    console.expect("5 emails sent to the terminal's clipboard");

    console.press(Action::GoTeams);
    console.find("vision");
    let people = console.plain_people();
    let outside: Vec<String> = {
        let app = console.app();
        let team = console.team("vision");
        let out = people.iter().filter(|name| !team.has(&console.user(name).id)).take(5).cloned().collect();
        assert!(app.directory.len(RecordKind::User) > 200);
        out
    };
    let (from, mut letters) = (console.pressed, 0);
    console.press(Action::Members);
    for name in &outside {
        // As many letters as make the name the first match.
        for letter in name.chars() {
            console.type_text(&letter.to_string());
            console.settle().await;
            letters += 1;
            let Some(Overlay::Check(list)) = console.app().overlays.last() else { panic!("no list") };
            let first = list.selected(&console.app().directory);
            if first.is_some_and(|id| id == console.user(name).id) && letters >= 4 {
                break;
            }
        }
        console.press(Action::Toggle);
    }
    console.press(Action::Look);
    console.settle().await;
    measured("five people to one team", 1 + letters + 5 + 1, console.pressed - from);
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    assert_eq!(preview.plan.steps.len(), 5, "{}", console.screen());

    let table: Vec<String> =
        tasks.iter().map(|task| format!("{}: {} of {}", task.name, task.took, task.most)).collect();
    assert!(tasks.iter().all(|task| task.took <= task.most), "{}", table.join("\n"));
}
