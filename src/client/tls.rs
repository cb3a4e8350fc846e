//! The certificates that the client trusts, the one that it presents, and whether a server asked for one.
//!
//! Since TLS 1.3 a server refuses a client without a certificate only after the client believes itself connected, and
//! the refusal is lost if the connection is reset after it. So the server's request for a certificate is recorded.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::endpoint::{ClientCert, Endpoint, local};
use crate::{named_file, scim::failure::Failure};

/// The certificate requests of one client's servers.
#[derive(Debug, Default)]
pub(super) struct CertificateRequests {
    asked: AtomicBool,
    answered: AtomicBool,
}

impl CertificateRequests {
    /// The server answered: if it asks for a certificate, it accepts none, or this one.
    pub(super) fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// True for a server that has asked for a certificate and never answered.
    pub(super) fn is_unmet(&self) -> bool {
        self.asked.load(Ordering::Relaxed) && !self.answered.load(Ordering::Relaxed)
    }
}

/// Presents the profile's certificate, if there is one, to servers that ask.
#[derive(Debug)]
struct Shown {
    certificate_requests: Arc<CertificateRequests>,
    certificate: Option<Arc<CertifiedKey>>,
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.certificate_requests.asked.store(true, Ordering::Relaxed);
        self.certificate.clone()
    }

    fn has_certs(&self) -> bool {
        self.certificate.is_some()
    }
}

/// The TLS configuration for an endpoint. Reads the system's certificates.
pub(super) fn config(
    endpoint: &Endpoint,
    certificate_requests: Arc<CertificateRequests>,
) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let trusted = endpoint.ca_file.as_deref().map(authorities).transpose()?.unwrap_or_default();
    let shown = endpoint.client_cert.as_ref().map(identity).transpose()?;
    let wrong = |error: rustls::Error| no_connection(&error.to_string());
    let verifier = match trusted.as_slice() {
        [] => Verifier::new(Arc::clone(&provider)),
        _ => Verifier::new_with_extra_roots(trusted, Arc::clone(&provider)),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .dangerous()
        // The platform's verifier: rustls calls every verifier but its own dangerous.
        .with_custom_certificate_verifier(Arc::new(verifier.map_err(wrong)?))
        .with_client_cert_resolver(Arc::new(Shown { certificate_requests, certificate: shown.map(Arc::new) }));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The failure where TLS can't be set up.
pub(super) fn no_connection(why: &str) -> Failure {
    local(format!("No connection can be set up: {why}"), "Check the system's certificates, or set ca_file")
}

fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let next = "Check ca_file in the profile: a PEM file with one or more certificates";
    match certificates(&read(path, next)?) {
        Some(certificates) => Ok(certificates),
        None => Err(local(format!("{} holds no certificate", path.display()), next)),
    }
}

/// The certificates; `None` without any, or where one of them is invalid.
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let read: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    (!read.is_empty()).then_some(read)
}

fn identity(shown: &ClientCert) -> Result<CertifiedKey, Failure> {
    let next = "Check client_cert and client_key in the profile: PEM files with a certificate and its private key";
    let (certificate, key) = (read(&shown.certificate, next)?, read(&shown.key, next)?);
    let place = shown.key.display();
    if is_open(&shown.key) {
        return Err(local(
            format!("{place} holds a private key and can be read by others"),
            &format!("chmod 600 {place}"),
        ));
    }
    let pair = certificates(&certificate).zip(PrivateKeyDer::from_pem_slice(&key).ok());
    let pair = pair.and_then(|(chain, key)| CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).ok());
    pair.ok_or_else(|| local(format!("{place} and {} are no key and certificate", shown.certificate.display()), next))
}

fn read(path: &Path, next: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = named_file::open_regular(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|error| local(format!("{} can't be read: {error}", path.display()), next))?;
    Ok(bytes)
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}
