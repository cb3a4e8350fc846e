//! The marks of a list, by id. Marking and unmarking many rows is done in steps, because each mark costs a visit to a
//! record.

use std::ops::Deref;

use indexmap::{IndexSet, set};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::exists;
use crate::directory::{Directory, Id, RecordKind, ResourceRef};

type Ids = IndexSet<Id, FxBuildHasher>;

/// Marked records in the order of marking. Read as a set.
#[derive(Debug, Default)]
pub struct RowMarks {
    ids: Ids,
    work: MarkingWork,
    /// True if some marks may be on records that went during other work on the marks.
    stale: bool,
}

/// The work on the marks that is under way.
#[derive(Debug, Default)]
enum MarkingWork {
    #[default]
    Nothing,
    /// Looks whether all rows shown are marked; holds the number of rows looked at.
    Ask(usize),
    /// Marks the rows shown; holds the number of rows done.
    Add(usize),
    /// Decides which of these ids keep their marks.
    Sift(Box<(set::IntoIter<Id>, KeptMarks)>),
}

/// The marks that stay.
#[derive(Debug)]
enum KeptMarks {
    None,
    /// Marks on records that exist.
    Existing,
    /// Marks on rows that are not shown: by row, true where the row is shown. `None` until that is known.
    Hidden(Option<Vec<bool>>),
    /// Marks on service accounts, or on people.
    Services(bool),
    /// All marks but these.
    Without(FxHashSet<Id>),
}

impl Deref for RowMarks {
    type Target = Ids;

    fn deref(&self) -> &Self::Target {
        &self.ids
    }
}

impl RowMarks {
    /// The marked records in the order of these rows, then those that are not among them, by name.
    pub(super) fn in_order(&self, kind: RecordKind, rows: &[u32], directory: &Directory) -> Vec<Id> {
        let row_of = |id: &Id| directory.row_of(&ResourceRef { kind, id: id.clone() });
        let mut left: FxHashMap<u32, &Id> = self.ids.iter().filter_map(|id| Some((row_of(id)?, id))).collect();
        let all = rows.iter().chain(directory.rows_by_name(kind));
        let mut marked: Vec<Id> = Vec::with_capacity(self.ids.len());
        for row in all {
            if left.is_empty() {
                break;
            }
            marked.extend(left.remove(row).cloned());
        }
        marked.extend(self.ids.iter().filter(|id| row_of(id).is_none()).cloned());
        marked
    }

    /// Marks a record, or takes its mark away.
    pub(super) fn toggle(&mut self, id: Id) {
        if !self.ids.shift_remove(&id) {
            self.ids.insert(id);
        }
    }

    /// Marks these records.
    pub(super) fn extend(&mut self, ids: impl IntoIterator<Item = Id>) {
        self.ids.extend(ids);
    }

    /// The number of marks that are on none of these rows.
    pub(super) fn hidden(&self, rows: &[u32], directory: &Directory, kind: RecordKind) -> usize {
        let shown = shown(rows, directory.len(kind));
        let row = |id: &Id| directory.records().row(&ResourceRef { kind, id: id.clone() });
        let on_screen = |id: &&Id| row(id).is_some_and(|row| shown.get(row as usize) == Some(&true));
        self.ids.len() - self.ids.iter().filter(on_screen).count()
    }

    /// Begins to mark all rows shown; where all are marked already, none of them.
    pub(super) fn toggle_all(&mut self, shown: usize) {
        self.work = if self.ids.len() < shown { MarkingWork::Add(0) } else { MarkingWork::Ask(0) };
    }

    /// Begins to unmark all.
    pub fn clear(&mut self) {
        self.sift(KeptMarks::None);
    }

    /// Begins to unmark records that are gone.
    pub(super) fn prune(&mut self) {
        self.stale = true;
        self.next();
    }

    /// Begins the work that had to wait, once the work under way is done.
    fn next(&mut self) {
        if self.is_settled() && std::mem::take(&mut self.stale) && !self.ids.is_empty() {
            self.sift(KeptMarks::Existing);
        }
    }

