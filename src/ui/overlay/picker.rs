//! The role picker: places and roles in a single list.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        picker::{PickerChoice, RolePicker, ShownPlaces},
    },
    directory::Name,
    ui::{
        ScreenLook,
        fit::{self, count, counted},
        layout::{MEASURED_LINES, WIDE_BOX},
    },
};

/// The most rows for the note of the line with the cursor.
const FOOTING: usize = 3;

impl OverlayDrawing for RolePicker {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let shell = BoxFrame {
            title: title(self, app),
            typed: Some(&self.input),
            right: scope(self.scope, app),
            note: format!("{} of {}", count(self.shown.len()), count(self.all())),
            // On a narrow screen the hints give way to the number of choices, which stands nowhere else.
            hints: [(Action::Choose, "choose"), (Action::NextScope, "scope"), (Action::Back, "back")]
                .into_iter()
                .filter(|(action, _)| columns >= WIDE_BOX || *action != Action::NextScope)
                .collect(),
            ..BoxFrame::default()
        };
        // The size depends on all choices, so that the box does not change while a person types.
        let inner = shell.open(frame, columns, (self.all() + FOOTING).clamp(3, height.max(3)), app, look);
        let table = Table::new(usize::from(inner.width), self, look);
        // The list gives up rows for a note only while its row is too narrow for the note.
        let most = usize::from(inner.height / 3).min(FOOTING);
        let footing = self.selected().map_or_else(Vec::new, |choice| table.footing(choice, most));
        let list = usize::from(inner.height).saturating_sub(footing.len());
        let mut lines: Vec<Line> = rows::window(self.shown.len(), self.cursor, list)
            .filter_map(|at| Some((at, self.choices.get(*self.shown.get(at)?)?)))
            .map(|(at, choice)| table.row(at == self.cursor, choice))
            .collect();
        if lines.is_empty() {
            let typed = self.input.value();
            let words = match (typed.is_empty(), self.scope) {
                (true, ShownPlaces::Registries) => {
                    "Nobody is known to have a role in a registry: type its name.".into()
                }
                (true, _) => "There is no role to give here.".into(),
                (_, ShownPlaces::All) => no_match(typed),
                _ => elsewhere(typed, app),
            };
            lines.push(rows::nothing(&words, look));
        }
        lines.resize(list, Line::default());
        lines.extend(footing);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

/// The widths of the columns.
struct Table<'a> {
    width: usize,
    place: usize,
    role: usize,
    now: usize,
    /// The width of the notes; 0 where there is no room: the note of the line with the cursor then stands below the
    /// list.
    note: usize,
    look: &'a ScreenLook,
}

/// Follows the sign of the role that the user has.
const NOW: &str = " now";

impl<'a> Table<'a> {
    /// The column of roles is as wide as the longest one, within limits.
    fn new(width: usize, picker: &RolePicker, look: &'a ScreenLook) -> Self {
        if width < WIDE_BOX {
            let now = fit::width(look.glyphs.now);
            let half = width.saturating_sub(rows::PREFIX + 2 + now) / 2;
            return Self { width, place: half, role: half, now, note: 0, look };
        }
        let roles = picker.choices.iter().take(MEASURED_LINES).map(|choice| fit::width(&choice.role.marked()));
        let longest = roles.max().unwrap_or(0).min(width / 3);
        let now = fit::width(look.glyphs.now) + NOW.len();
        let (place, role) = ((width * 3 / 11).min(28), (width / 4).min(26).max(longest));
        let note = width.saturating_sub(rows::PREFIX + place + role + now + 4);
        Self { width, place, role, now, note, look }
    }

    fn row(&self, selected: bool, choice: &PickerChoice) -> Line<'static> {
        let look = self.look;
        let base = if choice.refused { look.dim() } else { Style::new() };
        let now = if choice.now { format!("{}{NOW}", look.glyphs.now) } else { String::new() };
        let now = fit::cut(&now, self.now, "");
        let note = self.note_of(choice);
        let name = |name: &Name, cells| fit::elide(&name.marked(), cells, look.glyphs.more);
        let (place, role) = (name(&choice.place_name, self.place), name(&choice.role, self.role));
        let cells: [TableCell; 4] = [
            (&place, self.place, base),
            (&role, self.role, if choice.refused { base } else { look.strong() }),
            (&now, self.now, look.good()),
            (&note, self.note, look.dim()),
        ];
        rows::row(self.width, selected, &cells, look)
    }

    fn note_of(&self, choice: &PickerChoice) -> String {
        let custom = choice.custom.then_some("custom");
        let parts: Vec<&str> = custom.into_iter().chain(choice.note.as_deref()).collect();
        parts.join(&format!(" {} ", self.look.glyphs.dot))
    }

    /// The note of the row with the cursor, where its column is too narrow for it.
    fn footing(&self, choice: &PickerChoice, most: usize) -> Vec<Line<'static>> {
        let note = self.note_of(choice);
        if fit::width(&note) <= self.note {
            return Vec::new();
        }
        let style = if choice.refused { self.look.bad() } else { self.look.careful() };
        let room = self.width.saturating_sub(rows::PREFIX + 1);
        let mut parts = fit::wrap(&note, room);
        if parts.len() > most {
            let rest = parts.split_off(most.saturating_sub(1)).join(" ");
            parts.push(fit::cut(&rest, room, self.look.glyphs.more));
        }
        parts.into_iter().take(most).map(|part| Line::styled(format!("   {part}"), style)).collect()
    }
}

/// The kind of value that can be given here.
fn what(app: &App) -> &'static str {
    if app.capabilities().is_some_and(|can| !can.seat_levels.is_empty()) { "Role or seat" } else { "Role" }
}

/// Whom the pick is for, and the only place that is shown.
fn title(picker: &RolePicker, app: &App) -> String {
    let team = picker.here.as_ref().filter(|_| picker.scope == ShownPlaces::Here);
    match team.and_then(|team| app.directory.team(team)) {
        Some(team) => format!("Role for {} in {}", whom(picker, app), team.name),
        None => format!("{} for {}", what(app), whom(picker, app)),
    }
}

/// The sentence for a filter that matches no choice among the places shown.
fn elsewhere(typed: &str, app: &App) -> String {
    let key = app.key_now(Action::NextScope).unwrap_or_default();
    format!("{} {key} shows other places.", no_match(typed))
}

fn whom(picker: &RolePicker, app: &App) -> String {
    match picker.users.as_slice() {
        [one] => app.directory.user(one).map_or_else(String::new, |user| user.user_name.to_string()),
        many => counted(many.len(), "user"),
    }
}

fn scope(shown: ShownPlaces, app: &App) -> String {
    let words = match shown {
        ShownPlaces::All => "everywhere",
        ShownPlaces::Here => "this team only",
        ShownPlaces::Organisation => "organisation only",
        ShownPlaces::Own => "own teams only",
        ShownPlaces::Other => "other teams only",
        ShownPlaces::Registries => "registries only",
        ShownPlaces::Seats => "seats only",
    };
    app.word(words).into()
}

/// The sentence for a filter that matches no choice.
pub fn no_match(typed: &str) -> String {
    format!("Nothing matches '{}'.", crate::scim::text::clean(typed))
}
