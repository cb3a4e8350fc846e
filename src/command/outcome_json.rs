//! Plans and outcomes as scripts get them, with `--json`.

use std::{io, path::Path};

use secrecy::ExposeSecret;
use serde::Serialize;

use super::{
    end::heard,
    error::CommandError,
    json::ChangeRow,
    outputs::{count, is_so, so_already},
    run::RunOutcome,
    send::Whole,
};
use crate::{
    desired::DesiredState,
    directory::{
        plan::{ChangeState, JournalEntry, Risk, Step, Undo},
        refusal::{Refusal, RefusalCode},
        words::PlanLine,
    },
    output::out,
};

/// A plan as scripts get it, nothing sent.
#[derive(Serialize)]
pub(super) struct PlanOutput<'a> {
    profile: &'a str,
    title: &'a str,
    /// The reason or ticket that was given.
    reason: Option<&'a str>,
    /// Sentences about the whole plan.
    notes: &'a [String],
    /// Always false.
    sent: bool,
    /// The text that `--confirm` must give; `None` where `--yes` is enough.
    confirm: Option<String>,
    requests: usize,
    changes: Vec<PlannedRow<'a>>,
    /// Changes that are planned once the server has created the records that they are about.
    follow: Vec<FollowRow<'a>>,
    refused: Vec<RefusedRow<'a>>,
    /// The error with which the command ends, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a CommandError>,
}

#[derive(Serialize)]
struct PlannedRow<'a> {
    subject: &'a str,
    what: &'a str,
    before: &'a str,
    after: &'a str,
    consequences: &'a [String],
    undoable: bool,
    /// True if there is no way back, and `undo` makes the removed record anew, as far as it is known.
    made_anew: bool,
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
    code: RefusalCode,
    why: &'a str,
}

impl<'a> PlanOutput<'a> {
    pub fn of(whole: &'a Whole, profile: &'a str, error: Option<&'a CommandError>) -> Self {
        let plan = &whole.plan;
        Self {
            profile,
            title: &plan.title,
            reason: plan.reason.as_deref(),
            notes: &plan.notes,
            sent: false,
            confirm: match plan.risk() {
                Risk::Insist(text) => Some(text),
                Risk::Plain | Risk::Look | Risk::Type(_) => None,
            },
            requests: plan.requests(),
            changes: plan.steps.iter().map(PlannedRow::of).collect(),
            follow: whole
                .later
                .iter()
                .map(|(_, line)| FollowRow { subject: &line.subject, what: &line.what })
                .collect(),
            refused: refused(&plan.refused),
            error,
        }
    }
}

impl<'a> PlannedRow<'a> {
    fn of(step: &'a Step) -> Self {
        Self {
            subject: &step.words.subject,
            what: &step.words.what,
            before: &step.words.before,
            after: &step.words.after,
            consequences: &step.consequences,
            undoable: matches!(step.undo, Undo::By(_)),
            made_anew: step.compensation.is_some(),
            requests: step.requests.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Prints the changes that wait in the journal, on standard output where that is JSON, with the error that the command
/// ends with.
pub(super) fn waiting(
    left: &[JournalEntry],
    title: &str,
    profile: &str,
    json: bool,
    error: Option<&CommandError>,
) -> io::Result<()> {
    if !json {
        return Ok(());
    }
    let planned = PlanOutput {
        profile,
        reason: left.first().and_then(|entry| entry.reason.as_deref()),
        title,
        sent: false,
        // A plan that was confirmed before.
        confirm: None,
        requests: left.iter().map(|entry| entry.step.requests.len()).sum(),
        changes: left.iter().map(|entry| PlannedRow::of(&entry.step)).collect(),
        notes: &[],
        follow: Vec::new(),
        refused: Vec::new(),
        error,
    };
    heard(out().json_pretty(&planned))
}

fn refused(lines: &[(PlanLine, Refusal)]) -> Vec<RefusedRow<'_>> {
    lines
        .iter()
        .map(|(line, refusal)| RefusedRow {
            subject: &line.subject,
            what: &line.what,
            code: refusal.code,
            why: &refusal.text,
        })
        .collect()
}

/// The outcome of a plan, as scripts get it.
#[derive(Serialize)]
pub(super) struct OutcomeOutput<'a> {
    plan: Option<i64>,
    title: &'a str,
    /// False where there was nothing to send.
    sent: bool,
    confirmed: usize,
    /// Changes that were sent to a server that never shows them.
    not_shown: usize,
    /// Changes whose value was so before, or that somebody else made.
    so_already: usize,
    /// Changes of which only a part took effect.
    in_part: usize,
    /// Changes that were refused, in conflict, or have an unknown outcome.
    failed: usize,
    /// Changes that are still to be sent: `scimitar resume`.
    waiting: usize,
    /// Facts that the server does not tell, so that more changes may be needed than are known, and other notes on the plan.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    /// Changes that were taken back before they were sent.
    dropped: usize,
    /// False where the person wanted no journal.
    journal: bool,
    stopped: Option<&'a str>,
    changes: Vec<ChangeRow<'a>>,
    refused: Vec<RefusedRow<'a>>,
    /// Secrets that the server shows this once, and that are kept nowhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<SecretRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a CommandError>,
}

/// A secret, and the change that made it.
#[derive(Serialize)]
struct SecretRow<'a> {
    change: i64,
    secret: &'a str,
}

impl<'a> OutcomeOutput<'a> {
    pub fn of(ran: &'a RunOutcome, title: &'a str, sent: bool, error: Option<&'a CommandError>) -> Self {
        Self {
            plan: ran.plan.map(|plan| plan.0),
            title,
            sent,
            confirmed: count(ran, ChangeState::Confirmed),
            not_shown: count(ran, ChangeState::Unseen),
            so_already: so_already(ran),
            in_part: count(ran, ChangeState::Partly),
            failed: ran.entries.values().filter(|entry| entry.state.may_be_sent_again()).count(),
            waiting: count(ran, ChangeState::Planned),
            notes: &ran.notes,
            dropped: ran.entries.values().filter(|entry| entry.state == ChangeState::Dropped && !is_so(entry)).count(),
            journal: !ran.unjournaled,
            stopped: ran.stopped.as_deref(),
            changes: ran.entries.values().map(|entry| ChangeRow::of(entry, false)).collect(),
            refused: refused(&ran.refused),
            secrets: ran
                .secrets
                .iter()
                .map(|(id, secret)| SecretRow { change: id.0, secret: secret.expose_secret() })
                .collect(),
            error,
        }
    }
}

/// An export that went to a file, as scripts get it.
#[derive(Serialize)]
pub(super) struct WrittenFile {
    file: String,
    users: usize,
    teams: usize,
    roles: usize,
}

impl WrittenFile {
    pub fn of(file: &Path, desired: &DesiredState) -> Self {
        Self {
            file: file.to_string_lossy().into_owned(),
            users: desired.people.len(),
            teams: desired.teams.len(),
            roles: desired.roles.len(),
        }
    }
}
