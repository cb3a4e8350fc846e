//! Server strings made safe to show, and folded for searching. Knows nothing of SCIM or of the screen.
//!
//! The cleaned form is for display only; what goes back over the wire is always the raw value.

use std::borrow::Cow;
use std::cmp::Ordering;

use unicode_width::UnicodeWidthChar;

/// The most characters that [`clean`] lets through.
pub const LONGEST: usize = 256;

/// The most combining marks that may follow one another; living scripts need fewer.
const MARKS_IN_A_ROW: usize = 8;

const ZWNJ: char = '\u{200C}';
const ZWJ: char = '\u{200D}';

/// A string of the server's, safe to show on one line: no control, bidi or invisible characters, line breaks and tabs as
/// one space, at most eight combining marks in a row, at most [`LONGEST`] characters.
pub fn clean(raw: &str) -> Cow<'_, str> {
    clean_line(raw, LONGEST)
}

/// Like [`clean`], with at most `max` characters (not columns); the last one is `…` where something was cut off.
pub fn clean_line(raw: &str, max: usize) -> Cow<'_, str> {
    if raw.len() <= max && raw.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Cow::Borrowed(raw);
    }
    let mut line = Line::default();
    for c in raw.chars() {
        line.push(c);
        if line.chars > max {
            return Cow::Owned(line.cut(max));
        }
    }
    if line.text == raw { Cow::Borrowed(raw) } else { Cow::Owned(line.text) }
}

