//! W&B's resources as JSON, key for key as its reference prints them. Reads the state, changes nothing.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::clock::Moment;
use super::ids::{GlobalId, Kind};
use super::names::REGISTRIES;
use super::options::{EmailShape, Hosting};
use super::records::{Account, CustomRole, Number, RegistryRole, Team, TeamRole, User};
use super::reply::etag;
use super::state::State;
use super::words::{
    account_word, inherited_permissions, organisation_role_word, registry_role_word, seat_word, team_role_word,
};

/// Number in the organisation id that roles carry.
const ORGANISATION: u32 = 148_458;

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
struct Location(Kind, Number);

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = match self.0 {
            Kind::User => "Users/",
            Kind::Team => "Groups/",
            Kind::Role | Kind::Organisation => "Roles/",
        };
        GlobalId(self.0, self.1).with_text(place, |text| serializer.serialize_str(text))
    }
}

/// The relative location of a resource, for the `Location` header.
pub(super) fn location(kind: Kind, number: Number) -> String {
    let text = serde_json::to_value(Location(kind, number)).ok();
    text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

struct Meta {
    kind: Kind,
    number: Number,
    created: Moment,
    modified: Option<Moment>,
    version: Option<u32>,
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "resourceType",
            match self.kind {
                Kind::User => "User",
                Kind::Team => "Group",
                Kind::Role | Kind::Organisation => "Role",
            },
        )?;
        map.serialize_entry("created", &self.created)?;
        if let Some(modified) = self.modified {
            map.serialize_entry("lastModified", &modified)?;
        }
        map.serialize_entry("location", &Location(self.kind, self.number))?;
        if let Some(version) = self.version {
            map.serialize_entry("version", &etag(version))?;
        }
        map.end()
    }
}

/// How user resources are shown.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub emails: EmailShape,
    pub hosting: Hosting,
    pub etags: bool,
    /// With organisation, team and registry roles.
    pub roles: bool,
    /// With the ids of the teams, as the shared service answers a creation.
    pub groups: bool,
}

/// One user as JSON.
pub(super) struct UserView<'a> {
    pub state: &'a State,
    pub number: Number,
    pub user: &'a User,
    pub style: Style,
}

impl Serialize for UserView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (user, style) = (self.user, self.style);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("active", &user.active)?;
        map.serialize_entry("daysActive", &user.days_active)?;
        map.serialize_entry("displayName", &user.display_name)?;
        if !user.email.is_empty() {
            map.serialize_entry("emails", &Emails { address: &user.email, shape: style.emails })?;
        }
        map.serialize_entry("id", &GlobalId(Kind::User, self.number))?;
        map.serialize_entry("lastActiveAt", &user.last_active)?;
        map.serialize_entry(
            "meta",
            &Meta {
                kind: Kind::User,
                number: self.number,
                created: user.created,
                modified: user.modified,
                version: style.etags.then_some(user.version),
            },
        )?;
        map.serialize_entry("modelsSeat", seat_word(user.models_seat))?;
        map.serialize_entry("weaveRole", seat_word(user.weave_seat))?;
        map.serialize_entry("schemas", &["urn:ietf:params:scim:schemas:core:2.0:User"])?;
        map.serialize_entry("userName", &user.user_name)?;
        if style.emails == EmailShape::New {
            map.serialize_entry("accountType", account_word(user.account))?;
        }
        if style.roles {
            self.roles(&mut map)?;
        }
        if style.groups {
            map.serialize_entry("groups", &Groups(&user.teams))?;
        }
        map.end()
    }
}

impl UserView<'_> {
    fn roles<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let user = self.user;
        let role = organisation_role_word(user, self.style.hosting);
        map.serialize_entry("organizationRole", role)?;
        map.serialize_entry("teamRoles", &TeamRoles { state: self.state, user })?;
        if !user.registries.is_empty() {
            map.serialize_entry("registryRoles", &RegistryRoles(&user.registries))?;
        }
        if user.account != Account::Person {
            let extension = serde_json::json!({ "organizationRole": role });
            map.serialize_entry("urn:ietf:params:scim:schemas:extension:wandb:2.0:User", &extension)?;
        }
        Ok(())
    }
}

struct Emails<'a> {
    address: &'a str,
    shape: EmailShape,
}

#[derive(serde::Serialize)]
struct NewEmail<'a> {
    primary: bool,
    value: &'a str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct OldEmail<'a> {
    value: &'a str,
    display: &'a str,
    r#type: &'a str,
    primary: bool,
}

impl Serialize for Emails<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.address;
        match self.shape {
            EmailShape::New => [NewEmail { primary: true, value }].serialize(serializer),
            EmailShape::Old => OldEmail { value, display: "", r#type: "", primary: true }.serialize(serializer),
        }
    }
}

struct TeamRoles<'a> {
    state: &'a State,
    user: &'a User,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct NamedTeamRole<'a> {
    team_name: &'a str,
    role_name: &'a str,
}

impl Serialize for TeamRoles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.user.teams.len()))?;
        for &(team, role) in &self.user.teams {
            let team_name = self.state.team(team).map_or("", |team| &*team.name);
            list.serialize_element(&NamedTeamRole { team_name, role_name: team_role_word(self.state, role) })?;
        }
        list.end()
    }
}

struct RegistryRoles<'a>(&'a [(u8, RegistryRole)]);

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct NamedRegistryRole {
    registry_name: &'static str,
    role_name: &'static str,
}

impl Serialize for RegistryRoles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|&(registry, role)| NamedRegistryRole {
            registry_name: REGISTRIES.get(usize::from(registry)).copied().unwrap_or_default(),
            role_name: registry_role_word(role),
        }))
    }
}

struct Groups<'a>(&'a [(Number, TeamRole)]);

#[derive(serde::Serialize)]
struct GroupReference {
    value: GlobalId,
}

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|&(team, _)| GroupReference { value: GlobalId(Kind::Team, team) }))
    }
}

/// One team as JSON, its members with capitalised keys.
pub(super) struct GroupView<'a> {
    pub state: &'a State,
    pub number: Number,
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
        map.serialize_entry("id", &GlobalId(Kind::Team, self.number))?;
        map.serialize_entry("members", &Members(self))?;
        map.serialize_entry(
            "meta",
            &Meta {
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

/// One custom role as JSON.
pub(super) struct RoleView<'a> {
    pub number: Number,
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
            &Meta {
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
