//! The path of each request: log the request, check the key, apply faults, and call the provider's handler.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};

use tokio::sync::watch;

use super::auth::{FIRST_OWNER, KeyHolder, Keys, ScimAccess, offered};
use super::clock::Clock;
use super::fault_kind::FaultKind;
use super::faults::{Fate, Kind, RequestFault, ServerFaults};
use super::generation::ServerGeneration;
use super::log::{LoggedRequest, RequestLog, TakenWrite};
use super::options::{DemoOptions, Hosting, Provider};
use super::records::RecordNumber;
use super::reply::{Answer, AnswerProtocol, Refusal, RequestReply};
use super::request::AuthorisedRequest;
use super::state::State;
use super::wire::ConnectionCutter;
use super::{audit, grafana, graphql, rfc, spoil, wandb};

/// The largest request body, in bytes.
const BODY_LIMIT: usize = 16 << 20;

/// All parts of a server.
pub(super) struct Server {
    pub options: Arc<DemoOptions>,
    /// Address of the SCIM root, without a trailing slash.
    pub base: String,
    pub keys: Keys,
    pub faults: ServerFaults,
    /// While the value is true, writes wait.
    pub held: watch::Sender<bool>,
    clock: Clock,
    state: Arc<RwLock<State>>,
    graphql: graphql::GraphqlApi,
    audit: RwLock<audit::AuditLog>,
    log: RequestLog,
}

impl Server {
    pub(super) fn new(options: DemoOptions, origin: &str, keys: Keys, clock: Clock, mut state: State) -> Self {
        state.keys.insert(FIRST_OWNER, &keys.admin, "this demo server");
        let audit = RwLock::new(audit::AuditLog::seeded(&state, options.seed, clock.start()));
        Self {
            base: format!("{origin}{}", options.provider.descriptor().demo_root.trim_end_matches('/')),
            keys,
            faults: ServerFaults::new(options.seed, options.latency, options.fail.clone(), options.faults.clone()),
            held: watch::Sender::new(false),
            clock,
            state: Arc::new(RwLock::new(state)),
            graphql: graphql::GraphqlApi::new(),
            audit,
            log: RequestLog::default(),
            options: Arc::new(options),
        }
    }

