//! The journal: its listing, undo, retry, and the resumption of an earlier run.

use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    end::{ErrorCode, note},
    error::CommandError,
    headless_session::{HeadlessSession, USERS_AND_TEAMS},
    json::ChangeRow,
    outcome_json, outputs,
    run::{self, RunOutcome, waits},
    send::{Proposal, asked, can_ask, propose},
    table::Table,
};
use crate::{
    cli::{ActivityArgs, SendOptions},
    config::ConfigError,
    directory::{
        Id,
        change::{Change, ChangeId},
        plan::{self, ChangeState, HARMED, InversePlan, JournalEntry, NOT_CREATED, RecordSuccessors},
        refusal::Refusal,
        work::WorkerJob,
    },
    output::out,
    runtime::Opener,
    scim::text::clean,
    store::Store,
};

/// The number of newest changes of the journal in which a plan without a number is searched for.
const RECENT: usize = 1_000;

/// Waiting changes listed before they are sent.
const LISTED: usize = 20;

pub(super) fn activity(opener: &Opener, profile: Option<&str>, args: &ActivityArgs) -> Result<(), CommandError> {
    let store = store(opener, profile)?;
    let journal = match args.plan {
        Some(plan) => store.journal_plan(ChangeId(plan))?,
        None => store.journal_recent(if args.failed { RECENT.max(args.last) } else { args.last })?,
    };
    if let Some(notice) = journal.notice() {
        note(format_args!("scimitar: {notice}"));
    }
    let shown: Vec<&JournalEntry> =
        journal.entries.iter().filter(|entry| !args.failed || entry.state != ChangeState::Confirmed).collect();
    let shown = &shown[shown.len().saturating_sub(if args.plan.is_some() { usize::MAX } else { args.last })..];
    let mut out = out().buffered();
    if args.json {
        let rows: Vec<ChangeRow<'_>> = shown.iter().map(|entry| ChangeRow::of(entry, true)).collect();
        out.json_pretty(&rows)?;
        out.flush()?;
        return Ok(());
    }
    let zone = TimeZone::system();
    let reasons = shown.iter().any(|entry| entry.reason.is_some());
    let row = |entry: &&JournalEntry| {
        let words = &entry.step.words;
        let mut row = vec![
            entry.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            entry.plan.0.to_string(),
            entry.actor.clone(),
            entry.state.label().to_owned(),
            words.subject.clone(),
            words.text("→"),
            entry
                .effects
                .iter()
                .map(|effect| effect.words.as_str())
                .chain([entry.why.as_str()])
                .collect::<Vec<_>>()
                .join(" "),
        ];
        row.extend(reasons.then(|| entry.reason.clone().unwrap_or_default()));
        row
    };
    let heads = ["time", "plan", "by", "state", "subject", "change", "why"].into_iter();
    let heads = heads.chain(reasons.then_some("reason")).collect();
    Table { heads, rows: shown.iter().map(row).collect(), ..Table::default() }.print(&mut out)?;
    out.flush()?;
    Ok(())
}

pub(super) async fn undo(
    opener: &Opener,
    profile: Option<&str>,
    plan: Option<i64>,
    on_top: bool,
    send: &SendOptions,
) -> Result<(), CommandError> {
    needs_journal(send)?;
    let journal = entries(opener, profile, plan)?;
    let Some(id) = plan.map(ChangeId).or_else(|| plan::newest(&journal)) else {
        return Err(CommandError::new(ErrorCode::NothingToUndo, "there is nothing to undo"));
    };
    let title = title(&journal, id)?;
    if plan::is_undone(&journal, id) {
        return Err(CommandError::new(ErrorCode::UndoneAlready, "this was undone already"));
    }
    let inverse = inverse(&journal, id, plan.is_some())
        .map_err(|why| cant_be_undone(&journal, id, &title, why, plan.is_some()))?;
    let notes = inverse.never.iter().map(|(line, why)| format!("Stays: {}: {}", line.subject, why.text)).collect();
    let changes: Vec<Change> = inverse.steps.iter().map(|step| step.change.clone()).collect();
    let mut session = read(opener, profile, send, &changes).await?;
    session.read_unsure(&inverse).await?;
    let activated = |change: &Change| match change {
        Change::SetActive { user, active: true } => Some(user.to_string()),
        _ => None,
    };
    session.recall_vanished(&changes.iter().filter_map(activated).collect::<Vec<_>>());
    let mut undo = inverse.compare(&session.directory, session.can().holds());
    if on_top {
        undo.put_on_top();
    }
    undo.renew(|| session.id().provisional());
    let nothing = format!("plan {} ({}) has nothing left to take back.", id.0, clean(&title));
    let older = older(&journal, id).filter(|_| plan.is_none()).map(|hint| format!(" {hint}."));
    let nothing = Some(nothing + &older.unwrap_or_default());
    let title = Some(format!("Undo: {title}"));
    propose(session, Proposal { title, undoes: Some(id), nothing, notes, ..Proposal::of_undo(undo) }, send).await
}

