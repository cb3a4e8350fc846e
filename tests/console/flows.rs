//! What an administrator does in an ordinary hour, by keys alone; each step seen on screen, in the journal and by an
//! independent read of the server.

use scimitar::{app::action::Action, directory::plan::ChangeState};

use crate::harness::{Console, Server, options};

#[tokio::test]
async fn an_administrators_hour_by_keys_alone() {
    let (mut console, server) = Console::on_demo(options()).await;
    roles_and_teams(&mut console, &server).await;
    deactivation(&mut console, &server).await;
    let team = creations(&mut console, &server).await;
    five_people(&mut console, &server, &team).await;
    undo_twice(&mut console, &server, &team).await;
    console.press(Action::GoActivity);
    console.expect("Activity");
    console.expect("joins audio as viewer");
    console.quit().await;
}

async fn confirmed(console: &mut Console, changes: usize) {
    console.settle().await;
    let states = console.states();
    assert_eq!(states.len(), changes, "{states:?}\n{}", console.screen());
    assert!(states.iter().all(|state| *state == ChangeState::Confirmed), "{states:?}\n{}", console.screen());
    console.expect_no("↻");
}

async fn roles_and_teams(console: &mut Console, server: &Server) {
    console.find("eva");
    assert!(console.line("▌").contains("eva-tanaka"), "{}", console.screen());

    console.pick_role("org adm");
    console.expect("organisation role: member → admin");
    console.send();
    assert!(console.line("▌").contains("admin ↻"), "{}", console.screen());
    confirmed(console, 1).await;
    assert!(console.line("▌").contains("admin"), "{}", console.screen());
    assert_eq!(server.user("eva-tanaka").await["organizationRole"], "admin");

    // They are an admin now, so what may weaken them is looked at.
    console.pick_role("audio viewer");
    console.send();
    confirmed(console, 2).await;
    assert_eq!(server.role_in("eva-tanaka", "audio").await.as_deref(), Some("viewer"));

    console.press(Action::Teams);
    for team in ["climate", "evals"] {
        console.type_text(team);
        console.turn_round();
    }
    console.press(Action::Look);
    console.expect("joins climate");
    console.expect("joins evals");
    console.send();
    confirmed(console, 4).await;
    let eva = server.user("eva-tanaka").await["id"].as_str().unwrap().to_owned();
    for team in ["audio", "climate", "evals"] {
        assert!(server.members(team).await.contains(&eva), "{team}");
    }
}

async fn deactivation(console: &mut Console, server: &Server) {
    console.find_all();
    console.find("noor");
    assert!(console.line("▌").contains("noor-haddad"), "{}", console.screen());
    console.press(Action::ToggleActive);
    console.expect("The account is kept and can be reactivated.");
    console.send();
    confirmed(console, 5).await;
    assert!(console.line("▌").contains("inactive"), "{}", console.screen());
    assert_eq!(server.user("noor-haddad").await["active"], false);
    console.press(Action::ToggleActive);
    console.send();
    confirmed(console, 6).await;
    assert_eq!(server.user("noor-haddad").await["active"], true);
}

async fn creations(console: &mut Console, server: &Server) -> String {
    console.press(Action::Create);
    console.type_text("new-person");
    console.press(Action::NextField);
    console.type_text("new.person@example.com");
    console.press(Action::Submit);
    console.expect("Takes full Weave access and a full Models seat");
    console.send();
    confirmed(console, 7).await;
    assert_eq!(server.user("new-person").await["emails"][0]["value"], "new.person@example.com");

    console.press(Action::GoTeams);
    console.press(Action::Create);
    console.type_text("night-shift");
    console.press(Action::Submit);
    console.expect("undo: no");
    console.send();
    confirmed(console, 8).await;
    // The cursor goes along with what was created.
    assert!(console.line("▌").contains("night-shift"), "{}", console.screen());
    assert_eq!(server.team("night-shift").await["displayName"], "night-shift");
    "night-shift".into()
}

async fn five_people(console: &mut Console, server: &Server, team: &str) {
    let people: Vec<String> = console.plain_people().into_iter().take(5).collect();
    let before = server.members(team).await.len();
    console.press(Action::Members);
    for person in &people {
        console.type_text(person);
        console.turn_round();
    }
    console.press(Action::Look);
    console.expect("5 requests");
    console.send();
    confirmed(console, 13).await;
    let members = server.members(team).await;
    assert_eq!(members.len(), before + 5);
    for person in &people {
        let id = server.user(person).await["id"].as_str().unwrap().to_owned();
        assert!(members.contains(&id), "{person}");
    }
    assert_eq!(console.team(team).size(), Some(before + 5));
}

/// A team can't be deleted over W&B's SCIM: the undo says so, and another plan is taken back where it is chosen.
async fn undo_twice(console: &mut Console, server: &Server, team: &str) {
    let before = server.members(team).await.len();
    console.press(Action::Undo);
    console.expect("Undo: Add 5 people to night-shift");
    console.type_text("5");
    console.send();
    confirmed(console, 18).await;
    assert_eq!(server.members(team).await.len(), before - 5);

    console.press(Action::Undo);
    assert!(!console.is_preview(), "{}", console.screen());
    console.expect("The last plan can't be undone");
    console.press(Action::GoActivity);
    for _ in 0..3 {
        console.press(Action::Down);
    }
    console.press(Action::UndoThis);
    console.expect("Undo: Create the user new-person");
    console.type_text("new-person");
    console.send();
    confirmed(console, 19).await;
    assert!(server.user("new-person").await.is_null());
    assert!(console.app().directory.users_named("new-person").next().is_none());
}

/// The answer to joining shows the team alone: the role that came with it must be known all the same, for what is next.
#[tokio::test]
async fn a_role_after_joining_is_known_and_can_be_put_back() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    let role =
        |console: &Console| console.user("eva-tanaka").role_in(&"climate".into()).map(|role| role.raw().to_owned());
    console.press(Action::Teams);
    console.type_text("climate");
    console.turn_round();
    console.press(Action::Look);
    if console.is_preview() {
        console.send();
    }
    confirmed(&mut console, 1).await;
    assert_eq!(role(&console).as_deref(), Some("member"));
    console.pick_role("climate viewer");
    if console.is_preview() {
        console.send();
    }
    confirmed(&mut console, 2).await;
    console.press(Action::Undo);
    if console.is_preview() {
        console.send();
    }
    confirmed(&mut console, 3).await;
    assert_eq!(server.role_in("eva-tanaka", "climate").await.as_deref(), Some("member"));
}

#[tokio::test]
async fn name_and_email_are_edited_in_one_form() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("eva-tanaka");
    console.press(Action::Edit);
    console.type_text(" MD");
    console.press(Action::NextField);
    console.type_text(".org");
    console.press(Action::Submit);
    console.expect("display name: Eva Tanaka → Eva Tanaka MD");
    console.send();
    confirmed(&mut console, 2).await;
    let eva = server.user("eva-tanaka").await;
    assert_eq!(eva["displayName"], "Eva Tanaka MD");
    assert!(eva["emails"][0]["value"].as_str().unwrap().contains(".com.org"), "{eva}");
}
