//! Schemas and types of resources (RFC 7643 §6, §7): the attributes that a record may have, the values that they take,
//! and whether two values are the same. Read tolerantly; a server may give no schema.
//!
//! Knows no server and no request.

use std::{borrow::Cow, sync::LazyLock};

use serde_json::{Number, Value};

use super::{
    document::JsonTree,
    filter::{self, ScimFilter},
    instant,
    json::{self, JsonFields},
};

/// A type of resource (RFC 7643 §6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceType {
    /// `User`, `Group`, …
    pub name: String,
    /// The URN of the type's schema.
    pub schema: String,
    /// The URNs of the type's extensions.
    pub extensions: Vec<String>,
}

/// A schema (RFC 7643 §7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The schema's URN.
    pub id: String,
    /// The schema's name for a person.
    pub name: String,
    /// The attributes of the schema.
    pub attributes: Vec<Attribute>,
}

/// The type of a value (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueType {
    /// Text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A moment.
    DateTime,
    /// The address of a resource.
    Reference,
    /// Bytes in base64.
    Binary,
    /// An object with named sub-attributes.
    Complex,
}

/// The permission to write a value (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mutability {
    /// A client may write the value at any time.
    #[default]
    ReadWrite,
    /// Only the server writes the value.
    ReadOnly,
    /// A client may write the value once.
    Immutable,
    /// A client may write the value, and nobody reads it.
    WriteOnly,
}

/// An attribute of a schema (RFC 7643 §7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribute {
    /// The attribute's name.
    pub name: String,
    /// The type of the attribute's value.
    pub kind: ValueType,
    /// The attribute may have several values.
    pub multi_valued: bool,
    /// The permission to write the attribute.
    pub mutability: Mutability,
    /// The server never returns the attribute.
    pub hidden: bool,
    /// The server returns the attribute only where a request names it.
    pub on_request: bool,
    /// The server requires the attribute.
    pub required: bool,
    /// Values that the server suggests.
    pub canonical: Vec<String>,
    /// The purpose of the attribute, in the server's words.
    pub description: String,
    /// The sub-attributes of a complex attribute.
    pub parts: Vec<Attribute>,
}

/// The reason why a text is no value of a type, in words that stand alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongType {
    /// The text is not of the expected kind, which the field names.
    #[error("not {0}")]
    Not(&'static str),
    /// A value of this type can't be entered as text.
    #[error("a {0} value is not entered here")]
    NotEntered(&'static str),
}

impl ValueType {
    const ALL: [(Self, &'static str); 8] = [
        (Self::String, "string"),
        (Self::Boolean, "boolean"),
        (Self::Integer, "integer"),
        (Self::Decimal, "decimal"),
        (Self::DateTime, "dateTime"),
        (Self::Reference, "reference"),
        (Self::Binary, "binary"),
        (Self::Complex, "complex"),
    ];

    /// The RFC's word for the type.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("string", |(_, word)| word)
    }

    fn named(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(word)).map_or(Self::String, |(one, _)| *one)
    }

    /// The type of a value that has no schema.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Decimal,
            Value::Number(_) => Self::Integer,
            Value::Object(_) => Self::Complex,
            Value::Null | Value::String(_) | Value::Array(_) => Self::String,
        }
    }

    /// The value that the text stands for.
    pub fn read(self, text: &str) -> Result<Value, WrongType> {
        let bad = WrongType::Not;
        match self {
            Self::String | Self::Reference => Ok(text.into()),
            Self::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(bad("true or false")),
            },
            Self::Integer => text.parse::<i64>().map(Value::from).map_err(|_| bad("a whole number, such as 42")),
            Self::Decimal => {
                text.parse::<Number>().map(Value::from).map_err(|_| bad("a number, such as 1.5 (with a point)"))
            }
            Self::DateTime => match text.parse::<jiff::Timestamp>() {
                Ok(_) => Ok(text.into()),
                Err(_) => Err(bad("a moment, such as 2026-05-14T09:00:00Z")),
            },
            Self::Binary | Self::Complex => Err(WrongType::NotEntered(self.as_str())),
        }
    }

    /// True if a value is of this type. Values that are sent must pass; values that a server sends need not.
    pub fn takes(self, value: &Value) -> bool {
        match self {
            Self::String | Self::Reference => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Decimal => value.is_number(),
            Self::DateTime => value.as_str().is_some_and(|text| self.read(text).is_ok()),
            Self::Binary | Self::Complex => false,
        }
    }
}

