//! Plans: the requests, effects and costs of changes, known before anything is sent.

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
mod made;
mod parts;
mod present;
mod shared_effects;
mod successors;
#[cfg(test)]
mod tests;
mod undo;
mod undo_draft;

pub use again::again;
pub use already::{ALREADY, already};
pub use capabilities::{Planner, ProviderCapabilities, RoleChoice};
pub use claim::{JournalStanding, SessionDuty, WriteCondition, duty, without_effect};
pub use compensation::{Compensation, UNLISTED};
pub use drafting::{PlanDrafting, draft};
pub use entries::{IdGenerator, PlanEntering, reason};
pub use entry::{ChangeState, HARMED, JournalEntry, LATE, RequestExchange, UNATTRIBUTED, UNHEARD, WayBack};
pub use facts::{FactGravity, PlanFact, WayOut};
pub use made::{MadeRecord, name_attribute};
pub use parts::{BLOCKED, NOT_CREATED, PlanPart, UNCLAIMED, UNWRITTEN, next_part};
pub use successors::RecordSuccessors;
pub use undo::{BackStep, ExpectedEffect, InversePlan, STILL_LATE, holds, inverse, is_undone, newest};
pub use undo_draft::UndoDraft;

/// How a step's outcome is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfirmBy {
    /// The answer shows the record, and is enough if it shows the change; otherwise these records are read again.
    Echo(Vec<ResourceRef>),
    /// The answer is not enough: these records are always read again.
    Reread(Vec<ResourceRef>),
    /// No record shows the change: these side queries decide.
    Ask(Vec<SideQuery>),
}

/// How a step can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    /// Take it back by these changes, in order.
    By(Vec<Change>),
    /// No undo exists, for this reason.
    Never(String),
}

/// The confirmation that a step needs before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// Sent at once if the profile confirms only risky steps.
    #[default]
    Plain,
    /// Shown first.
    Look,
    /// Shown first, and this text must be typed; `--yes` of a command replaces the text.
    Type(String),
    /// Shown first, and this text must be typed, because the step depends on unknown facts or on the key itself. A
    /// command needs the text in `--confirm`.
    Insist(String),
}

/// The text to type for a change of a record: its name as shown, or its id if the name has no visible character.
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

/// A change with all facts about sending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The change that is meant.
    pub change: Change,
    /// The requests, in order.
    pub requests: Vec<Request>,
    /// Known side effects, a sentence each.
    pub consequences: Vec<String>,
    /// The number of grave consequences at the beginning of the list: a team without an admin, the owner of the key, a
    /// protected person.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grave: usize,
    /// The request that adds members whom the created record lacks. It is sent after the others, in parts if many are
    /// missing, and has the provisional id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Request>,
    /// The way back.
    pub undo: Undo,
    /// How the outcome is known.
    pub confirm: ConfirmBy,
    /// How carefully a person must look at the step.
    pub risk: Risk,
    /// The change in words at planning time: `eva-tanaka` and `role in vision: member → viewer`.
    pub words: words::PlanLine,
    /// Other people of whom one must still be an admin when the step is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherAdmins>,
    /// For a change that may end memberships (a deactivation, a new membership): the other teams of the people, at most
    /// five, whose members are compared; `None` if the teams are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<Vec<Id>>,
    /// For an undo: the values that must still be there when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedEffect>,
    /// For an undo of several plans: the plan that this step undoes. The journal entry keeps it.
    #[serde(skip)]
    pub undoes: Option<ChangeId>,
    /// For a change without an undo: the changes that create the removed record again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Compensation>,
}

impl Step {
    /// A change that is planned only after another change of its plan has created the record that it is about.
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
            watched: None,
            expected: None,
            undoes: None,
            completion: None,
            compensation: None,
            grave: 0,
        }
    }
}

impl Step {
    /// Adds a grave consequence before all others.
    pub fn say_first(&mut self, words: String) {
        self.consequences.insert(0, words);
        self.grave += 1;
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A side effect: a difference that was not asked for, found by comparing the change's records before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideEffect {
    /// A sentence: "user0001 and user0002 are not in alpha any more."
    pub words: String,
    /// True if a value is gone, or a person has lost rights.
    pub harm: bool,
    /// The changes that restore the value; empty if none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Change>,
}

impl SideEffect {
    /// True if a person joined a team: the cause may be this change or another client.
    pub fn is_gain(&self) -> bool {
        !self.back.is_empty() && self.back.iter().all(|change| matches!(change, Change::RemoveMember { .. }))
    }

