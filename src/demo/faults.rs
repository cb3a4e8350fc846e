//! Faults on request: delays, shares of failures, the next writes failing, the next write's connection cut. Knows
//! nothing of what the requests ask.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use super::dice::Dice;
use super::options::FailRule;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is answered.
    Spared,
    /// It fails with this status and takes no effect.
    Fails(u16),
    /// The connection closes without an answer; the write takes effect or not.
    Cut { applied: bool },
}

struct Plan {
    latency: Duration,
    rules: Vec<FailRule>,
    /// The same for writes alone.
    write_rules: Vec<FailRule>,
    /// Statuses for the next writes: how many are left.
    next_writes: Option<(u16, usize)>,
    cut: Option<bool>,
    seed: u64,
    requests: u64,
}

/// The faults of one server; they can change while it runs.
pub(super) struct Faults(Mutex<Plan>);

impl Faults {
    pub(super) fn new(seed: u64, latency: Duration, rules: Vec<FailRule>) -> Self {
        Self(Mutex::new(Plan {
            latency,
            rules,
            write_rules: Vec::new(),
            next_writes: None,
            cut: None,
            seed,
            requests: 0,
        }))
    }

    fn plan<T>(&self, change: impl FnOnce(&mut Plan) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn latency(&self) -> Duration {
        self.plan(|plan| plan.latency)
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.plan(|plan| plan.latency = latency);
    }

    pub(super) fn set_rules(&self, rules: Vec<FailRule>) {
        self.plan(|plan| plan.rules = rules);
    }

    pub(super) fn set_write_rules(&self, rules: Vec<FailRule>) {
        self.plan(|plan| plan.write_rules = rules);
    }

    pub(super) fn fail_next(&self, status: u16, times: usize) {
        self.plan(|plan| plan.next_writes = (times > 0).then_some((status, times)));
    }

    pub(super) fn cut_next_write(&self, applied: bool) {
        self.plan(|plan| plan.cut = Some(applied));
    }

    /// Decides about the next request; the rules by its number, so that a rerun fails alike.
    pub(super) fn decide(&self, writes: bool) -> Fate {
        self.plan(|plan| {
            plan.requests += 1;
            if writes && let Some((status, left)) = plan.next_writes {
                plan.next_writes = (left > 1).then(|| (status, left - 1));
                return Fate::Fails(status);
            }
            if writes && let Some(applied) = plan.cut.take() {
                return Fate::Cut { applied };
            }
            let mut dice = Dice(plan.seed ^ plan.requests.wrapping_mul(0x2545_f491_4f6c_dd1d));
            let own = if writes { plan.write_rules.as_slice() } else { &[] };
            let failing = plan.rules.iter().chain(own).find(|rule| dice.share() < rule.rate);
            failing.map_or(Fate::Spared, |rule| Fate::Fails(rule.status))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(seed: u64) -> Vec<Fate> {
        let faults = Faults::new(seed, Duration::ZERO, vec![FailRule { status: 429, rate: 0.1 }]);
        (0..1_000).map(|_| faults.decide(false)).collect()
    }

    #[test]
    fn a_share_fails_and_the_seed_says_which() {
        let failed = fates(7).iter().filter(|&&fate| fate == Fate::Fails(429)).count();
        assert!((60..140).contains(&failed), "{failed}");
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
    }

    #[test]
    fn only_writes_meet_the_faults_of_the_next_writes() {
        let faults = Faults::new(1, Duration::ZERO, Vec::new());
        faults.fail_next(503, 2);
        faults.cut_next_write(true);
        assert_eq!(faults.decide(false), Fate::Spared);
        let writes: Vec<Fate> = (0..4).map(|_| faults.decide(true)).collect();
        assert_eq!(writes, [Fate::Fails(503), Fate::Fails(503), Fate::Cut { applied: true }, Fate::Spared]);
    }
}
