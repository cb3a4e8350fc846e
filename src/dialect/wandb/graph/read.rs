//! What W&B's GraphQL answers, read with the same patience as SCIM: absent, `null` and empty are the same.

use secrecy::SecretString;
use serde_json::Value;

use super::super::read::account_word;
use crate::{
    dialect::Made,
    directory::{
        Name,
        aside::{ApiKey, Inquiry, Participant, Person, Told, Topic},
        change::Change,
    },
    scim::graph::data,
};

/// The answer to an inquiry; `None` where it holds no data at all.
pub(in super::super) fn told(inquiry: &Inquiry, body: &[u8]) -> Option<Told> {
    let data = data(body)?;
    let person = |node: Option<&Value>| node.map_or(Told::Nothing, |node| Told::Person(person(node)));
    Some(match &inquiry.topic {
        Topic::Me => person(given(&data, "/viewer")),
        Topic::Person(id) => {
            // The search finds every name that begins or ends with the words: only the very account counts.
            let is_meant = |node: &&Value| text(node, "/id") == **id || name(node, "/username").is(inquiry.name.raw());
            person(nodes(&data, "/users/edges").find(is_meant))
        }
        Topic::Settings => return None,
        Topic::Roster(_) => match given(&data, "/entity") {
            Some(entity) => Told::Roster(list(entity, "/members").map(participant).collect()),
            None => Told::Nothing,
        },
    })
}

/// What a change made: its id, and the secret that is shown only now.
pub(in super::super) fn made(change: &Change, body: &[u8]) -> Made {
    let Some(data) = data(body) else { return Made::default() };
    let at = match change {
        Change::CreateUser { .. } => "/createUser/user",
        Change::CreateService { .. } => "/createServiceAccount/user",
        Change::Invite { .. } => "/createInvite/invite",
        Change::CreateKey { .. } => "/generateApiKey/apiKey",
        _ => return Made::default(),
    };
    let Some(node) = given(&data, at) else { return Made::default() };
    let id = Some(text(node, "/id")).filter(|id| !id.is_empty()).map(Into::into);
    let holds_secret = matches!(change, Change::CreateKey { .. });
    // The full key stands in the place of its name, this once.
    let secret = holds_secret.then(|| text(node, "/name")).filter(|key| !key.is_empty());
    Made { id, secret: secret.map(SecretString::from) }
}

fn person(node: &Value) -> Person {
    Person {
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

fn key(node: &Value) -> ApiKey {
    ApiKey { id: text(node, "/id").into(), name: name(node, "/name"), description: name(node, "/description") }
}

fn participant(node: &Value) -> Participant {
    let flag = |name: &str| node.get(name).and_then(Value::as_bool).unwrap_or_default();
    Participant {
        id: text(node, "/id").into(),
        user_name: name(node, "/username"),
        name: name(node, "/name"),
        email: name(node, "/email"),
        admin: flag("admin"),
        pending: flag("pending"),
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
