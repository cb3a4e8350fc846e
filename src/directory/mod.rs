//! The directory as known: users, teams and roles, the changes still pending on them, and what the administrator
//! means to do next.
//!
//! Pure: no network, no clock, no files, no screen. The screen always shows *confirmed ⊕ pending*: [`Directory`] keeps
//! the confirmed [`records::Records`] and lays the pending [`change::Change`]s over them.

pub mod ability;
pub mod attributes;
pub mod audit;
pub mod census;
pub mod change;
pub mod compare;
mod coverage;
pub mod field;
pub mod find;
pub mod guard;
pub mod learnt;
pub mod likeness;
pub mod listing;
mod live;
mod maybe_told;
pub mod name;
pub mod named;
mod observation;
pub mod offboarding;
pub mod owner;
pub mod permissions;
pub mod plan;
pub mod progress;
pub mod query;
pub mod record;
pub mod record_contents;
pub mod records;
pub mod refusal;
pub mod role_source;
pub mod search;
pub mod seats;
pub mod shared;
pub mod side_query;
pub mod sort;
pub mod stage;
pub mod words;
pub mod work;

pub use coverage::{ListCoverage, ListShortfall};
pub use live::{Directory, TeamAdminSet};
pub use maybe_told::MaybeTold;
pub use name::Name;
pub use observation::Observation;
pub use record::{Id, RecordKind, ResourceRef};
