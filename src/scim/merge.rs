//! A PATCH body applied here (RFC 7644 §3.5.2), for servers that only take the whole record by PUT.
//!
//! Knows JSON and paths, no schema. Everything that the operations don't name stays as it came.

use serde_json::{Map, Value};

use super::{
    filter::{self, AttrPath, Filter},
    json, schema, urn,
};

/// Why a PATCH body can't be applied to a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CantApply {
    /// The body has no operations.
    #[error("There is nothing to apply.")]
    Nothing,
    /// The document is not one.
    #[error("The record is no object.")]
    NoObject,
    /// An operation without a path has no object of attributes.
    #[error("An operation names no attribute.")]
    NoAttributes,
    /// The path leads into something that holds no attributes.
    #[error("The record has no room for it.")]
    NoRoom,
    /// The path is not what the RFC has.
    #[error("The path “{path}” can't be read: {error}.")]
    BadPath {
        /// As it came.
        path: String,
        /// What is wrong with it.
        error: filter::FilterError,
    },
    /// The path is a whole filter.
    #[error("The path “{0}” is no attribute.")]
    NotAnAttribute(String),
    /// The operation is not one of those that are known here.
    #[error("“{verb}” at “{path}” can't be applied here.")]
    Unknown {
        /// `op`.
        verb: String,
        /// `path`.
        path: String,
    },
}

/// Applies all operations of a PATCH body to a document.
///
/// # Errors
/// Where an operation can't be carried out; the document may be changed in part then.
pub fn apply(body: &Value, document: &mut Value) -> Result<(), CantApply> {
    let operations = body.get("Operations").and_then(Value::as_array).ok_or(CantApply::Nothing)?;
    operations.iter().try_for_each(|operation| apply_one(operation, document))?;
    name_extensions(document);
    Ok(())
}

/// A record lists the schemas of all that it has (RFC 7643 §3); by PATCH the server would see to that.
fn name_extensions(document: &mut Value) {
    let Some(root) = document.as_object_mut() else { return };
    let held = root.iter().filter(|(key, value)| schema::is_urn(key) && value.is_object());
    let urns: Vec<String> = held.map(|(key, _)| key.clone()).collect();
    let Some(key) = key_of(root, "schemas") else { return };
    let Some(Value::Array(listed)) = root.get_mut(&key) else { return };
    for urn in urns {
        if !listed.iter().any(|one| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(&urn))) {
            listed.push(urn.into());
        }
    }
}

fn apply_one(operation: &Value, document: &mut Value) -> Result<(), CantApply> {
    let Value::Object(root) = document else { return Err(CantApply::NoObject) };
    let verb = operation.get("op").and_then(Value::as_str).unwrap_or_default();
    let value = operation.get("value").cloned();
    let Some(path) = operation.get("path").and_then(Value::as_str) else {
        let Some(Value::Object(attributes)) = value else { return Err(CantApply::NoAttributes) };
        for (name, value) in attributes {
            put(root, &name, value, verb == "add");
        }
        return Ok(());
    };
    let (attr, chosen) = parsed(path)?;
    let (holder, name) = place(root, attr).ok_or(CantApply::NoRoom)?;
    match (verb, chosen, value) {
        ("remove", Some(filter), _) => retain(holder, &name, |entry| !filter.matches(entry)),
        ("remove", None, Some(Value::Array(listed))) => {
            let gone = |entry: &Value| listed.iter().any(|one| same_value(one, entry));
            retain(holder, &name, |entry| !gone(entry));
        }
        ("remove", None, None) => drop(key_of(holder, &name).and_then(|key| holder.shift_remove(&key))),
        ("add" | "replace", None, Some(value)) => put(holder, &name, value, verb == "add"),
        _ => return Err(CantApply::Unknown { verb: verb.to_owned(), path: path.to_owned() }),
    }
    Ok(())
}

/// The attribute of a path, and the filter in its brackets.
fn parsed(path: &str) -> Result<(AttrPath, Option<Filter>), CantApply> {
    let bad = |error| CantApply::BadPath { path: path.to_owned(), error };
    if path.contains('[') {
        match filter::parse(path).map_err(bad)? {
            Filter::Has(attr, inner) => Ok((attr, Some(*inner))),
            _ => Err(CantApply::NotAnAttribute(path.to_owned())),
        }
    } else {
        match filter::parse(&format!("{path} pr")).map_err(bad)? {
            Filter::Present(attr) => Ok((attr, None)),
            _ => Err(CantApply::NotAnAttribute(path.to_owned())),
        }
    }
}

/// The object that holds the attribute, made where it is missing, and the attribute's name in it.
fn place(root: &mut Map<String, Value>, attr: AttrPath) -> Option<(&mut Map<String, Value>, String)> {
    let AttrPath { urn, name, sub } = attr;
    let is_core = |urn: &String| urn.get(..urn::CORE.len()).is_some_and(|head| head.eq_ignore_ascii_case(urn::CORE));
    let holder = match urn.filter(|urn| !is_core(urn)) {
        Some(urn) => inner(root, &urn)?,
        None => root,
    };
    match sub {
        Some(sub) => Some((inner(holder, &name)?, sub)),
        None => Some((holder, name)),
    }
}

