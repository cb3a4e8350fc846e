//! The literal example answers of W&B's SCIM reference (edition of 2024), and the ways in which its editions and servers
//! differ from them. A server that always answers with its samples shows nothing that was done: no outcome may claim more.

use axum::http::Method;
use rstest::rstest;
use scimitar::{app::action::Action, directory::plan::ChangeState};
use serde_json::{Value, json};

use crate::{
    screen::{Console, done, open, settled},
    server::{Answer, Behavior, KEY, Request, ShownIn, basic},
    state::{ResourceType, State, by_id},
    wandb::{Documented, change, custom_role, person, show, team},
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
    /// No Bearer keys, as before 0.79.
    NoBearer,
    /// Multi-tenant Cloud: a deactivation removes from the organisation, and its answer is the request.
    MultiTenant,
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

    fn takes(&self, authorization: &str) -> bool {
        authorization == basic("") || (self.0 != Edition::NoBearer && authorization == format!("Bearer {KEY}"))
    }

    fn before(&self, state: &mut State, request: &Request) -> Option<Answer> {
        let roles = request.path.starts_with("/scim/Roles");
        match self.0 {
            Edition::Literal if request.path.starts_with("/scim/") => Some(literal(request)),
            Edition::NoRoles if roles => Some(Answer::error(404, "404 page not found")),
            Edition::RolesRefused if roles => Some(Answer::error(403, "Custom roles require an enterprise license")),
            Edition::NoPut if request.method == Method::PUT => Some(Answer::error(405, "method not allowed")),
            Edition::MultiTenant if request.body["Operations"][0]["value"]["active"] == false => {
                state.users.shift_remove(request.path.rsplit('/').next().unwrap());
                Some(Answer::json(200, &request.body))
            }
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
        if matches!(self.0, Edition::NewEmails | Edition::MultiTenant) && kind == ResourceType::Users {
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
    let hosting = if edition == Edition::MultiTenant { "multi-tenant" } else { "dedicated" };
    let auth = if edition == Edition::NoBearer { "auth = \"basic\"\n" } else { "" };
    let lines = format!("provider = \"wandb\"\nhosting = \"{hosting}\"\nadmins = [\"dev-user2\"]\n{auth}");
    World::with_profile(Samples(edition), state, &lines)
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
#[case(Edition::NoBearer)]
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
        &["set-name", "dev-user1", "DEV-USER1 ONE", "--yes"],
        &["set-email", "dev-user1", "dev-user1@test.com.org", "--yes"],
        &["deactivate", "dev-user1", "--yes", "--confirm", "dev-user1"],
        &["activate", "dev-user1", "--yes"],
        &["add", "wandb-devs", "dev-user2", "--yes"],
        &["remove", "wandb-devs", "dev-user1", "--yes", "--confirm", "dev-user1"],
        &["create", "user", "dev-user3", "--email", "dev-user3@test.com", "--yes"],
    ] {
        let said = world.run(args);
        assert_eq!(said.code, DONE, "{edition:?} {args:?}: {said}");
    }
    assert_all_is_done(&world);
}

/// Asserts what a morning of an administrator leaves on the server.
#[track_caller]
fn assert_all_is_done(world: &World) {
    let state = world.state();
    let user = &state.users["abc"];
    assert_eq!(
        (&user["organizationRole"], &user["displayName"], &user["active"], &user["emails"][0]["value"]),
        (&json!("admin"), &json!("DEV-USER1 ONE"), &json!(true), &json!("dev-user1@test.com.org"))
    );
    assert_eq!(world.members("ghi"), ["def"]);
    assert!(state.users.values().any(|user| user["userName"] == "dev-user3"));
}

/// Puts the user under the cursor into the team, or takes them out of it.
fn turn_membership_round(console: &mut Console) {
    console.press(Action::Teams);
    console.type_text("wandb-devs");
    console.turn_round();
    console.press(Action::Look);
}

/// The same morning in the console.
#[rstest]
#[case(Edition::Plain)]
#[case(Edition::NewEmails)]
#[case(Edition::ShowsRoles)]
#[case(Edition::StaleEcho)]
#[case(Edition::NoRoles)]
#[case(Edition::RolesRefused)]
#[case(Edition::NoPut)]
#[case(Edition::NoBearer)]
#[tokio::test]
async fn the_console_does_every_change_in_every_edition(#[case] edition: Edition) {
    let world = samples(edition);
    let mut console = open(&world).await;
    console.find("dev-user1");
    assert_eq!(console.org_role("dev-user1"), if edition == Edition::ShowsRoles { "member" } else { "" });
    for role in ["org admin", "wandb-devs viewer"] {
        console.pick_role(role);
        if edition == Edition::StaleEcho {
            // No answer shows the role.
            assert_eq!(settled(&mut console).await, ChangeState::Unseen, "{}", console.screen());
        } else {
            done(&mut console).await;
        }
    }
    console.press(Action::Edit);
    console.type_text(" ONE");
    console.press(Action::NextField);
    console.type_text(".org");
    console.press(Action::Submit);
    done(&mut console).await;
    for _ in 0..2 {
        console.press(Action::ToggleActive);
        done(&mut console).await;
    }
    turn_membership_round(&mut console);
    done(&mut console).await;
    console.find("dev-user2");
    turn_membership_round(&mut console);
    done(&mut console).await;
    console.press(Action::Create);
    console.type_text("dev-user3");
    console.press(Action::NextField);
    console.type_text("dev-user3@test.com");
    console.press(Action::Submit);
    done(&mut console).await;
    assert_all_is_done(&world);
}

/// A server that takes no Bearer keys is named as one, and nothing is written to it.
#[tokio::test]
async fn a_bearer_key_that_is_not_taken_says_which_line_the_profile_needs() {
    const CURE: &str = "auth = \"basic\"";
    let world = samples(Edition::NoBearer);
    let config = std::fs::read_to_string(world.path("config.toml")).unwrap();
    world.file("config.toml", config.replace(CURE, ""));
    for args in [&["users"][..], &["set-role", "dev-user1", "admin", "--yes"], &["doctor"]] {
        let said = world.run(args);
        assert!(said.code != DONE && (said.err.contains(CURE) || said.out.contains(CURE)), "{said}");
    }
    let console = open(&world).await;
    console.expect(CURE);
    assert_eq!(world.written(), [""; 0]);
}

/// In Multi-tenant Cloud somebody who is deactivated is gone, and nobody edits another one's name.
#[tokio::test]
async fn multi_tenant_cloud_removes_whom_it_deactivates() {
    let world = samples(Edition::MultiTenant);
    world.run(&["set-name", "dev-user1", "Somebody", "--yes"]).exits(NOT_SENT);
    world.run(&["deactivate", "dev-user1", "--yes"]).exits(NOT_SENT);
    assert_eq!(world.written(), [""; 0]);
    world.run(&["deactivate", "dev-user1", "--confirm", "dev-user1"]).exits(DONE);
    assert!(!world.state().users.contains_key("abc"));

    let world = samples(Edition::MultiTenant);
    let mut console = open(&world).await;
    console.find("dev-user1");
    console.press(Action::ToggleActive);
    console.settle().await;
    console.expect("removed from the organisation");
    done(&mut console).await;
    assert!(!world.state().users.contains_key("abc"));
    console.find_all();
    console.expect_no("dev-user1");
}

/// The server answers every request with the sample, so no change that the sample lacks may be called done.
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

/// The console believes the samples no more than the commands do.
#[tokio::test]
async fn the_console_says_of_samples_alone_that_nothing_is_shown_to_be_done() {
    let world = samples(Edition::Literal);
    let mut console = open(&world).await;
    console.find("dev-user1");
    console.press(Action::ToggleActive);
    assert_ne!(settled(&mut console).await, ChangeState::Confirmed, "{}", console.screen());
    assert!(console.row("dev-user1").contains("active"), "{}", console.screen());
    turn_membership_round(&mut console);
    assert_ne!(settled(&mut console).await, ChangeState::Confirmed, "{}", console.screen());
    console.pick_role("org admin");
    done(&mut console).await;
    console.rename(" ONE");
    assert_ne!(settled(&mut console).await, ChangeState::Confirmed, "{}", console.screen());
    assert_eq!(console.org_role("dev-user1"), "admin");
}
