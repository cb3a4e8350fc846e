//! Results of reads and answers: records, removals, and data kept beside the records.

use super::{
    ResourceRef,
    record::Record,
    side_query::{SideAnswer, SideQueryKind},
};

/// A result of a read or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The current state of a record.
    Record(Record),
    /// The record does not exist (any more).
    Gone(ResourceRef),
    /// Data of a topic that is kept beside the records.
    Told(SideQueryKind, SideAnswer),
}

impl Observation {
    /// The record that the result is about; `None` for a topic.
    pub fn target(&self) -> Option<ResourceRef> {
        match self {
            Observation::Record(record) => Some(record.target()),
            Observation::Gone(target) => Some(target.clone()),
            Observation::Told(..) => None,
        }
    }

    /// The topic that the result is about; `None` for a record.
    pub fn topic(&self) -> Option<&SideQueryKind> {
        match self {
            Observation::Told(topic, _) => Some(topic),
            Observation::Record(_) | Observation::Gone(_) => None,
        }
    }

    /// True if the result shows this record or its removal.
    pub fn is_of(&self, target: &ResourceRef) -> bool {
        match self {
            Observation::Record(record) => record.target() == *target,
            Observation::Gone(gone) => gone == target,
            Observation::Told(..) => false,
        }
    }
}
