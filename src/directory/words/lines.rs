//! The line of each change. Knows the directory's words, no screen.

use serde_json::Value;

use super::{LineSign, PlanLine};
use crate::{
    directory::{
        Directory, Id, Name, RecordKind, ResourceRef, attributes,
        change::{Change, RoleDraft},
        record::User,
        record_contents::RecordContents,
    },
    scim::schema,
};

impl PlanLine {
    fn new(sign: LineSign, subject: impl Into<String>, what: impl Into<String>) -> Self {
        Self { sign, subject: subject.into(), what: what.into(), before: String::new(), after: String::new() }
    }

    fn was(self, before: impl Into<String>) -> Self {
        Self { before: before.into(), ..self }
    }

    fn becomes(self, after: impl ToString) -> Self {
        Self { after: after.to_string(), ..self }
    }
}

/// The line of a change in the words of a provider.
pub(super) fn of(change: &Change, directory: &Directory, holds: RecordContents) -> PlanLine {
    let who = |id: &Id| user_name(directory, id);
    let in_team = |id: &Id| team_name(directory, id);
    let add = |subject: String, what: &str| PlanLine::new(LineSign::Add, subject, what);
    let remove = |subject: String, what: &str| PlanLine::new(LineSign::Remove, subject, what);
    let alter = |subject: String, what: &str| PlanLine::new(LineSign::Alter, subject, what);
    match change {
        Change::SetOrgRole { user, role } => {
            let before = known(directory, user, |user| user.org_role.value());
            alter(who(user), "organisation role").was(before).becomes(role)
        }
        Change::SetTeamRole { user, team, role } if directory.teams_of(user).contains(team) => {
            let before = role_in(directory, user, team).unwrap_or_else(|| "?".into());
            alter(who(user), &format!("role in {}", in_team(team))).was(before).becomes(role)
        }
        Change::SetTeamRole { user, team, role } => add(who(user), &format!("joins {} as {role}", in_team(team))),
        Change::AddMember { team, user } => add(who(user), &format!("joins {}", in_team(team))),
        Change::RemoveMember { team, user } => {
            let before = role_in(directory, user, team).unwrap_or_default();
            remove(who(user), &format!("leaves {}", in_team(team))).was(before)
        }
        Change::CreateUser { user, .. } => {
            let email = Some(clean(&user.email)).filter(|email| !email.is_empty());
            add(clean(&user.user_name), "new user").becomes(and_external_id(email, &user.external_id))
        }
        Change::CreateTeam { name, members, external_id, .. } => {
            let count = (!members.is_empty()).then(|| match members.len() {
                1 => "1 member".to_owned(),
                count => format!("{count} members"),
            });
            add(clean(name), &holds.say("new team")).becomes(and_external_id(count, external_id))
        }
        Change::SetActive { user, active } => {
            let (sign, before, after) = if *active {
                (LineSign::Add, "inactive", "active")
            } else {
                (LineSign::Remove, "active", holds.inactive_word)
            };
            let told = directory.user(user).is_none_or(|user| user.active.is_some());
            PlanLine::new(sign, who(user), "status").was(if told { before } else { "?" }).becomes(after)
        }
        Change::DeleteUser { user } => remove(who(user), "is deleted"),
        Change::DeleteTeam { team } => remove(in_team(team), "is deleted"),
        Change::SetDisplayName { user, to } => {
            let before = directory.user(user).map(|user| user.display_name.to_string());
            alter(who(user), "display name").was(before.unwrap_or_default()).becomes(clean(to))
        }
        Change::SetEmail { user, to } => {
            let told = |user| directory.records().tells_email(user);
            let before = directory.user(user).map(|user| if told(user) { user.email.as_str() } else { "?" });
            alter(who(user), "email").was(before.unwrap_or_default()).becomes(clean(to))
        }
        Change::CreateRole { role, .. } => add(clean(&role.name), "new role").becomes(definition(role)),
        Change::EditRole { role, to } => {
            alter(role_name(directory, role), "definition").becomes(role_difference(directory, role, to))
        }
        Change::DeleteRole { role } => remove(role_name(directory, role), "is deleted"),
        Change::SetSeat { user, seat, to } => {
            alter(who(user), seat.label()).was(known(directory, user, |user| user.seat(*seat).value())).becomes(to)
        }
        Change::SetRegistryRole { user, registry, role } => {
            let before = registry_role(directory, user, registry);
            let sign = if before.is_some() { LineSign::Alter } else { LineSign::Add };
            let line = PlanLine::new(sign, who(user), format!("role in registry {registry}"));
            line.was(before.unwrap_or_default()).becomes(role)
        }
        Change::RemoveRegistryRole { user, registry } => {
            let before = registry.as_ref().and_then(|name| registry_role(directory, user, name));
            let place = registry.as_ref().map_or_else(|| "any registry".into(), |name| format!("registry {name}"));
            remove(who(user), &format!("no role in {place}")).was(before.unwrap_or_default())
        }
        Change::CreateService { service, .. } => {
            let owner = if service.organisation { "the organisation".into() } else { in_team(&service.team) };
            add(clean(&service.name), "new service account").becomes(format!("of {owner}"))
        }
        Change::ReplaceMembers { team, come, go, .. } => {
            alter(in_team(team), "members replaced").becomes(format!("+{} -{}", come.len(), go.len()))
        }
        Change::Invite { team, to, admin, .. } => {
            let as_admin = if *admin { " as admin" } else { "" };
            add(clean(to), &format!("invited to {}{as_admin}", in_team(team)))
        }
        Change::RevokeInvite { team, to, .. } => {
            remove(clean(to), &format!("invitation to {} taken back", in_team(team)))
        }
        Change::CreateKey { owner, description, .. } => add(who(owner), "new API key").becomes(clean(description)),
        Change::SetAttribute { target, path, before, to } => {
            let subject = if target.kind == RecordKind::Team { in_team(&target.id) } else { who(&target.id) };
            let line = alter(subject, &clean(schema::name_in(path)));
            let line = line.was(before.as_ref().map(attribute).unwrap_or_default());
            line.becomes(to.as_ref().map_or_else(|| "nothing".to_owned(), attribute))
        }
        Change::DeleteKey { owner, name, .. } => remove(who(owner), "API key deleted").was(clean(name)),
    }
}

