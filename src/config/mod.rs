//! What a person configured: profiles, where their keys come from, and where files lie.
//!
//! Knows files, the environment and `netrc`; knows no network, no terminal and no vendor's protocol beyond its name
//! and default address.

pub mod error;
pub mod file;
mod loose;
pub mod netrc;
pub mod places;
pub mod profile;
mod raw;
pub mod save;
pub mod secret;
pub mod wandb;

pub use error::ConfigError;
pub use file::{ConfigFile, DATASAUR_ROLES, Glyphs, Link, Theme, Ui};
pub use loose::is_open_to_others;
pub use places::Places;
pub use profile::{AuthForm, Confirm, Hosting, Profile, Provider, resolve};

pub use save::{Drafted, NewProfile, draft_edited, draft_new, replace_file, save_mapping};
pub use secret::{KeyError, KeySource};
