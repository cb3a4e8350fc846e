//! A plan that was sent, as a box: how far it is, why parts of it failed, and its lines.

use super::{App, Overlay, entries::Course};
use crate::directory::{
    change::ChangeId,
    plan::{Entry, State},
};

/// Which lines are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Show {
    /// All, after the reasons of failures.
    #[default]
    All,
    /// Those in a state.
    State(State),
    /// Those that failed for a reason.
    Reason(String),
}

/// State of the box.
#[derive(Debug)]
pub struct PlanView {
    /// Which plan.
    pub plan: ChangeId,
    /// Which lines.
    pub show: Show,
    /// Row with the cursor.
    pub cursor: usize,
}

/// One row.
#[derive(Debug)]
pub enum Row<'a> {
    /// A reason, and how many failed for it.
    Reason(&'a str, usize),
    /// A change.
    Change(&'a Entry),
}

impl PlanView {
    /// All of a plan.
    pub fn new(plan: ChangeId) -> Self {
        Self { plan, show: Show::All, cursor: 0 }
    }

    fn len(&self, course: &Course) -> usize {
        match &self.show {
            Show::All => course.reasons().len() + course.steps(),
            Show::State(state) => course.of(*state).len(),
            Show::Reason(why) => course.because(why).map_or(0, std::collections::BTreeSet::len),
        }
    }
}

impl App {
    /// How many rows the box has.
    pub fn plan_rows(&self, view: &PlanView) -> usize {
        self.entries.course(view.plan).map_or(0, |course| view.len(course))
    }

    /// One of them.
    pub fn plan_row(&self, view: &PlanView, at: usize) -> Option<Row<'_>> {
        let course = self.entries.course(view.plan)?;
        let id = match &view.show {
            Show::All => {
                let reasons = course.reasons();
                if let Some((why, count)) = reasons.get(at) {
                    return Some(Row::Reason(why, *count));
                }
                course.all().nth(at - reasons.len())
            }
            Show::State(state) => course.of(*state).iter().nth(at),
            Show::Reason(why) => course.because(why)?.iter().nth(at),
        };
        self.entries.get(id?).map(Row::Change)
    }

    /// What is tried again from the box: the failures for the reason under the cursor or the one shown, the lines in the state
    /// that is shown, else the whole plan.
    pub(super) fn plan_selection(&self, view: &PlanView) -> Vec<&Entry> {
        let Some(course) = self.entries.course(view.plan) else { return Vec::new() };
        let because = |why: &str| course.because(why).into_iter().flatten().filter_map(|id| self.entries.get(id));
        match (&view.show, self.plan_row(view, view.cursor)) {
            (_, Some(Row::Reason(why, _))) => because(why).collect(),
            (Show::Reason(why), _) => because(why).collect(),
            (Show::State(state), _) => course.of(*state).iter().filter_map(|id| self.entries.get(id)).collect(),
            _ => self.entries.of_plan(view.plan).collect(),
        }
    }

    /// From the Activity pane into the plan under the cursor, from the box to a line of it.
    pub(super) fn open_story(&mut self) {
        let row = match self.overlays.last() {
            Some(Overlay::Plan(view)) => self.plan_row(view, view.cursor),
            Some(_) => return,
            None => None,
        };
        if let Some(Row::Reason(why, _)) = row {
            let show = Show::Reason(why.to_owned());
            self.show_lines(show);
        } else if let Some(id) = self.selected_entry().map(|entry| entry.id) {
            self.overlays.push(Overlay::Story { id, scroll: 0 });
        } else if let (None, Some(plan)) = (self.overlays.last(), self.selected_plan()) {
            self.overlays.push(Overlay::Plan(PlanView::new(plan)));
        }
    }

    /// Shows the lines in the next state that some are in, and all again after the last.
    pub(super) fn next_lines(&mut self) {
        let Some(Overlay::Plan(view)) = self.overlays.last() else { return };
        let Some(course) = self.entries.course(view.plan) else { return };
        let from = match view.show {
            Show::State(state) => state as usize + 1,
            Show::All => 0,
            Show::Reason(_) => State::ALL.len(),
        };
        let next = State::ALL.into_iter().skip(from).find(|state| !course.of(*state).is_empty());
        self.show_lines(next.map_or(Show::All, Show::State));
    }

    fn show_lines(&mut self, show: Show) {
        if let Some(Overlay::Plan(view)) = self.overlays.last_mut() {
            (view.show, view.cursor) = (show, 0);
        }
    }

    /// Lines come and go while the box is open: the cursor stays on one.
    pub(super) fn keep_plan_cursor(&mut self) {
        let rows = match self.overlays.last() {
            Some(Overlay::Plan(view)) => self.plan_rows(view),
            _ => return,
        };
        if let Some(Overlay::Plan(view)) = self.overlays.last_mut() {
            view.cursor = view.cursor.min(rows.saturating_sub(1));
        }
    }

    /// The lines that the cursor could go to.
    pub(super) fn plan_len(&self) -> usize {
        match self.overlays.last() {
            Some(Overlay::Plan(view)) => self.plan_rows(view),
            _ => 0,
        }
    }
}
