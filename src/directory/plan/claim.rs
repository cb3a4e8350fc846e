//! Who may write where a change stands, and who sees it through: pure rules, which the store and the worker follow and
//! which `store/tests/model.rs` checks under every order of two processes' steps.

use super::State;

/// Where the journal has a change, and the session that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Its state.
    pub state: State,
    /// The session that planned it or took it over; none where file locks don't work.
    pub session: Option<u64>,
}

/// What the journal must hold for a new state to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteCondition {
    /// This state.
    pub state: Option<State>,
    /// This session as the owner: another one may have taken the change over.
    pub session: Option<u64>,
}

impl WriteCondition {
    /// Only from this state: of two sessions that claim a change one gets it.
    pub fn only_from(state: State) -> Self {
        Self { state: Some(state), session: None }
    }

    /// Only from this state, and while the change belongs to the session that it was found with: of a change that a third
    /// session has taken over and sent meanwhile, an older look says nothing.
    pub fn taken_over(state: State, found_with: Option<u64>) -> Self {
        Self { state: Some(state), session: found_with }
    }

    /// True where the new state may be written; `journal` is none where the journal has no such change.
    pub fn admits(self, journal: Option<Standing>) -> bool {
        let state_fits = |wanted| journal.is_some_and(|standing| standing.state == wanted);
        let owner_fits = |wanted| journal.is_some_and(|standing| standing.session == Some(wanted));
        self.state.is_none_or(state_fits) && self.session.is_none_or(owner_fits)
    }
}

/// What a session has to do about a change that it finds in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Nothing: it has its outcome.
    Closed,
    /// Nothing while this other session lives, which sees it through.
    LeaveTo(u64),
    /// Its session is gone and it was not sent: a person decides.
    Offer,
    /// It may have taken effect: the records are read, and nothing is sent.
    LookUp,
}

/// What the session `own` has to do about it.
pub fn duty(found: Standing, own: Option<u64>, is_live: impl FnOnce(u64) -> bool) -> Duty {
    if !found.state.is_open() {
        return Duty::Closed;
    }
    match found.session.filter(|session| Some(*session) != own) {
        Some(other) if is_live(other) => Duty::LeaveTo(other),
        _ if found.state == State::Planned => Duty::Offer,
        _ => Duty::LookUp,
    }
}

/// The state of a change that was sent, got no answer, and of which the records show nothing.
///
/// A change that this session sent is refused. Where the sender is another session, which has ended, the change waits
/// again, for a person to say whether it is sent.
pub fn without_effect(sender: Option<u64>, own: Option<u64>) -> State {
    if sender == own { State::Refused } else { State::Planned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_wants_the_state_and_the_owner() {
        let standing = Standing { state: State::Planned, session: Some(1) };
        let condition = |state, session| WriteCondition { state, session };
        assert!(WriteCondition::default().admits(None));
        assert!(condition(Some(State::Planned), None).admits(Some(standing)));
        assert!(condition(Some(State::Planned), Some(1)).admits(Some(standing)));
        assert!(!condition(Some(State::Sent), None).admits(Some(standing)));
        assert!(!condition(Some(State::Planned), Some(2)).admits(Some(standing)));
        assert!(!condition(Some(State::Planned), None).admits(None));
    }

    #[test]
    fn an_open_change_is_left_to_a_session_that_lives() {
        let found = |state, session| Standing { state, session };
        let of_one = |state| duty(found(state, Some(1)), Some(2), |session| session == 1);
        assert_eq!(of_one(State::Sent), Duty::LeaveTo(1));
        assert_eq!(of_one(State::Confirmed), Duty::Closed);
        let of_dead = |state| duty(found(state, Some(1)), Some(2), |_| false);
        assert_eq!(of_dead(State::Planned), Duty::Offer);
        assert_eq!(of_dead(State::Sent), Duty::LookUp);
        assert_eq!(of_dead(State::Unknown), Duty::LookUp);
        assert_eq!(duty(found(State::Unknown, None), None, |_| true), Duty::LookUp);
    }
}
