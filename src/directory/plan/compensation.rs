//! Compensation in the place of an undo that no server offers: a deleted record is created again, from its known
//! values.

use serde::{Deserialize, Serialize};

use super::ProviderCapabilities;
use crate::directory::{
    Directory, Id,
    change::{Change, ChangeVerb, NewUser, RoleDraft, SeatKind},
    record::{Role, Team, User},
};

/// The prefix of the deleted record's id in the provisional id of the new record.
const AGAIN: &str = "new:again:";

/// The words about attributes of a deleted user that no list shows.
pub const UNLISTED: &str = "Attributes that are not shown in the lists are not put back.";

/// The plan that makes a deleted record again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compensation {
    /// The changes to send. The first creates the record under a provisional id, which the others use.
    pub changes: Vec<Change>,
    /// The differences that remain afterwards, a sentence each.
    pub differs: Vec<String>,
}

/// The changes that make the record again that this change takes away; `None` where it takes no whole record, or the
/// provider creates none.
pub(super) fn compensation(change: &Change, directory: &Directory, can: &ProviderCapabilities) -> Option<Compensation> {
    let creates = |verb| can.can(verb).is_ok();
    match change {
        Change::DeleteTeam { team } if creates(ChangeVerb::CreateTeam) => {
            Some(of_team(directory.team(team)?, directory, can))
        }
        Change::DeleteRole { role } if creates(ChangeVerb::CreateRole) => {
            Some(of_role(directory.role(role)?, directory))
        }
        Change::DeleteUser { user } if creates(ChangeVerb::CreateUser) => {
            of_user(directory.user(user)?, directory, can)
        }
        Change::SetActive { user, active: false } if removes(can) && creates(ChangeVerb::CreateUser) => {
            of_user(directory.user(user)?, directory, can)
        }
        _ => None,
    }
}

/// True where a deactivated person has left the workspace, and is not only inactive.
fn removes(can: &ProviderCapabilities) -> bool {
    !can.inactive_word.is_empty()
}

/// The provisional id of the record made in the place of this one.
pub(super) fn key_of(id: &Id) -> Id {
    format!("{AGAIN}{id}").into()
}

/// The record that a provisional id replaces.
pub(super) fn replaced(key: &Id) -> Option<Id> {
    key.strip_prefix(AGAIN).map(Id::from)
}

fn of_team(team: &Team, directory: &Directory, can: &ProviderCapabilities) -> Compensation {
    let (key, word) = (key_of(&team.id), can.holds().team_word);
    let members = team.members.as_deref().unwrap_or_default();
    let known: Vec<Id> =
        members.iter().map(|member| &member.id).filter(|id| directory.user(id).is_some()).cloned().collect();
    let mut differs = vec![format!("{} gets another id: whatever refers to the old one is lost.", team.name)];
    if team.members.is_none() {
        differs.push(format!("Who was in the {word} is not known: it is made empty."));
    } else if known.len() < members.len() {
        differs.push(format!("{} of its members are no known users and stay out.", members.len() - known.len()));
    }
    let roles = known.iter().filter_map(|id| {
        let role = directory.user(id)?.role_in(&team.name).filter(|role| is_other(role, can))?;
        Some(Change::SetTeamRole { user: id.clone(), team: key.clone(), role: role.clone() })
    });
    let roles: Vec<Change> = roles.collect();
    let team = Change::CreateTeam {
        key,
        name: team.name.raw().to_owned(),
        members: known,
        bucket: None,
        external_id: String::new(),
    };
    Compensation { changes: std::iter::once(team).chain(roles).collect(), differs }
}

/// True for a role that a new member has to be given.
fn is_other(role: &crate::directory::Name, can: &ProviderCapabilities) -> bool {
    !can.team_roles.is_empty() && can.joins_as.as_ref().is_none_or(|joins| joins != role)
}

fn of_role(role: &Role, directory: &Directory) -> Compensation {
    let create = Change::CreateRole { key: key_of(&role.id), role: RoleDraft::of(role) };
    let users = || directory.records().users().values();
    let holders = users().flat_map(|user| {
        let everywhere = user.org_role.value().is_some_and(|held| *held == role.name);
        let everywhere = everywhere.then(|| Change::SetOrgRole { user: user.id.clone(), role: role.name.clone() });
        let grants = user.team_roles.iter().flatten().filter(|grant| grant.role == role.name);
        let in_teams = grants.filter_map(|grant| {
            let team = directory.teams_named(&grant.scope).next()?.id.clone();
            Some(Change::SetTeamRole { user: user.id.clone(), team, role: role.name.clone() })
        });
        everywhere.into_iter().chain(in_teams).collect::<Vec<_>>()
    });
    let changes: Vec<Change> = std::iter::once(create).chain(holders).collect();
    let mut differs = vec![format!("{} gets another id.", role.name)];
    if users().any(|user| !user.org_role.is_told() || user.team_roles.is_none()) {
        differs.push("Only holders whose roles are known get it back.".to_owned());
    }
    Compensation { changes, differs }
}

fn of_user(user: &User, directory: &Directory, can: &ProviderCapabilities) -> Option<Compensation> {
    if user.account.is_service() || user.problem.is_some() {
        return None;
    }
    let (key, name) = (key_of(&user.id), &user.user_name);
    let mut differs = vec![format!(
        "{name} is created again with another id: API keys, sign-ins and whatever refers to the old id are lost."
    )];
    let new = NewUser {
        user_name: name.raw().to_owned(),
        email: user.email.raw().to_owned(),
        display_name: user.display_name.raw().to_owned(),
        models_seat: user.seat(SeatKind::Models).value().cloned(),
        weave_role: user.seat(SeatKind::Weave).value().cloned(),
        ..NewUser::default()
    };
    let mut changes = vec![Change::CreateUser { key: key.clone(), user: new }];
    if let Some(role) = user.org_role.value().filter(|_| can.can(ChangeVerb::SetOrgRole).is_ok()) {
        changes.push(Change::SetOrgRole { user: key.clone(), role: role.clone() });
    } else if !user.org_role.is_none() && !can.org_roles.is_empty() {
        differs.push(format!("The organisation role of {name} is not known: the server chooses it."));
    }
    for team in directory.teams_of(&user.id) {
        let role = directory.team(&team).and_then(|team| user.role_in(&team.name)).filter(|role| is_other(role, can));
        changes.push(match role.cloned() {
            Some(role) => Change::SetTeamRole { user: key.clone(), team, role },
            None => Change::AddMember { team, user: key.clone() },
        });
    }
    if !directory.tells_teams_of(&user.id) {
        differs.push(format!(
            "Who is in some {}s is not told: {name} joins only where it is known.",
            can.holds().team_word
        ));
    }
    if can.registry_roles.is_empty() && !user.registry_roles.is_empty() {
        differs.push("Roles in registries are not given again.".to_owned());
    }
    changes.extend(user.registry_roles.iter().filter(|_| !can.registry_roles.is_empty()).map(|grant| {
        let (registry, role) = (grant.scope.clone(), grant.role.clone());
        Change::SetRegistryRole { user: key.clone(), registry, role }
    }));
    if user.active == Some(false) {
        changes.push(Change::SetActive { user: key, active: false });
    }
    differs.push(UNLISTED.to_owned());
    Some(Compensation { changes, differs })
}
