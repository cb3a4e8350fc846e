//! Characters that make one name look like another (Unicode TS #39): invisible ones, unusual blanks and hyphens, and
//! letters of other scripts that look Latin.
//!
//! Comparisons of names always include these characters. A message about a name that was not found says which of them
//! the name has, and where.

use std::{borrow::Cow, fmt};

use unicode_security::mixed_script::AugmentedScriptSet;

use super::text::{acts, clean};

/// The most characters that are reported for one text.
const MOST: usize = 3;
/// The most characters that are quoted from the text before a confusable one.
const QUOTED: usize = 24;

/// A character that is easily overlooked, with its place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenCharacter<'a> {
    /// The character as it stands in the text.
    pub found: char,
    before: &'a str,
    is_last: bool,
    look: Look,
}

/// How a character deceives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// The character is invisible or looks blank; holds its name.
    Hidden(&'static str),
    /// The character resembles the given ASCII character; holds its name.
    Like(&'static str, char),
}

/// The characters of a text that are easily overlooked, in their order.
pub fn find(text: &str) -> impl Iterator<Item = HiddenCharacter<'_>> {
    text.char_indices().filter_map(move |(at, found)| {
        let look = look(found)?;
        let is_last = at + found.len_utf8() == text.len();
        Some(HiddenCharacter { found, before: &text[..at], is_last, look })
    })
}

/// The end of a sentence about a text: "has U+200B (zero width space) after `eva`". `None` where the text has no such
/// character.
///
/// Letters that resemble Latin ones are ordinary in a text of their own script: they are reported only where the text
/// has Latin letters, too, or with `all`.
pub fn told(text: &str, all: bool) -> Option<String> {
    let mixed = all || text.contains(|c: char| c.is_ascii_alphabetic());
    listed(find(text).filter(|one| mixed || matches!(one.look, Look::Hidden(_))))
}

/// Like [`told`], but only for characters that [`clean`] removes; tabs and line ends are skipped, because [`clean`]
/// makes them blanks.
pub fn left_out(text: &str) -> Option<String> {
    listed(find(text).filter(|one| acts(one.found) && !matches!(one.found, '\t' | '\n' | '\r')))
}

fn listed<'a>(found: impl Iterator<Item = HiddenCharacter<'a>>) -> Option<String> {
    let words: Vec<String> = found.take(MOST).map(|one| one.to_string()).collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

/// The text as it looks: without invisible characters, and with Latin letters for those that resemble them. Two names
/// with the same skeleton are easily confused; never compare names by it.
pub fn skeleton(text: &str) -> String {
    let seen = text.chars().filter_map(|c| match look(c) {
        Some(Look::Like(_, like)) => Some(like),
        Some(Look::Hidden(_)) if c.is_whitespace() => Some(' '),
        Some(Look::Hidden(_)) => None,
        None => Some(c),
    });
    seen.collect()
}

/// Stands before a name that is easily confused with another.
pub const MARK: char = '≈';

/// Stands for a name that has no visible character.
pub const BLANK: &str = "(blank)";

/// The cleaned form of a name, with a mark before it where it is easily confused with another: one of its words has
/// letters of several scripts (UTS #39, highly restrictive), or characters were removed from it. [`BLANK`] where no
/// character of it is visible.
pub fn marked<'a>(raw: &str, shown: &'a str) -> Cow<'a, str> {
    if raw.is_empty() {
        return Cow::Borrowed(shown);
    }
    if is_blank(shown) {
        return Cow::Borrowed(BLANK);
    }
    if shown.is_ascii() && raw == shown {
        return Cow::Borrowed(shown);
    }
    let hides = |c: char| acts(c) && !matches!(c, '\t' | '\n' | '\r');
    if raw.contains(hides) || shown.split_whitespace().any(is_mixed) {
        return Cow::Owned(format!("{MARK}{shown}"));
    }
    Cow::Borrowed(shown)
}

/// True if no character of the text is visible.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c == BRAILLE_BLANK || hidden(c).is_some())
}

/// The Braille pattern without dots, which is not whitespace for Unicode.
const BRAILLE_BLANK: char = '\u{2800}';

/// True for a word that is not highly restrictive: its letters are of several scripts, other than Latin together with
/// the scripts of Chinese, Japanese or Korean.
fn is_mixed(word: &str) -> bool {
    if word.is_ascii() || !AugmentedScriptSet::for_str(word).is_empty() {
        return false;
    }
    let latin = AugmentedScriptSet::for_char('a');
    let rest = word.chars().map(AugmentedScriptSet::for_char).filter(|set| *set != latin);
    let rest = rest.reduce(|mut one, other| {
        one.intersect_with(other);
        one
    });
    !rest.is_some_and(|set| set.hanb || set.jpan || set.kore)
}

