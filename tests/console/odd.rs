//! A SCIM server with bad habits, each of them seen in a server that people run
//! (docs/src/providers/scim.md#deviations-of-servers). Shares no code with the client or with the demo server.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use indexmap::IndexMap;
use serde_json::{Value, json};

/// The server's treatment of a PATCH that removes a member.
#[derive(Clone, Copy, PartialEq, Default)]
pub enum Removal {
    /// Any form works.
    #[default]
    Any,
    /// Only `value` works; the filter path is accepted and ignored.
    OnlyValue,
    /// The form with `value` empties the group.
    ValueEmpties,
    /// Only a whole list works.
    OnlyReplace,
}

/// The server's answer about the number of records.
#[derive(Clone, Copy, Default)]
pub enum Total {
    #[default]
    True,
    Wrong(usize),
    Missing,
}

/// Its habits; none by default.
#[derive(Clone, Default)]
pub struct Habits {
    pub users: usize,
    pub ignores_start: bool,
    pub largest_page: Option<usize>,
    pub refuses_count_above: Option<usize>,
    pub total: Total,
    pub filter_gives_everybody: bool,
    pub refuses_filters: bool,
    pub filter_finds_nobody: bool,
    /// Filters compare without regard to case, and `"true"` is `true`.
    pub filter_is_loose: bool,
    /// Anything but the paths as the RFC writes them is a page of HTML.
    pub pages_elsewhere: bool,
    /// `meta.location` and `Location` are relative, and not where the record is.
    pub odd_locations: bool,
    pub patch_changes_nothing: bool,
    pub put_changes_nothing: bool,
    pub no_patch_of_groups: bool,
    pub no_patch_of_users: bool,
    pub answers_without_body: bool,
    pub put_resets_what_is_missing: bool,
    pub removal: Removal,
    pub hides_members: bool,
    pub delete_deactivates: bool,
    pub delete_answers_with_body: bool,
    pub versions_ignored: bool,
    pub cursor_only: bool,
    /// The first so many requests are answered with 429, `X-Retry-After` and a page of HTML.
    pub busy_for: usize,
    /// The answer to the next write is lost: it is done, and the connection breaks off.
    pub loses_one_answer: bool,
    pub config: Option<Value>,
    /// People have `roles`: the first is an admin, the second admin and auditor, the others users.
    pub roles: bool,
    /// The group `fleet` holds the group `crew`.
    pub nested: bool,
}

struct Inner {
    habits: Habits,
    tables: [IndexMap<String, Value>; 2],
    log: Vec<(String, String, Value)>,
    next: usize,
}

