//! PATCH of RFC 7644 section 3.5.2 on a resource's JSON: paths with sub-attributes and value filters, several
//! operations, all or none. Knows no attribute but the read-only ones.

use serde_json::{Map, Value};

use super::super::reply::Refusal;
use super::super::request::PatchElement;
use super::filter::{Filter, attribute_name};
use super::more;

/// Attributes that only the server sets.
const READ_ONLY: [&str; 4] = ["id", "meta", "groups", "schemas"];

#[derive(Debug)]
struct Path {
    /// Under which extension it stands.
    extension: Option<&'static str>,
    attribute: String,
    filter: Option<Filter>,
    sub: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Replace,
    Remove,
}

/// The resource after all operations.
pub(super) fn patched(mut resource: Value, operations: &[PatchElement]) -> Result<Value, Refusal> {
    let Some(map) = resource.as_object_mut() else { return Err(Refusal::syntax("the resource is no object")) };
    for operation in operations {
        apply(map, operation)?;
    }
    Ok(resource)
}

fn apply(resource: &mut Map<String, Value>, operation: &PatchElement) -> Result<(), Refusal> {
    let kind = match operation.op.to_ascii_lowercase().as_str() {
        "add" => Kind::Add,
        "replace" => Kind::Replace,
        "remove" => Kind::Remove,
        other => return Err(Refusal::syntax(format!("op must be add, replace or remove, not {other:?}"))),
    };
    let value = operation.value.clone().unwrap_or_default();
    match (&operation.path, kind) {
        (Some(path), Kind::Remove) => remove(resource, &parse(path)?),
        (None, Kind::Remove) => Err(Refusal::target("remove needs a path")),
        (Some(path), _) => set(resource, &parse(path)?, kind, value),
        (None, _) => {
            let Value::Object(parts) = value else {
                return Err(Refusal::value("an operation without path takes an object of attributes"));
            };
            parts.into_iter().try_for_each(|(path, value)| set(resource, &parse(&path)?, kind, value))
        }
    }
}

fn parse(text: &str) -> Result<Path, Refusal> {
    let refuse = || Refusal::path(format!("{text:?} is not a path"));
    let (head, filter, rest) = match text.split_once('[') {
        None => (text, None, ""),
        Some((head, rest)) => {
            let (filter, rest) = rest.rsplit_once(']').ok_or_else(refuse)?;
            (head, Some(Filter::parse(filter)?), rest)
        }
    };
    if let Some((urn, "")) = more::extension(head) {
        return Ok(Path { extension: None, attribute: urn.to_owned(), filter, sub: None });
    }
    let (extension, head) = more::extension(head).map_or((None, head), |(urn, rest)| (Some(urn), rest));
    let head = attribute_name(head).filter(|name| !name.is_empty()).ok_or_else(refuse)?;
    let (attribute, inner) = match head.split_once('.') {
        Some((attribute, sub)) => (attribute.to_owned(), Some(sub.to_owned())),
        None => (head, None),
    };
    let sub = match (rest.strip_prefix('.'), inner) {
        (Some(sub), None) => Some(sub.to_lowercase()),
        (None, inner) if rest.is_empty() => inner,
        _ => return Err(refuse()),
    };
    let read_only = match extension {
        Some(urn) => more::is_read_only(urn, &attribute),
        None => READ_ONLY.contains(&attribute.as_str()),
    };
    if read_only {
        return Err(Refusal::mutability(format!("{attribute} is read-only")));
    }
    Ok(Path { extension, attribute, filter, sub })
}

/// The key under which the attribute stands, or would stand.
fn key(map: &Map<String, Value>, name: &str) -> String {
    const CAMEL: [&str; 5] = ["userName", "displayName", "externalId", "givenName", "familyName"];
    let held = map.keys().map(String::as_str).chain(CAMEL).find(|held| held.eq_ignore_ascii_case(name));
    held.or_else(|| more::spelt(name)).unwrap_or(name).to_owned()
}

/// Where the attribute stands: in the resource, or in one of its extensions.
fn holder<'a>(resource: &'a mut Map<String, Value>, path: &Path) -> Option<&'a mut Map<String, Value>> {
    match path.extension {
        None => Some(resource),
        Some(urn) => resource.entry(urn).or_insert_with(|| Value::Object(Map::new())).as_object_mut(),
    }
}

fn set(resource: &mut Map<String, Value>, path: &Path, kind: Kind, value: Value) -> Result<(), Refusal> {
    let resource = holder(resource, path).ok_or_else(|| Refusal::path("the extension is no object"))?;
    let key = key(resource, &path.attribute);
    if path.filter.is_some() {
        return set_selected(resource.get_mut(&key), path, value);
    }
    match &path.sub {
        None => {
            set_whole(resource, key, kind, value);
            Ok(())
        }
        Some(sub) => {
            let held = resource.entry(key).or_insert_with(|| Value::Object(Map::new()));
            let Some(parts) = held.as_object_mut() else {
                return Err(Refusal::path(format!("{}.{sub}: choose a value with a filter", path.attribute)));
            };
            let sub = self::key(parts, sub);
            parts.insert(sub, value);
            Ok(())
        }
    }
}

