//! The box that waits for answers about facts that no list contains.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        answers::{AnswersBox, AnswersPurpose},
    },
    directory::ResourceRef,
    ui::{
        ScreenLook, details,
        fit::{self, count, counted},
    },
};

/// Cells of a line at most.
const WIDEST: usize = 60;

impl OverlayDrawing for AnswersBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (title, text) = match &self.purpose {
            AnswersPurpose::Offboarding(leaving) => {
                let title = match leaving.as_slice() {
                    [one] => format!("Offboard {}", details::name(&ResourceRef::user(one), app)),
                    many => format!("Offboard {}", counted(many.len(), "user")),
                };
                (title, "Asking for invitations of all teams and for API keys: ")
            }
            AnswersPurpose::Draft(_) => ("Admins of teams".to_owned(), "Asking who is admin of the teams concerned: "),
            AnswersPurpose::Undo(undo) => (undo.title.clone(), "Reading what the lists show as changed since: "),
        };
        let (done, text) = (count(self.all.saturating_sub(self.open())), app.word(text));
        let text = format!("{text}{done} of {} answered. Nothing is sent yet.", count(self.all));
        let columns = (fit::width(&text) + 2).min(shell::room(app).0).min(WIDEST);
        let text = fit::wrap(&text, columns.saturating_sub(2));
        let lines: Vec<Line> = text.into_iter().map(Line::from).collect();
        let shell = BoxFrame { title, hints: vec![(Action::Back, "give up")], ..BoxFrame::default() };
        let inner = shell.open(frame, columns, lines.len(), app, look);
        let padded = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        frame.render_widget(Paragraph::new(lines), padded);
    }
}