/// A running server.
#[derive(Clone)]
pub struct Odd {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Odd {
    /// Starts it with `users` people, `user-1` to `user-n`, and the group `crew` of the first three.
    pub async fn start(habits: Habits) -> Self {
        let user = |n: usize| {
            let record = json!({"id": format!("u{n}"), "userName": format!("user-{n}"), "active": true,
                "emails": [{"value": format!("user-{n}@x.io"), "primary": true}], "x:custom": {"cost": n}});
            let mut record = record;
            if habits.hides_members {
                record["groups"] = json!([{"value": "g1"}]);
            }
            if habits.roles {
                let roles: &[&str] = match n {
                    1 => &["admin"],
                    2 => &["admin", "auditor"],
                    _ => &["user"],
                };
                record["roles"] = roles.iter().map(|role| json!({"value": role})).collect();
            }
            (format!("u{n}"), record)
        };
        let users = (1..=habits.users.max(4)).map(user).collect();
        let members: Vec<Value> = (1..=3).map(|n| json!({"value": format!("u{n}")})).collect();
        let crew = json!({"id": "g1", "displayName": "crew", "members": members, "note": "kept"});
        let mut groups: IndexMap<String, Value> = [("g1".to_owned(), crew)].into_iter().collect();
        if habits.nested {
            let members = json!([{"value": "g1", "type": "Group", "display": "crew"}]);
            groups.insert("g2".into(), json!({"id": "g2", "displayName": "fleet", "members": members}));
        }
        let inner = Arc::new(Mutex::new(Inner { habits, tables: [users, groups], log: Vec::new(), next: 100 }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/scim", listener.local_addr().unwrap());
        let app = Router::new().fallback(handle).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, inner }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// A record as it is.
    pub fn record(&self, id: &str) -> Option<Value> {
        self.inner().tables.iter().find_map(|table| table.get(id).cloned())
    }

    /// Changes a record as somebody else would.
    pub fn alter(&self, id: &str, name: &str, value: Value) {
        let mut inner = self.inner();
        let found = inner.tables.iter_mut().find_map(|table| table.get_mut(id));
        found.unwrap()[name] = value;
    }

    /// Paths of every request.
    pub fn paths(&self) -> Vec<String> {
        self.inner().log.iter().map(|(_, path, _)| path.clone()).collect()
    }

    /// Ids of the crew.
    pub fn crew(&self) -> Vec<String> {
        let crew = self.record("g1").unwrap();
        crew["members"].as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect()
    }

    /// Method, path and body of every write.
    pub fn writes(&self) -> Vec<(String, String, Value)> {
        self.inner().log.iter().filter(|(method, ..)| method != "GET").cloned().collect()
    }
}

async fn handle(
    State(state): State<Arc<Mutex<Inner>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut inner = state.lock().unwrap();
    inner.log.push((method.to_string(), uri.to_string(), body.clone()));
    if inner.habits.busy_for > 0 {
        inner.habits.busy_for -= 1;
        let page = [(header::CONTENT_TYPE, "text/html"), (header::HeaderName::from_static("x-retry-after"), "0")];
        return (StatusCode::TOO_MANY_REQUESTS, page, "<html><title>Slow down</title></html>").into_response();
    }
    let answer = inner.answer(&method, &uri, &headers, body);
    if method != Method::GET && std::mem::take(&mut inner.habits.loses_one_answer) {
        return (StatusCode::BAD_GATEWAY, "").into_response();
    }
    answer
}

fn refuse(status: u16, detail: &str) -> Response {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status, "detail": detail});
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

fn ok(body: &Value) -> Response {
    let version = [(header::ETAG, format!("W/\"{}\"", body.to_string().len()))];
    (StatusCode::OK, version, body.to_string()).into_response()
}

impl Inner {
    fn answer(&mut self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Value) -> Response {
        let path: Vec<&str> = uri.path().trim_start_matches("/scim/").split('/').collect();
        if self.habits.pages_elsewhere && (uri.path().ends_with('/') || uri.path().contains("//")) {
            return ([(header::CONTENT_TYPE, "text/html")], "<html><title>Home</title></html>").into_response();
        }
        let kind = match path[0] {
            "Users" => 0,
            "Groups" => 1,
            "ServiceProviderConfig" => {
                return self.habits.config.as_ref().map_or_else(|| refuse(404, "no such thing"), ok);
            }
            _ if self.habits.pages_elsewhere => {
                return ([(header::CONTENT_TYPE, "text/html")], "<html><title>Home</title></html>").into_response();
            }
            _ => return refuse(404, "no such thing"),
        };
        match (method.as_str(), path.get(1)) {
            ("GET", None) => self.list(kind, uri.query().unwrap_or_default()),
            ("POST", None) => self.create(kind, body),
            (_, Some(id)) if !self.tables[kind].contains_key(*id) => refuse(404, "gone"),
            ("GET", Some(id)) => ok(&self.shown(kind, id)),
            ("DELETE", Some(id)) => self.delete(kind, id),
            ("PUT", Some(id)) => self.put(kind, id, headers, body),
            ("PATCH", Some(id)) => self.patch(kind, id, &body),
            _ => refuse(405, "not here"),
        }
    }

    fn shown(&self, kind: usize, id: &str) -> Value {
        let mut record = self.tables[kind][id].clone();
        if kind == 1 && self.habits.hides_members {
            record.as_object_mut().unwrap().remove("members");
        }
        record
    }

    fn list(&self, kind: usize, query: &str) -> Response {
        let asked = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let number = |name: &str| asked(name).and_then(|text| text.parse::<usize>().ok());
        let habits = &self.habits;
        if habits.cursor_only && asked("startIndex").is_some_and(|start| start != "1") {
            return refuse(400, "use cursors");
        }
        if !habits.cursor_only && asked("cursor").is_some() {
            return refuse(501, "no cursors here");
        }
        if number("count").is_some_and(|count| habits.refuses_count_above.is_some_and(|most| count > most)) {
            return refuse(400, "count is too large");
        }
        if habits.refuses_filters && asked("filter").is_some() {
            return refuse(400, "no filters here");
        }
        let mut ids: Vec<&String> = self.tables[kind].keys().collect();
        if let Some(filter) = asked("filter").filter(|_| !habits.filter_gives_everybody) {
            let wanted = filter.split('"').nth(1).unwrap_or_default().to_owned();
            let attribute = filter.split(' ').next().unwrap_or_default().to_owned();
            ids.retain(|id| {
                let held = &self.tables[kind][*id][&attribute];
                let text = held.as_str().map_or_else(|| held.to_string(), str::to_owned);
                let loose = habits.filter_is_loose && text.eq_ignore_ascii_case(&wanted);
                !habits.filter_finds_nobody && (loose || *held == wanted)
            });
        }
        let all = ids.len();
        let page = number("count").unwrap_or(all).min(habits.largest_page.unwrap_or(usize::MAX));
        let start = match asked("cursor") {
            Some(cursor) if habits.cursor_only => cursor.parse().unwrap_or(0),
            _ if habits.ignores_start => 0,
            _ => number("startIndex").unwrap_or(1).saturating_sub(1),
        };
        let records: Vec<Value> = ids.into_iter().skip(start).take(page).map(|id| self.shown(kind, id)).collect();
        let mut answer = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "itemsPerPage": null, "startIndex": null});
        match habits.total {
            Total::Missing => {}
            Total::Wrong(said) => answer["totalResults"] = said.into(),
            Total::True => answer["totalResults"] = all.into(),
        }
        if habits.cursor_only && start + records.len() < all {
            answer["nextCursor"] = (start + records.len()).to_string().into();
        }
        answer["Resources"] = records.into();
        ok(&answer)
    }

