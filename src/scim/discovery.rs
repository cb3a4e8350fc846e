//! What a server says of itself (RFC 7643 §5 to §7, RFC 7644 §4, RFC 9865 §4): `ServiceProviderConfig`, `ResourceTypes`,
//! `Schemas`. Read tolerantly; all of it may be missing.
//!
//! Knows no server and no request; what is read here are claims, which probing may contradict.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    habits::{Habits, PagingHabit},
    json::Fields,
};

/// The endpoints.
pub const ENDPOINTS: [&str; 3] = ["ServiceProviderConfig", "ResourceTypes", "Schemas"];

/// What a server claims to support.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceConfig {
    /// PATCH.
    pub patch: Option<bool>,
    /// Bulk, with the most operations of one request.
    pub bulk: Option<(bool, Option<u32>)>,
    /// Filters, with the most records of one answer.
    pub filter: Option<(bool, Option<u32>)>,
    /// Sorting.
    pub sort: Option<bool>,
    /// Versions.
    pub etag: Option<bool>,
    /// Paging by cursor and by index (RFC 9865).
    pub paging: Option<PagingClaim>,
    /// Types of authentication schemes.
    pub schemes: Vec<String>,
}

/// `pagination` of RFC 9865 §4.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PagingClaim {
    /// By cursor.
    pub cursor: Option<bool>,
    /// By index.
    pub index: Option<bool>,
    /// What it does when nothing is asked for.
    pub preferred: Option<String>,
    /// The largest page.
    pub most: Option<u32>,
}

/// A type of resource (RFC 7643 §6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceType {
    /// `User`, `Group`, …
    pub name: String,
    /// Where it is, relative to the base.
    pub endpoint: String,
    /// URN of its schema.
    pub schema: String,
    /// URNs of its extensions.
    pub extensions: Vec<String>,
}

/// An attribute of a schema (RFC 7643 §7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// `string`, `boolean`, `complex`, …
    pub kind: String,
    /// May have several values.
    pub multi_valued: bool,
    /// A client may write it.
    pub writable: bool,
    /// The server insists on it.
    pub required: bool,
    /// Values that it suggests.
    pub canonical: Vec<String>,
    /// What it is for.
    pub description: String,
    /// Of a complex one.
    pub parts: Vec<Attribute>,
}

/// A schema (RFC 7643 §7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Its URN.
    pub id: String,
    /// What a person would call it.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// Reads `ServiceProviderConfig`. What is not said is not known.
pub fn service_config(document: &Value) -> ServiceConfig {
    let Ok(fields) = Fields::of(document, "$") else { return ServiceConfig::default() };
    let feature = |name: &str| fields.object(name).ok().flatten();
    let supported = |name: &str| feature(name).and_then(|feature| flag(&feature, "supported"));
    let with_most = |name: &str, most: &str| {
        let feature = feature(name)?;
        Some((flag(&feature, "supported")?, number(&feature, most)))
    };
    let paging = feature("pagination").map(|claim| PagingClaim {
        cursor: flag(&claim, "cursor"),
        index: flag(&claim, "index"),
        preferred: text(&claim, "defaultPaginationMethod"),
        most: number(&claim, "maxPageSize"),
    });
    ServiceConfig {
        patch: supported("patch"),
        bulk: with_most("bulk", "maxOperations"),
        filter: with_most("filter", "maxResults"),
        sort: supported("sort"),
        etag: supported("etag"),
        paging,
        schemes: fields.objects("authenticationSchemes").iter().filter_map(|scheme| text(scheme, "type")).collect(),
    }
}

impl ServiceConfig {
    /// What follows for a client.
    pub fn habits(&self) -> Habits {
        let paging = self.paging.clone().unwrap_or_default();
        // Index paging stays the recommended way, unless the server does not offer it, or itself begins with cursors.
        let by_cursor = paging.cursor == Some(true)
            && (paging.index == Some(false) || paging.preferred.as_deref() == Some("cursor"));
        Habits {
            paging: by_cursor.then_some(PagingHabit::Cursor),
            page_size: paging.most.or(self.filter.and_then(|(_, most)| most)).filter(|most| *most > 0),
            patch_users: self.patch.filter(|patch| !patch),
            patch_groups: self.patch.filter(|patch| !patch),
            versions: self.etag.filter(|etag| !etag),
            bulk: self.bulk.map(|(yes, most)| if yes { most.unwrap_or(0) } else { 0 }),
            ..Habits::default()
        }
    }
}

