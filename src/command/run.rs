//! A plan on its way: submitted, watched, and left in the journal where it has to stop.

use std::time::Duration;

use indexmap::IndexMap;
use tokio::time::Instant;

use super::{
    desk::{Desk, News},
    end::{Stop, note},
    progress::Meter,
    send::now,
};
use crate::{
    directory::{
        change::ChangeId,
        plan::{self, Entry, Plan, State},
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
    /// What the guards or the provider refused on the way.
    pub refused: Vec<(Line, Refusal)>,
    /// Waited for something that was not created.
    pub orphaned: usize,
    /// In stages that were not begun.
    pub not_begun: usize,
    /// Why it stopped before its end.
    pub stopped: Option<String>,
}

impl Ran {
    /// Puts in what moved.
    fn moved(&mut self, moved: Moved, progress: &mut Progress) {
        let Some(entry) = self.entries.get_mut(&moved.id) else { return };
        progress.moved(entry.state, moved.state, moved.at);
        entry.state = moved.state;
        entry.why = moved.why;
        entry.failure = moved.failure;
        entry.effects = moved.effects;
        entry.alarm = moved.alarm;
        entry.created = moved.created.or(entry.created.take());
        if !moved.exchanges.is_empty() {
            entry.exchanges = moved.exchanges;
        }
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
        self.entries.values().any(Entry::did_harm)
    }

    fn open(&self) -> usize {
        self.entries.values().filter(|entry| is_under_way(entry.state)).count()
    }
}

/// Writes a plan's steps down, sends them and waits for their outcomes.
pub(super) async fn stage(desk: &mut Desk, plan: Plan, ran: &mut Ran) -> Result<(), Stop> {
    let actor = desk.profile.actor.clone();
    let entries = plan.into_entries(ran.plan, &mut desk.ids, now(), &actor);
    ran.plan = ran.plan.or_else(|| entries.first().map(|entry| entry.plan));
    desk.directory.begin_all(entries.iter().map(|entry| (entry.id, entry.step.change.clone())));
    ran.entries.extend(entries.iter().map(|entry| (entry.id, entry.clone())));
    desk.give(Job::Submit(entries));
    watch(desk, ran).await
}

/// Sends what the journal holds of an earlier run, planned anew: the directory may have moved on since.
pub(super) async fn resumed(desk: &mut Desk, left: Vec<Entry>, ran: &mut Ran) -> Result<(), Stop> {
    ran.plan = left.first().map(|entry| entry.plan);
    let entries = plan::again(&*desk.planner, &desk.guards, left, &desk.directory, now());
    let sent = entries.iter().filter(|entry| entry.state == State::Planned);
    let begun: Vec<_> = sent.map(|entry| (entry.id, entry.step.change.clone())).collect();
    desk.directory.begin_all(begun);
    ran.entries.extend(entries.iter().map(|entry| (entry.id, entry.clone())));
    desk.give(Job::Resume(entries));
    watch(desk, ran).await
}

/// Until every change has its outcome, somebody interrupts, or the server stays away.
async fn watch(desk: &mut Desk, ran: &mut Ran) -> Result<(), Stop> {
    let mut signals = Signals::listen().map_err(Stop::failed)?;
    let mut meter = Meter::new();
    let mut progress = Progress::new(ran.entries.values().map(|entry| entry.state).collect());
    let (mut away, mut waiting) = (None::<(Instant, Failure)>, String::new());
    let mut open = ran.open();
    while open > 0 {
        let until = away.as_ref().map_or_else(Instant::now, |(until, _)| *until);
        tokio::select! {
            news = desk.next() => match news? {
                News::Moved(moved) => {
                    waiting.clear();
                    let was_open = ran.entries.get(&moved.id).is_some_and(|entry| is_under_way(entry.state));
                    open -= usize::from(was_open && !is_under_way(moved.state));
                    ran.moved(*moved, &mut progress);
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
            ran.moved(moved, &mut progress);
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
    let mut ran = Ran { plan: entries.first().map(|entry| entry.plan), ..Ran::default() };
    ran.entries.extend(entries.into_iter().map(|entry| (entry.id, entry)));
    let mut progress = Progress::new(ran.entries.values().map(|entry| entry.state).collect());
    while ran.open() > 0 {
        if let News::Moved(moved) = desk.next().await? {
            ran.moved(*moved, &mut progress);
        }
    }
    Ok(ran)
}
