//! The searchable texts of each record, folded into one buffer.

use rustc_hash::FxHashMap;

mod folding;
mod words;

use folding::fold_into;
pub use folding::folded;
pub use words::{BadRegex, MatchMode, MatchSense, MatcherMemory, SearchWord, Words};

/// Stands between the texts of one record, and in none of them: names are cleaned of line breaks.
const BETWEEN: char = '\n';

/// Stands for a folded character beyond ASCII where only ASCII is looked for: nothing that can be typed.
const BEYOND: char = '\x7f';

/// The searchable texts of every row of a table, in one allocation.
///
/// Each row is kept in ASCII, a byte for each character, with `BEYOND` for all others: most of what is typed is ASCII,
/// and bytes are searched many times faster than characters. Rows with more than ASCII are kept whole beside that.
#[derive(Debug, Default)]
pub struct SearchText {
    /// Folded, so that matching need not look at case and accents again with every key.
    plain: String,
    ends: Vec<u32>,
    letters: Vec<Letters>,
    /// Rows whose plain text changed since they were pushed.
    changed: FxHashMap<u32, String>,
    /// The whole texts of those rows that have more than ASCII.
    whole: FxHashMap<u32, Box<str>>,
}

impl SearchText {
    /// Adds the texts of the next row.
    pub fn push<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) {
        let (row, start) = (self.ends.len() as u32, self.plain.len());
        join_into(parts, &mut self.plain);
        let folded = self.plain.get(start..).unwrap_or_default();
        self.letters.push(Letters::of(folded));
        if !folded.is_ascii() {
            let whole: Box<str> = folded.into();
            self.plain.truncate(start);
            self.plain.extend(whole.chars().map(plain));
            self.whole.insert(row, whole);
        }
        self.ends.push(self.plain.len() as u32);
    }

    /// Gives one row other texts.
    pub fn replace<'a>(&mut self, row: u32, parts: impl IntoIterator<Item = &'a str>) {
        let mut folded = String::new();
        join_into(parts, &mut folded);
        if folded == self.get(row) {
            return;
        }
        if let Some(letters) = self.letters.get_mut(row as usize) {
            *letters = Letters::of(&folded);
        }
        self.changed.insert(row, folded.chars().map(plain).collect());
        self.whole.remove(&row);
        if !folded.is_ascii() {
            self.whole.insert(row, folded.into());
        }
    }

    /// Drops a row; the last one takes its place.
    pub fn swap_remove(&mut self, row: u32) {
        let Some(last) = self.ends.len().checked_sub(1) else { return };
        let moved = (self.plain(last as u32).to_owned(), self.whole.remove(&(last as u32)));
        for gone in [last as u32, row] {
            self.changed.remove(&gone);
            self.whole.remove(&gone);
        }
        self.letters.swap_remove(row as usize);
        self.ends.pop();
        self.plain.truncate(self.ends.last().map_or(0, |end| *end as usize));
        if row as usize != last {
            self.changed.insert(row, moved.0);
            self.whole.extend(moved.1.map(|whole| (row, whole)));
        }
    }

    /// The folded texts of a row, a line each; empty for rows that do not exist.
    pub fn get(&self, row: u32) -> &str {
        self.whole.get(&row).map_or_else(|| self.plain(row), AsRef::as_ref)
    }

    /// The same with [`BEYOND`] for each character beyond ASCII.
    fn plain(&self, row: u32) -> &str {
        if !self.changed.is_empty()
            && let Some(text) = self.changed.get(&row)
        {
            return text;
        }
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.ends.get(row - 1).map_or(0, |end| *end as usize) };
        self.ends.get(row).and_then(|end| self.plain.get(start..*end as usize)).unwrap_or("")
    }

    /// How well a row matches, or `None` where it does not.
    pub fn score(&self, row: u32, words: &Words, mode: MatchMode, scratch: &mut MatcherMemory) -> Option<u32> {
        let letters = self.letters.get(row as usize)?;
        if letters.lack(words.letters()) {
            return None;
        }
        let whole = words.is_beyond_ascii().then(|| self.whole.get(&row)).flatten();
        words.score_folded(self.plain(row), whole.map(AsRef::as_ref), mode, scratch)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn plain(c: char) -> char {
    match c {
        _ if c.is_ascii() => c,
        _ if c.is_whitespace() => ' ',
        _ => BEYOND,
    }
}

/// The parts that are not empty, folded, with [`BETWEEN`] between them.
fn join_into<'a>(parts: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (at, part) in parts.into_iter().filter(|part| !part.is_empty()).enumerate() {
        if at > 0 {
            out.push(BETWEEN);
        }
        fold_into(part, out);
    }
}

