//! W&B's lists, teams and roles as JSON, key for key as its reference prints them; users are in
//! [`super::user_json`]. Reads the state, changes nothing.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::clock::UnixSeconds;
use super::ids::{GlobalId, Kind};
use super::records::{CustomRole, RecordNumber, Team};
use super::reply::etag;
use super::state::State;
use super::words::inherited_permissions;

/// The number in the organisation id that roles carry.
pub(super) const ORGANISATION: u32 = 148_457;

/// The body of a list, RFC 7644 section 3.4.2.
#[derive(serde::Serialize)]
pub(super) struct List<T> {
    #[serde(rename = "Resources")]
    resources: Vec<T>,
    #[serde(rename = "itemsPerPage")]
    items_per_page: usize,
    schemas: [&'static str; 1],
    #[serde(rename = "startIndex")]
    start_index: usize,
    #[serde(rename = "totalResults")]
    total_results: usize,
}

impl<T> List<T> {
    pub(super) fn new(resources: Vec<T>, total: usize, start_index: usize, items_per_page: usize) -> Self {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
        Self { resources, items_per_page, schemas, start_index, total_results: total }
    }
}

/// `Users/VXNl…`: W&B's locations are relative.
struct RelativeLocation(Kind, RecordNumber);

impl Serialize for RelativeLocation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = match self.0 {
            Kind::User => "Users/",
            Kind::Team => "Groups/",
            _ => "Roles/",
        };
        GlobalId(self.0, self.1).with_text(place, |text| serializer.serialize_str(text))
    }
}

/// The relative location of a resource, for the `RelativeLocation` header.
pub(super) fn location(kind: Kind, number: RecordNumber) -> String {
    let text = serde_json::to_value(RelativeLocation(kind, number)).ok();
    text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The `meta` of a resource; without a version if the server has none.
pub(super) struct ResourceMeta {
    pub kind: Kind,
    pub number: RecordNumber,
    pub created: UnixSeconds,
    pub modified: Option<UnixSeconds>,
    pub version: Option<u32>,
}

impl Serialize for ResourceMeta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "resourceType",
            match self.kind {
                Kind::User => "User",
                Kind::Team => "Group",
                _ => "Role",
            },
        )?;
        map.serialize_entry("created", &self.created)?;
        if let Some(modified) = self.modified {
            map.serialize_entry("lastModified", &modified)?;
        }
        map.serialize_entry("location", &RelativeLocation(self.kind, self.number))?;
        if let Some(version) = self.version {
            map.serialize_entry("version", &etag(version))?;
        }
        map.end()
    }
}

/// A team as JSON, its members with capitalised keys.
pub(super) struct GroupView<'a> {
    pub state: &'a State,
    pub number: RecordNumber,
    pub team: &'a Team,
    pub etags: bool,
}

struct Members<'a>(&'a GroupView<'a>);

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Member<'a> {
    value: GlobalId,
    r#ref: &'static str,
    r#type: &'static str,
    display: &'a str,
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GroupView { state, team, .. } = self.0;
        if team.members.is_empty() {
            return serializer.serialize_none();
        }
        serializer.collect_seq(team.members.iter().map(|&number| Member {
            value: GlobalId(Kind::User, number),
            r#ref: "",
            r#type: "",
            display: state.user(number).map_or("", |user| &*user.user_name),
        }))
    }
}

impl Serialize for GroupView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("displayName", &self.team.name)?;
        if let Some(id) = &self.team.external_id {
            map.serialize_entry("externalId", id)?;
        }
        map.serialize_entry("id", &GlobalId(Kind::Team, self.number))?;
        map.serialize_entry("members", &Members(self))?;
        map.serialize_entry(
            "meta",
            &ResourceMeta {
                kind: Kind::Team,
                number: self.number,
                created: self.team.created,
                modified: Some(self.team.modified),
                version: self.etags.then_some(self.team.version),
            },
        )?;
        map.serialize_entry("schemas", &["urn:ietf:params:scim:schemas:core:2.0:Group"])?;
        map.end()
    }
}

/// A custom role as JSON.
pub(super) struct RoleView<'a> {
    pub number: RecordNumber,
    pub role: &'a CustomRole,
    pub etags: bool,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Permission<'a> {
    name: &'a str,
    is_inherited: bool,
}

impl Serialize for RoleView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let role = self.role;
        let inherited = inherited_permissions(role).iter().map(|&name| Permission { name, is_inherited: true });
        let own = role.permissions.iter().map(|name| Permission { name, is_inherited: false });
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("description", &role.description)?;
        map.serialize_entry("id", &GlobalId(Kind::Role, self.number))?;
        map.serialize_entry("inheritedFrom", if role.inherits_member { "member" } else { "viewer" })?;
        map.serialize_entry(
            "meta",
            &ResourceMeta {
                kind: Kind::Role,
                number: self.number,
                created: role.created,
                modified: role.modified,
                version: self.etags.then_some(role.version),
            },
        )?;
        map.serialize_entry("name", &role.name)?;
        map.serialize_entry("organizationID", &GlobalId(Kind::Organisation, ORGANISATION))?;
        map.serialize_entry("permissions", &inherited.chain(own).collect::<Vec<_>>())?;
        map.serialize_entry("schemas", &[""])?;
        map.end()
    }
}
