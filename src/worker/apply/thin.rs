//! Looks for attributes that the server's list shows and a single read leaves out: a PUT of such a reading would erase
//! them.

use serde_json::Value;

use super::{ChangeAttempt, send::kind_of};
use crate::{
    directory::RecordKind,
    scim::{json, request::Request},
};

/// Attributes that the server sets itself, or that hold no data of the record.
const OWN: [&str; 4] = ["id", "meta", "schemas", "groups"];

impl ChangeAttempt<'_> {
    /// The attributes that a PUT of this reading would erase, if the server finds the record by its name.
    pub(super) async fn told_by_list_alone(&self, request: &Request, alone: &Value) -> Vec<String> {
        let (Some(kind), Some(alone)) = (kind_of(request), alone.as_object()) else { return Vec::new() };
        let name = if kind == RecordKind::User { "userName" } else { "displayName" };
        let (Some(name), Some(id)) = (json::get(alone, name).and_then(Value::as_str), json::get(alone, "id")) else {
            return Vec::new();
        };
        let Some(listed) = self.context.listed(kind, name, id).await else { return Vec::new() };
        let is_lost =
            |(name, value): &(&String, &Value)| !is_empty(value) && json::get(alone, name).is_none_or(is_empty);
        let is_own = |name: &str| OWN.iter().any(|own| name.eq_ignore_ascii_case(own));
        listed.iter().filter(is_lost).map(|(name, _)| name.clone()).filter(|name| !is_own(name)).collect()
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(all) => all.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
