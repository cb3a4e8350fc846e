//! Boxes that are one long text to be scrolled, and the details of a record as such a text.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};
use tui_input::Input;

use super::shell::{self, BoxFrame};
use crate::{
    app::{App, Tab, action::Action},
    directory::{RecordKind, ResourceRef},
    ui::{
        ScreenLook,
        details::{self, PageText},
        fit::{self, count},
    },
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
    pub fn draw(self, frame: &mut Frame<'_>, scroll: usize, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let (total, top) = (self.lines.len(), scroll.min(self.limit(app)));
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

/// The details of a record.
pub fn of_record(target: &ResourceRef, cursor: Option<usize>, app: &App, look: &ScreenLook) -> TextBox {
    let mut hints = match target.kind {
        RecordKind::User => vec![
            (Action::SetRole, "role"),
            (Action::Teams, "teams"),
            (Action::Permissions, "permissions"),
            (Action::Account, "account"),
        ],
        RecordKind::Team => vec![(Action::Members, "members"), (Action::Invitations, "invitations")],
        RecordKind::Role => {
            vec![(Action::RolePermissions, "permissions"), (Action::Holders, "holders"), (Action::Edit, "edit")]
        }
    };
    if target.kind != RecordKind::Role {
        hints.push((Action::Attributes, "attributes"));
    }
    hints.extend([(Action::Raw, "raw"), (Action::Copy, "copy"), (Action::Back, "back")]);
    let PageText { mut lines, links } = details::text(target, columns(app), app, look);
    if !links.is_empty() {
        hints.insert(0, (Action::Follow, "open"));
    }
    let cursor = cursor.and_then(|at| links.get(at).copied());
    if let Some(line) = cursor.and_then(|at| lines.get_mut(at)) {
        let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        let text = text.strip_prefix(' ').map_or(text.clone(), |rest| format!("{}{rest}", look.glyphs.cursor));
        *line = Line::styled(fit::pad(&text, columns(app), look.glyphs.more), look.cursor());
    }
    TextBox { title: title(app, look), typed: None, right: place(app, look), lines, cursor, hints }
}

/// The way to this record: the list, and the records between.
fn title(app: &App, look: &ScreenLook) -> String {
    let list = match app.tab {
        Tab::Users => "Users",
        Tab::Teams => "Teams",
        Tab::Roles => "Roles",
        Tab::Activity => "Activity",
    };
    let sign = if look.glyphs.ascii { ">" } else { "›" };
    let names = app.path().into_iter().map(|target| details::label(target, app));
    std::iter::once(app.word(list).into_owned()).chain(names).collect::<Vec<_>>().join(&format!(" {sign} "))
}

/// The record's position and the number of records, with the keys that step to the others.
fn place(app: &App, look: &ScreenLook) -> String {
    let Some((at, all)) = app.place_in_round() else { return String::new() };
    let key = |action| app.key_now(action).unwrap_or_default();
    let [back, on] = if look.glyphs.ascii { ["<", ">"] } else { ["‹", "›"] };
    let keys = format!("  {} {back} {on} {}", key(Action::PreviousRecord), key(Action::NextRecord));
    format!("{} of {}{}", count(at), count(all), if all > 1 { keys.as_str() } else { "" })
}
