//! A session that reads no list: names are looked up one by one, and the people who decide about a plan are read alone.
//!
//! An answer counts only if the whole lists could give no other: the server has found one record of exactly this name,
//! or a filter was seen to ignore case. After any other answer the lists decide.

use std::sync::OnceLock;

use futures_util::future::join_all;

use super::{
    Done, READS, Worker,
    context::{WorkerContext, unreadable},
    look_up::{is_away, may_be_id},
    refresh::WithheldMembers,
    side_queries,
};
use crate::{
    directory::{
        Id, ListCoverage, Observation, RecordKind, ResourceRef,
        find::{self, NameLevel},
        record::{ADMIN, ReadDepth, Record, Team, User},
        records::Records,
        work::WorkerReport,
    },
    scim::{
        failure::{Failure, FailureClass},
        list,
        quirks::ServerQuirks,
        request::Request,
    },
};

/// At most so many admins are read alone.
const MOST_ADMINS: usize = 5;
/// The limit of a team's members whose records on disk are searched for admins.
const MOST_MEMBERS: usize = 2_000;
/// A larger team is not worth its answer.
const MOST_SHOWN: usize = 2_000;
/// The limit of records on disk that are searched for a name with which the server's filter is tested for case.
const MOST_TRIED: usize = 20;

impl Worker {
    /// Asks the server for its capabilities; the lists wait until somebody asks for them.
    pub(super) fn open_without_lists(&mut self) {
        let context = self.context.clone();
        self.tasks.spawn(async move { Done::Opened(side_queries::discovery(&context).await) });
    }

    /// Takes in the server's own description. Lists are read after all if names can't be looked up, or if roles come
    /// from another API.
    pub(super) fn opened_without_lists(&mut self, told: Result<Option<ServerQuirks>, Failure>) {
        match told {
            Ok(habits) => {
                self.discovered = true;
                let habits = habits.unwrap_or_default();
                self.lessons.told(&habits);
                self.learn_habits(&habits);
            }
            Err(failure) if is_away(&failure) => return self.link_after(&failure),
            // Most servers say nothing of themselves.
            Err(_) => {}
        }
        let dialect = &self.context.dialect;
        if dialect.look_up(RecordKind::User, NameLevel::Name, "x").is_none() || dialect.asks_for_roles().is_some() {
            // The report that a refresh would begin with: the console shows the disk's records first.
            self.context.report(WorkerReport::ListsNeeded);
            return;
        }
        let cover =
            |kind| if dialect.list(kind).is_some() { ListCoverage::NotRead(None) } else { ListCoverage::Complete };
        let source = dialect.role_source(None);
        let roles = if dialect.list(RecordKind::Role).is_some() { Vec::new() } else { source.records() };
        let records =
            Records::build(Vec::new(), Vec::new(), roles).covering(RecordKind::ALL.map(cover)).with_roles(source);
        self.context.report(WorkerReport::ListsUnread(Box::new(records)));
    }