impl Mutability {
    /// The RFC's word for the mutability.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadWrite => "readWrite",
            Self::ReadOnly => "readOnly",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }

    fn named(word: &str) -> Self {
        let all = [Self::ReadOnly, Self::Immutable, Self::WriteOnly];
        all.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(word)).unwrap_or_default()
    }
}

/// The attributes of every record, whatever its schema (RFC 7643 §3.1). `Schemas` leaves them out.
pub static COMMON: LazyLock<[Attribute; 4]> = LazyLock::new(|| {
    let common = |name: &str, kind, mutability, description: &str| Attribute {
        name: name.into(),
        kind,
        mutability,
        description: description.into(),
        ..Attribute::default()
    };
    [
        common("id", ValueType::String, Mutability::ReadOnly, "The server's own id."),
        common("externalId", ValueType::String, Mutability::ReadWrite, "The id that the client's side knows it by."),
        Attribute { multi_valued: true, ..common("schemas", ValueType::String, Mutability::ReadOnly, "Its schemas.") },
        common("meta", ValueType::Complex, Mutability::ReadOnly, "Kept by the server."),
    ]
});

/// Reads `ResourceTypes`: a list, or a bare array.
pub fn resource_types(document: &Value) -> Vec<ResourceType> {
    entries(document)
        .filter_map(|entry| {
            let tree = JsonTree::from(entry);
            let fields = JsonFields::of(&tree, "$").ok()?;
            Some(ResourceType {
                name: text(&fields, "name").or_else(|| text(&fields, "id"))?,
                schema: text(&fields, "schema").unwrap_or_default(),
                extensions: fields.objects("schemaExtensions").iter().filter_map(|one| text(one, "schema")).collect(),
            })
        })
        .collect()
}

/// Reads `Schemas`: a list, or a bare array.
pub fn schemas(document: &Value) -> Vec<Schema> {
    entries(document)
        .filter_map(|entry| {
            let tree = JsonTree::from(entry);
            let fields = JsonFields::of(&tree, "$").ok()?;
            let id = text(&fields, "id")?;
            Some(Schema {
                name: text(&fields, "name").unwrap_or_else(|| id.clone()),
                attributes: fields.objects("attributes").iter().filter_map(attribute).collect(),
                id,
            })
        })
        .collect()
}

fn attribute(fields: &JsonFields<'_>) -> Option<Attribute> {
    let returned = text(fields, "returned").unwrap_or_default();
    let mutability = text(fields, "mutability").map(|how| Mutability::named(&how)).unwrap_or_default();
    let flag = |name: &str| fields.boolean(name).ok().flatten().unwrap_or_default();
    Some(Attribute {
        name: text(fields, "name")?,
        kind: text(fields, "type").map(|word| ValueType::named(&word)).unwrap_or_default(),
        multi_valued: flag("multiValued"),
        mutability,
        hidden: mutability == Mutability::WriteOnly || returned.eq_ignore_ascii_case("never"),
        on_request: returned.eq_ignore_ascii_case("request"),
        required: flag("required"),
        canonical: fields
            .objects("canonicalValues")
            .iter()
            .filter_map(|value| value.value_or_string().ok().flatten().map(Cow::into_owned))
            .collect(),
        description: text(fields, "description").unwrap_or_default(),
        parts: fields.objects("subAttributes").iter().filter_map(attribute).collect(),
    })
}

