//! The envelope of an answer: a page of a list, or one resource. Records stay raw until someone reads them one by one.
//!
//! Knows the `ListResponse` (RFC 7644 §3.4.2), not the meaning of records.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::{Value, error::Category, value::RawValue};

use super::{
    json::kind,
    tree::{self, TreeError},
};

mod envelope;

/// The byte order mark that some servers put before their JSON.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An answer to a list request. The counters are the server's, and are often wrong.
#[derive(Debug, Default)]
pub struct ListPage<R = Box<RawValue>> {
    /// `totalResults`: the length of the whole list.
    pub total: Option<u64>,
    /// `startIndex`, from 1.
    pub start_index: Option<u64>,
    /// `itemsPerPage`; by the RFC the length of this page, in practice also the server's limit.
    pub items_per_page: Option<u64>,
    /// `nextCursor` (RFC 9865 §2), where there are more records.
    pub next_cursor: Option<String>,
    /// The records, each valid JSON, not necessarily an object.
    pub resources: Vec<R>,
}

/// A body that is not the expected answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBody {
    /// An empty body, or only whitespace.
    #[error("The server's answer is empty.")]
    Empty,
    /// A web page.
    #[error("The server answered with a web page instead of data.")]
    Html,
    /// Not JSON, or JSON with a syntax error.
    #[error("The server's answer is not JSON: {why} in line {line}, column {column}.")]
    NotJson {
        /// The line of the error, from 1.
        line: usize,
        /// The column of the error in bytes, from 1.
        column: usize,
        /// The parser's message.
        why: String,
    },
    /// JSON that ends in the middle.
    #[error("The server's answer was cut off after {bytes} bytes.")]
    CutOff {
        /// The length of the body in bytes.
        bytes: usize,
    },
    /// JSON with more values than fit in memory.
    #[error("The server's answer {0}.")]
    TooLarge(String),
    /// A single page with more records than its size allows.
    #[error("The server's answer holds more than {most} records in one page.")]
    TooMany {
        /// The most records that are accepted.
        most: usize,
    },
    /// JSON, but no list.
    #[error("A list was asked for, and the server answered with {got}.")]
    NotAList {
        /// The kind of value that came, as in `an array`.
        got: String,
    },
    /// JSON, but not an object where one record was expected.
    #[error("A record was asked for, and the server answered with {got}.")]
    NotARecord {
        /// The kind of value that came, as in `an array`.
        got: String,
    },
}

/// Reads a page of a list. Keys may have any case, counters any type; the records are not parsed.
pub fn parse(body: &[u8]) -> Result<ListPage, BadBody> {
    let text = text(body)?;
    let ListPage { total, start_index, items_per_page, next_cursor, resources } = parse_text(&text)?;
    let resources = resources.into_iter().map(ToOwned::to_owned).collect();
    Ok(ListPage { total, start_index, items_per_page, next_cursor, resources })
}

/// The [`text`] of a body that the caller gives up; mostly reuses the body without a copy.
pub fn into_text(body: Vec<u8>) -> Result<String, BadBody> {
    let (start, length) = (body.as_ptr(), body.len());
    match text(&body)? {
        Cow::Borrowed(same) if (same.as_ptr(), same.len()) == (start, length) => {}
        other => return Ok(other.into_owned()),
    }
    Ok(String::from_utf8(body).unwrap_or_default())
}

/// Reads a page from its [`text`], from which the records are borrowed.
pub fn parse_text(text: &str) -> Result<ListPage<&RawValue>, BadBody> {
    if !text.starts_with('{') {
        serde_json::from_str::<IgnoredAny>(text).map_err(|e| bad(&e, text.len()))?;
        return Err(BadBody::NotAList { got: kind_of_raw(text).into() });
    }
    envelope::parse(text)
}

/// Reads one resource, which is an object.
pub fn parse_one(body: &[u8]) -> Result<Value, BadBody> {
    let text = text(body)?;
    let value = tree::parse(text.as_bytes()).map_err(|error| match error {
        TreeError::Json(error) => bad(&error, body.len()),
        error @ TreeError::TooLarge { .. } => BadBody::TooLarge(error.to_string()),
    })?;
    if value.is_object() { Ok(value) } else { Err(BadBody::NotARecord { got: kind(&value).into() }) }
}

/// The body as text that may be JSON. Broken UTF-8 becomes U+FFFD, so that one bad name does not lose the whole list.
pub fn text(body: &[u8]) -> Result<Cow<'_, str>, BadBody> {
    let body = body.strip_prefix(BOM).unwrap_or(body).trim_ascii();
    match body.first() {
        None => Err(BadBody::Empty),
        Some(b'<') => Err(BadBody::Html),
        // The body is nearly always valid UTF-8, so a strict check with a lossy fallback is faster than lossy reading
        // alone.
        Some(_) => Ok(str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)),
    }
}

