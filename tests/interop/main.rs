//! The real console on a server that is not ours: `.ci/interop` starts one and names it in `SCIMITAR_INTEROP_URL`.
//!
//! Keys go in, and what the server then holds is read with a client of its own. The server's directory may be anything;
//! what these tests make, they delete.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop the test where they stand")]

mod commands;
mod console;
mod desk;
mod outside;
#[path = "../field/result.rs"]
mod result;
mod servers;

use console::Console;
use desk::{Desk, INCOMPLETE};
use outside::Outside;
use scimitar::{
    app::{Tab, action::Action},
    command::doctor,
    directory::RecordKind,
    scim::quirks::DeletionEffect,
};
use serde_json::{Value, json};
use servers::server;
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

/// More than one page of the dialect's.
const MANY: usize = 130;

/// Tests run one at a time, because they compare whole lists.
async fn alone() -> (MutexGuard<'static, ()>, Outside) {
    static ONE: Mutex<()> = Mutex::const_new(());
    (ONE.lock().await, Outside::new())
}

#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn long_lists_come_whole_and_can_be_searched() {
    let (_alone, outside) = alone().await;
    let made = outside.make_users("many", MANY).await;
    if let Some(first) = server().first_only {
        Box::pin(the_rest_is_missed(&outside, first)).await;
        outside.delete_all("Users", &made).await;
        return;
    }
    let mut console = Console::open().await;
    let mut shown: Vec<String> =
        console.app().directory.records().users().values().map(|user| user.id.to_string()).collect();
    shown.sort();
    assert_eq!(shown, outside.ids("Users").await);
    for proof in &console.app().session.sync.proofs {
        assert!(proof.coverage.is_complete(), "{:?}: {}", proof.kind, proof.words);
    }
    let last = outside.get("Users", &made[MANY - 1]).await.unwrap();
    console.select(Tab::Users, last["userName"].as_str().unwrap()).await;
    assert_eq!(console.selected(), made[MANY - 1]);
    console.press(Action::Open).await;
    let address = last["emails"][0]["value"].as_str().unwrap();
    assert!(console.screen().contains(address), "{}", console.screen());
    console.end().await;
    outside.delete_all("Users", &made).await;
}

/// Of a list that can't be read to its end the console and the commands show what came, and say that it is a part.
async fn the_rest_is_missed(outside: &Outside, first: usize) {
    let console = Console::open().await;
    assert_eq!(console.app().directory.records().users().len(), first);
    let of_users = console.app().session.sync.proofs.iter().find(|proof| proof.kind == RecordKind::User).unwrap();
    assert!(!of_users.coverage.is_complete(), "{}", of_users.words);
    console.end().await;
    let desk = Desk::new(outside, "").await;
    let part = format!("{first} of {MANY}");
    let listed = desk.run(&["users", "--json"]).exits(INCOMPLETE).warns(&[&part]);
    assert_eq!(listed.json().as_array().unwrap().len(), first);
    desk.run(&["export"]).exits(INCOMPLETE).warns(&[&part]);
}

#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn a_user_is_created_changed_deactivated_and_deleted() {
    let (_alone, outside) = alone().await;
    let mut console = Console::open().await;
    let name = outside.unique("eva");
    let address = format!("{name}@example.com");
    console.go(Tab::Users).await;
    console.fill(Action::Create, &[&name, &address, "Eva Tanaka"]).await;
    console.send("").await;
    let user = outside.named("Users", "userName", &name).await;
    assert_eq!((&user["displayName"], &user["active"]), (&json!("Eva Tanaka"), &json!(true)));
    assert_eq!(user["emails"][0]["value"], address);
    let id = user["id"].as_str().unwrap();

    console.select(Tab::Users, &name).await;
    console.fill(Action::Edit, &["Eva Ruiz", &format!("ruiz.{address}")]).await;
    console.send("").await;
    let user = outside.get("Users", id).await.unwrap();
    let shown = if server().names { "Eva Ruiz" } else { "Eva Tanaka" };
    assert_eq!(user["displayName"], shown, "{}", console.story());
    assert_eq!(
        server().names,
        !console.app().screen.message.as_ref().is_some_and(|said| said.error),
        "{}",
        console.screen()
    );
    assert_eq!(user["emails"][0]["value"], format!("ruiz.{address}"), "{}", console.story());
    assert_eq!(user["userName"], name);

    for active in [false, true] {
        console.press(Action::ToggleActive).await;
        console.send("").await;
        assert_eq!(outside.get("Users", id).await.unwrap()["active"], active, "{}", console.story());
    }
    console.press(Action::Undo).await;
    console.send("").await;
    assert_eq!(outside.get("Users", id).await.unwrap()["active"], false, "{}", console.story());

    console.press(Action::Delete).await;
    console.send(&name).await;
    assert_eq!(outside.get("Users", id).await, None, "{}", console.story());
    assert!(console.app().directory.user(&id.into()).is_none());
    console.end().await;
}

