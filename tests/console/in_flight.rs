//! The console while answers are slow.

use std::time::Duration;

use rstest::rstest;
use scimitar::{app::action::Action, demo, directory::plan::ChangeState};

use crate::harness::{Console, options};

#[tokio::test]
async fn the_list_scrolls_and_filters_while_three_edits_are_in_flight() {
    let (mut console, server) = Console::on_demo(options()).await;
    let mut people: Vec<String> = console.plain_people().into_iter().filter(|name| name != "eva-tanaka").collect();
    people.truncate(3);
    // The first of each form goes alone.
    console.find(&people.pop().unwrap());
    console.rename(" (first)");
    console.pick_role("org adm");
    console.send();
    console.settle().await;
    server.running.set_latency(Duration::from_secs(1));
    console.find("eva-tanaka");
    console.pick_role("org adm");
    console.send();
    for person in &people {
        console.find_all();
        console.find(person);
        console.rename(" (new)");
    }
    console
        .until("three requests under way", |app| {
            app.activity.entries.values().filter(|entry| entry.state == ChangeState::Sent).count() == 3
        })
        .await;

    console.find_all();
    console.expect("↻ 3 in flight");
    console.press(Action::Bottom);
    assert_eq!(console.app().lists.panes[0].cursor, 57);
    console.press(Action::Top);
    assert_eq!(console.app().lists.panes[0].cursor, 0);
    console.press(Action::Filter);
    console.type_text("eva");
    assert!(console.line("▌").contains("eva-tanaka") && console.line("▌").contains("admin ↻"), "{}", console.screen());
    let sent = console.states().iter().filter(|state| **state == ChangeState::Sent).count();
    assert_eq!(sent, 3, "an answer came too early to show anything");

    console.settle().await;
    console.expect_no("↻");
    assert_eq!(console.states(), [ChangeState::Confirmed; 5]);
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "admin");
    for person in &people {
        let shown = server.user(person).await["displayName"].as_str().unwrap().to_owned();
        assert!(shown.ends_with(" (new)"), "{shown}");
    }
}

/// A membership gives the user's record another version, also where only the team was written to.
#[rstest]
#[case(demo::Provider::Wandb)]
#[case(demo::Provider::Scim)]
#[tokio::test]
async fn ones_own_changes_are_no_conflict(#[case] provider: demo::Provider) {
    let (mut console, server) = Console::on_demo(demo::DemoOptions { provider, ..options() }).await;
    console.find("eva-tanaka");
    for hurry in [true, false] {
        for team in ["climate", "evals"] {
            console.rename(" I");
            console.press(Action::Teams);
            console.type_text(team);
            console.turn_round();
            console.press(Action::Look);
            if console.is_preview() {
                console.send();
            }
            if !hurry {
                console.settle().await;
            }
        }
        console.rename(" I");
        console.settle().await;
    }
    let reasons: Vec<&String> = console.entries().into_iter().map(|entry| &entry.why).collect();
    assert_eq!(console.states(), [ChangeState::Confirmed; 10], "{reasons:?}");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I I I I I I");
}
