//! What a refresh tells: of a directory that is shown already only what is new, other or gone.

use rustc_hash::FxHashMap;

use super::{
    super::{context::Context, known::Difference},
    lists::Lists,
};
use crate::{
    directory::{
        Fresh, Id, Kind, Target,
        record::{Record, Role, Team, User},
        work::Report,
    },
    store::Print,
};

/// When more have come, or have gone, everything is shown anew: each of them makes rows stand elsewhere, on the event loop.
const MOST: usize = 1_000;
/// What is told at a time, in records: a part is put in within a frame.
const PART: usize = 32;
/// So many members are as much work as one record.
const MEMBERS: usize = 64;

/// True where so many new records may be told one by one.
pub fn is_few(new: usize) -> bool {
    new <= MOST
}

/// True where all of this is how lists differ that are shown, and to tell that is less work than to show everything anew.
pub fn is_little(found: &[(Kind, Difference)]) -> bool {
    let all = || found.iter().map(|(_, difference)| difference);
    let gone: usize = all().map(|difference| difference.gone.len()).sum();
    all().all(|difference| difference.is_compared() && is_few(difference.new)) && is_few(gone)
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

/// The whole of lists of which only the difference was kept: the rest is on disk. `None` where it is not there as it was read.
pub async fn complete(context: &Context, mut lists: Lists, found: &[(Kind, Difference)]) -> Option<Lists> {
    let compared = found.iter().filter(|(_, difference)| difference.is_compared());
    let wanted: Vec<(Kind, Wanted<'_>)> = compared.map(|(kind, of)| (*kind, wanted(*kind, of))).collect();
    if wanted.iter().all(|(_, wanted)| wanted.is_empty()) {
        return Some(lists);
    }
    let mut stored = context.stored(|store| store.load()).await?;
    let all = wanted.iter().all(|(kind, wanted)| {
        let prints = &stored.prints[*kind as usize];
        match kind {
            Kind::User => take(&mut lists.users, &mut stored.users, prints, wanted, |user: &User| &user.id),
            Kind::Team => take(&mut lists.teams, &mut stored.teams, prints, wanted, |team: &Team| &team.id),
            Kind::Role => take(&mut lists.roles, &mut stored.roles, prints, wanted, |role: &Role| &role.id),
        }
    });
    all.then_some(lists)
}

/// Records that are wanted from the disk, each as it was read.
type Wanted<'a> = FxHashMap<&'a Id, Option<Print>>;

/// Of users, who are told as they come, all; of others those that were not kept.
fn wanted(kind: Kind, difference: &Difference) -> Wanted<'_> {
    let mut wanted = difference.same();
    if kind == Kind::User {
        wanted.extend(difference.other.iter().map(|(id, print)| (id, *print)));
    }
    wanted
}

/// Adds what is wanted. True if all of it was there.
fn take<T>(
    list: &mut Vec<T>,
    stored: &mut Vec<T>,
    prints: &[Print],
    wanted: &Wanted<'_>,
    id: impl Fn(&T) -> &Id,
) -> bool {
    let before = list.len();
    let stored = std::mem::take(stored).into_iter().zip(prints);
    let as_read = |(record, print): &(T, &Print)| wanted.get(id(record)) == Some(&Some(**print));
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
        let taken = |prints: &[Print]| {
            let (mut list, mut stored) = (vec![user("new")], vec![user("ivan"), user("gone"), user("eva")]);
            let all = take(&mut list, &mut stored, prints, &wanted, |user| &user.id);
            (all, list.iter().map(|user| user.id.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(taken(&[2, 7, 1]), (true, vec!["new".into(), "ivan".into(), "eva".into()]));
        // Another console, or a write that failed, left an older one there.
        assert!(!taken(&[9, 7, 1]).0);
    }
}
