//! The same document, written.

use serde_json::{Map, Value, json};

use super::{
    DesiredPerson, DesiredState, Membership, RoleWish, TeamWish, keys::CsvColumn, tree_read::VERSION, yaml_write,
};
use crate::scim::text::escape_json;

pub(super) fn json(desired: &DesiredState) -> String {
    // A tree of strings can always be written.
    let text = serde_json::to_string_pretty(&tree(desired)).unwrap_or_default();
    escape_json(&text).into_owned() + "\n"
}

pub(super) fn yaml(desired: &DesiredState) -> String {
    yaml_write::document(&tree(desired))
}

fn tree(desired: &DesiredState) -> Value {
    let mut top = Map::new();
    top.insert("scimitar".into(), VERSION.into());
    let mut list = |key: &str, entries: Vec<Value>| {
        if !entries.is_empty() {
            top.insert(key.into(), Value::Array(entries));
        }
    };
    list("users", desired.people.iter().map(person).collect());
    list("teams", desired.teams.iter().map(team).collect());
    list("roles", desired.roles.iter().map(role).collect());
    Value::Object(top)
}

fn person(person: &DesiredPerson) -> Value {
    let mut entry = Map::new();
    entry.insert("user".into(), person.user.clone().into());
    for (column, field) in CsvColumn::texts() {
        let said = column.key().zip(person.text(field));
        entry.extend(said.map(|(key, value)| (key.to_owned(), Value::from(value))));
    }
    entry.extend(person.active.map(|active| ("active".to_owned(), Value::Bool(active))));
    for (key, list) in [("teams", &person.teams), ("registries", &person.registries)] {
        entry.extend(list.as_ref().map(|list| (key.to_owned(), memberships(list))));
    }
    Value::Object(entry)
}

fn team(team: &TeamWish) -> Value {
    let mut entry = Map::new();
    entry.insert("team".into(), team.team.clone().into());
    entry.extend(team.external_id.as_deref().map(|id| ("external_id".to_owned(), Value::from(id))));
    for (key, list) in [("members", &team.members), ("others", &team.others)] {
        entry.extend(list.as_ref().map(|list| (key.to_owned(), memberships(list))));
    }
    Value::Object(entry)
}

fn role(role: &RoleWish) -> Value {
    let mut entry = Map::new();
    entry.insert("role".into(), role.role.clone().into());
    for (key, value) in [("inherits", &role.inherits), ("description", &role.description)] {
        entry.extend(value.as_ref().map(|value| (key.to_owned(), Value::from(value.as_str()))));
    }
    entry.extend(role.permissions.as_ref().map(|all| ("permissions".to_owned(), json!(all))));
    Value::Object(entry)
}

/// Names alone where no role is said of any.
fn memberships(list: &[Membership]) -> Value {
    if list.iter().all(|one| one.role.is_none()) {
        return Value::Array(list.iter().map(|one| Value::from(one.of.as_str())).collect());
    }
    let role = |one: &Membership| one.role.as_deref().map_or(Value::Null, Value::from);
    Value::Object(list.iter().map(|one| (one.of.clone(), role(one))).collect())
}
