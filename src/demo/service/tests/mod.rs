//! Tests of the demo server through a client: real HTTP, checked against the documents.

mod faults;
mod graphql;
mod groups;
mod habits;
mod providers;
mod rfc;
mod roles;
mod seed;
mod users;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{DemoOptions, RunningDemo, start};

const KEY: &str = "test-key-1";

/// An answer.
struct Got {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a successful answer.
    fn ok(self) -> Value {
        assert!(self.status == 200 || self.status == 201, "{} {}", self.status, self.text);
        self.json()
    }

    /// The detail of a SCIM error, whose format is checked.
    fn refused(&self, status: u16, scim_type: Option<&str>) -> String {
        let body = self.json();
        assert_eq!(self.status, status, "{body}");
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(body["status"], status.to_string());
        assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{body}");
        body["detail"].as_str().unwrap().to_owned()
    }
}

/// A server and a client with its key.
struct Bench {
    server: RunningDemo,
    client: Client,
}

impl Bench {
    async fn new(options: DemoOptions) -> Self {
        let server = start(DemoOptions { key: Some(KEY.to_owned()), ..options }).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { server, client }
    }

    async fn wandb() -> Self {
        Self::new(DemoOptions::default()).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.server.url())
    }

    async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> reqwest::Result<Got> {
        let mut request = self.client.request(method, self.url(path)).bearer_auth(KEY);
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Got { status, headers, text: response.text().await? })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Got {
        self.try_send(method, path, &[], Some(body)).await.unwrap()
    }

    async fn get(&self, path: &str) -> Got {
        self.try_send(Method::GET, path, &[], None).await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> Got {
        self.send(Method::POST, path, body).await
    }

    async fn put(&self, path: &str, body: &Value) -> Got {
        self.send(Method::PUT, path, body).await
    }

    async fn delete(&self, path: &str) -> Got {
        self.try_send(Method::DELETE, path, &[], None).await.unwrap()
    }

    /// Sends a PATCH with these operations.
    async fn patch(&self, path: &str, operations: Value) -> Got {
        self.send(Method::PATCH, path, &patch_body(operations)).await
    }

    /// Sends a PATCH with a single replace.
    async fn replace(&self, path: &str, attribute: &str, value: Value) -> Got {
        self.patch(path, json!([{"op": "replace", "path": attribute, "value": value}])).await
    }

    /// The first resource that a filter finds, or `null`.
    async fn find(&self, place: &str, attribute: &str, value: &str) -> Value {
        let filter: String =
            url::form_urlencoded::byte_serialize(format!("{attribute} eq {value:?}").as_bytes()).collect();
        let list = self.get(&format!("{place}?filter={filter}")).await.ok();
        list["Resources"].get(0).cloned().unwrap_or_default()
    }

    /// The path of a user or group found by name.
    async fn path(&self, place: &str, attribute: &str, value: &str) -> String {
        let found = self.find(place, attribute, value).await;
        format!("{place}/{}", found["id"].as_str().unwrap())
    }

    async fn user(&self, user_name: &str) -> String {
        self.path("Users", "userName", user_name).await
    }

    async fn team(&self, name: &str) -> String {
        self.path("Groups", "displayName", name).await
    }

    /// Creates a person and returns the path of the record.
    async fn new_user(&self, user_name: &str) -> String {
        let made = self.post("Users", &person(user_name)).await.ok();
        format!("Users/{}", made["id"].as_str().unwrap())
    }
}

fn patch_body(operations: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

fn person(user_name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": user_name,
        "emails": [{"primary": true, "value": format!("{user_name}@test.com")}],
    })
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|value| json!({ "value": value })).collect();
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members})
}

fn id_of(path: &str) -> &str {
    path.split_once('/').unwrap().1
}
