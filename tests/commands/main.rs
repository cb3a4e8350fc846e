//! Commands: the real program without a terminal, against the demo server over real HTTP. What was changed is looked up by
//! another command, so that nothing is believed of the one under test.
#![expect(clippy::unwrap_used, reason = "tests")]

mod admins;
mod advice;
mod audit;
mod codes;
mod cost;
mod edits;
mod files;
mod further;
mod harness;
mod hostings;
mod lists;
mod names;
mod offboard;
#[cfg(unix)]
mod places;
mod resume;
mod scale;
#[cfg(unix)]
mod unwritten;
mod waits;
