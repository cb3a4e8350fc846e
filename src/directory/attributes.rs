//! All attributes of a record, by the schemas that define them (RFC 7643): attributes with a value, possible
//! attributes, and those that can be changed here.
//!
//! Independent of providers. An attribute without a schema is shown as received.

use serde_json::{Map, Value};

use super::{Directory, RecordKind, ResourceRef};
use crate::scim::{
    filter, json,
    schema::{self, Attribute, COMMON, Mutability, ResourceType, Schema, ValueType},
    urn,
};

/// The attributes of one schema.
#[derive(Debug)]
pub struct SchemaSection<'a> {
    /// The schema's name; its URN if the server does not tell the name.
    pub name: &'a str,
    /// The schema's URN.
    pub urn: &'a str,
    /// True if the server told the schema, so that types are known.
    pub typed: bool,
    /// Rows, those with a value first.
    pub rows: Vec<ResourceAttribute<'a>>,
}

/// An attribute, or a sub-attribute of a complex attribute.
#[derive(Debug)]
pub struct ResourceAttribute<'a> {
    /// The attribute's path, as on the wire.
    pub path: String,
    /// The attribute's definition; `None` if no schema has one.
    pub attribute: Option<&'a Attribute>,
    /// The attribute's value, if there is one.
    pub value: Option<&'a Value>,
    /// The reason why the attribute can't be changed here; a sentence.
    pub fixed: Option<&'static str>,
}

/// Data for a form that edits an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSlot {
    /// The record that holds the attribute.
    pub target: ResourceRef,
    /// The attribute's path.
    pub path: String,
    /// The type of the attribute's values.
    pub kind: ValueType,
    /// True if a schema defines the type; otherwise the type is that of the current value.
    pub typed: bool,
    /// Values that the schema suggests.
    pub canonical: Vec<String>,
    /// True if the server requires a value.
    pub required: bool,
    /// The current value, if there is one.
    pub before: Option<Value>,
}

impl ResourceAttribute<'_> {
    /// The attribute's name without the schema.
    pub fn name(&self) -> &str {
        schema::name_in(&self.path)
    }

    /// The type of the attribute's values.
    pub fn kind(&self) -> ValueType {
        let of_value = || self.value.map(ValueType::of).unwrap_or_default();
        self.attribute.map_or_else(of_value, |attribute| attribute.kind)
    }

    /// Data for a form that edits this attribute.
    ///
    /// # Errors
    /// Fails with the reason why the attribute can't be changed here.
    pub fn slot(&self, target: &ResourceRef) -> Result<AttributeSlot, &'static str> {
        if let Some(why) = self.fixed {
            return Err(why);
        }
        Ok(AttributeSlot {
            target: target.clone(),
            path: self.path.clone(),
            kind: self.kind(),
            typed: self.attribute.is_some(),
            canonical: self.attribute.map(|attribute| attribute.canonical.clone()).unwrap_or_default(),
            required: self.attribute.is_some_and(|attribute| attribute.required),
            before: self.value.cloned(),
        })
    }
}

/// All attributes of a record; `None` if the record was not read as a whole.
pub fn of<'a>(directory: &'a Directory, target: &ResourceRef) -> Option<Vec<SchemaSection<'a>>> {
    let resource = directory.resource(target)?;
    let (schemas, types) = (directory.schemas().unwrap_or_default(), directory.resource_types().unwrap_or_default());
    Some(sections(target.kind, resource, schemas, types))
}

/// The sections of a resource, from its parts.
pub fn sections<'a>(
    kind: RecordKind,
    resource: &'a Value,
    schemas: &'a [Schema],
    types: &'a [ResourceType],
) -> Vec<SchemaSection<'a>> {
    let (word, core) = match kind {
        RecordKind::User => ("User", urn::USER),
        RecordKind::Team => ("Group", urn::GROUP),
        RecordKind::Role => ("Role", urn::ROLE),
    };
    let Some(map) = resource.as_object() else { return Vec::new() };
    let known = types.iter().find(|one| one.name.eq_ignore_ascii_case(word));
    let core = known.map(|known| known.schema.as_str()).filter(|urn| !urn.is_empty()).unwrap_or(core);
    let told = |urn: &str| schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn));
    let mut all = vec![section(core, told(core), top_rows(map, told(core)))];
    for urn in extensions(map, core, word, known, schemas) {
        let part = json::get(map, urn).and_then(Value::as_object);
        let schema = told(urn);
        let mut rows = Vec::new();
        let mut seen = Vec::new();
        for attribute in schema.map(|schema| schema.attributes.as_slice()).unwrap_or_default() {
            seen.push(attribute.name.as_str());
            push(&mut rows, &format!("{urn}:"), &attribute.name, Some(attribute), part);
        }
        untold(&mut rows, &format!("{urn}:"), part, &seen);
        all.push(section(urn, schema, rows));
    }
    all
}

