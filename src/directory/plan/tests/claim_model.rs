//! A model of a change and two processes on the same journal, under every order of their steps: planned, claimed, sent,
//! answered or not, killed, taken over, looked up. `claim` decides; the other steps are those of `worker::apply` and
//! `worker::others`.

use stateright::{Checker, Model, Property};

use crate::directory::plan::{ChangeState, JournalStanding, SessionDuty, WriteCondition, duty, without_effect};

/// Number of processes that run in parallel.
const PROCESSES: usize = 2;

/// Number of sessions in total: a restarted process begins a new session.
const SESSIONS: u64 = 4;

/// The server, the network, and the file locks that tell which sessions live.
#[derive(Debug, Clone, Copy)]
struct World {
    /// If false, a process never sees that another process lives.
    locks: bool,
    /// If true, requests of a process that has ended or given up can arrive after a later look.
    late_requests: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Snapshot {
    journal: JournalStanding,
    processes: [Process; PROCESSES],
    /// Number of sessions begun.
    sessions: u64,
    /// Number of requests under way, by process.
    under_way: [u8; PROCESSES],
    /// Number of times that the server has carried out the change.
    done: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Process {
    session: Option<u64>,
    phase: Phase,
    /// The server has carried out the request of this process.
    is_served: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Phase {
    Gone,
    /// The process runs and has no task for the change.
    Idle,
    /// A person can send or drop the change.
    Offered(JournalStanding),
    Queued,
    /// The journal says sent, but the request has not left.
    Claimed,
    Waiting,
    /// No answer arrived.
    Unanswered,
    /// Looks for the outcome of a change that another session had sent and left.
    LookingUp(JournalStanding),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Event {
    Start(usize),
    Kill(usize),
    ReadJournal(usize),
    Resume(usize),
    Drop(usize),
    Claim(usize),
    Send(usize),
    /// The connection is refused, so no request left.
    FailToConnect(usize),
    Arrive(usize),
    Lose(usize),
    Answer(usize),
    LoseAnswer(usize),
    LookUp(usize),
    FailToLookUp(usize),
}

impl Snapshot {
    fn is_live(&self, session: u64) -> bool {
        self.processes.iter().any(|process| process.phase != Phase::Gone && process.session == Some(session))
    }

    fn write(&mut self, state: ChangeState, session: Option<u64>, condition: WriteCondition) -> bool {
        let is_written = condition.admits(Some(self.journal));
        if is_written {
            self.journal = JournalStanding { state, session };
        }
        is_written
    }

    fn is_seen(&self) -> bool {
        self.done > 0
    }
}

impl World {
    fn begin_session(self, now: &mut Snapshot) -> Option<u64> {
        now.sessions += 1;
        self.locks.then_some(now.sessions)
    }

    fn duty(self, now: &Snapshot, own: Option<u64>) -> SessionDuty {
        duty(now.journal, own, |session| self.locks && now.is_live(session))
    }

    /// True if a look of the process could come before a request that is under way.
    fn is_too_early(self, now: &Snapshot) -> bool {
        !self.late_requests && now.under_way.iter().any(|requests| *requests > 0)
    }
}

impl Model for World {
    type State = Snapshot;
    type Action = Event;

    fn init_states(&self) -> Vec<Snapshot> {
        let gone = Process { session: None, phase: Phase::Gone, is_served: false };
        let journal = JournalStanding { state: ChangeState::Planned, session: None };
        let mut start = Snapshot { journal, processes: [gone; 2], sessions: 0, under_way: [0; 2], done: 0 };
        let session = self.begin_session(&mut start);
        start.journal.session = session;
        start.processes[0] = Process { session, phase: Phase::Queued, is_served: false };
        vec![start]
    }

    fn actions(&self, now: &Snapshot, events: &mut Vec<Event>) {
        for (at, process) in now.processes.iter().enumerate() {
            match process.phase {
                Phase::Gone if now.sessions < SESSIONS => events.push(Event::Start(at)),
                Phase::Gone => {}
                Phase::Idle => events.push(Event::ReadJournal(at)),
                Phase::Offered(_) => events.extend([Event::Resume(at), Event::Drop(at)]),
                Phase::Queued => events.push(Event::Claim(at)),
                Phase::Claimed => events.extend([Event::Send(at), Event::FailToConnect(at)]),
                Phase::Waiting if process.is_served => events.extend([Event::Answer(at), Event::LoseAnswer(at)]),
                Phase::Waiting => events.push(Event::LoseAnswer(at)),
                Phase::Unanswered | Phase::LookingUp(_) => {
                    events.push(Event::FailToLookUp(at));
                    if !self.is_too_early(now) {
                        events.push(Event::LookUp(at));
                    }
                }
            }
            if process.phase != Phase::Gone {
                events.push(Event::Kill(at));
            }
            if now.under_way[at] > 0 {
                events.extend([Event::Arrive(at), Event::Lose(at)]);
            }
        }
    }

    fn next_state(&self, last: &Snapshot, event: Event) -> Option<Snapshot> {
        let mut next = last.clone();
        match event {
            Event::Start(at) => {
                let session = self.begin_session(&mut next);
                next.processes[at] = Process { session, phase: Phase::Idle, is_served: false };
            }
            Event::Kill(at) => next.processes[at].phase = Phase::Gone,
            Event::ReadJournal(at) => {
                next.processes[at].phase = match self.duty(&next, next.processes[at].session) {
                    SessionDuty::Closed | SessionDuty::LeaveTo(_) => Phase::Idle,
                    SessionDuty::Offer => Phase::Offered(next.journal),
                    SessionDuty::LookUp => Phase::LookingUp(next.journal),
                };
            }
            Event::Resume(at) | Event::Drop(at) => {
                let Phase::Offered(before) = next.processes[at].phase else { return None };
                let own = next.processes[at].session;
                let condition = WriteCondition::taken_over(ChangeState::Planned, before.session);
                let state = if event == Event::Drop(at) { ChangeState::Dropped } else { ChangeState::Planned };
                let is_written = next.write(state, own, condition);
                let is_queued = is_written && state == ChangeState::Planned;
                next.processes[at].phase = if is_queued { Phase::Queued } else { Phase::Idle };
            }
            Event::Claim(at) => {
                let own = next.processes[at].session;
                let is_claimed = next.write(ChangeState::Sent, own, WriteCondition::only_from(ChangeState::Planned));
                next.processes[at].phase = if is_claimed { Phase::Claimed } else { Phase::Idle };
            }
            Event::Send(at) => {
                next.under_way[at] += 1;
                next.processes[at].phase = Phase::Waiting;
                next.processes[at].is_served = false;
            }
            Event::FailToConnect(at) => {
                let own = next.processes[at].session;
                next.write(ChangeState::Planned, own, WriteCondition::default());
                next.processes[at].phase = Phase::Queued;
            }
            Event::Arrive(at) => {
                next.under_way[at] -= 1;
                next.done += 1;
                next.processes[at].is_served = next.processes[at].phase == Phase::Waiting;
            }
            Event::Lose(at) => next.under_way[at] -= 1,
            Event::Answer(at) => {
                let own = next.processes[at].session;
                next.write(ChangeState::Confirmed, own, WriteCondition::default());
                next.processes[at].phase = Phase::Idle;
            }
            Event::LoseAnswer(at) => next.processes[at].phase = Phase::Unanswered,
            Event::LookUp(at) | Event::FailToLookUp(at) => {
                let own = next.processes[at].session;
                let (sender, is_taken_over) = match next.processes[at].phase {
                    Phase::LookingUp(found) => (found.session, true),
                    _ => (own, false),
                };
                let state = match event {
                    Event::FailToLookUp(_) => ChangeState::Unknown,
                    _ if next.is_seen() => ChangeState::Confirmed,
                    _ => without_effect(sender, own),
                };
                if is_taken_over {
                    let open = [ChangeState::Sent, ChangeState::Unknown];
                    open.iter().any(|from| next.write(state, sender, WriteCondition::taken_over(*from, sender)));
                } else {
                    next.write(state, own, WriteCondition::default());
                }
                // An outcome that can't be read is looked for again.
                if state != ChangeState::Unknown {
                    next.processes[at].phase = Phase::Idle;
                }
            }
        }
        (next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("done at most once", |_, now: &Snapshot| now.done <= 1),
            // The next session finds the change, or the session that owns the change is working on it.
            Property::always("never lost", |world: &World, now: &Snapshot| {
                let SessionDuty::LeaveTo(owner) = world.duty(now, Some(SESSIONS + 1)) else { return true };
                let is_at_work = |process: &Process| process.phase != Phase::Idle;
                now.processes.iter().filter(|process| process.session == Some(owner)).all(is_at_work)
            }),
            Property::always("the journal says what is so", |_, now: &Snapshot| {
                let is_under_way = now.under_way.iter().any(|requests| *requests > 0);
                let will_send = now.processes.iter().any(|process| process.phase == Phase::Claimed);
                match now.journal.state {
                    ChangeState::Confirmed => now.done >= 1,
                    ChangeState::Refused | ChangeState::Dropped | ChangeState::Planned => {
                        now.done == 0 && !is_under_way && !will_send
                    }
                    _ => true,
                }
            }),
            Property::sometimes("confirmed by another session", |_, now: &Snapshot| {
                now.journal.state == ChangeState::Confirmed && now.processes[0].phase == Phase::Gone
            }),
            Property::sometimes("sent by the second session", |_, now: &Snapshot| {
                now.under_way[1] == 1 && now.processes[0].phase == Phase::Gone
            }),
        ]
    }
}

#[test]
fn no_order_of_two_processes_sends_twice_or_loses_a_change() {
    let checker = World { locks: true, late_requests: false }.checker().spawn_bfs().join();
    assert!(checker.is_done() && checker.unique_state_count() > 500, "{}", checker.unique_state_count());
    checker.assert_properties();
}

/// The limit named in SECURITY.md: no file locks, or a request that arrives after a later look.
#[test]
fn the_model_finds_what_is_not_promised() {
    let without_locks = World { locks: false, late_requests: false }.checker().spawn_bfs().join();
    assert!(without_locks.discovery("the journal says what is so").is_some());
    let late = World { locks: true, late_requests: true }.checker().spawn_bfs().join();
    assert!(late.discovery("done at most once").is_some());
}
