//! The message line: over the hints, and over as many rows above them as its sentence needs.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{
    Look,
    fit::{cut, width, wrap},
};
use crate::{
    app::{App, Message, action::Action},
    scim::text::clean_line,
};

/// No message hides more rows than this.
const MOST: usize = 4;

/// Draws it over everything else, where there is one; else why a request waits, where it does so for long.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App, look: &Look) {
    let waits = app.waiting.as_ref().filter(|wait| wait.is_long());
    let waits = || waits.map(|wait| Message { text: wait.sentence(&look.clock(wait.until)), error: false });
    let Some(message) = app.message.clone().or_else(waits) else { return };
    let area = frame.area();
    let cells = usize::from(area.width);
    let key = if message.error { app.keymap.label(Action::Back).unwrap_or_default() } else { String::new() };
    let (lead, style) = if message.error { (" ! ", look.bad()) } else { (" ", Style::new()) };
    let indent = lead.len();
    let room = cells.saturating_sub(indent + 1).max(1);
    // The key stands behind the last words.
    let behind = if key.is_empty() { 0 } else { width(&key) + 3 };
    // A sentence may quote a server: only the room breaks it.
    let mut rows = wrap(&clean_line(&message.text, usize::MAX), room);
    if rows.last().is_some_and(|last| width(last) + behind > room) {
        rows.push(String::new());
        if let [.., before, last] = rows.as_mut_slice()
            && let Some((head, word)) = before.rsplit_once(' ')
        {
            (*before, *last) = (head.to_owned(), word.to_owned());
        }
    }
    if rows.len() > MOST {
        let rest = rows.split_off(MOST - 1).join(" ");
        rows.push(cut(&rest, room.saturating_sub(behind), look.glyphs.more));
    }
    let count = rows.len();
    let mut lines: Vec<Line<'_>> = Vec::with_capacity(count);
    for (at, row) in rows.into_iter().enumerate() {
        let lead = if at == 0 { lead } else { "" };
        lines.push(Line::from(Span::styled(format!("{lead:indent$}{row}"), style)));
    }
    if let (false, Some(last)) = (key.is_empty(), lines.last_mut()) {
        last.push_span(Span::raw("   "));
        last.push_span(Span::styled(key, look.accent()));
    }
    let height = (count as u16).min(area.height);
    let at = Rect { y: area.bottom() - height, height, ..area };
    frame.render_widget(Clear, at);
    frame.render_widget(Paragraph::new(lines), at);
}
