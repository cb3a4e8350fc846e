//! Teams, invitations and service accounts through GraphQL.

use serde_json::{Value, json};

use super::super::super::DemoOptions;
use super::super::{Bench, id_of};
use super::{CREATE_TEAM, DELETE_INVITE, INVITE, SERVICE, TEAM};

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
async fn before_0_81_scim_hides_the_service_accounts_that_teams_have() {
    let old = DemoOptions { server_version: "0.80.1".parse().unwrap(), ..DemoOptions::default() };
    let bench = Bench::new(old).await;
    let total = bench.get("Users?count=0").await.ok()["totalResults"].clone();
    let made = bench.ask(SERVICE, json!({"entity": "vision", "description": "bot"})).await.data();
    assert_eq!(bench.members("vision").await.last().unwrap()["username"], "bot");
    assert_eq!(bench.find("Users", "userName", "bot").await, Value::Null);
    assert_eq!(bench.get("Users?count=0").await.ok()["totalResults"], total);
    bench.get(&format!("Users/{}", made["user"]["id"].as_str().unwrap())).await.refused(404, None);
}
