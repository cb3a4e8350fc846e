//! Reading all lists to their end, parsing and indexing off the event loop, and putting them on disk.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    asides,
    context::{Context, now},
    known::{Difference, Shown},
};
use crate::{
    dialect::Dialect,
    directory::{
        Kind,
        records::Records,
        work::{Proof, Report},
    },
    scim::{
        failure::{Class, Failure},
        filter::Filter,
        habits::Habits,
    },
    store::{Snapshot, Store},
};

mod ahead;
mod glimpse;
mod hints;
mod keep;
mod lists;
mod page;
mod read;
mod renew;

use hints::Hints;
use keep::Keeper;
use lists::Lists;
use read::{Listed, Wanted, read_list};

/// How a refresh ended.
pub struct Ended {
    /// What the server said and showed of itself.
    pub habits: Habits,
    /// Nothing answered at all.
    pub down: Option<Failure>,
    /// Some lists came and others found no server: worth trying again soon.
    pub cut_short: bool,
    /// The disk has lost what is shown: everything must be read once more.
    pub again: bool,
}

/// Reads all lists. `first` shows records while they come: nothing is on screen yet.
///
/// `discover` asks the server what it can do beside that; lists are read in the way that is known already. With `narrow`
/// the server is asked only for the users that it finds: they are shown, and the disk keeps what it has.
pub async fn run(context: Context, first: bool, discover: bool, narrow: Option<Arc<Filter>>) -> Ended {
    context.report(Report::RefreshBegan);
    if narrow.is_some() {
        context.known.forget();
    }
    let shown = context.known.begin();
    // Teams and roles are short and complete the users' rows: they are read beside the users.
    let users = Wanted { kind: Kind::User, first: first && narrow.is_none(), narrow: narrow.as_ref(), shown: &shown };
    let (users, mut teams, roles, told, habits) = tokio::join!(
        read_list(&context, users),
        read_list(&context, Wanted { kind: Kind::Team, first: false, narrow: None, shown: &shown }),
        read_list(&context, Wanted { kind: Kind::Role, first: false, narrow: None, shown: &shown }),
        asides::told_roles(&context),
        asides::discovered(&context, discover)
    );
    let mut habits = habits.unwrap_or_default();
    if let Some(Ok(people)) = &users {
        if let Some(Ok(groups)) = &mut teams
            && Hints::members_hidden(&people.hints, &groups.hints)
        {
            habits.tells_members = Some(false);
            groups.lists.teams.iter_mut().for_each(|team| team.members = None);
            context.stored(Store::hide_members).await;
        }
        habits = habits.or(people.hints.habits());
    }
    let mut brought = Brought::of([(Kind::User, users), (Kind::Team, teams), (Kind::Role, roles)]);
    // A list that was not read because it is too long was begun.
    let down = brought.failures().find(|why| why.class != Class::Local).filter(|_| brought.proofs.is_empty()).cloned();
    let absent = |why: &Failure| matches!(why.class, Class::Offline | Class::Timeout);
    let cut_short = down.is_none() && brought.failures().any(absent);
    let other = context.dialect.with_habits(&habits);
    let again = !present(&context, &mut brought, shown, other, narrow.is_some(), told.as_ref()).await;
    if narrow.is_some() || again {
        // A part of a list is no list.
        context.known.forget();
    } else {
        context.known.end(brought.found, told.as_ref());
    }
    let at = now();
    context.report(Report::RefreshEnded { at, proofs: brought.proofs, failed: brought.failed });
    for (keeper, whole) in brought.kept {
        keeper.end(at, whole).await;
    }
    Ended { habits, down, cut_short, again }
}

/// What all lists brought.
#[derive(Default)]
struct Brought {
    lists: Lists,
    found: Vec<(Kind, Difference)>,
    proofs: Vec<Proof>,
    failed: Vec<(Kind, Failure)>,
    /// What is on its way to the disk, and whether it is the whole of the list.
    kept: Vec<(Keeper, bool)>,
}

impl Brought {
    fn of(reads: [(Kind, Option<Result<Listed, Failure>>); 3]) -> Self {
        let mut all = Self::default();
        for (kind, read) in reads {
            match read {
                None => {}
                Some(Err(failure)) => all.failed.push((kind, failure)),
                Some(Ok(listed)) => {
                    all.proofs.push(listed.proof);
                    all.kept.push((listed.keeper, listed.whole));
                    all.lists.join(listed.lists);
                    all.found.push((kind, listed.difference));
                }
            }
        }
        let wrong_path = all.proofs.is_empty() && all.failures().all(|failure| failure.class == Class::NotFound);
        for (_, failure) in all.failed.iter_mut().filter(|_| wrong_path) {
            "The server knows none of the lists (404 on all of them).".clone_into(&mut failure.text);
            "Check url and path in the profile.".clone_into(&mut failure.next);
        }
        all
    }

    fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failed.iter().map(|(_, failure)| failure)
    }
}

/// Shows what was brought: of what is shown already only how it differs, where it is the same lists, and roles come from where
/// they came from. False if everything must be read once more.
async fn present(
    context: &Context,
    brought: &mut Brought,
    shown: Shown,
    other: Option<Arc<dyn Dialect>>,
    narrowed: bool,
    told: Option<&Value>,
) -> bool {
    if brought.proofs.is_empty() {
        return true;
    }
    let Brought { lists, found, failed, .. } = brought;
    let lists = std::mem::take(lists);
    let is_shown = found.iter().all(|(kind, _)| shown.has(*kind)) && shown.was_told(told) && other.is_none();
    if is_shown && renew::is_little(found) {
        renew::tell(context, renew::rest(lists, found));
        return true;
    }
    let Some(lists) = renew::complete(context, lists, found).await else { return false };
    let dialect = other.unwrap_or_else(|| Arc::clone(&context.dialect));
    show(context, dialect, lists, narrowed, failed, told.cloned()).await;
    context.known.lose(failed.iter().map(|(kind, _)| *kind));
    true
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
        unread.retain(|kind| stored.unread.contains(kind));
        let Snapshot { mut users, mut teams, mut roles, .. } = stored.without_parts();
        for (kind, _) in failed {
            match kind {
                Kind::User => lists.users = std::mem::take(&mut users),
                Kind::Team => lists.teams = std::mem::take(&mut teams),
                Kind::Role => lists.roles = std::mem::take(&mut roles),
            }
        }
    }
    if narrowed {
        unread.push(Kind::User);
    }
    let build = move || {
        let records = build(&*dialect, lists, &unread, told.as_ref());
        records.index_names();
        records
    };
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
    let Snapshot { users, teams, roles, unread: never, .. } = snapshot.without_parts();
    let never = never.into_iter().filter(|kind| dialect.list(*kind).is_some());
    let unread: Vec<Kind> = never.chain(unread.iter().copied()).collect();
    build(dialect, Lists { users, teams, roles }, &unread, told)
}

async fn show_partly(context: &Context, lists: Lists) {
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