fn inner<'a>(map: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    let key = key_of(map, name).unwrap_or_else(|| name.to_owned());
    let slot = map.entry(key).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut()
}

/// The name as the document writes it.
fn key_of(map: &Map<String, Value>, name: &str) -> Option<String> {
    if map.contains_key(name) {
        return Some(name.to_owned());
    }
    map.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()
}

fn put(map: &mut Map<String, Value>, name: &str, value: Value, add: bool) {
    let key = key_of(map, name).unwrap_or_else(|| name.to_owned());
    match (map.get_mut(&key), value) {
        (Some(Value::Array(there)), Value::Array(more)) if add => {
            for one in more {
                if !there.iter().any(|entry| *entry == one || same_value(&one, entry)) {
                    there.push(one);
                }
            }
        }
        (Some(slot), value) => *slot = value,
        (None, value) => drop(map.insert(key, value)),
    }
}

fn retain(map: &mut Map<String, Value>, name: &str, keep: impl Fn(&Value) -> bool) {
    let Some(key) = key_of(map, name) else { return };
    match map.get_mut(&key) {
        Some(Value::Array(entries)) => entries.retain(keep),
        Some(one) if !keep(one) => *one = Value::Array(Vec::new()),
        _ => {}
    }
}

/// True if two entries of a multi-valued attribute have the same `value`.
fn same_value(one: &Value, other: &Value) -> bool {
    let value = |entry: &Value| match entry {
        Value::Object(map) => json::get(map, "value").cloned(),
        bare => Some(bare.clone()),
    };
    value(one).is_some_and(|one| value(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::patch::{Op, member_filter, patch};

    fn applied(op: Op, mut document: Value) -> Value {
        apply(&patch(vec![op]), &mut document).unwrap();
        document
    }

    #[test]
    fn members_come_and_go_and_nothing_else_changes() {
        let group = json!({"id": "g", "x": {"y": 1}, "Members": [{"value": "1"}, {"value": "2", "display": "b"}]});
        let more = applied(Op::add("members", json!([{"value": "2"}, {"value": "3"}])), group.clone());
        assert_eq!(more["Members"], json!([{"value": "1"}, {"value": "2", "display": "b"}, {"value": "3"}]));
        assert_eq!(more["x"], group["x"]);
        for removal in [
            Op::remove(member_filter("2")).unwrap(),
            Op::remove_listed("members", vec![json!({"value": "2"})]).unwrap(),
        ] {
            let less = applied(removal, group.clone());
            assert_eq!(less["Members"], json!([{"value": "1"}]));
        }
        assert_eq!(applied(Op::remove_all("members"), group)["Members"], Value::Null);
    }

    #[test]
    fn attributes_are_found_wherever_they_stand() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let user = json!({"active": true, "name": {"givenName": "A"}, urn: {"department": "x"}});
        let set = |path: &str, value: Value| applied(Op::replace(path, value), user.clone());
        assert_eq!(set("ACTIVE", json!(false))["active"], false);
        assert_eq!(set("name.familyName", json!("B"))["name"], json!({"givenName": "A", "familyName": "B"}));
        assert_eq!(set(&format!("{urn}:department"), json!("y"))[urn], json!({"department": "y"}));
        let core = "urn:ietf:params:scim:schemas:core:2.0:User:displayName";
        assert_eq!(set(core, json!("Ann"))["displayName"], "Ann");
        let pathless = Op::replace_attributes(Map::from_iter([("active".to_owned(), json!(false))]));
        assert_eq!(applied(pathless, user)["active"], false);
    }

    #[test]
    fn a_new_extension_is_named_among_the_schemas() {
        let urn = "urn:example:badges:2.0:User";
        let user = json!({"schemas": ["urn:core"]});
        let set = applied(Op::add(format!("{urn}:badge.number"), json!(7)), user);
        assert_eq!(set, json!({"schemas": ["urn:core", urn], urn: {"badge": {"number": 7}}}));
        let again = applied(Op::replace(format!("{urn}:badge.number"), json!(8)), set);
        assert_eq!(again["schemas"], json!(["urn:core", urn]));
    }

    #[test]
    fn what_can_not_be_applied_says_so() {
        let mut user = json!({"a": 1});
        let filtered = json!({"Operations": [{"op": "replace", "path": "emails[type eq \"work\"]", "value": 1}]});
        assert!(apply(&filtered, &mut user).unwrap_err().to_string().contains("emails[type"));
        assert!(apply(&json!({}), &mut user).is_err());
        assert_eq!(user, json!({"a": 1}));
    }
}
