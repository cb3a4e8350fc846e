//! How much is told of each field that a filter asks for, in one function a field.

use jiff::Timestamp;

use crate::directory::{
    Directory, Kind, MaybeTold, Name,
    record::{Account, Depth, Grant, LastActive, Member, Team, User},
};

/// A value that a server may withhold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knowledge<T> {
    Told(T),
    NotTold,
}

impl<T> Knowledge<T> {
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Knowledge<U> {
        match self {
            Self::Told(value) => Knowledge::Told(map(value)),
            Self::NotTold => Knowledge::NotTold,
        }
    }

    pub fn is_told(&self) -> bool {
        matches!(self, Self::Told(_))
    }
}

impl<T> From<Option<T>> for Knowledge<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NotTold, Self::Told)
    }
}

/// An attribute's value, or none.
pub(super) fn attribute(attribute: &MaybeTold) -> Knowledge<Option<&Name>> {
    if attribute.is_told() { Knowledge::Told(attribute.value()) } else { Knowledge::NotTold }
}

/// The role in each team.
pub(super) fn team_roles(user: &User) -> Knowledge<&[Grant]> {
    user.team_roles.as_deref().into()
}

/// The role in one team of which the user is a member.
pub(super) fn role_in<'a>(user: &'a User, team: &Name) -> Knowledge<&'a Name> {
    user.role_in(team).into()
}

/// The role in each registry. An empty list counts only where the server tells any role.
pub(super) fn registry_roles(user: &User) -> Knowledge<&[Grant]> {
    if user.registry_roles.is_empty() && !user.org_role.is_told() && user.team_roles.is_none() {
        Knowledge::NotTold
    } else {
        Knowledge::Told(&user.registry_roles)
    }
}

/// The primary address, or none.
pub(super) fn email(user: &User) -> Knowledge<Option<&Name>> {
    match &user.email {
        email if !email.is_empty() => Knowledge::Told(Some(email)),
        _ if user.depth == Depth::Full => Knowledge::Told(None),
        _ => Knowledge::NotTold,
    }
}

/// Active or deactivated.
pub(super) fn active(user: &User) -> Knowledge<bool> {
    user.active.into()
}

/// Person or service account.
pub(super) fn account(user: &User) -> Knowledge<Account> {
    match user.account {
        Account::Unsaid => Knowledge::NotTold,
        account => Knowledge::Told(account),
    }
}

/// The time of the last contact; none is never.
pub(super) fn last_active(user: &User) -> Knowledge<Option<Timestamp>> {
    match user.last_active {
        LastActive::Unknown => Knowledge::NotTold,
        LastActive::Never => Knowledge::Told(None),
        LastActive::At(at) => Knowledge::Told(Some(at)),
    }
}

/// The members of a team.
pub(super) fn members(team: &Team) -> Knowledge<&[Member]> {
    team.members.as_deref().into()
}

/// True if the directory has every record of a kind.
pub(super) fn is_listed(kind: Kind, directory: &Directory) -> bool {
    directory.is_complete(kind)
}
