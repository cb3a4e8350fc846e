//! A directory without a screen: a profile's worker, and what it has reported so far.

use std::{
    io::{self, Write},
    sync::Arc,
};

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{end::Stop, progress::Meter};
use crate::{
    app::ProfileView,
    config::ConfigError,
    directory::{
        Directory, Fresh, Id, Kind,
        change::ChangeId,
        guard::Guards,
        plan::{Capabilities, Entry, Ids, Planner},
        record::{Depth, User},
        work::{Job, Link, MissedName, Moved, Report},
    },
    runtime::{Opener, Session},
    scim::failure::{Class, Failure},
};

/// The lists that a command needs; the others may fail.
pub(super) const USERS_AND_TEAMS: [Kind; 2] = [Kind::User, Kind::Team];

/// An open profile.
pub(super) struct Desk {
    pub directory: Directory,
    pub planner: Arc<dyn Planner>,
    pub guards: Guards,
    pub profile: ProfileView,
    pub ids: Ids,
    /// What the journal had at the start, oldest first.
    pub journal: Vec<Entry>,
    /// What of it is open in other consoles, or commands, that run now.
    pub elsewhere: FxHashSet<ChangeId>,
    /// Lists whose end nothing proves.
    unproven: Vec<Kind>,
    /// Gone once it was stopped.
    session: Option<Session>,
    reports: UnboundedReceiver<(u64, Report)>,
}

/// What a report means to whoever waits.
pub(super) enum News {
    /// Everything was read; what could not be.
    Read(Vec<(Kind, Failure)>),
    /// These were read one by one.
    Learnt(Vec<Id>),
    /// These could not be.
    NotLearnt(Failure),
    /// A change moved on; the directory knows it.
    Moved(Box<Moved>),
    /// The server answers, or does not.
    Link(Link),
    /// A request waits before it is tried again; empty once it goes on.
    Waiting(String),
    /// Names were looked up; these were not found.
    LookUpEnded(Vec<MissedName>),
    /// A list grows.
    Reading(Kind, u64, Option<u64>),
    /// Nothing that anybody waits for.
    Other,
}

impl Desk {
    /// Opens a profile, with another number of changes at a time where one is given.
    pub async fn open(opener: &Opener, name: Option<&str>, parallel: Option<u16>) -> Result<Self, Stop> {
        let Some(mut profile) = opener.at_start(name)? else {
            let hint = "start scimitar once to make one, or set WANDB_API_KEY";
            return Err(ConfigError::about(&opener.places.config_file, "there is no profile", hint).into());
        };
        if let Some(parallel) = parallel {
            profile.parallel = usize::from(parallel);
        }
        let (opened, mut session) = opener.open_profile(profile).await?;
        let (sender, reports) = unbounded_channel();
        session.start(0, sender);
        Ok(Self {
            directory: Directory::default(),
            planner: opened.planner,
            guards: opened.guards,
            profile: opened.profile,
            ids: Ids::new(getrandom::u32().unwrap_or_default() as u16),
            journal: Vec::new(),
            elsewhere: FxHashSet::default(),
            unproven: Vec::new(),
            session: Some(session),
            reports,
        })
    }

    /// What the provider can do.
    pub fn can(&self) -> &Capabilities {
        self.planner.capabilities()
    }

    /// Reads everything; an error where one of the lists named could not be read.
    pub async fn read(&mut self, needed: &[Kind]) -> Result<(), Stop> {
        let mut meter = Meter::new();
        loop {
            match self.next().await? {
                News::Reading(kind, seen, said) => meter.reading(kind, seen, said),
                News::Read(failed) => {
                    meter.clear();
                    let lacking = failed.iter().find(|(kind, _)| needed.contains(kind));
                    return lacking.map_or(Ok(()), |(_, failure)| Err(Stop::Server(failure.clone())));
                }
                News::Link(Link::Down(failure)) => {
                    meter.clear();
                    return Err(Stop::Server(failure));
                }
                _ => {}
            }
        }
    }

    /// True where the list of a kind may lack records that the server has.
    pub fn may_lack(&self, kind: Kind) -> bool {
        !self.directory.is_read(kind) || self.unproven.contains(&kind)
    }

