//! The current directory in the form of a file, as written by an export. Reading that file again changes nothing.

use super::{
    DesiredPerson, DesiredState, FileFormat, FilePlace, Membership, RoleWish, TeamWish, calls::NameCalls,
    keys::CsvColumn,
};
use crate::directory::{
    Directory, Name, RecordKind,
    field::{FieldReader, FieldValue, RecordField, RoleField, UserField},
    plan::ProviderCapabilities,
    record::{RoleGrant, Team, User},
};

/// A part of a directory that an export writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrentPart {
    /// Users with their memberships.
    Users,
    /// Teams with their members.
    Teams,
    /// Custom roles.
    Roles,
}

/// The values of these records that the provider can set, as far as they are told. Service accounts and unreadable
/// records are left out, because no file describes them.
///
/// Memberships are written with the users. If the members of some team are not known, memberships are written with the
/// known teams instead, because a user's list of teams must be complete.
pub fn current(directory: &Directory, can: &ProviderCapabilities, parts: &[CurrentPart]) -> DesiredState {
    let can = SettableFields::of(can, directory);
    let has = |part| parts.contains(&part);
    let calls = NameCalls::new(directory);
    let teams = || rows(directory, RecordKind::Team, Directory::team_at);
    let mut desired = DesiredState::default();
    let with_users = has(CurrentPart::Users) && directory.is_complete(RecordKind::Team) && teams().all(is_told);
    if has(CurrentPart::Users) {
        let people = rows(directory, RecordKind::User, Directory::user_at).filter(|user| is_person(user));
        desired.people = people.map(|user| can.person(user, &calls, with_users)).collect();
    }
    if has(CurrentPart::Teams) {
        // An empty team is written, too.
        desired.teams = teams().map(|team| can.team(team, &calls, !with_users)).collect();
    }
    if has(CurrentPart::Roles) && can.says(RoleField::Permissions) {
        let roles = rows(directory, RecordKind::Role, Directory::role_at).filter(|role| role.problem.is_none());
        desired.roles = roles
            .map(|role| RoleWish {
                place: FilePlace::default(),
                role: role.name.raw().into(),
                inherits: said(Some(&role.inherits)),
                description: said(Some(&role.description)),
                permissions: Some(role.added().map(|permission| permission.name.raw().into()).collect()),
            })
            .collect();
    }
    desired
}

/// A sentence about memberships that an export of these parts leaves out because they are unknown.
pub fn untold(directory: &Directory, parts: &[CurrentPart], format: FileFormat) -> Option<String> {
    let teams = || rows(directory, RecordKind::Team, Directory::team_at);
    let (count, silent) = (teams().count(), teams().filter(|team| !is_told(team)).count());
    let known = directory.is_complete(RecordKind::Team) && silent == 0;
    if known || !parts.iter().any(|part| matches!(part, CurrentPart::Users | CurrentPart::Teams)) {
        return None;
    }
    let why = match silent {
        0 => "Not all teams are known".to_owned(),
        _ => format!("The server does not tell who is in {silent} of {count} teams"),
    };
    let left = match format {
        FileFormat::Json | FileFormat::Yaml if parts.contains(&CurrentPart::Teams) => {
            "memberships of the others stand with the teams"
        }
        _ => {
            "memberships are left out, for a user's teams are a whole; YAML and JSON with teams have those that are told"
        }
    };
    Some(format!("{why}: {left}."))
}

/// True if the server tells the team's members.
pub(super) fn is_told(team: &Team) -> bool {
    team.members.is_some() && team.problem.is_none()
}

/// True for users that files can describe.
pub(super) fn is_person(user: &User) -> bool {
    user.problem.is_none() && !user.account.is_service()
}

/// The fields that the provider can set, and that are therefore written.
struct SettableFields<'a> {
    fields: Vec<RecordField>,
    reader: FieldReader<'a>,
}

impl<'a> SettableFields<'a> {
    fn of(can: &ProviderCapabilities, directory: &'a Directory) -> Self {
        let holds = can.holds();
        let does = |field: &RecordField| {
            let spec = field.spec();
            (spec.held)(holds) && spec.set_by.iter().any(|verb| can.can(*verb).is_ok())
        };
        let fields = RecordKind::ALL.into_iter().flat_map(RecordField::of).filter(does).collect();
        Self { fields, reader: FieldReader { directory, holds } }
    }

    fn says(&self, field: impl Into<RecordField>) -> bool {
        self.fields.contains(&field.into())
    }

    fn person(&self, user: &'a User, calls: &NameCalls<'_>, with_teams: bool) -> DesiredPerson {
        let directory = self.reader.directory;
        let teams = || {
            let teams = directory.teams_of(&user.id);
            let teams = teams.iter().filter_map(|id| directory.team(id));
            sorted(teams.map(|team| self.membership(calls.team(team), user, team)))
        };
        let mut person = DesiredPerson {
            user: calls.user(user),
            active: user.active.filter(|_| self.says(UserField::Active)),
            teams: with_teams.then(teams),
            registries: self.registries(user),
            ..DesiredPerson::default()
        };
        for (_, field) in CsvColumn::texts().filter(|(_, field)| self.says(*field)) {
            if let FieldValue::Text(name) = self.reader.user(user, field) {
                person.put(field, said(Some(name)));
            }
        }
        person
    }

    /// An empty list is a value; `None` means that the registries are not told.
    fn registries(&self, user: &User) -> Option<Vec<Membership>> {
        let told = user.told_registry_roles().filter(|_| self.says(UserField::Registries));
        told.map(|grants| grants.iter().map(registry).collect())
    }

    fn team(&self, team: &Team, calls: &NameCalls<'_>, with_members: bool) -> TeamWish {
        let directory = self.reader.directory;
        let all = team.members.iter().filter(|_| is_told(team)).flatten();
        let users = || {
            let users = all.clone().filter_map(|member| directory.user(&member.id));
            sorted(users.filter(|user| is_person(user)).map(|user| self.membership(calls.user(user), user, team)))
        };
        let others = all.clone().filter(|member| directory.user(&member.id).is_none());
        let others = sorted(others.map(|member| bare(member.id.to_string())));
        TeamWish {
            place: FilePlace::default(),
            team: calls.team(team),
            members: (with_members && is_told(team)).then(users),
            others: (!others.is_empty()).then_some(others),
            external_id: None,
        }
    }

    fn membership(&self, of: String, user: &User, team: &Team) -> Membership {
        Membership { role: said(user.role_in(&team.name).filter(|_| self.says(UserField::TeamRoles))), ..bare(of) }
    }
}

fn sorted(memberships: impl Iterator<Item = Membership>) -> Vec<Membership> {
    let mut all: Vec<Membership> = memberships.collect();
    all.sort_by(|one, other| one.of.cmp(&other.of));
    all
}

fn bare(of: String) -> Membership {
    Membership { place: FilePlace::default(), of, role: None }
}

fn registry(grant: &RoleGrant) -> Membership {
    Membership { role: said(Some(&grant.role)), ..bare(grant.scope.raw().into()) }
}

/// The value, if told and not empty: no file can set an empty value.
fn said(name: Option<&Name>) -> Option<String> {
    name.filter(|name| !name.is_empty()).map(|name| name.raw().to_owned())
}

fn rows<'a, T: 'a>(
    directory: &'a Directory,
    kind: RecordKind,
    at: impl Fn(&'a Directory, u32) -> Option<&'a T> + 'a,
) -> impl Iterator<Item = &'a T> {
    directory.rows_by_name(kind).iter().filter_map(move |row| at(directory, *row))
}
