//! How a command ends: what its exit status means is a promise to scripts.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use color_eyre::eyre::Result;

use crate::{config::ConfigError, runtime::OpenError, scim::failure::Failure};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Done, or nothing to do.
    Done = 0,
    /// Some of it was not done; what, has been said.
    Partly = 1,
    /// Arguments, config or a file can't be used.
    Usage = 2,
    /// The server could not be asked.
    Server = 3,
    /// Not confirmed, or refused before anything was sent.
    NotSent = 4,
    /// There is something to do.
    Differs = 5,
    /// The server gave only a part of a list that the answer rests on.
    Incomplete = 6,
}

/// Why it ended before its work began.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Arguments or a file can't be used.
    #[error("{0}")]
    Usage(String),
    /// Config.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The key could not be read, and the like.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// The server could not be asked.
    #[error("{}", .0.sentences())]
    Server(Failure),
    /// Nothing was sent.
    #[error("{0}")]
    NotSent(String),
    /// Only a part of a list is known that this rests on.
    #[error("{0}")]
    Incomplete(String),
    /// Output could not be written.
    #[error("{0}")]
    Output(#[from] io::Error),
}

impl Stop {
    fn end(&self) -> End {
        match self {
            Stop::Usage(_) | Stop::Config(_) | Stop::Open(_) => End::Usage,
            Stop::Server(_) => End::Server,
            Stop::NotSent(_) => End::NotSent,
            Stop::Incomplete(_) => End::Incomplete,
            Stop::Output(_) => End::Partly,
        }
    }
}

/// The exit status; what stopped it is said first.
pub(super) fn code(done: Result<End, Stop>) -> Result<ExitCode> {
    let end = match done {
        Ok(end) => end,
        // Whoever reads has read enough.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => End::Done,
        Err(stop) => {
            writeln!(io::stderr(), "scimitar: {stop}")?;
            stop.end()
        }
    };
    Ok(ExitCode::from(end as u8))
}
