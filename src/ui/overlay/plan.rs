//! A plan that was sent: how far it is, why parts of it failed, and its lines.

use std::time::Duration;

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
        entries::PlanCourse,
        plan_view::{LineVisibility, PlanRow, PlanView},
    },
    directory::plan::{ChangeState, JournalEntry},
    scim::text::clean_line,
    ui::{ScreenLook, activity, fit, fit::count, layout::HIGH_BOX},
};

/// Cells of the gauge at most.
const GAUGE: usize = 32;

/// Rows of a reason below the list at most.
const MOST_WHOLE: usize = 3;

impl OverlayDrawing for PlanView {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        let (columns, height) = shell::room(app);
        let Some(course) = app.activity.entries.course(self.plan) else { return };
        let title = app.activity.entries.of_plan(self.plan).next().map(|entry| entry.title.clone()).unwrap_or_default();
        let shell = BoxFrame {
            title,
            counts: shown(self, app),
            right: word(self, course, app).into(),
            hints: hints(course, app),
            ..BoxFrame::default()
        };
        let mut head = head(course, columns, app, look);
        if height >= HIGH_BOX {
            head.push(Line::default());
        }
        let total = app.activity.plan_rows(self);
        let mut whole = whole(self, columns, app, look);
        whole.truncate(MOST_WHOLE.min(height / 4));
        let room = height.saturating_sub(head.len() + whole.len()).max(1);
        let inner = shell.open(frame, columns, head.len() + total.max(1).min(room) + whole.len(), app, look);
        let width = usize::from(inner.width);
        let room = usize::from(inner.height).saturating_sub(head.len() + whole.len()).max(1);
        let mut lines = head;
        lines.extend(rows::window(total, self.cursor, room).filter_map(|at| {
            let selected = at == self.cursor;
            Some(match app.activity.plan_row(self, at)? {
                PlanRow::Reason(why, times) => reason(why, times, selected, width, look),
                PlanRow::Change(entry) => change(entry, selected, width, app, look),
            })
        }));
        if total == 0 {
            lines.push(rows::nothing("No line is in this state any more.", look));
        }
        frame.render_widget(Paragraph::new(lines), inner);
        let below = (whole.len() as u16).min(inner.height);
        let below = Rect { y: inner.bottom() - below, height: below, ..inner };
        frame.render_widget(Paragraph::new(whole), below);
    }
}

fn hints(course: &PlanCourse, app: &App) -> Vec<(Action, &'static str)> {
    let counts = course.progress.counts;
    let mut hints = vec![(Action::Story, "open")];
    if counts.of(ChangeState::Planned) > 0 {
        hints.push((Action::Pause, if app.sending.paused { "go on" } else { "pause" }));
        hints.push((Action::Cancel, "cancel the rest"));
    }
    if counts.failed() > 0 || counts.of(ChangeState::Planned) > 0 {
        hints.push((Action::Retry, "retry"));
    }
    hints.extend([(Action::Lines, "lines"), (Action::UndoThis, "undo"), (Action::Back, "back")]);
    hints
}

/// Where the plan as a whole stands.
fn word(view: &PlanView, course: &PlanCourse, app: &App) -> &'static str {
    let counts = course.progress.counts;
    match (counts.left(), counts.of(ChangeState::Sent), app.is_left_over(view.plan)) {
        (0, _, _) => "done",
        (_, 0, true) => "left over, not sent",
        (_, 0, false) if app.sending.paused => "paused",
        _ if app.sending.paused => "pausing",
        _ => "sending",
    }
}

/// Which lines are shown, where they are not all.
fn shown(view: &PlanView, app: &App) -> String {
    let number = count(app.activity.plan_rows(view) as u64);
    match &view.show {
        LineVisibility::All => String::new(),
        LineVisibility::State(state) => format!("{number} {}", state.label()),
        LineVisibility::Reason(_) => format!("{number} for one reason"),
    }
}

