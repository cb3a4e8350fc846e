//! W&B's users as JSON, in either email shape, with or without their roles. Reads the state, changes nothing.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::generation::ServerGeneration;
use super::ids::{GlobalId, Kind};
use super::json::ResourceMeta;
use super::names::REGISTRIES;
use super::options::{EmailShape, Hosting};
use super::records::{Account, RecordNumber, RegistryRole, TeamRole, User};
use super::state::State;
use super::words::{
    account_word, organisation_role_word, registry_access_word, registry_role_word, seat_word, team_role_word,
};

/// How user resources are shown.
#[derive(Clone, Copy)]
pub(super) struct UserStyle {
    pub generation: ServerGeneration,
    pub hosting: Hosting,
    pub etags: bool,
    /// With organisation, team and registry roles.
    pub roles: bool,
    /// With seats and access to registries, where the release has them.
    pub seats: bool,
    /// With the ids of the teams, as the shared service answers a creation.
    pub groups: bool,
}

/// A user as JSON.
pub(super) struct UserView<'a> {
    pub state: &'a State,
    pub number: RecordNumber,
    pub user: &'a User,
    pub style: UserStyle,
}

impl Serialize for UserView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (user, style) = (self.user, self.style);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("active", &user.active)?;
        map.serialize_entry("daysActive", &user.days_active)?;
        map.serialize_entry("displayName", &user.display_name)?;
        if !user.email.is_empty() {
            map.serialize_entry("emails", &Emails { address: &user.email, shape: style.generation.emails })?;
        }
        map.serialize_entry("id", &GlobalId(Kind::User, self.number))?;
        map.serialize_entry("lastActiveAt", &user.last_active)?;
        map.serialize_entry(
            "meta",
            &ResourceMeta {
                kind: Kind::User,
                number: self.number,
                created: user.created,
                modified: user.modified,
                version: style.etags.then_some(user.version),
            },
        )?;
        if style.seats && style.generation.seats {
            map.serialize_entry("modelsSeat", seat_word(user.models_seat))?;
            map.serialize_entry("weaveRole", seat_word(user.weave_seat))?;
        }
        if style.seats && style.generation.registry_access && user.account == Account::Person {
            map.serialize_entry("registryAccess", registry_access_word(user.registry_access))?;
        }
        map.serialize_entry("schemas", &["urn:ietf:params:scim:schemas:core:2.0:User"])?;
        map.serialize_entry("userName", &user.user_name)?;
        if style.generation.services {
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
        if self.style.generation.registries && !user.registries.is_empty() {
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

struct Groups<'a>(&'a [(RecordNumber, TeamRole)]);

#[derive(serde::Serialize)]
struct GroupReference {
    value: GlobalId,
}

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|&(team, _)| GroupReference { value: GlobalId(Kind::Team, team) }))
    }
}
