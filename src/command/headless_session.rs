//! A session without a screen: a profile's worker, and the records that it has reported.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use secrecy::SecretString;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{
    end::{ErrorCode, note},
    error::CommandError,
    progress::{ProgressMeter, WaitNotices},
    reports::ReportMeaning,
};
use crate::{
    app::ProfileView,
    config::ConfigError,
    directory::{
        Directory, ListCoverage, RecordKind,
        change::ChangeId,
        guard::GuardSettings,
        plan::{IdGenerator, JournalEntry, Planner, ProviderCapabilities},
        side_query::{SideQuery, SideQueryKind},
        work::{ChangeUpdate, LinkState, MissedName, PassedPage, RefreshScope, SessionStart, WorkerJob, WorkerReport},
    },
    output::note_if_slow,
    runtime::{Opener, ProfileSession},
    scim::{failure::Failure, text::clean},
};

/// The lists that a command needs; a failure of another list is no error.
pub(super) const USERS_AND_TEAMS: [RecordKind; 2] = [RecordKind::User, RecordKind::Team];

/// The number of unanswered side queries in a row after which no further one is sent.
const OUTAGE: usize = 3;

/// An open profile.
pub(super) struct HeadlessSession {
    pub directory: Directory,
    pub planner: Arc<dyn Planner>,
    pub guards: GuardSettings,
    pub profile: ProfileView,
    pub ids: IdGenerator,
    /// The journal's changes at the start, oldest first.
    pub journal: Vec<JournalEntry>,
    /// The journal's changes that are open in other running consoles or commands.
    pub elsewhere: FxHashSet<ChangeId>,
    /// True if the journal was read.
    pub journal_read: bool,
    /// The reason why changes can't be written to the journal, if there is one.
    pub no_journal: Option<String>,
    /// True if the person wants no journal.
    pub unjournaled: bool,
    /// Changes that were open when the journal was read. The worker finds outcomes of some of them while lists are
    /// read.
    pub were_open: FxHashSet<ChangeId>,
    /// Secrets that the server shows once, each with the change that created it.
    pub secrets: Vec<(ChangeId, SecretString)>,
    /// Changes whose outcome was asked for in vain.
    pub unread: FxHashSet<ChangeId>,
    /// The session; `None` once it was stopped.
    session: Option<ProfileSession>,
    pub(super) reports: UnboundedReceiver<(u64, WorkerReport)>,
    pub(super) waits: WaitNotices,
    pub(super) noticed: FxHashSet<String>,
}

impl HeadlessSession {
    /// Opens a profile; `parallel` replaces the profile's number of changes at a time.
    pub async fn open(opener: &Opener, name: Option<&str>, parallel: Option<u16>) -> Result<Self, CommandError> {
        Self::start(opener, name, parallel, SessionStart::Lists).await
    }

    /// Like [`Self::open`], for a caller that takes users page by page.
    pub async fn open_passing_users(opener: &Opener, name: Option<&str>) -> Result<Self, CommandError> {
        Self::start(opener, name, None, SessionStart::PassedUsers).await
    }

    /// Like [`Self::open`], without reading lists, if the server's filters find names.
    pub async fn open_by_name(
        opener: &Opener,
        name: Option<&str>,
        parallel: Option<u16>,
    ) -> Result<Self, CommandError> {
        Self::start(opener, name, parallel, SessionStart::WithoutLists).await
    }

    async fn start(
        opener: &Opener,
        name: Option<&str>,
        parallel: Option<u16>,
        lists: SessionStart,
    ) -> Result<Self, CommandError> {
        let Some(mut profile) = opener.at_start(name)? else {
            let hint = "start scimitar once to make one, or set WANDB_API_KEY";
            return Err(ConfigError::about(&opener.places.config_file, "there is no profile", hint)
                .no_profile()
                .into());
        };
        if let Some(parallel) = parallel {
            profile.parallel = usize::from(parallel);
        }
        let reading = format!("Reading the key ({}) …", profile.key.describe());
        let (opened, mut session) = note_if_slow(&reading, opener.open_profile(profile)).await?;
        let (sender, reports) = unbounded_channel();
        session.start_with(lists);
        session.start(0, sender);
        Ok(Self {
            directory: Directory::default(),
            planner: opened.planner,
            guards: opened.guards,
            profile: opened.profile,
            ids: IdGenerator::new(getrandom::u32().unwrap_or_default() as u16),
            journal: Vec::new(),
            elsewhere: FxHashSet::default(),
            journal_read: false,
            no_journal: None,
            unjournaled: opener.no_journal,
            were_open: FxHashSet::default(),
            secrets: Vec::new(),
            unread: FxHashSet::default(),
            session: Some(session),
            reports,
            waits: WaitNotices::default(),
            noticed: FxHashSet::default(),
        })
    }

