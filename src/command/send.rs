//! The way from changes to outcomes: planned, shown, confirmed, sent, told.
//!
//! Creations go first, then changes that give, then changes that take away; each of these parts is planned anew on the
//! outcome of the one before. So nobody stops being admin before the next one is, and changes after a creation get its
//! id. The whole plan is in the journal before the first request: a run that is killed leaves nothing that `resume`
//! does not know.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
};

use jiff::Timestamp;

use super::{
    end::{ErrorCode, heard, note},
    error::CommandError,
    headless_session::HeadlessSession,
    outcome_json, outputs, print,
    run::{self, RunOutcome},
};
use crate::{
    cli::SendOptions,
    directory::{
        Directory,
        change::{Change, ChangeId, SendPhase},
        plan::{self, FactGravity, Plan, Risk, UndoDraft},
        refusal::Refusal,
        words::{self, PlanLine},
    },
    output::{err, out},
    scim::text::clean,
};

/// Advice for when nothing can be written down.
pub(super) const WITHOUT: &str = "--no-journal sends it all the same; undo, retry and resume then know nothing of it";

/// The changes that a command wants.
#[derive(Default)]
pub(super) struct Proposal {
    pub changes: Vec<Change>,
    /// A title in the place of the plan's own.
    pub title: Option<String>,
    /// The plan that is taken back.
    pub undoes: Option<ChangeId>,
    /// The words for a proposal of which nothing is left to do, in the place of the usual ones.
    pub nothing: Option<String>,
    /// Changes that can't be sent whatever the guards say.
    pub refused: Vec<(PlanLine, Refusal)>,
    /// True if the facts that guards need were read already.
    pub is_decided: bool,
    /// Sentences that are worth a look before sending.
    pub notes: Vec<String>,
    /// Facts that the server does not tell, so that more changes may be needed than are known.
    pub not_told: Vec<String>,
    /// The conditions of an undo.
    pub undo: UndoDraft,
    /// Changes that are sent in spite of a conflict, each with what goes with it, in words.
    pub conflicts: Vec<(Change, String)>,
}

impl Proposal {
    /// An undo that was compared with the directory.
    pub fn of_undo(mut undo: UndoDraft) -> Self {
        let changes = std::mem::take(&mut undo.changes);
        Self { changes, refused: std::mem::take(&mut undo.conflicts), undo, ..Self::default() }
    }
}

/// Shows the plan, asks, sends and tells the outcome.
pub(super) async fn propose(
    mut session: HeadlessSession,
    proposal: Proposal,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let done = carried_out(&mut session, proposal, send).await;
    session.close().await;
    done
}

async fn carried_out(
    session: &mut HeadlessSession,
    proposal: Proposal,
    send: &SendOptions,
) -> Result<(), CommandError> {
    let Proposal { changes, title, undoes, nothing, refused, notes, not_told, mut undo, conflicts, is_decided } =
        proposal;
    session.ask_hosting().await?;
    if !is_decided {
        session.decide(&changes).await?;
    }
    let stages = stages(changes, &session.directory);
    let mut whole = whole(session, &stages, undoes);
    whole.is_contested = undo.is_contested();
    undo.bind(&mut whole.plan);
    whole.plan.tell_conflicts(conflicts);
    whole.plan.refused.extend(refused);
    whole.plan.title = title.unwrap_or(whole.plan.title);
    whole.plan.reason = send.reason.as_deref().and_then(plan::reason);
    notes.iter().chain(&not_told).for_each(note);
    let lost = undo.lost().to_vec();
    if whole.is_empty() && !lost.is_empty() {
        lost.iter().for_each(note);
        let ran = RunOutcome { notes: [notes, not_told, lost.clone()].concat(), lost, ..RunOutcome::default() };
        return outputs::all(&ran, &whole.plan.title, send.json);
    }
    if whole.is_empty() {
        whole.plan.notes.iter().for_each(note);
        let known = if not_told.is_empty() { "it is so already." } else { "it is so already, as far as it is known." };
        note(format_args!("Nothing to do: {}", nothing.as_deref().unwrap_or(known)));
        let said = [notes, not_told, nothing.into_iter().collect()].concat();
        return outputs::nothing("Nothing to do", said, send.json);
    }
    // For people they stand on standard error.
    let said = if send.json { [notes, not_told].concat() } else { Vec::new() };
    if send.dry_run {
        whole.plan.notes.extend(said);
        return shown(session, whole, send.json);
    }
    let allowed = match &session.no_journal {
        Some(why) => Err(CommandError::no_journal(why).hint(WITHOUT)),
        None => may_send(session, &whole, send).and_then(|()| reasoned(session, &mut whole.plan, send)),
    };
    if let Err(stop) = allowed {
        if !send.json {
            return Err(stop);
        }
        whole.plan.notes.extend(said);
        heard(show(session, &whole, true, Some(&stop)))?;
        return Err(stop.printed());
    }
    let Whole { mut plan, later, .. } = whole;
    let title = plan.title.clone();
    let refused = std::mem::take(&mut plan.refused);
    let notes = plan.notes.iter().cloned().chain(said).collect();
    let mut ran = RunOutcome { refused, notes, lost, unjournaled: session.unjournaled, ..RunOutcome::default() };
    run::whole(session, plan, later, &mut ran).await?;
    ran.secrets = std::mem::take(&mut session.secrets);
    outputs::effects(&ran, session);
    outputs::alarms(&ran, session);
    outputs::all(&ran, &title, send.json)
}