    /// The service that answers for this server.
    pub(super) fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback(handle).with_state(Arc::clone(self))
    }

    /// The last requests, in the order of arrival.
    pub(super) fn requests(&self) -> Vec<LoggedRequest> {
        self.log.entries()
    }

    /// The last writes that took effect.
    pub(super) fn taken(&self) -> Vec<TakenWrite> {
        self.log.taken()
    }

    #[cfg(test)]
    pub(super) fn add_key(&self, owner: u32) -> String {
        let secret = format!("key-of-{owner}-for-the-tests");
        self.state.write().unwrap_or_else(PoisonError::into_inner).keys.insert(owner, &secret, "");
        secret
    }

    /// The holder of the key in the headers.
    fn holder(&self, headers: &HeaderMap) -> Result<KeyHolder, Refusal> {
        let unknown = || Refusal::new(401, "the API key is missing or unknown");
        let offered = header_text(headers, &header::AUTHORIZATION).and_then(offered).ok_or_else(unknown)?;
        if self.options.provider != Provider::Wandb && offered.key == self.keys.admin {
            return Ok(KeyHolder::First);
        }
        if offered.bearer && !ServerGeneration::of(&self.options).bearer {
            return Err(Refusal::new(401, "this release takes Basic authorisation only"));
        }
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        self.keys.holder(&state, &offered.key).ok_or_else(unknown)
    }

    fn may_use_scim(&self, holder: KeyHolder) -> Result<(), Refusal> {
        match holder.access(&self.state.read().unwrap_or_else(PoisonError::into_inner)) {
            Some(ScimAccess::Granted) => Ok(()),
            Some(ScimAccess::TeamScoped) => Err(Refusal::new(403, "a service account of one team may not use SCIM")),
            Some(ScimAccess::NotAdmin) => Err(Refusal::new(403, "only administrators may use SCIM")),
            None => Err(Refusal::new(401, "the account of this API key is gone or inactive")),
        }
    }

    /// The answer; `None` if the connection is to be cut.
    fn answer(&self, parts: &Parts, asked: Asked) -> Option<ServedAnswer> {
        let holder = match self.holder(&parts.headers) {
            Ok(holder) => holder,
            Err(refusal) => return Some(Err(self.outside(refusal, AnswerProtocol::Grafana)).into()),
        };
        let writes = asked.writes(&parts.method);
        match asked {
            Asked::Scim(body) => match self.may_use_scim(holder) {
                Err(refusal) => Some(Err(refusal).into()),
                Ok(()) => {
                    let kind = Kind {
                        writes,
                        lists: parts.method.is_safe() && is_list(parts.uri.path()),
                        conditional: parts.headers.contains_key(header::IF_MATCH),
                    };
                    self.met_by_fate(kind, |again| self.routed(parts, &body, again, holder))
                }
            },
            Asked::GraphQl(Err(refusal)) => Some(Err(refusal).into()),
            Asked::GraphQl(Ok(call)) => {
                let kind = Kind { writes, lists: false, conditional: false };
                let session = || self.session(holder, &parts.headers);
                self.met_by_fate(kind, |_| {
                    let session = session()?;
                    let caller = session.caller;
                    let deed = self.graph_deed(&call, caller);
                    let answer = self.graphql.answer(*call, session)?;
                    if answer.status.is_success() {
                        self.note_deed(deed, Some(caller));
                    }
                    Ok(answer)
                })
            }
        }
    }

    /// At Grafana, refusals before the handlers come from a different program than the one that speaks SCIM.
    fn outside(&self, refusal: Refusal, speaker: AnswerProtocol) -> Refusal {
        if self.options.provider == Provider::Grafana { refusal.written(speaker) } else { refusal }
    }

    /// Executes the request, or lets the request fail or vanish as the faults decide. `act` is told whether to begin a
    /// list again.
    fn met_by_fate(&self, request: Kind, act: impl FnOnce(bool) -> Answer) -> Option<ServedAnswer> {
        let fault = match self.faults.decide(request) {
            Fate::Spared => return Some(act(false).into()),
            Fate::Fails(status) => return Some(self.failed(status).into()),
            Fate::Meets(fault) => fault,
        };
        let answer = match fault.kind {
            FaultKind::CutBefore => return None,
            FaultKind::CutAfter => return act(false).err().map(|refusal| Err(refusal).into()),
            FaultKind::BusySeconds | FaultKind::BusyDate | FaultKind::BusyBare => self.failed(429),
            FaultKind::DownBefore => self.failed(fault.one(&[500, 502, 503, 504])),
            // 503 with Retry-After would imply that nothing was done.
            FaultKind::DownAfter => act(false).and_then(|_| self.failed(fault.one(&[500, 502, 504]))),
            FaultKind::Stale => self.failed(412),
            FaultKind::Redirect | FaultKind::Html => Ok(RequestReply::nothing()),
            FaultKind::Repeated => act(true),
            FaultKind::Latency
            | FaultKind::Truncated
            | FaultKind::Torn
            | FaultKind::Wrong
            | FaultKind::Huge
            | FaultKind::Endless
            | FaultKind::Slow
            | FaultKind::Type
            | FaultKind::Skew => act(false),
        };
        Some(ServedAnswer { answer, fault: Some(fault) })
    }

    fn failed(&self, status: u16) -> Answer {
        let words = if status == 429 { "Rate limit exceeded" } else { "failed on request (demo server)" };
        Err(self.outside(Refusal::new(status, words), AnswerProtocol::Kubernetes))
    }

    fn session(&self, holder: KeyHolder, headers: &HeaderMap) -> Result<graphql::Session, Refusal> {
        let state = Arc::clone(&self.state);
        let caller = holder.account(&state.read().unwrap_or_else(PoisonError::into_inner)).map(|(number, _)| number);
        Ok(graphql::Session {
            caller: caller.ok_or_else(|| Refusal::new(401, "the account of this API key is gone or inactive"))?,
            state,
            options: Arc::clone(&self.options),
            now: self.clock.now(),
            first_party: header_text(headers, &header::USER_AGENT)
                .is_some_and(|agent| agent.starts_with("W&B Public Client")),
            privileges: headers.get("use-admin-privileges").is_some_and(|value| value == "true"),
        })
    }

    /// Calls [`Server::route`] and records a write that takes effect.
    fn routed(&self, parts: &Parts, body: &[u8], again: bool, holder: KeyHolder) -> Answer {
        if parts.method.is_safe() {
            return self.route(parts, body, again);
        }
        let write = TakenWrite {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
        };
        self.log.write(write, || {
            let (deed, actor) = {
                let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
                let deed = audit::deed(&self.options, &state, &parts.method, parts.uri.path(), body);
                (deed, holder.account(&state).map(|(number, _)| number))
            };
            let answer = self.route(parts, body, again)?;
            self.note_deed(deed, actor);
            Ok(answer)
        })
    }

    fn graph_deed(&self, call: &graphql::Call, caller: RecordNumber) -> Option<audit::AuditDeed> {
        let name = call.name().filter(|_| call.writes())?;
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let email = state.user(caller).map(|user| user.email.to_string());
        audit::graph_deed(name, |name| call.text(name), email)
    }

    /// Writes a deed that took effect into the audit log.
    fn note_deed(&self, deed: Option<audit::AuditDeed>, actor: Option<RecordNumber>) {
        let Some(deed) = deed else { return };
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        self.audit.write().unwrap_or_else(PoisonError::into_inner).note(&state, actor, deed, self.clock.now());
    }

    /// Calls the provider's handler; with `again`, every list begins at its first record.
    fn route(&self, parts: &Parts, body: &[u8], again: bool) -> Answer {
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let ask = AuthorisedRequest {
            options: &self.options,
            base: &self.base,
            now: self.clock.now(),
            query: query.into_owned().filter(|(name, _)| !again || name != "startIndex").collect(),
            if_match: header_text(&parts.headers, &header::IF_MATCH),
            if_none_match: header_text(&parts.headers, &header::IF_NONE_MATCH),
            body,
        };
        let path = parts.uri.path();
        let whole: Vec<String> = path.split('/').skip(1).map(unescape).collect();
        let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
        if self.options.provider == Provider::Grafana {
            return grafana::route(&ask, &self.state, &parts.method, &whole);
        }
        let root = self.options.provider.descriptor().demo_root;
        if self.options.provider == Provider::Wandb && audit::is_at(&self.options, path) {
            return self.audit.read().unwrap_or_else(PoisonError::into_inner).answer(&ask);
        }
        if !path.starts_with(root) {
            return Err(no_such_path(path));
        }
        let segments = whole.get(root.matches('/').count() - 1..).unwrap_or_default();
        let handled = match self.options.provider {
            Provider::Wandb => wandb::route(&ask, &self.state, &parts.method, segments),
            _ => rfc::route(&ask, &self.state, &parts.method, segments),
        };
        handled.unwrap_or_else(|| Err(no_such_path(path)))
    }
}

