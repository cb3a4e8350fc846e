//! Sending a request, with its further tries and waits.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::answer::{BodyObserver, HttpAnswer, WaitObserver};
use super::connection::{Connection, ReceivedAnswer, asked_of};
use super::endpoint::{AuthScheme, Endpoint};
use super::mask::KeyMask;
use super::pace::Pace;
use super::retry::{MOST_TRIES, wait_before_next};
use super::status;
use super::tls::CertificateRequests;
use crate::scim::failure::{Failure, FailureClass, RequestArrival};
use crate::scim::request::Request;
use crate::scim::wait::{RequestWait, WaitCause};

/// Sends requests to one endpoint. Clones share connections and pace.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Connection>,
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
        let http = (self.inner.http.clone(), Arc::clone(&self.inner.certificate_requests));
        Self::over(http, endpoint, self.inner.pace.clone(), &self.inner.mask)
    }

    fn over(
        (http, certificate_requests): (reqwest::Client, Arc<CertificateRequests>),
        endpoint: Endpoint,
        pace: Pace,
        known: &KeyMask,
    ) -> Result<Self, Failure> {
        let (authorization, graph_authorization) = (endpoint.authorization()?, endpoint.graph_authorization()?);
        let mask = KeyMask::of(&endpoint).and(known);
        let proxy = endpoint.proxy();
        Ok(Self {
            inner: Arc::new(Connection {
                http,
                certificate_requests,
                proxy,
                endpoint,
                authorization,
                graph_authorization,
                pace,
                mask,
            }),
        })
    }

    /// True if the key begins with this public part of a key.
    pub fn is_key(&self, public: &str) -> bool {
        self.inner.endpoint.auth.begins_with(public)
    }

    /// Masks the key in a part of a body that an observer got.
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
        self.send_observed(request, cancel, notice, &|_| ()).await
    }

    /// Like [`Self::send`]; `observer` gets the body while it comes, also if the request fails later.
    pub async fn send_observed(
        &self,
        request: &Request,
        cancel: &CancellationToken,
        notice: WaitObserver<'_>,
        observer: BodyObserver<'_>,
    ) -> Result<HttpAnswer, Failure> {
        let parts = self.inner.parts(request)?;
        let step = self.inner.step(request);
        let stopped = |arrived| Failure { arrived, ..Failure::local(FailureClass::Cancelled, "Cancelled", "") };
        let mut attempt = 1;
        loop {
            self.inner.announce_wait(notice)?;
            unless(cancel, self.inner.pace.wait()).await.ok_or_else(|| stopped(RequestArrival::No))?;
            let tried = unless(cancel, self.inner.try_once(request, &parts, notice, observer)).await;
            let setback = match tried.ok_or_else(|| stopped(step.underway()))? {
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
            self.inner.announce_wait(notice)?;
            unless(cancel, self.inner.pace.wait()).await.ok_or_else(cancelled)?;
            let received =
                unless(cancel, self.inner.exchange(request, &parts, notice, &|_| ())).await.ok_or_else(cancelled)??;
            let ReceivedAnswer { answer, headers, broken } = received;
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

/// The work's result; `None` as soon as it is cancelled.
async fn unless<T>(cancel: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    cancel.run_until_cancelled(work).await
}
