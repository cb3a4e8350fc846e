//! A server's description of itself (RFC 7643 §5, RFC 7644 §4, RFC 9865 §4): `ServiceProviderConfig`, read tolerantly.
//! Any part of it may be missing. [`super::schema`] describes the server's records.
//!
//! Knows no server and no request; this data is the server's claim, and probing may contradict it.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    document::JsonTree,
    json::JsonFields,
    quirks::{PagingHabit, ServerQuirks},
};

/// The endpoint that lists the types of resources.
pub const RESOURCE_TYPES: &str = "ResourceTypes";

/// The endpoint that lists the schemas and their attributes.
pub const SCHEMAS: &str = "Schemas";

/// The three discovery endpoints.
pub const ENDPOINTS: [&str; 3] = ["ServiceProviderConfig", RESOURCE_TYPES, SCHEMAS];

/// The features that a server claims to support.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceConfig {
    /// PATCH requests.
    pub patch: Option<bool>,
    /// Bulk requests, with the most operations per request.
    pub bulk: Option<(bool, Option<u32>)>,
    /// Filters, with the most records per answer.
    pub filter: Option<(bool, Option<u32>)>,
    /// Sorting.
    pub sort: Option<bool>,
    /// ETags.
    pub etag: Option<bool>,
    /// Paging by cursor and by index (RFC 9865).
    pub paging: Option<PagingClaim>,
    /// Types of the authentication schemes.
    pub schemes: Vec<String>,
}

/// `pagination` of RFC 9865 §4.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PagingClaim {
    /// Paging by cursor is supported.
    pub cursor: Option<bool>,
    /// Paging by index is supported.
    pub index: Option<bool>,
    /// The server's paging method when a request names none.
    pub preferred: Option<String>,
    /// The largest page, in records.
    pub most: Option<u32>,
}

/// Reads `ServiceProviderConfig`. A feature that it does not mention is `None`.
pub fn service_config(document: &Value) -> ServiceConfig {
    let tree = JsonTree::from(document);
    let Ok(fields) = JsonFields::of(&tree, "$") else { return ServiceConfig::default() };
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
    /// The habits that a client follows because of the claims.
    pub fn habits(&self) -> ServerQuirks {
        let paging = self.paging.clone().unwrap_or_default();
        // Index paging stays the recommended way, unless the server does not offer it, or itself begins with cursors.
        let by_cursor = paging.cursor == Some(true)
            && (paging.index == Some(false) || paging.preferred.as_deref() == Some("cursor"));
        ServerQuirks {
            paging: by_cursor.then_some(PagingHabit::Cursor),
            page_size: paging.most.or(self.filter.and_then(|(_, most)| most)).filter(|most| *most > 0),
            patch_users: self.patch.filter(|patch| !patch),
            patch_groups: self.patch.filter(|patch| !patch),
            versions: self.etag.filter(|etag| !etag),
            bulk: self.bulk.map(|(yes, most)| if yes { most.unwrap_or(0) } else { 0 }),
            ..ServerQuirks::default()
        }
    }
}

fn flag(fields: &JsonFields<'_>, name: &str) -> Option<bool> {
    fields.boolean(name).ok().flatten()
}

fn text(fields: &JsonFields<'_>, name: &str) -> Option<String> {
    fields.string(name).ok().flatten().filter(|text| !text.is_empty()).map(Cow::into_owned)
}

fn number(fields: &JsonFields<'_>, name: &str) -> Option<u32> {
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
            ServerQuirks {
                paging: Some(PagingHabit::Cursor),
                page_size: Some(500),
                patch_users: Some(false),
                patch_groups: Some(false),
                versions: Some(false),
                bulk: Some(50),
                ..ServerQuirks::default()
            }
        );
    }

    #[test]
    fn a_claim_to_support_is_no_proof() {
        let config = service_config(&json!({"patch": {"supported": true}, "etag": {"supported": true}, "bulk": null}));
        assert_eq!(config.habits(), ServerQuirks::default());
        assert_eq!(service_config(&json!([])).habits(), ServerQuirks::default());
    }
}
