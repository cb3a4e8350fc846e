//! What to copy.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    rows,
    shell::{self, Shell},
};
use crate::{
    app::{App, CopyChoice, action::Action},
    scim::text::clean_line,
    ui::{Look, fit},
};

/// Its keys.
pub const HINTS: &[(Action, &str)] = &[(Action::Choose, "copy"), (Action::Back, "back")];

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, choices: &[CopyChoice], cursor: usize, app: &App, look: &Look) {
    let label = choices.iter().map(|(what, _)| fit::width(what)).max().unwrap_or(0);
    let shown: Vec<_> = choices.iter().map(|(what, value)| (*what, glimpse(value))).collect();
    let widest = shown.iter().map(|(_, value)| fit::width(value)).max().unwrap_or(0);
    let columns = (rows::PREFIX + label + widest + 4).min(shell::room(app).0).min(72);
    let shell = Shell { title: "Copy".into(), hints: HINTS.into(), ..Shell::default() };
    let inner = shell.open(frame, columns, choices.len().max(1), app, look);
    let width = usize::from(inner.width);
    let rest = width.saturating_sub(rows::PREFIX + label + 3);
    let lines: Vec<Line> = rows::window(shown.len(), cursor, usize::from(inner.height))
        .filter_map(|at| Some((at, shown.get(at)?)))
        .map(|(at, (what, value))| {
            let cells = [(*what, label + 1, Style::new()), (value.as_str(), rest, look.dim())];
            rows::row(width, at == cursor, &cells, look)
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

fn glimpse(value: &str) -> String {
    match value.lines().count() {
        0 | 1 => clean_line(value, 512).into_owned(),
        lines => fit::counted(lines, "line"),
    }
}
