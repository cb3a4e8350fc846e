//! Sending: one request, its tries, its redirects, its answer.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, LOCATION,
};
use reqwest::{Response, StatusCode};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::answer::{BodyObserver, BodyPart, HttpAnswer, MOST_ELSE, MOST_OF_A_LIST, WaitObserver, collect};
use super::endpoint::{AuthScheme, Endpoint};
use super::fault::ConnectionStep;
use super::flow::patience;
use super::mask::KeyMask;
use super::pace::Pace;
use super::proxy::Proxy;
use super::retry::{FailedTry, MOST_TRIES, MOST_WAIT, RetryQuestion, asked_wait, wait_before_next};
use super::status;
use super::tls::Wish;
use crate::scim::error;
use crate::scim::failure::{Failure, FailureClass, RequestArrival};
use crate::scim::graph;
use crate::scim::request::{ApiKind, Method, Request};
use crate::scim::wait::{RequestWait, WaitCause};

/// Redirects followed for one read.
const MOST_REDIRECTS: usize = 5;
/// RFC 7644 §8.1; plain JSON for servers that only know that.
const ACCEPTED: &str = "application/scim+json, application/json";
const SENT: &str = "application/scim+json";
const JSON: &str = "application/json";

/// Sends requests to one endpoint. Clones share connections and pace.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    wish: Arc<Wish>,
    proxy: Option<Proxy>,
    endpoint: Endpoint,
    authorization: Option<HeaderValue>,
    graph_authorization: Option<HeaderValue>,
    pace: Pace,
    mask: KeyMask,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.inner.endpoint).finish()
    }
}

impl Client {
    /// A client for `endpoint`. Refuses plain HTTP beyond this machine, addresses with a key in them and certificate
    /// files that hold none ([`FailureClass::Local`]). Reads the system's certificates: not for the event loop.
    pub fn new(endpoint: Endpoint) -> Result<Self, Failure> {
        let http = endpoint.connector()?;
        Self::over(http, endpoint, Pace::default(), &KeyMask::default())
    }

    /// A client with the same connections and another key.
    ///
    /// # Errors
    /// If the key holds characters that no header may hold.
    pub fn with_auth(&self, auth: AuthScheme) -> Result<Self, Failure> {
        let endpoint = Endpoint { auth, ..self.inner.endpoint.clone() };
        let http = (self.inner.http.clone(), Arc::clone(&self.inner.wish));
        Self::over(http, endpoint, self.inner.pace.clone(), &self.inner.mask)
    }

    fn over(
        (http, wish): (reqwest::Client, Arc<Wish>),
        endpoint: Endpoint,
        pace: Pace,
        known: &KeyMask,
    ) -> Result<Self, Failure> {
        let (authorization, graph_authorization) = (endpoint.authorization()?, endpoint.graph_authorization()?);
        let mask = KeyMask::of(&endpoint).and(known);
        let proxy = endpoint.proxy();
        Ok(Self {
            inner: Arc::new(Inner { http, wish, proxy, endpoint, authorization, graph_authorization, pace, mask }),
        })
    }

    /// True if the key begins with this public part of a key.
    pub fn is_key(&self, public: &str) -> bool {
        self.inner.endpoint.auth.begins_with(public)
    }

    /// Masks the key in a part of a body that was heeded.
    pub fn mask(&self, part: &mut Vec<u8>) {
        let _ = self.inner.mask.cover(part);
    }

    /// Sends a request until it is answered, refused or cancelled, and tells `notice` before every further try.
    ///
    /// Reads are tried up to four times. Writes are tried again only where they certainly did nothing; otherwise
    /// [`Failure::arrived`] says that the record must be looked at. The next request waits for as long as the server
    /// asked.
    pub async fn send(
        &self,
        request: &Request,
        cancel: &CancellationToken,
        notice: WaitObserver<'_>,
    ) -> Result<HttpAnswer, Failure> {
        self.send_heeded(request, cancel, notice, &|_| ()).await
    }

