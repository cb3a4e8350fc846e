//! A box for a sent plan: its progress, the reasons of failures, and its lines.

use super::{
    ActivityState, App, MessageSubject, Overlay,
    action::Scope,
    entries::PlanCourse,
    overlay::{CursorTravel, OverlayBehavior},
    story::StoryBox,
};
use crate::directory::{
    change::ChangeId,
    plan::{ChangeState, JournalEntry},
};

/// The lines that the box shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LineVisibility {
    /// All lines, after the reasons of failures.
    #[default]
    All,
    /// The lines in a state.
    State(ChangeState),
    /// The lines that failed for a reason.
    Reason(String),
}

/// State of the box.
#[derive(Debug)]
pub struct PlanView {
    /// The plan's first change.
    pub plan: ChangeId,
    /// The lines that are shown.
    pub show: LineVisibility,
    /// The row with the cursor.
    pub cursor: usize,
}

/// A row of the box.
#[derive(Debug)]
pub enum PlanRow<'a> {
    /// A reason, and the number of changes that failed for it.
    Reason(&'a str, usize),
    /// A change of the plan.
    Change(&'a JournalEntry),
}

impl PlanView {
    /// A box with all lines of a plan.
    pub fn new(plan: ChangeId) -> Self {
        Self { plan, show: LineVisibility::All, cursor: 0 }
    }

    fn len(&self, course: &PlanCourse) -> usize {
        match &self.show {
            LineVisibility::All => course.reasons().len() + course.steps(),
            LineVisibility::State(state) => course.of(*state).len(),
            LineVisibility::Reason(why) => course.because(why).map_or(0, std::collections::BTreeSet::len),
        }
    }
}

impl OverlayBehavior for PlanView {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Plan, Scope::Activity, Scope::Sending, Scope::Work, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, app: &App) {
        let rows = app.activity.plan_rows(self);
        to.go(&mut self.cursor, rows);
    }
}

impl App {
    /// The entries that are tried again from the box: the failures for the reason under the cursor or the one shown,
    /// the lines in the state that is shown, else the whole plan.
    pub(super) fn plan_selection(&self, view: &PlanView) -> Vec<&JournalEntry> {
        let Some(course) = self.activity.entries.course(view.plan) else { return Vec::new() };
        let because =
            |why: &str| course.because(why).into_iter().flatten().filter_map(|id| self.activity.entries.get(id));
        match (&view.show, self.activity.plan_row(view, view.cursor)) {
            (_, Some(PlanRow::Reason(why, _))) => because(why).collect(),
            (LineVisibility::Reason(why), _) => because(why).collect(),
            (LineVisibility::State(state), _) => {
                course.of(*state).iter().filter_map(|id| self.activity.entries.get(id)).collect()
            }
            _ => self.activity.entries.of_plan(view.plan).collect(),
        }
    }

    /// Opens the plan under the cursor of the Activity pane, or a line of the box.
    pub(super) fn open_story(&mut self) {
        let row = match self.overlays.last() {
            Some(Overlay::Plan(view)) => self.activity.plan_row(view, view.cursor),
            Some(_) => return,
            None => None,
        };
        if let Some(PlanRow::Reason(why, _)) = row {
            let show = LineVisibility::Reason(why.to_owned());
            self.show_lines(show);
        } else if let Some(id) = self.selected_entry().map(|entry| entry.id) {
            // The story says all that the message says.
            self.screen.message.take_if(|message| message.about == Some(MessageSubject::Failure(id)));
            self.overlays.push(Overlay::Story(StoryBox { id, scroll: 0 }));
        } else if let (None, Some(plan)) = (self.overlays.last(), self.selected_plan()) {
            self.overlays.push(Overlay::Plan(PlanView::new(plan)));
        }
    }

    /// Shows the lines in the next state that has any, and all lines after the last state.
    pub(super) fn next_lines(&mut self) {
        let Some(Overlay::Plan(view)) = self.overlays.last() else { return };
        let Some(course) = self.activity.entries.course(view.plan) else { return };
        let from = match view.show {
            LineVisibility::State(state) => state as usize + 1,
            LineVisibility::All => 0,
            LineVisibility::Reason(_) => ChangeState::ALL.len(),
        };
        let next = ChangeState::ALL.into_iter().skip(from).find(|state| !course.of(*state).is_empty());
        self.show_lines(next.map_or(LineVisibility::All, LineVisibility::State));
    }

    fn show_lines(&mut self, show: LineVisibility) {
        if let Some(Overlay::Plan(view)) = self.overlays.last_mut() {
            (view.show, view.cursor) = (show, 0);
        }
    }

    /// Keeps the cursor on a row while lines come and go.
    pub(super) fn keep_plan_cursor(&mut self) {
        let rows = match self.overlays.last() {
            Some(Overlay::Plan(view)) => self.activity.plan_rows(view),
            _ => return,
        };
        if let Some(Overlay::Plan(view)) = self.overlays.last_mut() {
            view.cursor = view.cursor.min(rows.saturating_sub(1));
        }
    }
}

impl ActivityState {
    /// The number of rows in the box.
    pub fn plan_rows(&self, view: &PlanView) -> usize {
        self.entries.course(view.plan).map_or(0, |course| view.len(course))
    }

    /// The row at a position.
    pub fn plan_row(&self, view: &PlanView, at: usize) -> Option<PlanRow<'_>> {
        let course = self.entries.course(view.plan)?;
        let id = match &view.show {
            LineVisibility::All => {
                let reasons = course.reasons();
                if let Some((why, count)) = reasons.get(at) {
                    return Some(PlanRow::Reason(why, *count));
                }
                course.all().nth(at - reasons.len())
            }
            LineVisibility::State(state) => course.of(*state).iter().nth(at),
            LineVisibility::Reason(why) => course.because(why)?.iter().nth(at),
        };
        self.entries.get(id?).map(PlanRow::Change)
    }
}
