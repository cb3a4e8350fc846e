//! W&B's GraphQL: each operation of its Python package word for word, each refusal, and what SCIM says afterwards.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::{FailRule, Hosting, Options};
use super::{Bench, Got, KEY, id_of, person};

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
    let bench = Bench::new(Options { hosting: Hosting::MultiTenant, ..Options::default() }).await;
    assert_eq!(bench.ask(&viewer(), json!({})).await.data()["viewer"]["admin"], false);
    assert_eq!(bench.ask(&search(), json!({})).await.error(403), "only admins can use users()");
    assert_eq!(bench.ask(CREATE_USER, json!({"email": "a@b.io"})).await.error(403), "only admins can use createUser()");
    let info = bench.ask("{ serverInfo { latestLocalVersionInfo { outOfDate } } }", json!({})).await.data();
    assert_eq!(info["serverInfo"]["latestLocalVersionInfo"], Value::Null);
    assert_eq!(bench.ask(CREATE_TEAM, json!({"teamName": "one"})).await.data()["entity"]["name"], "one");
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
    let bench = Bench::new(Options { seats: Some(0), ..Options::default() }).await;
    assert_eq!(bench.ask(CREATE_USER, json!({"email": "a@b.io"})).await.error(400), "Seat limit reached");
}

#[tokio::test]
async fn a_team_has_one_admin_and_the_organisations_services() {
    let bench = Bench::wandb().await;
    let made = bench.ask(CREATE_TEAM, json!({"teamName": "sdk", "teamAdminUserName": "eva-tanaka"})).await.data();
    let group = bench.find("Groups", "displayName", "sdk").await;
    assert_eq!(
        made["entity"],
        json!({"id": group["id"], "name": "sdk", "available": false, "photoUrl": null, "limits": null})
    );
    let names: Vec<Value> =
        bench.members("sdk").await.iter().map(|one| json!([one["username"], one["admin"]])).collect();
    assert_eq!(names, [json!(["eva-tanaka", true]), json!(["nightly-sync", false])]);
    bench.ask(CREATE_TEAM, json!({"teamName": "mine", "teamAdminUserName": null})).await.data();
    assert_eq!(bench.members("mine").await[0]["username"], "demo-admin");

    assert!(bench.ask(CREATE_TEAM, json!({"teamName": "SDK"})).await.error(409).contains("exists already"));
    let unknown = json!({"teamName": "two", "teamAdminUserName": "nobody"});
    assert_eq!(bench.ask(CREATE_TEAM, unknown).await.error(404), "user \"nobody\" not found");
    assert_eq!(bench.ask(CREATE_TEAM, json!({"teamName": " "})).await.error(400), "teamName is required");
    assert_eq!(bench.ask(TEAM, json!({"name": "two"})).await.data()["entity"], Value::Null);
}

#[tokio::test]
async fn invitations_are_pending_and_out_of_scims_sight() {
    let bench = Bench::wandb().await;
    bench.ask(CREATE_TEAM, json!({"teamName": "sdk"})).await.data();
    let known = bench.ask(INVITE, json!({"entity": "sdk", "username": "eva-tanaka", "admin": true})).await.data();
    assert_eq!(
        (&known["invite"]["email"], &known["invite"]["toUser"]),
        (&json!("eva.tanaka@example.com"), &json!({"name": "Eva Tanaka"}))
    );
    let fresh = bench.ask(INVITE, json!({"entity": "sdk", "email": "new@b.io"})).await.data();
    assert_eq!((&fresh["invite"]["name"], &fresh["invite"]["toUser"]), (&json!("new@b.io"), &Value::Null));

    let shown: Vec<Value> = bench
        .members("sdk")
        .await
        .iter()
        .map(|one| json!([one["id"], one["pending"], one["admin"], one["username"]]))
        .collect();
    assert_eq!(
        shown[..2],
        [json!([known["invite"]["id"], true, true, "eva-tanaka"]), json!([fresh["invite"]["id"], true, false, null]),]
    );
    assert_eq!((&shown[2][1], &shown[2][3]), (&json!(false), &json!("demo-admin")));
    assert!(!bench.find("Groups", "displayName", "sdk").await.to_string().contains("eva-tanaka"));

    for (variables, status, words) in [
        (
            json!({"entity": "sdk", "email": "EVA.tanaka@example.com"}),
            409,
            "eva-tanaka is already invited to team \"sdk\"",
        ),
        (json!({"entity": "sdk", "email": "NEW@b.io"}), 409, "NEW@b.io is already invited to team \"sdk\""),
        (json!({"entity": "sdk", "username": "demo-admin"}), 409, "demo-admin is already a member of team \"sdk\""),
        (json!({"entity": "sdk", "username": "nobody"}), 404, "user \"nobody\" not found"),
        (json!({"entity": "sdk", "username": "ci-bot"}), 404, "user \"ci-bot\" not found"),
        (json!({"entity": "nowhere", "email": "a@b.io"}), 404, "team \"nowhere\" not found"),
        (json!({"entity": "sdk", "email": "nobody"}), 400, "\"nobody\" is not an email address"),
        (json!({"entity": "sdk"}), 400, "an invitation names either an email or a username"),
    ] {
        assert_eq!(bench.ask(INVITE, variables).await.error(status), words);
    }
}

