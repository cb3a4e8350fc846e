//! Tells the outcome of a plan: counts, failures by their reason, and advice about them.

use std::io;

use indexmap::IndexMap;
use secrecy::ExposeSecret;

use super::{
    end::{ErrorCode, heard, note},
    error::CommandError,
    headless_session::HeadlessSession,
    outcome_json::OutcomeOutput,
    print,
    run::RunOutcome,
    send::WITHOUT,
};
use crate::{
    directory::{
        change::Change,
        plan::{ALREADY, ChangeState, HARMED, JournalEntry, SideEffect, Undo},
        words,
    },
    output::{OutputWriter, err, out},
    scim::text::number,
};

/// Subjects named of each reason.
const NAMED: usize = 8;

/// The number of changes whose value was so before they were to be sent, or that somebody else made.
pub(super) fn so_already(ran: &RunOutcome) -> usize {
    ran.entries.values().filter(|entry| is_so(entry)).count()
}

/// True for a change whose value was so before it was to be sent, or that somebody else made.
pub(super) fn is_so(entry: &JournalEntry) -> bool {
    entry.state == ChangeState::Already || (entry.why == ALREADY && entry.state == ChangeState::Dropped)
}

/// The number of changes in a state.
pub(super) fn count(ran: &RunOutcome, state: ChangeState) -> usize {
    ran.entries.values().filter(|entry| entry.state == state).count()
}

/// Tells that there was nothing to send, as far as it is known: an outcome without changes where it is JSON, else nothing.
pub(super) fn nothing(title: &str, notes: Vec<String>, json: bool) -> Result<(), CommandError> {
    if json {
        let ran = RunOutcome { notes, ..RunOutcome::default() };
        out().json_pretty(&OutcomeOutput::of(&ran, title, false, None))?;
    }
    Ok(())
}

/// Tells that the waiting changes were dropped.
pub(super) fn dropped(ran: RunOutcome, title: &str, json: bool) -> Result<(), CommandError> {
    let mut out = out();
    heard(if json {
        out.json_pretty(&OutcomeOutput::of(&ran, title, false, None))
    } else {
        writeln!(out, "Dropped: {}.", count(&ran, ChangeState::Dropped))
    })?;
    Ok(())
}

/// Tells the changes that should be taken back at once, with the command lines that do it; to standard error, before
/// anything else.
pub(super) fn alarms(ran: &RunOutcome, session: &HeadlessSession) {
    for entry in ran.alarms() {
        let words = &entry.step.words;
        note(format_args!("ATTENTION: {}: {}: it took effect. {}", words.subject, words.text("→"), entry.why));
        let back = match &entry.step.undo {
            Undo::By(back) => {
                words::command_line(&back.iter().collect::<Vec<_>>(), &session.directory, Some(&session.profile.name))
            }
            Undo::Never(_) => None,
        };
        match back {
            Some(lines) => {
                note("This takes it back:");
                lines.lines().for_each(note);
            }
            None => note("It can't be taken back: make somebody else admin."),
        }
    }
}

/// Tells the side effects of the changes, with the command lines that put them back; to standard error, before anything
/// else.
pub(super) fn effects(ran: &RunOutcome, session: &HeadlessSession) {
    for entry in ran.with_effects() {
        let words = &entry.step.words;
        let lead = if entry.did_harm() { "ATTENTION: nobody asked for this" } else { "Also" };
        let told: Vec<&str> = entry.effects.iter().map(|effect| effect.words.as_str()).collect();
        note(format_args!("{lead}: {}: {}: {}", words.subject, words.text("→"), told.join(" ")));
    }
    let harmed = || ran.entries.values().filter(|entry| entry.did_harm());
    let joined: Vec<&Change> = harmed().flat_map(JournalEntry::takes_out).collect();
    if let Some(lines) = words::command_line(&joined, &session.directory, Some(&session.profile.name)) {
        note("If nobody else has put them in, this takes them out:");
        lines.lines().for_each(note);
    }
    let back: Vec<&Change> = harmed().flat_map(JournalEntry::puts_back).collect();
    if !back.is_empty() {
        // A command line holds texts, numbers and truth values, and no lists or objects.
        let structured = |change: &Change| matches!(change, Change::SetAttribute { to: Some(to), .. } if to.is_array() || to.is_object());
        let lines = words::command_line(&back, &session.directory, Some(&session.profile.name));
        match lines.filter(|_| !back.iter().any(|change| structured(change))) {
            Some(lines) => {
                note("This puts it back:");
                lines.lines().for_each(note);
            }
            None if ran.unjournaled => note("It is not in the journal, so `scimitar undo` can't put it back."),
            None if harmed().all(|entry| entry.undoes.is_some()) => note("`scimitar undo` puts it back."),
            None => note("`scimitar undo` puts it back, with the change itself."),
        }
    }
    let stays: Vec<&str> = lost(ran).map(|effect| effect.words.as_str()).collect();
    if !stays.is_empty() {
        note(format_args!("Nothing here puts this back: {}", stays.join(" ")));
    }
}