    /// The provider's capabilities.
    pub fn can(&self) -> &ProviderCapabilities {
        self.planner.capabilities()
    }

    /// Reads all lists.
    ///
    /// # Errors
    ///
    /// A needed list could not be read at all.
    pub async fn read(&mut self, needed: &[RecordKind]) -> Result<(), CommandError> {
        self.begin(needed).await.map(drop)
    }

    /// Reads the lists that were left unread.
    pub async fn read_after_all(&mut self, needed: &[RecordKind]) -> Result<(), CommandError> {
        self.give(WorkerJob::Refresh(RefreshScope::All));
        self.read(needed).await
    }

    /// True if the profile was opened without lists, and they were not read since.
    pub async fn begin(&mut self, needed: &[RecordKind]) -> Result<bool, CommandError> {
        self.begin_with(needed, |_, _| Ok(())).await
    }

    /// Like [`Self::begin`]; `take` gets each page of users.
    pub async fn begin_with(
        &mut self,
        needed: &[RecordKind],
        mut take: impl FnMut(&mut Self, PassedPage) -> Result<(), CommandError>,
    ) -> Result<bool, CommandError> {
        let mut meter = ProgressMeter::new();
        loop {
            match self.next().await? {
                ReportMeaning::Reading(kind, seen, said) => meter.reading(kind, seen, said),
                ReportMeaning::Page(page) => {
                    meter.clear();
                    take(self, page)?;
                }
                ReportMeaning::ListsUnread => return Ok(true),
                ReportMeaning::Read(missing) => {
                    meter.clear();
                    // The disk's records of a failed list are out of date.
                    for (kind, failure) in &missing {
                        let why = failure.text.trim_end_matches('.').to_owned();
                        self.directory.cover(*kind, ListCoverage::NotRead(Some(why)));
                    }
                    let lacking = missing.iter().find(|(kind, _)| needed.contains(kind));
                    return lacking.map_or(Ok(false), |(_, failure)| Err(failure.clone().into()));
                }
                ReportMeaning::Link(LinkState::Down(failure)) => {
                    meter.clear();
                    return Err(failure.into());
                }
                _ => {}
            }
        }
    }

