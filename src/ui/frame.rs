//! The frame around every pane: title, tabs, and the bottom row with hints. Knows no records.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{Paragraph, Wrap},
};

use super::{
    ScreenLook,
    fit::{count, cut, width},
};
use crate::app::{App, Tab, action::Action, geometry::MIN};
use crate::directory::{ListCoverage, RecordKind, plan::ChangeState, work::LinkState};
use crate::scim::{
    failure::FailureClass,
    wait::{RequestWait, WaitCause},
};

/// Cells of the gauge in the title.
const GAUGE: u64 = 8;

/// Areas of the screen.
pub(super) struct FrameAreas {
    /// First row.
    pub title: Rect,
    /// Second row.
    pub tabs: Rect,
    /// The list or the journal, its box included.
    pub pane: Rect,
    /// Details beside it, where there is room.
    pub beside: Option<Rect>,
    /// The panes, which lie beneath a box.
    pub beneath: Rect,
    /// Last row.
    pub bottom: Rect,
}

/// Cuts the screen up. Agrees with [`crate::app::Size::list_rows`]: 6 rows are no list rows.
pub(super) fn areas(area: Rect, app: &App) -> FrameAreas {
    let rows = [Constraint::Length(1), Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)];
    let [title, tabs, middle, bottom] = Layout::vertical(rows).areas(area);
    let beneath = middle;
    let pane = app.lists.pane().filter(|_| app.session.profile.is_some() && app.lists.has_side_pane);
    let beside = pane.map_or(0, |pane| app.screen.size.details_width(super::list::widths_for_all(pane, app)));
    if beside == 0 {
        return FrameAreas { title, tabs, pane: middle, beside: None, beneath, bottom };
    }
    let [pane, beside] = Layout::horizontal([Constraint::Min(0), Constraint::Length(beside)]).areas(middle);
    FrameAreas { title, tabs, pane, beside: Some(beside), beneath, bottom }
}

/// Says which size is needed.
pub(super) fn too_small(frame: &mut Frame<'_>, app: &App) {
    let (width, height) = MIN;
    let text = format!(
        "scimitar needs {width} columns and {height} rows; here are {} and {}.",
        app.screen.size.width, app.screen.size.height
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), frame.area());
}

/// Draws the place on the left, and the state of the lists and the changes on the right.
pub(super) fn title(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    let left = place(app, look);
    let cells = usize::from(area.width);
    let mut right = state(app, look, true);
    let mut kept = left.len();
    for short in [false, true] {
        right = state(app, look, short);
        let used = line_width(&right);
        kept = (1..=left.len()).rev().find(|parts| parts_width(&left, *parts) + used + 3 <= cells).unwrap_or(0);
        if kept > 1 || (kept == 1 && app.session.profile.is_none()) {
            break;
        }
    }
    let left = Line::from(left.into_iter().take(kept.max(1)).flatten().collect::<Vec<_>>());
    let room = (cells as u16).saturating_sub(left.width() as u16 + 1);
    frame.render_widget(left, area);
    let right = Line::from(right).right_aligned();
    let used = (right.width() as u16 + 1).min(room);
    let at = Rect { x: area.right().saturating_sub(used), width: used.saturating_sub(1), ..area };
    frame.render_widget(right, at);
}

fn parts_width(parts: &[Vec<Span<'_>>], count: usize) -> usize {
    parts.iter().take(count).map(|part| line_width(part)).sum()
}

fn line_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

/// The parts of the place, the most important first.
fn place(app: &App, look: &ScreenLook) -> Vec<Vec<Span<'static>>> {
    let dot = format!(" {} ", look.glyphs.dot);
    let mut parts = vec![vec![Span::styled(" scimitar", look.dim())]];
    let Some(profile) = &app.session.profile else {
        return parts;
    };
    parts.push(vec![Span::raw("   "), Span::styled(cut(&profile.name, 24, look.glyphs.more), look.strong())]);
    // The title names the open one of several organisations.
    let several = app.directory.organisations().is_some_and(|all| all.len() > 1);
    let open =
        app.directory.organisation().filter(|_| several).map(|name| name.as_str().to_owned()).unwrap_or_default();
    for more in [&open, &profile.provider, &profile.host] {
        if !more.is_empty() {
            parts.push(vec![Span::styled(format!("{dot}{more}"), look.dim())]);
        }
    }
    parts
}

