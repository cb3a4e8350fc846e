//! A single exchange with the server: a request goes out, its redirects are followed, its answer is read.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, LOCATION,
};
use reqwest::{Response, StatusCode};
use url::Url;

use super::answer::{BodyObserver, BodyPart, HttpAnswer, MOST_ELSE, MOST_OF_A_LIST, WaitObserver, collect};
use super::endpoint::Endpoint;
use super::fault::ConnectionStep;
use super::flow::patience;
use super::mask::KeyMask;
use super::pace::Pace;
use super::proxy::Proxy;
use super::retry::{FailedTry, MOST_WAIT, RetryQuestion, asked_wait};
use super::status;
use super::tls::CertificateRequests;
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

/// The connections, key and pace that all clones of a client share.
pub(super) struct Connection {
    pub(super) http: reqwest::Client,
    pub(super) certificate_requests: Arc<CertificateRequests>,
    pub(super) proxy: Option<Proxy>,
    pub(super) endpoint: Endpoint,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) graph_authorization: Option<HeaderValue>,
    pub(super) pace: Pace,
    pub(super) mask: KeyMask,
}

/// An answer of any status.
pub(super) struct ReceivedAnswer {
    pub(super) answer: HttpAnswer,
    pub(super) headers: HeaderMap,
    /// Why its body ended early.
    pub(super) broken: Option<Failure>,
}

/// The wait that a refusal asks for.
pub(super) fn asked_of(status: u16, headers: &HeaderMap) -> Option<RetryQuestion> {
    matches!(status, 429 | 503).then(|| asked_wait(headers, Timestamp::now())).flatten()
}

/// The parts that every try of a request sends.
pub(super) struct RequestParts {
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Connection {
    /// Tells of the wait that an earlier answer asked for.
    ///
    /// # Errors
    /// If it is longer than a request waits.
    pub(super) fn announce_wait(&self, notice: WaitObserver<'_>) -> Result<(), Failure> {
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

    pub(super) fn step(&self, request: &Request) -> ConnectionStep<'_> {
        let Endpoint { base, timeout, .. } = &self.endpoint;
        ConnectionStep {
            base,
            timeout: *timeout,
            read: request.is_read(),
            certificate_requests: &self.certificate_requests,
            proxy: self.proxy.as_ref(),
        }
    }

    pub(super) fn parts(&self, request: &Request) -> Result<RequestParts, Failure> {
        let wrong =
            |text: &str| Failure::local(FailureClass::Local, text, "Refresh; if it stays so, tell who runs the server");
        // Such segments would name another record than the one meant: a URL's `..` goes up, an empty segment is the
        // whole list.
        if request.path.iter().any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
            return Err(wrong("The record's id is empty or made of dots: it has no address"));
        }
        let (url, authorization, spoken) = match (request.api, &self.endpoint.graph) {
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
    pub(super) async fn try_once(
        &self,
        request: &Request,
        parts: &RequestParts,
        notice: WaitObserver<'_>,
        observer: BodyObserver<'_>,
    ) -> Result<HttpAnswer, FailedTry> {
        let ReceivedAnswer { answer, headers, broken } =
            Box::pin(self.exchange(request, parts, notice, observer)).await?;
        let status = answer.status;
        if !(200..=299).contains(&status) {
            let asked = asked_of(status, &headers);
            let failure = status::refused(status, &headers, &answer.body, request, asked.is_some());
            return Err(FailedTry { failure, asked });
        }
        if let Some(failure) = broken {
            return Err(failure.into());
        }
        if request.api == ApiKind::Graph
            && let Some(failure) = graph::refusal(status, &answer.body, request.is_read())
        {
            return Err(failure.into());
        }
        if request.api == ApiKind::Scim
            && let Some(failure) = error::in_success(&answer.body)
        {
            return Err(Failure { bytes: answer.bytes as u64, ..failure }.into());
        }
        Ok(answer)
    }

    /// Sends once and takes in whatever answer comes.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        parts: &RequestParts,
        notice: WaitObserver<'_>,
        observer: BodyObserver<'_>,
    ) -> Result<ReceivedAnswer, Failure> {
        let started = Instant::now();
        let step = self.step(request);
        let response = self.saying_if_slow(self.head(request, parts, &step), notice).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        tracing::debug!(method = request.method.as_str(), status, elapsed = ?started.elapsed(), "answered");
        let is_list = request.is_read() && request.path.len() == 1;
        let most = if is_list { MOST_OF_A_LIST } else { MOST_ELSE };
        // The body of a refusal is none that was asked for.
        let observer = if response.status().is_success() { observer } else { &|_: BodyPart<'_>| () };
        let (mut body, broken) = collect(response, &step, most, notice, observer).await;
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
        Ok(ReceivedAnswer { answer, headers, broken })
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
        step: &ConnectionStep<'_>,
    ) -> Result<Response, Failure> {
        let mut url = parts.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let mut sending = self.http.request(verb(request.method), url.clone()).headers(parts.headers.clone());
            if let Some(body) = &parts.body {
                sending = sending.body(body.clone());
            }
            let response = sending.send().await.map_err(|error| step.before_answer(&error))?;
            self.certificate_requests.answered();
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