/// The changes that undo a plan. If a person has `named` the plan, changes with an unknown author are included.
fn inverse(journal: &[JournalEntry], plan: ChangeId, named: bool) -> Result<InversePlan, Refusal> {
    let successors = RecordSuccessors::of(journal.iter());
    let own: Vec<JournalEntry> =
        of(journal, plan).cloned().map(|entry| if named { entry.claimed() } else { entry }).collect();
    plan::inverse(own.iter(), journal.iter().filter(|entry| entry.undoes == Some(plan)), &successors)
        .map(|inverse| inverse.without_shared(journal.iter(), &successors))
}

/// The reason, with the plan; if the person named no plan, with the next older plan that can be undone.
fn cant_be_undone(journal: &[JournalEntry], id: ChangeId, title: &str, why: Refusal, named: bool) -> CommandError {
    let text = format!("plan {} ({}): {}", id.0, clean(title), why.text);
    let stop = CommandError::refused(Refusal::new(why.code, text));
    if !named && of(journal, id).any(JournalEntry::is_unattributed) {
        return stop.hint(format!("`scimitar undo {}` takes it back all the same", id.0));
    }
    match older(journal, id) {
        Some(hint) if !named => stop.hint(hint),
        _ => stop,
    }
}

/// The sentence about the next older plan that can be undone.
fn older(journal: &[JournalEntry], id: ChangeId) -> Option<String> {
    let mut older: Vec<ChangeId> =
        journal.iter().filter(|entry| entry.undoes.is_none() && entry.plan < id).map(|entry| entry.plan).collect();
    older.dedup();
    let possible = |plan: &ChangeId| !plan::is_undone(journal, *plan) && inverse(journal, *plan, false).is_ok();
    let plan = older.into_iter().rev().find(possible)?;
    let title = of(journal, plan).next().map(|entry| clean(&entry.title)).unwrap_or_default();
    Some(format!("`scimitar undo {}` takes back an older plan: {title}", plan.0))
}

pub(super) async fn retry(
    opener: &Opener,
    profile: Option<&str>,
    plan: Option<i64>,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let journal = entries(opener, profile, plan)?;
    let failed = |entry: &&JournalEntry| entry.may_be_sent_again() || entry.why == HARMED;
    let Some(id) = plan.map(ChangeId).or_else(|| journal.iter().rev().find(failed).map(|entry| entry.plan)) else {
        return Err(CommandError::new(ErrorCode::NothingFailed, "nothing failed"));
    };
    let title = title(&journal, id)?;
    let again = |entry: &&JournalEntry| failed(entry) || entry.why == NOT_CREATED;
    let successors = RecordSuccessors::of(journal.iter());
    let again: Vec<&JournalEntry> = of(&journal, id).filter(again).collect();
    let stand_in = |entry: &&JournalEntry| successors.stand_in(&entry.step.change);
    let conflicts = again.iter().filter_map(|entry| Some((stand_in(entry), entry.in_spite_of_conflict()?))).collect();
    // The retry of an undo is the undo of the same plan.
    let undone: FxHashSet<Option<ChangeId>> = again.iter().map(|entry| entry.undoes).collect();
    let undoes = undone.iter().next().copied().flatten().filter(|_| undone.len() == 1);
    let changes: Vec<Change> = again.iter().map(stand_in).collect();
    let mut session = read(opener, profile, send, &changes).await?;
    let keys: FxHashMap<Id, Id> =
        changes.iter().filter_map(Change::creates).map(|key| (key.clone(), session.id().provisional())).collect();
    let changes = changes.into_iter().map(|change| change.with_ids(|id| keys.get(id).cloned())).collect();
    let changes = session.still_open(changes).await?;
    propose(session, Proposal { changes, title: Some(title), undoes, conflicts, ..Proposal::default() }, send).await
}