#[tokio::test]
async fn an_invitation_ends_when_its_person_joins_or_is_deleted() {
    let bench = Bench::wandb().await;
    bench.ask(CREATE_TEAM, json!({"teamName": "sdk"})).await.data();
    for name in ["ann", "ben"] {
        bench.new_user(name).await;
        bench.ask(INVITE, json!({"entity": "sdk", "username": name})).await.data();
    }
    let add = json!([{"op": "add", "path": "members", "value": [{"value": "ann@test.com"}]}]);
    bench.patch(&bench.team("sdk").await, add).await.ok();
    bench.delete(&bench.user("ben").await).await;
    let left: Vec<Value> =
        bench.members("sdk").await.iter().map(|one| json!([one["username"], one["pending"]])).collect();
    assert_eq!(left, [json!(["demo-admin", false]), json!(["nightly-sync", false]), json!(["ann", false])]);
}

#[tokio::test]
async fn deleting_removes_a_member_or_revokes_an_invitation() {
    let bench = Bench::wandb().await;
    let eva = bench.user("eva-tanaka").await;
    bench.ask(CREATE_TEAM, json!({"teamName": "sdk", "teamAdminUserName": "eva-tanaka"})).await.data();
    bench.ask(CREATE_TEAM, json!({"teamName": "other"})).await.data();
    let invite = bench.ask(INVITE, json!({"entity": "sdk", "email": "new@b.io"})).await.data()["invite"]["id"].clone();
    for id in [json!(id_of(&eva)), invite] {
        let elsewhere = bench.ask(DELETE_INVITE, json!({"id": id, "entity": "nowhere"})).await;
        assert_eq!(elsewhere.error(404), "team \"nowhere\" not found");
        let other_team = bench.ask(DELETE_INVITE, json!({"id": id, "entity": "other"})).await;
        assert!(other_team.error(404).contains("neither a member"));
        assert_eq!(bench.ask(DELETE_INVITE, json!({"id": id, "entity": "sdk"})).await.data(), json!({"success": true}));
        let again = bench.ask(DELETE_INVITE, json!({"id": id, "entity": "sdk"})).await;
        assert!(again.error(404).contains("neither a member"));
    }
    assert_eq!(bench.members("sdk").await.len(), 1);
    assert!(!bench.get(&eva).await.ok()["teamRoles"].to_string().contains("\"sdk\""));
    assert_eq!(bench.ask(DELETE_INVITE, json!({"id": null, "entity": "sdk"})).await.error(400), "id is required");
}

#[tokio::test]
async fn a_service_account_belongs_to_its_team() {
    let bench = Bench::wandb().await;
    let made = bench.ask(SERVICE, json!({"entity": "vision", "description": "Nightly trainer"})).await.data();
    let user = bench.find("Users", "userName", "nightly-trainer").await;
    assert_eq!((&user["id"], &user["accountType"]), (&made["user"]["id"], &json!("SERVICE")));
    let members = bench.members("vision").await;
    let last = members.last().unwrap();
    assert_eq!(
        (&last["name"], &last["accountType"], &last["email"]),
        (&json!("Nightly trainer"), &json!("SERVICE"), &Value::Null)
    );
    let second = bench.ask(SERVICE, json!({"entity": "vision", "description": "Nightly trainer"})).await.data();
    assert_ne!(second["user"]["id"], made["user"]["id"]);
    let unknown = bench.ask(SERVICE, json!({"entity": "nowhere", "description": "d"})).await;
    assert_eq!(unknown.error(404), "team \"nowhere\" not found");
    let blank = bench.ask(SERVICE, json!({"entity": "vision", "description": ""})).await;
    assert_eq!(blank.error(400), "description is required");
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
    let bench = Bench::new(Options { server_version: version.parse().unwrap(), ..Options::default() }).await;
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
    let bench = Bench::new(Options { server_version: "0.81".parse().unwrap(), ..Options::default() }).await;
    let info = "{ serverInfo { features { name isEnabled } latestLocalVersionInfo \
        { outOfDate latestVersionString versionOnThisInstanceString } } }";
    let info = bench.ask(info, json!({})).await.data()["serverInfo"].clone();
    assert_eq!(
        info,
        json!({"features": [], "latestLocalVersionInfo":
        {"outOfDate": true, "latestVersionString": "0.84.0", "versionOnThisInstanceString": "0.81.0"}})
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
    let bench = Bench::new(Options { provider: super::super::Provider::Scim, ..Options::default() }).await;
    let url = bench.server.url().replace("/scim/v2", "/graphql");
    let got = bench.client.post(url).bearer_auth(KEY).body("{}").send().await.unwrap();
    assert_eq!(got.status(), 404);
    assert_eq!(bench.post("Users", &person("ann")).await.status, 201);
}
