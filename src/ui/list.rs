//! The three lists. Builds the rows on screen and no others; `details` draws a record in full.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};
use rustc_hash::FxHashMap;

use super::{
    ScreenLook,
    fit::{self, counted, cut, pad, pad_left, width, wrap},
};
use crate::app::{
    App,
    action::Action,
    geometry::ListWidths,
    pane::{AccountView, ListPane},
};
use crate::directory::{
    ListCoverage, Name, RecordKind,
    field::{RecordField, RoleField, UserField},
    work::LinkState,
};
use crate::scim::failure::FailureClass;

mod cells;
mod columns;
mod empty;
mod title;

pub(super) use cells::ago;
use cells::{Cell, FrameSetting, RowContext};
use columns::{ColumnFit, PlacedColumn};

/// Cursor, mark, failure and a space before the columns.
const MARKER: usize = 4;

/// A free cell behind the columns.
const MARGIN: usize = 1;

/// No failure takes more rows of a list than this.
const MOST_TOLD: usize = 8;

/// With more users than this the holders of roles are not counted with each frame; the details show them.
const FEW_USERS: usize = 5_000;

/// Screens of at least so many columns show on the border how many seats are taken.
const WIDE: u16 = 100;

/// Draws the list of the open tab.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: &ScreenLook) {
    let Some(pane) = app.lists.pane() else { return };
    let cells = usize::from(area.width.saturating_sub(2)).saturating_sub(MARKER + MARGIN);
    let ColumnFit { placed: columns, dropped } = columns::fit(pane, cells, counts_holders(app));
    let title = title::of(pane, usize::from(area.width.saturating_sub(4)), app, look);
    let mut block = Block::bordered().border_set(look.border()).border_style(look.dim()).title(title.line);
    if let Some(words) = unproven(pane, usize::from(area.width.saturating_sub(6)), app, look) {
        block = block.title_bottom(words);
    } else {
        for words in foot(pane, dropped, usize::from(area.width.saturating_sub(2)), app, look) {
            block = block.title_bottom(words);
        }
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if let (Some(at), true) = (title.cursor, app.overlays.is_empty()) {
        frame.set_cursor_position((area.x + 1 + at as u16, area.y));
    }
    let head = Rect { height: inner.height.min(1), ..inner };
    let body = Rect { y: inner.y + head.height, height: inner.height - head.height, ..inner };
    if pane.rows.is_empty() {
        nothing(frame, body, pane, app, look);
        return;
    }
    let most = usize::from(body.height / 2);
    let mut body = body;
    if let Some(bad) = &pane.bad {
        // The error stands in the place of the heads, and over as many rows as its sentence needs.
        let lines = told(&bad.to_string(), cells, most.max(1), look);
        let over = (lines.len() as u16).saturating_sub(1);
        frame.render_widget(Paragraph::new(lines), Rect { height: head.height + over, ..head });
        body = Rect { y: body.y + over, height: body.height - over, ..body };
    } else {
        frame.render_widget(heads(&columns, pane, look), head);
    }
    if let Some(words) = failure(pane, app) {
        let lines = told(&words, cells, usize::from(body.height).saturating_sub(2).clamp(1, MOST_TOLD), look);
        let under = lines.len() as u16;
        body.height = body.height.saturating_sub(under);
        frame.render_widget(Paragraph::new(lines), Rect { y: body.bottom(), height: under, ..body });
    }
    // The rows give way to the sentence about the failure, but not the row with the cursor.
    let top = pane.top.max((pane.cursor + 1).saturating_sub(usize::from(body.height)));
    rows(frame, body, top, pane, &columns, app, look);
    thumb(frame, body, top, pane.rows.len(), look);
}

/// A sentence about something that went wrong, under the first column, cut only after this many rows.
fn told(words: &str, cells: usize, most: usize, look: &ScreenLook) -> Vec<Line<'static>> {
    let mut parts = wrap(&crate::scim::text::clean(words), cells);
    if parts.len() > most {
        let rest = parts.split_off(most.saturating_sub(1)).join(" ");
        parts.push(cut(&rest, cells, look.glyphs.more));
    }
    let line = |part| Line::styled(format!("{}{part}", " ".repeat(MARKER)), look.bad());
    parts.into_iter().take(most).map(line).collect()
}

