//! W&B's own scalars.

use serde::{Deserialize, Serialize};

use super::super::clock::UnixSeconds;

/// A moment as text.
#[derive(Serialize, Deserialize)]
pub(super) struct DateTime(String);
async_graphql::scalar!(DateTime, "DateTime");

impl From<UnixSeconds> for DateTime {
    fn from(moment: UnixSeconds) -> Self {
        Self(moment.to_string())
    }
}

/// JSON written as a string.
#[derive(Serialize, Deserialize)]
pub(super) struct JsonString(String);
async_graphql::scalar!(JsonString, "JSONString");

impl JsonString {
    pub(super) fn empty_object() -> Self {
        Self("{}".to_owned())
    }
}

/// A number that does not fit GraphQL's own integers.
#[derive(Serialize, Deserialize)]
pub(super) struct Int64(pub i64);
async_graphql::scalar!(Int64, "Int64");
