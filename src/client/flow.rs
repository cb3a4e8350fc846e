//! The speed of an answer: a server that sends a byte now and then counts as silent.

use std::time::Duration;

use tokio::time::Instant;

/// The lowest accepted rate, in bytes per second: even a modem is faster.
const LEAST: f64 = 128.0;
/// After this time below the rate, the server is reported as slow, if the answer is not given up sooner.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time until a slow server is reported.
pub(super) fn patience(timeout: Duration) -> Duration {
    PATIENCE.min(timeout / 2)
}

/// The bytes of a body that came in the current period, which is as long as the longest allowed silence.
pub(super) struct BodyFlow {
    timeout: Duration,
    begun: Instant,
    came: usize,
    said: bool,
}

/// The verdict about a body's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Fast enough, or too early to tell.
    Good,
    /// Too slow; the body is given up after this time unless it becomes faster. Reported only once.
    Slow(Duration),
    /// Too slow for too long.
    Stuck {
        /// Bytes that came in the last period.
        brought: usize,
    },
}

impl BodyFlow {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, begun: Instant::now(), came: 0, said: false }
    }

    /// The time of the next check, whether bytes came or not.
    pub(super) fn next_look(&self) -> Instant {
        self.begun + if self.said { self.timeout } else { patience(self.timeout) }
    }

    pub(super) fn came(&mut self, bytes: usize) {
        self.came += bytes;
    }

    pub(super) fn look(&mut self) -> Look {
        let passed = self.begun.elapsed();
        if passed < patience(self.timeout) {
            return Look::Good;
        }
        if self.came as f64 >= LEAST * passed.as_secs_f64() {
            (self.begun, self.came) = (Instant::now(), 0);
            return Look::Good;
        }
        if passed >= self.timeout {
            return Look::Stuck { brought: self.came };
        }
        if std::mem::replace(&mut self.said, true) {
            Look::Good
        } else {
            Look::Slow(self.timeout.saturating_sub(passed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The number of reports of slowness, and the second at which the body was given up, at `bytes` bytes per second.
    async fn watch(bytes: usize, seconds: u64) -> (usize, Option<u64>) {
        let (mut flow, mut said) = (BodyFlow::new(30 * SECOND), 0);
        for second in 1..=seconds {
            tokio::time::advance(SECOND).await;
            flow.came(bytes);
            match flow.look() {
                Look::Good => {}
                Look::Slow(left) => {
                    assert_eq!(left, 25 * SECOND);
                    said += 1;
                }
                Look::Stuck { .. } => return (said, Some(second)),
            }
        }
        (said, None)
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_said_once_and_given_up() {
        assert_eq!(watch(1, 100).await, (1, Some(30)));
        assert_eq!(watch(127, 100).await, (1, Some(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_link_is_waited_for() {
        assert_eq!(watch(128, 100_000).await, (0, None));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_slow_for_a_while_is_not_given_up() {
        let mut flow = BodyFlow::new(30 * SECOND);
        flow.came(1);
        tokio::time::advance(20 * SECOND).await;
        assert_eq!(flow.look(), Look::Slow(10 * SECOND));
        assert_eq!(flow.next_look(), Instant::now() + 10 * SECOND);
        flow.came(10_000);
        assert_eq!(flow.look(), Look::Good);
        tokio::time::advance(29 * SECOND).await;
        assert_eq!(flow.look(), Look::Good);
        tokio::time::advance(SECOND).await;
        assert_eq!(flow.look(), Look::Stuck { brought: 0 });
    }
}
