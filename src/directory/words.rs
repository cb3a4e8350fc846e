//! Changes in words: one line each for lists and previews, and the title of a plan.

use serde::{Deserialize, Serialize};

use super::{
    Directory, Id, Name,
    change::{Change, Seat, Verb},
    holds::Holds,
    plan::Plan,
    record::User,
};

/// What kind of line it is, drawn as a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// Something comes.
    Add,
    /// Something goes.
    Remove,
    /// Something becomes another.
    Alter,
}

/// One change as a line: who or what, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The kind of line.
    pub sign: Sign,
    /// Whom or what it is about.
    pub subject: String,
    /// What changes, without the values: `role in vision`.
    pub what: String,
    /// The value before; empty where there is none.
    pub before: String,
    /// The value after; empty where there is none.
    pub after: String,
}

impl Line {
    /// `role in vision: member → viewer`, with the arrow given.
    pub fn text(&self, arrow: &str) -> String {
        match (self.before.is_empty(), self.after.is_empty()) {
            (true, true) => self.what.clone(),
            (true, false) => format!("{}: {}", self.what, self.after),
            (false, true) => format!("{} (was {})", self.what, self.before),
            (false, false) => format!("{}: {} {arrow} {}", self.what, self.before, self.after),
        }
    }
}

/// The line of a change, with the values that are on screen now as *before*.
pub fn line(change: &Change, directory: &Directory) -> Line {
    line_in(change, directory, Holds::default())
}

/// The same in the words of a provider.
pub fn line_in(change: &Change, directory: &Directory, holds: Holds) -> Line {
    let who = |id: &Id| user_name(directory, id);
    let team = |id: &Id| team_name(directory, id);
    let build = |sign, subject: String, what: String, before: String, after: String| Line {
        sign,
        subject,
        what,
        before,
        after,
    };
    let none = String::new;
    match change {
        Change::SetOrgRole { user, role } => {
            let before =
                directory.user(user).and_then(|u| u.org_role.as_ref()).map_or_else(|| "?".into(), Name::to_string);
            build(Sign::Alter, who(user), "organisation role".into(), before, role.to_string())
        }
        Change::SetTeamRole { user, team: id, role } => {
            let member = directory.teams_of(user).contains(id);
            if member {
                let before = role_in(directory, user, id).unwrap_or_else(|| "?".into());
                build(Sign::Alter, who(user), format!("role in {}", team(id)), before, role.to_string())
            } else {
                build(Sign::Add, who(user), format!("joins {} as {role}", team(id)), none(), none())
            }
        }
        Change::AddMember { team: id, user } => {
            build(Sign::Add, who(user), format!("joins {}", team(id)), none(), none())
        }
        Change::RemoveMember { team: id, user } => {
            let before = role_in(directory, user, id).unwrap_or_default();
            build(Sign::Remove, who(user), format!("leaves {}", team(id)), before, none())
        }
        Change::CreateUser { user, .. } => {
            build(Sign::Add, user.user_name.clone(), "new user".into(), none(), user.email.clone())
        }
        Change::CreateTeam { name, members, .. } => {
            let after = if members.is_empty() { none() } else { format!("{} members", members.len()) };
            build(Sign::Add, name.clone(), holds.say("new team").into(), none(), after)
        }
        Change::SetActive { user, active } => {
            let word = |active: bool| if active { "active" } else { "inactive" }.to_owned();
            let sign = if *active { Sign::Add } else { Sign::Remove };
            build(sign, who(user), "status".into(), word(!active), word(*active))
        }
        Change::DeleteUser { user } => build(Sign::Remove, who(user), "is deleted".into(), none(), none()),
        Change::DeleteTeam { team: id } => build(Sign::Remove, team(id), "is deleted".into(), none(), none()),
        Change::SetDisplayName { user, to } => {
            let before = directory.user(user).map(|u| u.display_name.to_string()).unwrap_or_default();
            build(Sign::Alter, who(user), "display name".into(), before, to.clone())
        }
        Change::SetEmail { user, to } => {
            let before = directory.user(user).map(|u| u.email.to_string()).unwrap_or_default();
            build(Sign::Alter, who(user), "email".into(), before, to.clone())
        }
        Change::CreateRole { role, .. } => {
            build(Sign::Add, role.name.clone(), "new role".into(), none(), format!("inherits {}", role.inherits))
        }
        Change::EditRole { role, to } => {
            let name = directory.role(role).map_or_else(|| to.name.clone(), |r| r.name.to_string());
            build(Sign::Alter, name, "definition".into(), none(), role_difference(directory, role, to))
        }
        Change::DeleteRole { role } => {
            let name = directory.role(role).map_or_else(|| role.to_string(), |r| r.name.to_string());
            build(Sign::Remove, name, "is deleted".into(), none(), none())
        }
        Change::SetSeat { user, seat, to } => {
            let before =
                directory.user(user).and_then(|u| seat_of(u, *seat)).map_or_else(|| "?".into(), Name::to_string);
            build(Sign::Alter, who(user), seat.label().into(), before, to.to_string())
        }
        Change::SetRegistryRole { user, registry, role } => {
            let before = registry_role(directory, user, registry);
            let sign = if before.is_some() { Sign::Alter } else { Sign::Add };
            let what = format!("role in registry {registry}");
            build(sign, who(user), what, before.unwrap_or_default(), role.to_string())
        }
        Change::RemoveRegistryRole { user, registry: Some(registry) } => {
            let before = registry_role(directory, user, registry).unwrap_or_default();
            build(Sign::Remove, who(user), format!("no role in registry {registry}"), before, none())
        }
        Change::RemoveRegistryRole { user, registry: None } => {
            build(Sign::Remove, who(user), "no role in any registry".into(), none(), none())
        }
        Change::CreateService { service, .. } => {
            let of = if service.organisation { "the organisation".into() } else { team(&service.team) };
            build(Sign::Add, service.name.clone(), "new service account".into(), none(), format!("of {of}"))
        }
        Change::ReplaceMembers { team: id, come, go, .. } => {
            let after = format!("+{} -{}", come.len(), go.len());
            build(Sign::Alter, team(id), "members replaced".into(), none(), after)
        }
        Change::Invite { team: id, to, admin, .. } => {
            let as_admin = if *admin { " as admin" } else { "" };
            build(Sign::Add, clean(to), format!("invited to {}{as_admin}", team(id)), none(), none())
        }
        Change::RevokeInvite { team: id, to, .. } => {
            build(Sign::Remove, clean(to), format!("invitation to {} taken back", team(id)), none(), none())
        }
        Change::CreateKey { owner, description, .. } => {
            build(Sign::Add, who(owner), "new API key".into(), none(), clean(description))
        }
        Change::DeleteKey { owner, name, .. } => {
            build(Sign::Remove, who(owner), "API key deleted".into(), clean(name), none())
        }
    }
}

