//! A user, a team and a role: the typed part of a SCIM resource.
//!
//! The store keeps the resource as it came, for the raw view and for PUT; lists, filters and plans work on these types.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MaybeTold, Name, change::SeatKind};

/// The number of the form in which the store keeps the types of this file. Raise it whenever one of them gains, loses or
/// moves a field: the form has no names in it, so an old record would be misread. A test of the store compares bytes.
pub const RECORD_FORMAT: &str = "5";

/// The role that may administer an organisation or a team; compared without regard to case
/// (docs/src/providers/wandb.md#changes-of-a-user).
pub const ADMIN: &str = "admin";

/// The server's opaque `id` (RFC 7643 §3.1), or a provisional id of this program for a record that is not created yet.
pub type Id = Arc<str>;

/// The three kinds of record, one tab each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordKind {
    /// `/Users`.
    User,
    /// `/Groups`: a W&B team.
    Team,
    /// `/Roles`: W&B's custom roles.
    Role,
}

impl RecordKind {
    /// All kinds, in tab order.
    pub const ALL: [RecordKind; 3] = [RecordKind::User, RecordKind::Team, RecordKind::Role];

    /// "users", "teams", "roles".
    pub fn plural(self) -> &'static str {
        match self {
            RecordKind::User => "users",
            RecordKind::Team => "teams",
            RecordKind::Role => "roles",
        }
    }
}

/// A record's kind and id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceRef {
    /// Its kind.
    pub kind: RecordKind,
    /// Its id.
    pub id: Id,
}

impl ResourceRef {
    /// A user.
    pub fn user(id: &Id) -> Self {
        Self { kind: RecordKind::User, id: id.clone() }
    }
    /// A team.
    pub fn team(id: &Id) -> Self {
        Self { kind: RecordKind::Team, id: id.clone() }
    }
    /// A role.
    pub fn role(id: &Id) -> Self {
        Self { kind: RecordKind::Role, id: id.clone() }
    }

    /// True where the id is a provisional one of ours, for a record that is not created yet.
    pub fn is_provisional(&self) -> bool {
        self.id.starts_with("new:")
    }
}

/// How much of a record a list gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReadDepth {
    /// From a list that may leave attributes out: a missing attribute is not known.
    #[default]
    Summary,
    /// Read by itself: a missing attribute is unassigned.
    Full,
}

/// The kind of owner of an account (W&B `accountType`, server 0.81 and later).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AccountKind {
    /// The server does not tell: taken for a person.
    #[default]
    Unsaid,
    /// A person.
    Person,
    /// A service account of one team.
    TeamService,
    /// A service account of the organisation.
    OrgService,
}

impl AccountKind {
    /// True for accounts that belong to no person.
    pub fn is_service(self) -> bool {
        matches!(self, AccountKind::TeamService | AccountKind::OrgService)
    }
}

/// When the person was last seen by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LastActive {
    /// The server does not say.
    #[default]
    Unknown,
    /// The server says `null`.
    Never,
    /// At this time.
    At(#[serde(with = "jiff::fmt::serde::timestamp::second::required")] Timestamp),
}

/// A role in one team or registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGrant {
    /// The team's or registry's name: W&B names them so on users.
    pub scope: Name,
    /// The role's name.
    pub role: Name,
}

/// The reason why a record could not be read, and the place in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordProblem {
    /// JSON path, such as `$.Resources[3].emails`.
    pub path: String,
    /// The error there, as words that continue the path: `is a number, not an array`.
    pub why: String,
}

/// A user (RFC 7643 §4.1, with W&B's additions).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct User {
    /// Opaque id.
    pub id: Id,
    /// `userName`: unique.
    pub user_name: Name,
    /// `displayName`; empty where there is none.
    pub display_name: Name,
    /// `name.givenName`.
    pub first_name: MaybeTold,
    /// `name.familyName`.
    pub last_name: MaybeTold,
    /// The primary address; empty where there is none.
    pub email: Name,
    /// `active`; `None` where the server does not say.
    pub active: Option<bool>,
    /// Person or service account.
    pub account: AccountKind,
    /// Role in the organisation.
    pub org_role: MaybeTold,
    /// Role in each team; `None` is not told.
    pub team_roles: Option<Vec<RoleGrant>>,
    /// Role in each registry.
    pub registry_roles: Vec<RoleGrant>,
    /// W&B Models seat.
    pub models_seat: MaybeTold,
    /// W&B Weave role.
    pub weave_role: MaybeTold,
    /// W&B access to registries (`registryAccess`), which older servers do not have.
    pub registry_access: MaybeTold,
    /// Last contact with the server.
    pub last_active: LastActive,
    /// Days with any activity.
    pub days_active: Option<u32>,
    /// `meta.created`.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    pub created: Option<Timestamp>,
    /// `meta.lastModified`.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    pub modified: Option<Timestamp>,
    /// ETag or `meta.version`.
    pub version: Option<Arc<str>>,
    /// List or single read.
    pub depth: ReadDepth,
    /// Set when the record could not be read; the rest then holds the readable values.
    pub problem: Option<Box<RecordProblem>>,
}

impl User {
    /// Known to be an organisation admin, and not deactivated.
    pub fn is_org_admin(&self) -> bool {
        self.org_role.holds(ADMIN) && !self.is_inactive()
    }

    /// Deactivated for certain.
    pub fn is_inactive(&self) -> bool {
        self.active == Some(false)
    }

