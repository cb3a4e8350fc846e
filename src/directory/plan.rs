//! Plans: what a change will send, do and cost, known before anything is sent.

use serde::{Deserialize, Serialize};

use super::{
    Id, Name, ResourceRef,
    change::{Change, ChangeId},
    guard::{BulkRemoval, OtherAdmins, PeopleConcerns},
    refusal::Refusal,
    side_query::SideQuery,
    words,
};
use crate::scim::{confusable, request::Request, text::clean};

mod again;
mod already;
mod capabilities;
mod claim;
mod compensation;
mod drafting;
mod entries;
mod entry;
mod facts;
mod parts;
#[cfg(test)]
mod tests;
mod undo;

pub use again::again;
pub use already::{ALREADY, already};
pub use capabilities::{Planner, ProviderCapabilities, RoleChoice};
pub use claim::{JournalStanding, SessionDuty, WriteCondition, duty, without_effect};
pub use compensation::{Compensation, UNLISTED};
pub use drafting::{PlanDrafting, draft};
pub use entries::{IdGenerator, PlanEntering, reason};
pub use entry::{ChangeState, HARMED, JournalEntry, LATE, RequestExchange, WayBack};
pub use facts::{FactGravity, PlanFact, WayOut};
pub use parts::{NOT_CREATED, PlanPart, UNCLAIMED, UNWRITTEN, next_part};
pub use undo::{BackStep, ExpectedEffect, InversePlan, STILL_LATE, UndoDraft, holds, inverse, is_undone, newest};

/// How a step's outcome is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfirmBy {
    /// The answer shows the record, and showing the change there is enough; else these are read again.
    Echo(Vec<ResourceRef>),
    /// The answer can't be trusted: these are read again, always.
    Reread(Vec<ResourceRef>),
    /// No record shows it: these are asked.
    Ask(Vec<SideQuery>),
}

/// How a step can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    /// By these changes, in order.
    By(Vec<Change>),
    /// Not at all, because.
    Never(String),
}

/// How carefully a person must look before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// Sent at once where the profile confirms only what is risky.
    #[default]
    Plain,
    /// Shown first.
    Look,
    /// Shown first, and this text must be typed; a command's `--yes` takes its place.
    Type(String),
    /// Shown first, and this text must be typed: it hangs on what is not known, or on the key itself. A command wants it
    /// in `--confirm`.
    Insist(String),
}

/// What is typed to confirm something about a record: its name as it is shown, or its id where that shows nothing.
pub fn typed_name(name: &Name, id: &Id) -> String {
    let shown = name.as_str().trim();
    if confusable::is_blank(shown) { clean(id).trim().to_owned() } else { shown.to_owned() }
}

impl Risk {
    /// The text that must be typed.
    pub fn typed(&self) -> Option<&str> {
        match self {
            Risk::Plain | Risk::Look => None,
            Risk::Type(text) | Risk::Insist(text) => Some(text),
        }
    }
}

/// One change with everything that is known about sending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is meant.
    pub change: Change,
    /// What is sent, in order.
    pub requests: Vec<Request>,
    /// Side effects that are known, a sentence each.
    pub consequences: Vec<String>,
    /// The first so many of them are grave: a team without an admin, the owner of the key, a protected person.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grave: usize,
    /// What is sent behind them where the record that was made lacks members: it stands for as many as are missing, and
    /// has the provisional id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Request>,
    /// The way back.
    pub undo: Undo,
    /// How the outcome is known.
    pub confirm: ConfirmBy,
    /// How carefully to look.
    pub risk: Risk,
    /// The change in words, fixed when it was planned: `eva-tanaka` and `role in vision: member → viewer`.
    pub words: words::PlanLine,
    /// Who else must be admin when it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherAdmins>,
    /// Of an undo: what must still be so when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedEffect>,
    /// Where there is no way back: what makes again what is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Compensation>,
}

