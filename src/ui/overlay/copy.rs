//! What to copy.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    rows,
    shell::{self, Shell},
};
use crate::{
    app::{
        App,
        action::Action,
        copy::{CopyMenu, CopyPart},
    },
    scim::text::clean_line,
    ui::{Look, fit},
};

/// Its keys.
pub const HINTS: &[(Action, &str)] = &[(Action::Choose, "copy"), (Action::Back, "back")];

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, menu: &CopyMenu, app: &App, look: &Look) {
    let glimpse = |part: &CopyPart| clean_line(&menu.glimpse(*part, &app.directory), 512).into_owned();
    let shown: Vec<_> = menu.choices.iter().map(|part| (menu.name(*part), glimpse(part))).collect();
    let label = shown.iter().map(|(what, _)| fit::width(what)).max().unwrap_or(0);
    let widest = shown.iter().map(|(_, value)| fit::width(value)).max().unwrap_or(0);
    let columns = (rows::PREFIX + label + widest + 4).min(shell::room(app).0).min(72);
    let shell = Shell { title: menu.title(), hints: HINTS.into(), ..Shell::default() };
    let inner = shell.open(frame, columns, shown.len().max(1), app, look);
    let width = usize::from(inner.width);
    let rest = width.saturating_sub(rows::PREFIX + label + 3);
    let lines: Vec<Line> = rows::window(shown.len(), menu.cursor, usize::from(inner.height))
        .filter_map(|at| Some((at, shown.get(at)?)))
        .map(|(at, (what, value))| {
            let cells = [(*what, label + 1, Style::new()), (value.as_str(), rest, look.dim())];
            rows::row(width, at == menu.cursor, &cells, look)
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}
