//! An open console shows the work of other processes on its profile without a key press.

use scimitar::{
    app::{App, action::Action},
    demo,
    directory::plan::ChangeState,
    provider::Provider,
    scim::quirks::{DeletionEffect, ServerQuirks},
};

use crate::{
    harness::{Console, KEY, Room, Server, options, profile, profile_of},
    odd::{self, Odd},
};

/// Two consoles on one profile, both with all lists read.
async fn two(provider: Provider) -> (Room, Server, [Console; 2]) {
    let options = demo::DemoOptions { provider, ..options() };
    let (room, server) = (Room::new(), Server::start(options.clone()).await);
    let profile = profile_of(&server, &options);
    let consoles = [Console::open(&room, profile.clone()).await, Console::open(&room, profile).await];
    (room, server, consoles)
}

fn is_done(app: &App) -> bool {
    app.activity.entries.values().next_back().is_some_and(|entry| !entry.state.is_open())
}

fn name_of(app: &App, user: &str) -> Option<String> {
    Some(app.directory.users_named(user).next()?.display_name.to_string())
}

#[tokio::test]
async fn a_change_and_its_record_are_shown_and_nothing_is_asked_for_it() {
    let (_room, server, [mut first, mut second]) = two(Provider::Wandb).await;
    first.find("eva-tanaka");
    let asked = server.running.requests().len();
    second.find("eva-tanaka");
    second.rename(" I");
    second.settle().await;
    let by_second = server.running.requests().len() - asked;
    first.until("the outcome", is_done).await;
    first.until("the record", |app| name_of(app, "eva-tanaka").as_deref() == Some("Eva Tanaka I")).await;
    first.settle().await;
    assert_eq!(first.user("eva-tanaka").display_name.as_str(), "Eva Tanaka I");
    assert_eq!(first.states(), [ChangeState::Confirmed]);
    assert_eq!(server.running.requests().len(), asked + by_second);
    // The next change is held to the shown version.
    first.rename(" I");
    first.settle().await;
    assert_eq!(first.states(), [ChangeState::Confirmed; 2], "{}", first.last().why);
    assert_eq!(server.user("eva-tanaka").await["displayName"], "Eva Tanaka I I");
}

#[tokio::test]
async fn what_is_in_flight_elsewhere_is_shown_as_that() {
    let (_room, server, [mut first, mut second]) = two(Provider::Wandb).await;
    first.press(Action::GoActivity);
    server.running.hold_writes(true);
    second.find("eva-tanaka");
    second.rename(" I");
    first.until("it is sent", |app| app.activity.entries.values().any(|entry| entry.state == ChangeState::Sent)).await;
    first.expect("elsewhere, in flight");
    assert_eq!(first.app().directory.pending().len(), 0);
    server.running.hold_writes(false);
    second.settle().await;
    first.until("the outcome", is_done).await;
    first.expect_no("elsewhere");
    assert_eq!(first.states(), [ChangeState::Confirmed]);
}

/// A membership writes one record and moves two: a change of the person after it is no conflict.
#[tokio::test]
async fn memberships_creations_and_deletions_are_shown() {
    for provider in [Provider::Wandb, Provider::Scim] {
        let (_room, _server, [mut first, mut second]) = two(provider).await;
        second.find("eva-tanaka");
        second.press(Action::Teams);
        second.type_text("climate");
        second.turn_round();
        second.press(Action::Look);
        if second.is_preview() {
            second.send();
        }
        second.settle().await;
        let eva = second.user("eva-tanaka").id.clone();
        let in_climate = |app: &App| {
            let team = app.directory.teams_named(&"climate".into()).next();
            team.and_then(|team| team.members.as_ref()).is_some_and(|all| all.iter().any(|one| one.id == eva))
        };
        first.until("the member", in_climate).await;
        first.find("eva-tanaka");
        first.rename(" I");
        first.settle().await;
        assert_eq!(first.states(), [ChangeState::Confirmed; 2], "{provider:?}: {}", first.last().why);
    }
}

#[tokio::test]
async fn the_stage_of_another_console_is_shown() {
    let (_room, _server, [mut first, mut second]) = two(Provider::Wandb).await;
    second.press(Action::Palette);
    second.type_text("stage");
    second.enter();
    second.find("eva-tanaka");
    second.pick_role("org adm");
    second.settle().await;
    first.until("the stage", |app| app.sending.stage.len() == 1).await;
    first.expect("1 change waits on the stage");
}

#[tokio::test]
async fn what_a_session_leaves_is_offered_when_it_ends() {
    let (_room, server, [mut first, mut second]) = two(Provider::Wandb).await;
    server.running.stop().await;
    second.find("eva-tanaka");
    second.rename(" I");
    second.settle().await;
    first.until("the plan", |app| app.activity.entries.len() == 1).await;
    first.expect_no("of an earlier session");
    second.quit().await;
    first.until("the offer", |app| app.activity.earlier.left_over.len() == 1).await;
    first.expect("1 change of an earlier session waits");
}

/// Whoever is about to take a plan back takes back that plan.
#[tokio::test]
async fn the_cursor_of_activity_stays_on_its_plan() {
    let (_room, _server, [mut first, mut second]) = two(Provider::Wandb).await;
    first.find("eva-tanaka");
    first.rename(" I");
    first.settle().await;
    first.press(Action::GoActivity);
    let selected = first.app().selected_plan();
    second.find("noor-haddad");
    second.rename(" II");
    second.settle().await;
    first.until("the other plan", |app| app.activity.entries.plans() == 2).await;
    assert_eq!(first.app().selected_plan(), selected);
    first.expect("noor-haddad");
    assert!(first.line("▌").contains("eva-tanaka"), "{}", first.screen());
}

#[tokio::test]
async fn what_another_process_learns_of_the_server_counts_at_once() {
    let options = demo::DemoOptions { provider: Provider::Scim, ..options() };
    let (room, server) = (Room::new(), Server::start(options.clone()).await);
    let profile = profile_of(&server, &options);
    let mut console = Console::open(&room, profile.clone()).await;
    let mut store = room.opener().store(&profile).unwrap();
    let is_offered = |app: &App| app.availability(Action::Delete).is_ok();
    assert!(is_offered(console.app()));
    store
        .keep_habits(&ServerQuirks { delete_user: Some(DeletionEffect::Deactivates), ..ServerQuirks::default() })
        .unwrap();
    console.until("it is not offered", |app| !is_offered(app)).await;
    store.keep_habits(&ServerQuirks::default()).unwrap();
    console.until("it is offered", is_offered).await;
}

/// It was learnt that users are changed by PUT, and that does not hold any more: the next change of the same session goes
/// by PATCH again.
#[tokio::test]
async fn what_fails_is_unlearnt_in_the_running_session() {
    let server = Odd::start(odd::Habits { put_changes_nothing: true, ..odd::Habits::default() }).await;
    let (room, profile) = (Room::new(), profile(Provider::Scim, &server.url, KEY));
    let mut store = room.opener().store(&profile).unwrap();
    store.keep_habits(&ServerQuirks { patch_users: Some(false), ..ServerQuirks::default() }).unwrap();
    drop(store);
    let mut console = Console::open(&room, profile).await;
    console.find("user-4");
    console.rename("Four");
    console.settle().await;
    console.rename("Four");
    console.settle().await;
    assert_eq!(console.states(), [ChangeState::Refused, ChangeState::Confirmed], "{}", console.last().why);
    let methods: Vec<String> = server.writes().into_iter().map(|(method, ..)| method).collect();
    assert_eq!(methods, ["PUT", "PATCH"]);
}
