//! Grafana and Datasaur.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::{DemoOptions, Provider};
use super::{Bench, KEY, person};

async fn bench(provider: Provider) -> Bench {
    Bench::new(DemoOptions { provider, ..DemoOptions::default() }).await
}

fn known(user_name: &str, external_id: Value) -> Value {
    let mut body = person(user_name);
    body["externalId"] = external_id;
    body
}

/// An answer from anywhere on the server.
async fn at(bench: &Bench, method: Method, path: &str, key: &str) -> (u16, Value) {
    let url = format!("http://{}{path}", bench.server.addr());
    let answer = bench.client.request(method, url).bearer_auth(key).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

#[tokio::test]
async fn grafana_wants_an_external_id_that_is_no_number() {
    let bench = bench(Provider::Grafana).await;
    assert!(bench.server.url().ends_with("/apis/scim.grafana.app/v0alpha1/namespaces/default"));
    for bad in [Value::Null, json!(" "), json!("4711")] {
        bench.post("Users", &known("ann", bad)).await.refused(400, Some("invalidValue"));
    }
    let made = bench.post("Users", &known("ann", json!("idp|ann"))).await;
    assert_eq!((made.status, &made.json()["externalId"]), (201, &json!("idp|ann")));
    let eva = bench.find("Users", "userName", "eva-tanaka").await;
    assert_eq!(eva["externalId"], "idp|eva-tanaka");
}

#[tokio::test]
async fn grafana_takes_over_whoever_has_the_address() {
    let bench = bench(Provider::Grafana).await;
    let eva = bench.find("Users", "userName", "eva-tanaka").await;
    let mut body = known("e-tanaka", json!("idp|42-eva"));
    body["emails"] = eva["emails"].clone();
    let taken = bench.post("Users", &body).await.ok();
    assert_eq!(
        (&taken["id"], &taken["userName"], &taken["externalId"]),
        (&eva["id"], &json!("e-tanaka"), &json!("idp|42-eva"))
    );
    assert_eq!(bench.get("Users").await.ok()["totalResults"], 250);
    bench.post("Users", &known("demo-admin", json!("x"))).await.refused(409, Some("uniqueness"));
}

#[tokio::test]
async fn grafana_disables_in_the_place_of_deleting() {
    let bench = bench(Provider::Grafana).await;
    let path = bench.user("eva-tanaka").await;
    assert_eq!(bench.delete(&path).await.status, 204);
    assert_eq!(bench.get(&path).await.ok()["active"], false);
}

#[tokio::test]
async fn grafana_tells_roles_and_settings_beside_scim() {
    let bench = bench(Provider::Grafana).await;
    let (status, users) = at(&bench, Method::GET, "/api/org/users", KEY).await;
    let all = users.as_array().unwrap();
    assert_eq!((status, all.len()), (200, 250));
    let role = |login: &str| all.iter().find(|user| user["login"] == login).unwrap()["role"].clone();
    assert_eq!([role("demo-admin"), role("eva-tanaka")], ["Admin", "Editor"]);
    let change = at(&bench, Method::PATCH, "/api/org/users/2", KEY).await;
    assert_eq!((change.0, &change.1["message"]), (403, &json!("Cannot update external User")));
    let config = bench.get("config/default").await.ok();
    assert_eq!((&config["kind"], &config["spec"]["enableGroupSync"]), (&json!("SCIMConfig"), &json!(true)));
    let spec = json!({"enableUserSync": true, "enableGroupSync": false});
    bench.put("config/default", &json!({"kind": "SCIMConfig", "spec": spec})).await.ok();
    assert_eq!(bench.get("config/default").await.ok()["spec"]["enableGroupSync"], false);
}

#[rstest]
#[case::scim("/apis/scim.grafana.app/v0alpha1/namespaces/default/Users/none", KEY, 404, "detail")]
#[case::namespace("/apis/scim.grafana.app/v0alpha1/namespaces/stacks-1/Users", KEY, 403, "kind")]
#[case::nothing("/apis/scim.grafana.app/v0alpha1/namespaces/default/Roles", KEY, 404, "kind")]
#[case::api("/api/nothing", KEY, 404, "message")]
#[case::key("/apis/scim.grafana.app/v0alpha1/namespaces/default/Users", "wrong", 401, "message")]
#[tokio::test]
async fn grafana_refuses_in_three_shapes(
    #[case] path: &str,
    #[case] key: &str,
    #[case] status: u16,
    #[case] has: &str,
) {
    let bench = bench(Provider::Grafana).await;
    let (got, body) = at(&bench, Method::GET, path, key).await;
    let shape = ["detail", "kind", "message"].into_iter().find(|name| body.get(name).is_some());
    assert_eq!((got, shape), (status, Some(has)), "{body}");
}

#[tokio::test]
async fn datasaur_lets_go_of_people_in_its_workspace() {
    let bench = bench(Provider::Datasaur).await;
    assert!(bench.server.url().ends_with("/api/teams/4711/scim/v2"));
    let (eva, ann) = (bench.user("eva-tanaka").await, bench.new_user("ann").await);
    assert_eq!(bench.replace(&eva, "active", json!(false)).await.ok()["active"], false);
    bench.get(&eva).await.refused(404, None);
    assert_eq!(bench.delete(&ann).await.status, 204);
    let (status, _) = at(&bench, Method::GET, "/api/teams/1/scim/v2/Users", KEY).await;
    assert_eq!(status, 404);
}
