//! The palette: every action by name.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    picker::no_match,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        palette::{self, CommandPalette},
    },
    ui::{ScreenLook, fit, fit::count},
};

/// Its keys.
const COMMANDS: &[(Action, &str)] = &[(Action::Choose, "do it"), (Action::Back, "back")];

/// The same where the lines are roles.
const ROLES: &[(Action, &str)] = &[(Action::Choose, "compare"), (Action::Back, "back")];

/// The same where a group is to give one of them.
const GIVEN: &[(Action, &str)] = &[(Action::Choose, "choose"), (Action::Back, "back")];

/// Its keys.
pub fn hints(palette: &CommandPalette) -> &'static [(Action, &'static str)] {
    match palette.lines.first() {
        Some(palette::PaletteLine { entry: palette::PaletteEntry::Compare(_), .. }) => ROLES,
        Some(palette::PaletteLine { entry: palette::PaletteEntry::MapGroup(..), .. }) => GIVEN,
        _ => COMMANDS,
    }
}

impl OverlayDrawing for CommandPalette {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let shell = BoxFrame {
            title: self.title.clone(),
            typed: Some(&self.input),
            note: format!("{} of {}", count(self.shown.len()), count(self.lines.len())),
            hints: hints(self).into(),
            ..BoxFrame::default()
        };
        let columns = shell::room(app).0;
        let mut below = Vec::new();
        if let Some(note) = self.note {
            below.push(Line::default());
            below.extend(shell::wrapped(note, columns.saturating_sub(1), 3, look.careful()));
        }
        let inner = shell.open(frame, columns, self.lines.len() + below.len(), app, look);
        let width = usize::from(inner.width);
        let room = usize::from(inner.height).saturating_sub(below.len()).max(1);
        let mut lines: Vec<Line> = rows::window(self.shown.len(), self.cursor, room)
            .filter_map(|at| Some((at, self.lines.get(*self.shown.get(at)?)?)))
            .map(|(at, line)| row(width, at == self.cursor, line, look))
            .collect();
        if lines.is_empty() {
            lines.push(rows::nothing(&no_match(self.input.value()), look));
        }
        lines.extend(below);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

fn row(width: usize, selected: bool, line: &palette::PaletteLine, look: &ScreenLook) -> Line<'static> {
    let (name_style, help, help_style) = match &line.refused {
        Some(why) => (look.dim(), why, look.dim()),
        None => (look.strong(), &line.help, Style::new()),
    };
    let (name, key) = ((width / 4).clamp(14, 22), 6);
    let help_width = width.saturating_sub(rows::PREFIX + name + 1 + key + 2);
    let sign = match &line.entry {
        palette::PaletteEntry::Sign(meaning) => super::help::sign(meaning, look),
        _ => None,
    };
    let key_text = fit::pad_left(sign.unwrap_or(&line.key), key, look.glyphs.more);
    let key_style = if line.refused.is_some() { look.dim() } else { look.accent() };
    let cells: [TableCell; 3] =
        [(&line.name, name, name_style), (help, help_width, help_style), (&key_text, key, key_style)];
    rows::row(width, selected, &cells, look)
}
