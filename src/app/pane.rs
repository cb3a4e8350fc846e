//! A list: the text in its filter, its order, its cursor and its marks.
//!
//! Cursor and marks are ids, so that they survive refresh, sort and filter.

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use tui_input::Input;

use crate::directory::{
    Directory, Id, RecordKind, ResourceRef,
    field::{FieldSort, RecordField},
    listing::ListOrder,
    query::{BadQuery, FilterQuery},
    record_contents::RecordContents,
    sort::SortOrder,
};

mod marks;
mod view;

pub use marks::RowMarks;
pub use view::AccountView;

/// State of one list pane.
#[derive(Debug)]
pub struct ListPane {
    /// The kind of its records.
    pub kind: RecordKind,
    /// The text that is typed after `/`.
    pub filter: Input,
    /// True while keys go to the filter.
    pub filtering: bool,
    /// Why the filter can't be understood; the list then stays as the last good one made it.
    pub bad: Option<BadQuery>,
    /// The first order of the rows.
    pub order: SortOrder,
    /// The orders for rows that are alike in the first one.
    pub then_by: Vec<SortOrder>,
    /// Rows shown, in order: indexes into the directory.
    pub rows: Vec<u32>,
    /// The number of last rows that are no records and never marked: predefined roles, and people who are invited.
    pub beside: usize,
    /// Index into `rows`.
    pub cursor: usize,
    /// First row on screen.
    pub top: usize,
    /// Marked records in the order of marking.
    pub marks: RowMarks,
    /// The contents of the provider's records.
    pub holds: RecordContents,
    /// The accounts that are shown; matters only to users, and only where there are service accounts.
    pub view: AccountView,
    /// True if somebody has a name beside the user name.
    has_names: bool,
    /// The columns in the place of the view's.
    chosen: Option<Vec<RecordField>>,
    cursor_id: Option<Id>,
    /// True if the person has put the cursor where it is.
    moved: bool,
    listing: Box<ListOrder>,
    /// Where the cursor goes when the list is whole.
    then: CursorAfter,
}

/// Where the cursor goes when the list is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CursorAfter {
    /// The cursor stays on its record.
    Stay,
    /// The cursor goes to the best match.
    Top,
}

/// The work of one step, as a number of rows that a filter is asked about: one or two milliseconds for the slowest
/// filter.
pub const STEP: usize = 8_192;

impl ListPane {
    /// An empty list.
    pub fn new(kind: RecordKind) -> Self {
        Self {
            kind,
            filter: Input::default(),
            filtering: false,
            bad: None,
            order: SortOrder::by_name(kind),
            then_by: Vec::new(),
            has_names: true,
            chosen: None,
            rows: Vec::new(),
            beside: 0,
            cursor: 0,
            top: 0,
            marks: RowMarks::default(),
            holds: RecordContents::default(),
            view: AccountView::default(),
            cursor_id: None,
            moved: false,
            listing: Box::new(ListOrder::with_similar()),
            then: CursorAfter::Stay,
        }
    }

