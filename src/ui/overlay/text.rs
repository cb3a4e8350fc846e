//! Boxes that are one long text to be scrolled.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};
use tui_input::Input;

use super::{
    OverlayDrawing,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action},
    ui::{ScreenLook, fit::count},
};

/// A text with its title and keys.
#[derive(Debug, Default)]
pub struct TextBox {
    /// The title of the box.
    pub title: String,
    /// The text at the right of the title.
    pub right: String,
    /// The text that is typed into the box.
    pub typed: Option<Input>,
    /// The text, no line wider than [`columns`].
    pub lines: Vec<Line<'static>>,
    /// Lines scrolled away.
    pub scroll: usize,
    /// The line with the cursor.
    pub cursor: Option<usize>,
    /// Keys, the most important first.
    pub hints: Vec<(Action, &'static str)>,
}

/// How wide a text may be: a space on either side.
pub fn columns(app: &App) -> usize {
    shell::room(app).0.saturating_sub(2)
}

impl TextBox {
    /// How many lines can be scrolled away.
    pub fn limit(&self, app: &App) -> usize {
        self.lines.len().saturating_sub(shell::room(app).1)
    }

    /// The first and last scroll position with the cursor in sight.
    pub fn around_cursor(&self, app: &App) -> Option<(usize, usize)> {
        let height = shell::room(app).1;
        let at = self.cursor?;
        Some(((at + 1).saturating_sub(height), at.min(self.limit(app))))
    }

    /// Draws the part that is scrolled to.
    pub fn draw(self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let (total, top) = (self.lines.len(), self.scroll.min(self.limit(app)));
        let note = if total > height {
            let dash = if look.glyphs.ascii { "-" } else { "–" };
            format!("{}{dash}{} of {}", count(top + 1), count(top + height), count(total))
        } else {
            String::new()
        };
        let shell = BoxFrame {
            title: self.title,
            typed: self.typed.as_ref(),
            right: self.right,
            note,
            hints: self.hints,
            ..BoxFrame::default()
        };
        let inner = shell.open(frame, columns, total, app, look);
        let lines: Vec<Line> = self.lines.into_iter().skip(top).take(usize::from(inner.height)).collect();
        let padded = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        frame.render_widget(Paragraph::new(lines), padded);
    }
}

/// A box that is one long text.
pub trait TextOverlay {
    /// The text.
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox;
}

impl<T: TextOverlay> OverlayDrawing for T {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        self.text(app, look).draw(frame, app, look);
    }

    fn scroll_limit(&self, app: &App, look: &ScreenLook) -> Option<usize> {
        Some(self.text(app, look).limit(app))
    }

    fn scroll_to_cursor(&self, app: &App, look: &ScreenLook) -> Option<(usize, usize)> {
        self.text(app, look).around_cursor(app)
    }
}
