//! Boxes that are one long text to be scrolled, and the details of a record as such a text.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::shell::{self, Shell};
use crate::{
    app::{App, action::Action},
    directory::{Kind, Target},
    ui::{Look, details, fit::count},
};

/// A text with its title and keys.
#[derive(Debug, Default)]
pub struct Text {
    /// What it is.
    pub title: String,
    /// At the right of the title.
    pub right: String,
    /// The text, no line wider than [`columns`].
    pub lines: Vec<Line<'static>>,
    /// Keys, the most important first.
    pub hints: Vec<(Action, &'static str)>,
}

/// How wide a text may be: a space on either side.
pub fn columns(app: &App) -> usize {
    shell::room(app).0.saturating_sub(2)
}

impl Text {
    /// How many lines can be scrolled away.
    pub fn limit(&self, app: &App) -> usize {
        self.lines.len().saturating_sub(shell::room(app).1)
    }

    /// Draws the part that is scrolled to.
    pub fn draw(self, frame: &mut Frame<'_>, scroll: usize, app: &App, look: &Look) {
        let (columns, height) = shell::room(app);
        let (total, top) = (self.lines.len(), scroll.min(self.limit(app)));
        let note = if total > height {
            let dash = if look.glyphs.ascii { "-" } else { "–" };
            format!("{}{dash}{} of {}", count(top + 1), count(top + height), count(total))
        } else {
            String::new()
        };
        let shell = Shell { title: self.title, right: self.right, note, hints: self.hints, ..Shell::default() };
        let inner = shell.open(frame, columns, total, app, look);
        let lines: Vec<Line> = self.lines.into_iter().skip(top).take(usize::from(inner.height)).collect();
        let padded = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        frame.render_widget(Paragraph::new(lines), padded);
    }
}

/// The details of a record.
pub fn of_record(target: &Target, app: &App, look: &Look) -> Text {
    let mut hints = match target.kind {
        Kind::User => vec![
            (Action::SetRole, "role"),
            (Action::Teams, "teams"),
            (Action::Permissions, "permissions"),
            (Action::Account, "account"),
        ],
        Kind::Team => vec![(Action::Members, "members"), (Action::Invitations, "invitations")],
        Kind::Role => {
            vec![(Action::RolePermissions, "permissions"), (Action::Holders, "holders"), (Action::Edit, "edit")]
        }
    };
    if target.kind != Kind::Role {
        hints.push((Action::Attributes, "attributes"));
    }
    hints.extend([(Action::Raw, "raw"), (Action::Copy, "copy"), (Action::Back, "back")]);
    Text {
        title: details::name(target, app),
        right: String::new(),
        lines: details::lines(target, columns(app), app, look),
        hints,
    }
}
