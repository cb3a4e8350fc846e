//! Checks whether a record shows a change. Servers answer 200 and change nothing, or echo the request; only the record
//! counts. Independent of vendors: the dialects themselves look up data that the wire hides from a [`Change`].

use rustc_hash::FxHashSet;

use super::{ChangeShown, attributes, plan_context::counted};
use crate::directory::{
    Id, MaybeTold, Name, Observation, RecordKind, ResourceRef,
    change::{Change, NewUser, RoleDraft, SeatKind},
    record::{AccountKind, Record, Role, Team, User},
    side_query::{ApiKey, SideAnswer, TeamParticipant},
};
use crate::scim::caseless::{same_name, same_text};

/// The result of reading a record.
pub(super) enum Seen<'a, T> {
    Record(&'a T),
    Gone,
    Nothing,
}

/// The newest read of a user; a record that could not be read completely counts as nothing.
pub(super) fn user<'a>(fresh: &'a [Observation], id: &Id) -> Seen<'a, User> {
    seen(fresh, &ResourceRef::user(id), |record| match record {
        Record::User(user) if user.problem.is_none() => Some(user),
        _ => None,
    })
}

fn team<'a>(fresh: &'a [Observation], id: &Id) -> Seen<'a, Team> {
    seen(fresh, &ResourceRef::team(id), |record| match record {
        Record::Team(team) if team.problem.is_none() => Some(team),
        _ => None,
    })
}

fn role<'a>(fresh: &'a [Observation], id: &Id) -> Seen<'a, Role> {
    seen(fresh, &ResourceRef::role(id), |record| match record {
        Record::Role(role) if role.problem.is_none() => Some(role),
        _ => None,
    })
}

fn seen<'a, T>(fresh: &'a [Observation], target: &ResourceRef, pick: fn(&'a Record) -> Option<&'a T>) -> Seen<'a, T> {
    for one in fresh.iter().rev() {
        match one {
            Observation::Gone(gone) if gone == target => return Seen::Gone,
            Observation::Record(record) if record.target() == *target => {
                return pick(record).map_or(Seen::Nothing, Seen::Record);
            }
            _ => {}
        }
    }
    Seen::Nothing
}

impl<T> Seen<'_, T> {
    /// Judges the record; a missing record shows no change to it.
    pub(super) fn judge(self, what: &str, judge: impl FnOnce(&T) -> ChangeShown) -> ChangeShown {
        match self {
            Seen::Record(record) => judge(record),
            Seen::Gone => ChangeShown::No(format!("that the {what} is gone")),
            Seen::Nothing => ChangeShown::CantTell,
        }
    }

    /// Checks that the record is gone.
    fn gone(self, instead: impl FnOnce(&T) -> String) -> ChangeShown {
        match self {
            Seen::Gone => ChangeShown::Yes,
            Seen::Record(record) => ChangeShown::No(instead(record)),
            Seen::Nothing => ChangeShown::CantTell,
        }
    }
}

/// Yes, or a description of the shown value.
pub(super) fn yes_or(yes: bool, instead: impl FnOnce() -> String) -> ChangeShown {
    if yes { ChangeShown::Yes } else { ChangeShown::No(instead()) }
}

