//! Quit although something is not confirmed, or would be lost?

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::{
    OverlayDrawing,
    shell::{self, BoxFrame},
};
use crate::{
    app::{App, action::Action, quit::QuitBox},
    directory::{change::ChangeVerb, plan::ChangeState, words},
    scim::text::clean,
    ui::{ScreenLook, activity, fit, fit::count},
};

const WIDEST: usize = 64;

/// Its keys.
pub const HINTS: &[(Action, &str)] = &[(Action::ReallyQuit, "quit"), (Action::Back, "stay")];

/// So many of the open changes are named.
const NAMED: usize = 6;

impl OverlayDrawing for QuitBox {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let columns = shell::room(app).0.min(WIDEST);
        let text = columns.saturating_sub(2);
        let lines = lines(text, app, look);
        let shell = BoxFrame { title: "Quit?".into(), hints: HINTS.into(), ..BoxFrame::default() };
        let inner = shell.open(frame, columns, lines.len(), app, look);
        let padded = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        frame.render_widget(Paragraph::new(lines), padded);
    }
}

fn lines(columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let open = app.directory.pending();
    let total = open.len();
    let lost = app.lost_by_quitting().map(|words| shell::wrapped(words, columns, 0, look.strong()));
    let mut lines = lost.unwrap_or_default();
    if total == 0 {
        return lines;
    }
    let head = if total == 1 {
        "1 change is not confirmed yet:".to_owned()
    } else {
        format!("{} changes are not confirmed yet:", count(total as u64))
    };
    lines.extend(shell::wrapped(&head, columns, 0, look.strong()));
    for (id, change) in open.take(NAMED) {
        let entry = app.activity.entries.get(&id);
        let words = entry.map_or_else(|| words::line(change, &app.directory), |entry| entry.step.words.clone());
        let state = entry.map_or(ChangeState::Sent, |entry| entry.state);
        let (sign, style) = activity::sign(state, false, look);
        let sent = match state {
            ChangeState::Planned => "not sent",
            ChangeState::Unknown => "unknown",
            _ => "sent",
        };
        let line = format!("{sign} {}: {}", words.subject, words.text(look.glyphs.arrow));
        let room = columns.saturating_sub(sent.len() + 2);
        let line = format!("{}  {sent}", fit::pad(&clean(&line), room, look.glyphs.more));
        lines.push(Line::styled(line, style));
    }
    if total > NAMED {
        lines.push(Line::styled(format!("  and {} more", count((total - NAMED) as u64)), look.dim()));
    }
    if app.directory.pending().any(|(_, change)| change.verb() == ChangeVerb::CreateKey) {
        let words = "The new key's secret is shown only here: it is lost if you quit before it comes.";
        lines.extend(shell::wrapped(words, columns, 0, look.careful()));
    }
    lines.push(Line::default());
    let words = "If you quit, what was sent is settled next time, and what was not sent waits in the journal.";
    lines.extend(shell::wrapped(words, columns, 0, look.dim()));
    lines
}
