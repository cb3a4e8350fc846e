//! Rows of a list in a box: the visible range, and a row of cells.

use std::ops::Range;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::ui::{ScreenLook, fit};

/// Columns that the cursor's sign takes before every row.
pub const PREFIX: usize = 3;

/// The visible rows: the cursor is in the middle as soon as there are rows above and below.
pub fn window(len: usize, cursor: usize, height: usize) -> Range<usize> {
    let top = cursor.saturating_sub(height / 2).min(len.saturating_sub(height));
    top..(top + height).min(len)
}

/// A cell: text, width, style.
pub type TableCell<'a> = (&'a str, usize, Style);

/// A row of cells with a space between them, as wide as the box.
pub fn row(width: usize, selected: bool, cells: &[TableCell<'_>], look: &ScreenLook) -> Line<'static> {
    let sign = if selected { look.glyphs.cursor } else { " " };
    let mut spans = vec![Span::raw(format!(" {sign} "))];
    let mut used = PREFIX;
    for (text, cells, style) in cells {
        let room = (*cells).min(width.saturating_sub(used));
        spans.push(Span::styled(fit::pad(text, room, look.glyphs.more), *style));
        used += room;
        if used < width {
            spans.push(Span::raw(" "));
            used += 1;
        }
    }
    spans.push(Span::raw(" ".repeat(width.saturating_sub(used))));
    if selected {
        // The whole row has a single style, because reversed colours stand out more than their meaning.
        let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
        return Line::styled(text, look.cursor());
    }
    Line::from(spans)
}

/// A single sentence in place of a list.
pub fn nothing(words: &str, look: &ScreenLook) -> Line<'static> {
    Line::styled(format!("   {words}"), look.dim())
}
