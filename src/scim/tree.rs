//! JSON as a tree of values. A tree takes up to eighty times the memory of its text, so its size is estimated before it
//! is built, and a tree that is too large is refused: a failed allocation would end the program.

use memchr::memchr2;
use serde_json::Value;

use super::document::JsonTree;

/// The memory that a tree may take beside three times its text, in bytes.
const SPARE: usize = 40 << 20;
/// A text up to this size, in bytes, can't become a large tree.
const SMALL: usize = 64 << 10;
/// Trees above this size, in bytes, are built one at a time.
const HEAVY: usize = 4 << 20;

/// The bytes of an object beside its members: room for the first members, and the table that finds them.
const OBJECT: usize = 390;
/// The bytes of a member of an object: its name, and its share of the room.
const MEMBER: usize = 60;
/// The bytes of an array's entry, in an array with twice the capacity that it needs.
const ENTRY: usize = 120;

/// The reason why there is no tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// More values than fit in memory.
    #[error("has {values} values in {} MB, more than can be held", .bytes.div_ceil(1_000_000))]
    TooLarge {
        /// The approximate number of values.
        values: usize,
        /// The length of the text in bytes.
        bytes: usize,
    },
}

/// Reads a JSON document.
pub fn parse(text: &[u8]) -> Result<Value, TreeError> {
    check(text)?;
    Ok(serde_json::from_slice(text)?)
}

/// Reads a JSON document that borrows from its text.
pub fn borrow(text: &str) -> Result<JsonTree<'_>, TreeError> {
    check(text.as_bytes())?;
    Ok(serde_json::from_str(text)?)
}

fn check(text: &[u8]) -> Result<(), TreeError> {
    if text.len() > SMALL {
        let size = Size::of(text);
        if size.bytes() > SPARE + 3 * text.len() {
            return Err(TreeError::TooLarge { values: size.objects + size.members + size.entries, bytes: text.len() });
        }
    }
    Ok(())
}

/// True for a text whose tree must be the only one while it is in use.
pub fn is_heavy(text: &[u8]) -> bool {
    text.len() > SMALL && (text.len() > HEAVY || Size::of(text).bytes() > HEAVY)
}

/// The estimated content of a JSON text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Size {
    objects: usize,
    members: usize,
    entries: usize,
    text: usize,
}

impl Size {
    fn of(text: &[u8]) -> Self {
        let mut size = Self { text: text.len(), ..Self::default() };
        let (mut commas, mut arrays, mut at) = (0, 0, 0);
        while let Some(byte) = text.get(at) {
            match byte {
                b'"' => at = end_of_string(text, at + 1),
                b'{' => size.objects += 1,
                b'[' => arrays += 1,
                b',' => commas += 1,
                b':' => size.members += 1,
                _ => {}
            }
            at += 1;
        }
        // Each array and object has one more value than commas, unless it is empty.
        size.entries = (commas + arrays + size.objects + 1_usize).saturating_sub(size.members);
        size
    }

    fn bytes(&self) -> usize {
        self.text + OBJECT * self.objects + MEMBER * self.members + ENTRY * self.entries
    }
}

/// The index of the quote that ends a string, or the end of the text.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// A record of about `bytes` bytes that repeats `unit`.
    fn record(unit: &str, bytes: usize) -> String {
        format!("{{\"id\":\"1\",\"x\":[{}0]}}", unit.repeat(bytes / unit.len()))
    }

    #[rstest]
    #[case::numbers("0,")]
    #[case::objects("{\"a\":0},")]
    #[case::empty_objects("{},")]
    #[case::arrays("[],")]
    #[case::nested("[[[0]]],")]
    fn what_would_take_many_times_its_text_is_refused(#[case] unit: &str) {
        let error = parse(record(unit, 8 << 20).as_bytes()).unwrap_err();
        assert!(matches!(error, TreeError::TooLarge { values, .. } if values > 1_000_000), "{error}");
        assert!(parse(record(unit, 100 << 10).as_bytes()).is_ok());
    }

    #[test]
    fn a_team_of_a_hundred_thousand_is_read() {
        let member = "{\"value\":\"2819c223-7f76-453a-919d-413861904646\",\"display\":\"ann-lee-12345\",\
                      \"$ref\":\"https://x.example/scim/v2/Users/2819c223-7f76-453a-919d-413861904646\"},";
        let team = record(member, 100_000 * member.len());
        assert!(is_heavy(team.as_bytes()));
        assert_eq!(parse(team.as_bytes()).unwrap()["x"].as_array().unwrap().len(), 100_001);
    }

    #[test]
    fn long_texts_are_no_values() {
        let text = format!("{{\"a\":\"{}\"}}", "[{,:\\\"".repeat(1 << 20));
        assert_eq!(Size::of(text.as_bytes()), Size { objects: 1, members: 1, entries: 1, text: text.len() });
        assert!(parse(text.as_bytes()).is_ok());
        assert_eq!(Size::of(b"\"\\").text, 2);
    }
}
