//! A secret with characters between its own that no screen shows: the cleaning of texts drops them, and would put the
//! secret together again.

use std::{collections::VecDeque, ops::Range, str};

use crate::scim::text;

/// The ranges of the text that are the secret and such characters. `windows` are those of [`windows`] for at least the
/// secret's length. Uses as much memory as the secret and the ranges found.
pub(super) fn find(text: &[u8], windows: &[Range<usize>], secret: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if secret.is_empty() || windows.is_empty() {
        return found;
    }
    let fall_back = fall_backs(secret);
    for window in windows {
        let within = find_in(&text[window.clone()], secret, &fall_back);
        found.extend(within.into_iter().map(|range| window.start + range.start..window.start + range.end));
    }
    found
}

fn find_in(text: &[u8], secret: &[u8], fall_back: &[usize]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The places of the newest bytes that may be the secret's.
    let mut places: VecDeque<usize> = VecDeque::new();
    let mut matched = 0;
    for ShownByte { at, byte } in shown(text) {
        while matched > 0 && byte != secret[matched] {
            matched = fall_back[matched - 1];
        }
        matched += usize::from(byte == secret[matched]);
        places.push_back(at);
        places.drain(..places.len() - matched);
        if matched == secret.len() {
            found.extend(places.front().map(|start| *start..at + 1));
            places.clear();
            matched = 0;
        }
    }
    found
}

/// The parts of the text that are nearer than `reach` bytes to a character that cleaning drops: a scattered secret of that
/// length lies in one of them. Two parts lie at least `reach` bytes apart, so a large text has few of them.
pub(super) fn windows(text: &[u8], reach: usize) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (at, length) in all_dropped(text) {
        let mut start = at.saturating_sub(reach);
        // Of a row of backslashes only its beginning tells which of them begin an escape.
        while start > 0 && text[start - 1] == b'\\' {
            start -= 1;
        }
        let end = (at + length + reach).min(text.len());
        match all.last_mut() {
            Some(last) if start <= last.end => last.end = end.max(last.end),
            _ => all.push(start..end),
        }
    }
    all
}

/// Bytes that are looked at together: few enough that a name beyond ASCII leaves most of its record to a single look.
const CHUNK: usize = 64;

/// The places and lengths of characters that cleaning drops. Chunks of plain text are passed over as wholes.
fn all_dropped(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let chunks = (0..).step_by(CHUNK).zip(text.chunks(CHUNK));
    // A fold that looks at every byte is turned into vector instructions; `any` is not.
    let others = chunks.filter(|(_, chunk)| !chunk.iter().fold(true, |plain, byte| plain & is_plain(*byte)));
    others.flat_map(move |(start, chunk)| {
        let bytes = (start..).zip(chunk).filter(|(_, byte)| !is_plain(**byte));
        bytes.filter_map(|(at, _)| Some((at, dropped(&text[at..])?)))
    })
}

/// True for a byte of ASCII that begins no dropped character.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' '..=b'[' | b']'..=b'~')
}

/// For each beginning of the secret, the length of its longest end that is a beginning, too (Knuth, Morris, Pratt).
fn fall_backs(secret: &[u8]) -> Vec<usize> {
    let mut all = vec![0; secret.len()];
    for at in 1..secret.len() {
        let mut length: usize = all[at - 1];
        while length > 0 && secret[at] != secret[length] {
            length = all[length - 1];
        }
        all[at] = length + usize::from(secret[at] == secret[length]);
    }
    all
}

/// A byte that is part of what a screen shows.
struct ShownByte {
    at: usize,
    byte: u8,
}

/// The bytes of a text, without the characters that cleaning drops, whether they stand for themselves or are escaped as
/// JSON does it (RFC 8259 §7).
fn shown(text: &[u8]) -> impl Iterator<Item = ShownByte> {
    let mut next = 0;
    // The second of two backslashes begins no escape.
    let mut escaped = false;
    std::iter::from_fn(move || {
        if !escaped {
            while let Some(length) = text.get(next..).and_then(dropped) {
                next += length;
            }
        }
        let (at, byte) = (next, *text.get(next)?);
        next += 1;
        escaped = byte == b'\\' && !escaped;
        Some(ShownByte { at, byte })
    })
}

/// The length of the dropped character that the text begins with, if there is one.
fn dropped(text: &[u8]) -> Option<usize> {
    match *text {
        [] => None,
        [byte, ..] if is_plain(byte) => None,
        [b'\\', b'b' | b'f', ..] => Some(2),
        [b'\\', b'u', ..] => {
            let unit = |at: usize| u16::from_str_radix(str::from_utf8(text.get(at..at + 4)?).ok()?, 16).ok();
            let first = unit(2)?;
            let second = text.get(6..8).filter(|next| *next == b"\\u").and_then(|_| unit(8));
            let mut decoded = char::decode_utf16([first].into_iter().chain(second));
            let c = decoded.next()?.ok()?;
            text::vanishes(c).then_some(6 * c.len_utf16())
        }
        [first, ..] => {
            let length = match first {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0.. => 4,
            };
            let c = str::from_utf8(text.get(..length)?).ok()?.chars().next()?;
            text::vanishes(c).then_some(length)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Looking around the dropped characters alone finds as much as looking everywhere.
        #[test]
        fn windows_hold_all_that_is_scattered(
            parts in proptest::collection::vec("a|b|\\\\|u|200b|\u{200b}|\\\\u200b|é|ab|b{5}", 0..40),
            secret in "[ab]{1,6}",
        ) {
            let text = parts.concat();
            let everywhere = find_in(text.as_bytes(), secret.as_bytes(), &fall_backs(secret.as_bytes()));
            let is_scattered = |range: &Range<usize>| range.len() > secret.len();
            let covered = |range: &Range<usize>, all: &[Range<usize>]| {
                all.iter().any(|other| other.start < range.end && range.start < other.end)
            };
            let found = find(text.as_bytes(), &windows(text.as_bytes(), secret.len()), secret.as_bytes());
            for range in everywhere.iter().filter(|range| is_scattered(range)) {
                prop_assert!(covered(range, &found), "{range:?} of {text:?} is in none of {found:?}");
            }
        }
    }
}
