//! Every change in every dialect, as one snapshot each.

use std::fmt::Write;

use super::*;
use crate::directory::{
    change::ChangeId,
    plan::{Confirm, Risk, Step, Undo},
};

fn changes() -> Vec<(&'static str, Change)> {
    let org = |user: &str, role: &str| Change::SetOrgRole { user: id(user), role: role.into() };
    let give =
        |user: &str, team: &str, role: &str| Change::SetTeamRole { user: id(user), team: id(team), role: role.into() };
    let add = |team: &str, user: &str| Change::AddMember { team: id(team), user: id(user) };
    let remove = |team: &str, user: &str| Change::RemoveMember { team: id(team), user: id(user) };
    let active = |user: &str, active: bool| Change::SetActive { user: id(user), active };
    let create = |members: &[&str]| Change::CreateTeam {
        key: id("new:8"),
        name: "audio".into(),
        members: members.iter().map(|user| id(user)).collect(),
        bucket: None,
    };
    let edit = |role: RoleDraft| Change::EditRole { role: id("R1"), to: role };
    vec![
        ("org role member to admin", org("U2=", "admin")),
        ("org role admin to member", org("U1", "member")),
        ("org role viewer to member", org("U4", "member")),
        ("org role of a summary record", org("U3", "member")),
        ("org role to viewer", org("U1", "viewer")),
        ("org role as it is", org("U1", "Admin")),
        ("org role of a service account", org("S1", "admin")),
        ("org role of an unreadable record", org("B1", "admin")),
        ("org role of nobody", org("U9", "admin")),
        ("org role of one not created yet", org("new:3", "admin")),
        ("team role of a member", give("U2=", "T1", "viewer")),
        ("team role taking admin away", give("U1", "T1", "member")),
        ("team role custom", give("U1", "T3", "janitor")),
        ("team role of one who joins", give("U4", "T1", "viewer")),
        ("team role not known before", give("U3", "T3", "viewer")),
        ("team role in a team of unknown members", give("U4", "T4", "member")),
        ("add member", add("T3", "U2=")),
        ("add one who is in", add("T1", "U1")),
        ("add a service account", add("T1", "S1")),
        ("add to a team of unknown members", add("T4", "U1")),
        ("remove member", remove("T1", "U2=")),
        ("remove one with a custom role", remove("T2", "U2=")),
        ("remove a team admin", remove("T1", "U1")),
        ("remove one of unknown role", remove("T3", "U3")),
        ("remove one who is no known user", remove("T1", "ghost")),
        ("remove one who is not in", remove("T2", "U4")),
        ("create user", new_user(&[])),
        ("create user in teams", new_user(&["vision", "ops"])),
        (
            "create user who is there",
            Change::CreateUser {
                key: id("new:7"),
                user: NewUser { user_name: "BO".into(), email: "b@x.io".into(), ..NewUser::default() },
            },
        ),
        (
            "create user without an address",
            Change::CreateUser {
                key: id("new:7"),
                user: NewUser { user_name: "z".into(), email: "z@".into(), ..NewUser::default() },
            },
        ),
        ("create team", create(&["U1", "U2="])),
        ("create team with a service account", create(&["S1"])),
        ("deactivate", active("U1", false)),
        ("deactivate one who is", active("U2=", false)),
        ("reactivate", active("U2=", true)),
        ("delete user", Change::DeleteUser { user: id("U1") }),
        ("delete service account", Change::DeleteUser { user: id("S1") }),
        ("delete team", Change::DeleteTeam { team: id("T1") }),
        ("display name", Change::SetDisplayName { user: id("U1"), to: "Ann A".into() }),
        ("display name not known before", Change::SetDisplayName { user: id("U3"), to: "Cy".into() }),
        ("email", Change::SetEmail { user: id("U1"), to: "a@y.io".into() }),
        ("email that is none", Change::SetEmail { user: id("U1"), to: "a y.io".into() }),
        ("create role", Change::CreateRole { key: id("new:9"), role: draft("reaper", "", "member", &["run:delete"]) }),
        (
            "create role of a predefined name",
            Change::CreateRole { key: id("new:9"), role: draft("Viewer", "", "member", &[]) },
        ),
        ("edit permissions", edit(draft("janitor", "Cleans", "viewer", &["run:stop", "project:delete"]))),
        ("edit the rest of a role", edit(draft("cleaner", "Cleans", "member", &["run:stop"]))),
        ("edit nothing", edit(draft("janitor", "Cleans", "viewer", &["run:stop", "run:delete"]))),
        ("delete role", Change::DeleteRole { role: id("R1") }),
    ]
}

