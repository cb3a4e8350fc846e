//! A plan on its way: submitted, watched, and left in the journal where it has to stop.

use std::time::Duration;

use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    desk::{Desk, News},
    end::{Stop, note},
    progress::Meter,
    send::now,
};
use crate::{
    directory::{
        change::{Change, ChangeId},
        plan::{self, Entry, NOT_CREATED, Part, Plan, State, Step, UNCLAIMED, UNWRITTEN},
        progress::Progress,
        refusal::Refusal,
        words::Line,
        work::{Job, Link, Moved},
    },
    scim::failure::{Class, Failure},
    terminal::{Signal, Signals, stop_process},
};

/// How long a server may be away before the rest is left in the journal.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of a plan.
#[derive(Default)]
pub(super) struct Ran {
    /// Its changes, in order.
    pub entries: IndexMap<ChangeId, Entry>,
    /// The number under which all of them are in the journal.
    pub plan: Option<ChangeId>,
    /// Something was given to the worker to be sent.
    pub sent: bool,
    /// What the guards or the provider refused, and is not in the journal.
    pub refused: Vec<(Line, Refusal)>,
    /// Why it stopped before its end.
    pub stopped: Option<String>,
    /// Nothing of it is in the journal, as the person wants.
    pub unjournaled: bool,
    /// Secrets that the server shows once, with the change that made each.
    pub secrets: Vec<(ChangeId, SecretString)>,
}

impl Ran {
    /// Changes of an earlier run.
    pub fn of(entries: impl Iterator<Item = Entry>) -> Self {
        let entries: IndexMap<ChangeId, Entry> = entries.map(|entry| (entry.id, entry)).collect();
        Self { plan: entries.values().next().map(|entry| entry.plan), entries, ..Self::default() }
    }

    /// Puts in what moved.
    fn moved(&mut self, moved: &Moved, progress: &mut Progress) {
        let Some(entry) = self.entries.get_mut(&moved.id) else { return };
        progress.moved(entry.state, moved.state, moved.at);
        entry.follow(moved);
    }

    /// True where all of it stayed here, since it could not be written down.
    pub fn is_unwritten(&self) -> bool {
        let unwritten = |entry: &Entry| entry.state == State::Dropped && entry.why == UNWRITTEN;
        !self.entries.is_empty() && self.entries.values().all(unwritten)
    }

    /// Changes that took effect and should be taken back at once.
    pub fn alarms(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.alarm)
    }

    /// Changes that altered something else, too.
    pub fn with_effects(&self) -> impl Iterator<Item = &Entry> {
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

/// Writes a whole plan down, sends its first part, and then part by part what waits for the outcome of that.
pub(super) async fn whole(
    desk: &mut Desk,
    mut plan: Plan,
    later: Vec<(Change, Line)>,
    ran: &mut Ran,
) -> Result<(), Stop> {
    let actor = desk.profile.actor.clone();
    plan.steps.extend(later.into_iter().map(|(change, words)| Step::later(change, words)));
    let entries = plan.into_entries(None, &mut desk.ids, now(), &actor);
    ran.plan = entries.first().map(|entry| entry.plan).filter(|_| !ran.unjournaled);
    let next = plan::next_part(entries.iter(), entries.iter(), &desk.directory).next;
    let next: FxHashSet<ChangeId> = next.into_iter().map(|entry| entry.id).collect();
    ran.entries.extend(entries.iter().map(|entry| (entry.id, entry.clone())));
    let (first, later): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| next.contains(&entry.id));
    if !first.is_empty() {
        desk.directory.begin_all(first.iter().map(|entry| (entry.id, entry.step.change.clone())));
        ran.sent = true;
        desk.give(Job::SubmitFirst(first, later));
        watch(desk, ran, next, |state| !is_under_way(state)).await?;
    }
    parts(desk, ran, 0).await
}

