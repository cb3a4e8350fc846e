//! The rows of a box with a text field: all of them in their order, or the matching ones, the best first. Like a pane's
//! list, they are found a part at a time.

use jiff::Timestamp;

use crate::directory::{Directory, Id, RecordKind, ResourceRef, listing::ListOrder, query::FilterQuery};

use super::{overlay::CursorTravel, pane::STEP};

/// Rows of one kind.
#[derive(Debug)]
pub struct FilteredRows {
    /// The kind of the records.
    pub kind: RecordKind,
    /// The rows of the directory that match.
    pub shown: Vec<u32>,
    /// Index into `shown`.
    pub cursor: usize,
    /// The record under the cursor.
    on: Option<Id>,
    listing: ListOrder,
    /// The name that the server was asked for last.
    asked: Option<String>,
}

impl FilteredRows {
    /// A box with all of these rows.
    pub fn new(kind: RecordKind, rows: Vec<u32>, directory: &Directory) -> Self {
        let mut finding =
            Self { kind, shown: Vec::new(), cursor: 0, on: None, listing: ListOrder::with_similar(), asked: None };
        finding.renew(rows, directory);
        finding
    }

    /// The id under the cursor.
    pub fn selected<'a>(&self, directory: &'a Directory) -> Option<&'a Id> {
        directory.id_at(self.kind, *self.shown.get(self.cursor)?)
    }

    /// Moves the cursor.
    pub fn go(&mut self, to: usize, directory: &Directory) {
        self.cursor = to;
        self.on = self.selected(directory).cloned();
    }

    /// Moves the cursor.
    pub(super) fn travel(&mut self, to: &CursorTravel, directory: &Directory) {
        self.go(to.from(self.cursor, self.shown.len()), directory);
    }

    /// Records came or went: sets the new rows, filtered by the last input. The cursor stays on its record.
    pub fn renew(&mut self, rows: Vec<u32>, directory: &Directory) {
        self.listing.among(rows, directory, self.kind);
        // Old row numbers may belong to other records now.
        self.shown.clear();
        self.advance(directory, STEP);
        self.show_best(directory);
    }

    /// Shows the rows that match the typed text.
    pub fn filter(&mut self, typed: &str, directory: &Directory) {
        self.listing.filter(FilterQuery::words(typed), directory, self.kind, Timestamp::UNIX_EPOCH);
        (self.cursor, self.on) = (0, None);
        self.advance(directory, STEP);
    }

    /// True if no record contains the typed text, and similar ones are shown instead: these must never be chosen as a
    /// whole.
    pub fn is_similar(&self) -> bool {
        self.listing.is_similar() && !self.shown.is_empty()
    }

    /// The typed text, where the server should be asked for it: no row contains it, and not all records are known. The
    /// text counts as asked from now on.
    pub fn ask(&mut self, typed: &str, directory: &Directory) -> Option<String> {
        let typed = typed.trim();
        let lacks = self.is_whole() && (self.shown.is_empty() || self.is_similar());
        if !lacks || typed.is_empty() || directory.is_complete(self.kind) || self.asked.as_deref() == Some(typed) {
            return None;
        }
        self.asked = Some(typed.to_owned());
        self.asked.clone()
    }

    /// The name that the server was asked for last.
    pub fn asked(&self) -> Option<&str> {
        self.asked.as_deref()
    }

    /// True if all matching rows are shown.
    pub fn is_whole(&self) -> bool {
        self.listing.is_done()
    }

    /// Continues the search for about as long as it takes to check `rows` rows.
    pub fn advance(&mut self, directory: &Directory, rows: usize) {
        self.listing.step(directory, self.kind, rows);
        if let Some(shown) = self.listing.take_shown() {
            self.shown = shown;
            self.follow(directory);
        }
    }

    /// Shows the best of the rows that were checked so far.
    pub fn show_best(&mut self, directory: &Directory) {
        if !self.is_whole() {
            self.shown = self.listing.best_so_far();
            self.follow(directory);
        }
    }

    fn follow(&mut self, directory: &Directory) {
        let target = self.on.clone().map(|id| ResourceRef { kind: self.kind, id });
        let row = target.and_then(|target| directory.records().row(&target));
        let kept = row.and_then(|row| self.shown.iter().position(|shown| *shown == row));
        self.cursor = kept.unwrap_or(self.cursor).min(self.shown.len().saturating_sub(1));
    }
}
