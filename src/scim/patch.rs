//! The bodies of PATCH requests (RFC 7644 §3.5.2), written strictly. Knows no server's habits.
//!
//! A `remove` of a whole multi-valued attribute empties it: a team without members. Only a function whose name says so
//! makes that operation.

use serde_json::{Map, Value, json};

use super::{
    filter::{self, AttrPath, ScimFilter},
    urn,
};

/// An operation of a PATCH body.
#[derive(Debug, Clone, PartialEq)]
pub enum PatchOperation {
    /// Adds values; present ones stay as they are.
    Add {
        /// The attribute.
        path: String,
        /// The added value; an array for multi-valued attributes.
        value: Value,
    },
    /// Replaces the present value.
    Replace {
        /// The attribute; none if the value is an object of attributes.
        path: Option<String>,
        /// The new value, of its own JSON type (`false`, never `"False"`).
        value: Value,
    },
    /// Takes values away.
    Remove(RemovedValues),
}

/// The values that a [`PatchOperation::Remove`] takes away. Made only by [`PatchOperation::remove`],
/// [`PatchOperation::remove_listed`] and [`PatchOperation::remove_all`].
#[derive(Debug, Clone, PartialEq)]
pub struct RemovedValues {
    path: String,
    listed: Option<Vec<Value>>,
}

/// A path for a `remove` that would take away more than was meant, or that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{path}” can't be the path of a removal: {why}")]
pub struct UnsafeRemoval {
    /// The path.
    pub path: String,
    /// The reason why the path is unsafe.
    pub why: UnsafePath,
}

/// The reason why the path of a removal is unsafe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsafePath {
    /// No filter chooses.
    #[error("it has no filter, so everything would be removed")]
    NoFilter,
    /// The list of values is empty.
    #[error("no values are listed, which would remove them all")]
    NoValues,
    /// More than a sub-attribute follows.
    #[error("nothing but one sub-attribute may follow the filter")]
    Tail,
    /// The filter chooses without comparing.
    #[error("its filter does not say which values, so everything could be removed")]
    NoComparison,
    /// The path is a whole filter.
    #[error("it is not one attribute with a filter")]
    NotOneAttribute,
    /// The filter does not follow the RFC.
    #[error(transparent)]
    BadFilter(#[from] filter::FilterError),
}

impl PatchOperation {
    /// Adds `value` at `path`.
    pub fn add(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Add { path: path.into(), value: value.into() }
    }

    /// Replaces the value at `path`.
    pub fn replace(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Replace { path: Some(path.into()), value: value.into() }
    }

    /// Replaces several attributes by one operation without a path.
    pub fn replace_attributes(attributes: Map<String, Value>) -> Self {
        Self::Replace { path: None, value: Value::Object(attributes) }
    }

    /// The same operation without a path, where it replaces one attribute as a whole; any other operation stays as it
    /// is.
    #[must_use]
    pub fn without_path(self) -> Self {
        match self {
            Self::Replace { path: Some(path), value } if is_attribute(&path) => {
                Self::replace_attributes(Map::from_iter([(path, value)]))
            }
            other => other,
        }
    }

    /// Removes the values that a filter chooses: `members[value eq "id"]`.
    ///
    /// # Errors
    /// If the path has no filter, or one that can't be read or that chooses without comparing (`members[value pr]`).
    pub fn remove(path: impl Into<String>) -> Result<Self, UnsafeRemoval> {
        let path = path.into();
        match check_filtered(&path) {
            Ok(()) => Ok(Self::Remove(RemovedValues { path, listed: None })),
            Err(why) => Err(UnsafeRemoval { path, why }),
        }
    }

    /// Removes the values in the list, by a `value` that the RFC does not know for `remove`.
    ///
    /// Some servers have no other way; others disregard the list and **empty the attribute**. Only for a server and an
    /// attribute where it is known to work.
    ///
    /// # Errors
    /// If the list is empty, which would be [`PatchOperation::remove_all`].
    pub fn remove_listed(path: impl Into<String>, values: Vec<Value>) -> Result<Self, UnsafeRemoval> {
        let path = path.into();
        if values.is_empty() {
            return Err(UnsafeRemoval { path, why: UnsafePath::NoValues });
        }
        Ok(Self::Remove(RemovedValues { path, listed: Some(values) }))
    }

    /// Removes **every** value of the attribute: all members, all roles.
    pub fn remove_all(path: impl Into<String>) -> Self {
        Self::Remove(RemovedValues { path: path.into(), listed: None })
    }

    fn into_value(self) -> Value {
        match self {
            Self::Add { path, value } => json!({"op": "add", "path": path, "value": value}),
            Self::Replace { path: Some(path), value } => json!({"op": "replace", "path": path, "value": value}),
            Self::Replace { path: None, value } => json!({"op": "replace", "value": value}),
            Self::Remove(RemovedValues { path, listed: None }) => json!({"op": "remove", "path": path}),
            Self::Remove(RemovedValues { path, listed: Some(values) }) => {
                json!({"op": "remove", "path": path, "value": values})
            }
        }
    }
}

