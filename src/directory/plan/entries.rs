//! From a plan to the journal: an entry for each step, with ids that grow with time.

use jiff::Timestamp;

use super::{Entry, Plan, State, Step, Undo};
use crate::directory::{
    change::{Change, ChangeId},
    refusal::{Refusal, RefusalCode},
    words::Line,
};

/// Gives ids to changes: they grow with time, and differ between consoles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ids {
    salt: i64,
    last: i64,
}

impl Ids {
    /// Consoles that run at the same time need another salt each.
    pub fn new(salt: u16) -> Self {
        Self { salt: i64::from(salt), last: 0 }
    }

    /// A new one.
    pub fn next(&mut self, now: Timestamp) -> ChangeId {
        let fresh = (now.as_millisecond() << 20) | ((self.salt & 0x3ff) << 10);
        self.last = fresh.max(self.last + 1);
        ChangeId(self.last)
    }
}

impl Plan {
    /// Its steps as entries of the journal, in order. They belong to the plan named, or to that of the first of them.
    pub fn into_entries(self, plan: Option<ChangeId>, ids: &mut Ids, now: Timestamp, actor: &str) -> Vec<Entry> {
        let mut entering = self.enter(plan, now, actor);
        std::iter::from_fn(|| entering.next(ids)).collect()
    }

    /// The same, one at a time.
    pub fn enter(self, plan: Option<ChangeId>, now: Timestamp, actor: &str) -> Entering {
        let (steps, actor) = (self.steps.into_iter(), actor.to_owned());
        Entering { steps, plan, title: self.title, undoes: self.undoes, at: now, actor }
    }
}

/// A plan that becomes entries of the journal.
#[derive(Debug)]
pub struct Entering {
    steps: std::vec::IntoIter<Step>,
    plan: Option<ChangeId>,
    title: String,
    undoes: Option<ChangeId>,
    at: Timestamp,
    actor: String,
}

impl Entering {
    /// How many there are still to come.
    pub fn left(&self) -> usize {
        self.steps.len()
    }

    /// The next one.
    pub fn next(&mut self, ids: &mut Ids) -> Option<Entry> {
        let step = self.steps.next()?;
        let id = ids.next(self.at);
        Some(Entry {
            id,
            plan: *self.plan.get_or_insert(id),
            title: self.title.clone(),
            at: self.at,
            actor: self.actor.clone(),
            step,
            state: State::Planned,
            why: String::new(),
            failure: None,
            exchanges: Vec::new(),
            settled: None,
            undoes: self.undoes,
            created: None,
            partly: false,
            effects: Vec::new(),
            session: None,
            alarm: false,
        })
    }
}

/// The changes that take a plan back, last first, and the lines that can't be taken back, each with the reason.
pub type Inverse = (Vec<Change>, Vec<(Line, Refusal)>);

/// What takes back what took effect of a plan.
///
/// # Errors
/// Where nothing of it can be taken back.
pub fn inverse<'a>(steps: impl DoubleEndedIterator<Item = &'a Entry>) -> Result<Inverse, Refusal> {
    let (mut changes, mut never) = (Vec::new(), Vec::new());
    for entry in steps.rev() {
        if entry.state.is_open() {
            let why = "Part of this is still in flight; undo it when it has arrived.";
            return Err(Refusal::new(RefusalCode::Pending, why));
        }
        if !entry.took_effect() {
            continue;
        }
        changes.extend(entry.puts_back().cloned());
        match &entry.step.undo {
            Undo::By(inverse) => changes.extend(inverse.iter().map(|change| change.about(entry.created.as_ref()))),
            Undo::Never(why) => {
                never.push((entry.step.words.clone(), Refusal::new(RefusalCode::Irreversible, why)));
            }
        }
    }
    match (changes.is_empty(), never.last()) {
        (true, Some((line, why))) => {
            let why = format!("This can't be undone. {}: {why}", line.subject);
            Err(Refusal::new(RefusalCode::Irreversible, why))
        }
        (true, None) => {
            let why = "Nothing of this was confirmed, so there is nothing to undo.";
            Err(Refusal::new(RefusalCode::NotDone, why))
        }
        _ => Ok((changes, never)),
    }
}
