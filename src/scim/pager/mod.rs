//! Reads a list to its end, however the server pages, and says how certain that end is.
//!
//! A state machine without IO: the caller sends the query of [`Pager::next`] and hands over the answer. Totals, page
//! sizes and cursors are the server's hints; only the records that came count (RFC 7644 §3.4.2.4, RFC 9865).

mod proof;
mod shift;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxHashSet;

pub use proof::{EndReason, ListProof, ListVerdict, thousands};
use shift::{AfterLook, PageFacts, PageShift};

/// The most requests for one list.
pub const MOST_PAGES: u32 = 10_000;

/// The most records in one list, however many pages they come in; bounds the memory.
pub const MOST_RECORDS: u64 = 3_000_000;

/// The most pages in a row without a new record, as long as each brings another cursor.
const BARREN_PAGES: u32 = 5;

/// The page size that is tried after a server refuses a larger one.
const MODEST_PAGE: u32 = 100;

/// A longer first page of no customary length is the whole list where its total says so: servers that page by
/// themselves send no more at a time.
const LONGEST_OWN_PAGE: usize = 1_000;

/// The way to ask a server for further pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagingMethod {
    /// A single request.
    None,
    /// `startIndex`, with `count` where a page size is set. Without a page size, the first request has no parameters.
    Index {
        /// Records per page.
        page_size: Option<u32>,
    },
    /// `cursor` (RFC 9865); only for servers that offer it.
    Cursor {
        /// Records per page.
        page_size: Option<u32>,
    },
}

/// The part of a page that the caller keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedRecords {
    /// The positions, in the page, of the records that came for the first time.
    pub new: Vec<usize>,
}

/// The progress of reading one list.
#[derive(Debug, Clone)]
pub struct Pager {
    paging: PagingMethod,
    seen: SeenRecords,
    /// Records without an id: all are kept, none counts as progress.
    nameless: u64,
    /// Records of the pages so far, except those that are read again.
    received: u64,
    shift: PageShift,
    pages: u32,
    longest_page: usize,
    /// The most records per answer, as the server's documentation says.
    limit: Option<u64>,
    first_id: Option<Box<str>>,
    said: Option<u64>,
    /// The largest total of all pages.
    promised: u64,
    cursor: Option<String>,
    barren: u32,
    ended: Option<EndReason>,
}

/// Ids of the records that have come, each kept as a hash with random keys that no server knows: among lists of a
/// million records, about one in thirty million mistakes two records for the same.
#[derive(Debug, Clone, Default)]
struct SeenRecords {
    hashes: FxHashSet<u64>,
    keys: RandomState,
}

impl SeenRecords {
    fn len(&self) -> usize {
        self.hashes.len()
    }

    fn contains(&self, id: &str) -> bool {
        self.hashes.contains(&self.keys.hash_one(id))
    }

    /// True if the id is new.
    fn insert(&mut self, id: &str) -> bool {
        self.hashes.insert(self.keys.hash_one(id))
    }
}

impl Pager {
    /// A pager before its first request.
    pub fn new(paging: PagingMethod) -> Self {
        Self {
            paging,
            seen: SeenRecords::default(),
            nameless: 0,
            received: 0,
            shift: PageShift::new(),
            pages: 0,
            longest_page: 0,
            limit: None,
            first_id: None,
            said: None,
            promised: 0,
            cursor: None,
            barren: 0,
            ended: None,
        }
    }

    /// Sets the documented limit of a server's answers: a page shorter than `limit` whose total agrees is the last one,
    /// and no further request is made.
    pub fn limited(self, limit: Option<u64>) -> Self {
        Self { limit, ..self }
    }

    /// The query parameters of the next request; none when the list has been read.
    pub fn next(&self) -> Option<Vec<(String, String)>> {
        if self.ended.is_some() {
            return None;
        }
        let cursor = match (&self.cursor, self.paging) {
            (Some(cursor), _) => cursor.clone(),
            (None, PagingMethod::Cursor { .. }) => String::new(),
            (None, _) if self.pages == 0 && self.page_size().is_none() => return Some(Vec::new()),
            (None, _) => return Some(self.from(self.shift.place().unwrap_or(self.received) + 1)),
        };
        Some(std::iter::once(("cursor".to_owned(), cursor)).chain(self.size()).collect())
    }

