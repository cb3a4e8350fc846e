use serde_json::json;

use super::*;

const EXTRA: &str = "urn:example:badges:2.0:User";

fn schemas() -> Vec<Schema> {
    schema::schemas(&json!({"Resources": [
        {"id": urn::USER, "name": "User", "attributes": [
            {"name": "userName", "type": "string", "required": true},
            {"name": "name", "type": "complex", "subAttributes": [
                {"name": "givenName", "type": "string"}, {"name": "formatted", "type": "string", "mutability": "readOnly"}]},
            {"name": "title", "type": "string"},
            {"name": "password", "type": "string", "mutability": "writeOnly"},
            {"name": "emails", "type": "complex", "multiValued": true},
            {"name": "x509", "type": "binary"},
            {"name": "hint", "type": "string", "returned": "request"},
        ]},
        {"id": EXTRA, "name": "Badges", "attributes": [
            {"name": "number", "type": "integer", "mutability": "immutable"},
            {"name": "keeper", "type": "complex", "mutability": "readOnly", "subAttributes": [{"name": "value"}]},
        ]},
        {"id": "urn:example:boxes:2.0:Group", "name": "Boxes", "attributes": [{"name": "size"}]},
    ]}))
}

fn user() -> Value {
    json!({
        "schemas": [urn::USER, "urn:example:own"], "id": "7", "userName": "eva", "password": "secret",
        "Name": {"givenName": "Eva", "middle": "M"},
        "emails": [{"value": "e@x.io", "type": "work", "primary": true}, {"value": "e@y.org"}],
        "costs": {"centre": 12, "parts": [1]}, "empty": "",
        "urn:example:own": {"desk": 4},
        "meta": {"created": "2026-01-01T00:00:00Z"},
    })
}

fn told(sections: &[SchemaSection<'_>]) -> Vec<String> {
    let line = |row: &ResourceAttribute<'_>| {
        let value = row.value.map_or_else(|| "-".into(), shown);
        format!("  {} {} = {value}; {}", row.name(), row.kind().as_str(), row.fixed.unwrap_or("open"))
    };
    sections
        .iter()
        .flat_map(|section| {
            let typed = if section.typed { "" } else { " untyped" };
            std::iter::once(format!("{} {}{typed}", section.name, section.urn)).chain(section.rows.iter().map(line))
        })
        .collect()
}

#[test]
fn attributes_stand_under_their_schema_those_with_a_value_first() {
    let (user, schemas) = (user(), schemas());
    insta::assert_snapshot!(told(&sections(RecordKind::User, &user, &schemas, &[])).join("\n"));
}

#[test]
fn without_schemas_what_is_there_is_shown_as_it_came() {
    let user = user();
    insta::assert_snapshot!(told(&sections(RecordKind::User, &user, &[], &[])).join("\n"));
}

#[test]
fn the_types_say_which_extensions_a_kind_has() {
    let (user, schemas) = (user(), schemas());
    let kind = ResourceType {
        name: "User".into(),
        schema: urn::USER.into(),
        extensions: vec!["urn:example:boxes:2.0:Group".into()],
    };
    let names: Vec<String> =
        sections(RecordKind::User, &user, &schemas, &[kind]).iter().map(|section| section.name.to_owned()).collect();
    assert_eq!(names, ["User", "Boxes", "urn:example:own"]);
}

#[test]
fn a_form_gets_what_it_needs_or_the_reason() {
    let (user, schemas) = (user(), schemas());
    let sections = sections(RecordKind::User, &user, &schemas, &[]);
    let target = ResourceRef::user(&"7".into());
    let slot = |path: &str| {
        let rows = sections.iter().flat_map(|section| &section.rows);
        rows.filter(|row| row.path == path).map(|row| row.slot(&target)).next().unwrap()
    };
    let name = slot("userName").unwrap();
    assert_eq!((name.required, name.typed, name.before), (true, true, Some(json!("eva"))));
    assert_eq!(slot(&format!("{EXTRA}:number")).unwrap().kind, ValueType::Integer);
    assert!(!slot("costs.centre").unwrap().typed);
    assert!(slot("id").unwrap_err().contains("readOnly"));
    assert!(slot("emails").unwrap_err().contains("several values"));
}
