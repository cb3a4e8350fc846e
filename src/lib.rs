//! scimitar: a terminal console for the users, teams and roles behind a SCIM API.
//!
//! Everything that alters a directory is a [`directory::change::Change`]; every change becomes a
//! [`directory::plan::Plan`] before anything is sent, is written to the journal, is sent by the worker and ends in an
//! outcome that the screen shows. `ARCHITECTURE.md` draws the modules and the dependencies between them, which point
//! downwards only:
//!
//! ```text
//! main → cli → { console, command }
//! console → runtime     command → { runtime, client, dialect, store }
//! runtime → { ui → app → directory → scim }      terminal, config
//! worker  → { client, store, dialect → { directory, scim } }
//! demo    → scim::filter, and nothing else of the client's
//! ```

pub mod app;
pub mod cli;
pub mod client;
pub mod command;
pub mod config;
pub mod console;
pub mod demo;
pub mod desired;
pub mod dialect;
pub mod directory;
pub mod named_file;
pub mod output;
pub mod provider;
pub mod runtime;
pub mod scim;
pub mod store;
pub mod terminal;
pub mod ui;
pub mod worker;
