//! Applies a PATCH body here (RFC 7644 §3.5.2), for servers that only take the whole record by PUT.
//!
//! Knows JSON and paths, no schema. Everything that the operations don't name stays as it came.

use serde_json::{Map, Value, json};

use super::{
    filter::{self, AttrPath, ScimFilter},
    json,
    patch::{self, PatchOperation},
    schema, urn,
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
    /// The path does not follow the RFC.
    #[error("The path “{path}” can't be read: {error}.")]
    BadPath {
        /// The path as it came.
        path: String,
        /// The error that the path's filter has.
        error: filter::FilterError,
    },
    /// The path is a whole filter.
    #[error("The path “{0}” is no attribute.")]
    NotAnAttribute(String),
    /// The operation is not known here.
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
    let ParsedPath { attr, chosen, part } = parsed(path)?;
    let (holder, name) = place(root, attr).ok_or(CantApply::NoRoom)?;
    match (verb, chosen, part, value) {
        ("remove", Some(filter), None, _) => retain(holder, &name, |entry| !filter.matches(entry)),
        ("remove", None, None, Some(Value::Array(listed))) => {
            let gone = |entry: &Value| listed.iter().any(|one| same_value(one, entry));
            retain(holder, &name, |entry| !gone(entry));
        }
        ("remove", None, None, None) => drop(key_of(holder, &name).and_then(|key| holder.shift_remove(&key))),
        ("add" | "replace", None, None, Some(value)) => put(holder, &name, value, verb == "add"),
        ("replace", Some(filter), Some(part), Some(value)) => put_part(holder, &name, &filter, part, value),
        _ => return Err(CantApply::Unknown { verb: verb.to_owned(), path: path.to_owned() }),
    }
    Ok(())
}

/// The path of an operation.
struct ParsedPath<'a> {
    attr: AttrPath,
    /// The filter in the path's brackets.
    chosen: Option<ScimFilter>,
    /// The sub-attribute behind the brackets.
    part: Option<&'a str>,
}

fn parsed(path: &str) -> Result<ParsedPath<'_>, CantApply> {
    let bad = |error| CantApply::BadPath { path: path.to_owned(), error };
    if let Some(end) = path.rfind(']') {
        let (head, tail) = path.split_at(end + 1);
        match filter::parse(head).map_err(bad)? {
            ScimFilter::Has(attr, inner) => Ok(ParsedPath { attr, chosen: Some(*inner), part: tail.strip_prefix('.') }),
            _ => Err(CantApply::NotAnAttribute(path.to_owned())),
        }
    } else {
        match filter::parse(&format!("{path} pr")).map_err(bad)? {
            ScimFilter::Present(attr) => Ok(ParsedPath { attr, chosen: None, part: None }),
            _ => Err(CantApply::NotAnAttribute(path.to_owned())),
        }
    }
}

/// The PATCH body that replaces each attribute named by these operations with the document's present value, in
/// operations without a path where that is wanted.
///
/// # Errors
/// Where an operation names no attribute.
pub fn replacing(body: &Value, document: &Value, pathless: bool) -> Result<Value, CantApply> {
    let operations = body.get("Operations").and_then(Value::as_array).ok_or(CantApply::Nothing)?;
    let mut document = document.clone();
    let mut replacing: Vec<PatchOperation> = Vec::new();
    for operation in operations {
        let path = operation.get("path").and_then(Value::as_str).ok_or(CantApply::NoAttributes)?;
        let AttrPath { urn, name, sub } = parsed(path)?.attr;
        let attribute = AttrPath { urn, name, sub };
        let whole = attribute.to_string();
        let root = document.as_object_mut().ok_or(CantApply::NoObject)?;
        let (holder, name) = place(root, attribute).ok_or(CantApply::NoRoom)?;
        let value = key_of(holder, &name).and_then(|key| holder.get(&key)).cloned();
        let value = value.unwrap_or_else(|| Value::Array(Vec::new()));
        let value = if name.eq_ignore_ascii_case(MEMBERS) { members(&value) } else { value };
        let op = PatchOperation::replace(whole, value);
        replacing.push(if pathless { op.without_path() } else { op });
    }
    Ok(patch::patch(replacing))
}

