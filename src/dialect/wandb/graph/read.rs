//! Reads the answers of W&B's GraphQL with the same patience as SCIM: absent, `null` and empty are the same.

use secrecy::SecretString;
use serde_json::Value;

use super::super::read::{account_word, plain_id};
use crate::{
    dialect::{CreatedRecord, ProbeNote},
    directory::{
        Name,
        change::Change,
        side_query::{AccountDetails, ApiKey, Organisation, SideAnswer, SideQuery, SideQueryKind, TeamParticipant},
    },
    scim::graph::data,
};

/// The answer to an inquiry; `None` where it holds no data at all.
pub(in super::super) fn told(inquiry: &SideQuery, body: &[u8]) -> Option<SideAnswer> {
    let data = data(body)?;
    let person = |node: Option<&Value>| node.map_or(SideAnswer::Nothing, |node| SideAnswer::Person(person(node)));
    Some(match &inquiry.topic {
        SideQueryKind::Me => person(given(&data, "/viewer")),
        SideQueryKind::Person(id) => {
            // The search finds every name that begins or ends with the words: only the very account counts.
            let is_meant = |node: &&Value| text(node, "/id") == **id || name(node, "/username").is(inquiry.name.raw());
            person(nodes(&data, "/users/edges").find(is_meant))
        }
        SideQueryKind::Organisations => match given(&data, "/viewer") {
            Some(viewer) => SideAnswer::Organisations(list(viewer, "/organizations").map(organisation).collect()),
            None => SideAnswer::Nothing,
        },
        SideQueryKind::Settings
        | SideQueryKind::AuditLog(_)
        | SideQueryKind::Resource(_)
        | SideQueryKind::Schemas
        | SideQueryKind::Types => return None,
        SideQueryKind::Roster(_) => match given(&data, "/entity") {
            Some(entity) => SideAnswer::Roster(list(entity, "/members").map(participant).collect()),
            None => SideAnswer::Nothing,
        },
    })
}

/// The record that a change created: its id, and the secret that is shown only now.
pub(in super::super) fn made(change: &Change, body: &[u8]) -> CreatedRecord {
    let Some(data) = data(body) else { return CreatedRecord::default() };
    let at = match change {
        Change::CreateUser { .. } => "/createUser/user",
        Change::CreateService { .. } => "/createServiceAccount/user",
        Change::Invite { .. } => "/createInvite/invite",
        Change::CreateKey { .. } => "/generateApiKey/apiKey",
        _ => return CreatedRecord::default(),
    };
    let Some(node) = given(&data, at) else { return CreatedRecord::default() };
    let id = Some(text(node, "/id")).filter(|id| !id.is_empty()).map(Into::into);
    let holds_secret = matches!(change, Change::CreateKey { .. });
    // The full key stands in the place of its name, this once.
    let secret = holds_secret.then(|| text(node, "/name")).filter(|key| !key.is_empty());
    CreatedRecord { id, secret: secret.map(SecretString::from) }
}

/// The owner of the key, in words.
pub(super) fn owner(body: &[u8]) -> Result<String, ProbeNote> {
    let data = data(body);
    let Some(viewer) = data.as_ref().and_then(|data| given(data, "/viewer")) else {
        return Err(ProbeNote::from("The server does not say whose key it is."));
    };
    let AccountDetails { user_name, name, instance_admin, keys, .. } = person(viewer);
    let admin = if instance_admin == Some(true) { ", admin of the instance" } else { "" };
    let hidden = if keys.is_none() { "; its API keys are not shown" } else { "" };
    let shown = if name.is_empty() { String::new() } else { format!(" ({name})") };
    Ok(format!("{user_name}{shown}{admin}{hidden}"))
}

/// The release of a server, as it tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Release {
    /// The server's own release.
    Told(String),
    /// The server says that it has none of its own: the package wandb calls such a server "cloud".
    None,
}

