//! Records as scripts get them: names that stay, values as the server wrote them, nothing left out.

use jiff::Timestamp;
use serde::Serialize;

use crate::directory::{
    Admins, Directory, Name,
    holds::Holds,
    permissions::Held,
    plan::{Entry, SideEffect},
    record::{Account, Depth, LastActive, Member, Role, Team, User},
};

/// A user.
#[derive(Debug, Serialize)]
pub(super) struct UserRow<'a> {
    pub id: &'a str,
    pub user: &'a str,
    pub name: &'a str,
    /// `null` where it is not told, empty where there is none. So are role and seats.
    pub email: Option<&'a str>,
    pub active: Option<bool>,
    /// `person`, `service account`, or `null`.
    pub account: Option<&'static str>,
    /// In the organisation.
    pub role: Option<&'a str>,
    /// When an answer to a change showed the role, where no list does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_as_of: Option<Timestamp>,
    /// `null` where none is known and the server does not tell the members of all teams.
    pub teams: Option<Vec<Place<'a>>>,
    /// `false` where the server does not tell the members of all teams: there may be more.
    #[serde(skip_serializing_if = "is_true")]
    pub teams_complete: bool,
    pub registries: Vec<Place<'a>>,
    pub models_seat: Option<&'a str>,
    pub weave_role: Option<&'a str>,
    pub last_active: Option<Seen>,
    pub created: Option<Timestamp>,
    /// Set where the record could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// When somebody was last seen.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seen {
    Never,
    #[serde(untagged)]
    At(Timestamp),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
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
    /// `null` where the server does not tell.
    pub members: Option<usize>,
    /// `null` where none is known and the role of some member is not told.
    pub admins: Option<Vec<&'a str>>,
    /// `false` where the role of some member is not told: there may be more.
    #[serde(skip_serializing_if = "is_true")]
    pub admins_complete: bool,
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
    /// `false` where the roles of some user are not told: there may be more.
    #[serde(skip_serializing_if = "is_true")]
    pub holders_complete: bool,
}

/// A member of a team.
#[derive(Debug, Serialize)]
pub(super) struct MemberRow<'a> {
    pub id: &'a str,
    /// Empty for a group, and for whom the list of users lacks.
    pub user: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub active: Option<bool>,
    /// In this team; `null` where it is not told, or there are no roles in teams.
    pub role: Option<&'a str>,
    /// `group` or `unknown` for a member who is no known user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
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
    /// `waiting`, `in flight`, `confirmed`, `in part`, `sent, not shown`, `so already`, `refused`, `conflict`, `unknown` or `dropped`.
    pub state: &'static str,
    pub why: &'a str,
    /// What else it altered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub side_effects: Vec<EffectRow<'a>>,
    pub undoes: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestRow<'a>>,
}

/// What a change altered beside what was asked for.
#[derive(Debug, Serialize)]
pub(super) struct EffectRow<'a> {
    pub words: &'a str,
    /// Something was lost.
    pub harm: bool,
    /// `undo` puts it back.
    pub undoable: bool,
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
    pub fn of(user: &'a User, directory: &'a Directory, holds: Holds) -> Self {
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
            email: email(user, directory),
            active: user.active,
            account: match user.account {
                Account::Unsaid => None,
                Account::Person => Some("person"),
                Account::TeamService | Account::OrgService => Some("service account"),
            },
            // A provider without roles tells none.
            role: user.org_role.raw().filter(|_| holds.org_roles || directory.records().role_source().is_derived()),
            role_as_of: directory.role_learnt(&user.id),
            teams: Some(teams).filter(|teams| !teams.is_empty() || directory.tells_memberships()),
            teams_complete: directory.tells_memberships(),
            registries: user
                .registry_roles
                .iter()
                .map(|grant| Place { name: grant.scope.raw(), role: Some(grant.role.raw()) })
                .collect(),
            models_seat: user.models_seat.raw(),
            weave_role: user.weave_role.raw(),
            last_active: match user.last_active {
                LastActive::At(at) => Some(Seen::At(at)),
                LastActive::Never => Some(Seen::Never),
                LastActive::Unknown => None,
            },
            created: user.created,
            problem: user.problem.as_ref().map(|problem| format!("{}: {}", problem.path, problem.why)),
        }
    }
}

/// The address; none where a record that was read whole has no address, and others have one.
fn email<'a>(user: &'a User, directory: &Directory) -> Option<&'a str> {
    let none = || user.depth == Depth::Full && directory.census().emails > 0;
    (!user.email.is_empty() || none()).then(|| user.email.raw())
}

impl<'a> TeamRow<'a> {
    pub fn of(team: &'a Team, directory: &'a Directory) -> Self {
        let Admins { known, silent } = directory.admins_of(team);
        let complete = team.members.is_some() && silent == 0;
        let admins: Vec<&str> = known.iter().map(|user| user.user_name.raw()).collect();
        Self {
            id: &team.id,
            team: team.name.raw(),
            members: team.size(),
            admins: Some(admins).filter(|admins| !admins.is_empty() || complete),
            admins_complete: complete,
            created: team.created,
        }
    }
}

impl<'a> RoleRow<'a> {
    pub fn of(role: &'a Role, held: &Held, all_users: bool) -> Self {
        Self {
            id: &role.id,
            role: role.name.raw(),
            inherits: role.inherits.raw(),
            description: role.description.raw(),
            permissions: role.added().map(|permission| permission.name.raw()).collect(),
            holders: held.people,
            holders_complete: all_users && held.is_certain(),
        }
    }
}

impl<'a> MemberRow<'a> {
    pub fn of(user: &'a User, team: &Team, directory: &Directory) -> Self {
        Self {
            id: &user.id,
            user: user.user_name.raw(),
            name: user.display_name.raw(),
            email: email(user, directory),
            active: user.active,
            role: user.role_in(&team.name).map(Name::raw),
            kind: None,
        }
    }

    /// A member who is no known user.
    pub fn other(member: &'a Member, directory: &'a Directory) -> Self {
        let group = directory.team(&member.id);
        Self {
            id: &member.id,
            user: "",
            name: group.map_or_else(|| member.display.raw(), |group| group.name.raw()),
            email: None,
            active: None,
            role: None,
            kind: Some(if group.is_some() { "group" } else { "unknown" }),
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
            side_effects: entry
                .effects
                .iter()
                .map(|SideEffect { words, harm, back }| EffectRow { words, harm: *harm, undoable: !back.is_empty() })
                .collect(),
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