/// Losses beside the changes that no change puts back.
fn lost(ran: &RunOutcome) -> impl Iterator<Item = &SideEffect> {
    ran.entries.values().flat_map(JournalEntry::lost)
}

/// Prints the outcome to standard output, details of failures to standard error; an error where some changes were not
/// done.
pub(super) fn all(ran: &RunOutcome, title: &str, json: bool) -> Result<(), CommandError> {
    let verdict = verdict(ran, json);
    let mut out = out();
    if json {
        heard(out.json_pretty(&OutcomeOutput::of(
            ran,
            title,
            ran.sent && !ran.is_unwritten(),
            verdict.as_ref().err(),
        )))?;
        return verdict.map_err(CommandError::printed);
    }
    heard(summary(&mut out, ran, title))?;
    for (_, secret) in &ran.secrets {
        heard(writeln!(out, "The key, shown this once and kept nowhere: {}", secret.expose_secret()))?;
    }
    if ran.unjournaled {
        heard(writeln!(out, "Not in the journal: undo, retry and resume know nothing of it."))?;
    }
    shortfall(ran);
    verdict
}

/// An error that counts the changes that were not done, if there are any. In JSON it names the way on for those that wait;
/// people read of them in a line of its own.
fn verdict(ran: &RunOutcome, json: bool) -> Result<(), CommandError> {
    if ran.is_unwritten() {
        return Err(CommandError::no_journal("the store refused it").hint(WITHOUT));
    }
    let is_done = |entry: &&JournalEntry| entry.is_done() || is_so(entry);
    let (all, done) = (ran.entries.len(), ran.entries.values().filter(is_done).count());
    let alarms = ran.alarms().count();
    let wanted = all + ran.refused.len();
    let is_whole = done == wanted && alarms == 0 && !ran.did_harm();
    if is_whole && ran.lost.is_empty() {
        return Ok(());
    }
    let [done, wanted] = [done, wanted].map(|count| number(count as u64));
    let stopped = ran.stopped.as_deref().map(|why| format!("{why} ")).unwrap_or_default();
    let puts_back = || ran.entries.values().flat_map(JournalEntry::puts_back).next().is_some();
    Err(match alarms {
        _ if is_whole => CommandError::new(
            ErrorCode::Partly,
            format!("{done} of {wanted} changes were done, and not all that was lost is back"),
        ),
        0 if ran.did_harm() => CommandError::new(
            ErrorCode::SideEffects,
            format!("{stopped}{done} of {wanted} changes were done, and more was altered than was asked for"),
        )
        .hint(if !ran.unjournaled && puts_back() {
            if lost(ran).next().is_some() {
                "`scimitar undo` puts back a part of it"
            } else {
                "`scimitar undo` puts it back"
            }
        } else if ran.entries.values().flat_map(JournalEntry::takes_out).next().is_some() {
            "who joined stays in until a person takes them out"
        } else {
            "nothing here puts it back"
        }),
        0 => CommandError::new(ErrorCode::Partly, format!("{stopped}{done} of {wanted} changes were done")).hint(
            if json && !ran.unjournaled && count(ran, ChangeState::Planned) > 0 {
                "`scimitar resume` sends those that wait, `scimitar resume --drop` drops them"
            } else {
                ""
            },
        ),
        _ => CommandError::new(ErrorCode::TakeBack, format!("{stopped}{done} of {wanted} changes were done"))
            .hint(format!("to be taken back at once: {alarms}")),
    })
}

