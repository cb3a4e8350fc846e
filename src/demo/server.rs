//! The running server: binds, checks keys, meets faults, routes to the provider's handlers, logs what was asked.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, Response, header};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::auth::{Access, Keys};
use super::clock::Clock;
use super::faults::{Fate, Faults};
use super::options::{FailRule, Options, Provider};
use super::reply::{Answer, Refusal};
use super::request::Ask;
use super::state::State;
use super::wire::{Scissors, Taps};
use super::{rfc, seed, wandb};

/// The largest request body, in bytes.
const BODY_LIMIT: usize = 16 << 20;
/// How many requests the log keeps.
const LOG_LIMIT: usize = 10_000;
/// How long [`Running::stop`] waits for answers that are under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// One request that reached the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query as they were sent.
    pub path: String,
    /// Status of the answer; 0 while there is none, and when the connection was cut.
    pub status: u16,
}

/// The last requests, in the order of their arrival.
#[derive(Default)]
struct Log {
    entries: VecDeque<LoggedRequest>,
    dropped: usize,
}

struct Server {
    options: Options,
    base: String,
    keys: Keys,
    clock: Clock,
    faults: Faults,
    state: RwLock<State>,
    log: Mutex<Log>,
}

/// A demo server that is running; dropping it closes it at once.
pub struct Running {
    server: Arc<Server>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

/// Binds the address, makes the organisation and serves it on the current runtime.
///
/// # Errors
/// When the address cannot be bound or the system gives no random numbers for a key.
pub async fn start(options: Options) -> io::Result<Running> {
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let clock = Clock::new(options.now);
    let (seeded, now) = (options.clone(), clock.start());
    let state = tokio::task::spawn_blocking(move || seed::organisation(&seeded, now)).await?;
    let root = match options.provider {
        Provider::Wandb => "/scim",
        Provider::Scim => "/scim/v2",
    };
    let server = Arc::new(Server {
        base: format!("http://{address}{root}"),
        keys: Keys::new(options.key.as_deref())?,
        clock,
        faults: Faults::new(options.seed, options.latency, options.fail.clone()),
        state: RwLock::new(state),
        log: Mutex::default(),
        options,
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new().fallback(handle).with_state(Arc::clone(&server));
    let service = router.into_make_service_with_connect_info::<Scissors>();
    let serving = axum::serve(Taps(listener), service).with_graceful_shutdown(async move {
        // An error means that the handle is gone, which stops the server too.
        let _ = stopped.await;
    });
    let task = tokio::spawn(async move { serving.await });
    Ok(Running { server, address, stop: Some(stop), task })
}

impl Running {
    /// Address of the SCIM root, such as `http://127.0.0.1:4000/scim`.
    pub fn url(&self) -> &str {
        &self.server.base
    }

    /// The key of the organisation's administrator.
    pub fn key(&self) -> &str {
        &self.server.keys.admin
    }

    /// The key of a team's service account, which is refused with 403.
    pub fn team_key(&self) -> &str {
        &self.server.keys.team
    }

    /// The bound address.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The last 10,000 requests in the order of their arrival.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.server.log(|log| log.entries.iter().cloned().collect())
    }

    /// Changes the wait before each answer, for requests that arrive from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.server.faults.set_latency(latency);
    }

    /// Changes the shares of requests that fail.
    pub fn set_fail(&self, rules: Vec<FailRule>) {
        self.server.faults.set_rules(rules);
    }

    /// Lets the next authorised writes fail with this status, without effect; replaces an earlier such order.
    pub fn fail_next(&self, status: u16, times: usize) {
        self.server.faults.fail_next(status, times);
    }

    /// Closes the connection of the next authorised write without an answer, after (`applied`) or before it took effect.
    pub fn cut_next_write(&self, applied: bool) {
        self.server.faults.cut_next_write(applied);
    }

    /// Takes no more requests and waits, at most five seconds, for the answers under way.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the server has ended already.
            let _ = stop.send(());
        }
        let _ = tokio::time::timeout(PATIENCE, &mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("url", &self.server.base)
            .field("options", &self.server.options)
            .finish_non_exhaustive()
    }
}

