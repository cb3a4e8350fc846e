//! The journal: shown, taken back, tried again, taken up where an earlier run stopped.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{
    desk::{Desk, USERS_AND_TEAMS},
    end::{ErrorCode, Stop, note},
    json::ChangeRow,
    print,
    run::{self, Ran, waits},
    send::{Proposal, asked, can_ask, propose},
    table::Table,
    told,
};
use crate::{
    cli::{ActivityArgs, Sending},
    config::ConfigError,
    directory::{
        change::{Change, ChangeId},
        plan::{self, Entry, State},
        work::Job,
    },
    runtime::Opener,
    store::Store,
};

/// Changes of the journal that a plan without a number is looked for in.
const RECENT: usize = 1_000;

/// Waiting changes listed before they are sent.
const LISTED: usize = 20;

pub(super) fn activity(opener: &Opener, profile: Option<&str>, args: &ActivityArgs) -> Result<(), Stop> {
    let store = store(opener, profile)?;
    let journal = match args.plan {
        Some(plan) => store.journal_plan(ChangeId(plan))?,
        None => store.journal_recent(if args.failed { RECENT.max(args.last) } else { args.last })?,
    };
    if let Some(notice) = journal.notice() {
        note(format_args!("scimitar: {notice}"));
    }
    let shown: Vec<&Entry> =
        journal.entries.iter().filter(|entry| !args.failed || entry.state != State::Confirmed).collect();
    let shown = &shown[shown.len().saturating_sub(if args.plan.is_some() { usize::MAX } else { args.last })..];
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        let rows: Vec<ChangeRow<'_>> = shown.iter().map(|entry| ChangeRow::of(entry, true)).collect();
        print::json_pretty(&mut out, &rows)?;
        out.flush()?;
        return Ok(());
    }
    let zone = TimeZone::system();
    let row = |entry: &&Entry| {
        let words = &entry.step.words;
        vec![
            entry.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            entry.plan.0.to_string(),
            entry.actor.clone(),
            entry.state.label().to_owned(),
            words.subject.clone(),
            words.text("→"),
            entry.why.clone(),
        ]
    };
    let heads = vec!["time", "plan", "by", "state", "subject", "change", "why"];
    Table { heads, rows: shown.iter().map(row).collect() }.print(&mut out)?;
    out.flush()?;
    Ok(())
}

pub(super) async fn undo(
    opener: &Opener,
    profile: Option<&str>,
    plan: Option<i64>,
    send: &Sending,
) -> Result<(), Stop> {
    let journal = entries(opener, profile, plan)?;
    let undone = |id: ChangeId| journal.iter().any(|e| e.undoes == Some(id) && !e.state.is_failure());
    let candidate = || {
        let mut plans: Vec<ChangeId> = journal.iter().filter(|e| e.undoes.is_none()).map(|e| e.plan).collect();
        plans.dedup();
        plans.into_iter().rev().find(|plan| !undone(*plan) && plan::inverse(of(&journal, *plan)).is_ok())
    };
    let Some(id) = plan.map(ChangeId).or_else(candidate) else {
        return Err(Stop::new(ErrorCode::NothingToUndo, "there is nothing to undo"));
    };
    if undone(id) {
        return Err(Stop::new(ErrorCode::UndoneAlready, "this was undone already"));
    }
    let title = title(&journal, id)?;
    let (changes, never) = plan::inverse(of(&journal, id)).map_err(Stop::refused)?;
    let notes = never.iter().map(|(line, why)| format!("Stays: {}: {why}", line.subject)).collect();
    let mut desk = read(opener, profile, send, &changes).await?;
    let changes = still_open(&mut desk, changes);
    let title = Some(format!("Undo: {title}"));
    propose(desk, Proposal { changes, title, undoes: Some(id), notes, ..Proposal::default() }, send).await
}

pub(super) async fn retry(
    opener: &Opener,
    profile: Option<&str>,
    plan: Option<i64>,
    send: &Sending,
) -> Result<(), Stop> {
    let journal = entries(opener, profile, plan)?;
    let failed = |entry: &&Entry| entry.may_be_sent_again();
    let Some(id) = plan.map(ChangeId).or_else(|| journal.iter().rev().find(failed).map(|entry| entry.plan)) else {
        return Err(Stop::new(ErrorCode::NothingFailed, "nothing failed"));
    };
    let title = title(&journal, id)?;
    let changes: Vec<Change> = of(&journal, id).filter(failed).map(|entry| entry.step.change.clone()).collect();
    let mut desk = read(opener, profile, send, &changes).await?;
    let changes = changes.into_iter().map(|change| change.renewed(desk.id().provisional())).collect();
    let changes = still_open(&mut desk, changes);
    propose(desk, Proposal { changes, title: Some(title), ..Proposal::default() }, send).await
}

