//! Names of a list that do not say who is meant.

use ratatui::{Frame, layout::Rect, style::Style, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
};
use crate::{
    app::{
        App,
        action::Action,
        name_choice::{LookUp, NameChoice, NameChoiceBox},
    },
    directory::{
        ResourceRef,
        find::{MissingName, NamedRecord},
        named::DoubtfulName,
    },
    scim::text::clean_line,
    ui::{
        ScreenLook, details,
        fit::{count, counted, elide},
    },
};

impl OverlayDrawing for NameChoiceBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let (sure, open, twice) = self.counts();
        let shell = BoxFrame {
            title: format!("Names for {}: who is meant?", details::name(&ResourceRef::team(&self.team), app)),
            right: format!("{} open", count(open)),
            hints: vec![
                (Action::TakeNear, "take"),
                (Action::SkipName, "skip"),
                (Action::GoOn, "go on"),
                (Action::SkipAll, "skip the rest"),
                (Action::Back, "back"),
            ],
            ..BoxFrame::default()
        };
        let again = if twice > 0 { format!(", {} named more than once", count(twice)) } else { String::new() };
        let asked = match &self.look_up {
            LookUp::Done => String::new(),
            LookUp::UnderWay => " The list is not complete: the server is asked for the others…".into(),
            LookUp::Failed(why) => format!(" The list is not complete, and names could not be looked up: {why}"),
        };
        let summary = format!("{} known{again}.{asked}", counted(sure, "name"));
        let mut below = vec![Line::default()];
        if let Some((doubt, _)) = self.lines.get(self.cursor) {
            below.extend(shell::wrapped(&said(doubt), columns.saturating_sub(1), 3, Style::new()));
        }
        below.extend(shell::wrapped(&summary, columns.saturating_sub(1), 3, look.dim()));
        let room = height.saturating_sub(below.len()).max(1);
        let inner = shell.open(frame, columns, self.lines.len().min(room) + below.len(), app, look);
        let listed = usize::from(inner.height).saturating_sub(below.len()).max(1);
        let lines: Vec<Line> = rows::window(self.lines.len(), self.cursor, listed)
            .filter_map(|at| Some((at, self.lines.get(at)?)))
            .map(|(at, (doubt, answer))| row(columns, at == self.cursor, doubt, *answer, look))
            .collect();
        frame.render_widget(Paragraph::new(lines), inner);
        let rest = Rect { y: inner.y + listed as u16, height: inner.height.saturating_sub(listed as u16), ..inner };
        frame.render_widget(Paragraph::new(below), rest);
    }
}

/// Who is near, in full.
fn said(doubt: &DoubtfulName) -> String {
    let sentence = doubt.missing.sentence("user", &doubt.text);
    match &doubt.missing {
        MissingName::Several(_) => format!("{sentence}."),
        MissingName::Unknown(_) => format!("N{}.", sentence.trim_start_matches('n')),
    }
}

/// Somebody who may be meant; with the id among several of one name.
fn choice(doubt: &DoubtfulName, one: &NamedRecord) -> String {
    if doubt.is_several() { one.to_string() } else { one.name.to_string() }
}

fn row(width: usize, selected: bool, doubt: &DoubtfulName, answer: NameChoice, look: &ScreenLook) -> Line<'static> {
    let text = clean_line(&doubt.text, 256);
    let (mark, style, fate) = match answer {
        NameChoice::Open => {
            ("[?]", look.careful(), doubt.choices().first().map(|one| format!("{}?", choice(doubt, one))))
        }
        NameChoice::Take(at) => ("[x]", look.good(), doubt.choices().get(at).map(|one| choice(doubt, one))),
        NameChoice::Skip => ("[-]", look.dim(), Some("skipped".to_owned())),
    };
    let fate = fate.unwrap_or_default();
    let left = width.saturating_sub(rows::PREFIX + 4 + 2 + 1);
    let name = left / 2;
    let text = elide(&text, name, look.glyphs.more);
    let fate_style = if answer == NameChoice::Open { look.dim() } else { style };
    let arrow = if fate.is_empty() { " " } else { look.glyphs.arrow };
    let cells: [TableCell; 4] = [
        (mark, 3, style),
        (&text, name, Style::new()),
        (arrow, 1, look.dim()),
        (&fate, left.saturating_sub(name + 1), fate_style),
    ];
    rows::row(width, selected, &cells, look)
}
