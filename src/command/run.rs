//! A plan on its way: submitted, watched, and left in the journal where it has to stop.

use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    absence::ServerAbsence, end::note, error::CommandError, headless_session::HeadlessSession, progress::ProgressMeter,
    reports::ReportMeaning, send::now,
};
use crate::{
    directory::{
        change::{Change, ChangeId},
        plan::{self, BLOCKED, ChangeState, JournalEntry, NOT_CREATED, Plan, PlanPart, Step, UNCLAIMED, UNWRITTEN},
        progress::PlanProgress,
        refusal::Refusal,
        words::PlanLine,
        work::{ChangeUpdate, LinkState, WorkerJob},
    },
    terminal::{SignalRequest, Signals, stop_process},
};

/// The outcome of a plan.
#[derive(Default)]
pub(super) struct RunOutcome {
    /// Its changes, in order.
    pub entries: IndexMap<ChangeId, JournalEntry>,
    /// The number under which all of them are in the journal.
    pub plan: Option<ChangeId>,
    /// True if changes were given to the worker to be sent.
    pub sent: bool,
    /// Changes that the guards or the provider refused, and that are not in the journal.
    pub refused: Vec<(PlanLine, Refusal)>,
    /// The reason why the run stopped before its end.
    pub stopped: Option<String>,
    /// True if no change is in the journal, as the person wants.
    pub unjournaled: bool,
    /// Facts that the plan rests on and that are not told, and what the plan leaves alone, as sentences.
    pub notes: Vec<String>,
    /// Losses of the plan that is taken back which stay, as sentences.
    pub lost: Vec<String>,
    /// Secrets that the server shows once, with the change that made each.
    pub secrets: Vec<(ChangeId, SecretString)>,
}

impl RunOutcome {
    /// Changes of an earlier run.
    pub fn of(entries: impl Iterator<Item = JournalEntry>) -> Self {
        let entries: IndexMap<ChangeId, JournalEntry> = entries.map(|entry| (entry.id, entry)).collect();
        Self { plan: entries.values().next().map(|entry| entry.plan), entries, ..Self::default() }
    }

    /// Takes in a change that moved.
    fn moved(&mut self, moved: &ChangeUpdate, progress: &mut PlanProgress) {
        let Some(entry) = self.entries.get_mut(&moved.id) else { return };
        progress.moved(entry.state, moved.state, moved.at);
        entry.follow(moved);
    }

    /// True where no change was sent, since none could be written down.
    pub fn is_unwritten(&self) -> bool {
        let unwritten = |entry: &JournalEntry| entry.state == ChangeState::Dropped && entry.why == UNWRITTEN;
        !self.entries.is_empty() && self.entries.values().all(unwritten)
    }

    /// Changes that took effect and should be taken back at once.
    pub fn alarms(&self) -> impl Iterator<Item = &JournalEntry> {
        self.entries.values().filter(|entry| entry.alarm)
    }

    /// Changes with side effects.
    pub fn with_effects(&self) -> impl Iterator<Item = &JournalEntry> {
        self.entries.values().filter(|entry| !entry.effects.is_empty())
    }

    /// True where something was lost that nobody asked for.
    pub fn did_harm(&self) -> bool {
        self.harms() > 0
    }

    /// How many changes have lost something that nobody asked for.
    pub fn harms(&self) -> usize {
        self.entries.values().filter(|entry| entry.did_harm()).count()
    }
}

/// Writes a whole plan down, sends its first part, and then part by part the changes that wait for its outcome.
pub(super) async fn whole(
    session: &mut HeadlessSession,
    mut plan: Plan,
    later: Vec<(Change, PlanLine)>,
    ran: &mut RunOutcome,
) -> Result<(), CommandError> {
    let actor = session.profile.actor.clone();
    plan.steps.extend(later.into_iter().map(|(change, words)| Step::later(change, words)));
    let entries = plan.into_entries(None, &mut session.ids, now(), &actor);
    ran.plan = entries.first().map(|entry| entry.plan).filter(|_| !ran.unjournaled);
    let next = plan::next_part(entries.iter(), entries.iter(), &session.directory).next;
    let next: FxHashSet<ChangeId> = next.into_iter().map(|entry| entry.id).collect();
    ran.entries.extend(entries.iter().map(|entry| (entry.id, entry.clone())));
    let (first, later): (Vec<JournalEntry>, Vec<JournalEntry>) =
        entries.into_iter().partition(|entry| next.contains(&entry.id));
    if !first.is_empty() {
        session.directory.begin_all(first.iter().map(|entry| (entry.id, entry.step.change.clone())));
        ran.sent = true;
        session.give(WorkerJob::SubmitFirst(first, later));
        watch(session, ran, next, |state| !is_under_way(state)).await?;
    }
    parts(session, ran, 0).await
}

