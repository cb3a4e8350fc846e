//! How often frames are drawn on a slow link, so that they never queue up on the way.
//!
//! The program can't see the queue: the kernel's buffer, sshd's and the network's take some hundred frames before a write
//! waits. Asking the terminal where it is would show it, but its answers come in between the keys, and what reads those
//! keeps them to itself. So the link is taken to be no faster than this, and at most two frames are under way on it: one
//! that leaves and one that arrives.

use std::time::Duration;

use tokio::time::Instant;

/// What a link is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Bytes a second.
    pub rate: u32,
    /// From one end to the other.
    pub delay: Duration,
}

impl Link {
    /// A connection across a continent that others use too.
    pub const SLOW: Self = Self { rate: 64_000, delay: Duration::from_millis(80) };

    fn time_of(self, bytes: u64) -> Duration {
        Duration::from_micros(bytes * 1_000_000 / u64::from(self.rate.max(1)))
    }
}

/// What is under way on a link.
#[derive(Debug, Default)]
pub(super) struct Pace {
    link: Option<Link>,
    /// When the last byte has left.
    left: Option<Instant>,
    /// When the last two frames are there, the earlier first.
    there: [Option<Instant>; 2],
}

impl Pace {
    /// On this link; without one nothing is held back.
    pub fn on(link: Option<Link>) -> Self {
        Self { link, ..Self::default() }
    }

    /// Something was sent.
    pub fn sent(&mut self, bytes: u64, now: Instant) {
        let Some(link) = self.link.filter(|_| bytes > 0) else { return };
        let left = self.left.map_or(now, |left| left.max(now)) + link.time_of(bytes);
        let [_, last] = self.there;
        self.left = Some(left);
        self.there = [last, Some(left + link.delay)];
    }

    /// When the next frame may be drawn, if not at any time.
    pub fn next(&self) -> Option<Instant> {
        let [earlier, _] = self.there;
        self.left.max(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// The link as it is, a millisecond at a time, with the frames on it: when each was sent and when it is there.
    struct Run {
        frames: Vec<(u32, u32)>,
        most_under_way: usize,
        /// When each change of the state was on the screen.
        shown: Vec<u32>,
    }

    /// A console in which something happens at these times, each frame of so many bytes.
    fn run(link: Link, bytes: u32, events: &[u32]) -> Run {
        let began = Instant::now();
        let mut pace = Pace::on(Some(link));
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
            let run = run(Link::SLOW, bytes, &held);
            assert_eq!(run.most_under_way, 2, "{bytes}");
            assert!(run.frames.len() < held.len(), "frames are skipped");
            // The screen follows: it goes on changing, and the last press is seen soon.
            assert!(run.frames.len() > 20, "{} frames of {bytes}", run.frames.len());
            let (pressed, shown) = (59 * 33, *run.shown.last().unwrap());
            let time = bytes * 1000 / Link::SLOW.rate;
            assert!(shown - pressed <= 2 * (80 + time), "{} ms", shown - pressed);
        }
    }

    #[test]
    fn what_is_typed_is_seen_after_one_way_and_its_own_bytes() {
        let typed: Vec<u32> = (0..20).map(|letter| letter * 120).collect();
        let run = run(Link::SLOW, 1_300, &typed);
        for (typed, shown) in typed.iter().zip(&run.shown) {
            assert!(shown - typed <= 80 + 30, "{} ms", shown - typed);
        }
    }

    #[test]
    fn a_local_terminal_is_never_held_back() {
        let mut pace = Pace::on(None);
        pace.sent(1_000_000, Instant::now());
        assert_eq!(pace.next(), None);
    }
}