/// The body of a request, by its format.
enum Asked {
    Scim(Bytes),
    GraphQl(Result<Box<graphql::Call>, Refusal>),
}

impl Asked {
    fn writes(&self, method: &Method) -> bool {
        match self {
            Self::Scim(_) => !method.is_safe(),
            Self::GraphQl(call) => call.as_ref().is_ok_and(|call| call.writes()),
        }
    }
}

/// An answer, and the fault that it meets on the way.
struct ServedAnswer {
    answer: Answer,
    fault: Option<RequestFault>,
}

impl From<Answer> for ServedAnswer {
    fn from(answer: Answer) -> Self {
        Self { answer, fault: None }
    }
}

fn is_list(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("Users" | "Groups" | "Roles"))
}

fn no_such_path(path: &str) -> Refusal {
    Refusal::new(404, format!("nothing is at {path}"))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A path segment without percent escapes; broken escapes stay unchanged.
fn unescape(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let escaped = segment.get(place + 1..place + 3).filter(|_| bytes[place] == b'%');
        let byte = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(byte.unwrap_or(bytes[place]));
        place += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// The proxy of `CoreWeave` Forge in front of W&B's shared service, as a path on this server.
const FORGE: &str = "/api/wandb";

/// The path behind Forge's proxy, on the shared service.
fn behind_forge(server: &Server, parts: &mut Parts) {
    let shared = server.options.provider == Provider::Wandb && server.options.hosting == Hosting::MultiTenant;
    let whole = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let inner = whole.strip_prefix(FORGE).filter(|rest| shared && rest.starts_with('/'));
    if let Some(inner) = inner.and_then(|inner| inner.parse().ok()) {
        parts.uri = inner;
    }
}

async fn handle(Shared(server): Shared<Arc<Server>>, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    behind_forge(&server, &mut parts);
    let uri = parts.uri.clone();
    let place = server.log.note(&parts.method, uri.path_and_query().map_or("/", |path| path.as_str()));
    let scissors = parts.extensions.get::<ConnectInfo<ConnectionCutter>>().map(|info| info.0.clone());
    let protocol = match parts.uri.path() {
        "/graphql" if server.options.provider == Provider::Wandb => AnswerProtocol::GraphQl,
        path if server.options.provider == Provider::Grafana && path.starts_with("/api/") => AnswerProtocol::Grafana,
        _ => AnswerProtocol::Scim,
    };
    let answer = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) if protocol == AnswerProtocol::GraphQl => {
            let call = graphql::Call::read(&parts.method, &body).map(Box::new);
            if let Ok(call) = &call {
                server.log.note_operation(place, call.name(), call.writes());
            }
            wait_and_answer(&server, parts, Asked::GraphQl(call)).await
        }
        Ok(body) => wait_and_answer(&server, parts, Asked::Scim(body)).await,
        Err(error) => Some(Err(Refusal::new(413, format!("the body cannot be read: {error}"))).into()),
    };
    let Some(ServedAnswer { answer, fault }) = answer else {
        if let Some(scissors) = scissors {
            scissors.cut();
        }
        return Response::new(Body::empty());
    };
    let mut response = match answer {
        Ok(reply) => RequestReply::into_response(reply, protocol),
        Err(refusal) => refusal.into_response(protocol),
    };
    for name in [header::RETRY_AFTER, HeaderName::from_static("ratelimit-reset")] {
        if let Some(wait) = response.headers_mut().get_mut(name) {
            *wait = HeaderValue::from(server.options.retry_after);
        }
    }
    let response = match fault {
        None => response,
        Some(fault) => spoil::spoil(response, fault, uri.path(), uri.query().unwrap_or_default()).await,
    };
    server.log.note_status(place, response.status().as_u16());
    response
}

/// Long lists take milliseconds to write, so the work is done outside the runtime's own threads.
async fn wait_and_answer(server: &Arc<Server>, parts: Parts, asked: Asked) -> Option<ServedAnswer> {
    let latency = server.faults.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    if asked.writes(&parts.method) {
        // A dropped sender counts as not held.
        let _ = server.held.subscribe().wait_for(|held| !held).await;
    }
    let worker = Arc::clone(server);
    let answered = tokio::task::spawn_blocking(move || worker.answer(&parts, asked)).await;
    answered.unwrap_or_else(|error| Some(Err(Refusal::new(500, error.to_string())).into()))
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape("VXNlcjoxMA%3D%3d"), "VXNlcjoxMA==");
        assert_eq!(unescape("100%"), "100%");
        assert_eq!(unescape("%E4%BD%90%zz"), "佐%zz");
    }
}