    /// The id under the cursor.
    pub fn selected<'a>(&self, directory: &'a Directory) -> Option<&'a Id> {
        directory.id_at(self.kind, *self.rows.get(self.cursor)?)
    }

    /// True if the filter hides anything.
    pub fn is_filtered(&self) -> bool {
        !self.listing.query().is_empty()
    }

    /// True if the rows are only similar to the filter's words: they are to be looked at, and marked one by one.
    pub fn is_similar(&self) -> bool {
        self.listing.is_similar() && self.beside < self.rows.len()
    }

    /// True if no row contains the words of the filter, and similar ones stand in for them.
    pub fn is_substitute(&self) -> bool {
        self.listing.is_substitute() && self.beside < self.rows.len()
    }

    /// Brings the rows up to date after records came or went.
    pub fn renew(&mut self, directory: &Directory) {
        self.marks.prune();
        self.rebuild(directory);
    }

    /// Sorts and filters anew, keeping the cursor on its record.
    fn rebuild(&mut self, directory: &Directory) {
        if !self.has_views(directory) {
            self.view = AccountView::People;
        }
        self.has_names = self.kind != RecordKind::User
            || (0..directory.len(RecordKind::User) as u32)
                .any(|row| directory.user_at(row).is_some_and(|user| !user.display_name.is_empty()));
        self.listing.sort(directory, self.kind, &self.orders(), self.accounts(directory));
        self.then = CursorAfter::Stay;
        // The former indexes may belong to other records by now.
        self.rows.clear();
        self.beside = 0;
        self.advance(directory, STEP);
        self.show_best(directory);
    }

    /// Filters by the changed text, from the last result where that is enough, and goes to the best match.
    pub fn refilter(&mut self, directory: &Directory, now: Timestamp) {
        match FilterQuery::parse_in(self.filter.value(), self.kind, self.holds) {
            Err(bad) => self.bad = Some(bad),
            Ok(query) if query.asks_teams() && !directory.is_read(RecordKind::Team) => {
                let why = "the teams were not read yet, so the answer would be wrong; R reads them".into();
                self.bad = Some(BadQuery { term: self.filter.value().to_owned(), why });
            }
            Ok(query) => {
                self.bad = None;
                self.listing.filter(query, directory, self.kind, now);
                self.then = CursorAfter::Top;
                self.advance(directory, STEP);
            }
        }
    }

    /// Notes that only a part of the list has come: a cursor that nobody has moved is on the first row of the next
    /// part.
    pub fn loosen(&mut self) {
        if !self.moved {
            self.cursor_id = None;
        }
    }

    /// How many marked records the filter hides.
    pub fn hidden_marks(&self, directory: &Directory) -> usize {
        self.marks.hidden(&self.rows, directory, self.kind)
    }

    /// True if all that the filter finds is shown, and all meant rows are marked.
    pub fn is_whole(&self) -> bool {
        self.listing.is_done() && self.marks.is_settled()
    }

    /// Goes on with a list that is not whole yet, for about as long as it takes to ask so many rows.
    pub fn advance(&mut self, directory: &Directory, rows: usize) {
        let left = self.listing.step(directory, self.kind, rows);
        if let Some(rows) = self.listing.take_shown() {
            self.show(rows, directory);
            self.marks.rows_changed(self.listing.is_similar());
            self.place_cursor(directory);
            self.cursor_id = self.selected(directory).cloned();
        }
        if self.listing.is_done() {
            self.marks.advance(&self.rows[..self.rows.len() - self.beside], directory, self.kind, left);
        }
    }

    /// Shows these rows, and behind them the predefined roles, or the invited people, that the filter finds.
    fn show(&mut self, rows: Vec<u32>, directory: &Directory) {
        self.rows = rows;
        self.beside = 0;
        let query = self.listing.query();
        let found: Vec<u32> = match self.kind {
            RecordKind::Role => {
                let is = |row: &u32| directory.role_at(*row).is_some_and(|role| query.finds(role.name.as_str()));
                directory.predefined_rows().filter(is).collect()
            }
            RecordKind::User if self.view != AccountView::Services => {
                let now = self.listing.asked_at();
                let is =
                    |row: &u32| directory.user_at(*row).is_some_and(|user| query.finds_invited(user, directory, now));
                directory.invited_rows().filter(is).collect()
            }
            RecordKind::User | RecordKind::Team => return,
        };
        if self.listing.is_substitute() && !found.is_empty() {
            // These rows contain the words.
            self.rows.clear();
        }
        self.beside = found.len();
        self.rows.extend(found);
    }

    /// Called before other rows may be shown: marks go to the rows that were shown when the key was pressed.
    pub fn settle_marks(&mut self, directory: &Directory) {
        if self.listing.is_done() && self.marks.is_about_rows() {
            self.marks.advance(&self.rows[..self.rows.len() - self.beside], directory, self.kind, usize::MAX);
        }
    }

    /// Shows the best rows of a list that is not whole yet.
    pub fn show_best(&mut self, directory: &Directory) {
        if !self.listing.is_done() {
            self.show(self.listing.best_so_far(), directory);
            self.place_cursor(directory);
        }
    }

    /// How much of the list is looked through, in percent; nothing once all is.
    pub fn progress(&self) -> Option<usize> {
        self.listing.progress()
    }

    fn place_cursor(&mut self, directory: &Directory) {
        match self.then {
            CursorAfter::Top => (self.cursor, self.top) = (0, 0),
            CursorAfter::Stay => {
                let kept = self.cursor_id.as_ref().and_then(|id| self.place(id, directory));
                self.cursor = kept.unwrap_or(self.cursor).min(self.rows.len().saturating_sub(1));
            }
        }
    }

    /// The reason why the rows shown do not match the filter's text, where they do not.
    ///
    /// Marking all of them would mark other rows than the ones that were meant.
    pub fn unsure(&self) -> Option<String> {
        if let Some(bad) = &self.bad {
            return Some(format!("{bad}."));
        }
        let why = if self.listing.query().is_unfinished() {
            "A term of the filter is not finished."
        } else if self.is_substitute() {
            "No row contains these words; the rows shown are only similar."
        } else if self.is_similar() {
            "Rows found by a ~word are only similar."
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// How many users the filter could not judge, since the list left their roles out.
    pub fn unjudged(&self, directory: &Directory) -> usize {
        if !self.listing.query().asks_roles() {
            return 0;
        }
        directory.records().census().lacking_roles
    }

    /// True if the filter asks for people who are invited.
    pub fn asks_invited(&self) -> bool {
        self.listing.query().asks_invited()
    }

    /// True if the filter asks for Models seats.
    pub fn asks_seats(&self) -> bool {
        self.listing.query().asks_seats()
    }

    /// Everything that the rows are sorted by, the first thing first.
    pub fn orders(&self) -> Vec<SortOrder> {
        std::iter::once(self.order).chain(self.then_by.iter().copied()).collect()
    }

    /// True if the rows are in the order that a list has at first.
    pub fn is_in_name_order(&self) -> bool {
        self.order == SortOrder::by_name(self.kind)
    }

    /// The fields by which the rows can be sorted: shown columns first.
    pub fn sort_choices(&self) -> Vec<RecordField> {
        let mut fields: Vec<RecordField> = self.columns().collect();
        fields.extend(self.column_choices().filter(|field| !self.columns().any(|shown| shown == *field)));
        fields.retain(|field| field.spec().sort != FieldSort::No);
        fields
    }

    /// Sorts by these orders, the first one first; without any, as at first.
    pub fn sort_by(&mut self, orders: &[SortOrder], directory: &Directory) {
        self.order = orders.first().copied().unwrap_or_else(|| SortOrder::by_name(self.kind));
        self.then_by = orders.iter().skip(1).copied().filter(|order| order.by != self.order.by).collect();
        self.rebuild(directory);
    }

    /// Turns the order round.
    pub fn reverse(&mut self, directory: &Directory) {
        self.order.descending = !self.order.descending;
        self.rebuild(directory);
    }

    /// Moves the cursor, keeping it within the list and on screen.
    pub fn go(&mut self, to: usize, height: usize, directory: &Directory) {
        self.cursor = to.min(self.rows.len().saturating_sub(1));
        self.moved = true;
        self.cursor_id = self.selected(directory).cloned();
        self.scroll(height);
    }

    /// Keeps the cursor on screen.
    pub fn scroll(&mut self, height: usize) {
        let last_top = self.rows.len().saturating_sub(height);
        self.top = self.top.min(last_top).min(self.cursor).max((self.cursor + 1).saturating_sub(height));
    }

    /// Puts the cursor on a record. False where the list does not show it.
    pub fn go_to(&mut self, id: &Id, height: usize, directory: &Directory) -> bool {
        self.advance(directory, usize::MAX);
        let found = self.place(id, directory);
        if let Some(at) = found {
            self.go(at, height, directory);
        }
        found.is_some()
    }

    /// Marks the record under the cursor, or takes its mark away.
    pub fn toggle_mark(&mut self, directory: &Directory) {
        if let Some(id) = self.selected(directory).filter(|_| self.cursor < self.markable()).cloned() {
            self.marks.toggle(id);
        }
    }

    /// Marks all shown; where all are marked already, none. Rows that are only similar are left as they are.
    pub fn toggle_all(&mut self, directory: &Directory) {
        if !self.is_similar() {
            self.marks.toggle_all(self.markable());
        }
        self.advance(directory, STEP);
    }

    /// The number of rows, from the first on, that can be marked.
    fn markable(&self) -> usize {
        self.rows.len() - self.beside
    }

    /// Takes all marks away.
    pub fn unmark(&mut self, directory: &Directory) {
        self.marks.clear();
        self.advance(directory, STEP);
    }

    /// Takes the marks off these records.
    pub(super) fn release(&mut self, ids: FxHashSet<Id>, directory: &Directory) {
        self.marks.release(ids);
        self.advance(directory, STEP);
    }

    /// Marks from the last marked row to the cursor.
    pub fn mark_range(&mut self, directory: &Directory) {
        let last = self.marks.last().cloned();
        let from = last.and_then(|id| self.place(&id, directory));
        let from = from.unwrap_or(self.cursor);
        let range = from.min(self.cursor)..(from.max(self.cursor) + 1).min(self.markable());
        let ids = self.rows.get(range).unwrap_or_default().iter().filter_map(|row| directory.id_at(self.kind, *row));
        self.marks.extend(ids.cloned());
    }

    /// The records that an action works on: the marked ones, else the one under the cursor.
    pub fn subjects(&self, directory: &Directory) -> Vec<Id> {
        if self.marks.is_empty() {
            return self.selected(directory).cloned().into_iter().collect();
        }
        self.marks.in_order(self.kind, &self.rows, directory)
    }

    /// The index of a record's row: its row is looked for, since comparing ids means to visit every record.
    fn place(&self, id: &Id, directory: &Directory) -> Option<usize> {
        let wanted = directory.row_of(&ResourceRef { kind: self.kind, id: id.clone() })?;
        self.rows.iter().position(|row| *row == wanted)
    }
}

fn exists(directory: &Directory, kind: RecordKind, id: &Id) -> bool {
    match kind {
        RecordKind::User => directory.user(id).is_some(),
        RecordKind::Team => directory.team(id).is_some(),
        RecordKind::Role => directory.role(id).is_some(),
    }
}
