//! The plan before it is sent: its lines and their search, the confirming texts, and the key that sends it.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App, AppEffect, Overlay,
    action::{Action, Scope},
    offboard::OffboardingSubject,
    overlay::{CursorTravel, OverlayBehavior},
    text_field,
};
use crate::directory::{
    Name,
    plan::{self, Plan, PlanFact, Risk, Step},
    refusal::Refusal,
    search::Words,
    stage::StagedChange,
    words::PlanLine,
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
    /// The confirmation that the plan needs: [`Plan::risk`] visits all steps, and each frame needs it several times.
    pub risk: Risk,
    /// The number to type, in words: [`Plan::typed_number`], which goes through all steps, too.
    pub typed_number: Option<&'static str>,
    /// Letters go to the text that is asked for.
    pub typing: bool,
    /// The reason or ticket, kept in the journal.
    pub reason: Input,
    /// Letters go to the reason.
    pub reasoning: bool,
    /// The words that the shown lines contain.
    pub search: Input,
    /// Letters go to the search.
    pub searching: bool,
    /// A text that is shown in place of the lines.
    pub text: Option<PlanText>,
    /// The names of selected records that need no change.
    pub needless: Vec<Name>,
    /// The people whose access ends by the plan, while no line was dropped.
    pub offboards: Option<OffboardingSubject>,
    /// Facts about the steps, the gravest first.
    pub facts: Vec<PlanFact>,
    /// How many of the plan's notes, from the first, are grave.
    pub grave_notes: usize,
    /// The places of the steps, in the order in which they are shown.
    pub(super) order: Vec<usize>,
    /// The lines that the search has found; `None` where all are shown.
    pub(super) found: Option<Vec<usize>>,
    /// Line with the cursor, among the lines that are shown.
    pub cursor: usize,
    /// First line on screen: of a text, or of the words about the only line.
    pub top: usize,
}

/// A text that is shown in place of a plan's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanText {
    /// All facts, with the reasons of what is refused.
    Facts,
    /// The exact requests of all lines.
    Requests,
    /// The exact requests of the step at this index.
    StepRequests(usize),
}

/// A line of the plan.
#[derive(Debug, Clone, Copy)]
pub enum PreviewLine<'a> {
    /// A step.
    Step(&'a Step),
    /// A change that is refused, and why.
    Refused(&'a PlanLine, &'a Refusal),
    /// Somebody who needs nothing.
    Needless(&'a Name),
}

impl PreviewLine<'_> {
    /// Its words, as they are searched.
    fn searched(self) -> String {
        match self {
            PreviewLine::Step(step) => {
                let grave = step.consequences.get(..step.grave).unwrap_or_default().join(" ");
                format!("{} {} {grave}", step.words.subject, step.words.text("→"))
            }
            PreviewLine::Refused(words, why) => format!("{} {} {why}", words.subject, words.text("→")),
            PreviewLine::Needless(name) => name.to_string(),
        }
    }
}

impl PlanPreview {
    /// A plan to be looked at.
    pub fn new(plan: Plan) -> Self {
        let mut preview = Self {
            plan,
            staged: Vec::new(),
            typed: Input::default(),
            risk: Risk::Plain,
            typed_number: None,
            typing: false,
            reason: Input::default(),
            reasoning: false,
            search: Input::default(),
            searching: false,
            text: None,
            needless: Vec::new(),
            offboards: None,
            facts: Vec::new(),
            grave_notes: 0,
            order: Vec::new(),
            found: None,
            cursor: 0,
            top: 0,
        };
        preview.weigh();
        preview
    }

    /// Computes the risk again after a change of the plan.
    fn weigh(&mut self) {
        let before = std::mem::replace(&mut self.risk, self.plan.risk());
        self.typed_number = self.plan.typed_number();
        (self.facts, self.grave_notes) = (self.plan.facts(), self.plan.grave_notes());
        self.order = self.plan.shown_order();
        if self.risk != before {
            self.typed = Input::default();
            self.typing = self.risk.typed().is_some() && !self.plan.steps.is_empty();
        }
    }

    /// True if the confirming text was typed, or the plan needs none.
    pub fn is_confirmed(&self) -> bool {
        self.risk.typed().is_none_or(|text| text == self.typed.value().trim())
    }

    /// True if the reason has a row, because it is being typed or was given.
    pub fn has_reason(&self) -> bool {
        self.reasoning || !self.reason.value().is_empty()
    }

    /// The step of a line; `None` for a refused line, or one that needs no change.
    pub fn step_at(&self, line: usize) -> Option<usize> {
        self.order.get(line).copied()
    }

    /// The index of the step under the cursor.
    pub fn selected_step(&self) -> Option<usize> {
        self.step_at(self.shown_line(self.cursor)?)
    }

    /// The number of lines: steps, refused changes, and those who need nothing.
    pub fn lines(&self) -> usize {
        self.plan.steps.len() + self.plan.refused.len() + self.needless.len()
    }

    /// The number of lines that are shown.
    pub fn shown(&self) -> usize {
        self.found.as_ref().map_or_else(|| self.lines(), Vec::len)
    }

    /// The line that is shown in this row.
    pub fn shown_line(&self, row: usize) -> Option<usize> {
        match &self.found {
            Some(found) => found.get(row).copied(),
            None => (row < self.lines()).then_some(row),
        }
    }

