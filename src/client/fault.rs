//! Connection failures in words: names, routes, certificates, silence, answers that broke off.
//!
//! The sentences are made from the causes below the HTTP library's own error, because that error repeats the URL.

use std::error::Error;
use std::io;
use std::time::Duration;

use url::Url;

use super::proxy::Proxy;
use super::status::clean;
use super::tls::CertificateRequests;
use crate::scim::failure::{Failure, FailureClass, RequestArrival};

/// The facts of a request that the sentences name.
pub(super) struct ConnectionStep<'a> {
    pub base: &'a Url,
    pub timeout: Duration,
    /// True for requests that change nothing.
    pub read: bool,
    /// The server's requests for a certificate.
    pub certificate_requests: &'a CertificateRequests,
    /// The proxy through which requests go.
    pub proxy: Option<&'a Proxy>,
}

impl ConnectionStep<'_> {
    /// `host:port`.
    fn place(&self) -> String {
        let host = self.host();
        self.base.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Whether the server may have acted on a request that was sent.
    pub(super) fn underway(&self) -> RequestArrival {
        if self.read { RequestArrival::No } else { RequestArrival::Unknown }
    }

    /// The failure for an error before the answer's head was there.
    pub(super) fn before_answer(&self, error: &reqwest::Error) -> Failure {
        if error.is_connect() {
            return self.no_connection(error);
        }
        // Since TLS 1.3 a server reports this only after the client believes itself connected; the server has not read
        // the request.
        if let Some(failure) = tls(error, self.host(), &self.place()).filter(|_| wants_certificate(&said(error))) {
            return failure;
        }
        let mut failure = if error.is_timeout() {
            self.silent()
        } else if self.certificate_requests.is_unmet() {
            // The server's refusal may have been lost with the connection.
            wants_one(self.host())
        } else if error.is_builder() {
            Failure::local(FailureClass::Local, format!("The request can't be made: {}", innermost(error)), "")
        } else {
            let text = format!("The connection to {} broke before an answer came", self.host());
            Failure::local(FailureClass::Offline, text, self.look())
        };
        if failure.class != FailureClass::Local {
            failure.arrived = self.underway();
        }
        failure
    }

    /// The failure for a body that ended early, after `got` bytes.
    pub(super) fn cut(&self, error: &reqwest::Error, got: usize, status: u16) -> Failure {
        let mut failure = if error.is_timeout() {
            self.silent()
        } else {
            Failure::local(FailureClass::Offline, format!("The answer broke off after {got} bytes"), self.look())
        };
        failure.status = Some(status);
        failure.bytes = got as u64;
        failure.arrived = self.underway();
        failure
    }

    /// The failure for a body that comes too slowly: `got` bytes in all, `brought` within the time limit.
    pub(super) fn trickles(&self, got: usize, brought: usize, status: u16) -> Failure {
        let mut failure = self.silent();
        if brought > 0 {
            let (host, limit) = (self.host(), seconds(self.timeout));
            failure.text = format!("{host} sends its answer too slowly: {brought} bytes in {limit}");
        }
        failure.status = Some(status);
        failure.bytes = got as u64;
        failure.arrived = self.underway();
        failure
    }

    fn silent(&self) -> Failure {
        let text = format!("{} did not answer within {}", self.host(), seconds(self.timeout));
        Failure::local(FailureClass::Timeout, text, self.look())
    }

    fn look(&self) -> &'static str {
        if self.read { "Try again" } else { "The change may have been made: look at the record before trying again" }
    }

    fn no_connection(&self, error: &reqwest::Error) -> Failure {
        let (host, place) = (self.host(), self.place());
        let offline = |text: String, next: &str| Failure::local(FailureClass::Offline, text, next);
        if let Some(failure) = self.proxy.and_then(|proxy| proxy.failure(error, &place)) {
            return failure;
        }
        if error.is_timeout() {
            let text = format!("{place} did not accept a connection in time");
            return Failure::local(
                FailureClass::Timeout,
                text,
                "Check the network, VPN and proxy, and the profile's url",
            );
        }
        if error.is_dns() {
            return offline(
                format!("The name {host} does not resolve"),
                "Check the profile's url, the network and VPN",
            );
        }
        if let Some(failure) = tls(error, host, &place) {
            return failure;
        }
        match io_kind(error) {
            Some(io::ErrorKind::ConnectionRefused) => {
                offline(format!("Nothing listens at {place}"), "Check the profile's url, and that the server runs")
            }
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                offline(format!("There is no route to {place}"), "Check the network and VPN")
            }
            _ if self.certificate_requests.is_unmet() => wants_one(host),
            _ => offline(format!("{place} can't be reached: {}", innermost(error)), "Check the network and proxy"),
        }
    }
}