fn entries(document: &Value) -> impl Iterator<Item = &Value> {
    let list = match document {
        Value::Array(list) => Some(list),
        Value::Object(map) => json::get(map, "Resources").and_then(Value::as_array),
        _ => None,
    };
    list.into_iter().flatten()
}

fn text(fields: &JsonFields<'_>, name: &str) -> Option<String> {
    fields.string(name).ok().flatten().filter(|text| !text.is_empty()).map(Cow::into_owned)
}

/// The schema of a path, where there is one, and the name of the attribute: `manager.value` of
/// `urn:…:User:manager.value`.
fn split(path: &str) -> (Option<&str>, &str) {
    if !is_urn(path) {
        return (None, path);
    }
    path.rsplit_once(':').map_or((None, path), |(urn, name)| (Some(urn), name))
}

/// True for a schema's URN, or a path that begins with one.
pub fn is_urn(text: &str) -> bool {
    text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
}

/// The name of an attribute in a path, without the schema.
pub fn name_in(path: &str) -> &str {
    split(path).1
}

/// The value at a path (`urn:…:User:manager.value`, `name.givenName`, `title`, `emails[value eq "a@x.io"]`); `None` for a
/// missing value, `null` and empty text.
pub fn at<'a>(resource: &'a Value, path: &str) -> Option<&'a Value> {
    if path.ends_with(']') {
        let Ok(ScimFilter::Has(attribute, chosen)) = filter::parse(path) else { return None };
        return attribute.values(resource).into_iter().find(|entry| chosen.matches(entry));
    }
    let (urn, name) = split(path);
    let mut value = match urn {
        Some(urn) => json::get(resource.as_object()?, urn)?,
        None => resource,
    };
    for part in name.split('.') {
        value = json::get(value.as_object()?, part)?;
    }
    Some(value).filter(|value| is_there(value))
}

