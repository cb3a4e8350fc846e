//! The plan before it is sent, in words: what, with which consequences, and whether there is a way back.
//!
//! Nothing that matters may be cut off here: what does not fit in its row stands in full below the list.

use std::borrow::Cow;

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    OverlayDrawing, requests,
    rows::{self, TableCell},
    shell::{self, BoxFrame},
    text::{self, TextBox},
};
use crate::{
    app::{App, PlanPreview, PlanText, PreviewLine, action::Action},
    directory::{Name, plan::WayOut, words::LineSign},
    scim::text::clean_line,
    ui::{
        ScreenLook,
        fit::{self, counted},
        layout::{HIGH_BOX, MEASURED_LINES},
    },
};

mod below;

use below::ShownFacts;

/// Blank line and summary: there is always at least that below a list.
const LEAST_BELOW: usize = 2;

/// Shown at the right of a line that can't be taken back.
const NEVER: &str = "undo: no";

/// Shown at the right of a line whose undo makes something new.
const ANEW: &str = "undo: anew";

impl OverlayDrawing for Box<PlanPreview> {
    fn draw(&self, frame: &mut Frame<'_>, app: &App, look: &ScreenLook) {
        match text(self, app, look) {
            Some(text) => text.draw(frame, app, look),
            None => draw(frame, self, app, look),
        }
    }

    fn scroll_limit(&self, app: &App, look: &ScreenLook) -> Option<usize> {
        match text(self, app, look) {
            Some(text) => Some(text.limit(app)),
            None => self.is_alone().then(|| scroll_limit(self, app, look)),
        }
    }
}

/// The text that is shown in place of its lines.
fn text(preview: &PlanPreview, app: &App, look: &ScreenLook) -> Option<TextBox> {
    Some(match preview.text? {
        PlanText::Facts => facts(preview, app, look),
        PlanText::Requests | PlanText::StepRequests(_) => requests::text(preview, app, look),
    })
}

/// Draws its lines.
fn draw(frame: &mut Frame<'_>, preview: &PlanPreview, app: &App, look: &ScreenLook) {
    let plan = &preview.plan;
    let (columns, height) = shell::room(app);
    let (total, shown) = (preview.lines(), preview.shown());
    let asks = preview.risk.typed().filter(|_| !plan.steps.is_empty());
    let typed = typed_rows(preview, height);
    let notes = below::grave(preview, columns, look);
    // Facts about the whole plan stand before its lines, and leave them half of the room.
    let half = height.saturating_sub(typed) / 2;
    let is_cut = total > 1 && notes.len() > half;
    let (before, notes) = if total > 1 { (notes, vec![]) } else { (vec![], notes) };
    let ShownFacts { lines: above, left_out } = below::shortened(before, half, look);
    let room = height.saturating_sub(typed + above.len());
    let names = subjects(preview, columns);
    // A single line is wrapped; several are cut, and the selected one stands below in full.
    let alone = if total == 1 { wrapped(preview, columns, look) } else { Vec::new() };
    let selected = preview.shown_line(preview.cursor);
    let cut = selected.filter(|_| total > 1).and_then(|line| text_if_cut(preview, line, names, columns, look));
    let least = if total == 1 { alone.len() } else { shown.clamp(1, if is_cut { height / 4 } else { 2 }.max(2)) };
    let hidden = total + LEAST_BELOW > room;
    let unread = |at: usize| total > 1 && (hidden || text_if_cut(preview, at, names, columns, look).is_some());
    let room_below = (columns, room.saturating_sub(least));
    let below = below::lines(preview, (notes, cut), (hidden, &unread), room_below, app, look);
    let (below, left_out) = (below.lines, left_out || below.left_out);
    // The list gives way to the consequences, but not altogether.
    let listed = if total == 1 { least } else { shown.min(room.saturating_sub(below.len())) }.max(1);
    let windowed = shown > listed;
    let shell = BoxFrame {
        title: plan.title.clone(),
        typed: preview.searching.then_some(&preview.search),
        counts: counts(preview),
        note: note(preview, windowed, app),
        hints: hints(preview, left_out, app),
        ..BoxFrame::default()
    };
    let rows = if windowed { height } else { above.len() + listed + below.len() + typed };
    let inner = shell.open(frame, columns, rows, app, look);
    let top = Rect { height: (above.len() as u16).min(inner.height), ..inner };
    frame.render_widget(Paragraph::new(above), top);
    let list = Rect { y: top.bottom(), height: (listed as u16).min(inner.bottom() - top.bottom()), ..inner };
    let lines = if total == 1 {
        alone
    } else if shown == 0 {
        vec![rows::nothing("No line contains this.", look)]
    } else {
        let of = |row| Some((preview.shown_line(row)?, row == preview.cursor));
        let lines = rows::window(shown, preview.cursor, listed).filter_map(of);
        lines.filter_map(|(line, selected)| self::row(preview, line, selected, names, columns, look)).collect()
    };
    frame.render_widget(Paragraph::new(lines), list);
    let rest = Rect { y: list.bottom(), height: inner.bottom().saturating_sub(list.bottom() + typed as u16), ..inner };
    frame.render_widget(Paragraph::new(below), rest);
    if preview.has_reason() {
        let above = u16::from(asks.is_some());
        reason(frame, Rect { y: inner.bottom().saturating_sub(1 + above), height: 1, ..inner }, preview, look);
    }
    if let Some(text) = asks {
        let line = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
        ask(frame, line, text, preview, look);
    }
}

