//! Records that other clients remove or add between two pages of a list: the later records move, so that the next page
//! leaves records out, or repeats some.
//!
//! A page follows from the pages before it if its total has not become smaller, or if its first record has come already.
//! Otherwise the pager goes back to an earlier page, until one begins with a known record, and reads on from there to the
//! place of the gap. The total does not show a removal and an addition between the same two requests.

/// The most requests of one list that look back.
const MOST_LOOKS: u32 = 100;

/// The most times that the list goes back from one place: a server may give another total there each time.
const MOST_LOOKS_FROM_ONE_PLACE: u32 = 3;

/// The totals and places of the pages so far.
#[derive(Debug, Clone)]
pub(super) struct PageShift {
    /// The number of records before each page.
    starts: Vec<u64>,
    first_total: Option<u64>,
    last_total: Option<u64>,
    longest: u64,
    /// True if each total was the length of its page.
    counts_itself: bool,
    /// True if a total was the number of records from its page on.
    counts_rest: bool,
    look: Option<LookBack>,
    looks: u32,
    /// The place from which the list went back last, and how often.
    last_gap: (u64, u32),
    /// True if a gap may remain that no look back could close.
    open: bool,
    has_shrunk: bool,
}

/// Earlier pages that are read again.
#[derive(Debug, Clone, Copy)]
struct LookBack {
    /// The number of records before the next page.
    at: u64,
    /// The number of records before the gap.
    gap: u64,
    /// True if the list ends here; otherwise reading goes on after the records that came last.
    last: bool,
}

/// A page as far as its place is concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageFacts {
    pub total: Option<u64>,
    pub len: u64,
    /// True if its first record has come before.
    pub is_known: bool,
}

/// The next step after a page that was read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterLook {
    /// Reading goes on, further back or forward.
    GoOn,
    /// The list has been read.
    End,
}

impl PageShift {
    pub(super) fn new() -> Self {
        Self {
            starts: Vec::new(),
            first_total: None,
            last_total: None,
            longest: 0,
            counts_itself: true,
            counts_rest: false,
            look: None,
            looks: 0,
            last_gap: (0, 0),
            open: false,
            has_shrunk: false,
        }
    }

    /// The number of records before the page to be read again, if there is one.
    pub(super) fn place(&self) -> Option<u64> {
        self.look.map(|look| look.at)
    }

    /// True while records may be missing between pages.
    pub(super) fn is_open(&self) -> bool {
        self.open || self.look.is_some()
    }

    /// True if a total was smaller than the one before.
    pub(super) fn has_shrunk(&self) -> bool {
        self.has_shrunk
    }

    /// Notes a page that came after `before` records, and returns the number of records that were removed since the page
    /// before it.
    pub(super) fn note(&mut self, page: PageFacts, before: u64) -> u64 {
        let Some(total) = page.total else { return 0 };
        self.counts_itself = self.counts_itself && total == page.len;
        self.longest = self.longest.max(page.len);
        // Some servers count the records from this page on, so that the first total stays the number of all.
        let is_rest =
            before > 0 && total.checked_add(before) == self.first_total && page.len == total.min(self.longest);
        self.first_total = self.first_total.or(Some(total));
        // A list that lost as many records as came before looks like that, too, for one page.
        self.open = self.open || (self.counts_rest && !is_rest);
        self.counts_rest = self.counts_rest || (is_rest && !self.counts_itself);
        if self.counts_itself || is_rest {
            return 0;
        }
        let last = self.last_total.replace(total).or(self.first_total).unwrap_or(total);
        self.has_shrunk = self.has_shrunk || total < last;
        // A list that moves again while its pages are read again may have moved records of the gap out of it.
        self.open = self.open || (self.look.is_some() && total != last);
        last.saturating_sub(total)
    }

    /// Looks back if a page after `start` records does not follow from those before it; `removed` records are gone since.
    pub(super) fn link(&mut self, page: PageFacts, start: u64, removed: u64) {
        if removed > 0 && start > 0 && !page.is_known {
            let times = if self.last_gap.0 == start { self.last_gap.1 + 1 } else { 1 };
            self.last_gap = (start, times);
            if times <= MOST_LOOKS_FROM_ONE_PLACE {
                self.back(start, start.saturating_sub(removed + 1), false);
            } else {
                self.open = true;
            }
        }
        if page.len > 0 {
            self.starts.push(start);
        }
    }

    /// Reads the list of `received` records again, unless an earlier page was: some came twice, so that others may have
    /// been left out.
    pub(super) fn again(&mut self, received: u64) {
        if self.looks == 0 && self.starts.len() > 1 {
            self.back(received, 0, true);
        }
    }

    /// Takes a page that was read again; `is_whole` if as many records have come as the server counts.
    pub(super) fn looked(&mut self, page: PageFacts, is_whole: bool) -> AfterLook {
        let Some(mut look) = self.look else { return AfterLook::GoOn };
        if look.at > 0 && !page.is_known {
            self.back(look.gap, look.at.saturating_sub(1), look.last);
            return AfterLook::GoOn;
        }
        look.at += page.len;
        if look.at < look.gap && page.len > 0 && !(look.last && is_whole) {
            self.look = Some(look);
            self.spend();
            return AfterLook::GoOn;
        }
        self.look = None;
        if look.last { AfterLook::End } else { AfterLook::GoOn }
    }

    /// Goes back to the last page that begins after at most so many records.
    fn back(&mut self, gap: u64, most: u64, last: bool) {
        let at = self.starts.iter().rev().find(|start| **start <= most).copied().unwrap_or_default();
        self.look = Some(LookBack { at, gap, last });
        self.spend();
    }

    fn spend(&mut self) {
        self.looks += 1;
        if self.looks > MOST_LOOKS {
            self.open = true;
            self.look = None;
        }
    }
}
