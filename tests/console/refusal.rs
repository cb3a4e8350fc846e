//! The server says no: the value goes back alone, Activity has the reason, and there is a way on.

use rstest::rstest;
use scimitar::{app::action::Action, directory::plan::ChangeState};
use serde_json::json;

use crate::harness::{Console, options};

#[rstest]
#[case(400, ChangeState::Refused)]
#[case(409, ChangeState::Refused)]
#[case(412, ChangeState::Conflict)]
#[case(500, ChangeState::Refused)]
#[tokio::test]
async fn a_refused_value_goes_back_and_can_be_tried_again(#[case] status: u16, #[case] state: ChangeState) {
    let (mut console, server) = Console::on_demo(options()).await;
    let other = console.plain_people().into_iter().find(|name| name != "eva-tanaka").unwrap();
    console.find("eva-tanaka");
    server.running.fail_next(status, 1);
    console.rename(" I");
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    console.settle().await;
    assert_eq!(console.states(), [state], "{}", console.screen());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka");
    assert_eq!(server.writes().len(), 1);
    let [told] = &console.last().exchanges[..] else { panic!("{:?}", console.last().exchanges) };
    assert!(told.bytes > 0 && told.answer.contains(&status.to_string()), "{told:?}");
    console.expect("! 1 failed");

    // Nobody else's value goes back with it.
    console.esc();
    console.find_all();
    console.find(&other);
    console.rename(" II");
    console.settle().await;
    assert!(console.user(&other).display_name.as_str().ends_with(" II"));

    console.press(Action::GoActivity);
    console.press(Action::Down);
    console.expect("✗");
    console.press(Action::Story);
    console.expect(state.label());
    console.expect(&status.to_string());
    console.esc();
    console.press(Action::Retry);
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [state, ChangeState::Confirmed, ChangeState::Confirmed], "{}", console.screen());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
}

#[rstest]
#[case(429)]
#[case(503)]
#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it(#[case] status: u16) {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    server.running.fail_next(status, 1);
    console.rename(" I");
    console.until("the wait to be told", |app| app.session.waiting.is_some()).await;
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed]);
    assert!(console.app().session.waiting.is_none());
    let statuses: Vec<u16> = server.writes().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [status, 200]);
    assert_eq!(console.last().exchanges.iter().map(|told| told.attempts).sum::<u32>(), 2, "{:?}", console.last());
}

#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_is_a_conflict_that_shows_theirs() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    let id = console.user("eva-tanaka").id.to_string();
    server.patch_user(&id, "displayName", json!("Theirs")).await;
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Conflict]);
    console.expect("somebody else");
    console.esc();
    console.expect("Theirs");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Theirs");

    // Decided anew, on what is so now.
    console.press(Action::GoActivity);
    console.press(Action::Retry);
    console.send();
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
}

/// Giving a role to somebody outside the team joins first; the role is gone meanwhile, so only the second request fails.
#[tokio::test]
async fn a_part_that_took_effect_is_said_and_can_be_undone() {
    let (mut console, server) = Console::on_demo(options()).await;
    let roles = server.get("Roles").await;
    let janitor = roles["Resources"].as_array().unwrap().iter().find(|role| role["name"] == "Run janitor").unwrap();
    server.delete(&format!("Roles/{}", janitor["id"].as_str().unwrap())).await;
    console.find("eva-tanaka");
    let eva = console.user("eva-tanaka").id.to_string();
    assert!(!server.members("climate").await.contains(&eva));
    console.pick_role("climate janitor");
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Partly], "{}", console.screen());
    let why = console.last().why.clone();
    assert!(why.ends_with("A part of it took effect: they are a member of the team now."), "{why}");
    assert!(server.members("climate").await.contains(&eva));
    assert!(console.team("climate").has(&eva.as_str().into()));

    console.esc();
    console.press(Action::Undo);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Partly, ChangeState::Confirmed], "{}", console.screen());
    assert!(!server.members("climate").await.contains(&eva));
    console.press(Action::Undo);
    assert_eq!(console.entries().len(), 2, "undone twice");
}