impl Server {
    fn log<T>(&self, with: impl FnOnce(&mut Log) -> T) -> T {
        with(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, method: &Method, path: &str) -> usize {
        self.log(|log| {
            if log.entries.len() == LOG_LIMIT {
                log.entries.pop_front();
                log.dropped += 1;
            }
            log.entries.push_back(LoggedRequest { method: method.to_string(), path: path.to_owned(), status: 0 });
            log.dropped + log.entries.len() - 1
        })
    }

    fn note_status(&self, request: usize, status: u16) {
        self.log(|log| {
            let place = request.checked_sub(log.dropped);
            if let Some(entry) = place.and_then(|place| log.entries.get_mut(place)) {
                entry.status = status;
            }
        });
    }

    fn authorise(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match self.keys.check(header_text(headers, &header::AUTHORIZATION)) {
            Access::Granted => Ok(()),
            Access::Unknown => Err(Refusal::new(401, "the API key is missing or unknown")),
            Access::TeamScoped => Err(Refusal::new(403, "a service account of one team may not use SCIM")),
        }
    }

    /// The answer, or none when the connection is to be cut.
    fn answer(&self, parts: &Parts, body: &[u8]) -> Option<Answer> {
        if let Err(refusal) = self.authorise(&parts.headers) {
            return Some(Err(refusal));
        }
        match self.faults.decide(!parts.method.is_safe()) {
            Fate::Spared => Some(self.route(parts, body)),
            Fate::Fails(429) => Some(Err(Refusal::new(429, "Rate limit exceeded"))),
            Fate::Fails(status) => Some(Err(Refusal::new(status, "failed on request (demo server)"))),
            Fate::Cut { applied: false } => None,
            Fate::Cut { applied: true } => self.route(parts, body).err().map(Err),
        }
    }

    fn route(&self, parts: &Parts, body: &[u8]) -> Answer {
        let query = parts.uri.query().unwrap_or_default();
        let ask = Ask {
            options: &self.options,
            base: &self.base,
            now: self.clock.now(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            if_match: header_text(&parts.headers, &header::IF_MATCH),
            if_none_match: header_text(&parts.headers, &header::IF_NONE_MATCH),
            body,
        };
        let path = parts.uri.path();
        let root = match self.options.provider {
            Provider::Wandb => "/scim/",
            Provider::Scim => "/scim/v2/",
        };
        let Some(inner) = path.strip_prefix(root) else { return Err(no_such_path(path)) };
        let segments: Vec<String> = inner.split('/').map(unescape).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let handled = match self.options.provider {
            Provider::Wandb => wandb::route(&ask, &self.state, &parts.method, &segments),
            Provider::Scim => rfc::route(&ask, &self.state, &parts.method, &segments),
        };
        handled.unwrap_or_else(|| Err(no_such_path(path)))
    }
}

fn no_such_path(path: &str) -> Refusal {
    Refusal::new(404, format!("nothing is at {path}"))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A path segment without its percent escapes; broken escapes stay as they are.
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

async fn handle(Shared(server): Shared<Arc<Server>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let place = server.note(&parts.method, path);
    let scissors = parts.extensions.get::<ConnectInfo<Scissors>>().map(|info| info.0.clone());
    let answer = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => wait_and_answer(&server, parts, body).await,
        Err(error) => Some(Err(Refusal::new(413, format!("the body cannot be read: {error}")))),
    };
    let Some(answer) = answer else {
        if let Some(scissors) = scissors {
            scissors.cut();
        }
        return Response::new(Body::empty());
    };
    let response = answer.map_or_else(Refusal::into_response, super::reply::Reply::into_response);
    server.note_status(place, response.status().as_u16());
    response
}

/// Long lists take milliseconds to write, so the work is done beside the runtime's own threads.
async fn wait_and_answer(server: &Arc<Server>, parts: Parts, body: Bytes) -> Option<Answer> {
    let latency = server.faults.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let worker = Arc::clone(server);
    let answered = tokio::task::spawn_blocking(move || worker.answer(&parts, &body)).await;
    answered.unwrap_or_else(|error| Some(Err(Refusal::new(500, error.to_string()))))
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
