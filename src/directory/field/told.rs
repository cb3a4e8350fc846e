//! The values of fields that a server may withhold, each in a type of its own: for whatever asks many records at a time.

use jiff::Timestamp;

use crate::directory::{
    Directory, Kind, MaybeTold, Name,
    record::{Account, Grant, LastActive, Member, Team, User},
};

/// A value that a server may withhold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum Knowledge<T> {
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

    /// The value, where it is told.
    pub fn told(self) -> Option<T> {
        match self {
            Self::Told(value) => Some(value),
            Self::NotTold => None,
        }
    }
}

impl<T> From<Option<T>> for Knowledge<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NotTold, Self::Told)
    }
}

/// An attribute's value, or none.
pub(in crate::directory) fn attribute(attribute: &MaybeTold) -> Knowledge<Option<&Name>> {
    if attribute.is_told() { Knowledge::Told(attribute.value()) } else { Knowledge::NotTold }
}

/// The role in each team.
pub(in crate::directory) fn team_roles(user: &User) -> Knowledge<&[Grant]> {
    user.team_roles.as_deref().into()
}

/// The role in one team of which the user is a member.
pub(in crate::directory) fn role_in<'a>(user: &'a User, team: &Name) -> Knowledge<&'a Name> {
    user.role_in(team).into()
}

/// The role in each registry.
pub(in crate::directory) fn registry_roles(user: &User) -> Knowledge<&[Grant]> {
    user.told_registry_roles().into()
}

/// The primary address, or none.
pub(in crate::directory) fn email<'a>(user: &'a User, directory: &Directory) -> Knowledge<Option<&'a Name>> {
    match &user.email {
        email if !email.is_empty() => Knowledge::Told(Some(email)),
        _ if directory.records().tells_email(user) => Knowledge::Told(None),
        _ => Knowledge::NotTold,
    }
}

/// Active or deactivated.
pub(in crate::directory) fn active(user: &User) -> Knowledge<bool> {
    user.active.into()
}

/// Person or service account.
pub(in crate::directory) fn account(user: &User) -> Knowledge<Account> {
    match user.account {
        Account::Unsaid => Knowledge::NotTold,
        account => Knowledge::Told(account),
    }
}

/// The time of the last contact; none is never.
pub(in crate::directory) fn last_active(user: &User) -> Knowledge<Option<Timestamp>> {
    match user.last_active {
        LastActive::Unknown => Knowledge::NotTold,
        LastActive::Never => Knowledge::Told(None),
        LastActive::At(at) => Knowledge::Told(Some(at)),
    }
}

/// The members of a team.
pub(in crate::directory) fn members(team: &Team) -> Knowledge<&[Member]> {
    team.members.as_deref().into()
}

/// The names of a team's members; the name of a member that is no known user may not be told.
pub(in crate::directory) fn member_names<'a>(
    team: &'a Team,
    directory: &'a Directory,
) -> Knowledge<impl Iterator<Item = Knowledge<&'a Name>> + Clone> {
    members(team).map(move |members| {
        members.iter().map(move |member| match directory.user(&member.id) {
            Some(user) => Knowledge::Told(&user.user_name),
            None if member.display.is_empty() => Knowledge::NotTold,
            None => Knowledge::Told(&member.display),
        })
    })
}

/// True if the directory has every record of a kind.
pub(in crate::directory) fn is_listed(kind: Kind, directory: &Directory) -> bool {
    directory.is_complete(kind)
}
