//! Requests that wait before they are sent, and the words that tell a person about the wait.

use std::time::Duration;

use jiff::Timestamp;

/// A request that waits before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestWait {
    /// The reason for the wait.
    pub cause: WaitCause,
    /// The whole length of the wait.
    pub length: Duration,
    /// The end of the wait.
    pub until: Timestamp,
    /// The HTTP status of the attempt that failed, where there was one.
    pub status: Option<u16>,
}

/// Why a request waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitCause {
    /// The server asks for the wait with a header.
    Asked {
        /// `Retry-After`, or a header like it.
        by: &'static str,
        /// The number of the next attempt, from 2.
        attempt: u32,
    },
    /// An attempt failed.
    Failed {
        /// The reason for the failure, one line.
        why: String,
        /// The number of the next attempt, from 2.
        attempt: u32,
    },
    /// The server has asked another request to wait.
    Held,
    /// An answer does not come, or comes too slowly; the request is given up at the end of the wait.
    Slow,
    /// The server accepted a change, but the record does not show it yet; the record is read again.
    Late,
}

impl RequestWait {
    /// A wait that begins now.
    pub fn new(cause: WaitCause, length: Duration, status: Option<u16>, now: Timestamp) -> Self {
        Self { cause, length, until: now.saturating_add(length).unwrap_or(Timestamp::MAX), status }
    }

    /// True from one second on: shorter waits end before a person has read about them.
    pub fn is_long(&self) -> bool {
        self.length >= Duration::from_secs(1)
    }

    /// The reason, and the end of the wait as `clock` gives it.
    pub fn sentence(&self, clock: &str) -> String {
        match &self.cause {
            WaitCause::Asked { by, attempt } => {
                let seconds = self.length.as_secs_f32().ceil();
                format!("The server asks to wait {seconds} s ({by}). Try {attempt} at {clock}.")
            }
            WaitCause::Failed { why, attempt } => {
                let stop = if why.ends_with(['.', '!', '?', '”', '…']) { "" } else { "." };
                format!("{why}{stop} Try {attempt} at {clock}.")
            }
            WaitCause::Slow => format!("The server is slow to answer. It is given up at {clock} if no more comes."),
            WaitCause::Held => format!("The server has asked to wait. The next request goes out at {clock}."),
            WaitCause::Late => format!("The record does not show the change yet. It is read again at {clock}."),
        }
    }
}
