//! What the console shows as the last lists had it. A refresh tells of the rest, and what has not changed, which is most of
//! a directory, is never there twice.
//!
//! Whatever else is told of a record makes it unknown here, and the next list tells of it again: to say something twice
//! does no harm.

use std::{
    hash::{BuildHasher, BuildHasherDefault},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet, FxHasher};
use serde_json::Value;

use crate::{
    directory::{Fresh, Id, Kind, Target, work::Report},
    store::{Print, Snapshot},
};

/// The records of a list with what they were last shown as; none where they are shown as something else.
pub type List = IndexMap<Id, Option<Print>, BuildHasherDefault<FxHasher>>;

/// What is shown, kind by kind, as far as it is a list.
#[derive(Debug, Default, Clone)]
pub struct Shown {
    lists: [Option<Arc<List>>; 3],
    /// Of what was told of roles with it.
    told: u64,
}

impl Shown {
    /// What the disk knows, once that is shown.
    pub fn stored(snapshot: &Snapshot, told: Option<&Value>) -> Self {
        let users = snapshot.users.iter().map(|user| &user.id);
        let (teams, roles) = (snapshot.teams.iter().map(|team| &team.id), snapshot.roles.iter().map(|role| &role.id));
        let all =
            [list(users, snapshot, Kind::User), list(teams, snapshot, Kind::Team), list(roles, snapshot, Kind::Role)];
        Self { lists: all.map(|list| list.map(Arc::new)), told: print(told) }
    }

    /// True where roles come from what was told before.
    pub fn was_told(&self, told: Option<&Value>) -> bool {
        self.told == print(told)
    }

    /// True where the list is shown.
    pub fn has(&self, kind: Kind) -> bool {
        self.lists[kind as usize].is_some()
    }

    /// What is shown of the kind.
    pub fn list(&self, kind: Kind) -> Option<Arc<List>> {
        self.lists[kind as usize].clone()
    }

    /// A list of the kind is about to be read.
    pub fn reading(&self, kind: Kind) -> Reading {
        let known = self.list(kind);
        Reading { there: vec![false; known.as_ref().map_or(0, |list| list.len())], known, other: List::default() }
    }
}

fn print(told: Option<&Value>) -> u64 {
    FxBuildHasher.hash_one(told.map(Value::to_string))
}

fn list<'a>(ids: impl Iterator<Item = &'a Id>, snapshot: &Snapshot, kind: Kind) -> Option<List> {
    let prints = snapshot.prints[kind as usize].iter();
    (!snapshot.unread.contains(&kind)).then(|| ids.cloned().zip(prints.copied().map(Some)).collect())
}

/// A list that is being read, beside what is shown.
#[derive(Debug, Default)]
pub struct Reading {
    known: Option<Arc<List>>,
    there: Vec<bool>,
    other: List,
}

impl Reading {
    /// True where nothing is shown that this could be compared with.
    pub fn is_first(&self) -> bool {
        self.known.is_none()
    }

    /// Takes the next record; true where it is shown like that already.
    pub fn note(&mut self, id: &Id, print: Option<Print>) -> bool {
        if let Some((at, id, shown)) = self.known.as_ref().and_then(|list| list.get_full(id)) {
            self.there[at] = true;
            if shown.is_some() && *shown == print {
                return true;
            }
            self.other.insert(id.clone(), print);
        } else {
            self.other.insert(id.clone(), print);
        }
        false
    }

    /// The list has been read to its end.
    pub fn end(self) -> Difference {
        let known = self.known.iter().flat_map(|list| list.keys());
        let gone = known.zip(&self.there).filter(|(_, there)| !**there).map(|(id, _)| id.clone()).collect();
        Difference { other: self.other, gone, left: self.known }
    }
}

/// How a list differs from what is shown.
#[derive(Debug, Default)]
pub struct Difference {
    /// What is new or other.
    pub other: List,
    /// What is shown and not in the list.
    pub gone: Vec<Id>,
    /// What it differs from.
    left: Option<Arc<List>>,
}

impl Difference {
    /// All that the list has, where it was compared with what is shown.
    pub fn all(&self) -> Option<FxHashSet<&Id>> {
        let mut all: FxHashSet<&Id> = self.left.as_ref()?.keys().chain(self.other.keys()).collect();
        self.gone.iter().for_each(|id| {
            all.remove(id);
        });
        Some(all)
    }

    fn lay(self, list: &mut Option<Arc<List>>) {
        drop(self.left);
        let list = Arc::make_mut(list.get_or_insert_default());
        for id in &self.gone {
            list.swap_remove(id);
        }
        list.extend(self.other);
    }
}

