//! The number of changes that are sent at the same time: the profile's `parallel` at most, fewer while the server
//! answers 429 or 503.
//!
//! Such an answer halves the number, and a run of successes raises it by one, like TCP's congestion window.

/// Successes in a row that raise the number by one.
const RUN: usize = 8;

/// The number at a time.
#[derive(Debug)]
pub struct Throttle {
    most: usize,
    now: usize,
    successes: usize,
    /// Changes that were under way at the last halving: if they meet 429 as well, the number is not halved again.
    old: usize,
}

impl Throttle {
    /// At most so many, which it begins with.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { most, now: most, successes: 0, old: 0 }
    }

    /// At most so many from now on.
    pub fn set_most(&mut self, most: usize) {
        *self = Self::new(most);
    }

    /// How many may be under way.
    pub fn allowed(&self) -> usize {
        self.now
    }

    /// Halves the number after a 429 or 503; `running` changes were under way.
    pub fn put_off(&mut self, running: usize) {
        self.successes = 0;
        if self.old == 0 {
            self.now = (self.now / 2).max(1);
            self.old = running;
        }
    }

    /// A change got its outcome.
    pub fn done(&mut self, confirmed: bool) {
        self.old = self.old.saturating_sub(1);
        self.successes = if confirmed { self.successes + 1 } else { 0 };
        if self.successes == RUN {
            self.successes = 0;
            self.now = (self.now + 1).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn succeed(throttle: &mut Throttle, times: usize) {
        (0..times).for_each(|_| throttle.done(true));
    }

    #[test]
    fn it_halves_once_for_all_that_was_under_way() {
        let mut throttle = Throttle::new(16);
        for _ in 0..16 {
            throttle.put_off(16);
        }
        assert_eq!(throttle.allowed(), 8);
        succeed(&mut throttle, 15);
        throttle.put_off(8);
        assert_eq!(throttle.allowed(), 9, "the last one of those is still out");
        throttle.done(true);
        throttle.put_off(8);
        assert_eq!(throttle.allowed(), 4);
    }

    #[test]
    fn it_never_stops_altogether_and_grows_back_by_one() {
        let mut throttle = Throttle::new(4);
        for _ in 0..5 {
            throttle.put_off(1);
            throttle.done(false);
        }
        assert_eq!(throttle.allowed(), 1);
        succeed(&mut throttle, RUN - 1);
        throttle.done(false);
        succeed(&mut throttle, RUN - 1);
        assert_eq!(throttle.allowed(), 1, "a run has no failure in it");
        throttle.done(true);
        assert_eq!(throttle.allowed(), 2);
        succeed(&mut throttle, RUN * 10);
        assert_eq!(throttle.allowed(), 4);
    }

    #[test]
    fn another_number_holds_at_once() {
        let mut throttle = Throttle::new(4);
        throttle.put_off(4);
        throttle.set_most(8);
        assert_eq!(throttle.allowed(), 8);
        throttle.set_most(0);
        assert_eq!(throttle.allowed(), 1);
    }
}
