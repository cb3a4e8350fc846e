//! A secret that the server shows once, in full: it is nowhere else.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};
use secrecy::ExposeSecret;

use super::{
    OverlayDrawing,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action, secret::SecretVisibility},
    scim::text::{clean, clean_line},
    ui::{ScreenLook, fit},
};

/// Keys of 86 characters fit in one line.
const WIDEST: usize = 92;

/// A sentence fits in a line.
const NARROWEST: usize = 60;

/// A longer secret would be an attack.
const LONGEST: usize = 4_096;

impl OverlayDrawing for SecretVisibility {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let secret = fit::width(&clean_line(self.secret.expose_secret(), LONGEST));
        let columns = columns.min((secret + 4).clamp(NARROWEST, WIDEST));
        let mut lines = lines(self, columns.saturating_sub(4), look);
        if lines.len() + 2 <= height {
            lines.insert(0, Line::default());
            lines.push(Line::default());
        }
        let shell = BoxFrame {
            title: "A new secret".into(),
            hints: vec![(Action::CopySecret, "copy"), (Action::CloseSecret, "close")],
            ..BoxFrame::default()
        };
        let inner = shell.open(frame, columns, lines.len(), app, look);
        let padded = Rect { x: inner.x + 2, width: inner.width.saturating_sub(4), ..inner };
        frame.render_widget(Paragraph::new(lines), padded);
    }
}

fn lines(shown: &SecretVisibility, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut lines = shell::wrapped(&clean(&shown.words), columns, 0, look.plain());
    lines.push(Line::default());
    let secret = clean_line(shown.secret.expose_secret(), LONGEST);
    for part in fit::wrap(&secret, columns) {
        lines.push(Line::from(Span::styled(part, look.accent())));
    }
    lines.push(Line::default());
    let (next, style) = if shown.copied {
        let words =
            "was sent to the terminal's clipboard. Not every terminal takes it: paste it before you close this.";
        (format!("{} It {words}", look.glyphs.done), look.good())
    } else {
        ("Put it where it is needed before you close this.".to_owned(), look.plain())
    };
    lines.extend(shell::wrapped(&next, columns, 0, style));
    lines.extend(shell::wrapped("Shown once, kept nowhere.", columns, 0, look.careful()));
    lines.extend(shell::wrapped("Neither the journal nor the log nor any file has it.", columns, 0, look.dim()));
    lines
}
