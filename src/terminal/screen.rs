//! A ratatui backend that sends one frame as one write inside a synchronised update, and nothing where nothing changed.

use std::io::{self, Write};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use super::paint::Painter;

/// Between these a terminal that knows them shows nothing half done.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// Writes frames to `W`.
pub struct Screen<W: Write> {
    out: W,
    frame: String,
    painter: Painter,
    cursor: Cursor,
    /// Where it shall be after this frame; nowhere hides it.
    wanted: Option<Position>,
}

/// What the terminal's cursor was last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// Nothing yet.
    Untold,
    Hidden,
    At(Position),
    /// Shown, but drawing has moved it since.
    Moved,
}

impl<W: Write> Screen<W> {
    /// Nothing is written yet.
    pub fn new(out: W) -> Self {
        Self { out, frame: String::new(), painter: Painter::default(), cursor: Cursor::Untold, wanted: None }
    }

    fn place_cursor(&mut self) {
        let next = self.wanted.map_or(Cursor::Hidden, Cursor::At);
        if self.cursor == next {
            return;
        }
        match self.wanted {
            Some(Position { x, y }) => {
                self.frame.push_str(&format!("\x1b[{};{}H", y + 1, x + 1));
                if matches!(self.cursor, Cursor::Untold | Cursor::Hidden) {
                    self.frame.push_str("\x1b[?25h");
                }
            }
            None => self.frame.push_str("\x1b[?25l"),
        }
        self.cursor = next;
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let before = self.frame.len();
        self.painter.paint(content, &mut self.frame);
        if self.frame.len() > before && matches!(self.cursor, Cursor::At(_)) {
            self.cursor = Cursor::Moved;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.wanted.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.painter.plain(&mut self.frame);
        self.frame.push_str("\x1b[2J");
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        match clear_type {
            ClearType::All => self.clear(),
            other => Err(io::Error::other(format!("{other:?} is not used by a full screen"))),
        }
    }

    fn size(&self) -> io::Result<Size> {
        crossterm::terminal::size().map(|(width, height)| Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place_cursor();
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.frame.len() + BEGIN.len() + END.len());
        bytes.extend_from_slice(BEGIN.as_bytes());
        bytes.extend_from_slice(self.frame.as_bytes());
        bytes.extend_from_slice(END.as_bytes());
        self.frame.clear();
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}
