//! A JSON document that borrows from its text: lists of thousands of records are read through it, and a table of each
//! object's members would cost more than it saves.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A value, with texts as they stand in the document wherever they have no escapes.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonTree<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<JsonTree<'a>>),
    /// The members of an object in their order; a key may stand there twice.
    Object(Vec<(Cow<'a, str>, JsonTree<'a>)>),
}

impl JsonTree<'_> {
    /// The kind of value, for a sentence: `an array`, `text`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// True for `true` and `false`.
    pub fn is_boolean(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The entries of an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(entries) = self { Some(entries) } else { None }
    }
}

impl<'a> From<&'a Value> for JsonTree<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(entries) => Self::Array(entries.iter().map(Self::from).collect()),
            Value::Object(map) => {
                Self::Object(map.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), value.into())).collect())
            }
        }
    }
}

/// The member of an object with that name, in this or another case; its value may be `null`. Of several with the same key
/// the last one counts, as everywhere else.
pub fn member<'t, 'a>(members: &'t [(Cow<'a, str>, JsonTree<'a>)], name: &str) -> Option<&'t JsonTree<'a>> {
    let exact = |name: &str| members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
    exact(name).or_else(|| {
        let (key, _) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        exact(key)
    })
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonTree<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = JsonTree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(JsonTree::Null)
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Self::Value, E> {
        Ok(JsonTree::Bool(bool))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(JsonTree::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(JsonTree::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(JsonTree::Null, JsonTree::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(JsonTree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(JsonTree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = seq.next_element()? {
            entries.push(entry);
        }
        Ok(JsonTree::Array(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key_seed(KeyText)? {
            members.push((key, map.next_value()?));
        }
        Ok(JsonTree::Object(members))
    }
}

/// A key, borrowed where it has no escapes.
struct KeyText;

impl<'de> DeserializeSeed<'de> for KeyText {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeyText {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".*", inner), 0..5).prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_text_is_read_as_a_tree_of_values_is(value in values(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let known: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<JsonTree<'_>>(&text).unwrap(), JsonTree::from(&known));
        }
    }

    #[test]
    fn of_two_members_with_one_key_the_last_one_counts() {
        let text = r#"{"User": 1, "USER": 2, "User": 3, "n\u0061me": "a\tb"}"#;
        let JsonTree::Object(members) = serde_json::from_str(text).unwrap() else { panic!("an object") };
        assert_eq!(member(&members, "user"), Some(&JsonTree::Number(3.into())));
        assert_eq!(member(&members, "USER"), Some(&JsonTree::Number(2.into())));
        assert_eq!(member(&members, "name").and_then(JsonTree::as_str), Some("a\tb"));
        assert_eq!(member(&members, "none"), None);
    }

    #[test]
    fn a_text_without_escapes_is_borrowed_and_depth_has_a_limit() {
        let text = r#"{"a": ["x"]}"#;
        let JsonTree::Object(members) = serde_json::from_str(text).unwrap() else { panic!("an object") };
        assert!(matches!(members[0].1.as_array(), Some([JsonTree::Text(Cow::Borrowed("x"))])));
        assert!(serde_json::from_str::<JsonTree<'_>>(&"[".repeat(100_000)).is_err());
    }
}
