//! The dialects as a whole: every plan, every shape of answer, every sentence.

use serde_json::{Value, json, value::RawValue};

use super::{Dialect, Hosting, KnownServer, Provider, of};
use crate::directory::{
    Directory, Id, Name, RecordKind,
    change::{Change, NewUser, RoleDraft},
    record::{AccountKind, Member, Permission, ReadDepth, Record, RecordProblem, Role, RoleGrant, Team, User},
    records::Records,
    role_source::RoleMapping,
};

mod graph;
mod hostile;
mod plans;
mod reading;
mod roles;
mod shows;

fn grant(scope: &str, role: &str) -> RoleGrant {
    RoleGrant { scope: scope.into(), role: role.into() }
}

fn user(id: &str, name: &str, org_role: &str, teams: &[(&str, &str)]) -> User {
    User {
        id: id.into(),
        user_name: name.into(),
        display_name: "Some One".into(),
        email: format!("{name}@x.io").into(),
        active: Some(true),
        org_role: (!org_role.is_empty()).then(|| Name::from(org_role)).into(),
        team_roles: Some(teams.iter().map(|(team, role)| grant(team, role)).collect()),
        version: Some(format!("W/\"{id}\"").into()),
        depth: ReadDepth::Full,
        ..User::default()
    }
}

fn team(id: &str, name: &str, members: Option<&[&str]>) -> Team {
    let member = |id: &&str| Member { id: (*id).into(), display: (*id).into() };
    Team {
        id: id.into(),
        name: name.into(),
        members: members.map(|members| members.iter().map(member).collect()),
        version: Some(format!("W/\"{id}\"").into()),
        ..Team::default()
    }
}

fn permission(name: &str, inherited: bool) -> Permission {
    Permission { name: name.into(), inherited }
}

/// A small organisation with one of everything that plans turn on.
fn directory() -> Directory {
    directory_of(&*wandb())
}

/// The same with roles from wherever the dialect has them.
fn directory_of(dialect: &dyn Dialect) -> Directory {
    let mut bo = user("U2=", "bo", "member", &[("vision", "member"), ("nlp", "janitor")]);
    bo.active = Some(false);
    bo.models_seat = "viewer".into();
    let mut summary = user("U3", "cy", "", &[]);
    (summary.depth, summary.team_roles, summary.display_name) = (ReadDepth::Summary, None, "".into());
    let mut service = user("S1", "bot", "member", &[]);
    service.account = AccountKind::OrgService;
    let mut di = user("U4", "di", "viewer", &[]);
    di.registry_roles = vec![grant("models", "viewer"), grant("data", "admin")];
    (di.models_seat, di.weave_role) = ("full".into(), "none".into());
    let mut broken = user("B1", "??", "member", &[]);
    broken.problem = Some(Box::new(RecordProblem { path: "$.emails".into(), why: "is a number".into() }));
    let users = vec![
        user("U1", "ann", "admin", &[("vision", "admin"), ("nlp", "janitor"), ("ops", "viewer")]),
        bo,
        summary,
        di,
        service,
        broken,
    ];
    let teams = vec![
        team("T1", "vision", Some(&["U1", "U2=", "ghost"])),
        team("T2", "nlp", Some(&["U1", "U2="])),
        team("T3", "ops", Some(&["U1", "U3"])),
        team("T4", "veiled", None),
    ];
    let role = Role {
        id: "R1".into(),
        name: "janitor".into(),
        description: "Cleans".into(),
        inherits: "viewer".into(),
        permissions: vec![permission("run:read", true), permission("run:delete", false), permission("run:stop", false)],
        version: Some("W/\"R1\"".into()),
        ..Role::default()
    };
    let mut directory = Directory::default();
    directory.replace(Records::build(users, teams, vec![role]).with_roles(dialect.role_source(None)), true);
    directory
}

fn new_user(teams: &[&str]) -> Change {
    let teams = teams.iter().map(|team| (*team).into()).collect();
    let user = NewUser {
        user_name: "noor".into(),
        email: "noor@x.io".into(),
        display_name: "Noor van Dijk".into(),
        teams,
        ..NewUser::default()
    };
    Change::CreateUser { key: "new:7".into(), user }
}