    pub(super) fn identify(&mut self, kind: RecordKind, names: Vec<String>) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            let mut records: Vec<Option<Record>> = Vec::new();
            let search = Search { context: &context, away: OnceLock::new() };
            for some in names.chunks(READS) {
                records.extend(join_all(some.iter().map(|name| meant(&search, kind, name))).await);
            }
            if let Some(failure) = search.away.into_inner() {
                return Done::Away(failure);
            }
            keep(&context, &records.iter().flatten().cloned().map(Observation::Record).collect::<Vec<_>>()).await;
            context.report(WorkerReport::Identified(records));
            Done::Nothing
        });
    }

    pub(super) fn check_vacant(&mut self, kind: RecordKind, names: Vec<(NameLevel, String)>) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            let search = Search { context: &context, away: OnceLock::new() };
            let is_vacant = are_vacant(&search, kind, &names).await;
            if let Some(failure) = search.away.into_inner() {
                return Done::Away(failure);
            }
            context.report(WorkerReport::Vacant(is_vacant));
            Done::Nothing
        });
    }

    pub(super) fn read_admins(&mut self, team: Option<Id>, beside: Vec<Id>) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            let is_hint = |id: &Id| !beside.contains(id);
            let of_team = team.is_some();
            let hints = match team {
                Some(team) => team_hints(&context, team).await,
                None => context.stored(move |store| store.admin_hints(MOST_ADMINS)).await,
            };
            let tells = |user: &User| if of_team { user.team_roles.is_some() } else { user.is_org_admin() };
            for id in hints.unwrap_or_default().into_iter().filter(is_hint).take(MOST_ADMINS) {
                let read = context.read(&ResourceRef::user(&id)).await;
                let is_admin =
                    matches!(&read, Ok(Observation::Record(Record::User(user))) if user.problem.is_none() && tells(user));
                tell(&context, read.into_iter().collect()).await;
                if is_admin {
                    break;
                }
            }
            context.report(WorkerReport::AdminsRead);
            Done::Nothing
        });
    }
}

/// The names to look up, and the reason why the server could not be asked, if there is one.
struct Search<'a> {
    context: &'a WorkerContext,
    away: OnceLock<Failure>,
}

impl Search<'_> {
    /// The answer; `None` if it decides nothing. An unreachable server is not asked again.
    fn heard<T>(&self, answer: Result<T, Failure>) -> Option<T> {
        answer.map_err(|failure| is_away(&failure).then(|| self.away.set(failure))).ok()
    }

    fn is_over(&self) -> bool {
        self.away.get().is_some()
    }
}

/// Keeps and reports records that were read alone.
async fn tell(context: &WorkerContext, fresh: Vec<Observation>) {
    if !fresh.is_empty() {
        keep(context, &fresh).await;
        context.report(WorkerReport::Learnt(fresh));
    }
}

async fn keep(context: &WorkerContext, fresh: &[Observation]) {
    context.keep(fresh).await;
    let users = fresh.iter().filter_map(|one| match one {
        Observation::Record(Record::User(user)) => Some(user),
        _ => None,
    });
    context.renew_learnt(users).await;
}

/// Members of a team who were its admins when they were read last.
async fn team_hints(context: &WorkerContext, team: Id) -> Option<Vec<Id>> {
    context
        .stored(move |store| {
            let Some(Record::Team(team)) = store.record(&ResourceRef::team(&team))? else { return Ok(Vec::new()) };
            let members = team.members.as_deref().unwrap_or_default().iter().take(MOST_MEMBERS);
            let members: Vec<Id> = members.map(|member| member.id.clone()).collect();
            let is_admin =
                |user: &User| user.role_in(&team.name).is_some_and(|role| role.is(ADMIN)) && !user.is_inactive();
            Ok(store.users(&members)?.into_iter().filter(is_admin).map(|user| user.id).collect())
        })
        .await
}

/// The record that the name means, read alone; `None` where only the whole list decides.
async fn meant(search: &Search<'_>, kind: RecordKind, name: &str) -> Option<Record> {
    let record = found(search, kind, name).await?;
    let target = record.target();
    // A list answer may leave out attributes that a single read has.
    let mut whole = search.heard(search.context.read(&target).await)?;
    if shows_less(&whole, &record) {
        search.context.withhold(WithheldMembers::hide_alone);
        whole = search.heard(search.context.read(&target).await)?;
    }
    let is_silent =
        |read: &Observation| matches!(read, Observation::Record(Record::Team(team)) if team.members.is_none());
    if is_silent(&whole) && shows_members_elsewhere(search).await {
        // The same answer may now mean that the team has no members.
        whole = search.heard(search.context.read(&target).await)?;
    }
    let Observation::Record(whole) = whole else { return None };
    find::is_called(&whole, name).then_some(whole)
}

