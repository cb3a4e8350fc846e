//! The question whether an action is for the row under the cursor or for the marked rows. The console asks where rows
//! are marked and the row under the cursor is not: the marks may be far away, or hidden by the filter.

use super::{
    App, AppEffect,
    action::{Action, Scope},
    overlay::{CursorTravel, OverlayBehavior},
};
use crate::{
    directory::{Id, Name, RecordKind},
    scim::text::number,
};

/// The number of choices.
const CHOICES: usize = 2;

/// State of the box.
#[derive(Debug)]
pub struct SubjectChoice {
    /// The action to perform.
    pub action: Action,
    /// The name of the row under the cursor.
    pub here: Name,
    /// The name of the row that was marked first.
    pub first: Name,
    /// The number of marked rows.
    pub marked: usize,
    /// The number of marked rows that the filter hides.
    pub hidden: usize,
    /// The choice with the cursor: 0 for the row, 1 for the marked rows.
    pub cursor: usize,
}

impl SubjectChoice {
    /// The choices, in order.
    pub fn choices(&self) -> [String; CHOICES] {
        let rows = if self.marked == 1 { "row" } else { "rows" };
        let hidden = match self.hidden {
            0 => String::new(),
            some => format!(", {} not shown", number(some as u64)),
        };
        ["this row".into(), format!("marked {rows}: {}{hidden}", number(self.marked as u64))]
    }
}

impl OverlayBehavior for SubjectChoice {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Picker, Scope::Global]
    }

    fn travel(&mut self, to: &CursorTravel, _: &App) {
        to.go(&mut self.cursor, CHOICES);
    }

    fn go_to_letter(&mut self, letter: char) -> bool {
        let found = self.choices().iter().position(|choice| choice.starts_with(letter.to_ascii_lowercase()));
        self.cursor = found.unwrap_or(self.cursor);
        found.is_some()
    }

    fn choose(self, app: &mut App, effects: &mut Vec<AppEffect>) {
        app.whom_chosen(&self, effects);
    }
}

impl App {
    /// The question, where the action needs it.
    pub(super) fn asks_whom(&self, action: Action) -> Option<SubjectChoice> {
        use Action as A;
        if !matches!(
            action,
            A::SetRole | A::Teams | A::Members | A::ToggleActive | A::Delete | A::MakeLike | A::Offboard
        ) {
            return None;
        }
        let pane = self.lists.pane().filter(|pane| self.overlays.is_empty() && !pane.marks.is_empty())?;
        let here = pane.selected(&self.directory).filter(|id| !pane.marks.contains(*id))?.clone();
        let name = self.name_of(pane.kind, &here)?;
        let first = self.name_of(pane.kind, pane.marks.first()?)?;
        let hidden = pane.hidden_marks(&self.directory);
        // All marked rows are visible: they are the likelier choice.
        let cursor = usize::from(hidden == 0);
        Some(SubjectChoice { action, here: name, first, marked: pane.marks.len(), hidden, cursor })
    }

    fn name_of(&self, kind: RecordKind, id: &Id) -> Option<Name> {
        match kind {
            RecordKind::User => self.directory.user(id).map(|user| user.user_name.clone()),
            RecordKind::Team => self.directory.team(id).map(|team| team.name.clone()),
            RecordKind::Role => self.directory.role(id).map(|role| role.name.clone()),
        }
    }

    /// Performs the action on the row alone, or on the marked rows.
    fn whom_chosen(&mut self, whom: &SubjectChoice, effects: &mut Vec<AppEffect>) {
        let marks =
            if whom.cursor == 0 { self.lists.pane_mut().map(|pane| std::mem::take(&mut pane.marks)) } else { None };
        self.act(whom.action, effects);
        if let (Some(marks), Some(pane)) = (marks, self.lists.pane_mut()) {
            pane.marks = marks;
        }
    }
}
