//! Queries that the console sends without a key press, such as for the invitations of all teams.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use crate::directory::{Id, ResourceRef, side_query::SideQueryKind};

/// The queries under way, and those that wait.
#[derive(Debug, Default)]
pub(super) struct UnbiddenQuestions {
    /// Teams whose invitations are still to be asked for.
    pub roster_queue: VecDeque<Id>,
    /// The number of teams that were asked for and not told yet.
    pub rosters_asked: usize,
    /// Records that were asked for one by one since the last refresh.
    pub read_alone: FxHashSet<ResourceRef>,
    /// The number of users in a row who were read alone and whose records told no roles.
    pub silent_reads: usize,
    /// True if the owner of the key in use was asked for in this session.
    pub owner_asked: bool,
    /// Side queries: their failures show no message.
    pub asked: FxHashSet<SideQueryKind>,
}
