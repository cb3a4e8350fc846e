//! Tests of all changes in all dialects, with a snapshot each.

use std::fmt::Write;

use super::*;
use crate::directory::{
    Observation, ResourceRef,
    change::{ChangeId, NewService, SeatKind, StorageBucket},
    plan::{ConfirmBy, Risk, Step, Undo},
    side_query::{AccountDetails, ApiKey, SideAnswer, SideQueryKind, TeamParticipant},
};
use crate::scim::{request::ApiKind, schema, urn};

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
        external_id: String::new(),
    };
    let external = |id: &str| Change::CreateUser {
        key: "new:7".into(),
        user: NewUser {
            user_name: "noor".into(),
            email: "noor@x.io".into(),
            external_id: id.into(),
            ..NewUser::default()
        },
    };
    let edit = |role: RoleDraft| Change::EditRole { role: id("R1"), to: role };
    let mut all = vec![
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
        ("delete user whose teams are not all told", Change::DeleteUser { user: id("U3") }),
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
        ("create user of an external id", external("idp|noor")),
        ("create user of a numeric external id", external("4711")),
    ];
    all.extend(seats_and_registries());
    all.extend(teams_and_services());
    all.extend(invitations_and_keys());
    all.extend(attributes());
    all
}

fn attributes() -> Vec<(&'static str, Change)> {
    let set = |path: &str, before: Value, to: Value| {
        let value = |value: Value| Some(value).filter(|value| !value.is_null());
        Change::attribute(ResourceRef::user(&id("U1")), path.into(), value(before), value(to))
    };
    let urn = |path: &str| format!("{}:{path}", urn::ENTERPRISE_USER);
    let rename = |to: &str| {
        Change::attribute(ResourceRef::team(&id("T1")), "displayName".into(), Some(json!("vision")), Some(json!(to)))
    };
    vec![
        ("attribute of an extension", set(&urn("department"), json!("Sales"), json!("Research"))),
        ("attribute that was not there", set("title", json!(null), json!("Dr"))),
        ("attribute emptied", set(&urn("department"), json!("Sales"), json!(null))),
        ("part of an attribute", set("name.givenName", json!("Ann"), json!("Anne"))),
        ("attribute as it is", set("title", json!("Dr"), json!(" Dr"))),
        ("attribute of another type", set(&urn("desk"), json!(null), json!("7"))),
        ("attribute that only the server sets", set(&urn("badge"), json!(null), json!("7"))),
        ("attribute that is set once", set(&urn("number"), json!(null), json!("7"))),
        ("attribute with several values", set("emails", json!(null), json!("a@x.io"))),
        ("attribute with a change of its own", set("active", json!(true), json!(false))),
        ("roles as an attribute", set("roles", json!(null), json!("admin"))),
        ("user name", set("userName", json!("ann"), json!("anne"))),
        ("user name emptied", set("userName", json!("ann"), json!(null))),
        ("external id", set("externalId", json!(null), json!("idp|ann"))),
        ("external id of digits", set("externalId", json!(null), json!("4711"))),
        ("attribute that no schema knows", set("cost", json!(3), json!(4))),
        ("name of a group", rename("sight")),
    ]
}

fn seats_and_registries() -> Vec<(&'static str, Change)> {
    let seat = |user: &str, seat, to: &str| Change::SetSeat { user: id(user), seat, to: to.into() };
    let give = |registry: &str, role: &str| Change::SetRegistryRole {
        user: id("U4"),
        registry: registry.into(),
        role: role.into(),
    };
    let take = |user: &str, registry: Option<&str>| Change::RemoveRegistryRole {
        user: id(user),
        registry: registry.map(Into::into),
    };
    vec![
        ("seat taken", seat("U2=", SeatKind::Models, "full")),
        ("seat given back", seat("U4", SeatKind::Models, "none")),
        ("seat not known before", seat("U1", SeatKind::Weave, "viewer")),
        ("seat as it is", seat("U4", SeatKind::Models, "Full")),
        ("seat that is none", seat("U4", SeatKind::Models, "half")),
        ("seat of a service account", seat("S1", SeatKind::Models, "full")),
        ("registry role", give("new \"one\"", "member")),
        ("another registry role", give("models", "admin")),
        ("registry role not documented", give("models", "restricted_viewer")),
        ("registry role as it is", give("models", "viewer")),
        ("no registry role", take("U4", Some("models"))),
        ("no role in any registry", take("U4", None)),
        ("no role where there is none", take("U1", Some("models"))),
    ]
}

