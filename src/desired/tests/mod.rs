//! Tests that read and write files, compute differences, and save plans.

mod compared;
mod foreign;
mod kept;
mod partial;
mod read;
mod unchanged;
mod written;

use super::*;
use crate::directory::{
    Directory, Name,
    change::{Change, ChangeId},
    field::UserField,
    plan::{ProviderCapabilities, RoleChoice},
    record::{Member, Permission, Role, RoleGrant, Team, User},
    records::Records,
    words,
};

fn names(list: &[&str]) -> Vec<RoleChoice> {
    list.iter().map(|name| RoleChoice { name: Name::from(*name), note: None }).collect()
}

/// Capabilities similar to those of W&B.
fn can() -> ProviderCapabilities {
    ProviderCapabilities {
        org_roles: names(&["admin", "member", "viewer"]),
        team_roles: names(&["admin", "member", "viewer"]),
        joins_as: Some("member".into()),
        seats: true,
        seat_levels: &["full", "viewer", "none"],
        registry_roles: names(&["admin", "member"]),
        team_word: "team",
        ..ProviderCapabilities::default()
    }
}

fn user(name: &str, role: &str, teams: &[(&str, &str)]) -> User {
    let grants = teams.iter().map(|(team, role)| RoleGrant { scope: (*team).into(), role: (*role).into() });
    User {
        id: format!("id-{name}").into(),
        user_name: name.into(),
        display_name: format!("{name} of old").into(),
        email: format!("{name}@example.com").into(),
        active: Some(true),
        org_role: role.into(),
        team_roles: Some(grants.collect()),
        models_seat: "full".into(),
        ..User::default()
    }
}

/// The user eva is admin and in both teams, noor is in one team, ivan in none.
fn directory() -> Directory {
    let users = vec![
        user("eva", "admin", &[("vision", "admin"), ("nlp", "member")]),
        user("noor", "member", &[("vision", "member")]),
        user("ivan", "member", &[]),
    ];
    let member = |name: &&str| Member { id: format!("id-{name}").into(), display: Name::default() };
    let team = |name: &str, members: &[&str]| Team {
        id: format!("id-{name}").into(),
        name: name.into(),
        members: Some(members.iter().map(member).collect()),
        ..Team::default()
    };
    let allows = |name: &str, inherited| Permission { name: name.into(), inherited };
    let role = Role {
        id: "id-labeller".into(),
        name: "labeller".into(),
        inherits: "viewer".into(),
        permissions: vec![allows("project:read", true), allows("artifact:create", false)],
        ..Role::default()
    };
    let teams = vec![team("vision", &["eva", "noor"]), team("nlp", &["eva"]), team("empty", &[])];
    let mut directory = Directory::default();
    directory.replace(Records::build(users, teams, vec![role]), true);
    directory
}

fn keys() -> impl FnMut() -> ChangeId {
    let mut last = 0;
    move || {
        last += 1;
        ChangeId(last)
    }
}

fn said(problems: Vec<FileProblem>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn read(text: &str, format: FileFormat) -> Result<DesiredState, Vec<FileProblem>> {
    super::read(text, format, &ColumnOptions::default())
}

/// The difference in words, a line per change.
fn lines(
    directory: &Directory,
    text: &str,
    format: FileFormat,
    wish: DesiredChange,
) -> Result<Vec<String>, Vec<String>> {
    let desired = read(text, format).map_err(said)?;
    let found = difference(&desired, directory, &can(), wish, &mut keys()).map_err(said)?;
    // The directory includes the created records, so that they have names.
    let mut later = Directory::default();
    let all = directory.records();
    let records = Records::build(
        all.users().values().cloned().collect(),
        all.teams().values().cloned().collect(),
        all.roles().values().cloned().collect(),
    );
    later.replace(records, true);
    for (at, change) in found.changes.iter().filter(|change| change.creates().is_some()).enumerate() {
        later.begin(ChangeId(at as i64), change.clone());
    }
    for (id, change) in directory.pending() {
        later.begin(ChangeId(1_000 + id.0), change.clone());
    }
    Ok(found.changes.iter().map(|change| line(change, &later)).collect())
}

fn line(change: &Change, directory: &Directory) -> String {
    let line = words::line(change, directory);
    format!("{} {}", line.subject, line.text("→"))
}
