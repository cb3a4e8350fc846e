//! The loop's interface to the owner of the terminal.

use std::io;

/// A message from the terminal's owner to the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopInput {
    /// The console ends.
    End,
    /// The screen was overwritten: the loop draws everything again.
    Again,
    /// The waiting frame may be drawn.
    Free,
}

/// The owner of the terminal, as the loop uses it.
pub trait TerminalHost {
    /// Waits for an event of the process or, where a frame is `waiting`, until the terminal is free for it. Cancelling
    /// the future must lose no event.
    fn next(&mut self, waiting: bool) -> impl Future<Output = io::Result<LoopInput>> + Send;

    /// True if a frame may be drawn now.
    ///
    /// # Errors
    /// If the terminal is gone.
    fn is_free(&mut self) -> io::Result<bool>;

    /// Bytes written so far.
    fn written(&self) -> u64;

    /// Hands text to the clipboard.
    ///
    /// # Errors
    /// If the terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Asks the system to stop the process, as Ctrl-Z does where the terminal is not raw. Does nothing where no shell
    /// could resume it.
    fn suspend(&mut self) {}
}