/// The document with the values of such a body.
pub fn with(mut document: Value, replacing: &Value) -> Value {
    let operations = replacing.get("Operations").and_then(Value::as_array);
    for operation in operations.into_iter().flatten() {
        let path = operation.get("path").and_then(Value::as_str);
        if let (Some(map), Some(path), Some(value)) = (document.as_object_mut(), path, operation.get("value")) {
            put(map, path, value.clone(), false);
        }
    }
    document
}

/// The attribute that holds the members of a group.
const MEMBERS: &str = "members";

/// Members as a client names them: by their ids. Names and addresses beside them are the server's.
fn members(list: &Value) -> Value {
    let one = |entry: &Value| {
        let Value::Object(map) = entry else { return json!({"value": entry}) };
        let mut named = Map::new();
        named.insert("value".into(), json::get(map, "value").cloned().unwrap_or_default());
        // A member is a person unless its type says otherwise.
        let kind = json::get(map, "type").and_then(Value::as_str).filter(|kind| !kind.eq_ignore_ascii_case("User"));
        if let Some(kind) = kind {
            named.insert("type".into(), kind.into());
        }
        Value::Object(named)
    };
    list.as_array().map_or_else(|| list.clone(), |list| list.iter().map(one).collect())
}

/// True where one of these operations is about the members of a group.
pub fn touches_members(body: &Value) -> bool {
    let operations = body.get("Operations").and_then(Value::as_array);
    let paths = operations.into_iter().flatten().filter_map(|one| one.get("path").and_then(Value::as_str));
    paths.filter_map(|path| parsed(path).ok()).any(|parsed| parsed.attr.name.eq_ignore_ascii_case(MEMBERS))
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

/// Sets a part of the entry that the filter chooses; where it chooses none, of the first one; where there is none, of a
/// new one that the filter would choose.
fn put_part(map: &mut Map<String, Value>, name: &str, filter: &ScimFilter, part: &str, value: Value) {
    let key = key_of(map, name).unwrap_or_else(|| name.to_owned());
    let slot = map.entry(key).or_insert(Value::Null);
    if slot.is_null() {
        *slot = Value::Array(Vec::new());
    }
    let entry = match slot {
        Value::Array(entries) => {
            let at = entries.iter().position(|entry| filter.matches(entry)).unwrap_or(0);
            if entries.is_empty() {
                entries.push(chosen_by(filter));
            }
            &mut entries[at]
        }
        one => one,
    };
    match entry {
        Value::Object(entry) => {
            let part = key_of(entry, part).unwrap_or_else(|| part.to_owned());
            entry.insert(part, value);
        }
        bare => *bare = value,
    }
}

/// An entry that such a filter chooses, made from the filter's comparisons for equality.
fn chosen_by(filter: &ScimFilter) -> Value {
    let mut entry = Map::new();
    if let ScimFilter::Compare(attr, filter::CompareOp::Equal, literal) = filter {
        let value = match literal {
            filter::FilterLiteral::Text(text) => text.as_str().into(),
            filter::FilterLiteral::Bool(flag) => (*flag).into(),
            filter::FilterLiteral::Number(_) | filter::FilterLiteral::Null => Value::Null,
        };
        entry.insert(attr.name.clone(), value);
    }
    Value::Object(entry)
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
    use super::*;
    use crate::scim::patch::{member_filter, patch};

    fn applied(op: PatchOperation, mut document: Value) -> Value {
        apply(&patch(vec![op]), &mut document).unwrap();
        document
    }

    #[test]
    fn members_come_and_go_and_nothing_else_changes() {
        let group = json!({"id": "g", "x": {"y": 1}, "Members": [{"value": "1"}, {"value": "2", "display": "b"}]});
        let more = applied(PatchOperation::add("members", json!([{"value": "2"}, {"value": "3"}])), group.clone());
        assert_eq!(more["Members"], json!([{"value": "1"}, {"value": "2", "display": "b"}, {"value": "3"}]));
        assert_eq!(more["x"], group["x"]);
        for removal in [
            PatchOperation::remove(member_filter("2")).unwrap(),
            PatchOperation::remove_listed("members", vec![json!({"value": "2"})]).unwrap(),
        ] {
            let less = applied(removal, group.clone());
            assert_eq!(less["Members"], json!([{"value": "1"}]));
        }
        assert_eq!(applied(PatchOperation::remove_all("members"), group)["Members"], Value::Null);
    }

    #[test]
    fn attributes_are_found_wherever_they_stand() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let user = json!({"active": true, "name": {"givenName": "A"}, urn: {"department": "x"}});
        let set = |path: &str, value: Value| applied(PatchOperation::replace(path, value), user.clone());
        assert_eq!(set("ACTIVE", json!(false))["active"], false);
        assert_eq!(set("name.familyName", json!("B"))["name"], json!({"givenName": "A", "familyName": "B"}));
        assert_eq!(set(&format!("{urn}:department"), json!("y"))[urn], json!({"department": "y"}));
        let core = "urn:ietf:params:scim:schemas:core:2.0:User:displayName";
        assert_eq!(set(core, json!("Ann"))["displayName"], "Ann");
        let pathless = PatchOperation::replace_attributes(Map::from_iter([("active".to_owned(), json!(false))]));
        assert_eq!(applied(pathless, user)["active"], false);
    }

    #[test]
    fn a_new_extension_is_named_among_the_schemas() {
        let urn = "urn:example:badges:2.0:User";
        let user = json!({"schemas": ["urn:core"]});
        let set = applied(PatchOperation::add(format!("{urn}:badge.number"), json!(7)), user);
        assert_eq!(set, json!({"schemas": ["urn:core", urn], urn: {"badge": {"number": 7}}}));
        let again = applied(PatchOperation::replace(format!("{urn}:badge.number"), json!(8)), set);
        assert_eq!(again["schemas"], json!(["urn:core", urn]));
    }

    #[test]
    fn the_main_address_changes_and_the_others_stay() {
        let main = || PatchOperation::replace("emails[primary eq true].value", "new@x.io");
        let home = json!({"value": "home@x.io", "type": "home"});
        let work = json!({"value": "work@x.io", "type": "work", "primary": true});
        let after = applied(main(), json!({"emails": [home, work]}));
        let work = json!({"value": "new@x.io", "type": "work", "primary": true});
        assert_eq!(after["emails"], json!([home, work]));
        assert_eq!(applied(main(), json!({"emails": [{"Value": "a@x.io"}]}))["emails"], json!([{"Value": "new@x.io"}]));
        assert_eq!(applied(main(), json!({"emails": ["a@x.io"]}))["emails"], json!(["new@x.io"]));
        assert_eq!(applied(main(), json!({"emails": {"value": "a@x.io"}}))["emails"], json!({"value": "new@x.io"}));
        let made = json!([{"primary": true, "value": "new@x.io"}]);
        assert_eq!(applied(main(), json!({"emails": null}))["emails"], made);
    }

    #[test]
    fn whole_attributes_are_replaced_by_those_of_the_document() {
        let removal = patch(vec![PatchOperation::remove(member_filter("2")).unwrap()]);
        let mut group = json!({"members": [
            {"value": "1", "display": "a", "type": "User"}, {"value": "2"}, {"value": "g", "type": "Group"}]});
        apply(&removal, &mut group).unwrap();
        let left = json!([{"value": "1"}, {"value": "g", "type": "Group"}]);
        assert_eq!(replacing(&removal, &group, false).unwrap(), patch(vec![PatchOperation::replace("members", left)]));
        assert!(touches_members(&removal) && !touches_members(&patch(vec![PatchOperation::replace("active", false)])));
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
