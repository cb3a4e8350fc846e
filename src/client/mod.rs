//! HTTP: one server, one key, and the rules for sending, repeating and waiting.
//!
//! Knows requests as values ([`crate::scim::request`]) and failures as values ([`crate::scim::failure`]). Knows no
//! vendor, no profile file, no screen and no journal. The key leaves this module only inside the `Authorization` header
//! of a request to the endpoint's own origin. If an answer repeats the key, it is masked before the answer is read.

mod answer;
mod connection;
mod endpoint;
mod fault;
mod flow;
mod mask;
mod pace;
mod proxy;
pub mod redact;
mod retry;
mod scattered;
mod status;
mod tls;
mod transport;

pub use answer::{BodyObserver, BodyPart, HttpAnswer, WaitObserver};
pub use endpoint::{AuthScheme, ClientCert, Endpoint, GraphqlEndpoint};
pub use transport::Client;

#[cfg(test)]
mod tests;
