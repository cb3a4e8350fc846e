//! Reading all lists to their end, parsing and indexing off the event loop, and putting them on disk.

use std::{hash::BuildHasher, sync::Arc, time::Duration};

use serde_json::{Value, value::RawValue};

use super::{
    asides,
    context::{Context, now, unreadable},
};
use crate::{
    dialect::{self, Dialect},
    directory::{
        Kind,
        record::{Record, Role, Team, User},
        records::Records,
        work::{Proof, Report},
    },
    scim::{
        failure::{Arrived, Class, Failure},
        filter::Filter,
        habits::Habits,
        list,
        pager::{Pager, thousands},
    },
    store::{Snapshot, Store},
};

/// The largest list that is kept in memory, in bytes of its answers.
const MOST_BYTES: usize = 1 << 30;
/// Records shown as soon as a first page is there; then each time the list has doubled.
const FIRST_SHOWN: usize = 1;

/// How a refresh ended.
pub struct Ended {
    /// What the server said and showed of itself.
    pub habits: Habits,
    /// Nothing answered at all.
    pub down: Option<Failure>,
    /// Some lists came and others found no server: worth trying again soon.
    pub cut_short: bool,
}

/// One list, read to its end.
pub struct Listed {
    pub records: Vec<Record>,
    pub raws: Vec<Box<RawValue>>,
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
/// `discover` asks the server what it can do beside that; lists are read in the way that is known already. With `narrow`
/// the server is asked only for the users that it finds: they are shown, and the disk keeps what it has.
pub async fn run(context: Context, first: bool, discover: bool, narrow: Option<Arc<Filter>>) -> Ended {
    context.report(Report::RefreshBegan);
    // Teams and roles are short and complete the users' rows: they are read beside the users.
    let (users, teams, roles, told, habits) = tokio::join!(
        read_list(&context, Kind::User, first && narrow.is_none(), narrow.as_ref()),
        read_list(&context, Kind::Team, false, None),
        read_list(&context, Kind::Role, false, None),
        asides::told_roles(&context),
        asides::discovered(&context, discover)
    );
    let mut habits = habits.unwrap_or_default();
    let mut teams = teams;
    if context.dialect.discovers() {
        if let (Some(Ok(people)), Some(Ok(groups))) = (&users, &mut teams)
            && asides::members_hidden(people, groups)
        {
            habits.tells_members = Some(false);
        }
        if let Some(Ok(listed)) = &users {
            habits = habits.or(asides::roles_seen(listed));
        }
    }
    let dialect = context.dialect.with_habits(&habits).unwrap_or_else(|| Arc::clone(&context.dialect));
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
                if kind != Kind::User || narrow.is_none() {
                    kept.push((kind, stored));
                }
                listed.records.into_iter().for_each(|record| lists.push(record));
            }
        }
    }
    // A list that was not read because it is too long was begun.
    let first = failed.iter().map(|(_, failure)| failure).find(|failure| failure.class != Class::Local);
    let down = first.filter(|_| proofs.is_empty()).cloned();
    let wrong_path = !failed.is_empty() && failed.iter().all(|(_, failure)| failure.class == Class::NotFound);
    if wrong_path && proofs.is_empty() {
        for (_, failure) in &mut failed {
            "The server knows none of the lists (404 on all of them).".clone_into(&mut failure.text);
            "Check url and path in the profile.".clone_into(&mut failure.next);
        }
    }
    if !proofs.is_empty() {
        let narrowed = narrow.is_some();
        show(&context, dialect, lists, narrowed, &failed, told).await;
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

/// Indexes and shows; lists that failed keep what the disk knows. Of `narrowed` users nobody's absence means anything.
async fn show(
    context: &Context,
    dialect: Arc<dyn Dialect>,
    mut lists: Lists,
    narrowed: bool,
    failed: &[(Kind, Failure)],
    told: Option<Value>,
) {
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
    if narrowed {
        unread.push(Kind::User);
    }
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
async fn read_list(
    context: &Context,
    kind: Kind,
    first: bool,
    narrow: Option<&Arc<Filter>>,
) -> Option<Result<Listed, Failure>> {
    let mut spec = context.dialect.list(kind)?;
    spec.request.query.extend(narrow.map(|filter| ("filter".to_owned(), filter.to_string())));
    let mut strangers = 0;
    let mut pager = Pager::new(spec.paging).limited(spec.limit);
    let mut records: Vec<Record> = Vec::new();
    let mut raws: Vec<Box<RawValue>> = Vec::new();
    let mut shown = FIRST_SHOWN;
    let mut received = 0;
    let mut bytes = 0;
    while let Some(query) = pager.next() {
        let mut request = spec.request.clone();
        request.query.extend(query);
        let answer = match context.send(&request).await {
            Ok(answer) => answer,
            Err(failure) if matches!(failure.class, Class::Refused | Class::Server) && pager.refused() => continue,
            Err(failure) => return Some(Err(failure)),
        };
        bytes += answer.bytes;
        if bytes > MOST_BYTES {
            return Some(Err(too_long()));
        }
        let dialect = Arc::clone(&context.dialect);
        let (depth, start) = (spec.depth, received);
        let filter = narrow.cloned();
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
            // Many servers answer a filter that they don't know with everybody.
            let meets = |raw: &RawValue, filter: &Filter| {
                serde_json::from_str::<Value>(raw.get()).is_ok_and(|record| filter.matches(&record))
            };
            let meant: Vec<bool> =
                page.resources.iter().map(|raw| filter.as_ref().is_none_or(|filter| meets(raw, filter))).collect();
            Ok::<_, list::BadBody>((page, read, meant))
        })
        .await;
        let (page, read, meant) = match parsed {
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
        strangers += meant.iter().filter(|meant| !**meant).count();
        for (at, ((record, _), raw)) in read.into_iter().zip(page.resources).enumerate() {
            if fresh.contains(&at) && meant.get(at) == Some(&true) {
                records.push(record);
                raws.push(raw);
            }
        }
        let many = page.total.unwrap_or_default().max(received as u64);
        if kind == Kind::User && many > context.max_users {
            return Some(Err(too_many(many, context.max_users, page.total.is_some())));
        }
        context.report(Report::Progress { kind, seen: records.len() as u64, said: page.total });
        if first && records.len() >= shown && pager.next().is_some() {
            shown = records.len() * 2;
            show_partly(context, &records).await;
        }
    }
    let proof = pager.proof();
    let complete = proof.is_complete() && strangers == 0;
    let words = match (narrow, strangers) {
        (None, _) => proof.to_string(),
        (Some(_), 0) => format!("{} found by the server", thousands(records.len() as u64)),
        (Some(_), _) => format!("{} found; the server sent others too", thousands(records.len() as u64)),
    };
    let proof = Proof { kind, seen: records.len() as u64, words, complete };
    Some(Ok(Listed { records, raws, proof }))
}

fn too_long() -> Failure {
    let text = format!("The list is longer than {} MiB", MOST_BYTES >> 20);
    Failure {
        arrived: Arrived::Yes,
        ..Failure::local(Class::Protocol, text, "Check the profile's url, or narrow it with :server-filter")
    }
}

/// A list that is not read whole is not shown in part as if it were all: a filter says which part is wanted.
fn too_many(many: u64, most: u64, said: bool) -> Failure {
    let (at_least, many) = (if said { "" } else { "at least " }, thousands(many));
    let text = format!("The server has {at_least}{many} users, and lists of up to {} are read whole.", thousands(most));
    let next = "The action server-filter reads those that a filter finds; max_users in the profile is the limit.";
    Failure { arrived: Arrived::Yes, ..Failure::local(Class::Local, text, next) }
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