/// Which letters and digits a text has, and whether it has anything beyond ASCII: most rows can be refused by that alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Letters(u64);

impl Letters {
    fn of(folded: &str) -> Self {
        let bit = |byte: u8| match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            b'0'..=b'9' => 1 << (26 + byte - b'0'),
            128.. => 1 << 63,
            _ => 0,
        };
        Self(folded.bytes().fold(0, |letters, byte| letters | bit(byte)))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn lack(self, wanted: Self) -> bool {
        self.0 & wanted.0 != wanted.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &SearchText, sense: MatchSense, typed: &str) -> Vec<u32> {
        let (words, mut scratch) = (Words::new(SearchWord::new(sense, typed)), MatcherMemory::default());
        let rows = 0..text.len() as u32;
        rows.filter(|row| text.score(*row, &words, MatchMode::Exact, &mut scratch).is_some()).collect()
    }

    #[test]
    fn rows_keep_their_own_text() {
        let mut text = SearchText::default();
        text.push(["eva-tanaka", "", "Eva"]);
        text.push([""]);
        text.push(["x"]);
        assert_eq!([text.get(0), text.get(1), text.get(2), text.get(3)], ["eva-tanaka\neva", "", "x", ""]);
        text.replace(2, ["Zoë"]);
        assert_eq!(text.get(2), "zoe");
    }

    #[rstest::rstest]
    #[case("zoe", &[0, 1, 2])]
    #[case("ZOË", &[0, 1, 2])]
    #[case("orsted", &[3])]
    #[case("АНН", &[4])]
    #[case("伟", &[5])]
    #[case("strasse", &[6])]
    #[case("STRASSE", &[6])]
    #[case("ß", &[6])]
    #[case("ΟΔΟΣ", &[7])]
    #[case("οδος", &[7])]
    fn case_and_accents_do_not_matter_on_either_side(#[case] typed: &str, #[case] rows: &[u32]) {
        let mut text = SearchText::default();
        for name in ["Zoë", "zoe\u{308}", "ZOE", "Þór Ørsted", "Анна", "陈伟", "straße", "Οδος"] {
            text.push([name]);
        }
        assert_eq!(found(&text, MatchSense::Word, typed), rows);
    }

    #[test]
    fn a_row_keeps_what_it_has_beyond_ascii() {
        let mut text = SearchText::default();
        for name in ["陈 wei", "ivan", "Анна", "eva"] {
            text.push([name]);
        }
        text.replace(1, ["Ивáн x"]);
        text.replace(2, ["anna"]);
        assert_eq!([0, 1, 2, 3].map(|row| text.get(row)), ["陈 wei", "ивaн x", "anna", "eva"]);
        text.swap_remove(0);
        text.swap_remove(2);
        text.swap_remove(0);
        assert_eq!([0, 1, 2].map(|row| text.get(row)), ["ивaн x", "", ""]);
        let is_found = |typed: &&str| !found(&text, MatchSense::Word, typed).is_empty();
        assert_eq!(["ив", "x", "вx", "陈", "b", "н x"].iter().filter(|typed| is_found(typed)).count(), 3);
    }

    #[rstest::rstest]
    #[case(MatchSense::Start, "eva", &[0, 1, 2])]
    #[case(MatchSense::End, "eva", &[0, 1])]
    #[case(MatchSense::Whole, "eva", &[0])]
    #[case(MatchSense::Word, "tan", &[0])]
    #[case(MatchSense::Word, "tanaka eva", &[])]
    #[case(MatchSense::Phrase, "ivan eva", &[1])]
    #[case(MatchSense::Start, "陈", &[3])]
    #[case(MatchSense::End, "wei", &[3])]
    #[case(MatchSense::Fuzzy, "tnv", &[0])]
    #[case(MatchSense::Fuzzy, "陈i", &[3])]
    fn each_text_of_a_row_has_a_start_and_an_end(#[case] sense: MatchSense, #[case] typed: &str, #[case] rows: &[u32]) {
        let mut text = SearchText::default();
        text.push(["eva-tanaka", "eva"]);
        text.push(["noor", "ivan eva", "eva@x"]);
        text.push(["eva é"]);
        text.push(["陈wei"]);
        assert_eq!(found(&text, sense, typed), rows);
    }
}
