//! The plain SCIM provider.

use std::collections::HashSet;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::{DemoOptions, Provider};
use super::{Bench, group, id_of, patch_body, person};

async fn plain() -> Bench {
    Bench::new(DemoOptions { provider: Provider::Scim, ..DemoOptions::default() }).await
}

fn member_ids(group: &Value) -> Vec<&str> {
    group["members"].as_array().unwrap().iter().map(|member| member["value"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_root_and_the_keys_are_those_of_the_rfc() {
    let bench = plain().await;
    assert!(bench.server.url().ends_with("/scim/v2"));
    let eva = bench.find("Users", "userName", "EVA-tanaka").await;
    assert_eq!(eva["name"], json!({"formatted": "Eva Tanaka", "givenName": "Eva", "familyName": "Tanaka"}));
    assert_eq!(eva["emails"], json!([{"value": "eva.tanaka@example.com", "type": "work", "primary": true}]));
    let id = eva["id"].as_str().unwrap();
    assert_eq!(eva["meta"]["location"], bench.url(&format!("Users/{id}")));
    for absent in ["accountType", "teamRoles", "modelsSeat", "lastActiveAt"] {
        assert_eq!(eva.get(absent), None);
    }
    let team = bench.get(&format!("Groups/{}", eva["groups"][0]["value"].as_str().unwrap())).await.ok();
    let member = team["members"].as_array().unwrap().iter().find(|member| member["value"] == id).unwrap();
    assert_eq!(*member, json!({"value": id, "display": "Eva Tanaka", "$ref": bench.url(&format!("Users/{id}"))}));
    let bare = bench.get("Groups?excludedAttributes=members").await.ok();
    assert!(bare["Resources"].as_array().unwrap().iter().all(|team| team.get("members").is_none()));
}

#[tokio::test]
async fn pages_are_small_and_complete() {
    let bench = plain().await;
    assert_eq!(bench.get("Users").await.ok()["itemsPerPage"], 100);
    let mut seen = HashSet::new();
    for (start, expected) in [(1, 200), (201, 50), (251, 0)] {
        let list = bench.get(&format!("Users?startIndex={start}&count=1000")).await.ok();
        assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(250), &json!(expected)));
        seen.extend(list["Resources"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 250);
    bench.get("Users?count=many").await.refused(400, Some("invalidValue"));
}

#[rstest]
#[case("userName sw \"eva-t\" and active eq true", 1)]
#[case("emails.value eq \"EVA.tanaka@example.com\"", 1)]
#[case("displayName co \"Tanaka\" and userName eq \"nobody\"", 0)]
#[case("userName eq \"eva-tanaka\" or userName eq \"demo-admin\"", 2)]
#[tokio::test]
async fn filters_are_evaluated(#[case] filter: &str, #[case] expected: usize) {
    let bench = plain().await;
    let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    assert_eq!(bench.get(&format!("Users?filter={filter}")).await.ok()["totalResults"], expected);
}

#[tokio::test]
async fn a_user_lives() {
    let bench = plain().await;
    let made = bench.post("Users", &person("ann")).await;
    assert_eq!((made.status, made.header("location").starts_with(bench.server.url())), (201, true));
    let path = format!("Users/{}", made.json()["id"].as_str().unwrap());
    bench.post("Users", &person("ANN")).await.refused(409, Some("uniqueness"));

    let operations = json!([
        {"op": "replace", "path": "name.familyName", "value": "Archer"},
        {"op": "replace", "value": {"active": false, "externalId": "hr-1"}},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "archer@test.com"},
    ]);
    let after = bench.patch(&path, operations).await.ok();
    assert_eq!(
        (&after["name"]["familyName"], &after["active"], &after["externalId"]),
        (&json!("Archer"), &json!(false), &json!("hr-1"))
    );
    assert_eq!(bench.find("Users", "emails.value", "archer@test.com").await["id"], after["id"]);

    let half = json!([{"op": "replace", "path": "displayName", "value": "X"}, {"op": "replace", "path": "active", "value": "False"}]);
    bench.patch(&path, half).await.refused(400, Some("invalidValue"));
    assert_eq!(bench.get(&path).await.ok(), after, "all operations or none");

    let put = bench.put(&path, &person("ann-2")).await.ok();
    assert_eq!((&put["userName"], &put["active"], put.get("externalId")), (&json!("ann-2"), &json!(true), None));
    assert_eq!(bench.find("Users", "userName", "ann").await, Value::Null);
    assert_eq!(bench.delete(&path).await.status, 204);
    bench.get(&path).await.refused(404, None);
}

#[tokio::test]
async fn a_group_lives() {
    let bench = plain().await;
    let (ann, ben) = (bench.new_user("ann").await, bench.new_user("ben").await);
    let (ann, ben) = (id_of(&ann), id_of(&ben));
    let made = bench.post("Groups", &group("mine", &[ann])).await.ok();
    let path = format!("Groups/{}", made["id"].as_str().unwrap());

    let operations = json!([
        {"op": "Add", "path": "members", "value": [{"value": ben}, {"value": ann}]},
        {"op": "replace", "path": "displayName", "value": "ours"},
    ]);
    let answer = bench.patch(&path, operations).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let after = bench.get(&path).await.ok();
    assert_eq!((&after["displayName"], member_ids(&after)), (&json!("ours"), vec![ann, ben]));

    bench.patch(&path, json!([{"op": "remove", "path": format!("members[value eq \"{ann}\"]")}])).await;
    assert_eq!(member_ids(&bench.get(&path).await.ok()), [ben]);
    bench.patch(&path, json!([{"op": "replace", "path": "members", "value": []}])).await;
    assert_eq!(member_ids(&bench.get(&path).await.ok()), [""; 0]);
    let put = bench.put(&path, &group("ours", &[ann, ben])).await.ok();
    assert_eq!(member_ids(&put), [ann, ben]);
    bench.put(&path, &group("vision", &[])).await.refused(409, Some("uniqueness"));

    assert_eq!(bench.delete(&path).await.status, 204);
    bench.get(&path).await.refused(404, None);
    assert_eq!(bench.get(&format!("Users/{ann}")).await.ok()["groups"], json!([]));
}

#[tokio::test]
async fn versions_guard_reads_and_writes() {
    let bench = plain().await;
    let path = bench.new_user("ann").await;
    let tag = bench.get(&path).await.header("etag").to_owned();
    let unchanged = bench.try_send(Method::GET, &path, &[("if-none-match", &tag)], None).await.unwrap();
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    bench.replace(&path, "displayName", json!("Ann")).await.ok();
    let body = patch_body(json!([{"op": "replace", "path": "displayName", "value": "Late"}]));
    bench.try_send(Method::PATCH, &path, &[("if-match", &tag)], Some(&body)).await.unwrap().refused(412, None);
    bench.try_send(Method::DELETE, &path, &[("if-match", &tag)], None).await.unwrap().refused(412, None);
}

#[tokio::test]
async fn the_server_describes_itself() {
    let bench = plain().await;
    let config = bench.get("ServiceProviderConfig").await.ok();
    assert_eq!((&config["patch"]["supported"], &config["bulk"]["supported"]), (&json!(true), &json!(false)));
    assert_eq!(bench.get("ResourceTypes").await.ok()["totalResults"], 2);
    let schema = bench.get("Schemas/urn:ietf:params:scim:schemas:core:2.0:Group").await.ok();
    assert_eq!(schema["attributes"][1]["name"], "members");
    bench.post("Bulk", &json!({})).await.refused(501, None);
    bench.get("Roles").await.refused(404, None);
    bench.get("Schemas?filter=x").await.refused(403, None);
}

#[tokio::test]
async fn groups_keep_their_external_id() {
    let bench = plain().await;
    let mut body = group("maps", &[]);
    body["externalId"] = json!("g-1");
    let made = bench.post("Groups", &body).await.ok();
    let path = format!("Groups/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get(&path).await.ok()["externalId"], "g-1");
    assert_eq!(bench.replace(&path, "displayName", json!("atlas")).await.status, 204);
    assert_eq!(bench.find("Groups", "externalId", "g-1").await["displayName"], "atlas");
    assert_eq!(bench.replace(&path, "externalId", json!("g-2")).await.status, 204);
    assert_eq!(bench.get(&path).await.ok()["externalId"], "g-2");
}

#[tokio::test]
async fn extensions_are_told_shown_and_set_by_their_schema() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:1.0:User";
    let bench = plain().await;
    let types = bench.get("ResourceTypes/User").await.ok();
    assert_eq!(types["schemaExtensions"][0], json!({"schema": ENTERPRISE, "required": false}));
    let schema = bench.get(&format!("Schemas/{ENTERPRISE}")).await.ok();
    assert_eq!((&schema["name"], &schema["attributes"][4]["name"]), (&json!("Enterprise User"), &json!("department")));
    let groups = bench.get("Schemas/urn:ietf:params:scim:schemas:core:2.0:Group").await.ok();
    let parts = groups["attributes"].as_array().unwrap().last().unwrap()["subAttributes"].clone();
    assert_eq!((&parts[1]["mutability"], &parts[2]["referenceTypes"]), (&json!("readOnly"), &json!(["User"])));

    let eva = bench.find("Users", "userName", "eva-tanaka").await;
    assert_eq!(eva["schemas"].as_array().unwrap().len(), 3);
    assert_eq!(eva[ENTERPRISE]["manager"]["displayName"], "Demo Admin");
    let path = bench.user("eva-tanaka").await;
    let set = async |path_of: &str, value: Value| {
        let operation = if value.is_null() {
            json!({"op": "remove", "path": path_of})
        } else {
            json!({"op": "replace", "path": path_of, "value": value})
        };
        bench.patch(&path, json!([operation])).await
    };
    let department = format!("{ENTERPRISE}:Department");
    assert_eq!(set(&department, json!("Sales")).await.ok()[ENTERPRISE]["department"], "Sales");
    assert_eq!(
        bench.get(&format!("Users?filter={department} eq \"sales\" and userName sw \"eva-t\"")).await.ok()["totalResults"],
        1
    );
    assert_eq!(set("title", json!("Dr")).await.ok()["title"], "Dr");
    assert_eq!(set("title", Value::Null).await.ok().get("title"), None);
    let shown = set(WORKPLACE, json!({"desk": 7, "pin": "0000"})).await.ok();
    assert_eq!((&shown[WORKPLACE]["desk"], shown[WORKPLACE].get("pin")), (&json!(7), None));

    set(&format!("{WORKPLACE}:desk"), json!("7")).await.refused(400, Some("invalidValue"));
    set(&format!("{ENTERPRISE}:manager.value"), json!("nobody")).await.refused(400, Some("invalidValue"));
    set(&format!("{ENTERPRISE}:employeeNumber"), json!("1")).await.refused(400, Some("mutability"));
    set(&format!("{WORKPLACE}:badge"), json!("B-1")).await.refused(400, Some("mutability"));
}
