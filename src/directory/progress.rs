//! The progress of a plan: the number of changes by state, the rate, and the time left. Computed from states and from
//! the times at which states changed: no clock, no tick.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

use super::plan::ChangeState;

/// The rate counts outcomes within this time before now.
const WINDOW: Duration = Duration::from_secs(10);

/// At most this many recent outcomes are kept for the rate.
const RECENT: usize = 256;

/// Number of changes by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgressCounts([usize; ChangeState::ALL.len()]);

impl ProgressCounts {
    /// Adds a change in this state.
    pub fn add(&mut self, state: ChangeState) {
        self.0[state as usize] += 1;
    }

    /// Removes a change in this state.
    pub fn remove(&mut self, state: ChangeState) {
        let count = &mut self.0[state as usize];
        *count = count.saturating_sub(1);
    }

    /// Number of changes in this state.
    pub fn of(self, state: ChangeState) -> usize {
        self.0[state as usize]
    }

    /// Number of changes in any state.
    pub fn total(self) -> usize {
        self.0.iter().sum()
    }

    /// Number of changes that have an outcome, good or bad.
    pub fn settled(self) -> usize {
        self.sum(|state| !state.is_open())
    }

    /// Number of changes that need no further work.
    pub fn done(self) -> usize {
        self.sum(ChangeState::is_done)
    }

    /// Number of failed changes, which need a look.
    pub fn failed(self) -> usize {
        self.sum(ChangeState::is_failure)
    }

    /// Number of changes still to be sent or answered.
    pub fn left(self) -> usize {
        self.of(ChangeState::Planned) + self.of(ChangeState::Sent)
    }

    fn sum(self, which: impl Fn(ChangeState) -> bool) -> usize {
        ChangeState::ALL.into_iter().filter(|state| which(*state)).map(|state| self.of(state)).sum()
    }
}

impl FromIterator<ChangeState> for ProgressCounts {
    fn from_iter<I: IntoIterator<Item = ChangeState>>(states: I) -> Self {
        let mut counts = Self::default();
        states.into_iter().for_each(|state| counts.add(state));
        counts
    }
}

/// The progress of a plan that is under way.
#[derive(Debug, Clone, Default)]
pub struct PlanProgress {
    /// The plan's changes, counted by state.
    pub counts: ProgressCounts,
    /// Times of the last outcomes, oldest first.
    outcomes: VecDeque<Timestamp>,
}

impl PlanProgress {
    /// The progress of a plan with these counts, before any outcome.
    pub fn new(counts: ProgressCounts) -> Self {
        Self { counts, outcomes: VecDeque::new() }
    }

    /// Moves a change from one state to another.
    pub fn moved(&mut self, from: ChangeState, to: ChangeState, at: Timestamp) {
        self.counts.remove(from);
        self.counts.add(to);
        self.passed(from, to, at);
    }

