//! The Activity pane: every change, the newest first, and what became of it. The whole story is a box of its own.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

use super::{
    Look,
    fit::{count, cut, pad, seconds, width, wrap},
    list::thumb,
};
use crate::app::App;
use crate::directory::plan::{Entry, State};

/// Cursor, sign and the spaces behind them.
const SIGN: usize = 4;

/// Cells of the time: `14:02:11`, or `12 Mar 14:02` on other days.
const TIME: usize = 13;

/// The same without seconds or the time of other days, where the words need the room.
const SHORT_TIME: usize = 7;

/// In fewer cells than this the words need the room.
const ROOMY: usize = 60;

/// No reason below the list takes more rows than this.
const MOST_WHOLE: usize = 5;

fn time_width(cells: usize) -> usize {
    if cells < ROOMY { SHORT_TIME } else { TIME }
}

/// Draws it.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: &Look) {
    let block = Block::bordered().border_set(look.border()).border_style(look.dim()).title(title(app, look));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let head = Rect { height: inner.height.min(1), ..inner };
    let body = Rect { y: inner.y + head.height, height: inner.height - head.height, ..inner };
    if app.entries.is_empty() {
        let words = "No changes were made with this profile yet. Every change will be here, with what was sent, what \
                     the server answered and how it can be taken back.";
        let at = Rect { x: body.x + 3, width: body.width.saturating_sub(4), ..body };
        let lines: Vec<Line<'_>> = wrap(words, usize::from(at.width)).into_iter().map(Line::from).collect();
        frame.render_widget(Paragraph::new(lines), at);
        return;
    }
    let subject = subject_width(inner.width);
    let heads = format!(
        "{}{}{} Change",
        " ".repeat(SIGN),
        pad("Time", time_width(usize::from(inner.width)), ""),
        pad("Subject", subject, "")
    );
    frame.render_widget(Line::styled(heads, look.dim()), head);
    let whole = whole(app, subject, body, look);
    let body = Rect { height: body.height - whole.len() as u16, ..body };
    // The list gives way to the reason below it, but not the row with the cursor.
    let top = app.activity_top.max((app.activity_cursor + 1).saturating_sub(usize::from(body.height)));
    let newest_first = app.entries.values().rev().enumerate();
    for (line, (at, entry)) in newest_first.skip(top).take(usize::from(body.height)).enumerate() {
        let area = Rect { y: body.y + line as u16, height: 1, ..body };
        frame.render_widget(row(entry, at == app.activity_cursor, subject, usize::from(body.width), app, look), area);
    }
    thumb(frame, body, top, app.entries.len(), look);
    let below = Rect { y: body.bottom(), height: whole.len() as u16, ..body };
    frame.render_widget(Paragraph::new(whole), below);
}

/// What became of the selected change in full, where its row has no room for it.
fn whole(app: &App, subject: usize, body: Rect, look: &Look) -> Vec<Line<'static>> {
    let Some(entry) = app.entries.values().rev().nth(app.activity_cursor) else { return Vec::new() };
    let cells = usize::from(body.width);
    let why = reason(entry);
    let used = SIGN + time_width(cells) + subject + 1 + width(&change(entry, look)) + 2 + width(why.trim());
    if !entry.state.is_failure() || used < cells {
        return Vec::new();
    }
    let next = entry.failure.as_ref().map(|failure| failure.next.as_str()).unwrap_or_default();
    let stop = if why.ends_with(char::is_alphanumeric) && !next.is_empty() { "." } else { "" };
    let words = format!("{}: {why}{stop} {next}", entry.state.label());
    let words = crate::scim::text::clean_line(&words, 1024).trim().to_owned();
    let mut parts = wrap(&words, cells.saturating_sub(SIGN + 1));
    let most = (usize::from(body.height) / 2).min(MOST_WHOLE);
    if parts.len() > most {
        let rest = parts.split_off(most.saturating_sub(1)).join(" ");
        parts.push(cut(&rest, cells.saturating_sub(SIGN + 1), look.glyphs.more));
    }
    let line = |part| Line::styled(format!("{}{part}", " ".repeat(SIGN)), look.bad());
    parts.into_iter().take(most).map(line).collect()
}

fn change(entry: &Entry, look: &Look) -> String {
    crate::scim::text::clean(&entry.step.words.text(look.glyphs.arrow)).into_owned()
}

/// Why it is not done.
fn reason(entry: &Entry) -> std::borrow::Cow<'_, str> {
    crate::scim::text::clean(&entry.why)
}

