//! HTTP: one server, one key, and the rules for what may be sent, repeated and waited for.
//!
//! Knows requests as values ([`crate::scim::request`]) and failures as values ([`crate::scim::failure`]). Knows no
//! vendor, no profile file, no screen and no journal. The key leaves this room only inside the `Authorization` header
//! of a request to the endpoint's own origin, and where an answer repeats it it is masked before it is read.

mod answer;
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
