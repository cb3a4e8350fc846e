//! A small SCIM server on loopback. A case overrides its behavior; a test inspects its records and its request log.

use base64::{Engine, prelude::BASE64_STANDARD};
use std::{
    net::TcpListener,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State as Shared,
    http::{HeaderMap, Method, Response, Uri, header},
};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::state::{ResourceType, State, patch};

/// The key that every case takes.
pub const KEY: &str = "key-of-the-field-tests";

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// The response that a record is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownIn {
    /// A page of a list.
    List,
    /// The answer to a GET of the record.
    Get,
    /// The answer to the POST, PUT or PATCH of the record.
    Write,
}

/// A request in the log.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    pub path: String,
    /// The parameters of the query, decoded.
    pub query: Vec<(String, String)>,
    /// `null` without a JSON body.
    pub body: Value,
    /// The header `If-Match`.
    pub if_match: Option<String>,
}

impl Request {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `startIndex`, counted from 1.
    pub fn start(&self) -> usize {
        self.parameter("startIndex").and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
    }

    pub fn is_write(&self) -> bool {
        self.method != Method::GET
    }
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(header::HeaderName, &'static str)>,
    body: String,
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: vec![(header::CONTENT_TYPE, "application/scim+json")], body: body.to_string() }
    }

    /// JSON as it stands here.
    pub fn text(body: String) -> Self {
        Self { status: 200, headers: vec![(header::CONTENT_TYPE, "application/scim+json")], body }
    }

    pub fn error(status: u16, detail: &str) -> Self {
        Self::json(status, &json!({"schemas": [ERROR], "status": status.to_string(), "detail": detail}))
    }

    /// A web page.
    pub fn html(status: u16, body: &str) -> Self {
        Self { status, headers: vec![(header::CONTENT_TYPE, "text/html")], body: body.to_owned() }
    }

    /// The same with another header.
    pub fn with(mut self, name: header::HeaderName, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// 204 without a body.
    pub fn nothing() -> Self {
        Self { status: 204, headers: Vec::new(), body: String::new() }
    }
}

/// Hooks of the server; each default is what a plain SCIM 2.0 server does.
pub trait Behavior: Send + Sync + 'static {
    /// The path before `/Users`.
    fn base(&self) -> &'static str {
        "/scim/v2"
    }

    /// `/ServiceProviderConfig`; `None` answers 404.
    fn config(&self) -> Option<Value> {
        let no = json!({"supported": false});
        Some(json!({
            "schemas": [CONFIG], "patch": {"supported": true}, "filter": {"supported": true, "maxResults": 1000},
            "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
            "changePassword": no, "sort": no, "etag": no,
            "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Bearer", "description": "key"}],
        }))
    }

    /// True if W&B's GraphQL takes the key, too, which is authorised in another way.
    fn has_graphql(&self) -> bool {
        false
    }

    /// True if the server takes this `Authorization`.
    fn takes(&self, authorization: &str) -> bool {
        authorization == format!("Bearer {KEY}") || (self.has_graphql() && authorization == basic("api"))
    }

    /// A response that replaces the normal one.
    fn before(&self, _: &mut State, _: &Request) -> Option<Answer> {
        None
    }

    /// The response that takes the place of the normal one, once the request has had its effect.
    fn after(&self, _: &State, _: &Request, answer: Answer) -> Answer {
        answer
    }

    /// A record as a response has it.
    fn show(&self, _: &State, _: ResourceType, record: &Value, _: ShownIn) -> Value {
        record.clone()
    }

    /// Positions of the records on a page; `start` is counted from 1.
    fn page(&self, _: ResourceType, total: usize, start: usize, count: Option<usize>) -> Range<usize> {
        span(total, start, count.unwrap_or(total))
    }

    /// The `ListResponse` around a page.
    fn envelope(&self, total: usize, start: usize, resources: Vec<Value>) -> Value {
        json!({
            "schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(),
            "Resources": resources,
        })
    }

    /// True if the filter `attribute eq value` finds the record.
    fn matches(&self, record: &Value, attribute: &str, value: &str) -> bool {
        let same = |other: &Value| other.as_str().is_some_and(|other| other.eq_ignore_ascii_case(value));
        if attribute == "emails.value" {
            return record["emails"].as_array().is_some_and(|all| all.iter().any(|email| same(&email["value"])));
        }
        same(&record[attribute])
    }

    /// False if POST accepts a name that another record has.
    fn names_are_unique(&self) -> bool {
        true
    }

    /// The record that a POST creates.
    fn create(&self, _: &State, _: ResourceType, body: &Value, id: &str) -> Value {
        with_id(body, id)
    }

    /// The record after a PUT.
    fn put(&self, _: &State, _: ResourceType, old: &Value, body: &Value) -> Value {
        let mut new = with_id(body, old["id"].as_str().unwrap());
        new["meta"] = old["meta"].clone();
        new
    }

    /// Deletes a record; those that refer to it stay as they are.
    fn delete(&self, state: &mut State, kind: ResourceType, id: &str) {
        state.of_mut(kind).shift_remove(id);
    }

    /// Applies one PATCH operation.
    fn change(&self, state: &mut State, kind: ResourceType, id: &str, operation: &Value) {
        patch(&mut state.of_mut(kind)[id], operation);
    }
}

/// The `Authorization` of this user with the key.
pub fn basic(user: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{KEY}")))
}

