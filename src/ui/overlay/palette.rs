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
        palette::{CommandPalette, PaletteEntry, PaletteLine},
    },
    ui::{
        ScreenLook, fit,
        fit::count,
        layout::{HIGH_BOX, MEASURED_LINES},
    },
};

/// The cells of a key, or of a sign.
const KEY: usize = 6;

/// The fewest cells of names.
const NAME_LEAST: usize = 14;

/// Lines below the list for the whole sentence of the line under the cursor.
const TOLD: usize = 2;

/// Its keys.
const COMMANDS: &[(Action, &str)] = &[(Action::Choose, "do it"), (Action::Back, "back")];

/// The same where the lines are texts of a filter.
const TEXTS: &[(Action, &str)] = &[(Action::Choose, "take over"), (Action::Back, "back")];

/// The same where the lines are orders.
const ORDERS: &[(Action, &str)] = &[(Action::Choose, "sort"), (Action::Back, "back")];

/// The same where the lines are roles.
const ROLES: &[(Action, &str)] = &[(Action::Choose, "compare"), (Action::Back, "back")];

/// The same where a group is to give one of them.
const GIVEN: &[(Action, &str)] = &[(Action::Choose, "choose"), (Action::Back, "back")];

/// Its keys.
pub fn hints(palette: &CommandPalette) -> &'static [(Action, &'static str)] {
    match palette.lines.first() {
        Some(PaletteLine { entry: PaletteEntry::Compare(_), .. }) => ROLES,
        Some(PaletteLine { entry: PaletteEntry::MapGroup(..), .. }) => GIVEN,
        Some(PaletteLine { entry: PaletteEntry::Filter(_), .. }) => TEXTS,
        Some(PaletteLine { entry: PaletteEntry::SortActivity(_) | PaletteEntry::SortAudit(_), .. }) => ORDERS,
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
        let cells = Cells::of(&self.lines, columns);
        if cells.cut && shell::room(app).1 >= HIGH_BOX {
            let sentence = self.selected().map(sentence).unwrap_or_default();
            let mut told = shell::wrapped(sentence, columns.saturating_sub(1), rows::PREFIX, look.dim());
            told.resize(TOLD, Line::default());
            below.push(Line::default());
            below.extend(told);
        }
        let inner = shell.open(frame, columns, self.lines.len() + below.len(), app, look);
        let width = usize::from(inner.width);
        let room = usize::from(inner.height).saturating_sub(below.len()).max(1);
        let mut lines: Vec<Line> = rows::window(self.shown.len(), self.cursor, room)
            .filter_map(|at| Some((at, self.lines.get(*self.shown.get(at)?)?)))
            .map(|(at, line)| row(width, at == self.cursor, line, cells, look))
            .collect();
        if lines.is_empty() {
            lines.push(rows::nothing(&no_match(self.input.value()), look));
        }
        lines.extend(below);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

/// The sentence of a line: the reason why it can't be done now, if there is one.
fn sentence(line: &PaletteLine) -> &str {
    line.refused.as_deref().unwrap_or(&line.help)
}

/// The cells of a line's name and of its sentence.
#[derive(Debug, Clone, Copy)]
struct Cells {
    name: usize,
    sentence: usize,
    /// Some sentence is longer than its cells.
    cut: bool,
}

impl Cells {
    /// As many as the longest texts want, in a box of so many columns. Names get at least two fifths of the room where
    /// both do not fit.
    fn of(lines: &[PaletteLine], columns: usize) -> Self {
        let longest = |text: fn(&PaletteLine) -> &str| {
            lines.iter().take(MEASURED_LINES).map(|line| fit::width(text(line))).max().unwrap_or_default()
        };
        let (name, sentence) = (longest(|line| &line.name).max(NAME_LEAST), longest(sentence));
        let room = columns.saturating_sub(rows::PREFIX + KEY + 3);
        let name = name.min((room * 2 / 5).max(room.saturating_sub(sentence)));
        let left = room - name;
        Self { name, sentence: left, cut: left < sentence }
    }
}

fn row(width: usize, selected: bool, line: &PaletteLine, cells: Cells, look: &ScreenLook) -> Line<'static> {
    let refused = line.refused.is_some();
    let (name_style, style) = if refused { (look.dim(), look.dim()) } else { (look.strong(), Style::new()) };
    let sign = match &line.entry {
        PaletteEntry::Sign(meaning) => super::help::sign(meaning, look),
        _ => None,
    };
    let key = fit::pad_left(sign.unwrap_or(&line.key), KEY, look.glyphs.more);
    let key_style = if refused { look.dim() } else { look.accent() };
    let cells: [TableCell; 3] =
        [(&line.name, cells.name, name_style), (sentence(line), cells.sentence, style), (&key, KEY, key_style)];
    rows::row(width, selected, &cells, look)
}