/// The text without the byte order mark that some editors put before it.
pub fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// JSON in which nothing acts on a terminal: what controls, turns or hides text is escaped. In JSON that can only stand in
/// strings, so the meaning stays.
pub fn escape_json(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c != '\n' && acts(c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut units = [0; 2];
    for c in text.chars() {
        if acts(c) {
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A number with its thousands apart: `12,000`.
pub fn number(value: impl TryInto<u64>) -> String {
    let digits = value.try_into().unwrap_or(u64::MAX).to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Text for comparing, searching and sorting without regard to case (`ẞ` and `ss` are the same, so are `ς` and `σ`).
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    folded(text).collect()
}

/// By way of upper case, since several lower-case letters may share one capital (and `ẞ` has no other way to it).
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// The order of two texts once they are [`fold`]ed.
pub fn compare_folded(one: &str, other: &str) -> Ordering {
    if one.is_ascii() && other.is_ascii() {
        let (one, other) = (one.bytes(), other.bytes());
        return one.map(|byte| byte.to_ascii_lowercase()).cmp(other.map(|byte| byte.to_ascii_lowercase()));
    }
    folded(one).cmp(folded(other))
}

/// A line under construction.
#[derive(Default)]
struct Line {
    text: String,
    chars: usize,
    marks: usize,
    last: Option<char>,
    /// A joiner that is kept only if a letter or an emoji follows.
    joiner: Option<char>,
}

impl Line {
    fn push(&mut self, c: char) {
        match c {
            ' '..='~' => self.base(c),
            '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if self.last != Some(' ') {
                    self.base(' ');
                }
            }
            ZWJ | ZWNJ => {
                if self.joiner.is_none() && self.last.is_some_and(|l| is_mark(l) || joins(l)) {
                    self.joiner = Some(c);
                }
            }
            _ if c.is_control() || is_invisible(c) => {}
            _ if is_mark(c) => self.mark(c),
            _ => self.base(c),
        }
    }

    fn base(&mut self, c: char) {
        if let Some(joiner) = self.joiner.take().filter(|_| joins(c)) {
            self.append(joiner);
        }
        self.marks = 0;
        self.append(c);
    }

    fn mark(&mut self, c: char) {
        if self.marks < MARKS_IN_A_ROW {
            self.joiner = None;
            self.marks += 1;
            self.append(c);
        }
    }

    fn append(&mut self, c: char) {
        self.text.push(c);
        self.chars += 1;
        self.last = Some(c);
    }

    fn cut(mut self, max: usize) -> String {
        let Some(keep) = max.checked_sub(1) else { return String::new() };
        let end = self.text.char_indices().nth(keep).map_or(self.text.len(), |(at, _)| at);
        self.text.truncate(end);
        let bare = self.text.trim_end_matches([ZWJ, ZWNJ]).len();
        self.text.truncate(bare);
        self.text.push('…');
        self.text
    }
}

/// Takes no column and belongs to what stands before it; variation selectors are counted among them.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.width() == Some(0)
}

fn joins(c: char) -> bool {
    !is_mark(c) && (c.is_alphabetic() || is_emoji(c))
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{A9}' | '\u{AE}' | '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Moves a cursor, breaks a line, turns text round or hides: never for a screen.
pub fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_invisible(c)
}

/// Leaves nothing behind where a text is cleaned, not even a space.
pub fn vanishes(c: char) -> bool {
    let is_break = matches!(c, '\t'..='\r' | '\u{85}');
    (c.is_control() && !is_break) || is_invisible(c) || matches!(c, ZWJ | ZWNJ)
}

/// Bidi controls, zero-width and filler characters, interlinear annotation, tags: nothing that a name needs, and much
/// that makes one name look like another.
fn is_invisible(c: char) -> bool {
    if ('\u{E0100}'..='\u{E01EF}').contains(&c) {
        return false;
    }
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FFF0}'..='\u{FFFC}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The choices in order of likeness to `wanted`, nearest first.
pub fn nearest_first<'a>(wanted: &str, choices: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = fold(wanted);
    let mut all: Vec<&str> = choices.collect();
    all.sort_by_cached_key(|choice| strsim::levenshtein(&wanted, &fold(choice)));
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        assert_eq!(nearest_first("acem", ["zebra", "acme", "acme-eu"].into_iter()), ["acme", "acme-eu", "zebra"]);
    }

    #[test]
    fn ordinary_names_are_borrowed() {
        for name in
            ["Ann Ågren", "山田 太郎", "👩\u{200D}🚀 crew", "می\u{200C}خواهم", "क\u{94D}\u{200D}ष", "❤\u{FE0F}", ""]
        {
            assert!(matches!(clean(name), Cow::Borrowed(same) if same == name), "{name:?}");
        }
    }

    #[test]
    fn what_deceives_is_removed() {
        for (raw, shown) in [
            ("a\u{1b}[31mb\u{7f}\u{9b}", "a[31mb"),
            ("ad\u{200B}min\u{202E}nimda\u{2066}", "adminnimda"),
            ("two\r\n\tlines\u{2028}end", "two lines end"),
            ("x\u{200D} y\u{200C}", "x y"),
            ("\u{200D}\u{200D}x", "x"),
            ("flag\u{E0067}\u{E007F}", "flag"),
            ("\u{FFF9}a\u{FFFA}b\u{FFFB}\u{FEFF}", "ab"),
            ("\u{3164}", ""),
        ] {
            assert_eq!(clean(raw), shown, "{raw:?}");
        }
        let zalgo = format!("o{}k", "\u{301}".repeat(90));
        assert_eq!(clean(&zalgo), format!("o{}k", "\u{301}".repeat(8)));
    }

    #[test]
    fn json_keeps_its_meaning_and_acts_on_nothing() {
        let raw = serde_json::json!({"name": "a\u{9b}31m\u{202E}b\u{E0041}", "plain": "å\n"});
        let text = serde_json::to_string_pretty(&raw).unwrap();
        let escaped = escape_json(&text);
        assert!(escaped.contains("\\u009b31m\\u202eb\\udb40\\udc41"), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), raw);
        assert!(matches!(escape_json("{\"a\":\"å\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(clean(&"å".repeat(257)), format!("{}…", "å".repeat(255)));
        assert_eq!(clean(&"a".repeat(256)), "a".repeat(256));
        assert_eq!(clean_line("abcdef", 3), "ab…");
        assert_eq!(clean_line("abc", 0), "");
        assert_eq!(clean_line("\n\u{202E}abc", 4), " abc");
        assert_eq!(clean_line("👩\u{200D}🚀 crew", 3), "👩…");
    }

    #[test]
    fn folding_ignores_case() {
        assert_eq!(fold("ANN.Å"), "ann.å");
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        for c in (0..0x2_0000).filter_map(char::from_u32) {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "{c:?}");
        }
    }

    /// Text with much of what is dangerous in it.
    fn nasty() -> impl Strategy<Value = String> {
        let special = prop::sample::select(vec![
            '\u{1b}',
            '\n',
            '\t',
            ' ',
            '\u{85}',
            ZWJ,
            ZWNJ,
            '\u{202E}',
            '\u{2067}',
            '\u{FEFF}',
            '\u{301}',
            '\u{94D}',
            '\u{FE0F}',
            '👩',
            'a',
            'क',
            '\u{E0041}',
        ]);
        prop::collection::vec(prop_oneof![3 => special, 1 => any::<char>()], 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn texts_are_compared_as_if_they_were_folded(one in "[aAbBßẞςσé陈 ]{0,5}", other in "[aAbBßẞςσé陈 ]{0,5}") {
            prop_assert_eq!(compare_folded(&one, &other), fold(&one).cmp(&fold(&other)));
        }

        #[test]
        fn cleaned_text_is_harmless_and_stays_as_it_is(raw in nasty(), max in 0usize..45) {
            let once = clean_line(&raw, max).into_owned();
            prop_assert!(once.chars().count() <= max);
            prop_assert!(!once.chars().any(|c| c.is_control() || is_invisible(c)), "{once:?}");
            prop_assert_eq!(clean_line(&once, max), once.as_str());
        }
    }
}