fn bad(error: &serde_json::Error, bytes: usize) -> BadBody {
    if error.classify() == Category::Eof {
        return BadBody::CutOff { bytes };
    }
    let (line, column, full) = (error.line(), error.column(), error.to_string());
    let why = full.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&full).to_owned();
    BadBody::NotJson { line, column, why }
}

fn kind_of_raw(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "text",
        Some(b'n') => "null",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::{
        envelope::{LONG, MOST_SHORT},
        *,
    };

    #[test]
    fn a_list_is_read_whatever_its_case_and_counters() {
        let page = parse(
            b"\xEF\xBB\xBF {\"schemas\":[1],\"totalresults\":\"3\",\"StartIndex\":null,\"itemsPerPage\":9999.0,
              \"resources\":[{\"id\":\"a\"}, 7, {\"id\":\"\xFF\"}],\"nextCursor\":\"c/1\"}",
        )
        .unwrap();
        assert_eq!((page.total, page.start_index, page.items_per_page), (Some(3), None, Some(9999)));
        assert_eq!(page.next_cursor.as_deref(), Some("c/1"));
        let raw: Vec<&str> = page.resources.iter().map(|r| r.get()).collect();
        assert_eq!(raw, ["{\"id\":\"a\"}", "7", "{\"id\":\"\u{FFFD}\"}"]);
    }

    #[test]
    fn an_empty_list_needs_no_resources() {
        for body in ["{\"totalResults\":0}", "{\"Resources\":null}", "{\"Resources\":[],\"totalResults\":[]}"] {
            let page = parse(body.as_bytes()).unwrap();
            assert!(page.resources.is_empty() && page.total.unwrap_or(0) == 0, "{body}");
        }
        assert_eq!(parse(b"{\"Resources\":{\"id\":1}}").unwrap().resources.len(), 1);
    }

    #[test]
    fn other_answers_are_named() {
        for (body, sentence) in [
            (" \n", "The server's answer is empty."),
            ("<!doctype html>", "The server answered with a web page instead of data."),
            ("{\"Resources\":[{\"id\":", "The server's answer was cut off after 20 bytes."),
            ("[1,", "The server's answer was cut off after 3 bytes."),
            ("[]", "A list was asked for, and the server answered with an array."),
            ("{\"id\":1}", "A list was asked for, and the server answered with an object with id."),
            ("{\"Resources\":\"x\"}", "A list was asked for, and the server answered with text as its Resources."),
            ("{\"Resources\":[]}}", "The server's answer is not JSON: trailing characters in line 1, column 17."),
            ("no way", "The server's answer is not JSON: expected ident in line 1, column 2."),
        ] {
            assert_eq!(parse(body.as_bytes()).unwrap_err().to_string(), sentence, "{body}");
        }
    }

    #[test]
    fn a_page_of_nothing_but_short_records_is_refused() {
        let page = |record: &str, records: usize| format!("{{\"Resources\":[{}]}}", vec![record; records].join(","));
        assert_eq!(parse(page("{}", MOST_SHORT).as_bytes()).unwrap().resources.len(), MOST_SHORT);
        let refused = parse(page("{}", 1_000_000).as_bytes()).unwrap_err();
        assert_eq!(refused, BadBody::TooMany { most: MOST_SHORT + 12_000 });
        let person = format!("{{\"id\":\"{}\"}}", "x".repeat(LONG));
        assert_eq!(parse(page(&person, 2 * MOST_SHORT).as_bytes()).unwrap().resources.len(), 2 * MOST_SHORT);
    }

    #[test]
    fn a_body_becomes_its_text() {
        for (body, expected) in [
            (&b"{\"a\":\"\xC3\xA5\"}"[..], "{\"a\":\"\u{e5}\"}"),
            (b"\xEF\xBB\xBF{} ", "{}"),
            (b"[\"\xFF\"]", "[\"\u{FFFD}\"]"),
        ] {
            assert_eq!(into_text(body.to_vec()).unwrap(), expected);
            assert_eq!(text(body).unwrap(), expected);
        }
        assert_eq!(into_text(b" ".to_vec()), Err(BadBody::Empty));
    }

    #[test]
    fn one_record_is_an_object() {
        assert_eq!(parse_one(b"{\"id\":\"a\"}").unwrap()["id"], "a");
        assert_eq!(parse_one(b"[]").unwrap_err(), BadBody::NotARecord { got: "an array".into() });
        assert_eq!(parse_one(b"{\"id\":").unwrap_err(), BadBody::CutOff { bytes: 6 });
        let deep = "[".repeat(100_000);
        assert!(parse_one(deep.as_bytes()).is_err());
    }

    /// A page of five megabytes takes one scan and one copy; a tree of values takes many times as long.
    #[test]
    fn large_pages_stay_raw() {
        let record = format!("{{\"id\":\"x\",\"displayName\":\"{}\"}}", "n".repeat(300));
        let body = format!("{{\"Resources\":[{}]}}", vec![record.as_str(); 15_000].join(","));
        let page = parse(body.as_bytes()).unwrap();
        assert_eq!(page.resources.len(), 15_000);
        assert_eq!(page.resources[14_999].get(), record);
    }
}
