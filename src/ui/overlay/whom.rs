//! The row under the cursor, or the marked ones?

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing, rows,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action, whom::SubjectChoice},
    ui::{ScreenLook, fit},
};

impl OverlayDrawing for SubjectChoice {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let choices = self.choices();
        let label = choices.iter().map(|choice| fit::width(choice)).max().unwrap_or(0);
        let more = if self.marked > 1 { look.glyphs.more } else { "" };
        let names = [self.here.to_string(), format!("{}{more}", self.first)];
        let widest = names.iter().map(|name| fit::width(name)).max().unwrap_or(0);
        let columns = (rows::PREFIX + label + widest + 3).min(shell::room(app).0).min(72);
        let title = "This row or the marked ones?".to_owned();
        let hints = vec![(Action::Choose, "choose"), (Action::Back, "back")];
        let inner = BoxFrame { title, hints, ..BoxFrame::default() }.open(frame, columns, choices.len(), app, look);
        let width = usize::from(inner.width);
        let rest = width.saturating_sub(rows::PREFIX + label + 2);
        let row = |(at, (choice, name)): (usize, (&String, &String))| -> Line<'static> {
            rows::row(width, at == self.cursor, &[(choice, label, Style::new()), (name, rest, look.strong())], look)
        };
        let lines: Vec<Line> = choices.iter().zip(&names).enumerate().map(row).collect();
        frame.render_widget(Paragraph::new(lines), inner);
    }
}
