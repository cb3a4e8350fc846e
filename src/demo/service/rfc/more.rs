//! Further attributes of users of plain SCIM, beside those of every provider here: the simple parts of the core schema,
//! the enterprise extension (RFC 7643 section 4.3), and an extension of the demo's own with a value of each type. A
//! single table defines the attributes, the accepted values, and the content of `/Schemas`.

use serde_json::{Map, Value, json};

use super::super::ids::{Kind, Uuid};
use super::super::records::RecordNumber;
use super::super::reply::Refusal;
use super::super::state::State;

/// The URN of the enterprise extension.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of the demo's own extension.
pub(super) const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:1.0:User";

/// Attributes by name; attributes of an extension are nested under its URN.
pub(in crate::demo) type ExtraAttributes = Map<String, Value>;

/// An attribute in the table.
pub(super) struct Known {
    pub name: &'static str,
    kind: &'static str,
    many: bool,
    mutability: &'static str,
    canonical: &'static [&'static str],
    about: &'static str,
    parts: &'static [Known],
}

const fn simple(name: &'static str, kind: &'static str, about: &'static str) -> Known {
    Known { name, kind, many: false, mutability: "readWrite", canonical: &[], about, parts: &[] }
}

const TYPES: &[&str] = &["Contractor", "Employee", "Intern", "Temp", "External", "Unknown"];

const CORE: &[Known] = &[
    simple("nickName", "string", "What the user is called by friends."),
    simple("title", "string", "The user's title, such as \"Vice President\"."),
    Known { canonical: TYPES, ..simple("userType", "string", "How the user is related to the organization.") },
    simple("profileUrl", "reference", "A page about the user."),
    simple("preferredLanguage", "string", "Languages, as in Accept-Language."),
    simple("locale", "string", "Used to localize numbers, dates and the like, such as \"en-US\"."),
    simple("timezone", "string", "Such as \"Europe/Madrid\"."),
    Known {
        many: true,
        parts: &[
            simple("value", "string", "The number."),
            Known { canonical: &["work", "home", "mobile"], ..simple("type", "string", "What it is for.") },
        ],
        ..simple("phoneNumbers", "complex", "Phone numbers.")
    },
];

const EMPLOYEE: &[Known] = &[
    // Immutable here, so that there is such an attribute; the RFC leaves the choice to the server.
    Known { mutability: "immutable", ..simple("employeeNumber", "string", "Given once, by the employer.") },
    simple("costCenter", "string", "Name of a cost center."),
    simple("organization", "string", "Name of an organization."),
    simple("division", "string", "Name of a division."),
    simple("department", "string", "Name of a department."),
    Known {
        parts: &[
            simple("value", "string", "The id of the manager's own record."),
            Known { mutability: "readOnly", ..simple("displayName", "string", "The manager's name.") },
        ],
        ..simple("manager", "complex", "The user's manager.")
    },
];

const PLACE: &[Known] = &[
    Known { canonical: &["North", "South", "Annex"], ..simple("building", "string", "Where the desk is.") },
    simple("desk", "integer", "Its number."),
    simple("hours", "decimal", "Hours a week."),
    simple("remote", "boolean", "Works from elsewhere."),
    simple("since", "dateTime", "When they moved in."),
    Known { mutability: "readOnly", ..simple("badge", "string", "Kept by the door system.") },
    Known { mutability: "writeOnly", ..simple("pin", "string", "For the door; never shown.") },
];

/// The extensions with their names and attributes.
pub(super) const EXTENSIONS: [(&str, &str, &[Known]); 2] =
    [(ENTERPRISE, "Enterprise User", EMPLOYEE), (WORKPLACE, "Workplace", PLACE)];

