//! The three lists. Builds the rows on screen and no others; what a record looks like in full is `details`' business.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};
use rustc_hash::FxHashMap;

use super::{
    Look,
    fit::{self, count, cut, pad, pad_left, width, wrap},
};
use crate::app::{App, action::Action, pane::Pane};
use crate::directory::{Kind, Name, sort};

mod cells;
mod columns;
mod empty;

pub(super) use cells::ago;
use cells::{Cell, Row};
use columns::Placed;

/// Cursor, mark and a space before the columns.
const MARKER: usize = 3;

/// With more users than this the holders of roles are not counted with each frame; the details show them.
const FEW_USERS: usize = 5_000;

/// Draws the list of the open tab.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: &Look) {
    let Some(pane) = app.pane() else { return };
    let title = title(pane, usize::from(area.width.saturating_sub(4)), app, look);
    let mut block = Block::bordered().border_set(look.border()).border_style(look.dim()).title(title.line);
    if let Some(words) = partial(pane, usize::from(area.width.saturating_sub(6)), app, look) {
        block = block.title_bottom(words);
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if let (Some(at), true) = (title.cursor, app.overlays.is_empty()) {
        frame.set_cursor_position((area.x + 1 + at as u16, area.y));
    }
    let head = Rect { height: inner.height.min(1), ..inner };
    let body = Rect { y: inner.y + head.height, height: inner.height - head.height, ..inner };
    let columns = columns::fit(
        pane.kind,
        usize::from(inner.width).saturating_sub(MARKER),
        app.directory.len(Kind::User) <= FEW_USERS,
    );
    if let Some(bad) = &pane.bad {
        let text = cut(&bad.to_string(), usize::from(inner.width).saturating_sub(MARKER), look.glyphs.more);
        frame.render_widget(Line::styled(format!("   {text}"), look.bad()), head);
    } else if !pane.rows.is_empty() {
        frame.render_widget(heads(&columns, pane.order, look), head);
    }
    if pane.rows.is_empty() {
        nothing(frame, body, pane, app, look);
        return;
    }
    rows(frame, body, pane, &columns, app, look);
    thumb(frame, body, pane.top, pane.rows.len(), look);
}

/// The part of a list that is on screen, drawn on the right border. Nothing where all of it is.
pub(super) fn thumb(frame: &mut Frame<'_>, body: Rect, top: usize, len: usize, look: &Look) {
    let height = usize::from(body.height);
    if len <= height || height == 0 {
        return;
    }
    let size = (height * height / len).max(1);
    let start = (top * (height - size)).div_ceil(len - height).min(height - size);
    for row in start..start + size {
        if let Some(cell) = frame.buffer_mut().cell_mut((body.right(), body.y + row as u16)) {
            cell.set_symbol(look.glyphs.thumb).set_style(Style::new());
        }
    }
}

fn nothing(frame: &mut Frame<'_>, body: Rect, pane: &Pane, app: &App, look: &Look) {
    let (words, wrong) = empty::words(pane, app);
    let at = Rect { x: body.x + MARKER as u16, width: body.width.saturating_sub(MARKER as u16 + 1), ..body };
    let style = if wrong { look.bad() } else { Style::new() };
    let lines: Vec<Line<'_>> =
        wrap(&words, usize::from(at.width)).into_iter().map(|line| Line::styled(line, style)).collect();
    frame.render_widget(Paragraph::new(lines), at);
}

