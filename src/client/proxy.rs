//! The proxy between this machine and a server, and the failures that are its own.
//!
//! The choice follows the HTTP library's: the same code reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, and
//! the system's settings.

use std::error::Error;
use std::io;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::fault::{innermost, io_kind, said, tls};
use crate::scim::failure::{Failure, FailureClass};

/// How the HTTP library begins what it says of a proxy that gives no connection to the server (hyper-util,
/// `TunnelError`).
const TUNNEL: &str = "tunnel error: ";
const SETTINGS: &str =
    "Check the proxy's settings (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY), and that the proxy runs";

/// A proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    /// The host.
    host: String,
    /// `host:port`, without user and password.
    place: String,
    /// True where all connections to the server go through a tunnel: for https.
    tunnels: bool,
}

impl Proxy {
    /// The proxy for requests to `base`; `None` where they go directly.
    pub(super) fn of(base: &Url) -> Option<Self> {
        Self::chosen(&Matcher::from_system(), base)
    }

    fn chosen(matcher: &Matcher, base: &Url) -> Option<Self> {
        let found = matcher.intercept(&base.as_str().parse().ok()?)?;
        let uri = found.uri();
        let host = uri.host()?.to_owned();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        Some(Self { place: format!("{host}:{port}"), host, tunnels: base.scheme() == "https" })
    }

    /// The failure where no connection came about and the proxy is the reason; `None` where the server behind it is.
    /// `to` is the server's host and port.
    pub(super) fn failure(&self, error: &reqwest::Error, to: &str) -> Option<Failure> {
        self.told(error, to, error.is_timeout(), error.is_dns())
    }

    /// The failure where the proxy itself gives an answer of this status in place of the server's: 407 (RFC 9110 §15.5.8)
    /// to a request that goes through no tunnel. Within a tunnel every answer is the server's.
    pub(super) fn refusal(&self, status: u16) -> Option<Failure> {
        (status == 407 && !self.tunnels).then(|| self.wants_password())
    }

    fn wants_password(&self) -> Failure {
        let text = format!("The proxy {} wants a user and a password, or others", self.place);
        let next = "Put them into the proxy's address: http://USER:PASSWORD@HOST:PORT";
        Failure::local(FailureClass::Proxy, text, next)
    }

    fn told(&self, error: &(dyn Error + 'static), to: &str, is_timeout: bool, is_dns: bool) -> Option<Failure> {
        let Self { host, place, tunnels } = self;
        let said = said(error);
        // A tunnel that stands leads to the server, whose TLS may fail.
        if *tunnels && !is_timeout && !said.contains(TUNNEL) {
            return None;
        }
        let offline = |text: String, next: &str| Some(Failure::local(FailureClass::Offline, text, next));
        if is_timeout {
            let text = format!("The proxy {place} gave no connection to {to} in time");
            return Some(Failure::local(FailureClass::Timeout, text, SETTINGS));
        }
        if said.contains("proxy authorization required") {
            return Some(self.wants_password());
        }
        if is_dns {
            return offline(format!("The name of the proxy, {host}, does not resolve"), SETTINGS);
        }
        if let Some(failure) = tls(error, host, place) {
            return Some(Failure { text: format!("{}; it is the proxy to {to}", failure.text), ..failure });
        }
        match io_kind(error) {
            Some(io::ErrorKind::ConnectionRefused) => {
                offline(format!("Nothing listens at {place}, the proxy to {to}"), SETTINGS)
            }
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                offline(format!("There is no route to {place}, the proxy to {to}"), SETTINGS)
            }
            None => offline(
                format!("The proxy {place} gives no connection to {to}"),
                "Ask who runs the proxy whether it may connect to this server; check the profile's url",
            ),
            Some(_) => offline(format!("The proxy {place} can't be reached: {}", innermost(error)), SETTINGS),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::scim::failure::RequestArrival;

    fn chosen(base: &str) -> Option<String> {
        let matcher = Matcher::builder()
            .https("http://me:canary@proxy.example:3128")
            .http("plain.example")
            .no("inside.example")
            .build();
        let proxy = Proxy::chosen(&matcher, &Url::parse(base).unwrap());
        assert!(!format!("{proxy:?}").contains("canary"));
        proxy.map(|proxy| proxy.place)
    }

    #[rstest]
    #[case("https://w.example/scim", Some("proxy.example:3128"))]
    #[case("http://w.example/scim", Some("plain.example:80"))]
    #[case("https://scim.inside.example/scim", None)]
    fn a_proxy_is_known_by_host_and_port(#[case] base: &str, #[case] expected: Option<&str>) {
        assert_eq!(chosen(base).as_deref(), expected);
    }

    #[rstest]
    #[case::plain(false, 407, true)]
    #[case::of_the_server(true, 407, false)]
    #[case::refused_by_the_server(false, 403, false)]
    fn a_proxy_that_wants_a_password_got_no_request_through(
        #[case] tunnels: bool,
        #[case] status: u16,
        #[case] is_its_own: bool,
    ) {
        let refusal = Proxy { host: "p".into(), place: "p:1".into(), tunnels }.refusal(status);
        let expected = is_its_own.then_some((FailureClass::Proxy, RequestArrival::No));
        assert_eq!(refusal.map(|failure| (failure.class, failure.arrived)), expected);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Cause(&'static str, #[source] Option<io::Error>);

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Cause);

    #[rstest]
    #[case(
        "tunnel error: failed to create underlying connection",
        Some(io::ErrorKind::ConnectionRefused),
        Some("Nothing listens at p:1, the proxy to w:443")
    )]
    #[case(
        "tunnel error: failed to create underlying connection",
        Some(io::ErrorKind::HostUnreachable),
        Some("There is no route to p:1, the proxy to w:443")
    )]
    #[case(
        "tunnel error: proxy authorization required",
        None,
        Some("The proxy p:1 wants a user and a password, or others")
    )]
    #[case("tunnel error: unsuccessful", None, Some("The proxy p:1 gives no connection to w:443"))]
    #[case("invalid peer certificate: UnknownIssuer", None, None)]
    fn only_failures_of_the_tunnel_are_of_the_proxy(
        #[case] said: &'static str,
        #[case] kind: Option<io::ErrorKind>,
        #[case] expected: Option<&str>,
    ) {
        let proxy = Proxy { host: "p".into(), place: "p:1".into(), tunnels: true };
        let failure = proxy.told(&Outer(Cause(said, kind.map(io::Error::from))), "w:443", false, false);
        assert_eq!(failure.map(|failure| failure.text).as_deref(), expected);
    }
}