    /// Begins the work on the former rows anew, since other rows are shown. Where these are only similar to the ones
    /// that were meant, the work ends.
    pub(super) fn rows_changed(&mut self, are_similar: bool) {
        match &mut self.work {
            MarkingWork::Ask(_) | MarkingWork::Add(_) if are_similar => {
                self.work = MarkingWork::Nothing;
                self.next();
            }
            MarkingWork::Ask(at) | MarkingWork::Add(at) => *at = 0,
            MarkingWork::Sift(sift) if are_similar && matches!(sift.1, KeptMarks::Hidden(_)) => {
                sift.1 = KeptMarks::Existing;
            }
            MarkingWork::Sift(sift) => {
                if let KeptMarks::Hidden(shown) = &mut sift.1 {
                    *shown = None;
                }
            }
            MarkingWork::Nothing => {}
        }
    }

    /// Begins to unmark all but the service accounts, or all of these.
    pub(super) fn keep_services(&mut self, services: bool) {
        self.sift(KeptMarks::Services(services));
    }

    /// Begins to unmark these records.
    pub(super) fn release(&mut self, ids: FxHashSet<Id>) {
        self.sift(KeptMarks::Without(ids));
    }

    fn sift(&mut self, keep: KeptMarks) {
        let mut ids = std::mem::take(&mut self.ids);
        if let MarkingWork::Sift(before) = std::mem::take(&mut self.work) {
            ids.extend(before.0);
        }
        self.work = MarkingWork::Sift(Box::new((ids.into_iter(), keep)));
    }

    /// True while the work is about the rows shown.
    pub(super) fn is_about_rows(&self) -> bool {
        match &self.work {
            MarkingWork::Ask(_) | MarkingWork::Add(_) => true,
            MarkingWork::Sift(sift) => matches!(sift.1, KeptMarks::Hidden(_)),
            MarkingWork::Nothing => false,
        }
    }

    /// True if no work is under way.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.work, MarkingWork::Nothing)
    }

    /// Goes on with about so many marks.
    pub(super) fn advance(&mut self, rows: &[u32], directory: &Directory, kind: RecordKind, mut count: usize) {
        while count > 0 && !self.is_settled() {
            count -= self.part(rows, directory, kind, count).clamp(1, count);
            self.next();
        }
    }

    /// Does a part of the work; gives back how many marks were looked at.
    fn part(&mut self, rows: &[u32], directory: &Directory, kind: RecordKind, count: usize) -> usize {
        let to = |at: usize| at.saturating_add(count).min(rows.len());
        let ids = |at: usize| rows[at..to(at)].iter().filter_map(|row| directory.id_at(kind, *row));
        match &mut self.work {
            MarkingWork::Nothing => 0,
            MarkingWork::Ask(at) => {
                let (from, all) = (*at, ids(*at).all(|id| self.ids.contains(id)));
                *at = to(from);
                if !all {
                    self.work = MarkingWork::Add(0);
                } else if *at == rows.len() {
                    self.sift(KeptMarks::Hidden(None));
                }
                to(from) - from
            }
            MarkingWork::Add(at) => {
                let from = *at;
                self.ids.reserve(rows.len() - from);
                self.ids.extend(ids(from).cloned());
                *at = to(from);
                if *at == rows.len() {
                    self.work = MarkingWork::Nothing;
                }
                to(from) - from
            }
            MarkingWork::Sift(sift) => {
                let (left, keep) = &mut **sift;
                if let KeptMarks::Hidden(hidden @ None) = keep {
                    *hidden = Some(shown(rows, directory.len(kind)));
                }
                let before = left.len();
                self.ids.extend(left.take(count).filter(|id| keep.holds(id, directory, kind)));
                let after = left.len();
                if after == 0 {
                    self.work = MarkingWork::Nothing;
                }
                before - after
            }
        }
    }
}

impl KeptMarks {
    fn holds(&self, id: &Id, directory: &Directory, kind: RecordKind) -> bool {
        match self {
            Self::None => false,
            Self::Existing => exists(directory, kind, id),
            Self::Hidden(shown) => {
                let row = directory.records().row(&ResourceRef { kind, id: id.clone() });
                let shown = row.and_then(|row| shown.as_ref()?.get(row as usize).copied());
                exists(directory, kind, id) && shown != Some(true)
            }
            Self::Without(ids) => exists(directory, kind, id) && !ids.contains(id),
            Self::Services(services) => directory.user(id).is_some_and(|user| user.account.is_service() == *services),
        }
    }
}

fn shown(rows: &[u32], len: usize) -> Vec<bool> {
    let mut shown = vec![false; len];
    for row in rows {
        if let Some(shown) = shown.get_mut(*row as usize) {
            *shown = true;
        }
    }
    shown
}
