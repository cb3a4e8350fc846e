//! The stage's lines, grouped.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    OverlayDrawing,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        stage::{StageGrouping, StageRow, StageView},
    },
    directory::{
        stage::{self, StagedChange},
        words::LineSign,
    },
    scim::text::clean_line,
    ui::{
        ScreenLook,
        fit::{self, count, counted},
        layout::MEASURED_LINES,
    },
};

impl OverlayDrawing for StageView {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let shell = BoxFrame {
            title: "Stage".into(),
            counts: counted(app.sending.stage.len(), "change"),
            right: app.word(self.grouping.label()).into_owned(),
            hints: vec![
                (Action::SendStage, "plan"),
                (Action::DropStaged, "drop"),
                (Action::NextGrouping, "group"),
                (Action::ClearStage, "drop all"),
                (Action::Back, "back"),
            ],
            ..BoxFrame::default()
        };
        let table = StageTable::new(self.grouping, app, columns, look);
        let below = below(self, &table, columns, look);
        let room = height.saturating_sub(below.len()).max(1);
        let inner = shell.open(frame, columns, self.rows.len().max(1).min(room) + below.len(), app, look);
        let listed = usize::from(inner.height).saturating_sub(below.len()).max(1);
        let mut lines: Vec<Line> = rows::window(self.rows.len(), self.cursor, listed)
            .filter_map(|at| Some((at == self.cursor, self.rows.get(at)?)))
            .filter_map(|(selected, row)| table.row(selected, row))
            .collect();
        if lines.is_empty() {
            let words =
                if app.sending.staging { "Nothing is here yet: edits come here." } else { "The stage is empty." };
            lines.push(rows::nothing(words, look));
        }
        frame.render_widget(Paragraph::new(lines), inner);
        let rest = Rect { y: inner.y + listed as u16, height: inner.height.saturating_sub(listed as u16), ..inner };
        frame.render_widget(Paragraph::new(below), rest);
    }
}

/// The full text of the selected line where its row is too narrow.
fn below(view: &StageView, table: &StageTable<'_>, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let Some(StageRow::Line(at)) = view.rows.get(view.cursor) else { return Vec::new() };
    let Some(line) = table.app.sending.stage.get(*at).filter(|line| table.is_cut(line)) else { return Vec::new() };
    let whole = format!("{}: {}", clean_line(&line.words.subject, 512), table.text(line));
    let mut lines = vec![Line::default()];
    let style = if table.why_gone(line).is_some() { look.careful() } else { Style::new() };
    lines.extend(shell::wrapped(&whole, columns.saturating_sub(1), 3, style));
    lines
}

/// The columns of the rows.
struct StageTable<'a> {
    /// The width of the subject; 0 where the heading names the subject.
    subject: usize,
    columns: usize,
    app: &'a App,
    look: &'a ScreenLook,
}

impl<'a> StageTable<'a> {
    fn new(grouping: StageGrouping, app: &'a App, columns: usize, look: &'a ScreenLook) -> Self {
        let measured = app.sending.stage.iter().take(MEASURED_LINES).map(|line| fit::width(&line.words.subject)).max();
        let subject = if grouping == StageGrouping::Person { 0 } else { measured.unwrap_or(0).min(columns / 3) };
        Self { subject, columns, app, look }
    }

    fn why_gone(&self, line: &StagedChange) -> Option<String> {
        stage::gone(&line.change, &self.app.directory).map(|target| self.app.gone(target.kind))
    }

    fn text(&self, line: &StagedChange) -> String {
        let text = line.words.text(self.look.glyphs.arrow);
        // Where a change has no person, the heading does not name the subject.
        let named = if self.subject == 0 && line.change.person().is_none() {
            format!("{} {text}", line.words.subject)
        } else {
            text
        };
        let beside = [self.why_gone(line), line.reason.clone()];
        let text =
            beside.into_iter().flatten().fold(named, |text, more| format!("{text} {} {more}", self.look.glyphs.line));
        clean_line(&text, 1024).into_owned()
    }

    fn room(&self) -> usize {
        let subject = if self.subject > 0 { self.subject + 2 } else { 0 };
        self.columns.saturating_sub(rows::PREFIX + 2 + 2 + subject + 1)
    }

    fn is_cut(&self, line: &StagedChange) -> bool {
        let name = self.subject > 0 && fit::width(&line.words.subject) > self.subject;
        name || fit::width(&self.text(line)) > self.room()
    }

    fn row(&self, selected: bool, row: &StageRow) -> Option<Line<'static>> {
        let look = self.look;
        let at = match row {
            StageRow::Group(name, lines) => return Some(self.heading(selected, name, *lines)),
            StageRow::Line(at) => *at,
        };
        let line = self.app.sending.stage.get(at)?;
        let [add, remove, alter] = look.glyphs.signs;
        let (sign, style) = match line.words.sign {
            _ if self.why_gone(line).is_some() => (look.glyphs.failed, look.bad()),
            LineSign::Add => (add, look.good()),
            LineSign::Remove => (remove, look.bad()),
            LineSign::Alter => (alter, look.accent()),
        };
        let subject = fit::elide(&clean_line(&line.words.subject, 512), self.subject, look.glyphs.more);
        let text = self.text(line);
        let mut cells: Vec<TableCell> = vec![("", 1, style), (sign, 1, style)];
        if self.subject > 0 {
            cells.extend([(&*subject, self.subject, look.strong()), ("", 0, Style::new())]);
        }
        cells.push((&text, self.room(), Style::new()));
        Some(rows::row(self.columns, selected, &cells, look))
    }

    fn heading(&self, selected: bool, name: &str, lines: usize) -> Line<'static> {
        let look = self.look;
        let number = count(lines as u64);
        let room = self.columns.saturating_sub(rows::PREFIX + number.len() + 3);
        let name = fit::cut(&clean_line(name, 512), room, look.glyphs.more);
        if selected {
            let text = format!("{name} {number}");
            return rows::row(self.columns, true, &[(&text, fit::width(&text), Style::new())], look);
        }
        Line::from(vec![
            Span::raw(" ".repeat(rows::PREFIX)),
            Span::styled(name, look.strong()),
            Span::styled(format!(" {number}"), look.dim()),
        ])
    }
}