    /// The query for the page that begins at record `start`, counted from 1.
    fn from(&self, start: u64) -> Vec<(String, String)> {
        std::iter::once(("startIndex".to_owned(), start.to_string())).chain(self.size()).collect()
    }

    fn size(&self) -> Option<(String, String)> {
        self.page_size().map(|size| ("count".to_owned(), size.to_string()))
    }

    /// The next requests as far as they can be guessed, which requires that the server counts its records and has sent
    /// pages of equal length. The first is that of [`Pager::next`]. An answer to a guess counts only where
    /// [`Pager::next`] asks for it and it [`fits`](Pager::fits).
    pub fn ahead(&self, most: usize) -> Vec<Vec<(String, String)>> {
        let regular =
            self.received == u64::from(self.pages) * self.longest_page as u64 && self.received == self.count();
        let by_index =
            self.cursor.is_none() && self.shift.place().is_none() && matches!(self.paging, PagingMethod::Index { .. });
        let Some(said) = self.said.filter(|_| by_index && regular && self.pages > 0 && self.ended.is_none()) else {
            return Vec::new();
        };
        let starts = (self.received..said).step_by(self.longest_page.max(1)).take(most);
        starts.map(|before| self.from(before + 1)).collect()
    }

    /// True for a page that [`Pager::ahead`] assumed: as long as the pages before it or up to the end of the list, with
    /// an unchanged total, and without a record that has come already.
    pub fn fits(&self, page_total: Option<u64>, next_cursor: Option<&str>, ids: &[&str]) -> bool {
        let to_the_end = Some(self.received + ids.len() as u64) == self.said;
        next_cursor.is_none_or(str::is_empty)
            && page_total.is_none_or(|total| Some(total) == self.said)
            && (to_the_end || ids.len() == self.longest_page)
            && ids.iter().all(|id| !self.seen.contains(id))
    }

    /// Takes a page: the server's total and cursor, and the id of each record in it. For a record without an id pass
    /// something else that identifies it, such as its raw text; an empty id is always new, and never a reason to go on.
    pub fn accept(&mut self, page_total: Option<u64>, next_cursor: Option<String>, ids: &[&str]) -> AcceptedRecords {
        let is_known = ids.first().is_some_and(|first| self.seen.contains(first));
        let facts = PageFacts { total: page_total, len: ids.len() as u64, is_known };
        let known = self.seen.len();
        let new: Vec<usize> = ids.iter().enumerate().filter(|(_, id)| self.is_new(id)).map(|(at, _)| at).collect();
        let progress = self.seen.len() > known;
        self.pages += 1;
        self.longest_page = self.longest_page.max(ids.len());
        self.said = page_total.or(self.said);
        self.promised = self.promised.max(page_total.unwrap_or_default());
        self.ended = self.place(ids, facts, progress, next_cursor);
        if self.pages == 1 {
            self.first_id = ids.first().map(|&id| id.into());
        }
        if self.ended.is_none() && self.pages >= MOST_PAGES {
            self.ended = Some(EndReason::TooManyPages);
        }
        if self.ended.is_none() && self.received >= MOST_RECORDS {
            self.ended = Some(EndReason::TooManyRecords);
        }
        AcceptedRecords { new }
    }

    /// Handles a refusal of the last request (400, 501, …). True if [`Pager::next`] has a gentler request, or if the
    /// pages so far are all that can be had; false if the list can't be read at all.
    pub fn refused(&mut self) -> bool {
        let unsure = self.said.is_none_or(|said| said > self.count());
        match (self.page_size(), self.pages) {
            (Some(size), _) if unsure => {
                self.set_page_size((size > MODEST_PAGE).then_some(MODEST_PAGE));
                true
            }
            (_, 0) => false,
            _ => {
                self.ended = Some(EndReason::Refused);
                true
            }
        }
    }

    /// True where the server counts as many records as came: the next request only asks whether it counts those of each
    /// page alone.
    pub fn is_doubting(&self) -> bool {
        self.ended.is_none() && self.shift.place().is_none() && self.pages > 0 && self.said == Some(self.count())
    }

    /// The last request failed for good: the list ends with the records that came before.
    pub fn failed(&mut self) {
        self.ended = Some(EndReason::Failed);
    }

    /// The completeness of the list so far.
    pub fn proof(&self) -> ListProof {
        let proof = ListProof::judge(self.count(), self.received, self.promised, self.said, self.ended);
        if self.is_gapped() { proof.with_gap() } else { proof }
    }