impl fmt::Display for HiddenCharacter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (self.before.is_empty(), self.is_last) {
            (true, _) => "begins with",
            (false, true) => "ends with",
            (false, false) => "has",
        };
        write!(f, "{place} U+{:04X} ", u32::from(self.found))?;
        match self.look {
            Look::Hidden(name) => write!(f, "({name})")?,
            Look::Like(name, like) => write!(f, "({name} that looks like {like})")?,
        }
        if place != "has" {
            return Ok(());
        }
        let start = self.before.char_indices().rev().nth(QUOTED - 1).map_or(0, |(at, _)| at);
        write!(f, " after `{}`", clean(&self.before[start..]))
    }
}

fn look(c: char) -> Option<Look> {
    if (' '..='~').contains(&c) {
        return None;
    }
    hidden(c).map(Look::Hidden).or_else(|| like(c).map(|(name, like)| Look::Like(name, like)))
}

fn hidden(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' => "tab",
        '\u{A0}' => "no-break space",
        '\u{AD}' => "soft hyphen",
        '\u{34F}' => "combining grapheme joiner",
        '\u{61C}' => "Arabic letter mark",
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => "Hangul filler",
        '\u{200B}' => "zero width space",
        '\u{200C}' => "zero width non-joiner",
        '\u{200D}' => "zero width joiner",
        '\u{200E}' => "left-to-right mark",
        '\u{200F}' => "right-to-left mark",
        '\u{202A}' => "left-to-right embedding",
        '\u{202B}' => "right-to-left embedding",
        '\u{202C}' => "pop directional formatting",
        '\u{202D}' => "left-to-right override",
        '\u{202E}' => "right-to-left override",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{2060}' => "word joiner",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{FEFF}' => "byte order mark",
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => "variation selector",
        '\u{E0000}'..='\u{E0FFF}' => "tag character",
        c if c.is_control() => "control character",
        c if c.is_whitespace() => "unusual space",
        c if acts(c) => "invisible character",
        _ => return None,
    })
}

/// The name of a character that resembles an ASCII one, and the ASCII character.
fn like(c: char) -> Option<(&'static str, char)> {
    let of = |pairs: &[(char, char)]| pairs.iter().find(|(other, _)| *other == c).map(|(_, like)| *like);
    Some(match c {
        '\u{2010}' => ("hyphen", '-'),
        '\u{2011}' => ("non-breaking hyphen", '-'),
        '\u{2012}' => ("figure dash", '-'),
        '\u{2013}' => ("en dash", '-'),
        '\u{2014}' => ("em dash", '-'),
        '\u{2212}' => ("minus sign", '-'),
        '\u{2018}' | '\u{2019}' | '\u{2BC}' => ("apostrophe", '\''),
        'ı' => ("dotless i", 'i'),
        'ɑ' => ("Latin alpha", 'a'),
        'ɡ' => ("script g", 'g'),
        '\u{FF01}'..='\u{FF5E}' => ("fullwidth character", char::from_u32(u32::from(c) - 0xFEE0)?),
        '\u{370}'..='\u{3FF}' => ("Greek letter", of(GREEK)?),
        '\u{400}'..='\u{52F}' => ("Cyrillic letter", of(CYRILLIC)?),
        _ => return None,
    })
}

#[rustfmt::skip]
const CYRILLIC: &[(char, char)] = &[
    ('а', 'a'), ('е', 'e'), ('о', 'o'), ('р', 'p'), ('с', 'c'), ('у', 'y'), ('х', 'x'), ('к', 'k'), ('і', 'i'),
    ('ј', 'j'), ('ѕ', 's'), ('ԁ', 'd'), ('һ', 'h'), ('ԛ', 'q'), ('ԝ', 'w'), ('ѵ', 'v'), ('ӏ', 'l'), ('А', 'A'),
    ('В', 'B'), ('Е', 'E'), ('К', 'K'), ('М', 'M'), ('Н', 'H'), ('О', 'O'), ('Р', 'P'), ('С', 'C'), ('Т', 'T'),
    ('У', 'Y'), ('Х', 'X'), ('І', 'I'), ('Ј', 'J'), ('Ѕ', 'S'), ('Ԛ', 'Q'), ('Ԝ', 'W'), ('Ѵ', 'V'), ('Ӏ', 'I'),
];

