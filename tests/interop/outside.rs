//! The server seen without the console: what is asked of it here shares no code with the client under test.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Where the server is.
pub const URL: &str = "SCIMITAR_INTEROP_URL";
/// The server's bearer token; without it the server must need none.
pub const KEY: &str = "SCIMITAR_INTEROP_KEY";

/// The server's address.
pub fn url() -> String {
    let url = std::env::var(URL).unwrap_or_else(|_| panic!("set {URL} to a SCIM server's base, or run .ci/interop"));
    url.trim_end_matches('/').to_owned()
}

/// The server's key.
pub fn key() -> Option<String> {
    std::env::var(KEY).ok()
}

/// A second client.
pub struct Outside {
    http: Client,
    run: String,
}

impl Outside {
    /// With names of its own, so that runs don't meet.
    pub fn new() -> Self {
        // On this machine: no proxy, no certificates.
        let http = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { http, run: format!("{:08x}", getrandom::u32().unwrap()) }
    }

    /// A name that nobody has.
    pub fn unique(&self, word: &str) -> String {
        format!("{word}-{}", self.run)
    }

    /// Makes users, and gives their ids.
    pub async fn make_users(&self, word: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for n in 0..count {
            let name = format!("{}-{n:03}", self.unique(word));
            let body = json!({
                "schemas": [USER], "userName": name, "displayName": format!("Person {n}"), "active": true,
                "name": {"givenName": "Person", "familyName": n.to_string()},
                "emails": [{"value": format!("{name}@example.com"), "primary": true}],
            });
            ids.push(self.post("Users", &body).await["id"].as_str().unwrap().to_owned());
        }
        ids
    }

    /// One record; `None` where there is none.
    pub async fn get(&self, list: &str, id: &str) -> Option<Value> {
        let (status, body) = self.send(Method::GET, &[list, id], &[], None).await;
        assert!([200, 404].contains(&status), "GET {list}/{id}: {status} {body}");
        (status == 200).then_some(body)
    }

    /// The only record of a name.
    pub async fn named(&self, list: &str, attribute: &str, name: &str) -> Value {
        let filter = format!("{attribute} eq {}", json!(name));
        let (_, mut body) = self.send(Method::GET, &[list], &[("filter", &filter)], None).await;
        assert_eq!(body["totalResults"], 1, "{filter}: {body}");
        body["Resources"][0].take()
    }

    /// All ids of a list, in order, by pages of another size than the client's.
    pub async fn ids(&self, list: &str) -> Vec<String> {
        let mut ids = Vec::new();
        loop {
            let start = (ids.len() + 1).to_string();
            let (_, body) = self.send(Method::GET, &[list], &[("startIndex", &start), ("count", "37")], None).await;
            let page = body["Resources"].as_array().cloned().unwrap_or_default();
            ids.extend(page.iter().map(|record| record["id"].as_str().unwrap().to_owned()));
            if page.is_empty() || ids.len() as u64 >= body["totalResults"].as_u64().unwrap() {
                ids.sort();
                return ids;
            }
        }
    }

    /// Makes a record.
    pub async fn post(&self, list: &str, body: &Value) -> Value {
        let (status, body) = self.send(Method::POST, &[list], &[], Some(body)).await;
        assert_eq!(status, 201, "{body}");
        body
    }

    /// Changes a record.
    pub async fn patch(&self, list: &str, id: &str, op: &Value) {
        let body = json!({"schemas": [PATCH], "Operations": [op]});
        let (status, body) = self.send(Method::PATCH, &[list, id], &[], Some(&body)).await;
        assert!([200, 204].contains(&status), "{status} {body}");
    }

    /// Deletes records.
    pub async fn delete_all(&self, list: &str, ids: &[String]) {
        for id in ids {
            let (status, body) = self.send(Method::DELETE, &[list, id], &[], None).await;
            assert_eq!(status, 204, "{body}");
        }
    }

    async fn send(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: Option<&Value>) -> (u16, Value) {
        let text = format!("{}/{}", url(), path.join("/"));
        let target = if query.is_empty() { Url::parse(&text) } else { Url::parse_with_params(&text, query) }.unwrap();
        let mut request = self.http.request(method, target);
        if let Some(key) = key() {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/scim+json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}
