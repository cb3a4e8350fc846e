//! Memberships that a file wants, from users' teams and from teams' members, and removals if the user wants them.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    FilePlace, Membership, TeamWish,
    current::{is_person, is_told},
    difference::DifferenceFinder,
    together::meant,
    whom::GROUP,
};
use crate::{
    directory::{Directory, Id, Name, RecordKind, ResourceRef, change::Change, record::Team},
    scim::text::clean,
};

/// Maximum number of names in a note; further names are counted.
const TOLD: usize = 5;

/// All wanted memberships.
#[derive(Default)]
pub(super) struct TeamJoins {
    wanted: FxHashMap<(Id, Id), (FilePlace, Option<Name>)>,
    /// Users whose teams are listed completely.
    whole_users: Vec<Id>,
    /// Teams whose members, or whose members that are no users, are listed completely.
    whole_teams: Vec<Id>,
    whole_others: FxHashSet<Id>,
}

impl TeamJoins {
    /// Records that the file lists all teams of the user.
    pub fn whole_user(&mut self, user: &Id) {
        self.whole_users.push(user.clone());
    }

    /// Records that the file lists all members of the team, as far as the file names them.
    pub fn whole_team(&mut self, team: &Id, wish: &TeamWish) {
        if wish.members.is_some() {
            self.whole_teams.push(team.clone());
        }
        if wish.others.is_some() {
            self.whole_others.insert(team.clone());
        }
    }

