//! A box that finds a record among all of a kind by typing.

use tui_input::Input;

use super::{filtered_rows::FilteredRows, text_field};
use crate::directory::{Directory, Id, RecordKind};

/// State of the box.
#[derive(Debug)]
pub struct PickBox {
    /// The records that are to become like the picked one.
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
        Self { subjects, input: Input::default(), rows }
    }

    /// Records came or went: old row numbers may belong to other records now.
    pub fn renew(&mut self, directory: &Directory) {
        self.rows.renew(others(self.rows.kind, &self.subjects, directory), directory);
    }

    /// A key for the text field.
    pub fn edit(&mut self, event: &crossterm::event::Event, directory: &Directory) {
        if text_field(&mut self.input, event) {
            self.rows.filter(self.input.value(), directory);
        }
    }

    /// The id under the cursor.
    pub fn selected<'a>(&self, directory: &'a Directory) -> Option<&'a Id> {
        self.rows.selected(directory)
    }
}

/// All records of the kind, without the subject if there is only one.
fn others(kind: RecordKind, subjects: &[Id], directory: &Directory) -> Vec<u32> {
    let itself = |row: &u32| matches!(subjects, [one] if directory.id_at(kind, *row) == Some(one));
    directory.rows_by_name(kind).iter().copied().filter(|row| !itself(row)).collect()
}
