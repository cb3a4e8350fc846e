//! The stage: edits are collected, survive the session, and go out as one plan.

use scimitar::{
    app::{Overlay, action::Action, stage::StageRow},
    directory::plan::{ChangeState, Risk},
};

use crate::harness::{Console, Room, Server, options, profile_of};

/// Turns collecting on or off, by the palette.
fn turn(console: &mut Console) {
    console.press(Action::Palette);
    console.type_text("stage");
    console.enter();
}

/// Eva becomes admin, Noor leaves a team for another, all on the stage; nothing is sent.
async fn collected(console: &mut Console) {
    turn(console);
    console.expect("Edits go to the stage from now on; nothing is sent.");
    console.expect("stage 0");
    console.find("noor-haddad");
    console.pick_role("org adm");
    console.expect("On the stage: noor-haddad: organisation role: member → admin");
    console.settle().await;
    console.expect("stage 1");
    console.press(Action::Teams);
    console.type_text("climate");
    console.press(Action::Toggle);
    console.type_text("ops");
    console.press(Action::Toggle);
    console.press(Action::Look);
    console.settle().await;
    console.expect("stage 3");
}

/// From the stage to the plan, with what it asks to be typed.
async fn send(console: &mut Console) {
    console.press(Action::ShowStage);
    console.press(Action::SendStage);
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    if let Risk::Type(text) = preview.risk.clone() {
        console.type_text(&text);
    }
    console.send();
    console.settle().await;
}

fn headings(console: &Console) -> Vec<String> {
    let Some(Overlay::Stage(view)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    let heading = |row: &StageRow| match row {
        StageRow::Group(name, lines) => Some(format!("{name} {lines}")),
        StageRow::Line(_) => None,
    };
    view.rows.iter().filter_map(heading).collect()
}

#[tokio::test]
async fn edits_wait_and_go_out_as_one_plan() {
    let (mut console, server) = Console::on_demo(options()).await;
    collected(&mut console).await;
    assert!(server.writes().is_empty() && console.entries().is_empty());
    assert_eq!(console.org_role("noor-haddad"), "member");

    // A later edit of the same value takes the place of the earlier one.
    for seat in ["weave none", "weave viewer"] {
        console.pick_role(seat);
        console.settle().await;
        console.expect("stage 4");
    }

    console.press(Action::ShowStage);
    assert_eq!(headings(&console), ["noor-haddad 4"]);
    console.press(Action::NextGrouping);
    console.expect("by team");
    assert_eq!(headings(&console), ["climate 1", "ops 1", "no team 2"]);
    console.press(Action::NextGrouping);
    assert_eq!(headings(&console), ["add members 2", "change seats 1", "set the organisation role 1"]);
    // The heading's cursor takes the whole of it.
    console.press(Action::Top);
    console.press(Action::DropStaged);
    console.settle().await;
    console.expect("2 changes");
    console.esc();

    send(&mut console).await;
    assert_eq!(console.states(), [ChangeState::Confirmed; 2]);
    let plans: Vec<_> = console.entries().iter().map(|entry| entry.plan).collect();
    assert_eq!(plans[0], plans[1]);
    assert_eq!(console.app().sending.stage.len(), 0);
    let noor = server.user("noor-haddad").await;
    assert_eq!((&noor["organizationRole"], &noor["weaveRole"]), (&"admin".into(), &"viewer".into()));
    turn(&mut console);
    console.expect("Edits are sent again.");
    console.pick_role("weave none");
    console.settle().await;
    assert_eq!(server.user("noor-haddad").await["weaveRole"], "none");
}

#[tokio::test]
async fn the_plan_that_is_looked_at_can_wait_too() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("noor-haddad");
    console.pick_role("org adm");
    assert!(console.is_preview());
    console.press(Action::ToStage);
    console.settle().await;
    console.expect("stage 1");
    assert!(server.writes().is_empty());
    console.press(Action::ShowStage);
    console.press(Action::SendStage);
    console.press(Action::ToStage);
    console.expect("These are on the stage already.");
    // A line that is dropped from the plan stays on the stage.
    console.esc();
    console.press(Action::ClearStage);
    console.expect("X again drops 1 change.");
    console.press(Action::ClearStage);
    console.settle().await;
    console.expect("The stage is empty.");
}