    /// Looks names up on the server and puts the found records into the directory. Returns the names that were not
    /// found.
    pub async fn look_up(&mut self, kind: RecordKind, names: Vec<String>) -> Result<Vec<MissedName>, CommandError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.give(WorkerJob::LookUp(kind, names));
        loop {
            if let ReportMeaning::LookUpEnded(missed) = self.next().await? {
                return Ok(missed);
            }
        }
    }

    /// Asks for the owner of the key and for these topics. Facts that the server does not tell stay unknown.
    pub async fn ask(&mut self, topics: Vec<SideQueryKind>) -> Result<Vec<(SideQueryKind, Failure)>, CommandError> {
        let inquiries = topics.into_iter().filter_map(|topic| self.planner.inquiry(topic, &self.directory).ok());
        let inquiries: Vec<SideQuery> = inquiries.collect();
        let mut open: FxHashSet<SideQueryKind> = inquiries.iter().map(|inquiry| inquiry.topic.clone()).collect();
        self.give(WorkerJob::AskOwner);
        inquiries.into_iter().for_each(|inquiry| self.give(WorkerJob::Ask(inquiry)));
        let (mut owner_open, mut failed) = (true, Vec::new());
        while owner_open || !open.is_empty() {
            match self.next().await? {
                ReportMeaning::Owner => owner_open = false,
                ReportMeaning::Learnt(_, topics) => open.retain(|topic| !topics.contains(topic)),
                ReportMeaning::NotTold(topic, failure) => {
                    open.remove(&topic);
                    failed.push((topic, failure));
                }
                ReportMeaning::Link(LinkState::Down(failure)) => return Err(failure.into()),
                _ => {}
            }
        }
        Ok(failed)
    }

    /// Sends these side queries one after another, and shows the progress. Returns the failed ones with their failures;
    /// ends early after a failure for which `enough` is true.
    pub async fn ask_slowly(
        &mut self,
        topics: Vec<SideQueryKind>,
        what: &str,
        enough: impl Fn(&Failure) -> bool,
    ) -> Result<Vec<(SideQueryKind, Failure)>, CommandError> {
        let mut meter = ProgressMeter::new();
        let (all, mut failed) = (topics.len(), Vec::new());
        let mut in_a_row = 0;
        for (at, topic) in topics.into_iter().enumerate() {
            let Ok(inquiry) = self.planner.inquiry(topic.clone(), &self.directory) else { continue };
            meter.asking(what, at, all);
            self.give(WorkerJob::Ask(inquiry));
            loop {
                match self.next().await? {
                    ReportMeaning::Learnt(_, topics) if topics.contains(&topic) => {
                        in_a_row = 0;
                        break;
                    }
                    ReportMeaning::NotTold(of, failure) if of == topic => {
                        in_a_row += usize::from(failure.is_outage());
                        let last = enough(&failure) || in_a_row == OUTAGE;
                        failed.push((of, failure));
                        if last {
                            meter.clear();
                            return Ok(failed);
                        }
                        break;
                    }
                    ReportMeaning::Link(LinkState::Down(failure)) => {
                        meter.clear();
                        return Err(failure.into());
                    }
                    _ => {}
                }
            }
        }
        meter.clear();
        Ok(failed)
    }

    /// Asks the server how it is hosted; if it contradicts the profile, the guards refuse all changes.
    pub async fn ask_hosting(&mut self) -> Result<(), CommandError> {
        self.give(WorkerJob::AskHosting);
        loop {
            match self.next().await? {
                ReportMeaning::Hosting => return Ok(()),
                ReportMeaning::Link(LinkState::Down(failure)) => return Err(failure.into()),
                _ => {}
            }
        }
    }

    /// The lists among these of which only a part is known: "users: 9,999 of 12,000: …".
    pub fn incomplete(&self, kinds: &[RecordKind]) -> Vec<String> {
        let coverage = kinds.iter().map(|kind| (kind, self.directory.coverage(*kind)));
        let lacking = coverage.filter(|(_, coverage)| !coverage.is_complete());
        let name = |kind: &RecordKind| self.can().holds().say(kind.plural());
        lacking.map(|(kind, coverage)| clean(&format!("{}: {coverage}", name(kind))).into_owned()).collect()
    }

    /// Fails if one of these lists is partial, unless that is allowed: then prints a note.
    pub fn must_be_complete(&self, kinds: &[RecordKind], allowed: bool, what: &str) -> Result<(), CommandError> {
        accept(&self.incomplete(kinds), allowed, what)
    }

    /// A job for the worker.
    pub fn give(&self, job: WorkerJob) {
        if let Some(session) = &self.session {
            session.give(job);
        }
    }

    /// A new id.
    pub fn id(&mut self) -> ChangeId {
        self.ids.next(Timestamp::now())
    }

    /// Stops sending, waits for answers under way, and returns them.
    pub async fn stop(&mut self) -> Vec<ChangeUpdate> {
        if let Some(session) = self.session.take() {
            session.end().await;
        }
        let mut last = Vec::new();
        while let Ok((_, report)) = self.reports.try_recv() {
            match report {
                WorkerReport::Moved(moved) => last.push(moved),
                WorkerReport::Secret(id, secret) => self.secrets.push((id, secret)),
                _ => {}
            }
        }
        last
    }

    /// Lets answers under way arrive.
    pub async fn close(mut self) {
        self.stop().await;
    }
}

/// Fails if knowledge is incomplete, unless that is allowed: then prints a note.
pub(super) fn accept(lacking: &[String], allowed: bool, what: &str) -> Result<(), CommandError> {
    if allowed {
        lacking.iter().for_each(|words| note(format_args!("scimitar: {words}")));
    }
    if allowed || lacking.is_empty() {
        return Ok(());
    }
    let words = format!("{what}: {}", lacking.join("; "));
    Err(CommandError::new(ErrorCode::Incomplete, words).hint("--allow-incomplete goes on with what there is"))
}
