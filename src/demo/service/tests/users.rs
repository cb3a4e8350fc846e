//! W&B's users: keys, lists, creation, changes, hosting differences.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::{DemoOptions, EmailShape, Hosting};
use super::{Bench, KEY, group, id_of, patch_body, person};

fn hosted(hosting: Hosting) -> DemoOptions {
    DemoOptions { hosting, ..DemoOptions::default() }
}

#[tokio::test]
async fn the_three_forms_of_a_key_are_accepted_and_others_refused() {
    let bench = Bench::wandb().await;
    let team_key = bench.server.team_key().to_owned();
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    for (header, expected) in [
        (Some(format!("Bearer {KEY}")), 200),
        (Some(basic(&format!("demo-admin:{KEY}"))), 200),
        (Some(basic(&format!(":{KEY}"))), 200),
        (Some("Bearer other".to_owned()), 401),
        (None, 401),
        (Some(format!("Bearer {team_key}")), 403),
        (Some(basic(&format!(":{team_key}"))), 403),
    ] {
        let mut request = bench.client.get(bench.url("Roles"));
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{header:?}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let shown = body.get("status").and_then(Value::as_str).and_then(|status| status.parse().ok());
        assert_eq!(shown, Some(expected).filter(|&status| status != 200));
    }
    assert!(!format!("{:?}", bench.server).contains(KEY));
}