pub(super) async fn resume(opener: &Opener, profile: Option<&str>, drop: bool, send: &Sending) -> Result<(), Stop> {
    let mut desk = Desk::open(opener, profile, send.parallel).await?;
    desk.read(&USERS_AND_TEAMS).await?;
    let (elsewhere, left): (Vec<Entry>, Vec<Entry>) =
        desk.journal.iter().filter(|entry| waits(entry)).cloned().partition(|entry| desk.elsewhere.contains(&entry.id));
    if !elsewhere.is_empty() {
        note(format_args!("{} wait in another console or command that runs: they are its own.", elsewhere.len()));
    }
    let done = take_up(&mut desk, left, drop, send).await;
    desk.close().await;
    done
}

/// Shows what waits, asks, and sends or drops it.
async fn take_up(desk: &mut Desk, left: Vec<Entry>, drop: bool, send: &Sending) -> Result<(), Stop> {
    if left.is_empty() {
        note("Nothing waits.");
        return told::nothing("Nothing waits", send.json);
    }
    let title = left.first().map(|entry| entry.title.clone()).unwrap_or_default();
    if send.dry_run || (!send.yes && !drop) {
        list(&left);
        if send.dry_run {
            return Ok(told::waiting(&left, &title, &desk.profile.name, send.json, None)?);
        }
        if !can_ask() || !asked("yes", &desk.profile.name)? {
            let stop = Stop::new(ErrorCode::NotConfirmed, "these wait").hint("--yes sends them, --drop drops them");
            told::waiting(&left, &title, &desk.profile.name, send.json, Some(&stop))?;
            return Err(if send.json { stop.printed() } else { stop });
        }
    }
    let mut ran = Ran::default();
    if drop {
        desk.give(Job::Drop(left.iter().map(|entry| entry.id).collect()));
        return told::dropped(run::dropped(desk, left).await?, &title, send.json);
    }
    let changes: Vec<Change> = left.iter().map(|entry| entry.step.change.clone()).collect();
    desk.decide(&changes).await?;
    run::resumed(desk, left, &mut ran).await?;
    told::effects(&ran, desk);
    told::alarms(&ran, desk);
    told::all(&ran, &title, send.json)
}

/// The first of what waits.
fn list(left: &[Entry]) {
    for entry in left.iter().take(LISTED) {
        note(format_args!("  {}  {}", entry.step.words.subject, entry.step.words.text("→")));
    }
    match left.len().saturating_sub(LISTED) {
        0 => {}
        more => note(format_args!("  and {more} more")),
    }
}

/// Opens, and reads what the changes are about.
async fn read(opener: &Opener, profile: Option<&str>, send: &Sending, changes: &[Change]) -> Result<Desk, Stop> {
    let mut desk = Desk::open(opener, profile, send.parallel).await?;
    desk.read(&USERS_AND_TEAMS).await?;
    let users: Vec<_> = changes.iter().flat_map(Change::touches).map(|(target, _)| target.id).collect();
    desk.fill(users.into_iter()).await?;
    Ok(desk)
}

/// Without what is so already.
fn still_open(desk: &mut Desk, changes: Vec<Change>) -> Vec<Change> {
    changes.into_iter().filter(|change| !plan::already(change, &desk.directory)).collect()
}

fn store(opener: &Opener, profile: Option<&str>) -> Result<Store, Stop> {
    let none = || ConfigError::about(&opener.places.config_file, "there is no profile", "").no_profile();
    Ok(opener.store(&opener.at_start(profile)?.ok_or_else(none)?)?)
}

fn entries(opener: &Opener, profile: Option<&str>, plan: Option<i64>) -> Result<Vec<Entry>, Stop> {
    let store = store(opener, profile)?;
    let mut entries = store.journal_recent(RECENT)?.entries;
    if let Some(plan) = plan {
        let own = store.journal_plan(ChangeId(plan))?.entries;
        entries.retain(|entry| entry.plan != ChangeId(plan));
        entries.extend(own);
    }
    Ok(entries)
}

fn of(journal: &[Entry], plan: ChangeId) -> impl DoubleEndedIterator<Item = &Entry> {
    journal.iter().filter(move |entry| entry.plan == plan)
}

fn title(journal: &[Entry], plan: ChangeId) -> Result<String, Stop> {
    let first = of(journal, plan).next();
    let unknown = || Stop::new(ErrorCode::PlanUnknown, format!("the journal has no plan {}", plan.0));
    first.map(|entry| entry.title.clone()).ok_or_else(unknown)
}