impl Known {
    fn named<'a>(table: &'a [Known], name: &str) -> Option<&'a Known> {
        table.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// The attribute as shown in `/Schemas` (RFC 7643 section 7).
    fn document(&self) -> Value {
        let mut document = json!({
            "name": self.name, "type": self.kind, "multiValued": self.many, "description": self.about,
            "required": false, "caseExact": false, "mutability": self.mutability, "uniqueness": "none",
            "returned": if self.mutability == "writeOnly" { "never" } else { "default" },
        });
        if self.kind == "reference" {
            document["referenceTypes"] = json!(["external"]);
        }
        if !self.canonical.is_empty() {
            document["canonicalValues"] = json!(self.canonical);
        }
        if !self.parts.is_empty() {
            document["subAttributes"] = documents(self.parts).into();
        }
        document
    }

    fn check(&self, value: &Value) -> Result<(), Refusal> {
        let right = match (self.kind, self.many) {
            (_, true) => value.is_array(),
            ("string" | "reference", _) => value.is_string(),
            ("boolean", _) => value.is_boolean(),
            ("integer", _) => value.is_i64(),
            ("decimal", _) => value.is_number(),
            ("dateTime", _) => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
            _ => value.is_object(),
        };
        if right {
            Ok(())
        } else {
            Err(Refusal::value(format!("{} takes a value of the type {}, not {value}", self.name, self.kind)))
        }
    }
}

fn documents(table: &[Known]) -> Vec<Value> {
    table.iter().map(Known::document).collect()
}

/// The core attributes of the table, as shown in `/Schemas`.
pub(super) fn core_documents() -> Vec<Value> {
    documents(CORE)
}

/// The attributes of an extension, as shown in `/Schemas`.
pub(super) fn extension_documents(table: &[Known]) -> Vec<Value> {
    documents(table)
}

/// The name in the table's spelling.
pub(super) fn spelt(name: &str) -> Option<&'static str> {
    let tables = [CORE, EMPLOYEE, PLACE];
    tables.into_iter().find_map(|table| Known::named(table, name)).map(|known| known.name)
}

/// The extension at the start of a path, and the rest of the path; the rest is empty for the extension itself.
pub(super) fn extension(path: &str) -> Option<(&'static str, &str)> {
    EXTENSIONS.iter().find_map(|(urn, ..)| {
        let head = path.get(..urn.len()).filter(|head| head.eq_ignore_ascii_case(urn))?;
        let rest = &path[head.len()..];
        rest.is_empty().then_some((*urn, "")).or_else(|| Some((*urn, rest.strip_prefix(':')?)))
    })
}

/// True if clients can't set the attribute.
pub(super) fn is_read_only(urn: &str, name: &str) -> bool {
    let table = EXTENSIONS.iter().find(|(other, ..)| *other == urn).map(|(_, _, table)| *table);
    table.and_then(|table| Known::named(table, name)).is_some_and(|known| known.mutability == "readOnly")
}

/// The further attributes that a body sets. Unknown attributes are ignored.
pub(super) fn wanted(state: &State, body: &Value) -> Result<ExtraAttributes, Refusal> {
    let mut more = part(CORE, body)?;
    for (urn, _, table) in EXTENSIONS {
        let Some(held) = body.get(urn).filter(|held| !held.is_null()) else { continue };
        let mut inner = part(table, held)?;
        if let Some(manager) = inner.get_mut("manager").and_then(Value::as_object_mut) {
            manager.retain(|name, value| name == "value" && !value.is_null());
            match manager.get("value").and_then(Value::as_str) {
                Some(id) if named(state, id).is_none() => {
                    return Err(Refusal::value(format!("no user has the id {id:?}")));
                }
                Some(_) => {}
                None => drop(inner.shift_remove("manager")),
            }
        }
        if !inner.is_empty() {
            more.insert(urn.to_owned(), inner.into());
        }
    }
    Ok(more)
}

fn part(table: &[Known], held: &Value) -> Result<ExtraAttributes, Refusal> {
    let mut part = ExtraAttributes::new();
    for known in table.iter().filter(|known| known.mutability != "readOnly") {
        if let Some(value) = held.get(known.name).filter(|value| !value.is_null()) {
            known.check(value)?;
            part.insert(known.name.to_owned(), value.clone());
        }
    }
    Ok(part)
}

