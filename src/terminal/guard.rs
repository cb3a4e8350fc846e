//! Every terminal mode that is switched on is switched off exactly once, however the process ends.

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

/// The longest wait for a terminal that takes no bytes.
const PATIENCE: Duration = Duration::from_secs(1);

/// True while the console owns the terminal: `restore` acts only once, whoever calls first (exit, panic, signal).
static OURS: AtomicBool = AtomicBool::new(false);

/// Owns the terminal until it is dropped.
#[derive(Debug)]
pub struct TerminalGuard(());

impl TerminalGuard {
    /// Takes the terminal: raw mode, the other screen, bracketed paste.
    pub fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        OURS.store(true, Ordering::SeqCst);
        let guard = Self(());
        let mut out = outlet::stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        Ok(guard)
    }

    /// Takes the terminal again after a stop that could not be caught (SIGSTOP): the shell has set its own modes
    /// meanwhile.
    pub fn take_again(&self) -> io::Result<()> {
        // crossterm sets raw mode only if its own record says that raw mode is off.
        disable_raw_mode()?;
        enable_raw_mode()?;
        let mut out = outlet::stdout();
        execute!(out, EnableBracketedPaste, Hide)
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back if the console owns it, and returns whether it did. Errors can't be reported: the terminal
/// may be gone.
///
/// Bytes that were handed over before are written first: the last frame is whole, but its colours stay on.
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