    /// True if a list left the roles out and a single read may show them.
    pub fn lacks_roles(&self) -> bool {
        !self.org_role.is_told() && self.is_summary()
    }

    /// True if only a list has shown the record, and a single read may show more.
    pub fn is_summary(&self) -> bool {
        self.depth == ReadDepth::Summary && self.problem.is_none() && !self.id.starts_with("new:")
    }

    /// The role in the team of that name, where known.
    pub fn role_in(&self, team: &Name) -> Option<&Name> {
        self.team_roles.as_deref()?.iter().find(|grant| grant.scope == *team).map(|grant| &grant.role)
    }

    /// The role in each registry, if the server has told them. An empty list counts only beside team roles: a record
    /// without either tells neither.
    pub fn told_registry_roles(&self) -> Option<&[RoleGrant]> {
        let told = !self.registry_roles.is_empty() || self.team_roles.is_some();
        told.then_some(self.registry_roles.as_slice())
    }

    /// True unless the server has told another organisation role, or that the user is deactivated.
    pub fn may_be_org_admin(&self) -> bool {
        self.org_role.may_hold(ADMIN) && !self.is_inactive()
    }

    /// The seat for a product.
    pub fn seat(&self, seat: SeatKind) -> &MaybeTold {
        match seat {
            SeatKind::Models => &self.models_seat,
            SeatKind::Weave => &self.weave_role,
            SeatKind::Registry => &self.registry_access,
        }
    }

    /// The name that a person would use for the user: display name, or user name.
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { self.user_name.as_str() } else { self.display_name.as_str() }
    }
}

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The user's id.
    pub id: Id,
    /// The name in the team's own record, for members that are no known user.
    pub display: Name,
}

/// A team (RFC 7643 §4.2 Group; a W&B team).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Team {
    /// Opaque id.
    pub id: Id,
    /// `displayName`.
    pub name: Name,
    /// Members; `None` where the list did not say.
    pub members: Option<Vec<Member>>,
    /// `meta.created`.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    pub created: Option<Timestamp>,
    /// `meta.lastModified`.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    pub modified: Option<Timestamp>,
    /// ETag or `meta.version`.
    pub version: Option<Arc<str>>,
    /// Set when the record could not be read.
    pub problem: Option<Box<RecordProblem>>,
}

impl Team {
    /// True if the user is a member for certain.
    pub fn has(&self, user: &Id) -> bool {
        self.members.as_deref().is_some_and(|members| members.iter().any(|member| member.id == *user))
    }

    /// Number of members, where the server has told them.
    pub fn size(&self) -> Option<usize> {
        self.members.as_deref().map(<[Member]>::len)
    }
}

/// True for a number of members at which servers are known to cut lists without saying so: a full page of 100, 200 or
/// 1,000. Only a team with more members shows that the server does not cut.
pub fn is_full_page(members: usize) -> bool {
    members >= 100 && members.is_multiple_of(100)
}

/// A permission of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// `object:operation`.
    pub name: Name,
    /// True if the permission comes from the predefined role that this one builds on.
    pub inherited: bool,
}

/// A custom role (W&B `/Roles`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Role {
    /// Opaque id.
    pub id: Id,
    /// Name; unique, case-sensitive.
    pub name: Name,
    /// Free text.
    pub description: Name,
    /// `member` or `viewer`.
    pub inherits: Name,
    /// The organisation of the role, as the server writes it; empty where that is not told.
    pub organisation: Name,
    /// All permissions, inherited and added.
    pub permissions: Vec<Permission>,
    /// `meta.created`.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    pub created: Option<Timestamp>,
    /// `meta.lastModified`.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    pub modified: Option<Timestamp>,
    /// ETag or `meta.version`.
    pub version: Option<Arc<str>>,
    /// Set when the record could not be read.
    pub problem: Option<Box<RecordProblem>>,
}

impl Role {
    /// The permissions that this role adds.
    pub fn added(&self) -> impl Iterator<Item = &Permission> {
        self.permissions.iter().filter(|permission| !permission.inherited)
    }
}

/// A record of any kind, freshly read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// A user.
    User(User),
    /// A team.
    Team(Team),
    /// A role.
    Role(Role),
}

impl Record {
    /// The record's kind and id.
    pub fn target(&self) -> ResourceRef {
        ResourceRef { kind: self.kind(), id: self.id().clone() }
    }

    /// The record's kind.
    pub fn kind(&self) -> RecordKind {
        match self {
            Record::User(_) => RecordKind::User,
            Record::Team(_) => RecordKind::Team,
            Record::Role(_) => RecordKind::Role,
        }
    }

    /// The record's id.
    pub fn id(&self) -> &Id {
        match self {
            Record::User(user) => &user.id,
            Record::Team(team) => &team.id,
            Record::Role(role) => &role.id,
        }
    }

    /// The record's id, to be spelt otherwise.
    pub fn id_mut(&mut self) -> &mut Id {
        match self {
            Record::User(user) => &mut user.id,
            Record::Team(team) => &mut team.id,
            Record::Role(role) => &mut role.id,
        }
    }

    /// The record's version, where the server gives one.
    pub fn version(&self) -> Option<&Arc<str>> {
        match self {
            Record::User(user) => user.version.as_ref(),
            Record::Team(team) => team.version.as_ref(),
            Record::Role(role) => role.version.as_ref(),
        }
    }
}
