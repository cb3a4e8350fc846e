//! The commands, one after another, with and without a trial of the server before; the server is looked at after each.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::{
    alone,
    desk::{DIFFERS, DONE, Desk, NOT_SENT, PARTLY},
    outside::{Directory, Outside, Person},
    servers::{Server, server},
};
use scimitar::scim::quirks::RemovalForm;

/// The words for a change that a server accepts and does not make.
const NO_EFFECT: &str = "accepted it and did not change it";

/// Three people, two of them in a group.
struct Cast {
    ana: String,
    bob: String,
    cleo: String,
    crew: String,
}

impl Cast {
    async fn new(outside: &Outside) -> Self {
        let ids = outside.make_users("cast", 3).await;
        let name = |n: usize| format!("{}-{n:03}", outside.unique("cast"));
        let crew = outside.unique("crew");
        outside.make_group(&crew, &ids[..2]).await;
        if server().attributes {
            outside.patch("Users", &ids[1], &json!({"op": "add", "path": "title", "value": "Captain"})).await;
        }
        Self { ana: name(0), bob: name(1), cleo: name(2), crew }
    }
}

/// Members can be removed: in the RFC's way, or in the one that a trial has found.
fn removes(server: Server, tried: bool) -> bool {
    tried || server.removal == RemovalForm::Filter
}

async fn desk(outside: &Outside, tried: bool) -> Desk<'_> {
    let desk = Desk::new(outside, "").await;
    if tried {
        let problems = if server().names { DONE } else { PARTLY };
        let ended = desk.run(&["doctor", "--write", "--yes"]).exits(problems);
        assert_eq!(outside.directory().await, desk.now, "{ended}");
    }
    desk
}

fn members<'a>(now: &'a mut Directory, group: &str) -> &'a mut BTreeSet<String> {
    now.groups.get_mut(group).unwrap()
}

fn person<'a>(now: &'a mut Directory, user: &str) -> &'a mut Person {
    now.users.get_mut(user).unwrap()
}

/// The values of a key in the rows of a JSON array.
fn column(rows: &Value, key: &str) -> BTreeSet<String> {
    rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[case::untried(false)]
#[case::after_a_trial(true)]
#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn people_are_listed_created_changed_and_deleted(#[case] tried: bool) {
    let (_alone, outside) = alone().await;
    let Cast { ana, bob, crew, .. } = &Cast::new(&outside).await;
    let mut desk = desk(&outside, tried).await;
    let listed = desk.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!(column(&listed, "user"), desk.now.users.keys().cloned().collect());

    let dora = &outside.unique("dora");
    let address = &format!("{dora}@example.com");
    let new = Person::new("Dora Lee", address);
    let create = ["create", "user", dora, "--email", address, "--name", "Dora Lee", "--yes"];
    desk.there_and_back(&create, |now| drop(now.users.insert(dora.clone(), new.clone()))).await;
    desk.done(&create, |now| drop(now.users.insert(dora.clone(), new))).await;

    let rename = ["set-name", ana, "Ana Maria Ito", "--yes"];
    if server().names {
        desk.there_and_back(&rename, |now| person(now, ana).name = "Ana Maria Ito".into()).await;
    } else {
        // Only a trial can tell that no way works.
        let advice = if tried { "" } else { "`scimitar doctor --write`" };
        desk.without_effect(&rename, &[NO_EFFECT, advice]).await;
    }
    let other = &format!("other-{address}");
    let readdress = ["set-email", dora, other, "--yes"];
    desk.there_and_back(&readdress, |now| person(now, dora).email.clone_from(other)).await;
    desk.there_and_back(&["deactivate", bob, "--yes"], |now| person(now, bob).active = false).await;
    desk.done(&["deactivate", bob, "--yes"], |now| person(now, bob).active = false).await;
    desk.there_and_back(&["activate", bob, "--yes"], |now| person(now, bob).active = true).await;
    desk.done(&["activate", bob, "--yes"], |now| person(now, bob).active = true).await;

    let delete = ["delete", "user", ana, "--yes", "--confirm", ana];
    let gone = |now: &mut Directory| {
        now.users.remove(ana);
        members(now, crew).remove(ana);
    };
    desk.there_and_back(&delete, gone).await;
    desk.done(&delete, gone).await;
    outside.clear().await;
}

#[rstest]
#[case::untried(false)]
#[case::after_a_trial(true)]
#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn groups_are_listed_created_filled_emptied_and_deleted(#[case] tried: bool) {
    let (_alone, outside) = alone().await;
    let Cast { ana, bob, cleo, crew } = &Cast::new(&outside).await;
    let mut desk = desk(&outside, tried).await;
    assert_eq!(
        column(&desk.run(&["teams", "--json"]).exits(DONE).json(), "team"),
        desk.now.groups.keys().cloned().collect()
    );
    assert_eq!(column(&desk.run(&["members", crew, "--json"]).exits(DONE).json(), "user"), desk.now.groups[crew]);

    let fleet = &outside.unique("fleet");
    let create = ["create", "team", fleet, bob, cleo, "--yes"];
    let both = || BTreeSet::from([bob.clone(), cleo.clone()]);
    desk.there_and_back(&create, |now| drop(now.groups.insert(fleet.clone(), both()))).await;
    desk.done(&create, |now| drop(now.groups.insert(fleet.clone(), both()))).await;

    let join = ["add", fleet, ana, "--yes"];
    let leave = ["remove", crew, ana, bob, "--yes"];
    let joined = |now: &mut Directory| members(now, fleet).extend([ana.clone()]);
    if removes(server(), tried) {
        desk.there_and_back(&join, joined).await;
        desk.there_and_back(&leave, |now| members(now, crew).clear()).await;
        desk.done(&["remove", crew, ana, "--yes"], |now| members(now, crew).retain(|name| name != ana)).await;
    } else {
        desk.without_effect(&leave, &[NO_EFFECT, "`scimitar doctor --write`"]).await;
    }
    desk.done(&join, joined).await;

    let delete = ["delete", "team", fleet, "--yes", "--confirm", fleet];
    desk.there_and_back(&delete, |now| drop(now.groups.remove(fleet))).await;
    desk.done(&delete, |now| drop(now.groups.remove(fleet))).await;
    outside.clear().await;
}

