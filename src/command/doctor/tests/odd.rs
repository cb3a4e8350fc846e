//! A small server with habits to choose (docs/src/providers/scim.md#deviations-of-servers), made for these tests:
//! it shares no code with the client.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

/// The server's deviations.
#[derive(Debug, Clone, Default)]
pub struct Odd {
    pub users: usize,
    pub ignores_start: bool,
    pub filter_answers_everybody: bool,
    pub total: Option<u64>,
    pub page: Option<usize>,
    pub refuses_count_above: Option<usize>,
    pub no_groups: bool,
    pub no_patch: bool,
    pub patch_changes_nothing: bool,
    pub removal_empties: bool,
    pub only_put_removes: bool,
    pub delete_deactivates: bool,
    pub ignores_if_match: bool,
    pub takes_only_basic: bool,
    pub cursors: bool,
    pub changes_fail: bool,
    /// No answer shows a group's members.
    pub hides_members: bool,
    /// PATCH that adds a member removes the earlier members.
    pub adding_replaces: bool,
    /// Members are listed by user name.
    pub members_by_name: bool,
    /// A new group is always empty.
    pub creation_drops_members: bool,
    /// PUT of a group keeps the old members.
    pub put_keeps_members: bool,
    /// Of a user's attributes only the user name and `active` are kept.
    pub keeps_little: bool,
}

/// The server's records by list, with their versions.
struct Server {
    odd: Odd,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    users: Vec<Value>,
    groups: Vec<Value>,
    made: u64,
}

/// Starts the server.
pub async fn start(odd: Odd) -> MockServer {
    let users = (0..odd.users)
        .map(|n| {
            json!({"id": format!("u{n}"), "userName": format!("user{n}"), "active": true,
                "emails": [{"value": format!("user{n}@example.com")}], "meta": {"version": "W/\"1\""}})
        })
        .collect();
    let server = MockServer::start().await;
    let state = Mutex::new(State { users, ..State::default() });
    Mock::given(any()).respond_with(Server { odd, state }).mount(&server).await;
    server
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let key = header("authorization").unwrap_or_default();
        if key.is_empty() || (self.odd.takes_only_basic && !key.starts_with("Basic ")) {
            return ResponseTemplate::new(401);
        }
        let path: Vec<&str> = request.url.path().trim_matches('/').split('/').collect();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let body = || serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        if self.odd.changes_fail && ["PATCH", "PUT", "DELETE"].contains(&request.method.as_str()) {
            return error(500);
        }
        match (request.method.as_str(), path.as_slice()) {
            (_, ["Groups", ..]) if self.odd.no_groups => error(404),
            ("GET", [list @ ("Users" | "Groups")]) => {
                let shown: Vec<Value> = state.of(list).iter().map(|record| self.shown(record)).collect();
                self.list(&shown, &request.url)
            }
            ("POST", [list @ ("Users" | "Groups")]) => {
                let mut body = self.kept(body(), &state);
                if self.odd.creation_drops_members && *list == "Groups" {
                    body["members"] = json!([]);
                }
                state.create(list, body)
            }
            (method, [list @ ("Users" | "Groups"), id]) => {
                let Some(at) = state.of(list).iter().position(|record| record["id"] == *id) else { return error(404) };
                if method == "DELETE" {
                    return self.delete(&mut state, list, at);
                }
                let put = self.kept(body(), &state);
                let mut operation = body()["Operations"][0].clone();
                let named = operation["path"].as_str().and_then(|path| path.split('"').nth(1)).map(str::to_owned);
                if let Some(id) = named.filter(|_| self.odd.members_by_name) {
                    let value = self.kept(json!({"members": [{"value": id}]}), &state)["members"][0]["value"].take();
                    operation["path"] = format!("members[value eq {value}]").into();
                }
                if operation["path"] == "members" {
                    operation["value"] = self.kept(json!({"members": operation["value"]}), &state)["members"].take();
                }
                let record = &mut state.of(list)[at];
                let version = record["meta"]["version"].clone();
                let stale = header("if-match").is_some_and(|wanted| version != wanted);
                if method != "GET" && stale && !self.odd.ignores_if_match {
                    return error(412);
                }
                match method {
                    "PATCH" if self.odd.no_patch => return error(405),
                    "PATCH" if self.odd.patch_changes_nothing => {}
                    "PATCH" if !self.patch(record, &operation) => return error(400),
                    "PUT" => {
                        let (meta, members) = (record["meta"].clone(), record["members"].clone());
                        *record = put;
                        record["meta"] = meta;
                        if self.odd.put_keeps_members {
                            record["members"] = members;
                        }
                    }
                    _ => {}
                }
                if method != "GET" {
                    bump(record);
                }
                let version = record["meta"]["version"].as_str().unwrap_or_default().to_owned();
                let shown = self.shown(record);
                ResponseTemplate::new(200).insert_header("ETag", version.as_str()).set_body_json(shown)
            }
            _ => error(404),
        }
    }
}

