//! The palette: every action by name.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    picker::no_match,
    rows::{self, Cell},
    shell::{self, Shell},
};
use crate::{
    app::{
        App,
        action::Action,
        palette::{self, Palette},
    },
    ui::{Look, fit, fit::count},
};

/// Its keys.
const COMMANDS: &[(Action, &str)] = &[(Action::Choose, "do it"), (Action::Back, "back")];

/// The same where the lines are roles.
const ROLES: &[(Action, &str)] = &[(Action::Choose, "compare"), (Action::Back, "back")];

/// Its keys.
pub fn hints(palette: &Palette) -> &'static [(Action, &'static str)] {
    match palette.lines.first() {
        Some(palette::Line { entry: palette::Entry::Compare(_), .. }) => ROLES,
        _ => COMMANDS,
    }
}

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, palette: &Palette, app: &App, look: &Look) {
    let shell = Shell {
        title: palette.title.clone(),
        typed: Some(&palette.input),
        note: format!("{} of {}", count(palette.shown.len()), count(palette.lines.len())),
        hints: hints(palette).into(),
        ..Shell::default()
    };
    let inner = shell.open(frame, shell::room(app).0, palette.lines.len(), app, look);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line> = rows::window(palette.shown.len(), palette.cursor, usize::from(inner.height))
        .filter_map(|at| Some((at, palette.lines.get(*palette.shown.get(at)?)?)))
        .map(|(at, line)| row(width, at == palette.cursor, line, look))
        .collect();
    if lines.is_empty() {
        lines.push(rows::nothing(&no_match(palette.input.value()), look));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn row(width: usize, selected: bool, line: &palette::Line, look: &Look) -> Line<'static> {
    let (name_style, help, help_style) = match &line.refused {
        Some(why) => (look.dim(), why, look.dim()),
        None => (look.strong(), &line.help, Style::new()),
    };
    let (name, key) = ((width / 4).clamp(14, 22), 6);
    let help_width = width.saturating_sub(rows::PREFIX + name + 1 + key + 2);
    let key_text = fit::pad_left(&line.key, key, look.glyphs.more);
    let key_style = if line.refused.is_some() { look.dim() } else { look.accent() };
    let cells: [Cell; 3] =
        [(&line.name, name, name_style), (help, help_width, help_style), (&key_text, key, key_style)];
    rows::row(width, selected, &cells, look)
}
