//! Reading all lists to their end, parsing and indexing off the event loop, and putting them on disk.

use std::{hash::BuildHasher, sync::Arc, time::Duration};

use serde_json::{Value, value::RawValue};

use super::context::{Context, now, unreadable};
use crate::{
    dialect::{self, Dialect},
    directory::{
        Kind,
        record::{Record, Role, Team, User},
        records::Records,
        work::{Proof, Report},
    },
    scim::{
        discovery,
        failure::{Class, Failure},
        habits::Habits,
        list,
        pager::Pager,
        request::{Method, Request},
    },
    store::{Snapshot, Store},
};

/// Where the store keeps what another interface said of roles.
const TOLD_ROLES: &str = "told-roles";

/// Records shown as soon as a first page is there; then each time the list has doubled.
const FIRST_SHOWN: usize = 1;

/// How a refresh ended.
pub struct Ended {
    /// What the server said of itself, where it was asked.
    pub habits: Option<Habits>,
    /// Nothing answered at all.
    pub down: Option<Failure>,
    /// Some lists came and others found no server: worth trying again soon.
    pub cut_short: bool,
}

/// One list, read to its end.
struct Listed {
    records: Vec<Record>,
    raws: Vec<Box<RawValue>>,
    proof: Proof,
}

/// Everything that the three lists hold.
#[derive(Default, Clone)]
struct Lists {
    users: Vec<User>,
    teams: Vec<Team>,
    roles: Vec<Role>,
}

impl Lists {
    fn is_empty(&self, kind: Kind) -> bool {
        match kind {
            Kind::User => self.users.is_empty(),
            Kind::Team => self.teams.is_empty(),
            Kind::Role => self.roles.is_empty(),
        }
    }

    fn push(&mut self, record: Record) {
        match record {
            Record::User(user) => self.users.push(user),
            Record::Team(team) => self.teams.push(team),
            Record::Role(role) => self.roles.push(role),
        }
    }
}

/// Reads all lists. `first` shows records while they come: nothing is on screen yet.
///
/// `discover` asks the server what it can do beside that; lists are read in the way that is known already.
pub async fn run(context: Context, first: bool, discover: bool) -> Ended {
    context.report(Report::RefreshBegan);
    // Teams and roles are short and complete the users' rows: they are read beside the users.
    let (users, teams, roles, told, habits) = tokio::join!(
        read_list(&context, Kind::User, first),
        read_list(&context, Kind::Team, false),
        read_list(&context, Kind::Role, false),
        told_roles(&context),
        discovered(&context, discover)
    );
    let mut lists = Lists::default();
    let mut proofs = Vec::new();
    let mut failed = Vec::new();
    let mut kept = Vec::new();
    for (kind, read) in [(Kind::User, users), (Kind::Team, teams), (Kind::Role, roles)] {
        match read {
            None => {}
            Some(Err(failure)) => failed.push((kind, failure)),
            Some(Ok(listed)) => {
                proofs.push(listed.proof);
                let stored: Vec<(Record, Box<RawValue>)> = listed.records.iter().cloned().zip(listed.raws).collect();
                kept.push((kind, stored));
                listed.records.into_iter().for_each(|record| lists.push(record));
            }
        }
    }
    let down = proofs.is_empty().then(|| failed.first().map(|(_, failure)| failure.clone())).flatten();
    let wrong_path = !failed.is_empty() && failed.iter().all(|(_, failure)| failure.class == Class::NotFound);
    if wrong_path && proofs.is_empty() {
        for (_, failure) in &mut failed {
            "The server knows none of the lists (404 on all of them).".clone_into(&mut failure.text);
            "Check url and path in the profile.".clone_into(&mut failure.next);
        }
    }
    if !proofs.is_empty() {
        show(&context, lists, &failed, told).await;
    }
    let absent = |failure: &Failure| matches!(failure.class, Class::Offline | Class::Timeout);
    let cut_short = down.is_none() && failed.iter().any(|(_, failure)| absent(failure));
    let at = now();
    context.report(Report::RefreshEnded { at, proofs, failed });
    for (kind, rows) in kept {
        let store = move |store: &mut Store| {
            store.replace_kind(kind, rows.iter().map(|(record, raw)| (record, Some(raw.get()))), at)
        };
        context.stored(store).await;
    }
    Ended { habits, down, cut_short }
}

/// What the server says of itself. Most say nothing, and that is no failure.
async fn discovered(context: &Context, discover: bool) -> Option<Habits> {
    if !discover || !context.dialect.discovers() {
        return None;
    }
    let answer = context.send(&Request::new(Method::Get, [discovery::ENDPOINTS[0]])).await.ok()?;
    let document = list::parse_one(&answer.body).ok()?;
    Some(discovery::service_config(&document).habits())
}

/// Everybody's role, where another interface says it; what it said last time where it does not answer.
async fn told_roles(context: &Context) -> Option<Value> {
    let request = context.dialect.asks_for_roles()?;
    let answer = context.send(&request).await.and_then(|answer| {
        serde_json::from_slice::<Value>(&answer.body).map_err(|error| {
            Failure::local(Class::Protocol, format!("The answer about roles could not be read: {error}"), "")
        })
    });
    match answer {
        Ok(document) => {
            let text = document.to_string();
            context.stored(move |store| store.meta_set(TOLD_ROLES, &text)).await;
            Some(document)
        }
        Err(failure) => {
            context.report(Report::Notice(format!("Roles could not be read: {}", failure.sentences())));
            stored_roles(context).await
        }
    }
}

/// What was said of roles last time.
pub async fn stored_roles(context: &Context) -> Option<Value> {
    context.dialect.asks_for_roles()?;
    let text = context.stored(|store| store.meta_get(TOLD_ROLES)).await.flatten()?;
    serde_json::from_str(&text).ok()
}

