//! Tolerant reading of JSON objects: names without regard to case, `null` as absent, near misses of types accepted.
//!
//! Knows JSON and its paths, not what a user or a group is.

use std::{borrow::Cow, rc::Rc};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::document::{self, JsonTree};
pub use super::instant::parse as instant_of;

/// A part of a JSON document that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {why}")]
pub struct UnreadablePlace {
    /// The JSON path, as in `$.Resources[3].emails`.
    pub path: String,
    /// The problem; continues a sentence that begins with the path.
    pub why: String,
}

/// A JSON object and its path in the document.
///
/// An entry of a list may also be a bare value in place of an object (`"emails": ["a@x.io"]`): such an entry has no
/// fields, and [`JsonFields::value_or_string`] gives its value.
#[derive(Debug, Clone)]
pub struct JsonFields<'a> {
    what: FoundValue<'a>,
    /// The path of the object, or of the list that it is an entry of.
    base: Rc<str>,
    entry: Option<usize>,
}

/// The members of an object.
type Members<'a> = [(Cow<'a, str>, JsonTree<'a>)];

#[derive(Debug, Clone, Copy)]
enum FoundValue<'a> {
    Object(&'a Members<'a>),
    Bare(&'a JsonTree<'a>),
}

impl<'a> JsonFields<'a> {
    /// The fields of a value that has to be an object and stands at `path` (`$` is the whole document).
    pub fn of(value: &'a JsonTree<'a>, path: impl Into<Rc<str>>) -> Result<Self, UnreadablePlace> {
        let base = path.into();
        match value {
            JsonTree::Object(members) => Ok(Self { what: FoundValue::Object(members), base, entry: None }),
            other => {
                Err(UnreadablePlace { path: base.to_string(), why: format!("is {}, not an object", other.kind()) })
            }
        }
    }

