//! The real program in a pseudo-terminal: how it starts, what it writes, and that it leaves the terminal as it found it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod beside;
mod bursts;
mod bytes;
mod canary;
mod far;
mod homes;
mod keystrokes;
mod killed;
mod leaving;
mod link;
mod looks;
mod prompts;
mod refused;
mod ssh;
mod trace;
mod tty;
