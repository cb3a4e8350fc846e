//! The rows of a CSV (RFC 4180) as spreadsheets write them: separated by commas, semicolons or tabs, with any of three
//! line endings, with or without a `sep=` line. Independent of columns.

use std::borrow::Cow;

use super::{FilePlace, FileProblem};

/// A row of the CSV.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row<'t> {
    /// The row's number as in a spreadsheet: counted from 1, including empty rows; a cell of several lines is in a
    /// single row.
    pub number: usize,
    /// The cells as written, without their quotes.
    pub cells: Vec<Cow<'t, str>>,
}

impl Row<'_> {
    /// The row's place.
    pub fn place(&self) -> FilePlace {
        place(self.number)
    }

    /// True if all cells are blank.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// An iterator over the rows; ends after an error.
pub(super) struct Table<'t> {
    rest: &'t str,
    separator: u8,
    number: usize,
}

impl<'t> Table<'t> {
    /// Takes the separator from the `sep=` line, or else the most frequent separator of the first row with content.
    pub fn new(text: &'t str) -> Self {
        let first = text.split(['\n', '\r']).next().unwrap_or_default();
        match told(first) {
            Some(separator) => {
                let mut table = Self { rest: &text[first.len()..], separator, number: 1 };
                table.end_line();
                table
            }
            None => Self { rest: text, separator: likely(text), number: 0 },
        }
    }

    /// Reads the next cell, and tells whether another cell follows in the row.
    fn cell(&mut self) -> Result<(Cow<'t, str>, bool), &'static str> {
        let start = self.rest.len() - self.rest.trim_start_matches(' ').len();
        let cell = match self.rest[start..].strip_prefix('"') {
            Some(quoted) => self.quoted(quoted)?,
            None => {
                let ends = |byte: u8| byte == self.separator || matches!(byte, b'\n' | b'\r');
                let end = self.rest.bytes().position(ends).unwrap_or(self.rest.len());
                let (cell, rest) = self.rest.split_at(end);
                self.rest = rest;
                Cow::Borrowed(cell)
            }
        };
        let more = self.rest.as_bytes().first() == Some(&self.separator);
        if more {
            self.rest = &self.rest[1..];
        } else {
            self.end_line();
        }
        Ok((cell, more))
    }

    /// Reads up to the closing quote; only the end of the cell may follow.
    fn quoted(&mut self, text: &'t str) -> Result<Cow<'t, str>, &'static str> {
        let (mut end, mut doubled) = (0, false);
        loop {
            end += text[end..].find('"').ok_or("a quote opens in this row and is never closed")?;
            if !text[end + 1..].starts_with('"') {
                break;
            }
            doubled = true;
            end += 2;
        }
        self.rest = text[end + 1..].trim_start_matches(' ');
        if self.rest.bytes().next().is_some_and(|byte| byte != self.separator && !matches!(byte, b'\n' | b'\r')) {
            return Err("something follows a closing quote; quotes inside a cell are written twice");
        }
        let cell = &text[..end];
        Ok(if doubled { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) })
    }

    fn end_line(&mut self) {
        let ends = ["\r\n", "\n", "\r"];
        self.rest = ends.into_iter().find_map(|end| self.rest.strip_prefix(end)).unwrap_or(self.rest);
    }
}

impl<'t> Iterator for Table<'t> {
    type Item = Result<Row<'t>, FileProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok((cell, more)) => {
                    cells.push(cell);
                    if !more {
                        return Some(Ok(Row { number: self.number, cells }));
                    }
                }
                Err(why) => {
                    self.rest = "";
                    return Some(Err(place(self.number).problem("", why)));
                }
            }
        }
    }
}

fn place(number: usize) -> FilePlace {
    FilePlace { line: number, words: format!("row {number}") }
}

/// The separator set by a line such as `sep=;`: Excel writes and reads such lines.
fn told(line: &str) -> Option<u8> {
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (word, sign) = line.split_at_checked(4)?;
    let sign = sign.strip_suffix(' ').filter(|sign| !sign.is_empty()).unwrap_or(sign);
    match sign.as_bytes() {
        [sign] if word.eq_ignore_ascii_case("sep=") && !sign.is_ascii_alphanumeric() && *sign != b'"' => Some(*sign),
        _ => None,
    }
}

/// The likely separator: spreadsheets of many countries write semicolons, and some tools write tabs.
fn likely(text: &str) -> u8 {
    let says = |line: &&str| line.contains(|c: char| !c.is_whitespace() && !matches!(c, ',' | ';' | '"'));
    let head = text.split(['\n', '\r']).find(says).unwrap_or_default();
    // Separators within quotes don't count.
    let bare: Vec<&str> = head.split('"').step_by(2).collect();
    let count = |sign: u8| bare.iter().flat_map(|part| part.bytes()).filter(|byte| *byte == sign).count();
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        Table::new(text).map(|row| row.unwrap().cells.into_iter().map(Cow::into_owned).collect()).collect()
    }

    #[rstest::rstest]
    #[case::commas("a,b\nc,d\n", ',')]
    #[case::semicolons_and_returns("a;b\r\nc;d", ';')]
    #[case::a_mac("a,b\rc,d\r", ',')]
    #[case::tabs("a\tb\nc\td\n", '\t')]
    #[case::a_separator_told("sep=|\r\na|b\r\nc|d\r\n", '|')]
    #[case::a_tab_told("sep=\t\na\tb\nc\td\n", '\t')]
    #[case::quotes("\"a\",b\nc , \"d\" \n", ',')]
    fn rows_are_read(#[case] text: &str, #[case] separator: char) {
        assert_eq!(char::from(Table::new(text).separator), separator);
        let read: Vec<Vec<String>> =
            cells(text).into_iter().map(|row| row.into_iter().map(|cell| cell.trim().to_owned()).collect()).collect();
        assert_eq!(read, [["a", "b"], ["c", "d"]]);
    }

    #[test]
    fn rows_count_as_in_a_spreadsheet() {
        let rows: Vec<Row<'_>> =
            Table::new("\n\n,,\nuser,name\neva,\"two\nlines\"\nnoor,\"U \"\"n\"\"\"\n").map(Result::unwrap).collect();
        let numbers: Vec<usize> = rows.iter().filter(|row| !row.is_empty()).map(|row| row.number).collect();
        assert_eq!(numbers, [4, 5, 6]);
        assert_eq!(rows[4].cells[1], "two\nlines");
        assert_eq!(rows[5].cells[1], "U \"n\"");
    }

    #[test]
    fn quotes_that_do_not_fit_are_told() {
        let problem = |text| Table::new(text).find_map(Result::err).map(|problem| problem.to_string());
        assert_eq!(
            problem("user,team\neva,\"vision\nnoor,nlp\n").as_deref(),
            Some("row 2: a quote opens in this row and is never closed")
        );
        assert_eq!(
            problem("user\n\"eva\" t\n").as_deref(),
            Some("row 2: something follows a closing quote; quotes inside a cell are written twice")
        );
        assert_eq!(problem("size\n5\" disk\n"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a\",;\t\r\n' é]{0,5}", 2), 1..5)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["one", "two"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(&cells(&text)[1..], rows.as_slice());
        }

        #[test]
        fn any_text_ends(text in "[a\",;\t\r\n]{0,30}") {
            prop_assert!(Table::new(&text).count() <= text.len() + 1);
        }
    }
}
