//! The shape of the code: which module may use which, which names stand for one type each, and counts to compare with.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod counts;
mod dependencies;
mod names;
mod source;
mod wiring;
