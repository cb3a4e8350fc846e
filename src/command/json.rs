//! Records as scripts get them: names that stay, values as the server wrote them, nothing left out.

use jiff::Timestamp;
use serde::Serialize;

use crate::directory::{
    Directory, Name,
    plan::Entry,
    record::{Account, LastActive, Role, Team, User},
};

/// A user.
#[derive(Debug, Serialize)]
pub(super) struct UserRow<'a> {
    pub id: &'a str,
    pub user: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    /// `null` where the server does not say.
    pub active: Option<bool>,
    /// `person`, `service account`, or `null`.
    pub account: Option<&'static str>,
    /// In the organisation; `null` where it is not known.
    pub role: Option<&'a str>,
    pub teams: Vec<Place<'a>>,
    pub registries: Vec<Place<'a>>,
    pub models_seat: Option<&'a str>,
    pub weave_role: Option<&'a str>,
    pub last_active: Option<Timestamp>,
    pub created: Option<Timestamp>,
    /// Set where the record could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A role in one place.
#[derive(Debug, Serialize)]
pub(super) struct Place<'a> {
    pub name: &'a str,
    /// `null` where it is not known, or there are no roles.
    pub role: Option<&'a str>,
}

/// A team.
#[derive(Debug, Serialize)]
pub(super) struct TeamRow<'a> {
    pub id: &'a str,
    pub team: &'a str,
    /// `null` where the list did not say.
    pub members: Option<usize>,
    pub admins: Vec<&'a str>,
    pub created: Option<Timestamp>,
}

/// A custom role.
#[derive(Debug, Serialize)]
pub(super) struct RoleRow<'a> {
    pub id: &'a str,
    pub role: &'a str,
    pub inherits: &'a str,
    pub description: &'a str,
    pub permissions: Vec<&'a str>,
    pub holders: usize,
}

/// A member of a team.
#[derive(Debug, Serialize)]
pub(super) struct MemberRow<'a> {
    pub id: &'a str,
    pub user: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    pub active: Option<bool>,
    /// In this team.
    pub role: Option<&'a str>,
}

/// A change and what became of it.
#[derive(Debug, Serialize)]
pub(super) struct ChangeRow<'a> {
    pub id: i64,
    pub plan: i64,
    pub at: Timestamp,
    pub by: &'a str,
    pub title: &'a str,
    pub subject: &'a str,
    pub what: &'a str,
    pub before: &'a str,
    pub after: &'a str,
    /// `waiting`, `in flight`, `confirmed`, `refused`, `conflict`, `unknown` or `dropped`.
    pub state: &'static str,
    pub why: &'a str,
    pub undoes: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestRow<'a>>,
}

/// A request of a change, and its answer.
#[derive(Debug, Serialize)]
pub(super) struct RequestRow<'a> {
    pub request: &'a str,
    pub status: Option<u16>,
    pub millis: u64,
    pub answer: &'a str,
}

impl<'a> UserRow<'a> {
    pub fn of(user: &'a User, directory: &'a Directory) -> Self {
        let teams = directory.records().teams_of(&user.id);
        let mut teams: Vec<Place<'a>> = teams
            .filter_map(|id| directory.team(id))
            .map(|team| Place { name: team.name.raw(), role: user.role_in(&team.name).map(Name::raw) })
            .collect();
        teams.sort_by_key(|place| place.name);
        Self {
            id: &user.id,
            user: user.user_name.raw(),
            name: user.display_name.raw(),
            email: user.email.raw(),
            active: user.active,
            account: match user.account {
                Account::Unsaid => None,
                Account::Person => Some("person"),
                Account::TeamService | Account::OrgService => Some("service account"),
            },
            role: user.org_role.value().map(Name::raw),
            teams,
            registries: user
                .registry_roles
                .iter()
                .map(|grant| Place { name: grant.scope.raw(), role: Some(grant.role.raw()) })
                .collect(),
            models_seat: user.models_seat.value().map(Name::raw),
            weave_role: user.weave_role.value().map(Name::raw),
            last_active: match user.last_active {
                LastActive::At(at) => Some(at),
                LastActive::Never | LastActive::Unknown => None,
            },
            created: user.created,
            problem: user.problem.as_ref().map(|problem| format!("{}: {}", problem.path, problem.why)),
        }
    }
}

impl<'a> TeamRow<'a> {
    pub fn of(team: &'a Team, directory: &'a Directory) -> Self {
        let users = team.members.iter().flatten().filter_map(|member| directory.user(&member.id));
        let admin = |user: &&User| user.role_in(&team.name).is_some_and(|role| role.is("admin"));
        Self {
            id: &team.id,
            team: team.name.raw(),
            members: team.members.as_ref().map(Vec::len),
            admins: users.filter(admin).map(|user| user.user_name.raw()).collect(),
            created: team.created,
        }
    }
}

impl<'a> RoleRow<'a> {
    pub fn of(role: &'a Role, holders: usize) -> Self {
        Self {
            id: &role.id,
            role: role.name.raw(),
            inherits: role.inherits.raw(),
            description: role.description.raw(),
            permissions: role.added().map(|permission| permission.name.raw()).collect(),
            holders,
        }
    }
}

impl<'a> MemberRow<'a> {
    pub fn of(user: &'a User, team: &Team) -> Self {
        Self {
            id: &user.id,
            user: user.user_name.raw(),
            name: user.display_name.raw(),
            email: user.email.raw(),
            active: user.active,
            role: user.role_in(&team.name).map(Name::raw),
        }
    }
}

impl<'a> ChangeRow<'a> {
    pub fn of(entry: &'a Entry, requests: bool) -> Self {
        let words = &entry.step.words;
        let exchanges = entry.exchanges.iter().filter(|_| requests);
        Self {
            id: entry.id.0,
            plan: entry.plan.0,
            at: entry.at,
            by: &entry.actor,
            title: &entry.title,
            subject: &words.subject,
            what: &words.what,
            before: &words.before,
            after: &words.after,
            state: entry.state.label(),
            why: &entry.why,
            undoes: entry.undoes.map(|plan| plan.0),
            requests: exchanges
                .map(|exchange| RequestRow {
                    request: &exchange.request,
                    status: exchange.status,
                    millis: exchange.millis,
                    answer: &exchange.answer,
                })
                .collect(),
        }
    }
}
