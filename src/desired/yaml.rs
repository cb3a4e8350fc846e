//! YAML as it is written. The parser's events tell how a scalar stands in the file, which types of serde do not.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use rustc_hash::FxHashMap;

use super::{
    FileProblem,
    node::{DEEPEST, Entry, FileNode, NodeMap, ScalarText, TextPosition, Value},
};
use crate::scim::text::clean;

/// The most values that aliases may stand for: ten lines can stand for millions.
const ALIASED: usize = 100_000;

/// The most characters that a key may have: the standard asks for 1,024, and a name may be longer.
const LONGEST_KEY: usize = 1 << 16;

/// Reads the one document of a file.
pub(super) fn parse(text: &str) -> Result<FileNode, FileProblem> {
    let options = granit_parser::options! { simple_key_max_lookahead: LONGEST_KEY };
    let mut building = OpenNodes::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(broken)?;
        building.take(event, span)?;
    }
    Ok(building.document.unwrap_or(FileNode { at: TextPosition { line: 1, column: 1 }, value: Value::Nothing }))
}

/// Lists and maps that are open, outermost first.
#[derive(Default)]
struct OpenNodes {
    open: Vec<OpenNode>,
    document: Option<FileNode>,
    /// Finished values by their anchor.
    anchored: FxHashMap<usize, (FileNode, usize)>,
    /// Values that aliases have stood for.
    aliased: usize,
}

struct OpenNode {
    at: TextPosition,
    anchor: usize,
    what: What,
}

enum What {
    List(Vec<FileNode>),
    /// With the key whose value comes next.
    Map(Vec<Entry>, Option<(TextPosition, ScalarText)>),
}

impl OpenNodes {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), FileProblem> {
        let at = at(&span);
        match event {
            Event::DocumentStart(..) if self.document.is_some() => {
                Err(at.problem("a second document begins here; a file is one"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                // The parser writes ~ where nothing stands.
                let text = if span.is_empty() { Cow::Borrowed("") } else { text };
                let node = FileNode { at, value: scalar(text, style, tag, at)? };
                self.add(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => self.begin(at, anchor, What::List(Vec::new()), tag, "seq"),
            Event::MappingStart(_, anchor, tag) => self.begin(at, anchor, What::Map(Vec::new(), None), tag, "map"),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchored.get(&anchor) else {
                    return Err(at.problem("this alias stands for what it is part of"));
                };
                self.aliased += size;
                if self.aliased > ALIASED {
                    return Err(at.problem(format!("aliases stand for more than {ALIASED} values")));
                }
                let node = FileNode { at, value: node.value.clone() };
                self.add(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        at: TextPosition,
        anchor: usize,
        what: What,
        tag: Option<Cow<'_, Tag>>,
        own: &str,
    ) -> Result<(), FileProblem> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema_tag(own)) {
            return Err(unread(&tag, at));
        }
        if self.open.len() == DEEPEST {
            return Err(at.problem(format!("more than {DEEPEST} lists and maps inside each other")));
        }
        self.open.push(OpenNode { at, anchor, what });
        Ok(())
    }

    fn end(&mut self) -> Result<(), FileProblem> {
        let Some(OpenNode { at, anchor, what }) = self.open.pop() else { return Ok(()) };
        let value = match what {
            What::List(list) => Value::List(list),
            What::Map(entries, _) => Value::Map(merged(NodeMap::of(entries)?)?),
        };
        self.add(FileNode { at, value }, anchor)
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, node: FileNode, anchor: usize) -> Result<(), FileProblem> {
        if anchor > 0 {
            self.anchored.insert(anchor, (node.clone(), size(&node)));
        }
        match self.open.last_mut().map(|open| &mut open.what) {
            None => self.document = Some(node),
            Some(What::List(list)) => list.push(node),
            Some(What::Map(entries, key)) => match (key.take(), node) {
                (Some((at, key)), value) => entries.push(Entry { at, key, value }),
                (None, FileNode { at, value: Value::Scalar(scalar) }) => *key = Some((at, scalar)),
                (None, FileNode { at, .. }) => return Err(at.problem("a key is a text")),
            },
        }
        Ok(())
    }
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<Cow<'_, Tag>>,
    at: TextPosition,
) -> Result<Value, FileProblem> {
    // `!` alone says that it is no number.
    let says_text =
        |tag: &Tag| tag.is_yaml_core_schema_tag("str") || tag.parts() == ("", "!") || tag.parts() == ("!", "");
    let bare = match tag {
        None => style == ScalarStyle::Plain,
        Some(tag) if says_text(&tag) => false,
        Some(tag) => return Err(unread(&tag, at)),
    };
    Ok(if bare && text.is_empty() {
        Value::Nothing
    } else {
        Value::Scalar(ScalarText { text: text.into_owned(), bare })
    })
}

/// With what a merge key `<<` brings: keys that are not there yet, of several maps the first one's.
fn merged(map: NodeMap) -> Result<NodeMap, FileProblem> {
    let is_merge = |entry: &Entry| entry.key.bare && entry.key.text == "<<";
    let Some(place) = map.entries().iter().position(is_merge) else { return Ok(map) };
    let mut entries = map.into_entries();
    let Entry { at, value, .. } = entries.remove(place);
    let sources = match value.value {
        Value::List(list) => list,
        _ => vec![value],
    };
    for source in sources {
        let Value::Map(source) = source.value else { return Err(at.problem("<< takes a map, or a list of them")) };
        for entry in source.into_entries() {
            if !entries.iter().any(|own| own.key.text == entry.key.text) {
                entries.push(entry);
            }
        }
    }
    NodeMap::of(entries)
}

fn size(node: &FileNode) -> usize {
    1 + match &node.value {
        Value::Nothing | Value::Scalar(_) => 0,
        Value::List(list) => list.iter().map(size).sum(),
        Value::Map(map) => map.entries().iter().map(|entry| 1 + size(&entry.value)).sum(),
    }
}

fn at(span: &Span) -> TextPosition {
    TextPosition { line: span.start.line(), column: span.start.col() + 1 }
}

fn unread(tag: &Tag, at: TextPosition) -> FileProblem {
    at.problem(format!("the tag {} is not read here", clean(&tag.original())))
}

fn broken(error: ScanError) -> FileProblem {
    let marker = error.marker();
    let at = TextPosition { line: marker.line(), column: marker.col() + 1 };
    at.problem(format!("this is not YAML: {}", clean(&error.info())))
}
