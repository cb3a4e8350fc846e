//! One record out of all of a kind, found by typing.

use tui_input::Input;

use super::text_field;
use crate::directory::{Directory, Id, Kind, search};

/// State of the box.
#[derive(Debug)]
pub struct Pick {
    /// Which records.
    pub kind: Kind,
    /// What shall become like the one that is picked.
    pub subjects: Vec<Id>,
    /// What is typed.
    pub input: Input,
    /// Rows of the directory that match, best match first.
    pub shown: Vec<u32>,
    /// Index into `shown`.
    pub cursor: usize,
    all: Vec<u32>,
}

impl Pick {
    /// All records of the kind but the subject, where that is one.
    pub fn new(kind: Kind, subjects: Vec<Id>, directory: &Directory) -> Self {
        let itself = |row: &u32| matches!(subjects.as_slice(), [one] if directory.id_at(kind, *row) == Some(one));
        let all: Vec<u32> = directory.rows_by_name(kind).iter().copied().filter(|row| !itself(row)).collect();
        let shown = all.clone();
        Self { kind, subjects, input: Input::default(), shown, cursor: 0, all }
    }

    /// A key for the text field.
    pub fn edit(&mut self, event: &crossterm::event::Event, directory: &Directory) {
        if text_field(&mut self.input, event) {
            self.shown = search::best(&self.all, directory.text(self.kind), self.input.value());
            self.cursor = 0;
        }
    }

    /// The id under the cursor.
    pub fn selected<'a>(&self, directory: &'a Directory) -> Option<&'a Id> {
        directory.id_at(self.kind, *self.shown.get(self.cursor)?)
    }
}
