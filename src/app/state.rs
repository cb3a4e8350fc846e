//! The parts of [`super::App`]: each owns the fields of one concern.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    ProfileView, StatusMessage, SyncStatus, Tab, TerminalSize,
    audit::AuditRows,
    changes_list::ChangesList,
    earlier::EarlierChanges,
    entries::JournalEntries,
    journal::OpenFailures,
    pane::{AccountView, ListPane},
    sight::FrameSight,
    unbidden::UnbiddenQuestions,
};
use crate::{
    directory::{
        Id, RecordKind,
        change::ChangeId,
        guard::GuardSettings,
        plan::{IdGenerator, Planner},
        stage::StagedChange,
        work::LinkState,
    },
    scim::wait::RequestWait,
};

/// The open profile, and what is known of its server beside the records.
#[derive(Default)]
pub struct SessionState {
    /// The open profile; `None` is the first screen.
    pub profile: Option<ProfileView>,
    /// Guards of the profile.
    pub guards: GuardSettings,
    /// The last contact.
    pub link: Option<LinkState>,
    /// A request that waits before it is tried again.
    pub waiting: Option<RequestWait>,
    /// The lists as read from the server.
    pub sync: SyncStatus,
    /// Questions that the console asks by itself.
    pub(super) unbidden: UnbiddenQuestions,
    pub(super) planner: Option<Arc<dyn Planner>>,
    /// True if the refresh under way has found a record that was shown with other values.
    pub(super) renewed: bool,
}

/// The tabs and their lists.
pub struct ListPanes {
    /// The tab shown.
    pub tab: Tab,
    /// Users, teams, roles.
    pub panes: [ListPane; 3],
    /// True if details stand beside the list where there is room.
    pub has_side_pane: bool,
    /// True if the filter's text was there before: the first character typed takes its place.
    pub(super) stale_filter: bool,
    /// Filters that found somebody, by list, the latest last.
    pub(super) filters: [Vec<String>; 3],
    /// New users, by their provisional ids, each with the one whom they begin like.
    pub(super) newcomers: FxHashMap<Id, Id>,
}

impl Default for ListPanes {
    fn default() -> Self {
        Self {
            tab: Tab::Users,
            panes: RecordKind::ALL.map(ListPane::new),
            has_side_pane: true,
            stale_filter: false,
            filters: Default::default(),
            newcomers: FxHashMap::default(),
        }
    }
}

impl ListPanes {
    /// The list shown, on the three list tabs.
    pub fn pane(&self) -> Option<&ListPane> {
        self.tab.kind().map(|kind| &self.panes[kind as usize])
    }

    pub(super) fn pane_mut(&mut self) -> Option<&mut ListPane> {
        self.tab.kind().map(|kind| &mut self.panes[kind as usize])
    }

    /// True while the filter's text is like selected: typing replaces it.
    pub fn replaces_filter(&self) -> bool {
        self.stale_filter
    }

    /// True while the list shows service accounts alone.
    pub(super) fn lists_services(&self) -> bool {
        self.tab == Tab::Users && self.panes[0].view == AccountView::Services
    }
}

/// The journal as known, and its list.
#[derive(Default)]
pub struct ActivityState {
    /// The changes and their plans, oldest first.
    pub entries: JournalEntries,
    /// Open changes that this console did not send.
    pub earlier: EarlierChanges,
    /// A change that took effect and should be taken back at once: `u` takes this one back first.
    pub alarm: Option<ChangeId>,
    /// Cursor, filter, order and marks of the list, and the failures to read.
    pub changes: ChangesList,
    pub(super) failures: OpenFailures,
    /// The audit log, as far as it was told.
    pub(super) audit: AuditRows,
}

/// The way of a change to the server: at once, later with others, or not yet.
pub struct SendingState {
    /// Changes that wait to be sent together, as the store has them.
    pub stage: Vec<StagedChange>,
    /// True while edits go to the stage in place of the server.
    pub staging: bool,
    /// True while nothing more is sent until the person says so.
    pub paused: bool,
    pub(super) ids: IdGenerator,
}

impl SendingState {
    pub(super) fn new(ids: IdGenerator) -> Self {
        Self { stage: Vec::new(), staging: false, paused: false, ids }
    }
}

/// The terminal's size, the message line, and the frame that the person can have seen.
pub struct ScreenState {
    /// The size of the terminal.
    pub size: TerminalSize,
    /// The message line.
    pub message: Option<StatusMessage>,
    /// True once the person was told that going back once more drops the entered text; any other key resets this.
    pub(super) dropping: bool,
    /// The time since when the topmost box or pane is on the screen.
    pub(super) sight: FrameSight,
}

impl ScreenState {
    pub(super) fn new(size: TerminalSize) -> Self {
        Self { size, message: None, dropping: false, sight: FrameSight::default() }
    }
}