#[rstest]
#[case::untried(false)]
#[case::after_a_trial(true)]
#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn files_are_planned_applied_taken_back_and_exported(#[case] tried: bool) {
    let (_alone, outside) = alone().await;
    let Cast { ana, bob, cleo, crew } = &Cast::new(&outside).await;
    let mut desk = desk(&outside, tried).await;
    let (eve, fleet) = (&outside.unique("eve"), &outside.unique("fleet"));
    let email = format!("{eve}@example.com");
    let moves = removes(server(), tried);
    let mut teams = vec![json!({"team": fleet, "members": [cleo]})];
    if moves {
        teams.push(json!({"team": crew, "members": [ana, cleo]}));
    }
    let file = json!({
        "scimitar": 1,
        "users": [
            {"user": eve, "email": email, "name": "Eve Adu", "active": true},
            {"user": bob, "active": false},
        ],
        "teams": teams,
    });
    std::fs::write(desk.home.path().join("wish.json"), file.to_string()).unwrap();
    let meant = |now: &mut Directory| {
        now.users.insert(eve.clone(), Person::new("Eve Adu", &email));
        person(now, bob).active = false;
        now.groups.insert(fleet.clone(), [cleo.clone()].into());
        if moves {
            *members(now, crew) = [ana.clone(), cleo.clone()].into();
        }
    };
    let plan = ["plan", "wish.json", "--prune"];
    let before = desk.now.clone();
    let planned = desk.run(&[&plan[..], &["--out", "plan.json"]].concat()).exits(DONE);
    desk.run(&[&plan[..], &["--check"]].concat()).exits(DIFFERS);
    assert_eq!(outside.directory().await, before, "{planned}");
    desk.done(&["apply", "plan.json", "--yes"], meant).await;
    desk.run(&[&plan[..], &["--check"]].concat()).exits(DONE);
    let after = desk.now.clone();
    desk.now = before;
    // Whoever is in the new group goes with it, also where no way is known to take one member out.
    let undone = desk.run(&["undo", "--yes"]).exits(DONE);
    assert_eq!(outside.directory().await, desk.now, "{undone}");
    desk.done(&["apply", "wish.json", "--prune", "--yes"], |now| *now = after).await;

    let exported = desk.run(&["export", "--json"]).exits(DONE).json();
    let users = exported["users"].as_array().unwrap().iter().map(|row| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        // A file has nothing else of a plain server's users.
        let rest = desk.now.users[&text("user")].rest.clone();
        let person = Person { active: row["active"] == true, rest, ..Person::new(&text("name"), &text("email")) };
        (text("user"), person)
    });
    // Memberships are told with the users.
    let groups = exported["teams"].as_array().unwrap().iter().map(|row| {
        let team = &row["team"];
        let inside = exported["users"].as_array().unwrap().iter();
        let inside = inside.filter(|user| user["teams"].as_array().is_some_and(|teams| teams.contains(team)));
        let names = inside.map(|user| user["user"].as_str().unwrap().to_owned());
        (team.as_str().unwrap().to_owned(), names.collect())
    });
    assert_eq!(Directory { users: users.collect(), groups: groups.collect() }, desk.now, "{exported:#}");
    desk.run(&["export", "--out", "all.yaml"]).exits(DONE);
    desk.run(&["plan", "all.yaml", "--prune", "--check"]).exits(DONE);
    outside.clear().await;
}

/// Roles are an attribute of users (RFC 7643 §4.1.2), which the profile names.
#[tokio::test]
#[ignore = "needs SCIMITAR_INTEROP_URL: run .ci/interop"]
async fn a_role_is_given_and_taken_back() {
    let (_alone, outside) = alone().await;
    let Cast { ana, .. } = &Cast::new(&outside).await;
    let mut desk = Desk::new(&outside, r#"role_attribute = "roles", roles = ["viewer", "editor", "admin"]"#).await;
    let give = ["set-role", ana, "editor", "--yes"];
    if server().attributes {
        desk.done(&give, |now| person(now, ana).roles = vec!["editor".into()]).await;
        let undo = desk.run(&["undo", "--yes"]).exits(NOT_SENT).warns(&["There was no role before"]);
        assert_eq!(outside.directory().await, desk.now, "{undo}");
        let change = ["set-role", ana, "viewer", "--yes"];
        desk.there_and_back(&change, |now| person(now, ana).roles = vec!["viewer".into()]).await;
    } else {
        desk.without_effect(&give, &[]).await;
    }
    outside.clear().await;
}
