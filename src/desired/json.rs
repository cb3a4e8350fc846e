//! JSON as it is written: keys that come twice are told, and a number is the digits of the file.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    FilePlace, FileProblem,
    node::{DEEPEST, Entry, FileNode, NodeMap, ScalarText, TextPosition, Value},
};
use crate::scim::text::clean;

/// Reads the one value of a file.
pub(super) fn parse(text: &str) -> Result<FileNode, FileProblem> {
    let lines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    let text = Text { text, lines: std::iter::once(0).chain(lines).collect() };
    let whole: &RawValue =
        serde_json::from_str(text.text).map_err(|error| FilePlace::default().problem("", broken(&error)))?;
    text.node(whole, 0)
}

struct Text<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'t> Text<'t> {
    fn node(&self, raw: &'t RawValue, depth: usize) -> Result<FileNode, FileProblem> {
        let at = self.at(raw);
        if depth > DEEPEST {
            return Err(at.problem(format!("more than {DEEPEST} lists and objects inside each other")));
        }
        let wrong = |error: serde_json::Error| at.problem(broken(&error));
        let written = raw.get();
        let value = match written.as_bytes().first() {
            Some(b'{') => {
                let members: Members<'t> = serde_json::from_str(written).map_err(wrong)?;
                let entries = members.0.into_iter().map(|(key, raw)| {
                    let value = self.node(raw, depth + 1)?;
                    Ok(Entry { at: value.at, key: ScalarText { text: key, bare: false }, value })
                });
                Value::Map(NodeMap::of(entries.collect::<Result<_, FileProblem>>()?)?)
            }
            Some(b'[') => {
                let items: Vec<&'t RawValue> = serde_json::from_str(written).map_err(wrong)?;
                Value::List(items.into_iter().map(|raw| self.node(raw, depth + 1)).collect::<Result<_, _>>()?)
            }
            Some(b'"') => {
                Value::Scalar(ScalarText { text: serde_json::from_str(written).map_err(wrong)?, bare: false })
            }
            Some(b'n') => Value::Nothing,
            _ => Value::Scalar(ScalarText { text: written.to_owned(), bare: true }),
        };
        Ok(FileNode { at, value })
    }

    /// A raw value lies in the text that it was read from.
    fn at(&self, raw: &RawValue) -> TextPosition {
        let offset = raw.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).map_or(0, |index| self.lines[index]);
        // In bytes, as the JSON reader counts: a file may be one line, and characters would be counted anew for each value.
        TextPosition { line, column: offset - start + 1 }
    }
}

/// An object as it is written, keys that come twice too.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(MembersReader)
    }
}

struct MembersReader;

impl<'de> Visitor<'de> for MembersReader {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            members.push((key, map.next_value()?));
        }
        Ok(Members(members))
    }
}

fn broken(error: &serde_json::Error) -> String {
    format!("this is not JSON: {}", clean(&error.to_string()))
}
