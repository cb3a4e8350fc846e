//! The clipboard through the terminal (OSC 52): works over SSH, and says nothing about whether it did.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The sequence that hands `text` to the terminal's clipboard; wrapped where tmux stands between.
pub fn copy_sequence(text: &str, tmux: bool) -> String {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if tmux { format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_can_not_leave_the_sequence() {
        let text = "eva\x07\x1b]0;title\x07";
        let sequence = copy_sequence(text, false);
        assert_eq!(sequence.matches('\x1b').count(), 1);
        assert_eq!(sequence.matches('\x07').count(), 1);
        assert!(copy_sequence("eva", true).starts_with("\x1bPtmux;\x1b\x1b]52;c;"));
    }
}
