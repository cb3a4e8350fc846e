//! Reads all lists to their end, parses and indexes them off the event loop, and puts them on disk.

use std::{sync::Arc, time::Duration};

use super::{
    context::{WorkerContext, now},
    organisation,
    shown_records::RecordDifference,
    side_queries,
};
use crate::{
    dialect::Dialect,
    directory::{
        ListCoverage, RecordKind,
        records::Records,
        role_source::RoleSource,
        shared::Shared,
        work::{RefreshProof, RefreshScope, WorkerReport},
    },
    scim::{
        failure::{Failure, FailureClass},
        filter::ScimFilter,
        quirks::ServerQuirks,
    },
    store::Snapshot,
};

mod ahead;
mod changes;
mod extent;
mod glimpse;
mod hints;
mod keep;
mod lists;
mod mark;
mod members;
mod page;
mod pass;
mod read;
mod renew;

use changes::{UsersRead, read_users};
use keep::ListKeeper;
use lists::RecordLists;
pub use mark::UsersMark;
pub use members::WithheldMembers;
pub use pass::pass_users;
use read::{FinishedList, ReadOptions, read_list};

/// How a refresh ended.
#[derive(Default)]
pub struct RefreshEnd {
    /// The habits that the server told and showed.
    pub habits: ServerQuirks,
    /// The failure, where nothing answered at all.
    pub down: Option<Failure>,
    /// True if some lists came and others found no server: worth trying again soon.
    pub cut_short: bool,
    /// True if a habit that the store had was found not to hold.
    pub doubts: bool,
}

/// Reads all lists. `first` shows records while they come: nothing is on screen yet.
///
/// `discover` asks the server for its capabilities beside that; lists are read in the way that is known already. With
/// `narrow` the server is asked only for the users that the filter finds: they are shown, and the disk keeps its
/// records.
pub async fn run(
    context: WorkerContext,
    scope: RefreshScope,
    first: bool,
    discover: bool,
    narrow: Option<Arc<ScimFilter>>,
) -> RefreshEnd {
    if narrow.is_some() {
        context.known.forget();
    }
    loop {
        if let Some(ended) = Box::pin(once(&context, scope, first, discover, narrow.as_ref())).await {
            return ended;
        }
        // The disk has lost records that were not kept here: everything is read once more, and kept.
        context.known.forget();
    }
}

/// Reads all lists once. `None` where the shown records can't be made from the reading.
async fn once(
    context: &WorkerContext,
    scope: RefreshScope,
    first: bool,
    discover: bool,
    narrow: Option<&Arc<ScimFilter>>,
) -> Option<RefreshEnd> {
    context.report(WorkerReport::RefreshBegan);
    let shown = context.known.shown();
    if let Some(mark) = shown.mark() {
        // The last whole list has shown this; a list of changes does not.
        context.withhold(|withheld| withheld.add(mark.withheld.clone()));
    }
    // Teams and roles are short and complete the users' rows: they are read beside the users.
    let plain =
        |kind| ReadOptions { kind, first: false, narrow: None, since: None, shown: &shown, keeps: true, pages: None };
    let users = ReadOptions { first: first && narrow.is_none(), narrow, ..plain(RecordKind::User) };
    let (users, mut teams, roles, told, habits, ()) = tokio::join!(
        read_users(context, scope, users),
        read_list(context, plain(RecordKind::Team)),
        read_list(context, plain(RecordKind::Role)),
        side_queries::told_roles(context),
        side_queries::discovered(context, discover),
        side_queries::told_settings(context)
    );
    let UsersRead { list: mut users, is_filter_wrong, is_garbled } = users;
    if members::examine(context, &tally([&mut users, &mut teams])).await {
        // The list is read for the hints that it gives.
        teams = read_list(context, plain(RecordKind::Team)).await;
    }
    if is_other_organisation(context, roles.as_ref()).await {
        return Some(RefreshEnd::default());
    }
    let habits = with_hints(context, habits.unwrap_or_default(), users.as_ref());
    let listed = users.as_ref().and_then(|read| read.as_ref().ok());
    let mark = listed.and_then(|listed| UsersMark::after(context, listed, is_garbled));
    let doubts = mark::doubt(context, is_filter_wrong, listed.is_some_and(|listed| listed.overlooked > 0)).await;
    let mut brought = ReadLists::of([(RecordKind::User, users), (RecordKind::Team, teams), (RecordKind::Role, roles)]);
    let altered = context.dialect.with_habits(&habits);
    let dialect = altered.clone().unwrap_or_else(|| Arc::clone(&context.dialect));
    // Before the end of the refresh: whoever waits for that plans by it.
    altered.iter().for_each(|dialect| context.report(WorkerReport::Planner(Arc::clone(dialect) as _)));
    let source = dialect.role_source(told.as_ref());
    if !brought.proofs.is_empty() {
        let lists = std::mem::take(&mut brought.lists);
        if altered.is_none() && shown.is_by(&source) && renew::is_little(&brought.found) {
            renew::tell(context, renew::rest(lists, &brought.found));
        } else {
            let lists = renew::complete(context, lists, &brought.found).await?;
            let missing: Vec<RecordKind> = brought.missing().collect();
            show(context, dialect, lists, &brought.proofs, &missing, source.clone()).await;
            context.known.lose(missing);
        }
    }
    drop(shown);
    if narrow.is_some() {
        // A part of a list is no list.
        context.known.forget();
    } else {
        context.known.end(std::mem::take(&mut brought.found), source, mark.clone());
    }
    Some(RefreshEnd { doubts, ..brought.end(context, habits, mark.as_deref()).await })
}