fn section<'a>(urn: &'a str, schema: Option<&'a Schema>, rows: Vec<ResourceAttribute<'a>>) -> SchemaSection<'a> {
    let (there, absent): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.value.is_some());
    // Extensions are distinguished by the part of the URN before the last name.
    let bare = if starts_with(urn, urn::CORE) { schema::name_in(urn) } else { urn };
    let name = schema.map_or(bare, |schema| &schema.name);
    SchemaSection { name, urn, typed: schema.is_some(), rows: there.into_iter().chain(absent).collect() }
}

/// URNs of the extensions that this kind of record may have, and of those that this record has.
fn extensions<'a>(
    map: &'a Map<String, Value>,
    core: &str,
    word: &str,
    known: Option<&'a ResourceType>,
    schemas: &'a [Schema],
) -> Vec<&'a str> {
    let mut all: Vec<&str> = match known {
        Some(known) => known.extensions.iter().map(String::as_str).collect(),
        // If the server does not tell which schema belongs to which resource type, the schema's URN decides.
        None => schemas
            .iter()
            .map(|schema| schema.id.as_str())
            .filter(|urn| schema::name_in(urn).eq_ignore_ascii_case(word) && !starts_with(urn, urn::CORE))
            .collect(),
    };
    all.extend(map.keys().map(String::as_str).filter(|key| schema::is_urn(key)));
    let mut once: Vec<&str> = Vec::new();
    for urn in all {
        if !urn.eq_ignore_ascii_case(core) && !once.iter().any(|other| other.eq_ignore_ascii_case(urn)) {
            once.push(urn);
        }
    }
    once
}

fn starts_with(text: &str, head: &str) -> bool {
    text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
}

/// Attributes at the top level of the record: ids, attributes of the schema, unknown attributes, and the server's
/// metadata.
fn top_rows<'a>(map: &'a Map<String, Value>, schema: Option<&'a Schema>) -> Vec<ResourceAttribute<'a>> {
    let mut rows = Vec::new();
    let (first, last) = COMMON.split_at(2);
    let known = schema.map(|schema| schema.attributes.as_slice()).unwrap_or_default();
    let mut seen: Vec<&str> = COMMON.iter().map(|common| common.name.as_str()).collect();
    for attribute in first {
        push(&mut rows, "", &attribute.name, Some(attribute), Some(map));
    }
    for attribute in known {
        if !seen.iter().any(|name| name.eq_ignore_ascii_case(&attribute.name)) {
            seen.push(&attribute.name);
            push(&mut rows, "", &attribute.name, Some(attribute), Some(map));
        }
    }
    untold(&mut rows, "", Some(map), &seen);
    for attribute in last {
        push(&mut rows, "", &attribute.name, Some(attribute), Some(map));
    }
    rows
}

/// Adds rows for attributes that exist but have no schema.
fn untold<'a>(rows: &mut Vec<ResourceAttribute<'a>>, prefix: &str, map: Option<&'a Map<String, Value>>, seen: &[&str]) {
    for name in map.into_iter().flat_map(Map::keys) {
        if !schema::is_urn(name) && !seen.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            push(rows, prefix, name, None, map);
        }
    }
}

