//! W&B's GraphQL: each operation of its Python package word for word, each refusal, and what SCIM says afterwards.

mod people;
mod teams;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::{DemoOptions, FailRule, Hosting, Provider};
use super::{Bench, Got, KEY, person};

const USER: &str = "id name username email admin flags entity deletedAt \
    apiKeys { edges { node { id name description } } } teams { edges { node { name } } }";
const TEAM: &str = "query GetTeamEntity($name: String!) { entity(name: $name) { id name available photoUrl readOnly \
    readOnlyAdmin isTeam entityType privateOnly storageBytes codeSavingEnabled defaultAccess isPaid \
    members { id admin pending email username name photoUrl accountType apiKey } } }";
const CREATE_USER: &str = "mutation CreateUserFromAdmin($email: String!, $admin: Boolean) \
    { result: createUser(input: {email: $email, admin: $admin}) { user { id name username email admin } } }";
const CREATE_TEAM: &str = "mutation CreateTeam($teamName: String!, $teamAdminUserName: String) \
    { result: createTeam(input: {teamName: $teamName, teamAdminUserName: $teamAdminUserName}) \
    { entity { id name available photoUrl limits } } }";
const INVITE: &str = "mutation CreateInvite($entity: String!, $email: String, $username: String, $admin: Boolean) \
    { result: createInvite(input: {entityName: $entity, email: $email, username: $username, admin: $admin}) \
    { invite { id name email createdAt toUser { name } } } }";
const DELETE_INVITE: &str = "mutation DeleteInvite($id: String, $entity: String) \
    { result: deleteInvite(input: {id: $id, entityName: $entity}) { success } }";
const SERVICE: &str = "mutation CreateServiceAccount($entity: String!, $description: String!) \
    { result: createServiceAccount(input: {description: $description, entityName: $entity}) { user { id } } }";
const GENERATE_KEY: &str = "mutation GenerateApiKey($description: String) \
    { result: generateApiKey(input: {description: $description}) { apiKey { id name description } } }";
const DELETE_KEY: &str = "mutation DeleteApiKey($id: String!) { result: deleteApiKey(input: {id: $id}) { success } }";

fn search() -> String {
    format!("query SearchUsers($query: String) {{ users(query: $query) {{ edges {{ node {{ {USER} }} }} }} }}")
}

fn viewer() -> String {
    format!("query GetViewer {{ viewer {{ {USER} }} }}")
}

/// As the package sends them.
const HEADERS: [(&str, &str); 2] = [("user-agent", "W&B Public Client 0.31.0"), ("use-admin-privileges", "true")];

impl Got {
    /// The answer's `data.result`, or its `data`; no errors.
    fn data(self) -> Value {
        let mut body = self.ok();
        assert_eq!(body.get("errors"), None, "{body}");
        let data = body["data"].take();
        data.get("result").cloned().unwrap_or(data)
    }

    /// The first error's message.
    fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()["errors"][0]["message"].as_str().unwrap().to_owned()
    }
}

impl Bench {
    async fn ask_as(&self, key: &str, headers: &[(&str, &str)], query: &str, variables: Value) -> Got {
        let url = self.server.url().replace("/scim", "/graphql");
        let basic = format!("Basic {}", STANDARD.encode(format!("api:{key}")));
        let mut request = self.client.post(url).header("authorization", basic);
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        let body = json!({"query": query, "variables": variables, "operationName": ""}).to_string();
        let response = request.body(body).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Got { status, headers, text: response.text().await.unwrap() }
    }

    async fn ask(&self, query: &str, variables: Value) -> Got {
        self.ask_as(KEY, &HEADERS, query, variables).await
    }

    async fn members(&self, team: &str) -> Vec<Value> {
        let mut data = self.ask(TEAM, json!({"name": team})).await.data();
        let Value::Array(members) = data["entity"]["members"].take() else { panic!("{data}") };
        members
    }
}

