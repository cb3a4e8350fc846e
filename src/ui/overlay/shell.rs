//! The frame of a box: place and size, borders, title with the typed text; its keys in the bottom row.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Clear},
};
use tui_input::Input;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    app::{App, action::Action},
    scim::text,
    ui::{self, ScreenLook, bottom, fit},
};

/// Narrower boxes look lost and have no room for their keys.
const NARROWEST: usize = 44;

/// A strip of a pane with fewer rows than this, its border included, says nothing.
const STRIP: u16 = 2;

/// Columns that a title always leaves for the typed text.
const FIELD: usize = 12;

/// The texts on the borders of a box.
#[derive(Debug, Default)]
pub struct BoxFrame<'a> {
    /// The title at the left of the top border.
    pub title: String,
    /// The text that is typed into the box.
    pub typed: Option<&'a Input>,
    /// Counts, after the title and the typed text.
    pub counts: String,
    /// The text at the right of the title.
    pub right: String,
    /// The text on the bottom border.
    pub note: String,
    /// The most rows that the box may come to have: its top stands where it would with that many.
    pub room_for: usize,
    /// The box may be as wide as the screen allows: its rows are wider than a text that is read.
    pub wide: bool,
    /// Keys with the box's own words for them, the most important first.
    pub hints: Vec<(Action, &'static str)>,
}

/// Columns (without borders) and rows that a box may have at most.
pub fn room(app: &App) -> (usize, usize) {
    let most = app.screen.size.overlay();
    (usize::from(most.width.saturating_sub(2)), usize::from(most.height.saturating_sub(2)))
}

/// The same for a box that may be as wide as the screen allows.
pub fn wide_room(app: &App) -> (usize, usize) {
    let most = app.screen.size.wide_overlay();
    (usize::from(most.width.saturating_sub(2)), usize::from(most.height.saturating_sub(2)))
}

impl BoxFrame<'_> {
    /// Draws the frame around this many columns and rows, as far as there is room, and gives back its inside.
    pub fn open(&self, frame: &mut Frame<'_>, columns: usize, rows: usize, app: &App, look: &ScreenLook) -> Rect {
        let area = self.place(frame.area(), columns, rows, app);
        clear_around(frame, area, app);
        let cells = usize::from(area.width.saturating_sub(2));
        let (title, cursor) = self.title_line(cells, look);
        let mut block = Block::bordered()
            .border_set(look.border())
            .border_style(look.frame())
            .title_top(title)
            .title_bottom(self.foot(cells, look));
        bottom::of_box(frame, &self.hints, app, look);
        if !self.right.is_empty() {
            let used = cursor.1 + fit::width(&self.right) + 3;
            if used <= cells {
                block = block.title_top(Line::styled(format!(" {} ", self.right), look.dim()).right_aligned());
            }
        }
        let inner = block.inner(area);
        frame.render_widget(block, area);
        if let Some(at) = cursor.0 {
            frame.set_cursor_position((area.x + 1 + at as u16, area.y));
        }
        inner
    }

    /// The place of a box: in the middle above the last line, which belongs to messages.
    fn place(&self, screen: Rect, columns: usize, rows: usize, app: &App) -> Rect {
        let most = if self.wide { app.screen.size.wide_overlay() } else { app.screen.size.overlay() };
        let (max_width, max_height) = (most.width.min(screen.width), most.height.min(screen.height.saturating_sub(1)));
        let width = (columns.max(NARROWEST) as u16).saturating_add(2).min(max_width);
        let high = |rows: usize| (rows.min(usize::from(u16::MAX) - 2) as u16).saturating_add(2).min(max_height);
        let (height, most) = (high(rows), high(rows.max(self.room_for)));
        let x = screen.x + (screen.width - width) / 2;
        let y = screen.y + (screen.height.saturating_sub(most) / 2).min(screen.height.saturating_sub(most + 1));
        Rect { x, y, width, height }
    }

    /// The title, where the cursor stands in it, and how wide it is.
    fn title_line(&self, cells: usize, look: &ScreenLook) -> (Line<'static>, (Option<usize>, usize)) {
        let more = look.glyphs.more;
        let line = look.glyphs.line.repeat(2);
        let mut after = if self.counts.is_empty() { 0 } else { fit::width(&self.counts) + 4 };
        let field = self.typed.map_or(0, |_| FIELD + 4);
        let title_wants = fit::width(&self.title).min(cells / 3);
        if after + field + title_wants + 2 > cells {
            after = 0;
        }
        let title = fit::cut(&self.title, cells.saturating_sub(after + field + 2), more);
        let mut used = fit::width(&title) + 2;
        let mut spans = vec![Span::styled(format!(" {title} "), look.strong())];
        let mut cursor = None;
        if let Some(input) = self.typed {
            let (shown, at) = visible(input, cells.saturating_sub(used + after + 4));
            let (shown, style) =
                if input.value().is_empty() { ("type to find".to_owned(), look.dim()) } else { (shown, look.accent()) };
            cursor = Some(used + 3 + at);
            used += fit::width(&shown) + 4;
            spans.push(Span::styled(line.clone(), look.frame()));
            spans.push(Span::styled(format!(" {shown} "), style));
        }
        if after > 0 {
            spans.push(Span::styled(line, look.frame()));
            spans.push(Span::styled(format!(" {} ", self.counts), look.plain()));
            used += after;
        }
        (Line::from(spans), (cursor, used))
    }

    /// The note, as far as there is room for it. The keys stand in the bottom row.
    fn foot(&self, cells: usize, look: &ScreenLook) -> Line<'static> {
        if self.note.is_empty() || fit::width(&self.note) + 2 > cells {
            return Line::default();
        }
        Line::styled(format!(" {} ", self.note), look.dim())
    }
}

