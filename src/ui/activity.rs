//! The Activity pane: every change, the newest first, with its outcome. The whole story is a box of its own.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

use super::{
    ScreenLook,
    fit::{count, cut, pad, seconds, width, wrap},
    list::thumb,
};
use crate::app::{App, changes_list::ActivityOrder, entries::PlanCourse};
use crate::directory::{
    change::ChangeId,
    plan::{ChangeState, JournalEntry},
};
use crate::scim::text::clean_line;

/// Cursor, sign and the spaces behind them.
const SIGN: usize = 4;

/// Cells of the time: `14:02:11`, or `12 Mar 14:02` on other days.
const TIME: usize = 13;

/// Cells of the short time, without seconds or the date of other days, where the words need the room.
const SHORT_TIME: usize = 7;

/// A pane with fewer cells than this leaves the room to the words.
const ROOMY: usize = 60;

/// Cells of the gauge of a plan that is being sent.
const GAUGE: usize = 8;

/// No reason below the list takes more rows than this.
const MOST_WHOLE: usize = 5;

fn time_width(cells: usize) -> usize {
    if cells < ROOMY { SHORT_TIME } else { TIME }
}

/// Draws the Activity pane.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    let block = Block::bordered().border_set(look.border()).border_style(look.dim()).title(title(app, look));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if let (true, true) = (app.activity.changes.filtering, app.overlays.is_empty()) {
        let before = 1 + "Activity".len() + 4 + "filter: ".len() + width(app.activity.changes.filter.value());
        let at = area.x + 1 + (before as u16).min(area.width.saturating_sub(3));
        frame.set_cursor_position((at, area.y));
    }
    let head = Rect { height: inner.height.min(1), ..inner };
    let body = Rect { y: inner.y + head.height, height: inner.height - head.height, ..inner };
    if app.activity.entries.is_empty() {
        let words = "No changes were made with this profile yet. Every change will be here, with what was sent, what \
                     the server answered and how it can be taken back.";
        let at = Rect { x: body.x + 3, width: body.width.saturating_sub(4), ..body };
        let lines: Vec<Line<'_>> = wrap(words, usize::from(at.width)).into_iter().map(Line::from).collect();
        frame.render_widget(Paragraph::new(lines), at);
        return;
    }
    if app.activity.plan_count() == 0 || app.activity.changes.bad.is_some() {
        let typed = crate::scim::text::clean(app.activity.changes.filter.value());
        let none = || format!("No change matches '{typed}'.");
        let words = app.activity.changes.bad.as_ref().map_or_else(none, ToString::to_string);
        let at = Rect { x: body.x + 3, width: body.width.saturating_sub(4), ..body };
        let style = if app.activity.changes.bad.is_some() { look.bad() } else { Style::new() };
        let lines: Vec<Line<'_>> =
            wrap(&words, usize::from(at.width)).into_iter().map(|line| Line::styled(line, style)).collect();
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
    let top = app.activity.changes.top.max((app.activity.changes.cursor + 1).saturating_sub(usize::from(body.height)));
    let cells = usize::from(body.width);
    let shown = (top..).zip(app.activity.plans_from(top));
    for (line, (at, plan)) in shown.take(usize::from(body.height)).enumerate() {
        let area = Rect { y: body.y + line as u16, height: 1, ..body };
        let cursor = at == app.activity.changes.cursor;
        let mut entries = app.activity.entries.of_plan(plan);
        let row = match (entries.next(), entries.next()) {
            (Some(entry), None) => Some(row(entry, cursor, subject, cells, app, look)),
            (Some(first), Some(_)) => {
                app.activity.entries.course(plan).map(|course| group(first, course, cursor, cells, app, look))
            }
            _ => None,
        };
        frame.render_widget(row.unwrap_or_default(), area);
    }
    thumb(frame, body, top, app.activity.plan_count(), look);
    let below = Rect { y: body.bottom(), height: whole.len() as u16, ..body };
    frame.render_widget(Paragraph::new(whole), below);
}