fn seat_of(user: &User, seat: Seat) -> Option<&Name> {
    match seat {
        Seat::Models => user.models_seat.as_ref(),
        Seat::Weave => user.weave_role.as_ref(),
    }
}

fn registry_role(directory: &Directory, user: &Id, registry: &Name) -> Option<String> {
    let grants = &directory.user(user)?.registry_roles;
    grants.iter().find(|grant| grant.scope == *registry).map(|grant| grant.role.to_string())
}

fn clean(text: &str) -> String {
    crate::scim::text::clean(text).into_owned()
}

fn role_difference(directory: &Directory, id: &Id, to: &super::change::RoleDraft) -> String {
    let Some(now) = directory.role(id).map(super::change::RoleDraft::of) else { return String::new() };
    let mut parts = Vec::new();
    if now.name != to.name {
        parts.push(format!("name {}", to.name));
    }
    if now.description != to.description {
        parts.push("description".into());
    }
    if now.inherits != to.inherits {
        parts.push(format!("inherits {}", to.inherits));
    }
    parts.extend(to.added.iter().filter(|name| !now.added.contains(name)).map(|name| format!("+{name}")));
    parts.extend(now.added.iter().filter(|name| !to.added.contains(name)).map(|name| format!("-{name}")));
    parts.join(", ")
}

fn user_name(directory: &Directory, id: &Id) -> String {
    directory.user(id).map_or_else(|| clean(id), |user| user.user_name.to_string())
}

fn team_name(directory: &Directory, id: &Id) -> String {
    directory.team(id).map_or_else(|| clean(id), |team| team.name.to_string())
}

fn role_in(directory: &Directory, user: &Id, team: &Id) -> Option<String> {
    let name = &directory.team(team)?.name;
    directory.user(user)?.role_in(name).map(Name::to_string)
}

/// What a plan is, in words.
pub fn title(plan: &Plan, directory: &Directory) -> String {
    let lines: Vec<Line> = plan.steps.iter().map(|step| step.words.clone()).collect();
    let all: Vec<&Line> = lines.iter().chain(plan.refused.iter().map(|(line, _)| line)).collect();
    match all.as_slice() {
        [] => "Nothing to do".into(),
        [one] => format!("{}: {}", one.subject, one.what),
        [first, rest @ ..] => {
            let count = all.len();
            let one_team = shared_team(plan).map(|team| team_name(directory, team));
            if rest.iter().all(|line| line.subject == first.subject) {
                format!("{count} changes to {}", first.subject)
            } else if let Some(team) = one_team {
                format!("{count} changes to {team}")
            } else if rest.iter().all(|line| line.what == first.what) {
                format!("{count} × {}", first.what)
            } else {
                format!("{count} changes")
            }
        }
    }
}

fn shared_team(plan: &Plan) -> Option<&Id> {
    let mut teams = plan.steps.iter().map(|step| match &step.change {
        Change::AddMember { team, .. } | Change::RemoveMember { team, .. } | Change::SetTeamRole { team, .. } => {
            Some(team)
        }
        _ => None,
    });
    let first = teams.next()??;
    teams.all(|team| team == Some(first)).then_some(first)
}

/// The verb as a phrase for "can't …" sentences and the palette.
pub fn phrase(verb: Verb) -> &'static str {
    match verb {
        Verb::SetOrgRole => "set the organisation role",
        Verb::SetTeamRole => "set a team role",
        Verb::AddMember => "add members",
        Verb::RemoveMember => "remove members",
        Verb::CreateUser => "create a user",
        Verb::CreateTeam => "create a team",
        Verb::Deactivate => "deactivate",
        Verb::Reactivate => "reactivate",
        Verb::DeleteUser => "delete a user",
        Verb::DeleteTeam => "delete a team",
        Verb::SetDisplayName => "change the display name",
        Verb::SetEmail => "change the email",
        Verb::CreateRole => "create a role",
        Verb::EditRole => "change a role",
        Verb::DeleteRole => "delete a role",
        Verb::SetSeat => "change seats",
        Verb::SetRegistryRole => "change registry roles",
        Verb::CreateService => "create a service account",
        Verb::ReplaceMembers => "replace all members",
        Verb::Invite => "invite to a team",
        Verb::CreateKey => "create an API key",
        Verb::DeleteKey => "delete an API key",
    }
}
