//! Versions of records after this session's own writes, and whether a plan knew them. Changes are ordered by their
//! beginnings and ends, not by the clock, which can be set back.

use std::{collections::HashMap, sync::Arc};

use rustc_hash::FxHashMap;

use crate::directory::{change::ChangeId, plan::JournalEntry};

/// Versions by the path of the record, for one change.
pub type RecordVersions = HashMap<Vec<String>, RecordVersion>;

/// The version of a record after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVersion {
    /// The ETag; `None` where the answer had none.
    pub tag: Option<Arc<str>>,
    /// The version's age, relative to the plan of the change.
    pub age: VersionAge,
}

/// The time at which a version was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionAge {
    /// Before the change was planned: the plan has a newer version.
    Older,
    /// Since the change was planned.
    Newer,
    /// By the change itself.
    Own,
}

impl RecordVersion {
    /// A version that the change itself learnt.
    pub fn own(tag: Option<Arc<str>>) -> Self {
        Self { tag, age: VersionAge::Own }
    }
}

/// All versions that a session knows.
#[derive(Debug, Default)]
pub struct KnownVersions {
    by_path: HashMap<Vec<String>, (u64, Option<Arc<str>>)>,
    came: FxHashMap<ChangeId, u64>,
    /// Counts planned changes and outcomes.
    count: u64,
}

impl KnownVersions {
    /// Records that a change was planned with the versions known so far.
    pub fn comes(&mut self, entry: &JournalEntry) {
        self.count += 1;
        self.came.insert(entry.id, self.count);
    }

    /// Records the end of a change and the versions that it left.
    pub fn ends(&mut self, id: ChangeId, left: RecordVersions) {
        self.count += 1;
        self.came.remove(&id);
        let own = left.into_iter().filter(|(_, version)| version.age == VersionAge::Own);
        self.by_path.extend(own.map(|(path, version)| (path, (self.count, version.tag))));
    }

    /// The versions of the records that a change is about to write.
    pub fn of(&self, entry: &JournalEntry) -> RecordVersions {
        let came = self.came.get(&entry.id).copied().unwrap_or_default();
        let paths = entry.step.requests.iter().map(|request| &request.path);
        let known = paths.filter_map(|path| self.by_path.get_key_value(path));
        known
            .map(|(path, (at, tag))| {
                let age = if *at > came { VersionAge::Newer } else { VersionAge::Older };
                (path.clone(), RecordVersion { tag: tag.clone(), age })
            })
            .collect()
    }
}