fn set_whole(resource: &mut Map<String, Value>, key: String, kind: Kind, value: Value) {
    match (resource.get_mut(&key), value) {
        (Some(Value::Array(held)), value) if kind == Kind::Add => {
            let more = if let Value::Array(more) = value { more } else { vec![value] };
            for entry in more {
                if !held.iter().any(|old| same(old, &entry)) {
                    held.push(entry);
                }
            }
        }
        (Some(Value::Object(held)), Value::Object(parts)) => {
            for (name, value) in parts {
                let name = self::key(held, &name);
                held.insert(name, value);
            }
        }
        (_, value) => {
            resource.insert(key, value);
        }
    }
}

/// Two entries of a multi-valued attribute are the same when their `value` is.
fn same(one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn chosen(entry: &Value, filter: &Filter) -> bool {
    filter.matches(&|attribute| {
        let map = entry.as_object();
        map.and_then(|map| map.get(&key(map, attribute))).cloned().into_iter().collect()
    })
}

fn set_selected(held: Option<&mut Value>, path: &Path, value: Value) -> Result<(), Refusal> {
    let mut matched = false;
    for entry in held.and_then(Value::as_array_mut).into_iter().flatten() {
        if !path.filter.as_ref().is_some_and(|filter| chosen(entry, filter)) {
            continue;
        }
        matched = true;
        match (&path.sub, entry.as_object_mut(), &value) {
            (Some(sub), Some(parts), _) => {
                let sub = key(parts, sub);
                parts.insert(sub, value.clone());
            }
            (None, Some(parts), Value::Object(wanted)) => parts.extend(wanted.clone()),
            _ => return Err(Refusal::value(format!("{} takes an object", path.attribute))),
        }
    }
    if matched { Ok(()) } else { Err(Refusal::target(format!("no value of {} matches the filter", path.attribute))) }
}

/// Removes the attribute, the chosen values or a part; a `value` beside a path without filter means nothing.
fn remove(resource: &mut Map<String, Value>, path: &Path) -> Result<(), Refusal> {
    let resource = holder(resource, path).ok_or_else(|| Refusal::path("the extension is no object"))?;
    let key = key(resource, &path.attribute);
    match (&path.filter, &path.sub) {
        (None, None) => {
            resource.shift_remove(&key);
        }
        (None, Some(sub)) => {
            if let Some(parts) = resource.get_mut(&key).and_then(Value::as_object_mut) {
                parts.shift_remove(&self::key(parts, sub));
            }
        }
        (Some(filter), sub) => {
            let Some(entries) = resource.get_mut(&key).and_then(Value::as_array_mut) else { return Ok(()) };
            match sub {
                None => entries.retain(|entry| !chosen(entry, filter)),
                Some(_) => return Err(Refusal::path("parts of a value cannot be removed")),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn operation(value: &Value) -> PatchElement {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        PatchElement { op: text("op").unwrap(), path: text("path"), value: value.get("value").cloned() }
    }

    fn resource() -> Value {
        json!({
            "userName": "ann", "name": {"givenName": "Ann"}, "active": true,
            "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x", "type": "home"}],
        })
    }

    #[rstest]
    #[case(json!({"op": "Replace", "path": "USERNAME", "value": "ben"}), "/userName", json!("ben"))]
    #[case(json!({"op": "add", "path": "name.familyName", "value": "X"}), "/name", json!({"givenName": "Ann", "familyName": "X"}))]
    #[case(json!({"op": "replace", "value": {"active": false, "name.givenName": "Y"}}), "/active", json!(false))]
    #[case(json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "c@x"}), "/emails/1/value", json!("c@x"))]
    #[case(json!({"op": "add", "path": "emails", "value": [{"value": "a@x"}, {"value": "d@x"}]}), "/emails/2", json!({"value": "d@x"}))]
    #[case(json!({"op": "remove", "path": "emails[value eq \"a@x\"]"}), "/emails", json!([{"value": "b@x", "type": "home"}]))]
    fn operations_take_effect(#[case] wanted: Value, #[case] pointer: &str, #[case] expected: Value) {
        let after = patched(resource(), &[operation(&wanted)]).unwrap();
        assert_eq!(after.pointer(pointer), Some(&expected), "{after}");
    }

    #[rstest]
    #[case(json!({"op": "remove"}), "noTarget")]
    #[case(json!({"op": "replace", "path": "emails[value eq \"z\"]", "value": {}}), "noTarget")]
    #[case(json!({"op": "replace", "path": "id", "value": "1"}), "mutability")]
    #[case(json!({"op": "replace", "path": "emails[value", "value": "1"}), "invalidPath")]
    #[case(json!({"op": "replace", "path": "emails[value is 1]", "value": "1"}), "invalidFilter")]
    #[case(json!({"op": "move", "path": "emails", "value": "1"}), "invalidSyntax")]
    fn bad_operations_are_refused(#[case] wanted: Value, #[case] scim_type: &str) {
        assert_eq!(patched(resource(), &[operation(&wanted)]).unwrap_err().scim_type, Some(scim_type));
    }

    #[test]
    fn remove_with_a_value_removes_the_attribute() {
        let wanted = operation(&json!({"op": "remove", "path": "emails", "value": [{"value": "a@x"}]}));
        assert_eq!(patched(resource(), &[wanted]).unwrap().get("emails"), None);
    }
}
