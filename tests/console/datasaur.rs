//! The console on a Datasaur workspace: roles follow from groups, by a mapping that the console keeps.

use std::sync::Arc;

use scimitar::{
    app::action::Action,
    config::Profile,
    demo,
    directory::{Name, plan::ChangeState, role_source::RoleMapping},
};

use crate::harness::{Console, Room, Server, options, profile_of};

const CONFIG: &str = "# ours\n[profile.acme]\nprovider = \"datasaur\"\nworkspace = \"4711\"\n\n\
    [profile.acme.mapping.groups]\nops = \"admin\" # on call\nevals = \"reviewer\"\n";

fn mapped(mut profile: Profile) -> Profile {
    let name = |text: &str| Name::from(text);
    profile.mapping = Some(RoleMapping {
        order: ["admin", "reviewer", "labeler"].map(name).into(),
        default: Some(name("labeler")),
        groups: [("ops", "admin"), ("evals", "reviewer")].map(|(group, role)| (name(group), name(role))).into(),
    });
    profile
}

pub async fn datasaur(room: &Room) -> (Console, Server) {
    let options = demo::DemoOptions { provider: demo::Provider::Datasaur, ..options() };
    let server = Server::start(options.clone()).await;
    let console = Console::open(room, mapped(profile_of(&server, &options))).await;
    (console, server)
}

/// Somebody who is in no mapped group, and active.
fn a_labeler(console: &Console) -> String {
    let users = console.app().directory.records().users().values();
    let mut labelers = users.filter(|user| user.active == Some(true) && !user.user_name.is("demo-admin"));
    labelers.find(|user| user.org_role.value().is_some_and(|role| role.is("labeler"))).unwrap().user_name.to_string()
}

fn put_into(console: &mut Console, group: &str) {
    console.press(Action::Teams);
    console.type_text(group);
    console.turn_round();
    console.press(Action::Look);
}

#[tokio::test]
async fn the_role_follows_the_groups_and_the_plan_says_so_before() {
    let (mut console, _server) = datasaur(&Room::new()).await;
    let who = a_labeler(&console);
    console.find(&who);
    put_into(&mut console, "evals");
    console.expect("Their role becomes reviewer; it was labeler.");
    console.send();
    console.settle().await;
    assert_eq!(console.org_role(&who), "reviewer", "{}", console.last().why);

    console.press(Action::Open);
    console.settle().await;
    console.expect("from evals");
    console.press(Action::SetRole);
    console.expect("In Datasaur the role follows from the groups");
    console.esc();
    console.press(Action::GoRoles);
    console.find("reviewer");
    console.press(Action::Open);
    console.settle().await;
    console.expect("members of evals");
    console.press(Action::Raw);
    console.expect("The server has no record of this role.");
    console.press(Action::Holders);
    console.expect(&who);
    console.expect("evals");
    for _ in 0..3 {
        console.esc();
    }

    console.press(Action::GoUsers);
    put_into(&mut console, "evals");
    console.expect("becomes labeler; it was reviewer.");
    console.send();
    console.settle().await;
    assert_eq!(console.org_role(&who), "labeler");
    assert_eq!(console.states(), [ChangeState::Confirmed; 2], "{}", console.last().why);
}

#[tokio::test]
async fn what_a_group_gives_is_chosen_by_keys_and_kept_in_the_config() {
    let room = Room::new();
    let config = room.path().join("config.toml");
    std::fs::write(&config, CONFIG).unwrap();
    let (mut console, server) = datasaur(&room).await;
    let admins = |console: &Console| {
        let users = console.app().directory.records().users().values();
        users.filter(|user| user.org_role.value().is_some_and(|role| role.is("admin"))).count()
    };
    let (before, requests) = (admins(&console), server.running.requests().len());
    assert!(before > 0);

    console.press(Action::GoTeams);
    console.find("ops");
    console.press(Action::GroupRole);
    console.expect("Role that ops gives");
    console.expect("Datasaur's own table decides");
    console.type_text("labeler");
    console.press(Action::Choose);
    console.settle().await;
    console.expect("ops gives labeler now");
    assert!(console.row("ops").contains("labeler"));
    assert_eq!(admins(&console), 0, "{}", console.screen());
    assert_eq!(std::fs::read_to_string(&config).unwrap(), CONFIG.replace("\"admin\" #", "\"labeler\" #"));

    console.press(Action::GroupRole);
    console.type_text("admin");
    console.press(Action::Choose);
    console.settle().await;
    assert_eq!(admins(&console), before);
    assert_eq!(std::fs::read_to_string(&config).unwrap(), CONFIG);
    assert_eq!(server.running.requests().len(), requests, "nothing was asked of the server");

    std::fs::remove_file(&config).unwrap();
    console.press(Action::GroupRole);
    console.type_text("none");
    console.press(Action::Choose);
    console.settle().await;
    console.expect("The mapping was not saved");
    assert_eq!(admins(&console), before);
}

#[tokio::test]
async fn who_is_deactivated_leaves_the_workspace() {
    let (mut console, server) = datasaur(&Room::new()).await;
    let who = a_labeler(&console);
    console.find(&who);
    console.press(Action::ToggleActive);
    console.expect("is removed from this workspace; their Datasaur account is kept.");
    console.type_text(&who);
    console.send();
    console.settle().await;
    assert_eq!(console.last().state, ChangeState::Confirmed, "{}", console.last().why);
    assert!(server.user(&who).await.is_null());
    assert!(console.app().directory.users_named(&who).next().is_none(), "{}", console.screen());
}

#[tokio::test]
async fn the_last_admin_stays_in_the_group_that_makes_them_one() {
    let (mut console, _server) = datasaur(&Room::new()).await;
    console.find("role:admin");
    console.press(Action::MarkAll);
    put_into(&mut console, "ops");
    console.expect("One organisation admin is left after this");
    console.expect("is the last organisation admin");
}

#[tokio::test]
async fn the_embedded_demo_has_a_mapping_for_its_session() {
    let room = Room::new();
    let mut opener = room.opener();
    opener.demo = demo::DemoOptions { provider: demo::Provider::Datasaur, ..options() };
    let (opened, _session) = opener.open(None).await.unwrap();
    let mapping = opened.planner.capabilities().mapping.clone().unwrap();
    assert_eq!(mapping.of(&"growth".into()).map(Name::as_str), Some("admin"));
    let (_, words) = opener.map_group(None, Arc::clone(&mapping), &"growth".into()).unwrap();
    assert!(words.contains("in this session"), "{words}");
    assert!(!room.path().join("config.toml").exists());
}
