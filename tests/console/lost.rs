//! Answers that never come: the record is looked at, nothing is sent twice.

use rstest::rstest;
use scimitar::{
    app::action::Action,
    demo::{FailRule, FaultKind},
    directory::plan::ChangeState,
};

use crate::harness::{Console, Room, Server, options, profile_of};

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_found_on_the_server() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    server.running.cut_next_write(true);
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed], "{}", console.last().why);
    assert!(console.last().why.contains("The answer was lost"), "{}", console.last().why);
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
    console.expect("Eva Tanaka I");
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn a_change_that_was_lost_on_the_way_is_refused_and_not_sent_again() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    server.running.cut_next_write(false);
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Refused]);
    assert!(console.last().why.contains("It was not sent again"), "{}", console.last().why);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn a_user_whose_creation_was_not_answered_is_found_by_name() {
    for kind in [FaultKind::CutAfter, FaultKind::CutBefore, FaultKind::Wrong, FaultKind::Truncated, FaultKind::Html] {
        let applied = !matches!(kind, FaultKind::CutBefore | FaultKind::Html);
        let (mut console, server) = Console::on_demo(options()).await;
        server.running.meet_next(kind, true);
        console.press(Action::Create);
        console.type_text("new-person");
        console.press(Action::NextField);
        console.type_text("new.person@example.com");
        console.press(Action::Submit);
        console.send();
        console.settle().await;
        let there = server.user("new-person").await;
        assert_eq!(there.is_null(), !applied);
        assert_eq!(server.writes().len(), 1);
        let shown = console.app().directory.users_named("new-person").next().map(|user| user.id.to_string());
        assert_eq!(console.last().created.as_deref(), there["id"].as_str(), "{kind}: what an undo deletes");
        assert_eq!(shown.as_deref(), there["id"].as_str());
        let expected = if applied { ChangeState::Confirmed } else { ChangeState::Refused };
        assert_eq!(console.states(), [expected], "{}", console.last().why);
    }
}

/// A web page in the place of an answer was not said by the directory. What somebody else has done is not sent at all.
#[tokio::test]
async fn an_answer_that_is_no_data_confirms_nothing_by_itself() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    let id = server.user("eva-tanaka").await["id"].as_str().unwrap().to_owned();
    server.patch_user(&id, "displayName", serde_json::json!("Eva Tanaka I")).await;
    let sent = server.writes().len();
    console.rename(" I");
    console.settle().await;
    assert_eq!((console.last().state, server.writes().len()), (ChangeState::Already, sent), "{}", console.last().why);
    console.esc();
    server.running.meet_next(FaultKind::Html, true);
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Refused);
    let why = &console.last().why;
    assert!(why.starts_with("The server answered with a web page instead of data; the directory shows "), "{why}");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
}

/// The answer is lost and the server can't be asked either: the outcome is open until it can, in this session or the
/// next, and the change is not sent again. One that was not done when its session ended waits for a person.
#[rstest]
#[case::same_session(false, true)]
#[case::next_session(true, true)]
#[case::next_session_not_arrived(true, false)]
#[tokio::test]
async fn an_open_outcome_is_looked_up_when_the_server_answers(#[case] restart: bool, #[case] applied: bool) {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let profile = profile_of(&server, &options());
    let mut console = Console::open(&room, profile.clone()).await;
    console.find("eva-tanaka");
    server.running.cut_next_write(applied);
    server.running.set_fail(vec![FailRule { status: 502, rate: 1.0 }]);
    console.rename(" I");
    console.settle().await;
    assert!(console.last().state.is_open(), "{:?}", console.states());
    assert!(console.last().why.contains("not known yet"), "{}", console.last().why);
    assert!(console.line("▌").contains('↻'), "{}", console.screen());

    server.running.set_fail(Vec::new());
    if restart {
        console.quit().await;
        console = Console::open(&room, profile).await;
    } else {
        console.press(Action::Refresh);
        console.settle().await;
    }
    let lost = if restart { ChangeState::Planned } else { ChangeState::Refused };
    let (state, name) = if applied { (ChangeState::Confirmed, "Eva Tanaka I") } else { (lost, "Eva Tanaka") };
    assert_eq!(console.states(), [state], "{}", console.last().why);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), name);
    assert_eq!(server.user("eva-tanaka").await["displayName"], name);
    assert_eq!(server.writes().len(), 1);
    if state == ChangeState::Planned {
        console.expect("of an earlier session waits, not sent");
        console.press(Action::GoActivity);
        console.press(Action::Retry);
        console.settle().await;
        assert_eq!(console.states(), [ChangeState::Confirmed], "{}", console.last().why);
        assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
    }
}
