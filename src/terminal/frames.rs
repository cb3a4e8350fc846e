//! The time at which the next frame may be drawn: after the terminal has taken the last one, and when the link has
//! room. Until then frames are skipped, and the next frame shows the newest state.

use std::io;

use tokio::time::{Instant, sleep_until};

use super::{
    outlet::{self, TerminalWriter},
    pace::{LinkPace, LinkSpeed},
};

/// The frames on their way to the terminal.
#[derive(Debug)]
pub struct FramesInFlight {
    outlet: &'static TerminalWriter,
    pace: LinkPace,
    counted: u64,
}

impl FramesInFlight {
    /// Frames for the terminal at standard output, on this link.
    pub fn on(link: Option<LinkSpeed>) -> Self {
        Self { outlet: outlet::stdout(), pace: LinkPace::on(link), counted: 0 }
    }

    /// The writer of frames; writing to it never blocks.
    pub fn out(&self) -> impl io::Write + use<> {
        self.outlet
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.outlet.handed()
    }

    /// True if a frame may be drawn now.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn is_free(&mut self) -> io::Result<bool> {
        let now = self.count();
        Ok(self.outlet.is_free()? && self.pace.next().is_none_or(|at| at <= now))
    }

    /// Waits until a frame may be drawn; without a waiting frame, until the terminal is lost.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub async fn free(&mut self, waiting: bool) -> io::Result<()> {
        if !waiting {
            return Err(self.outlet.lost().await);
        }
        self.count();
        self.outlet.free().await?;
        if let Some(at) = self.pace.next() {
            sleep_until(at).await;
        }
        Ok(())
    }

    fn count(&mut self) -> Instant {
        let (now, written) = (Instant::now(), self.outlet.handed());
        self.pace.sent(written - self.counted, now);
        self.counted = written;
        now
    }
}
