//! The differences between two readings of one record: values that were removed, added or changed. The server's own
//! bookkeeping (`meta`, times), and names that are shown beside ids, do not count.
//!
//! Knows JSON and the attributes that RFC 7643 gives every record; no schema, no vendor.

use serde_json::{Map, Value};

use super::{instant, json, schema};

/// A difference between two readings.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueDifference {
    /// A difference in an attribute with several values: the entries that were removed and added, each by its
    /// identifying text.
    Entries {
        /// The attribute's name.
        name: String,
        /// Entries only in the first reading.
        gone: Vec<String>,
        /// Entries only in the second reading.
        come: Vec<String>,
    },
    /// A difference in a single value.
    Value {
        /// The path of the value: `title`, `name.givenName`, `urn:…:User:department`.
        path: String,
        /// The value in the first reading; `None` where there was none.
        before: Option<Value>,
        /// The value in the second reading; `None` where there is none.
        after: Option<Value>,
    },
}

impl ValueDifference {
    /// The top-level attribute that holds the difference.
    pub fn attribute(&self) -> &str {
        match self {
            Self::Entries { name, .. } => name,
            Self::Value { path, .. } => {
                let end = if schema::is_urn(path) { path.len() } else { path.find('.').unwrap_or(path.len()) };
                &path[..end]
            }
        }
    }
}

/// Attributes that only the server changes.
const BOOKKEEPING: [&str; 6] = ["schemas", "id", "meta", "etag", "version", "lastModified"];

/// The differences of the second reading from the first.
pub fn differences(before: &Value, after: &Value) -> Vec<ValueDifference> {
    let mut found = Vec::new();
    let nothing = Map::new();
    let [before, after] = [before, after].map(|value| value.as_object().unwrap_or(&nothing));
    for name in names(before, after).filter(|name| !BOOKKEEPING.iter().any(|one| one.eq_ignore_ascii_case(name))) {
        let of = |map: &Map<String, Value>| json::get(map, name).cloned().unwrap_or_default();
        let between = if schema::is_urn(name) { ':' } else { '.' };
        compare(name, between, [&of(before), &of(after)], &mut found);
    }
    found
}

/// The keys of both objects, each once, without regard to case.
fn names<'a>(before: &'a Map<String, Value>, after: &'a Map<String, Value>) -> impl Iterator<Item = &'a str> {
    let new = after.keys().filter(|key| json::get(before, key).is_none());
    before.keys().chain(new).map(String::as_str)
}

/// Attributes with several values (RFC 7643 §4.1.2, §4.2): some servers write a single one without the list around it.
const LISTS: [&str; 10] = [
    "emails",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "groups",
    "entitlements",
    "roles",
    "x509Certificates",
    "members",
];

/// Compares two values; `between` stands between the path and the name of a part: a colon behind a schema, else a full
/// stop (RFC 7644 §3.10).
fn compare(path: &str, between: char, [before, after]: [&Value; 2], found: &mut Vec<ValueDifference>) {
    let is_list = LISTS.iter().any(|name| name.eq_ignore_ascii_case(path));
    let listed = |value: &Value| match value {
        Value::Object(map) if is_list && !map.is_empty() => Value::Array(vec![value.clone()]),
        Value::String(text) if is_list && !text.is_empty() => Value::Array(vec![value.clone()]),
        other => other.clone(),
    };
    match (&listed(before), &listed(after)) {
        (Value::Object(_), Value::Object(_) | Value::Null) | (Value::Null, Value::Object(_)) => {
            let nothing = Map::new();
            let [before, after] = [before, after].map(|value| value.as_object().unwrap_or(&nothing));
            for name in names(before, after) {
                let of = |map: &Map<String, Value>| json::get(map, name).cloned().unwrap_or_default();
                compare(&format!("{path}{between}{name}"), '.', [&of(before), &of(after)], found);
            }
        }
        (Value::Array(_), Value::Array(_) | Value::Null) | (Value::Null, Value::Array(_)) => {
            let [before, after] = [&listed(before), &listed(after)].map(entries);
            let lacks = |of: &[String], those: &[String]| -> Vec<String> {
                those.iter().filter(|one| !of.iter().any(|other| other == *one)).cloned().collect()
            };
            let (gone, come) = (lacks(&after, &before), lacks(&before, &after));
            if !gone.is_empty() || !come.is_empty() {
                found.push(ValueDifference::Entries { name: path.to_owned(), gone, come });
            }
        }
        _ => {
            let is_there = |value: &Value| !matches!(value, Value::Null | Value::Bool(false)) && *value != "";
            let [one, other] = [before, after].map(|value| Some(value).filter(|value| is_there(value)));
            let moments = [before, after].map(|value| value.is_null() || is_moment(value));
            if !schema::same(one, other) && !schema::same(Some(before), Some(after)) && moments != [true, true] {
                let [before, after] = [before, after].map(|value| Some(value.clone()).filter(|value| !value.is_null()));
                found.push(ValueDifference::Value { path: path.to_owned(), before, after });
            }
        }
    }
}

