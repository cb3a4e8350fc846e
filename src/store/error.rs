//! The reasons why the store failed, in words that a person can act on. Holds no stored value.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

use crate::directory::{RecordKind, change::ChangeId};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a later version; it is left untouched.
    #[error(
        "{path} was written by a newer scimitar (layout {found}; this one knows {known}). Update scimitar; until then \
         nothing is kept on disk"
    )]
    Newer {
        /// The path of the file.
        path: PathBuf,
        /// The file's layout number.
        found: i64,
        /// The highest layout number that this version knows.
        known: i64,
    },
    /// The file is a database of another program; it is left untouched.
    #[error("{path} is a database of another program. Move it away or choose another state directory")]
    Foreign {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file is damaged, or no database at all. [`super::Store::mend`] repairs it.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process kept the lock too long.
    #[error("another console has kept the store busy for five seconds. Close it, or try again")]
    Busy,
    /// Another process kept the lock file too long.
    #[error("another process keeps {path} locked: end it, or try again")]
    Held {
        /// The path of the lock file.
        path: PathBuf,
    },
    /// Users other than the owner can write to the directory; found before the file is opened.
    #[error("others can write to {path}: chmod go-w {path}")]
    Loose {
        /// The path of the directory.
        path: PathBuf,
    },
    /// The file can't be used in this session, and a write must reach the disk.
    #[error("nothing can be written down: {0}")]
    Refusing(String),
    /// The disk is full.
    #[error("the disk is full: make room and try again; nothing was written")]
    Full,
    /// The file can't be written or read.
    #[error(
        "the disk does not take or give what is kept on it ({0}): look at its room, quota and health, and the file's mode"
    )]
    Disk(String),
    /// The file system refused an operation.
    #[error("can't {what} {path}: {source}")]
    File {
        /// The attempted operation: `create`, `lock`, …
        what: &'static str,
        /// The path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The system can't report writes by other processes.
    #[error(
        "{path} can't be watched ({source}), so what other consoles and commands do is not shown as it happens: R shows it"
    )]
    Watch {
        /// The path of the directory.
        path: PathBuf,
        /// The operating system's error.
        source: notify::Error,
    },
    /// The journal already has a change with this id; no change was written.
    #[error("change {} is in the journal already: another console may have written it; plan it again", .0.0)]
    Taken(ChangeId),
    /// A record was passed as one of another kind.
    #[error("a record that is none of the {} was given as one", .0.plural())]
    WrongKind(RecordKind),
    /// A value can't be converted to the stored form.
    #[error("can't be stored: {0}")]
    Encode(String),
    /// Any other error of `SQLite`.
    #[error("the store failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            // The statements fit the layout: where a statement fails, the file no longer has the layout that was made.
            Some(ErrorCode::Unknown) => Self::Damaged(error.to_string()),
            Some(ErrorCode::ReadOnly | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Self::Disk(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            // The column holds another type than was written.
            None if !matches!(error, rusqlite::Error::QueryReturnedNoRows) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}
