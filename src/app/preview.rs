//! The plan before it is sent: its lines, the texts that are typed into it, and the exact requests.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App,
    action::Scope,
    offboard::OffboardingSubject,
    overlay::{CursorTravel, OverlayBehavior},
    text_field,
};
use crate::directory::{
    Name,
    plan::{Plan, PlanFact, Risk},
    stage::StagedChange,
};

/// The plan before it is sent.
#[derive(Debug)]
pub struct PlanPreview {
    /// The plan that would be sent.
    pub plan: Plan,
    /// The lines of the stage that it was drawn up from; none where it comes from elsewhere.
    pub staged: Vec<StagedChange>,
    /// The typed text, where the plan asks for one.
    pub typed: Input,
    /// The care that the plan asks for: [`Plan::risk`] goes through all steps, and is asked several times a frame.
    pub risk: Risk,
    /// Letters go to the text that is asked for.
    pub typing: bool,
    /// The reason or ticket, kept in the journal.
    pub reason: Input,
    /// Letters go to the reason.
    pub reasoning: bool,
    /// The exact requests that are shown instead of words.
    pub requests: Option<ShownRequests>,
    /// The names of those who were meant, too, and need nothing.
    pub needless: Vec<Name>,
    /// Whose access ends by the plan, as long as it is whole.
    pub offboards: Option<OffboardingSubject>,
    /// Facts about the steps, the gravest first.
    pub facts: Vec<PlanFact>,
    /// How many of the plan's notes, from the first, are grave.
    pub grave_notes: usize,
    /// The places of the steps, in the order in which they are shown.
    pub(super) order: Vec<usize>,
    /// Line with the cursor, in the order in which they are shown.
    pub cursor: usize,
    /// First line on screen: of the requests, or of the text about the only line.
    pub top: usize,
}

impl PlanPreview {
    /// A plan to be looked at.
    pub fn new(plan: Plan) -> Self {
        let mut preview = Self {
            plan,
            staged: Vec::new(),
            typed: Input::default(),
            risk: Risk::Plain,
            typing: false,
            reason: Input::default(),
            reasoning: false,
            requests: None,
            needless: Vec::new(),
            offboards: None,
            facts: Vec::new(),
            grave_notes: 0,
            order: Vec::new(),
            cursor: 0,
            top: 0,
        };
        preview.weigh();
        preview
    }

    /// Weighs the risk anew after a change of the plan.
    pub(super) fn weigh(&mut self) {
        let before = std::mem::replace(&mut self.risk, self.plan.risk());
        (self.facts, self.grave_notes) = (self.plan.facts(), self.plan.grave_notes());
        self.order = self.plan.shown_order();
        if self.risk != before {
            self.typing = self.risk.typed().is_some() && !self.plan.steps.is_empty();
        }
    }

    /// True if the text that is asked for is there, or none is.
    pub fn is_confirmed(&self) -> bool {
        self.risk.typed().is_none_or(|text| text == self.typed.value().trim())
    }

    /// True where the reason has a row: it is typed, or given.
    pub fn has_reason(&self) -> bool {
        self.reasoning || !self.reason.value().is_empty()
    }

    /// The step of the line that is shown here; none where it is a refused one, or one that needs nothing.
    pub fn step_at(&self, line: usize) -> Option<usize> {
        self.order.get(line).copied()
    }

    /// The number of lines: steps, refused changes, and those who need nothing.
    pub fn lines(&self) -> usize {
        self.plan.steps.len() + self.plan.refused.len() + self.needless.len()
    }

    /// True if the plan is one line: there is nothing to go through but its text.
    pub fn is_alone(&self) -> bool {
        self.plan.steps.len() == 1 && self.lines() == 1
    }
}

impl OverlayBehavior for Box<PlanPreview> {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Preview, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        (self.typing || self.reasoning) && self.requests.is_none()
    }

    fn edit(&mut self, event: &Event, _: &App) {
        text_field(if self.reasoning { &mut self.reason } else { &mut self.typed }, event);
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.top)
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        if self.requests.is_some() || self.is_alone() {
            to.scroll(&mut self.top);
        } else {
            // Refused lines too, so that their reasons can be read.
            let lines = self.lines();
            to.go(&mut self.cursor, lines);
        }
    }

    fn back(&mut self) -> bool {
        if self.requests.is_some() {
            (self.requests, self.top) = (None, 0);
            return true;
        }
        std::mem::take(&mut self.reasoning)
    }
}

/// The lines whose exact requests are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownRequests {
    /// The requests of all lines.
    All,
    /// The requests of the line at this index.
    Line(usize),
}
