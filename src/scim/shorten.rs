//! Texts in as many cells of a terminal as there are: measured by display width, cut with a sign.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Display width in cells: the sum of the graphemes' widths, which is what the screen's buffer goes by. The width of the
/// text as a whole can be less where letters join (Arabic lam and alef).
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The beginning of the text that fits, with `more` at its end where something was cut.
pub fn cut(text: &str, cells: usize, more: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(more));
    let mut out = String::with_capacity(cells);
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme);
        if used + wide > room {
            break;
        }
        used += wide;
        out.push_str(grapheme);
    }
    if width(more) <= cells {
        out.push_str(more);
    }
    out
}

/// A name that fits, with `more` in its middle where something was cut: names of one directory often begin and end alike, and
/// differ in a number at the end (`aarav-ku…-1042`). Of an address the domain gives way first.
pub fn elide(text: &str, cells: usize, more: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let sign = width(more);
    if let Some((local, domain)) = text.rsplit_once('@').filter(|(local, _)| !local.is_empty()) {
        let local_room = cells.saturating_sub(1 + sign);
        if width(local) <= local_room {
            return format!("{local}@{}", cut(domain, cells - width(local) - 1, more));
        }
        if local_room >= ELIDED {
            return format!("{}@{more}", elide(local, local_room, more));
        }
    }
    if cells < ELIDED {
        return cut(text, cells, more);
    }
    let room = cells - sign;
    let tail = end_of(text, room / 2);
    let head = cut(text, room - width(tail), "");
    format!("{head}{more}{tail}")
}

/// Shorter texts are cut at the end: of both ends too little would be left.
const ELIDED: usize = 8;

/// The end of a name: its number with the sign before it where that fits, else a third of the room.
fn end_of(text: &str, most: usize) -> &str {
    let number = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let number =
        if number.len() < text.len() { number.strip_suffix(['-', '_', '.', ' ']).unwrap_or(number) } else { text };
    let number = text.get(number.len()..).unwrap_or_default();
    if !number.is_empty() && width(number) <= most {
        return number;
    }
    let (mut start, mut used) = (text.len(), 0);
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used > (most * 2).div_ceil(3).min(most) {
            break;
        }
        start = at;
    }
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_in_the_middle_so_that_their_ends_tell_them_apart() {
        let short = |text: &str, cells| elide(text, cells, "…");
        assert_eq!(short("aarav-kulkarni-1042", 14), "aarav-ku…-1042");
        assert_eq!(short("aarav-kulkarni-1042", 11), "aarav…-1042");
        assert_eq!(short("aarav-kulkarni-1042", 19), "aarav-kulkarni-1042");
        assert_eq!(short("Aarav Kulkarni-Subramaniam", 14), "Aarav Kul…niam");
        assert_eq!(short("aarav.kulkarni@example.com", 22), "aarav.kulkarni@exampl…");
        assert_eq!(short("aarav.kulkarni.1042@example.com", 14), "aarav.….1042@…");
        assert_eq!(short("aarav-kulkarni", 6), "aarav…");
        assert_eq!(short("eva", 0), "");
        for text in
            ["aarav-kulkarni-1042", "田中エヴァ田中エヴァ-12", "e\u{301}vaaaaaaaaaaaa", "a@b.example", "20260312140000"]
        {
            for cells in 0..24 {
                assert!(width(&short(text, cells)) <= cells, "{text} {cells}");
            }
        }
    }
}
