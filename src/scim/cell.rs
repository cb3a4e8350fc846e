//! Cells that a spreadsheet would run as a formula: an apostrophe is added when they are written, and removed when they
//! are read.

use std::borrow::Cow;

/// The characters that begin a formula in a spreadsheet; East Asian editions take full-width signs, too.
const RUNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell as it is written to the file.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if runs(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The reverse of [`neutralise`]: the cell as it was meant.
pub fn restore(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if runs(rest) => rest,
        _ => text,
    }
}

/// True where a spreadsheet would run the cell, or the cell looks as if it had been marked.
fn runs(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(RUNS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_marked() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("-x", "'-x"),
            ("'@x", "''@x"),
            ("＝1", "'＝1"),
            ("\n=1", "'\n=1"),
            ("o'neil", "o'neil"),
            ("'", "'"),
        ] {
            assert_eq!(neutralise(text), written);
            assert_eq!(restore(written), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\t\r\n＝＠-]{0,4}.{0,4}") {
            let written = neutralise(&text);
            prop_assert!(!written.starts_with(RUNS));
            prop_assert_eq!(restore(&written), text.as_str());
        }
    }
}