impl Step {
    /// A change that is planned only once another one of its plan has created what it is about.
    pub fn later(change: Change, words: words::PlanLine) -> Self {
        Self {
            change,
            requests: Vec::new(),
            consequences: Vec::new(),
            undo: Undo::Never("It is not planned yet.".into()),
            confirm: ConfirmBy::Reread(Vec::new()),
            risk: Risk::Plain,
            words,
            others: Vec::new(),
            expected: None,
            completion: None,
            compensation: None,
            grave: 0,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What a change altered beside what was asked for, seen by comparing its records before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideEffect {
    /// A sentence: "user0001 and user0002 are not in alpha any more."
    pub words: String,
    /// Something is gone, or somebody can do less.
    pub harm: bool,
    /// What puts it back; none where no change does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Change>,
}

/// Said of a plan with a name that is marked.
const DECEPTIVE: &str =
    "≈ stands before a name with letters of several scripts, or hidden ones: it may look like another's.";

/// Steps that were meant together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What it is, in words.
    pub title: String,
    /// Sentences about the whole of it, the gravest first; shown before its lines.
    pub notes: Vec<String>,
    /// What will be sent.
    pub steps: Vec<Step>,
    /// What won't, and why.
    pub refused: Vec<(words::PlanLine, Refusal)>,
    /// Why it is wanted, or a ticket, as the person says it.
    pub reason: Option<String>,
    /// Set on an undo: the plan that is taken back.
    pub undoes: Option<ChangeId>,
    /// From where more goes than a usual share.
    pub mass: Vec<BulkRemoval>,
    /// Who is among the people concerned, and what is not known of them.
    pub among: PeopleConcerns,
}

impl Plan {
    /// What must be typed because so many go at once: `--yes` alone does not do. Less as lines are dropped.
    pub fn mass(&self) -> Option<String> {
        self.mass.iter().find_map(|mass| mass.typed(self.steps.iter().map(|step| &step.change)))
    }

    /// The greatest care that any step asks for; more than one step and what can't be undone are always shown. Of several
    /// removals of any kind, or several steps that ask for a text each, their number is typed.
    pub fn risk(&self) -> Risk {
        let insists = self.steps.iter().any(|step| matches!(step.risk, Risk::Insist(_)));
        let typed = |text: String, insists: bool| {
            let text = if self.steps.len() > 1 && self.among.is_about_me() { format!("{text} me") } else { text };
            if insists { Risk::Insist(text) } else { Risk::Type(text) }
        };
        if let Some(numbers) = self.mass() {
            return typed(numbers, insists || self.undoes.is_none());
        }
        let grave = |step: &Step| step.change.removed().max(usize::from(step.risk.typed().is_some()));
        let count: usize = self.steps.iter().map(grave).sum();
        if count > 1 {
            return typed(count.to_string(), insists);
        }
        let most = self.steps.iter().map(|step| &step.risk).max().cloned().unwrap_or_default();
        let never = self.steps.iter().any(|step| matches!(step.undo, Undo::Never(_)));
        if never || self.steps.len() > 1 { most.max(Risk::Look) } else { most }
    }

    /// Takes a step out. What is said of the whole plan is said of the steps that are left.
    pub fn drop_step(&mut self, at: usize) {
        let before = self.derived_notes();
        let step = self.steps.remove(at);
        for person in step.change.concerned() {
            if !self.steps.iter().flat_map(|left| left.change.concerned()).any(|left| left == person) {
                self.among.forget(person);
            }
        }
        let after = self.derived_notes();
        self.notes.retain(|note| !before.contains(note));
        self.notes.splice(0..0, after);
    }

    /// What follows from its steps as a whole.
    fn derived_notes(&self) -> Vec<String> {
        let mut people = self.steps.iter().flat_map(|step| step.change.concerned());
        let first = people.next();
        let many = people.any(|id| Some(id) != first);
        let deceptive = self.steps.iter().any(|step| step.words.has_mark()).then(|| DECEPTIVE.to_owned());
        [self.mass_notes(), self.among.notes(many), self.left_out(), deceptive.into_iter().collect()].concat()
    }

    /// How many of the notes, from the first, follow from the steps: they are grave. The rest says how the plan came about.
    pub fn grave_notes(&self) -> usize {
        let derived = self.derived_notes();
        self.notes.iter().take_while(|note| derived.contains(note)).count()
    }

    /// The places of the steps in the order in which they are shown: grave ones first, the rest as they are sent.
    pub fn shown_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        order.sort_by_cached_key(|at| {
            let step = &self.steps[*at];
            let person = step.change.concerned().map(|user| self.among.rank(user)).min();
            (person.unwrap_or(u8::MAX).min(4), step.grave == 0, step.way_out() != WayOut::None)
        });
        order
    }

    /// A sentence for each place from which its steps take more than a usual share.
    fn mass_notes(&self) -> Vec<String> {
        let changes = || self.steps.iter().map(|step| &step.change);
        self.mass.iter().filter(|mass| mass.typed(changes()).is_some()).map(|mass| mass.note(changes())).collect()
    }

    /// Number of requests, reads for confirmation left out.
    pub fn requests(&self) -> usize {
        self.steps.iter().map(|step| step.requests.len()).sum()
    }
}