impl State {
    fn of(&mut self, list: &str) -> &mut Vec<Value> {
        if list == "Users" { &mut self.users } else { &mut self.groups }
    }

    fn create(&mut self, list: &str, mut body: Value) -> ResponseTemplate {
        let name = if list == "Users" { "userName" } else { "displayName" };
        if self.of(list).iter().any(|record| record[name] == body[name]) {
            return error(409);
        }
        self.made += 1;
        body["id"] = format!("{list}-new-{}", self.made).into();
        body["meta"] = json!({"version": "W/\"1\""});
        self.of(list).push(body.clone());
        ResponseTemplate::new(201).set_body_json(body)
    }
}

impl Server {
    /// A record as shown in answers.
    fn shown(&self, record: &Value) -> Value {
        let mut shown = record.clone();
        if self.odd.hides_members && shown.get("members").is_some() {
            shown["members"] = json!([]);
        }
        shown
    }

    /// A body as stored: with the habit of members by name, members are stored by name, whatever the request used.
    fn kept(&self, mut body: Value, state: &State) -> Value {
        if self.odd.keeps_little && body.get("userName").is_some() {
            body.as_object_mut().unwrap().retain(|name, _| ["id", "userName", "active"].contains(&name.as_str()));
        }
        if self.odd.members_by_name {
            for member in body["members"].as_array_mut().into_iter().flatten() {
                let user = state.users.iter().find(|user| user["id"] == member["value"]);
                user.into_iter().for_each(|user| member["value"] = user["userName"].clone());
            }
        }
        body
    }

    fn list(&self, records: &[Value], url: &url::Url) -> ResponseTemplate {
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let count = query("count").and_then(|text| text.parse::<usize>().ok());
        if count.zip(self.odd.refuses_count_above).is_some_and(|(count, most)| count > most) {
            return error(400);
        }
        let wanted = query("filter").filter(|_| !self.odd.filter_answers_everybody);
        let wanted = wanted.and_then(|text| Some(text.split('"').nth(1)?.to_owned()));
        let all: Vec<&Value> =
            records.iter().filter(|user| wanted.as_ref().is_none_or(|name| user["userName"] == **name)).collect();
        let start = query("startIndex").and_then(|text| text.parse::<usize>().ok()).unwrap_or(1).max(1);
        let start = if self.odd.ignores_start { 1 } else { start };
        let most = self.odd.page.unwrap_or(usize::MAX);
        let count = if self.odd.ignores_start { most } else { count.unwrap_or(most).min(most) };
        let page: Vec<&Value> = all.iter().skip(start - 1).take(count).copied().collect();
        let total = self.odd.total.unwrap_or(all.len() as u64);
        let mut body = json!({"totalResults": total, "Resources": page});
        if self.odd.cursors && query("cursor").is_some() {
            body["nextCursor"] = "abc".into();
        }
        ResponseTemplate::new(200).set_body_json(body)
    }

    fn delete(&self, state: &mut State, list: &str, at: usize) -> ResponseTemplate {
        if self.odd.delete_deactivates && list == "Users" {
            state.users[at]["active"] = false.into();
        } else {
            state.of(list).remove(at);
        }
        ResponseTemplate::new(204)
    }

    /// Applies an operation; false means a refusal.
    fn patch(&self, record: &mut Value, op: &Value) -> bool {
        let path = op["path"].as_str().unwrap_or_default();
        let members = record["members"].as_array().cloned().unwrap_or_default();
        match (op["op"].as_str().unwrap_or_default(), path) {
            ("add", "members") if self.odd.adding_replaces => record["members"] = op["value"].clone(),
            ("add", "members") => {
                let more = op["value"].as_array().cloned().unwrap_or_default();
                let more: Vec<Value> = more.into_iter().filter(|new| !members.contains(new)).collect();
                record["members"] = [members, more].concat().into();
            }
            ("remove" | "replace", path) if path.starts_with("members") && self.odd.only_put_removes => {
                return false;
            }
            ("remove", _) if self.odd.removal_empties => record["members"] = json!([]),
            ("remove", path) => {
                let gone = op["value"][0]["value"].as_str().or_else(|| path.split('"').nth(1)).unwrap_or_default();
                record["members"] = members.into_iter().filter(|member| member["value"] != gone).collect();
            }
            (_, path) => record[path] = op["value"].clone(),
        }
        true
    }
}

fn bump(record: &mut Value) {
    let number = record["meta"]["version"].as_str().map(str::len).unwrap_or_default();
    record["meta"]["version"] = format!("W/\"{}\"", "1".repeat(number)).into();
}

fn error(status: u16) -> ResponseTemplate {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string()});
    ResponseTemplate::new(status).set_body_json(body)
}
