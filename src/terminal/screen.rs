//! A ratatui backend that sends one frame as one write inside a synchronised update, and nothing where nothing changed.

use std::io::{self, Write};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    queue,
    terminal::{BeginSynchronizedUpdate, Clear, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

/// Collects what is written until it is flushed, and sends that as one frame.
struct Frame<W: Write> {
    bytes: Vec<u8>,
    out: W,
}

impl<W: Write> Write for Frame<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let mut frame = Vec::with_capacity(self.bytes.len() + 16);
        queue!(frame, BeginSynchronizedUpdate)?;
        frame.append(&mut self.bytes);
        queue!(frame, EndSynchronizedUpdate)?;
        self.out.write_all(&frame)?;
        self.out.flush()
    }
}

/// Writes frames to `W`.
pub struct Screen<W: Write> {
    frame: CrosstermBackend<Frame<W>>,
    /// What the cursor was last told: hidden, or shown at a place.
    cursor: Option<Option<Position>>,
    /// What it shall be after this frame.
    wanted: Option<Position>,
}

impl<W: Write> Screen<W> {
    /// Nothing is written yet.
    pub fn new(out: W) -> Self {
        // NO_COLOR is honoured by the theme, which keeps the selection visible; crossterm would drop attributes too.
        crossterm::style::force_color_output(true);
        Self { frame: CrosstermBackend::new(Frame { bytes: Vec::new(), out }), cursor: None, wanted: None }
    }

    fn place_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Some(self.wanted) {
            return Ok(());
        }
        match self.wanted {
            Some(Position { x, y }) => queue!(self.frame, MoveTo(x, y), Show)?,
            None => queue!(self.frame, Hide)?,
        }
        self.cursor = Some(self.wanted);
        Ok(())
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        // Drawing moves the cursor: wherever it shall be, it must be put there again.
        if matches!(self.cursor, Some(Some(_))) {
            self.cursor = None;
        }
        self.frame.draw(content)
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
        queue!(self.frame, Clear(crossterm::terminal::ClearType::All))
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.frame.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.frame.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.frame.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place_cursor()?;
        io::Write::flush(&mut self.frame)
    }
}