fn state(app: &App, look: &ScreenLook, short: bool) -> Vec<Span<'static>> {
    if app.session.profile.is_none() {
        return Vec::new();
    }
    let glyphs = &look.glyphs;
    let mut parts = Vec::new();
    if app.session.guards.read_only {
        parts.push(Span::styled("read-only", look.careful()));
    } else if app.session.guards.no_journal.is_some() {
        parts.push(Span::styled("no journal", look.careful()));
    } else if app.session.guards.contradiction.is_some() {
        parts.push(Span::styled("profile contradicted, nothing is sent", look.careful()));
    }
    if let Some(wait) = &app.session.waiting {
        let words = if short { "waits until" } else { wait_words(wait) };
        parts.push(Span::styled(format!("{words} {}", look.clock(wait.until)), look.careful()));
    }
    if app.sending.staging || !app.sending.stage.is_empty() {
        let style = if app.sending.staging { look.careful() } else { look.dim() };
        parts.push(Span::styled(format!("stage {}", count(app.sending.stage.len() as u64)), style));
    }
    parts.push(lists(app, look, short));
    let (failed, open) = app.counts();
    if let Some(gauge) = sending(app, look, short) {
        parts.push(gauge);
    } else if open > 0 {
        let words = if short { "" } else { " in flight" };
        parts.push(Span::styled(format!("{} {}{words}", glyphs.pending, count(open as u64)), look.pending()));
    }
    if failed > 0 {
        let words = if short { "" } else { " failed" };
        parts.push(Span::styled(format!("! {}{words}", count(failed as u64)), look.bad()));
    }
    let mut spans = Vec::new();
    for part in parts {
        if !spans.is_empty() {
            spans.push(Span::raw(if short { "  " } else { "   " }));
        }
        spans.push(part);
    }
    spans
}

/// Says that nothing is sent for now, or how far a long plan is.
fn sending(app: &App, look: &ScreenLook, short: bool) -> Option<Span<'static>> {
    if app.sending.paused {
        let waiting = count(app.activity.waiting_count() as u64);
        let words =
            if short { format!("paused {waiting}") } else { format!("paused {} {waiting} wait", look.glyphs.dot) };
        return Some(Span::styled(words, look.careful()));
    }
    let progress = &app.activity.entries.course(app.long_plan()?)?.progress;
    let counts = progress.counts;
    let numbers = [counts.of(ChangeState::Confirmed), counts.total()].map(|number| count(number as u64));
    let words = if short {
        numbers.join("/")
    } else {
        let [on, off] = look.glyphs.gauge;
        let full = progress.filled(GAUGE as usize);
        format!("{}{} {} of {}", on.repeat(full), off.repeat(GAUGE as usize - full), numbers[0], numbers[1])
    };
    Some(Span::styled(words, look.pending()))
}

/// The lists' wholeness and last reading. The title shows times, not ages: nothing ticks.
fn lists(app: &App, look: &ScreenLook, short: bool) -> Span<'static> {
    let [up, down] = look.glyphs.link;
    let seen = app.session.sync.seen.map(|at| look.moment(at, app.now));
    if let Some(LinkState::Down(failure)) = &app.session.link {
        let state = down_word(failure.class);
        let words = match (seen, short) {
            (Some(seen), false) => format!("{down} {state} {} showing what was known {seen}", look.glyphs.dot),
            (Some(seen), true) => format!("{down} {state} {seen}"),
            (None, _) => format!("{down} {state}"),
        };
        return Span::styled(words, look.careful());
    }
    if app.session.sync.busy {
        return Span::styled(reading(app, look, short), look.pending());
    }
    match seen {
        None if app.session.sync.failed.is_empty() => Span::styled(format!("{down} not read yet"), look.dim()),
        None => Span::styled(format!("{down} nothing read"), look.careful()),
        Some(seen) if app.session.sync.stored && short => Span::styled(format!("{down} stored {seen}"), look.careful()),
        Some(seen) if app.session.sync.stored => {
            Span::styled(format!("{down} showing what was known {seen}"), look.careful())
        }
        Some(seen) if in_part(app) => Span::styled(format!("{} in part {seen}", look.glyphs.partly), look.careful()),
        Some(seen) if short => Span::styled(format!("{up} {seen}"), look.good()),
        Some(seen) => Span::styled(format!("{up} synced {seen}"), look.good()),
    }
}

