//! The wanted records that forms fill in and changes carry.

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
    /// Names of teams to join at once, if the provider accepts teams in a creation.
    pub teams: Vec<Name>,
    /// The Models seat; the server chooses if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models_seat: Option<Name>,
    /// Access to Weave; the server chooses if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weave_role: Option<Name>,
    /// The identity provider's id of the user (`externalId`); empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub external_id: String,
    /// Other attributes in wire form, of a user who is created again. Sent by providers whose creation accepts them.
    /// `null` leaves out an attribute that a creation sends otherwise.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// True for an admin of the whole instance: of every organisation on it.
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
    /// The team of the service account, or the default team of its work.
    pub team: Id,
}

/// Where a new team keeps its files (W&B `storageBucket`, only at creation).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StorageBucket {
    /// `COREWEAVE`, `AWS`, `AZURE`, `GCP` or `MINIO`.
    pub provider: String,
    /// The bucket's or container's name.
    pub name: String,
    /// The path within the bucket; may be empty, like all fields below.
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
