//! Styles as escape sequences (ECMA-48 SGR), in few bytes: over a slow line bytes are time. Knows cells, writes no text.

use std::io::{self, Write};

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

use super::grid::ground;

/// Colours and attributes of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// Each attribute with the number that switches it on.
const ATTRIBUTES: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

impl Look {
    pub fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// True if a blank looks the same in this look and in the cell's own.
    pub fn has_ground_of(self, cell: &Cell) -> bool {
        ground(self.bg, self.modifier) == ground(cell.bg, cell.modifier)
    }

    /// True if what is erased now looks as an empty cell does.
    pub fn is_plain_ground(self) -> bool {
        self.has_ground_of(&Cell::EMPTY)
    }

    /// Writes what leads from this look to the other.
    ///
    /// Whatever must go off goes off by a reset: one byte, where bold and dim would share a number and colours need
    /// three.
    pub fn change(self, to: Self, out: &mut impl Write) -> io::Result<()> {
        if self == to {
            return Ok(());
        }
        let goes = |from: Color, to: Color| from != to && to == Color::Reset;
        // Terminals keep bold and dim in one place: the one given last would hide the other.
        let both = Modifier::BOLD | Modifier::DIM;
        let weight = (self.modifier ^ to.modifier).intersects(both) && self.modifier.intersects(both);
        let reset = weight || !to.modifier.contains(self.modifier) || goes(self.fg, to.fg) || goes(self.bg, to.bg);
        let from = if reset { Self::default() } else { self };
        let mut numbers: Vec<u8> = Vec::with_capacity(8);
        if reset && to != Self::default() {
            numbers.push(0);
        }
        let comes = to.modifier - from.modifier;
        numbers.extend(ATTRIBUTES.iter().filter(|(modifier, _)| comes.contains(*modifier)).map(|(_, number)| number));
        if to.fg != from.fg {
            color(to.fg, 0, &mut numbers);
        }
        if to.bg != from.bg {
            color(to.bg, 10, &mut numbers);
        }
        out.write_all(b"\x1b[")?;
        for (at, number) in numbers.iter().enumerate() {
            write!(out, "{}{number}", if at == 0 { "" } else { ";" })?;
        }
        out.write_all(b"m")
    }
}

/// The sixteen colours have numbers of their own; the background's lie ten above the text's.
fn color(color: Color, above: u8, numbers: &mut Vec<u8>) {
    let number = match color {
        Color::Reset => 39,
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
        Color::Indexed(index) => return numbers.extend([38 + above, 5, index]),
        Color::Rgb(red, green, blue) => return numbers.extend([38 + above, 2, red, green, blue]),
    };
    numbers.push(number + above);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(fg: Color, modifier: Modifier) -> Look {
        Look { fg, bg: Color::Reset, modifier }
    }

    fn written(from: Look, to: Look) -> String {
        let mut out = Vec::new();
        from.change(to, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn changes_take_few_bytes() {
        let plain = Look::default();
        let grey = look(Color::DarkGray, Modifier::empty());
        let key = look(Color::Cyan, Modifier::BOLD);
        assert_eq!(written(plain, plain), "");
        assert_eq!(written(plain, grey), "\x1b[90m");
        assert_eq!(written(grey, plain), "\x1b[m");
        assert_eq!(written(plain, key), "\x1b[1;36m");
        assert_eq!(written(grey, key), "\x1b[1;36m");
        assert_eq!(written(key, grey), "\x1b[0;90m");
        assert_eq!(written(key, look(Color::Reset, Modifier::BOLD)), "\x1b[0;1m");
        let deep = Look { fg: Color::Indexed(200), bg: Color::Rgb(1, 2, 3), modifier: Modifier::REVERSED };
        assert_eq!(written(plain, deep), "\x1b[7;38;5;200;48;2;1;2;3m");
    }
}
