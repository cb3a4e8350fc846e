//! Text without case and accents, as searches compare it.

use nucleo_matcher::chars;

/// Appends the text, folded.
///
/// Character by character, so that a prefix of the text folds to a prefix of the result; combining accents go.
pub(super) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
        return;
    }
    for c in text.chars() {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'ß' | 'ẞ' => out.push_str("ss"),
            'ς' => out.push('σ'),
            c => out.push(chars::to_lower_case(chars::normalize(c))),
        }
    }
}

/// The text, folded.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}
