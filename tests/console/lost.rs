//! Answers that never come: the record is looked at, nothing is sent twice.

use scimitar::{app::action::Action, directory::plan::State};

use crate::harness::{Console, options};

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_found_on_the_server() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    server.running.cut_next_write(true);
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [State::Confirmed], "{}", console.last().why);
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
    assert_eq!(console.states(), [State::Refused]);
    assert!(console.last().why.contains("It was not sent again"), "{}", console.last().why);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn a_user_whose_creation_was_not_answered_is_found_by_name() {
    for applied in [true, false] {
        let (mut console, server) = Console::on_demo(options()).await;
        server.running.cut_next_write(applied);
        console.press(Action::Create);
        console.type_text("new-person");
        console.press(Action::NextField);
        console.type_text("new.person@example.com");
        console.press(Action::Submit);
        console.settle().await;
        let there = server.user("new-person").await;
        assert_eq!(there.is_null(), !applied);
        assert_eq!(server.writes().len(), 1);
        let shown = console.app().directory.user_named("new-person").map(|user| user.id.to_string());
        assert_eq!(shown.as_deref(), there["id"].as_str());
        let expected = if applied { State::Confirmed } else { State::Refused };
        assert_eq!(console.states(), [expected], "{}", console.last().why);
    }
}
