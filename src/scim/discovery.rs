//! What a server says of itself (RFC 7643 §5, RFC 7644 §4, RFC 9865 §4): `ServiceProviderConfig`, read tolerantly. All of
//! it may be missing. What its records look like is in [`super::schema`].
//!
//! Knows no server and no request; what is read here are claims, which probing may contradict.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    habits::{Habits, PagingHabit},
    json::Fields,
};

/// Where it tells which kinds of records there are.
pub const RESOURCE_TYPES: &str = "ResourceTypes";

/// Where it tells what attributes records may have.
pub const SCHEMAS: &str = "Schemas";

/// The endpoints.
pub const ENDPOINTS: [&str; 3] = ["ServiceProviderConfig", RESOURCE_TYPES, SCHEMAS];

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
}
