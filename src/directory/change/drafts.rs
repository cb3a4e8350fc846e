//! Records as they shall be: what forms fill in and changes carry.

use serde::{Deserialize, Serialize};

use crate::directory::{Id, Name, record::Role};

/// The fields of a user to be created.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NewUser {
    /// Unique user name.
    pub user_name: String,
    /// Primary email.
    pub email: String,
    /// Shown name; may be empty.
    pub display_name: String,
    /// Names of teams to join at once, where the provider takes them with the creation.
    pub teams: Vec<Name>,
    /// The Models seat; the server's choice where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models_seat: Option<Name>,
    /// Access to Weave; the server's choice where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weave_role: Option<Name>,
    /// The identity provider's own id of them (`externalId`); empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub external_id: String,
    /// Other attributes, as on the wire: of somebody who is made again. Providers that create users with them take them.
    /// `null` leaves out an attribute that a creation has otherwise.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// An admin of the whole instance: of every organisation on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub instance_admin: bool,
}

/// A custom role as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoleDraft {
    /// Unique name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The predefined role that it builds on.
    pub inherits: String,
    /// The permissions added to the inherited ones.
    pub added: Vec<String>,
}

impl RoleDraft {
    /// The role as it is.
    pub fn of(role: &Role) -> Self {
        Self {
            name: role.name.raw().into(),
            description: role.description.raw().into(),
            inherits: role.inherits.raw().into(),
            added: role.added().map(|permission| permission.name.raw().into()).collect(),
        }
    }
}

/// A service account to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewService {
    /// Unique user name.
    pub name: String,
    /// Of the whole organisation, not of one team.
    pub organisation: bool,
    /// The team that it belongs to, or that it works for by default.
    pub team: Id,
}

/// Where a new team keeps its files (W&B `storageBucket`, only at creation).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StorageBucket {
    /// `COREWEAVE`, `AWS`, `AZURE`, `GCP` or `MINIO`.
    pub provider: String,
    /// The bucket's or container's name.
    pub name: String,
    /// Path within it; may be empty, as all that follow.
    pub path: String,
    /// The key that encrypts it.
    pub kms_key: String,
    /// AWS only.
    pub aws_external_id: String,
    /// Azure only.
    pub azure_tenant: String,
    /// Azure only.
    pub azure_client: String,
}
