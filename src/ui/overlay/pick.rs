//! Which other one: the records of a kind, found by typing.

use ratatui::{Frame, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    check::names,
    picker::no_match,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        pick::{PickBox, PickPurpose},
    },
    directory::{Id, Name, RecordKind, ResourceRef},
    ui::{
        ScreenLook, details,
        fit::{count, counted, elide, only_similar},
    },
};

impl OverlayDrawing for PickBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let all = app.directory.len(self.rows.kind);
        let shell = BoxFrame {
            title: title(self, app),
            typed: Some(&self.input),
            note: if self.rows.is_similar() {
                only_similar(self.rows.shown.len())
            } else {
                format!("{} of {}", count(self.rows.shown.len()), count(all))
            },
            hints: hints(self),
            ..BoxFrame::default()
        };
        let inner = shell.open(frame, shell::room(app).0, all.max(3), app, look);
        let width = usize::from(inner.width);
        let mut lines: Vec<Line> = rows::window(self.rows.shown.len(), self.rows.cursor, usize::from(inner.height))
            .filter_map(|at| Some((at, app.directory.id_at(self.rows.kind, *self.rows.shown.get(at)?)?)))
            .map(|(at, id)| row(width, at == self.rows.cursor, self.rows.kind, id, app, look))
            .collect();
        if lines.is_empty() {
            lines.push(rows::nothing(&no_match(self.input.value()), look));
        }
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

fn hints(pick: &PickBox) -> Vec<(Action, &'static str)> {
    let choose = match pick.purpose {
        PickPurpose::Like => "show the difference",
        PickPurpose::Successor(..) => "choose",
    };
    vec![(Action::Choose, choose), (Action::Back, "back")]
}

fn title(pick: &PickBox, app: &App) -> String {
    if let PickPurpose::Successor(_, teams) = &pick.purpose {
        let names: Vec<&str> = teams.iter().map(Name::as_str).collect();
        return format!("Who becomes admin of {}", names.join(", "));
    }
    match (pick.rows.kind, pick.subjects.as_slice()) {
        (RecordKind::User, [one]) => format!("Make {} like", details::name(&ResourceRef::user(one), app)),
        (RecordKind::User, many) => format!("Make {} like", counted(many.len(), "user")),
        (_, [one]) => format!("Members of {} as in", details::name(&ResourceRef::team(one), app)),
        (_, many) => format!("Members of {} as in", counted(many.len(), &app.word("team"))),
    }
}

fn row(width: usize, selected: bool, kind: RecordKind, id: &Id, app: &App, look: &ScreenLook) -> Line<'static> {
    let (name, more) = names(kind, id, app);
    let left = width.saturating_sub(rows::PREFIX + 1);
    let name_width = if more.is_some() && left >= 30 { left / 2 } else { left };
    let name = elide(&name, name_width, look.glyphs.more);
    let more = elide(&more.unwrap_or_default(), left.saturating_sub(name_width + 1), look.glyphs.more);
    let mut cells: Vec<TableCell> = vec![(&name, name_width, Style::new())];
    if name_width < left {
        cells.push((&more, left - name_width - 1, look.dim()));
    }
    rows::row(width, selected, &cells, look)
}
