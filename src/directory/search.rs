//! One folded text per record in one buffer, and fuzzy matching over it.

use nucleo_matcher::{
    Config, Matcher, Utf32Str, chars,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};
use rustc_hash::FxHashMap;

/// The searchable text of every row of a table, in one allocation.
///
/// Each text is there in ASCII, a byte for each character, where what is beyond ASCII is only shown to be something: most
/// of what is typed is ASCII, and bytes are found many times faster than characters. Rows that have more than that have
/// it beside.
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
    /// Adds the text of the next row.
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

    /// Gives one row another text.
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

    /// The folded text of a row; empty for rows that do not exist.
    pub fn get(&self, row: u32) -> &str {
        self.whole.get(&row).map_or_else(|| self.plain(row), AsRef::as_ref)
    }

    /// The same with what is beyond ASCII only shown to be there.
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
    pub fn score(&self, row: u32, words: &Words, scratch: &mut Scratch) -> Option<u32> {
        let letters = self.letters.get(row as usize)?;
        if letters.lack(words.letters) {
            return None;
        }
        let whole = words.beyond.then(|| self.whole.get(&row)).flatten();
        words.score_folded(self.plain(row), whole.map(AsRef::as_ref), scratch)
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

/// What stands for a folded character where only ASCII is looked for: nothing that could be typed.
fn plain(c: char) -> char {
    match c {
        _ if c.is_ascii() => c,
        _ if c.is_whitespace() => ' ',
        _ => '\x7f',
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
    /// One of them has more than ASCII.
    beyond: bool,
}

impl Words {
    /// Parses words split on spaces.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let atom = |word: &str| {
            let mut folded = String::with_capacity(word.len());
            fold_into(word, &mut folded);
            // To respect case, nucleo wants all of an ASCII text where only its start or end is asked for.
            Atom::parse(&folded, CaseMatching::Ignore, Normalization::Never)
        };
        let atoms: Vec<Atom> = words.into_iter().map(atom).filter(|atom| !atom.needle_text().is_empty()).collect();
        let wanted = atoms.iter().filter(|atom| !atom.negative);
        let letters = wanted.fold(0, |letters, atom| letters | Letters::of(&atom.needle_text().to_string()).0);
        let beyond = atoms.iter().any(|atom| !is_ascii(atom));
        Self { atoms, letters: Letters(letters), beyond }
    }

    /// True if there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// The score of one text, or `None` where it does not match.
    pub fn score(&self, text: &str, scratch: &mut Scratch) -> Option<u32> {
        let mut folded = String::with_capacity(text.len());
        fold_into(text, &mut folded);
        if folded.is_ascii() {
            return self.score_folded(&folded, None, scratch);
        }
        let plain: String = folded.chars().map(plain).collect();
        self.score_folded(&plain, Some(&folded), scratch)
    }

    /// `whole` is the text as it is, where it has more than ASCII.
    fn score_folded(&self, plain: &str, whole: Option<&str>, scratch: &mut Scratch) -> Option<u32> {
        let mut total = 0;
        for atom in &self.atoms {
            let haystack = match whole.filter(|_| self.beyond && !is_ascii(atom)) {
                None => Utf32Str::Ascii(plain.as_bytes()),
                Some(whole) => {
                    // Character by character: to find the graphemes takes longer than to match.
                    scratch.chars.clear();
                    scratch.chars.extend(whole.chars());
                    Utf32Str::Unicode(&scratch.chars)
                }
            };
            // The first place found, then made as short as it gets: linear, where the best of all places is not.
            let score = if atom.kind == AtomKind::Fuzzy && !atom.negative {
                // Both sides are folded already: to look characters up in tables again takes most of the time.
                scratch.matcher.config.ignore_case = false;
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

fn is_ascii(atom: &Atom) -> bool {
    atom.needle_text().is_ascii()
}

/// Reusable memory of a matcher.
pub struct Scratch {
    matcher: Matcher,
    chars: Vec<char>,
}

impl Default for Scratch {
    fn default() -> Self {
        let mut config = Config::DEFAULT;
        config.normalize = false;
        Self { matcher: Matcher::new(config), chars: Vec::new() }
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
        let found = |typed: &str| text.score(0, &Words::new([typed]), &mut Scratch::default()).is_some();
        assert_eq!(["ив", "x", "вx", "陈", "b", "!陈"].map(found), [true, true, true, false, false, true]);
    }

    #[rstest::rstest]
    #[case("^eva", &[0, 2])]
    #[case("eva$", &[0, 1])]
    #[case("^eva$", &[])]
    #[case("'tan", &[0])]
    #[case("!eva$", &[2, 3])]
    #[case("^陈", &[3])]
    #[case("wei$", &[3])]
    #[case("x$ eva", &[])]
    fn anchors_are_about_the_ends_alone(#[case] typed: &str, #[case] rows: &[u32]) {
        let mut text = SearchText::default();
        for name in ["eva-tanaka eva", "ivan eva", "eva é", "陈wei"] {
            text.push([name]);
        }
        let (words, mut scratch) = (Words::new(typed.split(' ')), Scratch::default());
        let found: Vec<u32> = (0..4).filter(|row| text.score(*row, &words, &mut scratch).is_some()).collect();
        assert_eq!(found, rows);
    }

    proptest::proptest! {
        /// What stands for characters beyond ASCII alters nothing for what is typed in ASCII.
        #[test]
        fn plain_text_is_found_as_the_whole_one(text in "[a-c陈дø٠. \\-]{0,12}", typed in "[!^']?[a-c.]{1,4}\\$?") {
            let (words, mut scratch) = (Words::new([typed.as_str()]), Scratch::default());
            let mut folded = String::new();
            fold_into(&text, &mut folded);
            let whole = words.atoms.iter().all(|atom| {
                let needle = atom.needle_text().to_string();
                let mut letters = folded.chars();
                atom.negative != match atom.kind {
                    AtomKind::Fuzzy => needle.chars().all(|c| letters.any(|letter| letter == c)),
                    AtomKind::Substring => folded.contains(&needle),
                    AtomKind::Prefix => folded.trim_start().starts_with(&needle),
                    AtomKind::Postfix => folded.trim_end().ends_with(&needle),
                    _ => folded.trim() == needle,
                }
            });
            proptest::prop_assert_eq!(words.score(&text, &mut scratch).is_some(), whole);
        }
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
