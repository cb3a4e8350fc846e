//! Names compared without regard to letter case (RFC 7643 §2.1, §4.1.1: `userName` is case-insensitive unless `caseExact`)
//! and to how an accent is composed (Unicode NFC).
//!
//! Nothing else is the same: a letter outside ASCII is never taken for one of ASCII (`ı` is no `i`, `ﬁ` is no `fi`), and
//! invisible characters count.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use smallvec::SmallVec;

/// The form in which two names are equal where they differ by case or composition only. Blanks stay.
pub fn key(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let composed = nfc.normalize(name);
    let mut folded_name = String::with_capacity(composed.len() + 4);
    for c in composed.chars() {
        if c.is_ascii() {
            folded_name.push(c.to_ascii_lowercase());
        } else {
            folded_name.extend(folded(c));
        }
    }
    // Borrowed, and so without a copy, where folding left it composed.
    match nfc.normalize(&folded_name) {
        Cow::Borrowed(_) => Cow::Owned(folded_name),
        Cow::Owned(composed) => Cow::Owned(composed),
    }
}

/// The name with its accents composed (NFC).
pub fn composed(name: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(name)
}

/// True if both names have the same [`key`].
pub fn same(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() { one.eq_ignore_ascii_case(other) } else { key(one) == key(other) }
}

/// True where both are the same text, as servers normalise it: but for how an accent is composed, for blanks at the ends
/// and for how many blanks stand between words. Case counts.
pub fn same_text(one: &str, other: &str) -> bool {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    one == other || nfc.normalize(&squeezed(one)) == nfc.normalize(&squeezed(other))
}

/// The same without regard to letter case.
pub fn same_name(one: &str, other: &str) -> bool {
    same(one, other) || same(&squeezed(one), &squeezed(other))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

type FoldedLetters = SmallVec<[char; 4]>;

/// The lower-case form of a letter beyond ASCII, by way of upper case: several lower-case letters may share one capital
/// (`ς` and `σ`).
fn folded(c: char) -> FoldedLetters {
    let stays_foreign = |letters: &FoldedLetters| !letters.iter().any(char::is_ascii);
    let round: FoldedLetters =
        c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect::<FoldedLetters>();
    let lower = || c.to_lowercase().collect::<FoldedLetters>();
    Some(round)
        .filter(stays_foreign)
        .or_else(|| Some(lower()).filter(stays_foreign))
        .unwrap_or_else(|| [c].into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::case("Eva.ÅGREN", "eva.ågren", true)]
    #[case::final_sigma("ΟΔΟΣ", "οδος", true)]
    #[case::composition("Jose\u{301}", "JOS\u{c9}", true)]
    #[case::hangul("\u{1112}\u{1161}\u{11ab}", "\u{d55c}", true)]
    #[case::sharp_s("STRAẞE", "straße", true)]
    #[case::sharp_s_is_no_ss("straße", "strasse", false)]
    #[case::dotless_i("admın", "admin", false)]
    #[case::dotted_i("İlker", "ilker", false)]
    #[case::ligature("ﬁona", "fiona", false)]
    #[case::cyrillic("еva", "eva", false)]
    #[case::zero_width("e\u{200b}va", "eva", false)]
    #[case::blanks("eva ", "eva", false)]
    #[case::fullwidth("ｅva", "eva", false)]
    fn names_are_the_same_but_for_case_and_composition(#[case] one: &str, #[case] other: &str, #[case] so: bool) {
        assert_eq!((same(one, other), same(other, one)), (so, so));
    }

    #[test]
    fn what_servers_normalise_is_no_difference() {
        assert!(same_text(" Jose\u{301}  Two ", "Jos\u{e9} Two"));
        assert!(!same_text("eva two", "Eva Two") && same_name("eva  two", "Eva Two"));
        assert!(!same_text("evatwo", "eva two") && !same_name("e\u{200b}va", "eva"));
    }

    #[test]
    fn a_key_is_its_own_key_and_keeps_foreign_letters_foreign() {
        for c in (0..0x2_0000).filter_map(char::from_u32) {
            let text = c.to_string();
            let once = key(&text).into_owned();
            assert_eq!(key(&once), once, "{c:?}");
            // Three signs are by Unicode nothing but another code point for a letter or a mark of ASCII.
            assert!(c.is_ascii() || !once.is_ascii() || "\u{212a}\u{1fef}\u{37e}".contains(c), "{c:?}");
        }
    }
}