    /// The changes by which an undo restores a loss. A gain stays, because another client may have given it.
    pub fn restores(&self) -> &[Change] {
        if self.is_gain() { &[] } else { &self.back }
    }
}

/// The note about a plan with a name that imitates another one.
const DECEPTIVE: &str =
    "≈ stands before a name with letters of several scripts, or hidden ones: it may look like another's.";

/// Steps that were meant together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The title of the plan in words.
    pub title: String,
    /// Sentences about the whole plan, the gravest first; shown above its lines.
    pub notes: Vec<String>,
    /// The steps that will be sent.
    pub steps: Vec<Step>,
    /// The changes that are not sent, with the reasons.
    pub refused: Vec<(words::PlanLine, Refusal)>,
    /// The reason or ticket, as the person typed it.
    pub reason: Option<String>,
    /// For an undo: the plan that it undoes; of several plans the newest, and each step has its own.
    pub undoes: Option<ChangeId>,
    /// The places from which the plan removes more than a usual share.
    pub mass: Vec<BulkRemoval>,
    /// The people whom guards name, and the unknown facts about them.
    pub among: PeopleConcerns,
}

impl Plan {
    /// The text that must be typed because the plan removes so many records; `--yes` is not enough. Dropped lines lower
    /// the numbers.
    pub fn mass(&self) -> Option<String> {
        self.mass.iter().find_map(|mass| mass.typed(self.steps.iter().map(|step| &step.change)))
    }

    /// The strictest confirmation of any step. A plan of several steps, or with a step that can't be undone, is always
    /// shown. For several removals, or several steps with a text each, their number is typed.
    pub fn risk(&self) -> Risk {
        let insists = self.steps.iter().any(|step| matches!(step.risk, Risk::Insist(_)));
        let typed = |text: String, insists: bool| {
            let text = if self.steps.len() > 1 && self.among.is_about_me() { format!("{text} me") } else { text };
            if insists { Risk::Insist(text) } else { Risk::Type(text) }
        };
        if let Some(numbers) = self.mass() {
            return typed(numbers, insists || self.undoes.is_none());
        }
        let count = self.removals();
        if count > 1 {
            return typed(count.to_string(), insists);
        }
        let most = self.steps.iter().map(|step| &step.risk).max().cloned().unwrap_or_default();
        let never = self.steps.iter().any(|step| matches!(step.undo, Undo::Never(_)));
        if never || self.steps.len() > 1 { most.max(Risk::Look) } else { most }
    }

    /// Number of removals, and of steps that ask for a text each.
    fn removals(&self) -> usize {
        let grave = |step: &Step| step.change.removed().max(usize::from(step.risk.typed().is_some()));
        self.steps.iter().map(grave).sum()
    }

    /// The number to type, in words, if neither the number of lines nor a note about a share explains it.
    pub fn typed_number(&self) -> Option<&'static str> {
        let count = self.removals();
        (self.mass().is_none() && count > 1 && count != self.steps.len()).then_some("removals and grave changes")
    }

    /// Removes a step, and computes the notes about the whole plan again.
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

    /// True where its steps concern several people.
    fn is_about_several(&self) -> bool {
        let mut people = self.steps.iter().flat_map(|step| step.change.concerned());
        let first = people.next();
        people.any(|id| Some(id) != first)
    }

    /// The notes that follow from its steps as a whole.
    fn derived_notes(&self) -> Vec<String> {
        let many = self.is_about_several();
        let deceptive = self.steps.iter().any(|step| step.words.has_mark()).then(|| DECEPTIVE.to_owned());
        [self.mass_notes(), self.among.notes(many), self.left_out(), deceptive.into_iter().collect()].concat()
    }

    /// The number of notes at the beginning that follow from the steps: they are grave. The other notes say how the
    /// plan was made.
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

    /// Writes into each step which plan it undoes. Equal changes are matched in order.
    pub fn bind_undone(&mut self, mut origins: Vec<(Change, ChangeId)>) {
        for step in &mut self.steps {
            if let Some(at) = origins.iter().position(|(change, _)| *change == step.change) {
                step.undoes = Some(origins.remove(at).1);
            }
        }
    }

    /// Adds to each step that is sent in spite of a conflict the values that it removes.
    pub fn tell_conflicts(&mut self, mut conflicts: Vec<(Change, String)>) {
        for step in &mut self.steps {
            if let Some(at) = conflicts.iter().position(|(change, _)| *change == step.change) {
                step.say_first(conflicts.swap_remove(at).1);
            }
        }
    }

    /// Number of requests, reads for confirmation left out.
    pub fn requests(&self) -> usize {
        self.steps.iter().map(|step| step.requests.len()).sum()
    }
}