fn subject_width(cells: u16) -> usize {
    (usize::from(cells) / 5).clamp(8, 24)
}

fn title(app: &App, look: &Look) -> Line<'static> {
    let midnight = look.midnight(app.now);
    let today = app.entries.len() - app.entries.partition_point(|_, entry| entry.at < midnight);
    let (failed, open) = app.counts();
    let mut spans = vec![Span::raw(" "), Span::styled("Activity", look.strong())];
    let parts = [
        (today, "today", look.plain()),
        (failed, "failed", look.bad()),
        (open, "in flight", look.pending()),
        (app.left_over.len(), "left over", look.careful()),
    ];
    for (number, word, style) in parts.into_iter().filter(|(number, _, _)| *number > 0) {
        spans.push(Span::styled(format!(" {} ", look.glyphs.line.repeat(2)), look.dim()));
        spans.push(Span::styled(format!("{} {word}", count(number as u64)), style));
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

fn row(entry: &Entry, cursor: bool, subject: usize, cells: usize, app: &App, look: &Look) -> Line<'static> {
    let glyphs = &look.glyphs;
    let undone = app.undone_by(entry.plan);
    let (sign, style) = match entry.state {
        State::Planned => (glyphs.more, look.careful()),
        State::Sent => (glyphs.pending, look.pending()),
        State::Confirmed if undone.is_some() => (glyphs.undone, look.dim()),
        State::Confirmed => (glyphs.done, look.good()),
        State::Dropped => (glyphs.dot, look.dim()),
        State::Refused | State::Conflict | State::Unknown => (glyphs.failed, look.bad()),
    };
    let marker = format!("{}{} ", if cursor { glyphs.cursor } else { " " }, pad(sign, 2, ""));
    let (narrow, today) = (cells < ROOMY, look.day(entry.at) == look.day(app.now));
    let time = match (narrow, today) {
        (false, true) => look.clock(entry.at),
        (false, false) | (true, true) => look.moment(entry.at, app.now),
        (true, false) => look.date(entry.at),
    };
    let words = &entry.step.words;
    let whom = pad(&crate::scim::text::clean(&words.subject), subject, glyphs.more);
    let room = cells.saturating_sub(SIGN + time_width(cells) + subject + 2);
    // How long it took is in the story.
    let told = !narrow || entry.state != State::Confirmed || undone.is_some() || !entry.why.is_empty();
    let outcome = if told { outcome(entry, undone, app, look) } else { String::new() };
    // Both are shown in part where there is no room for both.
    let text = change(entry, look);
    let for_outcome = width(&outcome).min(room.saturating_sub(width(&text) + 2).max(room / 2));
    let outcome = cut(&outcome, for_outcome, glyphs.more);
    let gap = if outcome.is_empty() { "" } else { "  " };
    let text = pad(&text, room.saturating_sub(width(&outcome) + gap.len()), glyphs.more);
    let parts = [
        (marker, style),
        (pad(&time, time_width(cells), ""), look.dim()),
        (format!("{whom} "), Style::new()),
        (text, if entry.state == State::Dropped { look.dim() } else { Style::new() }),
        (format!("{gap}{outcome}"), if entry.state == State::Confirmed { look.dim() } else { style }),
    ];
    if cursor {
        let text: String = parts.into_iter().map(|(text, _)| text).collect();
        return Line::styled(pad(&text, cells, glyphs.more), look.cursor());
    }
    Line::from(parts.into_iter().map(|(text, style)| Span::styled(text, style)).collect::<Vec<_>>())
}

/// How long it took, or why it is not done.
fn outcome(entry: &Entry, undone: Option<&Entry>, app: &App, look: &Look) -> String {
    let state = entry.state.label();
    let why = reason(entry);
    match (entry.state, undone, entry.settled) {
        (State::Planned, _, _) if app.left_over.contains(&entry.id) => "left over, not sent".into(),
        (State::Confirmed, Some(undo), _) => format!("undone {}", look.moment(undo.at, app.now)),
        (State::Confirmed, None, Some(at)) if why.is_empty() => {
            seconds(at.duration_since(entry.at).as_millis().max(0).unsigned_abs() as u64)
        }
        (State::Confirmed, _, _) => why.into_owned(),
        _ if why.is_empty() => state.into(),
        // The sign has said that it failed.
        (State::Refused | State::Conflict, _, _) => why.into_owned(),
        _ => format!("{state}: {why}"),
    }
}
