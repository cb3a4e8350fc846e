//! The role picker: scope and role in one list.

use ratatui::{Frame, text::Line, widgets::Paragraph};

use super::{
    rows::{self, Cell},
    shell::{self, Shell},
};
use crate::{
    app::{
        App,
        action::Action,
        picker::{Choice, RolePicker, Shown},
    },
    ui::{
        Look,
        fit::{self, count, counted},
    },
};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, picker: &RolePicker, app: &App, look: &Look) {
    let (columns, height) = shell::room(app);
    let shell = Shell {
        title: format!("Role for {}", whom(picker, app)),
        typed: Some(&picker.input),
        right: scope(picker.scope, app),
        note: format!("{} of {}", count(picker.shown.len()), count(picker.choices.len())),
        hints: vec![(Action::Choose, "choose"), (Action::NextScope, "scope"), (Action::Back, "back")],
        ..Shell::default()
    };
    // The size goes by all there is, so that the box stands still while something is typed.
    let footing = if height >= 10 { 2 } else { 0 };
    let inner = shell.open(frame, columns, (picker.choices.len() + footing).max(3), app, look);
    let list = usize::from(inner.height).saturating_sub(footing);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line> = rows::window(picker.shown.len(), picker.cursor, list)
        .filter_map(|at| Some((at, picker.choices.get(*picker.shown.get(at)?)?)))
        .map(|(at, choice)| row(width, at == picker.cursor, choice, look))
        .collect();
    if lines.is_empty() {
        let typed = picker.input.value();
        let words = if typed.is_empty() { "There is no role to give here.".into() } else { no_match(typed) };
        lines.push(rows::nothing(&words, look));
    }
    lines.resize(list, Line::default());
    if let Some(choice) = picker.selected().filter(|_| footing > 0) {
        lines.push(Line::default());
        let style = if choice.refused { look.bad() } else { look.careful() };
        let note = fit::cut(choice.note.as_deref().unwrap_or_default(), width.saturating_sub(4), look.glyphs.more);
        lines.push(Line::styled(format!("   {note}"), style));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn row(width: usize, selected: bool, choice: &Choice, look: &Look) -> Line<'static> {
    let plain = ratatui::style::Style::new();
    let base = if choice.refused { look.dim() } else { plain };
    let now = if choice.now { format!("{} now", look.glyphs.now) } else { String::new() };
    let custom = if choice.custom { "custom" } else { "" };
    let note = choice.note.as_deref().unwrap_or_default();
    let between = if custom.is_empty() || note.is_empty() { String::new() } else { format!(" {} ", look.glyphs.dot) };
    let note = format!("{custom}{between}{note}");
    let name = (width / 4).clamp(9, 26);
    let rest = width.saturating_sub(rows::PREFIX + 2 * (name + 1) + 6 + 1);
    let cells: [Cell; 4] = [
        (choice.place_name.as_str(), name, base),
        (choice.role.as_str(), name, if choice.refused { base } else { look.strong() }),
        (&now, 5, look.good()),
        (&note, rest, look.dim()),
    ];
    rows::row(width, selected, &cells, look)
}

fn whom(picker: &RolePicker, app: &App) -> String {
    match picker.users.as_slice() {
        [one] => app.directory.user(one).map_or_else(String::new, |user| user.user_name.to_string()),
        many => counted(many.len(), "user"),
    }
}

fn scope(shown: Shown, app: &App) -> String {
    let word = app.capabilities().map_or("team", |can| can.team_word);
    let word = if word.is_empty() { "team" } else { word };
    match shown {
        Shown::All => "everywhere".into(),
        Shown::Organisation => "organisation only".into(),
        Shown::Own => format!("own {word}s only"),
        Shown::Other => format!("other {word}s only"),
    }
}

/// The sentence for a filter that hides everything.
pub fn no_match(typed: &str) -> String {
    format!("Nothing matches '{}'.", crate::scim::text::clean(typed))
}