fn heads(columns: &[Placed], order: sort::Order, look: &Look) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(MARKER))];
    for (at, placed) in columns.iter().enumerate() {
        let text = align(placed, placed.head().to_owned(), at + 1 == columns.len());
        let style = if placed.column.sort == Some(order.column) { look.strong() } else { look.dim() };
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

/// Filled to the column's width, with a space to the next one.
fn align(placed: &Placed, text: String, last: bool) -> String {
    let mut text = if placed.column.right { pad_left(&text, placed.width, "") } else { pad(&text, placed.width, "") };
    if !last {
        text.push(' ');
    }
    text
}

fn rows(frame: &mut Frame<'_>, body: Rect, pane: &Pane, columns: &[Placed], app: &App, look: &Look) {
    let height = usize::from(body.height);
    let shown: Vec<(usize, u32)> = pane.rows.iter().copied().enumerate().skip(pane.top).take(height).collect();
    let holders = holders(pane.kind, &shown, columns, app);
    for (line, (at, row)) in shown.into_iter().enumerate() {
        let Some(row) = Row::new(pane.kind, row, &holders, app, look) else { continue };
        let area = Rect { y: body.y + line as u16, height: 1, ..body };
        let spans = spans(&row, columns, at == pane.cursor, pane.marks.contains(row.id()), area.width, look);
        frame.render_widget(Line::from(spans), area);
    }
}

/// How many users hold each role on screen, in one pass over the users.
fn holders<'a>(kind: Kind, shown: &[(usize, u32)], columns: &[Placed], app: &'a App) -> FxHashMap<&'a Name, usize> {
    let directory = &app.directory;
    let asked = kind == Kind::Role && columns.iter().any(|placed| placed.column.what == columns::What::Holders);
    let roles = shown.iter().filter(|_| asked).filter_map(|(_, row)| directory.role_at(*row));
    let mut holders: FxHashMap<&Name, usize> = roles.map(|role| (&role.name, 0)).collect();
    if holders.is_empty() {
        return holders;
    }
    for user in (0..directory.len(Kind::User) as u32).filter_map(|row| directory.user_at(row)) {
        let grants = user.team_roles.as_deref().unwrap_or_default();
        for (at, grant) in grants.iter().enumerate() {
            // Counted once, in however many teams the role is held.
            if let Some(count) = holders.get_mut(&grant.role)
                && grants.iter().take(at).all(|earlier| earlier.role != grant.role)
            {
                *count += 1;
            }
        }
    }
    holders
}

/// The row under the cursor has one style all over: fewer bytes when the cursor moves, and no colours upside down.
fn spans(row: &Row<'_>, columns: &[Placed], cursor: bool, marked: bool, cells: u16, look: &Look) -> Vec<Span<'static>> {
    let glyphs = &look.glyphs;
    let marker = format!("{}{} ", if cursor { glyphs.cursor } else { " " }, if marked { glyphs.mark } else { " " });
    let base = row.style();
    let mut parts = vec![(marker, if marked { look.accent() } else { base })];
    if let (Some(problem), Some(first)) = (row.problem(), columns.first()) {
        let name = align(first, fitted(row.cell(first.column.what), first.width, look), false);
        let room = usize::from(cells).saturating_sub(MARKER + width(&name));
        let why = format!("! unreadable: {}: expected {}", problem.path, problem.why);
        parts.push((name, base));
        parts.push((cut(&crate::scim::text::clean(&why), room, glyphs.more), look.bad()));
    } else {
        for (at, placed) in columns.iter().enumerate() {
            let cell = row.cell(placed.column.what);
            let style = if cell.style == Style::new() { base } else { cell.style };
            parts.push((align(placed, fitted(cell, placed.width, look), at + 1 == columns.len()), style));
        }
    }
    if cursor {
        let text: String = parts.into_iter().map(|(text, _)| text).collect();
        return vec![Span::styled(pad(&text, usize::from(cells), glyphs.more), look.cursor())];
    }
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (text, style) in parts {
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(&text),
            _ => spans.push(Span::styled(text, style)),
        }
    }
    spans
}

/// The text cut so that the tail stands behind it.
fn fitted(cell: Cell, cells: usize, look: &Look) -> String {
    let tail = cut(&cell.tail, cells, look.glyphs.more);
    format!("{}{tail}", cut(&cell.text, cells.saturating_sub(width(&tail)), look.glyphs.more))
}

