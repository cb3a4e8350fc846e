//! All state of the console, and the one pure function that changes it.
//!
//! [`App::update`] takes a message and gives back the effects to carry out. No clock, no environment, no files, no
//! network: time comes in with each message, everything else goes out as an [`AppEffect`]. The screen and the meaning
//! of the keys follow from this state and the [`action`] table alone.

use std::{borrow::Cow, sync::Arc};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use tui_input::{Input, backend::crossterm::EventHandler};

pub use crate::directory::compare;
use crate::directory::{
    Directory, Id, RecordKind, ResourceRef,
    change::ChangeId,
    guard::GuardSettings,
    plan::{IdGenerator, Planner, ProviderCapabilities},
    record::Team,
    record_contents::RecordContents,
    side_query::SideQueryKind,
    stage::StagedChange,
    work::{LinkState, RefreshProof, WorkerJob},
};
use crate::scim::{failure::Failure, filter::ScimFilter, text::clean_line, wait::RequestWait};

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
    /// The open profile; `None` is the first screen.
    pub profile: Option<ProfileView>,
    /// The records: confirmed ⊕ pending.
    pub directory: Directory,
    /// The tab shown.
    pub tab: Tab,
    /// Users, teams, roles.
    pub panes: [pane::ListPane; 3],
    /// The journal as known, oldest first.
    pub entries: entries::JournalEntries,
    /// Open changes that this console did not send.
    pub earlier: earlier::EarlierChanges,
    /// A change that took effect and should be taken back at once: `u` takes this one back first.
    pub alarm: Option<ChangeId>,
    /// Cursor, filter, order and marks of the Activity pane, and the failures to read.
    pub changes: changes_list::ChangesList,
    /// Changes that wait to be sent together, as the store has them.
    pub stage: Vec<StagedChange>,
    /// True while edits go to the stage in place of the server.
    pub staging: bool,
    /// True while nothing more is sent until the person says so.
    pub paused: bool,
    /// True if details stand beside the list where there is room.
    pub has_side_pane: bool,
    /// The boxes over the pane.
    pub overlays: Vec<Overlay>,
    /// The message line.
    pub message: Option<StatusMessage>,
    /// A request that waits before it is tried again.
    pub waiting: Option<RequestWait>,
    /// The last contact.
    pub link: Option<LinkState>,
    /// The lists.
    pub sync: SyncStatus,
    /// The size of the terminal.
    pub size: TerminalSize,
    /// When the message that is handled came in.
    pub now: Timestamp,
    /// Keys.
    pub keymap: keymap::KeyBindings,
    /// The profiles of the config.
    pub known_profiles: profiles::KnownProfiles,
    /// Guards of the profile.
    pub guards: GuardSettings,
    planner: Option<Arc<dyn Planner>>,
    failures: journal::OpenFailures,
    /// True once the person was told that going back once more drops the entered text; any other key resets this.
    dropping: bool,
    /// True if the filter's text was there before: the first character typed takes its place.
    stale_filter: bool,
    /// Filters that found somebody, by list, the latest last.
    filters: [Vec<String>; 3],
    /// Questions that the console asks by itself.
    unbidden: unbidden::UnbiddenQuestions,
    /// New users, by their provisional ids, each with the one whom they begin like.
    newcomers: FxHashMap<Id, Id>,
    /// The audit log, as far as it was told.
    audit: audit::AuditRows,
    /// True if the refresh under way has found a record that was shown with other values.
    renewed: bool,
    ids: IdGenerator,
    /// The work that takes more than one step, and its words.
    stepped: stepped_task::SteppedWork,
    /// The time since when the topmost box or pane is on the screen.
    sight: sight::FrameSight,
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
            profile: None,
            directory: Directory::default(),
            tab: Tab::Users,
            panes: RecordKind::ALL.map(pane::ListPane::new),
            entries: entries::JournalEntries::default(),
            earlier: earlier::EarlierChanges::default(),
            alarm: None,
            changes: changes_list::ChangesList::default(),
            stage: Vec::new(),
            staging: false,
            paused: false,
            has_side_pane: true,
            overlays: Vec::new(),
            message: None,
            waiting: None,
            link: None,
            sync: SyncStatus::default(),
            size,
            now,
            keymap,
            known_profiles: profiles::KnownProfiles { names: profiles, ..Default::default() },
            guards: GuardSettings::default(),
            planner: None,
            failures: journal::OpenFailures::default(),
            dropping: false,
            stale_filter: false,
            filters: Default::default(),
            unbidden: unbidden::UnbiddenQuestions::default(),
            newcomers: FxHashMap::default(),
            audit: audit::AuditRows::default(),
            renewed: false,
            ids: IdGenerator::new(salt),
            stepped: stepped_task::SteppedWork::default(),
            sight: sight::FrameSight::default(),
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
                self.sight.shown(now);
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
        self.planner.as_deref().map(Planner::capabilities)
    }

    /// The contents of the provider's records, and its name for groups.
    pub fn holds(&self) -> RecordContents {
        self.panes[0].holds
    }

    /// The console's own words, with the provider's word for a team in them.
    pub fn word(&self, words: &'static str) -> Cow<'static, str> {
        self.holds().say(words)
    }

    /// The list shown, on the three list tabs.
    pub fn pane(&self) -> Option<&pane::ListPane> {
        self.tab.kind().map(|kind| &self.panes[kind as usize])
    }

    fn pane_mut(&mut self) -> Option<&mut pane::ListPane> {
        self.tab.kind().map(|kind| &mut self.panes[kind as usize])
    }

    /// True while nothing is asked of the worker and nothing waits: tests wait for this.
    pub fn is_idle(&self) -> bool {
        !self.sync.busy && self.directory.pending().len() == 0
    }

    /// True while the filter's text is like selected: typing replaces it.
    pub fn replaces_filter(&self) -> bool {
        self.stale_filter
    }

    fn on_open_failed(&mut self, unopened: UnopenedProfile) {
        self.known_profiles.saving = false;
        // The first screen shows it in full; over an open profile the form does.
        let form = unopened.draft.as_deref().filter(|_| self.profile.is_some()).map(form::FormState::edit_profile);
        match form {
            Some(mut form) => {
                form.refuse("key", unopened.why.clone());
                self.overlays.push(Overlay::Form(form));
            }
            None if self.profile.is_some() || unopened.draft.is_none() => self.fail(unopened.why.clone()),
            None => {}
        }
        self.known_profiles.unopened = Some(unopened).filter(|unopened| unopened.draft.is_some());
    }

    fn on_profile_refused(&mut self, field: &str, why: String) {
        self.known_profiles.saving = false;
        self.message = None;
        match self.overlays.last_mut() {
            Some(Overlay::Form(form)) => form.refuse(field, why),
            _ => self.fail(why),
        }
    }

    fn on_opened(&mut self, opened: OpenedProfile, effects: &mut Vec<AppEffect>) {
        let old = std::mem::take(&mut self.directory).into_records();
        effects.push(AppEffect::Discard(Box::new(old)));
        let keep = (self.keymap.clone(), self.known_profiles.names.clone(), self.size, self.now, self.ids);
        let config_path = std::mem::take(&mut self.known_profiles.config_path);
        let arranged = self.arranged();
        let secrets = self.take_secrets();
        let said = self.known_profiles.said_before_opening.take();
        *self = Self::new(keep.0, keep.1, keep.2, keep.3, 0);
        self.ids = keep.4;
        self.known_profiles.config_path = config_path;
        self.overlays = secrets;
        if opened.profile.name != palette::DEMO && !self.known_profiles.names.contains(&opened.profile.name) {
            self.known_profiles.names.push(opened.profile.name.clone());
        }
        let holds = opened.planner.capabilities().holds();
        self.panes.iter_mut().for_each(|pane| pane.holds = holds);
        self.arrange_as(arranged);
        let can = opened.planner.capabilities();
        if can.no_roles.is_none() && !can.derived_roles {
            self.directory.predefine(can.org_roles.iter().chain(&can.team_roles).map(|role| &role.name));
        }
        self.profile = Some(opened.profile);
        self.planner = Some(opened.planner);
        self.guards = opened.guards;
        said.into_iter().for_each(|words| self.fail(words));
    }

    /// A new id: grows with time, differs between consoles.
    fn next_id(&mut self) -> ChangeId {
        self.ids.next(self.now)
    }

    /// Asks for the values that the lists left out of the rows on screen: the roles of users, the members of teams.
    fn read_visible(&mut self, effects: &mut Vec<AppEffect>) {
        // A row at the top of a partial list may be elsewhere in the whole list.
        if self.sync.partial || matches!(self.link, Some(LinkState::Down(_))) {
            return;
        }
        let Some(pane) = self.pane() else { return };
        let kind = pane.kind;
        let visible = pane.rows.iter().skip(pane.top).take(self.size.list_rows()).copied();
        let lacking = visible.filter_map(|row| self.lacking(kind, row));
        let targets: Vec<ResourceRef> = lacking.filter(|target| !self.unbidden.read_alone.contains(target)).collect();
        if !targets.is_empty() {
            self.unbidden.read_alone.extend(targets.iter().cloned());
            effects.push(AppEffect::Work(WorkerJob::ReadEach(targets)));
        }
        if kind == RecordKind::Team {
            self.ask_rosters(effects);
        }
    }

    /// Asks who is admin of the teams on screen, where the records of their members do not tell.
    fn ask_rosters(&mut self, effects: &mut Vec<AppEffect>) {
        let Some(planner) = self.planner.clone() else { return };
        let pane = &self.panes[RecordKind::Team as usize];
        let visible = pane.rows.iter().skip(pane.top).take(self.size.list_rows());
        let silent = visible.filter_map(|row| self.directory.team_at(*row)).filter(|team| {
            let told = team.size().is_some_and(|size| size <= FEW_MEMBERS) && self.directory.roster(&team.id).is_none();
            told && self.directory.admins_of(team).silent > 0
        });
        let topics: Vec<SideQueryKind> = silent.map(|team| SideQueryKind::Roster(team.id.clone())).collect();
        for topic in topics {
            if self.unbidden.asked.insert(topic.clone())
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
                    && self.unbidden.silent_reads < SILENT_READS;
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
