//! Everything that is switched on is switched off exactly once, on whatever way the process leaves.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute,
    style::{Attribute, SetAttribute},
    terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

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
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours, which is what it returns. Errors have nowhere to go: the terminal may be gone.
pub fn restore() -> bool {
    let ours = OURS.swap(false, Ordering::SeqCst);
    if ours {
        // A frame may have been cut off in the middle of a synchronised update; and the last one's colours stay on.
        let _ = execute!(
            io::stdout(),
            EndSynchronizedUpdate,
            SetAttribute(Attribute::Reset),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
    ours
}
