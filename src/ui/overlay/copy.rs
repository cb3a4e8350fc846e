//! The box for choosing a part to copy.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing, rows,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action, copy::CopyMenu},
    scim::text::clean_line,
    ui::{ScreenLook, fit},
};

/// The keys of the box.
pub const HINTS: &[(Action, &str)] = &[(Action::Choose, "copy"), (Action::Back, "back")];

impl OverlayDrawing for CopyMenu {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let shown: Vec<_> =
            self.choices.iter().map(|(part, glimpse)| (self.name(*part), clean_line(glimpse, 512))).collect();
        let label = shown.iter().map(|(what, _)| fit::width(what)).max().unwrap_or(0);
        let widest = shown.iter().map(|(_, value)| fit::width(value)).max().unwrap_or(0);
        let columns = (rows::PREFIX + label + widest + 4).min(shell::room(app).0).min(72);
        let shell = BoxFrame { title: self.title(), hints: HINTS.into(), ..BoxFrame::default() };
        let inner = shell.open(frame, columns, shown.len().max(1), app, look);
        let width = usize::from(inner.width);
        let rest = width.saturating_sub(rows::PREFIX + label + 3);
        let lines: Vec<Line> = rows::window(shown.len(), self.cursor, usize::from(inner.height))
            .filter_map(|at| Some((at, shown.get(at)?)))
            .map(|(at, (what, value))| {
                let cells = [(*what, label + 1, Style::new()), (&**value, rest, look.dim())];
                rows::row(width, at == self.cursor, &cells, look)
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), inner);
    }
}
