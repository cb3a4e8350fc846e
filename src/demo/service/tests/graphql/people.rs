//! People and their keys through GraphQL.

use rstest::rstest;
use serde_json::{Value, json};

use super::super::super::DemoOptions;
use super::super::{Bench, id_of};
use super::{
    CREATE_TEAM, CREATE_USER, DELETE_INVITE, DELETE_KEY, GENERATE_KEY, HEADERS, INVITE, SERVICE, TEAM, search, viewer,
};

#[rstest]
#[case::start("eva-", 1)]
#[case::end("@EXAMPLE.com", 248)]
#[case::middle("va.tanaka@example", 0)]
#[case::nobody("nobody", 0)]
#[tokio::test]
async fn people_are_found_by_either_end(#[case] query: &str, #[case] count: usize) {
    let bench = Bench::wandb().await;
    let data = bench.ask(&search(), json!({"query": query})).await.data();
    assert_eq!(data["users"]["edges"].as_array().unwrap().len(), count);
}

#[tokio::test]
async fn a_created_user_is_in_scim_and_the_other_way_round() {
    let bench = Bench::wandb().await;
    let made = bench.ask(CREATE_USER, json!({"email": "Zoe.Q@new.org", "admin": true})).await.data();
    assert_eq!((&made["user"]["username"], &made["user"]["admin"]), (&json!("zoe-q"), &json!(true)));
    let user = bench.find("Users", "emails.value", "zoe.q@new.org").await;
    assert_eq!((&user["id"], &user["organizationRole"]), (&made["user"]["id"], &json!("admin")));
    let again = bench.ask(CREATE_USER, json!({"email": "zoe.q@NEW.org"})).await;
    assert!(again.error(409).contains("exists already"));
    assert!(bench.ask(CREATE_USER, json!({"email": "zoe"})).await.error(400).contains("not an email"));

    let path = bench.new_user("zoe").await;
    let found = bench.ask(&search(), json!({"query": "zoe@"})).await.data()["users"]["edges"][0]["node"].clone();
    assert_eq!(found["id"], id_of(&path));
    bench.replace(&path, "active", json!(false)).await.ok();
    let found = bench.ask(&search(), json!({"query": "zoe@"})).await.data()["users"]["edges"][0]["node"].clone();
    assert!(found["deletedAt"].is_string());
    bench.delete(&path).await;
    assert_eq!(bench.ask(&search(), json!({"query": "zoe@"})).await.data()["users"]["edges"], json!([]));
}

#[tokio::test]
async fn seats_limit_createuser_too() {
    let bench = Bench::new(DemoOptions { seats: Some(0), ..DemoOptions::default() }).await;
    assert_eq!(bench.ask(CREATE_USER, json!({"email": "a@b.io"})).await.error(400), "Seat limit reached");
}

#[tokio::test]
async fn a_generated_key_is_the_callers_and_works_until_it_is_deleted() {
    let bench = Bench::wandb().await;
    let made = bench.ask(GENERATE_KEY, json!({"description": "laptop"})).await.data()["apiKey"].clone();
    let secret = made["name"].as_str().unwrap().to_owned();
    assert_eq!((secret.len(), &made["description"]), (40, &json!("laptop")));
    let own = bench.ask_as(&secret, &HEADERS, &viewer(), json!({})).await;
    assert!(!own.text.contains(&secret) && own.text.contains(&secret[..8]));
    assert_eq!(own.data()["viewer"]["username"], "demo-admin");
    let scim = |secret: &str| bench.client.get(bench.url("Roles")).bearer_auth(secret.to_owned()).send();
    assert_eq!(scim(&secret).await.unwrap().status(), 200);

    let deleted = bench.ask(DELETE_KEY, json!({"id": made["id"]})).await.data();
    assert_eq!(deleted, json!({"success": true}));
    assert_eq!(scim(&secret).await.unwrap().status(), 401);
    assert_eq!(
        bench.ask_as(&secret, &HEADERS, &viewer(), json!({})).await.error(401),
        "the API key is missing or unknown"
    );
    assert!(bench.ask(DELETE_KEY, json!({"id": made["id"]})).await.error(404).contains("not found"));
    assert!(bench.ask(DELETE_KEY, json!({"id": "abc"})).await.error(404).contains("not found"));
}

#[rstest]
#[case("0.84.0", 400)]
#[case("0.77.0", 200)]
#[tokio::test]
async fn a_hundred_keys_are_the_most_since_0_78(#[case] version: &str, #[case] status: u16) {
    let bench = Bench::new(DemoOptions { server_version: version.parse().unwrap(), ..DemoOptions::default() }).await;
    let had = bench.ask(&viewer(), json!({})).await.data()["viewer"]["apiKeys"]["edges"].as_array().unwrap().len();
    for _ in had..100 {
        bench.ask(GENERATE_KEY, json!({})).await.data();
    }
    let one_more = bench.ask(GENERATE_KEY, json!({})).await;
    assert_eq!(one_more.status, status, "{}", one_more.text);
}

#[tokio::test]
async fn a_member_sees_their_own_and_changes_their_own_teams_only() {
    let bench = Bench::wandb().await;
    bench.ask(CREATE_TEAM, json!({"teamName": "theirs", "teamAdminUserName": "eva-tanaka"})).await.data();
    bench.ask(CREATE_TEAM, json!({"teamName": "closed"})).await.data();
    let key = bench.server.key_for(1);
    let ask = async |query: &str, variables: Value| bench.ask_as(&key, &HEADERS, query, variables).await;
    let me = ask(&viewer(), json!({})).await.data()["viewer"].clone();
    assert_eq!((&me["username"], &me["admin"]), (&json!("eva-tanaka"), &json!(false)));
    assert_eq!(bench.client.get(bench.url("Roles")).bearer_auth(&key).send().await.unwrap().status(), 403);

    assert_eq!(ask(&search(), json!({"query": "a"})).await.error(403), "only admins can use users()");
    assert_eq!(ask(CREATE_USER, json!({"email": "a@b.io"})).await.error(403), "only admins can use createUser()");
    assert!(ask(CREATE_TEAM, json!({"teamName": "more"})).await.error(403).starts_with("permission denied"));
    assert_eq!(ask(TEAM, json!({"name": "closed"})).await.data()["entity"], Value::Null);
    for (query, variables) in [
        (INVITE, json!({"entity": "closed", "email": "a@b.io"})),
        (DELETE_INVITE, json!({"entity": "closed", "id": me["id"]})),
        (SERVICE, json!({"entity": "closed", "description": "d"})),
    ] {
        assert!(ask(query, variables).await.error(403).contains("only admins of team \"closed\""));
    }
    assert!(ask(INVITE, json!({"entity": "theirs", "email": "a@b.io"})).await.data()["invite"]["id"].is_string());
    let admins = bench.ask(&viewer(), json!({})).await.data()["viewer"]["apiKeys"]["edges"][0]["node"]["id"].clone();
    assert_eq!(ask(DELETE_KEY, json!({"id": admins})).await.error(403), "only admins can use deleteApiKey()");
    let own = me["apiKeys"]["edges"][0]["node"]["id"].clone();
    assert_eq!(ask(DELETE_KEY, json!({"id": own})).await.data()["success"], true);

    bench.replace(&bench.user("eva-tanaka").await, "active", json!(false)).await.ok();
    assert!(ask(&viewer(), json!({})).await.error(401).contains("inactive"));
}