/// The outcome of the selected change in full, where its row has no room for it.
fn whole(app: &App, subject: usize, body: Rect, look: &ScreenLook) -> Vec<Line<'static>> {
    let plan = app.activity.plan_at(app.activity.changes.cursor);
    let Some(entry) = plan.and_then(|plan| alone(plan, app)) else { return Vec::new() };
    let cells = usize::from(body.width);
    let why = reason(entry);
    let used = SIGN + time_width(cells) + subject + 1 + width(&change(entry, look)) + 2 + width(why.trim());
    if !(entry.state.is_failure() || entry.did_harm()) || used < cells {
        return Vec::new();
    }
    let next = entry.failure.as_ref().map(|failure| failure.next.as_str()).unwrap_or_default();
    let stop = if why.ends_with(char::is_alphanumeric) && !next.is_empty() { "." } else { "" };
    // For a change that was done and did more, the text begins with the records it hit: the sign has said the rest.
    let lead = if entry.state.is_failure() { format!("{}: ", entry.state.label()) } else { String::new() };
    let words = format!("{lead}{why}{stop} {next}");
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

fn change(entry: &JournalEntry, look: &ScreenLook) -> String {
    crate::scim::text::clean(&entry.step.words.text(look.glyphs.arrow)).into_owned()
}

/// The reason why the change is not done, and the other things that it did.
fn reason(entry: &JournalEntry) -> std::borrow::Cow<'_, str> {
    let effects = entry.effects.iter().map(|effect| effect.words.as_str());
    let all: Vec<&str> = effects.chain([entry.why.as_str()]).filter(|words| !words.is_empty()).collect();
    clean_line(&all.join(" "), 1024).into_owned().into()
}

fn subject_width(cells: u16) -> usize {
    (usize::from(cells) / 5).clamp(8, 24)
}

fn title(app: &App, look: &ScreenLook) -> Line<'static> {
    let midnight = look.midnight(app.now);
    let today = app.activity.entries.len() - app.activity.entries.partition_point(|_, entry| entry.at < midnight);
    let (failed, open) = app.counts();
    let mut spans = vec![Span::raw(" "), Span::styled("Activity", look.strong())];
    let line = || Span::styled(format!(" {} ", look.glyphs.line.repeat(2)), look.dim());
    let changes = &app.activity.changes;
    if changes.filtering || !changes.filter.value().is_empty() {
        let style = if changes.bad.is_some() { look.bad() } else { look.accent() };
        let typed = clean_line(changes.filter.value(), 48).into_owned();
        spans.extend([line(), Span::raw("filter: "), Span::styled(typed, style)]);
    }
    if changes.is_filtered() {
        let found = format!("{} of {}", count(app.activity.plan_count()), count(app.activity.entries.plans()));
        spans.extend([line(), Span::raw(found)]);
    }
    if changes.order != ActivityOrder::Newest {
        spans.extend([line(), Span::raw(format!("sort: {}", changes.order.label()))]);
    }
    let parts = [
        (changes.marks.len(), "marked", look.accent()),
        (today, "today", look.plain()),
        (failed, "failed", look.bad()),
        (open, "in flight", look.pending()),
        (app.activity.earlier.left_over.len(), "left over", look.careful()),
        (app.activity.changes.read_failures.len(), "not read", look.careful()),
    ];
    for (number, word, style) in parts.into_iter().filter(|(number, _, _)| *number > 0) {
        spans.push(Span::styled(format!(" {} ", look.glyphs.line.repeat(2)), look.dim()));
        spans.push(Span::styled(format!("{} {word}", count(number as u64)), style));
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

fn row(
    entry: &JournalEntry,
    cursor: bool,
    subject: usize,
    cells: usize,
    app: &App,
    look: &ScreenLook,
) -> Line<'static> {
    let glyphs = &look.glyphs;
    let undone = app.activity.undone_by(entry.plan);
    let (sign, style) = sign_of(entry, undone.is_some(), look);
    let marker = marker(entry.plan, cursor, sign, app, look);
    let (narrow, time) = (cells < ROOMY, time(entry, cells, app, look));
    let words = &entry.step.words;
    let whom = pad(&crate::scim::text::clean(&words.subject), subject, glyphs.more);
    let room = cells.saturating_sub(SIGN + time_width(cells) + subject + 2);
    // The story tells how long the change took.
    let told = !narrow || entry.state != ChangeState::Confirmed || undone.is_some() || !entry.why.is_empty();
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
        (text, if entry.state == ChangeState::Dropped { look.dim() } else { Style::new() }),
        (format!("{gap}{outcome}"), if is_plain(entry) { look.dim() } else { style }),
    ];
    if cursor {
        let text: String = parts.into_iter().map(|(text, _)| text).collect();
        return Line::styled(pad(&text, cells, glyphs.more), look.cursor());
    }
    Line::from(parts.into_iter().map(|(text, style)| Span::styled(text, style)).collect::<Vec<_>>())
}