/// True if a list failed, or nothing shows that all of it came.
fn in_part(app: &App) -> bool {
    let part = |kind: &RecordKind| matches!(app.directory.coverage(*kind), ListCoverage::Partial(_));
    !app.session.sync.failed.is_empty() || RecordKind::ALL.iter().any(part)
}

/// The reason for a wait, in front of its end: only a server that asks to wait is busy.
fn wait_words(wait: &RequestWait) -> &'static str {
    match &wait.cause {
        WaitCause::Asked { .. } | WaitCause::Held => "server busy, waits until",
        WaitCause::Failed { .. } if wait.status.is_none() => "not reached, tries again",
        WaitCause::Failed { .. } => "server failed, tries again",
        WaitCause::Slow => "server slow, given up",
        WaitCause::Late => "change not shown yet, reads again",
    }
}

/// A word for the server's failure: only one that can't be reached is offline.
fn down_word(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Offline | FailureClass::Timeout => "offline",
        FailureClass::Unauthorized | FailureClass::Forbidden => "key refused",
        FailureClass::Tls => "TLS refused",
        FailureClass::Proxy => "proxy refused",
        FailureClass::Protocol => "no SCIM answer",
        FailureClass::Local | FailureClass::Cancelled => "not connected",
        FailureClass::RateLimited => "server busy",
        FailureClass::NotFound | FailureClass::Conflict | FailureClass::Refused | FailureClass::Server => {
            "server failed"
        }
    }
}

fn reading(app: &App, look: &ScreenLook, short: bool) -> String {
    let Some((kind, seen, said)) = app.session.sync.progress.last() else {
        return format!("reading{}", look.glyphs.more);
    };
    let verb = if short { "" } else { "reading " };
    let kind = app.word(kind.plural());
    match said.filter(|said| said >= seen && *said > 0) {
        None => format!("{verb}{kind} {}", count(*seen)),
        Some(said) if short => format!("{kind} {}/{}", count(*seen), count(said)),
        Some(said) => {
            let full = (seen * GAUGE / said) as usize;
            let [on, off] = look.glyphs.gauge;
            let gauge = format!("{}{}", on.repeat(full), off.repeat(GAUGE as usize - full));
            format!("{verb}{kind} {} of {} {gauge}", count(*seen), count(said))
        }
    }
}

/// The tabs with their keys and how many records each has.
pub(super) fn tabs(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    let full = tab_spans(app, look, true);
    let fits = line_width(&full) <= usize::from(area.width);
    frame.render_widget(Line::from(if fits { full } else { tab_spans(app, look, false) }), area);
}

fn tab_spans(app: &App, look: &ScreenLook, counts: bool) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for tab in Tab::ALL {
        let (name, action) = match tab {
            Tab::Users => ("Users", Action::GoUsers),
            Tab::Teams => ("Teams", Action::GoTeams),
            Tab::Roles => ("Roles", Action::GoRoles),
            Tab::Activity => ("Activity", Action::GoActivity),
        };
        let name = app.word(name);
        let none = tab == Tab::Roles && app.capabilities().is_some_and(|can| can.no_roles.is_some());
        let key = app.keymap.label(action).map_or_else(String::new, |key| format!("{key} "));
        let known = tab.kind().filter(|kind| app.directory.is_read(*kind) && !none && !app.directory.is_empty());
        let number = known.filter(|_| counts).map_or_else(String::new, |kind| number(kind, app));
        spans.push(Span::raw(match (spans.is_empty(), counts) {
            (true, _) => " ",
            (false, true) => "   ",
            (false, false) => "  ",
        }));
        if tab == app.lists.tab {
            let style = look.strong().add_modifier(Modifier::UNDERLINED);
            spans.push(Span::styled(format!("{key}{name}{number}"), style));
        } else {
            spans.push(Span::styled(key, look.dim()));
            spans.push(Span::styled(name, if none { look.dim() } else { Style::new() }));
            spans.push(Span::styled(number, look.dim()));
        }
    }
    spans
}

/// ` 64`; people and service accounts apart, ` 4,812 + 12 service`.
fn number(kind: RecordKind, app: &App) -> String {
    let census = app.directory.census();
    match (kind, census.services) {
        (RecordKind::User, services) if services > 0 => {
            format!(" {} + {} service", count(census.people), count(services))
        }
        _ => format!(" {}", count(app.directory.len(kind))),
    }
}
