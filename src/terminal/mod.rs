//! The only code that touches the tty: modes switched on and off exactly once, painting and its pace, signals, the
//! clipboard, and what the terminal can show.

mod clipboard;
mod detect;
mod frames;
mod grid;
mod guard;
mod outlet;
mod pace;
mod paint;
mod pen;
mod screen;
mod sgr;
mod signals;

pub use clipboard::copy_sequence;
pub use detect::{WantedLook, link, look};
pub use frames::FramesInFlight;
pub use guard::{TerminalGuard, restore};
pub use pace::LinkSpeed;
pub use screen::FrameWriter;
pub use signals::{SignalRequest, Signals, ask_to_stop, stop_process, take_file_limit_for_full_disk};
