//! Forms: label, field, and under the field its hint, the problem with its value, or the reason why it is locked.

use ratatui::{
    Frame,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Paragraph,
};
use tui_input::Input;

use super::{
    OverlayDrawing,
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        form::{Choice, Entry, FormField, FormState},
    },
    scim::text::clean_line,
    ui::{ScreenLook, fit},
};

/// The largest width: wider fields are not easier to read.
const WIDEST: usize = 74;

/// The width below which a form shows only the hint of the field with the cursor.
const NARROW: usize = 50;

/// The hint for making a choice.
const PICKS: &str = "Space or a letter picks";

/// The least and the most rows of a list of names: a single row looks like a single name.
const LIST_ROWS: (usize, usize) = (2, 6);

impl OverlayDrawing for FormState {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let columns = shell::room(app).0.min(WIDEST);
        // Neither labels nor the box move when a choice shows or hides fields.
        let label = self.fields.iter().map(|field| fit::width(field.label)).max().unwrap_or(0);
        let block = |at: usize, field| FieldBlock { field, focused: at == self.focus, label, columns, look };
        let rows = |fields: Vec<usize>| -> usize {
            let blocks = fields.into_iter().filter_map(|at| Some(block(at, self.fields.get(at)?)));
            blocks.map(|block| block.draw().0.len()).sum()
        };
        let mut lines = Vec::new();
        let (mut focus, mut cursor) = (0..0, (0, 0));
        for (at, field) in self.fields.iter().enumerate().filter(|(at, _)| self.is_shown(*at)) {
            let start = lines.len();
            let (drawn, place) = block(at, field).draw();
            lines.extend(drawn);
            if at == self.focus {
                (focus, cursor) = (start..lines.len(), (start + place.0, place.1));
            }
        }
        let shell = BoxFrame {
            title: self.title.clone(),
            note: chosen_by(self).to_owned(),
            room_for: self.variants().into_iter().map(rows).max().unwrap_or(0),
            hints: vec![(Action::Submit, "done"), (Action::NextField, "next field"), (Action::Back, "back")],
            ..BoxFrame::default()
        };
        let inner = shell.open(frame, columns, lines.len(), app, look);
        let height = usize::from(inner.height);
        let top = focus.end.saturating_sub(height).min(focus.start);
        frame.render_widget(Paragraph::new(lines.split_off(top.min(lines.len()))), inner);
        let locked = self.fields.get(self.focus).is_none_or(|field| field.locked.is_some());
        let (row, column) = (cursor.0.saturating_sub(top), inner.x + cursor.1 as u16);
        if !locked && column < inner.right() && row < height {
            frame.set_cursor_position((column, inner.y + row as u16));
        }
    }
}

/// The hint for the field with the cursor, where it is a choice.
fn chosen_by(form: &FormState) -> &'static str {
    match form.fields.get(form.focus).map(|field| &field.entry) {
        Some(Entry::Choice { .. }) => PICKS,
        _ => "",
    }
}

/// A field's label, its input, and the text under it.
struct FieldBlock<'a> {
    field: &'a FormField,
    focused: bool,
    /// Width of the labels.
    label: usize,
    columns: usize,
    look: &'a ScreenLook,
}

