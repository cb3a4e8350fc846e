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

/// More than this is shown as a whole: it is put in one by one, on the event loop.
const MOST: usize = 20_000;
/// The same of records that are gone: each of them moves another one.
const MOST_GONE: usize = 1_000;
/// What is told at a time, in records: a part is put in within a frame.
const PART: usize = 64;
/// So many members are as much work as one record.
const MEMBERS: usize = 64;

/// True where telling the difference is less work than showing everything anew.
pub fn is_little(found: &[(Kind, Difference)]) -> bool {
    let all: usize = found.iter().map(|(_, difference)| difference.len()).sum();
    let gone: usize = found.iter().map(|(_, difference)| difference.gone.len()).sum();
    all <= MOST && gone <= MOST_GONE
}

/// Tells what differs, part by part.
pub fn tell(context: &Context, lists: Lists, found: &[(Kind, Difference)]) {
    let Lists { users, teams, roles } = lists;
    let users = users.into_iter().map(Record::User);
    let others = teams.into_iter().map(Record::Team).chain(roles.into_iter().map(Record::Role));
    let gone = found.iter().flat_map(|(kind, difference)| {
        difference.gone.iter().map(|id| Fresh::Gone(Target { kind: *kind, id: id.clone() }))
    });
    let (mut part, mut size) = (Vec::new(), 0);
    for fresh in users.chain(others).map(Fresh::Record).chain(gone) {
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

/// The whole of lists of which only the difference was kept: the rest is on disk. `None` where it is not.
pub async fn complete(context: &Context, mut lists: Lists, found: &[(Kind, Difference)]) -> Option<Lists> {
    let kept: Vec<(Kind, FxHashSet<&Id>)> = found.iter().map(|(kind, of)| (*kind, of.same().collect())).collect();
    if kept.iter().all(|(_, same)| same.is_empty()) {
        return Some(lists);
    }
    let stored = context.stored(|store| store.load()).await?;
    let (mut users, mut teams, mut roles) = (stored.users, stored.teams, stored.roles);
    let all = kept.iter().all(|(kind, same)| match kind {
        Kind::User => take(&mut lists.users, &mut users, same, |user: &User| &user.id),
        Kind::Team => take(&mut lists.teams, &mut teams, same, |team: &Team| &team.id),
        Kind::Role => take(&mut lists.roles, &mut roles, same, |role: &Role| &role.id),
    });
    all.then_some(lists)
}

/// True if all of them were there.
fn take<T>(all: &mut Vec<T>, stored: &mut Vec<T>, wanted: &FxHashSet<&Id>, id: impl Fn(&T) -> &Id) -> bool {
    let before = all.len();
    all.extend(stored.drain(..).filter(|record| wanted.contains(id(record))));
    all.len() - before == wanted.len()
}