/// How far the text below the only line of a plan can be scrolled.
fn scroll_limit(preview: &PlanPreview, app: &App, look: &ScreenLook) -> usize {
    let (columns, height) = shell::room(app);
    let alone = wrapped(preview, columns, look).len();
    let room = height.saturating_sub(typed_rows(preview, height)).saturating_sub(alone);
    below::limit(preview, (columns, room), app, look)
}

/// How many lines are not sent; or what is searched, and how many lines have it.
fn counts(preview: &PlanPreview) -> String {
    let (shown, total, words) = (preview.shown(), preview.lines(), preview.search.value());
    let found = format!("{} of {}", fit::count(shown), counted(total, "line"));
    let unsent = [(preview.plan.refused.len(), "refused"), (preview.needless.len(), "so already")];
    let unsent = unsent.into_iter().filter(|(count, _)| *count > 0 && !preview.plan.steps.is_empty());
    match (words.is_empty(), preview.searching) {
        (true, _) => unsent.map(|(count, word)| format!("{} {word}", fit::count(count))).collect::<Vec<_>>().join(", "),
        (false, true) => found,
        (false, false) => format!("{words}: {found}"),
    }
}

/// Where the cursor is; and how many lines are sent, where not all of them are shown.
fn note(preview: &PlanPreview, windowed: bool, app: &App) -> String {
    let (shown, steps) = (preview.shown(), preview.plan.steps.len());
    let place = windowed.then(|| format!("line {} of {}", fit::count(preview.cursor + 1), fit::count(shown)));
    let key = app.keymap.label(Action::Send).unwrap_or_default();
    let sent = (shown < preview.lines()).then(|| format!("{key} sends all {}", counted(steps, "line")));
    place.into_iter().chain(sent).collect::<Vec<_>>().join(", ")
}

/// All facts about the plan, one after another.
fn facts(preview: &PlanPreview, app: &App, look: &ScreenLook) -> TextBox {
    let send = (!preview.typing).then_some((Action::Send, "send"));
    let rest = [(Action::PlanFacts, "lines"), (Action::Down, "scroll"), (Action::Back, "back")];
    TextBox {
        title: preview.plan.title.clone(),
        right: "all facts".into(),
        lines: below::all(preview, text::columns(app), app, look),
        hints: send.into_iter().chain(rest).collect(),
        scroll: preview.top,
        ..TextBox::default()
    }
}

/// Rows for the text that is to be typed.
fn typed_rows(preview: &PlanPreview, height: usize) -> usize {
    let asks = preview.risk.typed().is_some() && !preview.plan.steps.is_empty();
    let asked = if asks { 1 + usize::from(height >= HIGH_BOX) } else { 0 };
    asked + usize::from(preview.has_reason())
}

