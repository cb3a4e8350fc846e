//! All state of the console, and the one pure function that changes it.
//!
//! [`App::update`] takes a message and gives back the effects to carry out. No clock, no environment, no files, no
//! network: time comes in with each message, everything else goes out as an [`AppEffect`]. The screen and the meaning
//! of the keys follow from this state and the [`action`] table alone.

use std::borrow::Cow;

use crossterm::event::{Event, KeyCode, KeyModifiers};
use jiff::Timestamp;
use tui_input::{Input, backend::crossterm::EventHandler};

pub use crate::directory::compare;
use crate::directory::{
    Directory, RecordKind, ResourceRef,
    change::ChangeId,
    plan::{IdGenerator, Planner, ProviderCapabilities},
    record::Team,
    record_contents::RecordContents,
    side_query::SideQueryKind,
    work::{LinkState, RefreshProof, WorkerJob},
};
use crate::scim::{failure::Failure, filter::ScimFilter, text::clean_line};

pub mod action;
pub mod answers;
pub mod arrange;
mod asking;
mod audit;
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
mod message;
pub mod name_choice;
pub mod offboard;
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
mod unbidden;
pub mod undo;
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
pub use state::{ActivityState, ListPanes, ProfileSession, ScreenState, SendingState};
pub use telling::{MessageSubject, StatusMessage};

/// Characters of one pasted line at most.
const PASTED: usize = 65_536;

/// Bytes of a list of names at most, pasted or in a file.
pub const LIST: usize = 4 << 20;