/// `1 of 12 confirmed`.
fn summary(out: &mut OutputWriter<'_>, ran: &RunOutcome, title: &str) -> io::Result<()> {
    match ran.entries.values().collect::<Vec<_>>().as_slice() {
        [one] if one.state.is_done() || one.took_effect() => {
            let words = &one.step.words;
            let note = if one.why.is_empty() { String::new() } else { format!(" ({})", one.why) };
            writeln!(out, "{}: {}: {}{note}", words.subject, words.text("→"), one.state.label())
        }
        all => {
            let parts = [
                (count(ran, ChangeState::Unseen), "sent, not shown"),
                (so_already(ran), "so already"),
                (count(ran, ChangeState::Partly), "in part"),
            ];
            let told = parts.into_iter().filter(|(count, _)| *count > 0);
            let told: Vec<String> = told.map(|(count, words)| format!(", {} {words}", number(count as u64))).collect();
            let so = told.concat();
            let confirmed = count(ran, ChangeState::Confirmed);
            writeln!(out, "{title}: {} of {} confirmed{so}", number(confirmed as u64), number(all.len() as u64))
        }
    }
}

/// Tells the changes that were not done, the reasons, and advice; to standard error.
fn shortfall(ran: &RunOutcome) {
    let failed =
        |entry: &&JournalEntry| entry.state.is_failure() || (entry.state == ChangeState::Unseen && !entry.is_done());
    let failed: Vec<&JournalEntry> = ran.entries.values().filter(failed).collect();
    let dropped = |entry: &&JournalEntry| entry.state == ChangeState::Dropped && entry.why != ALREADY;
    let dropped: Vec<&JournalEntry> = ran.entries.values().filter(dropped).collect();
    let mut err = err();
    // A closed output decides nothing.
    let _ = print::refused(&mut err, &ran.refused);
    let _ = by_reason(&mut err, &failed);
    let _ = by_reason(&mut err, &dropped);
    drop(err);
    if let (Some(plan), false) = (ran.plan, failed.is_empty()) {
        let again = if failed.iter().any(|entry| entry.may_be_sent_again()) {
            let has_conflict = failed.iter().any(|entry| entry.state == ChangeState::Conflict);
            let over = if has_conflict { ", on top of what was changed since" } else { "" };
            format!("`scimitar retry {}` tries what failed again{over}; ", plan.0)
        } else {
            String::new()
        };
        note(format_args!("{again}`scimitar activity {} --json` has each request and what came back.", plan.0));
    }
    if let (Some(plan), true) = (ran.plan, dropped.iter().any(|entry| entry.why == HARMED)) {
        note(format_args!("`scimitar retry {}` sends the rest of the plan.", plan.0));
    }
    let waiting = count(ran, ChangeState::Planned);
    if waiting > 0 && ran.unjournaled {
        note(format_args!("{} were not sent, and are not in the journal.", number(waiting as u64)));
    } else if waiting > 0 {
        note(format_args!(
            "{} wait in the journal: `scimitar resume` sends them, `scimitar resume --drop` drops them.",
            number(waiting as u64)
        ));
    }
}

/// `14 × 503: the server …: eva-tanaka, ivan-rossi and 12 more`.
fn by_reason(out: &mut OutputWriter<'_>, failed: &[&JournalEntry]) -> io::Result<()> {
    let mut reasons: IndexMap<String, Vec<&str>> = IndexMap::new();
    for entry in failed {
        let reason = match &entry.failure {
            Some(failure) => failure.sentences(),
            None => entry.why.clone(),
        };
        reasons.entry(reason).or_default().push(&entry.step.words.subject);
    }
    for (reason, subjects) in reasons {
        let named = subjects.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = subjects.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "  {} × {reason} {named}{more}", subjects.len())?;
    }
    Ok(())
}