/// Sends the waiting changes, part by part, each planned anew: the directory may have moved on since. Stops where a
/// change has done harm, but for those of an earlier run (`known`): whoever takes the plan up has been told of them.
pub(super) async fn parts(
    session: &mut HeadlessSession,
    ran: &mut RunOutcome,
    known: usize,
) -> Result<(), CommandError> {
    let mut plans: Vec<ChangeId> = ran.entries.values().filter(|entry| waits(entry)).map(|entry| entry.plan).collect();
    plans.dedup();
    for plan in plans {
        while ran.stopped.is_none() {
            if ran.harms() > known {
                ran.stopped = Some("Stopped: a change altered what nobody asked for.".into());
                break;
            }
            let own = |entry: &&JournalEntry| entry.plan == plan;
            let elsewhere = session.journal.iter().filter(|entry| session.elsewhere.contains(&entry.id));
            let all = ran.entries.values().chain(elsewhere).filter(own);
            let waiting = ran.entries.values().filter(own).filter(|entry| waits(entry));
            let PlanPart { next, lost } = plan::next_part(all, waiting, &session.directory);
            if next.is_empty() && lost.is_empty() {
                break;
            }
            let mut entries = plan::again(&*session.planner, &session.guards, next, &session.directory, now());
            entries.extend(lost.into_iter().map(|entry| entry.dropped(NOT_CREATED, now())));
            let sent = entries.iter().filter(|entry| waits(entry));
            let begun: Vec<_> = sent.map(|entry| (entry.id, entry.step.change.clone())).collect();
            ran.sent |= !begun.is_empty();
            session.directory.begin_all(begun);
            ran.entries.extend(entries.iter().map(|entry| (entry.id, entry.clone())));
            let open = entries.iter().map(|entry| entry.id).collect();
            session.give(WorkerJob::Resume(entries));
            watch(session, ran, open, |state| !is_under_way(state)).await?;
        }
    }
    Ok(())
}

/// Waits until the worker has looked up the outcomes of changes that were in flight when their session ended: an
/// outcome that can't be read stays open.
pub(super) async fn looked_up(session: &mut HeadlessSession, ran: &mut RunOutcome) -> Result<(), CommandError> {
    let in_flight = |entry: &&JournalEntry| matches!(entry.state, ChangeState::Sent | ChangeState::Unknown);
    let asked = |entry: &&JournalEntry| !session.unread.contains(&entry.id);
    let open = ran.entries.values().filter(in_flight).filter(asked).map(|entry| entry.id).collect();
    watch(session, ran, open, |state| state != ChangeState::Sent).await
}

/// Watches until all of these have come to an end, somebody interrupts, or the server stays away.
async fn watch(
    session: &mut HeadlessSession,
    ran: &mut RunOutcome,
    mut open: FxHashSet<ChangeId>,
    is_end: fn(ChangeState) -> bool,
) -> Result<(), CommandError> {
    let mut signals = Signals::listen().map_err(CommandError::failed)?;
    let mut meter = ProgressMeter::new();
    let mut progress = PlanProgress::new(ran.entries.values().map(|entry| entry.state).collect());
    let (mut absence, mut waiting) = (ServerAbsence::default(), String::new());
    let mut claimed: FxHashSet<ChangeId> = FxHashSet::default();
    let mut is_blocked = false;
    while !open.is_empty() {
        let until = absence.until();
        tokio::select! {
            news = session.next() => match news? {
                ReportMeaning::Moved(moved) => {
                    waiting.clear();
                    // A change may go out and come back unsent time after time.
                    if !moved.state.is_open() || (moved.state == ChangeState::Sent && claimed.insert(moved.id)) {
                        absence.ends();
                    }
                    is_blocked |= moved.why == BLOCKED;
                    if is_end(moved.state) || moved.why == BLOCKED {
                        open.remove(&moved.id);
                    }
                    if moved.why == UNCLAIMED {
                        ran.moved(&moved, &mut progress);
                        ran.stopped = Some("The journal can't be written.".into());
                        break;
                    }
                    ran.moved(&moved, &mut progress);
                }
                ReportMeaning::Waiting => "waits for the server".clone_into(&mut waiting),
                ReportMeaning::Link(LinkState::Up) => absence.is_back(Instant::now()),
                ReportMeaning::Link(LinkState::Down(failure)) => {
                    waiting.clone_from(&failure.text);
                    absence.begins(failure, Instant::now());
                }
                _ => {}
            },
            signal = signals.next() => match signal {
                SignalRequest::End => {
                    ran.stopped = Some("Interrupted.".into());
                    break;
                }
                SignalRequest::Stop => stop_process(),
                SignalRequest::Continue => {}
            },
            () = tokio::time::sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                ran.stopped = absence.take().map(|failure| failure.sentences());
                break;
            }
        }
        meter.show(&progress, &waiting, now());
    }
    meter.clear();
    if is_blocked {
        ran.stopped.get_or_insert_with(|| BLOCKED.to_owned());
    }
    if ran.stopped.is_some() {
        note("Waiting for answers under way …");
        for moved in session.stop().await {
            ran.moved(&moved, &mut progress);
        }
    }
    Ok(())
}

/// True where more reports will come in this run: an outcome that can't be read stays open, for the next run to look
/// at.
fn is_under_way(state: ChangeState) -> bool {
    state.is_open() && state != ChangeState::Unknown
}

/// True for a change that is still to be sent.
pub(super) fn waits(entry: &JournalEntry) -> bool {
    entry.state == ChangeState::Planned
}

/// Waits until the worker has dropped these; gives them as they are then.
pub(super) async fn dropped(
    session: &mut HeadlessSession,
    entries: Vec<JournalEntry>,
) -> Result<RunOutcome, CommandError> {
    let mut ran = RunOutcome::of(entries.into_iter());
    let open = ran.entries.keys().copied().collect();
    watch(session, &mut ran, open, |state| !state.is_open()).await?;
    Ok(ran)
}
