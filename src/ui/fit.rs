//! Text that fits: measured by display width, cut with a sign.

pub use crate::scim::{
    shorten::{cut, elide, width},
    text::number as count,
};

/// Exactly this wide: cut or filled with spaces.
pub fn pad(text: &str, cells: usize, more: &str) -> String {
    let mut out = cut(text, cells, more);
    let fill = cells.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', fill));
    out
}

/// Like [`pad`], with the text at the right end.
pub fn pad_left(text: &str, cells: usize, more: &str) -> String {
    let text = cut(text, cells, more);
    let mut out = " ".repeat(cells.saturating_sub(width(&text)));
    out.push_str(&text);
    out
}

/// `no match, 12 similar`: how many rows stand in where none contains what is typed.
pub fn only_similar(rows: usize) -> String {
    format!("no match, {} similar", count(rows as u64))
}

/// `412 ms`, `2.5 s`, `3 min 20 s`.
pub fn seconds(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}

/// `1 team`, `3 teams`.
pub fn counted(number: usize, word: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {word}{s}", count(number as u64))
}

/// Words put into lines of at most this width; words that are longer are split.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let mut word = word.to_owned();
            if !line.is_empty() && width(&line) + 1 + width(&word) > cells {
                lines.push(std::mem::take(&mut line));
            }
            while width(&word) > cells {
                let head = cut(&word, cells, "");
                if head.is_empty() {
                    break;
                }
                word = word.get(head.len()..).unwrap_or_default().to_owned();
                lines.push(head);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_never_overflow() {
        assert_eq!(pad("田中エヴァ", 5, "…"), "田中…");
        assert_eq!(pad("田中", 6, "…"), "田中  ");
        assert_eq!(cut("eva", 2, "…"), "e…");
        assert_eq!(cut("eva", 0, "…"), "");
        assert_eq!(width("لا"), 2);
        for text in ["e\u{301}va", "👩‍👩‍👧 family", "กำ"] {
            for cells in 0..8 {
                assert!(width(&cut(text, cells, "…")) <= cells, "{text} {cells}");
            }
        }
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        let shown = [0_u64, 999, 1000, 12_345, 1_234_567].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!([counted(1, "team"), counted(2, "team")], ["1 team", "2 teams"]);
    }

    #[test]
    fn wrapping_keeps_every_word() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("a\nb", 9), ["a", "b"]);
    }
}
