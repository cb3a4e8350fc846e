//! Everything that is switched on is switched off exactly once, on whatever way the process leaves.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crossterm::{
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute, queue,
    style::{Attribute, SetAttribute},
    terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

use super::outlet;

/// A terminal that takes nothing for so long is not waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// True while the terminal is ours: `restore` acts only once, whoever comes first (exit, panic, signal).
static OURS: AtomicBool = AtomicBool::new(false);

/// Owns the terminal until it is dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, the other screen, bracketed paste.
    pub fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        OURS.store(true, Ordering::SeqCst);
        let guard = Self(());
        let mut out = outlet::stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        Ok(guard)
    }

    /// After a stop that could not be seen (SIGSTOP): the shell has had the terminal meanwhile, with modes of its own.
    pub fn take_again(&self) -> io::Result<()> {
        // Raw mode is set only where it is off in the eyes of who sets it.
        disable_raw_mode()?;
        enable_raw_mode()?;
        let mut out = outlet::stdout();
        execute!(out, EnableBracketedPaste, Hide)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours, which is what it returns. Errors have nowhere to go: the terminal may be gone.
///
/// What was handed over before is written before: the last frame is whole, but its colours stay on.
pub fn restore() -> bool {
    let ours = OURS.swap(false, Ordering::SeqCst);
    if ours {
        let mut bytes = Vec::new();
        let _ = queue!(
            bytes,
            EndSynchronizedUpdate,
            SetAttribute(Attribute::Reset),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let mut out = outlet::stdout();
        let _ = out.write_all(&bytes);
        out.finish(PATIENCE);
        let _ = disable_raw_mode();
    }
    ours
}
