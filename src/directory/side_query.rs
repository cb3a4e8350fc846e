//! What a provider tells beside its lists, when it is asked: whose key is in use, the API keys of a person, a team's
//! invitations, all attributes of a record. Never on disk.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Id, Name, ResourceRef, record::AccountKind};
use crate::scim::{
    request::Request,
    schema::{ResourceType, Schema},
};

/// What can be asked about.
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
    /// All attributes of this record.
    Resource(ResourceRef),
    /// What attributes records may have.
    Schemas,
    /// Which schemas each kind of record has.
    Types,
}

impl SideQueryKind {
    /// The record that it is about, where the answer is that record.
    pub fn record(&self) -> Option<&ResourceRef> {
        if let SideQueryKind::Resource(target) = self { Some(target) } else { None }
    }

    /// True where "there is no such thing" is an answer like any other: most servers tell no schemas.
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
    /// About what.
    pub topic: SideQueryKind,
    /// The user name of the person, to find them among others.
    pub name: Name,
    /// What is sent; alters nothing.
    pub request: Request,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideAnswer {
    /// To [`SideQueryKind::Me`] and [`SideQueryKind::Person`].
    Person(AccountDetails),
    /// To [`SideQueryKind::Roster`].
    Roster(Vec<TeamParticipant>),
    /// To [`SideQueryKind::Organisations`].
    Organisations(Vec<Organisation>),
    /// To [`SideQueryKind::Settings`].
    Settings(Vec<Setting>),
    /// To [`SideQueryKind::Resource`].
    Resource(Value),
    /// To [`SideQueryKind::Schemas`].
    Schemas(Vec<Schema>),
    /// To [`SideQueryKind::Types`].
    Types(Vec<ResourceType>),
    /// There is no such thing: person, team, record, endpoint.
    Nothing,
}

/// One setting of the provider that matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name for people.
    pub name: &'static str,
    /// Its value; `None` is not known.
    pub value: Option<Name>,
    /// What follows from it.
    pub meaning: &'static str,
}

/// An organisation that somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// As roles write it ([`crate::directory::record::Role::organisation`]).
    pub id: Name,
    /// Its name.
    pub name: Name,
}

/// An account with what only its own interface shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountDetails {
    /// The same id as in the lists, or empty.
    pub id: Id,
    /// Unique.
    pub user_name: Name,
    /// Shown name.
    pub name: Name,
    /// Address.
    pub email: Name,
    /// Of the whole instance; `None` is not told.
    pub instance_admin: Option<bool>,
    /// The account was deleted.
    pub deleted: bool,
    /// Names of teams.
    pub teams: Vec<Name>,
    /// API keys; `None` where the caller may not see them.
    pub keys: Option<Vec<ApiKey>>,
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// What it is deleted by.
    pub id: Id,
    /// The public part.
    pub name: Name,
    /// What it is for; may be empty.
    pub description: Name,
}

/// Somebody in a team, or invited to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamParticipant {
    /// Of the membership or invitation.
    pub id: Id,
    /// Empty for those who were invited by email and have no account.
    pub user_name: Name,
    /// Shown name.
    pub name: Name,
    /// Address.
    pub email: Name,
    /// The team's admin, or invited as such.
    pub admin: bool,
    /// Invited, not a member yet.
    pub pending: bool,
    /// Person or service account.
    pub account: AccountKind,
}

impl TeamParticipant {
    /// True if this is who was meant by an email or a user name.
    pub fn is(&self, who: &str) -> bool {
        [&self.email, &self.user_name].iter().any(|known| !known.is_empty() && known.is(who.trim()))
    }

    /// User name, or else the address.
    pub fn label(&self) -> &Name {
        if self.user_name.is_empty() { &self.email } else { &self.user_name }
    }
}
