//! Cells to bytes: cursor moves, attribute runs and text, as few as possible.
//!
//! Terminals disagree about the width of joined characters (Devanagari vowels, flags, families of emoji). Wherever one
//! stands or stood, the cells that we think it takes are erased first, and the cursor is put in its place afterwards, so
//! that a disagreement can never shift what follows or leave something behind.

use std::fmt::Write as _;

use ratatui::{
    buffer::Cell,
    layout::Position,
    style::{Color, Modifier},
};
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

/// What the terminal was last told.
#[derive(Debug, Default)]
pub struct Painter {
    style: Style,
    /// Where the next character would go, where that is certain.
    at: Option<Position>,
    /// The row that the cursor is in, even where its column is not certain.
    row: Option<u16>,
    /// Joined characters on the screen that we think are wide, with their width: the terminal may have put them into
    /// several narrow cells, which writing over the first one would not clear.
    joined: FxHashMap<(u16, u16), u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Default for Style {
    fn default() -> Self {
        Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() }
    }
}

impl Painter {
    /// The bytes that draw these cells.
    pub fn paint<'a>(&mut self, cells: impl Iterator<Item = (u16, u16, &'a Cell)>, out: &mut String) {
        // Somebody else may have moved the cursor between frames.
        self.at = None;
        self.row = None;
        for (x, y, cell) in cells {
            self.go(x, y, out);
            self.row = Some(y);
            self.dress(cell, out);
            let symbol = cell.symbol();
            let joined = !symbol.is_ascii() && symbol.chars().nth(1).is_some();
            let width = if symbol.is_ascii() { 1 } else { symbol.width() as u16 };
            let before = if self.joined.is_empty() { None } else { self.joined.remove(&(x, y)) };
            if joined || before.is_some() {
                let _ = write!(out, "\x1b[{}X", width.max(before.unwrap_or(1)));
            }
            if joined && width > 1 {
                self.joined.insert((x, y), width);
            }
            out.push_str(symbol);
            self.at = (!joined).then(|| Position { x: x + width, y });
        }
    }

    /// The bytes that put attributes back before everything is erased.
    pub fn plain(&mut self, out: &mut String) {
        self.joined.clear();
        if self.style != Style::default() {
            out.push_str("\x1b[m");
            self.style = Style::default();
        }
    }

    fn go(&mut self, x: u16, y: u16, out: &mut String) {
        match self.at {
            Some(at) if at == (Position { x, y }) => {}
            Some(at) if at.y == y && x == at.x + 1 => out.push_str("\x1b[C"),
            Some(at) if at.y == y && x > at.x => {
                let _ = write!(out, "\x1b[{}C", x - at.x);
            }
            _ if self.row == Some(y) => {
                let _ = write!(out, "\x1b[{}G", x + 1);
            }
            _ => {
                let _ = write!(out, "\x1b[{};{}H", y + 1, x + 1);
            }
        }
    }

    fn dress(&mut self, cell: &Cell, out: &mut String) {
        let next = Style { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        if next == self.style {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        // Attributes are switched off one by one in ways that terminals disagree about; a reset is understood by all.
        if !self.style.modifier.difference(next.modifier).is_empty() {
            codes.push("0".into());
            self.style = Style::default();
        }
        let added = next.modifier.difference(self.style.modifier);
        codes.extend(ATTRIBUTES.iter().filter(|(one, _)| added.contains(*one)).map(|(_, code)| (*code).to_owned()));
        if next.fg != self.style.fg {
            codes.push(color(next.fg, 30));
        }
        if next.bg != self.style.bg {
            codes.push(color(next.bg, 40));
        }
        if !codes.is_empty() {
            let _ = write!(out, "\x1b[{}m", codes.join(";"));
        }
        self.style = next;
    }
}

const ATTRIBUTES: [(Modifier, &str); 8] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

/// The SGR code of a colour; `base` is 30 for text and 40 for the background (ECMA-48 §8.3.117).
fn color(color: Color, base: u8) -> String {
    let bright = base + 60;
    match color {
        Color::Reset => (base + 9).to_string(),
        Color::Black => base.to_string(),
        Color::Red => (base + 1).to_string(),
        Color::Green => (base + 2).to_string(),
        Color::Yellow => (base + 3).to_string(),
        Color::Blue => (base + 4).to_string(),
        Color::Magenta => (base + 5).to_string(),
        Color::Cyan => (base + 6).to_string(),
        Color::Gray => (base + 7).to_string(),
        Color::DarkGray => bright.to_string(),
        Color::LightRed => (bright + 1).to_string(),
        Color::LightGreen => (bright + 2).to_string(),
        Color::LightYellow => (bright + 3).to_string(),
        Color::LightBlue => (bright + 4).to_string(),
        Color::LightMagenta => (bright + 5).to_string(),
        Color::LightCyan => (bright + 6).to_string(),
        Color::White => (bright + 7).to_string(),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{buffer::Buffer, layout::Rect, style::Style};

    use super::*;

    fn painted(before: &str, after: &str) -> String {
        let row = |text: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
            buffer.set_string(0, 0, text, Style::default());
            buffer
        };
        let (before, after) = (row(before), row(after));
        let mut out = String::new();
        Painter::default().paint(before.diff(&after).into_iter(), &mut out);
        out
    }

    fn shown(bytes: &str) -> String {
        let mut parser = vt100::Parser::new(1, 20, 0);
        parser.process(bytes.as_bytes());
        parser.screen().contents()
    }

    #[test]
    fn a_run_of_text_is_one_move() {
        assert_eq!(painted("", "eva"), "\x1b[1;1Heva");
        assert_eq!(painted("eva tanaka", "eva tanabe"), "\x1b[1;9Hbe");
        assert_eq!(painted("a b c d", "x b c z"), "\x1b[1;1Hx\x1b[5Cz");
    }

    /// Draws one text after another through one painter.
    fn screens(texts: &[&str]) -> String {
        let mut painter = Painter::default();
        let mut out = String::new();
        let mut before = Buffer::empty(Rect::new(0, 0, 20, 1));
        for text in texts {
            let mut after = Buffer::empty(Rect::new(0, 0, 20, 1));
            after.set_string(0, 0, text, Style::default());
            painter.paint(before.diff(&after).into_iter(), &mut out);
            before = after;
        }
        shown(&out)
    }

    #[test]
    fn joined_characters_leave_nothing_behind_and_shift_nothing() {
        // The last one is drawn as two narrow cells by terminals that go by single characters.
        for name in ["क्षितिज कुल", "👩\u{200d}👩\u{200d}👧 fam", "Franc\u{327}ois", "สมชาย รัต", "र्णर्ण"]
        {
            let screen = screens(&["xxxxxxxxxxxxxxx|", &format!("{name:<12}"), "abc"]);
            assert_eq!(screen.trim_end(), "abc", "{name}");
        }
    }

    #[test]
    fn attributes_are_sent_once_a_run() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_string(0, 0, "ab", Style::new().reversed());
        buffer.set_string(2, 0, "cd", Style::new().red());
        let mut out = String::new();
        let mut painter = Painter::default();
        painter.paint(Buffer::empty(Rect::new(0, 0, 6, 1)).diff(&buffer).into_iter(), &mut out);
        assert_eq!(out, "\x1b[1;1H\x1b[7mab\x1b[0;31mcd");
        out.clear();
        painter.plain(&mut out);
        assert_eq!(out, "\x1b[m");
    }
}