#[rstest]
#[case::new(EmailShape::New, json!([{"primary": true, "value": "eva.tanaka@example.com"}]))]
#[case::old(EmailShape::Old, json!({"Value": "eva.tanaka@example.com", "Display": "", "Type": "", "Primary": true}))]
#[tokio::test]
async fn a_user_has_the_documented_keys(#[case] emails: EmailShape, #[case] expected: Value) {
    let bench = Bench::new(DemoOptions { emails, sparse_lists: true, ..DemoOptions::default() }).await;
    let listed = bench.find("Users", "emails.value", "EVA.Tanaka@example.com").await;
    assert_eq!(listed["userName"], "eva-tanaka");
    assert_eq!(listed["displayName"], "Eva Tanaka");
    assert_eq!(listed["emails"], expected);
    assert_eq!(listed["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
    assert_eq!(listed["meta"]["location"], format!("Users/{}", listed["id"].as_str().unwrap()));
    for left_out in ["organizationRole", "teamRoles", "registryRoles"] {
        assert_eq!(listed.get(left_out), None);
    }

    let got = bench.get(&format!("Users/{}", listed["id"].as_str().unwrap())).await;
    assert_eq!(got.header("content-type"), "application/scim+json");
    let tag = got.header("etag").to_owned();
    let one = got.ok();
    assert!(tag.starts_with("W/\"") && one["meta"]["version"] == tag);
    assert_eq!(one["organizationRole"], "member");
    assert!(!one["teamRoles"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn documented_gets_have_no_roles_and_seats_and_answers_to_changes_have() {
    let bench = Bench::new(DemoOptions { silent_gets: true, ..DemoOptions::default() }).await;
    let listed = bench.find("Users", "userName", "eva-tanaka").await;
    let path = format!("Users/{}", listed["id"].as_str().unwrap());
    let one = bench.get(&path).await.ok();
    let role = json!([{"op": "replace", "path": "organizationRole", "value": "member"}]);
    let changed = bench.patch(&path, role).await.ok();
    for role in ["organizationRole", "teamRoles", "modelsSeat", "weaveRole", "registryAccess"] {
        assert_eq!((listed.get(role), one.get(role)), (None, None));
        assert!(changed.get(role).is_some());
    }
}

#[tokio::test]
async fn lists_hold_9999_and_pages_complete_them() {
    let bench = Bench::new(DemoOptions { users: 25_000, ..DemoOptions::default() }).await;
    let mut seen = HashSet::new();
    for (start, expected) in [(1, 9_999), (10_000, 9_999), (19_999, 5_002), (25_001, 0)] {
        let list = bench.get(&format!("Users?startIndex={start}&count=20000")).await.ok();
        let page = list["Resources"].as_array().unwrap();
        assert_eq!((list["totalResults"].as_u64(), list["itemsPerPage"].as_u64()), (Some(25_000), Some(9_999)));
        assert_eq!((list["startIndex"].as_u64(), page.len()), (Some(start), expected));
        seen.extend(page.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 25_000);
}

#[tokio::test]
async fn a_server_that_ignores_paging_answers_its_first_page() {
    let bench = Bench::new(DemoOptions { page_limit: 100, ignore_paging: true, ..DemoOptions::default() }).await;
    let first = bench.get("Users").await.ok();
    assert_eq!(first["Resources"].as_array().unwrap().len(), 100);
    assert_eq!(bench.get("Users?startIndex=101&count=7").await.ok(), first);
}

#[rstest]
#[case("Users", "userName co \"a\"")]
#[case("Users", "displayName eq \"a\"")]
#[case("Users", "userName eq \"a\" or userName eq \"b\"")]
#[case("Groups", "userName eq \"a\"")]
#[case("Roles", "name eq \"a\"")]
#[tokio::test]
async fn only_the_documented_filters_are_answered(#[case] place: &str, #[case] filter: &str) {
    let bench = Bench::wandb().await;
    let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    bench.get(&format!("{place}?filter={filter}")).await.refused(400, Some("invalidFilter"));
}

#[tokio::test]
async fn what_is_unknown_is_404_and_other_methods_are_405() {
    let bench = Bench::wandb().await;
    let team = bench.team("vision").await;
    for path in [
        "Users/abc",
        &format!("Users/{}", id_of(&team)),
        "Groups/abc",
        "Roles/abc",
        "Nothing",
        "users",
        "Users/a/b",
        "Users/",
    ] {
        bench.get(path).await.refused(404, None);
    }
    let eva = bench.user("eva-tanaka").await;
    bench.put(&eva, &person("eva-tanaka")).await.refused(405, None);
    bench.delete("Users").await.refused(405, None);
}

#[tokio::test]
async fn a_user_is_created_found_and_deleted() {
    let bench = Bench::wandb().await;
    let got = bench.post("Users", &person("dev-user2")).await;
    assert_eq!(got.status, 201);
    let location = got.header("location").to_owned();
    let made = got.ok();
    assert_eq!(made["meta"]["location"], location);
    assert_eq!((&made["active"], &made["lastActiveAt"], &made["daysActive"]), (&json!(true), &Value::Null, &json!(0)));
    assert_eq!(made["meta"].get("lastModified"), None);
    assert_eq!(bench.find("Users", "userName", "DEV-USER2").await["id"], made["id"]);
    assert_eq!(bench.get("Users?count=0").await.ok()["totalResults"], 251);

    assert_eq!(bench.delete(&location).await.status, 204);
    bench.get(&location).await.refused(404, None);
    assert_eq!(bench.find("Users", "emails.value", "dev-user2@test.com").await, Value::Null);
    assert_eq!(bench.post("Users", &person("dev-user2")).await.status, 201);
}

#[rstest]
#[case::user_name(json!({"userName": "Eva-Tanaka"}), 409)]
#[case::email(json!({"emails": [{"primary": true, "value": "EVA.tanaka@example.com"}]}), 409)]
#[case::no_name(json!({"userName": null}), 400)]
#[case::no_email(json!({"emails": []}), 400)]
#[case::bad_email(json!({"emails": [{"primary": true, "value": "nobody"}]}), 400)]
#[case::bad_seat(json!({"modelsSeat": "half"}), 400)]
#[case::no_schema(json!({"schemas": []}), 400)]
#[tokio::test]
async fn a_bad_creation_is_refused(#[case] change: Value, #[case] status: u16) {
    let bench = Bench::wandb().await;
    let mut body = person("somebody-new");
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let got = bench.post("Users", &body).await;
    assert_eq!(got.status, status, "{}", got.text);
    assert_eq!(bench.get("Users?count=0").await.ok()["totalResults"], 250);
}

#[rstest]
#[case(Hosting::MultiTenant, "admin", &["vision"])]
#[case(Hosting::Dedicated, "member", &[])]
#[tokio::test]
async fn only_multi_tenant_takes_roles_and_teams_at_creation(
    #[case] hosting: Hosting,
    #[case] role: &str,
    #[case] teams: &[&str],
) {
    let bench = Bench::new(hosted(hosting)).await;
    let mut body = person("dev-user2");
    body["organizationRole"] = "admin".into();
    body["urn:ietf:params:scim:schemas:extension:teams:2.0:User"] = json!({"teams": ["vision"]});
    let made = bench.post("Users", &body).await.ok();
    let multi_tenant = hosting == Hosting::MultiTenant;
    assert_eq!(made.get("groups").is_some(), multi_tenant);
    assert_eq!(made.get("organizationRole").is_some(), multi_tenant);
    let user = bench.get(&format!("Users/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(user["organizationRole"], role);
    let expected: Vec<Value> = teams.iter().map(|name| json!({"teamName": name, "roleName": "member"})).collect();
    assert_eq!(user["teamRoles"], Value::Array(expected));
}

#[rstest]
#[case::pathless(json!([{"op": "replace", "value": {"active": false}}]))]
#[case::path(json!([{"op": "replace", "path": "active", "value": false}]))]
#[tokio::test]
async fn a_single_tenant_keeps_who_is_deactivated(#[case] operations: Value) {
    let bench = Bench::new(hosted(Hosting::SelfManaged)).await;
    let eva = bench.user("eva-tanaka").await;
    assert_eq!(bench.patch(&eva, operations).await.ok()["active"], false);
    assert_eq!(bench.get(&eva).await.ok()["active"], false);
    let again = bench.patch(&eva, json!([{"op": "replace", "value": {"active": true}}])).await.ok();
    assert_eq!(again["active"], true);
}

#[tokio::test]
async fn multi_tenant_removes_who_is_deactivated() {
    let bench = Bench::new(hosted(Hosting::MultiTenant)).await;
    let (eva, team) =
        (bench.user("eva-tanaka").await, bench.post("Groups", &group("new", &["eva.tanaka@example.com"])).await.ok());
    let detail = bench.replace(&eva, "active", json!(true)).await.refused(400, None);
    assert_eq!(detail, "User reactivation operations are not supported in SaaS Cloud");

    assert_eq!(bench.replace(&eva, "active", json!(false)).await.status, 200);
    bench.get(&eva).await.refused(404, None);
    let members = bench.get(&format!("Groups/{}", team["id"].as_str().unwrap())).await.ok()["members"].clone();
    assert!(!members.to_string().contains(id_of(&eva)), "{members}");
}

#[rstest]
#[case::string_boolean(json!([{"op": "replace", "path": "active", "value": "False"}]))]
#[case::string_boolean_pathless(json!([{"op": "replace", "value": {"active": "False"}}]))]
#[case::two_operations(json!([{"op": "replace", "path": "weaveRole", "value": "full"}, {"op": "replace", "path": "modelsSeat", "value": "full"}]))]
#[case::no_operation(json!([]))]
#[case::unknown_path(json!([{"op": "replace", "path": "userName", "value": "x"}]))]
#[case::wrong_op(json!([{"op": "add", "path": "displayName", "value": "x"}]))]
#[case::org_role(json!([{"op": "replace", "path": "organizationRole", "value": "owner"}]))]
#[case::team_not_joined(json!([{"op": "replace", "path": "teamRoles", "value": [{"teamName": "empty", "roleName": "admin"}]}]))]
#[case::no_such_team(json!([{"op": "replace", "path": "teamRoles", "value": [{"teamName": "nowhere", "roleName": "admin"}]}]))]
#[case::custom_role_case(json!([{"op": "replace", "path": "teamRoles", "value": [{"teamName": "home", "roleName": "run janitor"}]}]))]
#[case::registry(json!([{"op": "add", "path": "registryRoles", "value": [{"registryName": "nowhere", "roleName": "admin"}]}]))]
#[case::email(json!([{"op": "replace", "path": "emails", "value": [{"value": "nobody", "primary": true}]}]))]
#[tokio::test]
async fn a_bad_change_is_refused_and_changes_nothing(#[case] operations: Value) {
    let bench = Bench::wandb().await;
    let eva = bench.user("eva-tanaka").await;
    bench.post("Groups", &group("empty", &[])).await.ok();
    bench.post("Groups", &group("home", &[id_of(&eva)])).await.ok();
    let before = bench.get(&eva).await.ok();
    let got = bench.patch(&eva, operations).await;
    assert_eq!(got.status, 400, "{}", got.text);
    assert_eq!(bench.get(&eva).await.ok(), before);
}

#[tokio::test]
async fn roles_are_set_one_team_at_a_time_and_viewer_spreads() {
    let bench = Bench::wandb().await;
    let path = bench.new_user("dev-user2").await;
    for name in ["one", "two"] {
        bench.post("Groups", &group(name, &[id_of(&path)])).await.ok();
    }
    let set = |team: &str, role: &str| json!([{"teamName": team, "roleName": role}]);
    bench.replace(&path, "teamRoles", set("one", "ADMIN")).await.ok();
    let user = bench.replace(&path, "teamRoles", set("two", "Run janitor")).await.ok();
    let expected = json!([{"teamName": "one", "roleName": "admin"}, {"teamName": "two", "roleName": "Run janitor"}]);
    assert_eq!(user["teamRoles"], expected);

    let registry =
        json!([{"op": "add", "path": "registryRoles", "value": [{"registryName": "model", "roleName": "admin"}]}]);
    assert_eq!(bench.patch(&path, registry).await.ok()["registryRoles"][0]["roleName"], "admin");
    assert_eq!(bench.replace(&path, "organizationRole", json!("Admin")).await.ok()["organizationRole"], "admin");

    let user = bench.replace(&path, "organizationRole", json!("viewer")).await.ok();
    assert_eq!(
        (&user["organizationRole"], &user["modelsSeat"], &user["weaveRole"]),
        (&json!("member"), &json!("viewer"), &json!("viewer"))
    );
    assert_eq!(
        user["teamRoles"],
        json!([{"teamName": "one", "roleName": "viewer"}, {"teamName": "two", "roleName": "viewer"}])
    );
    assert_eq!(user["registryRoles"], json!([{"registryName": "model", "roleName": "viewer"}]));

    let removal = json!([{"op": "remove", "path": "registryRoles[registryName eq \"model\"]"}]);
    assert_eq!(bench.patch(&path, removal).await.ok().get("registryRoles"), None);
    let user = bench.replace(&path, "organizationRole", json!("admin")).await.ok();
    assert_eq!(user["modelsSeat"], "viewer", "other roles leave the seats alone");
    assert_eq!(bench.replace(&path, "modelsSeat", json!("none")).await.ok()["modelsSeat"], "none");
}

#[rstest]
#[case(Hosting::Dedicated, 200)]
#[case(Hosting::MultiTenant, 400)]
#[tokio::test]
async fn names_and_emails_change_only_on_single_tenants(#[case] hosting: Hosting, #[case] status: u16) {
    let bench = Bench::new(hosted(hosting)).await;
    let eva = bench.user("eva-tanaka").await;
    assert_eq!(bench.replace(&eva, "displayName", json!("田中 エヴァ")).await.status, status);
    assert_eq!(bench.replace(&eva, "emails", json!([{"value": "eva@new.org", "primary": true}])).await.status, status);
    let found = bench.find("Users", "emails.value", "eva@new.org").await;
    assert_eq!(found.is_object(), status == 200);
    if status == 200 {
        assert_eq!(found["displayName"], "田中 エヴァ");
        assert_eq!(bench.find("Users", "emails.value", "eva.tanaka@example.com").await, Value::Null);
        let other = bench.new_user("dev-user2").await;
        bench.replace(&other, "emails", json!([{"value": "eva@new.org"}])).await.refused(409, Some("uniqueness"));
    }
}

#[rstest]
#[case(true, 412)]
#[case(false, 200)]
#[tokio::test]
async fn a_stale_version_is_refused_where_versions_exist(#[case] etags: bool, #[case] status: u16) {
    let bench = Bench::new(DemoOptions { etags, ..DemoOptions::default() }).await;
    let eva = bench.user("eva-tanaka").await;
    let first = bench.get(&eva).await.header("etag").to_owned();
    assert_eq!(first.is_empty(), !etags);
    let stale = if etags { first } else { "W/\"1\"".to_owned() };
    let change = |value: &str| patch_body(json!([{"op": "replace", "path": "weaveRole", "value": value}]));
    let fresh = bench.try_send(Method::PATCH, &eva, &[("if-match", &stale)], Some(&change("none"))).await.unwrap();
    assert_eq!(fresh.status, 200);
    assert_ne!(fresh.header("etag"), stale);
    let late = bench.try_send(Method::PATCH, &eva, &[("if-match", &stale)], Some(&change("full"))).await.unwrap();
    assert_eq!(late.status, status);
    assert_eq!(bench.get(&eva).await.ok()["weaveRole"], if etags { "none" } else { "full" });
}

#[tokio::test]
async fn service_accounts_are_made_but_not_changed() {
    let bench = Bench::new(hosted(Hosting::SelfManaged)).await;
    let service = |extension: Value| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bot", "accountType": "SERVICE",
            "urn:ietf:params:scim:schemas:extension:teams:2.0:User": extension,
        })
    };
    bench.post("Users", &service(json!({}))).await.refused(400, Some("invalidValue"));
    bench.post("Users", &service(json!({"defaultTeam": "nowhere"}))).await.refused(400, Some("invalidValue"));
    let made = bench.post("Users", &service(json!({"defaultTeam": "ops"}))).await.ok();
    assert_eq!(
        (made.get("emails"), &made["accountType"], &made["organizationRole"]),
        (None, &json!("SERVICE"), &json!("service"))
    );
    let path = format!("Users/{}", made["id"].as_str().unwrap());
    bench.replace(&path, "active", json!(false)).await.refused(400, Some("mutability"));
    assert_eq!(bench.delete(&path).await.status, 204);
}