/// The title, and the cell of the cursor in it while the filter is typed.
struct Title {
    line: Line<'static>,
    cursor: Option<usize>,
}

/// A part of the title; where the pane is narrow, the highest rank goes first.
struct Part {
    rank: u8,
    spans: Vec<Span<'static>>,
}

impl Part {
    fn new(rank: u8, label: &'static str, value: String, style: Style) -> Self {
        Self { rank, spans: vec![Span::raw(label), Span::styled(value, style)] }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.content)).sum()
    }
}

fn title(pane: &Pane, cells: usize, app: &App, look: &Look) -> Title {
    let name = match pane.kind {
        Kind::User => "Users",
        Kind::Team => "Teams",
        Kind::Role => "Roles",
    };
    let mut parts = vec![Part::new(0, "", name.into(), look.strong())];
    let (filter, cursor) = filter(pane, cells);
    if pane.filtering || !filter.is_empty() {
        parts.push(Part::new(0, "filter: ", filter, if pane.bad.is_some() { look.bad() } else { look.accent() }));
    }
    if pane.order != sort::Order::default() {
        let arrow = look.glyphs.sort[usize::from(pane.order.descending)];
        let label = pane.order.column.label(pane.kind);
        parts.push(Part::new(3, "sort: ", format!("{label} {arrow}"), Style::new()));
    }
    let all = app.directory.len(pane.kind);
    if pane.is_filtered() {
        let found = format!("{} of {}", count(pane.rows.len() as u64), count(all as u64));
        parts.push(Part::new(2, "", found, Style::new()));
    }
    if !pane.marks.is_empty() {
        parts.push(Part::new(1, "", format!("{} marked", count(pane.marks.len() as u64)), look.accent()));
    }
    while parts.iter().map(|part| part.width() + 4).sum::<usize>() > cells {
        let last = parts.iter().enumerate().filter(|(_, part)| part.rank > 0).max_by_key(|(_, part)| part.rank);
        let Some((at, _)) = last else { break };
        parts.remove(at);
    }
    // A space, the name, a line between spaces, `filter: `.
    let before = 1 + name.len() + 4 + "filter: ".len();
    Title { line: joined(parts, look), cursor: pane.filtering.then_some(before + cursor) }
}

fn joined(parts: Vec<Part>, look: &Look) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            spans.push(Span::styled(format!(" {} ", look.glyphs.line.repeat(2)), look.dim()));
        }
        spans.extend(part.spans);
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// The part of the filter around its cursor that fits, and the cursor's cell in it.
fn filter(pane: &Pane, cells: usize) -> (String, usize) {
    let room = cells.saturating_sub(20).clamp(8, 48);
    let typed: Vec<char> = pane.filter.value().chars().collect();
    let at = pane.filter.cursor().min(typed.len());
    let mut start = 0;
    let before = |start: usize| width(&typed.iter().take(at).skip(start).collect::<String>());
    while pane.filtering && before(start) >= room {
        start += 1;
    }
    let rest: String = typed.iter().skip(start).collect();
    (cut(&rest, room, ""), before(start))
}

/// A list of which only a part is there.
fn partial(pane: &Pane, cells: usize, app: &App, look: &Look) -> Option<Line<'static>> {
    if pane.rows.is_empty() {
        return None;
    }
    let (_, failure) = app.sync.failed.iter().find(|(kind, _)| *kind == pane.kind)?;
    let key = app.keymap.label(Action::Refresh).unwrap_or_default();
    let go_on = format!(" {key} goes on ");
    let words = format!(" ! not all {} could be read: {}", pane.kind.plural(), failure.text);
    let words = cut(&words, cells.saturating_sub(width(&go_on)), look.glyphs.more);
    Some(Line::from(vec![Span::styled(words, look.bad()), Span::styled(go_on, look.accent())]))
}