/// Reads `ResourceTypes`: a list, or a bare array.
pub fn resource_types(document: &Value) -> Vec<ResourceType> {
    entries(document)
        .filter_map(|entry| {
            let fields = Fields::of(entry, "$").ok()?;
            Some(ResourceType {
                name: text(&fields, "name").or_else(|| text(&fields, "id"))?,
                endpoint: text(&fields, "endpoint").unwrap_or_default(),
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
            let fields = Fields::of(entry, "$").ok()?;
            let id = text(&fields, "id")?;
            Some(Schema {
                name: text(&fields, "name").unwrap_or_else(|| id.clone()),
                attributes: fields.objects("attributes").iter().filter_map(attribute).collect(),
                id,
            })
        })
        .collect()
}

fn attribute(fields: &Fields<'_>) -> Option<Attribute> {
    Some(Attribute {
        name: text(fields, "name")?,
        kind: text(fields, "type").unwrap_or_else(|| "string".into()),
        multi_valued: flag(fields, "multiValued").unwrap_or_default(),
        writable: text(fields, "mutability").is_none_or(|how| !how.eq_ignore_ascii_case("readOnly")),
        required: flag(fields, "required").unwrap_or_default(),
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
        Value::Object(map) => super::json::get(map, "Resources").and_then(Value::as_array),
        _ => None,
    };
    list.into_iter().flatten()
}

fn flag(fields: &Fields<'_>, name: &str) -> Option<bool> {
    fields.boolean(name).ok().flatten()
}

fn text(fields: &Fields<'_>, name: &str) -> Option<String> {
    fields.string(name).ok().flatten().filter(|text| !text.is_empty()).map(Cow::into_owned)
}

fn number(fields: &Fields<'_>, name: &str) -> Option<u32> {
    fields.integer(name).ok().flatten().and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_become_habits() {
        let config = service_config(&json!({
            "patch": {"supported": "False"}, "etag": {"Supported": false},
            "bulk": {"supported": true, "maxOperations": 50}, "filter": {"supported": true, "maxResults": 200},
            "pagination": {"cursor": true, "index": false, "maxPageSize": 500},
            "authenticationSchemes": [{"type": "oauthbearertoken", "name": "x"}, {}],
        }));
        assert_eq!(config.schemes, ["oauthbearertoken"]);
        assert_eq!(
            config.habits(),
            Habits {
                paging: Some(PagingHabit::Cursor),
                page_size: Some(500),
                patch_users: Some(false),
                patch_groups: Some(false),
                versions: Some(false),
                bulk: Some(50),
                ..Habits::default()
            }
        );
    }

    #[test]
    fn a_claim_to_support_is_no_proof() {
        let config = service_config(&json!({"patch": {"supported": true}, "etag": {"supported": true}, "bulk": null}));
        assert_eq!(config.habits(), Habits::default());
        assert_eq!(service_config(&json!([])).habits(), Habits::default());
    }

    #[test]
    fn types_and_schemas_come_as_a_list_or_bare() {
        let kind = json!({"id": "User", "name": "User", "endpoint": "/Users", "schema": "urn:u",
            "schemaExtensions": [{"schema": "urn:e", "required": false}]});
        let schema = json!({"id": "urn:e", "attributes": [
            {"name": "department", "type": "string", "mutability": "readWrite"},
            {"name": "manager", "type": "complex", "mutability": "readOnly", "subAttributes": [{"name": "value"}]},
            {"type": "string"},
        ]});
        for list in [json!({"Resources": [kind, 1]}), json!([kind])] {
            let types = resource_types(&list);
            assert_eq!((types.len(), types[0].extensions.as_slice()), (1, &["urn:e".to_owned()][..]));
        }
        let schemas = schemas(&json!([schema]));
        let [department, manager] = &schemas[0].attributes[..] else { panic!("{schemas:?}") };
        assert!(department.writable && !manager.writable && manager.parts[0].name == "value");
    }
}
