//! Rows for programs, printed one by one: JSON, a JSON object a line, or CSV.

use std::io;

use serde::Serialize;

use crate::{cli::OutputArgs, output::OutputWriter};

/// A list that is printed while its rows come.
pub(super) struct RowPrinter<'a> {
    out: OutputWriter<'a>,
    output: OutputArgs,
    rows: usize,
}

impl<'a> RowPrinter<'a> {
    /// Prints nothing before the first row, or the end.
    pub fn new(out: OutputWriter<'a>, output: OutputArgs) -> Self {
        Self { out, output, rows: 0 }
    }

    /// True once there is output.
    pub fn has_begun(&self) -> bool {
        self.rows > 0
    }

    /// Prints a row as JSON: a line of its own, or an element of an array.
    pub fn json(&mut self, row: &impl Serialize) -> io::Result<()> {
        if self.output == OutputArgs::Json {
            writeln!(self.out, "{}", if self.has_begun() { "," } else { "[" })?;
        }
        self.rows += 1;
        self.out.json(row)?;
        if self.output == OutputArgs::Ndjson { writeln!(self.out) } else { Ok(()) }
    }

    /// Prints a row of a CSV.
    pub fn csv<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        self.rows += 1;
        self.out.csv_row(cells)
    }

    /// Writes what was printed so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the list.
    pub fn end(mut self) -> io::Result<()> {
        if self.output == OutputArgs::Json {
            writeln!(self.out, "{}", if self.has_begun() { "" } else { "[" })?;
            writeln!(self.out, "]")?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(output: OutputArgs, rows: &[u32]) -> String {
        let mut text = Vec::new();
        let mut printer = RowPrinter::new(OutputWriter::to(&mut text, false), output);
        rows.iter().for_each(|row| printer.json(row).unwrap());
        printer.end().unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn an_array_is_whole_whatever_it_holds() {
        assert_eq!(printed(OutputArgs::Json, &[]), "[\n]\n");
        assert_eq!(printed(OutputArgs::Json, &[1, 2]), "[\n1,\n2\n]\n");
        assert_eq!(printed(OutputArgs::Ndjson, &[1, 2]), "1\n2\n");
        assert_eq!(printed(OutputArgs::Ndjson, &[]), "");
    }
}
