//! The value of any field of any record, for printing and drawing.

use jiff::Timestamp;

use super::{
    RecordField, RoleField, TeamField, UserField,
    knowledge::{self, FieldKnowledge},
};
use crate::directory::{
    Directory, Id, MaybeTold, Name, RecordKind, TeamAdminSet,
    record::{AccountKind, RecordProblem, Role, RoleGrant, Team, User},
    record_contents::RecordContents,
};

/// A record of any kind.
#[derive(Debug, Clone, Copy)]
pub enum RecordRef<'a> {
    /// A user.
    User(&'a User),
    /// A team.
    Team(&'a Team),
    /// A custom role.
    Role(&'a Role),
}

impl RecordRef<'_> {
    /// The record's kind.
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::User(_) => RecordKind::User,
            Self::Team(_) => RecordKind::Team,
            Self::Role(_) => RecordKind::Role,
        }
    }
}

/// A place, with the role in it where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantRef<'a> {
    /// The name of the team or registry.
    pub scope: &'a Name,
    /// The role.
    pub role: Option<&'a Name>,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// The record has no such field.
    Absent,
    /// The server has not told it.
    NotTold,
    /// A text; empty is none.
    Text(&'a Name),
    /// An id.
    Id(&'a Id),
    /// Active or deactivated.
    Active(bool),
    /// The kind of owner of the account.
    Account(AccountKind),
    /// A number; incomplete if there may be more.
    Count {
        /// How many are known.
        known: usize,
        /// All are known.
        complete: bool,
    },
    /// Names; incomplete if there may be more.
    Names {
        /// The names that are known.
        names: Vec<&'a Name>,
        /// All are known.
        complete: bool,
    },
    /// Places with roles; incomplete if there may be more.
    Grants {
        /// The places that are known.
        grants: Vec<GrantRef<'a>>,
        /// All are known.
        complete: bool,
    },
    /// A moment.
    Time(Timestamp),
    /// A moment that has not been.
    Never,
    /// The reason why a record could not be read.
    Problem(&'a RecordProblem),
}

impl<'a> FieldValue<'a> {
    fn told<T>(value: FieldKnowledge<T>, shown: impl FnOnce(T) -> Self) -> Self {
        match value {
            FieldKnowledge::Told(value) => shown(value),
            FieldKnowledge::NotTold => Self::NotTold,
        }
    }

    fn attribute(attribute: &'a MaybeTold) -> Self {
        attribute.name().map_or(Self::NotTold, Self::Text)
    }

    fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::NotTold, Self::Time)
    }

    fn problem(problem: Option<&'a RecordProblem>) -> Self {
        problem.map_or(Self::Absent, Self::Problem)
    }

    fn number(known: usize) -> Self {
        Self::Count { known, complete: true }
    }

    /// True if the server may have more than this.
    pub fn is_in_part(&self) -> bool {
        matches!(
            self,
            Self::Count { complete: false, .. }
                | Self::Names { complete: false, .. }
                | Self::Grants { complete: false, .. }
        )
    }
}

/// Reads the values of fields.
#[derive(Debug, Clone, Copy)]
pub struct FieldReader<'a> {
    /// The records beside the one that is read.
    pub directory: &'a Directory,
    /// The contents of the provider's records.
    pub holds: RecordContents,
}

