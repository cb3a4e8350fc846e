//! Waits for what no list tells of people who go.

use ratatui::{Frame, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action, offboard::OffboardingBox},
    directory::ResourceRef,
    ui::{
        ScreenLook, details,
        fit::{self, count, counted},
    },
};

/// Cells of a line at most.
const WIDEST: usize = 60;

impl OverlayDrawing for OffboardingBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let title = match self.leaving.as_slice() {
            [one] => format!("Offboard {}", details::name(&ResourceRef::user(one), app)),
            many => format!("Offboard {}", counted(many.len(), "user")),
        };
        let done = count(self.all.saturating_sub(self.open()));
        let text = app.word("Asking for invitations of all teams and for API keys: ");
        let text = format!("{text}{done} of {} answered. Nothing is sent yet.", count(self.all));
        let columns = fit::width(&text).min(shell::room(app).0).min(WIDEST);
        let lines: Vec<Line> = fit::wrap(&text, columns).into_iter().map(Line::from).collect();
        let shell = BoxFrame { title, hints: vec![(Action::Back, "give up")], ..BoxFrame::default() };
        let inner = shell.open(frame, columns, lines.len(), app, look);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}
