//! How far a plan has come, on one line of standard error that is written over; nothing where that is no terminal.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    directory::{Kind, progress::Progress},
    scim::text::number,
};

/// Written no more often.
const OFTEN: Duration = Duration::from_millis(80);

/// Cells of the gauge.
const GAUGE: usize = 24;

/// The line.
pub(super) struct Meter {
    shown: bool,
    terminal: bool,
    last: Option<Instant>,
}

impl Meter {
    pub fn new() -> Self {
        Self { shown: false, terminal: io::stderr().is_terminal(), last: None }
    }

    /// Writes it anew, unless it was just written.
    pub fn show(&mut self, progress: &Progress, waiting: &str, now: Timestamp) {
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
    pub fn reading(&mut self, kind: Kind, seen: u64, said: Option<u64>) {
        if !self.is_due() {
            return;
        }
        let of = said.map(|said| format!(" of {}", number(said))).unwrap_or_default();
        self.write(&format!("reading {}: {}{of}", kind.plural(), number(seen)));
    }

    fn is_due(&mut self) -> bool {
        self.terminal && self.last.is_none_or(|last| last.elapsed() >= OFTEN)
    }

    fn write(&mut self, line: &str) {
        self.last = Some(Instant::now());
        self.shown = true;
        // Who can't read it loses nothing.
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
        let _ = io::stderr().flush();
    }

    /// Takes the line off, so that words can follow.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        self.last = None;
    }
}
