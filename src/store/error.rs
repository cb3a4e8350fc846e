//! Why the store could not do something, in words that a person can act on. Holds no stored value.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

use crate::directory::{Kind, change::ChangeId};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a later version; untouched.
    #[error(
        "{path} was written by a newer scimitar (layout {found}; this one knows {known}). Update scimitar; until then \
         nothing is kept on disk"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout number.
        found: i64,
        /// The highest that is known here.
        known: i64,
    },
    /// A database of another program; untouched.
    #[error("{path} is a database of another program. Move it away or choose another state directory")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, or no database at all. [`super::Store::mend`] helps.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process kept the lock too long.
    #[error("another console has kept the store busy for five seconds. Close it, or try again")]
    Busy,
    /// Another process kept the lock file too long.
    #[error("another process keeps {path} locked: end it, or try again")]
    Held {
        /// The lock file.
        path: PathBuf,
    },
    /// Others than the owner can write to the directory; found before the file is opened.
    #[error("others can write to {path}: chmod go-w {path}")]
    Loose {
        /// The directory.
        path: PathBuf,
    },
    /// The file can't be used in this session, and something must be on the disk.
    #[error("nothing can be written down: {0}")]
    Refusing(String),
    /// No room.
    #[error("the disk is full: make room and try again; nothing was written")]
    Full,
    /// The file can't be written, or not be read.
    #[error(
        "the disk does not take or give what is kept on it ({0}): look at its room, quota and health, and the file's mode"
    )]
    Disk(String),
    /// The file system said no.
    #[error("can't {what} {path}: {source}")]
    File {
        /// What was tried: `create`, `lock`, …
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A change of that id is written down already; nothing was written.
    #[error("change {} is in the journal already: another console may have written it; plan it again", .0.0)]
    Taken(ChangeId),
    /// A record was given as one of another kind.
    #[error("a record that is none of the {} was given as one", .0.plural())]
    WrongKind(Kind),
    /// A value can't be brought into the stored form.
    #[error("can't be stored: {0}")]
    Encode(String),
    /// Anything else that `SQLite` says.
    #[error("the store failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            // Our statements fit the layout: where one does not, the layout is no longer what was made.
            Some(ErrorCode::Unknown) => Self::Damaged(error.to_string()),
            Some(ErrorCode::ReadOnly | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Self::Disk(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            // A column of another type than was written.
            None if !matches!(error, rusqlite::Error::QueryReturnedNoRows) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}
