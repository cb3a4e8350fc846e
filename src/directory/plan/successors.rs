//! Records that an undo has created in place of deleted ones, whose ids earlier changes of the journal still have.

use rustc_hash::FxHashMap;

use super::JournalEntry;
use crate::directory::{Id, RecordKind, ResourceRef, change::Change};

/// The newer records, by the deleted record.
#[derive(Debug, Default)]
pub struct RecordSuccessors(FxHashMap<ResourceRef, Id>);

impl RecordSuccessors {
    /// Finds them in a journal, oldest first.
    pub fn of<'a>(journal: impl Iterator<Item = &'a JournalEntry> + Clone) -> Self {
        let made = |undo: &'a JournalEntry| {
            let (plan, id) = (undo.undoes?, undo.created.as_ref().filter(|_| undo.took_effect())?);
            let name = name(&undo.step.change)?;
            let deleted = journal.clone().filter(|entry| entry.plan == plan).find(|entry| {
                let again = entry.step.compensation.iter().flat_map(|compensation| &compensation.changes);
                again.into_iter().any(|change| self::name(change) == Some(name))
            })?;
            let (gone, _) = deleted.step.change.touches().into_iter().next()?;
            Some((gone, id.clone()))
        };
        Self(journal.clone().filter_map(made).collect())
    }

    /// The change about the records that exist in place of deleted ones.
    pub fn stand_in(&self, change: &Change) -> Change {
        change.clone().with_records(|record| self.newest(record))
    }

    /// The last of the records that were made one after another.
    fn newest(&self, record: &ResourceRef) -> Option<Id> {
        let next = |record: &ResourceRef| {
            let id = self.0.get(record)?.clone();
            Some(ResourceRef { kind: record.kind, id })
        };
        // A successor is made later than its record: only a damaged journal has a circle, and the count ends it.
        let chain = std::iter::successors(next(record), next).take(self.0.len());
        chain.last().map(|record| record.id)
    }
}

/// The kind and name of the record that a change creates.
fn name(change: &Change) -> Option<(RecordKind, &str)> {
    match change {
        Change::CreateUser { user, .. } => Some((RecordKind::User, &user.user_name)),
        Change::CreateTeam { name, .. } => Some((RecordKind::Team, name)),
        Change::CreateRole { role, .. } => Some((RecordKind::Role, &role.name)),
        _ => None,
    }
}