    /// Like [`Self::send`]; `heed` is told of the body while it comes, whatever becomes of it.
    pub async fn send_heeded(
        &self,
        request: &Request,
        cancel: &CancellationToken,
        notice: WaitObserver<'_>,
        heed: BodyObserver<'_>,
    ) -> Result<HttpAnswer, Failure> {
        let parts = self.inner.parts(request)?;
        let way = self.inner.way(request);
        let stopped = |arrived| Failure { arrived, ..Failure::local(FailureClass::Cancelled, "Cancelled", "") };
        let mut attempt = 1;
        loop {
            self.inner.hold(notice)?;
            unless(cancel, self.inner.pace.wait()).await.ok_or_else(|| stopped(RequestArrival::No))?;
            let tried = unless(cancel, self.inner.once(request, &parts, notice, heed)).await;
            let setback = match tried.ok_or_else(|| stopped(way.underway()))? {
                Ok(answer) => return Ok(HttpAnswer { attempts: attempt, ..answer }),
                Err(setback) => setback,
            };
            let random = getrandom::u32().unwrap_or(u32::MAX / 2);
            let wait = wait_before_next(request, &setback, attempt, random);
            let distant = setback.asked.filter(|asked| asked.is_distant());
            let is_put_off = setback.asked.is_some() && !request.is_repeatable();
            if setback.failure.status == Some(429) || distant.is_some() || is_put_off {
                self.inner.pace.hold(wait.or(setback.asked.map(|asked| asked.wait)).unwrap_or_default());
            }
            let Some(wait) = wait else {
                let failure = match distant {
                    Some(asked) => status::left_alone(setback.failure, asked.wait, Some(asked.by)),
                    None => setback.failure,
                };
                return Err(Failure { attempts: attempt, ..failure });
            };
            attempt += 1;
            let Failure { text: why, status, .. } = setback.failure;
            let cause = match setback.asked {
                Some(asked) => WaitCause::Asked { by: asked.by, attempt },
                None => WaitCause::Failed { why, attempt },
            };
            notice(RequestWait::new(cause, wait, status, Timestamp::now()));
            unless(cancel, tokio::time::sleep(wait)).await.ok_or_else(|| stopped(RequestArrival::No))?;
        }
    }

    /// Sends a request and gives any answer, refusals and all: for finding out how a server answers. Only requests that
    /// the server puts off are sent again.
    ///
    /// # Errors
    /// If there is no whole answer.
    pub async fn probe(
        &self,
        request: &Request,
        cancel: &CancellationToken,
        notice: WaitObserver<'_>,
    ) -> Result<HttpAnswer, Failure> {
        let parts = self.inner.parts(request)?;
        let cancelled =
            || Failure { arrived: RequestArrival::Unknown, ..Failure::local(FailureClass::Cancelled, "Cancelled", "") };
        let mut attempt = 1;
        loop {
            self.inner.hold(notice)?;
            unless(cancel, self.inner.pace.wait()).await.ok_or_else(cancelled)?;
            let heard =
                unless(cancel, self.inner.hear(request, &parts, notice, &|_| ())).await.ok_or_else(cancelled)??;
            let Heard { answer, headers, broken } = heard;
            let again = attempt < MOST_TRIES && (answer.status == 429 || !request.may_double());
            let put_off = asked_of(answer.status, &headers).filter(|_| again);
            match (put_off, broken) {
                (Some(asked), _) => self.inner.pace.hold(asked.wait),
                (None, Some(failure)) => return Err(failure),
                (None, None) => return Ok(HttpAnswer { attempts: attempt, ..answer }),
            }
            attempt += 1;
        }
    }
}

/// An answer of any status.
struct Heard {
    answer: HttpAnswer,
    headers: HeaderMap,
    /// Why its body ended early.
    broken: Option<Failure>,
}

/// The wait that a refusal asks for.
fn asked_of(status: u16, headers: &HeaderMap) -> Option<RetryQuestion> {
    matches!(status, 429 | 503).then(|| asked_wait(headers, Timestamp::now())).flatten()
}

/// The work's result; `None` as soon as it is cancelled.
async fn unless<T>(cancel: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    cancel.run_until_cancelled(work).await
}

