//! A screen of cells to bytes, as few as possible.
//!
//! The painter keeps what the terminal shows, so that it can leave out what nobody would see (the text colour of a
//! blank), erase where blanks would be longer, write over a few cells where skipping them would be, and move rows that
//! only moved. What it uses every terminal knows: CUP, CUF, CHA, CR LF, EL, ECH, and IL and DL within DECSTBM. SU, SD
//! and REP would save little and are not known everywhere.

use std::io::{self, Write};

use ratatui::buffer::Cell;

use super::{
    grid::{self, CellGrid, RowScroll},
    pen::{Pen, Row},
};

/// The terminal's screen, and what it shall be.
#[derive(Debug, Default)]
pub struct Painter {
    pen: Pen,
    /// The same between frames.
    shown: CellGrid,
    next: CellGrid,
    touched: Vec<usize>,
}

impl Painter {
    /// The bytes that draw these cells, which come in the order of rows and columns.
    pub fn paint<'a>(
        &mut self,
        cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        // Somebody else may have moved the cursor between frames.
        self.pen.lift();
        self.take(cells);
        if let Some(scroll) = RowScroll::between(&self.shown, &self.next, &self.touched) {
            self.scroll(scroll, out)?;
        }
        for y in &self.touched {
            self.pen.draw(&Row { y: *y, old: self.shown.row(*y), new: self.next.row(*y) }, out)?;
            self.shown.take_row(*y, &self.next);
        }
        Ok(())
    }

    /// The bytes that put attributes back before everything is erased.
    pub fn plain(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.shown.clear();
        self.next.clear();
        self.pen.plain(out)
    }

    /// Puts the cells into what shall be shown.
    fn take<'a>(&mut self, cells: impl Iterator<Item = (u16, u16, &'a Cell)>) {
        self.touched.clear();
        let mut covered = (0, 0);
        for (x, y, cell) in cells {
            // Of some wide characters ratatui tells what would stand behind them; we erase before them.
            if (y, x) < covered {
                continue;
            }
            let end = x + grid::width(cell) as u16;
            covered = (y, end);
            self.shown.reach(end - 1, y);
            self.next.reach(end - 1, y);
            self.next.put(x, y, cell);
            if self.touched.last() != Some(&usize::from(y)) {
                self.touched.push(usize::from(y));
            }
        }
    }

    fn scroll(&mut self, scroll: RowScroll, out: &mut Vec<u8>) -> io::Result<()> {
        self.pen.for_erasing(out)?;
        let RowScroll { top, bottom, by } = scroll;
        write!(out, "\x1b[{};{}r\x1b[{}H\x1b[", top + 1, bottom + 1, top + 1)?;
        if by.unsigned_abs() > 1 {
            write!(out, "{}", by.unsigned_abs())?;
        }
        write!(out, "{}\x1b[r", if by > 0 { 'M' } else { 'L' })?;
        self.shown.scroll(scroll);
        self.touched.extend(top..=bottom);
        self.touched.sort_unstable();
        self.touched.dedup();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{buffer::Buffer, layout::Rect, style::Style};

    use super::*;

    fn lines(texts: &[&str]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, texts.len() as u16));
        for (y, text) in texts.iter().enumerate() {
            buffer.set_string(0, y as u16, text, Style::default());
        }
        buffer
    }

    /// Draws one screen after another through one painter; the bytes of each.
    fn drawn(screens: &[Buffer]) -> Vec<String> {
        let mut painter = Painter::default();
        let mut before = Buffer::empty(screens[0].area);
        let frame = |after: &Buffer| {
            let mut out = Vec::new();
            painter.paint(before.diff(after).into_iter(), &mut out).unwrap();
            before = after.clone();
            String::from_utf8(out).unwrap()
        };
        screens.iter().map(frame).collect()
    }

    /// The bytes from one screen to the next.
    fn painted(before: &[&str], after: &[&str]) -> String {
        drawn(&[lines(before), lines(after)]).remove(1)
    }

    #[test]
    fn a_run_of_text_is_one_move() {
        assert_eq!(painted(&[""], &["eva"]), "\x1b[1Heva");
        assert_eq!(painted(&["eva tanaka"], &["eva tanabe"]), "\x1b[1;9Hbe");
    }

    #[test]
    fn few_cells_are_written_again_and_more_are_skipped() {
        assert_eq!(painted(&["a b c d"], &["x b y z"]), "\x1b[1Hx b y z");
        assert_eq!(painted(&["a bcdef d"], &["x bcdef z"]), "\x1b[1Hx\x1b[7Cz");
    }

    #[test]
    fn blanks_are_erased_where_that_is_shorter() {
        assert_eq!(painted(&["eva tanaka"], &["eva"]), "\x1b[1;5H\x1b[K");
        assert_eq!(painted(&["eva tanaka-kulkarn |"], &["eva                |"]), "\x1b[1;5H\x1b[14X");
        assert_eq!(painted(&["ab"], &[""]), "\x1b[1H  ");
        // Where all that follows is drawn anyway, the rest of the row is erased at once.
        assert_eq!(painted(&["eva tanaka-kulkarn |x"], &["eva                + "]), "\x1b[1;5H\x1b[K\x1b[15C+");
    }

    #[test]
    fn the_next_row_is_two_bytes_away() {
        assert_eq!(painted(&["", ""], &["eva", "ivan"]), "\x1b[1Heva\r\nivan");
        assert_eq!(painted(&["", ""], &["eva", " ivan"]), "\x1b[1Heva\r\n\x1b[Civan");
    }

    #[test]
    fn rows_that_only_moved_are_not_drawn_again() {
        let before = ["one", "two", "three", "four", "five", "six", "seven", "end"];
        let after = ["two", "three", "four", "five", "six", "seven", "eight", "end"];
        assert_eq!(painted(&before, &after), "\x1b[1;7r\x1b[1H\x1b[M\x1b[r\x1b[7Height");
        assert_eq!(painted(&after, &before), "\x1b[1;7r\x1b[1H\x1b[L\x1b[r\x1b[1Hone");
    }

    fn shown(bytes: &[String]) -> String {
        let mut parser = vt100::Parser::new(1, 20, 0);
        bytes.iter().for_each(|bytes| parser.process(bytes.as_bytes()));
        parser.screen().contents()
    }

    #[test]
    fn joined_characters_leave_nothing_behind_and_shift_nothing() {
        // The last one is drawn as two narrow cells by terminals that go by single characters.
        for name in ["क्षितिज कुल", "👩\u{200d}👩\u{200d}👧 fam", "Franc\u{327}ois", "สมชาย รัต", "र्णर्ण"]
        {
            let screen = shown(&drawn(&["xxxxxxxxxxxxxxx|", &format!("{name:<12}"), "abc"].map(|text| lines(&[text]))));
            assert_eq!(screen.trim_end(), "abc", "{name}");
        }
    }

    #[test]
    fn attributes_are_sent_once_a_run_and_kept_between_frames() {
        let mut buffer = lines(&[""]);
        buffer.set_string(0, 0, "ab", Style::new().reversed());
        buffer.set_string(2, 0, "cd ef", Style::new().red());
        let mut out = Vec::new();
        let mut painter = Painter::default();
        painter.paint(lines(&[""]).diff(&buffer).into_iter(), &mut out).unwrap();
        painter.plain(&mut out).unwrap();
        assert_eq!(out, b"\x1b[1H\x1b[7mab\x1b[0;31mcd ef\x1b[m");
    }

    #[test]
    fn the_colour_of_a_blank_is_nobodys_business() {
        let mut grey = lines(&["a    b"]);
        grey.set_style(Rect::new(1, 0, 4, 1), Style::new().dark_gray());
        assert_eq!(drawn(&[lines(&["a    b"]), grey])[1], "");
    }
}
