//! The server is gone: what was known is shown, edits wait in the journal, and go on when it is back.

use std::os::unix::fs::PermissionsExt;

use scimitar::{app::action::Action, config::KeySource, demo, directory::plan::ChangeState};

use crate::harness::{Console, KEY, Room, Server, options, profile_of};

#[tokio::test]
async fn edits_wait_for_a_server_that_is_gone() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let (profile, back) =
        (profile_of(&server, &options()), demo::DemoOptions { listen: server.running.addr(), ..options() });
    Console::open(&room, profile.clone()).await.quit().await;
    server.running.stop().await;

    let mut console = Console::open(&room, profile).await;
    console.expect("offline");
    console.find("eva-tanaka");
    console.expect("eva-tanaka");
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Planned], "{}", console.screen());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    console.expect("↻");

    console.press(Action::Refresh);
    console.settle().await;
    let server = Server::start(back).await;
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed], "{}", console.screen());
    assert!(console.last().exchanges.len() <= 2, "{:?}", console.last().exchanges);
    console.expect_no("offline");
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn what_an_earlier_session_left_over_is_offered_and_sent() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let (profile, back) =
        (profile_of(&server, &options()), demo::DemoOptions { listen: server.running.addr(), ..options() });
    let mut console = Console::open(&room, profile.clone()).await;
    server.running.stop().await;
    console.find("eva-tanaka");
    console.rename(" I");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Planned], "{}", console.screen());
    console.find_all();
    console.find("noor-haddad");
    console.rename(" I");
    console.settle().await;
    console.quit().await;

    let server = Server::start(back).await;
    let mut console = Console::open(&room, profile).await;
    console.expect("2 changes of 2 plans of an earlier session wait");
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    assert!(server.writes().is_empty());
    console.press(Action::GoActivity);
    console.esc();
    // One change is dropped, the other sent.
    console.press(Action::DropChange);
    console.settle().await;
    console.press(Action::Down);
    console.press(Action::Retry);
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed, ChangeState::Dropped], "{}", console.screen());
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
    assert_eq!(server.writes().len(), 1);
}

/// The server takes another key from now on: edits wait until the file has it and R reads it.
#[tokio::test]
async fn a_key_that_was_replaced_is_read_again_and_edits_wait_for_it() {
    let (room, files) = (Room::new(), tempfile::tempdir().unwrap());
    let file = files.path().join("key");
    std::fs::write(&file, "old-key").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let server = Server::start(demo::DemoOptions { key: Some("old-key".into()), ..options() }).await;
    let mut profile = profile_of(&server, &options());
    profile.key = KeySource::File(file.clone());
    let back = demo::DemoOptions { listen: server.running.addr(), ..options() };
    let mut console = Console::open(&room, profile).await;
    server.running.stop().await;

    let server = Server::start(back).await;
    console.find("eva-tanaka");
    for more in [" I", "I"] {
        console.rename(more);
        console.settle().await;
    }
    assert_eq!(console.states(), [ChangeState::Planned; 2], "{}", console.screen());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka II");
    assert!(console.entries()[0].why.starts_with("Waits for a key"), "{}", console.entries()[0].why);
    // Reading the record has told that the key is not taken.
    assert_eq!(server.writes().len(), 0);

    // Still the old one, then none at all, then the right one.
    console.press(Action::Refresh);
    console.settle().await;
    console.expect("key refused");
    std::fs::write(&file, "").unwrap();
    console.press(Action::Refresh);
    console.settle().await;
    console.expect("is empty");
    std::fs::write(&file, KEY).unwrap();
    console.press(Action::Refresh);
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed; 2], "{}", console.screen());
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka II");
    assert_eq!(server.writes().len(), 2);
}
