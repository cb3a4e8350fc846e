//! Cells to bytes: cursor moves, attribute runs and text, as few as possible.
//!
//! Terminals disagree about the width of joined characters (Devanagari vowels, flags, families of emoji). Wherever one
//! stands or stood, the cells that we think it takes are erased first, and the cursor is put in its place afterwards, so
//! that a disagreement can never shift what follows or leave something behind.

use std::io::{self, Write};

use crossterm::{cursor::MoveTo, queue};
use ratatui::buffer::Cell;
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::sgr::Look;

/// What the terminal was last told.
#[derive(Debug, Default)]
pub struct Painter {
    look: Look,
    /// The row of the cursor, and its column where that is certain.
    row: Option<u16>,
    column: Option<u16>,
    /// Joined characters on the screen that we think are wide, with their width: the terminal may have put them into
    /// several narrow cells, which writing over the first one would not clear.
    joined: FxHashMap<(u16, u16), u16>,
}

impl Painter {
    /// The bytes that draw these cells.
    pub fn paint<'a>(
        &mut self,
        cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        // Somebody else may have moved the cursor between frames.
        self.row = None;
        for (x, y, cell) in cells {
            self.go(x, y, out)?;
            self.look.change(Look::of(cell), out)?;
            self.look = Look::of(cell);
            let symbol = cell.symbol();
            let joined = !symbol.is_ascii() && symbol.chars().nth(1).is_some();
            let width = if symbol.is_ascii() { 1 } else { symbol.width() as u16 };
            let before = if self.joined.is_empty() { None } else { self.joined.remove(&(x, y)) };
            if (joined && width > 1) || before.is_some() {
                write!(out, "\x1b[{}X", width.max(before.unwrap_or(1)))?;
            }
            if joined && width > 1 {
                self.joined.insert((x, y), width);
            }
            out.extend_from_slice(symbol.as_bytes());
            self.row = Some(y);
            self.column = (!joined).then_some(x + width);
        }
        Ok(())
    }

    /// The bytes that put attributes back before everything is erased.
    pub fn plain(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.joined.clear();
        self.look.change(Look::default(), out)?;
        self.look = Look::default();
        Ok(())
    }

    fn go(&self, x: u16, y: u16, out: &mut Vec<u8>) -> io::Result<()> {
        match (self.row == Some(y), self.column) {
            (true, Some(column)) if column == x => Ok(()),
            (true, Some(column)) if column + 1 == x => out.write_all(b"\x1b[C"),
            (true, Some(column)) if column < x => write!(out, "\x1b[{}C", x - column),
            (true, _) => write!(out, "\x1b[{}G", x + 1),
            _ => queue!(out, MoveTo(x, y)),
        }
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
        let mut out = Vec::new();
        Painter::default().paint(before.diff(&after).into_iter(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn shown(bytes: &[u8]) -> String {
        let mut parser = vt100::Parser::new(1, 20, 0);
        parser.process(bytes);
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
        let mut out = Vec::new();
        let mut before = Buffer::empty(Rect::new(0, 0, 20, 1));
        for text in texts {
            let mut after = Buffer::empty(Rect::new(0, 0, 20, 1));
            after.set_string(0, 0, text, Style::default());
            painter.paint(before.diff(&after).into_iter(), &mut out).unwrap();
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
    fn attributes_are_sent_once_a_run_and_kept_between_frames() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_string(0, 0, "ab", Style::new().reversed());
        buffer.set_string(2, 0, "cd", Style::new().red());
        let mut out = Vec::new();
        let mut painter = Painter::default();
        painter.paint(Buffer::empty(Rect::new(0, 0, 6, 1)).diff(&buffer).into_iter(), &mut out).unwrap();
        painter.plain(&mut out).unwrap();
        assert_eq!(out, b"\x1b[1;1H\x1b[7mab\x1b[0;31mcd\x1b[m");
    }
}
