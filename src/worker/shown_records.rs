//! The records that the console shows as the last lists had them. A refresh reports only the others, so unchanged
//! records, which are most of a directory, are never in memory twice.
//!
//! Any other report about a record makes it unknown here, and the next list reports it again: reporting a record twice
//! does no harm.

use std::{
    hash::BuildHasherDefault,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHasher};
use tokio::sync::mpsc::UnboundedSender;

use super::refresh::UsersMark;
use crate::{
    directory::{Id, Observation, RecordKind, ResourceRef, role_source::RoleSource, work::WorkerReport},
    store::{Fingerprint, Snapshot},
};

/// The records of a list with their prints as last shown; `None` for a record that is shown otherwise.
pub type ShownList = IndexMap<Id, Option<Fingerprint>, BuildHasherDefault<FxHasher>>;

/// The lists on screen, kind by kind; `None` for a kind whose screen is no list.
#[derive(Debug, Default, Clone)]
pub struct ShownPrint {
    lists: [Option<Arc<ShownList>>; 3],
    /// The source of roles for these lists.
    source: RoleSource,
    /// The mark up to which the changes of users are shown.
    mark: Option<Arc<UsersMark>>,
}

impl ShownPrint {
    /// The records of the disk, once they are on screen.
    pub fn stored(snapshot: &Snapshot, source: RoleSource, mark: Option<Arc<UsersMark>>) -> Self {
        let users = snapshot.users.iter().map(|user| &user.id);
        let (teams, roles) = (snapshot.teams.iter().map(|team| &team.id), snapshot.roles.iter().map(|role| &role.id));
        let all = [
            list(users, snapshot, RecordKind::User),
            list(teams, snapshot, RecordKind::Team),
            list(roles, snapshot, RecordKind::Role),
        ];
        Self { lists: all.map(|list| list.map(Arc::new)), source, mark }
    }

    /// True where the roles have the same source.
    pub fn is_by(&self, source: &RoleSource) -> bool {
        self.source == *source
    }

    /// The list of the kind on screen.
    pub fn list(&self, kind: RecordKind) -> Option<Arc<ShownList>> {
        self.lists[kind as usize].clone()
    }

    /// The mark up to which the changes of users are shown.
    pub fn mark(&self) -> Option<&Arc<UsersMark>> {
        self.mark.as_ref().filter(|_| self.lists[RecordKind::User as usize].is_some())
    }

    /// Prepares the comparison with a list of the kind that is about to be read.
    pub fn reading(&self, kind: RecordKind) -> ListReading {
        let known = self.list(kind);
        ListReading { there: vec![false; known.as_ref().map_or(0, |list| list.len())], known, ..ListReading::default() }
    }
}

fn list<'a>(ids: impl Iterator<Item = &'a Id>, snapshot: &Snapshot, kind: RecordKind) -> Option<ShownList> {
    let prints = snapshot.prints[kind as usize].iter();
    snapshot.coverage[kind as usize].is_read().then(|| ids.cloned().zip(prints.copied().map(Some)).collect())
}

/// A record of a list beside the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordComparison {
    /// The screen shows it unchanged.
    Same,
    /// The screen shows it as an earlier list had it, and it differs.
    Changed,
    /// Nothing to compare: the screen shows it by another report, or not at all.
    Fresh,
}

/// A list that is being read, compared with the one on screen.
#[derive(Debug, Default)]
pub struct ListReading {
    known: Option<Arc<ShownList>>,
    there: Vec<bool>,
    other: ShownList,
    new: usize,
}

impl ListReading {
    /// True where the list is compared with one on screen.
    pub fn is_compared(&self) -> bool {
        self.known.is_some()
    }

    /// The number of records so far that are not on screen at all.
    pub fn count_new(&self) -> usize {
        self.new
    }

    /// Takes the next record.
    pub fn note(&mut self, id: &Id, print: Option<Fingerprint>) -> RecordComparison {
        let Some((at, id, shown)) = self.known.as_ref().and_then(|list| list.get_full(id)) else {
            self.new += 1;
            self.other.insert(id.clone(), print);
            return RecordComparison::Fresh;
        };
        self.there[at] = true;
        if shown.is_some() && *shown == print {
            return RecordComparison::Same;
        }
        self.other.insert(id.clone(), print);
        if shown.is_some() { RecordComparison::Changed } else { RecordComparison::Fresh }
    }

    /// Ends the comparison: the list has been read completely.
    pub fn end(self) -> RecordDifference {
        let known = self.known.iter().flat_map(|list| list.keys());
        let gone = known.zip(&self.there).filter(|(_, there)| !**there).map(|(id, _)| id.clone()).collect();
        RecordDifference { other: self.other, gone, new: self.new, compared: self.known }
    }
}

