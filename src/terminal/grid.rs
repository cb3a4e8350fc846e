//! The cells that a terminal shows, and the rows that move up or down from one screen to the next.

use std::hash::{Hash, Hasher};

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};
use rustc_hash::FxHasher;
use unicode_width::UnicodeWidthStr;

/// The symbol of the cells that a wide character covers beside its first.
const COVERED: &str = "";

/// Up to this number, rows are drawn faster than they are moved.
const FEW_ROWS: usize = 4;

/// Rows of cells; cells beyond them are blank.
#[derive(Debug, Default)]
pub(super) struct CellGrid {
    width: usize,
    rows: Vec<Vec<Cell>>,
}

impl CellGrid {
    /// Makes every cell blank.
    pub fn clear(&mut self) {
        self.width = 0;
        self.rows.clear();
    }

    /// Grows the grid so that it has a cell at this position.
    pub fn reach(&mut self, x: u16, y: u16) {
        let (width, height) = (usize::from(x) + 1, usize::from(y) + 1);
        if height > self.rows.len() {
            self.rows.resize(height, vec![Cell::EMPTY; self.width]);
        }
        if width > self.width {
            self.width = width;
            self.rows.iter_mut().for_each(|row| row.resize(width, Cell::EMPTY));
        }
    }

    pub fn row(&self, y: usize) -> &[Cell] {
        self.rows.get(y).map_or(&[], Vec::as_slice)
    }

    /// Puts a cell into its place, which must exist.
    pub fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        let Some(row) = self.rows.get_mut(usize::from(y)) else { return };
        let mut cells = row.iter_mut().skip(usize::from(x));
        if let Some(place) = cells.next() {
            place.clone_from(cell);
        }
        cells.by_ref().take(width(cell) - 1).for_each(|covered| *covered = Cell::new(COVERED));
        // Blanks the rest of a wide character that was overwritten here.
        cells.take_while(|rest| is_covered(rest)).for_each(Cell::reset);
    }

    /// Copies a row from another grid.
    pub fn take_row(&mut self, y: usize, from: &Self) {
        if let Some(row) = self.rows.get_mut(y) {
            row.clone_from_slice(from.row(y));
        }
    }

    /// Moves the rows as a terminal does: the rows that come in are blank.
    pub fn scroll(&mut self, scroll: RowScroll) {
        let Some(rows) = self.rows.get_mut(scroll.top..=scroll.bottom) else { return };
        let come = match scroll.by {
            by @ 0.. => {
                rows.rotate_left(by.unsigned_abs());
                rows.len() - by.unsigned_abs()..rows.len()
            }
            by => {
                rows.rotate_right(by.unsigned_abs());
                0..by.unsigned_abs()
            }
        };
        rows.get_mut(come).into_iter().flatten().flatten().for_each(Cell::reset);
    }
}

/// Rows that move up by `by`, or down where it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowScroll {
    pub top: usize,
    pub bottom: usize,
    pub by: isize,
}

impl RowScroll {
    /// The move that leaves the least of these rows to draw, if most of them only moved.
    pub fn between(before: &CellGrid, after: &CellGrid, touched: &[usize]) -> Option<Self> {
        if touched.len() <= FEW_ROWS {
            return None;
        }
        let seen = |grid: &CellGrid| -> Vec<u64> { touched.iter().map(|y| hash(grid.row(*y))).collect() };
        let (old, new) = (seen(before), seen(after));
        let most = touched.len() as isize - FEW_ROWS as isize;
        // Shorter moves come first, so that the shorter of two equally good moves is taken.
        let moves = (1..=most).flat_map(|by| [by, -by]).map(|by| moved(touched, &old, &new, by));
        let (scroll, kept) = moves.flatten().fold(None, |best: Option<(Self, usize)>, (scroll, kept)| match best {
            Some((_, most)) if most >= kept => best,
            _ => Some((scroll, kept)),
        })?;
        let rows = scroll.bottom - scroll.top + 1;
        (kept >= FEW_ROWS && kept * 2 > rows).then_some(scroll)
    }
}

