//! A change that met another one: before, yours and theirs side by side, and the three choices.

use scimitar::{app::action::Action, demo, directory::plan::ChangeState};

use crate::harness::{Console, Room, Server, options, profile_of};

/// Two consoles on one server; the second has no idea of what the first has changed.
async fn two() -> (Console, Console, Server) {
    let server = Server::start(options()).await;
    let profile = profile_of(&server, &options());
    // Two installations: consoles of one tell each other.
    let mut consoles = Vec::new();
    for room in [Room::new(), Room::new()] {
        let mut console = Console::open(&room, profile.clone()).await;
        console.find("eva-tanaka");
        consoles.push((console, room));
    }
    let (second, _) = consoles.pop().unwrap();
    let (first, _) = consoles.pop().unwrap();
    (first, second, server)
}

async fn set(console: &mut Console, seat: &str) {
    console.pick_role(seat);
    if console.is_preview() {
        console.send();
    }
    console.settle().await;
}

/// The first sets a value, the second works on the record as it was before.
async fn conflict() -> (Console, Server) {
    let (mut first, mut second, server) = two().await;
    set(&mut first, "modelsviewer").await;
    set(&mut second, "modelsnone").await;
    assert_eq!(second.states(), [ChangeState::Conflict], "{}", second.screen());
    second.expect("keep theirs, or send yours on top");
    second.press(Action::GoActivity);
    second.press(Action::Story);
    (second, server)
}

async fn seat(server: &Server) -> String {
    server.user("eva-tanaka").await["modelsSeat"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_story_of_a_conflict_has_the_three_values_side_by_side() {
    let (console, _server) = Box::pin(conflict()).await;
    let heads = console.line("Theirs, now");
    assert!(heads.contains("Before") && heads.contains("Yours"), "{heads}");
    let screen = console.screen();
    let below = screen.lines().skip_while(|line| !line.contains("Theirs, now")).nth(1).unwrap();
    let values: Vec<&str> = below.trim_matches(['│', ' ']).split_whitespace().collect();
    assert_eq!(values, ["full", "none", "viewer"], "{screen}");
    for choice in ["R send yours on top", "x keep theirs", "Esc leave it"] {
        console.expect(choice);
    }
}

#[tokio::test]
async fn theirs_is_kept_without_a_request() {
    let (mut console, server) = Box::pin(conflict()).await;
    let writes = server.writes().len();
    console.press(Action::DropChange);
    console.settle().await;
    console.expect("It stays as it is");
    assert_eq!((seat(&server).await.as_str(), server.writes().len()), ("viewer", writes));
    console.expect_no("1 failed");
    console.press(Action::Story);
    console.expect_no("Theirs, now");
}

#[tokio::test]
async fn yours_is_sent_on_top_as_a_plan_from_the_present_value() {
    let (mut console, server) = Box::pin(conflict()).await;
    console.press(Action::Retry);
    console.expect("Models seat: viewer → none");
    console.send();
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Conflict, ChangeState::Confirmed], "{}", console.screen());
    assert_eq!(seat(&server).await, "none");
    console.expect_no("1 failed");
}

#[tokio::test]
async fn it_can_be_left_and_decided_later() {
    let (mut console, server) = Box::pin(conflict()).await;
    console.esc();
    console.expect("1 failed");
    assert_eq!(seat(&server).await, "viewer");
    console.press(Action::Story);
    console.expect("R send yours on top");
}

/// A conflict that is known when the undo is drawn up leads to the same choices.
#[tokio::test]
async fn an_undo_of_a_value_that_is_known_to_be_another_one_leads_to_the_choices() {
    let (mut first, mut second, server) = two().await;
    set(&mut first, "modelsviewer").await;
    second.press(Action::Refresh);
    second.settle().await;
    set(&mut second, "modelsnone").await;
    first.press(Action::Refresh);
    first.settle().await;
    let writes = server.writes().len();
    first.press(Action::Undo);
    first.settle().await;
    first.expect("It was changed since: the plan left viewer");
    first.send();
    first.settle().await;
    assert_eq!(first.states(), [ChangeState::Confirmed, ChangeState::Conflict], "{}", first.screen());
    assert_eq!((seat(&server).await.as_str(), server.writes().len()), ("none", writes));
    first.press(Action::GoActivity);
    first.press(Action::Story);
    for choice in ["R send yours on top", "x keep theirs", "Esc leave it"] {
        first.expect(choice);
    }
    first.press(Action::Retry);
    first.send();
    first.settle().await;
    assert_eq!(seat(&server).await, "full");
    let plan = first.entries()[0].plan;
    assert!(first.app().activity.entries.is_undone(plan), "{}", first.screen());
}

/// An undo that is sent on top takes the plan back, and is no plan of its own.
#[tokio::test]
async fn an_undo_sent_on_top_is_still_the_undo() {
    let (mut first, mut second, server) = two().await;
    set(&mut first, "modelsviewer").await;
    second.press(Action::Refresh);
    second.settle().await;
    set(&mut second, "modelsnone").await;
    first.press(Action::Undo);
    first.send();
    first.settle().await;
    assert_eq!(first.states(), [ChangeState::Confirmed, ChangeState::Conflict], "{}", first.screen());
    first.press(Action::GoActivity);
    first.press(Action::Story);
    first.press(Action::Retry);
    first.send();
    first.settle().await;
    assert_eq!(seat(&server).await, "full");
    let plan = first.entries()[0].plan;
    assert_eq!(first.last().undoes, Some(plan));
    assert!(first.app().activity.entries.is_undone(plan), "{}", first.screen());
}

/// A team that somebody has joined since it was created: kept, or deleted with the loss named.
#[tokio::test]
async fn a_creation_that_is_in_use_has_the_three_choices() {
    let rfc = demo::DemoOptions { provider: demo::Provider::Scim, ..options() };
    let (mut console, server) = Console::on_demo(rfc).await;
    console.press(Action::GoTeams);
    console.press(Action::Create);
    console.type_text("gamma");
    console.press(Action::Submit);
    console.send();
    console.settle().await;
    let user = server.user("eva-tanaka").await["id"].clone();
    server.add_member("gamma", user.as_str().unwrap()).await;
    console.press(Action::Refresh);
    console.settle().await;
    console.press(Action::Undo);
    console.settle().await;
    console.expect("eva-tanaka joined gamma");
    let writes = server.writes().len();
    console.send();
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Conflict, "{}", console.screen());
    assert_eq!(server.writes().len(), writes);
    console.expect("keep it, or undo it all the same");
    console.press(Action::GoActivity);
    console.press(Action::Story);
    for choice in ["as it was created", "R undo it all the same", "x keep it", "Esc leave it"] {
        console.expect(choice);
    }
    console.press(Action::Retry);
    console.expect("This is lost with it");
    console.type_text("gamma");
    console.send();
    console.settle().await;
    assert!(server.team("gamma").await.is_null());
    let plan = console.entries()[0].plan;
    assert!(console.app().activity.entries.is_undone(plan), "{}", console.screen());
}
