//! A box of differences with ticks, each a change that makes a record like another.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::Line,
    widgets::Paragraph,
};

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
        difference::{self, DifferenceBox, Of},
    },
    directory::{Id, ResourceRef, words::LineSign},
    ui::{
        ScreenLook, details,
        fit::{self, count, counted, only_similar},
        layout::MEASURED_LINES,
    },
};

impl OverlayDrawing for DifferenceBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let shell = BoxFrame {
            title: title(&self.of, app),
            typed: Some(&self.input),
            counts: counts(self, look),
            right: if self.exact { "exactly" } else { "add only" }.into(),
            note: note(self),
            hints: vec![
                (Action::Toggle, "tick"),
                (Action::Look, "plan"),
                (Action::Exactly, if self.exact { "add only" } else { "exactly" }),
                (Action::Back, "back"),
            ],
            ..BoxFrame::default()
        };
        let table = Table::new(self, columns, look);
        let below = below(self, &table, columns, look);
        let room = height.saturating_sub(below.len()).max(1);
        let inner = shell.open(frame, columns, self.lines.len().max(1).min(room) + below.len(), app, look);
        let listed = usize::from(inner.height).saturating_sub(below.len()).max(1);
        let mut lines: Vec<Line> = rows::window(self.shown.len(), self.cursor, listed)
            .filter_map(|at| Some((at, self.lines.get(*self.shown.get(at)?)?)))
            .map(|(at, line)| table.row(at == self.cursor, line))
            .collect();
        if lines.is_empty() {
            let typed = self.input.value();
            let words = if typed.is_empty() { "There is no difference.".into() } else { no_match(typed) };
            lines.push(rows::nothing(&words, look));
        }
        frame.render_widget(Paragraph::new(lines), inner);
        let rest = Rect { y: inner.y + listed as u16, height: inner.height.saturating_sub(listed as u16), ..inner };
        frame.render_widget(Paragraph::new(below), rest);
    }
}

fn title(of: &Of, app: &App) -> String {
    let user = |id: &Id| details::name(&ResourceRef::user(id), app);
    let team = |id: &Id| details::name(&ResourceRef::team(id), app);
    match of {
        Of::Users { model, users } => match users.as_slice() {
            [one] => format!("{} like {}", user(one), user(model)),
            many => format!("{} like {}", counted(many.len(), "user"), user(model)),
        },
        Of::Teams { model, teams } => match teams.as_slice() {
            [one] => format!("Members of {} as in {}", team(one), team(model)),
            many => format!("Members of {} as in {}", counted(many.len(), &app.word("team")), team(model)),
        },
        Of::List { team: id, .. } => format!("Members of {} by the list", team(id)),
    }
}

/// `+2 −1 ~1`, for the ticked lines.
fn counts(difference: &DifferenceBox, look: &ScreenLook) -> String {
    let signed = difference.counts().into_iter().zip(look.glyphs.signs);
    let parts: Vec<String> =
        signed.filter(|(number, _)| *number > 0).map(|(number, sign)| format!("{sign}{}", count(number))).collect();
    if parts.is_empty() { "nothing ticked".into() } else { parts.join(" ") }
}

fn note(difference: &DifferenceBox) -> String {
    let (shown, all) = (difference.shown.len(), difference.lines.len());
    if difference.is_similar {
        only_similar(shown)
    } else if shown < all {
        format!("{} of {}", count(shown), count(all))
    } else {
        String::new()
    }
}

/// The notes, and the full text of the selected line where its row is too narrow.
fn below(difference: &DifferenceBox, table: &Table<'_>, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let text = columns.saturating_sub(1);
    let mut lines = Vec::new();
    if let Some(line) = difference.selected().filter(|line| table.is_cut(line)) {
        lines.push(Line::default());
        let whole = format!("{}: {}", line.wish.line.subject, table.text(line));
        lines.extend(shell::wrapped(&whole, text, 3, Style::new()));
    }
    if !difference.notes.is_empty() {
        lines.push(Line::default());
        lines.extend(shell::wrapped(&difference.notes.join(" "), text, 3, look.careful()));
    }
    lines
}

/// The columns of the rows.
struct Table<'a> {
    /// The width of the subject; 0 where all lines have the same subject, which the title names.
    subject: usize,
    columns: usize,
    look: &'a ScreenLook,
}

impl<'a> Table<'a> {
    fn new(difference: &DifferenceBox, columns: usize, look: &'a ScreenLook) -> Self {
        let one = matches!(&difference.of, Of::Users { users, .. } if users.len() == 1);
        let measured =
            difference.lines.iter().take(MEASURED_LINES).map(|line| fit::width(&line.wish.line.subject)).max();
        let subject = if one { 0 } else { measured.unwrap_or(0).min(columns / 3) };
        Self { subject, columns, look }
    }

    fn text(&self, line: &difference::DifferenceLine) -> String {
        let text = line.wish.line.text(self.look.glyphs.arrow);
        match &line.wish.refused {
            Some(why) => format!("{text} {} {why}", self.look.glyphs.line),
            None => text,
        }
    }

    fn room(&self) -> usize {
        let subject = if self.subject > 0 { self.subject + 2 } else { 0 };
        self.columns.saturating_sub(rows::PREFIX + 4 + 2 + subject + 1)
    }

    fn is_cut(&self, line: &difference::DifferenceLine) -> bool {
        let name = self.subject > 0 && fit::width(&line.wish.line.subject) > self.subject;
        name || fit::width(&self.text(line)) > self.room()
    }

    fn row(&self, selected: bool, line: &difference::DifferenceLine) -> Line<'static> {
        let look = self.look;
        let [add, remove, alter] = look.glyphs.signs;
        let (sign, colour) = match line.wish.line.sign {
            LineSign::Add => (add, look.good()),
            LineSign::Remove => (remove, look.bad()),
            LineSign::Alter => (alter, look.accent()),
        };
        let (mark, style) = match (&line.wish.refused, line.ticked) {
            (Some(_), _) => (" - ", look.dim()),
            (None, true) => ("[x]", colour.add_modifier(Modifier::BOLD)),
            (None, false) => ("[ ]", look.dim()),
        };
        let plain = if line.ticked { Style::new() } else { look.dim() };
        let text = self.text(line);
        let subject = fit::elide(line.wish.line.subject.as_str(), self.subject, look.glyphs.more);
        let mut cells: Vec<TableCell> =
            vec![(mark, 3, style), (sign, 1, if line.ticked { colour } else { look.dim() })];
        if self.subject > 0 {
            let strong = if line.ticked { look.strong() } else { look.dim() };
            cells.extend([(&*subject, self.subject, strong), ("", 0, plain)]);
        }
        cells.push((&text, self.room(), plain));
        rows::row(self.columns, selected, &cells, look)
    }
}