/// The parts that every try of a request sends.
struct RequestParts {
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Inner {
    /// Tells of the wait that an earlier answer asked for.
    ///
    /// # Errors
    /// If it is longer than a request waits.
    fn hold(&self, notice: WaitObserver<'_>) -> Result<(), Failure> {
        let wait = self.pace.left();
        if wait > MOST_WAIT {
            let failure = Failure::local(FailureClass::RateLimited, "The server asks for fewer requests", "");
            return Err(status::left_alone(failure, wait, None));
        }
        if !wait.is_zero() {
            notice(RequestWait::new(WaitCause::Held, wait, None, Timestamp::now()));
        }
        Ok(())
    }

    fn way(&self, request: &Request) -> ConnectionStep<'_> {
        let Endpoint { base, timeout, .. } = &self.endpoint;
        ConnectionStep {
            base,
            timeout: *timeout,
            read: request.is_read(),
            wish: &self.wish,
            proxy: self.proxy.as_ref(),
        }
    }

    fn parts(&self, request: &Request) -> Result<RequestParts, Failure> {
        let wrong =
            |text: &str| Failure::local(FailureClass::Local, text, "Refresh; if it stays so, tell who runs the server");
        // Such segments would name another record than the one meant: a URL's `..` goes up, an empty segment is the
        // whole list.
        if request.path.iter().any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
            return Err(wrong("The record's id is empty or made of dots: it has no address"));
        }
        let (url, authorization, spoken) = match (request.door, &self.endpoint.graph) {
            (ApiKind::Scim, _) => {
                let url = Url::parse(&format!("{}{}", self.endpoint.prefix(), request.target()))
                    .map_err(|_| wrong("The record's id can't be put into an address"))?;
                (url, self.authorization.as_ref(), [ACCEPTED, SENT])
            }
            (ApiKind::Api, _) => {
                let api = self.endpoint.api.as_ref().ok_or_else(|| wrong("This server has no API beside SCIM"))?;
                let url = Url::parse(&format!("{}{}", api.as_str().trim_end_matches('/'), request.target()))
                    .map_err(|_| wrong("This can't be put into an address"))?;
                // W&B's interfaces beside SCIM take the same user name before the key.
                let authorization = self.graph_authorization.as_ref().or(self.authorization.as_ref());
                (url, authorization, [JSON, JSON])
            }
            (ApiKind::Graph, Some(graph)) => (graph.url.clone(), self.graph_authorization.as_ref(), [JSON, JSON]),
            (ApiKind::Graph, None) => return Err(wrong("This server has no GraphQL address")),
        };
        let [accepted, sent] = spoken;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accepted));
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value.clone());
        }
        for (name, value) in &request.headers {
            let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
            let (name, value) = pair.ok_or_else(|| wrong("A header of the request can't be sent"))?;
            headers.insert(name, value);
        }
        if let Some(version) = &request.if_match {
            let value = HeaderValue::from_str(version).map_err(|_| wrong("The record's version can't be sent back"))?;
            headers.insert(IF_MATCH, value);
        }
        let body = request.body.as_ref().map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| wrong(&format!("The request's body can't be written: {error}")))?;
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(sent));
        }
        Ok(RequestParts { url, headers, body })
    }

    /// Makes a single try.
    async fn once(
        &self,
        request: &Request,
        parts: &RequestParts,
        notice: WaitObserver<'_>,
        heed: BodyObserver<'_>,
    ) -> Result<HttpAnswer, FailedTry> {
        let Heard { answer, headers, broken } = Box::pin(self.hear(request, parts, notice, heed)).await?;
        let status = answer.status;
        if !(200..=299).contains(&status) {
            let asked = asked_of(status, &headers);
            let failure = status::refused(status, &headers, &answer.body, request, asked.is_some());
            return Err(FailedTry { failure, asked });
        }
        if let Some(failure) = broken {
            return Err(failure.into());
        }
        if request.door == ApiKind::Graph
            && let Some(failure) = graph::refusal(status, &answer.body, request.is_read())
        {
            return Err(failure.into());
        }
        if request.door == ApiKind::Scim
            && let Some(failure) = error::in_success(&answer.body)
        {
            return Err(Failure { bytes: answer.bytes as u64, ..failure }.into());
        }
        Ok(answer)
    }

    /// Sends once and takes in whatever answer comes.
    async fn hear(
        &self,
        request: &Request,
        parts: &RequestParts,
        notice: WaitObserver<'_>,
        heed: BodyObserver<'_>,
    ) -> Result<Heard, Failure> {
        let started = Instant::now();
        let way = self.way(request);
        let response = self.saying_if_slow(self.head(request, parts, &way), notice).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        tracing::debug!(method = request.method.as_str(), status, elapsed = ?started.elapsed(), "answered");
        let is_list = request.is_read() && request.path.len() == 1;
        let most = if is_list { MOST_OF_A_LIST } else { MOST_ELSE };
        // The body of a refusal is none that was asked for.
        let heed = if response.status().is_success() { heed } else { &|_: BodyPart<'_>| () };
        let (mut body, broken) = collect(response, &way, most, notice, heed).await;
        let bytes = body.len();
        let masked = self.mask.cover(&mut body);
        let text = |name| text(&headers, name).map(|text| self.mask.covered(text));
        let answer = HttpAnswer {
            status,
            etag: text(&ETAG),
            location: text(&LOCATION),
            content_type: text(&CONTENT_TYPE),
            bytes,
            body,
            masked,
            elapsed: started.elapsed(),
            attempts: 1,
        };
        Ok(Heard { answer, headers, broken })
    }

    /// The head's result; a person is told while it is waited for.
    async fn saying_if_slow<T>(&self, head: impl Future<Output = T>, notice: WaitObserver<'_>) -> T {
        let (mut head, patience) = (pin!(head), patience(self.endpoint.timeout));
        match tokio::time::timeout(patience, &mut head).await {
            Ok(head) => head,
            Err(_) => {
                let left = self.endpoint.timeout.saturating_sub(patience);
                notice(RequestWait::new(WaitCause::Slow, left, None, Timestamp::now()));
                head.await
            }
        }
    }

    /// The head of the answer, after redirects within the origin.
    async fn head(
        &self,
        request: &Request,
        parts: &RequestParts,
        way: &ConnectionStep<'_>,
    ) -> Result<Response, Failure> {
        let mut url = parts.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let mut sending = self.http.request(verb(request.method), url.clone()).headers(parts.headers.clone());
            if let Some(body) = &parts.body {
                sending = sending.body(body.clone());
            }
            let response = sending.send().await.map_err(|error| way.before_answer(&error))?;
            self.wish.answered();
            if let Some(failure) = self.proxy.as_ref().and_then(|proxy| proxy.refusal(response.status().as_u16())) {
                return Err(failure);
            }
            let Some(target) = redirect(&response) else { return Ok(response) };
            if !request.is_read() || target.origin() != self.endpoint.base.origin() {
                let place = format!("{}{}", target.origin().ascii_serialization(), target.path());
                return Err(sent_on(response.status().as_u16(), &self.mask.covered(place), &self.endpoint));
            }
            url = target;
        }
        Err(Failure {
            arrived: RequestArrival::Yes,
            ..Failure::local(
                FailureClass::Protocol,
                format!("{} sends on in circles", self.endpoint.origin()),
                "Check the profile's url and path",
            )
        })
    }
}

fn verb(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The target of a redirect (RFC 9110 §15.4).
fn redirect(response: &Response) -> Option<Url> {
    let status = response.status();
    let moves = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    let target = moves.contains(&status).then(|| text(response.headers(), &LOCATION)).flatten()?;
    response.url().join(&target).ok()
}

/// The failure for a redirect that is not followed. Names no query: it may hold a token.
fn sent_on(status: u16, place: &str, endpoint: &Endpoint) -> Failure {
    let place = status::clean(place);
    let next = format!("Check the profile's url ({}); the key was not sent there", endpoint.prefix());
    Failure {
        status: Some(status),
        arrived: RequestArrival::Yes,
        ..Failure::local(FailureClass::Protocol, format!("The server sends on to {place} ({status})"), next)
    }
}