/// The difference of a list from the screen.
#[derive(Debug, Default)]
pub struct RecordDifference {
    /// New and changed records.
    pub other: ShownList,
    /// Records on screen that are not in the list.
    pub gone: Vec<Id>,
    /// The number of records in `other` that are not on screen at all.
    pub new: usize,
    /// The list on screen that was compared; `None` without one.
    compared: Option<Arc<ShownList>>,
}

impl RecordDifference {
    /// True where this is a difference, and not the whole list.
    pub fn is_compared(&self) -> bool {
        self.compared.is_some()
    }

    /// Unchanged records.
    pub fn same(&self) -> FxHashMap<&Id, Option<Fingerprint>> {
        let shown = self.compared.iter().flat_map(|list| list.iter()).map(|(id, print)| (id, *print));
        let mut same: FxHashMap<&Id, Option<Fingerprint>> = shown.collect();
        for id in self.gone.iter().chain(self.other.keys()) {
            same.remove(id);
        }
        same
    }

    /// Keeps records that did not come, because only a part of the list was read.
    pub fn keep_absent(&mut self) {
        self.gone.clear();
    }

    /// The ids of the list on screen.
    pub fn known(&self) -> impl Iterator<Item = &Id> {
        self.compared.iter().flat_map(|list| list.keys())
    }

    fn lay(self, list: &mut Option<Arc<ShownList>>) {
        drop(self.compared);
        let list = Arc::make_mut(list.get_or_insert_default());
        for id in &self.gone {
            list.swap_remove(id);
        }
        list.extend(self.other);
    }
}

/// Shared by all tasks of a worker.
#[derive(Clone, Default)]
pub struct ShownRecords(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    shown: ShownPrint,
    /// Records that were reported individually since a refresh began; `None` without a refresh.
    since: Option<Vec<ResourceRef>>,
}

impl ShownRecords {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the lists that are on screen now.
    pub fn is(&self, shown: ShownPrint) {
        *self.lock() = Inner { shown, since: None };
    }

    /// Forgets the lists, because the screen shows something else.
    pub fn forget(&self) {
        self.is(ShownPrint::default());
    }

    /// Sends a report, and updates the known records by it: both under one lock, so that a refresh begins at the same
    /// report for the console and here.
    pub fn send(&self, report: WorkerReport, reports: &UnboundedSender<WorkerReport>) {
        let mut inner = self.lock();
        match &report {
            WorkerReport::Learnt(fresh) => inner.touch(fresh.iter().filter_map(Observation::target)),
            WorkerReport::Moved(moved) => inner.touch(moved.fresh.iter().filter_map(Observation::target)),
            WorkerReport::Remapped(_) => *inner = Inner::default(),
            WorkerReport::RefreshBegan => inner.begin(),
            _ => {}
        }
        // A closed console needs no reports.
        let _ = reports.send(report);
    }

    /// Marks records as shown in another way than a list had them.
    pub fn touch(&self, targets: impl IntoIterator<Item = ResourceRef>) {
        self.lock().touch(targets);
    }

    /// Forgets the lists of these kinds, because the screen shows something else of them.
    pub fn lose(&self, kinds: impl IntoIterator<Item = RecordKind>) {
        let mut inner = self.lock();
        kinds.into_iter().for_each(|kind| inner.shown.lists[kind as usize] = None);
    }

    /// The lists on screen at the beginning of a refresh.
    pub fn shown(&self) -> ShownPrint {
        self.lock().shown.clone()
    }

    /// Ends a refresh: its results are on screen, together with records that were reported since it began. Without
    /// effect if the screen was replaced meanwhile.
    pub fn end(&self, found: Vec<(RecordKind, RecordDifference)>, source: RoleSource, mark: Option<Arc<UsersMark>>) {
        let mut inner = self.lock();
        let Inner { shown, since } = &mut *inner;
        let Some(since) = since.take() else { return };
        if !found.is_empty() {
            shown.source = source;
        }
        if found.iter().any(|(kind, _)| *kind == RecordKind::User) {
            shown.mark = mark;
        }
        found.into_iter().for_each(|(kind, difference)| difference.lay(&mut shown.lists[kind as usize]));
        shown.touch(since);
    }
}

impl Inner {
    fn touch(&mut self, targets: impl IntoIterator<Item = ResourceRef>) {
        match &mut self.since {
            // A refresh compares with the lists right now.
            Some(since) => since.extend(targets),
            None => self.shown.touch(targets),
        }
    }

    fn begin(&mut self) {
        // A refresh that did not end has left these.
        self.shown.touch(self.since.replace(Vec::new()).unwrap_or_default());
    }
}

