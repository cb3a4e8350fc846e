//! The values of fields that a server may withhold, each in a type of its own, for sorting and filtering many records.

use jiff::Timestamp;

use crate::directory::{
    Directory, MaybeTold, Name, RecordKind,
    record::{AccountKind, LastActive, Member, RoleGrant, Team, User},
};

/// A value that a server may withhold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum FieldKnowledge<T> {
    Told(T),
    NotTold,
}

impl<T> FieldKnowledge<T> {
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> FieldKnowledge<U> {
        match self {
            Self::Told(value) => FieldKnowledge::Told(map(value)),
            Self::NotTold => FieldKnowledge::NotTold,
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

impl<T> From<Option<T>> for FieldKnowledge<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NotTold, Self::Told)
    }
}

/// An attribute's value, or none.
pub(in crate::directory) fn attribute(attribute: &MaybeTold) -> FieldKnowledge<Option<&Name>> {
    if attribute.is_told() { FieldKnowledge::Told(attribute.value()) } else { FieldKnowledge::NotTold }
}

/// The role in each team.
pub(in crate::directory) fn team_roles(user: &User) -> FieldKnowledge<&[RoleGrant]> {
    user.team_roles.as_deref().into()
}

/// The role in one team of which the user is a member.
pub(in crate::directory) fn role_in<'a>(user: &'a User, team: &Name) -> FieldKnowledge<&'a Name> {
    user.role_in(team).into()
}

/// The role in each registry.
pub(in crate::directory) fn registry_roles(user: &User) -> FieldKnowledge<&[RoleGrant]> {
    user.told_registry_roles().into()
}

/// The primary address, or none.
pub(in crate::directory) fn email<'a>(user: &'a User, directory: &Directory) -> FieldKnowledge<Option<&'a Name>> {
    match &user.email {
        email if !email.is_empty() => FieldKnowledge::Told(Some(email)),
        _ if directory.records().tells_email(user) => FieldKnowledge::Told(None),
        _ => FieldKnowledge::NotTold,
    }
}

/// Active or deactivated.
pub(in crate::directory) fn active(user: &User) -> FieldKnowledge<bool> {
    user.active.into()
}

/// Person or service account.
pub(in crate::directory) fn account(user: &User) -> FieldKnowledge<AccountKind> {
    match user.account {
        AccountKind::Unsaid => FieldKnowledge::NotTold,
        account => FieldKnowledge::Told(account),
    }
}

/// The time of the last contact; none is never.
pub(in crate::directory) fn last_active(user: &User) -> FieldKnowledge<Option<Timestamp>> {
    match user.last_active {
        LastActive::Unknown => FieldKnowledge::NotTold,
        LastActive::Never => FieldKnowledge::Told(None),
        LastActive::At(at) => FieldKnowledge::Told(Some(at)),
    }
}

/// The members of a team.
pub(in crate::directory) fn members(team: &Team) -> FieldKnowledge<&[Member]> {
    team.members.as_deref().into()
}

/// The names of a team's members; the name of a member that is no known user may not be told.
pub(in crate::directory) fn member_names<'a>(
    team: &'a Team,
    directory: &'a Directory,
) -> FieldKnowledge<impl Iterator<Item = FieldKnowledge<&'a Name>> + Clone> {
    members(team).map(move |members| {
        members.iter().map(move |member| match directory.user(&member.id) {
            Some(user) => FieldKnowledge::Told(&user.user_name),
            None if member.display.is_empty() => FieldKnowledge::NotTold,
            None => FieldKnowledge::Told(&member.display),
        })
    })
}

/// True if the directory has every record of a kind.
pub(in crate::directory) fn is_listed(kind: RecordKind, directory: &Directory) -> bool {
    directory.is_complete(kind)
}