#[rustfmt::skip]
const GREEK: &[(char, char)] = &[
    ('α', 'a'), ('ο', 'o'), ('ν', 'v'), ('ρ', 'p'), ('ι', 'i'), ('κ', 'k'), ('υ', 'u'), ('χ', 'x'), ('γ', 'y'),
    ('τ', 't'), ('Α', 'A'), ('Β', 'B'), ('Ε', 'E'), ('Ζ', 'Z'), ('Η', 'H'), ('Ι', 'I'), ('Κ', 'K'), ('Μ', 'M'),
    ('Ν', 'N'), ('Ο', 'O'), ('Ρ', 'P'), ('Τ', 'T'), ('Υ', 'Y'), ('Χ', 'X'), ('ϲ', 'c'), ('ϳ', 'j'), ('Ϲ', 'C'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::middle("eva\u{200b}-tanaka", "has U+200B (zero width space) after `eva`")]
    #[case::start("\u{feff}eva", "begins with U+FEFF (byte order mark)")]
    #[case::end("eva@example.com\u{200b}", "ends with U+200B (zero width space)")]
    #[case::blank("eva\u{a0}tanaka", "has U+00A0 (no-break space) after `eva`")]
    #[case::turned("eva\u{202e}x", "has U+202E (right-to-left override) after `eva`")]
    #[case::control("e\u{1b}va", "has U+001B (control character) after `e`")]
    #[case::cyrillic("еva", "begins with U+0435 (Cyrillic letter that looks like e)")]
    #[case::greek("evα", "ends with U+03B1 (Greek letter that looks like a)")]
    #[case::hyphen("eva\u{2011}tanaka", "has U+2011 (non-breaking hyphen that looks like -) after `eva`")]
    #[case::fullwidth("evａ", "ends with U+FF41 (fullwidth character that looks like a)")]
    #[case::two("\u{feff}eva\u{ad}x", "begins with U+FEFF (byte order mark) and has U+00AD (soft hyphen) after `eva`")]
    fn what_is_overlooked_is_named_with_its_place(#[case] text: &str, #[case] words: &str) {
        assert_eq!(told(text, false).as_deref(), Some(words));
    }

    #[rstest::rstest]
    #[case::plain("eva-tanaka", "eva-tanaka")]
    #[case::own_script("Сергей Ελένη", "Сергей Ελένη")]
    #[case::accents("Åsa Öberg", "Åsa Öberg")]
    #[case::chinese("陈伟abc", "陈伟abc")]
    #[case::japanese("山田たろうカナ-tokyo", "山田たろうカナ-tokyo")]
    #[case::korean("김eva金", "김eva金")]
    #[case::emoji("👩\u{200D}🚀 crew", "👩\u{200D}🚀 crew")]
    #[case::digits("команда-42", "команда-42")]
    #[case::cyrillic("\u{435}va-tanaka", "≈\u{435}va-tanaka")]
    #[case::one_word_of_two("Eva T\u{430}naka", "≈Eva T\u{430}naka")]
    #[case::greek_and_cyrillic("αб", "≈αб")]
    #[case::kana_and_hangul("かな김", "≈かな김")]
    #[case::hidden("eva\u{200b}-tanaka", "≈eva-tanaka")]
    #[case::turned("\u{202e}eva", "≈eva")]
    #[case::lines("eva\ntanaka", "eva tanaka")]
    #[case::nothing("", "")]
    #[case::spaces("  ", "(blank)")]
    #[case::filler("\u{3164}", "(blank)")]
    #[case::braille("\u{2800}\u{200b}", "(blank)")]
    #[case::ideographic_space("\u{3000}", "(blank)")]
    fn a_name_that_passes_for_another_is_marked(#[case] raw: &str, #[case] shown: &str) {
        assert_eq!(marked(raw, &clean(raw)), shown);
    }

    #[test]
    fn a_text_of_its_own_script_is_ordinary() {
        for text in ["eva-tanaka", "Åsa Öberg", "Сергей", "Ελένη", "陈伟", ""] {
            assert_eq!(told(text, false), None, "{text}");
        }
        assert!(told("Сергей", true).is_some());
    }

    #[test]
    fn names_that_look_the_same_have_one_skeleton() {
        for text in ["еv\u{200b}a\u{a0}x", "eva x", "ｅva\u{2003}x", "eva\u{202e} x"] {
            assert_eq!(skeleton(text), "eva x", "{text:?}");
        }
    }
}
