//! All attributes of a record and the schemas that define them: asked for, read, and compared with what was meant. The
//! same for every provider that speaks SCIM.

use serde_json::{Value, json};

use super::{Shown, wire};
use crate::{
    directory::{
        Fresh, Name, Target,
        aside::{Inquiry, Told, Topic},
        attributes,
    },
    scim::{
        difference::differences,
        discovery, list,
        request::{Method, Request},
        schema,
        text::clean,
        tree,
    },
};

/// Asks for a record as a whole.
pub(super) fn ask_for(target: Target) -> Inquiry {
    let request = Request::new(Method::Get, wire::path(&target));
    Inquiry { topic: Topic::Resource(target), name: Name::default(), request }
}

/// Asks what attributes records may have.
pub(super) fn ask_for_schemas() -> Inquiry {
    let request = Request::new(Method::Get, [discovery::SCHEMAS]);
    Inquiry { topic: Topic::Schemas, name: Name::default(), request }
}

/// Asks which schemas each kind of record has.
pub(super) fn ask_for_types() -> Inquiry {
    let request = Request::new(Method::Get, [discovery::RESOURCE_TYPES]);
    Inquiry { topic: Topic::Types, name: Name::default(), request }
}

/// Reads the answer to one of these; `None` where it is none of them, or says nothing.
pub(super) fn told(topic: &Topic, body: &[u8]) -> Option<Told> {
    match topic {
        Topic::Resource(_) => list::parse_one(body).ok().filter(Value::is_object).map(Told::Resource),
        // Sign-in pages and the like are no schemas, and no reason to show nothing.
        Topic::Schemas => Some(Told::Schemas(schema::schemas(&document(body)))),
        Topic::Types => Some(Told::Types(schema::resource_types(&document(body)))),
        _ => None,
    }
}

fn document(body: &[u8]) -> Value {
    tree::parse(body).unwrap_or_default()
}

/// True for lists with the same entries, whatever their order.
fn is_same_list(one: Option<&Value>, other: Option<&Value>) -> bool {
    let (Some(one @ Value::Array(_)), Some(other @ Value::Array(_))) = (one, other) else { return false };
    differences(&json!({"list": one}), &json!({"list": other})).is_empty()
}

/// Whether the record shows this value; only the whole one says.
pub(super) fn shows(target: &Target, path: &str, to: Option<&Value>, fresh: &[Fresh]) -> Shown {
    let newest = fresh.iter().rev().find_map(|one| match one {
        Fresh::Told(Topic::Resource(of), Told::Resource(resource)) if of == target => Some(Some(resource)),
        Fresh::Gone(gone) if gone == target => Some(None),
        _ => None,
    });
    match newest {
        None => Shown::CantTell,
        Some(None) => Shown::No("that the record is gone".into()),
        Some(Some(resource)) => {
            let (now, name) = (schema::at(resource, path), schema::name_in(path));
            match now {
                _ if schema::same(now, to) || is_same_list(now, to) => Shown::Yes,
                Some(now) => Shown::No(format!("{name} {}", clean(&attributes::shown(now)))),
                None => Shown::No(format!("no {name}")),
            }
        }
    }
}
