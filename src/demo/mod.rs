//! The embedded directory server: a directory over real HTTP on loopback, for trying the console and for its tests.
//!
//! The server is a stand-in made from documentation: W&B's published SCIM reference, and RFC 7643 and RFC 7644 for the
//! plain provider. Nobody has compared the stand-in with a real W&B server; where the reference is silent or
//! contradicts itself, a comment beside the code names the choice. For Grafana and Datasaur, little is documented below
//! their addresses: `service/grafana.rs` names the documented parts, and the rest follows the RFCs. The server writes its own
//! JSON and shares no code with the client, so that a mistake on one side is not repeated on the other.
//!
//! Choices where the documents are silent: `teamRoles` changes the named teams only and refuses teams without the user;
//! `startIndex` and `count` work; a PATCH has a single operation; `PUT` of a group does not rename it; removing
//! `members` without a filter empties the team even if a `value` is sent; users have one email address; an unavailable
//! seat answers 400; deleting a person deletes their API keys. The choices for W&B's GraphQL are listed in
//! `service/graphql/mod.rs`.
//!
//! The server is in `service`, behind the feature `demo`; a build without it has the options alone.

mod fault_kind;
mod options;
#[cfg(feature = "demo")]
mod service;
mod version;
#[cfg(not(feature = "demo"))]
mod without;

pub use fault_kind::{FaultKind, FaultSpec};
pub use options::{DemoOptions, EmailShape, FailRule, Hosting, OptionError, Provider, RolePut};
#[cfg(feature = "demo")]
pub use service::{LoggedRequest, RunningDemo, TakenWrite, start};
pub use version::ServerVersion;
#[cfg(not(feature = "demo"))]
pub use without::{RunningDemo, start};