/// Draws everything beneath the boxes in the background: one faint style all over, in the text's own colour. Faint,
/// because no colour is safe on every palette; everything marked by colour or reversed is marked by its signs, too.
pub fn recede(frame: &mut Frame<'_>, panes: Rect, look: &ScreenLook) {
    frame.buffer_mut().set_style(panes, look.receded());
}

/// Clears the rows that a box reaches into: half a row beside it can't be read. A strip of a frame that would be left
/// of the panes above or below is cleared, too.
fn clear_around(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let panes = ui::frame::areas(frame.area(), app).pane;
    let top = if area.top() <= panes.top() + STRIP { panes.top().min(area.top()) } else { area.top() };
    let last = panes.bottom().max(area.bottom());
    let bottom = if area.bottom() + STRIP >= last { last } else { area.bottom() };
    frame.render_widget(Clear, Rect { y: top, height: bottom - top, x: 0, width: frame.area().width });
}

/// The part of a text field that fits, and the column of the cursor in it.
pub fn visible(input: &Input, room: usize) -> (String, usize) {
    let value = input.value();
    let split = value.char_indices().nth(input.cursor()).map_or(value.len(), |(at, _)| at);
    let before = text::clean_line(value.get(..split).unwrap_or_default(), 4096);
    let after = text::clean_line(value.get(split..).unwrap_or_default(), 4096);
    let column = fit::width(&before);
    // The cursor needs a cell behind the last character.
    let mut skip = (column + 1).saturating_sub(room.max(1));
    let skipped_from = skip;
    let mut shown = String::new();
    let mut skipped = 0;
    for grapheme in before.graphemes(true).chain(after.graphemes(true)) {
        let wide = fit::width(grapheme);
        if skip > 0 {
            skip = skip.saturating_sub(wide);
            skipped += wide;
        } else {
            shown.push_str(grapheme);
        }
    }
    let at = column.saturating_sub(skipped.max(skipped_from));
    (fit::cut(&shown, room, ""), at)
}

/// A long text field as rows of so many cells, broken between words where those are short enough, with row and column
/// of the cursor.
pub fn rows_of(input: &Input, room: usize) -> (Vec<String>, (usize, usize)) {
    let (value, room) = (input.value(), room.max(1));
    let split = value.char_indices().nth(input.cursor()).map_or(value.len(), |(at, _)| at);
    let (mut rows, mut used, mut cursor, mut passed) = (vec![String::new()], 0, None, 0);
    for word in value.split_inclusive(' ') {
        let wide = fit::width(&text::clean(word.trim_end()));
        let whole = used > 0 && used + wide > room && wide <= room;
        for (at, grapheme) in word.graphemes(true).enumerate() {
            let shown = text::clean(grapheme);
            let wide = fit::width(&shown);
            if (whole && at == 0) || used + wide > room {
                rows.push(String::new());
                used = 0;
            }
            if passed >= split {
                cursor = cursor.or(Some((rows.len() - 1, used)));
            }
            if let Some(row) = rows.last_mut() {
                row.push_str(&shown);
            }
            used += wide;
            passed += grapheme.len();
        }
    }
    if cursor.is_none() && used >= room {
        rows.push(String::new());
        used = 0;
    }
    let end = (rows.len() - 1, used);
    (rows, cursor.unwrap_or(end))
}

/// Words wrapped into lines of one style, with an indent.
pub fn wrapped(words: &str, columns: usize, indent: usize, style: Style) -> Vec<Line<'static>> {
    fit::wrap(words, columns.saturating_sub(indent).max(1))
        .into_iter()
        .map(|line| Line::styled(format!("{}{line}", " ".repeat(indent)), style))
        .collect()
}
