//! Attributes by path, and the separate changes that set some of them.

use serde_json::Value;

use super::Change;
use crate::directory::{RecordKind, ResourceRef};

impl Change {
    /// The change that sets an attribute to this value: the attribute's own kind of change if there is one, with its
    /// guards, or else [`Change::SetAttribute`].
    pub fn attribute(target: ResourceRef, path: String, before: Option<Value>, to: Option<Value>) -> Self {
        let is = |name: &str| target.kind == RecordKind::User && path.eq_ignore_ascii_case(name);
        match &to {
            Some(Value::Bool(active)) if is("active") => Change::SetActive { user: target.id, active: *active },
            Some(Value::String(name)) if is("displayName") => {
                Change::SetDisplayName { user: target.id, to: name.clone() }
            }
            None if is("displayName") => Change::SetDisplayName { user: target.id, to: String::new() },
            _ => Change::SetAttribute { target, path, before, to },
        }
    }

    /// The attribute that this change sets, and the value: the inverse of [`Change::attribute`].
    pub fn as_attribute(&self) -> Option<(&str, Option<Value>)> {
        match self {
            Change::SetAttribute { path, to, .. } => Some((path, to.clone())),
            Change::SetDisplayName { to, .. } => Some(("displayName", Some(to.as_str().into()))),
            Change::SetActive { active, .. } => Some(("active", Some((*active).into()))),
            _ => None,
        }
    }

    /// The text that it puts into this attribute.
    pub(super) fn renames(&self, attribute: &str) -> Option<&str> {
        match self {
            Change::SetAttribute { path, to, .. } if path.eq_ignore_ascii_case(attribute) => to.as_ref()?.as_str(),
            _ => None,
        }
    }
}