fn teams_and_services() -> Vec<(&'static str, Change)> {
    let bucket = |provider: &str, name: &str| Change::CreateTeam {
        key: id("new:8"),
        name: "audio".into(),
        members: vec![],
        bucket: Some(StorageBucket {
            provider: provider.into(),
            name: name.into(),
            path: "wandb/audio".into(),
            aws_external_id: "x1".into(),
            ..StorageBucket::default()
        }),
        external_id: String::new(),
    };
    let all = |team: &str, stay: &[&str], come: &[&str], go: &[&str]| {
        let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect::<Vec<_>>();
        Change::ReplaceMembers { team: id(team), stay: ids(stay), come: ids(come), go: ids(go) }
    };
    let service = |name: &str, organisation| Change::CreateService {
        key: id("new:7"),
        service: NewService { name: name.into(), organisation, team: id("T1") },
    };
    let user = |instance_admin, seat: &str| Change::CreateUser {
        key: id("new:7"),
        user: NewUser {
            user_name: "noor".into(),
            email: "noor@x.io".into(),
            models_seat: Some(seat.into()),
            instance_admin,
            ..NewUser::default()
        },
    };
    vec![
        ("create team with a bucket", bucket("AWS", "b1")),
        ("create team with a bucket of nobody's", bucket("aws", "b1")),
        ("create team with a bucket without a name", bucket("GCP", " ")),
        (
            "create team with an external id",
            Change::CreateTeam {
                key: id("new:8"),
                name: "audio".into(),
                members: vec![id("U1")],
                bucket: None,
                external_id: "g-audio".into(),
            },
        ),
        ("replace members", all("T1", &["U1"], &["U4"], &["U2=", "ghost"])),
        ("replace members without its admin", all("T1", &["U2=", "ghost"], &[], &["U1"])),
        ("replace members who changed", all("T1", &["U1"], &["U4"], &[])),
        ("replace members of whom nothing is known", all("T4", &[], &["U4"], &[])),
        ("replace nobody", all("T2", &["U1", "U2="], &[], &[])),
        ("create service account of a team", service("ci", false)),
        ("create service account of the organisation", service("nightly", true)),
        ("create service account of a taken name", service("Bot", false)),
        ("create user with a seat", user(false, "viewer")),
        ("create instance admin", user(true, "full")),
    ]
}

fn invitations_and_keys() -> Vec<(&'static str, Change)> {
    let invite = |to: &str, admin| Change::Invite { key: id("new:5"), team: id("T1"), to: to.into(), admin };
    let revoke = |invite: &str, to: &str| Change::RevokeInvite { team: id("T1"), invite: id(invite), to: to.into() };
    let make = |owner: &str| Change::CreateKey { key: id("new:6"), owner: id(owner), description: "laptop".into() };
    let delete = |owner: &str, key: &str| Change::DeleteKey { owner: id(owner), key: id(key), name: "abc…".into() };
    vec![
        ("invite by email", invite("kim@x.io", false)),
        ("invite by user name, as admin", invite("di", true)),
        ("invite a member", invite("bo", false)),
        ("invite again", invite("lee@x.io", false)),
        ("invite nobody", invite("a b", false)),
        ("take an invitation back", revoke("I1", "lee@x.io")),
        ("take back an accepted invitation", revoke("I2", "bo")),
        ("make a key for oneself", make("U1")),
        ("make a key for somebody else", make("U4")),
        ("delete one's own key", delete("U1", "K1")),
        ("delete a key that is gone", delete("U1", "K9")),
        ("delete somebody else's key", delete("U4", "K2")),
    ]
}