/// The body of a PATCH request with these operations, in this order.
pub fn patch(ops: Vec<PatchOperation>) -> Value {
    json!({"schemas": [urn::PATCH_OP], "Operations": ops.into_iter().map(PatchOperation::into_value).collect::<Vec<_>>()})
}

/// The path of one member of a group: `members[value eq "id"]`.
pub fn member_filter(id: &str) -> String {
    chosen("members", "value", id)
}

/// The path of one member of a group, whatever the server calls it: `members[value eq "id" or value eq "name"]`.
pub fn member_filter_any<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut any: Vec<ScimFilter> =
        names.into_iter().map(|name| ScimFilter::equal(AttrPath::new("value"), name)).collect();
    let any = if any.len() == 1 { any.remove(0) } else { ScimFilter::Or(any) };
    ScimFilter::Has(AttrPath::new("members"), Box::new(any)).to_string()
}

/// The path of the entries whose `key` is `text`: `registryRoles[registryName eq "r"]`.
pub fn chosen(attr: &str, key: &str, text: &str) -> String {
    ScimFilter::Has(AttrPath::new(attr), Box::new(ScimFilter::equal(AttrPath::new(key), text))).to_string()
}

fn check_filtered(path: &str) -> Result<(), UnsafePath> {
    // A sub-attribute may follow the filter (RFC 7644 §3.5.2, figure 7), which the filter grammar does not have.
    let end = path.rfind(']').ok_or(UnsafePath::NoFilter)? + 1;
    let sub = &path[end..];
    if !sub.is_empty() && !sub.strip_prefix('.').is_some_and(filter::is_name) {
        return Err(UnsafePath::Tail);
    }
    match filter::parse(&path[..end])? {
        ScimFilter::Has(_, inner) if compares(&inner) => Ok(()),
        ScimFilter::Has(..) => Err(UnsafePath::NoComparison),
        _ => Err(UnsafePath::NotOneAttribute),
    }
}

/// True if every way of meeting the filter includes being equal to something.
fn compares(filter: &ScimFilter) -> bool {
    match filter {
        ScimFilter::Compare(_, op, literal) => {
            *op == filter::CompareOp::Equal && *literal != filter::FilterLiteral::Null
        }
        ScimFilter::And(all) => all.iter().any(compares),
        ScimFilter::Or(any) => any.iter().all(compares),
        ScimFilter::Present(_) | ScimFilter::Has(..) | ScimFilter::Not(_) => false,
    }
}

/// A name alone, without a schema, a filter or a sub-attribute.
fn is_attribute(path: &str) -> bool {
    !path.is_empty() && path.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '$'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bodies_are_exact() {
        let body = patch(vec![
            PatchOperation::add("members", json!([{"value": "u=="}])),
            PatchOperation::replace_attributes(Map::from_iter([("active".to_owned(), false.into())])),
            PatchOperation::replace("displayName", "Ann"),
            PatchOperation::remove(member_filter("u==")).unwrap(),
            PatchOperation::remove_listed("permissions", vec![json!({"name": "run:stop"})]).unwrap(),
            PatchOperation::remove_all("registryRoles"),
        ]);
        assert_eq!(
            body.to_string(),
            concat!(
                r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#,
                r#"{"op":"add","path":"members","value":[{"value":"u=="}]},"#,
                r#"{"op":"replace","value":{"active":false}},"#,
                r#"{"op":"replace","path":"displayName","value":"Ann"},"#,
                r#"{"op":"remove","path":"members[value eq \"u==\"]"},"#,
                r#"{"op":"remove","path":"permissions","value":[{"name":"run:stop"}]},"#,
                r#"{"op":"remove","path":"registryRoles"}]}"#,
            )
        );
    }

    #[test]
    fn nothing_is_emptied_by_accident() {
        for path in [
            "members",
            "",
            "members[]",
            "members[value pr]",
            r#"members[value ne "u"]"#,
            r#"members[not (value eq "u")]"#,
            r#"members[value eq "u" or value pr]"#,
            "members[value eq null]",
            r#"members[value eq "u"].."#,
            r#"members[value eq "u"] or x[y eq "z"]"#,
            r#"members value eq "]""#,
        ] {
            assert!(PatchOperation::remove(path).is_err(), "{path}");
        }
        assert!(PatchOperation::remove_listed("members", vec![]).is_err());
        assert!(PatchOperation::remove(r#"emails[type eq "work" and value pr].display"#).is_ok());
        let error = PatchOperation::remove("members").unwrap_err().to_string();
        assert_eq!(error, "“members” can't be the path of a removal: it has no filter, so everything would be removed");
    }

    proptest! {
        #[test]
        fn any_id_is_quoted(id in any::<String>()) {
            let path = member_filter(&id);
            prop_assert!(PatchOperation::remove(path.as_str()).is_ok());
            let expected = ScimFilter::Has(AttrPath::new("members"), Box::new(ScimFilter::equal(AttrPath::new("value"), id)));
            prop_assert_eq!(filter::parse(&path), Ok(expected));
        }
    }
}