/// The words, followed by the id by which an identity provider knows the record, if there is one.
fn and_external_id(words: Option<String>, external_id: &str) -> String {
    let id = Some(external_id).filter(|id| !id.is_empty()).map(|id| format!("external id {}", clean(id)));
    words.into_iter().chain(id).collect::<Vec<_>>().join(", ")
}

/// The value of an attribute.
pub(super) fn attribute(value: &Value) -> String {
    clean(&attributes::shown(value))
}

pub(super) fn definition(role: &RoleDraft) -> String {
    let added = role.added.iter().map(|name| format!(", +{name}"));
    std::iter::once(format!("inherits {}", role.inherits)).chain(added).collect()
}

/// A value of a user, or a question mark.
fn known(directory: &Directory, user: &Id, value: impl Fn(&User) -> Option<&Name>) -> String {
    directory.user(user).and_then(value).map_or_else(|| "?".into(), Name::to_string)
}

fn registry_role(directory: &Directory, user: &Id, registry: &Name) -> Option<String> {
    let grants = &directory.user(user)?.registry_roles;
    grants.iter().find(|grant| grant.scope == *registry).map(|grant| grant.role.to_string())
}

/// Names of the server as shown: a look-alike name gets its mark.
fn clean(text: &str) -> String {
    Name::from(text).to_string()
}

fn role_difference(directory: &Directory, id: &Id, to: &RoleDraft) -> String {
    let Some(now) = directory.role(id).map(RoleDraft::of) else { return String::new() };
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
    let name = directory.user(id).map_or_else(|| clean(id), |user| user.user_name.to_string());
    directory.told_apart(&ResourceRef::user(id), name)
}

fn role_name(directory: &Directory, id: &Id) -> String {
    directory.role(id).map_or_else(|| clean(id), |role| role.name.to_string())
}

pub(super) fn team_name(directory: &Directory, id: &Id) -> String {
    let name = directory.team(id).map_or_else(|| clean(id), |team| team.name.to_string());
    directory.told_apart(&ResourceRef::team(id), name)
}

pub(super) fn role_in(directory: &Directory, user: &Id, team: &Id) -> Option<String> {
    let name = &directory.team(team)?.name;
    directory.user(user)?.role_in(name).map(Name::to_string)
}