/// A list as it was read, or not; none where the provider has no such list.
type ListResult = Option<Result<FinishedList, Failure>>;

/// The members and groups that these lists have counted.
fn tally<const N: usize>(lists: [&mut ListResult; N]) -> members::Tally {
    let listed = lists.into_iter().filter_map(|read| read.as_mut()?.as_mut().ok());
    listed.map(|listed| std::mem::take(&mut listed.tally)).fold(members::Tally::default(), |mut all, more| {
        all.join(more);
        all
    })
}

/// True where the roles, or else the key's owner, show that the key opens another organisation, which was reported.
async fn is_other_organisation(context: &WorkerContext, roles: Option<&Result<FinishedList, Failure>>) -> bool {
    let shown = roles.and_then(|read| read.as_ref().ok()?.hints.organisation.as_ref());
    match shown {
        Some(shown) => organisation::is_other(context, shown).await,
        None => organisation::is_other_by_owner(context).await,
    }
}

/// The habits with those that users show; a contradiction to the profile is reported.
fn with_hints(
    context: &WorkerContext,
    habits: ServerQuirks,
    users: Option<&Result<FinishedList, Failure>>,
) -> ServerQuirks {
    let Some(hints) = users.and_then(|read| read.as_ref().ok()).map(|listed| &listed.hints) else { return habits };
    if let Some(why) = hints.contradiction {
        context.contradict(Some(why.into()));
        context.report(WorkerReport::Hosting(context.contradiction()));
    }
    habits.or(hints.habits())
}

/// The records and hints that all lists brought.
#[derive(Default)]
struct ReadLists {
    lists: RecordLists,
    found: Vec<(RecordKind, RecordDifference)>,
    proofs: Vec<RefreshProof>,
    failed: Vec<(RecordKind, Failure)>,
    /// The writers to the disk, and the coverage of each list.
    kept: Vec<(RecordKind, ListKeeper, ListCoverage)>,
}

impl ReadLists {
    fn of<const N: usize>(reads: [(RecordKind, ListResult); N]) -> Self {
        let mut all = Self::default();
        reads.into_iter().for_each(|(kind, read)| all.add(kind, read));
        all.explain_wrong_path();
        all
    }

    fn add(&mut self, kind: RecordKind, read: ListResult) {
        match read {
            None => {}
            Some(Err(failure)) => self.failed.push((kind, failure)),
            Some(Ok(listed)) => {
                self.kept.push((kind, listed.keeper, listed.proof.coverage.clone()));
                self.failed.extend(listed.failure.map(|failure| (kind, failure)));
                self.lists.join(listed.lists);
                self.proofs.push(listed.proof);
                self.found.push((kind, listed.difference));
            }
        }
    }

    fn explain_wrong_path(&mut self) {
        let is_wrong = self.proofs.is_empty() && self.failures().all(|failure| failure.class == FailureClass::NotFound);
        for (_, failure) in self.failed.iter_mut().filter(|_| is_wrong) {
            "The server knows none of the lists (404 on all of them).".clone_into(&mut failure.text);
            "Check url and path in the profile.".clone_into(&mut failure.next);
        }
    }