/// The same for all tasks of a worker.
#[derive(Clone, Default)]
pub struct Known(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    shown: Shown,
    /// What was told one by one since a refresh began; none while there is none.
    since: Option<Vec<Target>>,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This is shown now.
    pub fn is(&self, shown: Shown) {
        *self.lock() = Inner { shown, since: None };
    }

    /// Something is shown that is no list.
    pub fn forget(&self) {
        self.is(Shown::default());
    }

    /// Keeps in mind what a report makes of the records shown.
    pub fn heed(&self, report: &Report) {
        match report {
            Report::Learnt(fresh) => self.touch(fresh.iter().filter_map(Fresh::target)),
            Report::Moved(moved) => self.touch(moved.fresh.iter().filter_map(Fresh::target)),
            Report::Remapped(_) => self.forget(),
            _ => {}
        }
    }

    /// These are shown as no list had them.
    pub fn touch(&self, targets: impl IntoIterator<Item = Target>) {
        let mut inner = self.lock();
        match &mut inner.since {
            // The lists are compared with right now.
            Some(since) => since.extend(targets),
            None => inner.shown.touch(targets),
        }
    }

    /// Of these something is shown that is no list.
    pub fn lose(&self, kinds: impl IntoIterator<Item = Kind>) {
        let mut inner = self.lock();
        kinds.into_iter().for_each(|kind| inner.shown.lists[kind as usize] = None);
    }

    /// A refresh begins.
    pub fn begin(&self) -> Shown {
        let mut inner = self.lock();
        let Inner { shown, since } = &mut *inner;
        // A refresh that did not come to its end has left some.
        shown.touch(since.replace(Vec::new()).unwrap_or_default());
        shown.clone()
    }

    /// A refresh has ended, and what it found is shown, beside what was told since it began.
    pub fn end(&self, found: Vec<(Kind, Difference)>, told: Option<&Value>) {
        let mut inner = self.lock();
        let Inner { shown, since } = &mut *inner;
        if !found.is_empty() {
            shown.told = print(told);
        }
        found.into_iter().for_each(|(kind, difference)| difference.lay(&mut shown.lists[kind as usize]));
        shown.touch(since.take().unwrap_or_default());
    }
}

impl Shown {
    fn touch(&mut self, targets: impl IntoIterator<Item = Target>) {
        for target in targets {
            if let Some(list) = &mut self.lists[target.kind as usize] {
                Arc::make_mut(list).insert(target.id, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::record::{Record, User};

    /// Reads a list of users, each with what tells it from others; what is told of it, and what is gone.
    fn read(known: &Known, users: &[(&str, Print)], during: impl FnOnce()) -> (Vec<String>, Vec<String>) {
        let shown = known.begin();
        let mut reading = shown.reading(Kind::User);
        let told = users.iter().filter(|(id, print)| !reading.note(&(*id).into(), Some(*print)));
        let told = told.map(|(id, _)| (*id).to_owned()).collect();
        let difference = reading.end();
        during();
        let gone = difference.gone.iter().map(ToString::to_string).collect();
        drop(shown);
        known.end(vec![(Kind::User, difference)], None);
        (told, gone)
    }

    fn learnt(id: &str) -> Report {
        Report::Learnt(vec![Fresh::Record(Record::User(User { id: id.into(), ..User::default() }))])
    }

    #[test]
    fn only_what_is_not_shown_like_that_is_told() {
        let known = Known::default();
        let all = |told: &[&str], gone: &[&str]| {
            let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
            (owned(told), owned(gone))
        };
        let list = [("eva", 1), ("ivan", 2), ("noor", 3)];
        assert_eq!(read(&known, &list, || ()), all(&["eva", "ivan", "noor"], &[]));
        assert_eq!(read(&known, &list, || ()), all(&[], &[]));
        assert_eq!(read(&known, &[("eva", 1), ("ivan", 5), ("anna", 4)], || ()), all(&["ivan", "anna"], &["noor"]));
        // What was told beside the list is no longer what the list had, be it before a refresh or while it goes on.
        known.heed(&learnt("eva"));
        let list = [("eva", 1), ("ivan", 5), ("anna", 4)];
        assert_eq!(read(&known, &list, || known.heed(&learnt("new"))), all(&["eva"], &[]));
        assert_eq!(read(&known, &list, || known.heed(&learnt("anna"))), all(&[], &["new"]));
        assert_eq!(read(&known, &list, || ()), all(&["anna"], &[]));
        // So it is where a refresh came to no end.
        drop(known.begin());
        known.heed(&learnt("ivan"));
        assert_eq!(read(&known, &list, || ()), all(&["ivan"], &[]));
        known.forget();
        assert_eq!(read(&known, &list, || ()), all(&["eva", "ivan", "anna"], &[]));
    }
}
