//! The messages that the state receives, and the effects that it asks for: its only inputs and outputs.

use std::{any::Any, sync::Arc};

use crossterm::event::Event;
use secrecy::SecretString;

use super::form;
use crate::directory::{
    Id, Name,
    guard::GuardSettings,
    plan::Planner,
    role_source::RoleMapping,
    work::{WorkerJob, WorkerReport},
};

/// The profile as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileView {
    /// The profile's name.
    pub name: String,
    /// The provider's name, such as "W&B dedicated".
    pub provider: String,
    /// The host and path, without credentials.
    pub host: String,
    /// The person reviews every change before it is sent.
    pub confirm_always: bool,
    /// Nothing is sent without a reason or ticket.
    pub reason_required: bool,
    /// The operating system's user, for the journal.
    pub actor: String,
}

/// A profile that was opened.
pub struct OpenedProfile {
    /// The profile as the screen shows it.
    pub profile: ProfileView,
    /// The planner of the profile's changes.
    pub planner: Arc<dyn Planner>,
    /// The guards that the profile sets.
    pub guards: GuardSettings,
}

/// Work that only the runtime can do.
#[derive(Debug)]
pub enum AppEffect {
    /// A job for the worker.
    Work(WorkerJob),
    /// Copies text to the terminal's clipboard (OSC 52). The text may be a secret, so nothing prints it.
    Copy(SecretString),
    /// Opens a profile; `None` is the embedded demo directory.
    Open(Option<String>),
    /// Connects to the server of this profile, keeps the key that was entered where the profile says, writes the profile to the config file if the server answers, and opens
    /// it.
    SaveProfile(form::ProfileDraft, Option<SecretString>),
    /// Reads the profiles of the config file.
    ListProfiles,
    /// Asks the server of a profile whether it takes the key.
    TestProfile(form::ProfileDraft),
    /// Deletes a profile from the config file.
    DeleteProfile(String),
    /// Saves the role that a group gives where the profile is kept; the mapping holds the role already.
    MapGroup {
        /// The mapping of all groups.
        mapping: Arc<RoleMapping>,
        /// The group that was changed.
        group: Name,
    },
    /// Reads a list of names from a file, for the members of a team.
    ReadList {
        /// The team's id.
        team: Id,
        /// The path as typed.
        path: String,
    },
    /// Drops the value on another thread: freeing a large directory or plan takes longer than a frame.
    Discard(Box<dyn Any + Send>),
    /// Draws the whole screen again.
    Redraw,
    /// Releases the terminal and stops until the shell resumes the console.
    Suspend,
    /// Ends the console.
    Quit,
}

/// A profile that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnopenedProfile {
    /// The reason, in sentences.
    pub why: String,
    /// The profile; `None` for the demo directory.
    pub draft: Option<Box<form::ProfileDraft>>,
}

/// A message to the state.
pub enum AppMessage {
    /// A key, a paste, or a new size.
    Terminal(Event),
    /// A report of the worker.
    Report(WorkerReport),
    /// A profile was opened.
    Opened(Box<OpenedProfile>),
    /// A profile could not be opened; with the start of its form, where the profile is not the demo directory.
    OpenFailed(UnopenedProfile),
    /// A profile could not be saved: the field and the reason.
    ProfileRefused(String, String),
    /// The profiles of the config file, with the words about what was done to them, or the reason why they can't be read.
    ProfilesRead(Result<ListedProfiles, UnreadProfiles>),
    /// A profile was tested: its name, and the outcome in words.
    ProfileTested(String, Result<String, FailedTest>),
    /// A mapping was saved, or not, with the reason.
    Mapped(Result<(Arc<RoleMapping>, String), NotSaved>),
    /// The list of names for the members of a team, or the reason why it could not be read.
    ListRead(Id, Result<String, NoList>),
    /// The terminal has taken the last frame that was drawn.
    Shown,
    /// The process was asked to end.
    Terminate,
}

/// A mapping that could not be saved; holds a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The mapping was not saved: {0}")]
pub struct NotSaved(pub String);

/// The profiles of the config file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedProfiles {
    /// The profiles as their forms begin.
    pub drafts: Vec<form::ProfileDraft>,
    /// Words about a change of the file before; may be empty.
    pub words: String,
}

/// The reason why the profiles of the config file can't be read or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadProfiles(pub String);

/// The reason why the test of a profile failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FailedTest(pub String);

/// The reason why a file is no list of names; the file's name is fit for display.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoList {
    /// The file can't be read: its name, and the operating system's reason.
    #[error("{0} can't be read: {1}")]
    Unreadable(String, String),
    /// The path is a folder or a device.
    #[error("{0} is no file")]
    NoFile(String),
    /// Longer than [`super::LIST`].
    #[error("{file} has more than {} MiB: that is no list of names", super::LIST >> 20)]
    TooLong {
        /// The file's name.
        file: String,
    },
    /// The file has another encoding, or is no text.
    #[error("{0} is no text in UTF-8")]
    NoText(String),
    /// The file is empty.
    #[error("{0} is empty")]
    Empty(String),
}