    /// The line at a position: steps first, then refused changes, then those who need nothing.
    pub fn line(&self, at: usize) -> Option<PreviewLine<'_>> {
        if let Some(step) = self.step_at(at).and_then(|at| self.plan.steps.get(at)) {
            return Some(PreviewLine::Step(step));
        }
        let after = at.checked_sub(self.plan.steps.len())?;
        if let Some((words, why)) = self.plan.refused.get(after) {
            return Some(PreviewLine::Refused(words, why));
        }
        self.needless.get(after.checked_sub(self.plan.refused.len())?).map(PreviewLine::Needless)
    }

    /// True if the plan is one line: there is nothing to go through but its text.
    pub fn is_alone(&self) -> bool {
        self.plan.steps.len() == 1 && self.lines() == 1
    }

    /// Finds the lines with the words of the search; the cursor goes to the first.
    fn find(&mut self) {
        let words = Words::typed(self.search.value());
        let found = |line: &usize| self.line(*line).is_some_and(|line| words.finds(&line.searched()));
        self.found = (!words.is_empty()).then(|| (0..self.lines()).filter(found).collect());
        self.cursor = 0;
    }

    /// Shows a text in place of the lines, or the lines again.
    fn turn(&mut self, text: PlanText) {
        let shown = self.text.is_some_and(|now| (now == PlanText::Facts) == (text == PlanText::Facts));
        (self.text, self.top) = ((!shown).then_some(text), 0);
    }

    fn drop_line(&mut self) {
        if let Some(at) = self.selected_step() {
            let cursor = self.cursor;
            self.plan.drop_step(at);
            self.offboards = None;
            self.weigh();
            self.find();
            self.cursor = cursor.min(self.shown().saturating_sub(1));
        }
    }
}

impl OverlayBehavior for Box<PlanPreview> {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Preview, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        (self.typing || self.reasoning || self.searching) && self.text.is_none()
    }

    fn edit(&mut self, event: &Event, _: &App) {
        if self.reasoning {
            text_field(&mut self.reason, event);
        } else if !self.searching {
            text_field(&mut self.typed, event);
        } else if text_field(&mut self.search, event) {
            self.find();
        }
    }

    fn scroll(&mut self) -> Option<&mut usize> {
        Some(&mut self.top)
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        if self.text.is_some() || self.is_alone() {
            to.scroll(&mut self.top);
        } else {
            // Refused lines too, so that their reasons can be read.
            let lines = self.shown();
            to.go(&mut self.cursor, lines);
        }
    }

    /// Goes back within the box: from a text to the lines, from the reason to the plan, from the found lines to all
    /// lines.
    fn back(&mut self) -> bool {
        if self.text.is_some() {
            (self.text, self.top) = (None, 0);
        } else if self.reasoning {
            self.reasoning = false;
        } else if self.searching || self.found.is_some() {
            let line = self.shown_line(self.cursor);
            (self.search, self.searching, self.found) = (Input::default(), false, None);
            self.cursor = line.unwrap_or(0);
        } else {
            return false;
        }
        true
    }
}

impl App {
    pub(super) fn adjust_preview(&mut self, action: Action) {
        let Some(Overlay::Preview(preview)) = self.overlays.last_mut() else { return };
        match action {
            Action::Requests => preview.turn(PlanText::Requests),
            Action::PlanFacts => preview.turn(PlanText::Facts),
            Action::Reason => (preview.text, preview.searching, preview.reasoning) = (None, false, true),
            Action::SearchLines => (preview.reasoning, preview.searching) = (false, true),
            _ if preview.reasoning => {}
            _ => preview.drop_line(),
        }
        if preview.plan.steps.is_empty() && action == Action::DropLine {
            self.overlays.pop();
            self.say("The plan is empty: nothing was sent.");
        }
    }

    /// The exact requests of the line under the cursor. Where a text is typed it leaves the field, once the text is
    /// right.
    pub(super) fn open_line(&mut self) {
        let Some(Overlay::Preview(preview)) = self.overlays.last_mut() else { return };
        if preview.reasoning || preview.searching {
            (preview.reasoning, preview.searching) = (false, false);
        } else if preview.typing {
            if preview.is_confirmed() {
                preview.typing = false;
            } else {
                let wanted = preview.risk.typed().unwrap_or_default().to_owned();
                self.say(format!("Type {wanted} to send this."));
            }
        } else if let Some(at) = preview.selected_step() {
            preview.text = Some(PlanText::StepRequests(at));
            preview.top = 0;
        }
    }

    /// Sends the plan, unless it was on the screen too briefly to be read.
    pub(super) fn send_preview(&mut self, effects: &mut Vec<AppEffect>) {
        let seen = self.was_seen();
        let key = self.keymap.label(Action::Send).unwrap_or_default();
        let wants_reason = self.session.profile.as_ref().is_some_and(|profile| profile.reason_required);
        match self.overlays.pop() {
            Some(Overlay::Preview(mut preview)) => {
                preview.plan.reason = plan::reason(preview.reason.value());
                if preview.plan.steps.is_empty() {
                    self.say("Nothing of this can be sent.");
                } else if !preview.is_confirmed() {
                    self.say(format!("Type {} to send this.", preview.risk.typed().unwrap_or_default()));
                    self.overlays.push(Overlay::Preview(preview));
                } else if wants_reason && preview.plan.reason.is_none() {
                    self.say(format!("This profile wants a reason or ticket: type it, then Enter and {key}."));
                    preview.reasoning = true;
                    self.overlays.push(Overlay::Preview(preview));
                } else if !seen {
                    self.say(format!("Too soon: the plan was not on the screen yet. Press {key} again."));
                    self.overlays.push(Overlay::Preview(preview));
                } else {
                    self.send(preview.plan, (&preview.staged, &preview.needless), effects);
                }
            }
            other => self.overlays.extend(other),
        }
    }
}