#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn a_group_is_created_filled_emptied_and_deleted() {
    let (_alone, outside) = alone().await;
    let people = outside.make_users("member", 4).await;
    let mut names = Vec::new();
    for id in &people {
        names.push(outside.get("Users", id).await.unwrap()["userName"].as_str().unwrap().to_owned());
    }
    let mut console = Console::knowing(&server().removal_in_profile()).await;
    let name = outside.unique("Tour Guides");
    console.go(Tab::Teams).await;
    console.fill(Action::Create, &[&name, &names[0]]).await;
    console.send("").await;
    let group = outside.named("Groups", "displayName", &name).await;
    let id = group["id"].as_str().unwrap();
    assert_eq!(members_of(&group), people[..1]);

    console.select(Tab::Teams, &name).await;
    console.toggle(Action::Members, &names[1..]).await;
    console.send("").await;
    let mut all = people.clone();
    all.sort();
    assert_eq!(members_of(&outside.get("Groups", id).await.unwrap()), all, "{}", console.story());

    console.toggle(Action::Members, &names[2..3]).await;
    console.send("").await;
    all.retain(|member| *member != people[2]);
    assert_eq!(members_of(&outside.get("Groups", id).await.unwrap()), all, "{}", console.story());

    console.toggle(Action::Members, &[&names[..2], &names[3..]].concat()).await;
    // Several removals at once ask for their count.
    console.send("3").await;
    assert_eq!(members_of(&outside.get("Groups", id).await.unwrap()), [""; 0], "{}", console.story());

    console.press(Action::Delete).await;
    console.send(&name).await;
    assert_eq!(outside.get("Groups", id).await, None, "{}", console.story());
    console.end().await;
    outside.delete_all("Users", &people).await;
}

#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn a_name_that_somebody_took_meanwhile_is_said_in_words() {
    let (_alone, outside) = alone().await;
    let mut console = Console::open().await;
    let taken = outside.make_users("taken", 1).await;
    let theirs = outside.get("Users", &taken[0]).await.unwrap();
    let name = theirs["userName"].as_str().unwrap();
    console.go(Tab::Users).await;
    console.fill(Action::Create, &[name, "other@example.com", "Other"]).await;
    console.send("").await;
    let said = console.app().screen.message.clone().unwrap();
    assert!(said.error && said.text.contains(name) && said.text.contains("409"), "{}", said.text);
    assert_eq!(outside.named("Users", "userName", name).await, theirs);
    let ghosts = console.app().directory.records().users().values().filter(|user| user.id.starts_with("new:")).count();
    assert_eq!((ghosts, console.app().directory.pending().len()), (0, 0));
    console.end().await;
    outside.delete_all("Users", &taken).await;
}

#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn what_somebody_else_changed_meanwhile_is_not_written_over() {
    let (_alone, outside) = alone().await;
    let people = outside.make_users("rival", 2).await;
    let name = outside.unique("shared");
    let id = outside.make_group(&name, &[]).await;
    let mut console = Console::open().await;
    console.select(Tab::Teams, &name).await;
    outside.patch("Groups", &id, &json!({"op": "add", "path": "members", "value": [{"value": people[1]}]})).await;
    let who = outside.get("Users", &people[0]).await.unwrap();
    let who = [who["userName"].as_str().unwrap().to_owned()];
    console.toggle(Action::Members, &who).await;
    console.send("").await;
    if server().versions {
        let now = outside.get("Groups", &id).await.unwrap();
        assert_eq!(members_of(&now), people[1..], "{}", console.story());
        let said = console.app().screen.message.clone().unwrap();
        assert!(said.error && said.text.contains("somebody else"), "{}", said.text);
        // The record was read again, so the next try has its version.
        console.toggle(Action::Members, &who).await;
        console.send("").await;
    }
    let mut both = people.clone();
    both.sort();
    assert_eq!(members_of(&outside.get("Groups", &id).await.unwrap()), both, "{}", console.story());
    console.end().await;
    outside.clear().await;
}