/// Positions of `count` records from `start`, counted from 1, within `total`.
pub fn span(total: usize, start: usize, count: usize) -> Range<usize> {
    let first = (start - 1).min(total);
    first..(first + count).min(total)
}

fn with_id(body: &Value, id: &str) -> Value {
    let mut record = body.clone();
    record["id"] = id.into();
    record["meta"] = json!({"created": jiff::Timestamp::now().to_string()});
    record
}

/// A running server; dropping it stops it.
pub struct Server {
    url: String,
    inner: Arc<Inner>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Inner {
    behavior: Box<dyn Behavior>,
    state: Mutex<State>,
    log: Mutex<Vec<Request>>,
}

impl Server {
    pub fn start(behavior: impl Behavior, state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}{}", listener.local_addr().unwrap(), behavior.base());
        let inner = Arc::new(Inner { behavior: Box::new(behavior), state: Mutex::new(state), log: Mutex::default() });
        let router = Router::new().fallback(handle).with_state(Arc::clone(&inner));
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let serve = async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            tokio::select! {
                ended = async { axum::serve(listener, router).await } => ended.unwrap(),
                _ = stopped => {}
            }
        };
        let thread = thread::spawn(move || runtime.block_on(serve));
        Self { url, inner, stop: Some(stop), thread: Some(thread) }
    }

    /// Base URL of the endpoints.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.inner.state)
    }

    pub fn log(&self) -> MutexGuard<'_, Vec<Request>> {
        lock(&self.inner.log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that the server has ended already.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn handle(
    Shared(inner): Shared<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = percent_decoded(uri.path());
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let if_match = text(header::IF_MATCH).map(str::to_owned);
    let request = Request { method, path, query, body, if_match };
    let offered = text(header::AUTHORIZATION).unwrap_or_default();
    let answer = if inner.behavior.takes(offered) { inner.answer(&request) } else { Answer::error(401, "who are you") };
    lock(&inner.log).push(request);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}

/// Decodes what the ids of the cases can hold.
fn percent_decoded(path: &str) -> String {
    path.replace("%3D", "=").replace("%3d", "=")
}

impl Inner {
    fn answer(&self, request: &Request) -> Answer {
        let mut state = lock(&self.state);
        if let Some(answer) = self.behavior.before(&mut state, request) {
            return answer;
        }
        let Some(path) = request.path.strip_prefix(self.behavior.base()) else {
            return Answer::error(404, "no such path");
        };
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        if let (["ServiceProviderConfig"], Some(config)) = (parts.as_slice(), self.behavior.config()) {
            return Answer::json(200, &config);
        }
        let answer = match (parts.as_slice(), parts.first().and_then(|name| ResourceType::of(name))) {
            ([_], Some(kind)) if request.method == Method::GET => self.list(&state, kind, request),
            ([_], Some(kind)) if request.method == Method::POST => self.post(&mut state, kind, &request.body),
            ([_, id], Some(kind)) => self.one(&mut state, kind, id, request),
            _ => Answer::error(404, "no such resource type"),
        };
        self.behavior.after(&state, request, answer)
    }

    fn list(&self, state: &State, kind: ResourceType, request: &Request) -> Answer {
        let mut records: Vec<&Value> = state.of(kind).values().collect();
        if let Some(filter) = request.parameter("filter") {
            let parsed = filter.split_once(" eq ").and_then(|(name, text)| {
                Some((name.trim().to_owned(), serde_json::from_str::<String>(text.trim()).ok()?))
            });
            let Some((attribute, value)) = parsed else { return Answer::error(400, "filter not understood") };
            records.retain(|record| self.behavior.matches(record, &attribute, &value));
        }
        let (total, start) = (records.len(), request.start());
        let count = request.parameter("count").and_then(|text| text.parse().ok());
        let page = &records[self.behavior.page(kind, total, start, count)];
        let shown = page.iter().map(|record| self.behavior.show(state, kind, record, ShownIn::List)).collect();
        Answer::json(200, &self.behavior.envelope(total, start, shown))
    }

    fn post(&self, state: &mut State, kind: ResourceType, body: &Value) -> Answer {
        let taken = |record: &Value| {
            body[kind.name()].as_str().is_some_and(|name| self.behavior.matches(record, kind.name(), name))
        };
        if self.behavior.names_are_unique() && state.of(kind).values().any(taken) {
            return Answer::error(409, "this name is taken");
        }
        state.made += 1;
        let id = format!("made-{}", state.made);
        let record = self.behavior.create(state, kind, body, &id);
        let shown = self.behavior.show(state, kind, &record, ShownIn::Write);
        state.of_mut(kind).insert(id, record);
        Answer::json(201, &shown)
    }

    fn one(&self, state: &mut State, kind: ResourceType, id: &str, request: &Request) -> Answer {
        let Some(record) = state.of(kind).get(id) else { return Answer::error(404, "not found") };
        match request.method.as_str() {
            "GET" => return Answer::json(200, &self.behavior.show(state, kind, record, ShownIn::Get)),
            "DELETE" => {
                self.behavior.delete(state, kind, id);
                return Answer::nothing();
            }
            "PUT" => {
                let new = self.behavior.put(state, kind, record, &request.body);
                state.of_mut(kind)[id] = new;
            }
            "PATCH" => {
                for operation in request.body["Operations"].as_array().into_iter().flatten() {
                    self.behavior.change(state, kind, id, operation);
                }
            }
            _ => return Answer::error(405, "no"),
        }
        Answer::json(200, &self.behavior.show(state, kind, &state.of(kind)[id], ShownIn::Write))
    }
}
