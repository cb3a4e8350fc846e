//! The embedded directory server: a directory over real HTTP on loopback, for trying the console and for its tests.
//!
//! It is a stand-in made from documentation: W&B's published SCIM reference, and RFC 7643 and RFC 7644 for the plain
//! provider. It has never been compared with a real W&B server, and where the reference is silent or contradicts
//! itself it follows a choice that is named beside the code. Of Grafana and Datasaur little is documented below their
//! addresses: `grafana.rs` names what is, and the rest is as the RFCs have it. It writes its own JSON and shares nothing with the
//! client's rooms, so that a mistake of one is not repeated by the other.
//!
//! Choices where the documents are silent: `teamRoles` changes the named teams only and refuses teams the user is not
//! in; `startIndex` and `count` work; one operation a PATCH; `PUT` of a group does not rename it; removing `members`
//! without a filter empties the team even if a `value` is sent; users have one email address; a seat that is not to be
//! had answers 400; deleting a person takes their API keys along. The choices of W&B's GraphQL stand in `graphql/mod.rs`.

mod auth;
mod clock;
mod dice;
mod fault_kind;
mod faults;
mod grafana;
mod graphql;
mod groups;
mod ids;
mod invitations;
mod json;
mod key_ring;
mod log;
mod names;
mod options;
mod records;
mod reply;
mod request;
mod rfc;
mod roles;
mod running;
mod seed;
mod seed_access;
mod server;
mod spoil;
mod state;
mod user_json;
mod user_patch;
mod users;
mod version;
mod wandb;
mod wire;
mod words;

#[cfg(test)]
mod tests;

pub use fault_kind::{FaultKind, FaultSpec};
pub use log::{LoggedRequest, TakenWrite};
pub use options::{EmailShape, FailRule, Hosting, OptionError, Options, Provider, RolePut};
pub use running::{Running, start};
pub use version::ServerVersion;