    /// Looks names up on the server: who is found is in the directory then. Gives those that were not found.
    pub async fn look_up(&mut self, kind: Kind, names: Vec<String>) -> Result<Vec<MissedName>, Stop> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.give(Job::LookUp(kind, names));
        loop {
            if let News::LookUpEnded(missed) = self.next().await? {
                return Ok(missed);
            }
        }
    }

    /// Reads these users one by one where the list left their roles out.
    pub async fn fill(&mut self, users: impl Iterator<Item = Id>) -> Result<(), Stop> {
        if !self.can().sparse_lists {
            return Ok(());
        }
        let lacks = |id: &Id| self.directory.user(id).is_some_and(lacks_roles);
        let mut open: FxHashSet<Id> = users.filter(|id| lacks(id)).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.give(Job::Hydrate(open.iter().cloned().collect()));
        while !open.is_empty() {
            match self.next().await? {
                News::Learnt(ids) => open.retain(|id| !ids.contains(id)),
                News::NotLearnt(failure) | News::Link(Link::Down(failure)) => return Err(Stop::Server(failure)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The same for everybody.
    pub async fn fill_all(&mut self) -> Result<(), Stop> {
        let all: Vec<Id> = self.directory.records().users().keys().cloned().collect();
        self.fill(all.into_iter()).await
    }

    /// A job for the worker.
    pub fn give(&self, job: Job) {
        if let Some(session) = &self.session {
            session.give(job);
        }
    }

    /// The next report, put into the directory.
    pub async fn next(&mut self) -> Result<News, Stop> {
        let Some((_, report)) = self.reports.recv().await else {
            let failure = Failure::local(Class::Local, "The worker has ended.", "Please report this.");
            return Err(Stop::Server(failure));
        };
        Ok(match report {
            Report::Records { partial: true, .. } => News::Other,
            // What the disk knows is only where a refresh begins: it may tell no more than how the server differs.
            Report::Records { records, stored, .. } => {
                let old = self.directory.replace(*records, !stored);
                tokio::task::spawn_blocking(move || drop(old));
                News::Other
            }
            Report::Renewed(fresh) => {
                self.directory.renew(fresh);
                News::Other
            }
            Report::Planner(planner) => {
                self.planner = planner;
                News::Other
            }
            Report::RefreshBegan => {
                self.directory.refresh_begins();
                News::Other
            }
            Report::RefreshEnded { proofs, failed, .. } => {
                self.directory.refresh_ends();
                self.unproven = proofs.iter().filter(|proof| !proof.complete).map(|proof| proof.kind).collect();
                News::Read(failed)
            }
            Report::Progress { kind, seen, said } => News::Reading(kind, seen, said),
            Report::Learnt(fresh) => {
                let ids = fresh.iter().filter_map(Fresh::target).map(|target| target.id).collect();
                self.directory.learn(fresh);
                News::Learnt(ids)
            }
            Report::HydrateFailed(_, failure) => News::NotLearnt(failure),
            Report::LookUpEnded(_, missed) => News::LookUpEnded(missed),
            Report::Moved(mut moved) => {
                let fresh = std::mem::take(&mut moved.fresh);
                match moved.state {
                    state if state.is_open() => self.directory.learn(fresh),
                    _ if moved.is_unsent() => self.directory.take_off(moved.id) | self.directory.learn(fresh),
                    _ => self.directory.settle(moved.id, fresh),
                };
                News::Moved(Box::new(moved))
            }
            Report::Elsewhere(ids) => {
                self.elsewhere = ids;
                News::Other
            }
            Report::Journal(entries) => {
                self.journal = entries;
                News::Other
            }
            Report::Link(link) => News::Link(link),
            Report::Waiting(words) => News::Waiting(words),
            Report::Notice(words) => {
                writeln!(io::stderr(), "scimitar: {words}")?;
                News::Other
            }
            _ => News::Other,
        })
    }

    /// A new id.
    pub fn id(&mut self) -> ChangeId {
        self.ids.next(Timestamp::now())
    }

    /// Sends nothing more, lets answers under way arrive, and tells what they were.
    pub async fn stop(&mut self) -> Vec<Moved> {
        if let Some(session) = self.session.take() {
            session.end().await;
        }
        let mut last = Vec::new();
        while let Ok((_, report)) = self.reports.try_recv() {
            if let Report::Moved(moved) = report {
                last.push(moved);
            }
        }
        last
    }

    /// Lets answers under way arrive.
    pub async fn close(mut self) {
        self.stop().await;
    }
}

/// True where the list left roles out.
fn lacks_roles(user: &User) -> bool {
    let unknown = user.org_role.is_none() || user.team_roles.is_none();
    unknown && user.depth == Depth::Summary && user.problem.is_none()
}
