//! All attributes of a record and the schemas that define them: asked for, read, and compared with what was meant. The
//! same for every provider that speaks SCIM.

use serde_json::{Value, json};

use super::{ChangeShown, wire};
use crate::{
    directory::{
        Name, Observation, ResourceRef, attributes,
        side_query::{SideAnswer, SideQuery, SideQueryKind},
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
pub(super) fn ask_for(target: ResourceRef) -> SideQuery {
    let request = Request::new(Method::Get, wire::path(&target));
    SideQuery { topic: SideQueryKind::Resource(target), name: Name::default(), request }
}

/// Asks what attributes records may have.
pub(super) fn ask_for_schemas() -> SideQuery {
    let request = Request::new(Method::Get, [discovery::SCHEMAS]);
    SideQuery { topic: SideQueryKind::Schemas, name: Name::default(), request }
}

/// Asks which schemas each kind of record has.
pub(super) fn ask_for_types() -> SideQuery {
    let request = Request::new(Method::Get, [discovery::RESOURCE_TYPES]);
    SideQuery { topic: SideQueryKind::Types, name: Name::default(), request }
}

/// Reads the answer to one of these; `None` where it is none of them, or says nothing.
pub(super) fn told(topic: &SideQueryKind, body: &[u8]) -> Option<SideAnswer> {
    match topic {
        SideQueryKind::Resource(_) => list::parse_one(body).ok().filter(Value::is_object).map(SideAnswer::Resource),
        // Sign-in pages and the like are no schemas, and no reason to show nothing.
        SideQueryKind::Schemas => Some(SideAnswer::Schemas(schema::schemas(&document(body)))),
        SideQueryKind::Types => Some(SideAnswer::Types(schema::resource_types(&document(body)))),
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
pub(super) fn shows(target: &ResourceRef, path: &str, to: Option<&Value>, fresh: &[Observation]) -> ChangeShown {
    let newest = fresh.iter().rev().find_map(|one| match one {
        Observation::Told(SideQueryKind::Resource(of), SideAnswer::Resource(resource)) if of == target => {
            Some(Some(resource))
        }
        Observation::Gone(gone) if gone == target => Some(None),
        _ => None,
    });
    match newest {
        None => ChangeShown::CantTell,
        Some(None) => ChangeShown::No("that the record is gone".into()),
        Some(Some(resource)) => {
            let (now, name) = (schema::at(resource, path), schema::name_in(path));
            match now {
                _ if schema::same(now, to) || is_same_list(now, to) => ChangeShown::Yes,
                Some(now) => ChangeShown::No(format!("{name} {}", clean(&attributes::shown(now)))),
                None => ChangeShown::No(format!("no {name}")),
            }
        }
    }
}
