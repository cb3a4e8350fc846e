//! A tree written as YAML. Every text that a reader of YAML 1.1 or 1.2 may take for something else stands in quotes.

use serde_json::{Map, Value};

use crate::scim::text::acts;

/// The document; its top is a map.
pub(super) fn document(tree: &Value) -> String {
    let mut out = String::new();
    match tree {
        Value::Object(map) if !map.is_empty() => entries(&mut out, map, 0),
        other => {
            inline(&mut out, other);
            out.push('\n');
        }
    }
    out
}

fn entries(out: &mut String, map: &Map<String, Value>, depth: usize) {
    for (index, (key, value)) in map.iter().enumerate() {
        // The first key of an entry stands behind its dash.
        if index > 0 || !out.ends_with("- ") {
            indent(out, depth);
        }
        text(out, key);
        out.push(':');
        after_key(out, value, depth);
    }
}

fn after_key(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            entries(out, map, depth + 1);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            for item in list {
                indent(out, depth);
                out.push_str("- ");
                match item {
                    Value::Object(map) if !map.is_empty() => entries(out, map, depth + 1),
                    other => {
                        inline(out, other);
                        out.push('\n');
                    }
                }
            }
        }
        Value::Null => out.push('\n'),
        other => {
            out.push(' ');
            inline(out, other);
            out.push('\n');
        }
    }
}

/// On one line. What is empty or a list in a list is written as in JSON, which is YAML, too.
fn inline(out: &mut String, value: &Value) {
    match value {
        Value::String(string) => text(out, string),
        other => out.push_str(&other.to_string()),
    }
}

fn indent(out: &mut String, depth: usize) {
    (0..depth).for_each(|_| out.push_str("  "));
}

fn text(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            _ if acts(c) || c.is_whitespace() && c != ' ' => match u32::from(c) {
                code @ ..=0xFFFF => out.push_str(&format!("\\u{code:04X}")),
                code => out.push_str(&format!("\\U{code:08X}")),
            },
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// True for a text that is one without quotes, too, in the eyes of every reader.
fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(|c| c.is_alphabetic() && !acts(c));
    let goes_on = |c: char| {
        (c.is_alphanumeric() && !acts(c)) || matches!(c, '_' | '-' | '.' | '/' | '@' | '+' | ' ' | '(' | ')' | '\'')
    };
    begins && chars.all(goes_on) && !text.ends_with(' ') && !is_word(text)
}

/// Words that mean something: of YAML 1.2 and, beyond them, of YAML 1.1.
fn is_word(text: &str) -> bool {
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_something_else_is_quoted() {
        for name in ["eva", "Eva T.", "it's", "ADD-only", "a/b@c.d", "陈", "e3", "nobody", "x  y"] {
            assert!(is_plain(name), "{name}");
        }
        let others = [
            "",
            "no",
            "NO",
            "Null",
            "~",
            "1e3",
            "007",
            "0x1F",
            "12:30",
            "2026-01-02",
            "1_000",
            ".inf",
            "-",
            "- a",
            "a: b",
            "#x",
            "a #b",
            "a ",
            " a",
            "'a'",
            "\"",
            "[a]",
            "{a}",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a`",
            "a\nb",
            "\u{FEFF}a",
            "a\u{A0}b",
            "\u{3164}",
            "<<",
            "=",
            "?",
            "on",
        ];
        for name in others {
            assert!(!is_plain(name), "{name:?}");
        }
    }
}
