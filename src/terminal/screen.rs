//! A ratatui backend that sends each frame as a single write inside a synchronised update, and sends no bytes for an
//! unchanged frame.

use std::io::{self, Write};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    queue,
    terminal::{self, BeginSynchronizedUpdate, Clear, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use super::paint::Painter;

/// Writes frames to `W`.
pub struct FrameWriter<W: Write> {
    out: W,
    frame: Vec<u8>,
    painter: Painter,
    cursor: CursorState,
    /// The cursor's position after this frame; `None` hides it.
    wanted: Option<Position>,
}

/// The cursor state that was last sent to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CursorState {
    /// No state has been sent yet.
    Untold,
    Hidden,
    At(Position),
    /// The cursor is shown, but drawing has moved it since.
    Moved,
}

impl<W: Write> FrameWriter<W> {
    /// A screen to which no frame has been written yet.
    pub fn new(out: W) -> Self {
        Self { out, frame: Vec::new(), painter: Painter::default(), cursor: CursorState::Untold, wanted: None }
    }

    fn place_cursor(&mut self) -> io::Result<()> {
        let next = self.wanted.map_or(CursorState::Hidden, CursorState::At);
        if self.cursor == next {
            return Ok(());
        }
        match self.wanted {
            Some(Position { x, y }) => {
                queue!(self.frame, MoveTo(x, y))?;
                if matches!(self.cursor, CursorState::Untold | CursorState::Hidden) {
                    queue!(self.frame, Show)?;
                }
            }
            None => queue!(self.frame, Hide)?,
        }
        self.cursor = next;
        Ok(())
    }
}

