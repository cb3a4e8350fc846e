//! The least that such work takes, with the same libraries and nothing of ours.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};
use ratatui::{
    Terminal,
    backend::TestBackend,
    layout::Constraint,
    style::{Modifier, Style},
    widgets::{Block, Row, Table, TableState},
};
use scimitar::{app::App, directory::RecordKind};

/// A plain table of the rows that are on screen, with a selected one.
pub fn table(terminal: &mut Terminal<TestBackend>, app: &App) {
    let pane = app.lists.pane().expect("a list");
    let height = usize::from(terminal.size().unwrap().height);
    let rows = pane.rows.iter().skip(pane.top).take(height).filter_map(|row| {
        let user = app.directory.user_at(*row)?;
        Some(Row::new([
            user.user_name.to_string(),
            user.display_name.to_string(),
            user.org_role.value()?.to_string(),
            user.models_seat.value()?.to_string(),
            app.directory.team_count(&user.id).to_string(),
        ]))
    });
    let table = Table::new(rows, [Constraint::Fill(1); 5])
        .header(Row::new(["User", "Name", "Org role", "Seat", "Teams"]))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .block(Block::bordered().title("Users"));
    let mut state = TableState::default().with_selected(Some(0));
    terminal.draw(|frame| frame.render_stateful_widget(table, frame.area(), &mut state)).unwrap();
}

/// The texts of all users, as a matcher wants them.
pub fn texts(app: &App) -> Vec<String> {
    let text = app.directory.text(RecordKind::User);
    (0..text.len() as u32).map(|row| text.get(row).to_owned()).collect()
}

/// A matcher over all texts, on one thread, and the sort of what it found.
pub fn fuzzy(matcher: &mut Matcher, texts: &[String], typed: &str) -> usize {
    let atom = Atom::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
    let mut chars = Vec::new();
    let mut found: Vec<(u16, u32)> = Vec::new();
    for (text, at) in texts.iter().zip(0_u32..) {
        if let Some(score) = atom.score(Utf32Str::new(text, &mut chars), matcher) {
            found.push((u16::MAX - score, at));
        }
    }
    found.sort_unstable();
    found.len()
}

pub fn matcher() -> Matcher {
    Matcher::new(Config::DEFAULT)
}