/// The release that the answer tells; `None` where it says nothing of it.
pub(in super::super) fn release(body: &[u8]) -> Option<Release> {
    let data = data(body)?;
    let info = given(&data, "/serverInfo")?.get("latestLocalVersionInfo")?;
    if info.is_null() {
        return Some(Release::None);
    }
    let own = text(info, "/versionOnThisInstanceString");
    (!own.is_empty()).then_some(Release::Told(own))
}

/// The release that answers, in words.
pub(super) fn release_in_words(body: &[u8]) -> Result<String, ProbeNote> {
    let data = data(body).unwrap_or_default();
    let Some(info) = given(&data, "/serverInfo/latestLocalVersionInfo") else {
        return Ok("not told, as in W&B's own cloud".into());
    };
    let (own, latest) = (name(info, "/versionOnThisInstanceString"), name(info, "/latestVersionString"));
    match info.get("outOfDate").and_then(Value::as_bool) {
        Some(true) if !latest.is_empty() => Ok(format!("{own}; {latest} is out")),
        _ if own.is_empty() => Err(ProbeNote::from("The server does not say its release.")),
        _ => Ok(own.to_string()),
    }
}

fn person(node: &Value) -> AccountDetails {
    AccountDetails {
        id: text(node, "/id").into(),
        user_name: name(node, "/username"),
        name: name(node, "/name"),
        email: name(node, "/email"),
        instance_admin: node.get("admin").and_then(Value::as_bool),
        deleted: given(node, "/deletedAt").is_some(),
        teams: nodes(node, "/teams/edges").map(|team| name(team, "/name")).collect(),
        keys: given(node, "/apiKeys").map(|keys| nodes(keys, "/edges").map(key).collect()),
    }
}

/// The organisations of the key's owner, in words.
pub(super) fn organisations_in_words(body: &[u8]) -> Result<String, ProbeNote> {
    let data = data(body);
    let Some(viewer) = data.as_ref().and_then(|data| given(data, "/viewer")) else {
        return Err(ProbeNote::from("The server does not say in which organisations the key's owner is."));
    };
    let all: Vec<Organisation> = list(viewer, "/organizations").map(organisation).collect();
    let names = all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => Err(ProbeNote::from("The server does not say in which organisations the key's owner is.")),
        1 => Ok(names),
        many => Ok(format!("one of {many} ({names}): W&B's setting “Default API organization” decides which")),
    }
}

fn organisation(node: &Value) -> Organisation {
    Organisation { id: plain_id(&text(node, "/id")), name: name(node, "/name") }
}

fn key(node: &Value) -> ApiKey {
    ApiKey {
        id: text(node, "/id").into(),
        name: name(node, "/name"),
        description: name(node, "/description"),
        in_use: false,
    }
}

fn participant(node: &Value) -> TeamParticipant {
    let flag = |name: &str| node.get(name).and_then(Value::as_bool);
    TeamParticipant {
        id: text(node, "/id").into(),
        user_name: name(node, "/username"),
        name: name(node, "/name"),
        email: name(node, "/email"),
        admin: flag("admin"),
        pending: flag("pending").unwrap_or_default(),
        account: account_word(&text(node, "/accountType")),
    }
}

fn given<'a>(value: &'a Value, at: &str) -> Option<&'a Value> {
    value.pointer(at).filter(|value| !value.is_null())
}

fn list<'a>(value: &'a Value, at: &str) -> impl Iterator<Item = &'a Value> {
    given(value, at).and_then(Value::as_array).into_iter().flatten()
}

fn nodes<'a>(value: &'a Value, at: &str) -> impl Iterator<Item = &'a Value> {
    list(value, at).filter_map(|edge| given(edge, "/node"))
}

/// Text, or a number written out; empty where there is none.
fn text(value: &Value, at: &str) -> String {
    match given(value, at) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn name(value: &Value, at: &str) -> Name {
    Name::from(text(value, at).as_str())
}