pub(super) async fn resume(
    opener: &Opener,
    profile: Option<&str>,
    drop: bool,
    send: &SendOptions,
) -> Result<(), CommandError> {
    needs_journal(send)?;
    let mut session = HeadlessSession::open(opener, profile, send.parallel).await?;
    session.read(&USERS_AND_TEAMS).await?;
    // If the journal could not be read, it may have waiting changes.
    if !session.journal_read || session.no_journal.is_some() {
        let why = session.no_journal.take().unwrap_or_else(|| "the journal could not be read".into());
        session.close().await;
        return Err(CommandError::new(ErrorCode::Store, why));
    }
    // Nobody was told the outcomes that were found while the lists were read.
    let open = session.journal.iter().filter(|entry| session.were_open.contains(&entry.id));
    let (elsewhere, left): (Vec<&JournalEntry>, Vec<&JournalEntry>) =
        open.partition(|entry| session.elsewhere.contains(&entry.id));
    if !elsewhere.is_empty() {
        note(format_args!("{} wait in another console or command that runs: they are its own.", elsewhere.len()));
    }
    let plans: FxHashSet<ChangeId> = left.into_iter().map(|entry| entry.plan).collect();
    // The result counts whole plans, because nobody was told the outcomes of their other changes.
    let own = |entry: &&JournalEntry| plans.contains(&entry.plan) && !session.elsewhere.contains(&entry.id);
    let ran = RunOutcome::of(session.journal.iter().filter(own).cloned());
    let done = take_up(&mut session, ran, drop, send).await;
    session.close().await;
    done
}

/// Looks up the changes that were in flight, shows the waiting changes, asks, and sends or drops them.
async fn take_up(
    session: &mut HeadlessSession,
    mut ran: RunOutcome,
    drop: bool,
    send: &SendOptions,
) -> Result<(), CommandError> {
    if ran.entries.is_empty() {
        note("Nothing waits.");
        let failed = newest_failure(&session.journal);
        return match failed {
            None => outputs::nothing("Nothing waits", Vec::new(), send.json),
            Some(stop) => Err(stop),
        };
    }
    run::looked_up(session, &mut ran).await?;
    if !drop {
        session.ask_hosting().await?;
        // A new plan would refuse and drop the changes, so they wait until the profile is corrected.
        if let Some(refusal) = session.guards.closed().filter(|_| session.guards.contradiction.is_some()) {
            return Err(CommandError::refused(refusal));
        }
    }
    let left: Vec<JournalEntry> = ran.entries.values().filter(|entry| waits(entry)).cloned().collect();
    let plans: FxHashSet<ChangeId> = ran.entries.values().map(|entry| entry.plan).collect();
    let title = match (plans.len(), ran.entries.values().next()) {
        (1, Some(entry)) => entry.title.clone(),
        (many, _) => format!("{many} plans"),
    };
    if left.is_empty() || ran.stopped.is_some() {
        outputs::alarms(&ran, session);
        return outputs::all(&ran, &title, send.json);
    }
    if send.dry_run || (!send.yes && !drop) {
        list(&left);
        if send.dry_run {
            return Ok(outcome_json::waiting(&left, &title, &session.profile.name, send.json, None)?);
        }
        if !can_ask() || !asked("yes", None, &session.profile.name)? {
            let stop =
                CommandError::new(ErrorCode::NotConfirmed, "these wait").hint("--yes sends them, --drop drops them");
            outcome_json::waiting(&left, &title, &session.profile.name, send.json, Some(&stop))?;
            return Err(if send.json { stop.printed() } else { stop });
        }
    }
    if drop {
        session.give(WorkerJob::Drop(left.iter().map(|entry| entry.id).collect()));
        return outputs::dropped(run::dropped(session, left).await?, &title, send.json);
    }
    let changes: Vec<Change> = left.iter().map(|entry| entry.step.change.clone()).collect();
    session.decide(&changes).await?;
    let known = ran.harms();
    run::parts(session, &mut ran, known).await?;
    outputs::effects(&ran, session);
    outputs::alarms(&ran, session);
    outputs::all(&ran, &title, send.json)
}

