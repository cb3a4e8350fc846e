//! Faults on request: delays, shares of failures, faults for the next request or the next write. Only decides; `spoil`
//! changes the answers.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use super::dice::Dice;
use super::fault_kind::{FaultKind, FaultSpec};
use super::options::FailRule;

/// The properties of a request that decide which faults can happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub writes: bool,
    /// True if the request reads a list.
    pub lists: bool,
    /// True if the request carries `If-Match`.
    pub conditional: bool,
}

/// A fault that a request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequestFault {
    pub kind: FaultKind,
    /// A random number for choices within the kind.
    pub roll: u64,
    /// Maximum delay of the answer.
    pub wait: Duration,
}

impl RequestFault {
    /// Chooses an element by the roll.
    pub(super) fn one<T: Copy>(&self, of: &[T]) -> T {
        *Dice(self.roll).one(of)
    }
}

/// The decision about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The request is answered without a fault.
    Spared,
    /// The request fails with this status and takes no effect.
    Fails(u16),
    /// The request meets a fault.
    Meets(RequestFault),
}

struct Plan {
    latency: Duration,
    rules: Vec<FailRule>,
    spec: Option<FaultSpec>,
    /// Rules for writes alone.
    write_rules: Vec<FailRule>,
    /// The status for the next writes, and the number of writes left.
    next_writes: Option<(u16, usize)>,
    /// The fault for the next request, and whether only a write meets the fault.
    next: Option<(FaultKind, bool)>,
    met: BTreeMap<FaultKind, u64>,
    seed: u64,
    requests: u64,
}

/// The faults of a server; they can change while the server runs.
pub(super) struct ServerFaults(Mutex<Plan>);

impl ServerFaults {
    pub(super) fn new(seed: u64, latency: Duration, rules: Vec<FailRule>, spec: Option<FaultSpec>) -> Self {
        Self(Mutex::new(Plan {
            latency,
            rules,
            write_rules: Vec::new(),
            spec,
            next_writes: None,
            next: None,
            met: BTreeMap::new(),
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

    pub(super) fn set_spec(&self, spec: Option<FaultSpec>) {
        self.plan(|plan| plan.spec = spec);
    }

    pub(super) fn set_write_rules(&self, rules: Vec<FailRule>) {
        self.plan(|plan| plan.write_rules = rules);
    }

    pub(super) fn fail_next(&self, status: u16, times: usize) {
        self.plan(|plan| plan.next_writes = (times > 0).then_some((status, times)));
    }

    pub(super) fn meet_next(&self, kind: FaultKind, write: bool) {
        self.plan(|plan| plan.next = Some((kind, write)));
    }

    /// Number of faults met, by kind.
    pub(super) fn met(&self) -> BTreeMap<FaultKind, u64> {
        self.plan(|plan| plan.met.clone())
    }

    /// Decides about the next request; rules and shares depend on the request's number, so that a rerun has the same
    /// failures.
    pub(super) fn decide(&self, request: Kind) -> Fate {
        self.plan(|plan| {
            plan.requests += 1;
            let fate = plan.decide(request);
            if let Fate::Meets(fault) = &fate {
                *plan.met.entry(fault.kind).or_default() += 1;
            }
            fate
        })
    }
}

impl Plan {
    fn decide(&mut self, request: Kind) -> Fate {
        let dice = |seed: u64| Dice(seed ^ self.requests.wrapping_mul(0x2545_f491_4f6c_dd1d));
        if request.writes
            && let Some((status, left)) = self.next_writes
        {
            self.next_writes = (left > 1).then(|| (status, left - 1));
            return Fate::Fails(status);
        }
        if let Some((kind, _)) = self.next.take_if(|(kind, write)| *write == request.writes && fits(*kind, request)) {
            let wait = Duration::from_millis(50);
            return Fate::Meets(RequestFault { kind, roll: dice(self.seed).next(), wait });
        }
        let mut rules = dice(self.seed);
        let own = if request.writes { self.write_rules.as_slice() } else { &[] };
        if let Some(rule) = self.rules.iter().chain(own).find(|rule| rules.share() < rule.rate) {
            return Fate::Fails(rule.status);
        }
        let Some(spec) = &self.spec else { return Fate::Spared };
        let mut dice = dice(spec.seed);
        if dice.share() >= spec.rate {
            return Fate::Spared;
        }
        let fitting: Vec<FaultKind> = spec.kinds.iter().copied().filter(|kind| fits(*kind, request)).collect();
        if fitting.is_empty() {
            return Fate::Spared;
        }
        Fate::Meets(RequestFault { kind: *dice.one(&fitting), roll: dice.next(), wait: spec.wait })
    }
}

/// Whether the fault can happen to such a request.
fn fits(kind: FaultKind, request: Kind) -> bool {
    match kind {
        FaultKind::Stale => request.writes && request.conditional,
        FaultKind::Endless | FaultKind::Repeated => request.lists,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Kind = Kind { writes: false, lists: false, conditional: false };
    const WRITE: Kind = Kind { writes: true, lists: false, conditional: false };

    fn fates(seed: u64) -> Vec<Fate> {
        let faults = ServerFaults::new(seed, Duration::ZERO, vec![FailRule { status: 429, rate: 0.1 }], None);
        (0..1_000).map(|_| faults.decide(READ)).collect()
    }

    #[test]
    fn a_share_fails_and_the_seed_says_which() {
        let failed = fates(7).iter().filter(|&&fate| fate == Fate::Fails(429)).count();
        assert!((60..140).contains(&failed), "{failed}");
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
    }

    #[test]
    fn every_kind_is_met_where_it_fits_and_counted() {
        let spec = FaultSpec { seed: 3, rate: 0.5, kinds: FaultKind::ALL.to_vec(), ..FaultSpec::default() };
        let met = |request: Kind| {
            let faults = ServerFaults::new(1, Duration::ZERO, Vec::new(), Some(spec.clone()));
            let fates: Vec<Fate> = (0..2_000).map(|_| faults.decide(request)).collect();
            let count = fates.iter().filter(|fate| matches!(fate, Fate::Meets(_))).count();
            assert!((900..1_100).contains(&count), "{count}");
            assert_eq!(faults.met().values().sum::<u64>(), count as u64);
            faults.met().into_keys().collect::<Vec<_>>()
        };
        let all = FaultKind::ALL.len();
        assert_eq!(met(READ).len(), all - 3);
        assert_eq!(met(Kind { lists: true, ..READ }).len(), all - 1);
        assert_eq!(met(Kind { conditional: true, ..WRITE }).len(), all - 2);
    }

    #[test]
    fn only_writes_meet_the_faults_of_the_next_writes() {
        let faults = ServerFaults::new(1, Duration::ZERO, Vec::new(), None);
        faults.fail_next(503, 2);
        faults.meet_next(FaultKind::CutAfter, true);
        assert_eq!(faults.decide(READ), Fate::Spared);
        let writes: Vec<Fate> = (0..4).map(|_| faults.decide(WRITE)).collect();
        assert_eq!(writes[..2], [Fate::Fails(503), Fate::Fails(503)]);
        assert!(matches!(writes[2], Fate::Meets(RequestFault { kind: FaultKind::CutAfter, .. })));
        assert_eq!(writes[3], Fate::Spared);
    }
}
