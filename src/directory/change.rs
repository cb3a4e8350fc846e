//! What an administrator means to do, in the directory's words: no HTTP in it.

use serde::{Deserialize, Serialize};

use super::{
    Id, Name, Target,
    record::{Account, Depth, Grant, LastActive, Member, Permission, Record, Role, Team, User},
};

/// Identifies a change in the journal and on the screen; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub i64);

impl ChangeId {
    /// The id under which a record lives on screen until the server gives it one.
    pub fn provisional(self) -> Id {
        format!("new:{}", self.0).into()
    }
}

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

/// One thing to alter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Give a user this role in the organisation.
    SetOrgRole {
        /// Who.
        user: Id,
        /// Which role.
        role: Name,
    },
    /// Give a user this role in a team; joins them first where they are not a member.
    SetTeamRole {
        /// Who.
        user: Id,
        /// Where.
        team: Id,
        /// Which role.
        role: Name,
    },
    /// Add a user to a team.
    AddMember {
        /// Where.
        team: Id,
        /// Who.
        user: Id,
    },
    /// Take a user out of a team.
    RemoveMember {
        /// Where.
        team: Id,
        /// Who.
        user: Id,
    },
    /// Create (or invite) a user.
    CreateUser {
        /// Provisional id.
        key: Id,
        /// The fields.
        user: NewUser,
    },
    /// Create a team.
    CreateTeam {
        /// Provisional id.
        key: Id,
        /// Its name.
        name: String,
        /// First members.
        members: Vec<Id>,
    },
    /// Deactivate or reactivate.
    SetActive {
        /// Who.
        user: Id,
        /// `false` deactivates.
        active: bool,
    },
    /// Delete a user.
    DeleteUser {
        /// Who.
        user: Id,
    },
    /// Delete a team.
    DeleteTeam {
        /// Which.
        team: Id,
    },
    /// Change the shown name.
    SetDisplayName {
        /// Who.
        user: Id,
        /// The new one.
        to: String,
    },
    /// Change the primary email.
    SetEmail {
        /// Who.
        user: Id,
        /// The new one.
        to: String,
    },
    /// Create a custom role.
    CreateRole {
        /// Provisional id.
        key: Id,
        /// Its definition.
        role: RoleDraft,
    },
    /// Change name, description, inherited role or added permissions of a custom role.
    EditRole {
        /// Which.
        role: Id,
        /// The whole definition as it shall be.
        to: RoleDraft,
    },
    /// Delete a custom role; its holders fall back to what it inherits from.
    DeleteRole {
        /// Which.
        role: Id,
    },
}

/// A change without its values: what a provider can or can't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// [`Change::SetOrgRole`]
    SetOrgRole,
    /// [`Change::SetTeamRole`]
    SetTeamRole,
    /// [`Change::AddMember`]
    AddMember,
    /// [`Change::RemoveMember`]
    RemoveMember,
    /// [`Change::CreateUser`]
    CreateUser,
    /// [`Change::CreateTeam`]
    CreateTeam,
    /// [`Change::SetActive`] with `false`
    Deactivate,
    /// [`Change::SetActive`] with `true`
    Reactivate,
    /// [`Change::DeleteUser`]
    DeleteUser,
    /// [`Change::DeleteTeam`]
    DeleteTeam,
    /// [`Change::SetDisplayName`]
    SetDisplayName,
    /// [`Change::SetEmail`]
    SetEmail,
    /// [`Change::CreateRole`]
    CreateRole,
    /// [`Change::EditRole`]
    EditRole,
    /// [`Change::DeleteRole`]
    DeleteRole,
}

/// The value that a pending change marks on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The whole record: created or deleted.
    Whole,
    /// Organisation role.
    OrgRole,
    /// Membership or role in this team.
    Team(Id),
    /// Active or not.
    Status,
    /// Display name.
    Display,
    /// Email.
    Email,
    /// Members of the team.
    Members,
    /// Definition of the role.
    Definition,
}

impl Change {
    /// Its kind.
    pub fn verb(&self) -> Verb {
        match self {
            Change::SetOrgRole { .. } => Verb::SetOrgRole,
            Change::SetTeamRole { .. } => Verb::SetTeamRole,
            Change::AddMember { .. } => Verb::AddMember,
            Change::RemoveMember { .. } => Verb::RemoveMember,
            Change::CreateUser { .. } => Verb::CreateUser,
            Change::CreateTeam { .. } => Verb::CreateTeam,
            Change::SetActive { active: false, .. } => Verb::Deactivate,
            Change::SetActive { active: true, .. } => Verb::Reactivate,
            Change::DeleteUser { .. } => Verb::DeleteUser,
            Change::DeleteTeam { .. } => Verb::DeleteTeam,
            Change::SetDisplayName { .. } => Verb::SetDisplayName,
            Change::SetEmail { .. } => Verb::SetEmail,
            Change::CreateRole { .. } => Verb::CreateRole,
            Change::EditRole { .. } => Verb::EditRole,
            Change::DeleteRole { .. } => Verb::DeleteRole,
        }
    }

