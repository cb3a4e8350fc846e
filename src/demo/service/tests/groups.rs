//! W&B's teams: members by every documented way.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Bench, group, id_of, patch_body};

fn names(group: &Value) -> Vec<&str> {
    let members = group["members"].as_array().map(Vec::as_slice).unwrap_or_default();
    members.iter().map(|member| member["Display"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_team_is_created_with_members_by_id_and_email() {
    let bench = Bench::wandb().await;
    let path = bench.new_user("ann").await;
    bench.new_user("ben").await;
    let got = bench.post("Groups", &group("wandb-support", &[id_of(&path), "ben@test.com"])).await;
    assert_eq!((got.status, got.header("etag").is_empty()), (201, false));
    let made = got.ok();
    assert_eq!(made["members"][0], json!({"Value": id_of(&path), "Ref": "", "Type": "", "Display": "ann"}));
    assert_eq!(names(&made), ["ann", "ben", "nightly-sync"], "the organisation's service accounts join every team");
    assert_eq!(bench.get(&path).await.ok()["teamRoles"], json!([{"teamName": "wandb-support", "roleName": "member"}]));

    bench.post("Groups", &group("WANDB-support", &[])).await.refused(409, Some("uniqueness"));
    bench.post("Groups", &group("other", &["nobody@test.com"])).await.refused(400, Some("invalidValue"));
    assert_eq!(bench.find("Groups", "displayName", "other").await, Value::Null);
    let mut bucket = group("bucketed", &[]);
    bucket["storageBucket"] = json!({"name": "b", "provider": "aws"});
    let detail = bench.post("Groups", &bucket).await.refused(400, Some("invalidValue"));
    assert!(detail.contains("COREWEAVE, AWS, AZURE, GCP, MINIO"));
}

#[rstest]
#[case::add(json!({"op": "add", "path": "members", "value": [{"value": "cleo@test.com"}, {"value": "ann@test.com"}]}), &["ann", "ben", "cleo"])]
#[case::remove_by_email(json!({"op": "remove", "path": "members[value eq \"ann@test.com\"]"}), &["ben"])]
#[case::remove_who_is_no_member(json!({"op": "remove", "path": "members[value eq \"cleo@test.com\"]"}), &["ann", "ben"])]
#[case::remove_all(json!({"op": "remove", "path": "members"}), &[])]
#[case::value_form_removes_all(json!({"op": "remove", "path": "members", "value": [{"value": "ann@test.com"}]}), &[])]
#[case::replace(json!({"op": "replace", "path": "members", "value": [{"value": "cleo@test.com"}, {"value": "ben@test.com"}]}), &["ben", "cleo"])]
#[tokio::test]
async fn members_change(#[case] operation: Value, #[case] expected: &[&str]) {
    let bench = Bench::wandb().await;
    for name in ["ann", "ben", "cleo"] {
        bench.new_user(name).await;
    }
    bench.post("Groups", &group("mine", &[])).await.ok();
    let path = bench.team("mine").await;
    bench.put(&path, &group("mine", &["ann@test.com", "ben@test.com"])).await.ok();

    let answer = bench.patch(&path, json!([operation])).await.ok();
    assert_eq!(names(&answer), expected);
    assert_eq!(answer["members"].is_null(), expected.is_empty(), "an empty team has null members");
    assert_eq!(bench.get(&path).await.ok(), answer);
    for name in ["ann", "ben", "cleo"] {
        let user = bench.find("Users", "userName", name).await;
        assert_eq!(user["teamRoles"].as_array().unwrap().len(), usize::from(expected.contains(&name)), "{name}");
    }
}

#[tokio::test]
async fn put_sets_all_members_and_keeps_the_roles_of_who_stays() {
    let bench = Bench::wandb().await;
    let (ann, ben) = (bench.new_user("ann").await, bench.new_user("ben").await);
    bench.post("Groups", &group("mine", &[id_of(&ann)])).await.ok();
    bench.replace(&ann, "teamRoles", json!([{"teamName": "mine", "roleName": "admin"}])).await.ok();
    let path = bench.team("mine").await;
    let answer = bench.put(&path, &group("renamed", &[id_of(&ben), id_of(&ann)])).await.ok();
    assert_eq!((names(&answer), &answer["displayName"]), (vec!["ann", "ben"], &json!("mine")));
    assert_eq!(bench.get(&ann).await.ok()["teamRoles"][0]["roleName"], "admin");
    assert_eq!(bench.get(&ben).await.ok()["teamRoles"][0]["roleName"], "member");
}

#[tokio::test]
async fn deleting_a_team_is_refused_and_stale_changes_too() {
    let bench = Bench::wandb().await;
    let path = bench.team("vision").await;
    let tag = bench.get(&path).await.header("etag").to_owned();
    let detail = bench.delete(&path).await.refused(405, None);
    assert!(detail.contains("in the app"), "{detail}");

    let removal = patch_body(json!([{"op": "remove", "path": "members"}]));
    bench.patch(&path, json!([{"op": "add", "path": "members", "value": []}])).await.ok();
    bench.new_user("ann").await;
    bench.patch(&path, json!([{"op": "add", "path": "members", "value": [{"value": "ann@test.com"}]}])).await.ok();
    let late = bench.try_send(Method::PATCH, &path, &[("if-match", &tag)], Some(&removal)).await.unwrap();
    late.refused(412, None);
    assert!(names(&bench.get(&path).await.ok()).contains(&"ann"));
    assert_eq!(bench.get("Groups").await.ok()["totalResults"], 20);
}

#[tokio::test]
async fn a_teams_service_account_stays_where_it_is() {
    let bench = Bench::wandb().await;
    let (bot, ops, vision) = (bench.user("ci-bot").await, bench.team("ops").await, bench.team("vision").await);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id_of(&bot)}]}]);
    bench.patch(&vision, add).await.refused(400, Some("invalidValue"));
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", id_of(&bot))}]);
    bench.patch(&ops, remove).await.refused(400, Some("invalidValue"));

    let team = bench.get(&ops).await.ok();
    let all: Vec<&str> = team["members"].as_array().unwrap().iter().map(|one| one["Value"].as_str().unwrap()).collect();
    assert_eq!(bench.put(&ops, &group("ops", &all)).await.ok()["members"], team["members"]);
    let emptied = bench.patch(&ops, json!([{"op": "remove", "path": "members"}])).await.ok();
    assert_eq!(names(&emptied), ["ci-bot"]);
}

