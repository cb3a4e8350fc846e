//! The message line: the row above the keys, and as many rows above it as its sentence needs.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{
    ScreenLook, activity,
    fit::{cut, width, wrap},
};
use crate::{
    app::{App, StatusMessage},
    scim::text::clean_line,
};

/// No message hides more rows than this.
const MOST: usize = 4;

/// Draws it over everything else, where there is one; else why a request waits, where it does so for long.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
    let waits = app.session.waiting.as_ref().filter(|wait| wait.is_long());
    let waits =
        || waits.map(|wait| StatusMessage { text: wait.sentence(&look.clock(wait.until)), ..StatusMessage::default() });
    let Some(message) = app.screen.message.clone().or_else(waits) else { return };
    let area = frame.area();
    let cells = usize::from(area.width);
    let (lead, lead_style) = match message.state {
        Some(state) => {
            let (sign, style) = activity::sign(state, false, look);
            (format!(" {sign} "), style)
        }
        None if message.error => (format!(" {} ", look.glyphs.harm), look.bad()),
        None => (" ".to_owned(), Style::new()),
    };
    let style = if message.error { look.bad() } else { Style::new() };
    let indent = width(&lead);
    let room = cells.saturating_sub(indent + 1).max(1);
    // A sentence may quote a server: only the room breaks it.
    let mut rows = wrap(&clean_line(&message.text, usize::MAX), room);
    if rows.len() > MOST {
        let rest = rows.split_off(MOST - 1).join(" ");
        rows.push(cut(&rest, room, look.glyphs.more));
    }
    let count = rows.len();
    let mut lines: Vec<Line<'_>> = Vec::with_capacity(count);
    for (at, row) in rows.into_iter().enumerate() {
        let lead = if at == 0 { lead.clone() } else { " ".repeat(indent) };
        lines.push(Line::from(vec![Span::styled(lead, lead_style), Span::styled(row, style)]));
    }
    // The keys in the last row act, whatever is said.
    let above = area.height.saturating_sub(1);
    let height = (count as u16).min(above);
    let at = Rect { y: area.y + above - height, height, ..area };
    frame.render_widget(Clear, at);
    frame.render_widget(Paragraph::new(lines), at);
}
