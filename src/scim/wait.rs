//! Requests that wait before they go out, and what a person is told about it.

use std::time::Duration;

use jiff::Timestamp;

/// A request that waits before it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Why.
    pub cause: WaitCause,
    /// How long in all.
    pub length: Duration,
    /// Until when.
    pub until: Timestamp,
    /// The HTTP status of the try that failed, where there was one.
    pub status: Option<u16>,
}

/// Why a request waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitCause {
    /// The server asks for it, by this header.
    Asked {
        /// `Retry-After`, or a header like it.
        by: &'static str,
        /// The number of the try to come, from 2.
        attempt: u32,
    },
    /// A try failed for this reason.
    Failed {
        /// One line.
        why: String,
        /// The number of the try to come, from 2.
        attempt: u32,
    },
    /// The server has put off another request.
    Held,
    /// An answer does not come, or comes too slowly; it is given up at the end of the wait.
    Slow,
    /// A change was accepted, and its record is as it was: it is read again.
    Late,
}

impl Wait {
    /// A wait from now on.
    pub fn new(cause: WaitCause, length: Duration, status: Option<u16>, now: Timestamp) -> Self {
        Self { cause, length, until: now.saturating_add(length).unwrap_or(Timestamp::MAX), status }
    }

    /// True from a second on: shorter waits are over before a person has read about them.
    pub fn is_long(&self) -> bool {
        self.length >= Duration::from_secs(1)
    }

    /// Why, and when it goes on by the clock given.
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