/// The keys of the plan. Where facts are left out, the key that shows them comes before those that may not fit.
fn hints(preview: &PlanPreview, left_out: bool, app: &App) -> Vec<(Action, &'static str)> {
    let plan = &preview.plan;
    let mut hints = Vec::new();
    if preview.reasoning {
        return vec![(Action::OpenLine, "keep the reason"), (Action::Back, "leave it")];
    }
    if preview.searching {
        return vec![(Action::OpenLine, "to the lines"), (Action::Back, "all lines")];
    }
    if !plan.steps.is_empty() {
        hints.push(if preview.typing { (Action::OpenLine, "when typed") } else { (Action::Send, "send") });
        hints.extend(left_out.then_some((Action::PlanFacts, "facts")));
        if plan.steps.len() > 1 {
            hints.push((Action::DropLine, "drop line"));
            hints.push((Action::SearchLines, "search"));
        }
        hints.push((Action::Reason, "reason"));
        hints.push((Action::Requests, "requests"));
        hints.extend(app.availability(Action::ToStage).is_ok().then_some((Action::ToStage, "stage")));
        hints.push((Action::CopyCommand, "copy command"));
        hints.extend((!left_out).then_some((Action::PlanFacts, "facts")));
    }
    hints.push((Action::Back, "back"));
    hints
}

/// `Type eva-tanaka to send: …`, or `Type 8 (removals and grave changes) to send: …`, with the cursor.
fn ask(frame: &mut Frame<'_>, area: Rect, text: &str, preview: &PlanPreview, look: &ScreenLook) {
    let width = usize::from(area.width);
    let name = fit::cut(&clean_line(text, 512), (width / 2).saturating_sub(8), look.glyphs.more);
    let counts = preview.typed_number.map(|what| format!(" ({what})")).unwrap_or_default();
    let room = width.saturating_sub(fit::width(&name) + counts.len() + 19).max(1);
    let (shown, at) = shell::visible(&preview.typed, room);
    let right = preview.typed.value().trim() == text;
    let style = if right { look.good().patch(look.strong()) } else { look.accent() };
    if !preview.typing || preview.reasoning || preview.searching {
        let words = if right {
            [Span::raw("   Typed: "), Span::styled(name, look.good())]
        } else {
            [Span::raw("   Then type "), Span::styled(name, look.careful())]
        };
        return frame.render_widget(Paragraph::new(Line::from(words.to_vec())), area);
    }
    let before = [Span::raw("   Type "), Span::styled(name, look.careful()), Span::raw(counts + " to send: ")];
    let column = before.iter().map(Span::width).sum::<usize>() + at;
    let mut spans = before.to_vec();
    spans.push(Span::styled(shown, style.add_modifier(Modifier::UNDERLINED)));
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
    frame.set_cursor_position((area.x + (column as u16).min(area.width.saturating_sub(1)), area.y));
}

/// `Reason: OPS-4711`, with the cursor while it is typed.
fn reason(frame: &mut Frame<'_>, area: Rect, preview: &PlanPreview, look: &ScreenLook) {
    let label = "   Reason or ticket: ";
    let room = usize::from(area.width).saturating_sub(label.len() + 1).max(1);
    let (shown, at) = shell::visible(&preview.reason, room);
    let style = if preview.reasoning { look.accent().add_modifier(Modifier::UNDERLINED) } else { look.plain() };
    frame.render_widget(Paragraph::new(Line::from(vec![Span::raw(label), Span::styled(shown, style)])), area);
    if preview.reasoning {
        let column = ((label.len() + at) as u16).min(area.width.saturating_sub(1));
        frame.set_cursor_position((area.x + column, area.y));
    }
}

/// How wide the column of subjects is.
fn subjects(preview: &PlanPreview, columns: usize) -> usize {
    let steps = preview.plan.steps.iter().map(|step| step.words.subject.as_str());
    let refused = preview.plan.refused.iter().map(|(line, _)| line.subject.as_str());
    let all = steps.chain(refused).chain(preview.needless.iter().map(Name::as_str));
    let widest = all.take(MEASURED_LINES).map(|subject| fit::width(&clean_line(subject, 256))).max();
    widest.unwrap_or(0).clamp(4, (columns / 3).max(4))
}

/// The text of a line.
struct LineText<'a> {
    subject: Cow<'a, str>,
    text: String,
    kind: SaidOf,
    /// Shown at the right, where it can't be taken back.
    tag: Option<&'static str>,
}