/// `██████░░ 388 of 400 · 31/s · 2 s left`, and what is not confirmed.
fn head(course: &PlanCourse, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let (progress, dot) = (&course.progress, look.glyphs.dot);
    let mut parts = progress.parts();
    let done = parts.remove(0).1;
    let mut first = vec![done];
    if progress.counts.left() > 0 && !app.sending.paused {
        let speed = progress.speed(app.now);
        first.extend((!speed.is_empty()).then_some(speed));
        first.extend(progress.time_left(app.now).map(|left| format!("{} left", rounded(left))));
    }
    let words = first.join(&format!(" {dot} "));
    let cells = columns.saturating_sub(fit::width(&words) + 6).min(GAUGE);
    let mut line = vec![Span::raw("   ")];
    line.extend(gauge(progress.filled(cells), cells, look));
    line.push(Span::raw(" "));
    line.push(Span::styled(words, look.strong()));
    let mut lines = vec![Line::from(line)];
    if !parts.is_empty() {
        let mut spans = vec![Span::raw("   ")];
        for (at, (state, words)) in parts.into_iter().enumerate() {
            if at > 0 {
                spans.push(Span::styled(format!(" {dot} "), look.dim()));
            }
            spans.push(Span::styled(words, style(state, look)));
        }
        lines.push(Line::from(spans));
    }
    lines
}

/// Full cells and empty ones.
fn gauge(full: usize, cells: usize, look: &ScreenLook) -> [Span<'static>; 2] {
    let [on, off] = look.glyphs.gauge;
    [Span::styled(on.repeat(full), look.good()), Span::styled(off.repeat(cells.saturating_sub(full)), look.dim())]
}

fn style(state: Option<ChangeState>, look: &ScreenLook) -> Style {
    match state {
        Some(ChangeState::Refused | ChangeState::Conflict | ChangeState::Unknown) => look.bad(),
        Some(ChangeState::Sent) => look.pending(),
        Some(ChangeState::Planned | ChangeState::Partly | ChangeState::Unseen) => look.careful(),
        Some(ChangeState::Dropped | ChangeState::Already) => look.dim(),
        Some(ChangeState::Confirmed) | None => Style::new(),
    }
}

/// Whole seconds, from a minute on whole minutes: it is an estimate.
fn rounded(left: Duration) -> String {
    match left.as_secs() {
        0 => "1 s".into(),
        seconds @ 1..90 => format!("{seconds} s"),
        seconds @ 90..5_400 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h", (seconds + 1_800) / 3_600),
    }
}

fn reason(why: &str, times: usize, selected: bool, width: usize, look: &ScreenLook) -> Line<'static> {
    let text = format!("{} {} {why}", count(times as u64), look.glyphs.times());
    let room = width.saturating_sub(rows::PREFIX + 3);
    let cells: [TableCell; 2] = [(look.glyphs.failed, 1, look.bad()), (&text, room, look.bad())];
    rows::row(width, selected, &cells, look)
}

fn change(entry: &JournalEntry, selected: bool, width: usize, app: &App, look: &ScreenLook) -> Line<'static> {
    let (glyph, style) = activity::sign_of(entry, false, look);
    let names = (width / 4).clamp(8, 24);
    let subject = fit::elide(&clean_line(&entry.step.words.subject, 256), names, look.glyphs.more);
    let rest = width.saturating_sub(rows::PREFIX + 2 + names + 3);
    let text = clean_line(&entry.step.words.text(look.glyphs.arrow), 1024).into_owned();
    let outcome = activity::outcome(entry, None, app, look);
    let for_outcome = fit::width(&outcome).min(rest.saturating_sub(fit::width(&text) + 1).max(rest / 2));
    let cells: [TableCell; 4] = [
        (glyph, 1, style),
        (&subject, names, Style::new()),
        (&text, rest.saturating_sub(for_outcome), Style::new()),
        (&outcome, for_outcome, if activity::is_plain(entry) { look.dim() } else { style }),
    ];
    rows::row(width, selected, &cells, look)
}

/// The reason under the cursor in full, where its row has no room for it.
fn whole(view: &PlanView, columns: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let said = match app.activity.plan_row(view, view.cursor) {
        Some(PlanRow::Reason(why, times)) => {
            let text = format!("{} {} {why}", count(times as u64), look.glyphs.times());
            (fit::width(&text) + rows::PREFIX + 3 > columns).then_some(text)
        }
        Some(PlanRow::Change(entry)) if entry.state.is_failure() => {
            Some(format!("{}: {}", entry.state.label(), clean_line(&entry.why, 1024)))
        }
        _ => None,
    };
    said.map_or_else(Vec::new, |said| shell::wrapped(&said, columns.saturating_sub(1), 3, look.bad()))
}
