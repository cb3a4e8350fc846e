//! The server's time: seconds that go on from a chosen start, and how they are written. Knows no resource.

use std::fmt;
use std::time::Instant;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A moment in seconds since 1970, kept small because a million users have three each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UnixSeconds(pub u32);

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Timestamp::from_second(i64::from(self.0)).unwrap_or(Timestamp::UNIX_EPOCH).fmt(f)
    }
}

impl Serialize for UnixSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Time that runs from where it was set.
pub(super) struct Clock {
    start: UnixSeconds,
    since: Instant,
}

impl Clock {
    /// A clock that shows `start` now, or the system's time.
    pub(super) fn new(start: Option<Timestamp>) -> Self {
        let seconds = start.unwrap_or_else(Timestamp::now).as_second();
        Self { start: UnixSeconds(u32::try_from(seconds).unwrap_or(0)), since: Instant::now() }
    }

    pub(super) fn start(&self) -> UnixSeconds {
        self.start
    }

    pub(super) fn now(&self) -> UnixSeconds {
        UnixSeconds(self.start.0.saturating_add(self.since.elapsed().as_secs() as u32))
    }
}