impl<W: Write> Backend for FrameWriter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let before = self.frame.len();
        self.painter.paint(content, &mut self.frame)?;
        if self.frame.len() > before && matches!(self.cursor, CursorState::At(_)) {
            self.cursor = CursorState::Moved;
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
        self.painter.plain(&mut self.frame)?;
        queue!(self.frame, Clear(terminal::ClearType::All))
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
        self.place_cursor()?;
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.frame.len() + 16);
        queue!(bytes, BeginSynchronizedUpdate)?;
        bytes.append(&mut self.frame);
        queue!(bytes, EndSynchronizedUpdate)?;
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::{
        buffer::Buffer,
        layout::Rect,
        style::{Color, Modifier, Style},
    };

    use super::*;
    use unicode_width::UnicodeWidthStr;

    const AREA: Rect = Rect { x: 0, y: 0, width: 16, height: 12 };

    fn frame(screen: &mut FrameWriter<Vec<u8>>, from: &Buffer, to: &Buffer) -> Vec<u8> {
        screen.draw(from.diff(to).into_iter()).unwrap();
        screen.flush().unwrap();
        std::mem::take(&mut screen.out)
    }

    #[test]
    fn one_frame_is_one_update_and_no_change_is_no_byte() {
        let mut screen = FrameWriter::new(Vec::new());
        let (empty, mut text) = (Buffer::empty(AREA), Buffer::empty(AREA));
        text.set_string(0, 0, "eva", Style::new());
        assert_eq!(frame(&mut screen, &empty, &text), b"\x1b[?2026h\x1b[1Heva\x1b[?25l\x1b[?2026l");
        assert_eq!(frame(&mut screen, &text, &text), b"");
        screen.set_cursor_position((3, 0)).unwrap();
        assert_eq!(frame(&mut screen, &text, &text), b"\x1b[?2026h\x1b[1;4H\x1b[?25h\x1b[?2026l");
        assert_eq!(frame(&mut screen, &text, &text), b"");
        let back = frame(&mut screen, &text, &empty);
        assert!(back.ends_with(b"\x1b[1;4H\x1b[?2026l"), "drawing moved the cursor");
    }

    fn styles() -> impl Strategy<Value = Style> {
        let color =
            || prop_oneof![Just(Color::Reset), Just(Color::Red), Just(Color::DarkGray), Just(Color::Indexed(99))];
        let modifier = prop_oneof![
            Just(Modifier::empty()),
            Just(Modifier::BOLD),
            Just(Modifier::DIM),
            Just(Modifier::ITALIC | Modifier::UNDERLINED),
            Just(Modifier::REVERSED | Modifier::BOLD),
        ];
        (color(), color(), modifier).prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier))
    }

    /// A change of a screen: text is put on it, or some of its rows move up or down.
    #[derive(Debug, Clone)]
    enum Step {
        Put(u16, u16, String, Style),
        Move(u16, u16, i16),
    }

    fn step() -> impl Strategy<Value = Step> {
        let text = prop_oneof![4 => "[a-z ]{1,16}", 1 => Just("田中".to_owned()), 2 => Just(" ".repeat(16))];
        prop_oneof![
            4 => (0..AREA.width, 0..AREA.height, text, styles()).prop_map(|(x, y, text, style)| Step::Put(x, y, text, style)),
            1 => (0..5_u16, 6..=AREA.height, -4..=4_i16).prop_map(|(top, end, by)| Step::Move(top, end, by)),
        ]
    }

    fn take(buffer: &mut Buffer, step: &Step) {
        match step {
            Step::Put(x, y, text, style) => {
                buffer.set_string(*x, *y, text, *style);
                // Drawing guarantees that the other half of an overwritten wide character is blank.
                if let Some(cut) = x.checked_sub(1).map(|x| &mut buffer[(x, *y)]).filter(|cut| cut.symbol().width() > 1)
                {
                    cut.set_symbol(" ");
                }
            }
            Step::Move(top, end, by) => {
                let before = buffer.clone();
                for (x, y) in (*top..*end).flat_map(|y| (0..AREA.width).map(move |x| (x, y))) {
                    let from = y.checked_add_signed(*by).filter(|from| (*top..*end).contains(from));
                    buffer[(x, y)] = from.map_or(Cell::EMPTY, |from| before[(x, from)].clone());
                }
            }
        }
    }

    fn seen(color: vt100::Color) -> Color {
        match color {
            vt100::Color::Default => Color::Reset,
            vt100::Color::Idx(1) => Color::Red,
            vt100::Color::Idx(8) => Color::DarkGray,
            vt100::Color::Idx(index) => Color::Indexed(index),
            vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
        }
    }

    fn attributes(cell: &vt100::Cell) -> Modifier {
        let all = [
            (cell.bold(), Modifier::BOLD),
            (cell.dim(), Modifier::DIM),
            (cell.italic(), Modifier::ITALIC),
            (cell.underline(), Modifier::UNDERLINED),
            (cell.inverse(), Modifier::REVERSED),
        ];
        all.into_iter().filter(|(on, _)| *on).map(|(_, modifier)| modifier).collect()
    }

    /// The emulator keeps only one of bold and dim, the last one set.
    fn one_weight(modifier: Modifier) -> Modifier {
        if modifier.contains(Modifier::BOLD | Modifier::DIM) { modifier - Modifier::BOLD } else { modifier }
    }

    /// The visible look of a cell: of a blank only its background.
    fn look(text: &str, fg: Color, bg: Color, modifier: Modifier) -> (Color, Color, Modifier) {
        if text == " " {
            (Color::Reset, bg, modifier & (Modifier::REVERSED | Modifier::UNDERLINED))
        } else {
            (fg, bg, one_weight(modifier))
        }
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_was_drawn(
            frames in prop::collection::vec(prop::collection::vec(step(), 1..12), 1..6),
        ) {
            let mut screen = FrameWriter::new(Vec::new());
            let mut terminal = vt100::Parser::new(AREA.height, AREA.width, 0);
            let mut before = Buffer::empty(AREA);
            for steps in frames {
                let mut now = before.clone();
                steps.iter().for_each(|step| take(&mut now, step));
                terminal.process(&frame(&mut screen, &before, &now));
                for position in AREA.positions() {
                    let cell = terminal.screen().cell(position.y, position.x).unwrap();
                    if cell.is_wide_continuation() {
                        continue;
                    }
                    let text = if cell.has_contents() { cell.contents() } else { " " };
                    let wanted = &now[position];
                    prop_assert_eq!(text, wanted.symbol());
                    let shown = look(text, seen(cell.fgcolor()), seen(cell.bgcolor()), attributes(cell));
                    prop_assert_eq!(shown, look(text, wanted.fg, wanted.bg, wanted.modifier), "{:?}", position);
                }
                before = now;
            }
        }
    }
}
