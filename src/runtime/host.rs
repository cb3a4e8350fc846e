//! What the loop needs of whoever owns the terminal.

use std::io;

/// What the loop is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// End.
    End,
    /// Whatever is on the screen is not ours any more: draw everything again.
    Again,
    /// The frame that waits may be drawn.
    Free,
}

/// What the terminal's owner can ask of the loop, and the loop of it.
pub trait Host {
    /// Something happened to the process, or a frame is `waiting` and the terminal is free for it. Nothing may be lost
    /// when this is given up.
    fn next(&mut self, waiting: bool) -> impl Future<Output = io::Result<Told>> + Send;

    /// True if a frame may be drawn now.
    ///
    /// # Errors
    /// If the terminal is gone.
    fn is_free(&mut self) -> io::Result<bool>;

    /// Bytes written so far.
    fn written(&self) -> u64;

    /// Hand text to the clipboard.
    ///
    /// # Errors
    /// If the terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Ask the system to stop the process, as Ctrl-Z does where the terminal is not raw. Nothing where nobody could go on
    /// with it.
    fn suspend(&mut self) {}
}
