//! The configuration: profiles, the sources of their keys, and the locations of files.
//!
//! Knows files, the environment and `netrc`; independent of networks and terminals, and of vendors' protocols beyond
//! their names and default addresses.

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
pub use file::{ConfigFile, GlyphChoice, LinkChoice, ThemeChoice, UiTable};
pub use loose::is_open_to_others;
pub use places::StandardPaths;
pub use profile::{AuthForm, ConfirmPolicy, MOST_PARALLEL, Profile, ReasonPolicy, resolve};

pub use save::{
    DraftedConfig, NewProfile, draft_edited, draft_new, keep_key, remove_profile, replace_file, save_mapping,
};
pub use secret::{KeyError, KeySource};