/// Refuses to change an immutable attribute that has a value.
pub(super) fn check_immutable(before: Option<&ExtraAttributes>, after: &ExtraAttributes) -> Result<(), Refusal> {
    for (urn, _, table) in EXTENSIONS {
        let value = |more: &ExtraAttributes, name: &str| more.get(urn).and_then(|inner| inner.get(name)).cloned();
        for known in table.iter().filter(|known| known.mutability == "immutable") {
            let held = before.and_then(|more| value(more, known.name));
            if held.is_some() && held != value(after, known.name) {
                return Err(Refusal::mutability(format!("{} can't be changed once it is set", known.name)));
            }
        }
    }
    Ok(())
}

/// Adds the attributes to a resource, with the server's own values.
pub(super) fn show(state: &State, number: RecordNumber, more: &ExtraAttributes, resource: &mut Value) {
    for (name, value) in more {
        resource[name.as_str()] = value.clone();
    }
    for (urn, ..) in EXTENSIONS {
        let Some(inner) = resource.get_mut(urn).and_then(Value::as_object_mut) else { continue };
        if let Some(manager) = inner.get_mut("manager").and_then(Value::as_object_mut)
            && let Some(name) = manager.get("value").and_then(Value::as_str).and_then(|id| named(state, id))
        {
            manager.insert("displayName".to_owned(), name.into());
        }
        if urn == WORKPLACE {
            inner.shift_remove("pin");
            inner.insert("badge".to_owned(), format!("B-{number:05}").into());
        }
        if let Some(schemas) = resource["schemas"].as_array_mut() {
            schemas.push(urn.into());
        }
    }
}

fn named<'a>(state: &'a State, id: &str) -> Option<&'a str> {
    Some(&state.user(Uuid::parse(Kind::User, id)?)?.display_name)
}

/// The values of an attribute for filters; the name is in lower case.
pub(super) fn attribute(more: &ExtraAttributes, name: &str) -> Vec<Value> {
    let (holder, name) = match extension(name) {
        Some((urn, rest)) => (more.get(urn).and_then(Value::as_object), rest),
        None => (Some(more), name),
    };
    let mut names = name.split('.');
    let find = |map: &ExtraAttributes, name: &str| {
        map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let whole = holder.and_then(|map| find(map, names.next()?));
    let value = match (whole, names.next()) {
        (Some(Value::Array(list)), part) => {
            let of = |one: Value| find(one.as_object()?, part.unwrap_or("value"));
            return list.into_iter().filter_map(of).collect();
        }
        (Some(Value::Object(map)), Some(part)) => find(&map, part),
        (whole, None) => whole,
        _ => None,
    };
    value.into_iter().collect()
}

/// Seed values: two of three people have some of the attributes.
pub(in crate::demo) fn seed(number: RecordNumber) -> Option<Box<ExtraAttributes>> {
    const DEPARTMENTS: [(&str, &str); 4] =
        [("Research", "4100"), ("Data platform", "4200"), ("Sales", "5100"), ("Support", "5200")];
    if number % 3 == 2 {
        return None;
    }
    let (department, cost) = DEPARTMENTS[number as usize % DEPARTMENTS.len()];
    let kind = if number % 11 == 10 { "Contractor" } else { "Employee" };
    let phone = json!([{"value": format!("tel:+1-201-555-{:04}", 100 + number % 900), "type": "work"}]);
    let mut more = ExtraAttributes::from_iter([
        ("title".to_owned(), if number.is_multiple_of(10) { "Director".into() } else { "Engineer".into() }),
        ("userType".to_owned(), kind.into()),
        ("phoneNumbers".to_owned(), phone),
    ]);
    let mut employee = json!({
        "employeeNumber": (70_000 + number).to_string(), "costCenter": cost, "organization": "Example",
        "department": department,
    });
    if !number.is_multiple_of(10) {
        employee["manager"] = json!({"value": Uuid(Kind::User, number - number % 10)});
    }
    more.insert(ENTERPRISE.to_owned(), employee);
    if number % 3 == 1 {
        let place = json!({"building": "North", "desk": 100 + number % 400, "remote": false,
            "since": "2026-01-12T09:00:00Z"});
        more.insert(WORKPLACE.to_owned(), place);
    }
    Some(Box::new(more))
}
