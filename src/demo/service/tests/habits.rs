//! W&B's habits that an option chooses: releases, seats, buckets.

use rstest::rstest;
use serde_json::{Value, json};

use super::super::{DemoOptions, Hosting};
use super::{Bench, KEY, group, id_of, person};

fn release(version: &str) -> DemoOptions {
    DemoOptions { server_version: version.parse().unwrap(), ..DemoOptions::default() }
}

/// Which keys a user has, by release.
#[rstest]
#[case("0.84.0", &["accountType", "modelsSeat", "registryRoles", "weaveRole"], true)]
#[case("0.80.1", &["modelsSeat", "registryRoles", "weaveRole"], true)]
#[case("0.80.0", &["modelsSeat", "registryRoles", "weaveRole"], false)]
#[case("0.79.0", &["registryRoles"], false)]
#[tokio::test]
async fn a_release_knows_what_it_knew(#[case] version: &str, #[case] keys: &[&str], #[case] list: bool) {
    let bench = Bench::new(release(version)).await;
    let mut body = person("ann");
    body["registryRoles"] = json!([{"registryName": "model", "roleName": "viewer"}]);
    body["modelsSeat"] = "viewer".into();
    let path = format!("Users/{}", bench.post("Users", &body).await.ok()["id"].as_str().unwrap());
    let user = bench.get(&path).await.ok();
    let known = ["accountType", "modelsSeat", "registryRoles", "weaveRole"];
    assert_eq!(known.into_iter().filter(|key| user.get(key).is_some()).collect::<Vec<_>>(), keys);
    assert_eq!(user["emails"].is_array(), list);
    let seat = bench.replace(&path, "modelsSeat", json!("none")).await;
    assert_eq!(seat.status, if keys.contains(&"modelsSeat") { 200 } else { 400 }, "{}", seat.text);
    let services = bench.find("Users", "userName", "ci-bot").await;
    assert_eq!(services.is_object(), keys.contains(&"accountType"));
}

#[tokio::test]
async fn before_0_75_there_are_no_registry_roles_and_before_0_79_no_bearer() {
    let bench = Bench::new(release("0.74.0")).await;
    assert_eq!(bench.get("Users").await.status, 401);
    let basic = bench.client.get(bench.url("Users")).basic_auth("", Some(KEY)).send().await.unwrap();
    assert_eq!(basic.status(), 200);
    assert!(!basic.text().await.unwrap().contains("registryRoles"));
    let shared = Bench::new(DemoOptions { hosting: Hosting::MultiTenant, ..release("0.74.0") }).await;
    assert!(shared.get("Users").await.text.contains("registryRoles"));
}

#[tokio::test]
async fn full_seats_run_out() {
    let bench = Bench::new(DemoOptions { users: 5, seats: Some(6), ..DemoOptions::default() }).await;
    let ann = bench.new_user("ann").await;
    let over = bench.post("Users", &person("ben")).await;
    assert_eq!(over.refused(400, None), "Seat limit reached");
    let mut viewer = person("ben");
    viewer["modelsSeat"] = "viewer".into();
    let ben = format!("Users/{}", bench.post("Users", &viewer).await.ok()["id"].as_str().unwrap());
    assert_eq!(bench.replace(&ben, "modelsSeat", json!("full")).await.refused(400, None), "Seat limit reached");
    assert_eq!(bench.get(&ben).await.ok()["modelsSeat"], "viewer");
    assert_eq!(bench.replace(&ann, "modelsSeat", json!("full")).await.status, 200, "she has it already");

    bench.replace(&ann, "active", json!(false)).await.ok();
    bench.replace(&ben, "modelsSeat", json!("full")).await.ok();
    assert_eq!(bench.replace(&ann, "active", json!(true)).await.refused(400, None), "Seat limit reached");
    bench.delete(&ben).await;
    assert_eq!(bench.replace(&ann, "active", json!(true)).await.ok()["active"], true);
}

#[tokio::test]
async fn a_person_is_created_with_the_named_seats() {
    let bench = Bench::wandb().await;
    let mut body = person("ann");
    body["modelsSeat"] = "none".into();
    body["weaveRole"] = "viewer".into();
    let made = bench.post("Users", &body).await.ok();
    assert_eq!((&made["modelsSeat"], &made["weaveRole"]), (&json!("none"), &json!("viewer")));
    let plain = bench.post("Users", &person("ben")).await.ok();
    assert_eq!((&plain["modelsSeat"], &plain["weaveRole"]), (&json!("full"), &json!("full")));
}