/// True if a team that was read alone shows nobody, and the answer to a filter, which has the form of a list, shows
/// somebody.
fn shows_less(alone: &Observation, listed: &Record) -> bool {
    let size = |team: &Team| team.size().unwrap_or_default();
    match (alone, listed) {
        (Observation::Record(Record::Team(alone)), Record::Team(listed)) => size(alone) == 0 && size(listed) > 0,
        _ => false,
    }
}

/// True if the server shows the members of another team that has some on disk: a team that shows none then has none.
async fn shows_members_elsewhere(search: &Search<'_>) -> bool {
    if search.context.shows_members() {
        return false;
    }
    let known =
        search.context.stored(|store| store.some_records(RecordKind::Team, MOST_TRIED)).await.unwrap_or_default();
    let size = |record: &Record| match record {
        Record::Team(team) => team.size().filter(|size| (1..=MOST_SHOWN).contains(size)),
        _ => None,
    };
    let smallest = known.iter().filter_map(|record| Some((size(record)?, record))).min_by_key(|(size, _)| *size);
    let Some((_, other)) = smallest else { return false };
    search.context.read(&other.target()).await.is_ok() && search.context.shows_members()
}

async fn found(search: &Search<'_>, kind: RecordKind, name: &str) -> Option<Record> {
    if name.trim().is_empty() {
        return None;
    }
    let asked_as_id = may_be_id(name);
    let (as_id, named) = tokio::join!(
        async { if asked_as_id { by_id(search, kind, name).await } else { Some(None) } },
        called(search, kind, NameLevel::Name, name)
    );
    if let Some(record) = as_id? {
        return Some(record);
    }
    let mut named = named?;
    // Among several names that differ by case, the exact one counts.
    if named.iter().any(|record| find::is_exactly(record, NameLevel::Name, name)) {
        named.retain(|record| find::is_exactly(record, NameLevel::Name, name));
    }
    match <[Record; 1]>::try_from(named) {
        Ok([record]) if find::is_exactly(&record, NameLevel::Name, name) => {
            // An id that looks like a name may be another record's name. Names of teams need not be unique, and a
            // filter may return one of several.
            if kind == RecordKind::Team && has_namesake(search, &record, name).await {
                return None;
            }
            let is_apart = asked_as_id || **record.id() == *name || is_of_other_make(name, record.id());
            (is_apart || by_id(search, kind, name).await?.is_none()).then_some(record)
        }
        // A filter may return one of several records whose names differ by case: only the whole list shows all.
        Ok([_]) => None,
        Err(none) if none.is_empty() && kind == RecordKind::User => by_address(search, name).await,
        Err(_) => None,
    }
}

/// True where another team of the name was in the last list.
async fn has_namesake(search: &Search<'_>, team: &Record, name: &str) -> bool {
    let (id, name) = (team.id().clone(), name.to_owned());
    search.context.stored(move |store| store.has_namesake(&id, &name)).await.unwrap_or_default()
}

/// True if the name has characters that no id of the server has, or the id does not look like a name.
fn is_of_other_make(name: &str, id: &str) -> bool {
    let has = |text: &str, is: fn(char) -> bool| text.contains(is);
    let marks: [fn(char) -> bool; 4] =
        [|c| c == '-', |c| matches!(c, '.' | '@' | '_' | '+'), char::is_whitespace, |c| !c.is_ascii()];
    may_be_id(id) || marks.iter().any(|is| has(name, *is) && !has(id, *is))
}

/// The record of this id: `Some(None)` if the server has none, `None` if that is not known.
async fn by_id(search: &Search<'_>, kind: RecordKind, name: &str) -> Option<Option<Record>> {
    if search.context.dialect.look_up(kind, NameLevel::Id, name).is_none() {
        return Some(None);
    }
    match search.context.read(&ResourceRef { kind, id: name.into() }).await {
        Ok(Observation::Record(record)) => (**record.id() == *name).then_some(Some(record)),
        Ok(_) => Some(None),
        // No server has to take any text for an id.
        Err(failure) if failure.class == FailureClass::Refused => Some(None),
        Err(failure) => search.heard(Err(failure)),
    }
}

