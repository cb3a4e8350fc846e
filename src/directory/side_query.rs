//! Facts that a provider tells outside its lists: the owner of the key in use, the API keys of a person, a team's
//! invitations, all attributes of a record. Never on disk.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Id, Name, ResourceRef,
    audit::{AuditPage, AuditSpan},
    record::AccountKind,
};
use crate::scim::{
    request::Request,
    schema::{ResourceType, Schema},
};

/// The topic of a question.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SideQueryKind {
    /// The owner of the key in use.
    Me,
    /// The account of this user.
    Person(Id),
    /// The members and invitations of this team.
    Roster(Id),
    /// The organisations of the owner of the key in use.
    Organisations,
    /// How the provider is set up.
    Settings,
    /// A part of the provider's audit log.
    AuditLog(AuditSpan),
    /// All attributes of this record.
    Resource(ResourceRef),
    /// The attributes that records may have.
    Schemas,
    /// The schemas that each kind of record has.
    Types,
}

impl SideQueryKind {
    /// The record that the topic is about, where the answer is that record.
    pub fn record(&self) -> Option<&ResourceRef> {
        if let SideQueryKind::Resource(target) = self { Some(target) } else { None }
    }

    /// True if "not found" is a usual answer: most servers have no schemas.
    pub fn may_be_missing(&self) -> bool {
        matches!(
            self,
            SideQueryKind::Me
                | SideQueryKind::Organisations
                | SideQueryKind::Resource(_)
                | SideQueryKind::Schemas
                | SideQueryKind::Types
        )
    }
}

/// A question with the request that asks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideQuery {
    /// The topic.
    pub topic: SideQueryKind,
    /// The user name of the person, to find them among others.
    pub name: Name,
    /// The request; alters nothing.
    pub request: Request,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideAnswer {
    /// The answer to [`SideQueryKind::Me`] and [`SideQueryKind::Person`].
    Person(AccountDetails),
    /// The answer to [`SideQueryKind::Roster`].
    Roster(Vec<TeamParticipant>),
    /// The answer to [`SideQueryKind::Organisations`].
    Organisations(Vec<Organisation>),
    /// The answer to [`SideQueryKind::Settings`].
    Settings(Vec<Setting>),
    /// The answer to [`SideQueryKind::AuditLog`].
    AuditLog(AuditPage),
    /// The answer to [`SideQueryKind::Resource`].
    Resource(Value),
    /// The answer to [`SideQueryKind::Schemas`].
    Schemas(Vec<Schema>),
    /// The answer to [`SideQueryKind::Types`].
    Types(Vec<ResourceType>),
    /// The server has no such person, team, record or endpoint.
    Nothing,
}

/// A setting of the provider that matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The setting's name for people.
    pub name: &'static str,
    /// The setting's value; `None` is not known.
    pub value: Option<Name>,
    /// The consequence of the value.
    pub meaning: &'static str,
}

/// An organisation that somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// The id, as roles write it ([`crate::directory::record::Role::organisation`]).
    pub id: Name,
    /// The organisation's name.
    pub name: Name,
}

/// An account with the values that only its own endpoint shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountDetails {
    /// The account's id as in the lists, or empty.
    pub id: Id,
    /// The user name; unique.
    pub user_name: Name,
    /// The shown name.
    pub name: Name,
    /// The address.
    pub email: Name,
    /// True for an admin of the whole instance; `None` is not told.
    pub instance_admin: Option<bool>,
    /// True if the account was deleted.
    pub deleted: bool,
    /// Names of teams.
    pub teams: Vec<Name>,
    /// API keys; `None` where the caller may not see them.
    pub keys: Option<Vec<ApiKey>>,
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The id by which the key is deleted.
    pub id: Id,
    /// The public part of the key.
    pub name: Name,
    /// The purpose of the key; may be empty.
    pub description: Name,
    /// True if the profile uses this key, as far as the public part tells.
    pub in_use: bool,
}

/// Somebody in a team, or invited to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamParticipant {
    /// The id of the membership or invitation.
    pub id: Id,
    /// The user name; empty for people who were invited by email and have no account.
    pub user_name: Name,
    /// The shown name.
    pub name: Name,
    /// The address.
    pub email: Name,
    /// True for the team's admin, or somebody invited as such; `None` where that is not told.
    pub admin: Option<bool>,
    /// True if the person is invited, not a member yet.
    pub pending: bool,
    /// Person or service account.
    pub account: AccountKind,
}

impl TeamParticipant {
    /// True if an email or a user name means this person.
    pub fn is(&self, who: &str) -> bool {
        [&self.email, &self.user_name].iter().any(|known| !known.is_empty() && known.is(who.trim()))
    }

    /// User name, or else the address.
    pub fn label(&self) -> &Name {
        if self.user_name.is_empty() { &self.email } else { &self.user_name }
    }
}