fn bucket(extra: Value) -> Value {
    let mut body = group("bucketed", &[]);
    body["storageBucket"] = json!({"name": "b", "provider": "GCP"});
    body["storageBucket"].as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

#[rstest]
#[case::complete(json!({"path": "runs", "kmsKeyId": "k"}), None)]
#[case::provider(json!({"provider": "gcp"}), Some("must be one of COREWEAVE, AWS, AZURE, GCP, MINIO"))]
#[case::no_provider(json!({"provider": null}), Some("provider is required"))]
#[case::no_name(json!({"name": ""}), Some("name is required"))]
#[case::odd_detail(json!({"azureTenantId": 7}), Some("azureTenantId must be a string"))]
#[case::out_of_reach(json!({"name": "unreachable-eu"}), Some("\"unreachable-eu\" cannot be reached"))]
#[tokio::test]
async fn a_bucket_is_checked_before_the_team_is_made(#[case] extra: Value, #[case] refusal: Option<&str>) {
    let bench = Bench::wandb().await;
    let got = bench.post("Groups", &bucket(extra)).await;
    let made = bench.find("Groups", "displayName", "bucketed").await.is_object();
    match refusal {
        None => assert_eq!((got.status, made), (201, true), "{}", got.text),
        Some(words) => {
            let detail = got.refused(400, Some("invalidValue"));
            assert!(detail.contains(words) && !made, "{detail}");
        }
    }
}

fn service(name: &str, kind: &str, teams: Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "accountType": kind,
        "displayName": "passed over", "urn:ietf:params:scim:schemas:extension:teams:2.0:User": teams,
    })
}

#[rstest]
#[case("SERVICE", 201)]
#[case("ORG_SERVICE", 201)]
#[case("ROBOT", 400)]
#[tokio::test]
async fn service_accounts_are_made_by_their_rules(#[case] kind: &str, #[case] status: u16) {
    let bench = Bench::wandb().await;
    let got = bench.post("Users", &service("bot", kind, json!({"defaultTeam": "ops"}))).await;
    assert_eq!(got.status, status, "{}", got.text);
    if status != 201 {
        return;
    }
    assert_eq!(got.json()["displayName"], "bot");
    let again = bench.post("Users", &service("BOT", kind, json!({"defaultTeam": "ops"}))).await;
    again.refused(409, Some("uniqueness"));
    let apart = bench.post("Users", &service("two", kind, json!({"defaultTeam": "ops", "teams": ["vision"]}))).await;
    assert!(apart.refused(400, Some("invalidValue")).contains("include defaultTeam"));
    for seat in ["modelsSeat", "weaveRole"] {
        let mut body = service("two", kind, json!({"defaultTeam": "ops"}));
        body[seat] = "full".into();
        assert!(bench.post("Users", &body).await.refused(400, Some("invalidValue")).contains(seat));
    }
    let path = bench.user("bot").await;
    bench.replace(&path, "displayName", json!("x")).await.refused(400, Some("mutability"));
    bench.put(&path, &service("bot", kind, json!({"defaultTeam": "ops"}))).await.refused(405, None);
    assert_eq!(bench.delete(&path).await.status, 204);
    assert!(!bench.get(&bench.team("ops").await).await.text.contains(id_of(&path)));
}

#[tokio::test]
async fn registry_roles_come_one_by_one_and_go_at_once() {
    let bench = Bench::wandb().await;
    let ann = bench.new_user("ann").await;
    let add = |name: &str, role: &str| json!([{"op": "add", "path": "registryRoles", "value": [{"registryName": name, "roleName": role}]}]);
    bench.patch(&ann, add("model", "admin")).await.ok();
    bench.patch(&ann, add("dataset", "viewer")).await.ok();
    let roles = bench.patch(&ann, add("model", "member")).await.ok()["registryRoles"].clone();
    assert_eq!(roles.as_array().unwrap().len(), 2);
    assert!(roles.to_string().contains("{\"registryName\":\"model\",\"roleName\":\"member\"}"), "{roles}");
    bench.patch(&ann, add("nothing", "member")).await.refused(400, Some("invalidValue"));
    bench.patch(&ann, add("model", "owner")).await.refused(400, Some("invalidValue"));
    let all = json!([{"op": "remove", "path": "registryRoles"}]);
    assert_eq!(bench.patch(&ann, all).await.ok().get("registryRoles"), None);
}
