//! What a file says of users and memberships, compared with what is there.

use rustc_hash::FxHashMap;

use super::{Desired, Membership, Person, Place, difference::Differ};
use crate::{
    directory::{
        Id, Name,
        change::{Change, NewUser, Seat, Verb},
        find::Missing,
        record::User,
    },
    scim::text::{clean, fold},
};

/// All memberships that a file wants, from users' teams and teams' members alike.
#[derive(Default)]
pub(super) struct Joins {
    wanted: FxHashMap<(Id, Id), (Place, Option<Name>)>,
    /// Users and teams whose memberships are listed as a whole.
    whole_users: Vec<Id>,
    whole_teams: Vec<Id>,
}

pub(super) fn differ(differ: &mut Differ<'_, '_>, desired: &Desired, joins: &mut Joins) {
    let mut seen: FxHashMap<Id, &Place> = FxHashMap::default();
    for person in &desired.people {
        let Some(id) = one(differ, person) else { continue };
        if let Some(earlier) = seen.insert(id.clone(), &person.place) {
            let why = format!("{} is about the same user", earlier.words);
            differ.values.problem(&person.place, "user", why);
        }
        if let Some(teams) = &person.teams {
            joins.whole_users.push(id.clone());
            for team in teams {
                if let Some(at) = differ.team(&team.place, "team", &team.of) {
                    joins.want(differ, id.clone(), at, team);
                }
            }
        }
    }
    for team in &desired.teams {
        let Some(members) = &team.members else { continue };
        let Some(at) = differ.team(&team.place, "team", &team.team) else { continue };
        joins.whole_teams.push(at.clone());
        for member in members {
            if let Some(user) = differ.user(&member.place, "members", &member.of) {
                joins.want(differ, user, at.clone(), member);
            }
        }
    }
}

/// One user's own values; their id, provisional for one who is created.
fn one(differ: &mut Differ<'_, '_>, person: &Person) -> Option<Id> {
    match differ.finder.account(&person.user) {
        Ok(user) => {
            if let Some(problem) = &user.problem {
                let why = format!("this record could not be read ({}: {})", problem.path, problem.why);
                differ.values.problem(&person.place, "user", why);
                return None;
            }
            alter(differ, person, user);
            Some(user.id.clone())
        }
        Err(missing @ Missing::Several(_)) => {
            let why = format!("{}; write the id", missing.sentence("user", &person.user));
            differ.values.problem(&person.place, "user", why);
            None
        }
        Err(missing) => create(differ, person, missing),
    }
}

fn create(differ: &mut Differ<'_, '_>, person: &Person, missing: Missing) -> Option<Id> {
    let place = &person.place;
    if person.active == Some(false) {
        differ.notes.push(format!("{}: {} is not there, and need not be.", place.words, clean(&person.user)));
        return None;
    }
    let near = matches!(&missing, Missing::Unknown(near) if !near.is_empty());
    let sentence = missing.sentence("user", &person.user);
    let Some(email) = &person.email else {
        differ.values.problem(place, "user", format!("{sentence}; to create one, give user and email"));
        return None;
    };
    let others: Vec<String> = differ.directory.users_named(email).map(|user| user.user_name.to_string()).collect();
    if !others.is_empty() {
        let why = format!("this is the address of {}; is that who is meant?", others.join(" and of "));
        differ.values.problem(place, "email", why);
        return None;
    }
    if !differ.values.can(Verb::CreateUser, place, "user") {
        return None;
    }
    if near {
        differ.notes.push(format!("{}: {sentence}; one is created.", place.words));
    }
    let seat = |differ: &mut Differ<'_, '_>, seat, text: &Option<String>| {
        text.as_ref().and_then(|text| differ.values.seat(place, seat, text))
    };
    let user = NewUser {
        user_name: person.user.clone(),
        email: email.clone(),
        display_name: person.name.clone().unwrap_or_default(),
        models_seat: seat(differ, Seat::Models, &person.models_seat),
        weave_role: seat(differ, Seat::Weave, &person.weave_role),
        external_id: person.external_id.clone().unwrap_or_default(),
        ..NewUser::default()
    };
    if differ.values.can.external_ids && user.external_id.is_empty() {
        differ.values.problem(place, "external_id", "a new user needs the identity provider's own id");
    }
    let key = (differ.key)().provisional();
    differ.new_people.insert(fold(&person.user), key.clone());
    differ.changes.push(Change::CreateUser { key: key.clone(), user });
    if let Some(role) = person.role.as_ref().and_then(|role| differ.values.org_role(place, role)) {
        differ.changes.push(Change::SetOrgRole { user: key.clone(), role });
    }
    registries(differ, person, &key, &[]);
    Some(key)
}

