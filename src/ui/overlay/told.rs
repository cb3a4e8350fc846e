//! Lines that boxes of answers share: whether the server was asked, and words in place of what it did not tell.

use ratatui::{style::Style, text::Line};

use super::{rows, shell};
use crate::{
    app::side_query_box::{SideQueryBox, SideQueryStatus},
    ui::ScreenLook,
};

/// "asking…" while a question is under way.
pub fn asking(aside: &SideQueryBox, look: &ScreenLook) -> String {
    if aside.asked == SideQueryStatus::Waiting { format!("asking{}", look.glyphs.more) } else { String::new() }
}

/// The lines above an answer: why nothing newer is shown, and why there is none. `absent` is the sentence for an answer that
/// knows no such record.
pub fn head(aside: &SideQueryBox, known: bool, absent: &str, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    match &aside.asked {
        SideQueryStatus::Failed(why) => {
            let mut lines = padded(&format!("{} {why}", look.glyphs.failed), columns, look.bad());
            if known {
                lines.extend(padded("What follows was told before.", columns, look.dim()));
                lines.push(Line::default());
            }
            lines
        }
        SideQueryStatus::Waiting if !known => padded("Asking the server for it…", columns, look.dim()),
        SideQueryStatus::Answered if !known => padded(absent, columns, look.careful()),
        SideQueryStatus::Waiting | SideQueryStatus::Answered => Vec::new(),
    }
}

/// Words wrapped under the place of the cursor's sign, so that text and rows begin in one column.
pub fn padded(words: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    shell::wrapped(words, columns.saturating_sub(1), rows::PREFIX, style)
}
