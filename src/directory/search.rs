//! One folded text per record in one buffer, and fuzzy matching over it.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};
use rustc_hash::FxHashMap;

/// Rows above which matching is shared between threads; below it starting them costs more than it saves.
const SHARE_FROM: usize = 20_000;

/// The searchable text of every row of a table, in one allocation.
#[derive(Debug, Default)]
pub struct SearchText {
    buffer: String,
    ends: Vec<u32>,
    /// Rows whose text changed since the buffer was built.
    changed: FxHashMap<u32, String>,
}

impl SearchText {
    /// Adds the text of the next row.
    pub fn push<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) {
        for (i, part) in parts.into_iter().filter(|part| !part.is_empty()).enumerate() {
            if i > 0 {
                self.buffer.push(' ');
            }
            self.buffer.push_str(part);
        }
        self.ends.push(self.buffer.len() as u32);
    }

    /// Gives one row another text.
    pub fn replace(&mut self, row: u32, text: String) {
        self.changed.insert(row, text);
    }

    /// The text of a row; empty for rows that do not exist.
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

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Words to find, each anywhere in the text in the order of its letters; fzf's `'exact`, `^start`, `end$` and `!not`
/// work as there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    atoms: Vec<Atom>,
}

impl Words {
    /// Parses words split on spaces.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let atoms = words
            .into_iter()
            .map(|word| Atom::parse(word, CaseMatching::Ignore, Normalization::Smart))
            .filter(|atom| !atom.needle_text().is_empty())
            .collect();
        Self { atoms }
    }

    /// True if there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// The score of one text, or `None` where it does not match.
    pub fn score(&self, text: &str, scratch: &mut Scratch) -> Option<u32> {
        let mut total = 0;
        let haystack = Utf32Str::new(text, &mut scratch.chars);
        for atom in &self.atoms {
            total += u32::from(atom.score(haystack, &mut scratch.matcher)?);
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

/// Runs `keep` over all rows, in parallel where that pays, and returns the kept ones in their order.
pub fn scan<R: Send>(rows: &[u32], keep: impl Fn(u32, &mut Scratch) -> Option<R> + Sync) -> Vec<R> {
    let part = |rows: &[u32]| {
        let mut scratch = Scratch::default();
        rows.iter().filter_map(|row| keep(*row, &mut scratch)).collect::<Vec<R>>()
    };
    if rows.len() < SHARE_FROM {
        return part(rows);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let chunk = rows.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let mut chunks = rows.chunks(chunk);
        let first = chunks.next().unwrap_or_default();
        let running: Vec<_> = chunks.map(|rows| scope.spawn(move || part(rows))).collect();
        let mut kept = part(first);
        for thread in running {
            // A panic in a matcher would be a bug; the rows of its share are then missing from the list, no more.
            kept.extend(thread.join().unwrap_or_default());
        }
        kept
    })
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
        assert_eq!([text.get(0), text.get(1), text.get(2), text.get(3)], ["eva-tanaka Eva", "", "x", ""]);
    }

    #[test]
    fn longer_words_narrow_shorter_ones_and_negation_does_not() {
        let words = |text: &str| Words::new(text.split(' '));
        assert!(words("tana").narrows(&words("tan")));
        assert!(words("tan eva").narrows(&words("tan")));
        assert!(!words("ta").narrows(&words("tan")));
        assert!(!words("!tana").narrows(&words("!tan")));
    }

    #[test]
    fn sharing_between_threads_keeps_the_order() {
        let rows: Vec<u32> = (0..50_000).collect();
        let kept = scan(&rows, |row, _| (row % 7 == 0).then_some(row));
        assert_eq!(kept, rows.iter().copied().filter(|row| row % 7 == 0).collect::<Vec<_>>());
    }
}
