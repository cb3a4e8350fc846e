//! What a refresh tells: of a directory that is shown already only what is new, other or gone.

use rustc_hash::FxHashSet;

use super::{
    super::{context::Context, known::Difference},
    lists::Lists,
};
use crate::directory::{
    Fresh, Id, Kind, Target,
    record::{Record, Role, Team, User},
    work::Report,
};

/// When more have gone everything is shown anew: each of them moves another one, on the event loop.
const MOST_GONE: usize = 1_000;
/// What is told at a time, in records: a part is put in within a frame.
const PART: usize = 32;
/// So many members are as much work as one record.
const MEMBERS: usize = 64;

/// True where telling the difference is less work than showing everything anew.
pub fn is_little(found: &[(Kind, Difference)]) -> bool {
    found.iter().map(|(_, difference)| difference.gone.len()).sum::<usize>() <= MOST_GONE
}

/// What is to be told at the end: records that were not told yet, and what is gone.
pub fn rest(lists: Lists, found: &[(Kind, Difference)]) -> impl Iterator<Item = Fresh> {
    let Lists { users, teams, roles } = lists;
    let users = users.into_iter().map(Record::User);
    let others = teams.into_iter().map(Record::Team).chain(roles.into_iter().map(Record::Role));
    let gone = found.iter().flat_map(|(kind, difference)| {
        difference.gone.iter().map(|id| Fresh::Gone(Target { kind: *kind, id: id.clone() }))
    });
    users.chain(others).map(Fresh::Record).chain(gone)
}

/// Tells what differs, part by part.
pub fn tell(context: &Context, all: impl Iterator<Item = Fresh>) {
    let (mut part, mut size) = (Vec::new(), 0);
    for fresh in all {
        size += work(&fresh);
        part.push(fresh);
        if size >= PART {
            context.report(Report::Renewed(std::mem::take(&mut part)));
            size = 0;
        }
    }
    if !part.is_empty() {
        context.report(Report::Renewed(part));
    }
}

fn work(fresh: &Fresh) -> usize {
    let members = match fresh {
        Fresh::Record(Record::Team(team)) => team.members.as_ref().map_or(0, Vec::len),
        _ => 0,
    };
    1 + members / MEMBERS
}

/// The whole of lists of which only the difference was kept: it is on disk. `None` where it is not.
pub async fn complete(context: &Context, mut lists: Lists, found: &[(Kind, Difference)]) -> Option<Lists> {
    let wanted: Vec<(Kind, FxHashSet<&Id>)> = found.iter().filter_map(|(kind, of)| Some((*kind, of.all()?))).collect();
    if wanted.is_empty() {
        return Some(lists);
    }
    let mut stored = context.stored(|store| store.load()).await?;
    let all = wanted.iter().all(|(kind, wanted)| match kind {
        Kind::User => take(&mut lists.users, &mut stored.users, wanted, |user: &User| &user.id),
        Kind::Team => take(&mut lists.teams, &mut stored.teams, wanted, |team: &Team| &team.id),
        Kind::Role => take(&mut lists.roles, &mut stored.roles, wanted, |role: &Role| &role.id),
    });
    all.then_some(lists)
}

/// True if all of them were there.
fn take<T>(list: &mut Vec<T>, stored: &mut Vec<T>, wanted: &FxHashSet<&Id>, id: impl Fn(&T) -> &Id) -> bool {
    *list = std::mem::take(stored);
    list.retain(|record| wanted.contains(id(record)));
    list.len() == wanted.len()
}