/// Sends what waits, part by part, each planned anew: the directory may have moved on since. Stops where a change has done
/// harm, but for those of an earlier run (`known`): whoever takes the plan up has been told of them.
pub(super) async fn parts(desk: &mut Desk, ran: &mut Ran, known: usize) -> Result<(), Stop> {
    let mut plans: Vec<ChangeId> = ran.entries.values().filter(|entry| waits(entry)).map(|entry| entry.plan).collect();
    plans.dedup();
    for plan in plans {
        while ran.stopped.is_none() {
            if ran.harms() > known {
                ran.stopped = Some("Stopped: a change altered what nobody asked for.".into());
                break;
            }
            let own = |entry: &&Entry| entry.plan == plan;
            let elsewhere = desk.journal.iter().filter(|entry| desk.elsewhere.contains(&entry.id));
            let all = ran.entries.values().chain(elsewhere).filter(own);
            let waiting = ran.entries.values().filter(own).filter(|entry| waits(entry));
            let Part { next, lost } = plan::next_part(all, waiting, &desk.directory);
            if next.is_empty() && lost.is_empty() {
                break;
            }
            let mut entries = plan::again(&*desk.planner, &desk.guards, next, &desk.directory, now());
            entries.extend(lost.into_iter().map(|entry| entry.dropped(NOT_CREATED, now())));
            let sent = entries.iter().filter(|entry| waits(entry));
            let begun: Vec<_> = sent.map(|entry| (entry.id, entry.step.change.clone())).collect();
            ran.sent |= !begun.is_empty();
            desk.directory.begin_all(begun);
            ran.entries.extend(entries.iter().map(|entry| (entry.id, entry.clone())));
            let open = entries.iter().map(|entry| entry.id).collect();
            desk.give(Job::Resume(entries));
            watch(desk, ran, open, |state| !is_under_way(state)).await?;
        }
    }
    Ok(())
}

/// Waits until the worker has looked up what became of changes that were in flight when their session ended: what can't be
/// read stays open.
pub(super) async fn looked_up(desk: &mut Desk, ran: &mut Ran) -> Result<(), Stop> {
    let in_flight = |entry: &&Entry| matches!(entry.state, State::Sent | State::Unknown);
    let asked = |entry: &&Entry| !desk.unread.contains(&entry.id);
    let open = ran.entries.values().filter(in_flight).filter(asked).map(|entry| entry.id).collect();
    watch(desk, ran, open, |state| state != State::Sent).await
}

/// Until all of these have come to an end, somebody interrupts, or the server stays away.
async fn watch(
    desk: &mut Desk,
    ran: &mut Ran,
    mut open: FxHashSet<ChangeId>,
    is_end: fn(State) -> bool,
) -> Result<(), Stop> {
    let mut signals = Signals::listen().map_err(Stop::failed)?;
    let mut meter = Meter::new();
    let mut progress = Progress::new(ran.entries.values().map(|entry| entry.state).collect());
    let (mut away, mut waiting) = (None::<(Instant, Failure)>, String::new());
    while !open.is_empty() {
        let until = away.as_ref().map_or_else(Instant::now, |(until, _)| *until);
        tokio::select! {
            news = desk.next() => match news? {
                News::Moved(moved) => {
                    waiting.clear();
                    if is_end(moved.state) {
                        open.remove(&moved.id);
                    }
                    if moved.why == UNCLAIMED {
                        ran.moved(&moved, &mut progress);
                        ran.stopped = Some("The journal can't be written.".into());
                        break;
                    }
                    ran.moved(&moved, &mut progress);
                }
                News::Waiting => "waits for the server".clone_into(&mut waiting),
                News::Link(Link::Up) => away = None,
                News::Link(Link::Down(failure)) => {
                    let hopeless = matches!(failure.class, Class::Unauthorized | Class::Tls | Class::RateLimited);
                    let until = Instant::now() + if hopeless { Duration::ZERO } else { PATIENCE };
                    waiting.clone_from(&failure.text);
                    away.get_or_insert((until, failure));
                }
                _ => {}
            },
            signal = signals.next() => match signal {
                Signal::End => {
                    ran.stopped = Some("Interrupted.".into());
                    break;
                }
                Signal::Stop => stop_process(),
                Signal::Continue => {}
            },
            () = tokio::time::sleep_until(until), if away.is_some() => {
                ran.stopped = away.take().map(|(_, failure)| failure.sentences());
                break;
            }
        }
        meter.show(&progress, &waiting, now());
    }
    meter.clear();
    if ran.stopped.is_some() {
        note("Waiting for answers under way …");
        for moved in desk.stop().await {
            ran.moved(&moved, &mut progress);
        }
    }
    Ok(())
}

/// True where more is to come in this run: an outcome that can't be read stays open, for the next one to look at.
fn is_under_way(state: State) -> bool {
    state.is_open() && state != State::Unknown
}

/// True for what is still to be sent.
pub(super) fn waits(entry: &Entry) -> bool {
    entry.state == State::Planned
}

/// Waits until the worker has dropped these; as they are then.
pub(super) async fn dropped(desk: &mut Desk, entries: Vec<Entry>) -> Result<Ran, Stop> {
    let mut ran = Ran::of(entries.into_iter());
    let open = ran.entries.keys().copied().collect();
    watch(desk, &mut ran, open, |state| !state.is_open()).await?;
    Ok(ran)
}