impl FieldBlock<'_> {
    /// The lines, and the row and column of the cursor in them.
    fn draw(&self) -> (Vec<Line<'static>>, (usize, usize)) {
        let (mut lines, cursor) = self.entry();
        let narrow = self.columns < NARROW;
        if self.focused || !narrow || self.field.error.is_some() {
            lines.extend(self.under(narrow));
        }
        (lines, cursor)
    }

    /// The error, the reason why the field is locked, or the hint.
    fn under(&self, narrow: bool) -> Vec<Line<'static>> {
        let (field, look) = (self.field, self.look);
        let (words, style) = match (&field.error, &field.locked) {
            (Some(error), _) => (format!("{} {error}", look.glyphs.failed), look.bad()),
            (None, Some(locked)) => (format!("fixed: {locked}"), look.dim()),
            (None, None) => (hint(field, narrow, look), look.dim()),
        };
        let indent = if narrow { 5 } else { self.label + 5 };
        if words.is_empty() {
            Vec::new()
        } else {
            shell::wrapped(&words, self.columns.saturating_sub(1), indent, style)
        }
    }

    fn entry(&self) -> (Vec<Line<'static>>, (usize, usize)) {
        let room = self.columns.saturating_sub(self.label + 6).max(1);
        let (rows, (row, column)) = match &self.field.entry {
            Entry::Text(input) => self.text(input, room),
            Entry::Hidden(text) => {
                let dots = "*".repeat(text.chars().min(room.saturating_sub(1)));
                let shown = fit::pad(&dots, room, self.look.glyphs.more);
                (vec![vec![Span::styled(shown, self.style())]], (0, dots.len()))
            }
            Entry::List(input) => self.list(input, room),
            Entry::Choice { all, at } => self.choice(all, *at, room),
        };
        let lines = rows.into_iter().enumerate().map(|(at, spans)| {
            let mut line = self.lead(at == 0);
            line.extend(spans);
            Line::from(line)
        });
        (lines.collect(), (row, self.label + 5 + column))
    }

    fn lead(&self, first: bool) -> Vec<Span<'static>> {
        if !first {
            return vec![Span::raw(" ".repeat(self.label + 5))];
        }
        let sign = if self.focused { self.look.glyphs.cursor } else { " " };
        let style = if self.focused { self.look.accent() } else { Style::new() };
        let label = Span::styled(fit::pad(self.field.label, self.label, ""), style);
        vec![Span::raw(format!(" {sign} ")), label, Span::raw("  ")]
    }

    /// The style of the input.
    fn style(&self) -> Style {
        if self.field.locked.is_some() {
            self.look.dim()
        } else if self.focused {
            self.look.strong().add_modifier(Modifier::UNDERLINED)
        } else {
            Style::new().add_modifier(Modifier::UNDERLINED)
        }
    }

    fn text(&self, input: &Input, room: usize) -> (Vec<Vec<Span<'static>>>, (usize, usize)) {
        let (mut shown, at) = shell::visible(input, room);
        if !self.focused {
            // The beginning of the text tells more than its end.
            shown = clean_line(input.value(), 4096).into_owned();
        }
        let text = fit::pad(&shown, room, self.look.glyphs.more);
        (vec![vec![Span::styled(text, self.style())]], (0, at))
    }

    /// All rows of the list, or those around the cursor where there are too many.
    fn list(&self, input: &Input, room: usize) -> (Vec<Vec<Span<'static>>>, (usize, usize)) {
        let (rows, cursor) = shell::rows_of(input, room);
        let (least, most) = LIST_ROWS;
        let height = rows.len().clamp(least, most);
        let top = if self.focused { (cursor.0 + 1).saturating_sub(height) } else { 0 };
        let blank = std::iter::repeat(String::new());
        let row = |row: String| vec![Span::styled(fit::pad(&row, room, ""), self.style())];
        (rows.into_iter().chain(blank).skip(top).take(height).map(row).collect(), (cursor.0 - top, cursor.1))
    }

    /// All choices side by side, over several rows where a single row is too narrow.
    fn choice(&self, all: &[Choice], chosen: usize, room: usize) -> (Vec<Vec<Span<'static>>>, (usize, usize)) {
        let mut rows: Vec<Vec<Span<'static>>> = vec![Vec::new()];
        let (mut used, mut cursor) = (0, (0, 0));
        // On a narrow screen, only the field with the cursor shows its other choices.
        let only_chosen = self.columns < NARROW && !self.focused;
        for (at, choice) in all.iter().enumerate().filter(|(at, _)| !only_chosen || *at == chosen) {
            let (sign, style) = match (at == chosen, self.field.locked.is_some()) {
                (_, true) => (self.look.glyphs.choice[usize::from(at != chosen)], self.look.dim()),
                (true, _) if self.focused => (self.look.glyphs.choice[0], self.look.accent().patch(self.look.strong())),
                (true, _) => (self.look.glyphs.choice[0], self.look.strong()),
                (false, _) => (self.look.glyphs.choice[1], self.look.dim()),
            };
            let text = fit::cut(&format!("{sign} {}", clean_line(&choice.label, 64)), room, self.look.glyphs.more);
            let wide = fit::width(&text);
            if used > 0 && used + 2 + wide > room {
                rows.push(Vec::new());
                used = 0;
            }
            let row = rows.len() - 1;
            let Some(spans) = rows.last_mut() else { break };
            if used > 0 {
                spans.push(Span::raw("  "));
                used += 2;
            }
            if at == chosen {
                cursor = (row, used);
            }
            spans.push(Span::styled(text, style));
            used += wide;
        }
        (rows, cursor)
    }
}

/// The hint; for a list with the number of its words.
fn hint(field: &FormField, narrow: bool, look: &ScreenLook) -> String {
    let more = match &field.entry {
        // The foot of a narrow form has no room for this hint.
        Entry::Choice { .. } if narrow => PICKS.to_owned(),
        Entry::List(input) if !input.value().trim().is_empty() => {
            fit::counted(crate::app::form::words(input.value()).count(), "name")
        }
        _ => return field.hint.clone(),
    };
    if field.hint.is_empty() { more } else { format!("{more} {} {}", look.glyphs.dot, field.hint) }
}