fn alter(differ: &mut Differ<'_, '_>, person: &Person, user: &User) {
    let (place, id) = (&person.place, || user.id.clone());
    if let Some(name) = person.name.as_ref().filter(|name| name.as_str() != user.display_name.raw())
        && differ.values.can(Verb::SetDisplayName, place, "name")
    {
        differ.changes.push(Change::SetDisplayName { user: id(), to: name.clone() });
    }
    if let Some(email) = person.email.as_ref().filter(|email| !user.email.is(email))
        && differ.values.can(Verb::SetEmail, place, "email")
    {
        differ.changes.push(Change::SetEmail { user: id(), to: email.clone() });
    }
    if let Some(active) = person.active.filter(|active| user.is_inactive() == *active) {
        let verb = if active { Verb::Reactivate } else { Verb::Deactivate };
        if differ.values.can(verb, place, "active") {
            differ.changes.push(Change::SetActive { user: id(), active });
        }
    }
    for (seat, text) in [(Seat::Models, &person.models_seat), (Seat::Weave, &person.weave_role)] {
        let Some(text) = text else { continue };
        // What is there already may be said of providers that can't change it.
        if user.seat(seat).is_some_and(|now| now.is(text)) {
            continue;
        }
        if let Some(to) = differ.values.seat(place, seat, text) {
            differ.changes.push(Change::SetSeat { user: id(), seat, to });
        }
    }
    if let Some(text) = &person.role
        && !user.org_role.as_ref().is_some_and(|now| now.is(text))
        && let Some(role) = differ.values.org_role(place, text)
    {
        differ.changes.push(Change::SetOrgRole { user: id(), role });
    }
    registries(differ, person, &user.id, &user.registry_roles);
}

fn registries(differ: &mut Differ<'_, '_>, person: &Person, user: &Id, now: &[crate::directory::record::Grant]) {
    let Some(wanted) = &person.registries else { return };
    for registry in wanted {
        let held = now.iter().find(|grant| grant.scope.raw() == registry.of);
        let says = |role: &Name| registry.role.as_deref().is_none_or(|text| role.is(text));
        if held.is_some_and(|grant| says(&grant.role)) {
            continue;
        }
        if differ.values.can(Verb::SetRegistryRole, &registry.place, "registry")
            && let Some(role) = differ.values.registry_role(registry)
        {
            let registry = Name::from(registry.of.as_str());
            differ.changes.push(Change::SetRegistryRole { user: user.clone(), registry, role });
        }
    }
    for grant in now.iter().filter(|grant| !wanted.iter().any(|one| one.of == grant.scope.raw())) {
        if differ.wish.prune {
            let registry = Some(grant.scope.clone());
            differ.changes.push(Change::RemoveRegistryRole { user: user.clone(), registry });
        } else {
            differ.left.registries += 1;
        }
    }
}

impl Joins {
    fn want(&mut self, differ: &mut Differ<'_, '_>, user: Id, team: Id, one: &Membership) {
        let held = differ.directory.team(&team).and_then(|team| differ.directory.user(&user)?.role_in(&team.name));
        let role = match &one.role {
            // What is there already may be said of providers that can't change it.
            Some(text) if held.is_some_and(|held| held.raw() == text) => held.cloned(),
            Some(text) => match differ.values.team_role(&one.place, "team_role", text) {
                None => return,
                role => role,
            },
            None => None,
        };
        let known = self.wanted.entry((user, team)).or_insert_with(|| (one.place.clone(), role.clone()));
        match (&known.1, role) {
            (Some(before), Some(now)) if *before != now => {
                let why = format!("{now} here, and {before} in {}", known.0.words);
                differ.values.problem(&one.place, "team_role", why);
            }
            (None, Some(now)) => known.1 = Some(now),
            _ => {}
        }
    }

    /// Who joins, whose role changes, and who leaves where that is wanted.
    pub fn changes(self, differ: &mut Differ<'_, '_>) {
        for ((user, team), (place, role)) in &self.wanted {
            let joins_as = differ.values.can.joins_as.as_ref();
            let inside = differ.directory.teams_of(user).contains(team);
            let held = differ.directory.team(team).and_then(|team| differ.directory.user(user)?.role_in(&team.name));
            let change = match role {
                Some(role) if inside && held == Some(role) => continue,
                Some(role) if inside || joins_as != Some(role) => {
                    Change::SetTeamRole { user: user.clone(), team: team.clone(), role: role.clone() }
                }
                _ if inside => continue,
                _ => Change::AddMember { team: team.clone(), user: user.clone() },
            };
            if differ.values.can(change.verb(), place, "team") {
                differ.changes.push(change);
            }
        }
        let mut gone: Vec<(Id, Id)> = Vec::new();
        for user in &self.whole_users {
            let teams = differ.directory.teams_of(user);
            gone.extend(teams.iter().map(|team| (user.clone(), team.clone())));
        }
        for team in &self.whole_teams {
            let members = differ.directory.team(team).and_then(|team| team.members.as_deref()).unwrap_or_default();
            let person = |id: &Id| differ.directory.user(id).is_none_or(|user| !user.account.is_service());
            gone.extend(members.iter().filter(|member| person(&member.id)).map(|m| (m.id.clone(), team.clone())));
        }
        gone.retain(|membership| !self.wanted.contains_key(membership));
        gone.sort();
        gone.dedup();
        if differ.wish.prune {
            differ.changes.extend(gone.into_iter().map(|(user, team)| Change::RemoveMember { team, user }));
        } else {
            differ.left.memberships += gone.len();
        }
    }
}