/// The texts that identify the entries: each entry's `value`, else the id in its reference, else the whole entry.
fn entries(list: &Value) -> Vec<String> {
    let told = |entry: &Value| match entry {
        Value::Object(map) => json::get(map, "value").cloned().or_else(|| referred(map)).unwrap_or(entry.clone()),
        _ => entry.clone(),
    };
    let text = |value: Value| match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    list.as_array().into_iter().flatten().map(told).filter(|value| !value.is_null()).map(text).collect()
}

/// The id at the end of a reference: a member may have nothing else (RFC 7643 §2.4).
fn referred(map: &Map<String, Value>) -> Option<Value> {
    let (_, id) = json::get(map, "$ref")?.as_str()?.trim_end_matches('/').rsplit_once('/')?;
    (!id.is_empty()).then(|| id.into())
}

/// True for a time, which changes without a person's doing.
fn is_moment(value: &Value) -> bool {
    let moment = |text: &str| text.parse::<jiff::Timestamp>().is_ok() || instant::from_text(text).is_some();
    value.as_str().is_some_and(moment)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_went_came_and_changed_is_told_by_attribute() {
        let before = json!({"id": "1", "members": [{"value": "a", "display": "A"}, {"value": "b"}], "title": "Dr",
            "emails": [{"value": "w@x.io"}, {"value": "h@x.io"}], "name": {"givenName": "Ann"}, "active": true,
            "urn:x:User": {"desk": 7}});
        let after = json!({"id": "1", "Members": [{"value": "a", "display": "Anna"}, {"value": "c"}], "title": "Prof",
            "emails": [{"value": "w@x.io "}], "name": {"givenName": null}, "urn:x:User": {"desk": 7.0}});
        let entries = |name: &str, gone: &[&str], come: &[&str]| ValueDifference::Entries {
            name: name.into(),
            gone: gone.iter().map(ToString::to_string).collect(),
            come: come.iter().map(ToString::to_string).collect(),
        };
        let value = |path: &str, before: Value, after: Option<Value>| ValueDifference::Value {
            path: path.into(),
            before: Some(before),
            after,
        };
        let expected = [
            entries("members", &["b"], &["c"]),
            value("title", json!("Dr"), Some(json!("Prof"))),
            entries("emails", &["h@x.io"], &[]),
            value("name.givenName", json!("Ann"), None),
            value("active", json!(true), None),
        ];
        assert_eq!(differences(&before, &after), expected);
        let attributes: Vec<String> = expected.iter().map(|one| one.attribute().to_owned()).collect();
        assert_eq!(attributes, ["members", "title", "emails", "name", "active"]);
    }

    #[test]
    fn a_single_value_without_its_list_is_a_list_of_one() {
        let before = json!({"emails": {"Value": "a@x.io", "Primary": true}, "manager": {"value": "1"}});
        let after = json!({"emails": [{"value": "b@x.io"}], "manager": {"value": "2"}});
        let emails = ValueDifference::Entries {
            name: "emails".into(),
            gone: vec!["a@x.io".into()],
            come: vec!["b@x.io".into()],
        };
        let (one, two) = (Some(json!("1")), Some(json!("2")));
        let manager = ValueDifference::Value { path: "manager.value".into(), before: one, after: two };
        assert_eq!(differences(&before, &after), [emails, manager]);
    }

    /// RFC 7644 §3.10: a schema, a colon, an attribute, a full stop, a sub-attribute.
    #[test]
    fn a_part_of_an_extension_s_attribute_has_the_path_of_the_rfc() {
        let before = json!({"urn:x:User": {"manager": {"value": "1"}, "list": {"of": ["a"]}}});
        let paths: Vec<String> = differences(&before, &json!({}))
            .into_iter()
            .map(|one| match one {
                ValueDifference::Value { path, .. } => path,
                ValueDifference::Entries { name, .. } => name,
            })
            .collect();
        assert_eq!(paths, ["urn:x:User:manager.value", "urn:x:User:list.of"]);
    }

    #[test]
    fn bookkeeping_is_no_difference() {
        let before = json!({"meta": {"version": "1"}, "groups": [{"value": "g", "display": "G"}], "seen": "2026-01-02T03:04:05Z",
            "nickName": "", "roles": [], "locked": false, "members": null, "n": "1"});
        let after = json!({"meta": {"version": "2"}, "groups": [{"value": "g"}], "seen": "2026-02-02T03:04:05Z", "members": [], "n": "1 "});
        assert_eq!(differences(&before, &after), []);
    }
}
