//! Turns the cells of a row into cursor moves, attribute runs and text.
//!
//! Terminals disagree about the width of joined characters (Devanagari vowels, flags, families of emoji). Wherever one
//! stands or stood, the cells that we think it takes are erased first, and the cursor is put in its place afterwards,
//! so that a disagreement can never shift what follows or leave something behind.

use std::io::{self, Write};

use ratatui::buffer::Cell;

use super::{
    grid::{self, is_blank, is_covered, is_erased, is_joined, is_same},
    sgr::Look,
};

/// At most so many blanks are written sooner than erased; more where another move follows.
const FEW_BLANKS: usize = 5;

/// A row as it is shown and as it shall be.
pub(super) struct Row<'a> {
    pub y: usize,
    pub old: &'a [Cell],
    pub new: &'a [Cell],
}

impl Row<'_> {
    fn changes_at(&self, x: usize) -> bool {
        self.old.get(x).zip(self.new.get(x)).is_some_and(|(old, new)| !is_same(old, new))
    }

    /// True where erasing the rest of the row erases nothing that could stay: beyond the cells that we know of
    /// everything is blank.
    fn all_change_from(&self, x: usize) -> bool {
        (x..self.new.len())
            .all(|x| self.new.get(x).is_none_or(|cell| is_erased(cell) || is_covered(cell)) || self.changes_at(x))
    }

    /// How many cells from here on are better erased than written.
    fn blanks(&self, x: usize, last: usize) -> usize {
        let run = self.new.iter().skip(x).take_while(|cell| is_erased(cell)).count();
        let Some(end) = (x..x + run).rfind(|at| self.changes_at(*at)) else { return 0 };
        let count = end + 1 - x;
        let few = if end == last { FEW_BLANKS } else { FEW_BLANKS + forward_cost(count) };
        if count > few { count } else { 0 }
    }
}

/// The attributes and the cursor position that the terminal was last sent.
#[derive(Debug, Default)]
pub(super) struct Pen {
    look: Look,
    /// The row of the cursor, and its column where that is certain.
    row: Option<usize>,
    column: Option<usize>,
}

impl Pen {
    /// Marks the cursor's position as unknown.
    pub fn lift(&mut self) {
        self.row = None;
    }

    /// Clears all attributes.
    pub fn plain(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.turn(Look::default(), out)
    }

    /// Sets attributes so that cells erased from now on look like empty cells.
    pub fn for_erasing(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.look.is_plain_ground() { Ok(()) } else { self.plain(out) }
    }

    /// Draws the changed cells of a row.
    pub fn draw(&mut self, row: &Row<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let cells = row.old.len().min(row.new.len());
        let Some(last) = (0..cells).rfind(|x| row.changes_at(*x)) else { return Ok(()) };
        let (mut x, mut erased_from) = (0, cells);
        while x <= last {
            let (Some(old), Some(new)) = (row.old.get(x), row.new.get(x)) else { break };
            let is_right = if x < erased_from { !row.changes_at(x) } else { is_erased(new) };
            if is_covered(new) || is_right {
                x += 1;
                continue;
            }
            self.go(row, x, out)?;
            let blanks = if x < erased_from { row.blanks(x, last) } else { 0 };
            if blanks > 0 && row.all_change_from(x + blanks) {
                self.for_erasing(out)?;
                out.write_all(b"\x1b[K")?;
                erased_from = x;
                x += blanks;
            } else if blanks > 0 {
                self.erase(blanks, out)?;
                x += blanks;
            } else {
                self.write(row.y, x, old, new, out)?;
                x += grid::width(new);
            }
        }
        Ok(())
    }

    fn erase(&mut self, blanks: usize, out: &mut Vec<u8>) -> io::Result<()> {
        self.for_erasing(out)?;
        write!(out, "\x1b[{blanks}X")
    }

    fn write(&mut self, y: usize, x: usize, old: &Cell, new: &Cell, out: &mut Vec<u8>) -> io::Result<()> {
        if !self.fits(new) {
            self.turn(Look::of(new), out)?;
        }
        let joined = |cell: &Cell| if is_joined(cell) { grid::width(cell) } else { 1 };
        let erased = joined(old).max(joined(new));
        if erased > 1 {
            write!(out, "\x1b[{erased}X")?;
        }
        out.extend_from_slice(new.symbol().as_bytes());
        self.at(y, (!is_joined(new)).then_some(x + grid::width(new)));
        Ok(())
    }

    /// True if the cell comes out right without another look.
    fn fits(&self, cell: &Cell) -> bool {
        self.look == Look::of(cell) || is_blank(cell) && self.look.has_ground_of(cell)
    }

    fn turn(&mut self, look: Look, out: &mut Vec<u8>) -> io::Result<()> {
        self.look.change(look, out)?;
        self.look = look;
        Ok(())
    }

    fn at(&mut self, y: usize, column: Option<usize>) {
        (self.row, self.column) = (Some(y), column);
    }

    /// Puts the cursor before a cell.
    fn go(&mut self, row: &Row<'_>, x: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let y = row.y;
        match (self.row == Some(y), self.column) {
            (true, Some(column)) if column == x => {}
            (true, Some(column)) if column < x => self.skip(row, column, x, out)?,
            (true, _) => write!(out, "\x1b[{}G", x + 1)?,
            // There is a row below, so that this scrolls nothing. A bare LF is a CR too in some consoles.
            _ if self.row.is_some_and(|row| row + 1 == y) => {
                out.extend_from_slice(b"\r\n");
                forward(x, out)?;
            }
            _ if x == 0 => write!(out, "\x1b[{}H", y + 1)?,
            _ => write!(out, "\x1b[{};{}H", y + 1, x + 1)?,
        }
        self.at(y, Some(x));
        Ok(())
    }

    /// Goes on in a row: moves over unchanged cells, unless it is shorter to write them again.
    fn skip(&self, row: &Row<'_>, from: usize, to: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let gap = row.new.get(from..to).unwrap_or_default();
        let bytes: usize = gap.iter().map(|cell| cell.symbol().len()).sum();
        let plain = |cell: &Cell| grid::width(cell) == 1 && !is_joined(cell) && !is_covered(cell);
        if bytes > forward_cost(to - from) || !gap.iter().all(|cell| plain(cell) && self.fits(cell)) {
            return forward(to - from, out);
        }
        gap.iter().for_each(|cell| out.extend_from_slice(cell.symbol().as_bytes()));
        Ok(())
    }
}

/// Moves the cursor to the right.
fn forward(by: usize, out: &mut Vec<u8>) -> io::Result<()> {
    match by {
        0 => Ok(()),
        1 => out.write_all(b"\x1b[C"),
        _ => write!(out, "\x1b[{by}C"),
    }
}

/// The bytes of such a move.
fn forward_cost(by: usize) -> usize {
    match by {
        0 => 0,
        1 => 3,
        2..10 => 4,
        _ => 5,
    }
}
