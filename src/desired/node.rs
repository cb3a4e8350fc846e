//! A document as it is written: scalars are text, with or without quotes, and never numbers. Knows no format.

use rustc_hash::FxHashMap;

use super::{FilePlace, FileProblem};
use crate::scim::text::clean;

/// The most levels of lists and maps inside each other: a document needs five.
pub(super) const DEEPEST: usize = 32;

/// A place in the text, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TextPosition {
    pub line: usize,
    pub column: usize,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileNode {
    pub at: TextPosition,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// `null` of JSON, or nothing at all after a key of YAML.
    Nothing,
    Scalar(ScalarText),
    List(Vec<FileNode>),
    Map(NodeMap),
}

/// A text as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScalarText {
    pub text: String,
    /// Without quotes: it may have been meant for something else than a text.
    pub bare: bool,
}

/// A scalar that is no text, as a sentence.
pub(super) struct NoText(String);

impl NoText {
    pub fn into_words(self) -> String {
        self.0
    }
}

impl ScalarText {
    /// The text. Numbers and dates are their digits; what means nothing, true or false to readers of YAML and JSON is a text
    /// in quotes alone.
    pub fn text(&self) -> Result<&str, NoText> {
        if self.bare && (is_null(&self.text) || is_boolean(&self.text)) {
            let text = &self.text;
            return Err(NoText(format!("{text} without quotes is no text; write \"{text}\" if that is the name")));
        }
        Ok(&self.text)
    }
}

/// True for what YAML's core schema takes for nothing.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "~" | "null" | "Null" | "NULL")
}

/// True for what YAML's core schema takes for true or false.
pub(super) fn is_boolean(text: &str) -> bool {
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

/// Keys with their values, in the order of the file, each key once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NodeMap(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub at: TextPosition,
    pub key: ScalarText,
    pub value: FileNode,
}

impl NodeMap {
    /// Of entries as they were written.
    pub fn of(entries: Vec<Entry>) -> Result<Self, FileProblem> {
        let mut seen: FxHashMap<&str, TextPosition> = FxHashMap::default();
        for Entry { at, key, .. } in &entries {
            if let Some(first) = seen.insert(&key.text, *at) {
                let TextPosition { line, column } = first;
                let why = format!("the key {} stands in line {line} (column {column}) already", clean(&key.text));
                return Err(at.problem(why));
            }
        }
        Ok(Self(entries))
    }

    pub fn get(&self, key: &str) -> Option<&FileNode> {
        self.0.iter().find(|entry| entry.key.text == key).map(|entry| &entry.value)
    }

    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    pub fn into_entries(self) -> Vec<Entry> {
        self.0
    }
}

impl TextPosition {
    /// A problem here.
    pub fn problem(self, why: impl Into<String>) -> FileProblem {
        let Self { line, column } = self;
        let place = FilePlace { line, words: format!("line {line}, column {column}") };
        place.problem("", why)
    }
}