impl<'a> FieldReader<'a> {
    /// The value of a field; absent if the record is of another kind.
    pub fn value(&self, record: RecordRef<'a>, field: RecordField) -> FieldValue<'a> {
        match (record, field) {
            (RecordRef::User(user), RecordField::User(field)) => self.user(user, field),
            (RecordRef::Team(team), RecordField::Team(field)) => self.team(team, field),
            (RecordRef::Role(role), RecordField::Role(field)) => self.role(role, field),
            (RecordRef::User(_) | RecordRef::Team(_) | RecordRef::Role(_), _) => FieldValue::Absent,
        }
    }

    /// The value of a user's field.
    pub fn user(&self, user: &'a User, field: UserField) -> FieldValue<'a> {
        let directory = self.directory;
        match field {
            // The server has no record of them, so it has given no id.
            UserField::Id if user.is_invited() => FieldValue::Absent,
            UserField::Id => FieldValue::Id(&user.id),
            UserField::UserName => FieldValue::Text(&user.user_name),
            UserField::DisplayName => FieldValue::Text(&user.display_name),
            UserField::Email => FieldValue::told(knowledge::email(user, directory), |_| FieldValue::Text(&user.email)),
            UserField::Active => FieldValue::told(knowledge::active(user), FieldValue::Active),
            UserField::Account => FieldValue::told(knowledge::account(user), FieldValue::Account),
            UserField::OrgRole if !self.has_org_roles() => FieldValue::NotTold,
            UserField::OrgRoleAsOf => directory.role_learnt(&user.id).map_or(FieldValue::Absent, FieldValue::Time),
            UserField::Teams => self.teams(user),
            UserField::TeamCount => FieldValue::Count {
                known: directory.team_count(&user.id),
                complete: directory.tells_teams_of(&user.id),
            },
            UserField::TeamRoles => FieldValue::told(knowledge::team_roles(user), grants),
            UserField::Registries | UserField::RegistryRoles => {
                FieldValue::told(knowledge::registry_roles(user), grants)
            }
            UserField::LastActive => {
                FieldValue::told(knowledge::last_active(user), |at| at.map_or(FieldValue::Never, FieldValue::Time))
            }
            UserField::DaysActive => {
                user.days_active.map_or(FieldValue::NotTold, |days| FieldValue::number(days as usize))
            }
            UserField::Created => FieldValue::time(user.created),
            UserField::Modified => FieldValue::time(user.modified),
            UserField::Problem => FieldValue::problem(user.problem.as_deref()),
            // A field that is no text, such as an external id, is sent to servers and never read.
            text => text.spec().text.as_ref().map_or(FieldValue::Absent, |text| FieldValue::attribute((text.of)(user))),
        }
    }

    /// The value of a team's field.
    pub fn team(&self, team: &'a Team, field: TeamField) -> FieldValue<'a> {
        match field {
            TeamField::Id => FieldValue::Id(&team.id),
            TeamField::Name => FieldValue::Text(&team.name),
            TeamField::Members => {
                FieldValue::told(knowledge::members(team), |members| FieldValue::number(members.len()))
            }
            TeamField::MemberNames => FieldValue::told(knowledge::member_names(team, self.directory), |all| {
                let names: Vec<&Name> = all.clone().filter_map(FieldKnowledge::told).collect();
                let complete = names.len() == all.count();
                FieldValue::Names { names, complete }
            }),
            TeamField::ExternalId => FieldValue::Absent,
            TeamField::Others => FieldValue::told(knowledge::members(team), |members| {
                let others = members.iter().filter(|member| self.directory.user(&member.id).is_none());
                FieldValue::number(others.count())
            }),
            TeamField::Gives => FieldValue::Absent,
            TeamField::Admins => {
                let TeamAdminSet { known, silent } = self.directory.admins_of(team);
                let names = known.iter().map(|user| &user.user_name).collect();
                FieldValue::Names { names, complete: team.members.is_some() && silent == 0 }
            }
            TeamField::Created => FieldValue::time(team.created),
            TeamField::Modified => FieldValue::time(team.modified),
            TeamField::Problem => FieldValue::problem(team.problem.as_deref()),
        }
    }

    /// The value of a custom role's field.
    pub fn role(&self, role: &'a Role, field: RoleField) -> FieldValue<'a> {
        match field {
            RoleField::Id if role.is_predefined() => FieldValue::Absent,
            RoleField::Id => FieldValue::Id(&role.id),
            RoleField::Name => FieldValue::Text(&role.name),
            RoleField::Inherits => FieldValue::Text(&role.inherits),
            RoleField::Description => FieldValue::Text(&role.description),
            RoleField::Permissions => {
                FieldValue::Names { names: role.added().map(|one| &one.name).collect(), complete: true }
            }
            RoleField::Holders => {
                let held = self.directory.held(&role.name);
                let complete = held.is_certain() && self.directory.is_complete(RecordKind::User);
                FieldValue::Count { known: held.people, complete }
            }
            RoleField::Created => FieldValue::time(role.created),
            RoleField::Modified => FieldValue::time(role.modified),
            RoleField::Problem => FieldValue::problem(role.problem.as_deref()),
        }
    }

    /// A provider without roles tells none, unless they are derived here.
    fn has_org_roles(&self) -> bool {
        self.holds.org_roles || self.directory.records().role_source().is_derived()
    }

    /// The user's teams, in the order of the names.
    fn teams(&self, user: &'a User) -> FieldValue<'a> {
        let directory = self.directory;
        let teams = directory.teams_of(&user.id);
        let teams = teams.iter().filter_map(|id| directory.team(id)).map(|team| &team.name);
        let mut grants: Vec<GrantRef<'a>> = teams.map(|scope| GrantRef { scope, role: user.role_in(scope) }).collect();
        grants.sort_by_key(|grant| grant.scope.raw());
        FieldValue::Grants { grants, complete: directory.tells_teams_of(&user.id) }
    }
}

fn grants(grants: &[RoleGrant]) -> FieldValue<'_> {
    let grants = grants.iter().map(|grant| GrantRef { scope: &grant.scope, role: Some(&grant.role) }).collect();
    FieldValue::Grants { grants, complete: true }
}
