//! Rows by a key of their records: keys are taken as the records lie in memory, then sorted digit by digit. Linear, and
//! rows of one key stay in name order in both directions.

use rustc_hash::FxHashMap;

use super::{AccountFilter, FIRST_SHOWN, MOVED};
use crate::{
    directory::{
        Directory, Name, RecordKind,
        sort::{SortKey, SortKeys, SortOrder},
    },
    scim::text::fold,
};

/// Bits of a digit: its counters fit into the nearest cache.
const BITS: u32 = 11;
const DIGITS: u32 = u32::BITS.div_ceil(BITS);
const DIGIT: u32 = (1 << BITS) - 1;

/// A sort on its way.
pub(super) struct SortTask {
    kind: RecordKind,
    /// The order by which rows are being sorted.
    order: SortOrder,
    /// The orders that follow, the last one next: a sort keeps the order of rows that are alike.
    left: Vec<SortOrder>,
    keys: Vec<u32>,
    words: SharedWords,
    rows: Vec<u32>,
    /// The first rows before anything was sorted.
    first: Vec<u32>,
    /// The rows of the pass under way, in their new places.
    out: Vec<u32>,
    /// For each digit, how many rows have each value of it.
    counts: Vec<Vec<u32>>,
    pass: SortPass,
}

impl std::fmt::Debug for SortTask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sorting").field("order", &self.order).field("pass", &self.pass).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum SortPass {
    /// Keys are being taken.
    Keys,
    /// So many rows were counted: how many have each value of each digit.
    Count(usize),
    /// Rows go where this digit wants them.
    Digit {
        digit: u32,
        at: usize,
        places: Vec<u32>,
    },
    Done,
}

impl SortTask {
    pub fn new(directory: &Directory, kind: RecordKind, orders: &[SortOrder], accounts: AccountFilter) -> Self {
        let mut rows = directory.rows_by_name(kind).to_vec();
        if kind == RecordKind::User && accounts != AccountFilter::All {
            let services = accounts == AccountFilter::Services;
            rows.retain(|row| directory.records().is_service(*row) == services);
        }
        // Names differ: nothing behind them decides.
        let deciding = orders.iter().position(|order| order.is_by_name()).unwrap_or(orders.len());
        if orders.get(deciding).is_some_and(|order| order.descending) {
            rows.reverse();
        }
        let mut left = orders.get(..deciding).unwrap_or_default().to_vec();
        let next = left.pop();
        Self {
            kind,
            order: next.unwrap_or_else(|| SortOrder::by_name(kind)),
            left,
            keys: Vec::new(),
            words: SharedWords::default(),
            out: Vec::new(),
            counts: Vec::new(),
            pass: if next.is_none() { SortPass::Done } else { SortPass::Keys },
            first: rows.iter().copied().take(FIRST_SHOWN).collect(),
            rows,
        }
    }

    /// The rows that can be shown meanwhile: the first ones by name.
    pub fn first(&self) -> &[u32] {
        &self.first
    }

    /// The rows in order, once they are.
    pub fn take_sorted(&mut self) -> Option<Vec<u32>> {
        matches!(self.pass, SortPass::Done).then(|| std::mem::take(&mut self.rows))
    }

    /// Goes on for about as long as it takes to ask so many rows; gives back how many rows that were.
    pub fn step(&mut self, directory: &Directory, rows: usize) -> usize {
        match &mut self.pass {
            SortPass::Keys => {
                let len = directory.len(self.kind);
                let (from, to) = (self.keys.len(), self.keys.len().saturating_add(rows).min(len));
                let keys = SortKeys::new(directory, self.order.by);
                for row in from as u32..to as u32 {
                    self.keys.push(match keys.of(row) {
                        SortKey::Number(number) => number,
                        SortKey::Word(word) => self.words.place(word),
                    });
                }
                if to == len {
                    self.words.rank();
                    self.counts = vec![vec![0; 1 << BITS]; DIGITS as usize];
                    self.pass = SortPass::Count(0);
                }
                to - from
            }
            SortPass::Count(at) => {
                let to = at.saturating_add(rows.saturating_mul(MOVED)).min(self.rows.len());
                for row in &self.rows[*at..to] {
                    let Some(key) = self.keys.get_mut(*row as usize) else { continue };
                    *key = self.words.key(*key);
                    if self.order.descending {
                        *key = !*key;
                    }
                    for (digit, counts) in self.counts.iter_mut().enumerate() {
                        counts[digit_of(*key, digit as u32)] += 1;
                    }
                }
                let spent = (to - *at) / MOVED;
                *at = to;
                if to == self.rows.len() {
                    self.begin_digit(0);
                }
                spent
            }
            SortPass::Digit { digit, at, places } => {
                let to = at.saturating_add(rows.saturating_mul(MOVED)).min(self.rows.len());
                for row in &self.rows[*at..to] {
                    let key = self.keys.get(*row as usize).copied().unwrap_or_default();
                    let place = &mut places[digit_of(key, *digit)];
                    self.out[*place as usize] = *row;
                    *place += 1;
                }
                let spent = (to - *at) / MOVED;
                *at = to;
                if to == self.rows.len() {
                    let next = *digit + 1;
                    std::mem::swap(&mut self.rows, &mut self.out);
                    self.begin_digit(next);
                }
                spent
            }
            SortPass::Done => 0,
        }
    }

    /// Begins with this digit, or the next one by which the rows differ.
    fn begin_digit(&mut self, from: u32) {
        for digit in from..DIGITS {
            let mut counts = std::mem::take(&mut self.counts[digit as usize]);
            if counts.contains(&(self.rows.len() as u32)) || self.rows.is_empty() {
                continue;
            }
            let mut next = 0;
            for count in &mut counts {
                next += std::mem::replace(count, next);
            }
            self.out.resize(self.rows.len(), 0);
            self.pass = SortPass::Digit { digit, at: 0, places: counts };
            return;
        }
        self.pass = SortPass::Done;
        if let Some(next) = self.left.pop() {
            (self.order, self.words, self.pass) = (next, SharedWords::default(), SortPass::Keys);
            self.keys.clear();
        }
    }
}

fn digit_of(key: u32, digit: u32) -> usize {
    ((key >> (digit * BITS)) & DIGIT) as usize
}

/// Words that many rows share, in the order in which they were met; 0 is no word.
#[derive(Default)]
struct SharedWords {
    known: FxHashMap<Name, u32>,
    /// The rank of each place, once all words are known.
    ranks: Vec<u32>,
}

impl SharedWords {
    fn place(&mut self, word: Option<&Name>) -> u32 {
        let Some(word) = word else { return 0 };
        if let Some(place) = self.known.get(word) {
            return *place;
        }
        let place = self.known.len() as u32 + 1;
        self.known.insert(word.clone(), place);
        place
    }

    /// Ranks them in the order of the words without regard to case, no word first.
    fn rank(&mut self) {
        let mut folded: Vec<(String, u32)> =
            self.known.drain().map(|(word, place)| (fold(word.as_str()), place)).collect();
        if folded.is_empty() {
            return;
        }
        folded.sort_unstable();
        self.ranks = vec![0_u32; folded.len() + 1];
        let (mut rank, mut before) = (0, None);
        for (word, place) in &folded {
            rank += u32::from(before != Some(word));
            self.ranks[*place as usize] = rank;
            before = Some(word);
        }
    }

    /// The rank of a word's place; where keys are no words, the key.
    fn key(&self, place: u32) -> u32 {
        if self.ranks.is_empty() { place } else { self.ranks.get(place as usize).copied().unwrap_or_default() }
    }
}