/// Adds the row of an attribute, or the rows of its sub-attributes.
fn push<'a>(
    rows: &mut Vec<ResourceAttribute<'a>>,
    prefix: &str,
    name: &str,
    attribute: Option<&'a Attribute>,
    map: Option<&'a Map<String, Value>>,
) {
    // A password is never shown, even if the server returns passwords.
    if attribute.is_some_and(|attribute| attribute.hidden) || name.eq_ignore_ascii_case("password") {
        return;
    }
    let value = map.and_then(|map| json::get(map, name)).filter(|value| schema::is_there(value));
    let path = format!("{prefix}{name}");
    let is_list = attribute.is_some_and(|attribute| attribute.multi_valued) || matches!(value, Some(Value::Array(_)));
    let inner = value.and_then(Value::as_object);
    let parts = attribute.map(|attribute| attribute.parts.as_slice()).unwrap_or_default();
    if is_list || (parts.is_empty() && inner.is_none()) || (inner.is_none() && value.is_some()) {
        let fixed = fixed(&path, attribute, None, value, is_list);
        rows.push(ResourceAttribute { path, attribute, value, fixed });
        return;
    }
    let mut seen = Vec::new();
    for part in parts.iter().filter(|part| !part.hidden) {
        seen.push(part.name.as_str());
        let value = inner.and_then(|inner| json::get(inner, &part.name)).filter(|value| schema::is_there(value));
        let path = format!("{path}.{}", part.name);
        let fixed = fixed(&path, Some(part), attribute, value, false);
        rows.push(ResourceAttribute { path, attribute: Some(part), value, fixed });
    }
    let hidden = |name: &str| parts.iter().any(|part| part.hidden && part.name.eq_ignore_ascii_case(name));
    for (name, value) in inner.into_iter().flatten() {
        if !hidden(name) && !seen.iter().any(|known| known.eq_ignore_ascii_case(name)) && schema::is_there(value) {
            let path = format!("{path}.{name}");
            let fixed = fixed(&path, None, attribute, Some(value), value.is_array());
            rows.push(ResourceAttribute { path, attribute: None, value: Some(value), fixed });
        }
    }
}

/// The reason why the attribute can't be changed here, by its own schema and that of its parent attribute.
fn fixed(
    path: &str,
    attribute: Option<&Attribute>,
    whole: Option<&Attribute>,
    value: Option<&Value>,
    is_list: bool,
) -> Option<&'static str> {
    let both = || attribute.into_iter().chain(whole);
    let kind = attribute.map_or_else(|| value.map(ValueType::of).unwrap_or_default(), |attribute| attribute.kind);
    if !schema::name_in(path).split('.').all(filter::is_name) {
        Some("Its name can't stand in a path, so it is not changed by itself.")
    } else if both().any(|one| one.mutability == Mutability::ReadOnly) {
        Some("Only the server sets it (readOnly).")
    } else if is_list {
        Some("It may have several values: they are shown here, and not edited.")
    } else if both().any(|one| one.on_request) {
        Some("The server gives it out only when asked for it by name: what it holds is not known here.")
    } else if value.is_some() && both().any(|one| one.mutability == Mutability::Immutable) {
        Some("Once it is set nobody can change it (immutable).")
    } else if matches!(kind, ValueType::Binary | ValueType::Complex) || value.is_some_and(Value::is_object) {
        Some("Values of this type are shown here, and not edited.")
    } else {
        None
    }
}

/// A value as text for people; the text is not cleaned.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.len() > 1 => {
            let all: Vec<String> = list.iter().map(shown).collect();
            format!("{} values: {}", list.len(), all.join(", "))
        }
        Value::Array(list) => list.first().map(shown).unwrap_or_default(),
        Value::Object(map) => entry(map),
        other => other.to_string(),
    }
}

/// An entry of a multi-valued attribute: the value, its type, and a mark if the entry is primary.
fn entry(map: &Map<String, Value>) -> String {
    let text = |name: &str| json::get(map, name).filter(|value| schema::is_there(value)).map(shown);
    // A reference to another record is shown by that record's name.
    let named = if json::get(map, "$ref").is_some() { text("display") } else { None };
    let Some(value) = named.or_else(|| text("value")) else {
        let parts = map.iter().filter(|(_, value)| schema::is_there(value));
        return parts.map(|(name, value)| format!("{name}: {}", shown(value))).collect::<Vec<_>>().join(", ");
    };
    let primary = json::get(map, "primary").is_some_and(|primary| schema::same(Some(primary), Some(&true.into())));
    let more: Vec<String> = text("type").into_iter().chain(primary.then(|| "primary".to_owned())).collect();
    if more.is_empty() { value } else { format!("{value} ({})", more.join(", ")) }
}

#[cfg(test)]
mod tests;
