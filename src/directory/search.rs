//! One folded text per record in one buffer, and fuzzy matching over it.

use nucleo_matcher::{
    Config, Matcher, Utf32Str, chars,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};
use rustc_hash::FxHashMap;

/// The searchable text of every row of a table, in one allocation.
#[derive(Debug, Default)]
pub struct SearchText {
    /// Folded, so that matching need not look at case and accents again with every key.
    buffer: String,
    ends: Vec<u32>,
    letters: Vec<Letters>,
    /// Rows whose text changed since the buffer was built.
    changed: FxHashMap<u32, String>,
}

impl SearchText {
    /// Adds the text of the next row.
    pub fn push<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) {
        let start = self.buffer.len();
        join_into(parts, &mut self.buffer);
        self.ends.push(self.buffer.len() as u32);
        self.letters.push(Letters::of(self.buffer.get(start..).unwrap_or_default()));
    }

    /// Gives one row another text.
    pub fn replace<'a>(&mut self, row: u32, parts: impl IntoIterator<Item = &'a str>) {
        let mut folded = String::new();
        join_into(parts, &mut folded);
        if let Some(letters) = self.letters.get_mut(row as usize) {
            *letters = Letters::of(&folded);
        }
        if folded == self.get(row) {
            return;
        }
        self.changed.insert(row, folded);
    }

    /// Drops a row; the last one takes its place.
    pub fn swap_remove(&mut self, row: u32) {
        let Some(last) = self.ends.len().checked_sub(1) else { return };
        let moved = self.get(last as u32).to_owned();
        self.changed.remove(&(last as u32));
        self.letters.swap_remove(row as usize);
        self.ends.pop();
        self.buffer.truncate(self.ends.last().map_or(0, |end| *end as usize));
        if row as usize == last {
            self.changed.remove(&row);
        } else {
            self.changed.insert(row, moved);
        }
    }

    /// The folded text of a row; empty for rows that do not exist.
    pub fn get(&self, row: u32) -> &str {
        if !self.changed.is_empty()
            && let Some(text) = self.changed.get(&row)
        {
            return text;
        }
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.ends.get(row - 1).map_or(0, |end| *end as usize) };
        self.ends.get(row).and_then(|end| self.buffer.get(start..*end as usize)).unwrap_or("")
    }

    /// How well a row matches, or `None` where it does not.
    pub fn score(&self, row: u32, words: &Words, scratch: &mut Scratch) -> Option<u32> {
        let letters = self.letters.get(row as usize)?;
        if letters.lack(words.letters) { None } else { words.score_folded(self.get(row), scratch) }
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

/// The parts that are not empty, folded, with spaces between.
fn join_into<'a>(parts: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (at, part) in parts.into_iter().filter(|part| !part.is_empty()).enumerate() {
        if at > 0 {
            out.push(' ');
        }
        fold_into(part, out);
    }
}

/// Without case and accents, character by character; combining accents go.
fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        let kept = text.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
        out.extend(kept.map(|c| chars::to_lower_case(chars::normalize(c))));
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

    fn lack(self, wanted: Self) -> bool {
        self.0 & wanted.0 != wanted.0
    }
}

/// Words to find, each anywhere in the text in the order of its letters; fzf's `'exact`, `^start`, `end$` and `!not`
/// work as there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    atoms: Vec<Atom>,
    /// What a text must have to match.
    letters: Letters,
}

impl Words {
    /// Parses words split on spaces.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let atom = |word: &str| {
            let mut folded = String::with_capacity(word.len());
            fold_into(word, &mut folded);
            Atom::parse(&folded, CaseMatching::Respect, Normalization::Never)
        };
        let atoms: Vec<Atom> = words.into_iter().map(atom).filter(|atom| !atom.needle_text().is_empty()).collect();
        let wanted = atoms.iter().filter(|atom| !atom.negative);
        let letters = wanted.fold(0, |letters, atom| letters | Letters::of(&atom.needle_text().to_string()).0);
        Self { atoms, letters: Letters(letters) }
    }

    /// True if there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// The score of one text, or `None` where it does not match.
    pub fn score(&self, text: &str, scratch: &mut Scratch) -> Option<u32> {
        let mut folded = String::with_capacity(text.len());
        fold_into(text, &mut folded);
        self.score_folded(&folded, scratch)
    }

    fn score_folded(&self, text: &str, scratch: &mut Scratch) -> Option<u32> {
        let haystack = if text.is_ascii() {
            Utf32Str::Ascii(text.as_bytes())
        } else {
            // Character by character: to find the graphemes takes longer than to match.
            scratch.chars.clear();
            scratch.chars.extend(text.chars());
            Utf32Str::Unicode(&scratch.chars)
        };
        let mut total = 0;
        for atom in &self.atoms {
            // The first place found, then made as short as it gets: linear, where the best of all places is not.
            let score = if atom.kind == AtomKind::Fuzzy && !atom.negative {
                scratch.matcher.fuzzy_match_greedy(haystack, atom.needle_text())
            } else {
                atom.score(haystack, &mut scratch.matcher)
            };
            total += u32::from(score?);
        }
        Some(total)
    }

    /// True if whatever matches `self` also matches `earlier`, so that `earlier`'s result can be narrowed.
    pub fn narrows(&self, earlier: &Self) -> bool {
        self.atoms.len() >= earlier.atoms.len()
            && self.atoms.iter().zip(&earlier.atoms).all(|(now, before)| {
                let fuzzy = |atom: &Atom| atom.kind == AtomKind::Fuzzy && !atom.negative;
                now == before
                    || (fuzzy(now)
                        && fuzzy(before)
                        && now.needle_text().to_string().starts_with(&before.needle_text().to_string()))
            })
    }
}

/// Reusable memory of a matcher.
pub struct Scratch {
    matcher: Matcher,
    chars: Vec<char>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { matcher: Matcher::new(Config::DEFAULT), chars: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_own_text() {
        let mut text = SearchText::default();
        text.push(["eva-tanaka", "", "Eva"]);
        text.push([""]);
        text.push(["x"]);
        assert_eq!([text.get(0), text.get(1), text.get(2), text.get(3)], ["eva-tanaka eva", "", "x", ""]);
        text.replace(2, ["Zoë"]);
        assert_eq!(text.get(2), "zoe");
    }

    #[test]
    fn case_and_accents_do_not_matter_on_either_side() {
        let mut text = SearchText::default();
        for name in ["Zoë", "zoe\u{308}", "ZOE", "Þór Ørsted", "Анна", "陈伟", "straße"] {
            text.push([name]);
        }
        let found = |typed: &str| {
            let (words, mut scratch) = (Words::new([typed]), Scratch::default());
            (0..7).filter(|row| text.score(*row, &words, &mut scratch).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(found("zoe"), [0, 1, 2]);
        assert_eq!(found("ZOË"), [0, 1, 2]);
        assert_eq!(found("orsted"), [3]);
        assert_eq!(found("АНН"), [4]);
        assert_eq!(found("伟"), [5]);
        assert_eq!(found("!z"), [3, 4, 5, 6]);
        assert_eq!(found("strasse"), [0; 0]);
    }

    #[test]
    fn longer_words_narrow_shorter_ones_and_negation_does_not() {
        let words = |text: &str| Words::new(text.split(' '));
        assert!(words("tana").narrows(&words("tan")));
        assert!(words("tan eva").narrows(&words("tan")));
        assert!(!words("ta").narrows(&words("tan")));
        assert!(!words("!tana").narrows(&words("!tan")));
    }
}
