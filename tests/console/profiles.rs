//! Another profile in the same console.

use std::time::Duration;

use scimitar::{app::action::Action, directory::plan::State};

use crate::harness::{Console, Room, Server, options, profile_of};

#[tokio::test]
async fn late_reports_of_the_profile_before_are_dropped_and_its_journal_keeps_them() {
    let room = Room::new();
    let server = Server::start(options()).await;
    let profile = profile_of(&server, &options());
    let mut console = Console::open(&room, profile.clone()).await;
    console.find("eva-tanaka");
    server.running.set_latency(Duration::from_secs(1));
    console.rename(" I");
    console.until("the request to be sent", |app| app.entries.values().any(|e| e.state == State::Sent)).await;

    console.press(Action::Palette);
    console.type_text("profile demo");
    console.press(Action::Choose);
    console.until("the demo profile", |app| app.profile.as_ref().is_some_and(|profile| profile.name == "demo")).await;
    console.settle().await;
    // The old server answers only now.
    while server.writes().iter().all(|request| request.status == 0) {
        tokio::task::yield_now().await;
    }
    console.press(Action::Refresh);
    console.settle().await;
    assert!(console.entries().is_empty());
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka");
    console.expect("demo · W&B Dedicated Cloud");
    console.quit().await;

    server.running.set_latency(Duration::ZERO);
    let console = Console::open(&room, profile).await;
    assert_eq!(console.states(), [State::Confirmed], "{}", console.last().why);
    assert_eq!(console.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    assert_eq!(server.writes().len(), 1);
}