fn compact(step: &Step) -> String {
    let mut out = String::new();
    for request in &step.requests {
        write!(out, "\n  {request}").unwrap();
        if let Some(version) = &request.if_match {
            write!(out, " if {version}").unwrap();
        }
        if let Some(body) = &request.body {
            // Always the same first key, which would only hide the rest.
            let text = body.to_string();
            let patch = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":";
            write!(out, "\n    {}", text.strip_prefix(patch).and_then(|t| t.strip_suffix('}')).unwrap_or(&text))
                .unwrap();
        }
    }
    for note in &step.consequences {
        write!(out, "\n  note: {note}").unwrap();
    }
    match &step.undo {
        Undo::By(changes) => write!(out, "\n  undo: {}", serde_json::to_string(changes).unwrap()),
        Undo::Never(why) => write!(out, "\n  never: {why}"),
    }
    .unwrap();
    let ids =
        |targets: &[crate::directory::Target]| targets.iter().map(|t| t.id.to_string()).collect::<Vec<_>>().join(" ");
    let confirm = match &step.confirm {
        Confirm::Echo(targets) => format!("echo {}", ids(targets)),
        Confirm::Reread(targets) => format!("reread {}", ids(targets)),
        Confirm::Ask(inquiries) => {
            format!("ask {}", inquiries.iter().map(|one| one.request.to_string()).collect::<Vec<_>>().join(" "))
        }
    };
    write!(out, "\n  {:?}, {confirm}", step.risk).unwrap();
    out
}

fn planned(dialect: &dyn Dialect) -> String {
    let directory = directory();
    let mut out = String::new();
    for (name, change) in changes() {
        let said = match dialect.capabilities().can(change.verb()) {
            Err(why) => format!("\n  can't: {why}"),
            Ok(()) => match dialect.step(&change, &directory) {
                Ok(step) => compact(&step),
                Err(why) => format!("\n  refused: {why}"),
            },
        };
        writeln!(out, "{name}{said}\n").unwrap();
    }
    out
}

#[test]
fn every_plan_is_as_documented() {
    for (name, dialect) in dialects() {
        if name != "self-managed" {
            insta::assert_snapshot!(name, planned(&*dialect));
        }
    }
}

#[test]
fn self_managed_and_dedicated_plan_the_same() {
    let [(_, dedicated), _, (_, managed), _] = &dialects()[..] else { panic!("four dialects") };
    assert_eq!(planned(&**dedicated), planned(&**managed));
}

#[test]
fn what_can_not_be_done_is_refused_without_asking_first() {
    let directory = directory();
    for (name, dialect) in dialects() {
        for (case, change) in changes() {
            if let Err(why) = dialect.capabilities().can(change.verb()) {
                assert!(why.ends_with('.'), "{why}");
                assert!(dialect.step(&change, &directory).is_err(), "{name}: {case}");
            }
        }
    }
}

#[test]
fn traps_hold_for_every_plan() {
    let directory = directory();
    for (name, dialect) in dialects() {
        for (case, change) in changes() {
            let Ok(step) = dialect.step(&change, &directory) else { continue };
            assert!(!step.requests.is_empty(), "{name}: {case}");
            for request in &step.requests {
                assert!(!request.path.iter().any(|part| part.starts_with("new:")), "{name}: {case}");
                let Some(operations) = request.body.as_ref().and_then(|body| body.get("Operations")) else { continue };
                let [operation] = operations.as_array().unwrap().as_slice() else { panic!("{name}: {case}: one op") };
                let path = operation.get("path").and_then(Value::as_str).unwrap_or_default();
                let removes = operation["op"] == "remove";
                assert!(!removes || path.contains('[') || path == "permissions", "{name}: {case}: {path}");
            }
            if matches!(step.undo, Undo::Never(_)) && step.risk == Risk::Plain {
                let creates = matches!(change, Change::CreateTeam { .. });
                assert!(creates, "{name}: {case} can't be undone and is not even looked at");
            }
        }
    }
}

#[test]
fn records_with_changes_under_way_are_not_held_to_their_old_version() {
    let mut directory = directory();
    let change = Change::AddMember { team: id("T1"), user: id("U4") };
    let version = |directory: &Directory| wandb().step(&change, directory).unwrap().requests[0].if_match.clone();
    assert_eq!(version(&directory).as_deref(), Some("W/\"T1\""));
    directory.begin(ChangeId(1), Change::RemoveMember { team: id("T1"), user: id("U2=") });
    assert_eq!(version(&directory), None);
}

/// What an undo does, planned against the directory after the change, must be possible and lead back.
#[test]
fn undo_of_a_removal_puts_the_role_back() {
    let mut directory = directory();
    let removal = Change::RemoveMember { team: id("T2"), user: id("U2=") };
    let step = wandb().step(&removal, &directory).unwrap();
    directory.begin(ChangeId(1), removal);
    let Undo::By(back) = step.undo else { panic!("can be undone") };
    for (number, change) in back.into_iter().enumerate() {
        wandb().step(&change, &directory).unwrap();
        directory.begin(ChangeId(2 + number as i64), change);
    }
    let bo = directory.user(&id("U2=")).unwrap();
    assert_eq!(bo.role_in(&"nlp".into()).map(crate::directory::Name::raw), Some("janitor"));
    assert!(directory.team(&id("T2")).unwrap().has(&id("U2=")));
}
