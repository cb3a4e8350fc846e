//! The literal example answers of W&B's SCIM reference (edition of 2024), and the ways in which its editions and servers
//! differ from them. A server that always answers with its samples shows nothing that was done: no outcome may claim more.

use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    server::{Answer, Behavior, Request, ShownIn},
    state::{ResourceType, State, by_id},
    wandb::{Documented, change, custom_role, person, show, team, world},
    world::{DONE, NOT_SENT, World, row},
};

/// A switch of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// As documented in 2024.
    Plain,
    /// `emails` as an array, since 0.80.1.
    NewEmails,
    /// A GET shows roles.
    ShowsRoles,
    /// The answer to a PATCH is the record of before.
    StaleEcho,
    /// No custom roles: 404.
    NoRoles,
    /// No custom roles: 403.
    RolesRefused,
    /// PUT of groups answers 405.
    NoPut,
    /// Every answer is the reference's sample, and nothing changes.
    Literal,
}

struct Samples(Edition);

const USER: &str = r#"{"active": true, "displayName": "Dev User 1",
    "emails": {"Value": "dev-user1@test.com", "Display": "", "Type": "", "Primary": true}, "id": "abc",
    "meta": {"resourceType": "User", "created": "2023-10-01T00:00:00Z", "lastModified": "2023-10-01T00:00:00Z",
        "location": "Users/abc"},
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "dev-user1"}"#;

const TEAM: &str = r#"{"displayName": "wandb-devs", "id": "ghi",
    "members": [{"Value": "abc", "Ref": "", "Type": "", "Display": "dev-user1"}],
    "meta": {"resourceType": "Group", "created": "2023-10-01T00:00:00Z", "lastModified": "2023-10-01T00:00:00Z",
        "location": "Groups/ghi"},
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}"#;

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The sample that answers a request.
fn literal(request: &Request) -> Answer {
    let with = |mut record: Value, more: Value| {
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    let list = |record: Value| json!({"Resources": [record], "itemsPerPage": 9999, "schemas": [LIST], "startIndex": 1, "totalResults": 1});
    let granted = json!({"organizationRole": "admin", "teamRoles": [{"teamName": "team1", "roleName": "admin"}]});
    let operation = &request.body["Operations"][0];
    let path = request.path.trim_start_matches("/scim/");
    match (&request.method, path) {
        (&Method::GET, "Users") => Answer::json(200, &list(sample(USER))),
        (&Method::GET, "Groups") => Answer::json(200, &list(sample(TEAM))),
        (&Method::GET, "Roles") => {
            Answer::json(200, &list(custom_role("Um9sZTo3", "Sample custom role", "member", "project:update")))
        }
        (&Method::GET, "Users/abc") => Answer::json(200, &sample(USER)),
        (&Method::GET, "Groups/ghi") => Answer::json(200, &sample(TEAM)),
        (&Method::PATCH, "Users/abc") if operation["path"].is_string() => {
            Answer::json(200, &with(sample(USER), granted))
        }
        (&Method::PATCH, "Users/abc") => Answer::json(200, &sample(USER)),
        (&Method::PATCH, "Groups/ghi") => Answer::json(200, &sample(TEAM)),
        (&Method::DELETE, "Users/abc") => Answer::nothing(),
        _ => Answer::error(404, "not found"),
    }
}

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

impl Behavior for Samples {
    fn base(&self) -> &'static str {
        "/scim"
    }

    fn config(&self) -> Option<Value> {
        None
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let roles = request.path.starts_with("/scim/Roles");
        match self.0 {
            Edition::Literal if request.path.starts_with("/scim/") => Some(literal(request)),
            Edition::NoRoles if roles => Some(Answer::error(404, "404 page not found")),
            Edition::RolesRefused if roles => Some(Answer::error(403, "Custom roles require an enterprise license")),
            Edition::NoPut if request.method == Method::PUT => Some(Answer::error(405, "method not allowed")),
            Edition::StaleEcho if request.method == Method::PATCH && request.path.starts_with("/scim/Users/") => {
                let id = request.path.rsplit('/').next().unwrap().to_owned();
                let before = state.users.get(&id)?.clone();
                let before = show(state, ResourceType::Users, &before, true);
                for operation in request.body["Operations"].as_array().unwrap() {
                    change(state, ResourceType::Users, &id, operation);
                }
                Some(Answer::json(200, &before))
            }
            _ => None,
        }
    }

    fn show(&self, state: &State, kind: ResourceType, record: &Value, shown_in: ShownIn) -> Value {
        let roles = shown_in == ShownIn::Write || self.0 == Edition::ShowsRoles;
        let mut shown = show(state, kind, record, roles);
        if self.0 == Edition::NewEmails && kind == ResourceType::Users {
            shown["emails"] = record["emails"].clone();
        }
        shown
    }

    fn envelope(&self, total: usize, start: usize, resources: Vec<Value>) -> Value {
        Documented::default().envelope(total, start, resources)
    }

    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        change(state, kind, id, operation);
    }
}