/// The subject of a line.
enum SaidOf {
    Step(LineSign),
    Refusal,
    Needless,
}

impl<'a> LineText<'a> {
    fn at(preview: &'a PlanPreview, line: usize, look: &ScreenLook) -> Option<Self> {
        let arrow = look.glyphs.arrow;
        let (subject, text, kind, tag): (Cow<'a, str>, _, _, _) = match preview.line(line)? {
            PreviewLine::Step(step) => {
                let tag = match step.way_out() {
                    WayOut::Undo => None,
                    WayOut::Anew => Some(ANEW),
                    WayOut::None => Some(NEVER),
                };
                ((&step.words.subject).into(), step.words.text(arrow), SaidOf::Step(step.words.sign), tag)
            }
            PreviewLine::Refused(words, why) => {
                let text = format!("{} {} {why}", words.text(arrow), look.glyphs.line);
                ((&words.subject).into(), text, SaidOf::Refusal, None)
            }
            PreviewLine::Needless(name) => (name.marked(), "is so already".into(), SaidOf::Needless, None),
        };
        Some(Self { subject, text: clean_line(&text, 1024).into_owned(), kind, tag })
    }

    fn subject(&self) -> Cow<'_, str> {
        clean_line(&self.subject, 512)
    }

    fn is_sent(&self) -> bool {
        matches!(self.kind, SaidOf::Step(_))
    }

    fn sign(&self, look: &ScreenLook) -> (&'static str, Style) {
        let [add, remove, alter] = look.glyphs.signs;
        match self.kind {
            SaidOf::Refusal => (look.glyphs.failed, look.dim()),
            SaidOf::Needless => (look.glyphs.needless, look.dim()),
            SaidOf::Step(LineSign::Add) => (add, look.good()),
            SaidOf::Step(LineSign::Remove) => (remove, look.bad()),
            SaidOf::Step(LineSign::Alter) => (alter, look.accent()),
        }
    }

    /// How wide its text may be in a row.
    fn room(&self, columns: usize, names: usize) -> usize {
        let used = rows::PREFIX + 2 + names + 2 + 1;
        columns.saturating_sub(used + self.tag.map_or(0, |tag| tag.len() + 2))
    }
}

fn row(
    preview: &PlanPreview,
    at: usize,
    selected: bool,
    names: usize,
    columns: usize,
    look: &ScreenLook,
) -> Option<Line<'static>> {
    let said = LineText::at(preview, at, look)?;
    let (subject, (glyph, style)) = (fit::elide(&said.subject(), names, look.glyphs.more), said.sign(look));
    let (name_style, text_style) =
        if said.is_sent() { (look.strong(), Style::new()) } else { (look.dim(), look.dim()) };
    let room = said.room(columns, names);
    let mut cells: Vec<TableCell> =
        vec![(glyph, 1, style), (&subject, names, name_style), ("", 0, text_style), (&said.text, room, text_style)];
    if let Some(tag) = said.tag {
        cells.push((tag, tag.len(), look.careful()));
    }
    Some(rows::row(columns, selected, &cells, look))
}

/// The only line of a plan, in full.
fn wrapped(preview: &PlanPreview, columns: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let Some(said) = LineText::at(preview, 0, look) else { return Vec::new() };
    let (glyph, style) = said.sign(look);
    let parts = fit::wrap(&format!("{}  {}", said.subject(), said.text), columns.saturating_sub(6));
    let lead = |at: usize| if at == 0 { format!("   {glyph} ") } else { " ".repeat(5) };
    let text_style = if said.is_sent() { look.strong() } else { look.dim() };
    let parts = parts.into_iter().enumerate();
    parts.map(|(at, part)| Line::from(vec![Span::styled(lead(at), style), Span::styled(part, text_style)])).collect()
}

/// The whole text of a line, where its row can't hold it.
fn text_if_cut(preview: &PlanPreview, at: usize, names: usize, columns: usize, look: &ScreenLook) -> Option<String> {
    let said = LineText::at(preview, at, look)?;
    let subject = said.subject();
    let fits = fit::width(&subject) <= names && fit::width(&said.text) <= said.room(columns, names);
    (!fits).then(|| format!("{subject}: {}", said.text))
}
