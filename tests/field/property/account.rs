//! The state of a server as single facts, and whether a command has reported each fact that has changed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::state::State;

/// A single value of a record: an address, a member, a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The name of the user or group.
    pub subject: String,
    /// The attribute; `exists` of the record as a whole.
    pub attribute: String,
    /// The value; of members their user name.
    pub value: String,
}

impl Fact {
    fn new(subject: &str, attribute: &str, value: impl Into<String>) -> Self {
        Self { subject: subject.into(), attribute: attribute.into(), value: value.into() }
    }

    pub fn member(team: &str, user: &str) -> Self {
        Self::new(team, "members", user)
    }

    pub fn exists(name: &str) -> Self {
        Self::new(name, "exists", "")
    }

    pub fn of(user: &str, attribute: &str, value: &str) -> Self {
        Self::new(user, attribute, value)
    }
}

pub type Facts = BTreeSet<Fact>;

/// All that is so. Records are called by name: one that is made again has another id.
pub fn facts(state: &State) -> Facts {
    let mut facts = Facts::new();
    let name_of = |id: &str| state.users.get(id).map(|user| user["userName"].as_str().unwrap());
    for user in state.users.values() {
        let name = user["userName"].as_str().unwrap();
        facts.insert(Fact::exists(name));
        for (attribute, value) in user.as_object().unwrap() {
            if !["id", "meta", "schemas", "userName", "name", "externalId", "lastActiveAt"]
                .contains(&attribute.as_str())
            {
                facts.extend(values(value).into_iter().map(|value| Fact::new(name, attribute, value)));
            }
        }
    }
    for group in state.groups.values() {
        let name = group["displayName"].as_str().unwrap();
        facts.insert(Fact::exists(name));
        for member in group["members"].as_array().into_iter().flatten() {
            // A reference to nobody is no membership.
            facts.extend(name_of(member["value"].as_str().unwrap()).map(|user| Fact::member(name, user)));
        }
    }
    facts
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all
            .iter()
            .map(|one| match &one["value"] {
                Value::Null => one.to_string(),
                value => text(value),
            })
            .collect(),
        Value::Null => Vec::new(),
        other => vec![text(other)],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The differences between two states; true for a fact that was added.
pub fn changed(before: &Facts, after: &Facts) -> Vec<(Fact, bool)> {
    let gone = before.difference(after).map(|fact| (fact.clone(), false));
    gone.chain(after.difference(before).map(|fact| (fact.clone(), true))).collect()
}

/// True if a sentence names what has changed; `about` is whom it is about where it does not say so itself.
pub fn mentions(sentence: &str, about: &str, fact: &Fact) -> bool {
    let has = |text: &str| !text.is_empty() && sentence.to_lowercase().contains(&text.to_lowercase());
    let subject = has(&fact.subject) || about == fact.subject;
    let words: &[&str] = match fact.attribute.as_str() {
        "emails" => &["email", "address"],
        "displayName" | "name" => &["display name", "displayname", "name"],
        "active" => &["active"],
        "roles" | "organizationRole" | "teamRoles" => &["role"],
        // The record goes or comes with all that it has.
        "exists" => &["exists", "gone", "created", "still there", "another id", "keeps the user", "stays", "inactive"],
        other => &[other],
    };
    subject && (has(&fact.value) && fact.value.len() > 2 || words.iter().any(|word| has(word)))
        || fact.attribute == "members" && about == fact.value && has(&fact.subject)
}
