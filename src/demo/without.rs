//! A build without the demo server: a command that asks for it gets an error.

use std::{convert::Infallible, io};

use super::DemoOptions;

/// A demo server, of which none can run in this build.
#[derive(Debug)]
pub struct RunningDemo(Infallible);

/// Fails: there is no server to start.
///
/// # Errors
/// Always.
pub async fn start(_options: DemoOptions) -> io::Result<RunningDemo> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this build has no demo directory (Cargo feature `demo`)"))
}

impl RunningDemo {
    /// Address of the SCIM root.
    pub fn url(&self) -> &str {
        match self.0 {}
    }

    /// The key of the organisation's administrator.
    pub fn key(&self) -> &str {
        match self.0 {}
    }

    /// True where the release refuses keys as `Authorization: Bearer`.
    pub fn takes_basic_only(&self) -> bool {
        match self.0 {}
    }

    /// Ends the server.
    #[expect(clippy::unused_async, reason = "the signature of the build with a server")]
    pub async fn stop(self) {
        match self.0 {}
    }
}