    /// The path of this object in the document.
    pub fn path(&self) -> Cow<'_, str> {
        match self.entry {
            None => Cow::Borrowed(&*self.base),
            Some(entry) => Cow::Owned(format!("{}[{entry}]", self.base)),
        }
    }

    /// The names of the attributes as they are written; none for a bare value.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.members().iter().map(|(name, _)| &**name)
    }

    fn members(&self) -> &'a Members<'a> {
        match self.what {
            FoundValue::Object(members) => members,
            FoundValue::Bare(_) => &[],
        }
    }

    /// True for an object, false for a bare value.
    pub fn is_object(&self) -> bool {
        matches!(self.what, FoundValue::Object(_))
    }

    /// The value of the attribute; an exact match takes precedence over a match in another case (RFC 7643 §2.1). `null`
    /// is absent (RFC 7643 §2.5).
    pub fn get(&self, name: &str) -> Option<&'a JsonTree<'a>> {
        document::member(self.members(), name).filter(|value| **value != JsonTree::Null)
    }

    /// Text; numbers and booleans are accepted as they are written.
    pub fn string(&self, name: &str) -> Result<Option<Cow<'a, str>>, UnreadablePlace> {
        self.get(name).map(|value| text(value).ok_or_else(|| self.wrong(name, value, "text"))).transpose()
    }

    /// Text that must be there and not be empty, such as `id`.
    pub fn required_string(&self, name: &str) -> Result<Cow<'a, str>, UnreadablePlace> {
        match self.string(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.unreadable(name, "is empty".into())),
            None => Err(self.unreadable(name, "is missing".into())),
        }
    }

    /// `true` or `false`, also as text in any case (`"True"`), and as 1 or 0; empty text is absent.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, UnreadablePlace> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value {
            JsonTree::Bool(b) => Ok(Some(*b)),
            JsonTree::Text(s) if s.trim().is_empty() => Ok(None),
            other => match text(other).and_then(|text| truth(&text)) {
                Some(truth) => Ok(Some(truth)),
                None => Err(self.wrong(name, other, "true or false")),
            },
        }
    }

    /// A whole number, also as text or written with a fraction of zero; empty text is absent.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, UnreadablePlace> {
        let Some(value) = self.get(name) else { return Ok(None) };
        if value.as_str().is_some_and(|s| s.trim().is_empty()) {
            return Ok(None);
        }
        integer(value).map(Some).ok_or_else(|| self.wrong(name, value, "a whole number"))
    }

    /// A moment; see [`instant_of`]. `None` for an unreadable one: no record is worth losing over a date.
    pub fn instant(&self, name: &str) -> Option<Timestamp> {
        instant_of(self.get(name)?)
    }

    /// A nested object, such as `name` or `meta`.
    pub fn object(&self, name: &str) -> Result<Option<Self>, UnreadablePlace> {
        self.get(name).map(|value| Self::of(value, self.at(name))).transpose()
    }

    /// The entries of a multi-valued attribute: an array, or a single object or bare value in place of an array.
    /// Absent, `null` and `[]` are all empty (RFC 7643 §2.5); entries that are `null`, arrays or booleans are left out.
    pub fn objects(&self, name: &str) -> Vec<Self> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let base: Rc<str> = self.at(name).into();
        match value {
            JsonTree::Array(list) => {
                list.iter().enumerate().filter_map(|(i, value)| Self::entry(value, &base, Some(i))).collect()
            }
            one => Self::entry(one, &base, None).into_iter().collect(),
        }
    }

    /// The text of a bare entry, else the text of its `value` (RFC 7643 §2.4).
    pub fn value_or_string(&self) -> Result<Option<Cow<'a, str>>, UnreadablePlace> {
        match self.what {
            FoundValue::Bare(value) => Ok(text(value)),
            FoundValue::Object(_) => self.string("value"),
        }
    }

    /// The error for an attribute of this object.
    pub fn unreadable(&self, name: &str, why: String) -> UnreadablePlace {
        UnreadablePlace { path: self.at(name), why }
    }

    fn entry(value: &'a JsonTree<'a>, base: &Rc<str>, entry: Option<usize>) -> Option<Self> {
        let what = match value {
            JsonTree::Object(members) => FoundValue::Object(members),
            JsonTree::Text(_) | JsonTree::Number(_) => FoundValue::Bare(value),
            JsonTree::Null | JsonTree::Bool(_) | JsonTree::Array(_) => return None,
        };
        Some(Self { what, base: Rc::clone(base), entry })
    }

    fn at(&self, name: &str) -> String {
        let path = self.path();
        if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            format!("{path}.{name}")
        } else {
            format!("{path}['{name}']")
        }
    }

    fn wrong(&self, name: &str, found: &JsonTree<'_>, wanted: &str) -> UnreadablePlace {
        self.unreadable(name, format!("is {}, not {wanted}", found.kind()))
    }
}

/// The member of an object with that name, in this or another case; its value may be `null`.
pub fn get<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The boolean that some servers write as other text (`True`) or as a number (`1`). Other words, such as `yes`, are none:
/// nothing is guessed.
pub fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The kind of a value, for a sentence: `an array`, `text`.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn text<'a>(value: &'a JsonTree<'a>) -> Option<Cow<'a, str>> {
    match value {
        JsonTree::Text(s) => Some(Cow::Borrowed(s)),
        JsonTree::Number(n) => Some(Cow::Owned(n.to_string())),
        JsonTree::Bool(b) => Some(Cow::Borrowed(if *b { "true" } else { "false" })),
        JsonTree::Null | JsonTree::Array(_) | JsonTree::Object(_) => None,
    }
}