#[tokio::test]
async fn the_viewer_is_the_keys_owner_as_scim_has_them() {
    let bench = Bench::wandb().await;
    let got = bench.ask(&viewer(), json!({})).await;
    assert_eq!(got.header("content-type"), "application/json");
    let viewer = got.data()["viewer"].clone();
    let user = bench.find("Users", "userName", "demo-admin").await;
    assert_eq!((&viewer["id"], &viewer["name"]), (&user["id"], &user["displayName"]));
    assert_eq!((&viewer["admin"], &viewer["flags"], &viewer["deletedAt"]), (&json!(true), &json!("{}"), &Value::Null));
    let teams: Vec<&Value> = user["teamRoles"].as_array().unwrap().iter().map(|role| &role["teamName"]).collect();
    let shown = viewer["teams"]["edges"].as_array().unwrap();
    assert_eq!(shown.iter().map(|edge| &edge["node"]["name"]).collect::<Vec<_>>(), teams);
    assert_eq!(viewer["entity"], *teams[0]);
    let keys = viewer["apiKeys"]["edges"].as_array().unwrap();
    let own = &keys.last().unwrap()["node"];
    assert_eq!((&own["name"], &own["description"]), (&json!("te"), &json!("this demo server")));
    assert!(keys.len() > 1 && !viewer.to_string().contains(KEY));
    let log = bench.server.requests();
    assert_eq!((log[0].path.as_str(), log[0].status), ("/graphql GetViewer", 200));
}

#[rstest]
#[case::no_privileges(&[("user-agent", "W&B Public Client 1")], "only admins can use users()")]
#[case::switched_off(&[("user-agent", "W&B Public Client 1"), ("use-admin-privileges", "false")], "only admins can use users()")]
#[case::another_client(&[("use-admin-privileges", "true")], "relogin required")]
#[tokio::test]
async fn other_clients_are_refused_what_the_package_may(#[case] headers: &[(&str, &str)], #[case] words: &str) {
    let bench = Bench::wandb().await;
    let got = bench.ask_as(KEY, headers, &search(), json!({"query": "eva"})).await;
    assert_eq!(got.error(403), words);
    assert_eq!(got.json()["errors"][0]["extensions"]["code"], "PERMISSION_ERROR");
    assert_eq!(got.json()["data"], json!({"users": null}));
    let made = bench.ask_as(KEY, headers, CREATE_USER, json!({"email": "a@b.io"})).await;
    assert_eq!(made.error(403), words.replace("users", "createUser"));
    let keys = bench.ask_as(KEY, headers, &viewer(), json!({})).await;
    assert_eq!(keys.error(403), "relogin required");
    assert_eq!(
        (&keys.json()["data"]["viewer"]["username"], &keys.json()["data"]["viewer"]["apiKeys"]),
        (&json!("demo-admin"), &Value::Null)
    );
    assert_eq!(
        bench.ask_as(KEY, headers, "{ viewer { username } }", json!({})).await.data()["viewer"]["username"],
        "demo-admin"
    );
}

#[tokio::test]
async fn on_the_shared_service_nobody_is_an_instance_admin() {
    let bench = Bench::new(DemoOptions { hosting: Hosting::MultiTenant, ..DemoOptions::default() }).await;
    assert_eq!(bench.ask(&viewer(), json!({})).await.data()["viewer"]["admin"], false);
    assert_eq!(bench.ask(&search(), json!({})).await.error(403), "only admins can use users()");
    assert_eq!(bench.ask(CREATE_USER, json!({"email": "a@b.io"})).await.error(403), "only admins can use createUser()");
    let info = bench.ask("{ serverInfo { latestLocalVersionInfo { outOfDate } } }", json!({})).await.data();
    assert_eq!(info["serverInfo"]["latestLocalVersionInfo"], Value::Null);
    assert_eq!(bench.ask(CREATE_TEAM, json!({"teamName": "one"})).await.data()["entity"]["name"], "one");
}

#[tokio::test]
async fn keys_are_judged_as_for_scim_and_a_teams_service_account_is_somebody_here() {
    let bench = Bench::wandb().await;
    let team_key = bench.server.team_key().to_owned();
    assert_eq!(bench.ask_as(&team_key, &HEADERS, &viewer(), json!({})).await.data()["viewer"]["username"], "ci-bot");
    let url = bench.server.url().replace("/scim", "/graphql");
    let body = json!({"query": "{ viewer { username } }"}).to_string();
    let bearer = bench.client.post(&url).bearer_auth(KEY).body(body.clone()).send().await.unwrap();
    assert_eq!(bearer.status(), 200);
    assert_eq!(bench.client.post(&url).body(body).send().await.unwrap().status(), 401);
    assert_eq!(bench.client.get(&url).bearer_auth(KEY).send().await.unwrap().status(), 405);
    assert_eq!(bench.ask_as("other", &HEADERS, &viewer(), json!({})).await.status, 401);
}

