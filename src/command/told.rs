//! What became of a plan, told: counts, failures by their reason, and what to do about them.

use std::io::{self, Write};

use indexmap::IndexMap;
use serde::Serialize;

use super::{desk::Desk, json::ChangeRow, print, run::Ran, send::Whole};
use crate::{
    directory::{
        plan::{ALREADY, Entry, State, Undo},
        words::{self, Line},
    },
    scim::text::number,
};

/// Subjects named of each reason.
const NAMED: usize = 8;

/// A plan as scripts get it, nothing sent.
#[derive(Serialize)]
pub(super) struct Planned<'a> {
    profile: &'a str,
    title: &'a str,
    /// About the whole plan.
    notes: &'a [String],
    requests: usize,
    changes: Vec<PlannedRow<'a>>,
    /// Planned once the server has created what they are about.
    follow: Vec<FollowRow<'a>>,
    refused: Vec<RefusedRow<'a>>,
}

#[derive(Serialize)]
struct PlannedRow<'a> {
    subject: &'a str,
    what: &'a str,
    before: &'a str,
    after: &'a str,
    consequences: &'a [String],
    undoable: bool,
    requests: Vec<String>,
}

#[derive(Serialize)]
struct FollowRow<'a> {
    subject: &'a str,
    what: &'a str,
}

#[derive(Serialize)]
struct RefusedRow<'a> {
    subject: &'a str,
    what: &'a str,
    why: &'a str,
}

impl<'a> Planned<'a> {
    pub fn of(whole: &'a Whole, profile: &'a str) -> Self {
        let plan = &whole.plan;
        Self {
            profile,
            title: &plan.title,
            notes: &plan.notes,
            requests: plan.requests(),
            changes: plan
                .steps
                .iter()
                .map(|step| PlannedRow {
                    subject: &step.words.subject,
                    what: &step.words.what,
                    before: &step.words.before,
                    after: &step.words.after,
                    consequences: &step.consequences,
                    undoable: matches!(step.undo, crate::directory::plan::Undo::By(_)),
                    requests: step.requests.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            follow: whole
                .later
                .iter()
                .map(|(_, line)| FollowRow { subject: &line.subject, what: &line.what })
                .collect(),
            refused: refused(&plan.refused),
        }
    }
}

fn refused(lines: &[(Line, String)]) -> Vec<RefusedRow<'_>> {
    lines.iter().map(|(line, why)| RefusedRow { subject: &line.subject, what: &line.what, why }).collect()
}

#[derive(Serialize)]
struct Outcome<'a> {
    plan: Option<i64>,
    title: &'a str,
    confirmed: usize,
    failed: usize,
    /// Still to be sent: `scimitar resume`.
    waiting: usize,
    /// Not begun: the same command again.
    not_begun: usize,
    stopped: Option<&'a str>,
    changes: Vec<ChangeRow<'a>>,
    refused: Vec<RefusedRow<'a>>,
}

/// What should be taken back at once, with the command lines that do it; to standard error, before anything else.
pub(super) fn alarms(ran: &Ran, desk: &Desk) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for entry in ran.alarms() {
        let words = &entry.step.words;
        writeln!(err, "ATTENTION: {}: {}: it took effect. {}", words.subject, words.text("→"), entry.why)?;
        let back = match &entry.step.undo {
            Undo::By(back) => {
                words::command_line(&back.iter().collect::<Vec<_>>(), &desk.directory, Some(&desk.profile.name))
            }
            Undo::Never(_) => None,
        };
        match back {
            Some(lines) => writeln!(err, "This takes it back:\n{lines}")?,
            None => writeln!(err, "It can't be taken back: make somebody else admin.")?,
        }
    }
    Ok(())
}

/// To standard output; failures to standard error.
pub(super) fn all(ran: &Ran, title: &str, json: bool) -> io::Result<()> {
    let is = |state: State| ran.entries.values().filter(|entry| entry.state == state).count();
    let so_already = ran.entries.values().filter(|entry| entry.why == ALREADY).count();
    let (confirmed, waiting) = (is(State::Confirmed), is(State::Planned));
    let failed: Vec<&Entry> = ran.entries.values().filter(|entry| entry.state.is_failure()).collect();
    if json {
        let outcome = Outcome {
            plan: ran.plan.map(|plan| plan.0),
            title,
            confirmed,
            failed: failed.len(),
            waiting,
            not_begun: ran.not_begun + ran.orphaned,
            stopped: ran.stopped.as_deref(),
            changes: ran.entries.values().map(|entry| ChangeRow::of(entry, false)).collect(),
            refused: refused(&ran.refused),
        };
        return print::json_pretty(&mut io::stdout().lock(), &outcome);
    }
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    if let Some(why) = &ran.stopped {
        writeln!(err, "{why}")?;
    }
    match ran.entries.values().collect::<Vec<_>>().as_slice() {
        [one] if one.state == State::Confirmed => {
            let words = &one.step.words;
            let note = if one.why.is_empty() { String::new() } else { format!(" ({})", one.why) };
            writeln!(out, "{}: {}: confirmed{note}", words.subject, words.text("→"))?;
        }
        all => {
            let so = if so_already > 0 { format!(", {} so already", number(so_already as u64)) } else { String::new() };
            writeln!(out, "{title}: {} of {} confirmed{so}", number(confirmed as u64), number(all.len() as u64))?;
        }
    }
    print::refused(&mut err, &ran.refused)?;
    by_reason(&mut err, &failed)?;
    if let (Some(plan), false) = (ran.plan, failed.is_empty()) {
        writeln!(
            err,
            "`scimitar retry {}` tries what failed again; `scimitar activity {}` has every answer.",
            plan.0, plan.0
        )?;
    }
    if waiting > 0 {
        writeln!(
            err,
            "{} wait in the journal: `scimitar resume` sends them, `scimitar resume --drop` drops them.",
            number(waiting as u64)
        )?;
    }
    if ran.orphaned > 0 {
        writeln!(err, "{} were not sent: what they are about was not created.", number(ran.orphaned as u64))?;
    }
    if ran.not_begun > 0 {
        writeln!(err, "{} more were not begun: give the same command again.", number(ran.not_begun as u64))?;
    }
    Ok(())
}

/// `14 × 503: the server …: eva-tanaka, ivan-rossi and 12 more`.
fn by_reason(out: &mut impl Write, failed: &[&Entry]) -> io::Result<()> {
    let mut reasons: IndexMap<String, Vec<&str>> = IndexMap::new();
    for entry in failed {
        let reason = match &entry.failure {
            Some(failure) => failure.text.clone(),
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