fn integer(value: &JsonTree<'_>) -> Option<i64> {
    /// Beyond this, doubles no longer hold every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        JsonTree::Number(n) => n.as_i64().or_else(|| {
            let whole = n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() <= EXACT)?;
            Some(whole as i64)
        }),
        JsonTree::Text(s) => s.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields<'a>(value: &'a JsonTree<'a>) -> JsonFields<'a> {
        JsonFields::of(value, "$.Resources[3]").unwrap()
    }

    #[test]
    fn names_ignore_case_and_null_is_absent() {
        let value = json!({"Value": "v", "value": "exact", "USERNAME": "ann", "emails": null});
        let tree = JsonTree::from(&value);
        let f = fields(&tree);
        assert_eq!(f.string("value").unwrap().as_deref(), Some("exact"));
        assert_eq!(f.string("userName").unwrap().as_deref(), Some("ann"));
        assert_eq!(f.string("emails"), Ok(None));
        assert!(f.objects("emails").is_empty());
    }

    #[test]
    fn near_misses_are_accepted_and_others_say_where() {
        let value =
            json!({"id": 12, "active": "True", "off": "false", "days": "7", "f": 3.0, "half": 3.5, "x": {}, "e": ""});
        let tree = JsonTree::from(&value);
        let f = fields(&tree);
        assert_eq!(f.string("id").unwrap().as_deref(), Some("12"));
        assert_eq!(
            (f.boolean("active"), f.boolean("off"), f.boolean("e")),
            (Ok(Some(true)), Ok(Some(false)), Ok(None))
        );
        assert_eq!((f.integer("days"), f.integer("f"), f.integer("e")), (Ok(Some(7)), Ok(Some(3)), Ok(None)));
        assert_eq!(f.string("x").unwrap_err().to_string(), "$.Resources[3].x is an object, not text");
        assert_eq!(f.integer("half").unwrap_err().why, "is a number, not a whole number");
        assert_eq!(f.boolean("id").unwrap_err().why, "is a number, not true or false");
        assert_eq!(f.required_string("none").unwrap_err().to_string(), "$.Resources[3].none is missing");
        assert_eq!(f.required_string("e").unwrap_err().why, "is empty");
        assert_eq!(f.unreadable("urn:x:y", String::new()).path, "$.Resources[3]['urn:x:y']");
    }

    #[test]
    fn booleans_are_read_as_servers_write_them_and_no_other_word_is_one() {
        let read = |value: Value| {
            let record = json!({"active": value});
            fields(&JsonTree::from(&record)).boolean("active")
        };
        for value in [json!(true), json!("TRUE"), json!(" true "), json!(1), json!("1")] {
            assert_eq!(read(value.clone()), Ok(Some(true)), "{value}");
        }
        for value in [json!(false), json!("False"), json!(0), json!("0")] {
            assert_eq!(read(value.clone()), Ok(Some(false)), "{value}");
        }
        for value in [json!(2), json!(-1), json!(0.5), json!("yes"), json!("Y"), json!("on"), json!([true]), json!({})]
        {
            assert!(read(value.clone()).is_err(), "{value}");
        }
        assert_eq!((read(json!(null)), read(json!(" "))), (Ok(None), Ok(None)));
    }

    #[test]
    fn lists_are_read_in_every_shape() {
        let shapes = [
            json!({"emails": {"Value": "a@x.io", "Primary": true}}),
            json!({"emails": [{"value": "a@x.io"}]}),
            json!({"Emails": ["a@x.io", null, []]}),
            json!({"emails": "a@x.io"}),
        ];
        for shape in &shapes {
            let tree = JsonTree::from(shape);
            let list = fields(&tree).objects("emails");
            assert_eq!(list.len(), 1, "{shape}");
            assert_eq!(list[0].value_or_string().unwrap().as_deref(), Some("a@x.io"), "{shape}");
            assert!(list[0].path().starts_with("$.Resources[3].emails"));
        }
    }

    #[test]
    fn nested_objects_keep_their_path() {
        let value = json!({"meta": {"created": "2025-7-01T00:00:00Z"}, "name": 5});
        let tree = JsonTree::from(&value);
        let meta = fields(&tree).object("Meta").unwrap().unwrap();
        assert_eq!(meta.path(), "$.Resources[3].Meta");
        assert_eq!(meta.instant("created").unwrap().to_string(), "2025-07-01T00:00:00Z");
        assert!(fields(&tree).object("name").is_err());
    }
}
