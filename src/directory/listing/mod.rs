//! The rows of a list, and their order: found a part at a time, so that nobody waits for a large directory.
//!
//! ```text
//! Sort ──→ Ask ──→ Gather ──→ Rank ──→ Done
//! by key   every   in order   best     shown
//!          row     of list    first
//! ```
//!
//! Each stage is linear in the rows and can stop anywhere. A filter that only narrows the one before asks those rows
//! that the one before did not refuse. Knows records and filters, no clock: how much is done at a time is the caller's.
//!
//! Where no row contains the words of the filter, a list that is shown goes through its rows again for similar ones.

use jiff::Timestamp;

use super::{
    Directory, RecordKind,
    query::{FilterQuery, NameLookup, QuerySubject},
    search::{MatchMode, MatcherMemory},
    sort::SortOrder,
};

mod sieve;
mod sorting;
#[cfg(test)]
mod tests;

use sieve::RowSieve;
use sorting::SortTask;

/// Rows that may be on screen before all have been asked.
const FIRST_SHOWN: usize = 1_000;

/// The number of rows that are moved in the time in which one row is asked.
const MOVED: usize = 8;

/// The stage that a listing has got to.
#[derive(Debug, Default)]
enum Stage {
    Sort(Box<SortTask>),
    /// Asks the rows; so many were asked.
    Ask(usize),
    /// Gathers the candidates; so many were looked at.
    Gather(usize),
    /// Ranks the rows that were found; so many have their place.
    Rank(usize),
    #[default]
    Done,
}

/// The accounts that a list of users has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountFilter {
    /// All accounts.
    #[default]
    All,
    /// Accounts that are not marked as service accounts.
    People,
    /// Service accounts.
    Services,
}

/// A list on its way.
#[derive(Debug, Default)]
pub struct ListOrder {
    stage: Stage,
    query: FilterQuery,
    /// Facts that were looked up once for all rows.
    known: NameLookup,
    now: Timestamp,
    /// All rows that the list can show, in its order.
    base: Vec<u32>,
    sieve: RowSieve,
    /// The rows that the filter may keep, in the list's order.
    candidates: Vec<u32>,
    /// The rows that the filter kept.
    kept: Vec<u32>,
    /// How many rows have each score, then where the next row of each goes.
    places: Vec<u32>,
    shown: Vec<u32>,
    /// True if the shown rows were given away.
    taken: bool,
    /// True if similar rows are offered where none contains the words.
    offers_similar: bool,
    /// How bare words are compared now: similar only once no row was found to contain them.
    mode: MatchMode,
}

impl ListOrder {
    /// A list that offers similar rows where none contains the words of the filter: to be looked at, never to be acted
    /// on as a whole.
    pub fn with_similar() -> Self {
        Self { offers_similar: true, ..Self::default() }
    }

    /// Begins anew with all rows of a kind, or these accounts of them: by the first of these orders, rows that are
    /// alike in it by the next one, and rows that are alike in all by name.
    pub fn sort(&mut self, directory: &Directory, kind: RecordKind, orders: &[SortOrder], accounts: AccountFilter) {
        (self.taken, self.mode) = (false, MatchMode::Exact);
        self.stage = Stage::Sort(Box::new(SortTask::new(directory, kind, orders, accounts)));
    }

    /// Begins anew with these rows, in this order.
    pub fn among(&mut self, rows: Vec<u32>, directory: &Directory, kind: RecordKind) {
        self.base = rows;
        self.begin(directory, kind, false);
    }

    /// Begins anew with the same rows and another filter.
    pub fn filter(&mut self, query: FilterQuery, directory: &Directory, kind: RecordKind, now: Timestamp) {
        let narrows = query.narrows(&self.query) && !self.query.is_empty();
        (self.query, self.now) = (query, now);
        if !matches!(self.stage, Stage::Sort(_)) {
            self.begin(directory, kind, narrows);
        }
    }

    /// The time that ages in the filter are measured from.
    pub fn asked_at(&self) -> Timestamp {
        self.now
    }

    /// The filter.
    pub fn query(&self) -> &FilterQuery {
        &self.query
    }

    /// True if the rows are only similar to the filter's words.
    pub fn is_similar(&self) -> bool {
        self.is_substitute() || self.query.is_fuzzy()
    }

    /// True if no row contains the words, and similar ones stand in for them.
    pub fn is_substitute(&self) -> bool {
        self.mode == MatchMode::Similar
    }

    /// True if all rows that the filter keeps are found.
    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    /// Goes on for about as long as it takes to ask so many rows; gives back how many of them are left.
    pub fn step(&mut self, directory: &Directory, kind: RecordKind, mut rows: usize) -> usize {
        while rows > 0 && !self.is_done() {
            rows = rows.saturating_sub(self.part(directory, kind, rows).max(1));
        }
        rows
    }

    /// Goes on to the end.
    pub fn finish(&mut self, directory: &Directory, kind: RecordKind) {
        self.step(directory, kind, usize::MAX);
    }

    /// All rows that the list shows: once, when it is done.
    pub fn take_shown(&mut self) -> Option<Vec<u32>> {
        let due = self.is_done() && !std::mem::replace(&mut self.taken, true);
        due.then(|| std::mem::take(&mut self.shown))
    }