    /// Does the same as `moved` for counts that are kept elsewhere: records an outcome for the rate.
    pub fn passed(&mut self, from: ChangeState, to: ChangeState, at: Timestamp) {
        if !from.is_open() || to.is_open() {
            return;
        }
        if self.outcomes.len() == RECENT {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back(at);
    }

    /// Outcomes per second over the last seconds; `None` if there are too few for a rate.
    pub fn rate(&self, now: Timestamp) -> Option<f64> {
        let since = |at: &Timestamp| Duration::try_from(now.duration_since(*at)).unwrap_or_default();
        let recent = self.outcomes.iter().skip_while(|at| since(at) > WINDOW);
        let first = recent.clone().next()?;
        let (number, time) = (recent.count() - 1, since(first).as_secs_f64());
        (number > 0 && time > 0.0).then(|| number as f64 / time)
    }

    /// Time left at the current rate; `None` if nothing is left or the rate is unknown.
    pub fn time_left(&self, now: Timestamp) -> Option<Duration> {
        let left = self.counts.left();
        (left > 0).then(|| self.rate(now)).flatten().map(|rate| Duration::from_secs_f64(left as f64 / rate))
    }

    /// Number of full cells in a gauge of `cells` cells: all of them only when nothing is left.
    pub fn filled(&self, cells: usize) -> usize {
        let (done, total) = (self.counts.total() - self.counts.left(), self.counts.total());
        (done * cells).checked_div(total).unwrap_or(0)
    }

    /// Parts of a progress line, such as `388 of 400`, `8 refused` and `4 wait`. Zero counts are left out.
    pub fn parts(&self) -> Vec<(Option<ChangeState>, String)> {
        use crate::scim::text::number;
        let count = |state| self.counts.of(state);
        let confirmed = number(count(ChangeState::Confirmed) as u64);
        let mut parts = vec![(None, format!("{confirmed} of {}", number(self.counts.total() as u64)))];
        let words = [
            (ChangeState::Unseen, "sent, not shown"),
            (ChangeState::Already, "so already"),
            (ChangeState::Partly, "in part"),
            (ChangeState::Refused, "refused"),
            (ChangeState::Conflict, "in conflict"),
            (ChangeState::Unknown, "unknown"),
            (ChangeState::Dropped, "dropped"),
            (ChangeState::Sent, "in flight"),
            (ChangeState::Planned, "wait"),
        ];
        let told = words.into_iter().filter(|(state, _)| count(*state) > 0);
        parts.extend(told.map(|(state, word)| {
            let word = if state == ChangeState::Planned && count(state) == 1 { "waits" } else { word };
            (Some(state), format!("{} {word}", number(count(state) as u64)))
        }));
        parts
    }

    /// The rate as text, such as `31/s` or `0.4/s`; empty if the rate is unknown.
    pub fn speed(&self, now: Timestamp) -> String {
        match self.rate(now) {
            Some(rate) if rate >= 10.0 => format!("{rate:.0}/s"),
            Some(rate) => format!("{rate:.1}/s"),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn waiting(count: usize) -> PlanProgress {
        PlanProgress::new(std::iter::repeat_n(ChangeState::Planned, count).collect())
    }

    #[test]
    fn what_moved_is_counted_once() {
        let mut progress = waiting(4);
        progress.moved(ChangeState::Planned, ChangeState::Sent, at(0));
        progress.moved(ChangeState::Sent, ChangeState::Confirmed, at(5));
        progress.moved(ChangeState::Planned, ChangeState::Sent, at(6));
        progress.moved(ChangeState::Sent, ChangeState::Refused, at(9));
        progress.moved(ChangeState::Planned, ChangeState::Dropped, at(9));
        let counts = progress.counts;
        assert_eq!((counts.total(), counts.settled(), counts.failed(), counts.left()), (4, 3, 1, 1));
        let words: Vec<String> = progress.parts().into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["1 of 4", "1 refused", "1 dropped", "1 waits"]);
    }

    #[test]
    fn the_rate_is_of_the_last_seconds_and_falls_while_nothing_comes() {
        let mut progress = waiting(100);
        assert_eq!((progress.rate(at(0)), progress.time_left(at(0))), (None, None));
        for step in 0..=20 {
            progress.moved(ChangeState::Planned, ChangeState::Confirmed, at(step * 100));
        }
        assert_eq!(progress.rate(at(2_000)), Some(10.0));
        assert_eq!(progress.time_left(at(2_000)), Some(Duration::from_millis(7_900)));
        assert_eq!(progress.rate(at(4_000)), Some(5.0));
        assert_eq!(progress.rate(at(60_000)), None);
    }

    #[test]
    fn many_outcomes_at_once_are_no_rate() {
        let mut progress = waiting(1_000);
        (0..1_000).for_each(|_| progress.moved(ChangeState::Planned, ChangeState::Confirmed, at(7)));
        assert_eq!(progress.rate(at(7)), None);
        assert!(progress.outcomes.len() <= RECENT);
        assert_eq!((progress.time_left(at(8)), progress.speed(at(7))), (None, String::new()));
    }

    #[test]
    fn a_gauge_is_full_only_at_the_end() {
        let mut progress = waiting(400);
        (0..399).for_each(|_| progress.moved(ChangeState::Planned, ChangeState::Confirmed, at(0)));
        assert_eq!(progress.filled(10), 9);
        progress.moved(ChangeState::Planned, ChangeState::Refused, at(0));
        assert_eq!(progress.filled(10), 10);
        assert_eq!(waiting(0).filled(10), 0);
    }
}
