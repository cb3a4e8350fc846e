//! By which column to sort, and which columns to show.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing, rows,
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        arrange::{ColumnMenu, SortMenu},
    },
    ui::{
        ScreenLook,
        fit::{self, count},
    },
};

impl OverlayDrawing for SortMenu {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        const NOW: usize = 10;
        let headings: Vec<String> =
            self.choices.iter().map(|(_, field)| app.word(field.heading()).into_owned()).collect();
        let widest = headings.iter().map(|heading| fit::width(heading)).max().unwrap_or(0);
        let words =
            "A letter sorts by its column, again turns it round; a capital letter sorts by it after the others.";
        let columns = (rows::PREFIX + 2 + widest + NOW + 4).max(48).min(shell::room(app).0);
        let below = shell::wrapped(words, columns.saturating_sub(4), rows::PREFIX, look.dim());
        let hints = vec![(Action::Choose, "sort"), (Action::Back, "back")];
        let shell = BoxFrame { title: "Sort by".to_owned(), hints, ..BoxFrame::default() };
        let inner = shell.open(frame, columns, headings.len() + below.len() + 1, app, look);
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        let room = height.saturating_sub(below.len() + 1).max(1);
        let mut lines: Vec<Line> = rows::window(headings.len(), self.cursor, room)
            .filter_map(|at| Some((at, self.choices.get(at)?, headings.get(at)?)))
            .map(|(at, (letter, field), heading)| {
                let place = self.orders.iter().position(|order| order.by == *field);
                let now = place.and_then(|place| Some((place, self.orders.get(place)?))).map_or_else(
                    String::new,
                    |(place, order)| {
                        let arrow = look.glyphs.sort[usize::from(order.descending)];
                        if self.orders.len() > 1 { format!("{} {arrow}", place + 1) } else { arrow.to_owned() }
                    },
                );
                let letter = letter.to_string();
                let cells =
                    [(letter.as_str(), 2, look.accent()), (heading, widest, Style::new()), (&now, NOW, look.strong())];
                rows::row(width, at == self.cursor, &cells, look)
            })
            .collect();
        if height > lines.len() + below.len() {
            lines.push(Line::default());
        }
        lines.extend(below);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

impl OverlayDrawing for ColumnMenu {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let shown = self.choices.iter().filter(|(_, shown)| *shown).count();
        let shell = BoxFrame {
            title: "Columns".to_owned(),
            counts: format!("{} of {} shown", count(shown), count(self.choices.len())),
            hints: vec![(Action::TakeColumns, "take"), (Action::ToggleColumn, "show or hide"), (Action::Back, "back")],
            ..BoxFrame::default()
        };
        let columns = 48.min(shell::room(app).0);
        let inner = shell.open(frame, columns, self.choices.len(), app, look);
        let width = usize::from(inner.width);
        let lines: Vec<Line> = rows::window(self.choices.len(), self.cursor, usize::from(inner.height))
            .filter_map(|at| Some((at, self.choices.get(at)?)))
            .map(|(at, (field, shown))| {
                let tick = if *shown { "[x]" } else { "[ ]" };
                let heading = app.word(field.heading());
                let style = if *shown { Style::new() } else { look.dim() };
                let rest = width.saturating_sub(rows::PREFIX + 4 + 16 + 2);
                let cells = [(tick, 3, style), (heading.as_ref(), 16, style), (field.word(), rest, look.dim())];
                rows::row(width, at == self.cursor, &cells, look)
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), inner);
    }
}
