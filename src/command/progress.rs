//! How far a plan has come, on one line of standard error that is written over; nothing where that is no terminal.

use std::{
    io,
    time::{Duration, Instant},
};

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    directory::{RecordKind, progress::PlanProgress},
    output::err,
    scim::{text::number, wait::RequestWait},
};

/// Written no more often.
const OFTEN: Duration = Duration::from_millis(80);

/// Cells of the gauge.
const GAUGE: usize = 24;

/// A wait is not said more often than this, unless the next one is over only after it.
const SELDOM: Duration = Duration::from_secs(10);

/// Says on standard error why a request waits, also where that is no terminal. Of many requests that wait at a time one
/// is told.
#[derive(Default)]
pub(super) struct WaitNotices {
    quiet_until: Option<Timestamp>,
}

impl WaitNotices {
    /// Says it at once, over a progress line.
    pub fn say(&mut self, wait: &RequestWait) -> io::Result<()> {
        if !self.is_new(wait, Timestamp::now()) {
            return Ok(());
        }
        let mut err = err();
        err.wipe()?;
        let clock = wait.until.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string();
        writeln!(err, "{}", wait.sentence(&clock))
    }

    fn is_new(&mut self, wait: &RequestWait, now: Timestamp) -> bool {
        let known = self.quiet_until.is_some_and(|until| wait.until <= until);
        let new = wait.is_long() && !known;
        if new {
            let seldom = now.saturating_add(SELDOM).unwrap_or(now);
            self.quiet_until = Some(wait.until.max(seldom));
        }
        new
    }
}

/// The line.
pub(super) struct ProgressMeter {
    shown: bool,
    terminal: bool,
    last: Option<Instant>,
}

impl ProgressMeter {
    pub fn new() -> Self {
        Self { shown: false, terminal: err().moves(), last: None }
    }

    /// Writes it anew, unless it was just written.
    pub fn show(&mut self, progress: &PlanProgress, waiting: &str, now: Timestamp) {
        if !self.is_due() {
            return;
        }
        let filled = progress.filled(GAUGE);
        let gauge = format!("{}{}", "█".repeat(filled), "░".repeat(GAUGE - filled));
        let mut parts: Vec<String> = progress.parts().into_iter().map(|(_, words)| words).collect();
        parts.push(progress.speed(now));
        parts.push(progress.time_left(now).map(|left| format!("{} s left", left.as_secs() + 1)).unwrap_or_default());
        parts.push(waiting.to_owned());
        parts.retain(|part| !part.is_empty());
        self.write(&format!("{gauge} {}", parts.join(" · ")));
    }

    /// How far a list was read.
    pub fn reading(&mut self, kind: RecordKind, seen: u64, said: Option<u64>) {
        if !self.is_due() {
            return;
        }
        let of = said.map(|said| format!(" of {}", number(said))).unwrap_or_default();
        self.write(&format!("reading {}: {}{of}", kind.plural(), number(seen)));
    }

    /// How many of some questions are answered.
    pub fn asking(&mut self, what: &str, done: usize, all: usize) {
        if self.is_due() {
            self.write(&format!("asking about {what}: {} of {}", number(done as u64), number(all as u64)));
        }
    }

    fn is_due(&mut self) -> bool {
        self.terminal && self.last.is_none_or(|last| last.elapsed() >= OFTEN)
    }

    fn write(&mut self, line: &str) {
        self.last = Some(Instant::now());
        self.shown = true;
        // Who can't read it loses nothing.
        let _ = err().over(line);
    }

    /// Takes the line off, so that words can follow.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = err().wipe();
        }
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::wait::WaitCause;

    #[test]
    fn of_many_waits_the_first_is_said_and_longer_ones() {
        let start: Timestamp = "2026-11-30T14:05:00Z".parse().unwrap();
        let at = |seconds: i64| start + jiff::SignedDuration::from_secs(seconds);
        let wait = |from: i64, length: u64| {
            let cause = WaitCause::Asked { by: "Retry-After", attempt: 2 };
            RequestWait::new(cause, Duration::from_secs(length), Some(429), at(from))
        };
        let mut notices = WaitNotices::default();
        let mut said = |from: i64, length: u64| notices.is_new(&wait(from, length), at(from));
        assert!(!said(0, 0), "too short to be read");
        assert!(said(0, 2));
        assert!(!said(0, 2) && !said(3, 2), "a server that throttles again and again is said once in a while");
        assert!(said(4, 60), "this is longer");
        assert!(!said(10, 30));
        assert!(said(65, 2));
        let sentence = "The server asks to wait 60 s (Retry-After). Try 2 at 14:06:04.";
        assert_eq!(wait(4, 60).sentence("14:06:04"), sentence);
    }
}
