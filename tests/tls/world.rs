//! A demo directory behind TLS, the authorities that sign for it, a proxy, and the program that asks.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use assert_cmd::Command;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use scimitar::demo::{self, RunningDemo};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{RootCertStore, ServerConfig, pki_types::PrivateKeyDer, server::WebPkiClientVerifier},
};

/// The key of the demo directory.
pub const CANARY: &str = "canary-5f3a9c";

/// The contents of a certificate.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    pub name: &'static str,
    pub from: i32,
    pub until: i32,
}

impl Leaf {
    pub fn of(name: &'static str) -> Self {
        Self { name, from: 2000, until: 2200 }
    }

    fn params(self) -> CertificateParams {
        let mut params = CertificateParams::new(vec![self.name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(self.from, 1, 1);
        params.not_after = date_time_ymd(self.until, 1, 1);
        params
    }
}

/// A certificate with its key, both as PEM.
pub struct Pair {
    pub certificate: String,
    pub key: String,
    der: (Vec<u8>, Vec<u8>),
}

impl Pair {
    fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        let der = (certificate.der().to_vec(), key.serialize_der());
        Self { certificate: certificate.pem(), key: key.serialize_pem(), der }
    }
}

/// Somebody who signs certificates.
pub struct Authority {
    certificate: rcgen::Certificate,
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    pub fn new() -> Self {
        Self::named("the authority")
    }

    pub fn named(name: &str) -> Self {
        let mut params = Leaf::of("localhost").params();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self { certificate: params.self_signed(&key).unwrap(), params, key }
    }

    pub fn leaf(&self, leaf: Leaf) -> Pair {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        Pair::new(&leaf.params().signed_by(&key, &issuer).unwrap(), &key)
    }

    /// A certificate that nobody but its owner signed.
    pub fn of_itself(name: &'static str) -> Pair {
        let key = KeyPair::generate().unwrap();
        Pair::new(&Leaf::of(name).params().self_signed(&key).unwrap(), &key)
    }

    /// The authority's own certificate, as a server would show it.
    pub fn shown_itself(&self) -> Pair {
        Pair::new(&self.certificate, &self.key)
    }

    pub fn pem(&self) -> String {
        self.certificate.pem()
    }
}

/// A demo directory, an authority that the profile knows as `ca.pem`, and a home for the program.
pub struct World {
    pub authority: Authority,
    server: RunningDemo,
    home: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::hosted(demo::Hosting::default()).await
    }

    pub async fn hosted(hosting: demo::Hosting) -> Self {
        let options =
            demo::DemoOptions { users: 20, hosting, key: Some(CANARY.to_owned()), ..demo::DemoOptions::default() };
        let world = Self {
            authority: Authority::new(),
            server: demo::start(options).await.unwrap(),
            home: tempfile::tempdir().unwrap(),
        };
        fs::write(world.home().join("ca.pem"), world.authority.pem()).unwrap();
        world
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Requests that came through to the directory.
    pub fn reached(&self) -> usize {
        self.server.requests().len()
    }

    /// The directory behind TLS with this certificate; `clients` must have signed those of its clients. Gives the port.
    pub async fn serve(&self, shown: &Pair, clients: Option<&Authority>) -> u16 {
        let (acceptor, to) = (Self::acceptor(shown, clients, false), self.server.addr());
        listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                match acceptor.accept(stream).into_fallible().await {
                    Ok(mut stream) => relay(&mut stream, to).await,
                    // Read to its end, so that the refusal arrives before the connection is gone.
                    Err((_, mut stream)) => drop(stream.read_to_end(&mut Vec::new()).await),
                }
            }
        })
        .await
    }

    /// The same with a server that asks for a certificate and resets the connection to who shows none, without a word.
    pub async fn serve_with_resets(&self, shown: &Pair, clients: &Authority) -> u16 {
        let (acceptor, to) = (Self::acceptor(shown, Some(clients), true), self.server.addr());
        listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut stream = acceptor.accept(stream).await.unwrap();
                if stream.get_ref().1.peer_certificates().is_some() {
                    return relay(&mut stream, to).await;
                }
                stream.get_ref().0.set_zero_linger().unwrap();
            }
        })
        .await
    }

    fn acceptor(shown: &Pair, clients: Option<&Authority>, strangers_come_in: bool) -> TlsAcceptor {
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.certificate.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = if strangers_come_in { verifier.allow_unauthenticated() } else { verifier };
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let (certificate, key) = shown.der.clone();
        let key = PrivateKeyDer::try_from(key).unwrap();
        let config = builder.with_single_cert(vec![certificate.into()], key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// A proxy that knows one way, whatever host is named; gives its port, and the heads of what it is asked.
    pub async fn proxy(&self, to: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
        Self::proxy_that("200 Connection established", Some(to)).await
    }

    /// A proxy that connects nobody and answers with this status; gives its port, and the heads of what it is asked.
    pub async fn refusing_proxy(&self, status: &'static str) -> (u16, Arc<Mutex<Vec<String>>>) {
        Self::proxy_that(status, None).await
    }

    async fn proxy_that(status: &'static str, to: Option<u16>) -> (u16, Arc<Mutex<Vec<String>>>) {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let heads = Arc::clone(&seen);
        let port = listen(move |mut stream| {
            let heads = Arc::clone(&heads);
            async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                heads.lock().unwrap().push(String::from_utf8(head).unwrap());
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.unwrap();
                if let Some(to) = to {
                    relay(&mut stream, SocketAddr::from(([127, 0, 0, 1], to))).await;
                }
            }
        })
        .await;
        (port, seen)
    }

    /// The words of `scimitar doctor` about a profile with this address and these lines, which never contain the key.
    pub async fn doctor(&self, url: &str, lines: &str, env: &[(&str, &str)]) -> String {
        let config = format!(
            "[profile.a]\nprovider = \"wandb\"\nhosting = \"dedicated\"\nurl = \"{url}\"\nkey = {{ env = \"THE_KEY\" }}\n\
             timeout_seconds = 5\n{lines}"
        );
        let said = self.run(&config, &["doctor"], &[env, &[("THE_KEY", CANARY)]].concat()).await;
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The output of a command on the config's profile `a`, which never contains the key.
    pub async fn run(&self, config: &str, arguments: &[&str], env: &[(&str, &str)]) -> String {
        fs::write(self.home().join("config.toml"), config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_scimitar"));
        command.args(["--config", "config.toml", "-p", "a"]).args(arguments).env_clear().current_dir(self.home());
        command.env("HOME", self.home()).env("SCIMITAR_STATE", self.home().join("state"));
        for (name, value) in env {
            command.env(name, value);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains(CANARY), "{said}");
        said
    }
}

/// Serves every connection to a free port on its own; gives the port.
async fn listen<Served: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream) -> Served + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

async fn relay(stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin), to: SocketAddr) {
    if let Ok(mut onwards) = TcpStream::connect(to).await {
        // One of the two sides closes the connection first.
        let _ = copy_bidirectional(stream, &mut onwards).await;
    }
}
