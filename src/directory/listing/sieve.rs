//! The result of a filter for each row, kept between steps and from one filter to the next.

use crate::directory::search::MatcherMemory;

/// Number of refused rows that are skipped in the time that the check of a row takes.
const PASSED: usize = 64;

/// Scores by row: 0 for a refused row, 1 for an open row, a higher score for a better match.
#[derive(Default)]
pub(super) struct RowSieve {
    scores: Vec<u16>,
    /// Created with the first row that is checked, because the buffers are large.
    scratch: Option<Box<MatcherMemory>>,
}

impl std::fmt::Debug for RowSieve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sieve").field("rows", &self.scores.len()).finish_non_exhaustive()
    }
}

impl RowSieve {
    /// Opens `rows` of `len` rows in total; all other rows are refused.
    pub fn open(&mut self, len: usize, rows: &[u32]) {
        self.scores.clear();
        if rows.len() == len {
            self.scores.resize(len, 1);
            return;
        }
        self.scores.resize(len, 0);
        for row in rows {
            if let Some(score) = self.scores.get_mut(*row as usize) {
                *score = 1;
            }
        }
    }

    /// Number of rows, refused ones included.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// The score of a row; 0 for a refused row.
    pub fn score(&self, row: u32) -> u16 {
        self.scores.get(row as usize).copied().unwrap_or_default()
    }

    /// Checks the rows from `from` on that are not refused yet, with a budget of `rows` rows. Returns the row at which
    /// the check stopped, and the cost in checked rows.
    pub fn ask(
        &mut self,
        from: usize,
        rows: usize,
        mut ask: impl FnMut(u32, &mut MatcherMemory) -> Option<u32>,
    ) -> (usize, usize) {
        let to = from.saturating_add(rows).min(self.scores.len());
        let part = &mut self.scores[from..to];
        let (mut asked, scratch) = (0, self.scratch.get_or_insert_default());
        for (score, row) in part.iter_mut().zip(from as u32..).filter(|(score, _)| **score != 0) {
            let found = ask(row, scratch).map(|found| u16::try_from(found).unwrap_or(u16::MAX).max(1));
            *score = found.unwrap_or(0);
            asked += 1;
        }
        (to, asked + (to - from) / PASSED)
    }

    /// The best of the first `asked` rows, at most `most` of them, best first; rows of equal score keep their order.
    pub fn best(&self, asked: usize, most: usize) -> Vec<u32> {
        let rows = || self.scores.iter().take(asked).copied().zip(0_u32..).filter(|(score, _)| *score != 0);
        let mut counts: Vec<u32> = Vec::new();
        for (score, _) in rows() {
            let at = usize::from(score);
            if at >= counts.len() {
                counts.resize(at + 1, 0);
            }
            counts[at] += 1;
        }
        let mut better = 0;
        let least = counts.iter().rposition(|count| {
            better += *count as usize;
            better >= most
        });
        let mut best: Vec<(u16, u32)> = rows().filter(|(score, _)| usize::from(*score) >= least.unwrap_or(1)).collect();
        best.sort_by_key(|(score, _)| u16::MAX - score);
        best.into_iter().take(most).map(|(_, row)| row).collect()
    }
}
