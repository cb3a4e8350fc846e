//! W&B's GraphQL as its Python SDK uses it (docs/src/providers/wandb.md#graphql): the facts and changes that SCIM
//! lacks.
//!
//! Knows the operations and their shapes; `keys`, `invites`, `services` and `people` know their meaning for a plan.

use serde_json::{Value, json};

use crate::{
    dialect::ProbeQuestion,
    directory::{
        Directory, Id, Name,
        refusal::{Refusal, RefusalCode},
        side_query::{SideQuery, SideQueryKind},
    },
    scim::{graph, request::Request},
};

mod read;

pub(super) use read::{Release, made, release, told};

/// The headers of every request: W&B shows API keys and lets admins act only to a client of this name that asks for its
/// admin rights.
const HEADERS: [(&str, &str); 2] = [
    ("User-Agent", concat!("W&B Public Client scimitar/", env!("CARGO_PKG_VERSION"))),
    ("Use-Admin-Privileges", "true"),
];

/// The user name before the key in W&B's Basic authorisation.
pub(super) const USER: &str = "api";

const VIEWER: &str = "query GetViewer { viewer { ...Person } }";
const ORGANISATIONS: &str = "query GetOrganizations { viewer { organizations { id name } } }";
const SERVER: &str = "query ServerInfo { serverInfo { latestLocalVersionInfo { \
    outOfDate latestVersionString versionOnThisInstanceString } } }";
const SEARCH: &str = "query SearchUsers($query: String) { users(query: $query) { edges { node { ...Person } } } }";
const PERSON: &str = "fragment Person on User { id name username email admin deletedAt \
    apiKeys { edges { node { id name description } } } teams { edges { node { name } } } }";
const TEAM: &str = "query GetTeamEntity($name: String!) { entity(name: $name) { id name \
    members { id admin pending email username name accountType } } }";
const CREATE_USER: &str = "mutation CreateUserFromAdmin($email: String!, $admin: Boolean) { \
    createUser(input: {email: $email, admin: $admin}) { user { id name username email admin } } }";
const INVITE: &str = "mutation CreateInvite($entity: String!, $email: String, $username: String, $admin: Boolean) { \
    createInvite(input: {entityName: $entity, email: $email, username: $username, admin: $admin}) { \
    invite { id name email createdAt toUser { name } } } }";
const REVOKE: &str = "mutation DeleteInvite($id: String, $entity: String) { \
    deleteInvite(input: {id: $id, entityName: $entity}) { success } }";
const CREATE_SERVICE: &str = "mutation CreateServiceAccount($entity: String!, $description: String!) { \
    createServiceAccount(input: {description: $description, entityName: $entity}) { user { id } } }";
const CREATE_KEY: &str = "mutation GenerateApiKey($description: String) { \
    generateApiKey(input: {description: $description}) { apiKey { id name description } } }";
const DELETE_KEY: &str = "mutation DeleteApiKey($id: String!) { deleteApiKey(input: {id: $id}) { success } }";

fn request(name: &str, document: &str, variables: Value) -> Request {
    let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Request { headers, ..graph::request(name, document, variables) }
}

/// The question about a topic.
pub(super) fn inquiry(topic: SideQueryKind, directory: &Directory) -> Result<SideQuery, Refusal> {
    let unknown = |what: &str| {
        Refusal::new(RefusalCode::UnknownRecord, format!("This {what} is not known here: refresh, and look again."))
    };
    let (name, request) = match &topic {
        SideQueryKind::Me => (Name::default(), request("GetViewer", &format!("{VIEWER} {PERSON}"), json!({}))),
        SideQueryKind::Organisations => (Name::default(), request("GetOrganizations", ORGANISATIONS, json!({}))),
        SideQueryKind::AuditLog(_) => return Err(Refusal::unsupported("The audit log is no part of GraphQL.")),
        SideQueryKind::Settings => return Err(Refusal::unsupported("W&B tells nothing of its settings.")),
        SideQueryKind::Resource(_) | SideQueryKind::Schemas | SideQueryKind::Types => {
            return Err(Refusal::unsupported("W&B tells of its attributes over SCIM alone."));
        }
        SideQueryKind::Person(id) => {
            let user = directory.user(id).ok_or_else(|| unknown("user"))?;
            let name = user.user_name.clone();
            let variables = json!({"query": name.raw()});
            (name, request("SearchUsers", &format!("{SEARCH} {PERSON}"), variables))
        }
        SideQueryKind::Roster(id) => {
            let team = directory.team(id).ok_or_else(|| unknown("team"))?;
            (team.name.clone(), request("GetTeamEntity", TEAM, json!({"name": team.name.raw()})))
        }
    };
    Ok(SideQuery { topic, name, request })
}

/// The questions about the key's owner and the server's release.
pub(super) fn questions() -> Vec<ProbeQuestion> {
    let viewer = request("GetViewer", &format!("{VIEWER} {PERSON}"), json!({}));
    vec![
        ProbeQuestion {
            about: "key owner",
            request: viewer,
            words: read::owner,
            loss: "API keys and invitations",
            needs: "",
        },
        ProbeQuestion {
            about: "organisation",
            request: request("GetOrganizations", ORGANISATIONS, json!({})),
            words: read::organisations_in_words,
            loss: "knowing whether the key's owner is in several organisations",
            needs: "",
        },
        ProbeQuestion {
            about: "release",
            request: server(),
            words: read::release_in_words,
            loss: "knowing the release",
            needs: "",
        },
    ]
}

/// Asks for the server's release.
pub(super) fn server() -> Request {
    request("ServerInfo", SERVER, json!({}))
}

/// Creates an account, as an admin of the instance.
pub(super) fn create_user(email: &str, admin: bool) -> Request {
    request("CreateUserFromAdmin", CREATE_USER, json!({"email": email, "admin": admin}))
}

/// Invites somebody to a team. A text that holds an `@` is an email; the SDK decides in the same way.
pub(super) fn invite(team: &Name, to: &str, admin: bool) -> Request {
    let (email, username) = if to.contains('@') { (Some(to), None) } else { (None, Some(to)) };
    let variables = json!({"entity": team.raw(), "email": email, "username": username, "admin": admin});
    request("CreateInvite", INVITE, variables)
}

/// Takes an invitation back.
pub(super) fn revoke(team: &Name, invite: &Id) -> Request {
    request("DeleteInvite", REVOKE, json!({"id": &**invite, "entity": team.raw()}))
}

/// Creates a team's service account.
pub(super) fn create_service(team: &Name, name: &str) -> Request {
    request("CreateServiceAccount", CREATE_SERVICE, json!({"entity": team.raw(), "description": name}))
}

/// Makes an API key for whoever asks; the answer holds it.
pub(super) fn create_key(description: &str) -> Request {
    Request { secret: true, ..request("GenerateApiKey", CREATE_KEY, json!({"description": description})) }
}

/// Deletes an API key.
pub(super) fn delete_key(id: &Id) -> Request {
    request("DeleteApiKey", DELETE_KEY, json!({"id": &**id}))
}