fn samples(edition: Edition) -> World {
    let mut state = State::new(
        vec![
            person("abc", "dev-user1", "member", &[("wandb-devs", "member")]),
            person("def", "dev-user2", "admin", &[]),
        ],
        vec![team("ghi", "wandb-devs", &["abc"])],
    );
    state.roles = by_id(vec![custom_role("Um9sZTo3", "Sample custom role", "member", "project:update")]);
    world(Samples(edition), state, "admins = [\"dev-user2\"]\n")
}

/// A morning of an administrator, by commands: each effect is looked up on the server.
#[rstest]
#[case(Edition::Plain)]
#[case(Edition::NewEmails)]
#[case(Edition::ShowsRoles)]
#[case(Edition::StaleEcho)]
#[case(Edition::NoRoles)]
#[case(Edition::RolesRefused)]
#[case(Edition::NoPut)]
fn every_change_is_done_and_said_to_be_done_in_every_edition(#[case] edition: Edition) {
    let world = samples(edition);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    let user = row(&rows, "abc");
    assert_eq!((&user["email"], &user["active"]), (&json!("dev-user1@test.com"), &json!(true)), "{user}");
    let told = if edition == Edition::ShowsRoles { json!("member") } else { Value::Null };
    assert_eq!(user["role"], told);
    for args in [
        &["set-role", "dev-user1", "admin", "--yes"][..],
        &["set-role", "dev-user1", "viewer", "--team", "wandb-devs", "--yes", "--confirm", "dev-user1"],
        &["set-name", "dev-user1", "Dev User One", "--yes"],
        &["set-email", "dev-user1", "one@test.com", "--yes"],
        &["deactivate", "dev-user1", "--yes", "--confirm", "dev-user1"],
        &["activate", "dev-user1", "--yes"],
        &["add", "wandb-devs", "dev-user2", "--yes"],
        &["remove", "wandb-devs", "dev-user1", "--yes", "--confirm", "dev-user1"],
        &["create", "user", "dev-user3", "--email", "dev-user3@test.com", "--yes"],
    ] {
        let said = world.run(args);
        assert_eq!(said.code, DONE, "{edition:?} {args:?}: {said}");
    }
    let state = world.state();
    let user = &state.users["abc"];
    assert_eq!(
        (&user["organizationRole"], &user["displayName"], &user["active"], &user["emails"][0]["value"]),
        (&json!("admin"), &json!("Dev User One"), &json!(true), &json!("one@test.com"))
    );
    assert_eq!(world.members("ghi"), ["def"]);
    assert!(state.users.values().any(|user| user["userName"] == "dev-user3"));
}

/// Whatever is asked, the sample comes back: what it does not show is never said to be done.
#[test]
fn a_server_that_answers_with_samples_alone_is_believed_only_what_it_shows() {
    let world = samples(Edition::Literal);
    let rows = world.run(&["users", "--json"]).exits(DONE).json();
    assert_eq!((&rows[0]["user"], &rows[0]["role"]), (&json!("dev-user1"), &Value::Null));
    let rows = world.run(&["teams", "--json"]).exits(DONE).json();
    assert_eq!(
        (&rows[0]["team"], &rows[0]["members"], &rows[0]["admins"]),
        (&json!("wandb-devs"), &json!(1), &Value::Null)
    );
    let rows = world.run(&["roles", "--json"]).exits(DONE).json();
    assert_eq!(rows[0]["role"], "Sample custom role");
    // The answers to a status, a name and a membership show what was before; the one to a role shows the role.
    for args in [
        &["deactivate", "dev-user1", "--confirm", "dev-user1"][..],
        &["set-name", "dev-user1", "Somebody Else", "--yes"],
        &["remove", "wandb-devs", "dev-user1", "--yes", "--confirm", "dev-user1"],
    ] {
        let said = world.run(args);
        assert!(said.code != DONE && said.code != NOT_SENT, "{args:?}: {said}");
    }
    world.run(&["set-role", "dev-user1", "admin", "--yes"]).exits(DONE);
}
