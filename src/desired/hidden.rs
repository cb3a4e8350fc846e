//! Invisible characters in a file. A name keeps them only if the directory's own name contains them.

use std::fmt;

use crate::scim::text::{acts, clean_line};

/// Maximum number of hidden characters that a message lists.
const TOLD: usize = 3;

/// Joiners: they shape letters and emoji in free text, and are invisible elsewhere.
const JOINERS: [char; 2] = ['\u{200C}', '\u{200D}'];

/// Characters of a text that are invisible or look like a space, each with its position, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HiddenCharacters(Vec<(usize, char)>);

impl HiddenCharacters {
    /// The hidden characters in a name that identifies a record.
    pub fn in_name(text: &str) -> Option<Self> {
        Self::of(text, hides)
    }

    /// The hidden characters in free text; line breaks are allowed, and so are joiners that shape something.
    pub fn in_words(text: &str) -> Option<Self> {
        let joiners = |text: &str| text.matches(JOINERS).count();
        let shape = joiners(text) == joiners(&clean_line(text, usize::MAX));
        Self::of(text, |c| hides(c) && !matches!(c, '\t' | '\n' | '\r') && !(shape && JOINERS.contains(&c)))
    }

    fn of(text: &str, hides: impl Fn(char) -> bool) -> Option<Self> {
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return None;
        }
        let found: Vec<_> = (1..).zip(text.chars()).filter(|(_, c)| hides(*c)).take(TOLD).collect();
        (!found.is_empty()).then_some(Self(found))
    }
}

impl fmt::Display for HiddenCharacters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (at, c)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}U+{:04X} ({}) at character {at}", u32::from(*c), name(*c))?;
        }
        Ok(())
    }
}

/// True for invisible characters, and for all spaces except the ordinary space and the wide ideographic space.
fn hides(c: char) -> bool {
    acts(c) || JOINERS.contains(&c) || c.is_whitespace() && !matches!(c, ' ' | '\u{3000}')
}

fn name(c: char) -> &'static str {
    match c {
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
        '\u{A0}' => "no-break space",
        '\u{AD}' => "soft hyphen",
        '\u{200B}' => "zero width space",
        '\u{200C}' => "zero width non-joiner",
        '\u{200D}' => "zero width joiner",
        '\u{200E}' => "left-to-right mark",
        '\u{200F}' => "right-to-left mark",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "turns text round",
        '\u{202F}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        '\u{FEFF}' => "byte order mark",
        _ if c.is_control() => "control character",
        _ if c.is_whitespace() => "another space",
        _ => "invisible",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_by_code_and_place() {
        let told = |text: &str| HiddenCharacters::in_name(text).map(|hidden| hidden.to_string()).unwrap_or_default();
        assert_eq!(told("\u{200B}team01"), "U+200B (zero width space) at character 1");
        assert_eq!(
            told("\u{A0}é\u{A0}"),
            "U+00A0 (no-break space) at character 1, U+00A0 (no-break space) at character 3"
        );
        assert_eq!(told("a\u{202E}b\u{FEFF}\u{AD}\u{2060}").matches("U+").count(), TOLD);
        for plain in ["Ann Ågren", "  two  blanks ", "開発\u{3000}部", "it's", ""] {
            assert_eq!(told(plain), "", "{plain:?}");
        }
    }

    #[test]
    fn joiners_may_shape_free_text_alone() {
        for shaped in ["می\u{200C}خواهم", "👩\u{200D}🚀 crew", "two\r\n\tlines"] {
            assert!(
                HiddenCharacters::in_words(shaped).is_none() && HiddenCharacters::in_name(shaped).is_some(),
                "{shaped:?}"
            );
        }
        assert!(HiddenCharacters::in_words("eva\u{200D} x").is_some());
        assert!(HiddenCharacters::in_words("eva\u{200B}").is_some());
    }
}
