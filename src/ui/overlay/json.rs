//! JSON for reading: long lines are wrapped under their own indent, names are set off from values.

use ratatui::text::{Line, Span};

use crate::{
    scim::text,
    ui::{ScreenLook, fit},
};

/// A line of JSON longer than this is shown cut; it is a picture or a key, not something to read.
const LONGEST: usize = 4_096;

/// Lines of at most `columns` cells.
pub fn lines(json: &str, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    json.lines().flat_map(|line| wrapped(line, columns, look)).collect()
}

fn wrapped(raw: &str, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let clean = text::clean_line(raw, LONGEST);
    let rest = clean.trim_start_matches(' ');
    let indent = (clean.len() - rest.len()).min(columns / 2);
    let (name, value) = split(rest);
    let mut out = Vec::new();
    let mut spans = vec![Span::raw(" ".repeat(indent)), Span::styled(name.to_owned(), look.dim())];
    let mut room = columns.saturating_sub(indent + fit::width(name));
    let mut value = value;
    loop {
        let head = fit::cut(value, room, "");
        let tail = value.get(head.len()..).unwrap_or_default();
        // A cell too narrow for one wide character must not hold this up for ever.
        let stuck = head.is_empty() && room + indent >= columns;
        spans.push(Span::raw(head));
        out.push(Line::from(std::mem::take(&mut spans)));
        if tail.is_empty() || stuck {
            return out;
        }
        value = tail;
        let hang = (indent + 2).min(columns / 2);
        spans.push(Span::raw(" ".repeat(hang)));
        room = columns.saturating_sub(hang);
    }
}

/// `"name": ` and the rest.
fn split(line: &str) -> (&str, &str) {
    let named = line.strip_prefix('"').and_then(|rest| rest.find("\": ")).map(|at| at + 4);
    line.split_at(named.unwrap_or(0))
}
