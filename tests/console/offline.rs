//! The server is gone: what was known is shown, edits wait in the journal, and go on when it is back.

use scimitar::{app::action::Action, demo, directory::plan::State};

use crate::harness::{Console, Room, Server, options, profile_of};

#[tokio::test]
async fn edits_wait_for_a_server_that_is_gone() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let (profile, back) =
        (profile_of(&server, &options()), demo::Options { listen: server.running.addr(), ..options() });
    Console::open(&room, profile.clone()).await.quit().await;
    server.running.stop().await;

    let mut console = Console::open(&room, profile).await;
    console.expect("offline");
    console.find("eva-tanaka");
    console.expect("eva-tanaka");
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [State::Planned], "{}", console.screen());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    console.expect("↻");

    let server = Server::start(back).await;
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!(console.states(), [State::Confirmed], "{}", console.screen());
    console.expect_no("offline");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn what_an_earlier_session_left_over_is_offered_and_sent() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let (profile, back) =
        (profile_of(&server, &options()), demo::Options { listen: server.running.addr(), ..options() });
    let mut console = Console::open(&room, profile.clone()).await;
    server.running.stop().await;
    console.find("eva-tanaka");
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [State::Planned], "{}", console.screen());
    console.find_all();
    console.find("noor-haddad");
    console.rename(" I");
    console.settle().await;
    console.quit().await;

    let server = Server::start(back).await;
    let mut console = Console::open(&room, profile).await;
    console.expect("2 changes of an earlier session were not sent");
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    assert!(server.writes().is_empty());
    console.press(Action::GoActivity);
    console.esc();
    // One is dropped, the other sent.
    console.press(Action::DropChange);
    console.settle().await;
    console.press(Action::Retry);
    console.settle().await;
    assert_eq!(console.states(), [State::Confirmed, State::Dropped], "{}", console.screen());
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
    assert_eq!(server.writes().len(), 1);
}