    fn create(&mut self, kind: usize, mut body: Value) -> Response {
        self.next += 1;
        let id = format!("n{}", self.next);
        body["id"] = id.clone().into();
        if self.habits.odd_locations {
            body["meta"] = json!({"location": format!("users/{id}")});
        }
        self.tables[kind].insert(id.clone(), body.clone());
        let location = if self.habits.odd_locations { format!("users/{id}/") } else { format!("Users/{id}") };
        (StatusCode::CREATED, [(header::LOCATION, location)], body.to_string()).into_response()
    }

    fn delete(&mut self, kind: usize, id: &str) -> Response {
        if kind == 0 && self.habits.delete_deactivates {
            self.tables[0][id]["active"] = false.into();
        } else {
            self.tables[kind].shift_remove(id);
        }
        if self.habits.delete_answers_with_body {
            ok(&json!({"deleted": id}))
        } else {
            StatusCode::NO_CONTENT.into_response()
        }
    }

    fn put(&mut self, kind: usize, id: &str, headers: &HeaderMap, mut body: Value) -> Response {
        let version = format!("W/\"{}\"", self.shown(kind, id).to_string().len());
        let asked = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        if !self.habits.versions_ignored && asked.is_some_and(|asked| asked != version) {
            return refuse(412, "stale");
        }
        if self.habits.put_resets_what_is_missing && kind == 0 && body.get("active").is_none() {
            body["active"] = false.into();
        }
        body["id"] = id.into();
        if !self.habits.put_changes_nothing {
            self.tables[kind].insert(id.to_owned(), body);
        }
        ok(&self.shown(kind, id))
    }

    fn patch(&mut self, kind: usize, id: &str, body: &Value) -> Response {
        if (kind == 1 && self.habits.no_patch_of_groups) || (kind == 0 && self.habits.no_patch_of_users) {
            return refuse(405, "PATCH is not supported");
        }
        if !self.habits.patch_changes_nothing {
            for operation in body["Operations"].as_array().unwrap() {
                self.operate(kind, id, operation);
            }
        }
        if self.habits.answers_without_body {
            StatusCode::NO_CONTENT.into_response()
        } else {
            ok(&self.shown(kind, id))
        }
    }

    fn operate(&mut self, kind: usize, id: &str, operation: &Value) {
        let removal = self.habits.removal;
        let record = self.tables[kind].get_mut(id).unwrap();
        let (op, path, value) = (operation["op"].as_str().unwrap(), operation["path"].as_str(), &operation["value"]);
        let named = |value: &Value| -> Vec<String> {
            value.as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect()
        };
        let mut take = |gone: &[String]| {
            record["members"].as_array_mut().unwrap().retain(|one| !gone.iter().any(|id| one["value"] == **id));
        };
        match (op, path) {
            ("add", Some("members")) => {
                let more = value.as_array().unwrap().clone();
                record["members"].as_array_mut().unwrap().extend(more);
            }
            ("replace", Some("members")) => record["members"] = value.clone(),
            ("remove", Some("members")) => match removal {
                Removal::ValueEmpties => record["members"] = json!([]),
                Removal::OnlyReplace => {}
                Removal::Any | Removal::OnlyValue => take(&named(value)),
            },
            ("remove", Some(path)) if removal == Removal::Any || removal == Removal::ValueEmpties => {
                take(&[path.split('"').nth(1).unwrap().to_owned()]);
            }
            ("remove", Some(_)) => {}
            (_, Some(path)) => record[path] = value.clone(),
            (_, None) => value.as_object().unwrap().iter().for_each(|(key, value)| record[key] = value.clone()),
        }
    }
}
