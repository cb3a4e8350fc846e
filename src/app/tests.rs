//! Transitions of the state.
