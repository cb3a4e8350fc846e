//! Versions of records as this session's own writes left them, and which of them a plan did not know. The order in which
//! changes come and go decides, not the clock, which can be set back.

use std::{collections::HashMap, sync::Arc};

use rustc_hash::FxHashMap;

use crate::directory::{change::ChangeId, plan::Entry};

/// Versions by the path of the record, for one change.
pub type Versions = HashMap<Vec<String>, Version>;

/// A version that a write left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `None` where the answer showed none.
    pub tag: Option<Arc<str>>,
    /// Beside the plan of the change that gets it.
    pub age: Age,
}

/// When a version was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Before the change came: its plan knows better.
    Older,
    /// Since the change came.
    Newer,
    /// By the change itself.
    Own,
}

impl Version {
    /// Learnt by the change itself.
    pub fn own(tag: Option<Arc<str>>) -> Self {
        Self { tag, age: Age::Own }
    }
}

/// All versions of a session.
#[derive(Debug, Default)]
pub struct KnownVersions {
    by_path: HashMap<Vec<String>, (u64, Option<Arc<str>>)>,
    came: FxHashMap<ChangeId, u64>,
    /// Counts changes that come and outcomes.
    count: u64,
}

impl KnownVersions {
    /// A change comes, planned on what was known until now.
    pub fn comes(&mut self, entry: &Entry) {
        self.count += 1;
        self.came.insert(entry.id, self.count);
    }

    /// The change is over and has left these.
    pub fn ends(&mut self, id: ChangeId, left: Versions) {
        self.count += 1;
        self.came.remove(&id);
        let own = left.into_iter().filter(|(_, version)| version.age == Age::Own);
        self.by_path.extend(own.map(|(path, version)| (path, (self.count, version.tag))));
    }

    /// Those of what a change is about to write.
    pub fn of(&self, entry: &Entry) -> Versions {
        let came = self.came.get(&entry.id).copied().unwrap_or_default();
        let paths = entry.step.requests.iter().map(|request| &request.path);
        let known = paths.filter_map(|path| self.by_path.get_key_value(path));
        known
            .map(|(path, (at, tag))| {
                let age = if *at > came { Age::Newer } else { Age::Older };
                (path.clone(), Version { tag: tag.clone(), age })
            })
            .collect()
    }
}
