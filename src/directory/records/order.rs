//! Rows in the order of their names, without regard to case, as records come, go and are renamed.

/// Some rows in order. Rows of one name stand in any order.
#[derive(Debug, Default)]
pub(super) struct Order(Vec<u32>);

impl Order {
    /// Of folded names with their rows.
    pub fn of(mut names: Vec<(String, u32)>) -> Self {
        names.sort_unstable();
        Self(names.into_iter().map(|(_, row)| row).collect())
    }

    pub fn rows(&self) -> &[u32] {
        &self.0
    }

    /// Puts a row in its place, behind those of the same name; `name` gives the folded one of any row. Gives the row before
    /// it.
    pub fn insert(&mut self, row: u32, name: impl Fn(u32) -> String) -> Option<u32> {
        let own = name(row);
        let place = self.0.partition_point(|other| name(*other) <= own);
        self.0.insert(place, row);
        place.checked_sub(1).and_then(|before| self.0.get(before).copied())
    }

    pub fn remove(&mut self, row: u32) {
        if let Some(place) = self.place(row) {
            self.0.remove(place);
        }
    }

    /// A row that has gone is that of the record that was the last.
    pub fn swap_remove(&mut self, row: u32, last: u32) {
        self.remove(row);
        if let Some(moved) = self.place(last).and_then(|place| self.0.get_mut(place)) {
            *moved = row;
        }
    }

    fn place(&self, row: u32) -> Option<usize> {
        self.0.iter().position(|other| *other == row)
    }
}

/// The same, and numbers that are in the order of the names: what is sorted by name compares those.
#[derive(Debug, Default)]
pub(super) struct Ranked {
    order: Order,
    ranks: Vec<u32>,
}

impl Ranked {
    /// Of the folded name of each row.
    pub fn of(names: impl Iterator<Item = String>) -> Self {
        let mut names: Vec<(String, u32)> = names.zip(0..).collect();
        names.sort_unstable();
        let (mut ranks, mut rank) = (vec![0; names.len()], 0);
        for (at, (name, row)) in names.iter().enumerate() {
            let same = at > 0 && names.get(at - 1).is_some_and(|(before, _)| before == name);
            rank = if same { rank } else { at as u32 };
            if let Some(place) = ranks.get_mut(*row as usize) {
                *place = rank;
            }
        }
        Self { order: Order(names.into_iter().map(|(_, row)| row).collect()), ranks }
    }

    /// Equal for equal names.
    pub fn rank(&self, row: u32) -> u32 {
        self.ranks.get(row as usize).copied().unwrap_or(u32::MAX)
    }

    /// The row after the last one.
    pub fn push(&mut self, name: impl Fn(u32) -> String) {
        self.ranks.push(0);
        self.place(self.ranks.len() as u32 - 1, name);
    }

    /// The row has another name now.
    pub fn renamed(&mut self, row: u32, name: impl Fn(u32) -> String) {
        self.order.remove(row);
        self.place(row, name);
    }

    pub fn swap_remove(&mut self, row: u32) {
        self.ranks.swap_remove(row as usize);
        self.order.swap_remove(row, self.ranks.len() as u32);
    }

    fn place(&mut self, row: u32, name: impl Fn(u32) -> String) {
        let own = name(row);
        let before = self.order.insert(row, &name);
        let same = before.filter(|before| name(*before) == own).map(|before| self.rank(before));
        let rank = same.unwrap_or_else(|| {
            let rank = before.map_or(0, |before| self.rank(before) + 1);
            // Numbers may be left out, but not be there twice.
            self.ranks.iter_mut().filter(|other| **other >= rank).for_each(|other| *other += 1);
            rank
        });
        if let Some(place) = self.ranks.get_mut(row as usize) {
            *place = rank;
        }
    }
}
