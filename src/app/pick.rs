//! A box that finds a record among all of a kind by typing.

use crossterm::event::Event;
use tui_input::Input;

use super::{
    App, AppEffect,
    action::Scope,
    filtered_rows::FilteredRows,
    offboard::OffboardingSubject,
    overlay::{CursorTravel, OverlayBehavior},
    text_field,
};
use crate::directory::{Directory, Id, Name, RecordKind};

/// The purpose of the picked record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickPurpose {
    /// The subjects become like it.
    Like,
    /// The record becomes admin of these teams, whose last admins leave.
    Successor(OffboardingSubject, Vec<Name>),
}

/// State of the box.
#[derive(Debug)]
pub struct PickBox {
    /// The purpose of the picked record.
    pub purpose: PickPurpose,
    /// The records that become like the picked one, or that leave.
    pub subjects: Vec<Id>,
    /// The typed text.
    pub input: Input,
    /// The matching rows.
    pub rows: FilteredRows,
}

impl PickBox {
    /// All records of the kind, without the subject if there is only one.
    pub fn new(kind: RecordKind, subjects: Vec<Id>, directory: &Directory) -> Self {
        let rows = FilteredRows::new(kind, others(kind, &subjects, directory), directory);
        Self { purpose: PickPurpose::Like, subjects, input: Input::default(), rows }
    }

    /// All users, of whom one becomes admin of these teams.
    pub(super) fn successor(subject: OffboardingSubject, teams: Vec<Name>, directory: &Directory) -> Self {
        let pick = Self::new(RecordKind::User, subject.leaving.clone(), directory);
        Self { purpose: PickPurpose::Successor(subject, teams), ..pick }
    }

    /// The id under the cursor.
    pub fn selected<'a>(&self, directory: &'a Directory) -> Option<&'a Id> {
        self.rows.selected(directory)
    }
}

impl OverlayBehavior for PickBox {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Picker, Scope::Global]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn edit(&mut self, event: &Event, app: &App) {
        if text_field(&mut self.input, event) {
            self.rows.filter(self.input.value(), &app.directory);
        }
    }

    fn travel(&mut self, to: &CursorTravel, app: &App) {
        self.rows.travel(to, &app.directory);
    }

    fn has_choice(&self, directory: &Directory) -> bool {
        self.is_looking() || self.selected(directory).is_some()
    }

    fn choose(self, app: &mut App, effects: &mut Vec<AppEffect>) {
        app.overlays.push(self.into());
        app.picked(effects);
    }

    fn finder(&mut self) -> Option<(&Input, &mut FilteredRows)> {
        Some((&self.input, &mut self.rows))
    }

    fn is_looking(&self) -> bool {
        !self.rows.is_whole()
    }

    fn renew(&mut self, directory: &Directory) {
        self.rows.renew(others(self.rows.kind, &self.subjects, directory), directory);
    }
}

/// All records of the kind, without the subject if there is only one.
fn others(kind: RecordKind, subjects: &[Id], directory: &Directory) -> Vec<u32> {
    let itself = |row: &u32| matches!(subjects, [one] if directory.id_at(kind, *row) == Some(one));
    directory.rows_by_name(kind).iter().copied().filter(|row| !itself(row)).collect()
}
