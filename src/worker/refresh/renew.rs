//! The reports of a refresh: for a directory on screen, only records that are new, changed or gone.

use rustc_hash::FxHashMap;

use super::{
    super::{context::WorkerContext, shown_records::RecordDifference},
    lists::RecordLists,
};
use crate::{
    directory::{
        Id, Observation, RecordKind, ResourceRef,
        record::{Record, Role, Team, User},
        work::WorkerReport,
    },
    store::Fingerprint,
};

/// With more new records, or more removed ones, the whole directory is shown again: each of them moves rows, on the
/// event loop.
const MOST: usize = 1_000;
/// The size of a report, in records: the console takes each report within a frame.
const PART: usize = 32;
/// The number of members that take as much work as a record.
const MEMBERS: usize = 64;

/// True where this number of new records may be reported individually.
pub fn is_few(new: usize) -> bool {
    new <= MOST
}

/// True where all the lists were compared with the screen, and reporting the differences is less work than showing
/// everything again.
pub fn is_little(found: &[(RecordKind, RecordDifference)]) -> bool {
    let all = || found.iter().map(|(_, difference)| difference);
    let gone: usize = all().map(|difference| difference.gone.len()).sum();
    all().all(|difference| difference.is_compared() && is_few(difference.new)) && is_few(gone)
}

/// The reports at the end: records that were not reported yet, and removed ones.
pub fn rest(lists: RecordLists, found: &[(RecordKind, RecordDifference)]) -> impl Iterator<Item = Observation> {
    let RecordLists { users, teams, roles } = lists;
    let users = users.into_iter().map(Record::User);
    let others = teams.into_iter().map(Record::Team).chain(roles.into_iter().map(Record::Role));
    let gone = found.iter().flat_map(|(kind, difference)| {
        difference.gone.iter().map(|id| Observation::Gone(ResourceRef { kind: *kind, id: id.clone() }))
    });
    users.chain(others).map(Observation::Record).chain(gone)
}

/// Reports records, part by part.
pub fn tell(context: &WorkerContext, all: impl Iterator<Item = Observation>) {
    let (mut part, mut size) = (Vec::new(), 0);
    for fresh in all {
        size += work(&fresh);
        part.push(fresh);
        if size >= PART {
            context.report(WorkerReport::Renewed(std::mem::take(&mut part)));
            size = 0;
        }
    }
    if !part.is_empty() {
        context.report(WorkerReport::Renewed(part));
    }
}

fn work(fresh: &Observation) -> usize {
    let members = match fresh {
        Observation::Record(Record::Team(team)) => team.members.as_ref().map_or(0, Vec::len),
        _ => 0,
    };
    1 + members / MEMBERS
}

/// Completes lists of which only the difference was kept, from the disk. `None` where the disk does not have the
/// records as they were read.
pub async fn complete(
    context: &WorkerContext,
    mut lists: RecordLists,
    found: &[(RecordKind, RecordDifference)],
) -> Option<RecordLists> {
    let compared = found.iter().filter(|(_, difference)| difference.is_compared());
    let wanted: Vec<(RecordKind, Wanted<'_>)> = compared.map(|(kind, of)| (*kind, wanted(*kind, of))).collect();
    if wanted.iter().all(|(_, wanted)| wanted.is_empty()) {
        return Some(lists);
    }
    let mut stored = context.stored(|store| store.load()).await?;
    let all = wanted.iter().all(|(kind, wanted)| {
        let prints = &stored.prints[*kind as usize];
        match kind {
            RecordKind::User => take(&mut lists.users, &mut stored.users, prints, wanted, |user: &User| &user.id),
            RecordKind::Team => take(&mut lists.teams, &mut stored.teams, prints, wanted, |team: &Team| &team.id),
            RecordKind::Role => take(&mut lists.roles, &mut stored.roles, prints, wanted, |role: &Role| &role.id),
        }
    });
    all.then_some(lists)
}

/// Records that are needed from the disk, each with its print as it was read.
type Wanted<'a> = FxHashMap<&'a Id, Option<Fingerprint>>;

/// The records that a list lacks: for users all, because changed ones were reported as they came; for other kinds the
/// unchanged ones.
fn wanted(kind: RecordKind, difference: &RecordDifference) -> Wanted<'_> {
    let mut wanted = difference.same();
    if kind == RecordKind::User {
        wanted.extend(difference.other.iter().map(|(id, print)| (id, *print)));
    }
    wanted
}

/// Moves the wanted records from `stored` to `list`. True if all of them were there.
fn take<T>(
    list: &mut Vec<T>,
    stored: &mut Vec<T>,
    prints: &[Fingerprint],
    wanted: &Wanted<'_>,
    id: impl Fn(&T) -> &Id,
) -> bool {
    let before = list.len();
    let stored = std::mem::take(stored).into_iter().zip(prints);
    let as_read = |(record, print): &(T, &Fingerprint)| wanted.get(id(record)) == Some(&Some(**print));
    list.extend(stored.filter(as_read).map(|(record, _)| record));
    list.len() - before == wanted.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_disk_has_as_it_was_read_is_taken_from_it() {
        let user = |id: &str| User { id: id.into(), ..User::default() };
        let (eva, ivan): (Id, Id) = ("eva".into(), "ivan".into());
        let wanted: Wanted<'_> = [(&eva, Some(1)), (&ivan, Some(2))].into_iter().collect();
        let taken = |prints: &[Fingerprint]| {
            let (mut list, mut stored) = (vec![user("new")], vec![user("ivan"), user("gone"), user("eva")]);
            let all = take(&mut list, &mut stored, prints, &wanted, |user| &user.id);
            (all, list.iter().map(|user| user.id.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(taken(&[2, 7, 1]), (true, vec!["new".into(), "ivan".into(), "eva".into()]));
        // Another console, or a failed write, left an older record there.
        assert!(!taken(&[9, 7, 1]).0);
    }
}
