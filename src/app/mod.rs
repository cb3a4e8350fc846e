//! All state of the console, and the one pure function that changes it.
//!
//! [`App::update`] takes a message and gives back the effects to carry out. No clock, no environment, no files, no
//! network: time comes in with each message, everything else goes out as an [`AppEffect`]. The screen and the meaning
//! of the keys follow from this state and the [`action`] table alone.

use std::borrow::Cow;

use jiff::Timestamp;

pub use crate::directory::compare;
use crate::directory::{
    Directory, RecordKind,
    change::ChangeId,
    plan::{IdGenerator, Planner, ProviderCapabilities},
    record_contents::RecordContents,
    work::RefreshProof,
};
use crate::scim::{failure::Failure, filter::ScimFilter};

pub mod action;
pub mod answers;
pub mod arrange;
mod asking;
mod audit;
pub mod audit_search;
pub mod availability;
pub mod changes_list;
pub mod check;
pub mod copy;
pub mod difference;
pub mod earlier;
mod edit;
pub mod entries;
pub mod filtered_rows;
pub mod form;
pub mod geometry;
pub mod help;
pub mod hints;
mod invited;
mod journal;
pub mod keymap;
mod keys;
mod like;
mod looking;
pub mod membership;
mod message;
pub mod name_choice;
pub mod offboard;
mod opening;
mod overlay;
mod owner;
pub mod palette;
pub mod pane;
mod perform;
pub mod permissions;
pub mod pick;
pub mod picker;
pub mod plan_view;
mod preview;
pub mod profiles;
pub mod quit;
pub mod raw;
mod recall;
mod refresh;
mod reports;
pub mod role_editor;
pub mod roles;
pub mod secret;
mod sending;
pub mod side_query_box;
mod sight;
pub mod stage;
mod state;
mod stepped_task;
pub mod story;
mod telling;
#[cfg(test)]
mod tests;
mod text_field;
mod unbidden;
pub mod undo;
mod visible;
pub mod walk;
pub mod whom;

pub use geometry::TerminalSize;
pub use message::{
    AppEffect, AppMessage, FailedTest, ListedProfiles, NoList, NotSaved, OpenedProfile, ProfileView, UnopenedProfile,
    UnreadProfiles,
};
pub use overlay::Overlay;
pub(crate) use overlay::for_each_overlay;
pub use preview::{PlanPreview, PlanText, PreviewLine};
pub use state::{ActivityState, ListPanes, ScreenState, SendingState, SessionState};
pub use telling::{MessageSubject, StatusMessage};
pub(crate) use text_field::{list_field, text_field};

/// Bytes of a list of names at most, pasted or in a file.
pub const LIST: usize = 4 << 20;

/// A larger team is not looked through for admins with each key or frame.
pub const FEW_MEMBERS: usize = 1_000;

/// The tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Users.
    Users,
    /// Teams.
    Teams,
    /// Roles.
    Roles,
    /// Every change and its story.
    Activity,
}

impl Tab {
    /// All tabs, in order.
    pub const ALL: [Tab; 4] = [Tab::Users, Tab::Teams, Tab::Roles, Tab::Activity];

    /// The kind of record that the tab lists.
    pub fn kind(self) -> Option<RecordKind> {
        match self {
            Tab::Users => Some(RecordKind::User),
            Tab::Teams => Some(RecordKind::Team),
            Tab::Roles => Some(RecordKind::Role),
            Tab::Activity => None,
        }
    }
}

/// How whole and how recent the lists are.
#[derive(Debug, Clone, Default)]
pub struct SyncStatus {
    /// True while a refresh is under way.
    pub busy: bool,
    /// Records so far and the server's total, per list.
    pub progress: Vec<(RecordKind, u64, Option<u64>)>,
    /// When the records shown were read from the server.
    pub seen: Option<Timestamp>,
    /// True if the records come from disk, not from this session.
    pub stored: bool,
    /// True if more records will come.
    pub partial: bool,
    /// The proof of wholeness that each list brought.
    pub proofs: Vec<RefreshProof>,
    /// Lists that failed.
    pub failed: Vec<(RecordKind, Failure)>,
    /// True if a person asked for the refresh under way.
    pub asked: bool,
    /// Records that the refresh under way found with other values; `None` where it replaced the lists whole.
    pub differing: Option<u64>,
    /// The server's filter, where only the users that it finds are read.
    pub narrow: Option<ScimFilter>,
}

