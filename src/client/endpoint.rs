//! A server: its address, the authorisation of requests, and whether the client may connect at all.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::proxy::Proxy;
use super::tls::{self, CertificateRequests};
use crate::scim::failure::{Failure, FailureClass};

/// The longest wait for a connection; for answers the limit is [`Endpoint::timeout`].
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The server that receives the requests.
#[derive(Clone)]
pub struct Endpoint {
    /// The base URL of every request, with the path prefix; a trailing slash does not matter.
    pub base: Url,
    /// How requests are authorised.
    pub auth: AuthScheme,
    /// The GraphQL endpoint beside the SCIM root, on the same origin.
    pub graph: Option<GraphqlEndpoint>,
    /// The provider's own HTTP API, on the same origin, with the authorisation of GraphQL, or else that of SCIM.
    pub api: Option<Url>,
    /// A PEM file of certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The certificate that the client presents to servers that ask for one.
    pub client_cert: Option<ClientCert>,
    /// Plain HTTP to another machine is allowed.
    pub allow_http: bool,
    /// The longest silence of the server, from the request to the answer's first byte and between its bytes. A long
    /// answer may take longer as a whole.
    pub timeout: Duration,
    /// The `User-Agent` header.
    pub user_agent: String,
}

/// A certificate and its private key, PEM; a single file may hold both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCert {
    /// The file of the certificate and its intermediates.
    pub certificate: PathBuf,
    /// The file of the key, which only its owner can read.
    pub key: PathBuf,
}

/// The GraphQL endpoint; authorised with the same key as `Basic base64(USER:KEY)`.
#[derive(Debug, Clone)]
pub struct GraphqlEndpoint {
    /// The URL of the endpoint.
    pub url: Url,
    /// The user name before the key.
    pub user: &'static str,
}

/// The least length of a public part: a shorter one may begin several keys.
const PUBLIC: usize = 4;

/// The authorisation of requests.
#[derive(Debug, Clone)]
pub enum AuthScheme {
    /// `Bearer KEY` (RFC 6750).
    Bearer(SecretString),
    /// `Basic base64(USER:KEY)` (RFC 7617); the user may be empty.
    Basic {
        /// The user name.
        user: String,
        /// The key, sent as the password.
        key: SecretString,
    },
    /// Requests carry no authorisation header.
    None,
}

impl AuthScheme {
    /// True if the key begins with this public part of a key.
    pub fn begins_with(&self, public: &str) -> bool {
        match self {
            Self::Bearer(key) | Self::Basic { key, .. } => {
                public.len() >= PUBLIC && key.expose_secret().starts_with(public)
            }
            Self::None => false,
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({}{})", self.origin(), self.base.path())
    }
}

impl Endpoint {
    /// Scheme, host and port, without user or key.
    pub(super) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// The base URL as text, ready for [`crate::scim::request::Request::target`] to follow.
    pub(super) fn prefix(&self) -> String {
        format!("{}{}", self.origin(), self.base.path().trim_end_matches('/'))
    }

    /// True where requests never leave this machine.
    fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            None => false,
        }
    }

    /// Refuses addresses to which a key must not be sent.
    fn check(&self) -> Result<(), Failure> {
        if !matches!(self.base.scheme(), "http" | "https") || self.base.host().is_none() {
            return Err(local("The address is not an https:// (or http://) URL", "Check the profile's url"));
        }
        if !self.base.username().is_empty() || self.base.password().is_some() {
            return Err(local("The address holds a user or a key", "Use the profile's auth, user and key instead"));
        }
        let beside = self.graph.as_ref().map(|graph| &graph.url).into_iter().chain(&self.api);
        if beside.into_iter().any(|url| url.origin() != self.base.origin()) {
            return Err(local("The key would go elsewhere than to the SCIM server", "Check the profile's url"));
        }
        if self.base.scheme() == "http" && !self.is_loopback() && !self.allow_http {
            let text = format!("{} is plain HTTP: everyone on the way could read the key", self.origin());
            return Err(local(text, "Use https://, or set allow_http = true in the profile"));
        }
        Ok(())
    }

    /// The `Authorization` header of SCIM requests, marked so that nothing prints it.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>, Failure> {
        header(&self.auth)
    }

    /// The `Authorization` header of GraphQL requests; `None` without GraphQL.
    pub(super) fn graph_authorization(&self) -> Result<Option<HeaderValue>, Failure> {
        match (&self.graph, &self.auth) {
            (Some(graph), AuthScheme::Bearer(key) | AuthScheme::Basic { key, .. }) => {
                header(&AuthScheme::Basic { user: graph.user.to_owned(), key: key.clone() })
            }
            _ => Ok(None),
        }
    }

    /// The proxy through which requests go. A proxy would send the key off this machine, so loopback has none.
    pub(super) fn proxy(&self) -> Option<Proxy> {
        if self.is_loopback() { None } else { Proxy::of(&self.base) }
    }

    /// The HTTP client for this endpoint alone, and the record of the server's certificate requests.
    pub(super) fn connector(&self) -> Result<(reqwest::Client, Arc<CertificateRequests>), Failure> {
        self.check()?;
        let mut builder = reqwest::Client::builder()
            .user_agent(self.user_agent.as_str())
            .connect_timeout(self.timeout.min(CONNECT_LIMIT))
            .read_timeout(self.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false);
        if self.is_loopback() {
            // A proxy sends the key off this machine.
            builder = builder.no_proxy();
        }
        let certificate_requests = Arc::default();
        builder = if self.is_loopback() && self.base.scheme() == "http" {
            // Without TLS, the system's certificates are not needed, and are not read.
            builder.tls_certs_only([])
        } else {
            builder.tls_backend_preconfigured(tls::config(self, Arc::clone(&certificate_requests))?)
        };
        match builder.build() {
            Ok(http) => Ok((http, certificate_requests)),
            Err(error) => Err(tls::no_connection(&super::fault::innermost(&error))),
        }
    }
}

fn header(auth: &AuthScheme) -> Result<Option<HeaderValue>, Failure> {
    let text = match auth {
        AuthScheme::None => return Ok(None),
        AuthScheme::Bearer(key) => SecretString::from(format!("Bearer {}", key.expose_secret())),
        AuthScheme::Basic { user, key } => {
            let pair = SecretString::from(format!("{user}:{}", key.expose_secret()));
            SecretString::from(format!("Basic {}", BASE64_STANDARD.encode(pair.expose_secret())))
        }
    };
    let mut value = HeaderValue::from_str(text.expose_secret())
        .map_err(|_| local("The key holds characters that can't be sent", "Check where the key is read from"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

pub(super) fn local(text: impl Into<String>, next: &str) -> Failure {
    Failure::local(FailureClass::Local, text, next)
}