impl ShownPrint {
    fn touch(&mut self, targets: impl IntoIterator<Item = ResourceRef>) {
        for target in targets.into_iter().filter(|target| !target.is_provisional()) {
            if let Some(list) = &mut self.lists[target.kind as usize] {
                Arc::make_mut(list).insert(target.id, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        dialect::{Hosting, KnownServer, Provider},
        directory::record::{Record, User},
    };

    fn report(known: &ShownRecords, report: WorkerReport) {
        let (reports, _) = tokio::sync::mpsc::unbounded_channel();
        known.send(report, &reports);
    }

    fn learnt(id: &str) -> WorkerReport {
        WorkerReport::Learnt(vec![Observation::Record(Record::User(User { id: id.into(), ..User::default() }))])
    }

    /// Reads a list of users, each with its print; gives the users that are reported and those that are gone.
    fn read(known: &ShownRecords, users: &[(&str, Fingerprint)], during: impl FnOnce()) -> (Vec<String>, Vec<String>) {
        report(known, WorkerReport::RefreshBegan);
        let mut reading = known.shown().reading(RecordKind::User);
        let told =
            users.iter().filter(|(id, print)| reading.note(&(*id).into(), Some(*print)) != RecordComparison::Same);
        let told = told.map(|(id, _)| (*id).to_owned()).collect();
        let difference = reading.end();
        during();
        let gone = difference.gone.iter().map(ToString::to_string).collect();
        known.end(vec![(RecordKind::User, difference)], RoleSource::Record, None);
        (told, gone)
    }

    fn all(told: &[&str], gone: &[&str]) -> (Vec<String>, Vec<String>) {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        (owned(told), owned(gone))
    }

    #[test]
    fn only_what_is_not_shown_like_that_is_told() {
        let known = ShownRecords::default();
        let list = [("eva", 1), ("ivan", 2), ("noor", 3)];
        assert_eq!(read(&known, &list, || ()), all(&["eva", "ivan", "noor"], &[]));
        assert_eq!(read(&known, &list, || ()), all(&[], &[]));
        assert_eq!(read(&known, &[("eva", 1), ("ivan", 5), ("anna", 4)], || ()), all(&["ivan", "anna"], &["noor"]));
    }

    /// Reported before a refresh, during one, or during an earlier one that did not end.
    #[test]
    fn what_was_told_beside_a_list_is_told_again() {
        let known = ShownRecords::default();
        let list = [("eva", 1), ("ivan", 5), ("anna", 4)];
        read(&known, &list, || ());
        report(&known, learnt("eva"));
        assert_eq!(read(&known, &list, || report(&known, learnt("one-more"))), all(&["eva"], &[]));
        assert_eq!(read(&known, &list, || report(&known, learnt("anna"))), all(&[], &["one-more"]));
        assert_eq!(read(&known, &list, || ()), all(&["anna"], &[]));
        report(&known, WorkerReport::RefreshBegan);
        report(&known, learnt("ivan"));
        assert_eq!(read(&known, &list, || ()), all(&["ivan"], &[]));
    }

    #[test]
    fn where_something_else_is_shown_nothing_is_known() {
        let known = ShownRecords::default();
        let list = [("eva", 1), ("ivan", 5)];
        read(&known, &list, || ());
        known.forget();
        assert_eq!(read(&known, &list, || known.forget()), all(&["eva", "ivan"], &[]));
        assert!(!known.shown().reading(RecordKind::User).is_compared(), "the end of a refresh that was overtaken");
        assert_eq!(read(&known, &list, || ()), all(&["eva", "ivan"], &[]));
    }

    #[test]
    fn what_is_not_created_yet_is_in_no_list_and_not_gone() {
        let known = ShownRecords::default();
        read(&known, &[("eva", 1)], || ());
        known.touch([ResourceRef::user(&"new:1".into())]);
        assert_eq!(read(&known, &[("eva", 1)], || ()), all(&[], &[]));
    }

    /// Grafana sends the time of everybody's last visit with their roles, in an order of its own.
    #[test]
    fn roles_come_from_the_same_where_only_what_stands_beside_them_is_other() {
        let dialect = crate::dialect::of(Provider::Grafana, Hosting::default(), KnownServer::default());
        let source = |seen: &str, role: &str| {
            let eva = json!({"login": "eva", "email": "eva@example.com", "role": role, "lastSeenAt": seen});
            let ivan = json!({"login": "ivan", "role": "Viewer", "lastSeenAt": "2026-01-01T00:00:00Z"});
            let all = if seen.starts_with("2026-02") { vec![ivan, eva] } else { vec![eva, ivan] };
            dialect.role_source(Some(&json!(all)))
        };
        let shown = ShownPrint { source: source("2026-01-01T00:00:00Z", "Admin"), ..ShownPrint::default() };
        assert!(matches!(shown.source, RoleSource::Told(_)));
        assert!(shown.is_by(&source("2026-02-01T00:00:00Z", "Admin")));
        assert!(!shown.is_by(&source("2026-02-01T00:00:00Z", "Editor")));
    }
}
