//! The records a demo server keeps: users, teams, custom roles. Plain and compact, because there may be a million.

use std::borrow::Cow;

use super::clock::UnixSeconds;
use super::rfc::more::ExtraAttributes;

/// Number of a user, team or role: its place in the state's list, never used twice.
pub(super) type RecordNumber = u32;

/// Role in the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrganisationRole {
    Admin,
    Member,
}

/// A paid place in a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    Full,
    Viewer,
    None,
}

/// Role in one team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TeamRole {
    Admin,
    Member,
    Viewer,
    Custom(RecordNumber),
}

/// Role in one registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegistryRole {
    Admin,
    Member,
    Viewer,
    RestrictedViewer,
}

/// The kind of account that a user record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    Person,
    TeamService,
    OrganisationService,
}

/// A user record.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "userName is the protocol's word")]
pub(super) struct User {
    pub user_name: Box<str>,
    pub display_name: Box<str>,
    /// Empty for service accounts.
    pub email: Box<str>,
    pub given: Cow<'static, str>,
    pub family: Cow<'static, str>,
    pub external_id: Option<Box<str>>,
    /// The attributes that only plain SCIM shows.
    pub more: Option<Box<ExtraAttributes>>,
    pub created: UnixSeconds,
    pub modified: Option<UnixSeconds>,
    pub last_active: Option<UnixSeconds>,
    pub days_active: u16,
    pub active: bool,
    pub organisation_role: OrganisationRole,
    pub models_seat: Seat,
    pub weave_seat: Seat,
    /// `registryAccess` is not `none`.
    pub registry_access: bool,
    pub account: Account,
    /// Teams and the role in each, in the order of joining.
    pub teams: Vec<(RecordNumber, TeamRole)>,
    /// Places in [`super::names::REGISTRIES`] and the role in each.
    pub registries: Vec<(u8, RegistryRole)>,
    pub version: u32,
}

impl User {
    /// A person who was just created, without teams, with full seats.
    pub(super) fn person(user_name: &str, display_name: &str, email: &str, now: UnixSeconds) -> Self {
        Self {
            user_name: user_name.into(),
            display_name: display_name.into(),
            email: email.into(),
            given: Cow::Borrowed(""),
            family: Cow::Borrowed(""),
            external_id: None,
            more: None,
            created: now,
            modified: None,
            last_active: None,
            days_active: 0,
            active: true,
            organisation_role: OrganisationRole::Member,
            models_seat: Seat::Full,
            weave_seat: Seat::Full,
            registry_access: true,
            account: Account::Person,
            teams: Vec::new(),
            registries: Vec::new(),
            version: 1,
        }
    }

    /// Marks a change: a new version and time.
    pub(super) fn touch(&mut self, now: UnixSeconds) {
        self.version += 1;
        self.modified = Some(now);
    }
}

/// A team.
#[derive(Debug)]
pub(super) struct Team {
    pub name: Box<str>,
    /// The id that another system gives the team.
    pub external_id: Option<Box<str>>,
    pub members: Vec<RecordNumber>,
    pub created: UnixSeconds,
    pub modified: UnixSeconds,
    pub version: u32,
}

impl Team {
    pub(super) fn touch(&mut self, now: UnixSeconds) {
        self.version += 1;
        self.modified = now;
    }
}

/// A custom role: a predefined one plus own permissions.
#[derive(Debug)]
pub(super) struct CustomRole {
    pub name: Box<str>,
    pub description: Box<str>,
    /// Inherits from member, else from viewer.
    pub inherits_member: bool,
    /// Own permissions, none of them inherited, in the order they were given.
    pub permissions: Vec<Box<str>>,
    pub created: UnixSeconds,
    pub modified: Option<UnixSeconds>,
    pub version: u32,
}