/// The rows that show the old content of rows `by` below them, and their number.
fn moved(touched: &[usize], old: &[u64], new: &[u64], by: isize) -> Option<(RowScroll, usize)> {
    let came_from = |at: usize| {
        let y = touched.get(at)?.checked_add_signed(by)?;
        old.get(touched.binary_search(&y).ok()?)
    };
    let kept = || (0..touched.len()).filter(|at| new.get(*at) == came_from(*at) && new.get(*at) != old.get(*at));
    let (first, last) = (touched.get(kept().next()?)?, touched.get(kept().next_back()?)?);
    let (top, bottom) = (*first.min(&first.checked_add_signed(by)?), *last.max(&last.checked_add_signed(by)?));
    Some((RowScroll { top, bottom, by }, kept().count()))
}

fn hash(row: &[Cell]) -> u64 {
    let mut hasher = FxHasher::default();
    for cell in row {
        (cell.symbol(), cell.fg, cell.bg, cell.modifier).hash(&mut hasher);
    }
    hasher.finish()
}

/// The number of columns that the cell takes.
pub(super) fn width(cell: &Cell) -> usize {
    let symbol = cell.symbol();
    if symbol.len() == 1 { 1 } else { symbol.width().max(1) }
}

/// True for a cell that a wide character to its left covers.
pub(super) fn is_covered(cell: &Cell) -> bool {
    cell.symbol() == COVERED
}

/// True for a symbol of joined characters, whose width differs between terminals.
pub(super) fn is_joined(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    !symbol.is_ascii() && (symbol.chars().nth(1).is_some() || symbol.width() == 0)
}

/// The modifiers that are visible on a blank.
const ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// True for a blank, whatever its text colour.
pub(super) fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " "
}

/// The visible part of a style where there is no text.
pub(super) fn ground(bg: Color, modifier: Modifier) -> (Color, Modifier) {
    (bg, modifier & ON_BLANKS)
}

/// True for a blank as erasing leaves it.
pub(super) fn is_erased(cell: &Cell) -> bool {
    is_blank(cell) && ground(cell.bg, cell.modifier) == ground(Color::Reset, Modifier::empty())
}

/// True if the two cells look the same.
pub(super) fn is_same(one: &Cell, other: &Cell) -> bool {
    one.symbol() == other.symbol()
        && ground(one.bg, one.modifier) == ground(other.bg, other.modifier)
        && (is_blank(one) || (one.fg, one.modifier) == (other.fg, other.modifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: &[&str]) -> CellGrid {
        let mut grid = CellGrid::default();
        for (y, row) in rows.iter().enumerate() {
            for (x, c) in row.chars().enumerate() {
                grid.reach(x as u16, y as u16);
                grid.put(x as u16, y as u16, Cell::default().set_char(c));
            }
        }
        grid
    }

    fn found(before: &[&str], after: &[&str]) -> Option<RowScroll> {
        let touched: Vec<usize> = (0..before.len()).filter(|y| before[*y] != after[*y]).collect();
        RowScroll::between(&grid(before), &grid(after), &touched)
    }

    #[test]
    fn rows_that_moved_are_found_and_others_are_left_alone() {
        let before = ["head", "a", "b", "c", "d", "e", "f", "g", "foot"];
        let up = ["head", "b", "c", "d", "e", "f", "g", "h", "foot"];
        assert_eq!(found(&before, &up), Some(RowScroll { top: 1, bottom: 7, by: 1 }));
        assert_eq!(found(&up, &before), Some(RowScroll { top: 1, bottom: 7, by: -1 }));
        let far = ["head", "d", "e", "f", "g", "h", "i", "j", "foot"];
        assert_eq!(found(&before, &far), Some(RowScroll { top: 1, bottom: 7, by: 3 }));
        let others = ["head", "r", "s", "t", "u", "v", "w", "x", "foot"];
        assert_eq!(found(&before, &others), None);
        assert_eq!(found(&before, &before), None);
    }

    #[test]
    fn what_scrolls_in_is_blank() {
        let mut rows = grid(&["a", "b", "c", "d"]);
        rows.scroll(RowScroll { top: 1, bottom: 3, by: 1 });
        let shown = |grid: &CellGrid| (0..4).map(|y| grid.row(y)[0].symbol().to_owned()).collect::<String>();
        assert_eq!(shown(&rows), "acd ");
        rows.scroll(RowScroll { top: 0, bottom: 2, by: -2 });
        assert_eq!(shown(&rows), "  a ");
    }
}
