//! From a plan to the journal: an entry for each step, with ids in the order of the journal.

use jiff::Timestamp;

use super::{ChangeState, JournalEntry, Plan, Step};
use crate::{directory::change::ChangeId, scim::text::clean_line};

/// The last millisecond that an id can tell: in the year 2248.
const LATEST: i64 = (1 << 43) - 2;

/// Gives ids to changes: each is greater than all that the journal has, and they differ between consoles.
///
/// The ids are the order of the journal. They begin with the time, so that consoles which run at the same time need no
/// agreement; where the clock is behind the journal (it was set back, or another machine's was ahead) they go on after
/// the newest.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdGenerator {
    salt: i64,
    last: i64,
    /// The first millisecond after all that the journal has.
    floor: i64,
}

impl IdGenerator {
    /// Consoles that run at the same time need another salt each.
    pub fn new(salt: u16) -> Self {
        Self { salt: i64::from(salt), ..Self::default() }
    }

    /// The journal has this one: new ones come after it.
    pub fn after(&mut self, known: ChangeId) {
        self.last = self.last.max(known.0);
        self.floor = self.floor.max((known.0 >> 20) + 1);
    }

    /// A new one.
    pub fn next(&mut self, now: Timestamp) -> ChangeId {
        let millis = now.as_millisecond().max(self.floor).clamp(1, LATEST);
        let fresh = (millis << 20) | ((self.salt & 0x3ff) << 10);
        self.last = fresh.max(self.last + 1);
        ChangeId(self.last)
    }
}

/// Characters of a reason that the journal keeps.
const LONGEST_REASON: usize = 500;

/// A reason or ticket as the journal keeps it: one clean line; none where nothing is said.
pub fn reason(typed: &str) -> Option<String> {
    let line = clean_line(typed.trim(), LONGEST_REASON).trim().to_owned();
    (!line.is_empty()).then_some(line)
}

impl Plan {
    /// Its steps as entries of the journal, in order. They belong to the plan named, or to that of the first of them.
    pub fn into_entries(
        self,
        plan: Option<ChangeId>,
        ids: &mut IdGenerator,
        now: Timestamp,
        actor: &str,
    ) -> Vec<JournalEntry> {
        let mut entering = self.enter(plan, now, actor);
        std::iter::from_fn(|| entering.next(ids)).collect()
    }

    /// The same, one at a time.
    pub fn enter(self, plan: Option<ChangeId>, now: Timestamp, actor: &str) -> PlanEntering {
        let (steps, actor) = (self.steps.into_iter(), actor.to_owned());
        let reason = self.reason.as_deref().and_then(reason);
        PlanEntering { steps, plan, title: self.title, undoes: self.undoes, at: now, actor, reason }
    }
}

/// A plan that becomes entries of the journal.
#[derive(Debug)]
pub struct PlanEntering {
    steps: std::vec::IntoIter<Step>,
    plan: Option<ChangeId>,
    title: String,
    undoes: Option<ChangeId>,
    at: Timestamp,
    actor: String,
    reason: Option<String>,
}

impl PlanEntering {
    /// How many there are still to come.
    pub fn left(&self) -> usize {
        self.steps.len()
    }

    /// The next one.
    pub fn next(&mut self, ids: &mut IdGenerator) -> Option<JournalEntry> {
        let step = self.steps.next()?;
        let id = ids.next(self.at);
        Some(JournalEntry {
            id,
            plan: *self.plan.get_or_insert(id),
            title: self.title.clone(),
            at: self.at,
            actor: self.actor.clone(),
            reason: self.reason.clone(),
            undoes: step.undoes.or(self.undoes),
            step,
            state: ChangeState::Planned,
            why: String::new(),
            failure: None,
            exchanges: Vec::new(),
            settled: None,
            created: None,
            made: None,
            partly: false,
            effects: Vec::new(),
            session: None,
            alarm: false,
        })
    }
}