    /// Finds the place of a page among the others, and the reason why it is the last one, if it is.
    fn place(
        &mut self,
        ids: &[&str],
        facts: PageFacts,
        progress: bool,
        next_cursor: Option<String>,
    ) -> Option<EndReason> {
        let again = self.shift.place();
        let start = again.unwrap_or(self.received);
        let removed = self.shift.note(facts, start);
        if again.is_some() {
            self.received = self.received.saturating_sub(removed);
            let is_whole = self.said == Some(self.count());
            return (self.shift.looked(facts, is_whole) == AfterLook::End).then_some(EndReason::End);
        }
        self.received += facts.len;
        let ended = self.after(ids, progress, next_cursor);
        if self.cursor.is_some() || !matches!(self.paging, PagingMethod::Index { .. }) {
            return ended;
        }
        self.shift.link(facts, start, removed);
        let lacks = self.said.is_some_and(|said| said > self.count() && self.received >= said);
        if ended == Some(EndReason::End) && lacks && self.shift.place().is_none() {
            self.shift.again(self.received);
        }
        ended.filter(|_| self.shift.place().is_none())
    }

    /// True if a record that exists may have been left out between pages.
    fn is_gapped(&self) -> bool {
        let known_again = matches!(self.ended, Some(EndReason::Repeats | EndReason::NothingNew));
        let has_shrunk = self.shift.has_shrunk();
        self.shift.is_open()
            || (has_shrunk && known_again)
            || (self.cursor.is_some() && has_shrunk && self.promised > self.count())
    }

    fn count(&self) -> u64 {
        self.seen.len() as u64 + self.nameless
    }

    fn is_new(&mut self, id: &str) -> bool {
        if id.is_empty() {
            self.nameless += 1;
            return true;
        }
        self.seen.insert(id)
    }

    /// The reason why this page is the last one, if it is.
    fn after(&mut self, ids: &[&str], progress: bool, next_cursor: Option<String>) -> Option<EndReason> {
        self.barren = if progress { 0 } else { self.barren + 1 };
        let next_cursor = next_cursor.filter(|cursor| !cursor.is_empty());
        match (next_cursor, self.paging) {
            (Some(next), _) => self.follow(next),
            (None, _) if self.cursor.is_some() => Some(EndReason::End),
            (None, PagingMethod::Cursor { .. }) => Some(EndReason::End),
            (None, PagingMethod::None) => Some(EndReason::OneRequest),
            (None, PagingMethod::Index { .. }) => self.after_index(ids, progress),
        }
    }

    fn follow(&mut self, next: String) -> Option<EndReason> {
        if self.barren > BARREN_PAGES || self.cursor.as_ref() == Some(&next) {
            return Some(EndReason::NothingNew);
        }
        self.cursor = Some(next);
        None
    }

    fn after_index(&self, ids: &[&str], progress: bool) -> Option<EndReason> {
        let Some(first) = ids.first() else { return Some(EndReason::End) };
        if !progress {
            return Some(if self.first_id.as_deref() == Some(first) {
                EndReason::Repeats
            } else {
                EndReason::NothingNew
            });
        }
        // Records that came before they were removed count for nothing.
        let all = if self.shift.has_shrunk() { self.received } else { self.count() };
        (self.said == Some(all) && !self.may_hide_more(ids.len())).then_some(EndReason::End)
    }

    /// Some servers give the length of the page as the total, and choose it themselves: the first page is worth one more
    /// request, and each further one that is as long.
    fn may_hide_more(&self, len: usize) -> bool {
        if let Some(limit) = self.limit {
            return len as u64 >= limit;
        }
        let asked = self.page_size().is_some_and(|size| size as usize == len);
        let customary = len <= LONGEST_OWN_PAGE || len.is_multiple_of(10) || (len + 1).is_multiple_of(1_000);
        len == self.longest_page && (self.pages > 1 || asked || customary)
    }

    fn page_size(&self) -> Option<u32> {
        match self.paging {
            PagingMethod::None => None,
            PagingMethod::Index { page_size } | PagingMethod::Cursor { page_size } => page_size,
        }
    }

    fn set_page_size(&mut self, size: Option<u32>) {
        match &mut self.paging {
            PagingMethod::None => {}
            PagingMethod::Index { page_size } | PagingMethod::Cursor { page_size } => *page_size = size,
        }
    }
}
