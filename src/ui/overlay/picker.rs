//! The role picker: scope and role in one list.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

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

/// From this width there is a column for notes.
const ROOMY: usize = 56;

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
    let footing = if height >= 10 { 2 } else { 1 };
    let inner = shell.open(frame, columns, (picker.choices.len() + footing).max(3), app, look);
    let list = usize::from(inner.height).saturating_sub(footing);
    let table = Table::new(usize::from(inner.width), look);
    let mut lines: Vec<Line> = rows::window(picker.shown.len(), picker.cursor, list)
        .filter_map(|at| Some((at, picker.choices.get(*picker.shown.get(at)?)?)))
        .map(|(at, choice)| table.row(at == picker.cursor, choice))
        .collect();
    if lines.is_empty() {
        let typed = picker.input.value();
        let words = if typed.is_empty() { "There is no role to give here.".into() } else { no_match(typed) };
        lines.push(rows::nothing(&words, look));
    }
    lines.resize(usize::from(inner.height).saturating_sub(1), Line::default());
    lines.extend(picker.selected().map(|choice| table.footing(choice)));
    frame.render_widget(Paragraph::new(lines), inner);
}

/// Widths of the columns.
struct Table<'a> {
    width: usize,
    name: usize,
    now: usize,
    /// 0 where there is no room: the note of the line with the cursor stands below the list.
    note: usize,
    look: &'a Look,
}

impl<'a> Table<'a> {
    fn new(width: usize, look: &'a Look) -> Self {
        if width < ROOMY {
            let name = width.saturating_sub(rows::PREFIX + 3) / 2;
            return Self { width, name, now: 1, note: 0, look };
        }
        let (name, now) = ((width / 4).min(26), 5);
        let note = width.saturating_sub(rows::PREFIX + 2 * (name + 1) + now + 2);
        Self { width, name, now, note, look }
    }

    fn row(&self, selected: bool, choice: &Choice) -> Line<'static> {
        let look = self.look;
        let base = if choice.refused { look.dim() } else { Style::new() };
        let now = if choice.now { format!("{} now", look.glyphs.now) } else { String::new() };
        let now = fit::cut(&now, self.now, "");
        let note = self.note_of(choice);
        let cells: [Cell; 4] = [
            (choice.place_name.as_str(), self.name, base),
            (choice.role.as_str(), self.name, if choice.refused { base } else { look.strong() }),
            (&now, self.now, look.good()),
            (&note, self.note, look.dim()),
        ];
        rows::row(self.width, selected, &cells, look)
    }

    fn note_of(&self, choice: &Choice) -> String {
        let custom = choice.custom.then_some("custom");
        let parts: Vec<&str> = custom.into_iter().chain(choice.note.as_deref()).collect();
        parts.join(&format!(" {} ", self.look.glyphs.dot))
    }

    /// What the row with the cursor has no room for.
    fn footing(&self, choice: &Choice) -> Line<'static> {
        let note = self.note_of(choice);
        if fit::width(&note) <= self.note {
            return Line::default();
        }
        let style = if choice.refused { self.look.bad() } else { self.look.careful() };
        Line::styled(format!("   {}", fit::cut(&note, self.width.saturating_sub(4), self.look.glyphs.more)), style)
    }
}

fn whom(picker: &RolePicker, app: &App) -> String {
    match picker.users.as_slice() {
        [one] => app.directory.user(one).map_or_else(String::new, |user| user.user_name.to_string()),
        many => counted(many.len(), "user"),
    }
}

fn scope(shown: Shown, app: &App) -> String {
    let words = match shown {
        Shown::All => "everywhere",
        Shown::Organisation => "organisation only",
        Shown::Own => "own teams only",
        Shown::Other => "other teams only",
    };
    app.word(words).into()
}

/// The sentence for a filter that hides everything.
pub fn no_match(typed: &str) -> String {
    format!("Nothing matches '{}'.", crate::scim::text::clean(typed))
}
