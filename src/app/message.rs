//! What the state is told, and what it asks to be done about it: its only ways in and out.

use std::sync::Arc;

use crossterm::event::Event;
use secrecy::SecretString;

use super::form;
use crate::directory::{
    Id, Name,
    guard::Guards,
    plan::Planner,
    records::Records,
    role_source::Mapping,
    work::{Job, Report},
};

/// How a profile is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileView {
    /// Its name.
    pub name: String,
    /// "W&B dedicated".
    pub provider: String,
    /// Host and path, without credentials.
    pub host: String,
    /// Every change is looked at before it is sent.
    pub confirm_always: bool,
    /// The operating system's user, for the journal.
    pub actor: String,
}

/// A profile that was opened.
pub struct Opened {
    /// How it is shown.
    pub profile: ProfileView,
    /// What plans its changes.
    pub planner: Arc<dyn Planner>,
    /// What it guards against.
    pub guards: Guards,
}

/// Work that only the runtime can do.
#[derive(Debug)]
pub enum Effect {
    /// For the worker.
    Work(Job),
    /// To the terminal's clipboard (OSC 52). It may be a secret, so nothing prints it.
    Copy(SecretString),
    /// Open a profile; `None` is the embedded demo directory.
    Open(Option<String>),
    /// Ask the server of this profile, write it to the config file where that answers, and open it.
    SaveProfile(form::ProfileDraft),
    /// Write down what a group gives from now on, where the profile is kept; the mapping holds it already.
    MapGroup {
        /// All groups.
        mapping: Arc<Mapping>,
        /// The one that was changed.
        group: Name,
    },
    /// Read a list of names from a file, for the members of a team.
    ReadList {
        /// Which team.
        team: Id,
        /// The path as typed.
        path: String,
    },
    /// Drop these elsewhere: freeing a large directory takes longer than a frame.
    Discard(Box<Records>),
    /// Draw everything again.
    Redraw,
    /// Give the terminal back and stop, until the shell goes on with it.
    Suspend,
    /// End.
    Quit,
}

/// A profile that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopened {
    /// Why, in sentences.
    pub why: String,
    /// The profile; none for the demo directory.
    pub draft: Option<Box<form::ProfileDraft>>,
}

/// Something that happened.
pub enum Msg {
    /// A key, a paste, another size.
    Terminal(Event),
    /// The worker reports.
    Report(Report),
    /// A profile was opened.
    Opened(Box<Opened>),
    /// It was not; with what its form begins with, where it is a profile.
    OpenFailed(Unopened),
    /// A profile could not be saved: the field and why.
    ProfileRefused(String, String),
    /// What a group gives was written down; or why it was not.
    Mapped(Result<(Arc<Mapping>, String), NotSaved>),
    /// The list of names for the members of this team; or why it could not be read.
    ListRead(Id, Result<String, NoList>),
    /// The terminal has taken the last frame that was drawn.
    Shown,
    /// The process was asked to end.
    Terminate,
}

/// A mapping that could not be written down; the sentence about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The mapping was not saved: {0}")]
pub struct NotSaved(pub String);

/// Why a file is no list of names; the file's name is fit for display.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoList {
    /// The operating system says why.
    #[error("{0} can't be read: {1}")]
    Unreadable(String, String),
    /// A folder, a device.
    #[error("{0} is no file")]
    NoFile(String),
    /// Longer than [`super::LIST`].
    #[error("{file} has more than {} MiB: that is no list of names", super::LIST >> 20)]
    TooLong {
        /// The file.
        file: String,
    },
    /// Another encoding, or no text.
    #[error("{0} is no text in UTF-8")]
    NoText(String),
    /// Nothing is in it.
    #[error("{0} is empty")]
    Empty(String),
}
