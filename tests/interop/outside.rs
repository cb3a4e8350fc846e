//! The server seen without the console: what is asked of it here shares no code with the client under test.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

use super::servers::server;

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
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

/// The contents of the server: users by user name, and members of groups by their names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directory {
    pub users: BTreeMap<String, Person>,
    pub groups: BTreeMap<String, BTreeSet<String>>,
}

/// A user.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub active: bool,
    pub roles: Vec<String>,
    /// All other attributes that are not empty.
    pub rest: Value,
}

impl Person {
    /// An active person with nothing else.
    pub fn new(name: &str, email: &str) -> Self {
        Self { name: name.into(), email: email.into(), active: true, roles: vec![], rest: json!({}) }
    }

    fn of(user: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut emails = user["emails"].as_array().cloned().unwrap_or_default();
        let main = emails.iter().position(|one| one["primary"] == true).unwrap_or(0);
        let main = if main < emails.len() { emails.remove(main) } else { Value::Null };
        let mut rest = user.as_object().unwrap().clone();
        rest.insert("emails".into(), emails.into());
        let told = ["schemas", "id", "userName", "displayName", "name", "active", "roles", "groups", "meta"];
        rest.retain(|name, value| {
            let empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
            !told.contains(&name.as_str()) && !empty
        });
        let roles = user["roles"].as_array().into_iter().flatten().map(|role| text(&role["value"]));
        Self {
            name: text(&user["displayName"]),
            email: text(&main["value"]),
            active: user["active"] == true,
            roles: roles.collect(),
            rest: rest.into(),
        }
    }
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

    /// Makes a group. A server may leave its members out, which are added then.
    pub async fn make_group(&self, name: &str, ids: &[String]) -> String {
        let members: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
        let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
        let group = self.post("Groups", &body).await;
        let id = group["id"].as_str().unwrap();
        if group["members"].as_array().is_none_or(Vec::is_empty) && !ids.is_empty() {
            self.patch("Groups", id, &json!({"op": "add", "path": "members", "value": members})).await;
        }
        id.to_owned()
    }

    /// All of it.
    pub async fn directory(&self) -> Directory {
        let users = self.all("Users").await;
        let name_of: BTreeMap<&str, &str> =
            users.iter().map(|user| (user["id"].as_str().unwrap(), user["userName"].as_str().unwrap())).collect();
        let groups = self.all("Groups").await.into_iter().map(|group| {
            let members = group["members"].as_array().into_iter().flatten();
            let ids = members.map(|member| member["value"].as_str().unwrap());
            let ids = ids.filter(|id| name_of.contains_key(id) || !server().keeps_deleted_members);
            let names: Vec<String> = ids.map(|id| name_of[id].to_owned()).collect();
            let all = names.len();
            let names: BTreeSet<String> = names.into_iter().collect();
            assert_eq!(names.len(), all, "somebody is in it twice: {group}");
            (group["displayName"].as_str().unwrap().to_owned(), names)
        });
        let groups = groups.collect();
        let users =
            users.iter().map(|user| (user["userName"].as_str().unwrap().to_owned(), Person::of(user))).collect();
        Directory { users, groups }
    }

    /// Deletes what has one of this run's names.
    pub async fn clear(&self) {
        for (list, name) in [("Groups", "displayName"), ("Users", "userName")] {
            let mut all = self.all(list).await;
            all.retain(|record| record[name].as_str().unwrap().contains(&self.run));
            let ids: Vec<String> = all.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
            self.delete_all(list, &ids).await;
        }
    }

    /// A single record; `None` if there is none.
    pub async fn get(&self, list: &str, id: &str) -> Option<Value> {
        let (status, body) = self.send(Method::GET, &[list, id], &[], None).await;
        assert!([200, 404].contains(&status), "GET {list}/{id}: {status} {body}");
        (status == 200).then_some(body)
    }

    /// The only record of a name.
    pub async fn named(&self, list: &str, attribute: &str, name: &str) -> Value {
        let mut found = self.all(list).await;
        found.retain(|record| record[attribute] == name);
        assert_eq!(found.len(), 1, "{attribute} {name}: {found:?}");
        found.remove(0)
    }

    /// All ids of a list, in order.
    pub async fn ids(&self, list: &str) -> Vec<String> {
        let mut ids: Vec<String> =
            self.all(list).await.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    /// All of a list, by pages of another size than the client's; those that can be read.
    async fn all(&self, list: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let start = (all.len() + 1).to_string();
            let (_, body) = self.send(Method::GET, &[list], &[("startIndex", &start), ("count", "37")], None).await;
            let page = body["Resources"].as_array().cloned().unwrap_or_default();
            let new = page.into_iter().filter(|record| !all.iter().any(|known| known["id"] == record["id"]));
            let new: Vec<Value> = new.collect();
            let ended = new.is_empty();
            all.extend(new);
            if ended || all.len() as u64 >= body["totalResults"].as_u64().unwrap() {
                return all;
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
