//! What a read or an answer showed: of a record, or beside the records.

use super::{
    Target,
    aside::{Told, Topic},
    record::Record,
};

/// What a read or an answer showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fresh {
    /// It is so.
    Record(Record),
    /// It is not there (any more).
    Gone(Target),
    /// What was told beside the records.
    Told(Topic, Told),
}

impl Fresh {
    /// Which record, where it is one.
    pub fn target(&self) -> Option<Target> {
        match self {
            Fresh::Record(record) => Some(record.target()),
            Fresh::Gone(target) => Some(target.clone()),
            Fresh::Told(..) => None,
        }
    }

    /// What it is about, where it is told beside the records.
    pub fn topic(&self) -> Option<&Topic> {
        match self {
            Fresh::Told(topic, _) => Some(topic),
            Fresh::Record(_) | Fresh::Gone(_) => None,
        }
    }

    /// True if it shows this record, or that it is gone.
    pub fn is_of(&self, target: &Target) -> bool {
        match self {
            Fresh::Record(record) => record.target() == *target,
            Fresh::Gone(gone) => gone == target,
            Fresh::Told(..) => false,
        }
    }
}