/// Cursor, mark and sign of a row.
fn marker(plan: ChangeId, cursor: bool, sign: &str, app: &App, look: &ScreenLook) -> String {
    let mark = if app.activity.changes.marks.contains(&plan) { look.glyphs.mark } else { " " };
    format!("{}{mark}{} ", if cursor { look.glyphs.cursor } else { " " }, pad(sign, 1, ""))
}

/// A plan of several changes: its title, and where they stand.
fn group(
    first: &JournalEntry,
    course: &PlanCourse,
    cursor: bool,
    cells: usize,
    app: &App,
    look: &ScreenLook,
) -> Line<'static> {
    let (glyphs, progress) = (&look.glyphs, &course.progress);
    let counts = progress.counts;
    let undone = app.activity.undone_by(first.plan);
    let state = match counts {
        counts if counts.of(ChangeState::Sent) > 0 => ChangeState::Sent,
        counts if counts.of(ChangeState::Planned) > 0 => ChangeState::Planned,
        counts if counts.failed() > counts.of(ChangeState::Partly) => ChangeState::Refused,
        counts if counts.of(ChangeState::Partly) > 0 => ChangeState::Partly,
        counts if counts.of(ChangeState::Confirmed) > 0 => ChangeState::Confirmed,
        counts if counts.of(ChangeState::Unseen) > 0 => ChangeState::Unseen,
        _ => ChangeState::Dropped,
    };
    let (sign, style) = sign(state, undone.is_some(), look);
    let marker = marker(first.plan, cursor, sign, app, look);
    let mut words: Vec<String> = progress.parts().into_iter().map(|(_, words)| words).collect();
    if cells < ROOMY {
        words.truncate(1);
    }
    words.extend(undone.map(|undo| format!("undone {}", look.moment(undo.at, app.now))));
    let running = counts.left() > 0 && cells >= ROOMY;
    let full = progress.filled(GAUGE);
    let gauge = if running {
        format!("{}{} ", glyphs.gauge[0].repeat(full), glyphs.gauge[1].repeat(GAUGE - full))
    } else {
        String::new()
    };
    let outcome = format!("{gauge}{}", words.join(&format!(" {} ", glyphs.dot)));
    let room = cells.saturating_sub(SIGN + time_width(cells));
    let title = clean_line(&first.title, 1024);
    let for_outcome = width(&outcome).min(room.saturating_sub(width(&title) + 2).max(room / 2));
    let outcome = cut(&outcome, for_outcome, glyphs.more);
    let parts = [
        (marker, style),
        (pad(&time(first, cells, app, look), time_width(cells), ""), look.dim()),
        (pad(&title, room.saturating_sub(width(&outcome) + 2), glyphs.more), Style::new()),
        (format!("  {outcome}"), if state == ChangeState::Confirmed { look.dim() } else { style }),
    ];
    if cursor {
        let text: String = parts.into_iter().map(|(text, _)| text).collect();
        return Line::styled(pad(&text, cells, glyphs.more), look.cursor());
    }
    Line::from(parts.into_iter().map(|(text, style)| Span::styled(text, style)).collect::<Vec<_>>())
}

