//! Results of reads and answers: records, removals, and data kept beside the records.

use super::{
    Target,
    aside::{Told, Topic},
    record::Record,
};

/// A result of a read or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fresh {
    /// The current state of a record.
    Record(Record),
    /// The record does not exist (any more).
    Gone(Target),
    /// Data of a topic that is kept beside the records.
    Told(Topic, Told),
}

impl Fresh {
    /// The record that the result is about; `None` for a topic.
    pub fn target(&self) -> Option<Target> {
        match self {
            Fresh::Record(record) => Some(record.target()),
            Fresh::Gone(target) => Some(target.clone()),
            Fresh::Told(..) => None,
        }
    }

    /// The topic that the result is about; `None` for a record.
    pub fn topic(&self) -> Option<&Topic> {
        match self {
            Fresh::Told(topic, _) => Some(topic),
            Fresh::Record(_) | Fresh::Gone(_) => None,
        }
    }

    /// True if the result shows this record or its removal.
    pub fn is_of(&self, target: &Target) -> bool {
        match self {
            Fresh::Record(record) => record.target() == *target,
            Fresh::Gone(gone) => gone == target,
            Fresh::Told(..) => false,
        }
    }
}
