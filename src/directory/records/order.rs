//! Rows in the order of their names, ignoring case, as records come, go and are renamed.
//!
//! An update takes one pass through all rows, for one new row or many.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::scim::text::fold;

/// A name as it is sorted: without regard to case, a short one without memory of its own.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SortKey(SmallVec<[u8; 24]>);

impl SortKey {
    pub fn of(name: &str) -> Self {
        if name.is_ascii() {
            return Self(name.bytes().map(|byte| byte.to_ascii_lowercase()).collect());
        }
        Self(SmallVec::from_slice(fold(name).as_bytes()))
    }
}

/// The rows in memory of their own: rows collected from the names themselves would keep the room of the names.
fn rows(names: &[(SortKey, u32)]) -> Vec<u32> {
    names.iter().map(|(_, row)| *row).collect()
}

/// Some rows in order. Rows of one name stand in any order.
#[derive(Debug, Default)]
pub(super) struct Order(Vec<u32>);

impl Order {
    /// Of names with their rows.
    pub fn of(mut names: Vec<(SortKey, u32)>) -> Self {
        names.sort_unstable();
        Self(rows(&names))
    }

    /// Of rows that are in name order already.
    pub fn ascending(rows: usize) -> Self {
        Self((0..rows as u32).collect())
    }

    pub fn rows(&self) -> &[u32] {
        &self.0
    }

    /// Puts rows that are new or renamed in their places, by the names of all rows.
    pub fn place(&mut self, rows: &SelectedRows, key: impl Fn(u32) -> SortKey) {
        self.0.retain(|row| !rows.has(*row));
        let mut placed: Vec<(SortKey, u32)> = rows.rows.iter().map(|row| (key(*row), *row)).collect();
        placed.sort_unstable();
        let mut places = Vec::with_capacity(placed.len());
        for (name, _) in &placed {
            let from = places.last().copied().unwrap_or_default();
            let rest = self.0.get(from..).unwrap_or_default();
            places.push(from + rest.partition_point(|other| key(*other) <= *name));
        }
        // From the end on, so that each row moves once, and into the room that there is.
        let mut end = self.0.len();
        self.0.resize(end + placed.len(), 0);
        for (at, ((_, row), place)) in placed.iter().zip(places).enumerate().rev() {
            self.0.copy_within(place..end, place + at + 1);
            self.0[place + at] = *row;
            end = place;
        }
    }

    /// Drops rows that have gone; those that moved are known by their new numbers.
    pub fn remove(&mut self, gone: &RemovedRows) {
        if !gone.is_empty() {
            self.0.retain_mut(|row| gone.renumber(row));
        }
    }
}

/// The same, and numbers that are in the order of the names: what is sorted by name compares those.
#[derive(Debug, Default)]
pub(super) struct RankedRows {
    order: Order,
    ranks: Vec<u32>,
}

impl RankedRows {
    /// Of the name of each row.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut names: Vec<(SortKey, u32)> = names.map(SortKey::of).zip(0..).collect();
        names.sort_unstable();
        let mut ranked = Self { order: Order::default(), ranks: vec![0; names.len()] };
        let mut before: Option<&(SortKey, u32)> = None;
        for (at, one) in (0..).zip(&names) {
            let same = before.filter(|before| before.0 == one.0);
            ranked.ranks[one.1 as usize] = same.map_or(at, |(_, row)| ranked.rank(*row));
            before = Some(one);
        }
        ranked.order = Order(rows(&names));
        ranked
    }

    /// Equal for equal names.
    pub fn rank(&self, row: u32) -> u32 {
        self.ranks.get(row as usize).copied().unwrap_or(u32::MAX)
    }

    /// Puts rows that are new or renamed in their places; new ones are the last ones.
    pub fn place(&mut self, rows: &SelectedRows, key: impl Fn(u32) -> SortKey) {
        self.order.place(rows, &key);
        self.ranks.resize(self.order.0.len(), 0);
        // The row before, with the rank that it had.
        let (mut before, mut rank) = (None, 0);
        for (at, row) in (0..).zip(&self.order.0) {
            let had = std::mem::replace(&mut self.ranks[*row as usize], rank);
            let same = |(before, its): (u32, u32)| {
                let other = rows.has(before) || rows.has(*row);
                if other { key(before) == key(*row) } else { its == had }
            };
            if !before.is_some_and(same) {
                rank = at;
                self.ranks[*row as usize] = rank;
            }
            before = Some((*row, had));
        }
    }

    /// Drops rows that have gone; those that moved are known by their new numbers.
    pub fn remove(&mut self, gone: &RemovedRows) {
        for (to, from) in &gone.moved {
            if let (Some(rank), Some(place)) =
                (self.ranks.get(*from as usize).copied(), self.ranks.get_mut(*to as usize))
            {
                *place = rank;
            }
        }
        self.order.remove(gone);
        self.ranks.truncate(self.order.0.len());
    }
}

/// Rows that went, each of whose places the last row took.
#[derive(Debug, Default)]
pub(super) struct RemovedRows {
    /// By the numbers that rows had before.
    removed: SelectedRows,
    moving: SelectedRows,
    /// Who is where now, by number: who it was before.
    moved: FxHashMap<u32, u32>,
}

impl RemovedRows {
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty()
    }

    /// This row goes, and the `last` one takes its place.
    pub fn swap_remove(&mut self, row: u32, last: u32) {
        let before = |moved: &FxHashMap<u32, u32>, row| moved.get(&row).copied().unwrap_or(row);
        self.removed.add(before(&self.moved, row));
        let mover = before(&self.moved, last);
        self.moved.remove(&last);
        if row == last {
            return;
        }
        self.moving.add(mover);
        self.moved.insert(row, mover);
    }

    /// False for a row that has gone.
    fn renumber(&self, row: &mut u32) -> bool {
        if self.removed.has(*row) {
            return false;
        }
        if self.moving.has(*row)
            && let Some((now, _)) = self.moved.iter().find(|(_, before)| **before == *row)
        {
            *row = *now;
        }
        true
    }
}

/// A few rows of many.
#[derive(Debug, Default)]
pub(super) struct SelectedRows {
    rows: Vec<u32>,
    /// A bit for each row up to the last of them.
    bits: Vec<u64>,
}

impl SelectedRows {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn add(&mut self, row: u32) {
        if !self.has(row) {
            let word = row as usize / 64;
            self.bits.resize(self.bits.len().max(word + 1), 0);
            self.bits[word] |= 1 << (row % 64);
            self.rows.push(row);
        }
    }

    fn has(&self, row: u32) -> bool {
        self.bits.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }
}