    /// The best of the rows that were asked so far; while they are sorted, some of them.
    pub fn best_so_far(&self) -> Vec<u32> {
        match &self.stage {
            Stage::Sort(sorting) => sorting.first().to_vec(),
            Stage::Ask(asked) => self.sieve.best(*asked, FIRST_SHOWN),
            _ => self.sieve.best(self.sieve.len(), FIRST_SHOWN),
        }
    }

    /// The part that is done, in percent; nothing once all is.
    pub fn progress(&self) -> Option<usize> {
        match &self.stage {
            Stage::Done => None,
            Stage::Sort(_) => Some(0),
            Stage::Ask(asked) => Some(asked * 99 / self.sieve.len().max(1)),
            Stage::Gather(_) | Stage::Rank(_) => Some(99),
        }
    }

    /// Begins from the first row. A filter that narrows the one before asks only the rows left by that.
    fn begin(&mut self, directory: &Directory, kind: RecordKind, narrows: bool) {
        self.taken = false;
        // No row contains the words asked before, so none contains more than them.
        let still_similar = narrows && self.is_substitute() && self.query.is_loosened();
        let narrows = narrows && still_similar == self.is_substitute();
        self.mode = if still_similar { MatchMode::Similar } else { MatchMode::Exact };
        if self.query.is_empty() {
            self.shown.clone_from(&self.base);
            self.stage = Stage::Done;
            return;
        }
        self.known = NameLookup::of(&self.query, directory, kind);
        self.open(directory, kind, narrows);
    }

    /// Asks all rows; a filter that narrows the last one asks the rows left by that.
    fn open(&mut self, directory: &Directory, kind: RecordKind, narrows: bool) {
        if !narrows {
            self.candidates.clone_from(&self.base);
            self.sieve.open(directory.len(kind), &self.base);
        } else if self.is_done() {
            // These are the rows that the last filter kept; a filter that was given up has kept none yet.
            std::mem::swap(&mut self.candidates, &mut self.kept);
        }
        self.stage = Stage::Ask(0);
    }

    /// Does a part of a stage; gives back how many rows could have been asked in its time.
    fn part(&mut self, directory: &Directory, kind: RecordKind, rows: usize) -> usize {
        let moved = rows.saturating_mul(MOVED);
        match &mut self.stage {
            Stage::Sort(sorting) => {
                let spent = sorting.step(directory, rows);
                if let Some(sorted) = sorting.take_sorted() {
                    self.among(sorted, directory, kind);
                }
                spent
            }
            Stage::Ask(asked) => {
                let text = directory.text(kind);
                let asks = QuerySubject::new(&self.query, &self.known, directory, kind, self.now).with_mode(self.mode);
                let ask = |row: u32, scratch: &mut MatcherMemory| asks.score(row, text, scratch);
                let (to, spent) = self.sieve.ask(*asked, rows, ask);
                *asked = to;
                if to == self.sieve.len() {
                    self.kept.clear();
                    self.places.clear();
                    self.stage = Stage::Gather(0);
                }
                spent
            }
            Stage::Gather(from) => {
                let part = from.saturating_add(moved).min(self.candidates.len());
                gather(&self.candidates[*from..part], &self.sieve, &mut self.kept, &mut self.places);
                let spent = (part - *from) / MOVED;
                *from = part;
                if part == self.candidates.len() {
                    self.gathered(directory, kind);
                }
                spent
            }
            Stage::Rank(from) => {
                let part = from.saturating_add(moved).min(self.kept.len());
                rank(&self.kept[*from..part], &self.sieve, &mut self.places, &mut self.shown);
                let spent = (part - *from) / MOVED;
                *from = part;
                if part == self.kept.len() {
                    self.stage = Stage::Done;
                }
                spent
            }
            Stage::Done => 0,
        }
    }

    /// Goes on to the order of the rows, or, where there are none, to similar ones.
    fn gathered(&mut self, directory: &Directory, kind: RecordKind) {
        let is_left = self.offers_similar && !self.is_substitute() && self.query.is_loosened();
        if self.kept.is_empty() && is_left {
            self.mode = MatchMode::Similar;
            self.open(directory, kind, false);
        } else {
            self.begin_rank();
        }
    }

    fn begin_rank(&mut self) {
        if !self.query.ranks() {
            self.shown.clone_from(&self.kept);
            self.stage = Stage::Done;
            return;
        }
        // The best first; rows of one score in the list's own order.
        let mut next = 0;
        for place in self.places.iter_mut().rev() {
            next += std::mem::replace(place, next);
        }
        self.shown.clear();
        self.shown.resize(self.kept.len(), 0);
        self.stage = Stage::Rank(0);
    }
}

/// Keeps rows that were not refused, and counts how many have each score.
fn gather(candidates: &[u32], sieve: &RowSieve, kept: &mut Vec<u32>, counts: &mut Vec<u32>) {
    for row in candidates {
        let score = sieve.score(*row);
        if score == 0 {
            continue;
        }
        kept.push(*row);
        let at = usize::from(score);
        if at >= counts.len() {
            counts.resize(at + 1, 0);
        }
        counts[at] += 1;
    }
}

/// Puts rows where the places of their scores are.
fn rank(kept: &[u32], sieve: &RowSieve, places: &mut [u32], shown: &mut [u32]) {
    for row in kept {
        if let Some(place) = places.get_mut(usize::from(sieve.score(*row))) {
            if let Some(there) = shown.get_mut(*place as usize) {
                *there = *row;
            }
            *place += 1;
        }
    }
}
