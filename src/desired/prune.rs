//! Whole records that a file does not name, where their kind shall be pruned.

use rustc_hash::FxHashSet;

use super::{DesiredState, FilePlace, current::is_person, difference::DifferenceFinder};
use crate::directory::{Id, RecordKind, change::Change};

pub(super) fn whole(differ: &mut DifferenceFinder<'_, '_>, desired: &DesiredState) {
    if differ.wish.prune_users && named(differ, desired.people.is_empty(), "users") {
        let people = desired.people.iter().map(|person| person.user.as_str());
        let members = desired.teams.iter().flat_map(|team| team.members.iter().chain(&team.others).flatten());
        let named = people.chain(members.map(|member| member.of.as_str()));
        let kept: FxHashSet<Id> = named.filter_map(|name| Some(differ.whom.subject(name).ok()?.id().clone())).collect();
        let users = (0..differ.directory.len(RecordKind::User) as u32).filter_map(|row| differ.directory.user_at(row));
        let gone = users.filter(|user| !kept.contains(&user.id) && !user.is_inactive() && is_person(user));
        let gone: Vec<Change> = gone.map(|user| Change::SetActive { user: user.id.clone(), active: false }).collect();
        differ.changes.extend(gone);
    }
    if differ.wish.prune_teams && named(differ, desired.teams.is_empty(), "teams") {
        let mut kept: FxHashSet<Id> = FxHashSet::default();
        let own = desired.teams.iter().map(|team| team.team.as_str());
        let of_people = desired.people.iter().flat_map(|person| person.teams.iter().flatten());
        for name in own.chain(of_people.map(|team| team.of.as_str())) {
            kept.extend(differ.whom.team(name).ok().map(|team| team.id.clone()));
        }
        let teams = (0..differ.directory.len(RecordKind::Team) as u32).filter_map(|row| differ.directory.team_at(row));
        let gone = teams.filter(|team| !kept.contains(&team.id) && team.problem.is_none());
        let gone: Vec<Change> = gone.map(|team| Change::DeleteTeam { team: team.id.clone() }).collect();
        differ.changes.extend(gone);
    }
    if differ.wish.prune_roles && named(differ, desired.roles.is_empty(), "roles") {
        let roles = differ.directory.records().roles().values().filter(|role| role.problem.is_none());
        let gone = roles.filter(|role| !desired.roles.iter().any(|wish| wish.role == role.name.raw()));
        let gone: Vec<Change> = gone.map(|role| Change::DeleteRole { role: role.id.clone() }).collect();
        differ.changes.extend(gone);
    }
}

/// A file without any would mean all of them.
fn named(differ: &mut DifferenceFinder<'_, '_>, none: bool, kind: &str) -> bool {
    if none {
        let why = format!("the file names no {kind}, so all of them would go; nothing is pruned by an empty list");
        differ.values.problem(&FilePlace::default(), &format!("--prune={kind}"), why);
    }
    !none
}