/// All state.
pub struct App {
    /// The open profile.
    pub session: state::SessionState,
    /// The records: confirmed ⊕ pending.
    pub directory: Directory,
    /// The tabs and their lists.
    pub lists: state::ListPanes,
    /// The journal.
    pub activity: state::ActivityState,
    /// The stage, the pause, the ids of changes.
    pub sending: state::SendingState,
    /// The boxes over the pane.
    pub overlays: Vec<Overlay>,
    /// The screen beside its boxes.
    pub screen: state::ScreenState,
    /// Keys.
    pub keymap: keymap::KeyBindings,
    /// The profiles of the config.
    pub known_profiles: profiles::KnownProfiles,
    /// When the message that is handled came in.
    pub now: Timestamp,
    /// The work that takes more than one step, and its words.
    stepped: stepped_task::SteppedWork,
}

impl App {
    /// An empty console. `salt` tells two consoles apart that plan in the same millisecond.
    pub fn new(
        keymap: keymap::KeyBindings,
        profiles: Vec<String>,
        size: TerminalSize,
        now: Timestamp,
        salt: u16,
    ) -> Self {
        Self {
            session: state::SessionState::default(),
            directory: Directory::default(),
            lists: state::ListPanes::default(),
            activity: state::ActivityState::default(),
            sending: state::SendingState::new(IdGenerator::new(salt)),
            overlays: Vec::new(),
            screen: state::ScreenState::new(size),
            keymap,
            known_profiles: profiles::KnownProfiles { names: profiles, ..Default::default() },
            now,
            stepped: stepped_task::SteppedWork::default(),
        }
    }

    /// Takes a message; gives back the effects to carry out.
    pub fn update(&mut self, msg: AppMessage, now: Timestamp) -> Vec<AppEffect> {
        self.now = now;
        let mut effects = Vec::new();
        match msg {
            AppMessage::Terminal(event) => self.on_terminal(&event, &mut effects),
            AppMessage::Report(report) => {
                self.on_report(report, &mut effects);
                self.renew_message();
            }
            AppMessage::Opened(opened) => self.on_opened(*opened, &mut effects),
            AppMessage::OpenFailed(unopened) => self.on_open_failed(unopened),
            AppMessage::ProfileRefused(field, why) => self.on_profile_refused(&field, why),
            AppMessage::ProfilesRead(read) => self.on_profiles(read),
            AppMessage::ProfileTested(name, outcome) => self.on_profile_tested(name, outcome),
            AppMessage::Mapped(result) => self.on_mapped(result, &mut effects),
            AppMessage::ListRead(team, result) => self.on_list_read(&team, result, &mut effects),
            AppMessage::Shown => {
                self.screen.sight.shown(now);
                return effects;
            }
            AppMessage::Terminate => effects.push(AppEffect::Quit),
        }
        self.answers_on(&mut effects);
        self.follow_top();
        self.read_visible(&mut effects);
        effects
    }

    /// The provider's capabilities; nothing without a profile.
    pub fn capabilities(&self) -> Option<&ProviderCapabilities> {
        self.session.planner.as_deref().map(Planner::capabilities)
    }

    /// The contents of the provider's records, and its name for groups.
    pub fn holds(&self) -> RecordContents {
        self.lists.panes[0].holds
    }

    /// The console's own words, with the provider's word for a team in them.
    pub fn word(&self, words: &'static str) -> Cow<'static, str> {
        self.holds().say(words)
    }

    /// True while nothing is asked of the worker and nothing waits: tests wait for this.
    pub fn is_idle(&self) -> bool {
        !self.session.sync.busy && self.directory.pending().len() == 0
    }

    /// A new id: grows with time, differs between consoles.
    fn next_id(&mut self) -> ChangeId {
        self.sending.ids.next(self.now)
    }
}