/// The error for a newest plan of which some changes failed while none waits: a killed run has reported nothing.
fn newest_failure(journal: &[JournalEntry]) -> Option<CommandError> {
    let newest = journal.iter().map(|entry| entry.plan).max()?;
    let (all, failed) =
        (of(journal, newest).count(), of(journal, newest).filter(|entry| entry.state.is_failure()).count());
    let why = format!("{failed} of {all} changes of the newest plan were not done");
    let tries = format!("`scimitar retry {}` tries them again; ", newest.0);
    let tries = if of(journal, newest).any(JournalEntry::may_be_sent_again) { tries } else { String::new() };
    let hint = format!("{tries}`scimitar activity {} --json` has each request and what came back", newest.0);
    (failed > 0).then(|| CommandError::new(ErrorCode::Partly, why).hint(hint))
}

/// Lists the first of the waiting changes.
fn list(left: &[JournalEntry]) {
    for entry in left.iter().take(LISTED) {
        note(format_args!("  {}  {}", entry.step.words.subject, entry.step.words.text("→")));
    }
    match left.len().saturating_sub(LISTED) {
        0 => {}
        more => note(format_args!("  and {more} more")),
    }
}

/// The error for these commands with `--no-journal`, because they need the journal.
fn needs_journal(send: &SendOptions) -> Result<(), CommandError> {
    if send.no_journal {
        return Err(CommandError::usage(
            "undo, retry and resume go by the journal: --no-journal is for other commands",
        ));
    }
    Ok(())
}

/// Opens the profile, and reads the records that the changes are about.
async fn read(
    opener: &Opener,
    profile: Option<&str>,
    send: &SendOptions,
    changes: &[Change],
) -> Result<HeadlessSession, CommandError> {
    let mut session = HeadlessSession::open(opener, profile, send.parallel).await?;
    let touched: Vec<_> = changes.iter().flat_map(Change::touches).map(|(target, _)| target).collect();
    // A list that no change needs may fail.
    let needed = USERS_AND_TEAMS.into_iter().filter(|kind| touched.iter().any(|target| target.kind == *kind));
    session.read(&needed.collect::<Vec<_>>()).await?;
    let users: Vec<_> = touched.into_iter().map(|target| target.id).collect();
    session.fill(users.into_iter()).await?;
    Ok(session)
}

fn store(opener: &Opener, profile: Option<&str>) -> Result<Store, CommandError> {
    let none = || ConfigError::about(&opener.places.config_file, "there is no profile", "").no_profile();
    Ok(opener.store(&opener.at_start(profile)?.ok_or_else(none)?)?)
}

fn entries(opener: &Opener, profile: Option<&str>, plan: Option<i64>) -> Result<Vec<JournalEntry>, CommandError> {
    let store = store(opener, profile)?;
    let mut entries = store.journal_recent(RECENT)?.entries;
    if let Some(plan) = plan {
        let own = store.journal_plan(ChangeId(plan))?.entries;
        entries.retain(|entry| entry.plan != ChangeId(plan));
        entries.extend(own);
    }
    Ok(entries)
}

fn of(journal: &[JournalEntry], plan: ChangeId) -> impl DoubleEndedIterator<Item = &JournalEntry> {
    journal.iter().filter(move |entry| entry.plan == plan)
}

fn title(journal: &[JournalEntry], plan: ChangeId) -> Result<String, CommandError> {
    let first = of(journal, plan).next();
    let unknown = || CommandError::new(ErrorCode::PlanUnknown, format!("the journal has no plan {}", plan.0));
    first.map(|entry| entry.title.clone()).ok_or_else(unknown)
}
