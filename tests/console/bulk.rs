//! Every edit on several marked rows is one plan, with an outcome of its own for each row.

use scimitar::{
    app::{Overlay, action::Action},
    demo,
    directory::plan::{ChangeState, Risk},
};

use crate::harness::{Console, Server, options};

/// Marks three people who are nothing special, and gives their names.
fn marked(console: &mut Console) -> Vec<String> {
    let people: Vec<String> = console.plain_people().into_iter().take(3).collect();
    for person in &people {
        console.find_all();
        console.find(person);
        console.press(Action::Mark);
    }
    console.find_all();
    people
}

/// Marks these and nobody else: the marks of a plan go when it has an outcome.
fn mark_again(console: &mut Console, names: &[String]) {
    while !console.app().lists.pane().unwrap().marks.is_empty() {
        console.esc();
    }
    for name in names {
        console.find(name);
        console.press(Action::Mark);
        console.find_all();
    }
}

/// Sends the plan that is shown, with what it asks to be typed.
fn send(console: &mut Console, lines: usize) {
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else {
        panic!("no plan is shown:\n{}", console.screen())
    };
    assert_eq!(preview.plan.steps.len(), lines, "{}", console.screen());
    if let Risk::Type(text) = preview.risk.clone() {
        console.type_text(&text);
    }
    console.send();
}

/// The server refuses one of the last changes, and the others take effect; each has a line of its own in Activity.
async fn one_is_refused(console: &mut Console, server: &Server, all: usize) {
    let before = console.states().len();
    server.running.fail_next(400, 1);
    send(console, all);
    console.settle().await;
    let states = console.states().split_off(before);
    let count = |state: ChangeState| states.iter().filter(|one| **one == state).count();
    assert_eq!((count(ChangeState::Confirmed), count(ChangeState::Refused)), (all - 1, 1), "{states:?}");
    console.expect(&format!("{} confirmed, 1 not; 4 Activity says why.", all - 1));
    console.esc();
}

/// How many of these people are so on the server.
async fn count(server: &Server, people: &[String], so: impl Fn(&serde_json::Value) -> bool) -> usize {
    let mut found = 0;
    for person in people {
        found += usize::from(so(&server.user(person).await));
    }
    found
}

#[tokio::test]
async fn a_role_in_a_team() {
    let (mut console, server) = Console::on_demo(options()).await;
    let people = marked(&mut console);
    console.pick_role("climate viewer");
    one_is_refused(&mut console, &server, 3).await;
    let mut viewers = 0;
    for person in &people {
        viewers += usize::from(server.role_in(person, "climate").await.as_deref() == Some("viewer"));
    }
    assert_eq!(viewers, 2);
}

#[tokio::test]
async fn coming_to_a_team_and_leaving_it() {
    let (mut console, server) = Console::on_demo(options()).await;
    let people = marked(&mut console);
    let inside = async || {
        let members = server.members("ops").await;
        count(&server, &people, |user| members.iter().any(|id| user["id"] == id.as_str())).await
    };
    assert_eq!(inside().await, 0);
    for (left, sent) in [(3, 3), (0, 3)] {
        mark_again(&mut console, &people);
        console.press(Action::Teams);
        console.type_text("ops");
        console.turn_round();
        console.press(Action::Look);
        send(&mut console, sent);
        console.settle().await;
        assert_eq!(inside().await, left);
    }
}

#[tokio::test]
async fn a_seat() {
    let (mut console, server) = Console::on_demo(options()).await;
    let people = marked(&mut console);
    console.pick_role("models seat none");
    one_is_refused(&mut console, &server, 3).await;
    assert_eq!(count(&server, &people, |user| user["modelsSeat"] == "none").await, 2);
}

#[tokio::test]
async fn deactivation_and_the_way_back() {
    let (mut console, server) = Console::on_demo(options()).await;
    let people = marked(&mut console);
    console.press(Action::ToggleActive);
    one_is_refused(&mut console, &server, 3).await;
    assert_eq!(count(&server, &people, |user| user["active"] == false).await, 2);
    // Whoever is active still is the only one left to deactivate; then all three can come back.
    mark_again(&mut console, &people);
    console.press(Action::ToggleActive);
    send(&mut console, 1);
    console.settle().await;
    assert_eq!(count(&server, &people, |user| user["active"] == false).await, 3);
    assert!(console.app().lists.panes[0].marks.is_empty(), "{}", console.screen());
    mark_again(&mut console, &people);
    console.press(Action::ToggleActive);
    send(&mut console, 3);
    console.settle().await;
    assert_eq!(count(&server, &people, |user| user["active"] == true).await, 3);
}

#[rstest::rstest]
#[case::wandb(demo::Provider::Wandb)]
#[case::scim(demo::Provider::Scim)]
#[tokio::test]
async fn deletion(#[case] provider: demo::Provider) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider, ..options() }).await;
    let directory = &console.app().directory;
    let all = directory.records().users().values().filter(|user| user.active == Some(true));
    let names: Vec<String> = all.map(|user| user.user_name.to_string()).filter(|name| name != "demo-admin").collect();
    let people: Vec<String> = names.into_iter().rev().take(3).collect();
    for person in &people {
        console.find(person);
        console.press(Action::Mark);
        console.find_all();
    }
    console.press(Action::Delete);
    one_is_refused(&mut console, &server, 3).await;
    assert_eq!(count(&server, &people, serde_json::Value::is_null).await, 2);
}

#[tokio::test]
async fn all_that_a_filter_shows() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("tanaka");
    let people: Vec<String> = {
        let (app, pane) = (console.app(), &console.app().lists.panes[0]);
        pane.rows.iter().filter_map(|row| app.directory.user_at(*row)).map(|user| user.user_name.to_string()).collect()
    };
    assert!(people.len() > 1, "{people:?}");
    console.press(Action::MarkAll);
    console.pick_role("weave viewer");
    send(&mut console, people.len());
    console.settle().await;
    assert_eq!(count(&server, &people, |user| user["weaveRole"] == "viewer").await, people.len());
}

#[tokio::test]
async fn somebody_comes_to_all_marked_teams_and_leaves_them() {
    let (mut console, server) = Console::on_demo(options()).await;
    let person = console.plain_people().swap_remove(0);
    let id = server.user(&person).await["id"].as_str().unwrap().to_owned();
    console.press(Action::GoTeams);
    for inside in [true, false] {
        mark_again(&mut console, &["ops".to_owned(), "climate".to_owned()]);
        console.press(Action::Members);
        console.expect("Members of 2 teams");
        console.type_text(&person);
        console.turn_round();
        console.expect(if inside { "will join 2" } else { "will leave 2" });
        console.press(Action::Look);
        send(&mut console, 2);
        console.settle().await;
        for team in ["ops", "climate"] {
            assert_eq!(server.members(team).await.contains(&id), inside, "{team}");
        }
    }
}