fn draft(name: &str, description: &str, inherits: &str, added: &[&str]) -> RoleDraft {
    RoleDraft {
        name: name.into(),
        description: description.into(),
        inherits: inherits.into(),
        added: added.iter().map(|name| (*name).into()).collect(),
    }
}

fn id(text: &str) -> Id {
    text.into()
}

fn dialects() -> Vec<(&'static str, std::sync::Arc<dyn Dialect>)> {
    vec![
        ("dedicated", of(Provider::Wandb, Hosting::Dedicated, KnownServer::default())),
        ("multi-tenant", of(Provider::Wandb, Hosting::MultiTenant, KnownServer::default())),
        ("self-managed", of(Provider::Wandb, Hosting::SelfManaged, KnownServer::default())),
        ("scim", of(Provider::Scim, Hosting::Dedicated, KnownServer::default())),
        ("grafana", of(Provider::Grafana, Hosting::Dedicated, KnownServer::default())),
        ("datasaur", of(Provider::Datasaur, Hosting::Dedicated, mapped())),
    ]
}

/// A server whose roles follow from groups.
fn mapped() -> KnownServer {
    let name = |text: &str| Name::from(text);
    let mapping = RoleMapping {
        order: ["admin", "reviewer", "labeler"].map(name).into(),
        default: Some(name("labeler")),
        groups: [("vision", "admin"), ("ops", "reviewer")].map(|(group, role)| (name(group), name(role))).into(),
    };
    KnownServer { mapping: Some(std::sync::Arc::new(mapping)), ..KnownServer::default() }
}

fn wandb() -> std::sync::Arc<dyn Dialect> {
    of(Provider::Wandb, Hosting::Dedicated, KnownServer::default())
}

fn raw(value: &Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).unwrap()
}

fn read(dialect: &dyn Dialect, kind: RecordKind, depth: ReadDepth, value: &Value) -> Result<Record, RecordProblem> {
    dialect.read(kind, &raw(value), depth, "$.Resources[3]")
}

#[test]
fn hints_name_the_vendors_way_on() {
    use crate::scim::error::{ErrorBody, failure};
    let mut lines = Vec::new();
    for (name, dialect) in dialects() {
        for (status, detail) in [
            (401, None),
            (403, None),
            (403, Some("invalid namespace")),
            (404, None),
            (410, None),
            (400, Some("Seat limit reached")),
            (500, Some("user is associated with multiple organizations but no valid org ID found in user info")),
        ] {
            let body = ErrorBody { detail: detail.map(Into::into), ..ErrorBody::default() };
            let mut failed = failure(status, &body, "Read users");
            dialect.hint(&mut failed);
            lines.push(format!("{name} {status}: {}", failed.next));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn lists_and_lookups_are_asked_for_as_documented() {
    let mut lines = Vec::new();
    for (name, dialect) in dialects() {
        for kind in RecordKind::ALL {
            let list = dialect.list(kind).map(|list| format!("{} {:?} {:?}", list.request, list.paging, list.depth));
            lines.push(format!("{name}: {}", list.unwrap_or_else(|| "no list".into())));
        }
        let role = Change::CreateRole { key: id("new:1"), role: draft("x", "", "member", &[]) };
        let team = Change::CreateTeam {
            key: id("new:1"),
            name: "a \"b\"".into(),
            members: vec![],
            bucket: None,
            external_id: String::new(),
        };
        for change in [new_user(&[]), team, role, Change::DeleteUser { user: id("U1") }] {
            let find = dialect.find(&change).map_or_else(|| "no look-up".into(), |request| request.to_string());
            lines.push(format!("{name}: {find}"));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
    let get = wandb().get(&crate::directory::ResourceRef::user(&id("VXNlcjox/=")));
    assert_eq!(get.to_string(), "GET /Users/VXNlcjox%2F%3D");
}

#[test]
fn a_record_without_an_id_gets_a_place() {
    let problem = read(&*wandb(), RecordKind::Team, ReadDepth::Summary, &json!({"displayName": "x"})).unwrap_err();
    assert_eq!((problem.path.as_str(), problem.why.as_str()), ("$.Resources[3].id", "is missing"));
    let place = super::placeholder(RecordKind::Team, 4, problem.clone());
    assert_eq!(place.target().id, id("unreadable:4"));
    let Record::Team(team) = place else { panic!("a team was asked for") };
    assert_eq!(team.problem, Some(Box::new(problem)));
}