/// The part of a list that is on screen, drawn on the right border. Nothing where all of it is.
pub(super) fn thumb(frame: &mut Frame<'_>, body: Rect, top: usize, len: usize, look: &ScreenLook) {
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

fn nothing(frame: &mut Frame<'_>, body: Rect, pane: &ListPane, app: &App, look: &ScreenLook) {
    let (words, wrong) = empty::words(pane, app);
    let at = Rect { x: body.x + MARKER as u16, width: body.width.saturating_sub(MARKER as u16 + 1), ..body };
    let style = if wrong { look.bad() } else { Style::new() };
    let lines: Vec<Line<'_>> =
        wrap(&words, usize::from(at.width)).into_iter().map(|line| Line::styled(line, style)).collect();
    frame.render_widget(Paragraph::new(lines), at);
}

fn heads(columns: &[PlacedColumn], pane: &ListPane, look: &ScreenLook) -> Line<'static> {
    let mut spans = vec![Span::raw(" ".repeat(MARKER))];
    for (at, placed) in columns.iter().enumerate() {
        let text = align(placed, placed.head(pane.holds).into_owned(), at + 1 == columns.len());
        let style = if pane.orders().iter().any(|order| order.by == placed.field) { look.strong() } else { look.dim() };
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

/// Filled to the column's width, with the gap to the next one.
fn align(placed: &PlacedColumn, text: String, last: bool) -> String {
    let mut text = if placed.is_right() { pad_left(&text, placed.width, "") } else { pad(&text, placed.width, "") };
    if !last {
        text.push_str(&" ".repeat(columns::GAP));
    }
    text
}

fn rows(
    frame: &mut Frame<'_>,
    body: Rect,
    top: usize,
    pane: &ListPane,
    columns: &[PlacedColumn],
    app: &App,
    look: &ScreenLook,
) {
    let height = usize::from(body.height);
    let shown: Vec<(usize, u32)> = pane.rows.iter().copied().enumerate().skip(top).take(height).collect();
    let (holders, hidden) = holders(&shown, columns, app);
    let setting = FrameSetting { holders, hidden, view: pane.view, app, look };
    for (line, (at, row)) in shown.into_iter().enumerate() {
        let Some(row) = RowContext::new(pane.kind, row, &setting) else { continue };
        let area = Rect { y: body.y + line as u16, height: 1, ..body };
        let spans = spans(&row, columns, at == pane.cursor, pane.marks.contains(row.id()), area.width, look);
        frame.render_widget(Line::from(spans), area);
    }
}

/// How many users hold each role on screen, and whether some users' roles are not known, in one pass over the users.
fn holders<'a>(shown: &[(usize, u32)], columns: &[PlacedColumn], app: &'a App) -> (FxHashMap<&'a Name, usize>, bool) {
    let directory = &app.directory;
    let asked = columns.iter().any(|placed| placed.field == RoleField::Holders.into());
    let roles = shown.iter().filter(|_| asked).filter_map(|(_, row)| directory.role_at(*row));
    let mut holders: FxHashMap<&Name, usize> = roles.map(|role| (&role.name, 0)).collect();
    if holders.is_empty() {
        return (holders, false);
    }
    let mut hidden = false;
    let derived = directory.records().role_source().is_derived();
    for user in (0..directory.len(RecordKind::User) as u32).filter_map(|row| directory.user_at(row)) {
        hidden |= !directory.knows_roles(user);
        if let Some(held) = user.org_role.value().filter(|_| derived) {
            if let Some(count) = holders.get_mut(held) {
                *count += 1;
            } else {
                let several = directory.records().role_source().roles_in(held);
                several.for_each(|one| holders.get_mut(&Name::from(one)).into_iter().for_each(|count| *count += 1));
            }
            continue;
        }
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
    (holders, hidden)
}

/// The row under the cursor has one style all over: fewer bytes when the cursor moves, and no colours upside down.
fn spans(
    row: &RowContext<'_>,
    columns: &[PlacedColumn],
    cursor: bool,
    marked: bool,
    cells: u16,
    look: &ScreenLook,
) -> Vec<Span<'static>> {
    let glyphs = &look.glyphs;
    let base = row.style();
    let sign = |on: bool, sign: &str| if on { sign } else { " " }.to_owned();
    let mut parts = vec![
        (
            format!("{}{}", sign(cursor, glyphs.cursor), sign(marked, glyphs.mark)),
            if marked { look.accent() } else { base },
        ),
        (sign(row.failed(), glyphs.failed), if row.failed() { look.bad() } else { base }),
        (" ".into(), base),
    ];
    let named = columns.iter().find(|placed| placed.field == RecordField::name_of(placed.field.kind()));
    if let (Some(problem), Some(first)) = (row.problem(), named.or(columns.first())) {
        let name = align(first, fitted(row.cell(first.field), first, look), false);
        let room = usize::from(cells).saturating_sub(MARKER + MARGIN + width(&name));
        let why = format!("! unreadable: {}: {}", problem.path, problem.why);
        parts.push((name, base));
        parts.push((cut(&crate::scim::text::clean(&why), room, glyphs.more), look.bad()));
    } else {
        for (at, placed) in columns.iter().enumerate() {
            let cell = row.cell(placed.field);
            let style = if cell.style == Style::new() { base } else { cell.style };
            parts.push((align(placed, fitted(cell, placed, look), at + 1 == columns.len()), style));
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
fn fitted(cell: Cell, placed: &PlacedColumn, look: &ScreenLook) -> String {
    let (cells, more) = (placed.width, look.glyphs.more);
    let tail = cut(&cell.tail, cells, more);
    let room = cells.saturating_sub(width(&tail));
    let text = if placed.is_name() { fit::elide(&cell.text, room, more) } else { cut(&cell.text, room, more) };
    format!("{text}{tail}")
}

/// True where counting the holders of roles costs no frame too much.
fn counts_holders(app: &App) -> bool {
    app.directory.len(RecordKind::User) <= FEW_USERS
}

/// How wide a list is with all its columns.
pub(super) fn widths_for_all(pane: &ListPane, app: &App) -> ListWidths {
    let width = |cells: usize| (cells + MARKER + MARGIN + 2).min(usize::from(u16::MAX)) as u16;
    let [least, usual] = columns::cells_for_all(pane, counts_holders(app)).map(width);
    ListWidths { least, usual }
}

/// The reason why the server gives nothing newer, with advice. The title says that the server can't be reached.
fn failure(pane: &ListPane, app: &App) -> Option<String> {
    let key = app.keymap.label(Action::Refresh).unwrap_or_default();
    let failed = app.session.sync.failed.iter().find(|(kind, _)| *kind == pane.kind).map(|(_, failure)| failure);
    match &app.session.link {
        Some(LinkState::Down(down)) if matches!(down.class, FailureClass::Offline | FailureClass::Timeout) => None,
        Some(LinkState::Down(down)) => Some(format!("{} {key} tries again.", failed.unwrap_or(down).sentences())),
        _ => {
            let (what, why) = (app.word(pane.kind.plural()), failed?.sentences());
            // The stored list may well be whole, so only the reading failed.
            let told = if app.session.sync.stored {
                format!("The {what} could not be read")
            } else {
                format!("Not all {what} could be read")
            };
            Some(format!("! {told}: {why} {key} goes on."))
        }
    }
}

/// The views at the left of the border, at its right the seats and how many columns have no room; where not all of that
/// has room either, what the list is about.
fn foot(pane: &ListPane, dropped: usize, cells: usize, app: &App, look: &ScreenLook) -> Vec<Line<'static>> {
    let about = pane.asks_seats() || pane.order.by == UserField::ModelsSeat.into();
    let wanted =
        pane.kind == RecordKind::User && pane.view != AccountView::Services && (app.screen.size.width >= WIDE || about);
    let views = views(pane, app, look).filter(|line| line.width() <= cells);
    let left = |views: &Option<Line<'_>>| cells.saturating_sub(views.as_ref().map_or(0, |line| line.width() + 2));
    let minus = if look.glyphs.ascii { "-" } else { "−" };
    let columns = [format!("{minus}{} shown wider", counted(dropped, "column")), format!("{minus}{dropped} col")];
    let columns: Vec<String> = columns.into_iter().filter(|_| dropped > 0).chain([String::new()]).collect();
    let seats: Vec<String> = [false, true].into_iter().filter_map(|short| app.seats_in_words(short)).collect();
    let seats: Vec<String> = seats.into_iter().filter(|_| wanted).chain([String::new()]).collect();
    let right = |room: usize, seats: &[String]| {
        let both = seats.iter().flat_map(|seats| columns.iter().map(move |columns| [seats.as_str(), columns.as_str()]));
        let said = both.map(|both| both.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>());
        let dot = format!(" {} ", look.glyphs.dot);
        let lines = said.filter(|said| !said.is_empty()).map(|said| format!(" {} ", said.join(&dot)));
        lines.map(|words| Line::styled(words, look.dim()).right_aligned()).find(|line| line.width() <= room)
    };
    // Seats come before the views where the list is about seats.
    let told = seats.get(..seats.len() - 1).unwrap_or_default();
    if about
        && views.is_some()
        && right(left(&views), told).is_none()
        && let Some(line) = right(cells, told)
    {
        return vec![line];
    }
    let right = right(left(&views), &seats);
    views.into_iter().chain(right).collect()
}

/// The views with their key and the present one, where people and service accounts are told apart.
fn views(pane: &ListPane, app: &App, look: &ScreenLook) -> Option<Line<'static>> {
    let key = app.keymap.label(Action::View).filter(|_| pane.has_views(&app.directory))?;
    let all = [(AccountView::People, "people"), (AccountView::Services, "service accounts"), (AccountView::All, "all")];
    let mut spans = vec![Span::styled(format!(" {key}"), look.accent())];
    for (at, (view, word)) in all.into_iter().enumerate() {
        let gap = if at == 0 { " ".to_owned() } else { format!(" {} ", look.glyphs.dot) };
        let style = if view == pane.view { look.strong() } else { look.dim() };
        spans.extend([Span::styled(gap, look.dim()), Span::styled(word, style)]);
    }
    spans.push(Span::raw(" "));
    Some(Line::from(spans))
}

/// The reason why the list is not whole, or may not be.
fn unproven(pane: &ListPane, cells: usize, app: &App, look: &ScreenLook) -> Option<Line<'static>> {
    let ListCoverage::Partial(shortfall) = app.directory.coverage(pane.kind) else { return None };
    let words = cut(&crate::scim::text::clean(&shortfall.to_string()), cells, look.glyphs.more);
    Some(Line::styled(format!(" {words} "), look.careful()))
}