/// Indexes and shows; lists that failed keep what the disk knows.
async fn show(context: &Context, mut lists: Lists, failed: &[(Kind, Failure)], told: Option<Value>) {
    let mut unread: Vec<Kind> = failed.iter().map(|(kind, _)| *kind).collect();
    if !failed.is_empty()
        && let Some(stored) = context.stored(|store| store.load()).await
    {
        for (kind, _) in failed {
            match kind {
                Kind::User => lists.users.clone_from(&stored.users),
                Kind::Team => lists.teams.clone_from(&stored.teams),
                Kind::Role => lists.roles.clone_from(&stored.roles),
            }
        }
        unread.retain(|kind| lists.is_empty(*kind));
    }
    let dialect = Arc::clone(&context.dialect);
    let build = move || build(&*dialect, lists, &unread, told.as_ref());
    if let Ok(records) = tokio::task::spawn_blocking(build).await {
        let seen = Some(now());
        context.report(Report::Records { records: Box::new(records), seen, partial: false, stored: false });
    }
}

/// Indexes the lists, with roles from wherever the provider has them.
fn build(dialect: &dyn Dialect, lists: Lists, unread: &[Kind], told: Option<&Value>) -> Records {
    let source = dialect.role_source(told);
    let roles = if dialect.list(Kind::Role).is_some() { lists.roles } else { source.records() };
    Records::build(lists.users, lists.teams, roles).without(unread).with_roles(source)
}

/// The same of what the disk holds.
pub fn indexed(dialect: &dyn Dialect, snapshot: Snapshot, unread: &[Kind], told: Option<&Value>) -> Records {
    let Snapshot { users, teams, roles, .. } = snapshot;
    build(dialect, Lists { users, teams, roles }, unread, told)
}

/// Reads one list to its end. `None` where the provider has no such list.
async fn read_list(context: &Context, kind: Kind, first: bool) -> Option<Result<Listed, Failure>> {
    let spec = context.dialect.list(kind)?;
    let mut pager = Pager::new(spec.paging).limited(spec.limit);
    let mut records: Vec<Record> = Vec::new();
    let mut raws: Vec<Box<RawValue>> = Vec::new();
    let mut shown = FIRST_SHOWN;
    let mut received = 0;
    while let Some(query) = pager.next() {
        let mut request = spec.request.clone();
        request.query.extend(query);
        let answer = match context.send(&request).await {
            Ok(answer) => answer,
            Err(failure) if matches!(failure.class, Class::Refused | Class::Server) && pager.refused() => continue,
            Err(failure) => return Some(Err(failure)),
        };
        let dialect = Arc::clone(&context.dialect);
        let (depth, start) = (spec.depth, received);
        let parsed = tokio::task::spawn_blocking(move || {
            let page = list::parse(&answer.body)?;
            let mut nameless = Nameless::default();
            let read: Vec<(Record, String)> = page
                .resources
                .iter()
                .enumerate()
                .map(|(at, raw)| match dialect.read(kind, raw, depth, &format!("$.Resources[{at}]")) {
                    Ok(record) => {
                        let id = record.target().id.to_string();
                        (record, id)
                    }
                    Err(problem) => (dialect::placeholder(kind, start + at + 1, problem), nameless.key(raw.get())),
                })
                .collect();
            Ok::<_, list::BadBody>((page, read))
        })
        .await;
        let (page, read) = match parsed {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(bad)) => return Some(Err(unreadable(&bad))),
            Err(_) => {
                return Some(Err(Failure::local(Class::Protocol, "Reading the answer failed.", "Please report this.")));
            }
        };
        received += read.len();
        let ids: Vec<&str> = read.iter().map(|(_, id)| id.as_str()).collect();
        let accepted = pager.accept(page.total, page.next_cursor, &ids);
        let fresh: rustc_hash::FxHashSet<usize> = accepted.new.into_iter().collect();
        for (at, ((record, _), raw)) in read.into_iter().zip(page.resources).enumerate() {
            if fresh.contains(&at) {
                records.push(record);
                raws.push(raw);
            }
        }
        context.report(Report::Progress { kind, seen: records.len() as u64, said: page.total });
        if first && records.len() >= shown && pager.next().is_some() {
            shown = records.len() * 2;
            show_partly(context, &records).await;
        }
    }
    let proof = pager.proof();
    let complete = proof.is_complete();
    let proof = Proof { kind, seen: records.len() as u64, words: proof.to_string(), complete };
    Some(Ok(Listed { records, raws, proof }))
}

/// What tells records without an id apart: their text, and how often it stood in the page before. The same page read
/// again gives the same keys, so a server that repeats itself is noticed.
#[derive(Default)]
struct Nameless(rustc_hash::FxHashMap<u64, usize>);

impl Nameless {
    fn key(&mut self, raw: &str) -> String {
        let hash = rustc_hash::FxBuildHasher.hash_one(raw);
        let before = self.0.entry(hash).or_default();
        *before += 1;
        format!("{}{hash:016x}-{before}", dialect::UNREADABLE)
    }
}

async fn show_partly(context: &Context, records: &[Record]) {
    let mut lists = Lists::default();
    records.iter().cloned().for_each(|record| lists.push(record));
    let rest = [Kind::Team, Kind::Role];
    let dialect = Arc::clone(&context.dialect);
    let build = move || build(&*dialect, lists, &rest, None);
    if let Ok(records) = tokio::task::spawn_blocking(build).await {
        context.report(Report::Records { records: Box::new(records), seen: None, partial: true, stored: false });
    }
}

/// The wait before a server that does not answer is tried again.
pub fn patience(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.min(5)).min(Duration::from_secs(30))
}