/// True if the value is not empty (RFC 7643 §2.5).
pub fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => map.values().any(is_there),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// True if a server that was sent one value and shows the other has accepted it: servers trim text, write moments in
/// their own format, and some write everything as text.
pub fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one.filter(|value| is_there(value)), other.filter(|value| is_there(value))) {
        (None, None) => true,
        (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_f64() == other.as_f64(),
        (Some(Value::String(one)), Some(Value::String(other))) => {
            let moment = |text: &str| text.parse::<jiff::Timestamp>().ok().or_else(|| instant::from_text(text));
            one.trim() == other.trim() || moment(one).is_some_and(|one| moment(other) == Some(one))
        }
        (Some(Value::Bool(flag)), Some(Value::String(text))) | (Some(Value::String(text)), Some(Value::Bool(flag))) => {
            json::truth(text) == Some(*flag)
        }
        (Some(Value::Bool(flag)), Some(Value::Number(number)))
        | (Some(Value::Number(number)), Some(Value::Bool(flag))) => json::truth(&number.to_string()) == Some(*flag),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[test]
    fn types_and_schemas_come_as_a_list_or_bare() {
        let kind = json!({"id": "User", "name": "User", "endpoint": "/Users", "schema": "urn:u",
            "schemaExtensions": [{"schema": "urn:e", "required": false}]});
        let schema = json!({"id": "urn:e", "attributes": [
            {"name": "department", "type": "string", "mutability": "readWrite"},
            {"name": "manager", "type": "complex", "mutability": "READONLY", "subAttributes": [{"name": "value"}]},
            {"type": "string"},
            {"name": "password", "mutability": "writeOnly"},
            {"name": "badge", "type": "no such type", "returned": "never"},
        ]});
        for list in [json!({"Resources": [kind, 1]}), json!([kind])] {
            let types = resource_types(&list);
            assert_eq!((types.len(), types[0].extensions.as_slice()), (1, &["urn:e".to_owned()][..]));
        }
        let schemas = schemas(&json!([schema]));
        let [department, manager, password, badge] = &schemas[0].attributes[..] else { panic!("{schemas:?}") };
        assert_eq!((department.kind, department.mutability), (ValueType::String, Mutability::ReadWrite));
        assert_eq!((manager.kind, manager.mutability), (ValueType::Complex, Mutability::ReadOnly));
        assert_eq!(manager.parts[0].name, "value");
        assert!(password.hidden && badge.hidden && !department.hidden);
        assert_eq!(badge.kind, ValueType::String);
    }

    #[rstest]
    #[case(ValueType::String, "true", Ok(json!("true")))]
    #[case(ValueType::Boolean, "TRUE", Ok(json!(true)))]
    #[case(ValueType::Boolean, "yes", Err("not true or false"))]
    #[case(ValueType::Integer, "-7", Ok(json!(-7)))]
    #[case(ValueType::Integer, "7.5", Err("not a whole number, such as 42"))]
    #[case(ValueType::Decimal, "7.5", Ok(json!(7.5)))]
    #[case(ValueType::Decimal, "7,5", Err("not a number, such as 1.5 (with a point)"))]
    #[case(ValueType::DateTime, "2026-05-14T09:00:00+02:00", Ok(json!("2026-05-14T09:00:00+02:00")))]
    #[case(ValueType::DateTime, "tomorrow", Err("not a moment, such as 2026-05-14T09:00:00Z"))]
    #[case(ValueType::Binary, "aGk=", Err("a binary value is not entered here"))]
    fn text_becomes_a_value_of_its_type(
        #[case] kind: ValueType,
        #[case] text: &str,
        #[case] read: Result<Value, &str>,
    ) {
        assert_eq!(kind.read(text).map_err(|why| why.to_string()), read.map_err(str::to_owned));
        if let Ok(value) = kind.read(text) {
            assert!(kind.takes(&value));
        }
    }

    #[test]
    fn values_are_found_by_their_path() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let user =
            json!({"Title": "Dr", "name": {"givenName": ""}, urn: {"manager": {"value": "7"}, "Department": "x"}});
        let find = |path: &str| at(&user, path).cloned();
        assert_eq!(find("title"), Some(json!("Dr")));
        assert_eq!(find("name.givenName"), None);
        assert_eq!(find(&format!("{urn}:manager.value")), Some(json!("7")));
        assert_eq!(find(&format!("{}:department", urn.to_lowercase())), Some(json!("x")));
        let two = json!({"emails": [{"value": "a@x.io"}, {"value": "b@x.io"}]});
        assert_eq!(at(&two, "emails[value eq \"b@x.io\"]"), Some(&two["emails"][1]));
        assert_eq!(at(&two, "emails[value eq \"c@x.io\"]"), None);
        assert_eq!((find("urn:other:x"), name_in(&format!("{urn}:manager.value"))), (None, "manager.value"));
    }

    #[rstest]
    #[case(json!("x"), json!(" x "), true)]
    #[case(json!("x"), json!("X"), false)]
    #[case(json!(""), Value::Null, true)]
    #[case(json!(1), json!(1.0), true)]
    #[case(json!(true), json!("True"), true)]
    #[case(json!(true), json!(1), true)]
    #[case(json!("0"), json!(false), true)]
    #[case(json!(true), json!(2), false)]
    #[case(json!(true), json!(false), false)]
    #[case(json!("2026-05-14T09:00:00Z"), json!("2026-05-14T11:00:00.000+02:00"), true)]
    #[case(json!("1"), json!(1), false)]
    fn servers_write_the_same_in_several_ways(#[case] one: Value, #[case] other: Value, #[case] expected: bool) {
        assert_eq!(same(Some(&one), Some(&other)), expected);
        assert_eq!(same(Some(&other), Some(&one)), expected);
    }
}
