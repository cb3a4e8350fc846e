//! The only code that touches the tty: modes switched on and off exactly once, signals, the clipboard, and what the
//! terminal can show.

mod clipboard;
mod detect;
mod guard;
mod paint;
mod screen;
mod sgr;
mod signals;

pub use clipboard::copy_sequence;
pub use detect::{Wanted, look};
pub use guard::{Guard, restore};
pub use screen::Screen;
pub use signals::{Signal, Signals, stop_process};
