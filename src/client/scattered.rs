//! A secret with characters between its own that no screen shows: the cleaning of texts drops them, and would put the
//! secret together again.

use std::{collections::VecDeque, ops::Range, str};

use crate::scim::text;

/// The ranges of the text that are the secret and such characters. Uses as much memory as the secret and the ranges found.
pub(super) fn find(text: &[u8], secret: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if secret.is_empty() || !may_hide(text) {
        return found;
    }
    let fall_back = fall_backs(secret);
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

/// Bytes that are looked at together.
const CHUNK: usize = 4_096;

/// True where cleaning may drop a character. Only other bytes than plain ASCII are looked at, which most texts have few of.
fn may_hide(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'[' | b']'..=b'~');
    (0..).step_by(CHUNK).zip(text.chunks(CHUNK)).any(|(start, chunk)| {
        let others = chunk.iter().filter(|byte| !is_plain(byte)).count();
        let mut bytes = (start..).zip(chunk);
        others > 0 && bytes.any(|(at, byte)| !is_plain(byte) && dropped(&text[at..]).is_some())
    })
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
        [b' '..=b'[' | b']'..=b'~', ..] | [] => None,
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
