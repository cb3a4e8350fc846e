//! The time that a command waits for an unreachable server.

use std::time::Duration;

use tokio::time::Instant;

use crate::scim::failure::{Failure, FailureClass};

/// The longest absence of a server; after it the rest stays in the journal.
const PATIENCE: Duration = Duration::from_secs(60);

/// The absence of a server, or a run of answers after which no change goes on.
///
/// A server may answer lists and refuse, each time, the one record that a change needs. So the server's return prolongs
/// the wait only once, and only a change that goes on ends the absence.
#[derive(Debug, Default)]
pub(super) struct ServerAbsence(Option<Absence>);

#[derive(Debug)]
struct Absence {
    until: Instant,
    failure: Failure,
    /// True if the server was back meanwhile.
    prolonged: bool,
}

impl ServerAbsence {
    /// The server is unreachable. There is no wait if only a person can help, or if the server asks for no requests.
    pub fn begins(&mut self, failure: Failure, now: Instant) {
        let hopeless = matches!(
            failure.class,
            FailureClass::Unauthorized | FailureClass::Tls | FailureClass::Proxy | FailureClass::RateLimited
        );
        let until = now + if hopeless { Duration::ZERO } else { PATIENCE };
        self.0.get_or_insert(Absence { until, failure, prolonged: false });
    }

    /// The server answers again, and no change has gone on yet.
    pub fn is_back(&mut self, now: Instant) {
        if let Some(absence) = &mut self.0
            && !std::mem::replace(&mut absence.prolonged, true)
        {
            absence.until = now + PATIENCE;
        }
    }

    /// A change has gone on.
    pub fn ends(&mut self) {
        self.0 = None;
    }

    /// The end of the wait, if the server is away.
    pub fn until(&self) -> Option<Instant> {
        self.0.as_ref().map(|absence| absence.until)
    }

    /// Ends the absence, and returns its first failure.
    pub fn take(&mut self) -> Option<Failure> {
        self.0.take().map(|absence| absence.failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(class: FailureClass) -> Failure {
        Failure::local(class, "the server is not available at the moment (503)", "")
    }

    #[test]
    fn a_server_that_refuses_one_record_time_after_time_is_not_waited_for_without_end() {
        let (mut absence, began) = (ServerAbsence::default(), Instant::now());
        let after = |seconds: u64| began + Duration::from_secs(seconds);
        for seconds in (0..3_600).step_by(10) {
            absence.begins(failure(FailureClass::Server), after(seconds));
            absence.is_back(after(seconds + 1));
        }
        assert_eq!(absence.until(), Some(after(61)));
        assert!(absence.take().is_some() && absence.until().is_none());
    }

    #[test]
    fn a_change_that_goes_on_ends_the_absence() {
        let (mut absence, now) = (ServerAbsence::default(), Instant::now());
        absence.begins(failure(FailureClass::Offline), now);
        assert_eq!(absence.until(), Some(now + PATIENCE));
        absence.ends();
        absence.is_back(now);
        assert_eq!(absence.until(), None);
        absence.begins(failure(FailureClass::RateLimited), now);
        assert_eq!(absence.until(), Some(now));
    }
}