#[rstest]
#[case("{ viewer { nothing } }", "Cannot query field \"nothing\" on type \"User\".")]
#[case("{ viewer { id }", "expected")]
#[case("mutation { createTeam(input: {}) { entity { id } } }", "teamName")]
#[tokio::test]
async fn a_request_that_does_not_fit_is_refused_whole(#[case] query: &str, #[case] words: &str) {
    let bench = Bench::wandb().await;
    let got = bench.ask(query, json!({})).await;
    assert!(got.error(400).contains(words), "{}", got.text);
    assert_eq!(got.json().get("data"), None);
}

#[tokio::test]
async fn the_server_names_its_release_its_organisation_and_its_types() {
    let bench = Bench::new(DemoOptions { server_version: "0.81".parse().unwrap(), ..DemoOptions::default() }).await;
    let info = "{ serverInfo { features { name isEnabled } latestLocalVersionInfo \
        { outOfDate latestVersionString versionOnThisInstanceString } } }";
    let info = bench.ask(info, json!({})).await.data()["serverInfo"].clone();
    assert_eq!(
        info,
        json!({"features": [], "latestLocalVersionInfo":
        {"outOfDate": true, "latestVersionString": "0.85.0", "versionOnThisInstanceString": "0.81.0"}})
    );
    let org = "query($org: String!) { organization(name: $org) { id name orgEntity { name entityType } } }";
    let data = bench.ask(org, json!({"org": "Example Labs"})).await.data();
    assert_eq!(data["organization"]["orgEntity"], json!({"name": "example-labs-org", "entityType": "organization"}));
    assert_eq!(bench.ask(org, json!({"org": "other"})).await.data()["organization"], Value::Null);
    let from =
        "query($n: String!) { entity(name: $n) { isTeam organization { name } user { organizations { name } } } }";
    let person = bench.ask(from, json!({"n": "eva-tanaka"})).await.data()["entity"].clone();
    assert_eq!(
        person,
        json!({"isTeam": false, "organization": null, "user": {"organizations": [{"name": "Example Labs"}]}})
    );
    let member = bench.ask("{ __type(name: \"Member\") { fields { name type { kind } } } }", json!({})).await.data();
    let kinds: Vec<(&Value, &Value)> = member["__type"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| (&field["name"], &field["type"]["kind"]))
        .collect();
    assert!(kinds.contains(&(&json!("name"), &json!("NON_NULL"))) && kinds.contains(&(&json!("id"), &json!("SCALAR"))));
}

#[tokio::test]
async fn faults_meet_mutations_as_writes() {
    let bench = Bench::wandb().await;
    bench.server.fail_next(503, 1);
    assert_eq!(bench.ask(&viewer(), json!({})).await.status, 200);
    let failed = bench.ask(CREATE_TEAM, json!({"teamName": "sdk"})).await;
    assert_eq!((failed.header("retry-after"), failed.error(503).as_str()), ("1", "failed on request (demo server)"));
    assert_eq!(bench.ask(TEAM, json!({"name": "sdk"})).await.data()["entity"], Value::Null);
    bench.server.set_fail(vec![FailRule { status: 429, rate: 1.0 }]);
    assert_eq!(bench.ask(&viewer(), json!({})).await.error(429), "Rate limit exceeded");
    let log = bench.server.requests();
    assert_eq!((log[1].path.as_str(), log[1].status), ("/graphql CreateTeam", 503));
}

#[tokio::test]
async fn the_plain_provider_has_no_graphql() {
    let bench = Bench::new(DemoOptions { provider: Provider::Scim, ..DemoOptions::default() }).await;
    let url = bench.server.url().replace("/scim/v2", "/graphql");
    let got = bench.client.post(url).bearer_auth(KEY).body("{}").send().await.unwrap();
    assert_eq!(got.status(), 404);
    assert_eq!(bench.post("Users", &person("ann")).await.status, 201);
}
