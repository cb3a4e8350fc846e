//! Open changes in the journal that this console did not send.

use rustc_hash::FxHashSet;

use crate::directory::change::ChangeId;

/// Open changes of earlier sessions and of other consoles.
#[derive(Debug, Default)]
pub struct EarlierChanges {
    /// Changes of earlier sessions that were never sent.
    pub left_over: FxHashSet<ChangeId>,
    /// Changes of earlier sessions that were in flight: the worker looks up their outcomes.
    pub looked_up: FxHashSet<ChangeId>,
    /// Open changes that belong to other open consoles, which see them through.
    pub elsewhere: FxHashSet<ChangeId>,
}