/// After so many users who were read alone and whose records told no roles, no more are read: this server does not tell
/// roles.
const SILENT_READS: usize = 40;

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
    pub session: state::ProfileSession,
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
            session: state::ProfileSession::default(),
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

    fn on_open_failed(&mut self, unopened: UnopenedProfile) {
        self.known_profiles.saving = false;
        // The first screen shows it in full; over an open profile the form does.
        let form =
            unopened.draft.as_deref().filter(|_| self.session.profile.is_some()).map(form::FormState::edit_profile);
        match form {
            Some(mut form) => {
                form.refuse("key", unopened.why.clone());
                self.overlays.push(Overlay::Form(form));
            }
            None if self.session.profile.is_some() || unopened.draft.is_none() => self.fail(unopened.why.clone()),
            None => {}
        }
        self.known_profiles.unopened = Some(unopened).filter(|unopened| unopened.draft.is_some());
    }

    fn on_profile_refused(&mut self, field: &str, why: String) {
        self.known_profiles.saving = false;
        self.screen.message = None;
        match self.overlays.last_mut() {
            Some(Overlay::Form(form)) => form.refuse(field, why),
            _ => self.fail(why),
        }
    }

    fn on_opened(&mut self, opened: OpenedProfile, effects: &mut Vec<AppEffect>) {
        let old = std::mem::take(&mut self.directory).into_records();
        effects.push(AppEffect::Discard(Box::new(old)));
        let arranged = self.lists.arranged();
        let said = self.known_profiles.said_before_opening.take();
        self.known_profiles = profiles::KnownProfiles {
            names: std::mem::take(&mut self.known_profiles.names),
            config_path: std::mem::take(&mut self.known_profiles.config_path),
            ..Default::default()
        };
        self.lists = state::ListPanes::default();
        self.activity = state::ActivityState::default();
        self.sending = state::SendingState::new(self.sending.ids);
        self.overlays = self.take_secrets();
        self.screen = state::ScreenState::new(self.screen.size);
        self.stepped = stepped_task::SteppedWork::default();
        if opened.profile.name != palette::DEMO && !self.known_profiles.names.contains(&opened.profile.name) {
            self.known_profiles.names.push(opened.profile.name.clone());
        }
        let holds = opened.planner.capabilities().holds();
        self.lists.panes.iter_mut().for_each(|pane| pane.holds = holds);
        self.lists.arrange_as(arranged);
        let can = opened.planner.capabilities();
        if can.no_roles.is_none() && !can.derived_roles {
            self.directory.predefine(can.org_roles.iter().chain(&can.team_roles).map(|role| &role.name));
        }
        self.session = state::ProfileSession {
            profile: Some(opened.profile),
            planner: Some(opened.planner),
            guards: opened.guards,
            ..Default::default()
        };
        said.into_iter().for_each(|words| self.fail(words));
    }

    /// A new id: grows with time, differs between consoles.
    fn next_id(&mut self) -> ChangeId {
        self.sending.ids.next(self.now)
    }

    /// Asks for the values that the lists left out of the rows on screen: the roles of users, the members of teams.
    fn read_visible(&mut self, effects: &mut Vec<AppEffect>) {
        // A row at the top of a partial list may be elsewhere in the whole list.
        if self.session.sync.partial || matches!(self.session.link, Some(LinkState::Down(_))) {
            return;
        }
        let Some(pane) = self.lists.pane() else { return };
        let kind = pane.kind;
        let visible = pane.rows.iter().skip(pane.top).take(self.screen.size.list_rows()).copied();
        let lacking = visible.filter_map(|row| self.lacking(kind, row));
        let targets: Vec<ResourceRef> =
            lacking.filter(|target| !self.session.unbidden.read_alone.contains(target)).collect();
        if !targets.is_empty() {
            self.session.unbidden.read_alone.extend(targets.iter().cloned());
            effects.push(AppEffect::Work(WorkerJob::ReadEach(targets)));
        }
        if kind == RecordKind::Team {
            self.ask_rosters(effects);
        }
    }

    /// Asks who is admin of the teams on screen, where the records of their members do not tell.
    fn ask_rosters(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(planner) = self.session.planner.clone() else { return };
        let pane = &self.lists.panes[RecordKind::Team as usize];
        let visible = pane.rows.iter().skip(pane.top).take(self.screen.size.list_rows());
        let silent = visible.filter_map(|row| self.directory.team_at(*row)).filter(|team| {
            let told = team.size().is_some_and(|size| size <= FEW_MEMBERS) && self.directory.roster(&team.id).is_none();
            told && self.directory.admins_of(team).silent > 0
        });
        let topics: Vec<SideQueryKind> = silent.map(|team| SideQueryKind::Roster(team.id.clone())).collect();
        for topic in topics {
            if self.session.unbidden.asked.insert(topic.clone())
                && let Ok(inquiry) = planner.inquiry(topic, &self.directory)
            {
                effects.push(AppEffect::Work(WorkerJob::Ask(inquiry)));
            }
        }
    }

    /// The record of a row, where reading it alone may tell more than its list.
    fn lacking(&self, kind: RecordKind, row: u32) -> Option<ResourceRef> {
        match kind {
            RecordKind::User => {
                let sparse = self.capabilities().is_some_and(|can| can.sparse_lists)
                    && self.session.unbidden.silent_reads < SILENT_READS;
                let user = self
                    .directory
                    .user_at(row)
                    .filter(|user| sparse && !user.is_invited() && self.directory.lacks_roles(user))?;
                Some(ResourceRef::user(&user.id))
            }
            RecordKind::Team => {
                let silent = |team: &&Team| team.members.is_none() && team.problem.is_none();
                let team = self.directory.team_at(row).filter(silent)?;
                Some(ResourceRef::team(&team.id)).filter(|target| !target.is_provisional())
            }
            RecordKind::Role => None,
        }
    }
}

/// Handles a key or a paste for a list of names: separators in a paste stay visible. True if the text changed.
pub(crate) fn list_field(input: &mut Input, event: &Event) -> bool {
    let Event::Paste(text) = event else { return text_field(input, event) };
    let lines = text.split(['\n', '\r', '\t']).map(|line| clean_line(line, LIST));
    let lines: Vec<_> = lines.filter(|line| !line.trim().is_empty()).collect();
    put(input, &lines.join("; "))
}

/// Inserts text at the cursor. Not character by character: each would go through all of the text, and a paste may be
/// long.
fn put(input: &mut Input, text: &str) -> bool {
    let at = input.value().char_indices().nth(input.cursor()).map_or(input.value().len(), |(at, _)| at);
    let (before, after) = input.value().split_at(at);
    let cursor = input.cursor() + text.chars().count();
    *input = Input::new(format!("{before}{text}{after}")).with_cursor(cursor);
    !text.is_empty()
}

/// Handles a key or a paste for a text field. True if the text changed.
pub(crate) fn text_field(input: &mut Input, event: &Event) -> bool {
    match event {
        Event::Paste(text) => {
            put(input, &text.lines().map(|line| clean_line(line, PASTED)).collect::<Vec<_>>().join(" "))
        }
        Event::Key(key) if matches!(key.code, KeyCode::Char(_)) && key.modifiers.contains(KeyModifiers::ALT) => false,
        event => input.handle_event(event).is_some_and(|state| state.value),
    }
}