/// The same server, spoken to as one without PATCH.
#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn whole_records_are_put_and_nothing_of_them_is_lost() {
    let (_alone, outside) = alone().await;
    let people = outside.make_users("whole", 2).await;
    let name = outside.unique("fleet");
    let id = outside.make_group(&name, &people).await;
    if server().attributes {
        let add = |path: &str, value: &str| json!({"op": "add", "path": path, "value": value});
        outside.patch("Users", &people[0], &add("title", "Captain")).await;
        outside.patch("Groups", &id, &add("externalId", "kept")).await;
    }
    let mut console = Console::knowing("patch_users = false, patch_groups = false").await;

    let user = outside.get("Users", &people[0]).await.unwrap();
    let who = user["userName"].as_str().unwrap().to_owned();
    console.select(Tab::Users, &who).await;
    console.fill(Action::Edit, &["Ann Whole"]).await;
    console.send("").await;
    let now = outside.get("Users", &people[0]).await.unwrap();
    let shown = if server().names { json!("Ann Whole") } else { user["displayName"].clone() };
    assert_eq!((&now["displayName"], &now["title"]), (&shown, &user["title"]), "{}", console.story());

    let group = outside.get("Groups", &id).await.unwrap();
    console.select(Tab::Teams, &name).await;
    console.toggle(Action::Members, &[who]).await;
    console.send("").await;
    let now = outside.get("Groups", &id).await.unwrap();
    let left = if server().puts_members { vec![people[1].clone()] } else { members_of(&group) };
    assert_eq!((members_of(&now), &now["externalId"]), (left, &group["externalId"]), "{}", console.story());
    let said = console.app().screen.message.clone();
    assert_eq!(server().puts_members, !said.is_some_and(|said| said.error), "{}", console.screen());
    console.end().await;
    outside.clear().await;
}

#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn the_server_finds_whom_its_filter_means() {
    let (_alone, outside) = alone().await;
    let people = outside.make_users("sought", 3).await;
    let name = outside.get("Users", &people[1]).await.unwrap()["userName"].as_str().unwrap().to_owned();
    let mut console = Console::open().await;
    console.ask_for(&format!("userName eq \"{name}\"")).await;
    let found: Vec<String> = console.app().directory.records().users().keys().map(ToString::to_string).collect();
    assert_eq!(found, [people[1].clone()], "{}", console.screen());
    console.end().await;
    outside.delete_all("Users", &people).await;
}

/// What the doctor finds out by writing is what the console's own flows rely on above.
#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn the_doctor_finds_out_how_it_behaves_and_removes_what_it_made() {
    let (_alone, outside) = alone().await;
    let people = outside.make_users("patient", 3).await;
    let before = (outside.ids("Users").await, outside.ids("Groups").await);
    let home = tempfile::tempdir().unwrap();
    let opener = console::opener(&home, "");
    let profile = opener.at_start(Some("interop")).unwrap();
    let mut connection = opener.connect(profile).await.unwrap();
    let report = doctor::examine(&mut connection, true, outside.unique("x"), CancellationToken::new()).await;
    let shown = doctor::text(&report, doctor::PrintStyle { colours: false, unicode: true, width: 100 });
    let outcome = if server().names { doctor::Outcome::Well } else { doctor::Outcome::Problems };
    assert_eq!((report.outcome, &report.left_behind), (outcome, &vec![]), "{shown}");
    assert_eq!((outside.ids("Users").await, outside.ids("Groups").await), before);
    let habits = &report.habits;
    let patches = server().names.then_some(true);
    assert_eq!((habits.filter, habits.patch_users), (Some(true), patches), "{shown}");
    assert_eq!(habits.versions, Some(server().versions), "{shown}");
    assert_eq!(habits.remove_member, Some(server().removal), "{shown}");
    assert_eq!(habits.delete_user, Some(DeletionEffect::Removes), "{shown}");
    assert!(report.findings.len() > 20, "{shown}");
    outside.delete_all("Users", &people).await;
}

/// The ids of a group's members, in order.
fn members_of(group: &Value) -> Vec<String> {
    let entries = group["members"].as_array().cloned().unwrap_or_default();
    let mut ids: Vec<String> = entries.iter().map(|entry| entry["value"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}