/// The sign of a change: one with effects beside the ones that were asked for is no success.
pub(super) fn sign_of(entry: &JournalEntry, undone: bool, look: &ScreenLook) -> (&'static str, Style) {
    if entry.did_harm() && !undone {
        return (look.glyphs.harm, look.bad());
    }
    sign(entry.state, undone, look)
}

/// The sign of a state.
pub(super) fn sign(state: ChangeState, undone: bool, look: &ScreenLook) -> (&'static str, Style) {
    let glyphs = &look.glyphs;
    match state {
        ChangeState::Planned => (glyphs.more, look.careful()),
        ChangeState::Sent => (glyphs.pending, look.pending()),
        ChangeState::Confirmed if undone => (glyphs.undone, look.dim()),
        ChangeState::Confirmed => (glyphs.done, look.good()),
        ChangeState::Partly | ChangeState::Unseen if undone => (glyphs.undone, look.dim()),
        ChangeState::Partly => (glyphs.in_part, look.careful()),
        ChangeState::Unseen => (glyphs.unknown, look.careful()),
        ChangeState::Dropped => (glyphs.dot, look.dim()),
        ChangeState::Already => (glyphs.needless, look.dim()),
        ChangeState::Refused | ChangeState::Conflict => (glyphs.failed, look.bad()),
        ChangeState::Unknown => (glyphs.unknown, look.bad()),
    }
}

fn time(entry: &JournalEntry, cells: usize, app: &App, look: &ScreenLook) -> String {
    match (cells < ROOMY, look.day(entry.at) == look.day(app.now)) {
        (false, true) => look.clock(entry.at),
        (false, false) | (true, true) => look.moment(entry.at, app.now),
        (true, false) => look.date(entry.at),
    }
}

/// The only change of a plan.
fn alone(plan: ChangeId, app: &App) -> Option<&JournalEntry> {
    let mut entries = app.activity.entries.of_plan(plan);
    entries.next().filter(|_| entries.next().is_none())
}

/// Done as it was asked for, and nothing else.
pub(super) fn is_plain(entry: &JournalEntry) -> bool {
    entry.state == ChangeState::Confirmed && !entry.did_harm()
}

/// How long the change took, or why it is not done.
pub(super) fn outcome(entry: &JournalEntry, undone: Option<&JournalEntry>, app: &App, look: &ScreenLook) -> String {
    let state = entry.state.label();
    let why = reason(entry);
    match (entry.state, undone, entry.settled) {
        (ChangeState::Planned, _, _) if app.activity.earlier.left_over.contains(&entry.id) => {
            "left over, not sent".into()
        }
        (ChangeState::Planned | ChangeState::Sent | ChangeState::Unknown, _, _)
            if app.activity.earlier.elsewhere.contains(&entry.id) =>
        {
            format!("elsewhere, {state}")
        }
        (ChangeState::Confirmed | ChangeState::Partly | ChangeState::Unseen, Some(undo), _) => {
            format!("undone {}", look.moment(undo.at, app.now))
        }
        (ChangeState::Confirmed, None, Some(at)) if why.is_empty() => {
            seconds(at.duration_since(entry.at).as_millis().max(0).unsigned_abs() as u64)
        }
        (ChangeState::Confirmed | ChangeState::Partly | ChangeState::Unseen | ChangeState::Already, _, _) => {
            why.into_owned()
        }
        _ if why.is_empty() => state.into(),
        // The sign has said that it failed.
        (ChangeState::Refused | ChangeState::Conflict, _, _) => why.into_owned(),
        _ => format!("{state}: {why}"),
    }
}
