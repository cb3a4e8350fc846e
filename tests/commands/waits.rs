//! Servers that want to be left alone for a while, and one whose records hold a role here and there.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use super::harness::World;

/// A runtime that serves while commands run.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

fn user(n: usize) -> Value {
    let name = format!("user{n:04}");
    let mut user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": format!("u{n:04}"), "userName": name,
        "displayName": name, "active": true, "emails": [{ "value": format!("{name}@example.com"), "primary": true }],
    });
    // None of these is called admin.
    if let Some(role) = ["", "Role-A", "Role-B"].get(n).filter(|role| !role.is_empty()) {
        user["roles"] = json!([{ "value": role }]);
    }
    user
}

fn list(resources: &[Value]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": resources.len(),
        "startIndex": 1, "itemsPerPage": resources.len(), "Resources": resources,
    }))
}

/// Thirty users and no groups.
async fn thirty(server: &MockServer) {
    let users: Vec<Value> = (1..=30).map(user).collect();
    Mock::given(method("GET")).and(path("/Users")).respond_with(list(&users)).mount(server).await;
    Mock::given(method("GET")).and(path("/Groups")).respond_with(list(&[])).mount(server).await;
}

fn put_off(seconds: &str) -> ResponseTemplate {
    ResponseTemplate::new(429).insert_header("retry-after", seconds)
}

#[test]
fn a_wait_is_said_where_there_is_no_terminal() {
    let runtime = runtime();
    let (server, world) = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("GET")).and(path("/Users")).respond_with(put_off("1")).up_to_n_times(1).mount(&server).await;
        thirty(&server).await;
        let world = World::at_scim(&server.uri());
        (server, world)
    });
    let said = world.run(&["users", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err.matches("The server asks to wait 1 s (Retry-After). Try 2 at ").count(), 1, "{}", said.err);
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap().as_array().unwrap().len(), 30);
    drop(server);
}

#[test]
fn a_distant_retry_after_ends_a_command_and_says_until_when() {
    let runtime = runtime();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("PATCH")).respond_with(put_off("300")).mount(&server).await;
        Mock::given(method("GET")).and(path("/Users/u0009")).respond_with(put_off("300")).mount(&server).await;
        thirty(&server).await;
        server
    });
    let world = World::at_scim(&server.uri());
    let said = world.run(&["deactivate", "user0009", "user0010", "--yes"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("It wants to be left alone until "), "{}", said.err);
    assert!(said.err.contains("2 wait in the journal: `scimitar resume` sends them"), "{}", said.err);

    let busy = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(put_off("300")).mount(&server).await;
        server
    });
    let said = World::at_scim(&busy.uri()).run(&["users", "--json"]);
    let error = serde_json::from_str::<Value>(&said.out).unwrap()["error"]["code"].clone();
    assert_eq!((said.code, error), (3, "server-rate-limited".into()), "{}", said.err);
    assert!(said.err.contains("It wants to be left alone until ") && said.err.contains("Retry-After: 300 s"));
}

/// A record that was read whole and has no role is known to have none.
#[test]
fn a_few_roles_that_are_not_admin_keep_nobody_from_being_deactivated() {
    let runtime = runtime();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let there = ResponseTemplate::new(200).set_body_json(user(9));
        Mock::given(method("GET")).and(path("/Users/u0009")).respond_with(there).up_to_n_times(1).mount(&server).await;
        let mut gone = user(9);
        gone["active"] = json!(false);
        let gone = ResponseTemplate::new(200).set_body_json(gone);
        Mock::given(method("PATCH")).and(path("/Users/u0009")).respond_with(gone.clone()).mount(&server).await;
        Mock::given(method("GET")).and(path("/Users/u0009")).respond_with(gone).mount(&server).await;
        thirty(&server).await;
        server
    });
    let said = World::at_scim(&server.uri()).run(&["deactivate", "user0009", "--yes"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("user0009: status: active → inactive: confirmed"), "{}", said.out);
}
