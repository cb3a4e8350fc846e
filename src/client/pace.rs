//! A common brake for all requests of a client: after a 429 no request is sent before the time that the server asked
//! for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The shared time before which no request is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    not_before: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// Sends no request for `wait` from now; a longer wait that is set already stays.
    pub(super) fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut held = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |earlier| earlier.max(until)));
    }

    /// The remaining wait; zero where requests may be sent.
    pub(super) fn left(&self) -> Duration {
        self.pending().map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Returns when sending is allowed.
    pub(super) async fn wait(&self) {
        while let Some(until) = self.pending() {
            tokio::time::sleep_until(until).await;
        }
    }

    fn pending(&self) -> Option<Instant> {
        let held = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        held.filter(|until| *until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn everyone_waits_for_the_latest_time() {
        let pace = Pace::default();
        let start = Instant::now();
        pace.wait().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(pace.left(), Duration::ZERO);
        pace.hold(Duration::from_secs(7));
        assert_eq!(pace.left().as_secs(), 7);
        pace.clone().hold(Duration::from_secs(3));
        pace.clone().wait().await;
        assert_eq!(start.elapsed().as_secs(), 7);
    }
}
