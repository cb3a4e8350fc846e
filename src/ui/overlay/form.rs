//! Forms: label, field, and under it the hint, what is wrong, or why it can't be changed.

use ratatui::{
    Frame,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::shell::{self, Shell};
use crate::{
    app::{
        App,
        action::Action,
        form::{Field, Form},
    },
    scim::text::clean_line,
    ui::{Look, fit},
};

/// Wider fields would not be read more easily.
const WIDEST: usize = 72;

/// Narrower forms show hints of the field with the cursor only.
const NARROW: usize = 50;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, form: &Form, app: &App, look: &Look) {
    let columns = shell::room(app).0.min(WIDEST);
    let label = form.fields.iter().map(|field| fit::width(field.label)).max().unwrap_or(0);
    let mut lines = Vec::new();
    let (mut focus, mut cursor) = (0..0, 0);
    for (at, field) in form.fields.iter().enumerate() {
        let start = lines.len();
        let (value, column) = value_line(field, at == form.focus, label, columns, look);
        lines.push(value);
        let narrow = columns < NARROW;
        if at == form.focus || !narrow || field.error.is_some() {
            lines.extend(under(field, if narrow { 4 } else { label + 4 }, columns, look));
        }
        if at == form.focus {
            (focus, cursor) = (start..lines.len(), column);
        }
    }
    let shell = Shell {
        title: form.title.clone(),
        hints: vec![(Action::Submit, "done"), (Action::NextField, "next field"), (Action::Back, "back")],
        ..Shell::default()
    };
    let inner = shell.open(frame, columns, lines.len(), app, look);
    let height = usize::from(inner.height);
    let top = focus.end.saturating_sub(height).min(focus.start);
    frame.render_widget(Paragraph::new(lines.split_off(top.min(lines.len()))), inner);
    let locked = form.fields.get(form.focus).is_none_or(|field| field.locked.is_some());
    let x = inner.x + cursor as u16;
    if !locked && x < inner.right() {
        frame.set_cursor_position((x, inner.y + (focus.start - top) as u16));
    }
}

/// Label and field, and the column of the cursor.
fn value_line(field: &Field, focused: bool, label: usize, columns: usize, look: &Look) -> (Line<'static>, usize) {
    let room = columns.saturating_sub(label + 6).max(1);
    let (mut shown, at) = shell::visible(&field.input, room);
    if !focused {
        // Its beginning says more than its end.
        shown = clean_line(field.input.value(), 4096).into_owned();
    }
    let sign = if focused { look.glyphs.cursor } else { " " };
    let label_style = if focused { look.accent() } else { Style::new() };
    let value_style = if field.locked.is_some() {
        look.dim()
    } else if focused {
        look.strong().add_modifier(Modifier::UNDERLINED)
    } else {
        Style::new().add_modifier(Modifier::UNDERLINED)
    };
    let spans = vec![
        Span::raw(format!(" {sign} ")),
        Span::styled(fit::pad(field.label, label, ""), label_style),
        Span::raw("  "),
        Span::styled(fit::pad(&shown, room, look.glyphs.more), value_style),
    ];
    (Line::from(spans), label + 5 + at)
}

fn under(field: &Field, indent: usize, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let (words, style) = match (&field.error, &field.locked) {
        (Some(error), _) => (format!("{} {error}", look.glyphs.failed), look.bad()),
        (None, Some(locked)) => (format!("fixed: {locked}"), look.dim()),
        (None, None) => (field.hint.clone(), look.dim()),
    };
    shell::wrapped(&words, columns.saturating_sub(1), indent + 1, style)
}