    /// Adds a wanted membership.
    pub fn want(&mut self, differ: &mut DifferenceFinder<'_, '_>, user: Id, team: Id, one: &Membership) {
        let held = differ.directory.team(&team).and_then(|team| differ.directory.user(&user)?.role_in(&team.name));
        let says = |text: &str| held.filter(|held| meant(text, held.raw(), differ.stray_blanks) == held.raw());
        let role = match &one.role {
            Some(_) if is_other(differ.directory, &user) => {
                let why = format!("{} is no user, and has no role", clean(&one.of));
                return differ.values.problem(&one.place, "team_role", why);
            }
            // A role that is held already is accepted even if the provider can't change roles.
            Some(text) if says(text).is_some() => held.cloned(),
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

    /// Adds the changes: joins, altered roles, and, if pruning is wanted, removals.
    pub fn changes(self, differ: &mut DifferenceFinder<'_, '_>) {
        self.come(differ);
        let gone = self.gone(differ);
        if differ.wish.prune {
            differ.changes.extend(gone.into_iter().map(|(user, team)| Change::RemoveMember { team, user }));
            self.notes(differ);
        } else {
            differ.left.memberships += gone.len();
        }
    }

    fn come(&self, differ: &mut DifferenceFinder<'_, '_>) {
        // Number of people per team who are added although the team's members are not told.
        let mut unsure: BTreeMap<String, usize> = BTreeMap::new();
        for ((user, team), (place, role)) in &self.wanted {
            let joins_as = differ.values.can.joins_as.as_ref();
            let at = differ.directory.team(team);
            let held = at.and_then(|team| differ.directory.user(user)?.role_in(&team.name));
            let untold = at.filter(|team| !is_told(team));
            // A user with a role in a team is a member.
            let inside = differ.directory.teams_of(user).contains(team) || untold.is_some() && held.is_some();
            let change = match role {
                Some(role) if inside && held == Some(role) => continue,
                _ if inside && role.is_none() => continue,
                _ if is_other(differ.directory, user) => {
                    let (who, team) = (clean(user), at.map_or_else(|| "it".to_owned(), |team| team.name.to_string()));
                    let why = format!("{who} is no user and is not in {team}: only users are added");
                    differ.values.problem(place, "members", why);
                    continue;
                }
                Some(role) if inside || joins_as != Some(role) => {
                    Change::SetTeamRole { user: user.clone(), team: team.clone(), role: role.clone() }
                }
                _ if inside => continue,
                _ => Change::AddMember { team: team.clone(), user: user.clone() },
            };
            if differ.values.can(change.verb(), place, "team") {
                if let Some(team) = untold.filter(|_| !inside) {
                    *unsure.entry(team.name.to_string()).or_default() += 1;
                }
                differ.changes.push(change);
            }
        }
        for (team, count) in unsure {
            let note = format!(
                "{team}: who is in it is not told; {count} of the file are added, whether they are members or not."
            );
            differ.not_told.push(note);
        }
    }

    /// Existing memberships that the file lacks although it lists all of their kind.
    fn gone(&self, differ: &DifferenceFinder<'_, '_>) -> Vec<(Id, Id)> {
        let directory = differ.directory;
        let mut gone: Vec<(Id, Id)> = Vec::new();
        for user in &self.whole_users {
            gone.extend(directory.teams_of(user).into_iter().map(|team| (user.clone(), team)));
        }
        for team in &self.whole_teams {
            let users = members(directory, team).filter(|id| directory.user(id).is_some_and(is_person));
            gone.extend(users.map(|id| (id.clone(), team.clone())));
        }
        // A member missing from the list of users is certainly no user only if that list is complete.
        for team in self.whole_others.iter().filter(|_| directory.coverage(RecordKind::User).is_complete()) {
            let others = members(directory, team).filter(|id| directory.user(id).is_none());
            gone.extend(others.map(|id| (id.clone(), team.clone())));
        }
        gone.retain(|membership| !self.wanted.contains_key(membership));
        gone.sort();
        gone.dedup();
        gone
    }

    /// Notes on members that pruning leaves, because the file could not name them or the server does not tell them.
    fn notes(&self, differ: &mut DifferenceFinder<'_, '_>) {
        let directory = differ.directory;
        let (mut notes, mut not_told) = (Vec::new(), Vec::new());
        for id in &self.whole_teams {
            let Some(team) = directory.team(id) else { continue };
            if !is_told(team) {
                not_told.push(format!("{}: who is in it is not told; nobody is removed.", team.name));
            }
            if directory.is_perhaps_cut(team) {
                notes.push(format!(
                    "{}: the server shows exactly {} members, perhaps not all of them: whoever it does not show stays.",
                    team.name,
                    team.size().unwrap_or_default()
                ));
            }
            let stays = |member: &&Id| {
                !(self.whole_others.contains(id) && directory.coverage(RecordKind::User).is_complete())
                    && directory.user(member).is_none()
                    && !self.wanted.contains_key(&((*member).clone(), id.clone()))
            };
            let others: Vec<String> =
                members(directory, id).filter(stays).map(|member| label(directory, team, member)).collect();
            if !others.is_empty() {
                let is_complete = directory.coverage(RecordKind::User).is_complete();
                let list = if is_complete { &mut notes } else { &mut not_told };
                list.push(format!("{}: {}", team.name, stay(&others, is_complete)));
            }
        }
        let teams = (0..directory.len(RecordKind::Team) as u32).filter_map(|row| directory.team_at(row));
        let untold: Vec<String> = teams.filter(|team| !is_told(team)).map(|team| team.name.to_string()).collect();
        if !self.whole_users.is_empty() && !untold.is_empty() {
            not_told.push(format!(
                "Who is in {} is not told: memberships there that the file does not list stay.",
                some(&untold)
            ));
        }
        let unsure = self.whole_users.iter().filter(|id| !directory.tells_teams_of(id));
        let unsure: Vec<String> =
            unsure.filter_map(|id| directory.user(id)).map(|user| user.user_name.to_string()).collect();
        if !directory.is_complete(RecordKind::Team) && !unsure.is_empty() {
            not_told.push(format!(
                "Not all teams are known: memberships of {} that the file does not list stay.",
                some(&unsure)
            ));
        }
        differ.notes.extend(notes);
        differ.not_told.extend(not_told);
    }
}

fn members<'a>(directory: &'a Directory, team: &Id) -> impl Iterator<Item = &'a Id> {
    directory.team(team).and_then(|team| team.members.as_deref()).unwrap_or_default().iter().map(|member| &member.id)
}

/// True for a member that is neither an existing user nor a user to be created.
fn is_other(directory: &Directory, id: &Id) -> bool {
    directory.user(id).is_none() && !ResourceRef::user(id).is_provisional()
}

fn label(directory: &Directory, team: &Team, member: &Id) -> String {
    if let Some(group) = directory.team(member) {
        return format!("{GROUP}{}", group.name);
    }
    let display = team.members.iter().flatten().find(|one| one.id == *member).map(|one| one.display.as_str());
    match display.filter(|display| !display.is_empty()) {
        Some(display) => format!("{} ({display})", clean(member)),
        None => clean(member).into_owned(),
    }
}

/// The reason why these members stay; whether they are users is known only if the list of users is complete.
fn stay(names: &[String], complete: bool) -> String {
    let one = names.len() == 1;
    let names = some(names);
    if !complete {
        let stay = if one {
            "is not among the users that are known, and stays"
        } else {
            "are not among the users that are known, and stay"
        };
        return format!("{names} {stay}.");
    }
    let stay = if one { "is no user and stays" } else { "are no users and stay" };
    format!("{names} {stay}; `others` in JSON and YAML lists such members, `scimitar remove` takes them out.")
}

fn some(names: &[String]) -> String {
    let told = names.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