/// Shows a plan that is not sent; an error where none of it could be.
fn shown(session: &HeadlessSession, mut whole: Whole, json: bool) -> Result<(), CommandError> {
    if !whole.plan.steps.is_empty() || !whole.later.is_empty() {
        heard(show(session, &whole, json, None))?;
        return Ok(());
    }
    let stop = cant_be_sent(&whole);
    // The refused changes are the reason for the status: standard error has them, and standard output only as JSON.
    let refused = if json { whole.plan.refused.clone() } else { std::mem::take(&mut whole.plan.refused) };
    heard(show(session, &whole, json, Some(&stop)))?;
    // A closed output decides nothing.
    let _ = print::refused(&mut err(), &refused);
    Err(if json { stop.printed() } else { stop })
}

/// The plan on standard output; in JSON with the error that it ends with.
pub(super) fn show(
    session: &HeadlessSession,
    whole: &Whole,
    json: bool,
    error: Option<&CommandError>,
) -> io::Result<()> {
    let mut out = out();
    if json {
        return out.json_pretty(&outcome_json::PlanOutput::of(whole, &session.profile.name, error));
    }
    writeln!(out, "{} ({})", whole.plan.title, print::size(whole))?;
    print::plan(&mut out, whole)
}

/// A plan, and the changes that can only be planned once the server has created the records that they are about.
pub(super) struct Whole {
    pub plan: Plan,
    pub later: Vec<(Change, PlanLine)>,
    /// True for an undo of which a person may send refused lines all the same.
    pub is_contested: bool,
}

impl Whole {
    /// True if there is nothing to send or to refuse.
    pub fn is_empty(&self) -> bool {
        self.plan.steps.is_empty() && self.plan.refused.is_empty() && self.later.is_empty()
    }
}

/// All stages as one plan, later stages as if the earlier ones had happened.
pub(super) fn whole(session: &mut HeadlessSession, stages: &[Vec<Change>], undoes: Option<ChangeId>) -> Whole {
    let mut all = Plan { undoes, ..Plan::default() };
    let (mut later, mut laid) = (Vec::new(), Vec::new());
    let holds = session.can().holds();
    for stage in stages {
        let (ready, waiting): (Vec<Change>, Vec<Change>) =
            stage.iter().cloned().partition(|change| change.waits_for().is_empty());
        let plan = plan::draft(&*session.planner, &session.guards, ready, &session.directory);
        for step in &plan.steps {
            let id = session.id();
            session.directory.begin(id, step.change.clone());
            laid.push(id);
        }
        all.steps.extend(plan.steps);
        all.refused.extend(plan.refused);
        all.notes.extend(plan.notes.into_iter().filter(|note| !all.notes.contains(note)).collect::<Vec<_>>());
        all.mass.extend(plan.mass);
        all.among.join(plan.among);
        later.extend(waiting.into_iter().map(|change| {
            let line = words::line_in(&change, &session.directory, holds);
            (change, line)
        }));
    }
    all.title = words::title(&all, &later, &session.directory, holds);
    for id in laid.into_iter().rev() {
        session.directory.take_off(id);
    }
    Whole { plan: all, later, is_contested: false }
}

/// Creations, then changes that give, then changes that take away; none of them empty.
pub(super) fn stages(changes: Vec<Change>, directory: &Directory) -> Vec<Vec<Change>> {
    let mut stages: BTreeMap<SendPhase, Vec<Change>> = BTreeMap::new();
    for change in changes {
        stages.entry(change.phase(directory)).or_default().push(change);
    }
    stages.into_values().collect()
}