    /// The records that it alters, the one that is written to first, each with the value that changes.
    ///
    /// Changes that share a record are sent in order.
    pub fn touches(&self) -> Vec<(Target, Field)> {
        let both = |team: &Id, user: &Id| {
            vec![(Target::team(team), Field::Members), (Target::user(user), Field::Team(team.clone()))]
        };
        match self {
            Change::SetOrgRole { user, .. } => vec![(Target::user(user), Field::OrgRole)],
            Change::SetTeamRole { user, team, .. } => {
                vec![(Target::user(user), Field::Team(team.clone())), (Target::team(team), Field::Members)]
            }
            Change::AddMember { team, user } | Change::RemoveMember { team, user } => both(team, user),
            Change::CreateUser { key, .. } => vec![(Target::user(key), Field::Whole)],
            Change::CreateTeam { key, members, .. } => std::iter::once((Target::team(key), Field::Whole))
                .chain(members.iter().map(|user| (Target::user(user), Field::Team(key.clone()))))
                .collect(),
            Change::SetActive { user, .. } => vec![(Target::user(user), Field::Status)],
            Change::DeleteUser { user } => vec![(Target::user(user), Field::Whole)],
            Change::DeleteTeam { team } => vec![(Target::team(team), Field::Whole)],
            Change::SetDisplayName { user, .. } => vec![(Target::user(user), Field::Display)],
            Change::SetEmail { user, .. } => vec![(Target::user(user), Field::Email)],
            Change::CreateRole { key, .. } => vec![(Target::role(key), Field::Whole)],
            Change::EditRole { role, .. } => vec![(Target::role(role), Field::Definition)],
            Change::DeleteRole { role } => vec![(Target::role(role), Field::Whole)],
        }
    }

    /// The record as it will be on screen before the server has one, for changes that create.
    pub fn created(&self) -> Option<Record> {
        match self {
            Change::CreateUser { key, user } => Some(Record::User(User {
                id: key.clone(),
                user_name: Name::from(user.user_name.as_str()),
                display_name: Name::from(user.display_name.as_str()),
                email: Name::from(user.email.as_str()),
                active: Some(true),
                account: Account::Person,
                last_active: LastActive::Unknown,
                depth: Depth::Full,
                ..User::default()
            })),
            Change::CreateTeam { key, name, members } => Some(Record::Team(Team {
                id: key.clone(),
                name: Name::from(name.as_str()),
                members: Some(members.iter().map(|id| Member { id: id.clone(), display: Name::default() }).collect()),
                ..Team::default()
            })),
            Change::CreateRole { key, role } => {
                let mut record = Role { id: key.clone(), ..Role::default() };
                define(&mut record, role);
                Some(Record::Role(record))
            }
            _ => None,
        }
    }

    /// Lays the change over a user. `team_name` resolves a team's id.
    pub fn apply_to_user(&self, record: &mut User, team_name: impl Fn(&Id) -> Option<Name>) {
        match self {
            Change::SetOrgRole { role, .. } => record.org_role = Some(role.clone()),
            Change::SetTeamRole { team, role, .. } => {
                if let Some(scope) = team_name(team) {
                    let grants = record.team_roles.get_or_insert_default();
                    match grants.iter_mut().find(|grant| grant.scope == scope) {
                        Some(grant) => grant.role = role.clone(),
                        None => grants.push(Grant { scope, role: role.clone() }),
                    }
                }
            }
            Change::RemoveMember { team, .. } => {
                if let (Some(grants), Some(scope)) = (record.team_roles.as_mut(), team_name(team)) {
                    grants.retain(|grant| grant.scope != scope);
                }
            }
            Change::SetActive { active, .. } => record.active = Some(*active),
            Change::SetDisplayName { to, .. } => record.display_name = Name::from(to.as_str()),
            Change::SetEmail { to, .. } => record.email = Name::from(to.as_str()),
            _ => {}
        }
    }

    /// Lays the change over a team.
    pub fn apply_to_team(&self, record: &mut Team) {
        let inside = self.joins().is_some_and(|user| record.has(user));
        self.apply_to_members(record, inside);
    }

    /// The same where it is known whether the one who joins is in the team already.
    pub fn apply_to_members(&self, record: &mut Team, inside: bool) {
        let Some(members) = record.members.as_mut() else { return };
        if let Some(user) = self.joins().filter(|_| !inside) {
            members.push(Member { id: user.clone(), display: Name::default() });
        } else if let Change::RemoveMember { user, .. } = self {
            members.retain(|member| member.id != *user);
        }
    }

    /// Who is in the team afterwards, if they were not before.
    pub fn joins(&self) -> Option<&Id> {
        match self {
            Change::AddMember { user, .. } | Change::SetTeamRole { user, .. } => Some(user),
            _ => None,
        }
    }

    /// Lays the change over a role.
    pub fn apply_to_role(&self, record: &mut Role) {
        if let Change::EditRole { to, .. } = self {
            define(record, to);
        }
    }
}

fn define(record: &mut Role, draft: &RoleDraft) {
    record.name = Name::from(draft.name.as_str());
    record.description = Name::from(draft.description.as_str());
    record.inherits = Name::from(draft.inherits.as_str());
    record.permissions.retain(|permission| permission.inherited);
    record
        .permissions
        .extend(draft.added.iter().map(|name| Permission { name: Name::from(name.as_str()), inherited: false }));
}
