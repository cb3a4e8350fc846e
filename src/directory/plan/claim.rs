//! Rules for who may write the state of a change, and who completes a change: pure functions, which the store and the
//! worker follow and which `store/tests/model.rs` checks under every order of two processes' steps.

use super::ChangeState;

/// The state of a change in the journal, and the session that owns the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JournalStanding {
    /// The state in the journal.
    pub state: ChangeState,
    /// The session that planned or took over the change; `None` where file locks don't work.
    pub session: Option<u64>,
}

/// Conditions on the journal for writing a new state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteCondition {
    /// The required state.
    pub state: Option<ChangeState>,
    /// The required owner: another session may have taken the change over.
    pub session: Option<u64>,
}

impl WriteCondition {
    /// Requires this state: if two sessions claim a change, only one succeeds.
    pub fn only_from(state: ChangeState) -> Self {
        Self { state: Some(state), session: None }
    }

    /// Requires this state and the session with which the change was found. If a third session has taken over and sent
    /// the change in the meantime, the result of an older look does not count.
    pub fn taken_over(state: ChangeState, found_with: Option<u64>) -> Self {
        Self { state: Some(state), session: found_with }
    }

    /// True if the new state may be written; `journal` is `None` if the journal has no such change.
    pub fn admits(self, journal: Option<JournalStanding>) -> bool {
        let state_fits = |wanted| journal.is_some_and(|standing| standing.state == wanted);
        let owner_fits = |wanted| journal.is_some_and(|standing| standing.session == Some(wanted));
        self.state.is_none_or(state_fits) && self.session.is_none_or(owner_fits)
    }
}

/// A session's task for a change that it finds in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionDuty {
    /// Nothing: the change has an outcome.
    Closed,
    /// Nothing while this other session lives, because that session completes the change.
    LeaveTo(u64),
    /// The change's session has ended and the change was not sent: a person decides.
    Offer,
    /// The change may have taken effect: the records are read, and nothing is sent.
    LookUp,
}

/// The task of the session `own` for the change.
pub fn duty(found: JournalStanding, own: Option<u64>, is_live: impl FnOnce(u64) -> bool) -> SessionDuty {
    if !found.state.is_open() {
        return SessionDuty::Closed;
    }
    match found.session.filter(|session| Some(*session) != own) {
        Some(other) if is_live(other) => SessionDuty::LeaveTo(other),
        _ if found.state == ChangeState::Planned => SessionDuty::Offer,
        _ => SessionDuty::LookUp,
    }
}

/// The state of a change that was sent, got no answer, and left no trace in the records.
///
/// A change that this session sent is refused. If another session sent the change and has ended, the change waits
/// again, until a person decides whether to send it.
pub fn without_effect(sender: Option<u64>, own: Option<u64>) -> ChangeState {
    if sender == own { ChangeState::Refused } else { ChangeState::Planned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_wants_the_state_and_the_owner() {
        let standing = JournalStanding { state: ChangeState::Planned, session: Some(1) };
        let condition = |state, session| WriteCondition { state, session };
        assert!(WriteCondition::default().admits(None));
        assert!(condition(Some(ChangeState::Planned), None).admits(Some(standing)));
        assert!(condition(Some(ChangeState::Planned), Some(1)).admits(Some(standing)));
        assert!(!condition(Some(ChangeState::Sent), None).admits(Some(standing)));
        assert!(!condition(Some(ChangeState::Planned), Some(2)).admits(Some(standing)));
        assert!(!condition(Some(ChangeState::Planned), None).admits(None));
    }

    #[test]
    fn an_open_change_is_left_to_a_session_that_lives() {
        let found = |state, session| JournalStanding { state, session };
        let of_one = |state| duty(found(state, Some(1)), Some(2), |session| session == 1);
        assert_eq!(of_one(ChangeState::Sent), SessionDuty::LeaveTo(1));
        assert_eq!(of_one(ChangeState::Confirmed), SessionDuty::Closed);
        let of_dead = |state| duty(found(state, Some(1)), Some(2), |_| false);
        assert_eq!(of_dead(ChangeState::Planned), SessionDuty::Offer);
        assert_eq!(of_dead(ChangeState::Sent), SessionDuty::LookUp);
        assert_eq!(of_dead(ChangeState::Unknown), SessionDuty::LookUp);
        assert_eq!(duty(found(ChangeState::Unknown, None), None, |_| true), SessionDuty::LookUp);
    }
}