/// Tells the notes and the grave facts of a plan that is sent without being shown.
fn told_unasked(plan: &Plan) {
    let facts = plan.facts();
    let grave = facts.iter().filter(|fact| fact.gravity == FactGravity::Grave).map(|fact| &fact.sentence);
    plan.notes.iter().chain(grave).for_each(|words| note(format_args!("scimitar: {words}")));
}

/// Whether the plan may be sent: not with refused lines, without the person's confirmation, or with nobody to ask.
fn may_send(session: &HeadlessSession, whole: &Whole, send: &SendOptions) -> Result<(), CommandError> {
    let plan = &whole.plan;
    if !plan.refused.is_empty() && (plan.steps.is_empty() || !send.partial) {
        // A closed output decides nothing.
        let _ = print::refused(&mut err(), &plan.refused);
        return Err(cant_be_sent(whole));
    }
    let risk = plan.risk();
    let shown = plan.undoes.is_some() || session.profile.confirm_always || !plan.refused.is_empty();
    let unconfirmed = |why: String| CommandError::new(ErrorCode::NotConfirmed, format!("nothing was sent: {why}"));
    match (&risk, send.confirm.as_deref()) {
        (Risk::Plain, _) if !shown => {
            told_unasked(plan);
            return Ok(());
        }
        (Risk::Type(wanted) | Risk::Insist(wanted), Some(given)) if given.trim() == wanted => {
            told_unasked(plan);
            return Ok(());
        }
        (Risk::Type(wanted) | Risk::Insist(wanted), Some(given)) => {
            return Err(unconfirmed(format!("--confirm says {}, and this plan wants {wanted}", clean(given))));
        }
        (Risk::Insist(_), None) => {}
        _ if send.yes => {
            told_unasked(plan);
            return Ok(());
        }
        _ => {}
    }
    note(format_args!("{} ({})", plan.title, print::size(whole)));
    // A closed output decides nothing.
    let _ = print::plan(&mut err(), whole);
    if !can_ask() {
        return Err(match &risk {
            Risk::Insist(wanted) => unconfirmed("--yes is not enough for this".into())
                .hint(format!("--confirm \"{wanted}\" sends it where nobody can be asked")),
            _ => unconfirmed("this wants a look".into())
                .hint("--dry-run shows it, --yes sends it where nobody can be asked"),
        });
    }
    let wanted = risk.typed().unwrap_or("yes");
    let asked = asked(wanted, plan.typed_number(), &session.profile.name)?;
    if asked { Ok(()) } else { Err(unconfirmed("it was not confirmed".into())) }
}

/// The plan has a reason, where the profile wants one: whoever sits at the terminal is asked for it.
fn reasoned(session: &HeadlessSession, plan: &mut Plan, send: &SendOptions) -> Result<(), CommandError> {
    if !session.profile.reason_required || plan.reason.is_some() {
        return Ok(());
    }
    if !send.yes && can_ask() {
        plan.reason = plan::reason(&answer(&format!("Reason or ticket, for {}: ", session.profile.name))?);
    }
    let missing = || CommandError::new(ErrorCode::NoReason, "nothing was sent: this profile wants a reason or ticket");
    plan.reason.as_ref().map(|_| ()).ok_or_else(|| missing().hint("--reason \"OPS-4711\" gives it"))
}

/// The error for refused lines, which were named before.
fn cant_be_sent(whole: &Whole) -> CommandError {
    let plan = &whole.plan;
    let (all, bad) = (plan.steps.len() + plan.refused.len(), plan.refused.len());
    let (words, rest) = match (all, plan.steps.is_empty()) {
        (1, _) => ("this can't be sent".to_owned(), None),
        (_, true) => ("none of this can be sent".to_owned(), None),
        _ => (format!("nothing was sent: {bad} of {all} changes can't be"), Some("--partial sends the rest")),
    };
    let on_top = whole.is_contested.then_some("--on-top takes back what was changed since, too");
    let hints: Vec<&str> = rest.into_iter().chain(on_top).collect();
    CommandError::new(ErrorCode::Refused, words).hint(hints.join("; "))
}

/// Asks whoever sits at the terminal; true where they typed it. `number` says what the text counts, if it is a number.
pub(super) fn asked(wanted: &str, number: Option<&str>, profile: &str) -> io::Result<bool> {
    let counts = number.map(|number| format!(" ({number})")).unwrap_or_default();
    Ok(answer(&format!("Type {wanted}{counts} to send this to {profile}: "))?.trim() == wanted)
}

/// The line that is typed after the question.
fn answer(question: &str) -> io::Result<String> {
    let mut err = err();
    write!(err, "{question}")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer)
}

/// True where somebody can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && err().is_terminal()
}

/// Now, as the journal has it.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
