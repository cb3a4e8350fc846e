//! A directory as a file would say it: what an export writes. Reading it again changes nothing.

use super::{Desired, Membership, Person, Place, RoleWish, TeamWish};
use crate::directory::{
    Directory, Kind, Name,
    change::{Seat, Verb},
    plan::Capabilities,
    record::{Grant, Team, User},
};

/// What of a directory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Users with their memberships.
    Users,
    /// Teams with their members.
    Teams,
    /// Custom roles.
    Roles,
}

/// What the provider lets be set of these records. Service accounts and records that could not be read are left out: no
/// file speaks of them.
pub fn current(directory: &Directory, can: &Capabilities, parts: &[Part]) -> Desired {
    let can = Can::of(can);
    let mut desired = Desired::default();
    let has = |part| parts.contains(&part);
    let teams = |directory| rows(directory, Kind::Team, Directory::team_at);
    if has(Part::Users) {
        let people = rows(directory, Kind::User, Directory::user_at);
        let people = people.filter(|user| user.problem.is_none() && !user.account.is_service());
        desired.people = people.map(|user| can.person(user, directory)).collect();
        // Their members are said by the users, but an empty one is a team too.
        if has(Part::Teams) {
            desired.teams = teams(directory).map(|team| named(team, directory)).collect();
        }
    } else if has(Part::Teams) {
        desired.teams = teams(directory).map(|team| can.team(team, directory)).collect();
    }
    if has(Part::Roles) && can.custom_roles {
        let roles = rows(directory, Kind::Role, Directory::role_at).filter(|role| role.problem.is_none());
        desired.roles = roles
            .map(|role| RoleWish {
                place: Place::default(),
                role: role.name.raw().into(),
                inherits: said(Some(&role.inherits)),
                description: said(Some(&role.description)),
                permissions: Some(role.added().map(|permission| permission.name.raw().into()).collect()),
            })
            .collect();
    }
    desired
}

/// What of a user can be set, and therefore is said.
struct Can {
    org_role: bool,
    team_role: bool,
    seats: bool,
    email: bool,
    name: bool,
    active: bool,
    registries: bool,
    custom_roles: bool,
}

impl Can {
    fn of(can: &Capabilities) -> Self {
        let does = |verb| can.can(verb).is_ok();
        Self {
            org_role: does(Verb::SetOrgRole),
            team_role: does(Verb::SetTeamRole),
            seats: does(Verb::SetSeat) && can.seats,
            email: does(Verb::SetEmail),
            name: does(Verb::SetDisplayName),
            active: does(Verb::Deactivate) || does(Verb::Reactivate),
            registries: does(Verb::SetRegistryRole),
            custom_roles: does(Verb::EditRole),
        }
    }

    fn person(&self, user: &User, directory: &Directory) -> Person {
        let mut teams: Vec<Membership> = directory
            .teams_of(&user.id)
            .iter()
            .filter_map(|id| directory.team(id))
            .map(|team| Membership {
                place: Place::default(),
                of: call(team, directory),
                role: said(user.role_in(&team.name).filter(|_| self.team_role)),
            })
            .collect();
        teams.sort_by(|one, other| one.of.cmp(&other.of));
        Person {
            place: Place::default(),
            user: account(user, directory),
            email: said(Some(&user.email).filter(|_| self.email)),
            name: said(Some(&user.display_name).filter(|_| self.name)),
            external_id: None,
            role: said(user.org_role.as_ref().filter(|_| self.org_role)),
            active: user.active.filter(|_| self.active),
            models_seat: said(user.seat(Seat::Models).filter(|_| self.seats)),
            weave_role: said(user.seat(Seat::Weave).filter(|_| self.seats)),
            teams: Some(teams),
            registries: self.registries.then(|| user.registry_roles.iter().map(registry).collect()),
        }
    }

    fn team(&self, team: &Team, directory: &Directory) -> TeamWish {
        let person = |user: &User| user.problem.is_none() && !user.account.is_service();
        let members = team.members.iter().flatten().filter_map(|member| directory.user(&member.id));
        let mut members: Vec<Membership> = members
            .filter(|user| person(user))
            .map(|user| Membership {
                place: Place::default(),
                of: account(user, directory),
                role: said(user.role_in(&team.name).filter(|_| self.team_role)),
            })
            .collect();
        members.sort_by(|one, other| one.of.cmp(&other.of));
        TeamWish { members: team.members.is_some().then_some(members), ..named(team, directory) }
    }
}

fn named(team: &Team, directory: &Directory) -> TeamWish {
    TeamWish { place: Place::default(), team: call(team, directory), members: None }
}

/// Groups of RFC servers may share a name: then the id tells them apart.
fn call(team: &Team, directory: &Directory) -> String {
    let is_only = directory.teams_named(&team.name).nth(1).is_none();
    if is_only { team.name.raw().into() } else { team.id.to_string() }
}

/// The user name where it leads back to this user alone, else the id.
fn account(user: &User, directory: &Directory) -> String {
    let name = user.user_name.raw();
    let named = directory.users_named(name).filter(|other| other.user_name.raw() == name);
    let mut others = named.chain(directory.user(&name.into())).filter(|other| other.id != user.id);
    if name.is_empty() || others.next().is_some() { user.id.to_string() } else { name.into() }
}

fn registry(grant: &Grant) -> Membership {
    Membership { place: Place::default(), of: grant.scope.raw().into(), role: said(Some(&grant.role)) }
}

fn said(name: Option<&Name>) -> Option<String> {
    name.filter(|name| !name.is_empty()).map(|name| name.raw().to_owned())
}

fn rows<'a, T: 'a>(
    directory: &'a Directory,
    kind: Kind,
    at: impl Fn(&'a Directory, u32) -> Option<&'a T> + 'a,
) -> impl Iterator<Item = &'a T> {
    directory.rows_by_name(kind).iter().filter_map(move |row| at(directory, *row))
}
