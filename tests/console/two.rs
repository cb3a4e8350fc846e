//! Two consoles of one installation: what is open in one that lives is its own to see through.

use scimitar::{app::action::Action, demo, directory::plan::ChangeState};

use crate::harness::{Console, Room, Server, options, profile_of};

/// A console that starts meanwhile does not take what another one has sent for lost.
#[tokio::test]
async fn what_a_living_console_has_sent_is_its_own_to_settle() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let profile = profile_of(&server, &options());
    let mut first = Console::open(&room, profile.clone()).await;
    first.find("eva-tanaka");
    server.running.hold_writes(true);
    first.rename(" I");
    first.until("it is sent", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Sent)).await;
    let second = Console::open(&room, profile.clone()).await;
    assert_eq!(second.states(), [ChangeState::Sent], "{}", second.last().why);
    second.quit().await;
    server.running.hold_writes(false);
    first.settle().await;
    first.quit().await;
    let third = Console::open(&room, profile).await;
    assert_eq!(third.states(), [ChangeState::Confirmed], "{}", third.last().why);
    assert_eq!(server.writes().len(), 1);
}

/// One change is on its way in the first, and another waits for it.
#[tokio::test]
async fn what_waits_in_a_living_console_is_not_sent_by_another() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let profile = profile_of(&server, &options());
    let mut first = Console::open(&room, profile.clone()).await;
    first.find("eva-tanaka");
    server.running.hold_writes(true);
    first.rename(" I");
    first.rename(" I");
    first.until("one is sent", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Sent)).await;

    let mut second = Console::open(&room, profile).await;
    second.expect_no("of an earlier session");
    // Nobody would tell it what becomes of them: it shows what the server shows, and holds its own changes to that.
    assert_eq!(second.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    assert!(second.app().directory.pending().len() == 0);
    second.press(Action::GoActivity);
    second.expect("elsewhere, in flight");
    for key in [Action::Retry, Action::DropChange] {
        second.press(key);
        second.settle().await;
        assert_eq!(second.states(), [ChangeState::Sent, ChangeState::Planned], "{}", second.screen());
    }
    second.expect("waits in another console that is open");

    server.running.hold_writes(false);
    first.settle().await;
    assert_eq!(first.states(), [ChangeState::Confirmed; 2], "{}", first.last().why);
    second.press(Action::GoUsers);
    second.press(Action::Refresh);
    second.settle().await;
    assert_eq!(second.states(), [ChangeState::Confirmed; 2]);
    assert_eq!(second.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I I");
    assert_eq!(server.writes().len(), 2);
}

#[tokio::test]
async fn what_a_console_leaves_when_it_ends_is_offered_by_one_that_is_open() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let (profile, back) =
        (profile_of(&server, &options()), demo::DemoOptions { listen: server.running.addr(), ..options() });
    let mut first = Console::open(&room, profile.clone()).await;
    server.running.stop().await;
    first.find("eva-tanaka");
    first.rename(" I");
    first.settle().await;
    assert_eq!(first.states(), [ChangeState::Planned], "{}", first.screen());
    let mut second = Console::open(&room, profile).await;
    second.expect_no("of an earlier session");
    first.quit().await;
    let server = Server::start(back).await;
    second.press(Action::Refresh);
    second.settle().await;
    second.press(Action::GoActivity);
    second.expect("1 left over");
    second.press(Action::Retry);
    second.settle().await;
    assert_eq!(second.states(), [ChangeState::Confirmed], "{}", second.screen());
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I");
}

/// Both were offered it; one of them sends it, and the other shows what is so.
#[tokio::test]
async fn of_two_that_take_up_what_was_left_one_sends_it() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let (profile, back) =
        (profile_of(&server, &options()), demo::DemoOptions { listen: server.running.addr(), ..options() });
    let mut first = Console::open(&room, profile.clone()).await;
    server.running.stop().await;
    first.find("eva-tanaka");
    first.rename(" I");
    first.settle().await;
    first.quit().await;
    let server = Server::start(back).await;
    let mut consoles = [Console::open(&room, profile.clone()).await, Console::open(&room, profile).await];
    for console in &mut consoles {
        console.expect("1 change of an earlier session waits");
        console.press(Action::GoActivity);
        console.press(Action::Retry);
        console.settle().await;
    }
    assert_eq!(consoles[0].states(), [ChangeState::Confirmed]);
    assert_eq!(consoles[1].states(), [ChangeState::Dropped]);
    let shown = consoles[1].user("eva-tanaka");
    assert_eq!((shown.display_name.as_str(), shown.version.is_some()), ("Eva Tanaka I", true));
    assert_eq!(server.writes().len(), 1);
}

/// It was taken for left over, and sent: then its record has moved on.
#[tokio::test]
async fn what_another_has_sent_all_the_same_is_looked_at() {
    let (room, server) = (Room::new(), Server::start(options()).await);
    let profile = profile_of(&server, &options());
    let mut console = Console::open(&room, profile.clone()).await;
    console.find("eva-tanaka");
    server.running.hold_writes(true);
    console.rename(" I");
    console.rename(" I");
    console
        .until("one is sent", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Sent))
        .await;
    let mut store = room.opener().store(&profile).unwrap();
    let mut entry = store.journal_open().unwrap().entries.pop().unwrap();
    entry.state = ChangeState::Confirmed;
    assert!(store.journal_claim(&entry, ChangeState::Planned).unwrap());
    server.running.hold_writes(false);
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Confirmed, ChangeState::Dropped], "{}", console.screen());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    assert!(console.user("eva-tanaka").version.is_some(), "the next change is held to what is shown");
    assert_eq!(server.writes().len(), 1);
}