    /// Reports the end of the refresh, and ends the lists on disk.
    async fn end(self, context: &WorkerContext, habits: ServerQuirks, mark: Option<&UsersMark>) -> RefreshEnd {
        // A list that was not read because it is too long was begun.
        let is_down = |why: &&Failure| self.proofs.is_empty() && why.class != FailureClass::Local;
        let down = self.failures().find(is_down).cloned();
        let absent =
            |why: &Failure| matches!(why.class, FailureClass::Offline | FailureClass::Proxy | FailureClass::Timeout);
        let cut_short = down.is_none() && self.failures().any(absent);
        let at = now();
        context.report(WorkerReport::RefreshEnded { at, proofs: self.proofs, failed: self.failed });
        for (kind, keeper, coverage) in self.kept {
            let is_kept = keeper.end(at, coverage).await;
            if kind == RecordKind::User && context.dialect.tells_modified() {
                // After the records: the mark says that the disk has them.
                UsersMark::keep(context, mark.filter(|_| is_kept)).await;
            }
        }
        RefreshEnd { habits, down, cut_short, doubts: false }
    }

    /// The lists of which nothing came.
    fn missing(&self) -> impl Iterator<Item = RecordKind> {
        let came = |kind: &RecordKind| self.proofs.iter().any(|proof| proof.kind == *kind);
        self.failed.iter().map(|(kind, _)| *kind).filter(move |kind| !came(kind))
    }

    fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failed.iter().map(|(_, failure)| failure)
    }
}

/// Indexes and shows the lists; those of which nothing came keep the disk's records.
async fn show(
    context: &WorkerContext,
    dialect: Arc<dyn Dialect>,
    mut lists: RecordLists,
    proofs: &[RefreshProof],
    missing: &[RecordKind],
    source: RoleSource,
) {
    let mut coverage = <[ListCoverage; 3]>::default();
    proofs.iter().for_each(|proof| coverage[proof.kind as usize] = proof.coverage.clone());
    if !missing.is_empty()
        && let Some(stored) = context.stored(|store| store.load()).await
    {
        let Snapshot { mut users, mut teams, mut roles, coverage: mut known, .. } = stored.without_parts();
        for kind in missing {
            coverage[*kind as usize] = std::mem::take(&mut known[*kind as usize]);
            match kind {
                RecordKind::User => lists.users = std::mem::take(&mut users),
                RecordKind::Team => lists.teams = std::mem::take(&mut teams),
                RecordKind::Role => lists.roles = std::mem::take(&mut roles),
            }
        }
    }
    let build = move || build(&*dialect, lists, coverage, source);
    if let Ok(records) = tokio::task::spawn_blocking(build).await {
        let seen = Some(now());
        context.report(WorkerReport::Records { records: Box::new(records), seen, partial: false, stored: false });
    }
}

/// Indexes the lists, with roles from where the provider has them.
fn build(dialect: &dyn Dialect, lists: RecordLists, coverage: [ListCoverage; 3], source: RoleSource) -> Records {
    let roles = if dialect.list(RecordKind::Role).is_some() { lists.roles } else { source.records() };
    Records::build(lists.users, lists.teams, roles).covering(coverage).with_roles(source)
}

/// Indexes the records that the disk holds.
pub fn indexed(dialect: &dyn Dialect, snapshot: Snapshot, source: RoleSource) -> Records {
    let Snapshot { mut users, teams, roles, mut coverage, .. } = snapshot.without_parts();
    let mut shared = Shared::default();
    users.iter_mut().for_each(|user| shared.user(user));
    // A list that the provider does not have lacks nothing.
    for kind in RecordKind::ALL.into_iter().filter(|kind| dialect.list(*kind).is_none()) {
        coverage[kind as usize] = ListCoverage::Complete;
    }
    build(dialect, RecordLists { users, teams, roles }, coverage, source)
}

async fn show_partly(context: &WorkerContext, lists: RecordLists) {
    let not_read = || ListCoverage::NotRead(None);
    let coverage = [ListCoverage::Complete, not_read(), not_read()];
    let dialect = Arc::clone(&context.dialect);
    let build = move || build(&*dialect, lists, coverage, dialect.role_source(None));
    if let Ok(records) = tokio::task::spawn_blocking(build).await {
        context.report(WorkerReport::Records { records: Box::new(records), seen: None, partial: true, stored: false });
    }
}

/// The wait before a server that does not answer is tried again.
pub fn patience(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.min(5)).min(Duration::from_secs(30))
}