#[tokio::test]
async fn a_group_keeps_the_external_id_of_another_system() {
    let bench = Bench::wandb().await;
    let ann = bench.new_user("ann").await;
    let with = |name: &str, id: Value| {
        let mut body = group(name, &[]);
        body["externalId"] = id;
        body
    };
    bench.post("Groups", &with("odd", json!(7))).await.refused(400, Some("invalidValue"));
    let made = bench.post("Groups", &with("mine", json!("idp-1"))).await.ok();
    assert_eq!(made["externalId"], "idp-1");
    let path = bench.team("mine").await;
    assert_eq!(bench.find("Groups", "displayName", "mine").await["externalId"], "idp-1");

    let join = json!([{"op": "add", "path": "members", "value": [{"value": id_of(&ann)}]}]);
    assert_eq!(bench.patch(&path, join).await.ok()["externalId"], "idp-1");
    assert_eq!(bench.put(&path, &group("mine", &[])).await.ok()["externalId"], "idp-1", "the documented body lacks it");
    assert_eq!(bench.put(&path, &with("mine", json!("idp-2"))).await.ok()["externalId"], "idp-2");
    assert_eq!(bench.replace(&path, "externalId", json!("idp-3")).await.ok()["externalId"], "idp-3");
    let taken = bench.patch(&path, json!([{"op": "remove", "path": "externalId"}])).await.ok();
    assert_eq!((taken.get("externalId"), bench.get(&path).await.ok()), (None, taken.clone()));
    bench.replace(&path, "externalId", json!("idp-4")).await.ok();
    assert_eq!(bench.put(&path, &with("mine", Value::Null)).await.ok().get("externalId"), None);
}
