//! Rows in columns, for people; and the same cells as CSV.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::end::note;
use crate::{
    desired::cell,
    output::OutputWriter,
    scim::{
        shorten::{cut, elide},
        text::clean,
    },
};

/// The least that a column is cut to.
const LEAST: usize = 8;

/// Blanks between columns.
const GAP: usize = 2;

/// Heads and rows.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub heads: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    /// Columns of names, which are cut in the middle, since many begin alike.
    pub names: Vec<usize>,
}

impl Table {
    /// Like [`Self::print`], and says on standard error how many columns had no room.
    pub fn print_all(&self, out: &mut OutputWriter<'_>) -> io::Result<()> {
        let hidden = self.print(out)?;
        if hidden > 0 {
            note(format_args!("scimitar: {hidden} of the columns found no room here; --json has all"));
        }
        Ok(())
    }

    /// Prints columns as wide as their contents; the widest give way where the terminal is narrower, and the last ones
    /// are left out where that is not enough. Prints all columns whole to a pipe. Gives back how many columns were left
    /// out.
    pub fn print(&self, out: &mut OutputWriter<'_>) -> io::Result<usize> {
        let shown: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| clean(cell).into_owned()).collect()).collect();
        let mut widths: Vec<usize> = self.heads.iter().map(|head| head.width()).collect();
        for row in &shown {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let all = widths.len();
        if out.is_terminal() {
            let (cells, _) = crossterm::terminal::size().unwrap_or((80, 24));
            narrow(&mut widths, usize::from(cells));
        }
        let heads = self.heads.iter().map(|head| head.to_uppercase()).collect();
        for row in std::iter::once(&heads).chain(&shown) {
            self.line(out, row, &widths)?;
        }
        Ok(all - widths.len())
    }

    fn line(&self, out: &mut OutputWriter<'_>, row: &[String], widths: &[usize]) -> io::Result<()> {
        let mut text = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let cell = if self.names.contains(&at) { elide(cell, *width, "…") } else { cut(cell, *width, "…") };
            text.push_str(&cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
        }
        writeln!(out, "{}", text.trim_end())
    }

    /// Prints CSV, with the heads as the first row.
    pub fn csv(&self, out: &mut OutputWriter<'_>) -> io::Result<()> {
        out.csv_row(&self.heads)?;
        self.rows.iter().try_for_each(|row| out.csv_row(row.iter().map(|text| cell::neutralise(text))))
    }
}

/// The text in a table in the place of a value that was told to be none.
pub(super) const NONE: &str = "–";

/// The text, or the sign for none.
pub(super) fn or_none(text: &str) -> String {
    if text.is_empty() { NONE } else { text }.to_owned()
}

/// A text that is CSV: as it is into a pipe, cell by cell on a terminal.
pub(super) fn csv_text(text: &str, out: &mut OutputWriter<'_>) -> io::Result<()> {
    if out.is_terminal() {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        for row in rows.records() {
            out.csv_row(row.map_err(io::Error::other)?.iter())?;
        }
    } else {
        out.document(text.as_bytes())?;
    }
    out.flush()
}

/// Takes cells from the widest column until all fit; where none can give more, the last ones are left out.
fn narrow(widths: &mut Vec<usize>, cells: usize) {
    while widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * GAP > cells {
        if let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > LEAST) {
            *widest -= 1;
        } else if widths.len() > 1 {
            widths.pop();
        } else {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_column_gives_way() {
        let mut widths = vec![30, 10, 20];
        narrow(&mut widths, 40);
        assert_eq!(widths, [13, 10, 13]);
        narrow(&mut widths, 20);
        assert_eq!(widths, [8, 8], "the last one goes where all are as narrow as they get");
        narrow(&mut widths, 5);
        assert_eq!(widths, [8]);
    }

    #[test]
    fn names_can_t_forge_a_row() {
        let rows = vec![vec!["eva\nroot\u{1b}[2J".to_owned(), "=1+1".to_owned()]];
        let table = Table { heads: vec!["user", "name"], rows, names: vec![0, 1] };
        let (mut text, mut csv) = (Vec::new(), Vec::new());
        table.print(&mut OutputWriter::to(&mut text, false)).unwrap();
        table.csv(&mut OutputWriter::to(&mut csv, false)).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "USER         NAME\neva root[2J  =1+1\n");
        assert_eq!(String::from_utf8(csv).unwrap(), "user,name\n\"eva\nroot\u{1b}[2J\",'=1+1\n");
    }
}