/// The evidence of the records for a change.
pub(super) fn shows(change: &Change, fresh: &[Observation]) -> ChangeShown {
    match change {
        Change::SetOrgRole { user: id, role } => user(fresh, id).judge("user", |user| org_role(user, role)),
        // A user names its teams, but the change holds an id. Dialects with team roles know the name.
        Change::SetTeamRole { .. } => ChangeShown::CantTell,
        Change::AddMember { team: id, user } => {
            team(fresh, id).judge("team", |team| is_member(team, user, "without this member"))
        }
        Change::RemoveMember { team: id, user } => {
            team(fresh, id).judge("team", |team| match is_member(team, user, "") {
                ChangeShown::Yes => ChangeShown::No(format!("that they are still in {}", team.name)),
                ChangeShown::No(_) | ChangeShown::Part(_) => ChangeShown::Yes,
                ChangeShown::CantTell => ChangeShown::CantTell,
            })
        }
        Change::SetActive { user: id, active } => user(fresh, id).judge("user", |user| is_active(user, *active)),
        Change::SetDisplayName { user: id, to } => {
            user(fresh, id).judge("user", |user| text("display name", &user.display_name, to, user.display_name.raw()))
        }
        Change::SetEmail { user: id, to } => user(fresh, id).judge("user", |user| {
            let same = if user.email.is(to.trim()) { to } else { user.email.raw() };
            text("email", &user.email, to, same)
        }),
        Change::DeleteUser { user: id } => user(fresh, id).gone(|user| match user.active {
            Some(false) => "the user still there, deactivated".into(),
            _ => "the user still there".into(),
        }),
        Change::DeleteTeam { team: id } => team(fresh, id).gone(|team| format!("{} still there", team.name)),
        Change::DeleteRole { role: id } => role(fresh, id).gone(|role| format!("{} still there", role.name)),
        Change::EditRole { role: id, to } => role(fresh, id).judge("role", |role| is_defined(role, to)),
        Change::CreateUser { key, user } => created(fresh, (RecordKind::User, key), |record| match record {
            Record::User(found) if is_named(found, user) => Some(is_new_user(found, user)),
            _ => None,
        }),
        Change::CreateService { key, service } => match roster(fresh) {
            Some(roster) => {
                yes_or(roster.iter().any(|one| one.user_name.is(&service.name) || one.name.is(&service.name)), || {
                    "no service account of that name in the team".into()
                })
            }
            None => created(fresh, (RecordKind::User, key), |record| match record {
                Record::User(found) if found.user_name.is(&service.name) => {
                    Some(yes_or(found.account != AccountKind::Person, || "a person of that name".into()))
                }
                _ => None,
            }),
        },
        Change::CreateTeam { key, name, members, .. } => {
            created(fresh, (RecordKind::Team, key), |record| match record {
                Record::Team(found) if same_name(found.name.raw(), name) => Some(has_members(found, members)),
                _ => None,
            })
        }
        Change::CreateRole { key, role } => created(fresh, (RecordKind::Role, key), |record| match record {
            Record::Role(found) if same_text(found.name.raw(), &role.name) => Some(is_defined(found, role)),
            _ => None,
        }),
        Change::SetSeat { user: id, seat, to } => user(fresh, id).judge("user", |user| has_seat(user, *seat, to)),
        Change::SetRegistryRole { user: id, registry, role } => {
            user(fresh, id).judge("user", |user| match registry_role(user, registry) {
                Some(now) => yes_or(now == role, || format!("role in registry {registry}: {now}")),
                None if user.told_registry_roles().is_none() => ChangeShown::CantTell,
                None => ChangeShown::No(format!("no role in registry {registry}")),
            })
        }
        Change::RemoveRegistryRole { user: id, registry } => user(fresh, id).judge("user", |user| {
            let left =
                user.registry_roles.iter().find(|grant| registry.as_ref().is_none_or(|name| grant.scope == *name));
            match left {
                Some(grant) => ChangeShown::No(format!("role in registry {}: {}", grant.scope, grant.role)),
                None if user.told_registry_roles().is_none() => ChangeShown::CantTell,
                None => ChangeShown::Yes,
            }
        }),
        Change::ReplaceMembers { team: id, stay, come, go } => {
            team(fresh, id).judge("team", |team| are_members(team, [stay, come], go))
        }
        Change::Invite { to, .. } => match roster(fresh) {
            Some(roster) => yes_or(roster.iter().any(|one| one.is(to)), || "no such invitation".into()),
            None => ChangeShown::CantTell,
        },
        Change::RevokeInvite { invite, .. } => match roster(fresh) {
            Some(roster) => yes_or(!roster.iter().any(|one| one.id == *invite), || "the invitation still there".into()),
            None => ChangeShown::CantTell,
        },
        Change::CreateKey { key, .. } => match keys(fresh) {
            Some(keys) if !key.starts_with("new:") => {
                yes_or(keys.iter().any(|known| known.id == *key), || "no such key".into())
            }
            _ => ChangeShown::CantTell,
        },
        Change::SetAttribute { target, path, to, .. } => attributes::shows(target, path, to.as_ref(), fresh),
        Change::DeleteKey { key, .. } => match keys(fresh) {
            Some(keys) => yes_or(!keys.iter().any(|known| known.id == *key), || "the key still there".into()),
            None => ChangeShown::CantTell,
        },
    }
}

fn answer(fresh: &[Observation]) -> Option<&SideAnswer> {
    fresh.iter().rev().find_map(|one| if let Observation::Told(_, told) = one { Some(told) } else { None })
}

fn roster(fresh: &[Observation]) -> Option<&[TeamParticipant]> {
    if let Some(SideAnswer::Roster(roster)) = answer(fresh) { Some(roster) } else { None }
}

fn keys(fresh: &[Observation]) -> Option<&[ApiKey]> {
    if let Some(SideAnswer::Person(person)) = answer(fresh) { person.keys.as_deref() } else { None }
}

fn has_seat(user: &User, seat: SeatKind, to: &Name) -> ChangeShown {
    told(user.seat(seat), to, |now| format!("{} {now}", seat.label()))
}

fn registry_role<'a>(user: &'a User, registry: &Name) -> Option<&'a Name> {
    user.registry_roles.iter().find(|grant| grant.scope == *registry).map(|grant| &grant.role)
}

fn are_members(team: &Team, in_it: [&Vec<Id>; 2], go: &[Id]) -> ChangeShown {
    let Some(members) = &team.members else { return ChangeShown::CantTell };
    let members: FxHashSet<&Id> = members.iter().map(|member| &member.id).collect();
    let missing = in_it.into_iter().flatten().filter(|id| !members.contains(id)).count();
    let left = go.iter().filter(|id| members.contains(id)).count();
    yes_or(missing + left == 0, || match (missing, left) {
        (0, left) => format!("{} who should have left", counted(left, "member")),
        (missing, _) => format!("{} missing", counted(missing, "member")),
    })
}

