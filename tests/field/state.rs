//! The records of a server, and PATCH.

use indexmap::IndexMap;
use serde_json::{Value, json};

/// A resource type, by endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceType {
    Users,
    Groups,
    Roles,
}

impl ResourceType {
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "Users" => Some(Self::Users),
            "Groups" => Some(Self::Groups),
            "Roles" => Some(Self::Roles),
            _ => None,
        }
    }

    /// The attribute that holds the name of a record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Users => "userName",
            Self::Groups => "displayName",
            Self::Roles => "name",
        }
    }
}

/// Records by id, in the order of lists.
pub type Records = IndexMap<String, Value>;

/// The records of the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub users: Records,
    pub groups: Records,
    pub roles: Records,
    /// Counts creations, for ids.
    pub made: usize,
}

impl State {
    pub fn new(users: Vec<Value>, groups: Vec<Value>) -> Self {
        Self { users: by_id(users), groups: by_id(groups), ..Self::default() }
    }

    pub fn of(&self, kind: ResourceType) -> &Records {
        match kind {
            ResourceType::Users => &self.users,
            ResourceType::Groups => &self.groups,
            ResourceType::Roles => &self.roles,
        }
    }

    pub fn of_mut(&mut self, kind: ResourceType) -> &mut Records {
        match kind {
            ResourceType::Users => &mut self.users,
            ResourceType::Groups => &mut self.groups,
            ResourceType::Roles => &mut self.roles,
        }
    }
}

pub fn by_id(records: Vec<Value>) -> Records {
    records.into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
}

/// Applies one PATCH operation as in RFC 7644 §3.5.2, as far as the tests need it.
pub fn patch(record: &mut Value, operation: &Value) {
    let (what, value) = (operation["op"].as_str().unwrap().to_ascii_lowercase(), &operation["value"]);
    let Some(path) = operation["path"].as_str() else {
        for (key, value) in value.as_object().unwrap() {
            record[key] = value.clone();
        }
        return;
    };
    if let Some(member) = path.strip_prefix("members[value eq ").and_then(|rest| rest.strip_suffix(']')) {
        let member: String = serde_json::from_str(member).unwrap();
        return members(record).retain(|one| one["value"] != member.as_str());
    }
    match (path, what.as_str()) {
        ("members", "add") => {
            for one in value.as_array().unwrap() {
                if !members(record).iter().any(|known| known["value"] == one["value"]) {
                    members(record).push(one.clone());
                }
            }
        }
        ("members", "remove") => match value.as_array() {
            Some(gone) => members(record).retain(|known| !gone.iter().any(|one| one["value"] == known["value"])),
            None => members(record).clear(),
        },
        (_, "remove") => {
            record.as_object_mut().unwrap().remove(path);
        }
        _ => match path.split_once('.').filter(|_| !path.contains(':')) {
            Some((whole, part)) => record[whole][part] = value.clone(),
            None => record[path] = value.clone(),
        },
    }
}

fn members(record: &mut Value) -> &mut Vec<Value> {
    if !record["members"].is_array() {
        record["members"] = json!([]);
    }
    record["members"].as_array_mut().unwrap()
}