#[tokio::test]
async fn what_waits_survives_the_session_and_is_planned_anew() {
    let server = Server::start(options()).await;
    let room = Room::new();
    let mut console = Console::open(&room, profile_of(&server, &options())).await;
    collected(&mut console).await;
    console.press(Action::Create);
    console.type_text("kim-lee");
    console.press(Action::NextField);
    console.type_text("kim.lee@example.com");
    console.press(Action::Submit);
    console.settle().await;
    console.find("eva-tanaka");
    console.pick_role("weave none");
    console.settle().await;
    console.expect("stage 5");
    console.quit().await;
    // Meanwhile somebody else makes one of them true, and deletes whom another is about.
    let id = server.user("noor-haddad").await["id"].as_str().unwrap().to_owned();
    server.patch_user(&id, "organizationRole", "admin".into()).await;
    let eva = server.user("eva-tanaka").await["id"].as_str().unwrap().to_owned();
    server.delete(&format!("Users/{eva}")).await;

    let mut console = Console::open(&room, profile_of(&server, &options())).await;
    console.expect("5 changes wait on the stage");
    console.press(Action::ShowStage);
    console.expect("The user is not in the directory any more.");
    console.press(Action::SendStage);
    console.expect("kim-lee");
    console.expect("2 lines are refused and not sent");
    console.esc();
    console.esc();
    send(&mut console).await;
    assert_eq!(console.states(), [ChangeState::Confirmed; 3]);
    assert!(!server.user("kim-lee").await.is_null());
    assert!(server.members("climate").await.contains(&id));
    // Changes that could not be sent stay on the stage.
    console.expect("stage 2");
    console.quit().await;
    let console = Console::open(&room, profile_of(&server, &options())).await;
    console.expect("stage 2");
}

#[tokio::test]
async fn two_consoles_keep_each_others_lines_and_send_each_once() {
    let server = Server::start(options()).await;
    let room = Room::new();
    let mut one = Console::open(&room, profile_of(&server, &options())).await;
    let mut other = Console::open(&room, profile_of(&server, &options())).await;
    for (console, user) in [(&mut one, "eva-tanaka"), (&mut other, "noor-haddad")] {
        turn(console);
        console.find(user);
        console.pick_role("weave viewer");
        console.settle().await;
    }
    // News of another process comes when the watch on the store's files says so, which idleness does not wait for.
    one.until("the other's line", |app| app.sending.stage.len() == 2).await;
    one.press(Action::ShowStage);
    one.settle().await;
    one.expect("2 changes");
    one.press(Action::SendStage);
    assert!(one.is_preview());
    other.until("the first's line", |app| app.sending.stage.len() == 2).await;
    send(&mut other).await;
    assert_eq!(other.states(), [ChangeState::Confirmed; 2]);
    // Both lines were sent by the other one meanwhile, whose entries may be shown here by now.
    one.send();
    one.settle().await;
    let own: Vec<_> = one.entries().into_iter().filter(|entry| entry.state == ChangeState::Dropped).collect();
    assert_eq!(own.len(), 2, "{:?}", one.states());
    assert!(own.iter().all(|entry| entry.why.starts_with("Another console sent or dropped")), "{}", one.screen());
    assert_eq!(server.writes().len(), 2);
}

#[tokio::test]
async fn guards_judge_the_stage_as_one_plan() {
    let (mut console, server) = Console::on_demo(options()).await;
    turn(&mut console);
    let admins: Vec<String> = console.app().directory.org_admins().map(|user| user.user_name.to_string()).collect();
    for admin in &admins {
        console.find(admin);
        console.pick_role("org member");
        console.settle().await;
        console.find_all();
    }
    assert_eq!(console.app().sending.stage.len(), admins.len());
    console.press(Action::ShowStage);
    console.press(Action::SendStage);
    console.expect("is the last organisation admin");
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn what_takes_a_plan_back_does_not_wait() {
    let (mut console, server) = Console::on_demo(options()).await;
    console.find("noor-haddad");
    console.pick_role("weave none");
    console.settle().await;
    turn(&mut console);
    console.press(Action::Undo);
    assert!(console.is_preview());
    console.press(Action::ToStage);
    console.expect("does not wait on the stage");
    console.send();
    console.settle().await;
    assert_eq!(server.user("noor-haddad").await["weaveRole"], "full");
    console.expect("stage 0");
}

#[tokio::test]
async fn a_reason_stays_with_the_lines_on_the_stage() {
    let (mut console, _server) = Console::on_demo(options()).await;
    for (person, reason) in [("noor-haddad", "OPS-4711"), ("eva-tanaka", "OPS-4712")] {
        console.find(person);
        console.press(Action::ToggleActive);
        console.press(Action::Reason);
        console.type_text(reason);
        console.enter();
        console.press(Action::ToStage);
        console.settle().await;
    }
    console.press(Action::ShowStage);
    console.settle().await;
    console.expect("OPS-4711");
    console.press(Action::SendStage);
    console.expect("Reason or ticket: OPS-4711; OPS-4712");
    let Some(Overlay::Preview(preview)) = console.app().overlays.last() else { panic!("{}", console.screen()) };
    if let Some(text) = preview.risk.typed().map(str::to_owned) {
        console.type_text(&text);
    }
    console.send();
    console.settle().await;
    assert!(console.entries().iter().all(|entry| entry.reason.as_deref() == Some("OPS-4711; OPS-4712")));
}
