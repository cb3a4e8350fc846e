//! W&B's custom roles.

use rstest::rstest;
use serde_json::{Value, json};

use super::super::{DemoOptions, RolePut};
use super::{Bench, group, id_of};

async fn role(bench: &Bench, name: &str) -> String {
    let list = bench.get("Roles").await.ok();
    let found = list["Resources"].as_array().unwrap().iter().find(|role| role["name"] == name).cloned();
    format!("Roles/{}", found.unwrap()["id"].as_str().unwrap())
}

fn permissions(role: &Value, inherited: bool) -> Vec<&str> {
    let list = role["permissions"].as_array().unwrap().iter();
    list.filter(|permission| permission["isInherited"] == inherited).map(|one| one["name"].as_str().unwrap()).collect()
}

fn definition(name: &str, from: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Role"], "name": name, "description": "d", "inheritedFrom": from})
}

#[tokio::test]
async fn a_role_lives() {
    let bench = Bench::wandb().await;
    assert_eq!(bench.get("Roles").await.ok()["totalResults"], 6);
    let mut body = definition("Sample", "member");
    body["permissions"] = json!([{"name": "run:delete"}, {"name": "artifact:read"}]);
    let made = bench.post("Roles", &body).await;
    assert_eq!(made.status, 201);
    let (path, made) = (made.header("location").to_owned(), made.json());
    assert_eq!((&made["schemas"], permissions(&made, false)), (&json!([""]), vec!["run:delete"]));
    assert!(permissions(&made, true).contains(&"artifact:read"));

    let add =
        json!([{"op": "add", "path": "permissions", "value": [{"name": "project:delete"}, {"name": "run:delete"}]}]);
    let added = bench.patch(&path, add).await.ok();
    assert_eq!(permissions(&added, false), ["project:delete", "run:delete"]);
    let remove = json!([{"op": "remove", "path": "permissions", "value": [{"name": "run:delete"}]}]);
    assert_eq!(permissions(&bench.patch(&path, remove).await.ok(), false), ["project:delete"]);

    let put = bench.put(&path, &definition("Renamed", "viewer")).await.ok();
    assert_eq!((&put["name"], &put["inheritedFrom"]), (&json!("Renamed"), &json!("viewer")));
    assert!(!permissions(&put, true).contains(&"artifact:create"));
}

#[rstest]
#[case(RolePut::Replaces, &["run:stop"], &[])]
#[case(RolePut::Keeps, &["project:delete"], &["project:delete"])]
#[tokio::test]
async fn a_put_replaces_the_permissions_or_keeps_them(
    #[case] role_put: RolePut,
    #[case] named: &[&str],
    #[case] unnamed: &[&str],
) {
    let bench = Bench::new(DemoOptions { role_put, ..DemoOptions::default() }).await;
    let mut body = definition("Sample", "member");
    body["permissions"] = json!([{"name": "project:delete"}]);
    let path = bench.post("Roles", &body).await.header("location").to_owned();
    body["permissions"] = json!([{"name": "run:stop"}]);
    assert_eq!(permissions(&bench.put(&path, &body).await.ok(), false), named);
    bench.put(&path, &definition("Sample", "member")).await.ok();
    assert_eq!(permissions(&bench.get(&path).await.ok(), false), unnamed);
}

#[tokio::test]
async fn holders_of_a_deleted_role_fall_back() {
    let bench = Bench::wandb().await;
    let ann = bench.new_user("ann").await;
    for (team, role) in [("one", "Run janitor"), ("two", "Annotator"), ("three", "Sweep operator")] {
        bench.post("Groups", &group(team, &[id_of(&ann)])).await.ok();
        bench.replace(&ann, "teamRoles", json!([{"teamName": team, "roleName": role}])).await.ok();
    }
    for name in ["Run janitor", "Annotator"] {
        let path = role(&bench, name).await;
        assert_eq!(bench.delete(&path).await.status, 204);
        bench.get(&path).await.refused(404, None);
    }
    let renamed = definition("Sweeper", "member");
    bench.put(&role(&bench, "Sweep operator").await, &renamed).await.ok();
    let roles = bench.get(&ann).await.ok()["teamRoles"].clone();
    let held: Vec<&str> = roles.as_array().unwrap().iter().map(|role| role["roleName"].as_str().unwrap()).collect();
    assert_eq!(held, ["member", "viewer", "Sweeper"]);
    let list = bench.get("Users").await;
    assert!(!list.text.contains("Run janitor") && list.text.contains("Report writer"));
}

#[rstest]
#[case::taken(definition("Annotator", "member"), 409)]
#[case::predefined(definition("Member", "member"), 409)]
#[case::inherits_admin(definition("Sample", "admin"), 400)]
#[case::no_name(definition(" ", "member"), 400)]
#[tokio::test]
async fn a_bad_role_is_refused(#[case] body: Value, #[case] status: u16) {
    let bench = Bench::wandb().await;
    assert_eq!(bench.post("Roles", &body).await.status, status);
    assert_eq!(bench.get("Roles").await.ok()["totalResults"], 6);
}

#[tokio::test]
async fn inherited_and_unknown_permissions_stay_out_of_reach() {
    let bench = Bench::wandb().await;
    let path = role(&bench, "Annotator").await;
    for (op, name) in [("remove", "run:read"), ("add", "run:fly")] {
        let operations = json!([{"op": op, "path": "permissions", "value": [{"name": name}]}]);
        bench.patch(&path, operations).await.refused(400, Some("invalidValue"));
    }
}