/// The failure for a TLS error anywhere below `error`; `None` where there is none.
///
/// The types of TLS errors are not accessible here, so their texts are searched (rustls, `Error` and
/// `CertificateError`).
pub(super) fn tls(error: &(dyn Error + 'static), host: &str, place: &str) -> Option<Failure> {
    let said = said(error);
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let (text, next) = if wants_certificate(&said) {
        return Some(wants_one(host));
    } else if has(&["certificate expired", "expired"]) {
        (format!("The certificate of {host} has expired"), "Tell who runs the server; check this machine's clock")
    } else if has(&["not valid yet", "notvalidyet"]) {
        (format!("The certificate of {host} is not valid yet"), "Check this machine's clock")
    } else if has(&["not valid for name", "notvalidforname"]) {
        (format!("The certificate is not for {host}"), "Check the host's name in the profile's url")
    } else if has(&["unknownissuer", "unknown issuer", "selfsigned", "self-signed", "badsignature"]) {
        let next = "Set ca_file in the profile to the authority's certificate";
        (format!("The certificate of {host} is from an unknown authority"), next)
    } else if has(&["causedasendentity"]) {
        let next =
            "Give the server a certificate signed by an authority (CA:FALSE), and set ca_file to the authority's";
        (format!("The certificate of {host} is an authority's own, which a server must not show"), next)
    } else if has(&["invalidcontenttype", "wrong version number", "corrupt message"]) {
        (format!("{place} does not speak TLS"), "Check the port, or whether the profile's url should be http://")
    } else if has(&["certificate", "tls", "handshake", "received fatal alert"]) {
        (format!("No secure connection to {place}: {}", innermost(error)), "Check the profile's url and ca_file")
    } else {
        return None;
    };
    Some(Failure::local(FailureClass::Tls, text, next))
}

/// The failure for a server that requires a client certificate, or another one.
fn wants_one(host: &str) -> Failure {
    let next = "Set client_cert and client_key in the profile; if they are set, another authority must have signed it";
    Failure::local(FailureClass::Tls, format!("{host} wants a certificate of its clients"), next)
}

/// The texts of all causes, in lower case.
pub(super) fn said(error: &(dyn Error + 'static)) -> String {
    causes(error).map(|cause| cause.to_string().to_lowercase()).collect::<Vec<_>>().join("\n")
}

/// True for the server's alerts about the client's certificate (RFC 8446 §6.2), not for the client's about the
/// server's.
fn wants_certificate(said: &str) -> bool {
    let alerts = ["certificaterequired", "badcertificate", "unknownca", "certificateunknown", "unsupportedcertificate"];
    said.contains("received fatal alert") && alerts.iter().any(|alert| said.contains(alert))
}

pub(super) fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// The causes below the HTTP library's own error.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (**cause).source())
}

/// The deepest cause in its own words, on a single line.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(|| "no reason given".to_owned(), |cause| clean(&cause.to_string()))
}

fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{} s", time.as_secs()) } else { format!("{:.1} s", time.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer https://x.example/?key=canary")]
    struct OuterCause(#[source] io::Error);

    #[rstest]
    #[case("invalid peer certificate: UnknownIssuer", "The certificate of h is from an unknown authority")]
    #[case(
        "invalid peer certificate: certificate expired: verification time 1 (UNIX)",
        "The certificate of h has expired"
    )]
    #[case("invalid peer certificate: certificate not valid for name \"h\"", "The certificate is not for h")]
    #[case(
        "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        "The certificate of h is an authority's own"
    )]
    #[case("invalid peer certificate: BadSignature", "The certificate of h is from an unknown authority")]
    #[case("received fatal alert: CertificateRequired", "h wants a certificate of its clients")]
    #[case("received fatal alert: UnknownCA", "h wants a certificate of its clients")]
    #[case("received corrupt message of type InvalidContentType", "h:1 does not speak TLS")]
    #[case("received fatal alert: HandshakeFailure", "No secure connection to h:1: received fatal alert")]
    fn certificates_are_explained(#[case] said: &str, #[case] text: &str) {
        let failure = tls(&OuterCause(io::Error::other(said.to_owned())), "h", "h:1").unwrap();
        assert!(failure.text.starts_with(text), "{failure}");
        assert_eq!((failure.class, failure.arrived), (FailureClass::Tls, RequestArrival::No));
        assert!(!format!("{failure:?}").contains("canary"));
    }

    #[test]
    fn other_faults_are_not_taken_for_tls() {
        let refused = OuterCause(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert!(tls(&refused, "h", "h:1").is_none());
        assert_eq!(io_kind(&refused), Some(io::ErrorKind::ConnectionRefused));
    }
}