/// Data told beside the records.
fn told() -> Vec<Observation> {
    let me = AccountDetails {
        id: id("U1"),
        user_name: "ann".into(),
        keys: Some(vec![ApiKey { id: id("K1"), name: "abc…".into(), description: "laptop".into(), in_use: false }]),
        ..AccountDetails::default()
    };
    let one = |invite: &str, name: &str, email: &str, pending| TeamParticipant {
        id: id(invite),
        user_name: name.into(),
        name: "".into(),
        email: email.into(),
        admin: Some(false),
        pending,
        account: AccountKind::Unsaid,
    };
    let roster = vec![one("I1", "", "lee@x.io", true), one("I2", "bo", "bo@x.io", false)];
    let ann = json!({"userName": "ann", "name": {"givenName": "Ann"}, "cost": 3,
        urn::ENTERPRISE_USER: {"department": "Sales"}});
    let schemas = schema::schemas(&json!([
        {"id": urn::USER, "attributes": [{"name": "userName", "required": true}, {"name": "title"}]},
        {"id": urn::ENTERPRISE_USER, "attributes": [
            {"name": "department"}, {"name": "desk", "type": "integer"},
            {"name": "badge", "mutability": "readOnly"}, {"name": "number", "mutability": "immutable"},
        ]},
    ]));
    vec![
        Observation::Told(SideQueryKind::Me, SideAnswer::Person(me)),
        Observation::Told(SideQueryKind::Roster(id("T1")), SideAnswer::Roster(roster)),
        Observation::Told(SideQueryKind::Schemas, SideAnswer::Schemas(schemas)),
        Observation::Told(SideQueryKind::Resource(ResourceRef::user(&id("U1"))), SideAnswer::Resource(ann)),
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
            // The first key is always the same and would only hide the rest.
            let text = match request.api {
                ApiKind::Scim | ApiKind::Api => body.to_string(),
                ApiKind::Graph => body["variables"].to_string(),
            };
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
    let ids = |targets: &[crate::directory::ResourceRef]| {
        targets.iter().map(|t| t.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    let confirm = match &step.confirm {
        ConfirmBy::Echo(targets) => format!("echo {}", ids(targets)),
        ConfirmBy::Reread(targets) => format!("reread {}", ids(targets)),
        ConfirmBy::Ask(inquiries) => {
            format!("ask {}", inquiries.iter().map(|one| one.request.to_string()).collect::<Vec<_>>().join(" "))
        }
    };
    write!(out, "\n  {:?}, {confirm}", step.risk).unwrap();
    out
}

fn planned(dialect: &dyn Dialect) -> String {
    let mut directory = directory_of(dialect);
    directory.learn(told());
    let mut out = String::new();
    for (name, change) in changes() {
        let said = match dialect.capabilities().can(change.verb()) {
            Err(why) => format!("\n  can't: {why}"),
            Ok(()) => match dialect.step(&change, &directory) {
                Ok(step) => compact(&step),
                Err(why) => format!("\n  refused, {}: {why}", why.code.as_str()),
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
    let [(_, dedicated), _, (_, managed), ..] = &dialects()[..] else { panic!("W&B's dialects") };
    assert_eq!(planned(&**dedicated), planned(&**managed));
}

#[test]
fn what_can_not_be_done_is_refused_without_asking_first() {
    let directory = directory();
    for (name, dialect) in dialects() {
        for (case, change) in changes() {
            if let Err(why) = dialect.capabilities().can(change.verb()) {
                assert!(why.text.ends_with('.'), "{why}");
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
                assert!(
                    !removes
                        || path.contains('[')
                        || ["permissions", "registryRoles"].contains(&path)
                        || matches!(change, Change::SetAttribute { .. }),
                    "{name}: {case}: {path}"
                );
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

/// An undo, planned against the directory after the change, must be possible and restore the old state.
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

/// Servers before 0.81 list no service accounts: only the SDK's way is left, and only for teams.
#[test]
fn a_server_that_lists_no_service_accounts_is_asked_as_the_sdk_does() {
    let mut directory = directory();
    directory.learn(vec![Observation::Gone(crate::directory::ResourceRef::user(&id("S1")))]);
    let plan = |organisation, hosting| {
        let service = NewService { name: "ci".into(), organisation, team: id("T1") };
        of(Provider::Wandb, hosting, KnownServer::default())
            .step(&Change::CreateService { key: id("new:7"), service }, &directory)
    };
    let sent = |step: Step| step.requests.iter().map(ToString::to_string).collect::<Vec<_>>();
    let team = plan(false, Hosting::SelfManaged).unwrap();
    assert!(matches!(team.undo, Undo::Never(_)));
    assert_eq!(sent(team), ["GraphQL CreateServiceAccount"]);
    assert!(plan(true, Hosting::Dedicated).unwrap_err().to_string().contains("before 0.81"));
    assert_eq!(sent(plan(true, Hosting::MultiTenant).unwrap()), ["POST /Users"]);
}

#[test]
fn a_hosting_that_is_not_told_promises_nothing_of_a_deactivation() {
    let dialect = of(Provider::Wandb, Hosting::NotTold, KnownServer::default());
    let step = dialect.step(&Change::SetActive { user: id("U1"), active: false }, &directory()).unwrap();
    assert!(matches!(step.risk, Risk::Type(_)), "{:?}", step.risk);
    let notes = step.consequences.join(" ");
    assert!(notes.contains("does not say how this W&B is hosted") && !notes.contains("is kept and can"), "{notes}");
}
