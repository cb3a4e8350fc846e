//! The rate at which frames are drawn on a slow link, so that they never queue up on the way.
//!
//! The program can't see the queue: the buffers of the kernel, sshd and the network hold some hundred frames before a
//! write blocks. A cursor query to the terminal would show the queue, but the answers arrive between the keys, and the
//! reader of keys keeps them. So the link is assumed to be no faster than its given rate, and at most two frames are
//! under way on it: one that leaves and one that arrives.

use std::time::Duration;

use tokio::time::Instant;

/// The assumed rate and delay of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkSpeed {
    /// Bytes per second.
    pub rate: u32,
    /// The time from one end of the link to the other.
    pub delay: Duration,
}

impl LinkSpeed {
    /// A connection across a continent that others use too.
    pub const SLOW: Self = Self { rate: 64_000, delay: Duration::from_millis(80) };

    fn time_of(self, bytes: u64) -> Duration {
        Duration::from_micros(bytes * 1_000_000 / u64::from(self.rate.max(1)))
    }
}

/// The frames that were written and that have not arrived over the link yet, by calculation.
#[derive(Debug, Default)]
pub(super) struct LinkPace {
    link: Option<LinkSpeed>,
    /// The time at which the last byte has left.
    left: Option<Instant>,
    /// The times at which the last two frames arrive, the earlier first.
    there: [Option<Instant>; 2],
}

impl LinkPace {
    /// Paces frames for this link; without a link no frame is held back.
    pub fn on(link: Option<LinkSpeed>) -> Self {
        Self { link, ..Self::default() }
    }

    /// Records that bytes were sent.
    pub fn sent(&mut self, bytes: u64, now: Instant) {
        let Some(link) = self.link.filter(|_| bytes > 0) else { return };
        let left = self.left.map_or(now, |left| left.max(now)) + link.time_of(bytes);
        let [_, last] = self.there;
        self.left = Some(left);
        self.there = [last, Some(left + link.delay)];
    }

    /// The time at which the next frame may be drawn; `None` for any time.
    pub fn next(&self) -> Option<Instant> {
        let [earlier, _] = self.there;
        self.left.max(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A simulated run of a link, a millisecond at a time, with the frames on it: the sending time and the arrival time
    /// of each.
    struct Run {
        frames: Vec<(u32, u32)>,
        most_under_way: usize,
        /// The time at which each change of the state appeared on the screen.
        shown: Vec<u32>,
    }

    /// Runs a console with events at these times, and frames of `bytes` bytes.
    fn run(link: LinkSpeed, bytes: u32, events: &[u32]) -> Run {
        let began = Instant::now();
        let mut pace = LinkPace::on(Some(link));
        let mut run = Run { frames: Vec::new(), most_under_way: 0, shown: Vec::new() };
        let (mut left, mut waiting) = (0, 0);
        for ms in 0..10_000 {
            waiting += events.iter().filter(|at| **at == ms).count();
            let now = began + MS * ms;
            if waiting > 0 && pace.next().is_none_or(|at| at <= now) {
                pace.sent(u64::from(bytes), now);
                left = left.max(ms) + bytes * 1000 / link.rate;
                let there = left + link.delay.as_millis() as u32;
                run.frames.push((ms, there));
                run.shown.extend(std::iter::repeat_n(there, waiting));
                waiting = 0;
            }
            let under_way = run.frames.iter().filter(|(sent, there)| *sent <= ms && ms < *there).count();
            run.most_under_way = run.most_under_way.max(under_way);
        }
        run
    }

    #[test]
    fn a_held_key_never_has_more_than_two_frames_under_way() {
        let held: Vec<u32> = (0..60).map(|press| press * 33).collect();
        for bytes in [40, 280, 2_100, 5_000] {
            let run = run(LinkSpeed::SLOW, bytes, &held);
            assert_eq!(run.most_under_way, 2, "{bytes}");
            assert!(run.frames.len() < held.len(), "frames are skipped");
            // The screen keeps up: it changes during the key presses, and the last press is visible soon.
            assert!(run.frames.len() > 20, "{} frames of {bytes}", run.frames.len());
            let (pressed, shown) = (59 * 33, *run.shown.last().unwrap());
            let time = bytes * 1000 / LinkSpeed::SLOW.rate;
            assert!(shown - pressed <= 2 * (80 + time), "{} ms", shown - pressed);
        }
    }

    #[test]
    fn what_is_typed_is_seen_after_one_way_and_its_own_bytes() {
        let typed: Vec<u32> = (0..20).map(|letter| letter * 120).collect();
        let run = run(LinkSpeed::SLOW, 1_300, &typed);
        for (typed, shown) in typed.iter().zip(&run.shown) {
            assert!(shown - typed <= 80 + 30, "{} ms", shown - typed);
        }
    }

    #[test]
    fn a_local_terminal_is_never_held_back() {
        let mut pace = LinkPace::on(None);
        pace.sent(1_000_000, Instant::now());
        assert_eq!(pace.next(), None);
    }
}