/// The server chooses an instance admin's user name.
fn is_named(found: &User, new: &NewUser) -> bool {
    if new.instance_admin { found.email.is(new.email.trim()) } else { same_name(found.user_name.raw(), &new.user_name) }
}

/// Compares the organisation role; predefined names are compared without regard to case.
pub(super) fn org_role(user: &User, role: &Name) -> ChangeShown {
    told(&user.org_role, role, |now| format!("organisation role {now}"))
}

/// Compares names without regard to case for predefined names.
fn told(now: &MaybeTold, wanted: &Name, instead: impl FnOnce(&str) -> String) -> ChangeShown {
    if !now.is_told() {
        return ChangeShown::CantTell;
    }
    yes_or(now.is(wanted.raw()), || instead(if now.is_none() { "none" } else { now.text() }))
}

fn is_active(user: &User, active: bool) -> ChangeShown {
    let word = if active { "the user still inactive" } else { "the user still active" };
    user.active.map_or(ChangeShown::CantTell, |now| yes_or(now == active, || word.into()))
}

fn is_member(team: &Team, user: &Id, without: &str) -> ChangeShown {
    match &team.members {
        None => ChangeShown::CantTell,
        Some(members) if members.is_empty() => ChangeShown::No(format!("{} without any members", team.name)),
        Some(members) => {
            yes_or(team.has(user), || format!("{} with {}, {without}", team.name, counted(members.len(), "member")))
        }
    }
}

/// `shown` is the expected value on the server; composition of accents and trimming of blanks may differ.
fn text(what: &str, now: &Name, wanted: &str, shown: &str) -> ChangeShown {
    yes_or(same_text(shown, wanted), || if now.is_empty() { format!("no {what}") } else { format!("{what} {now}") })
}

fn is_new_user(found: &User, new: &NewUser) -> ChangeShown {
    let other = !found.email.is_empty() && !new.email.is_empty() && !found.email.is(new.email.trim());
    yes_or(!other, || format!("a user {} with another address, {}", found.user_name, found.email))
}

fn has_members(found: &Team, members: &[Id]) -> ChangeShown {
    if found.members.is_none() && !members.is_empty() {
        return ChangeShown::CantTell;
    }
    let missing = members.iter().filter(|id| !found.has(id)).count();
    match missing {
        0 => ChangeShown::Yes,
        _ => ChangeShown::Part(format!("{} without {missing} of its {}", found.name, counted(members.len(), "member"))),
    }
}

fn is_defined(role: &Role, to: &RoleDraft) -> ChangeShown {
    let now = RoleDraft::of(role);
    let has = |name: &String| role.permissions.iter().any(|permission| permission.name.raw() == name);
    let missing: Vec<&String> = to.added.iter().filter(|name| !has(name)).collect();
    let extra: Vec<&String> = now.added.iter().filter(|name| !to.added.contains(name)).collect();
    let instead = if now.name != to.name {
        format!("the name {}", role.name)
    } else if now.description.trim() != to.description.trim() {
        "another description".into()
    } else if !role.inherits.is(&to.inherits) {
        format!("a role that inherits {}", role.inherits)
    } else if let Some(name) = missing.first() {
        format!("the role without {}", Name::from(name.as_str()))
    } else if let Some(name) = extra.first() {
        format!("the role with {}", Name::from(name.as_str()))
    } else {
        return ChangeShown::Yes;
    };
    ChangeShown::No(instead)
}

/// The verdict on a creation whose record is not there under the id that the answer gave.
fn no_such(of: RecordKind) -> ChangeShown {
    let word = match of {
        RecordKind::User => "user",
        RecordKind::Team => "team",
        RecordKind::Role => "role",
    };
    ChangeShown::No(format!("no {word} with the id that it answered"))
}

/// The newest record with the name, among all results of a look-up.
fn created(
    fresh: &[Observation],
    (of, key): (RecordKind, &Id),
    pick: impl Fn(&Record) -> Option<ChangeShown>,
) -> ChangeShown {
    let (mut kind, mut gone) = (None, Vec::new());
    for one in fresh.iter().rev() {
        match one {
            Observation::Gone(target) if target.id == *key => kind = Some(target.kind),
            Observation::Gone(target) if target.kind == of => gone.push(&target.id),
            Observation::Record(record) => {
                kind = Some(record.kind());
                if let Some(shown) = pick(record) {
                    // A newer reading of the record finds none: the answer that showed it is worth nothing.
                    let is_gone = gone.iter().any(|id| **id == record.target().id);
                    return if is_gone { no_such(of) } else { shown };
                }
            }
            Observation::Gone(_) | Observation::Told(..) => {}
        }
    }
    if !gone.is_empty() {
        return no_such(of);
    }
    match kind {
        None => ChangeShown::CantTell,
        Some(RecordKind::User) => ChangeShown::No("no user of that name".into()),
        Some(RecordKind::Team) => ChangeShown::No("no team of that name".into()),
        Some(RecordKind::Role) => ChangeShown::No("no role of that name".into()),
    }
}