/// The only user with this address, where nobody has it as the user name: a filter that overlooks case has shown that.
async fn by_address(search: &Search<'_>, name: &str) -> Option<Record> {
    let [record] = <[Record; 1]>::try_from(called(search, RecordKind::User, NameLevel::Email, name).await?).ok()?;
    let is_exact = find::is_exactly(&record, NameLevel::Email, name) && name.is_ascii();
    (is_exact && overlooks_case(search, &record, NameLevel::Name).await).then_some(record)
}

/// True if the server's filter finds this record by its name in the other case.
async fn overlooks_case(search: &Search<'_>, record: &Record, level: NameLevel) -> bool {
    let Some(name) = find::called_at(record, level) else { return false };
    let other: String = name.chars().map(other_case).collect();
    if other == name {
        return false;
    }
    let found = called(search, record.kind(), level, &other).await;
    found.is_some_and(|found| found.iter().any(|one| one.id() == record.id()))
}

fn other_case(letter: char) -> char {
    if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
}

/// All records that the server finds by this name; `None` if the answer has other records, or may be partial.
async fn called(search: &Search<'_>, kind: RecordKind, level: NameLevel, name: &str) -> Option<Vec<Record>> {
    let request = search.context.dialect.look_up(kind, level, name).filter(|_| !search.is_over())?;
    let records = search.heard(page(search, kind, &request).await)??;
    records.iter().all(|record| find::is_called(record, name)).then_some(records)
}

/// The records of an answer; `None` if the answer announces more, or if one can't be read.
async fn page(search: &Search<'_>, kind: RecordKind, request: &Request) -> Result<Option<Vec<Record>>, Failure> {
    let answer = search.context.send(request).await?;
    let page = list::parse(&answer.body).map_err(|bad| unreadable(&bad))?;
    let is_whole = page.next_cursor.is_none() && page.total.is_none_or(|total| total <= page.resources.len() as u64);
    let depth = search.context.dialect.list(kind).map_or(ReadDepth::Summary, |list| list.depth);
    let records: Option<Vec<Record>> =
        page.resources.iter().map(|raw| search.context.dialect.read(kind, raw, depth, "$").ok()).collect();
    Ok(records.filter(|_| is_whole))
}

/// True if nobody has any of these names: filters that ignore case find nobody.
async fn are_vacant(search: &Search<'_>, kind: RecordKind, names: &[(NameLevel, String)]) -> bool {
    for (level, name) in names {
        let found = called(search, kind, *level, name).await;
        if !name.is_ascii() || !found.is_some_and(|found| found.is_empty()) {
            return false;
        }
    }
    let mut levels: Vec<NameLevel> = names.iter().map(|(level, _)| *level).collect();
    levels.dedup();
    let known = search.context.stored(move |store| store.some_records(kind, MOST_TRIED)).await.unwrap_or_default();
    let known = if known.is_empty() { first_records(search, kind).await } else { known };
    for level in levels {
        let tells = |record: &&Record| {
            find::called_at(record, level).is_some_and(|name| name.bytes().any(|byte| byte.is_ascii_alphabetic()))
        };
        let Some(record) = known.iter().find(tells) else { return false };
        if !overlooks_case(search, record, level).await {
            return false;
        }
    }
    true
}

/// The first records of the server's list.
async fn first_records(search: &Search<'_>, kind: RecordKind) -> Vec<Record> {
    let Some(list) = search.context.dialect.list(kind) else { return Vec::new() };
    let request = list.request.query("count", "1");
    let Ok(answer) = search.context.send(&request).await else { return Vec::new() };
    let page = list::parse(&answer.body).unwrap_or_default();
    let few = page.resources.iter().take(MOST_TRIED);
    few.filter_map(|raw| search.context.dialect.read(kind, raw, list.depth, "$").ok()).collect()
}
