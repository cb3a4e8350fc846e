//! The demo server itself: the organisation, the interfaces over it, and the faults.

mod audit;
mod auth;
mod clock;
mod dice;
mod faults;
mod generation;
mod grafana;
mod graphql;
mod groups;
mod ids;
mod invitations;
mod json;
mod key_ring;
mod log;
mod names;
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
mod wandb;
mod wire;
mod words;

#[cfg(test)]
mod tests;

pub use log::{LoggedRequest, TakenWrite};
pub use running::{RunningDemo, start};

#[cfg(test)]
use super::{DemoOptions, EmailShape, FailRule, FaultKind, FaultSpec, Hosting, Provider, RolePut};
use super::{fault_kind, options, version};
