//! Two roles side by side: the permissions that only one of them has, then the others.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::text::{self, TextBox, TextOverlay};
use crate::{
    app::{
        App,
        action::Action,
        compare::{self, Row, Side},
        roles::CompareBox,
    },
    directory::permissions::PermissionStance,
    scim::text::clean_line,
    ui::{
        ScreenLook,
        fit::{self, count, pad},
        layout::PERMISSION_NAME,
    },
};

use super::holders;

impl TextOverlay for CompareBox {
    fn text(&self, app: &App, look: &ScreenLook) -> TextBox {
        let columns = text::columns(app);
        let table = Table::of(columns, look);
        let rows = compare::rows(&self.sides, &app.directory);
        let (differ, same): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.differs());
        let names =
            [&self.sides[0], &self.sides[1]].map(|side| clean_line(side.name(&app.directory), 256).into_owned());
        let mut lines =
            vec![table.line("", [&names[0], &names[1]].map(|name| (name.as_str(), look.strong())), look.dim())];
        for (label, of) in [("Inherits from", inherits as fn(&Side, &App) -> String), ("Held by", held)] {
            let cells = [of(&self.sides[0], app), of(&self.sides[1], app)];
            lines.push(table.line(label, [&cells[0], &cells[1]].map(|cell| (cell.as_str(), Style::new())), look.dim()));
        }
        for (heading, rows) in [("Only one of them allows", &differ), ("Both allow", &same)] {
            lines.push(Line::default());
            lines.push(Line::from(vec![
                Span::styled(heading, look.strong()),
                Span::styled(format!(" ({})", count(rows.len())), look.dim()),
            ]));
            lines.extend(rows.iter().map(|row| table.row(row)));
        }
        if differ.is_empty() {
            lines.push(Line::default());
            lines.push(Line::styled("Whoever holds one may do the same as who holds the other.", look.dim()));
        }
        TextBox {
            title: format!("{} and {}", names[0], names[1]),
            right: if differ.is_empty() { "no difference".into() } else { fit::counted(differ.len(), "difference") },
            lines,
            hints: vec![(Action::Down, "scroll"), (Action::Back, "back")],
            scroll: self.scroll,
            ..TextBox::default()
        }
    }
}

fn inherits(side: &Side, app: &App) -> String {
    match side {
        Side::Role(id) => app.directory.role(id).map_or_else(String::new, |role| role.inherits.to_string()),
        Side::Base(_) => "predefined".into(),
    }
}

fn held(side: &Side, app: &App) -> String {
    match side {
        Side::Role(id) => {
            let held = app.directory.role(id).map(|role| holders::held(&app.directory.held(&role.name)));
            held.map_or_else(String::new, |words| words.trim_start_matches("held by ").to_owned())
        }
        Side::Base(_) => String::new(),
    }
}

struct Table<'a> {
    name: usize,
    side: usize,
    look: &'a ScreenLook,
}

impl<'a> Table<'a> {
    fn of(columns: usize, look: &'a ScreenLook) -> Self {
        let name = (columns * 2 / 5).min(PERMISSION_NAME);
        Self { name, side: columns.saturating_sub(name + 2) / 2, look }
    }

    fn line(&self, name: &str, cells: [(&str, Style); 2], style: Style) -> Line<'static> {
        let more = self.look.glyphs.more;
        let mut spans = vec![Span::styled(pad(name, self.name, more), style)];
        for (text, style) in cells {
            spans.push(Span::raw(" "));
            spans.push(Span::styled(pad(text, self.side, more), style));
        }
        Line::from(spans)
    }

    fn row(&self, row: &Row) -> Line<'static> {
        let look = self.look;
        let [plus, _, _] = look.glyphs.signs;
        let added = format!("{plus} added");
        let inherited = format!("{} inherited", look.glyphs.dot);
        let none = look.glyphs.none;
        let cell = |stance: PermissionStance| match stance {
            PermissionStance::Added => (added.as_str(), look.good()),
            PermissionStance::Inherited => (inherited.as_str(), Style::new()),
            PermissionStance::Absent => (none, look.dim()),
        };
        let style = if row.differs() { Style::new() } else { look.dim() };
        self.line(&format!("  {}", clean_line(&row.name, 256)), row.stances.map(cell), style)
    }
}
